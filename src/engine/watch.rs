//! What a session watches, and what it is told of it: a part of the whole at first, then
//! only what changed.
//!
//! A client keeps a copy: items and agents and queues replace what it has of the same id,
//! `gone` removes. What is put in is applied before what is taken out, so a conversation can
//! be shown a last time in the part in which it leaves.

use std::sync::Arc;

use crate::domain::ids::{AgentId, ConversationId, QueueId};
use crate::domain::time::Timestamp;

use super::summary::Summary;
use super::view::{AgentView, ConversationView, QueueView};

/// What can be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Watched {
    /// What an agent finds in lists and is not waiting: open in their queues, and theirs. With
    /// the depth of their queues, and themselves.
    Queues,
    /// Everything open, active and in wrap-up, every agent, every queue.
    Floor,
}

/// A conversation as those who watch see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchItem {
    /// As its participants see it.
    pub view: Arc<ConversationView>,
    /// Since when the customer has been waiting for an agent; `None`: they are not.
    pub waiting_since: Option<Timestamp>,
    /// Units it holds.
    pub units: u32,
    /// Higher goes first.
    pub priority: i32,
}

impl From<&Summary> for WatchItem {
    fn from(summary: &Summary) -> Self {
        Self {
            view: summary.view.clone(),
            waiting_since: summary.entry.waiting_since(),
            units: summary.entry.units,
            priority: summary.entry.priority,
        }
    }
}

/// Changes of what a session watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchPart {
    /// Of which watch.
    pub what: Watched,
    /// Its number; the session says it when it has taken the part.
    pub number: u64,
    /// Conversations that are new or different.
    pub conversations: Vec<WatchItem>,
    /// Conversations that are out of sight.
    pub gone: Vec<ConversationId>,
    /// Agents who are new or different.
    pub agents: Vec<AgentView>,
    /// Agents who are not configured any more.
    pub gone_agents: Vec<AgentId>,
    /// Queues that are new or different.
    pub queues: Vec<QueueView>,
    /// Queues that are out of sight.
    pub gone_queues: Vec<QueueId>,
    /// There is more already; it follows when this part has been taken.
    pub more: bool,
}

impl WatchPart {
    /// Nothing, in a part with this number.
    #[must_use]
    pub const fn empty(what: Watched, number: u64) -> Self {
        Self {
            what,
            number,
            conversations: Vec::new(),
            gone: Vec::new(),
            agents: Vec::new(),
            gone_agents: Vec::new(),
            queues: Vec::new(),
            gone_queues: Vec::new(),
            more: false,
        }
    }

    /// It says nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.conversations.is_empty()
            && self.gone.is_empty()
            && self.agents.is_empty()
            && self.gone_agents.is_empty()
            && self.queues.is_empty()
            && self.gone_queues.is_empty()
    }
}
