//! What a session is told. One closed enum: a session matches it and writes frames.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use bytestring::ByteString;

use crate::domain::company::Presence;
use crate::domain::ids::{AgentId, AuthenticationId, ConversationId, CustomerId, Seq};
use crate::domain::message::{Message, Side};
use crate::domain::note::Note;
use crate::domain::reject::Reject;
use crate::domain::time::Timestamp;

use super::request::Reply;
use super::view::ConversationView;
use super::watch::{WatchPart, Watched};

/// One live connection (or one HTTP request), numbered by the server for its lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub u64);

/// A message on its way to readers: serialised once, shared by all.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its number.
    pub seq: Seq,
    /// The message.
    pub message: Arc<Message>,
    /// The frame, written by the first reader that needs it and shared by all clones.
    frame: Arc<OnceLock<ByteString>>,
}

impl Delivery {
    /// A message on its way. Clone it for each reader, so that they share its frame.
    #[must_use]
    pub fn new(message: Arc<Message>) -> Self {
        Self {
            seq: message.seq,
            message,
            frame: Arc::default(),
        }
    }

    /// The frame of this message, written at most once.
    pub fn frame(&self, write: impl FnOnce(&Message) -> ByteString) -> ByteString {
        self.frame.get_or_init(|| write(&self.message)).clone()
    }
}

/// What a session is told.
#[derive(Debug, Clone)]
pub enum Outbound {
    /// The answer to a request of this session.
    Answer {
        /// The session's own number for the request.
        request: u64,
        /// Yes or no.
        result: Result<Reply, Reject>,
    },
    /// Messages of a subscription, in order, without a gap. Uses as much credit as there are messages.
    Messages {
        /// Of which conversation.
        conversation: ConversationId,
        /// Oldest first.
        messages: Vec<Delivery>,
    },
    /// The state of a subscribed conversation. Latest wins.
    View(Arc<ConversationView>),
    /// Somebody types. Ephemeral.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// Which side.
        side: Side,
        /// The agent, if it is one.
        agent: Option<AgentId>,
        /// Started or stopped.
        on: bool,
    },
    /// A conversation (or a transfer) is put before this agent.
    Offer(OfferNotice),
    /// An offer is over: accepted elsewhere, declined, timed out or withdrawn.
    OfferEnded {
        /// Of which conversation.
        conversation: ConversationId,
        /// This agent now has it.
        taken: bool,
    },
    /// A conversation of this agent changed (assigned, parked, ended …), followed or not.
    Assigned(Arc<ConversationView>),
    /// The customer of a conversation this agent had has written (SEMANTICS, Sticky assignment, 6).
    CustomerReturned {
        /// Which conversation.
        conversation: ConversationId,
        /// Who wrote.
        customer: CustomerId,
    },
    /// A private note of a followed conversation, durable by now. Never told to customers. Dropped
    /// when the session does not keep up: the state says which note is the last.
    Note {
        /// Of which conversation.
        conversation: ConversationId,
        /// The note.
        note: Arc<Note>,
    },
    /// This agent is consulted about a conversation, or was added to it.
    Consult(Arc<ConversationView>),
    /// This agent is consulted no longer.
    ConsultEnded {
        /// About which conversation.
        conversation: ConversationId,
    },
    /// The session follows a conversation no longer, because its agent may not see it any more.
    Unfollowed {
        /// Which conversation.
        conversation: ConversationId,
    },
    /// The own presence changed, here or on another connection, or by the server.
    Presence {
        /// What it is now.
        presence: Presence,
    },
    /// What changed of what this session watches. There is one on its way at a time: the
    /// session says when it has taken it.
    Watch(Box<WatchPart>),
    /// This session watches that no longer, because its agent may not any more.
    Unwatched(Watched),
    /// The server stops; reconnect. The session closes with 1001.
    GoAway,
    /// This agent is signed out: disabled, deleted, or with another role or secret. The
    /// session closes.
    Dismissed,
    /// These settings of how customers prove who they are were changed or removed: whoever is
    /// here by one of them proves it anew.
    ProveAnew(Arc<BTreeSet<AuthenticationId>>),
}

/// An offer as the agent sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferNotice {
    /// Which conversation.
    pub view: Arc<ConversationView>,
    /// When it times out.
    pub deadline: Timestamp,
    /// It comes back to this agent.
    pub returning: bool,
    /// A colleague hands it over.
    pub transfer: bool,
}
