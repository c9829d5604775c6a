//! Everything a client may ask, whatever the transport, and every answer.
//!
//! The wire (`wire/`) converts to and from these by hand; the actors carry them.

use std::sync::Arc;

use crate::domain::command::Start;
use crate::domain::company::{Presence, Role};
use crate::domain::conversation::State;
use crate::domain::event::Recorded;
use crate::domain::ids::{
    AgentId, ClientId, ConversationId, CustomerId, Position, QueueId, Seq, WorkstreamId,
};
use crate::domain::message::{Marks, Message};
use crate::domain::note::{Note, NoteNumber};
use crate::domain::time::{Millis, Timestamp};

use super::view::{
    AgentView, ConversationView, CountsView, FloorView, ListPage, QuickReplyView, StartExplained,
};
use super::watch::{WatchPart, Watched};
use super::workplace::CompanyView;

/// Who is on the other side, proven by the extractors in `web/auth.rs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A customer, by verified token.
    Customer(CustomerId),
    /// A person of the company.
    Agent {
        /// Who.
        id: AgentId,
        /// What they may do.
        role: Role,
    },
}

/// What a client asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Start a conversation, or get the one that exists (customer).
    Start(Start),
    /// Something about one conversation.
    In(ConversationId, Ask),
    /// The caller's conversations, newest first (customer: own, closed ones included; agent: see [`ListFilter`]).
    List(ListFilter),
    /// Set the own presence (agent).
    SetPresence(Presence),
    /// The caller's own presence, load and conversations (agent).
    Me,
    /// Every agent and queue (supervisor).
    Floor,
    /// How many conversations a list would hold, by state and queue (agent).
    Count(ListFilter),
    /// What would come of a start (supervisor).
    ExplainStart(Box<Supposed>),
    /// What agents say often, as written (agent).
    QuickReplies,
    /// Who works here, on what: for whoever chooses among them (agent).
    Company,
    /// Show what changes from now on (agent; the floor: supervisor). Sockets only.
    Watch(Watched),
    /// Stop that.
    Unwatch(Watched),
}

/// What a client asks of one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Add a message.
    Post {
        /// The sender's name for it.
        client_id: ClientId,
        /// The text.
        text: Arc<str>,
    },
    /// Note how far the caller's side has the thread.
    Mark {
        /// Received up to here.
        delivered: Seq,
        /// Read up to here.
        read: Seq,
    },
    /// The caller is (not) typing. Ephemeral: not answered, may be dropped.
    Typing {
        /// Whether.
        on: bool,
    },
    /// Follow the thread: everything after a sequence number, then what comes. Sockets only.
    Subscribe {
        /// The last message the client has.
        after: Seq,
        /// Messages that may be on their way unconsumed; the session returns credit with `taken`.
        credit: u32,
    },
    /// Stop following.
    Unsubscribe,
    /// A page of the thread, oldest first.
    History(Page),
    /// The state as it is now.
    View,
    /// A page of the journal: every event with its time, assignments with their explanation (agents).
    Explain {
        /// The last event the caller has.
        after: Position,
        /// Events at most.
        limit: usize,
    },
    /// Answered as soon as there is a message after `after` or a state newer than `version`. Long poll.
    Wait {
        /// The last message the client has.
        after: Seq,
        /// The last state the client has; `None` waits for messages only.
        version: Option<Position>,
    },
    /// Take an offer.
    Accept,
    /// Refuse an offer.
    Reject,
    /// Take it from the list.
    Pick,
    /// Take it back from the own waiting list.
    Reopen,
    /// Leave it without ending it.
    Park,
    /// Give it back to the queue.
    Release,
    /// Offer it to another agent.
    TransferToAgent {
        /// Whom.
        agent: AgentId,
        /// Why, in the caller's words.
        reason: Option<Arc<str>>,
    },
    /// Move it to another queue.
    TransferToQueue {
        /// Which.
        queue: QueueId,
        /// Why, in the caller's words.
        reason: Option<Arc<str>>,
    },
    /// Put it before an agent, over capacity if need be (supervisor).
    Assign(AgentId),
    /// End it.
    End,
    /// Finish wrap-up.
    Finish,
    /// Close it by force (supervisor).
    ForceClose,
    /// Add a private note (agents).
    Note {
        /// The writer's name for it.
        client_id: ClientId,
        /// The text.
        text: Arc<str>,
        /// For this colleague alone.
        private_to: Option<AgentId>,
    },
    /// A page of the private notes that the caller may read, oldest first (agents).
    Notes {
        /// The last note the client has.
        after: NoteNumber,
        /// At most this many.
        limit: usize,
    },
    /// Add and remove tags (agents).
    Tag {
        /// Those that shall be there.
        add: Vec<String>,
        /// Those that shall not.
        remove: Vec<String>,
    },
    /// Write the subject (agents).
    SetSubject(Arc<str>),
    /// Invite a colleague to read along and to write notes.
    Consult(AgentId),
    /// Let a consulted colleague write to the customer.
    ConsultAdd(AgentId),
    /// Dismiss a consulted colleague; `None`: leave.
    ConsultEnd(Option<AgentId>),
    /// The place in line and the expected wait (live).
    Place,
    /// What may be said often, ready for this customer (agents).
    QuickReplies,
}

/// Which part of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The first `limit` messages after a sequence number.
    After(Seq, usize),
    /// The last `limit` messages before a sequence number.
    Before(Seq, usize),
}

/// Which conversations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListFilter {
    /// Only these states; empty is all.
    pub states: Vec<State>,
    /// Agents: the own ones alone (assigned, being handed over, or left with the caller as last agent).
    pub mine: bool,
    /// Continue below this id (ids sort by age).
    pub before: Option<ConversationId>,
    /// At most this many.
    pub limit: Option<usize>,
    /// Agents: in this queue.
    pub queue: Option<QueueId>,
    /// Agents: of this agent, as `mine` is of the caller.
    pub agent: Option<AgentId>,
    /// Agents: of this customer.
    pub customer: Option<CustomerId>,
    /// Under these rules.
    pub workstream: Option<WorkstreamId>,
    /// Agents: labelled with this.
    pub tag: Option<String>,
    /// Agents: with this in the subject, in capitals or not.
    pub text: Option<String>,
}

impl ListFilter {
    /// Whether customers may ask this: nothing about what they are not shown.
    #[must_use]
    pub const fn is_for_everybody(&self) -> bool {
        self.queue.is_none()
            && self.agent.is_none()
            && self.customer.is_none()
            && self.tag.is_none()
            && self.text.is_none()
    }
}

/// A successful answer.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Started, or found.
    Started {
        /// The conversation.
        view: Arc<ConversationView>,
        /// It was made by this request.
        created: bool,
        /// The first message's number, if one was sent with the start.
        seq: Option<Seq>,
    },
    /// The message is durable.
    Posted {
        /// Its number.
        seq: Seq,
        /// The server's time for it.
        at: Timestamp,
        /// It was there already: the client id had been used.
        repeated: bool,
    },
    /// The note is durable.
    Noted {
        /// Its number.
        number: NoteNumber,
        /// The server's time for it.
        at: Timestamp,
        /// It was there already: the client id had been used.
        repeated: bool,
    },
    /// Notes that the caller may read.
    Notes {
        /// Oldest first.
        notes: Vec<Arc<Note>>,
        /// The last note of the conversation, whoever may read it.
        last_number: NoteNumber,
    },
    /// Done and durable; the state after it.
    Done(Arc<ConversationView>),
    /// Marks as they are now.
    Marked {
        /// Of the caller's side.
        marks: Marks,
    },
    /// Following.
    Subscribed {
        /// The state as it is now.
        view: Arc<ConversationView>,
    },
    /// A part of the thread.
    Page {
        /// Oldest first.
        messages: Vec<Arc<Message>>,
        /// The last message of the whole thread.
        last_seq: Seq,
    },
    /// What [`Ask::Wait`] waited for.
    Events {
        /// Messages after the cursor, oldest first; at most a page.
        messages: Vec<Arc<Message>>,
        /// The state as it is now.
        view: Arc<ConversationView>,
    },
    /// The state of one conversation.
    View(Arc<ConversationView>),
    /// A page of the journal of one conversation.
    Journal {
        /// Oldest first.
        entries: Vec<(Position, Recorded)>,
        /// There are others after these.
        more: bool,
    },
    /// A page of conversations.
    List(ListPage),
    /// The caller.
    Agent(AgentView),
    /// Everybody.
    Floor(FloorView),
    /// The place in line.
    Place {
        /// From 1; `None` if it does not stand in line.
        position: Option<u32>,
        /// The average wait of its queue, where it means something.
        wait: Option<Millis>,
    },
    /// What would come of a start.
    StartExplained(Box<StartExplained>),
    /// Nothing to say but yes.
    Ok,
    /// How many there are.
    Counts(CountsView),
    /// What agents say often.
    QuickReplies(Vec<QuickReplyView>),
    /// Who works here, on what.
    Company(Box<CompanyView>),
    /// Everything that is watched from now on, or the first part of it.
    Watching(Box<WatchPart>),
}

/// A start that is only asked about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Supposed {
    /// What it would say.
    pub start: Start,
    /// When; `None` is now. Lengths, agents and their load are those of now.
    pub at: Option<Timestamp>,
}
