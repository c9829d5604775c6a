//! What the supervisor wants done, by whoever performs it.

use crate::domain::affair::Affair;
use crate::domain::commit::TimerMove;
use crate::domain::conversation::Conversation;
use crate::domain::device::Device;
use crate::domain::erasure::Erasure;
use crate::domain::event::Recorded;
use crate::domain::ids::{AgentId, ConversationId, CustomerId, WorkstreamId};
use crate::domain::reject::Reject;
use crate::engine::conversation::{Input, Origin};
use crate::engine::outbound::{Outbound, SessionId};
use crate::engine::request::Reply;
use crate::engine::summary::Summary;

use super::erasing::Erased;
use super::linking::LinkDone;
use super::sweep::TimerPage;

/// One life of a conversation's actor. A message of an earlier life is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Epoch(pub u64);

/// What wakes with a conversation.
#[derive(Debug, Clone)]
pub enum Woken {
    /// It is there.
    Here(Box<Summary>),
    /// There is no such conversation.
    Missing,
    /// It was set aside for an operator.
    Parked,
    /// The store could not read it.
    Unreadable,
    /// The store has more to read than it can take now.
    Busy,
}

/// What the supervisor wants done.
#[derive(Debug)]
pub enum Effect {
    /// Read this conversation, behind everything that was handed to the writer before,
    /// and start its actor; report `woken`.
    Wake(ConversationId, Epoch),
    /// Start the actor of a new conversation with these first events.
    Create {
        /// The state after them.
        state: Box<Conversation>,
        /// The events.
        events: Vec<Recorded>,
        /// Its first life.
        epoch: Epoch,
        /// Whom to answer.
        origin: Origin,
    },
    /// Hand this to the actor of that life.
    Forward(ConversationId, Epoch, Input),
    /// Ask the actor of that life to sleep; report `asleep` or `stays`.
    Drain(ConversationId, Epoch),
    /// Look up the newest conversation of a customer; report `looked_up`.
    LookUp(CustomerId, WorkstreamId),
    /// Tell one session.
    Answer(Origin, Reject),
    /// Tell one session what only the supervisor knows.
    Reply(Origin, Box<Result<Reply, Reject>>),
    /// Tell one session what it watches.
    Tell(SessionId, Outbound),
    /// Tell every connection of an agent.
    Notify(AgentId, Outbound),
    /// An offer was missed and the workstream wants the agent away.
    SetAway(AgentId),
    /// Set a conversation aside for an operator.
    Park(ConversationId, String),
    /// A timer's conversation could not take it now; its row stays.
    TimerDone(ConversationId),
    /// Read a page of timer rows and judge them by the configuration of now, behind
    /// everything that was handed to the writer before; report `timers_read`.
    ReadTimers(TimerPage),
    /// Move these rows; none of these conversations may wake in front of that. Report
    /// `timers_moved` when it is durable.
    MoveTimers(Vec<(ConversationId, TimerMove)>),
    /// Note that every timer row follows the configuration of this revision.
    Swept(u64),
    /// Write that a link is under way and that its device has ended; report `link_begun`.
    BeginLink {
        /// The device.
        customer: CustomerId,
        /// What is under way.
        affair: Box<Affair>,
        /// The device's row.
        device: Box<Device>,
    },
    /// Write more of what is under way about a customer.
    KeepAffair(CustomerId, Box<Affair>),
    /// Read what a link has to move, behind everything that was handed to the writer before;
    /// report `link_read` with this number.
    ReadLink {
        /// Its number.
        number: u64,
        /// The device.
        device: CustomerId,
        /// Who it turned out to be.
        into: CustomerId,
    },
    /// Write that a link is over; report `link_over`.
    EndLink {
        /// The device.
        customer: CustomerId,
        /// What came of it.
        done: Box<LinkDone>,
    },
    /// Tell whoever waits for it that the link of this device is over.
    LinkOver(CustomerId),
    /// Write that a customer is being erased; report `erasure_begun`.
    BeginErasure(CustomerId, Box<Erasure>),
    /// Write more of an erasure that is under way.
    KeepErasure(CustomerId, Box<Erasure>),
    /// Read which conversations a customer has, behind everything that was handed to the
    /// writer before; report `doomed_read` with this number.
    ReadDoomed {
        /// Its number.
        number: u64,
        /// Whose.
        customer: CustomerId,
    },
    /// Remove the rows of a conversation that nobody is in, behind everything that was handed
    /// to the writer before; report `thread_erased`.
    EraseThread(CustomerId, ConversationId),
    /// Remove the devices of a customer, their name in the audit, and the erasure's own row under
    /// it; report `traces_erased`.
    EraseTraces {
        /// Whose.
        customer: CustomerId,
        /// What had begun.
        erasure: Box<Erasure>,
    },
    /// Tell whoever waits for it what has gone.
    RowsErased {
        /// Who waits: for the erasure of this customer.
        customer: CustomerId,
        /// Under which name it is over later; `None`: there was nothing, and it is over.
        pseudonym: Option<CustomerId>,
        /// What has gone.
        erased: Box<Erased>,
    },
    /// Write the files anew that may hold what was removed around these conversations; report
    /// `bytes_erased`.
    EraseBytes(CustomerId, Vec<ConversationId>),
    /// Write that an erasure is over; report `erasure_over`.
    EndErasure(CustomerId),
    /// Tell whoever waits for it that the erasure is over.
    ErasureOver(CustomerId),
    /// Tell every session of a customer that they are not proven any more.
    DismissCustomer(CustomerId),
}
