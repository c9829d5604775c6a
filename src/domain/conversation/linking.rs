//! A customer who was known by their device proves who they are: their conversations get
//! another owner, and where both have one under way, one of the two goes on.

use super::{Conversation, Draft, State};
use crate::domain::event::{CloseReason, Event, FormerCurrent};
use crate::domain::ids::{ConversationId, CustomerId};
use crate::domain::time::Timestamp;

/// What of a conversation decides where its customer goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thread {
    /// Which.
    pub id: ConversationId,
    /// Where it stands.
    pub state: State,
    /// When the customer wrote last.
    pub wrote_at: Timestamp,
    /// It is set aside for an operator: nothing can be done with it.
    pub set_aside: bool,
}

impl Thread {
    /// That of a conversation.
    #[must_use]
    pub fn of(state: &Conversation, set_aside: bool) -> Self {
        Self {
            id: state.id,
            state: state.state,
            wrote_at: state.wrote_at,
            set_aside,
        }
    }

    /// Of those that are not, a customer has one in a workstream.
    pub(super) fn goes_on(&self) -> bool {
        matches!(self.state, State::Open | State::Active | State::Waiting)
    }
}

/// The conversations of a device and of its customer in one workstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// The device's.
    pub threads: Vec<Thread>,
    /// The one of them that starts of the device go to.
    pub current: Option<ConversationId>,
    /// The one that starts of the customer go to.
    pub own: Option<Thread>,
}

/// What has to be done with one conversation, each durable before the next is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkStep {
    /// Its customer goes on in the other one: close it.
    Merge(ConversationId),
    /// It gets another owner.
    Move {
        /// Which.
        id: ConversationId,
        /// Starts of its new owner go to it.
        current: bool,
        /// Where starts of the device go.
        former: FormerCurrent,
    },
}

impl LinkStep {
    /// With which conversation.
    #[must_use]
    pub fn conversation(&self) -> ConversationId {
        match self {
            Self::Merge(id) | Self::Move { id, .. } => *id,
        }
    }
}

impl Meeting {
    /// What has to be done so that all of them are the customer's, in this order, and after
    /// each of them both still have one unended conversation at most. Those that are set
    /// aside stay behind. Stopped anywhere, what is then left leads to the same end.
    #[must_use]
    pub fn steps(&self) -> Vec<LinkStep> {
        let (behind, mut to_move): (Vec<_>, Vec<_>) =
            self.threads.iter().copied().partition(|t| t.set_aside);
        // The row that says where starts go stays to the last.
        to_move.sort_by_key(|t| (Some(t.id) == self.current, t.id));
        let mut own = self.own;
        let mut steps = Vec::new();
        for thread in to_move {
            let (closes, current) = join(&thread, own.as_ref());
            steps.extend(closes.map(LinkStep::Merge));
            let former = if Some(thread.id) == self.current {
                let last = behind.iter().map(|t| t.id).max();
                last.map_or(FormerCurrent::Goes, FormerCurrent::Names)
            } else {
                FormerCurrent::Stays
            };
            steps.push(LinkStep::Move {
                id: thread.id,
                current,
                former,
            });
            if current {
                own = Some(thread);
            }
        }
        steps
    }
}

/// Decides between a conversation of a device and the one that starts of its customer go to: which
/// of the two is closed, and whether starts go to the device's from now on. Of two that go
/// on, the one in which the customer wrote last stays, their own if they wrote at once; one
/// that is set aside cannot be closed, so it stays.
fn join(of_device: &Thread, own: Option<&Thread>) -> (Option<ConversationId>, bool) {
    let Some(own) = own else {
        return (None, true);
    };
    match (of_device.goes_on(), own.goes_on()) {
        (true, true) if !own.set_aside && of_device.wrote_at > own.wrote_at => (Some(own.id), true),
        (true, true) => (Some(of_device.id), false),
        // Ids are in the order of their starts.
        (goes_on, false) => (None, goes_on || of_device.id > own.id),
        (false, true) => (None, false),
    }
}

impl Draft<'_> {
    /// In every state. Once: whose it is already, or again somebody else's, it stays.
    pub(super) fn link(
        &mut self,
        was: &CustomerId,
        customer: CustomerId,
        current: bool,
        former: FormerCurrent,
    ) {
        if self.state.customer != *was || customer == *was {
            return;
        }
        let workstream = self.state.workstream.clone();
        self.record(Event::Linked {
            customer,
            was: was.clone(),
            workstream,
            current,
            former,
        });
    }

    /// What is in wrap-up is over for the customer, and its agent finishes in peace.
    pub(super) fn merge(&mut self) {
        if matches!(
            self.state.state,
            State::Open | State::Active | State::Waiting
        ) {
            self.close_by_system(CloseReason::Merged, None);
        }
    }
}
