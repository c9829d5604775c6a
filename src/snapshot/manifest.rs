//! What a snapshot says of itself: `manifest.json`.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

use super::SnapshotError;
use crate::domain::time::Timestamp;

/// Its name within a snapshot.
pub const NAME: &str = "manifest.json";
/// The newest version of the manifest that this program knows.
pub const VERSION: u32 = 1;
const KIND: &str = "linger-snapshot";
/// Bytes read at once for a checksum.
const CHUNK_BYTES: usize = 1024 * 1024;

/// What a snapshot is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `linger-snapshot`.
    pub kind: String,
    /// Of the manifest.
    pub version: u32,
    /// The linger that made it.
    pub linger: String,
    /// The format of the store.
    pub store_format: u32,
    /// As of when it is, in milliseconds since 1970-01-01T00:00:00Z.
    pub made_at: Timestamp,
    /// The revision of the configuration.
    pub revision: u64,
    /// The number of the last write; of two snapshots of one store the later has the higher.
    pub last_write: u64,
    /// How much it holds.
    pub counts: Counts,
    /// The files below `store/`, by name.
    pub files: Vec<FileEntry>,
}

/// How much a snapshot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Conversations.
    pub conversations: u64,
    /// Records in journals.
    pub events: u64,
    /// Records of the audit.
    pub audit_records: u64,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its name below `store/`.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// A manifest of this version, without files.
    #[must_use]
    pub fn new(made_at: Timestamp, store_format: u32, extent: crate::store::Extent) -> Self {
        Self {
            kind: KIND.to_owned(),
            version: VERSION,
            linger: env!("CARGO_PKG_VERSION").to_owned(),
            store_format,
            made_at,
            revision: extent.revision,
            last_write: extent.last_write,
            counts: Counts {
                conversations: extent.conversations,
                events: extent.events,
                audit_records: extent.audit_records,
            },
            files: Vec::new(),
        }
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Reads the manifest of a snapshot.
    ///
    /// # Errors
    /// There is none, it does not read, or it is newer.
    pub fn read(snapshot: &Path) -> Result<Self, SnapshotError> {
        #[derive(Deserialize)]
        struct Version {
            kind: String,
            version: u32,
        }
        let not = |why: String| SnapshotError::NotASnapshot {
            path: snapshot.to_path_buf(),
            why,
        };
        let text = std::fs::read(snapshot.join(NAME)).map_err(|e| not(format!("{NAME}: {e}")))?;
        let Version { kind, version } =
            serde_json::from_slice(&text).map_err(|e| not(format!("{NAME}: {e}")))?;
        if kind != KIND {
            return Err(not(format!("{NAME} is about something else")));
        }
        if version > VERSION {
            return Err(SnapshotError::Newer {
                path: snapshot.to_path_buf(),
                found: version,
                known: VERSION,
            });
        }
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|e| not(format!("{NAME}: {e}")))?;
        let plain = |name: &str| !name.is_empty() && !name.contains(['/', '\\']) && name != "..";
        match manifest.files.iter().find(|file| !plain(&file.name)) {
            Some(file) => Err(not(format!("{NAME} names the file {:?}", file.name))),
            None => Ok(manifest),
        }
    }

    /// Writes it, synced.
    pub(super) fn write(&self, snapshot: &Path) -> Result<(), SnapshotError> {
        let path = snapshot.join(NAME);
        let text = serde_json::to_string_pretty(self).expect("a manifest has only text keys");
        let write = || {
            let mut file = File::create_new(&path)?;
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        };
        write().map_err(SnapshotError::io(&path))
    }
}

impl FileEntry {
    /// What is at this place.
    pub(super) fn of(name: &str, path: &Path) -> Result<Self, SnapshotError> {
        let mut hash = digest::Context::new(&digest::SHA256);
        let mut bytes = 0_u64;
        let mut read = || {
            let mut file = File::open(path)?;
            let mut chunk = vec![0; CHUNK_BYTES];
            loop {
                match file.read(&mut chunk)? {
                    0 => return Ok(()),
                    n => {
                        hash.update(&chunk[..n]);
                        bytes += u64::try_from(n).unwrap_or(u64::MAX);
                    }
                }
            }
        };
        read().map_err(SnapshotError::io(path))?;
        let digest = hash.finish();
        let sha256 = digest.as_ref().iter().map(|b| format!("{b:02x}")).collect();
        Ok(Self {
            name: name.to_owned(),
            bytes,
            sha256,
        })
    }
}
