//! A snapshot from a store, while it is written to.

use std::fs;
use std::path::{Path, PathBuf};

use super::manifest::{FileEntry, Manifest};
use super::{STORE, SnapshotError, UNFINISHED, files_of, is_empty, sync_directory};
use crate::domain::time::Timestamp;
use crate::store::{STORE_FORMAT, Store};

/// A snapshot that has just been made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub manifest: Manifest,
}

/// The name of a snapshot of this moment: it sorts by time, and every file system takes it.
#[must_use]
pub fn name_of(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H-%M-%S%.3fZ").to_string()
}

/// Makes a snapshot of a store in `directory`, under the name of this moment. It may take as long
/// as reading every file once: call it where nobody waits.
///
/// # Errors
/// There is one of this name, or the disk. What is left then is named so that nothing takes it
/// for a snapshot.
pub fn make(store: &Store, directory: &Path, at: Timestamp) -> Result<Made, SnapshotError> {
    let name = name_of(at);
    let path = directory.join(&name);
    if !is_empty(&path)? {
        return Err(SnapshotError::Occupied(path));
    }
    let unfinished = directory.join(format!("{name}{UNFINISHED}"));
    fs::create_dir_all(&unfinished).map_err(SnapshotError::io(&unfinished))?;
    let copy = unfinished.join(STORE);
    store.checkpoint(&copy)?;
    let manifest = {
        let copied = Store::open_read_only(&copy)?;
        Manifest::new(at, STORE_FORMAT, copied.extent()?)
    };
    let manifest = Manifest {
        files: files_of(&copy)?
            .into_iter()
            .map(|(name, path)| FileEntry::of(&name, &path))
            .collect::<Result<_, _>>()?,
        ..manifest
    };
    for (_, file) in files_of(&copy)? {
        let synced = fs::File::open(&file).and_then(|file| file.sync_all());
        synced.map_err(SnapshotError::io(&file))?;
    }
    sync_directory(&copy)?;
    manifest.write(&unfinished)?;
    sync_directory(&unfinished)?;
    fs::rename(&unfinished, &path).map_err(SnapshotError::io(&path))?;
    sync_directory(directory)?;
    Ok(Made { path, manifest })
}
