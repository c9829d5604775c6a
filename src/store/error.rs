//! What can go wrong with the store, as types. No sentence here holds message text.

use std::io;
use std::path::PathBuf;

use super::codec::{DecodeError, EncodeError};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory could not be read or made.
    #[error("{path}: {source}")]
    Io {
        /// Which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no store at this place, and it was not to be created.
    #[error("{path} holds no linger store; check the path, or start the server there once")]
    NotAStore {
        /// Where.
        path: PathBuf,
    },
    /// The store was written by a newer linger.
    #[error(
        "the store has format {found}, this linger knows up to format {known}; use the newer linger"
    )]
    NewerFormat {
        /// The format of the store.
        found: u32,
        /// The newest format this program knows.
        known: u32,
    },
    /// The store was written before the first release, in a format that was given up.
    #[error(
        "the store has format {found}, from before the first release, and this linger knows format {known}; begin with a new data directory"
    )]
    OlderFormat {
        /// The format of the store.
        found: u32,
        /// The format this program knows.
        known: u32,
    },
    /// RocksDB reported an error; a checksum mismatch in a table file comes as this.
    #[error("storage: {0}")]
    Rocks(#[from] rocksdb::Error),
    /// A row exists but does not read.
    #[error("row {row}: {source}")]
    Damaged {
        /// Which row: table and key.
        row: String,
        /// Why it does not read.
        source: DecodeError,
    },
    /// A key or a row has a shape that nothing writes.
    #[error("row {row}: {why}")]
    Malformed {
        /// Which row: table and key.
        row: String,
        /// What is wrong.
        why: &'static str,
    },
    /// The write-ahead log is damaged before its end: what follows was acknowledged.
    #[error(
        "{path}: the log is damaged at byte {offset} and acknowledged records follow; \
         nothing was changed, restore a snapshot or copy the directory and ask for help"
    )]
    DamagedLog {
        /// Which file.
        path: PathBuf,
        /// Where the first damaged record begins.
        offset: u64,
    },
    /// A record that must not be written: larger than a record may be.
    #[error("cannot store: {0}")]
    Encode(#[from] EncodeError),
    /// What was deleted cannot be forgotten yet.
    #[error("somebody has been reading for a minute what was deleted since; try again")]
    StillRead,
}

impl StoreError {
    /// Whether another process (or this one) has the store open. RocksDB has no error
    /// kind for it, only the sentence.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        let Self::Rocks(why) = self else { return false };
        let why: &str = why.as_ref();
        why.contains("While lock file") || why.contains("lock hold by current process")
    }
}
