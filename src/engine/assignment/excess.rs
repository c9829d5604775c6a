//! Units above a capacity that was lowered under them. Fewer units than the current load
//! never revoke anything: they stay until they are released, and nothing takes their place.

use std::collections::HashMap;

use crate::domain::company::Company;
use crate::domain::ids::AgentId;

use super::Ledger;

/// By agent, as many as were above when the capacity was lowered and still are.
#[derive(Debug, Default)]
pub(super) struct Excess(HashMap<AgentId, u32>);

impl Excess {
    /// Another configuration holds: what is above its capacities is above by right.
    pub(super) fn take_in(&mut self, ledger: &Ledger, company: &Company) {
        self.0 = company
            .agents
            .keys()
            .map(|agent| (agent.clone(), above(agent, ledger, company)))
            .filter(|(_, units)| *units > 0)
            .collect();
    }

    /// These agents released something.
    pub(super) fn shrink(&mut self, agents: &[AgentId], ledger: &Ledger, company: &Company) {
        for agent in agents {
            if let Some(units) = self.0.get_mut(agent) {
                *units = (*units).min(above(agent, ledger, company));
                if *units == 0 {
                    self.0.remove(agent);
                }
            }
        }
    }

    /// How many units of an agent are above by right.
    pub(super) fn of(&self, agent: &AgentId) -> u32 {
        self.0.get(agent).copied().unwrap_or(0)
    }
}

/// Overrides are not taken off: one that is only on its way may still be refused.
fn above(agent: &AgentId, ledger: &Ledger, company: &Company) -> u32 {
    let capacity = company.agents.get(agent).map_or(0, |a| a.capacity);
    ledger.load(agent).saturating_sub(capacity)
}
