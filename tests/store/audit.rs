//! The audit: numbers that go on after every start, and damage that shows.

use linger::domain::audit::{AuditRecord, Wanted, What, Who};
use linger::domain::commit::Write;
use linger::domain::time::Timestamp;
use linger::store::Store;
use linger::store::check::{Invariant, check};
use linger::store::codec::AuditedUpTo;

use crate::check::Raw;
use crate::story::{agent, open};

const NOW: i64 = 1_700_000_000_000;

fn record(at: i64, name: &str) -> AuditRecord {
    let who = Who::Agent(agent(name));
    AuditRecord::new(Timestamp(at), who, None, What::SignIn)
}

fn written(at: i64, name: &str) -> Write {
    Write::Audit(record(at, name).into())
}

/// A name, and what to do to the store.
type Injury = (&'static str, fn(&Raw));

/// The key of a record, spelled out once more.
fn key(at: i64, number: u64) -> Vec<u8> {
    let ordered = (at.cast_unsigned() ^ (1 << 63)).to_be_bytes();
    [ordered, number.to_be_bytes()].concat()
}

/// Number and name of every record, oldest first.
fn told(store: &Store) -> Vec<(u64, String)> {
    let page = store
        .audit(&Wanted::default(), false, None, 100, 100)
        .expect("readable");
    let name = |r: &AuditRecord| r.who.to_string();
    page.records
        .iter()
        .map(|r| (r.seq, name(&r.record)))
        .collect()
}

#[test]
fn numbers_go_on_after_reopening_however_records_were_joined() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut expected = Vec::new();
    for start in 0..3 {
        let store = open(directory.path());
        assert_eq!(told(&store), expected);
        let name = format!("anna{start}");
        // One alone, two in one write, and one more in the batch of another row.
        let both = Write::All(vec![
            written(NOW + start, &name),
            written(NOW + start, &name),
        ]);
        store
            .write_now(&[written(NOW + start, &name)])
            .expect("written");
        store
            .write_now(&[both, Write::Barrier, written(NOW + start, &name)])
            .expect("written");
        let last = expected.len() as u64;
        expected.extend((1..=4).map(|n| (last + n, format!("agent:{name}"))));
        assert_eq!(told(&store), expected);
        assert!(check(&store).is_clean(), "{}", check(&store));
    }
}

#[test]
fn a_record_that_is_gone_added_renumbered_or_redated_is_found() {
    let injuries: &[Injury] = &[
        ("the last is gone", |raw| {
            raw.delete("audit", &key(NOW + 3, 3));
        }),
        ("one in the middle is gone", |raw| {
            raw.delete("audit", &key(NOW + 2, 2));
        }),
        ("there is one too many", |raw| {
            raw.set("audit", &key(NOW + 9, 4), &record(NOW + 9, "eve"));
        }),
        ("two have one number", |raw| {
            raw.delete("audit", &key(NOW + 2, 2));
            raw.set("audit", &key(NOW + 2, 3), &record(NOW + 2, "anna"));
        }),
        ("it stands under another time", |raw| {
            raw.delete("audit", &key(NOW + 2, 2));
            raw.set("audit", &key(NOW, 2), &record(NOW + 2, "anna"));
        }),
        ("the count is of an earlier day", |raw| {
            raw.set("meta", b"audited", &AuditedUpTo(2));
        }),
    ];
    for (name, injure) in injuries {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let store = open(directory.path());
        for n in 1..=3 {
            store
                .write_now(&[written(NOW + n, "anna")])
                .expect("written");
        }
        assert!(check(&store).is_clean());
        drop(store);
        injure(&Raw::open(directory.path()));
        let store = Store::open_read_only(directory.path()).expect("opens");
        let report = check(&store);
        let found: Vec<_> = report.violations.iter().map(|v| v.invariant).collect();
        assert_eq!(found, [Invariant::AuditGapFree], "{name}: {report}");
    }
}
