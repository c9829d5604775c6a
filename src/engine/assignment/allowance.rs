//! What agents may keep whose capacity was lowered below their load: nothing is revoked,
//! and nothing is added until they are below it again.

use super::Assignment;
use crate::domain::ids::AgentId;

impl Assignment {
    /// The load that an agent had when their capacity was lowered, as far as it is left.
    pub(super) fn allowance(&self, agent: &AgentId) -> u32 {
        self.allowance.get(agent).copied().unwrap_or(0)
    }

    /// Another configuration holds, or the first: whoever holds more than it allows keeps it.
    pub(super) fn allow_what_is_held(&mut self) {
        self.allowance = self
            .company
            .agents
            .iter()
            .map(|(id, agent)| {
                let own = self.ledger.load(id) - self.ledger.overridden(id);
                (id, agent.capacity, own)
            })
            .filter(|(_, capacity, load)| load > capacity)
            .map(|(id, _, load)| (id.clone(), load))
            .collect();
    }

    /// What was given back does not come again.
    pub(super) fn shrink_allowance(&mut self, agent: &AgentId) {
        let load = self.ledger.load(agent) - self.ledger.overridden(agent);
        if let Some(allowed) = self.allowance.get_mut(agent) {
            *allowed = load.min(*allowed);
        }
    }
}
