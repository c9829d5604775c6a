//! What people are shown of a conversation, an agent, the floor. Derived, never stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::arrival::Arrival;
use crate::domain::company::{Distribution, Mode, Presence, Texts};
use crate::domain::conversation::{ConsultRole, Conversation, State};
use crate::domain::directory::Entry;
use crate::domain::event::{CloseReason, EndedBy};
use crate::domain::ids::{
    AgentId, ConversationId, CustomerId, Position, QueueId, QuickReplyId, Seq, WorkstreamId,
};
use crate::domain::message::Marks;
use crate::domain::note::NoteNumber;
use crate::domain::reject::Reject;
use crate::domain::routing::Explanation;
use crate::domain::time::{Millis, Timestamp};

/// How customers are called: as their token says, if it is passed on, else as they said.
const NAMES: [&str; 2] = ["claim.name", "name"];

/// What a customer is called by, as the context has it.
pub(super) fn name_in(context: &BTreeMap<String, String>) -> Option<&str> {
    let found = NAMES.iter().filter_map(|key| context.get(*key));
    found
        .map(|name| name.as_str())
        .find(|name| !name.trim().is_empty())
}

/// A conversation as its participants see it. Latest wins: a newer `version` replaces an older one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationView {
    /// Its id.
    pub id: ConversationId,
    /// Counts events; a newer view has a higher one.
    pub version: Position,
    /// Where it stands.
    pub state: State,
    /// Persistent or live.
    pub mode: Mode,
    /// Its rules.
    pub workstream: WorkstreamId,
    /// Whose it is.
    pub customer: CustomerId,
    /// Where it waits or waited.
    pub queue: QueueId,
    /// Who has it.
    pub agent: Option<AgentId>,
    /// The assigned agent has accepted.
    pub accepted: bool,
    /// When the current offer times out.
    pub offer_deadline: Option<Timestamp>,
    /// Being handed to this agent.
    pub transfer_to: Option<AgentId>,
    /// Waiting for this agent to have room or come back.
    pub waiting_for: Option<AgentId>,
    /// Whoever accepted last.
    pub last_agent: Option<AgentId>,
    /// The last message.
    pub last_seq: Seq,
    /// How far the customer has the thread.
    pub customer_marks: Marks,
    /// How far the company has the thread.
    pub agent_marks: Marks,
    /// When it was started.
    pub created_at: Timestamp,
    /// The last message or change of state.
    pub activity_at: Timestamp,
    /// Since when it has been without an agent.
    pub queued_at: Timestamp,
    /// Who ended it.
    pub ended_by: Option<EndedBy>,
    /// Why it became final.
    pub closed: Option<CloseReason>,
    /// The version that customers count: what is the company's own does not raise it.
    pub public_version: Position,
    /// The last private note. Not for customers, like everything that follows.
    pub last_note: NoteNumber,
    /// Normalised.
    pub tags: BTreeSet<String>,
    /// What it is about.
    pub subject: Option<Arc<str>>,
    /// Colleagues who read along.
    pub consultants: BTreeMap<AgentId, ConsultRole>,
    /// Why it was handed over, until somebody takes it.
    pub transfer_reason: Option<Arc<str>>,
    /// What the customer is called by, if they said.
    pub name: Option<Arc<str>>,
}

impl From<&Conversation> for ConversationView {
    fn from(c: &Conversation) -> Self {
        Self {
            id: c.id,
            version: c.position,
            state: c.state,
            mode: c.mode,
            workstream: c.workstream.clone(),
            customer: c.customer.clone(),
            queue: c.queue.clone(),
            agent: c.assignment.as_ref().map(|a| a.agent.clone()),
            accepted: c.accepted_agent().is_some(),
            offer_deadline: c.assignment.as_ref().and_then(|a| a.deadline),
            transfer_to: c.transfer.as_ref().map(|t| t.agent.clone()),
            waiting_for: (c.state == State::Open)
                .then(|| c.returning.as_ref().map(|r| r.agent.clone()))
                .flatten(),
            last_agent: c.last_agent.clone(),
            last_seq: c.last_seq,
            customer_marks: c.customer_marks,
            agent_marks: c.agent_marks,
            created_at: c.created_at,
            activity_at: c.activity_at,
            queued_at: c.queued_at,
            ended_by: c.ended.map(|(by, _)| by),
            closed: c.closed.map(|(reason, _)| reason),
            public_version: c.public_position,
            last_note: c.last_note,
            tags: c.tags.clone(),
            subject: c.subject.clone(),
            consultants: c.consultants.clone(),
            transfer_reason: c.transfer_reason.clone(),
            name: name_in(&c.context).map(Into::into),
        }
    }
}

/// An agent's presence and load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentView {
    /// Who.
    pub id: AgentId,
    /// The name customers see.
    pub display_name: String,
    /// What they say of themselves (offline while no connection is open).
    pub presence: Presence,
    /// Open connections.
    pub connections: usize,
    /// Units configured.
    pub capacity: u32,
    /// Units reserved.
    pub load: u32,
    /// Conversations that hold a reservation.
    pub conversations: Vec<ConversationId>,
}

/// A queue's depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueView {
    /// Which.
    pub id: QueueId,
    /// Conversations that wait in it (those waiting for their agent included).
    pub waiting: usize,
    /// Since when the first has been waiting.
    pub longest_since: Option<Timestamp>,
}

/// Everybody and everything, for supervisors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloorView {
    /// Every agent.
    pub agents: Vec<AgentView>,
    /// Every queue.
    pub queues: Vec<QueueView>,
    /// Open, active and wrap-up conversations.
    pub conversations: usize,
}

/// A conversation in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListItem {
    /// As its participants see it.
    pub view: ConversationView,
    /// How long the customer has been waiting for an agent; `None`: they are not.
    pub wait: Option<Millis>,
    /// Units it holds.
    pub units: u32,
    /// Higher goes first.
    pub priority: i32,
}

impl ListItem {
    /// A conversation as a list shows it at an instant.
    #[must_use]
    pub fn of(conversation: &Conversation, now: Timestamp) -> Self {
        let entry = Entry::from(conversation);
        Self {
            view: ConversationView::from(conversation),
            wait: entry.waiting_since().map(|since| now.since(since)),
            units: entry.units,
            priority: entry.priority,
        }
    }
}

/// A part of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListPage {
    /// Those found.
    pub items: Vec<ListItem>,
    /// Continue before this one: there may be more, also when the page is not full.
    pub next: Option<ConversationId>,
}

/// How many conversations there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CountsView {
    /// Of each state that was asked for.
    pub states: Vec<(State, u64)>,
    /// There are more waiting or closed ones than were counted.
    pub more: bool,
    /// What is open, by queue.
    pub queues: Vec<QueueCount>,
}

/// What is open in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueCount {
    /// Which.
    pub id: QueueId,
    /// How many.
    pub waiting: u64,
    /// How long the first of them has been waiting.
    pub longest_wait: Option<Millis>,
}

/// A quick reply as an agent sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuickReplyView {
    /// What the agent types for it.
    pub id: QuickReplyId,
    /// What stands in the list.
    pub title: String,
    /// What it says.
    pub words: Words,
    /// Its queues; empty is all.
    pub queues: Vec<QueueId>,
}

/// What a quick reply says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// To one customer: ready to be sent.
    Ready(String),
    /// As written, in every language, with its placeholders.
    Written(Texts),
}

/// The conversation that a start would return instead of beginning one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Existing {
    /// Which.
    pub id: ConversationId,
    /// Where it stands.
    pub state: State,
    /// Whoever had it last.
    pub last_agent: Option<AgentId>,
}

/// What would come of a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartExplained {
    /// When it was supposed to happen.
    pub at: Timestamp,
    /// Its rules.
    pub workstream: WorkstreamId,
    /// Persistent or live.
    pub mode: Mode,
    /// How open conversations reach agents.
    pub distribution: Distribution,
    /// The workstream takes new conversations.
    pub enabled: bool,
    /// Customers can start at the widget; `None`: there is none.
    pub widget_enabled: Option<bool>,
    /// The customer's unended conversation, which a start returns whatever follows here.
    pub existing: Option<Existing>,
    /// Why a new one would be refused.
    pub refused: Option<Reject>,
    /// Rules, queue, overflow.
    pub arrival: Arrival,
    /// It would end at once with this message.
    pub ends: Option<Texts>,
    /// Where it would wait.
    pub queue: Option<QueueStanding>,
}

/// A queue as a start would meet it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueStanding {
    /// Which.
    pub id: QueueId,
    /// It is open then.
    pub open: bool,
    /// When it opens, if it is closed.
    pub opens_at: Option<Timestamp>,
    /// Conversations that wait in it now.
    pub waiting: usize,
    /// The average wait of its live customers, where it means something.
    pub average_wait: Option<Millis>,
    /// The agent who would be preferred, having had the customer's last conversation.
    pub prefers: Option<AgentId>,
    /// Who would be considered now.
    pub agents: Explanation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_called_as_the_token_says_and_else_as_they_say_themselves() {
        let named = |all: &[(&str, &str)]| {
            let all = all.iter();
            let context: BTreeMap<String, String> = all
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect();
            name_in(&context).map(ToOwned::to_owned)
        };
        let (signed, said) = (("claim.name", "María"), ("name", "mallory"));
        assert_eq!(named(&[said, signed]).as_deref(), Some("María"));
        assert_eq!(named(&[said]).as_deref(), Some("mallory"));
        assert_eq!(
            named(&[said, ("claim.name", " ")]).as_deref(),
            Some("mallory")
        );
        assert_eq!(named(&[("name", "")]), None);
        assert_eq!(named(&[]), None);
    }
}
