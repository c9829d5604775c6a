//! The account of capacity: who holds which units, derived from reservations.
//!
//! Load is stored nowhere. It is the sum over conversations of what is durable
//! there (from their summaries) or set aside for a step that is on its way.

use std::collections::{BTreeMap, HashMap};

use crate::domain::conversation::Reservation;
use crate::domain::ids::{AgentId, ConversationId};
use crate::engine::conversation::ActionId;

/// Units of one agent in one conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Held {
    /// Durable in the conversation.
    reserved: u32,
    /// Of those, taken by an audited override.
    over: u32,
    /// Set aside for a step that has not been settled.
    pending: u32,
    /// Of those, by an audited override.
    pending_over: u32,
    /// Steps that have not been settled.
    steps: u32,
}

impl Held {
    /// A step that is durable but not yet settled counts once.
    fn units(self) -> u32 {
        self.reserved.max(self.pending)
    }

    fn over_units(self) -> u32 {
        self.over.max(self.pending_over)
    }
}

/// The account.
#[derive(Debug, Default)]
pub struct Ledger {
    held: HashMap<AgentId, BTreeMap<ConversationId, Held>>,
    pending: HashMap<ActionId, (AgentId, ConversationId)>,
}

impl Ledger {
    /// Units an agent holds or is about to hold.
    #[must_use]
    pub fn load(&self, agent: &AgentId) -> u32 {
        self.held
            .get(agent)
            .map_or(0, |m| m.values().map(|h| h.units()).sum())
    }

    /// Of the load, what was taken by audited overrides.
    #[must_use]
    pub fn overridden(&self, agent: &AgentId) -> u32 {
        self.held
            .get(agent)
            .map_or(0, |m| m.values().map(|h| h.over_units()).sum())
    }

    /// Conversations in which an agent holds units or is about to.
    #[must_use]
    pub fn conversations(&self, agent: &AgentId) -> Vec<ConversationId> {
        self.held
            .get(agent)
            .map_or_else(Vec::new, |m| m.keys().copied().collect())
    }

    /// How many those are.
    #[must_use]
    pub fn sessions(&self, agent: &AgentId) -> usize {
        self.held.get(agent).map_or(0, BTreeMap::len)
    }

    /// Whether an agent holds units of a conversation.
    #[must_use]
    pub fn holds(&self, agent: &AgentId, conversation: ConversationId) -> bool {
        self.held
            .get(agent)
            .is_some_and(|m| m.contains_key(&conversation))
    }

    /// Sets units aside until the step is settled.
    pub fn set_aside(
        &mut self,
        action: ActionId,
        conversation: ConversationId,
        wanted: &Reservation,
    ) {
        let held = self
            .held
            .entry(wanted.agent.clone())
            .or_default()
            .entry(conversation)
            .or_default();
        held.steps += 1;
        held.pending += wanted.units;
        held.pending_over += if wanted.over_capacity {
            wanted.units
        } else {
            0
        };
        self.pending
            .insert(action, (wanted.agent.clone(), conversation));
    }

    /// The step is settled: what it reserved is in the conversation's summary by now.
    /// Returns the agent it was for.
    pub fn settle(&mut self, action: ActionId) -> Option<(AgentId, ConversationId)> {
        let (agent, conversation) = self.pending.remove(&action)?;
        if let Some(of_agent) = self.held.get_mut(&agent) {
            if let Some(held) = of_agent.get_mut(&conversation) {
                held.steps = held.steps.saturating_sub(1);
                // Another step for the same pair may still be pending; it set aside its own.
                if held.steps == 0 {
                    held.pending = 0;
                    held.pending_over = 0;
                }
            }
            of_agent.retain(|_, h| h.units() > 0);
        }
        Some((agent, conversation))
    }

    /// Takes over what a conversation's durable state reserves. Returns who lost units.
    pub fn observe(
        &mut self,
        conversation: ConversationId,
        before: &[Reservation],
        now: &[Reservation],
    ) -> Vec<AgentId> {
        for old in before {
            if let Some(held) = self
                .held
                .get_mut(&old.agent)
                .and_then(|m| m.get_mut(&conversation))
            {
                held.reserved = 0;
                held.over = 0;
            }
        }
        for new in now {
            let held = self
                .held
                .entry(new.agent.clone())
                .or_default()
                .entry(conversation)
                .or_default();
            held.reserved += new.units;
            held.over += if new.over_capacity { new.units } else { 0 };
        }
        let mut lost = Vec::new();
        for old in before {
            if let Some(of_agent) = self.held.get_mut(&old.agent) {
                of_agent.retain(|_, h| h.units() > 0);
            }
            let units: u32 = now
                .iter()
                .filter(|n| n.agent == old.agent)
                .map(|n| n.units)
                .sum();
            if units < old.units && !lost.contains(&old.agent) {
                lost.push(old.agent.clone());
            }
        }
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent() -> AgentId {
        AgentId::parse("anna").expect("valid")
    }

    fn units(n: u32) -> Reservation {
        Reservation {
            agent: agent(),
            units: n,
            over_capacity: false,
        }
    }

    #[test]
    fn a_step_counts_once_between_its_commit_and_its_settlement() {
        let mut ledger = Ledger::default();
        let c = ConversationId(1);
        ledger.set_aside(ActionId(1), c, &units(2));
        assert_eq!(ledger.load(&agent()), 2);
        ledger.observe(c, &[], &[units(2)]);
        assert_eq!(ledger.load(&agent()), 2);
        ledger.settle(ActionId(1));
        assert_eq!(ledger.load(&agent()), 2);
        assert_eq!(ledger.observe(c, &[units(2)], &[]), vec![agent()]);
        assert_eq!(ledger.load(&agent()), 0);
        assert_eq!(ledger.sessions(&agent()), 0);
    }

    #[test]
    fn a_refused_step_gives_back_what_was_set_aside() {
        let mut ledger = Ledger::default();
        ledger.set_aside(ActionId(1), ConversationId(1), &units(2));
        ledger.settle(ActionId(1));
        assert_eq!(ledger.load(&agent()), 0);
    }
}
