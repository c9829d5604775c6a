//! Who waits where, in order (SEMANTICS, Distribution).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::ids::{AgentId, ConversationId, QueueId, WorkstreamId};
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
    /// In a queue, under these rules.
    Queue(QueueId, WorkstreamId),
    /// For one agent.
    Agent(AgentId),
}

/// Every line.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// A line for each workstream of a queue: whether an agent has room is the same for all
    /// of a line, so one that they cannot take is skipped as a whole.
    queues: HashMap<QueueId, BTreeMap<WorkstreamId, BTreeSet<Place>>>,
    agents: HashMap<AgentId, BTreeSet<Place>>,
    places: HashMap<ConversationId, (Line, Place)>,
}

impl Lines {
    /// Puts a conversation into a line, or takes it out of any.
    pub(super) fn set(&mut self, conversation: ConversationId, to: Option<(Line, Place)>) {
        if let Some((line, place)) = self.places.remove(&conversation) {
            match line {
                Line::Queue(queue, workstream) => {
                    if let Some(lines) = self.queues.get_mut(&queue)
                        && let Some(line) = lines.get_mut(&workstream)
                    {
                        line.remove(&place);
                        if line.is_empty() {
                            lines.remove(&workstream);
                        }
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
                Line::Queue(queue, workstream) => self
                    .queues
                    .entry(queue.clone())
                    .or_default()
                    .entry(workstream.clone())
                    .or_default()
                    .insert(place),
                Line::Agent(agent) => self.agents.entry(agent.clone()).or_default().insert(place),
            };
            self.places.insert(conversation, (line, place));
        }
    }

    /// The lines of a queue, one for each workstream, each in order. The queue is all of
    /// them together, in the order of places.
    pub(super) fn queue(
        &self,
        queue: &QueueId,
    ) -> impl Iterator<Item = (&WorkstreamId, &BTreeSet<Place>)> {
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
        let workstream = WorkstreamId::parse("w").expect("valid");
        let mut lines = Lines::default();
        for (id, since, priority, is_return) in [
            (1, 10, 0, false),
            (2, 5, 0, false),
            (3, 20, 7, false),
            (4, 30, 0, true),
        ] {
            let id = ConversationId(id);
            let place = Place::new(id, Timestamp(since), priority, is_return);
            let line = Line::Queue(queue.clone(), workstream.clone());
            lines.set(id, Some((line, place)));
        }
        let in_order = |lines: &Lines| -> Vec<u128> {
            let lines = lines.queue(&queue).flat_map(|(_, line)| line);
            lines.map(|p| p.conversation.0).collect()
        };
        assert_eq!(in_order(&lines), [4, 3, 2, 1]);
        lines.set(ConversationId(3), None);
        assert_eq!(in_order(&lines), [4, 2, 1]);
    }
}
