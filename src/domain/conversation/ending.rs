//! How a conversation ends, and the live customer's connection.

use super::{Draft, State, closed};
use crate::domain::command::Actor;
use crate::domain::company::{Mode, Role, WrapUp};
use crate::domain::event::{CloseReason, DeclineReason, EndedBy, Event};
use crate::domain::message::SystemKind;
use crate::domain::reject::{Code, Reject};

impl Draft<'_> {
    pub(super) fn end(&mut self, actor: &Actor) -> Result<(), Reject> {
        match actor {
            Actor::Customer(_) => self.end_by_customer(),
            Actor::Agent { id, .. } => {
                let ended_already = self.state.state == State::WrapUp
                    && self
                        .state
                        .assignment
                        .as_ref()
                        .is_some_and(|a| a.agent == *id);
                if ended_already {
                    return Ok(());
                }
                let agent = self.require_assigned(actor)?;
                self.tell(SystemKind::AgentEnded, Some(&agent));
                self.enter_wrap_up(EndedBy::Agent);
                Ok(())
            }
            Actor::Engine => Err(Reject::new(
                Code::Forbidden,
                "Only people end conversations.",
            )),
        }
    }

    fn end_by_customer(&mut self) -> Result<(), Reject> {
        if self.state.mode == Mode::Persistent {
            return Err(Reject::new(
                Code::CustomerCannotEnd,
                "This conversation stays open for you; close the page whenever you like and come back later.",
            ));
        }
        match self.state.state {
            State::Closed => Err(closed()),
            State::WrapUp => Ok(()),
            State::Open | State::Active | State::Waiting => {
                self.customer_leaves(EndedBy::Customer);
                Ok(())
            }
        }
    }

    /// The live customer is gone for good: to wrap-up if an agent is there, else closed.
    pub(super) fn customer_leaves(&mut self, by: EndedBy) {
        // Whoever ends it knows that it is over; whoever was cut off reads it on their return.
        if by == EndedBy::Disconnect {
            self.tell(SystemKind::EndedBySystem, None);
        }
        if self.state.accepted_agent().is_some() {
            self.enter_wrap_up(by);
            return;
        }
        if self.state.state == State::Active {
            self.decline(DeclineReason::Withdrawn);
        }
        self.record(Event::Closed {
            reason: CloseReason::CustomerLeft,
            by: None,
        });
    }

    fn enter_wrap_up(&mut self, by: EndedBy) {
        let frees_at_once = self.rules().wrap_up == WrapUp::Release;
        self.withdraw_transfer();
        self.record(Event::Ended { by });
        if frees_at_once {
            self.record(Event::UnitsFreed);
        }
    }

    pub(super) fn finish(&mut self, actor: &Actor) -> Result<(), Reject> {
        let agent = self.agent_of(actor)?.clone();
        match self.state.state {
            State::Closed => return Ok(()),
            State::WrapUp => {}
            State::Open | State::Active | State::Waiting => {
                return Err(Reject::new(
                    Code::WrongState,
                    "It has not ended; end it first.",
                ));
            }
        }
        let supervises = matches!(actor, Actor::Agent { role, .. } if *role >= Role::Supervisor);
        let mine = self
            .state
            .assignment
            .as_ref()
            .is_some_and(|a| a.agent == agent);
        if !mine && !supervises {
            return Err(Reject::new(
                Code::NotAssigned,
                "Another agent finishes this one.",
            ));
        }
        self.record(Event::Closed {
            reason: CloseReason::Finished,
            by: Some(agent),
        });
        Ok(())
    }

    pub(super) fn force_close(&mut self, actor: &Actor) -> Result<(), Reject> {
        self.require_supervisor(actor)?;
        let by = self.agent_of(actor)?.clone();
        self.require_not_final()?;
        self.close_by_system(CloseReason::Forced, Some(by));
        Ok(())
    }

    /// Closes what has not ended yet, telling the customer, and what is in wrap-up silently.
    pub(super) fn close_by_system(
        &mut self,
        reason: CloseReason,
        by: Option<crate::domain::ids::AgentId>,
    ) {
        if self.state.state != State::WrapUp {
            self.tell(SystemKind::EndedBySystem, None);
        }
        self.record(Event::Closed { reason, by });
    }

    /// Nobody is told a last word: nothing of it will be there to be read.
    pub(super) fn erase(&mut self) {
        if self.state.state != State::Closed {
            let reason = CloseReason::Erased;
            self.record(Event::Closed { reason, by: None });
        }
    }

    pub(super) fn customer_gone(&mut self) {
        if self.follows_connection() && self.state.customer_gone_at.is_none() {
            self.record(Event::CustomerGone);
            self.tell(SystemKind::CustomerDisconnected, None);
        }
    }

    pub(super) fn customer_back(&mut self) {
        if self.follows_connection() && self.state.customer_gone_at.is_some() {
            self.record(Event::CustomerBack);
            self.tell(SystemKind::CustomerReconnected, None);
        }
    }

    fn follows_connection(&self) -> bool {
        self.state.mode == Mode::Live && matches!(self.state.state, State::Open | State::Active)
    }
}
