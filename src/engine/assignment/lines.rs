//! Who waits where, in order (SEMANTICS, Distribution).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::ids::{AgentId, ConversationId, QueueId};
use crate::domain::time::Timestamp;

/// A place in a queue: returning first, then priority, then longest waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    not_returning: bool,
    priority: Reverse<i32>,
    /// Since when it waits.
    pub(super) since: Timestamp,
    /// Which conversation.
    pub(super) conversation: ConversationId,
}

impl Place {
    /// The place of a conversation.
    #[must_use]
    pub(super) fn new(
        conversation: ConversationId,
        since: Timestamp,
        priority: i32,
        is_return: bool,
    ) -> Self {
        Self {
            not_returning: !is_return,
            priority: Reverse(priority),
            since,
            conversation,
        }
    }
}

/// Where a conversation waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// In a queue.
    Queue(QueueId),
    /// For one agent.
    Agent(AgentId),
}

/// Every line.
#[derive(Debug, Default)]
pub(super) struct Lines {
    queues: BTreeMap<QueueId, BTreeSet<Place>>,
    agents: HashMap<AgentId, BTreeSet<Place>>,
    places: HashMap<ConversationId, (Line, Place)>,
}

impl Lines {
    /// Puts a conversation into a line, or takes it out of any.
    pub(super) fn set(&mut self, conversation: ConversationId, to: Option<(Line, Place)>) {
        if let Some((line, place)) = self.places.remove(&conversation) {
            match line {
                Line::Queue(queue) => {
                    if let Some(line) = self.queues.get_mut(&queue) {
                        line.remove(&place);
                    }
                }
                Line::Agent(agent) => {
                    if let Some(line) = self.agents.get_mut(&agent) {
                        line.remove(&place);
                        if line.is_empty() {
                            self.agents.remove(&agent);
                        }
                    }
                }
            }
        }
        if let Some((line, place)) = to {
            match &line {
                Line::Queue(queue) => self.queues.entry(queue.clone()).or_default().insert(place),
                Line::Agent(agent) => self.agents.entry(agent.clone()).or_default().insert(place),
            };
            self.places.insert(conversation, (line, place));
        }
    }

    /// A queue in order.
    pub(super) fn queue(&self, queue: &QueueId) -> impl Iterator<Item = &Place> {
        self.queues.get(queue).into_iter().flatten()
    }

    /// What waits for one agent, in order.
    pub(super) fn of_agent(&self, agent: &AgentId) -> impl Iterator<Item = &Place> {
        self.agents.get(agent).into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returning_goes_first_then_priority_then_longest_waiting() {
        let queue = QueueId::parse("q").expect("valid");
        let mut lines = Lines::default();
        for (id, since, priority, is_return) in [
            (1, 10, 0, false),
            (2, 5, 0, false),
            (3, 20, 7, false),
            (4, 30, 0, true),
        ] {
            let id = ConversationId(id);
            let place = Place::new(id, Timestamp(since), priority, is_return);
            lines.set(id, Some((Line::Queue(queue.clone()), place)));
        }
        let order: Vec<u128> = lines.queue(&queue).map(|p| p.conversation.0).collect();
        assert_eq!(order, [4, 3, 2, 1]);
        lines.set(ConversationId(3), None);
        assert_eq!(lines.queue(&queue).count(), 3);
    }
}
