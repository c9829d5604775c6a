//! What has happened to a conversation. Stored for ever: variants and fields are
//! appended, never reordered or removed (the storage codec is positional).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::company::Mode;
use super::ids::{AgentId, ClientId, CustomerId, QueueId, Seq, WidgetId, WorkstreamId};
use super::message::{Message, Side};
use super::routing::Explanation;
use super::time::Timestamp;

/// One event with the time at which it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// When it was decided.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// Why a sticky wait ended without the sticky agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StickyEnd {
    /// Waited as long as `patience` allows.
    PatienceOver,
    /// The agent is full and `when_full` is `queue`.
    AgentFull,
    /// The agent is absent and `when_absent` is `queue`.
    AgentAbsent,
    /// The agent is deleted or disabled.
    AgentGone,
    /// The agent rejected the returning offer or let it time out.
    OfferDeclined,
}

/// Why an offer ended without acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    /// The agent said no.
    Rejected,
    /// The deadline passed.
    TimedOut,
    /// Withdrawn by the engine: the customer ended, somebody else was assigned.
    Withdrawn,
}

/// How a conversation came to an agent without an open offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignedHow {
    /// The agent took it from the list.
    Picked,
    /// The agent reopened it from their waiting list.
    Reopened,
    /// The workstream accepts offers automatically.
    AutoAccepted,
}

/// Why an agent no longer has a conversation that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// The agent gave it back.
    Released,
    /// The agent was gone longer than the absence limit.
    Absent,
    /// Live: the agent closed it without ending.
    Parked,
    /// The agent was disabled or deleted.
    Dismissed,
}

/// Who parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkedBy {
    /// The agent's ✖.
    Agent,
    /// The customer was silent for longer than `auto_park_after`.
    Silence,
}

/// Who ended the talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The assigned agent.
    Agent,
    /// The customer (live only).
    Customer,
    /// The customer was disconnected longer than the limit (live only).
    Disconnect,
}

/// Why a conversation became final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// The agent finished wrap-up.
    Finished,
    /// The wrap-up timer.
    WrapUpOver,
    /// Nothing happened for too long.
    Inactivity,
    /// The customer ended while nobody was assigned (live).
    CustomerLeft,
    /// A supervisor closed it by force.
    Forced,
}

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The customer started.
    Started {
        /// Who.
        customer: CustomerId,
        /// Under which rules.
        workstream: WorkstreamId,
        /// The workstream's mode, fixed for this conversation.
        mode: Mode,
        /// Where.
        widget: Option<WidgetId>,
        /// BCP 47 language of the customer.
        locale: String,
        /// Values from the page, the token and the pre-chat answers.
        context: BTreeMap<String, String>,
        /// Where it waits.
        queue: QueueId,
        /// The routing rule that chose the queue; `None`: the default queue.
        route: Option<String>,
        /// Higher goes first.
        priority: i32,
        /// The agent of the customer's last conversation, if preferred, and until when.
        prefer: Option<Returning>,
        /// The start's own name, for repeated starts.
        client_id: Option<ClientId>,
    },
    /// A message was taken into the thread.
    Posted(Arc<Message>),
    /// waiting → open: the customer wrote.
    Returned {
        /// The agent it belongs to; `None`: stickiness is off.
        sticky: Option<Returning>,
    },
    /// The sticky wait ended; the conversation is the queue's.
    StickyEnded {
        /// Why.
        reason: StickyEnd,
    },
    /// open or waiting → active, not yet accepted.
    Offered {
        /// To whom.
        agent: AgentId,
        /// Units reserved.
        units: u32,
        /// Reserved above capacity, by an audited override.
        over_capacity: bool,
        /// When it counts as timed out.
        deadline: Timestamp,
        /// It comes back to the agent who had it.
        returning: bool,
        /// Why this agent.
        explanation: Explanation,
    },
    /// The offered agent accepted.
    Accepted {
        /// Who.
        agent: AgentId,
    },
    /// active → open: the offered agent did not take it.
    Declined {
        /// Who.
        agent: AgentId,
        /// How.
        reason: DeclineReason,
    },
    /// open or waiting → active, accepted at once.
    Assigned {
        /// To whom.
        agent: AgentId,
        /// Units reserved.
        units: u32,
        /// Reserved above capacity, by an audited override.
        over_capacity: bool,
        /// How it came about.
        how: AssignedHow,
        /// It comes back to the agent who had it.
        returning: bool,
        /// Why this agent.
        explanation: Explanation,
    },
    /// active → waiting.
    Parked {
        /// Who parked.
        by: ParkedBy,
    },
    /// active → open.
    Released {
        /// Who had it.
        agent: AgentId,
        /// Why.
        reason: ReleaseReason,
        /// The wait for the same agent, when it vanished.
        sticky: Option<Returning>,
    },
    /// active, while the agent keeps it: offered to another.
    TransferOffered {
        /// To whom.
        agent: AgentId,
        /// Who asked.
        by: AgentId,
        /// Units reserved.
        units: u32,
        /// Reserved above capacity, by an audited override.
        over_capacity: bool,
        /// When it counts as timed out.
        deadline: Timestamp,
        /// Why this agent.
        explanation: Explanation,
    },
    /// The other agent took it; the old one is released.
    TransferAccepted {
        /// Who has it now.
        agent: AgentId,
    },
    /// The other agent did not take it; the old one keeps it.
    TransferDeclined {
        /// Who.
        agent: AgentId,
        /// How.
        reason: DeclineReason,
    },
    /// active → open in another queue.
    TransferredToQueue {
        /// Where it waits now.
        queue: QueueId,
        /// Who asked.
        by: AgentId,
    },
    /// active → `wrap_up`: over for the customer.
    Ended {
        /// Who ended.
        by: EndedBy,
    },
    /// The units of an ended conversation were freed by the wrap-up policy.
    UnitsFreed,
    /// Final.
    Closed {
        /// Why.
        reason: CloseReason,
        /// Who, where a person did.
        by: Option<AgentId>,
    },
    /// A side has the thread up to here.
    Marked {
        /// Which side.
        side: Side,
        /// Received up to here.
        delivered: Seq,
        /// Read up to here.
        read: Seq,
    },
    /// The customer's last connection is gone (live only).
    CustomerGone,
    /// The customer is connected again (live only).
    CustomerBack,
    /// Its queue was deleted; it goes on in this one, with its agent and its place in line.
    QueueMoved {
        /// Where it goes on.
        queue: QueueId,
    },
}

/// A conversation on its way back to the agent who had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returning {
    /// Whose it is.
    pub agent: AgentId,
    /// When it came back: its place in the queue should it go there.
    pub since: Timestamp,
    /// When patience ends; `None`: never.
    pub until: Option<Timestamp>,
}
