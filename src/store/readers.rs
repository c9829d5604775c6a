//! The pool of threads on which the store is read while the server runs, because a read
//! may take as long as a disk takes and actor threads must not wait.
//!
//! Promises: jobs begin in the order in which they were taken; at most
//! `limits::READER_QUEUE_MAX` wait; a job that panics ends neither its thread nor the process.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender};

use super::Store;
use crate::limits;

/// Something to read, and what to do with it.
pub type ReadJob = Box<dyn FnOnce(&Store) + Send>;

/// The pool has as much as it can take, or is closed; the job was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the readers have as much as they can take; nothing was taken")]
pub struct ReadersFull;

/// The door to the reader threads. Cheap to clone.
#[derive(Clone)]
pub struct Readers {
    shared: Arc<Shared>,
}

struct Shared {
    sender: RwLock<Option<Sender<ReadJob>>>,
    /// For jobs that take long; gone when the pool is closed.
    store: Mutex<Option<Store>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers")
            .field("depth", &self.depth())
            .finish_non_exhaustive()
    }
}

impl Readers {
    /// Starts the threads, at least one.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn spawn(store: &Store, threads: usize) -> io::Result<Self> {
        let (sender, receiver) = crossbeam_channel::bounded::<ReadJob>(limits::READER_QUEUE_MAX);
        let mut handles = Vec::new();
        for number in 0..threads.max(1) {
            let (store, receiver) = (store.clone(), receiver.clone());
            let thread = thread::Builder::new().name(format!("store-reader-{number}"));
            handles.push(thread.spawn(move || run(&store, &receiver))?);
        }
        let shared = Shared {
            sender: RwLock::new(Some(sender)),
            store: Mutex::new(Some(store.clone())),
            threads: Mutex::new(handles),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Takes a job. Never blocks.
    ///
    /// # Errors
    /// [`ReadersFull`]; the job was dropped without having run.
    pub fn submit(&self, job: ReadJob) -> Result<(), ReadersFull> {
        let sender = self
            .shared
            .sender
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        sender
            .as_ref()
            .ok_or(ReadersFull)?
            .try_send(job)
            .map_err(|_| ReadersFull)
    }

    /// Takes a job that may take minutes: it has a thread of its own, and nobody waits behind it.
    ///
    /// # Errors
    /// [`ReadersFull`], also if the system gives no thread; the job was dropped.
    pub fn submit_long(&self, job: ReadJob) -> Result<(), ReadersFull> {
        let store = self.shared.store.lock();
        let store = store.unwrap_or_else(PoisonError::into_inner).clone();
        let store = store.ok_or(ReadersFull)?;
        let mut threads = self
            .shared
            .threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        threads.retain(|thread| !thread.is_finished());
        let thread = thread::Builder::new().name("store-long".to_owned());
        let run = move || {
            if catch_unwind(AssertUnwindSafe(|| job(&store))).is_err() {
                tracing::error!("a long job on the store panicked");
            }
        };
        threads.push(thread.spawn(run).map_err(|_| ReadersFull)?);
        Ok(())
    }

    /// Jobs that have not begun.
    #[must_use]
    pub fn depth(&self) -> usize {
        let sender = self
            .shared
            .sender
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        sender.as_ref().map_or(0, Sender::len)
    }

    /// Takes nothing more, finishes what was taken and ends the threads.
    /// Must not be called from a job.
    pub fn close_and_join(&self) {
        self.shared
            .sender
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let store = self.shared.store.lock();
        store.unwrap_or_else(PoisonError::into_inner).take();
        let mut threads = self
            .shared
            .threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a reader thread panicked outside a job");
            }
        }
    }
}

fn run(store: &Store, receiver: &Receiver<ReadJob>) {
    while let Ok(job) = receiver.recv() {
        // The job owns what it touches apart from the store, and the store has no state of
        // ours that a panic could leave half changed.
        if catch_unwind(AssertUnwindSafe(|| job(store))).is_err() {
            tracing::error!("a read job panicked; its reader goes on");
        }
    }
}
