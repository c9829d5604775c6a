//! Who waits in each queue, in order, whoever might get them: lengths for overflow, and
//! places for customers who are told theirs. And how long those who got an agent waited.
//!
//! Not `lines.rs`: there a conversation is missing while an offer is on its way, and one
//! that agents take from the list is never in it.

use std::collections::{BTreeSet, HashMap};

use crate::domain::conversation::State;
use crate::domain::ids::{ConversationId, QueueId};
use crate::domain::time::{Millis, Timestamp};
use crate::engine::summary::Summary;
use crate::limits;

use super::lines::Place;

/// Everything that waits, by queue.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Those that only wait for the queue, in order.
    queues: HashMap<QueueId, BTreeSet<Place>>,
    /// Those that wait for their own agent: they count, but do not stand in line.
    sticky: HashMap<QueueId, usize>,
    where_is: HashMap<ConversationId, (QueueId, Option<Place>)>,
    /// The place each customer was told last, and when.
    told: HashMap<ConversationId, (u32, Timestamp)>,
}

impl Places {
    /// Takes a conversation in, or out if it waits no more.
    pub(super) fn set(&mut self, id: ConversationId, summary: Option<&Summary>) {
        let now = summary.filter(|s| s.state() == State::Open).map(|s| {
            let place = s
                .returning
                .is_none()
                .then(|| Place::new(id, s.view.queued_at, s.priority, s.is_return));
            (s.queue().clone(), place)
        });
        let before = self.where_is.get(&id);
        if before == now.as_ref() {
            return;
        }
        // Another queue, or a new wait in the same: what was told holds no more, but for
        // what the conversation itself knows.
        if before.map(|b| &b.0) != now.as_ref().map(|n| &n.0) {
            self.told.remove(&id);
            if let Some(told) = summary.and_then(|s| s.told_place)
                && now.is_some()
            {
                self.told.insert(id, told);
            }
        }
        if let Some((queue, place)) = self.where_is.remove(&id) {
            match place {
                Some(place) => {
                    if let Some(line) = self.queues.get_mut(&queue) {
                        line.remove(&place);
                        if line.is_empty() {
                            self.queues.remove(&queue);
                        }
                    }
                }
                None => {
                    if let Some(sticky) = self.sticky.get_mut(&queue) {
                        *sticky = sticky.saturating_sub(1);
                    }
                }
            }
        }
        if let Some((queue, place)) = now {
            match place {
                Some(place) => {
                    self.queues.entry(queue.clone()).or_default().insert(place);
                }
                None => *self.sticky.entry(queue.clone()).or_default() += 1,
            }
            self.where_is.insert(id, (queue, place));
        }
    }

    /// How many wait in a queue, those for their own agent included.
    pub(super) fn waiting(&self, queue: &QueueId) -> usize {
        self.queues.get(queue).map_or(0, BTreeSet::len)
            + self.sticky.get(queue).copied().unwrap_or(0)
    }

    /// The place of a conversation in its line, from 1.
    pub(super) fn position(&self, id: ConversationId) -> Option<u32> {
        let (queue, place) = self.where_is.get(&id)?;
        let (line, place) = (self.queues.get(queue)?, (*place)?);
        // Whoever has just come stands at the end: counted from there it is one step.
        let from_end = line.range(place..).count();
        u32::try_from(line.len() + 1 - from_end).ok()
    }

    /// Every line, with its conversations in order.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&QueueId, &BTreeSet<Place>)> {
        self.queues.iter()
    }

    /// What the customer was told last.
    pub(super) fn told(&self, id: ConversationId) -> Option<(u32, Timestamp)> {
        self.told.get(&id).copied()
    }

    /// The customer is told this now.
    pub(super) fn note_told(&mut self, id: ConversationId, position: u32, now: Timestamp) {
        self.told.insert(id, (position, now));
    }
}

/// How long the live customers of a queue waited for an agent: an exponential average.
/// Begins anew with the server; what is not fresh is not told anyway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct AverageWait {
    samples: u32,
    average: u64,
    last: Timestamp,
}

impl AverageWait {
    /// What one more wait weighs, once there are enough.
    const WEIGHT: u64 = 8;

    /// One more customer got an agent after waiting this long.
    pub(super) fn add(&mut self, waited: Millis, now: Timestamp) {
        self.samples = self.samples.saturating_add(1);
        // The plain mean first, so that the first wait does not outweigh the others.
        let weight = u64::from(self.samples).min(Self::WEIGHT);
        self.average = if waited.0 >= self.average {
            self.average
                .saturating_add((waited.0 - self.average) / weight)
        } else {
            self.average - (self.average - waited.0) / weight
        };
        self.last = now;
    }

    /// The average, where it means something: of enough waits, the last of them not long ago.
    pub(super) fn meaningful(&self, now: Timestamp) -> Option<Millis> {
        let fresh = now.since(self.last) <= limits::AVERAGE_WAIT_FRESH;
        (fresh && self.samples >= limits::AVERAGE_WAIT_SAMPLES_MIN).then_some(Millis(self.average))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_is_told_only_when_it_is_of_enough_waits_and_fresh() {
        let mut wait = AverageWait::default();
        let at = |minutes| Timestamp(0) + Millis::minutes(minutes);
        for n in 0..4 {
            wait.add(Millis::minutes(4), at(n));
            assert_eq!(wait.meaningful(at(n)), None, "{n}");
        }
        wait.add(Millis::minutes(9), at(5));
        assert_eq!(
            wait.meaningful(at(5)),
            Some(Millis::minutes(5)),
            "the mean of the first five"
        );
        assert_eq!(wait.meaningful(at(65)), Some(Millis::minutes(5)));
        assert_eq!(wait.meaningful(at(66)), None, "an hour is too long ago");
    }

    #[test]
    fn an_average_follows_what_changes() {
        let mut wait = AverageWait::default();
        for _ in 0..20 {
            wait.add(Millis::minutes(1), Timestamp(0));
        }
        for _ in 0..40 {
            wait.add(Millis::minutes(10), Timestamp(0));
        }
        let now = wait.meaningful(Timestamp(0)).expect("enough");
        assert!(
            now > Millis::minutes(9) && now <= Millis::minutes(10),
            "{now}"
        );
        for _ in 0..80 {
            wait.add(Millis(0), Timestamp(0));
        }
        assert!(wait.meaningful(Timestamp(0)).expect("enough") < Millis::seconds(1));
    }
}
