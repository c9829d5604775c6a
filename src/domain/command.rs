//! What somebody wants of one conversation. Who asks comes with it; whether
//! they may is decided in `conversation/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::company::Role;
use super::event::{FormerCurrent, StickyEnd};
use super::ids::{AgentId, ClientId, CustomerId, QueueId, Seq, WidgetId, WorkstreamId};
use super::routing::Explanation;
use super::time::Millis;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A customer, by verified token.
    Customer(CustomerId),
    /// A person of the company, signed in.
    Agent {
        /// Who.
        id: AgentId,
        /// What they may do.
        role: Role,
    },
    /// linger itself: assignment, timers, supervision.
    Engine,
}

/// What is wanted. Imperative; events are past tense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Begin. Only for a conversation that does not exist yet.
    Start(Start),
    /// Add a message.
    Post {
        /// The sender's name for it.
        client_id: ClientId,
        /// The text.
        text: Arc<str>,
    },
    /// Note how far a side has the thread.
    Mark {
        /// Received up to here.
        delivered: Seq,
        /// Read up to here.
        read: Seq,
    },
    /// Put it before an agent (engine; or a supervisor's assignment).
    Offer {
        /// To whom.
        agent: AgentId,
        /// Above capacity, by an audited override.
        over_capacity: bool,
        /// Why this agent.
        explanation: Explanation,
        /// In the words of the supervisor who hands it over.
        reason: Option<Arc<str>>,
    },
    /// Take an offer (of the conversation or of a transfer).
    Accept,
    /// Refuse an offer.
    Reject,
    /// Take it from the list. The engine has checked capacity.
    Pick {
        /// Above capacity, by an audited override.
        over_capacity: bool,
        /// The record of the check.
        explanation: Explanation,
    },
    /// Take it back from the own waiting list. The engine has checked capacity.
    Reopen {
        /// Above capacity, by an audited override.
        over_capacity: bool,
        /// The record of the check.
        explanation: Explanation,
    },
    /// Leave it without ending it.
    Park,
    /// Give it back to the queue.
    Release,
    /// Offer it to another agent. The engine has checked capacity.
    TransferToAgent {
        /// To whom.
        agent: AgentId,
        /// Above capacity, by an audited override.
        over_capacity: bool,
        /// The record of the check.
        explanation: Explanation,
        /// In the words of whoever hands it over.
        reason: Option<Arc<str>>,
    },
    /// Move it to another queue.
    TransferToQueue {
        /// Where.
        queue: QueueId,
        /// In the words of whoever moves it.
        reason: Option<Arc<str>>,
    },
    /// End it for the customer.
    End,
    /// Finish wrap-up.
    Finish,
    /// Close it by force (supervisor).
    ForceClose,
    /// The sticky wait is over (engine).
    EndSticky {
        /// Why.
        reason: StickyEnd,
    },
    /// The agent has been gone for too long (engine).
    AgentAbsent {
        /// Who.
        agent: AgentId,
    },
    /// The customer's last connection is gone (engine).
    CustomerGone,
    /// The customer is connected again (engine).
    CustomerBack,
    /// Tell a live customer their place in line, if that is news (engine).
    TellPlace {
        /// From 1.
        position: u32,
        /// The average wait, where it means something.
        wait: Option<Millis>,
    },
    /// A timer is due (engine): do everything that is due by now, in due order.
    Tick,
    /// Add a private note.
    Note {
        /// The writer's name for it.
        client_id: ClientId,
        /// The text.
        text: Arc<str>,
        /// For this colleague alone.
        private_to: Option<AgentId>,
    },
    /// Add and remove tags.
    Tag {
        /// Those that shall be there.
        add: Vec<String>,
        /// Those that shall not.
        remove: Vec<String>,
    },
    /// Write the subject.
    SetSubject {
        /// What it shall say.
        subject: Arc<str>,
    },
    /// Invite a colleague to read along and to write notes.
    Consult {
        /// Whom.
        agent: AgentId,
    },
    /// Let a consulted colleague write to the customer.
    ConsultAdd {
        /// Whom.
        agent: AgentId,
    },
    /// Dismiss a consulted colleague, or leave.
    ConsultEnd {
        /// Whom; `None` is whoever asks.
        agent: Option<AgentId>,
    },
    /// Its queue may be gone (engine): go on where the configuration says.
    LeaveQueue,
    /// The agent has been disabled or deleted (engine).
    AgentGone {
        /// Who.
        agent: AgentId,
    },
    /// The queue of a live customer has closed (engine): tell them, if they wait in it.
    TellHours,
    /// It gets another owner (engine), if it is still of the first.
    Link {
        /// The device it is of.
        was: CustomerId,
        /// Who has proven to be that.
        customer: CustomerId,
        /// Starts of its new owner in this workstream go to it.
        current: bool,
        /// Where starts of the device go.
        former: FormerCurrent,
    },
    /// The customer goes on in another one (engine): close it, unless it is over for them anyway.
    Merge,
    /// The customer is being erased (engine): close it, whatever its state.
    Erase,
}

/// What a start says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Start {
    /// Where the customer started, if through a widget.
    pub widget: Option<WidgetId>,
    /// BCP 47 language of the customer.
    pub locale: String,
    /// Values from the page and the pre-chat answers.
    pub context: BTreeMap<String, String>,
    /// The start's own name: the same again is the same start.
    pub client_id: Option<ClientId>,
    /// The first message, if written with the start. Its client id is the start's.
    pub text: Option<Arc<str>>,
    /// The agent of the customer's last conversation (filled by the engine).
    pub last_agent: Option<AgentId>,
    /// The customer (filled by the engine from the token).
    pub customer: Option<CustomerId>,
    /// The workstream.
    pub workstream: Option<WorkstreamId>,
}
