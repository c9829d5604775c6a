//! What a conversation's machine is fed and what it wants done.

use std::sync::Arc;

use crate::domain::audit::Trail;
use crate::domain::command::{Actor, Command, Start};
use crate::domain::commit::Write;
use crate::domain::company::Role;
use crate::domain::conversation::{Conversation, Ctx};
use crate::domain::ids::{AgentId, Position, Seq};
use crate::domain::message::{DedupKey, Message};
use crate::domain::note::NoteNumber;
use crate::domain::reject::Code;
use crate::domain::time::{Millis, Timestamp};
use crate::engine::outbound::{Outbound, SessionId};
use crate::engine::request::{Ask, Page, Principal};
use crate::engine::summary::Summary;
use crate::engine::view::ConversationView;

/// Which request an answer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Of which session.
    pub session: SessionId,
    /// The session's number for it.
    pub request: u64,
    /// Which way it came, for the audit.
    pub trail: Trail,
}

/// The supervisor's number for a step it asked for: what it has set aside for the
/// step is settled when the step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionId(pub u64);

/// What a conversation is fed.
#[derive(Debug, Clone)]
pub enum Input {
    /// A client asks.
    Ask {
        /// Whom to answer.
        origin: Origin,
        /// Who asks, proven.
        principal: Principal,
        /// What.
        ask: Ask,
    },
    /// The supervisor asks, for itself or on behalf of an agent whose capacity it has checked.
    Act {
        /// Whom to answer, if somebody asked.
        origin: Option<Origin>,
        /// What to settle, if something was set aside.
        action: Option<ActionId>,
        /// Who asks.
        actor: Actor,
        /// What.
        command: Command,
    },
    /// A start for a customer and workstream whose conversation this is.
    Start {
        /// Whom to answer.
        origin: Origin,
        /// What it said.
        start: Start,
    },
    /// Everything up to this event is on disk.
    Committed(Position),
    /// The answer to [`Effect::FindClientId`].
    Found {
        /// What was looked for.
        key: DedupKey,
        /// The message (or the note) that has it, and its text.
        found: Option<(Seq, Timestamp, Arc<str>)>,
    },
    /// The answer to [`Effect::ReadFor`].
    Read {
        /// For which reader.
        session: SessionId,
        /// What follows its cursor.
        messages: Vec<Arc<Message>>,
    },
    /// A reader consumed messages.
    Taken {
        /// Which.
        session: SessionId,
        /// How many.
        messages: u32,
    },
    /// A session is gone, or no longer waits.
    SessionGone(SessionId),
    /// A long poll has waited long enough: answer with what there is.
    WaitOver(Origin),
    /// Its timer row is due.
    TimerDue,
    /// The configuration says anew who may see it.
    Reconfigured,
    /// It is about to be erased: it closes, lets nobody in any more, and falls asleep.
    Vanish,
}

impl Input {
    /// Which way the request came that this is about.
    #[must_use]
    pub fn trail(&self) -> Trail {
        match self {
            Self::Ask { origin, .. }
            | Self::Act {
                origin: Some(origin),
                ..
            }
            | Self::Start { origin, .. } => origin.trail,
            _ => Trail::default(),
        }
    }
}

/// What a conversation wants done.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Write this; report [`Input::Committed`] when it is durable.
    Write(Write),
    /// Tell a session.
    Tell(SessionId, Outbound),
    /// A subscription began: the session may now talk to this conversation directly.
    Attached {
        /// Which session.
        session: SessionId,
        /// Its cursor.
        after: Seq,
        /// Its credit.
        credit: u32,
    },
    /// A subscription ended.
    Detached(SessionId),
    /// Read a page of the thread and answer with it.
    ReadPage {
        /// Whom to answer.
        origin: Origin,
        /// Which part.
        page: Page,
        /// The last message of the whole thread.
        last_seq: Seq,
    },
    /// Read what follows a cursor and answer a long poll with it.
    ReadEvents {
        /// Whom to answer.
        origin: Origin,
        /// The cursor.
        after: Seq,
        /// The state to answer with.
        view: Arc<ConversationView>,
    },
    /// Read what follows a reader's cursor; report [`Input::Read`].
    ReadFor {
        /// Which reader.
        session: SessionId,
        /// Its cursor.
        after: Seq,
        /// At most this many.
        limit: usize,
    },
    /// Read the journal and answer with it.
    ReadJournal {
        /// Who asked.
        origin: Origin,
        /// The last event they have.
        after: Position,
        /// Events at most.
        limit: usize,
    },
    /// Read notes that somebody may read and answer with them.
    ReadNotes {
        /// Whom to answer.
        origin: Origin,
        /// Who reads.
        reader: (AgentId, Role),
        /// The last note the client has.
        after: NoteNumber,
        /// At most this many.
        limit: usize,
        /// The last durable note.
        last_number: NoteNumber,
    },
    /// Look a client id up; report [`Input::Found`].
    FindClientId(DedupKey),
    /// Tell the supervisor what it should know of the state, now durable.
    Observe(Box<Summary>),
    /// Tell the supervisor that its step is done, or refused.
    Settled(ActionId, Result<(), Code>),
    /// The customer starts, but this conversation has ended: the supervisor begins another.
    StartElsewhere {
        /// Whom to answer.
        origin: Origin,
        /// What it said, with the agent of this conversation filled in.
        start: Start,
    },
    /// A timer has been dealt with; its row is on its way.
    TimerDone,
}

/// What the machine is told of its environment with every input.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// Time and configuration.
    pub ctx: Ctx<'a>,
    /// Messages of a customer per window, if limited.
    pub customer_rate: Option<(usize, Millis)>,
}

/// What the store knows of a conversation when it wakes.
#[derive(Debug, Clone)]
pub struct Memory {
    /// The state.
    pub state: Conversation,
    /// The last messages, oldest first.
    pub recent: Vec<Arc<Message>>,
    /// Client ids and their messages.
    pub client_ids: Vec<(DedupKey, Seq, Timestamp)>,
    /// `client_ids` is all there are.
    pub client_ids_complete: bool,
    /// The timer row.
    pub timer: Option<Timestamp>,
    /// The position of the stored snapshot.
    pub snapshot: Position,
}
