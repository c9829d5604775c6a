//! Crashes and damage: what a store survives, and what it refuses.

use std::fs;
use std::path::{Path, PathBuf};

use linger::domain::ids::Seq;
use linger::store::check::{Invariant, check};
use linger::store::{Durability, STORE_FORMAT, Store, StoreError};

use crate::story::{Story, healthy, open};

fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().expect("a temporary directory");
    for entry in fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        match fs::copy(entry.path(), to.path().join(entry.file_name())) {
            Ok(_) => {}
            // An open store removes in the background what it needs no more; a crash at
            // this moment would not have left it either.
            Err(gone) if gone.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => panic!("{}: {error}", entry.path().display()),
        }
    }
    to
}

/// The newest file with an extension that has content.
fn newest(directory: &Path, extension: &str) -> PathBuf {
    let files = fs::read_dir(directory)
        .expect("readable")
        .map(|entry| entry.expect("readable").path());
    let has_content = |path: &PathBuf| fs::metadata(path).is_ok_and(|meta| meta.len() > 0);
    files
        .filter(|path| path.extension().is_some_and(|e| e == extension) && has_content(path))
        .max()
        .expect("there is such a file")
}

/// A directory as a killed process leaves it: 40 messages, each synced on its own.
fn killed() -> (tempfile::TempDir, Story) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let mut story = Story::new(1);
    store.write_now(&[story.start("carla")]).expect("written");
    for n in 0..40 {
        store
            .write_now(&[story.says(&format!("message number {n}"))])
            .expect("written");
    }
    // Copied while open: nothing was flushed or closed.
    (copy(directory.path()), story)
}

fn last_seq(store: &Store, story: &Story) -> u64 {
    store
        .conversation(story.id)
        .expect("readable")
        .map_or(0, |state| state.last_seq.0)
}

#[test]
fn a_killed_process_loses_nothing_that_was_written() {
    let (directory, story) = killed();
    let store = open(directory.path());
    assert_eq!(store.torn_tail(), None);
    assert_eq!(store.conversation(story.id).expect("readable"), story.state);
    assert!(check(&store).is_clean());
}

#[test]
fn a_torn_end_of_the_log_opens_with_a_prefix_and_says_so() {
    let (directory, story) = killed();
    let whole = fs::read(newest(directory.path(), "log")).expect("readable");
    let length = whole.len() as u64;
    let mut before = u64::MAX;
    for cut in [1, 2, 7, 30, 90, 200, 400, 900] {
        for zeros in [false, true] {
            let copy = copy(directory.path());
            let path = newest(copy.path(), "log");
            let log = fs::OpenOptions::new()
                .write(true)
                .open(&path)
                .expect("writable");
            log.set_len(length - cut).expect("truncated");
            if zeros {
                log.set_len(length).expect("filled with zeros");
            }
            drop(log);
            if fs::read(&path).expect("readable") == whole {
                continue; // What was cut had been zeros.
            }
            let store = open(copy.path());
            let last = last_seq(&store, &story);
            assert!((30..40).contains(&last), "cut {cut}: a prefix, here {last}");
            assert!(last <= before, "the more is cut, the less is there");
            assert_eq!(
                store
                    .page_after(story.id, Seq(0), 100)
                    .expect("readable")
                    .len() as u64,
                last
            );
            // A cut exactly between two records leaves a whole log; zeros always show.
            let torn = store.torn_tail().is_some();
            assert!(torn || !zeros, "cut {cut}");
            assert!(check(&store).is_clean(), "{}", check(&store));
            before = last;
            drop(store);
            let again = open(copy.path());
            assert_eq!((last_seq(&again, &story), again.torn_tail()), (last, None));
        }
    }
}

#[test]
fn a_second_crash_before_the_torn_log_was_cleared_away_is_no_damage() {
    let (directory, mut story) = killed();
    let path = newest(directory.path(), "log");
    let torn = fs::read(&path).expect("readable");
    fs::write(&path, &torn[..torn.len() - 5]).expect("written");
    let store = open(directory.path());
    let kept = last_seq(&store, &story);
    story.state = store.conversation(story.id).expect("readable");
    store.write_now(&[story.snapshot()]).expect("written");
    // Closed first: a directory must not be touched while RocksDB tidies it up.
    drop(store);
    // As if the process had been killed before RocksDB removed the old log.
    fs::write(&path, &torn[..torn.len() - 5]).expect("written");
    let again = Store::open(directory.path(), Durability::Synced).expect("opens");
    assert_eq!(last_seq(&again, &story), kept);
}

#[test]
fn a_flipped_byte_in_the_middle_of_the_log_is_refused_and_nothing_is_changed() {
    let (directory, _) = killed();
    let path = newest(directory.path(), "log");
    let whole = fs::read(&path).expect("readable");
    for at in [
        0,
        4,
        6,
        20,
        whole.len() / 3,
        whole.len() / 2,
        whole.len() - 400,
    ] {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, &bytes).expect("written");
        let refused = Store::open(directory.path(), Durability::Synced);
        assert!(
            matches!(refused, Err(StoreError::DamagedLog { .. })),
            "byte {at}"
        );
        assert!(matches!(
            Store::open_read_only(directory.path()),
            Err(StoreError::DamagedLog { .. })
        ));
        assert_eq!(
            fs::read(&path).expect("readable"),
            bytes,
            "nothing was changed"
        );
    }
    fs::write(&path, &whole).expect("written");
    assert!(check(&open(directory.path())).is_clean());
}

#[test]
fn durability_written_opens_a_log_with_a_hole_with_what_is_before_it() {
    let (directory, story) = killed();
    let path = newest(directory.path(), "log");
    let mut bytes = fs::read(&path).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(&path, &bytes).expect("written");
    let store = Store::open(directory.path(), Durability::Written).expect("opens");
    assert!((5..39).contains(&last_seq(&store, &story)));
    assert!(check(&store).is_clean());
}

#[test]
fn a_flipped_byte_in_a_table_file_never_becomes_an_altered_value() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    store.write_now(&healthy()).expect("written");
    store.flush().expect("flushed");
    let expected = everything(&store).expect("readable");
    drop(store);
    let mut refused = 0;
    let files = fs::read_dir(directory.path())
        .expect("readable")
        .map(|entry| entry.expect("readable").path());
    let tables: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|e| e == "sst"))
        .collect();
    assert!(tables.len() >= 8, "every table was flushed");
    for table in &tables {
        let whole = fs::read(table).expect("readable");
        let mut bytes = whole.clone();
        bytes[10] ^= 0x04;
        fs::write(table, &bytes).expect("written");
        // Refused when it is opened, or when the damaged block is read; the check sees it too.
        if let Ok(store) = Store::open_read_only(directory.path()) {
            let report = check(&store);
            assert!(
                report
                    .violations
                    .iter()
                    .any(|v| v.invariant == Invariant::Readable),
                "{report}"
            );
            if let Ok(read) = everything(&store) {
                assert_eq!(read, expected, "altered values were served");
            } else {
                refused += 1;
            }
        } else {
            refused += 1;
        }
        fs::write(table, &whole).expect("written");
    }
    assert!(refused >= 3);
    assert!(check(&open(directory.path())).is_clean());
}

/// What a server reads of a store, as text.
fn everything(store: &Store) -> Result<String, StoreError> {
    let mut text = format!(
        "{:?} {:?} {:?}",
        store.live()?,
        store.timers_ahead(1_000)?,
        store.company()?
    );
    for id in store.conversations(None, 1_000)? {
        text += &format!("{:?}", store.load(id)?);
    }
    Ok(text)
}

#[test]
fn a_store_of_a_newer_format_is_refused_naming_both() {
    const NEXT: u32 = STORE_FORMAT + 1;
    let directory = tempfile::tempdir().expect("a temporary directory");
    drop(open(directory.path()));
    let options = rocksdb::Options::default();
    let mut families = rocksdb::DB::list_cf(&options, directory.path()).expect("listed");
    let mut db = rocksdb::DB::open_cf(&options, directory.path(), &families).expect("opens");
    let format =
        linger::store::codec::encode(&linger::store::codec::StoreFormat(NEXT)).expect("encodes");
    db.put_cf(db.cf_handle("meta").expect("there"), b"format", format)
        .expect("written");
    // A newer store has tables that this program does not know.
    db.create_cf("reactions", &options).expect("created");
    families.push("reactions".to_owned());
    drop(db);
    for refused in [
        Store::open(directory.path(), Durability::Synced),
        Store::open_read_only(directory.path()),
    ] {
        let error = refused.expect_err("refused");
        assert!(
            matches!(
                error,
                StoreError::NewerFormat {
                    found: NEXT,
                    known: STORE_FORMAT
                }
            ),
            "{error}"
        );
        for format in [NEXT, STORE_FORMAT] {
            assert!(error.to_string().contains(&format!("format {format}")));
        }
    }
}
