//! A data directory from a snapshot. Never into one that has something in it.

use std::fs;
use std::path::{Path, PathBuf};

use super::manifest::Manifest;
use super::{STORE, SnapshotError, UNFINISHED, is_empty, sync_directory, verify};

/// What a restore would do, or has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The snapshot.
    pub manifest: Manifest,
    /// The new data directory.
    pub to: PathBuf,
}

/// Looks whether a restore can be done, and changes nothing. Every checksum is verified.
///
/// # Errors
/// It is no snapshot, it is damaged, or `to` is there already and not empty.
pub fn plan(snapshot: &Path, to: &Path) -> Result<Restored, SnapshotError> {
    if !is_empty(to)? {
        return Err(SnapshotError::Occupied(to.to_path_buf()));
    }
    let (manifest, findings) = verify::files(snapshot)?;
    if !findings.is_empty() {
        return Err(SnapshotError::Damaged {
            path: snapshot.to_path_buf(),
            findings,
        });
    }
    Ok(Restored {
        manifest,
        to: to.to_path_buf(),
    })
}

/// Makes a data directory from a snapshot. It is there whole, or not at all.
///
/// # Errors
/// As [`plan`]; or the disk, and then what was begun is left beside it, named `….unfinished`.
pub fn restore(snapshot: &Path, to: &Path) -> Result<Restored, SnapshotError> {
    let plan = plan(snapshot, to)?;
    let mut name = to.file_name().unwrap_or_default().to_os_string();
    name.push(UNFINISHED);
    let unfinished = to.with_file_name(name);
    if !is_empty(&unfinished)? {
        return Err(SnapshotError::Occupied(unfinished));
    }
    fs::create_dir_all(&unfinished).map_err(SnapshotError::io(&unfinished))?;
    for file in &plan.manifest.files {
        // Copied and not linked: the new store must not share a file with the snapshot.
        let copy = unfinished.join(&file.name);
        fs::copy(snapshot.join(STORE).join(&file.name), &copy).map_err(SnapshotError::io(&copy))?;
        let synced = fs::File::open(&copy).and_then(|copied| copied.sync_all());
        synced.map_err(SnapshotError::io(&copy))?;
    }
    sync_directory(&unfinished)?;
    // An empty directory may be there, and a rename takes its place.
    fs::rename(&unfinished, to).map_err(SnapshotError::io(to))?;
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty());
    sync_directory(parent.unwrap_or(Path::new(".")))?;
    Ok(plan)
}
