//! What is counted, in quarters of an hour and by workstream. The counters are written with the
//! events that they count, so they are neither behind nor ahead of the journal; what is erased
//! later stays counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::{AssignedHow, DeclineReason, Event, Recorded};
use super::ids::WorkstreamId;
use super::message::Author;
use super::time::{Millis, Timestamp};

/// How long one bucket is.
pub const BUCKET: Millis = Millis::minutes(15);

/// A quarter of an hour, by its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bucket(Timestamp);

impl Bucket {
    /// The bucket of an instant.
    #[must_use]
    pub const fn of(at: Timestamp) -> Self {
        let length = BUCKET.0.cast_signed();
        Self(Timestamp(at.0.div_euclid(length).saturating_mul(length)))
    }

    /// When it begins.
    #[must_use]
    pub const fn begins(self) -> Timestamp {
        self.0
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + BUCKET)
    }
}

/// What was counted in one bucket for one workstream. Fields are appended only: it is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Conversations that customers started.
    pub started: u64,
    /// Parked conversations in which the customer wrote.
    pub returned: u64,
    /// Customers who were waiting and whom an agent took: an accepted offer, one accepted
    /// automatically, or picked from the list.
    pub assigned: u64,
    /// How long these had been waiting, together.
    pub wait_ms_sum: u64,
    /// Talks that ended.
    pub ended: u64,
    /// Conversations that became final.
    pub closed: u64,
    /// Conversations that were parked.
    pub parked: u64,
    /// Offers that an agent refused or let pass.
    pub declined: u64,
    /// Messages of customers.
    pub customer_messages: u64,
    /// Messages of agents.
    pub agent_messages: u64,
    /// How many were waiting for an agent at the end: a sample, `None` where there is none.
    pub waiting_end: Option<u64>,
}

impl Counts {
    /// Counts an event. `queued_at`: since when its conversation had been without an agent,
    /// by the state after the step.
    pub fn count(&mut self, recorded: &Recorded, queued_at: Timestamp) {
        match &recorded.event {
            Event::Started { .. } => self.started += 1,
            Event::Returned { .. } => self.returned += 1,
            Event::Accepted { .. } => self.count_assigned(recorded.at.since(queued_at)),
            Event::Assigned {
                how: AssignedHow::Picked | AssignedHow::AutoAccepted,
                explanation,
                ..
            } => self.count_assigned(explanation.waited),
            Event::Ended { .. } => self.ended += 1,
            Event::Closed { .. } => self.closed += 1,
            Event::Parked { .. } => self.parked += 1,
            Event::Declined {
                reason: DeclineReason::Rejected | DeclineReason::TimedOut,
                ..
            } => self.declined += 1,
            Event::Posted(message) => match message.author {
                Author::Customer => self.customer_messages += 1,
                Author::Agent(_) => self.agent_messages += 1,
                Author::System(_) => {}
            },
            _ => {}
        }
    }

    fn count_assigned(&mut self, waited: Millis) {
        self.assigned += 1;
        self.wait_ms_sum = self.wait_ms_sum.saturating_add(waited.0);
    }

    /// Nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what was counted later. Of samples the later one holds.
    pub fn add(&mut self, later: &Self) {
        for (sum, more) in self.sums_mut().into_iter().zip(later.sums()) {
            *sum = sum.saturating_add(more);
        }
        self.waiting_end = later.waiting_end.or(self.waiting_end);
    }

    /// Whether nothing that `other` counts is missing here.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let both = self.sums().into_iter().zip(other.sums());
        both.into_iter().all(|(own, other)| own >= other)
    }

    const fn sums(&self) -> [u64; 10] {
        // Destructured, so that a new field has to be decided about here.
        let Self {
            started,
            returned,
            assigned,
            wait_ms_sum,
            ended,
            closed,
            parked,
            declined,
            customer_messages,
            agent_messages,
            waiting_end: _,
        } = *self;
        [
            started,
            returned,
            assigned,
            wait_ms_sum,
            ended,
            closed,
            parked,
            declined,
            customer_messages,
            agent_messages,
        ]
    }

    const fn sums_mut(&mut self) -> [&mut u64; 10] {
        [
            &mut self.started,
            &mut self.returned,
            &mut self.assigned,
            &mut self.wait_ms_sum,
            &mut self.ended,
            &mut self.closed,
            &mut self.parked,
            &mut self.declined,
            &mut self.customer_messages,
            &mut self.agent_messages,
        ]
    }
}

/// How many were waiting for an agent when a bucket ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The bucket that ended.
    pub bucket: Bucket,
    /// By workstream; where nobody waited there is no entry.
    pub waiting: Vec<(WorkstreamId, u64)>,
}

/// Counts by steps of time and by workstream, in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Where steps begin, and where the last of them ends.
    bounds: Vec<Timestamp>,
    /// The bucket of this moment: the one before it is the last that has ended.
    running: Bucket,
    steps: Vec<BTreeMap<WorkstreamId, Counts>>,
}

impl Chart {
    /// Empty steps between these bounds, which ascend, seen at this moment.
    #[must_use]
    pub fn new(bounds: Vec<Timestamp>, now: Timestamp) -> Self {
        let count = bounds.len().saturating_sub(1);
        Self {
            bounds,
            running: Bucket::of(now),
            steps: vec![BTreeMap::new(); count],
        }
    }

    /// From where to where (exclusive) counts are wanted.
    #[must_use]
    pub fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some((*self.bounds.first()?, *self.bounds.last()?))
    }

    /// Takes in the counts of a bucket. Those of one workstream come in the order of time.
    pub fn add(&mut self, bucket: Bucket, workstream: WorkstreamId, counts: Counts) {
        let after = self
            .bounds
            .partition_point(|begins| *begins <= bucket.begins());
        let Some(step) = after.checked_sub(1).and_then(|i| self.steps.get_mut(i)) else {
            return;
        };
        let ends = self.bounds[after];
        let next = bucket.next();
        // Of samples within a step only the last is one of its end.
        let at_end = next.begins() >= ends || next == self.running;
        let counts = Counts {
            waiting_end: counts.waiting_end.filter(|_| at_end),
            ..counts
        };
        step.entry(workstream).or_default().add(&counts);
    }

    /// Each step by its beginning.
    pub fn steps(&self) -> impl Iterator<Item = (Timestamp, &BTreeMap<WorkstreamId, Counts>)> {
        self.bounds.iter().copied().zip(&self.steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_fall_into_their_steps_and_only_the_last_sample_is_that_of_the_end() {
        let hour = |n: i64| Timestamp(n * 3_600_000);
        let bucket = |n: i64| Bucket::of(Timestamp(n * BUCKET.0.cast_signed()));
        let care = || WorkstreamId::parse("care").expect("valid");
        let counts = |started, waiting_end| Counts {
            started,
            waiting_end,
            ..Counts::default()
        };
        // Twenty to two; the bucket from half past one runs.
        let mut chart = Chart::new(vec![hour(0), hour(1), hour(2)], Timestamp(6_000_000));
        assert_eq!(chart.range(), Some((hour(0), hour(2))));
        for (n, counts) in [
            (-1, counts(100, Some(9))),
            (0, counts(1, Some(5))),
            (3, counts(2, None)),
            (4, counts(4, Some(7))),
            (5, counts(8, Some(3))),
            (6, counts(16, None)),
            (8, counts(100, Some(9))),
        ] {
            chart.add(bucket(n), care(), counts);
        }
        let steps: Vec<_> = chart
            .steps()
            .map(|(at, by)| (at, by[&care()].started, by[&care()].waiting_end))
            .collect();
        assert_eq!(steps, [(hour(0), 3, None), (hour(1), 28, Some(3))]);
    }

    #[test]
    fn a_bucket_is_a_quarter_of_an_hour_also_before_1970() {
        let quarter = BUCKET.0.cast_signed();
        for (at, begins) in [
            (0, 0),
            (1, 0),
            (quarter - 1, 0),
            (quarter, quarter),
            (-1, -quarter),
        ] {
            assert_eq!(
                Bucket::of(Timestamp(at)).begins(),
                Timestamp(begins),
                "{at}"
            );
        }
        assert_eq!(
            Bucket::of(Timestamp(0)).next(),
            Bucket::of(Timestamp(quarter))
        );
    }

    #[test]
    fn sums_add_up_and_the_later_sample_holds() {
        let mut counts = Counts {
            started: 1,
            agent_messages: 2,
            waiting_end: Some(4),
            ..Counts::default()
        };
        let later = Counts {
            started: 2,
            ended: 1,
            ..Counts::default()
        };
        counts.add(&later);
        assert_eq!(
            (counts.started, counts.ended, counts.agent_messages),
            (3, 1, 2)
        );
        assert_eq!(counts.waiting_end, Some(4));
        assert!(counts.covers(&later) && !later.covers(&counts));
        counts.add(&Counts {
            waiting_end: Some(0),
            ..Counts::default()
        });
        assert_eq!(counts.waiting_end, Some(0));
    }
}
