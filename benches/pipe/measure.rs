//! One cell: a server, a number of messages in flight, a window of time.

use std::fs;
use std::io;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::task::{JoinSet, LocalSet};

use crate::Plan;
use crate::load::{Counters, Ready, drive};

/// Time to get going before the window opens.
const WARM_UP: Duration = Duration::from_secs(2);

/// A running server.
pub(crate) struct Server {
    pub(crate) child: Child,
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    /// Removed with everything in it when the server is gone.
    pub(crate) data: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gently first: a server that is killed cannot say what it did wrong.
        Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .ok();
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// How a server's sockets are prepared.
pub(crate) trait Prepare {
    /// Opens both sockets of every pair, up to where messages can be sent.
    async fn sockets(&self, server: &Server, pairs: usize) -> io::Result<Vec<Ready>>;
}

/// What was measured.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) server: &'static str,
    pub(crate) in_flight: usize,
    pub(crate) messages_per_second: f64,
    pub(crate) cpu_micros_per_message: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) peak_rss_mib: f64,
}

/// Measures one cell.
pub(crate) fn cell(
    name: &'static str,
    server: &Server,
    in_flight: usize,
    plan: &Plan,
    prepare: &impl Prepare,
) -> Result<Cell, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| e.to_string())?;
    let failed = |e: io::Error| format!("{name}, {in_flight} in flight: {e}");
    let local = LocalSet::new();
    local.block_on(&runtime, async {
        let sockets = prepare.sockets(server, plan.pairs).await.map_err(failed)?;
        let counters = Arc::new(Counters::default());
        let mut driven = JoinSet::new();
        for ready in sockets {
            driven.spawn_local(drive(ready, in_flight, Arc::clone(&counters)));
        }
        tokio::time::sleep(WARM_UP).await;
        let before = Reading::take(server, &counters).map_err(failed)?;
        counters.phase.store(1, Ordering::Relaxed);
        tokio::time::sleep(plan.seconds).await;
        let after = Reading::take(server, &counters).map_err(failed)?;
        counters.phase.store(3, Ordering::Relaxed);
        let mut latencies = Histogram::<u64>::new(3).expect("three significant digits are allowed");
        while let Some(done) = driven.join_next().await {
            latencies
                .add(
                    done.map_err(io::Error::other)
                        .and_then(|d| d)
                        .map_err(failed)?,
                )
                .map_err(|e| e.to_string())?;
        }
        let messages = after.messages() - before.messages();
        if messages == 0 {
            return Err(format!(
                "{name}, {in_flight} in flight: no message went through"
            ));
        }
        let seconds = (after.at - before.at).as_secs_f64();
        Ok(Cell {
            server: name,
            in_flight,
            messages_per_second: messages as f64 / seconds,
            cpu_micros_per_message: (after.cpu - before.cpu).as_secs_f64() * 1e6 / messages as f64,
            p50_ms: latencies.value_at_quantile(0.5) as f64 / 1e3,
            p99_ms: latencies.value_at_quantile(0.99) as f64 / 1e3,
            peak_rss_mib: peak_rss_mib(server.child.id()).map_err(failed)?,
        })
    })
}

struct Reading {
    at: Instant,
    cpu: Duration,
    acknowledged: u64,
    delivered: u64,
}

impl Reading {
    fn take(server: &Server, counters: &Counters) -> io::Result<Self> {
        Ok(Self {
            at: Instant::now(),
            cpu: cpu_time(server.child.id())?,
            acknowledged: counters.acknowledged.load(Ordering::Relaxed),
            delivered: counters.delivered.load(Ordering::Relaxed),
        })
    }

    /// A message counts when it is acknowledged and delivered.
    fn messages(&self) -> u64 {
        self.acknowledged.min(self.delivered)
    }
}

/// User and system time of a process with all its threads (proc(5), fields 14 and 15).
fn cpu_time(process: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks: u64 = fields
        .split(' ')
        .skip(11)
        .take(2)
        .filter_map(|f| f.parse::<u64>().ok())
        .sum();
    // USER_HZ is 100 on every Linux that this runs on.
    Ok(Duration::from_millis(ticks * 10))
}

fn peak_rss_mib(process: u32) -> io::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix("VmHWM:"))
        .unwrap_or_default();
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap_or(0.0);
    Ok(kib / 1024.0)
}
