//! What becomes of a conversation whose queue or agent is no longer configured.

use super::{Draft, State};
use crate::domain::event::{DeclineReason, Event, ReleaseReason, StickyEnd};
use crate::domain::ids::AgentId;

impl Draft<'_> {
    /// Goes on where the configuration says, if its queue is gone.
    pub(super) fn leave_gone_queue(&mut self) {
        if self.state.state == State::Closed {
            return;
        }
        let company = self.ctx.company;
        if let Some(queue) = company.queue_instead_of(&self.state.queue, &self.state.workstream) {
            self.record(Event::QueueMoved { queue });
            self.tell_outside_hours();
        }
    }

    /// The agent was disabled or deleted: what they have is released, as for somebody absent
    /// with no patience, and what is offered to them is withdrawn.
    pub(super) fn agent_gone(&mut self, agent: &AgentId) {
        if self.is_employed(agent) {
            return;
        }
        if self
            .state
            .transfer
            .as_ref()
            .is_some_and(|t| t.agent == *agent)
        {
            self.withdraw_transfer();
        }
        let offered = self
            .state
            .assignment
            .as_ref()
            .is_some_and(|a| a.agent == *agent && a.accepted_at.is_none());
        if self.state.state == State::Active && offered {
            self.decline(DeclineReason::Withdrawn);
            self.tell_closed_line();
        } else {
            self.lose_agent(agent, ReleaseReason::Dismissed);
        }
        let returns_to_them = |r: &crate::domain::event::Returning| r.agent == *agent;
        if self.state.returning.as_ref().is_some_and(returns_to_them) {
            self.end_sticky(StickyEnd::AgentGone);
        }
    }
}
