//! Snapshots: copies of a data directory as of one moment, that say of themselves what they are.
//!
//! ```text
//! snapshots/2026-11-23T05-06-00.123Z/
//!     manifest.json    what it is, and the length and SHA-256 of every file   (manifest)
//!     store/           a store like any other                                 (RocksDB)
//! ```
//!
//! Promises: a snapshot under its name is whole (it is made under another one and renamed when
//! it is durable); nothing here changes a snapshot, or a directory that is not empty; what
//! is not what the manifest says is named, file by file.
//!
//! Map: [`manifest`] what a snapshot says of itself · [`make`] from a store · [`list`] which there
//! are · [`verify`] whether one is what it says · [`prune`] which to keep · [`restore`] a data
//! directory from one.

pub mod list;
pub mod make;
pub mod manifest;
pub mod prune;
pub mod restore;
pub mod verify;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// The directory of the store within a snapshot.
pub const STORE: &str = "store";
/// What a snapshot that is being made, and a directory that is being restored, ends with.
const UNFINISHED: &str = ".unfinished";

/// Why something could not be done with a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A file or directory cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store could not be read or copied.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The directory has no manifest, or one that does not read.
    #[error("{path} is not a snapshot: {why}; `linger snapshot list` shows those that are")]
    NotASnapshot {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A newer linger made it.
    #[error(
        "{path} has manifest version {found} and this linger knows up to {known}; use the newer linger"
    )]
    Newer {
        /// Which.
        path: PathBuf,
        /// The version of the manifest.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// It would overwrite something.
    #[error(
        "{0} is there already and not empty; nothing was changed. Name a directory that is not there yet"
    )]
    Occupied(PathBuf),
    /// Files are not what the manifest says.
    #[error("{path} is damaged, nothing was changed: {}", findings.join("; "))]
    Damaged {
        /// Which snapshot.
        path: PathBuf,
        /// What is wrong with which file.
        findings: Vec<String>,
    },
}

impl SnapshotError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { path, source }
    }
}

/// Makes the names in a directory durable.
fn sync_directory(path: &Path) -> Result<(), SnapshotError> {
    let synced = File::open(path).and_then(|directory| directory.sync_all());
    synced.map_err(SnapshotError::io(path))
}

/// The files of a directory, by name, without those that RocksDB writes for people to read.
fn files_of(path: &Path) -> Result<Vec<(String, PathBuf)>, SnapshotError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(SnapshotError::io(path))? {
        let entry = entry.map_err(SnapshotError::io(path))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // `LOG`, `LOG.old.…`, and the lock of whoever has it open.
        let for_people = name == "LOG" || name.starts_with("LOG.") || name == "LOCK";
        if !for_people {
            found.push((name, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

fn is_empty(path: &Path) -> Result<bool, SnapshotError> {
    match std::fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(SnapshotError::io(path)(error)),
    }
}
