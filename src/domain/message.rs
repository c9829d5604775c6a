//! What stands in the thread: messages with a sequence, an author and a time.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::{AgentId, ClientId, Seq};
use super::time::Timestamp;

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Author {
    /// The conversation's customer.
    Customer,
    /// An agent.
    Agent(AgentId),
    /// The engine, with the kind of system message.
    System(SystemKind),
}

/// The system messages of SEMANTICS. Stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemKind {
    /// First words after a start.
    Greeting,
    /// An agent was assigned (offered).
    AgentAssigned,
    /// An agent accepted.
    AgentJoined,
    /// The agent left without ending.
    AgentLeft,
    /// Handed to another agent or queue.
    Transferred,
    /// The agent ended the conversation.
    AgentEnded,
    /// A timer or the engine ended the conversation.
    EndedBySystem,
    /// Written outside operating hours.
    OutsideHours,
    /// Written on a holiday.
    Holiday,
    /// Live: place in line.
    QueuePosition,
    /// Live: next in line.
    NextInLine,
    /// Live: average wait.
    AverageWait,
    /// Live: the customer's connection is gone.
    CustomerDisconnected,
    /// Live: the customer is back.
    CustomerReconnected,
    /// Persistent: the same agent is back.
    AgentReturned,
    /// Persistent: a timeout rule says it; the rule has the text.
    Reminder,
}

impl SystemKind {
    /// Said about the wait or the silence itself, which it must not break.
    #[must_use]
    pub const fn is_about_waiting(self) -> bool {
        matches!(
            self,
            Self::QueuePosition | Self::NextInLine | Self::AverageWait | Self::Reminder
        )
    }
}

/// One message of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its number: gap-free in the conversation. Order is this, never the clock.
    pub seq: Seq,
    /// When the server took it.
    pub at: Timestamp,
    /// Who wrote it.
    pub author: Author,
    /// The sender's name for it; system messages have none.
    pub client_id: Option<ClientId>,
    /// The text, at most 8,000 characters.
    pub text: Arc<str>,
}

/// Whose client ids: the same id from two senders is two messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sender {
    /// The conversation's customer.
    Customer,
    /// One agent.
    Agent(AgentId),
    /// One agent, for private notes: the same id for a message and for a note is two things.
    Notes(AgentId),
}

/// What makes a message the same message: its sender and the sender's name for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DedupKey {
    /// Who sent it.
    pub sender: Sender,
    /// The sender's name for it.
    pub client_id: ClientId,
}

impl Message {
    /// The key under which a repetition of this message is recognised.
    #[must_use]
    pub fn dedup_key(&self) -> Option<DedupKey> {
        let sender = match &self.author {
            Author::Customer => Sender::Customer,
            Author::Agent(agent) => Sender::Agent(agent.clone()),
            Author::System(_) => return None,
        };
        Some(DedupKey {
            sender,
            client_id: self.client_id.clone()?,
        })
    }
}

/// The two sides of a conversation, for marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The customer, over all devices.
    Customer,
    /// The company.
    Agent,
}

/// How far one side has the thread. Monotonic; `read ≤ delivered ≤ last`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Received up to here.
    pub delivered: Seq,
    /// Read up to here.
    pub read: Seq,
}
