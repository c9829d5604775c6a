//! The directory: one small row about every conversation, closed ones included, from
//! which lists and counts are answered without reading conversations.
//!
//! A row is written with every step that does more than add messages or marks, in the
//! same commit, so it is never ahead of the journal and never behind it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::company::Mode;
use super::conversation::{Conversation, State};
use super::event::{CloseReason, Event};
use super::ids::{AgentId, CustomerId, QueueId, WorkstreamId};
use super::message::Author;
use super::time::Timestamp;

/// What the directory says about one conversation. Fields are appended only: rows are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it stands.
    pub state: State,
    /// Persistent or live.
    pub mode: Mode,
    /// Where it waits or waited.
    pub queue: QueueId,
    /// Its rules.
    pub workstream: WorkstreamId,
    /// Whose it is.
    pub customer: CustomerId,
    /// Who has it.
    pub agent: Option<AgentId>,
    /// The assigned agent has accepted.
    pub accepted: bool,
    /// Whoever accepted last.
    pub last_agent: Option<AgentId>,
    /// Higher goes first.
    pub priority: i32,
    /// When it was started.
    pub created_at: Timestamp,
    /// Since when it has been without an agent.
    pub queued_at: Timestamp,
    /// The last activity as of the step that wrote this row; messages do not renew it.
    pub activity_at: Timestamp,
    /// Why it became final.
    pub closed: Option<CloseReason>,
    /// What people have labelled it with.
    pub tags: BTreeSet<String>,
    /// What it is about, in a line.
    pub subject: String,
    /// Waiting for this agent to have room or come back.
    pub waiting_for: Option<AgentId>,
    /// Being handed to this agent.
    pub transfer_to: Option<AgentId>,
    /// Units it holds, of all agents together.
    pub units: u32,
    /// Agents who are consulted.
    pub consultants: BTreeSet<AgentId>,
}

impl From<&Conversation> for Entry {
    fn from(c: &Conversation) -> Self {
        Self {
            state: c.state,
            mode: c.mode,
            queue: c.queue.clone(),
            workstream: c.workstream.clone(),
            customer: c.customer.clone(),
            agent: c.assignment.as_ref().map(|a| a.agent.clone()),
            accepted: c.accepted_agent().is_some(),
            last_agent: c.last_agent.clone(),
            priority: c.priority,
            created_at: c.created_at,
            queued_at: c.queued_at,
            activity_at: c.activity_at,
            closed: c.closed.map(|(reason, _)| reason),
            tags: c.tags.clone(),
            subject: c.subject.as_deref().unwrap_or_default().to_owned(),
            waiting_for: (c.state == State::Open)
                .then(|| c.returning.as_ref().map(|r| r.agent.clone()))
                .flatten(),
            transfer_to: c.transfer.as_ref().map(|t| t.agent.clone()),
            units: c.reservations.iter().map(|r| r.units).sum(),
            consultants: c.consultants.keys().cloned().collect(),
        }
    }
}

impl Entry {
    /// Whether an event makes a new row due: everything but marks, notes and messages, of
    /// which the first of the customer becomes the subject.
    #[must_use]
    pub fn is_due_after(event: &Event, had_subject: bool) -> bool {
        match event {
            Event::Posted(message) => message.author == Author::Customer && !had_subject,
            Event::Marked { .. } | Event::Noted(_) => false,
            _ => true,
        }
    }

    /// Since when the customer has been waiting for an agent: in the queue, and while an
    /// offer is not answered.
    #[must_use]
    pub fn waiting_since(&self) -> Option<Timestamp> {
        let waits = self.state == State::Open || (self.state == State::Active && !self.accepted);
        waits.then_some(self.queued_at)
    }

    /// Whether it is this agent's: they have it, are being handed it, are waited for, or
    /// were the last to have it and nobody has it now.
    #[must_use]
    pub fn is_of(&self, agent: &AgentId) -> bool {
        let is = |who: &Option<AgentId>| who.as_ref() == Some(agent);
        let left = matches!(self.state, State::Waiting | State::Closed);
        is(&self.agent)
            || is(&self.transfer_to)
            || is(&self.waiting_for)
            || self.consultants.contains(agent)
            || (left && is(&self.last_agent))
    }

    /// Whether an agent finds it in lists: their own, what they had last, and what is open
    /// in their queues.
    #[must_use]
    pub fn is_listed_for(&self, agent: &AgentId, queues: &BTreeSet<QueueId>) -> bool {
        self.is_of(agent)
            || self.last_agent.as_ref() == Some(agent)
            || (self.state == State::Open && queues.contains(&self.queue))
    }
}

/// Which conversations have to be looked at to find what is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Every one there is.
    All,
    /// The customer's own, closed ones included.
    OfCustomer(CustomerId),
    /// What is not closed.
    Unclosed {
        /// Open, active and wrap-up ones.
        live: bool,
        /// The waiting ones of this agent.
        waiting_of: Option<AgentId>,
    },
}
