//! What is offered to whom, with the reason.

use std::cmp::Reverse;
use std::collections::HashSet;

use crate::domain::command::{Actor, Command};
use crate::domain::company::{Distribution, Method, WhenAbsent, WhenFull, Workstream};
use crate::domain::conversation::{Reservation, State};
use crate::domain::event::StickyEnd;
use crate::domain::ids::{AgentId, ConversationId, QueueId};
use crate::domain::routing::{Candidate, Considered, Explanation, Rule, RuledOut, Standing};
use crate::domain::time::Timestamp;
use crate::engine::summary::Summary;
use crate::limits;

use super::desks::Desk;
use super::lines::Place;
use super::{Action, Assignment, waited};

/// What to do with a conversation that nobody has.
enum Verdict {
    Offer {
        agent: AgentId,
        over_capacity: bool,
        explanation: Explanation,
    },
    EndSticky(StickyEnd),
    Wait,
}

impl Assignment {
    /// Decides for one waiting conversation.
    pub(super) fn try_conversation(
        &mut self,
        id: ConversationId,
        now: Timestamp,
    ) -> Option<Action> {
        let summary = self.known.get(&id).filter(|s| s.state() == State::Open)?;
        if self.underway.contains_key(&id)
            || self.set_aside.contains(&id)
            || !self.is_open(summary.queue(), now)
        {
            return None;
        }
        let rules = self.rules(summary)?;
        let units = rules.units;
        let verdict = match &summary.returning {
            Some(returning) => self.judge_sticky(summary, rules, &returning.agent, now),
            None => self.judge_queue(summary, rules, now),
        };
        match verdict {
            Verdict::Offer {
                agent,
                over_capacity,
                explanation,
            } => {
                let reservation = Reservation {
                    agent: agent.clone(),
                    units,
                    over_capacity,
                };
                let command = Command::Offer {
                    agent,
                    over_capacity,
                    explanation,
                    reason: None,
                };
                Some(self.act(id, Actor::Engine, command, Some(&reservation), now))
            }
            Verdict::EndSticky(reason) => {
                Some(self.act(id, Actor::Engine, Command::EndSticky { reason }, None, now))
            }
            Verdict::Wait => None,
        }
    }

    /// SEMANTICS, Sticky assignment, 1 to 3.
    fn judge_sticky(
        &self,
        summary: &Summary,
        rules: &Workstream,
        agent: &AgentId,
        now: Timestamp,
    ) -> Verdict {
        let Some(stickiness) = rules.keep_same_agent else {
            return Verdict::EndSticky(StickyEnd::SwitchedOff);
        };
        let explain = |rule| Explanation {
            rule,
            queue: Some(summary.queue().clone()),
            waited: waited(summary, now),
            considered: vec![Considered {
                agent: agent.clone(),
                ruled_out: None,
            }],
            more: 0,
        };
        match self.ruled_out(agent, rules, summary.id(), summary) {
            None => Verdict::Offer {
                agent: agent.clone(),
                over_capacity: false,
                explanation: explain(Rule::Sticky),
            },
            Some(RuledOut::Disabled) => Verdict::EndSticky(StickyEnd::AgentGone),
            Some(RuledOut::Declined) => Verdict::EndSticky(StickyEnd::OfferDeclined),
            Some(RuledOut::Presence) => match stickiness.when_absent {
                WhenAbsent::Wait => Verdict::Wait,
                WhenAbsent::Queue if self.settling_until.is_some() => Verdict::Wait,
                WhenAbsent::Queue => Verdict::EndSticky(StickyEnd::AgentAbsent),
            },
            Some(RuledOut::Capacity | RuledOut::Sessions | RuledOut::Method) => {
                match stickiness.when_full {
                    WhenFull::Wait => Verdict::Wait,
                    WhenFull::Queue => Verdict::EndSticky(StickyEnd::AgentFull),
                    WhenFull::AssignAnyway => Verdict::Offer {
                        agent: agent.clone(),
                        over_capacity: true,
                        explanation: explain(Rule::StickyAnyway),
                    },
                }
            }
        }
    }

    fn judge_queue(&self, summary: &Summary, rules: &Workstream, now: Timestamp) -> Verdict {
        let Some(queue) = self.company.queues.get(summary.queue()) else {
            return Verdict::Wait;
        };
        if rules.distribution == Distribution::Pick {
            return Verdict::Wait;
        }
        let Some(chosen) = self.choose_among(queue.method, summary, rules) else {
            return Verdict::Wait;
        };
        Verdict::Offer {
            agent: chosen.clone(),
            over_capacity: false,
            explanation: self.explain_choice(queue.method, chosen, summary, rules, now),
        }
    }

    /// The best member of a conversation's queue who can have it. Looks at every member, so
    /// it reads desks and nothing that is found by name.
    fn choose_among(
        &self,
        method: Method,
        summary: &Summary,
        rules: &Workstream,
    ) -> Option<&AgentId> {
        let declined = self.declined.of(summary.id());
        self.agents
            .members(summary.queue())
            .filter(|(_, desk)| unfit(desk, rules).is_none())
            .filter(|(agent, _)| !declined.contains(agent) && !is_tired_of(agent, summary))
            .map(|(agent, desk)| Standing {
                agent,
                free_units: i64::from(desk.capacity) - i64::from(desk.load),
                last_assigned: desk.last_assigned,
                last_released: desk.last_released,
            })
            .min_by(|a, b| method.compare(a, b))
            .map(|chosen| chosen.agent)
    }

    /// Why this one: those that an explanation has room for, the others counted.
    fn explain_choice(
        &self,
        method: Method,
        chosen: &AgentId,
        summary: &Summary,
        rules: &Workstream,
        now: Timestamp,
    ) -> Explanation {
        let members = self.agents.members(summary.queue());
        let all = members.len();
        let candidates: Vec<Candidate> = members
            .take(limits::EXPLAINED_CANDIDATES_MAX)
            .map(|(agent, _)| self.candidate(agent, rules, summary))
            .collect();
        explain(method.rule(), &candidates, all, chosen, summary, now)
    }

    fn candidate(&self, agent: &AgentId, rules: &Workstream, summary: &Summary) -> Candidate {
        self.candidate_if(agent, self.ruled_out(agent, rules, summary.id(), summary))
    }

    pub(super) fn candidate_if(&self, agent: &AgentId, ruled_out: Option<RuledOut>) -> Candidate {
        let state = self.agents.get(agent).copied().unwrap_or_default();
        Candidate {
            agent: agent.clone(),
            ruled_out,
            free_units: i64::from(state.capacity) - i64::from(state.load),
            last_assigned: state.last_assigned,
            last_released: state.last_released,
        }
    }

    fn ruled_out(
        &self,
        agent: &AgentId,
        rules: &Workstream,
        id: ConversationId,
        summary: &Summary,
    ) -> Option<RuledOut> {
        let unfit = self.unfit(agent, rules);
        if unfit == Some(RuledOut::Disabled) {
            return unfit;
        }
        if is_tired_of(agent, summary) || self.declined.of(id).contains(agent) {
            return Some(RuledOut::Declined);
        }
        unfit
    }

    /// Why an agent cannot have any conversation of these rules now.
    pub(super) fn unfit(&self, agent: &AgentId, rules: &Workstream) -> Option<RuledOut> {
        unfit(&self.agents.get(agent).copied().unwrap_or_default(), rules)
    }

    /// What an agent is given next: their returning ones, then across their queues by
    /// queue priority and longest waiting.
    pub(super) fn next_for(
        &self,
        agent: &AgentId,
        now: Timestamp,
        tried: &HashSet<ConversationId>,
    ) -> Option<ConversationId> {
        let fits = |id: &ConversationId| {
            let Some(summary) = self.known.get(id) else {
                return false;
            };
            let Some(rules) = self.rules(summary) else {
                return false;
            };
            !tried.contains(id) && self.ruled_out(agent, rules, *id, summary).is_none()
        };
        let own = self.lines.of_agent(agent).find(|p| {
            fits(&p.conversation)
                && self
                    .known
                    .get(&p.conversation)
                    .is_some_and(|s| self.is_open(s.queue(), now))
        });
        if let Some(place) = own {
            return Some(place.conversation);
        }
        // Without room for anything there is no point in walking the queues.
        let desk = self.agents.get(agent)?;
        if desk.load >= desk.capacity {
            return None;
        }
        let first = self.agents.queues_of(agent).iter().filter_map(|id| {
            let priority = self.company.queues.get(id)?.priority;
            let place = self.first_that(id, agent, now, fits)?;
            Some((Reverse(priority), place.since, place.conversation))
        });
        first.min().map(|(_, _, conversation)| conversation)
    }

    /// The first in a queue that an agent can have.
    fn first_that(
        &self,
        queue: &QueueId,
        agent: &AgentId,
        now: Timestamp,
        fits: impl Fn(&ConversationId) -> bool,
    ) -> Option<Place> {
        if !self.is_open(queue, now) {
            return None;
        }
        let desk = self.agents.get(agent)?;
        self.lines
            .queue(queue)
            .filter(|(workstream, _)| {
                let rules = self.company.workstreams.get(workstream);
                rules.is_some_and(|rules| unfit(desk, rules).is_none())
            })
            .filter_map(|(_, line)| line.iter().find(|p| fits(&p.conversation)))
            .min()
            .copied()
    }
}

/// Why an agent cannot have any conversation of these rules now.
fn unfit(desk: &Desk, rules: &Workstream) -> Option<RuledOut> {
    if !desk.enabled {
        Some(RuledOut::Disabled)
    } else if !rules.allowed_presences.contains(&desk.presence) {
        Some(RuledOut::Presence)
    } else if desk.load.saturating_add(rules.units) > desk.capacity {
        Some(RuledOut::Capacity)
    } else if desk.sessions >= limits::AGENT_SESSIONS_MAX {
        Some(RuledOut::Sessions)
    } else {
        None
    }
}

/// Declined as often as one may be offered it.
fn is_tired_of(agent: &AgentId, summary: &Summary) -> bool {
    summary
        .declines
        .get(agent)
        .is_some_and(|n| *n >= limits::OFFERS_PER_AGENT_MAX)
}

fn explain(
    rule: Rule,
    candidates: &[Candidate],
    all: usize,
    chosen: &AgentId,
    summary: &Summary,
    now: Timestamp,
) -> Explanation {
    let others = candidates
        .iter()
        .filter(|c| c.agent != *chosen)
        .map(|c| considered(c, Some(chosen)));
    let listed: Vec<Considered> = std::iter::once(Considered {
        agent: chosen.clone(),
        ruled_out: None,
    })
    .chain(others)
    .take(limits::EXPLAINED_CANDIDATES_MAX)
    .collect();
    let more = all.saturating_sub(listed.len());
    Explanation {
        rule,
        queue: Some(summary.queue().clone()),
        waited: waited(summary, now),
        considered: listed,
        more: u32::try_from(more).unwrap_or(u32::MAX),
    }
}

/// A candidate as it stands in an explanation.
pub(super) fn considered(candidate: &Candidate, chosen: Option<&AgentId>) -> Considered {
    let is_chosen = chosen == Some(&candidate.agent);
    let ruled_out = candidate.ruled_out.unwrap_or(RuledOut::Method);
    Considered {
        agent: candidate.agent.clone(),
        ruled_out: (!is_chosen).then_some(ruled_out),
    }
}
