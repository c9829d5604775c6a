//! Private notes: what colleagues write to each other about a conversation. The customer
//! never sees one, and a note changes nothing that the customer sees.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::company::Role;
use super::ids::{AgentId, ClientId, Seq};
use super::message::{DedupKey, Sender};
use super::time::Timestamp;

/// The number of a note: 1, 2, 3 … in its conversation, apart from the messages' numbers.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct NoteNumber(pub u64);

impl NoteNumber {
    /// The one after this.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The same as deduplication counts, which knows messages and notes alike.
    #[must_use]
    pub const fn as_seq(self) -> Seq {
        Seq(self.0)
    }
}

impl fmt::Display for NoteNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One note. Stored: fields are appended only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its number: gap-free in the conversation.
    pub number: NoteNumber,
    /// When the server took it.
    pub at: Timestamp,
    /// Who wrote it.
    pub by: AgentId,
    /// The writer's name for it.
    pub client_id: ClientId,
    /// The text, at most 8,000 characters.
    pub text: Arc<str>,
    /// For this colleague alone (and supervisors); `None`: for everybody of the company
    /// who may see the conversation.
    pub private_to: Option<AgentId>,
}

impl Note {
    /// The key under which a repetition of this note is recognised. Another than that of
    /// a message with the same client id.
    #[must_use]
    pub fn dedup_key(&self) -> DedupKey {
        DedupKey {
            sender: Sender::Notes(self.by.clone()),
            client_id: self.client_id.clone(),
        }
    }

    /// Whether somebody of the company who may see the conversation may read this note.
    #[must_use]
    pub fn is_for(&self, agent: &AgentId, role: Role) -> bool {
        match &self.private_to {
            None => true,
            Some(to) => to == agent || self.by == *agent || role >= Role::Supervisor,
        }
    }
}
