//! What one step of a conversation writes: one batch, all or nothing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::affair::Affair;
use super::audit::AuditRecord;
use super::company::{Company, Presence};
use super::conversation::Conversation;
use super::device::{Device, DeviceId};
use super::directory::Entry;
use super::erasure::{Erasure, Remains};
use super::event::Recorded;
use super::ids::{AgentId, AuthenticationId, ConversationId, CustomerId, Position, WorkstreamId};
use super::staff::StaffRow;
use super::statistics::Sample;
use super::time::Timestamp;

/// One step of one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// The position of the first event; the others follow without a gap.
    pub first: Position,
    /// What happened, at least one.
    pub events: Vec<Recorded>,
    /// The state after the last event, when it is time to write a snapshot.
    pub snapshot: Option<Arc<Conversation>>,
    /// The conversation enters (true) or leaves (false) the set that the supervisor
    /// knows: open, active, wrap-up.
    pub live: Option<bool>,
    /// Its row among the durable timers moves.
    pub timer: Option<TimerMove>,
    /// It enters (true) or leaves (false) an agent's list of waiting conversations.
    pub waiting: Vec<(AgentId, bool)>,
    /// Its row in the directory, after a step that did more than add messages or marks.
    pub directory: Option<Arc<Entry>>,
    /// What of it belongs into the audit.
    pub audit: Vec<AuditRecord>,
    /// Its rules, under which its events are counted.
    pub workstream: WorkstreamId,
    /// Since when it has been without an agent, after the step.
    pub queued_at: Timestamp,
}

/// A conversation has at most one timer row: no later than the earliest of its timers.
/// It may be earlier (a message postpones silence without rewriting the row);
/// the conversation looks again when it fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerMove {
    /// The row as it is.
    pub from: Option<Timestamp>,
    /// The row as it shall be.
    pub to: Option<Timestamp>,
}

/// Timer rows that are later than they should be: the configuration was changed since they
/// were written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LateTimers {
    /// Where each of them belongs.
    pub moves: Vec<(ConversationId, TimerMove)>,
    /// There are more rows after that of this conversation.
    pub next: Option<ConversationId>,
}

/// What is kept of an agent's presence through a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentRow {
    /// What the agent last said of themselves.
    pub chosen: Presence,
    /// Since when no connection is open; `None` while one is.
    pub gone_since: Option<Timestamp>,
}

/// The last good keys of an authentication setting that fetches them, for a start during an
/// outage. Public keys: nothing about them is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptKeys {
    /// From where.
    pub url: String,
    /// As it came.
    pub document: String,
    /// When.
    pub at: Timestamp,
}

/// Everything that is ever written while the server runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// A step of a conversation.
    Commit(Commit),
    /// A snapshot outside a step: before sleep. The state must be committed.
    Snapshot(Arc<Conversation>),
    /// The timer row alone moves: it fired early and waits again.
    Timer {
        /// Of which conversation.
        conversation: ConversationId,
        /// From where to where.
        timer: TimerMove,
    },
    /// An agent's presence.
    Agent {
        /// Who.
        agent: AgentId,
        /// The row.
        row: AgentRow,
    },
    /// The configuration, and who made it so.
    Company {
        /// The configuration.
        company: Arc<Company>,
        /// The change; `None` where nobody changed anything, such as in a fixture.
        audit: Option<Arc<AuditRecord>>,
    },
    /// Nothing: it is reported when everything handed over before it is durable.
    Barrier,
    /// A conversation that failed repeatedly is set aside (or taken back) with a reason.
    Parked {
        /// Which.
        conversation: ConversationId,
        /// Why; `None` takes it back.
        reason: Option<String>,
    },
    /// Every timer row follows the configuration of this revision.
    Swept(u64),
    /// What is known of a device.
    Device {
        /// Which.
        id: DeviceId,
        /// What.
        device: Arc<Device>,
    },
    /// The last good keys of an authentication setting.
    KeptKeys {
        /// Which setting.
        setting: AuthenticationId,
        /// The keys; `None`: it fetches none any more.
        keys: Option<Arc<KeptKeys>>,
    },
    /// How people sign in: all of these rows, or none.
    Staff(Vec<StaffRow>),
    /// Appended to the audit.
    Audit(Arc<AuditRecord>),
    /// All of these, or none.
    All(Vec<Self>),
    /// What is under way about a customer.
    Affair {
        /// Who.
        customer: CustomerId,
        /// What; `None`: it is over.
        affair: Option<Arc<Affair>>,
    },
    /// An erasure that is under way.
    Erasure {
        /// Of which customer; once none is named any more, under the pseudonym.
        customer: CustomerId,
        /// How it stands; `None`: it is over.
        erasure: Option<Arc<Erasure>>,
    },
    /// A conversation goes, with every row of it.
    Erase(Arc<Remains>),
    /// A device goes.
    NoDevice(DeviceId),
    /// A record of the audit, without the customer that it named.
    AuditAnew {
        /// Its number.
        seq: u64,
        /// What is left of it.
        record: Arc<AuditRecord>,
    },
    /// How many were waiting for an agent when a quarter of an hour ended.
    Sample(Arc<Sample>),
}
