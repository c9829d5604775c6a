//! What has happened to a conversation. Stored for ever: variants and fields are
//! appended, never reordered or removed (the storage codec is positional).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::company::Mode;
use super::ids::{
    AgentId, ClientId, ConversationId, CustomerId, QueueId, Seq, WidgetId, WorkstreamId,
};
use super::message::{Message, Side};
use super::note::Note;
use super::routing::Explanation;
use super::time::{Millis, Timestamp};

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
    /// The workstream does not keep the same agent any more.
    SwitchedOff,
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

impl ReleaseReason {
    /// The agent is gone without having decided anything about the conversation.
    #[must_use]
    pub const fn is_vanished(self) -> bool {
        match self {
            Self::Absent | Self::Dismissed => true,
            Self::Released | Self::Parked => false,
        }
    }
}

/// Who parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkedBy {
    /// The agent's ✖.
    Agent,
    /// The customer was silent for longer than `auto_park_after`.
    Silence,
    /// A timeout rule.
    TimeoutRule,
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
    /// Overflow of a queue ended it.
    Overflow,
    /// A timeout rule.
    TimeoutRule,
    /// The customer linked a device, and it goes on in their other conversation.
    Merged,
    /// The customer is being erased.
    Erased,
}

/// Why a conversation does not wait in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverflowReason {
    /// The queue is closed.
    OutsideHours,
    /// So many waited already.
    TooMany {
        /// How many.
        waiting: u32,
    },
    /// It waited so long, in operating time of the queue.
    TooLong {
        /// As long as the queue allows.
        after: Millis,
    },
}

/// What overflow led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverflowedTo {
    /// It waits in this queue now.
    Queue(QueueId),
    /// It ends.
    End,
    /// It stays: the other queue was closed, gone, or had had it before.
    Stays,
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
        /// In the words of the supervisor who handed it over.
        reason: Option<Arc<str>>,
        /// The supervisor who decided it; `None`: linger's own choice.
        by: Option<AgentId>,
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
        /// The supervisor who decided it; `None`: linger's own choice, or the agent's.
        by: Option<AgentId>,
        /// Why, in the words of the supervisor who assigned it or of whoever moved it to the queue.
        reason: Option<Arc<str>>,
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
        /// In the words of whoever hands it over.
        reason: Option<Arc<str>>,
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
        /// In the words of whoever asked.
        reason: Option<Arc<str>>,
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
    /// A private note was taken. The customer never learns of it.
    Noted(Arc<Note>),
    /// Tags came or went. Private.
    Tagged {
        /// Who.
        by: AgentId,
        /// Tags that were not there.
        added: BTreeSet<String>,
        /// Tags that were there.
        removed: BTreeSet<String>,
    },
    /// The subject was written by hand. Private.
    SubjectSet {
        /// Who.
        by: AgentId,
        /// What it says now.
        subject: Arc<str>,
    },
    /// A colleague was invited to read along and to write notes. Private.
    ConsultInvited {
        /// Whom.
        agent: AgentId,
        /// Who asked.
        by: AgentId,
    },
    /// The consulted colleague was added: from now on they write to the customer as well. Private:
    /// the customer is told by a message.
    ConsultJoined {
        /// Whom.
        agent: AgentId,
        /// Who asked.
        by: AgentId,
    },
    /// The consulted colleague left or was dismissed. Private.
    ConsultEnded {
        /// Who is consulted no longer.
        agent: AgentId,
        /// Who asked.
        by: AgentId,
    },
    /// open: it does not wait (any longer) in this queue.
    Overflowed {
        /// The queue that sends it on.
        from: QueueId,
        /// Where.
        to: OverflowedTo,
        /// Why.
        reason: OverflowReason,
    },
    /// A side was silent for too long; what the rule does follows.
    SilenceNoted {
        /// The name of the timeout rule.
        rule: String,
        /// Who is silent.
        silent: Side,
        /// For how long, as the rule says.
        after: Millis,
    },
    /// The customer was told their place in line (live only).
    PlaceTold {
        /// From 1.
        position: u32,
    },
    /// Its queue was deleted; it goes on in this one, with its agent and its place in line.
    QueueMoved {
        /// Where it goes on.
        queue: QueueId,
    },
    /// Somebody who was known by their device has proven who they are: it is theirs now.
    Linked {
        /// Whose it is from now on.
        customer: CustomerId,
        /// The device it was of.
        was: CustomerId,
        /// Under which rules: whoever keeps indexes looks nothing up.
        workstream: WorkstreamId,
        /// Starts of its new owner in this workstream go to it.
        current: bool,
        /// Where starts of the device went.
        former: FormerCurrent,
    },
}

/// What becomes of the row that says where starts of a device in a workstream go, when one
/// of its conversations gets another owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FormerCurrent {
    /// It names another one.
    Stays,
    /// Nothing is left there.
    Goes,
    /// It names one that had to be left behind.
    Names(ConversationId),
}

impl Event {
    /// Whether this is the company's own: nothing that the customer sees changes by it, not
    /// even the version of the conversation.
    #[must_use]
    pub const fn is_private(&self) -> bool {
        matches!(
            self,
            Self::Noted(_)
                | Self::Tagged { .. }
                | Self::SubjectSet { .. }
                | Self::ConsultInvited { .. }
                | Self::ConsultJoined { .. }
                | Self::ConsultEnded { .. }
        )
    }
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
