//! Everything a client may ask, whatever the transport, and every answer.
//!
//! The wire (`wire/`) converts to and from these by hand; the actors carry them.

use std::sync::Arc;

use crate::domain::command::Start;
use crate::domain::company::{Presence, Role};
use crate::domain::conversation::State;
use crate::domain::event::Recorded;
use crate::domain::ids::{AgentId, ClientId, ConversationId, CustomerId, Position, QueueId, Seq};
use crate::domain::message::{Marks, Message};
use crate::domain::time::{Millis, Timestamp};

use super::view::{AgentView, ConversationView, FloorView, StartExplained};

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
    /// What would come of a start (supervisor).
    ExplainStart(Box<Supposed>),
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
    /// The journal: every event with its time, assignments with their explanation (agents).
    Explain,
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
    TransferToAgent(AgentId),
    /// Move it to another queue.
    TransferToQueue(QueueId),
    /// Put it before an agent, over capacity if need be (supervisor).
    Assign(AgentId),
    /// End it.
    End,
    /// Finish wrap-up.
    Finish,
    /// Close it by force (supervisor).
    ForceClose,
    /// The place in line and the expected wait (live).
    Place,
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
    /// Agents: the own ones (assigned, or waiting with the caller as last agent) instead of the queues' open ones.
    pub mine: bool,
    /// Continue below this id (ids sort by age).
    pub before: Option<ConversationId>,
    /// At most this many.
    pub limit: Option<usize>,
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
    /// The journal of one conversation.
    Journal(Vec<(Position, Recorded)>),
    /// Conversations.
    List(Vec<Arc<ConversationView>>),
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
}

/// A start that is only asked about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Supposed {
    /// What it would say.
    pub start: Start,
    /// When; `None` is now. Lengths, agents and their load are those of now.
    pub at: Option<Timestamp>,
}
