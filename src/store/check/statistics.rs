//! Counters against journals. What was erased stays counted, so a counter may say more than
//! journals do, and never less.

use std::collections::BTreeMap;

use super::super::error::StoreError;
use super::super::keys;
use super::super::tables::Table;
use super::super::view::{Range, decode, malformed};
use super::{Check, Invariant};
use crate::domain::conversation::Conversation;
use crate::domain::event::Recorded;
use crate::domain::ids::WorkstreamId;
use crate::domain::statistics::{Bucket, Counts};
use crate::limits;

/// What journals add up to in counters.
#[derive(Debug, Default)]
pub(super) struct Shown(BTreeMap<(Bucket, WorkstreamId), Counts>);

impl Shown {
    /// Counts an event; the state is that after it.
    pub(super) fn add(&mut self, recorded: &Recorded, state: &Conversation) {
        let key = (Bucket::of(recorded.at), state.workstream.clone());
        let counts = self.0.entry(key).or_default();
        counts.count(recorded, state.queued_at);
    }

    /// Takes over what another has counted.
    pub(super) fn take(&mut self, other: Self) {
        for (key, counts) in other.0 {
            self.0.entry(key).or_default().add(&counts);
        }
    }
}

impl Check<'_> {
    /// `statistics`: every row reads, and none counts less than the journals show. Of buckets that are too
    /// old to be kept nothing is asked.
    pub(super) fn check_statistics(&mut self) -> Result<(), StoreError> {
        let mut shown = std::mem::take(&mut self.shown.0);
        let mut newest = None;
        self.each_row(Table::Statistics, &Range::prefix(&[]), |check, key, row| {
            let place = keys::parse_statistics(key);
            let place = check.row(place.ok_or_else(|| malformed(Table::Statistics, key)))?;
            let counts = check.row(decode::<Counts>(Table::Statistics, key, row))?;
            let Some(place) = place else { return Ok(()) };
            newest = newest.max(Some(place.0));
            let (Some(in_journals), Some(counts)) = (shown.remove(&place), counts) else {
                return Ok(());
            };
            if !counts.covers(&in_journals) {
                let found = format!(
                    "{} at {}: {counts:?} counted, journals show {in_journals:?}",
                    place.1,
                    place.0.begins().0
                );
                check.violation(Invariant::StatisticsRow, None, found);
            }
            Ok(())
        })?;
        let kept = newest.map(|b: Bucket| Bucket::of(b.begins() - limits::STATISTICS_KEPT));
        for ((bucket, workstream), counts) in shown {
            if counts.is_empty() || kept.is_some_and(|oldest| bucket < oldest) {
                continue;
            }
            let found = format!(
                "{workstream} at {}: nothing counted, journals show {counts:?}",
                bucket.begins().0
            );
            self.violation(Invariant::StatisticsRow, None, found);
        }
        Ok(())
    }
}
