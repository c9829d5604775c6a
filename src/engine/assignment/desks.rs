//! What the choice reads of each agent, side by side in memory and by number: a choice looks
//! at every member of a queue, and looking each up by name would be most of its time.
//!
//! Load and sessions here are copies of the account's, taken after each of its changes
//! (`Assignment::recount`); `Assignment::violations` compares them in builds with assertions.

use std::collections::HashMap;

use crate::domain::company::{Company, Presence};
use crate::domain::ids::{AgentId, QueueId};
use crate::domain::time::Timestamp;

use super::Ledger;

/// One agent.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Desk {
    /// What they say of themselves.
    pub(super) presence: Presence,
    /// When they were last assigned something.
    pub(super) last_assigned: Option<Timestamp>,
    /// When they last released something.
    pub(super) last_released: Option<Timestamp>,
    /// Configured and not disabled.
    pub(super) enabled: bool,
    /// Units configured.
    pub(super) capacity: u32,
    /// Units held or set aside.
    pub(super) load: u32,
    /// In how many conversations.
    pub(super) sessions: usize,
}

/// A member of a queue.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Who.
    pub(super) agent: AgentId,
    number: usize,
}

/// Every agent that was ever heard of, and the queues of those that are configured.
#[derive(Debug, Default)]
pub(super) struct Desks {
    numbers: HashMap<AgentId, usize>,
    desks: Vec<Desk>,
    /// In the order of their names.
    members: HashMap<QueueId, Vec<Member>>,
    queues: HashMap<AgentId, Vec<QueueId>>,
}

impl Desks {
    /// With the agents and queues of a configuration.
    pub(super) fn new(company: &Company) -> Self {
        let mut desks = Self::default();
        desks.configure(company);
        desks
    }

    /// Takes over another configuration; what is known of agents stays.
    pub(super) fn configure(&mut self, company: &Company) {
        for desk in &mut self.desks {
            desk.enabled = false;
            desk.capacity = 0;
        }
        for (agent, profile) in &company.agents {
            let desk = self.of(agent);
            desk.enabled = profile.enabled;
            desk.capacity = profile.capacity;
        }
        self.members.clear();
        self.queues.clear();
        for (id, queue) in &company.queues {
            let members = queue.members.iter().map(|agent| {
                self.queues
                    .entry(agent.clone())
                    .or_default()
                    .push(id.clone());
                Member {
                    agent: agent.clone(),
                    number: number(&mut self.numbers, &mut self.desks, agent),
                }
            });
            let members = members.collect();
            self.members.insert(id.clone(), members);
        }
    }

    /// What is known of an agent.
    pub(super) fn get(&self, agent: &AgentId) -> Option<&Desk> {
        self.numbers.get(agent).map(|n| &self.desks[*n])
    }

    /// The desk of an agent, who may be new.
    pub(super) fn of(&mut self, agent: &AgentId) -> &mut Desk {
        let number = number(&mut self.numbers, &mut self.desks, agent);
        &mut self.desks[number]
    }

    /// The members of a queue, in the order of their names.
    pub(super) fn members(
        &self,
        queue: &QueueId,
    ) -> impl ExactSizeIterator<Item = (&AgentId, &Desk)> {
        let members = self.members.get(queue).map_or(&[][..], Vec::as_slice);
        members.iter().map(|m| (&m.agent, &self.desks[m.number]))
    }

    /// The queues that an agent is a member of.
    pub(super) fn queues_of(&self, agent: &AgentId) -> &[QueueId] {
        self.queues.get(agent).map_or(&[], Vec::as_slice)
    }

    /// Whether every copy is what the account says.
    pub(super) fn agree(&self, ledger: &Ledger) -> bool {
        self.numbers.iter().all(|(agent, n)| {
            let desk = &self.desks[*n];
            desk.load == ledger.load(agent) && desk.sessions == ledger.sessions(agent)
        })
    }
}

fn number(numbers: &mut HashMap<AgentId, usize>, desks: &mut Vec<Desk>, agent: &AgentId) -> usize {
    if let Some(number) = numbers.get(agent) {
        return *number;
    }
    let number = desks.len();
    desks.push(Desk::default());
    numbers.insert(agent.clone(), number);
    number
}
