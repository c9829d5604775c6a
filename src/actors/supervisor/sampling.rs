//! How many wait for an agent, noted at the end of each quarter of an hour.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::commit::Write;
use crate::domain::ids::WorkstreamId;
use crate::domain::statistics::{Bucket, Sample};

use super::super::links::Token;
use super::SupervisorActor;

impl SupervisorActor {
    /// Looks whether a bucket has ended since the last look. Of one that ended while nobody
    /// looked there is no sample.
    pub(super) fn sample(&mut self) {
        let now = Bucket::of(self.links.now());
        let Some(last) = self.sampled.replace(now).filter(|last| *last != now) else {
            return;
        };
        if last.next() != now {
            return;
        }
        let mut waiting: BTreeMap<&WorkstreamId, u64> = BTreeMap::new();
        for summary in self.machine.assignment().summaries() {
            if summary.entry.waiting_since().is_some() {
                *waiting.entry(summary.workstream()).or_default() += 1;
            }
        }
        if waiting.is_empty() {
            return;
        }
        let sample = Sample {
            bucket: last,
            waiting: waiting.into_iter().map(|(w, n)| (w.clone(), n)).collect(),
        };
        self.links
            .write(Write::Sample(Arc::new(sample)), Token::Quiet);
    }
}
