//! Handing a conversation over, to an agent or to a queue.

use std::sync::Arc;

use super::offer::offered_already;
use super::{Draft, State, closed};
use crate::domain::command::Actor;
use crate::domain::company::Role;
use crate::domain::event::{DeclineReason, Event};
use crate::domain::ids::{AgentId, QueueId};
use crate::domain::message::SystemKind;
use crate::domain::reject::{Code, Reject};
use crate::domain::routing::Explanation;
use crate::limits;

/// A reason has at most 500 characters; a blank one is none.
pub(super) fn check_reason(reason: Option<Arc<str>>) -> Result<Option<Arc<str>>, Reject> {
    let reason = reason.filter(|r| !r.trim().is_empty());
    if reason
        .as_ref()
        .is_some_and(|r| r.chars().count() > limits::TRANSFER_REASON_CHARS_MAX)
    {
        return Err(Reject::new(
            Code::TooLong,
            format!(
                "A reason may have {} characters; write the rest as a note.",
                limits::TRANSFER_REASON_CHARS_MAX
            ),
        ));
    }
    Ok(reason)
}

impl Draft<'_> {
    /// The assigned agent or a supervisor; returns who asks.
    pub(super) fn require_assigned_or_supervisor(&self, actor: &Actor) -> Result<AgentId, Reject> {
        match actor {
            Actor::Agent { id, role } if *role >= Role::Supervisor => {
                self.require_not_final()?;
                Ok(id.clone())
            }
            _ => self.require_assigned(actor),
        }
    }

    pub(super) fn transfer_to_agent(
        &mut self,
        actor: &Actor,
        agent: &AgentId,
        over_capacity: bool,
        explanation: Explanation,
        reason: Option<Arc<str>>,
    ) -> Result<(), Reject> {
        let reason = check_reason(reason)?;
        let by = self.require_assigned_or_supervisor(actor)?;
        self.require_employed(agent)?;
        match self.state.state {
            State::Active => {}
            State::Closed => return Err(closed()),
            State::Open | State::Waiting | State::WrapUp => {
                return Err(Reject::new(
                    Code::WrongState,
                    "Only a conversation that somebody has can be transferred; assign it instead.",
                ));
            }
        }
        if self.state.accepted_agent().is_none() {
            // Only a supervisor comes here: nobody has it whose it would be to hand over.
            return self.offer(actor, agent, over_capacity, explanation, reason);
        }
        if self.state.accepted_agent() == Some(agent) {
            return Err(Reject::new(Code::WrongState, "That agent has it already."));
        }
        if self.is_offered_to(agent) {
            return Err(offered_already());
        }
        self.withdraw_transfer();
        let rules = self.rules();
        let (units, deadline) = (rules.units, self.ctx.now + rules.timers.offer_deadline);
        self.record(Event::TransferOffered {
            agent: agent.clone(),
            by,
            units,
            over_capacity,
            deadline,
            explanation,
            reason,
        });
        Ok(())
    }

    pub(super) fn transfer_to_queue(
        &mut self,
        actor: &Actor,
        queue: QueueId,
        reason: Option<Arc<str>>,
    ) -> Result<(), Reject> {
        let reason = check_reason(reason)?;
        let by = self.require_assigned_or_supervisor(actor)?;
        if !self.ctx.company.queues.contains_key(&queue) {
            return Err(Reject::new(
                Code::UnknownQueue,
                "There is no such queue; list the queues for their names.",
            ));
        }
        match self.state.state {
            State::Active | State::Open => {}
            State::Closed => return Err(closed()),
            State::Waiting | State::WrapUp => {
                return Err(Reject::new(
                    Code::WrongState,
                    "Only an open or active conversation can change its queue.",
                ));
            }
        }
        self.withdraw_transfer();
        if self.state.state == State::Active && self.state.accepted_agent().is_none() {
            self.decline(DeclineReason::Withdrawn);
        }
        let had_agent = self.state.accepted_agent().is_some();
        self.record(Event::TransferredToQueue { queue, by, reason });
        if had_agent {
            self.tell(SystemKind::Transferred, None);
        }
        self.tell_outside_hours();
        Ok(())
    }
}
