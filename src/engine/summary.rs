//! What the supervisor keeps of a conversation: enough to assign it and to account
//! for capacity. A projection; the journal is the truth.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::conversation::{Conversation, Reservation, State};
use crate::domain::directory::Entry;
use crate::domain::event::Returning;
use crate::domain::ids::{AgentId, ConversationId, CustomerId, Position, QueueId, WorkstreamId};
use crate::domain::time::Timestamp;

use super::view::ConversationView;

/// A conversation as the supervisor knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What participants see.
    pub view: Arc<ConversationView>,
    /// Higher goes first.
    pub priority: i32,
    /// Goes ahead of everything else in the queue.
    pub is_return: bool,
    /// On its way back to this agent.
    pub returning: Option<Returning>,
    /// Units held: what load is the sum of.
    pub reservations: Vec<Reservation>,
    /// How often each agent declined since the last acceptance.
    pub declines: BTreeMap<AgentId, u8>,
    /// When the offered transfer times out.
    pub transfer_deadline: Option<Timestamp>,
    /// The current assignment came back to the agent who had it.
    pub assigned_returning: bool,
    /// An offer timed out in this step.
    pub missed_by: Option<AgentId>,
    /// What the directory says of it, for counts.
    pub entry: Arc<Entry>,
    /// The place in line that the customer was told last, and when.
    pub told_place: Option<(u32, Timestamp)>,
    /// The customer was told that the queue is closed, since they last came.
    pub told_hours: bool,
    /// Live: the customer is disconnected.
    pub customer_gone: bool,
}

impl From<&Conversation> for Summary {
    fn from(c: &Conversation) -> Self {
        Self {
            view: Arc::new(ConversationView::from(c)),
            priority: c.priority,
            is_return: c.is_return,
            returning: c.returning.clone(),
            reservations: c.reservations.clone(),
            declines: c.declines.clone(),
            transfer_deadline: c.transfer.as_ref().map(|t| t.deadline),
            assigned_returning: c.assignment.as_ref().is_some_and(|a| a.returning),
            missed_by: None,
            entry: Arc::new(Entry::from(c)),
            told_place: c.told_place,
            told_hours: c.told_hours,
            customer_gone: c.customer_gone_at.is_some(),
        }
    }
}

impl Summary {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> ConversationId {
        self.view.id
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.view.state
    }

    /// The version.
    #[must_use]
    pub fn position(&self) -> Position {
        self.view.version
    }

    /// Its rules.
    #[must_use]
    pub fn workstream(&self) -> &WorkstreamId {
        &self.view.workstream
    }

    /// Where it waits.
    #[must_use]
    pub fn queue(&self) -> &QueueId {
        &self.view.queue
    }

    /// Whose it is, under which rules: at most one unended conversation has this key.
    #[must_use]
    pub fn owner(&self) -> (CustomerId, WorkstreamId) {
        (self.view.customer.clone(), self.view.workstream.clone())
    }

    /// The supervisor knows conversations in these states also while they sleep.
    #[must_use]
    pub fn is_live(&self) -> bool {
        is_live(self.state())
    }
}

/// Open, active and wrap-up need somebody's attention; waiting and closed do not.
#[must_use]
pub const fn is_live(state: State) -> bool {
    matches!(state, State::Open | State::Active | State::WrapUp)
}
