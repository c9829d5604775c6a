//! What the engine and the store are doing, as metrics: looked at once a second.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;

use crate::actors::{Gateway, Links};
use crate::telemetry::Telemetry;

const EVERY: Duration = Duration::from_secs(1);

/// Counters that follow a number kept elsewhere.
type Following = Counter<u64, AtomicU64>;

/// The metrics.
#[derive(Default, Clone)]
pub(super) struct Gauges {
    sessions: Gauge,
    awake: Gauge,
    live: Gauge,
    writer_depth: Gauge,
    reader_depth: Gauge,
    last_batch: Gauge,
    commits: Following,
    writes: Following,
    written_bytes: Following,
    commit_nanos: Following,
}

/// Adds the metrics to those of the interfaces.
pub(super) fn registered(telemetry: Telemetry) -> (Telemetry, Gauges) {
    let g = Gauges::default();
    let telemetry = telemetry
        .with(
            "sessions",
            "Live sessions, HTTP requests under way included",
            g.sessions.clone(),
        )
        .with(
            "conversations_awake",
            "Conversations with an actor in memory",
            g.awake.clone(),
        )
        .with(
            "conversations_live",
            "Conversations that are open, active or in wrap-up",
            g.live.clone(),
        )
        .with(
            "writer_depth",
            "Writes handed to the writer and not yet durable",
            g.writer_depth.clone(),
        )
        .with(
            "reader_depth",
            "Reads that have not begun",
            g.reader_depth.clone(),
        )
        .with(
            "last_batch_writes",
            "Writes in the last group commit",
            g.last_batch.clone(),
        )
        .with(
            "commits",
            "Group commits, each with one sync",
            g.commits.clone(),
        )
        .with("writes", "Writes that are durable", g.writes.clone())
        .with(
            "written_bytes",
            "Bytes handed to the log",
            g.written_bytes.clone(),
        )
        .with(
            "commit_nanoseconds",
            "Time spent in group commits, in nanoseconds",
            g.commit_nanos.clone(),
        );
    (telemetry, g)
}

impl Gauges {
    /// Looks once a second, for as long as the server runs.
    pub(super) async fn keep_up(self, links: Links, gateway: Gateway) {
        let mut every = tokio::time::interval(EVERY);
        loop {
            every.tick().await;
            self.look(&links, &gateway);
        }
    }

    fn look(&self, links: &Links, gateway: &Gateway) {
        self.sessions.set(count(gateway.sessions()));
        self.awake
            .set(count(links.census.awake.load(Ordering::Relaxed)));
        self.live
            .set(count(links.census.live.load(Ordering::Relaxed)));
        self.writer_depth.set(count(links.writer.depth()));
        self.reader_depth.set(count(links.readers.depth()));
        let stats = links.writer.stats();
        self.last_batch
            .set(i64::try_from(stats.last_batch_writes).unwrap_or(i64::MAX));
        follow(&self.commits, stats.batches);
        follow(&self.writes, stats.writes);
        follow(&self.written_bytes, stats.bytes);
        follow(&self.commit_nanos, stats.commit_nanos_sum);
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn follow(counter: &Following, now: u64) {
    counter.inc_by(now.saturating_sub(counter.get()));
}
