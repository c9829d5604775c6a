//! Whether a snapshot is what it says: every file, and every invariant over what is in it.

use std::collections::BTreeMap;
use std::path::Path;

use super::manifest::{FileEntry, Manifest};
use super::{STORE, SnapshotError, files_of};
use crate::store::Store;
use crate::store::check::{Report, check};

/// What a look at every file has found.
///
/// # Errors
/// It is no snapshot, or a directory cannot be read. What is wrong with files is no error but a
/// finding.
pub fn files(snapshot: &Path) -> Result<(Manifest, Vec<String>), SnapshotError> {
    let manifest = Manifest::read(snapshot)?;
    let store = snapshot.join(STORE);
    let mut found: BTreeMap<_, _> = files_of(&store)?.into_iter().collect();
    let mut findings = Vec::new();
    for entry in &manifest.files {
        let FileEntry {
            name,
            bytes,
            sha256,
        } = entry;
        let Some(path) = found.remove(name) else {
            findings.push(format!("{STORE}/{name} is missing"));
            continue;
        };
        match FileEntry::of(name, &path) {
            Ok(now) if now == *entry => {}
            Ok(now) if now.bytes != *bytes => findings.push(format!(
                "{STORE}/{name} has {} bytes and should have {bytes}",
                now.bytes
            )),
            Ok(now) => findings.push(format!(
                "{STORE}/{name} has the checksum {} and should have {sha256}",
                now.sha256
            )),
            Err(error) => findings.push(error.to_string()),
        }
    }
    findings.extend(
        found
            .into_keys()
            .map(|name| format!("{STORE}/{name} is not in the manifest")),
    );
    Ok((manifest, findings))
}

/// What a snapshot was found to be.
#[derive(Debug, Clone)]
pub struct Verified {
    /// What it says.
    pub manifest: Manifest,
    /// What is wrong with its files.
    pub findings: Vec<String>,
    /// What holds over the store in it; `None` if its files are damaged, or it does not open.
    pub report: Option<Report>,
}

impl Verified {
    /// Whether it can be relied on.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.report.as_ref().is_some_and(Report::is_clean)
    }
}

/// Checks every file, and then every invariant: journals without a gap, states that replay to
/// their snapshots, indexes that agree with journals, counts that are those of the manifest.
///
/// # Errors
/// It is no snapshot, or a directory cannot be read.
pub fn verify(snapshot: &Path) -> Result<Verified, SnapshotError> {
    let (manifest, mut findings) = files(snapshot)?;
    let mut report = None;
    // Damaged files have nothing more to say, and one cause is one finding.
    if findings.is_empty() {
        match Store::open_read_only(&snapshot.join(STORE)) {
            Err(error) => findings.push(error.to_string()),
            Ok(store) => {
                let checked = check(&store);
                for (what, said, is) in [
                    (
                        "conversations",
                        manifest.counts.conversations,
                        checked.conversations,
                    ),
                    ("events", manifest.counts.events, checked.events),
                ] {
                    if said != is {
                        findings.push(format!("{is} {what}, and the manifest says {said}"));
                    }
                }
                report = Some(checked);
            }
        }
    }
    Ok(Verified {
        manifest,
        findings,
        report,
    })
}
