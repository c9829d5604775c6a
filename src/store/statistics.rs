//! What is counted: written with the events in one batch, read in ranges.

use std::collections::BTreeMap;

use super::Store;
use super::batch::Batch;
use super::codec;
use super::error::StoreError;
use super::keys;
use super::tables::{Table, row_name};
use super::view::{ENOUGH, GO_ON, Order, Range, View, decode, malformed};
use crate::domain::event::Recorded;
use crate::domain::ids::WorkstreamId;
use crate::domain::statistics::{Bucket, Chart, Counts, Sample};
use crate::domain::time::Timestamp;
use crate::limits;

/// What a batch counts.
#[derive(Debug, Default)]
pub(super) struct Counted(BTreeMap<Bucket, BTreeMap<WorkstreamId, Counts>>);

impl Counted {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts the events of a step.
    pub(super) fn add(
        &mut self,
        workstream: &WorkstreamId,
        events: &[Recorded],
        queued_at: Timestamp,
    ) {
        // Nearly always all of them are of one bucket.
        for of_bucket in events.chunk_by(|a, b| Bucket::of(a.at) == Bucket::of(b.at)) {
            let Some(first) = of_bucket.first() else {
                continue;
            };
            let counts = self.of(Bucket::of(first.at), workstream);
            for recorded in of_bucket {
                counts.count(recorded, queued_at);
            }
        }
    }

    pub(super) fn sample(&mut self, sample: &Sample) {
        for (workstream, waiting) in &sample.waiting {
            self.of(sample.bucket, workstream).waiting_end = Some(*waiting);
        }
    }

    fn of(&mut self, bucket: Bucket, workstream: &WorkstreamId) -> &mut Counts {
        let by_workstream = self.0.entry(bucket).or_default();
        by_workstream.entry(workstream.clone()).or_default()
    }

    /// Adds a row for each workstream and bucket: what was there and what came. There is one
    /// writer, so what is read here is what the batch is written over.
    pub(super) fn write(self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        for (bucket, by_workstream) in self.0 {
            let mut is_new = false;
            for (workstream, counts) in by_workstream {
                if counts.is_empty() {
                    continue;
                }
                let key = keys::statistics(bucket, &workstream);
                let mut row = match read(batch, &key)? {
                    Some(row) => row,
                    None => {
                        is_new = true;
                        Counts::default()
                    }
                };
                row.add(&counts);
                batch.put(Table::Statistics, &key, &row)?;
            }
            if is_new {
                forget_old(batch, bucket)?;
            }
        }
        Ok(())
    }
}

fn read(batch: &Batch<'_>, key: &[u8]) -> Result<Option<Counts>, StoreError> {
    let db = batch.db();
    let Some(record) = db.get_pinned_cf(Table::Statistics.of(db), key)? else {
        return Ok(None);
    };
    match codec::decode(&record) {
        Ok(row) => Ok(Some(row)),
        Err(error) => {
            // A counter is not worth a conversation: `verify` reports what is missing.
            let row = row_name(Table::Statistics, key);
            tracing::error!(%error, row, "counters are damaged and begin anew");
            Ok(None)
        }
    }
}

/// Deletes what is older than is kept, with the first row of a bucket: some rows at a time.
fn forget_old(batch: &mut Batch<'_>, newest: Bucket) -> Result<(), StoreError> {
    let oldest = Bucket::of(newest.begins() - limits::STATISTICS_KEPT);
    let range = Range {
        from: Vec::new(),
        to: Some(keys::statistics_from(oldest).to_vec()),
    };
    let mut old = Vec::new();
    let view = View::now(batch.db());
    view.scan(Table::Statistics, range, Order::Ascending, |key, _| {
        old.push(key.to_vec());
        if old.len() < limits::STATISTICS_FORGOTTEN_AT_ONCE {
            GO_ON
        } else {
            ENOUGH
        }
    })?;
    for key in old {
        batch.delete(Table::Statistics, &key);
    }
    Ok(())
}

impl Store {
    /// Fills a chart with what was counted.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn chart(&self, chart: &mut Chart) -> Result<(), StoreError> {
        let Some((since, until)) = chart.range() else {
            return Ok(());
        };
        let range = Range {
            from: keys::statistics_from(Bucket::of(since)).to_vec(),
            to: Some(keys::statistics_from(Bucket::of(until)).to_vec()),
        };
        let view = View::for_scan(self.db());
        view.scan(Table::Statistics, range, Order::Ascending, |key, record| {
            let (bucket, workstream) =
                keys::parse_statistics(key).ok_or_else(|| malformed(Table::Statistics, key))?;
            chart.add(bucket, workstream, decode(Table::Statistics, key, record)?);
            GO_ON
        })
    }
}
