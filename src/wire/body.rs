//! The things that frames and HTTP answers are made of: views, messages, agents, refusals.
//!
//! Built from the engine's views by hand, for one [`Viewer`]: what a customer may not
//! see is left out here, in one place, for every transport.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::company::Company;
use crate::domain::ids::ConversationId;
use crate::domain::message::{Author, Marks, Message};
use crate::domain::note::Note;
use crate::domain::reject::Reject;
use crate::engine::request::Principal;
use crate::engine::view::{AgentView, ConversationView, FloorView, QueueView};
use crate::error;

use super::names::{
    CloseReasonName, ConsultRoleName, EndedByName, ModeName, PresenceName, RoleName, SideName,
    StateName, SystemName,
};

/// For whom something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Sees no queues, no waiting, and an agent only once they have accepted.
    Customer,
    /// Sees everything.
    Company,
}

impl From<&Principal> for Viewer {
    fn from(principal: &Principal) -> Self {
        match principal {
            Principal::Customer(_) => Self::Customer,
            Principal::Agent { .. } => Self::Company,
        }
    }
}

/// How far one side has the thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Marks)]
pub struct MarksBody {
    /// Received up to here.
    pub delivered: u64,
    /// Read up to here.
    pub read: u64,
}

impl From<Marks> for MarksBody {
    fn from(marks: Marks) -> Self {
        Self {
            delivered: marks.delivered.0,
            read: marks.read.0,
        }
    }
}

/// A conversation as its participants see it. The highest `version` wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Conversation)]
pub struct ViewBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub id: ConversationId,
    /// Counts events; for customers those that concern them.
    pub version: u64,
    /// Where it stands.
    pub state: StateName,
    /// Persistent or live.
    pub mode: ModeName,
    /// Its rules.
    pub workstream: String,
    /// Whose it is.
    pub customer: String,
    /// Where it waits or waited. Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// Who has it. Shown to customers once accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The assigned agent has accepted.
    pub accepted: bool,
    /// When the current offer times out. Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer_deadline: Option<i64>,
    /// Being handed to this agent. Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer_to: Option<String>,
    /// Waits for this agent to have room or come back. Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// Whoever accepted last. Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_agent: Option<String>,
    /// The last message.
    pub last_seq: u64,
    /// How far the customer has the thread.
    pub customer_marks: MarksBody,
    /// How far the company has the thread.
    pub agent_marks: MarksBody,
    /// When it was started.
    pub created_at: i64,
    /// The last message or change of state.
    pub activity_at: i64,
    /// Since when it has been without an agent.
    pub queued_at: i64,
    /// Who ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<EndedByName>,
    /// Why it became final.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<CloseReasonName>,
    /// The last private note; 0: there is none. Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_note: Option<u64>,
    /// In lower case. Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// What it is about. Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Colleagues who read along. Not shown to customers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub consultants: Vec<ConsultantBody>,
    /// Why it was handed over, until somebody takes it. Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer_reason: Option<String>,
    /// The context value `name`. Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A consulted colleague.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Consultant)]
pub struct ConsultantBody {
    /// Who.
    pub agent: String,
    /// `invited`: reads along and writes notes; `joined`: writes to the customer as well.
    pub role: ConsultRoleName,
}

impl ViewBody {
    /// The view for somebody.
    #[must_use]
    pub fn of(view: &ConversationView, viewer: Viewer) -> Self {
        // Destructured in full, so that a new field has to be decided about here.
        let ConversationView {
            id,
            version,
            state,
            mode,
            workstream,
            customer,
            queue,
            agent,
            accepted,
            offer_deadline,
            transfer_to,
            waiting_for,
            last_agent,
            last_seq,
            customer_marks,
            agent_marks,
            created_at,
            activity_at,
            queued_at,
            ended_by,
            closed,
            public_version,
            last_note,
            tags,
            subject,
            consultants,
            transfer_reason,
            name,
        } = view;
        let company = viewer == Viewer::Company;
        Self {
            id: *id,
            version: if company { version.0 } else { public_version.0 },
            state: (*state).into(),
            mode: (*mode).into(),
            workstream: workstream.to_string(),
            customer: customer.to_string(),
            queue: company.then(|| queue.to_string()),
            agent: agent
                .as_ref()
                .filter(|_| company || *accepted)
                .map(ToString::to_string),
            accepted: *accepted,
            offer_deadline: offer_deadline.filter(|_| company).map(|t| t.0),
            transfer_to: transfer_to
                .as_ref()
                .filter(|_| company)
                .map(ToString::to_string),
            waiting_for: waiting_for
                .as_ref()
                .filter(|_| company)
                .map(ToString::to_string),
            last_agent: last_agent
                .as_ref()
                .filter(|_| company)
                .map(ToString::to_string),
            last_seq: last_seq.0,
            customer_marks: (*customer_marks).into(),
            agent_marks: (*agent_marks).into(),
            created_at: created_at.0,
            activity_at: activity_at.0,
            queued_at: queued_at.0,
            ended_by: ended_by.map(Into::into),
            closed: closed.map(Into::into),
            last_note: company.then_some(last_note.0),
            tags: company.then(|| tags.iter().cloned().collect()),
            subject: subject
                .as_ref()
                .filter(|_| company)
                .map(ToString::to_string),
            consultants: consultants
                .iter()
                .filter(|_| company)
                .map(|(agent, role)| ConsultantBody {
                    agent: agent.to_string(),
                    role: (*role).into(),
                })
                .collect(),
            transfer_reason: transfer_reason
                .as_ref()
                .filter(|_| company)
                .map(ToString::to_string),
            name: name.as_ref().filter(|_| company).map(ToString::to_string),
        }
    }
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Author)]
pub struct AuthorBody {
    /// Which kind of author.
    pub kind: AuthorKind,
    /// The agent's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The name customers see, while the agent is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which system message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemName>,
}

/// The kinds of author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    /// The conversation's customer.
    Customer,
    /// An agent.
    Agent,
    /// The engine.
    System,
}

impl AuthorBody {
    /// The author with the display name that the company has configured now.
    #[must_use]
    pub fn of(author: &Author, company: &Company) -> Self {
        let none = Self {
            kind: AuthorKind::Customer,
            agent: None,
            name: None,
            system: None,
        };
        match author {
            Author::Customer => none,
            Author::Agent(id) => Self {
                kind: AuthorKind::Agent,
                agent: Some(id.to_string()),
                name: company.agents.get(id).map(|a| a.display_name.clone()),
                ..none
            },
            Author::System(kind) => Self {
                kind: AuthorKind::System,
                system: Some((*kind).into()),
                ..none
            },
        }
    }
}

/// One message of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageBody {
    /// Of which conversation.
    #[schema(value_type = String, format = "uuid")]
    pub conversation: ConversationId,
    /// Its number: gap-free in the conversation. Order is this, never the time.
    pub seq: u64,
    /// When the server took it.
    pub at: i64,
    /// Who wrote it.
    pub author: AuthorBody,
    /// The sender's name for it; system messages have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The text.
    pub text: String,
}

impl MessageBody {
    /// The message, told apart by its conversation.
    #[must_use]
    pub fn of(conversation: ConversationId, message: &Message, company: &Company) -> Self {
        let Message {
            seq,
            at,
            author,
            client_id,
            text,
        } = message;
        Self {
            conversation,
            seq: seq.0,
            at: at.0,
            author: AuthorBody::of(author, company),
            client_id: client_id.as_ref().map(ToString::to_string),
            text: text.to_string(),
        }
    }
}

/// One private note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Note)]
pub struct NoteBody {
    /// Of which conversation.
    #[schema(value_type = String, format = "uuid")]
    pub conversation: ConversationId,
    /// Its number: gap-free in the conversation, apart from the messages' numbers.
    pub number: u64,
    /// When the server took it.
    pub at: i64,
    /// Who wrote it.
    pub by: String,
    /// The writer's name for it.
    pub client_id: String,
    /// The text.
    pub text: String,
    /// For this colleague alone (and supervisors).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_to: Option<String>,
}

impl NoteBody {
    /// The note, told apart by its conversation.
    #[must_use]
    pub fn of(conversation: ConversationId, note: &Note) -> Self {
        let Note {
            number,
            at,
            by,
            client_id,
            text,
            private_to,
        } = note;
        Self {
            conversation,
            number: number.0,
            at: at.0,
            by: by.to_string(),
            client_id: client_id.to_string(),
            text: text.to_string(),
            private_to: private_to.as_ref().map(ToString::to_string),
        }
    }
}

/// An agent's presence and load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Agent)]
pub struct AgentBody {
    /// Who.
    pub id: String,
    /// The name customers see.
    pub display_name: String,
    /// Offline while no connection is open.
    pub presence: PresenceName,
    /// Open connections.
    pub connections: usize,
    /// Units configured.
    pub capacity: u32,
    /// Units reserved.
    pub load: u32,
    /// Conversations that hold a reservation.
    #[schema(value_type = Vec<String>)]
    pub conversations: Vec<ConversationId>,
}

impl From<&AgentView> for AgentBody {
    fn from(view: &AgentView) -> Self {
        let AgentView {
            id,
            display_name,
            presence,
            connections,
            capacity,
            load,
            conversations,
        } = view;
        Self {
            id: id.to_string(),
            display_name: display_name.clone(),
            presence: (*presence).into(),
            connections: *connections,
            capacity: *capacity,
            load: *load,
            conversations: conversations.clone(),
        }
    }
}

/// A queue's depth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Queue)]
pub struct QueueBody {
    /// Which.
    pub id: String,
    /// Conversations that wait in it.
    pub waiting: usize,
    /// Since when the first has been waiting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_since: Option<i64>,
}

impl From<&QueueView> for QueueBody {
    fn from(view: &QueueView) -> Self {
        let QueueView {
            id,
            waiting,
            longest_since,
        } = view;
        Self {
            id: id.to_string(),
            waiting: *waiting,
            longest_since: longest_since.map(|t| t.0),
        }
    }
}

/// Everybody and everything, for supervisors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Floor)]
pub struct FloorBody {
    /// Every agent.
    pub agents: Vec<AgentBody>,
    /// Every queue.
    pub queues: Vec<QueueBody>,
    /// Open, active and wrap-up conversations.
    pub conversations: usize,
}

impl From<&FloorView> for FloorBody {
    fn from(view: &FloorView) -> Self {
        let FloorView {
            agents,
            queues,
            conversations,
        } = view;
        Self {
            agents: agents.iter().map(Into::into).collect(),
            queues: queues.iter().map(Into::into).collect(),
            conversations: *conversations,
        }
    }
}

/// Who a session or a request belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Principal)]
pub struct PrincipalBody {
    /// Customer or agent.
    pub kind: SideName,
    /// Who.
    pub id: String,
    /// What they may do; agents only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleName>,
}

impl From<&Principal> for PrincipalBody {
    fn from(principal: &Principal) -> Self {
        match principal {
            Principal::Customer(id) => Self {
                kind: SideName::Customer,
                id: id.to_string(),
                role: None,
            },
            Principal::Agent { id, role } => Self {
                kind: SideName::Agent,
                id: id.to_string(),
                role: Some((*role).into()),
            },
        }
    }
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Refusal)]
pub struct RefusalBody {
    /// The stable code; match on this.
    pub code: &'static str,
    /// What to do, for people.
    pub message: String,
    /// Whether the same request may succeed later.
    pub retry: bool,
    /// How long to wait before that, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Who has it, with `already_taken`. Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<String>,
    /// When it opens, with `outside_hours`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<i64>,
    /// Everything that is wrong, one sentence each, with `in_use` and `invalid_configuration`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// The page of the code.
    pub help: String,
}

impl From<&Reject> for RefusalBody {
    fn from(reject: &Reject) -> Self {
        let Reject {
            code,
            sentence,
            retry_after: _,
            taken_by,
            opens_at,
            problems,
        } = reject;
        Self {
            code: code.as_str(),
            message: sentence.clone(),
            retry: code.retry(),
            retry_after_ms: error::retry_after(reject).map(|d| d.0),
            taken_by: taken_by.as_ref().map(ToString::to_string),
            opens_at: opens_at.map(|t| t.0),
            problems: problems.clone(),
            help: error::help(*code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::samples;

    #[test]
    fn a_customer_sees_no_queue_no_waiting_and_no_agent_who_has_not_accepted() {
        let mut view = samples::view();
        view.accepted = false;
        view.transfer_to = view.agent.clone();
        view.waiting_for = view.agent.clone();
        view.transfer_reason = Some("too hard".into());
        let shown =
            serde_json::to_value(ViewBody::of(&view, Viewer::Customer)).expect("plain data");
        for hidden in [
            "queue",
            "agent",
            "offer_deadline",
            "transfer_to",
            "waiting_for",
            "last_agent",
            "last_note",
            "tags",
            "subject",
            "consultants",
            "transfer_reason",
            "name",
        ] {
            let all = serde_json::to_value(ViewBody::of(&view, Viewer::Company)).expect("data");
            assert!(all.get(hidden).is_some(), "{hidden} is not in the sample");
            assert!(shown.get(hidden).is_none(), "{hidden} is shown");
        }
        assert_eq!(shown["version"], view.public_version.0);
        view.accepted = true;
        assert_eq!(
            ViewBody::of(&view, Viewer::Customer).agent.as_deref(),
            Some("anna")
        );
    }
}
