//! Snapshots: made from a store that is open, and what is found out when they are injured.

use std::fs;
use std::path::{Path, PathBuf};

use linger::domain::time::Timestamp;
use linger::snapshot::list::list;
use linger::snapshot::make::{Made, make};
use linger::snapshot::manifest::{Manifest, NAME};
use linger::snapshot::prune::{Keep, plan, remove};
use linger::snapshot::restore::{self, restore};
use linger::snapshot::verify::verify;
use linger::snapshot::{STORE, SnapshotError};
use linger::store::{STORE_FORMAT, Store};

use crate::story::{Story, healthy, id, open};

const NOW: Timestamp = Timestamp(1_700_000_000_123);

struct Place {
    directory: tempfile::TempDir,
    store: Store,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let store = open(&directory.path().join("data"));
        store.write_now(&healthy()).expect("written");
        Self { directory, store }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn make(&self, at: Timestamp) -> Made {
        make(&self.store, &self.path("snapshots"), at).expect("made")
    }
}

fn everything(store: &Store) -> Vec<String> {
    let mut found = Vec::new();
    for n in 0..20 {
        found.push(format!("{:?}", store.conversation(id(n)).expect("reads")));
    }
    found
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).expect("read");
    bytes[at] ^= 0x10;
    fs::write(path, bytes).expect("written");
}

#[test]
fn a_snapshot_is_the_store_as_it_was_and_what_is_written_later_is_not_in_it() {
    let place = Place::new();
    let before = everything(&place.store);
    let made = place.make(NOW);
    assert_eq!(made.path, place.path("snapshots/2023-11-14T22-13-20.123Z"));
    assert_eq!(made.manifest.store_format, STORE_FORMAT);
    assert_eq!(Manifest::read(&made.path).expect("reads"), made.manifest);
    place
        .store
        .write_now(&[Story::new(15).start("later")])
        .expect("written");
    let verified = verify(&made.path).expect("a snapshot");
    assert!(verified.is_clean(), "{:?}", verified.findings);
    assert!(verified.manifest.counts.conversations > 0);

    let to = place.path("restored");
    restore(&made.path, &to).expect("restored");
    let restored = open(&to);
    assert_eq!(everything(&restored), before);
    assert_ne!(everything(&place.store), before);
    // The new store is written to, and the snapshot stays what it was.
    restored
        .write_now(&[Story::new(16).start("after")])
        .expect("written");
    restored.flush().expect("flushed");
    drop(restored);
    assert!(verify(&made.path).expect("a snapshot").is_clean());
}

#[test]
fn every_injury_to_a_file_is_found_and_named_and_nothing_is_restored_from_it() {
    let place = Place::new();
    let mut moment = NOW;
    let mut injure = |injury: &dyn Fn(&Path), says: &str| {
        moment = Timestamp(moment.0 + 1);
        let made = place.make(moment);
        // Links are shared with the store; a snapshot that is carried elsewhere shares nothing.
        let carried = place.path(&format!("carried-{}", moment.0));
        copy(&made.path, &carried);
        injury(&carried);
        let verified = verify(&carried).expect("a snapshot");
        assert!(!verified.is_clean() && verified.report.is_none());
        assert!(
            verified.findings.iter().any(|f| f.contains(says)),
            "{says}: {:?}",
            verified.findings
        );
        let to = place.path("never");
        let refused = restore(&carried, &to).expect_err("damaged");
        assert!(
            matches!(refused, SnapshotError::Damaged { .. }),
            "{refused}"
        );
        assert!(!to.exists());
    };
    let first = |snapshot: &Path, ends: &str| {
        let mut files: Vec<_> = fs::read_dir(snapshot.join(STORE))
            .expect("a directory")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.to_string_lossy().ends_with(ends))
            .collect();
        files.sort();
        files.swap_remove(0)
    };
    injure(&|s| flip(&first(s, ".sst"), 10), "has the checksum");
    injure(
        &|s| flip(&s.join(STORE).join("CURRENT"), 0),
        "CURRENT has the checksum",
    );
    injure(
        &|s| fs::remove_file(first(s, ".sst")).expect("removed"),
        "is missing",
    );
    injure(
        &|s| {
            let path = first(s, ".sst");
            let bytes = fs::read(&path).expect("read");
            fs::write(&path, &bytes[..bytes.len() - 1]).expect("written");
        },
        "bytes and should have",
    );
    injure(
        &|s| fs::write(s.join(STORE).join("999999.sst"), b"more").expect("written"),
        "999999.sst is not in the manifest",
    );
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a directory") {
        let path = entry.expect("an entry").path();
        let copied = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &copied);
        } else {
            fs::copy(&path, &copied).expect("copied");
        }
    }
}

#[test]
fn a_manifest_that_does_not_read_is_newer_or_names_another_place_is_refused() {
    let place = Place::new();
    let path = place.make(NOW).path.join(NAME);
    let good = fs::read_to_string(&path).expect("read");
    let snapshot = path.parent().expect("a directory");
    for (text, says) in [
        (String::new(), "is not a snapshot"),
        (
            good.replace("linger-snapshot", "holiday"),
            "about something else",
        ),
        (
            good.replace("\"version\": 1", "\"version\": 2"),
            "use the newer linger",
        ),
        (
            good.replace("\"CURRENT\"", "\"../CURRENT\""),
            "names the file",
        ),
        (good[..good.len() / 2].to_owned(), "is not a snapshot"),
    ] {
        fs::write(&path, &text).expect("written");
        let refused = verify(snapshot).expect_err("refused").to_string();
        assert!(refused.contains(says), "{refused}");
        let refused = restore(snapshot, &place.path("never")).expect_err("refused");
        assert!(refused.to_string().contains(says), "{refused}");
        let listing = list(&place.path("snapshots")).expect("listed");
        assert_eq!((listing.snapshots.len(), listing.unreadable.len()), (0, 1));
    }
}

#[test]
fn a_restore_never_writes_over_anything_and_a_plan_writes_nothing() {
    let place = Place::new();
    let made = place.make(NOW);
    let occupied = place.path("occupied");
    fs::create_dir_all(&occupied).expect("made");
    fs::write(occupied.join("letter"), b"dear").expect("written");
    for to in [&occupied, &place.path("data")] {
        let refused = restore(&made.path, to).expect_err("occupied");
        assert!(matches!(refused, SnapshotError::Occupied(_)), "{refused}");
    }
    assert_eq!(fs::read(occupied.join("letter")).expect("read"), b"dear");
    let to = place.path("planned");
    restore::plan(&made.path, &to).expect("could be done");
    assert!(!to.exists());
    // An empty directory is as good as none.
    fs::create_dir_all(&to).expect("made");
    restore(&made.path, &to).expect("restored");
    assert!(open(&to).company().is_ok());
}

#[test]
fn what_was_not_finished_is_no_snapshot_and_goes_with_the_next_pruning() {
    let place = Place::new();
    let snapshots = place.path("snapshots");
    for day in 0..5 {
        place.make(Timestamp(NOW.0 + day * 86_400_000));
    }
    let unfinished = snapshots.join("2023-11-20T00-00-00.000Z.unfinished");
    fs::create_dir_all(unfinished.join(STORE)).expect("made");
    let listing = list(&snapshots).expect("listed");
    assert_eq!((listing.snapshots.len(), listing.unfinished.len()), (5, 1));
    let keep = Keep {
        daily: 2,
        ..Keep::default()
    };
    let pruning = plan(&listing, &keep);
    assert_eq!((pruning.kept.len(), pruning.removed.len()), (2, 4));
    remove(&snapshots, &pruning).expect("removed");
    let left = list(&snapshots).expect("listed");
    let paths: Vec<_> = left
        .snapshots
        .iter()
        .map(|(path, _)| path.clone())
        .collect();
    assert_eq!((paths, left.unfinished.len()), (pruning.kept, 0));
    for (path, _) in left.snapshots {
        assert!(verify(&path).expect("a snapshot").is_clean());
    }
    assert_eq!(
        list(&place.path("nowhere")).expect("none"),
        Default::default()
    );
}

#[test]
fn two_snapshots_of_one_moment_are_refused() {
    let place = Place::new();
    place.make(NOW);
    let refused = make(&place.store, &place.path("snapshots"), NOW).expect_err("there already");
    assert!(matches!(refused, SnapshotError::Occupied(_)), "{refused}");
}
