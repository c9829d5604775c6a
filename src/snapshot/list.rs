//! Which snapshots a directory has.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::manifest::Manifest;
use super::{SnapshotError, UNFINISHED};

/// What a directory of snapshots has in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Snapshots, the oldest first.
    pub snapshots: Vec<(PathBuf, Manifest)>,
    /// What was begun and not finished, and is no snapshot.
    pub unfinished: Vec<PathBuf>,
    /// Directories with a manifest that does not read, with why.
    pub unreadable: Vec<(PathBuf, String)>,
}

/// Looks into a directory. One that is not there has no snapshots.
///
/// # Errors
/// The directory cannot be read.
pub fn list(directory: &Path) -> Result<Listing, SnapshotError> {
    let mut found = Listing::default();
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(SnapshotError::io(directory)(error)),
    };
    for entry in entries {
        let path = entry.map_err(SnapshotError::io(directory))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !path.is_dir() {
            continue;
        }
        if name.ends_with(UNFINISHED) {
            found.unfinished.push(path);
        } else if path.join(super::manifest::NAME).exists() {
            match Manifest::read(&path) {
                Ok(manifest) => found.snapshots.push((path, manifest)),
                Err(error) => found.unreadable.push((path, error.to_string())),
            }
        }
    }
    found
        .snapshots
        .sort_by(|(a, one), (b, other)| (one.made_at, a).cmp(&(other.made_at, b)));
    found.unfinished.sort();
    found.unreadable.sort();
    Ok(found)
}
