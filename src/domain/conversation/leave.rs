//! How an agent leaves a conversation that goes on: park, release, absence.
//!
//! Each of them is told to the customer as "agent left", also where a timer parks, for
//! colleagues who were added as well. Handing over is not: there the customer is told that
//! the conversation is passed on.

use super::{Draft, State};
use crate::domain::command::Actor;
use crate::domain::company::Mode;
use crate::domain::event::{Event, ParkedBy, ReleaseReason, Returning, StickyEnd};
use crate::domain::ids::AgentId;
use crate::domain::reject::Reject;

impl Draft<'_> {
    /// The agent's ✖: persistent waits for the customer, live goes to somebody else.
    pub(super) fn park(&mut self, actor: &Actor) -> Result<(), Reject> {
        let asks = self.agent_of(actor)?;
        if self.state.state == State::Waiting && self.state.last_agent.as_ref() == Some(asks) {
            return Ok(());
        }
        let agent = self.require_assigned(actor)?;
        match self.state.mode {
            Mode::Persistent => self.put_aside(ParkedBy::Agent),
            Mode::Live => self.give_back(&agent, ReleaseReason::Parked, None),
        }
        Ok(())
    }

    /// active → waiting, whoever decided it: for the customer the agent has left.
    pub(super) fn put_aside(&mut self, by: ParkedBy) {
        let agent = self.state.accepted_agent().cloned();
        let added = self.added_colleagues();
        self.withdraw_transfer();
        self.record(Event::Parked { by });
        self.tell_departure(agent.as_ref(), &added);
    }

    pub(super) fn release(&mut self, actor: &Actor) -> Result<(), Reject> {
        let agent = self.require_assigned(actor)?;
        self.give_back(&agent, ReleaseReason::Released, None);
        Ok(())
    }

    /// active → open, on its way back to the agent or to whoever is next.
    fn give_back(&mut self, agent: &AgentId, reason: ReleaseReason, sticky: Option<Returning>) {
        let gone = sticky.is_some() && !self.is_employed(agent);
        let added = self.added_colleagues();
        self.withdraw_transfer();
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
        self.tell_departure(Some(agent), &added);
        self.tell_closed_line();
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
        let sticky = self.sticky_wait(Some(agent));
        self.give_back(agent, reason, sticky);
    }
}
