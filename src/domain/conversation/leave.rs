//! How an agent leaves a conversation that goes on: park, release, absence.

use super::{Draft, State};
use crate::domain::command::Actor;
use crate::domain::company::Mode;
use crate::domain::event::{Event, ParkedBy, ReleaseReason, StickyEnd};
use crate::domain::ids::AgentId;
use crate::domain::message::SystemKind;
use crate::domain::reject::Reject;

impl Draft<'_> {
    /// The agent's ✖: persistent waits for the customer, live goes to somebody else.
    pub(super) fn park(&mut self, actor: &Actor) -> Result<(), Reject> {
        let asks = self.agent_of(actor)?;
        if self.state.state == State::Waiting && self.state.last_agent.as_ref() == Some(asks) {
            return Ok(());
        }
        let agent = self.require_assigned(actor)?;
        self.withdraw_transfer();
        match self.state.mode {
            Mode::Persistent => self.record(Event::Parked {
                by: ParkedBy::Agent,
            }),
            Mode::Live => {
                self.record(Event::Released {
                    agent: agent.clone(),
                    reason: ReleaseReason::Parked,
                    sticky: None,
                });
                self.tell(SystemKind::AgentLeft, Some(&agent));
            }
        }
        Ok(())
    }

    pub(super) fn release(&mut self, actor: &Actor) -> Result<(), Reject> {
        let agent = self.require_assigned(actor)?;
        self.withdraw_transfer();
        self.record(Event::Released {
            agent: agent.clone(),
            reason: ReleaseReason::Released,
            sticky: None,
        });
        self.tell(SystemKind::AgentLeft, Some(&agent));
        Ok(())
    }

    /// The agent has been gone longer than the absence limit. Offers to a vanished
    /// agent are left alone: they go on at their deadline.
    pub(super) fn agent_absent(&mut self, agent: &AgentId) {
        self.lose_agent(agent, ReleaseReason::Absent);
    }

    /// The agent who has it cannot go on with it; it waits for them, if they can come back.
    pub(super) fn lose_agent(&mut self, agent: &AgentId, reason: ReleaseReason) {
        if self.state.state != State::Active || self.state.accepted_agent() != Some(agent) {
            return;
        }
        self.withdraw_transfer();
        let sticky = self.sticky_wait(Some(agent));
        let gone = sticky.is_some() && !self.is_employed(agent);
        self.record(Event::Released {
            agent: agent.clone(),
            reason,
            sticky,
        });
        if gone {
            self.record(Event::StickyEnded {
                reason: StickyEnd::AgentGone,
            });
        }
        self.tell(SystemKind::AgentLeft, Some(agent));
    }
}
