//! Who has declined what since their presence last changed, from both sides: a choice asks
//! by conversation, a change of presence by agent, and neither may walk everything.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::domain::ids::{AgentId, ConversationId};

/// The declines that count.
#[derive(Debug, Default)]
pub(super) struct Declined {
    by_agent: HashMap<AgentId, HashSet<ConversationId>>,
    of: HashMap<ConversationId, Vec<AgentId>>,
}

impl Declined {
    /// An agent has declined a conversation.
    pub(super) fn note(&mut self, agent: &AgentId, conversation: ConversationId) {
        if self
            .by_agent
            .entry(agent.clone())
            .or_default()
            .insert(conversation)
        {
            self.of.entry(conversation).or_default().push(agent.clone());
        }
    }

    /// The conversation has moved on: of its declines only those of `still` count.
    pub(super) fn keep(&mut self, conversation: ConversationId, still: &BTreeMap<AgentId, u8>) {
        let Some(agents) = self.of.get_mut(&conversation) else {
            return;
        };
        agents.retain(|agent| {
            let stays = still.contains_key(agent);
            if !stays && let Some(declined) = self.by_agent.get_mut(agent) {
                declined.remove(&conversation);
            }
            stays
        });
        if agents.is_empty() {
            self.of.remove(&conversation);
        }
    }

    /// Everything is tried again with an agent.
    pub(super) fn remove(&mut self, agent: &AgentId) {
        for conversation in self.by_agent.remove(agent).into_iter().flatten() {
            if let Some(agents) = self.of.get_mut(&conversation) {
                agents.retain(|a| a != agent);
                if agents.is_empty() {
                    self.of.remove(&conversation);
                }
            }
        }
    }

    /// Everything is tried again with everybody.
    pub(super) fn clear(&mut self) {
        self.by_agent.clear();
        self.of.clear();
    }

    /// Who has declined a conversation.
    pub(super) fn of(&self, conversation: ConversationId) -> &[AgentId] {
        self.of.get(&conversation).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(text: &str) -> AgentId {
        AgentId::parse(text).expect("valid")
    }

    #[test]
    fn both_sides_forget_together() {
        let (anna, ben) = (agent("anna"), agent("ben"));
        let (one, two) = (ConversationId(1), ConversationId(2));
        let mut declined = Declined::default();
        for who in [&anna, &ben] {
            declined.note(who, one);
            declined.note(who, two);
            declined.note(who, two);
        }
        assert_eq!(declined.of(two), [anna.clone(), ben.clone()]);
        declined.keep(one, &BTreeMap::from([(ben.clone(), 1)]));
        assert_eq!(declined.of(one), std::slice::from_ref(&ben));
        declined.remove(&ben);
        assert_eq!(declined.of(one), []);
        assert_eq!(declined.of(two), std::slice::from_ref(&anna));
        declined.keep(two, &BTreeMap::new());
        assert!(declined.of.is_empty());
        declined.note(&anna, two);
        assert_eq!(declined.of(two), [anna], "declined anew");
    }
}
