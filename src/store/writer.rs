//! The one thread that writes while the server runs.
//!
//! It takes what is submitted, in order, joins as much as is there into one batch with one
//! sync (group commit), and reports every write of the batch once, in the order of submission.
//!
//! Promises: `Ok` means the write is durable; a failed batch is never retried and never `Ok`,
//! and neither is anything after it, because a disk that failed once cannot be believed about
//! what it holds. The way on is to close the store and open it again.
//!
//! The channel is unbounded on purpose: a full channel would block an actor thread. What
//! bounds it is admission: callers look at [`Writer::depth`] before they accept a command and
//! refuse it as overloaded beyond `limits::WRITER_QUEUE_MAX`; what is accepted is bounded by the
//! requests that sessions may have unanswered.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use super::Store;
use super::batch::{Batch, Buffers};
use super::error::StoreError;
use crate::domain::commit::Write;
use crate::domain::event::Event;
use crate::domain::ids::Position;
use crate::limits;

/// A batch failed; it and everything after it is not written.
#[derive(Debug, thiserror::Error)]
#[error("the store cannot write any more: {cause}")]
pub struct WriteFailed {
    /// What went wrong.
    pub cause: WriteFailure,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum WriteFailure {
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault injected by a test.
    #[error("injected fault: {0}")]
    Injected(io::Error),
}

/// The writer was closed; nothing was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the writer is closed; nothing was taken")]
pub struct WriterClosed;

/// What the writer has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriterStats {
    /// Batches committed.
    pub batches: u64,
    /// Writes committed.
    pub writes: u64,
    /// Bytes committed, before compression.
    pub bytes: u64,
    /// Writes in the last batch.
    pub last_batch_writes: u64,
    /// Time spent in commits.
    pub commit_nanos_sum: u64,
    /// The longest commit.
    pub commit_nanos_max: u64,
    /// A batch has failed; nothing is written any more.
    pub failed: bool,
}

#[derive(Default)]
struct Counters {
    depth: AtomicUsize,
    batches: AtomicU64,
    writes: AtomicU64,
    bytes: AtomicU64,
    last_batch_writes: AtomicU64,
    commit_nanos_sum: AtomicU64,
    commit_nanos_max: AtomicU64,
    failed: AtomicBool,
}

/// The door to the writer thread. Cheap to clone.
pub struct Writer<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    /// `None` once closed. A lock, so that nothing can slip in behind the close unreported.
    sender: RwLock<Option<Sender<(Write, T)>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    counters: Arc<Counters>,
}

impl<T> Clone for Writer<T> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<T> fmt::Debug for Writer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Writer<T> {
    /// Starts the thread. `notify` is called on it once a batch, with the tokens in the
    /// order of submission; it must be quick, for nothing is written meanwhile.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn spawn(
        store: Store,
        notify: impl FnMut(Vec<T>, Result<(), Arc<WriteFailed>>) + Send + 'static,
    ) -> io::Result<Self> {
        Self::spawn_with(store, |_| None, notify)
    }

    /// The same with a fault: `fault` is asked before every batch, by its number from 0,
    /// whether it shall fail. For tests of what happens when a disk fails.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn spawn_with(
        store: Store,
        fault: impl FnMut(usize) -> Option<io::Error> + Send + 'static,
        notify: impl FnMut(Vec<T>, Result<(), Arc<WriteFailed>>) + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let counters = Arc::new(Counters::default());
        let thread = {
            let counters = Arc::clone(&counters);
            thread::Builder::new()
                .name("store-writer".to_owned())
                .spawn(move || run(&store, &receiver, &counters, fault, notify))?
        };
        let shared = Shared {
            sender: RwLock::new(Some(sender)),
            thread: Mutex::new(Some(thread)),
            counters,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }
}

impl<T> Writer<T> {
    /// Takes a write; `token` comes back to `notify` when it is durable or has failed.
    /// Never blocks on the disk.
    ///
    /// # Errors
    /// [`WriterClosed`]: nothing was taken, `notify` will not see the token.
    pub fn submit(&self, write: Write, token: T) -> Result<(), WriterClosed> {
        let sender = self
            .shared
            .sender
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let sender = sender.as_ref().ok_or(WriterClosed)?;
        // Counted first: the thread may be done with it before `send` returns.
        self.shared.counters.depth.fetch_add(1, Ordering::Relaxed);
        sender.send((write, token)).map_err(|_| {
            self.shared.counters.depth.fetch_sub(1, Ordering::Relaxed);
            WriterClosed
        })
    }

    /// Writes submitted and not yet reported.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.shared.counters.depth.load(Ordering::Relaxed)
    }

    /// What was done so far.
    #[must_use]
    pub fn stats(&self) -> WriterStats {
        let c = &self.shared.counters;
        WriterStats {
            batches: c.batches.load(Ordering::Relaxed),
            writes: c.writes.load(Ordering::Relaxed),
            bytes: c.bytes.load(Ordering::Relaxed),
            last_batch_writes: c.last_batch_writes.load(Ordering::Relaxed),
            commit_nanos_sum: c.commit_nanos_sum.load(Ordering::Relaxed),
            commit_nanos_max: c.commit_nanos_max.load(Ordering::Relaxed),
            failed: c.failed.load(Ordering::Relaxed),
        }
    }

    /// Takes nothing more, writes and reports what was taken, and ends the thread.
    /// Closing twice, or from two places, is fine; each returns when the thread has ended.
    /// Must not be called from `notify`.
    pub fn close_and_join(&self) {
        self.shared
            .sender
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let mut thread = self
            .shared
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer thread panicked; what it had taken is not reported");
        }
    }
}

fn run<T>(
    store: &Store,
    receiver: &Receiver<(Write, T)>,
    counters: &Counters,
    mut fault: impl FnMut(usize) -> Option<io::Error>,
    mut notify: impl FnMut(Vec<T>, Result<(), Arc<WriteFailed>>),
) {
    let mut buffers = Buffers::default();
    let mut capacity_bytes = 0;
    let mut batches = 0;
    let mut broken: Option<Arc<WriteFailed>> = None;
    while let Ok(first) = receiver.recv() {
        let (tokens, outcome) = if let Some(broken) = &broken {
            (drain(first, receiver), Err(Arc::clone(broken)))
        } else {
            let mut tokens = Vec::new();
            let outcome = fault(batches).map_or(Ok(()), |error| Err(WriteFailure::Injected(error)));
            let batch = store.batch(&mut buffers, capacity_bytes);
            let outcome = gather(batch, first, receiver, &mut tokens)
                .and_then(|batch| outcome.map(|()| batch))
                .and_then(|batch| {
                    capacity_bytes = batch.bytes();
                    commit(store, counters, batch, tokens.len())
                });
            batches += 1;
            let outcome = outcome.map_err(|cause| {
                let failed = Arc::new(WriteFailed { cause });
                tracing::error!(error = %failed, writes = tokens.len(), "a batch failed; nothing is written any more");
                counters.failed.store(true, Ordering::Relaxed);
                broken = Some(Arc::clone(&failed));
                failed
            });
            (tokens, outcome)
        };
        counters.depth.fetch_sub(tokens.len(), Ordering::Relaxed);
        notify(tokens, outcome);
    }
}

/// After a failure: what is there, without writing it.
fn drain<T>(first: (Write, T), receiver: &Receiver<(Write, T)>) -> Vec<T> {
    let rest = receiver.try_iter().take(limits::GROUP_COMMIT_MAX - 1);
    std::iter::once(first)
        .chain(rest)
        .map(|(_, token)| token)
        .collect()
}

/// Joins what is there into one batch. On an error the tokens taken so far are still told,
/// in the order of submission.
fn gather<'a, T>(
    mut batch: Batch<'a>,
    first: (Write, T),
    receiver: &Receiver<(Write, T)>,
    tokens: &mut Vec<T>,
) -> Result<Batch<'a>, WriteFailure> {
    let mut writes = Vec::new();
    let mut bytes = 0;
    let mut next = Some(first);
    while let Some((write, token)) = next {
        tokens.push(token);
        bytes += guess_bytes(&write);
        writes.push(write);
        let full =
            writes.len() >= limits::GROUP_COMMIT_MAX || bytes >= limits::GROUP_COMMIT_BYTES_MAX;
        next = if full { None } else { receiver.try_recv().ok() };
    }
    put_neighbours_together(&mut writes);
    for write in &writes {
        batch.add(write).map_err(StoreError::from)?;
    }
    Ok(batch)
}

/// About how much a write adds to a batch.
fn guess_bytes(write: &Write) -> usize {
    const ROW: usize = 256;
    match write {
        Write::Commit(commit) => commit
            .events
            .iter()
            .map(|recorded| match &recorded.event {
                Event::Posted(message) => ROW + message.text.len(),
                _ => 2 * ROW,
            })
            .sum(),
        _ => 2 * ROW,
    }
}

/// Sorts steps by conversation: a row goes into the memtable much faster behind its neighbour.
///
/// Whatever could write the same row stays in order: only steps of conversations that exist
/// are moved, all their rows are their conversation's own, and nothing moves past a write of
/// another kind.
fn put_neighbours_together(writes: &mut [Write]) {
    let own_rows = |write: &Write| match write {
        Write::Commit(commit) if commit.first > Position(1) => Some(commit.conversation),
        _ => None,
    };
    for run in writes.chunk_by_mut(|a, b| own_rows(a).is_some() && own_rows(b).is_some()) {
        run.sort_by_cached_key(own_rows);
    }
}

fn commit(
    store: &Store,
    counters: &Counters,
    batch: Batch<'_>,
    writes: usize,
) -> Result<(), WriteFailure> {
    let bytes = batch.bytes() as u64;
    let begun = Instant::now();
    store.commit(batch)?;
    counters.committed(writes as u64, bytes, begun.elapsed());
    Ok(())
}

impl Counters {
    fn committed(&self, writes: u64, bytes: u64, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(writes, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.last_batch_writes.store(writes, Ordering::Relaxed);
        self.commit_nanos_sum.fetch_add(nanos, Ordering::Relaxed);
        self.commit_nanos_max.fetch_max(nanos, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::commit::Commit;
    use crate::domain::ids::{ConversationId, WorkstreamId};
    use crate::domain::time::Timestamp;

    fn step(conversation: u128, first: u64) -> Write {
        Write::Commit(Commit {
            conversation: ConversationId(conversation),
            first: Position(first),
            events: Vec::new(),
            snapshot: None,
            live: None,
            timer: None,
            waiting: Vec::new(),
            directory: None,
            audit: Vec::new(),
            workstream: WorkstreamId::parse("help").expect("valid"),
            queued_at: Timestamp(0),
        })
    }

    #[test]
    fn steps_join_their_conversation_and_pass_neither_a_start_nor_another_kind_of_write() {
        let mut writes = vec![
            step(2, 5),
            step(1, 5),
            step(2, 6),
            step(3, 1),
            step(2, 7),
            step(1, 6),
            Write::Barrier,
            step(2, 8),
            step(1, 7),
        ];
        put_neighbours_together(&mut writes);
        let expected = [
            step(1, 5),
            step(2, 5),
            step(2, 6),
            step(3, 1),
            step(1, 6),
            step(2, 7),
            Write::Barrier,
            step(1, 7),
            step(2, 8),
        ];
        assert_eq!(writes, expected);
    }
}
