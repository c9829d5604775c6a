//! What people want of the account: to pick, to reopen, to hand over, to assign.

use crate::domain::command::{Actor, Command};
use crate::domain::company::{Presence, Role};
use crate::domain::conversation::{Reservation, State};
use crate::domain::ids::AgentId;
use crate::domain::reject::{Code, Reject};
use crate::domain::routing::{Considered, Explanation, Rule};
use crate::domain::time::Timestamp;
use crate::engine::summary::Summary;

use super::{Action, Assignment, Want, waited};

impl Assignment {
    /// Where a person's wish meets the account; the conversation decides the rest.
    ///
    /// # Errors
    /// `at_capacity`, `not_present`, `unknown_agent`, `forbidden`.
    pub fn want(
        &mut self,
        summary: &Summary,
        by: &AgentId,
        role: Role,
        want: &Want,
        now: Timestamp,
    ) -> Result<Action, Reject> {
        let supervises = role >= Role::Supervisor;
        let (agent, rule) = match want {
            Want::Pick => (by, Rule::Pick),
            Want::Reopen => (by, Rule::Reopen),
            Want::TransferTo(agent) => (agent, Rule::Transfer),
            Want::Assign(agent) if supervises => (agent, Rule::SupervisorAssign),
            Want::Assign(_) => {
                return Err(Reject::new(
                    Code::Forbidden,
                    "Only supervisors assign conversations.",
                ));
            }
        };
        let rules = self.rules(summary).cloned();
        let units = rules.as_ref().map_or(1, |r| r.units);
        let own = matches!(want, Want::Pick | Want::Reopen);
        let may_exceed = if own {
            rules.as_ref().is_some_and(|r| r.own_choice_over_capacity)
        } else {
            supervises
        };
        if !self.company.agents.get(agent).is_some_and(|a| a.enabled) {
            return Err(Reject::new(
                Code::UnknownAgent,
                "There is no such agent, or they are disabled.",
            ));
        }
        if !own {
            self.needs_somebody_else(summary, by, supervises, agent)?;
        }
        let presence = self
            .agents
            .get(agent)
            .map_or(Presence::Offline, |a| a.presence);
        let present = if own {
            presence != Presence::Offline
        } else {
            rules
                .as_ref()
                .is_none_or(|r| r.allowed_presences.contains(&presence))
        };
        if !present && (own || !supervises) {
            let sentence = if own {
                "You are offline; set your presence first."
            } else {
                "That agent is not available now; choose another or a queue."
            };
            return Err(Reject::new(Code::NotPresent, sentence));
        }
        let over = !self.has_room(agent, units);
        if over && !may_exceed {
            let sentence = format!(
                "{agent} has no free capacity for this; end or park another conversation first."
            );
            return Err(Reject::new(Code::AtCapacity, sentence));
        }
        let explanation = Explanation {
            rule,
            queue: Some(summary.queue().clone()),
            waited: waited(summary, now),
            considered: vec![Considered {
                agent: agent.clone(),
                ruled_out: None,
            }],
            more: 0,
        };
        let command = match want {
            Want::Pick => Command::Pick {
                over_capacity: over,
                explanation,
            },
            Want::Reopen => Command::Reopen {
                over_capacity: over,
                explanation,
            },
            // Of what is merely offered, a supervisor makes an offer of their own; were it taken
            // meanwhile, they are told who has it.
            Want::TransferTo(to) | Want::Assign(to)
                if summary.state() == State::Active && (summary.view.accepted || !supervises) =>
            {
                Command::TransferToAgent {
                    agent: to.clone(),
                    over_capacity: over,
                    explanation,
                    reason: None,
                }
            }
            Want::TransferTo(to) | Want::Assign(to) => Command::Offer {
                agent: to.clone(),
                over_capacity: over,
                explanation,
                reason: None,
            },
        };
        let actor = Actor::Agent {
            id: by.clone(),
            role,
        };
        let reservation = Reservation {
            agent: agent.clone(),
            units,
            over_capacity: over,
        };
        Ok(self.act(summary.id(), actor, command, Some(&reservation), now))
    }

    /// Before presence and room are asked for: waiting for either would not help. Whoever may
    /// not hand it over hears that from the conversation.
    fn needs_somebody_else(
        &self,
        summary: &Summary,
        by: &AgentId,
        supervises: bool,
        to: &AgentId,
    ) -> Result<(), Reject> {
        let view = &summary.view;
        let is_theirs = |agent: &AgentId| view.agent.as_ref() == Some(agent);
        if view.state != State::Active || !(supervises || view.accepted && is_theirs(by)) {
            return Ok(());
        }
        if view.accepted && is_theirs(to) {
            return Err(Reject::new(Code::WrongState, "That agent has it already."));
        }
        if is_theirs(to) || view.transfer_to.as_ref() == Some(to) {
            return Err(Reject::new(
                Code::WrongState,
                "It is offered to that agent already; wait for the answer or choose another.",
            ));
        }
        Ok(())
    }
}
