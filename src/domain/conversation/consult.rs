//! A second agent at a conversation: invited to read along and to advise in notes, and
//! perhaps added, so that they write to the customer as well. Holds no units.
//!
//! That a consult ends with the assignment is a matter of the state (`end_consults`): park,
//! release, transfer to a queue, end and close leave nobody to advise. A transfer to an agent
//! keeps the consulted colleagues.

use super::{ConsultRole, Conversation, Draft, State};
use crate::domain::command::Actor;
use crate::domain::event::Event;
use crate::domain::ids::AgentId;
use crate::domain::message::SystemKind;
use crate::domain::reject::{Code, Reject};
use crate::limits;

/// Whether the customer reads what somebody writes: the customer, the agent who has
/// accepted, and colleagues who were added. Others who look on must leave no trace.
#[must_use]
pub fn is_heard(state: &Conversation, actor: &Actor) -> bool {
    match actor {
        Actor::Customer(_) => true,
        Actor::Agent { id, .. } => {
            state.accepted_agent() == Some(id)
                || state.consultants.get(id) == Some(&ConsultRole::Joined)
        }
        Actor::Engine => false,
    }
}

impl Draft<'_> {
    pub(super) fn consult(&mut self, actor: &Actor, agent: &AgentId) -> Result<(), Reject> {
        let by = self.require_assigned_or_supervisor(actor)?;
        self.require_employed(agent)?;
        let has = match self.state.accepted_agent() {
            Some(has) if self.state.state == State::Active => has,
            _ => {
                return Err(Reject::new(
                    Code::WrongState,
                    "Nobody has this conversation; assign it to somebody instead.",
                ));
            }
        };
        if has == agent {
            return Err(Reject::new(
                Code::WrongState,
                "That agent has it; consult a colleague.",
            ));
        }
        if self.state.consultants.contains_key(agent) {
            return Ok(());
        }
        if self.state.consultants.len() >= limits::CONSULTANTS_MAX {
            return Err(Reject::new(
                Code::TooLong,
                format!(
                    "{} colleagues are consulted already; end one consult first.",
                    limits::CONSULTANTS_MAX
                ),
            ));
        }
        self.record(Event::ConsultInvited {
            agent: agent.clone(),
            by,
        });
        Ok(())
    }

    pub(super) fn consult_add(&mut self, actor: &Actor, agent: &AgentId) -> Result<(), Reject> {
        let by = self.require_assigned_or_supervisor(actor)?;
        match self.state.consultants.get(agent) {
            Some(ConsultRole::Joined) => Ok(()),
            Some(ConsultRole::Invited) => {
                self.record(Event::ConsultJoined {
                    agent: agent.clone(),
                    by,
                });
                self.tell(SystemKind::AgentJoined, Some(agent));
                Ok(())
            }
            None => Err(Reject::new(
                Code::WrongState,
                "That agent is not consulted; invite them first.",
            )),
        }
    }

    pub(super) fn consult_end(
        &mut self,
        actor: &Actor,
        agent: Option<AgentId>,
    ) -> Result<(), Reject> {
        let by = self.agent_of(actor)?.clone();
        let agent = agent.unwrap_or_else(|| by.clone());
        if agent != by {
            self.require_assigned_or_supervisor(actor)?;
        }
        // Ended already, perhaps together with the assignment: so it is.
        if let Some(role) = self.state.consultants.get(&agent).copied() {
            self.record(Event::ConsultEnded {
                agent: agent.clone(),
                by,
            });
            if role == ConsultRole::Joined {
                self.tell(SystemKind::AgentLeft, Some(&agent));
            }
        }
        Ok(())
    }

    /// The colleagues whom the customer knows of, before something that ends every consult.
    pub(super) fn added_colleagues(&self) -> Vec<AgentId> {
        let added = self.state.consultants.iter();
        added
            .filter(|(_, role)| **role == ConsultRole::Joined)
            .map(|(agent, _)| agent.clone())
            .collect()
    }

    /// For the customer everybody who was here has left.
    pub(super) fn tell_departure(&mut self, agent: Option<&AgentId>, added: &[AgentId]) {
        self.tell(SystemKind::AgentLeft, agent);
        for colleague in added {
            self.tell(SystemKind::AgentLeft, Some(colleague));
        }
    }

    /// The agent who has it, or a colleague who was added to it.
    pub(super) fn require_heard(&self, actor: &Actor) -> Result<AgentId, Reject> {
        let agent = self.agent_of(actor)?;
        match self.state.consultants.get(agent) {
            Some(ConsultRole::Joined) => Ok(agent.clone()),
            Some(ConsultRole::Invited) => Err(Reject {
                taken_by: self.state.accepted_agent().cloned(),
                ..Reject::new(
                    Code::NotAssigned,
                    "You are consulted here and write notes; ask to be added to write to the customer.",
                )
            }),
            None => self.require_assigned(actor),
        }
    }
}
