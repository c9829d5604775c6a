//! What agents are told when a conversation changes: the difference between what was
//! known and what is durable now.

use crate::domain::conversation::State;
use crate::domain::ids::AgentId;
use crate::engine::outbound::{OfferNotice, Outbound};
use crate::engine::summary::Summary;

use super::{Effect, Supervisor};

impl Supervisor {
    /// What an agent who has just connected must know: offers that run, conversations that are theirs.
    #[must_use]
    pub fn greeting(&self, agent: &AgentId) -> Vec<Outbound> {
        let held = self.assignment.ledger().conversations(agent);
        let consulted = self.consulted.get(agent).into_iter().flatten();
        let consults = consulted
            .filter_map(|id| self.assignment.summary(*id))
            .filter(|s| s.view.consultants.contains_key(agent))
            .map(|s| Outbound::Consult(s.view.clone()));
        held.iter()
            .filter_map(|id| self.assignment.summary(*id))
            .filter_map(|s| greeting_of(s, agent))
            .chain(consults)
            .collect()
    }

    /// Keeps the list of who is consulted where.
    pub(super) fn note_consults(&mut self, before: Option<&Summary>, now: &Summary) {
        let id = now.id();
        for agent in before.into_iter().flat_map(|b| b.view.consultants.keys()) {
            if !now.view.consultants.contains_key(agent)
                && let Some(list) = self.consulted.get_mut(agent)
            {
                list.remove(&id);
                if list.is_empty() {
                    self.consulted.remove(agent);
                }
            }
        }
        for agent in now.view.consultants.keys() {
            self.consulted.entry(agent.clone()).or_default().insert(id);
        }
    }

    pub(super) fn notice(&self, before: Option<&Summary>, now: &Summary, out: &mut Vec<Effect>) {
        let offered_before = before.and_then(offered);
        let offered_now = offered(now);
        let transfer_before = before.and_then(|b| b.view.transfer_to.clone());
        let transfer_now = now.view.transfer_to.clone();
        for agent in [&offered_before, &transfer_before].into_iter().flatten() {
            let still = offered_now.as_ref() == Some(agent) || transfer_now.as_ref() == Some(agent);
            if !still {
                let taken = now.view.accepted
                    && now.view.agent.as_ref() == Some(agent)
                    && now.state() == State::Active;
                out.push(Effect::Notify(
                    agent.clone(),
                    Outbound::OfferEnded {
                        conversation: now.id(),
                        taken,
                    },
                ));
            }
        }
        // Offered anew: to somebody else, or again after an answer.
        let since_before = before.map(|b| b.view.offer_deadline);
        if let (Some(agent), Some(deadline)) = (&offered_now, now.view.offer_deadline)
            && (offered_before.as_ref() != Some(agent)
                || since_before != Some(now.view.offer_deadline))
        {
            out.push(Effect::Notify(
                agent.clone(),
                offer(now, deadline, now.assigned_returning, false),
            ));
        }
        if let (Some(agent), Some(deadline)) = (&transfer_now, now.transfer_deadline)
            && transfer_before.as_ref() != Some(agent)
        {
            out.push(Effect::Notify(
                agent.clone(),
                offer(now, deadline, false, true),
            ));
        }
        notice_return(before, now, out);
        notice_owners(before, now, out);
        notice_consults(before, now, out);
    }
}

fn greeting_of(s: &Summary, agent: &AgentId) -> Option<Outbound> {
    if s.view.transfer_to.as_ref() == Some(agent) {
        return Some(offer(s, s.transfer_deadline?, false, true));
    }
    if s.view.agent.as_ref() != Some(agent) {
        return None;
    }
    match s.view.offer_deadline {
        Some(deadline) => Some(offer(s, deadline, s.assigned_returning, false)),
        None => Some(Outbound::Assigned(s.view.clone())),
    }
}

/// SEMANTICS, Sticky assignment, 6: told in every case that the customer has written.
fn notice_return(before: Option<&Summary>, now: &Summary, out: &mut Vec<Effect>) {
    let was_waiting = before.is_none_or(|b| b.state() == State::Waiting);
    if was_waiting
        && now.state() == State::Open
        && now.is_return
        && let Some(agent) = &now.view.last_agent
    {
        let notice = Outbound::CustomerReturned {
            conversation: now.id(),
            customer: now.view.customer.clone(),
        };
        out.push(Effect::Notify(agent.clone(), notice));
    }
}

/// Those who had it and those who have it see the change in their lists, also that the
/// customer has proven who they are.
fn notice_owners(before: Option<&Summary>, now: &Summary, out: &mut Vec<Effect>) {
    let had = before.and_then(accepted);
    let has = accepted(now);
    for agent in [&had, &has].into_iter().flatten() {
        let is_another = before.is_some_and(|b| b.view.customer != now.view.customer);
        if had != has || is_another || before.map(Summary::state) != Some(now.state()) {
            out.push(Effect::Notify(
                agent.clone(),
                Outbound::Assigned(now.view.clone()),
            ));
        }
        if had == has {
            break;
        }
    }
}

/// Colleagues are told that they are consulted, that they were added, and that it is over.
fn notice_consults(before: Option<&Summary>, now: &Summary, out: &mut Vec<Effect>) {
    for (agent, role) in &now.view.consultants {
        if before.and_then(|b| b.view.consultants.get(agent)) != Some(role) {
            let told = Outbound::Consult(now.view.clone());
            out.push(Effect::Notify(agent.clone(), told));
        }
    }
    for agent in before.into_iter().flat_map(|b| b.view.consultants.keys()) {
        if !now.view.consultants.contains_key(agent) {
            let conversation = now.id();
            let told = Outbound::ConsultEnded { conversation };
            out.push(Effect::Notify(agent.clone(), told));
        }
    }
}

fn offered(s: &Summary) -> Option<AgentId> {
    (s.state() == State::Active && !s.view.accepted)
        .then(|| s.view.agent.clone())
        .flatten()
}

fn accepted(s: &Summary) -> Option<AgentId> {
    s.view.accepted.then(|| s.view.agent.clone()).flatten()
}

fn offer(
    s: &Summary,
    deadline: crate::domain::time::Timestamp,
    returning: bool,
    transfer: bool,
) -> Outbound {
    Outbound::Offer(OfferNotice {
        view: s.view.clone(),
        deadline,
        returning,
        transfer,
    })
}
