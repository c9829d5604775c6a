//! What the supervisor is sent, and what a start-up hands over.

use std::sync::Arc;

use actix::Message;
use actix_rt::ArbiterHandle;
use tokio::sync::oneshot;

use crate::actors::registry::Handle;
use crate::domain::affair::Affair;
use crate::domain::command::Start;
use crate::domain::commit::{AgentRow, LateTimers};
use crate::domain::company::Presence;
use crate::domain::erasure::{Doomed, Erasure, Remains};
use crate::domain::ids::{AgentId, ConversationId, CustomerId, WorkstreamId};
use crate::domain::reject::Reject;
use crate::engine::conversation::{ActionId, Origin};
use crate::engine::outbound::SessionId;
use crate::engine::request::{Principal, Request, Supposed};
use crate::engine::summary::Summary;
use crate::engine::supervisor::{Epoch, Erased, LinkFound};
use crate::engine::view::Existing;
use crate::engine::watch::Watched;
use crate::store::{Loaded, StoreError};

/// What a start-up hands over.
pub struct Boot {
    /// Every open, active or wrap-up conversation.
    pub live: Vec<Summary>,
    /// Every timer row follows the configuration; else all are looked at.
    pub swept: bool,
    /// What was set aside for an operator.
    pub parked: Vec<ConversationId>,
    /// What was under way about customers.
    pub affairs: Vec<(CustomerId, Affair)>,
    /// Erasures that were under way.
    pub erasures: Vec<(CustomerId, Erasure)>,
    /// Presence from before.
    pub agents: Vec<(AgentId, AgentRow)>,
    /// Where conversations and agents live, by hash of their id.
    pub arbiters: Vec<ArbiterHandle>,
}

/// What the supervisor is sent.
#[derive(Message)]
#[rtype(result = "()")]
pub enum ToSupervisor {
    /// A client asks something that does not go to a conversation directly.
    Request(Origin, Principal, Request),
    /// The same over HTTP, where a request is all that is known of the one who asks.
    Visit(Origin, Principal, Request),
    /// A long poll has waited long enough.
    WaitOver(ConversationId, Origin),
    /// A long poll was given up.
    WaitGone(ConversationId, SessionId),
    /// A socket opened; `first` of this person.
    Connected(SessionId, Principal, First),
    /// A socket closed; `last` of this person.
    Disconnected(SessionId, Principal, Last),
    /// The store has read a conversation.
    Loaded(
        ConversationId,
        Epoch,
        Result<Option<Box<Loaded>>, LoadFailed>,
    ),
    /// The store has looked up a customer's newest conversation.
    LookedUp(
        CustomerId,
        WorkstreamId,
        Result<Option<ConversationId>, Reject>,
    ),
    /// A conversation's durable state changed.
    Observe(Box<Summary>),
    /// A step was taken or refused.
    Settled(ActionId, ConversationId),
    /// A start went to a conversation that has ended.
    StartElsewhere {
        /// Which one.
        ended: ConversationId,
        /// Whom to answer.
        origin: Origin,
        /// What it said.
        start: Box<Start>,
    },
    /// A conversation would like to sleep.
    WantsSleep(ConversationId, Epoch),
    /// A conversation sleeps.
    Asleep(ConversationId, Epoch),
    /// A conversation was not idle any more.
    Stays(ConversationId, Epoch),
    /// A conversation's actor died.
    Died {
        /// Which.
        conversation: ConversationId,
        /// In which life.
        epoch: Epoch,
        /// Who followed it.
        sessions: Vec<Arc<Handle>>,
    },
    /// A timer has been dealt with.
    TimerDone(ConversationId),
    /// Timer rows that are due, in order.
    TimersDue(Option<Vec<ConversationId>>),
    /// An agent's presence or connections, perhaps with somebody to answer.
    Presence {
        /// Who.
        agent: AgentId,
        /// What.
        presence: Presence,
        /// How many.
        connections: usize,
        /// Whom to answer with the agent's view.
        answer: Option<Origin>,
    },
    /// An agent has connected: tell that session what is theirs.
    Greet(AgentId, SessionId),
    /// An agent has been gone for too long.
    Absent(AgentId),
    /// An admin changes the configuration.
    Reconfigure(Box<super::configure::Reconfigure>),
    /// The store has been asked whether conversations allow the change.
    ChangeChecked(Result<Vec<String>, StoreError>),
    /// The changed configuration is durable.
    ChangeWritten,
    /// A page of timer rows has been read, if anybody had time to.
    TimersRead(u64, Option<LateTimers>),
    /// Timer rows of sleeping conversations are where they belong.
    TimersMoved,
    /// A customer who has proven who they are brings a device.
    Link(Box<super::linking::BeginLink>),
    /// Somebody waits for the end of this device's link.
    AwaitLink(CustomerId, oneshot::Sender<()>),
    /// A link of this device is durable.
    LinkBegun(CustomerId),
    /// The store has been asked what a link moves, if anybody had time to.
    LinkRead(CustomerId, u64, Option<LinkFound>),
    /// The last write of a link is durable.
    LinkOver(CustomerId),
    /// An admin wants a customer erased.
    Erase(Box<super::erasing::BeginErasure>),
    /// An erasure is durable.
    ErasureBegun(CustomerId),
    /// The store has been asked for a customer's conversations, if anybody had time to.
    DoomedRead(CustomerId, u64, Option<Vec<Doomed>>),
    /// The rows of a conversation are known, and go now.
    RemainsRead(Box<Remains>),
    /// A conversation has no rows any more, or they could not be found.
    ThreadErased(ConversationId, bool),
    /// A page of the audit has been read that names a customer who is being erased.
    TracesRead(Box<super::erasing::Clearing>),
    /// No row names the customer any more, or they could not be found.
    TracesErased(CustomerId, Option<Box<Erased>>),
    /// The files have been written anew, or could not be.
    BytesErased(CustomerId, bool),
    /// The last write of an erasure is durable.
    ErasureOver(CustomerId),
    /// A session has taken a part of what it watches.
    WatchTaken(SessionId, Watched, u64),
    /// Look at the clock.
    Tick,
    /// Somebody asks about a start, and the store has looked up the customer's conversation.
    ExplainStart(Origin, Box<Supposed>, Option<Existing>),
    /// For tests of supervision: make a conversation's actor die.
    #[cfg(test)]
    Kill(ConversationId),
}

/// Whether a socket is the first of its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct First(pub bool);

/// Whether a socket was the last of its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last(pub bool);

/// Why a conversation could not be read.
#[derive(Debug)]
pub enum LoadFailed {
    /// The store says so.
    Store(StoreError),
    /// The readers have as much as they can take.
    Busy,
}
