//! Offers, acceptance, picking, reopening: how an agent comes to a conversation.

use std::sync::Arc;

use super::transfer::check_reason;
use super::{Draft, State, closed};
use crate::domain::command::Actor;
use crate::domain::company::{Distribution, Mode, Role};
use crate::domain::event::{AssignedHow, DeclineReason, Event, StickyEnd};
use crate::domain::ids::AgentId;
use crate::domain::message::SystemKind;
use crate::domain::reject::{Code, Reject};
use crate::domain::routing::Explanation;

/// What every way to an agent carries: the override and the reason.
struct Way {
    agent: AgentId,
    over_capacity: bool,
    how: AssignedHow,
    by: Option<AgentId>,
    explanation: Explanation,
    reason: Option<Arc<str>>,
}

impl Draft<'_> {
    pub(super) fn offer(
        &mut self,
        actor: &Actor,
        agent: &AgentId,
        over_capacity: bool,
        explanation: Explanation,
        reason: Option<Arc<str>>,
    ) -> Result<(), Reject> {
        let reason = check_reason(reason)?;
        self.require_supervisor(actor)?;
        let by = match actor {
            Actor::Agent { id, .. } => Some(id.clone()),
            Actor::Customer(_) | Actor::Engine => None,
        };
        self.require_employed(agent)?;
        let pending = self.state.state == State::Active && self.state.accepted_agent().is_none();
        match self.state.state {
            State::Open => {}
            State::Waiting if by.is_some() => {}
            // A supervisor does not have to wait for somebody else's answer.
            State::Active if by.is_some() && pending => {
                if self.is_offered_to(agent) {
                    return Err(offered_already());
                }
                self.decline(DeclineReason::Withdrawn);
            }
            State::Active => return Err(self.already_taken()),
            State::Closed => return Err(closed()),
            State::Waiting | State::WrapUp => {
                return Err(Reject::new(
                    Code::WrongState,
                    "Only an open or waiting conversation can be assigned.",
                ));
            }
        }
        let rules = self.rules();
        let (units, auto_accept, deadline) = (
            rules.units,
            rules.auto_accept,
            self.ctx.now + rules.timers.offer_deadline,
        );
        if auto_accept {
            let how = AssignedHow::AutoAccepted;
            self.assign(Way {
                agent: agent.clone(),
                over_capacity,
                how,
                by,
                explanation,
                // Without one, that of a transfer to the queue is still why.
                reason: reason.or_else(|| self.state.transfer_reason.clone()),
            });
            return Ok(());
        }
        let first = self.state.declines.is_empty() && !self.state.is_return && !pending;
        let returning = self.comes_back_to(agent);
        self.record(Event::Offered {
            agent: agent.clone(),
            units,
            over_capacity,
            deadline,
            returning,
            explanation,
            reason,
            by,
        });
        if first {
            self.tell(SystemKind::AgentAssigned, Some(agent));
        }
        Ok(())
    }

    pub(super) fn accept(&mut self, actor: &Actor) -> Result<(), Reject> {
        let agent = self.agent_of(actor)?.clone();
        self.require_not_final()?;
        if let Some(transfer) = &self.state.transfer
            && transfer.agent == agent
        {
            if transfer.deadline < self.ctx.now {
                return Err(not_offered());
            }
            self.record(Event::TransferAccepted {
                agent: agent.clone(),
            });
            // Not before: had it been declined, nothing would have changed for the customer.
            self.tell(SystemKind::Transferred, None);
            self.tell(SystemKind::AgentJoined, Some(&agent));
            return Ok(());
        }
        let Some(assignment) = self
            .state
            .assignment
            .as_ref()
            .filter(|_| self.state.state == State::Active)
        else {
            return Err(not_offered());
        };
        if assignment.agent != agent {
            return Err(self.already_taken());
        }
        let returning = assignment.returning;
        match assignment.deadline {
            None => Ok(()),
            Some(deadline) if deadline < self.ctx.now => Err(not_offered()),
            Some(_) => {
                self.record(Event::Accepted {
                    agent: agent.clone(),
                });
                self.tell_arrival(&agent, returning);
                Ok(())
            }
        }
    }

    pub(super) fn reject_offer(&mut self, actor: &Actor) -> Result<(), Reject> {
        let agent = self.agent_of(actor)?.clone();
        self.require_not_final()?;
        if self
            .state
            .transfer
            .as_ref()
            .is_some_and(|t| t.agent == agent)
        {
            self.record(Event::TransferDeclined {
                agent,
                reason: DeclineReason::Rejected,
            });
            return Ok(());
        }
        let offered = self
            .state
            .assignment
            .as_ref()
            .is_some_and(|a| a.agent == agent && a.accepted_at.is_none());
        if !offered || self.state.state != State::Active {
            return Err(not_offered());
        }
        self.decline(DeclineReason::Rejected);
        self.tell_closed_line();
        Ok(())
    }

    /// active → open: the current offer was not taken.
    pub(super) fn decline(&mut self, reason: DeclineReason) {
        let Some(assignment) = &self.state.assignment else {
            return;
        };
        let (agent, returning) = (assignment.agent.clone(), assignment.returning);
        self.record(Event::Declined { agent, reason });
        if returning && self.state.returning.is_some() && reason != DeclineReason::Withdrawn {
            self.record(Event::StickyEnded {
                reason: StickyEnd::OfferDeclined,
            });
        }
    }

    pub(super) fn pick(
        &mut self,
        actor: &Actor,
        over_capacity: bool,
        explanation: Explanation,
    ) -> Result<(), Reject> {
        let agent = self.agent_of(actor)?.clone();
        self.require_employed(&agent)?;
        match self.state.state {
            State::Open => {}
            State::Active => return Err(self.already_taken()),
            State::Closed => return Err(closed()),
            State::Waiting | State::WrapUp => {
                return Err(Reject::new(
                    Code::WrongState,
                    "Only an open conversation can be picked.",
                ));
            }
        }
        let supervises = matches!(actor, Actor::Agent { role, .. } if *role >= Role::Supervisor);
        if !supervises {
            let member = self
                .ctx
                .company
                .queues
                .get(&self.state.queue)
                .is_some_and(|q| q.members.contains(&agent));
            if !member {
                return Err(Reject::new(
                    Code::NotMember,
                    "You are not a member of this conversation's queue.",
                ));
            }
            if self.rules().distribution == Distribution::Push {
                return Err(Reject::new(
                    Code::NotPickable,
                    "Conversations of this kind are offered; wait for an offer.",
                ));
            }
        }
        self.assign(Way {
            agent,
            over_capacity,
            how: AssignedHow::Picked,
            by: None,
            explanation,
            reason: None,
        });
        Ok(())
    }

    pub(super) fn reopen(
        &mut self,
        actor: &Actor,
        over_capacity: bool,
        explanation: Explanation,
    ) -> Result<(), Reject> {
        let agent = self.agent_of(actor)?.clone();
        self.require_employed(&agent)?;
        let mine = self.state.last_agent.as_ref() == Some(&agent);
        match self.state.state {
            // The customer wrote a moment ago and it is on its way back to the same agent.
            State::Waiting | State::Open if mine => {}
            State::Waiting | State::Open => {
                return Err(Reject::new(
                    Code::NotAssigned,
                    "Only the agent who had it last can reopen it.",
                ));
            }
            State::Active => return Err(self.already_taken()),
            State::WrapUp => {
                return Err(Reject::new(
                    Code::WrongState,
                    "It has ended; finish wrap-up.",
                ));
            }
            State::Closed => return Err(closed()),
        }
        self.assign(Way {
            agent,
            over_capacity,
            how: AssignedHow::Reopened,
            by: None,
            explanation,
            reason: None,
        });
        Ok(())
    }

    fn assign(&mut self, way: Way) {
        let units = self.rules().units;
        let returning = self.comes_back_to(&way.agent);
        let agent = way.agent.clone();
        self.record(Event::Assigned {
            agent: way.agent,
            units,
            over_capacity: way.over_capacity,
            how: way.how,
            returning,
            explanation: way.explanation,
            by: way.by,
            reason: way.reason,
        });
        // The customer was told that the agent had left, and is told that they are back.
        self.tell_arrival(&agent, returning || way.how == AssignedHow::Reopened);
    }

    fn tell_arrival(&mut self, agent: &AgentId, returning: bool) {
        let kind = if returning && self.state.mode == Mode::Persistent {
            SystemKind::AgentReturned
        } else {
            SystemKind::AgentJoined
        };
        self.tell(kind, Some(agent));
    }

    /// Whether an offer to this agent waits for their answer, of the conversation or of a transfer.
    pub(super) fn is_offered_to(&self, agent: &AgentId) -> bool {
        let assignment = self.state.assignment.as_ref();
        let transfer = self.state.transfer.as_ref();
        assignment.is_some_and(|a| a.agent == *agent && a.accepted_at.is_none())
            || transfer.is_some_and(|t| t.agent == *agent)
    }

    fn comes_back_to(&self, agent: &AgentId) -> bool {
        self.state
            .returning
            .as_ref()
            .is_some_and(|r| r.agent == *agent)
    }

    pub(super) fn end_sticky(&mut self, reason: StickyEnd) {
        if self.state.state == State::Open && self.state.returning.is_some() {
            self.record(Event::StickyEnded { reason });
        }
    }

    pub(super) fn require_employed(&self, agent: &AgentId) -> Result<(), Reject> {
        if self.is_employed(agent) {
            Ok(())
        } else {
            Err(Reject::new(
                Code::UnknownAgent,
                "There is no such agent, or they are disabled.",
            ))
        }
    }

    pub(super) fn already_taken(&self) -> Reject {
        let by = self.state.assignment.as_ref().map(|a| a.agent.clone());
        let sentence = by.as_ref().map_or_else(
            || "Somebody else has it.".to_owned(),
            |agent| format!("{agent} has it; choose another."),
        );
        Reject {
            taken_by: by,
            ..Reject::new(Code::AlreadyTaken, sentence)
        }
    }
}

pub(super) fn offered_already() -> Reject {
    Reject::new(
        Code::WrongState,
        "It is offered to that agent already; wait for the answer or choose another.",
    )
}

fn not_offered() -> Reject {
    Reject::new(
        Code::NotOffered,
        "This is not offered to you (any more); wait for the next offer.",
    )
}
