//! The check finds every injury, and finds it as what it is.

use std::path::Path;
use std::sync::Arc;

use linger::domain::affair::{Affair, AffairKind, Link};
use linger::domain::audit::Who;
use linger::domain::commit::Write;
use linger::domain::conversation::State;
use linger::domain::device::DeviceId;
use linger::domain::directory::Entry;
use linger::domain::ids::{Position, Seq};
use linger::domain::staff::Account;
use linger::domain::statistics::Counts;
use linger::domain::time::Timestamp;
use linger::store::Store;
use linger::store::check::{Invariant, check};
use linger::store::codec::{self, DedupRow, Stored};
use rocksdb::{DB, Options};

use crate::story::{
    ACTIVE, CLOSED, OPEN, OVERRIDE, SUCCESSOR, Story, WAITING, WRAP_UP, agent, company, customer,
    healthy, id, open, workstream,
};

/// The tables, opened past the store to injure them. Keys are spelled out here once more,
/// so that a change of their layout shows.
pub(crate) struct Raw(DB);

impl Raw {
    pub(crate) fn open(path: &Path) -> Self {
        let options = Options::default();
        let families = DB::list_cf(&options, path).expect("listed");
        Self(DB::open_cf(&options, path, families).expect("opens"))
    }

    pub(crate) fn put(&self, table: &str, key: &[u8], value: &[u8]) {
        self.0
            .put_cf(self.0.cf_handle(table).expect("there"), key, value)
            .expect("written");
    }

    pub(crate) fn set<T: Stored>(&self, table: &str, key: &[u8], value: &T) {
        self.put(table, key, &codec::encode(value).expect("encodes"));
    }

    pub(crate) fn delete(&self, table: &str, key: &[u8]) {
        let family = self.0.cf_handle(table).expect("there");
        assert!(
            self.0.get_cf(family, key).expect("readable").is_some(),
            "there is a row to delete"
        );
        self.0.delete_cf(family, key).expect("deleted");
    }

    fn get<T: Stored>(&self, table: &str, key: &[u8]) -> T {
        let row = self
            .0
            .get_cf(self.0.cf_handle(table).expect("there"), key)
            .expect("readable");
        codec::decode(&row.expect("there is such a row")).expect("it reads")
    }
}

fn conv(n: u64) -> Vec<u8> {
    id(n).to_bytes().to_vec()
}

fn numbered(n: u64, number: u64) -> Vec<u8> {
    [conv(n), number.to_be_bytes().to_vec()].concat()
}

fn dedup(n: u64, client: &str) -> Vec<u8> {
    [conv(n), vec![1], client.as_bytes().to_vec()].concat()
}

/// The client id of a note by anna.
fn note_dedup(n: u64, client: &str) -> Vec<u8> {
    [
        conv(n),
        vec![3],
        b"anna\0".to_vec(),
        client.as_bytes().to_vec(),
    ]
    .concat()
}

fn owned(owner: &str, rest: &[u8]) -> Vec<u8> {
    [owner.as_bytes(), &[0], rest].concat()
}

fn timer_of(n: u64) -> Vec<u8> {
    [vec![2], conv(n)].concat()
}

fn timer_due(due: Timestamp, n: u64) -> Vec<u8> {
    let ordered = (due.0.cast_unsigned() ^ (1 << 63)).to_be_bytes();
    [vec![1], ordered.to_vec(), conv(n)].concat()
}

/// A name, what to do to a healthy store, and what must be found.
type Injury = (&'static str, fn(&Raw), Invariant);

fn journal_injuries() -> Vec<Injury> {
    vec![
        (
            "a journal row is gone",
            |raw| raw.delete("journal", &numbered(ACTIVE, 20)),
            Invariant::JournalGapFree,
        ),
        (
            "the first journal row is gone",
            |raw| raw.delete("journal", &numbered(OPEN, 1)),
            Invariant::JournalGapFree,
        ),
        (
            "a journal row is garbage",
            |raw| raw.put("journal", &numbered(ACTIVE, 20), b"garbage"),
            Invariant::RowReads,
        ),
        (
            "a message stands twice",
            |raw| {
                let recorded: linger::domain::event::Recorded =
                    raw.get("journal", &numbered(ACTIVE, 20));
                raw.set("journal", &numbered(ACTIVE, 21), &recorded);
            },
            Invariant::SeqGapFree,
        ),
        (
            "a second start",
            |raw| {
                let recorded: linger::domain::event::Recorded =
                    raw.get("journal", &numbered(ACTIVE, 1));
                raw.set("journal", &numbered(ACTIVE, 43), &recorded);
            },
            Invariant::JournalBegins,
        ),
        (
            "a snapshot says something else",
            |raw| {
                let mut state: linger::domain::conversation::Conversation =
                    raw.get("snapshots", &conv(ACTIVE));
                state.sessions += 1;
                raw.set("snapshots", &conv(ACTIVE), &state);
            },
            Invariant::SnapshotIsReplay,
        ),
        (
            "a snapshot is ahead of the journal",
            |raw| {
                let mut state: linger::domain::conversation::Conversation =
                    raw.get("snapshots", &conv(ACTIVE));
                state.position = Position(1_000);
                raw.set("snapshots", &conv(ACTIVE), &state);
            },
            Invariant::SnapshotIsReplay,
        ),
        (
            "a snapshot is garbage",
            |raw| raw.put("snapshots", &conv(ACTIVE), b"garbage"),
            Invariant::RowReads,
        ),
        (
            "a live row of nothing",
            |raw| raw.put("live", &conv(99), b""),
            Invariant::JournalBegins,
        ),
    ]
}

fn index_injuries() -> Vec<Injury> {
    vec![
        (
            "a dedup row is gone",
            |raw| raw.delete("dedup", &dedup(ACTIVE, "c-1")),
            Invariant::DedupRowThere,
        ),
        (
            "a dedup row leads elsewhere",
            |raw| {
                raw.set(
                    "dedup",
                    &dedup(ACTIVE, "c-1"),
                    &DedupRow {
                        seq: Seq(3),
                        at: Timestamp(0),
                    },
                );
            },
            Invariant::DedupRowThere,
        ),
        (
            "a dedup row is garbage",
            |raw| raw.put("dedup", &dedup(ACTIVE, "c-1"), b"garbage"),
            Invariant::RowReads,
        ),
        (
            "a dedup row without a message",
            |raw| {
                raw.set(
                    "dedup",
                    &dedup(ACTIVE, "never sent"),
                    &DedupRow {
                        seq: Seq(3),
                        at: Timestamp(0),
                    },
                );
            },
            Invariant::DedupRowMeant,
        ),
        (
            "an index row is gone",
            |raw| raw.delete("seq_index", &numbered(ACTIVE, 17)),
            Invariant::SeqIndexThere,
        ),
        (
            "an index row leads elsewhere",
            |raw| raw.set("seq_index", &numbered(ACTIVE, 17), &Position(3)),
            Invariant::SeqIndexThere,
        ),
        (
            "an index row without a message",
            |raw| raw.set("seq_index", &numbered(ACTIVE, 49), &Position(3)),
            Invariant::SeqIndexMeant,
        ),
        (
            "a stray live row",
            |raw| raw.put("live", &conv(CLOSED), b""),
            Invariant::LiveRow,
        ),
        (
            "a live row of one that waits",
            |raw| raw.put("live", &conv(WAITING), b""),
            Invariant::LiveRow,
        ),
        (
            "a live row is gone",
            |raw| raw.delete("live", &conv(WRAP_UP)),
            Invariant::LiveRow,
        ),
        (
            "a waiting row is gone",
            |raw| raw.delete("waiting", &owned("anna", &conv(WAITING))),
            Invariant::WaitingRow,
        ),
        (
            "a stray waiting row",
            |raw| raw.put("waiting", &owned("ben", &conv(WAITING)), b""),
            Invariant::WaitingRow,
        ),
        (
            "a waiting row of nothing",
            |raw| raw.put("waiting", &owned("anna", &conv(99)), b""),
            Invariant::WaitingRow,
        ),
        (
            "a customer row is gone",
            |raw| raw.delete("customers", &owned("carla", &conv(OPEN))),
            Invariant::CustomerRow,
        ),
        (
            "a customer row under another customer",
            |raw| {
                raw.set(
                    "customers",
                    &owned("dora", &conv(OPEN)),
                    &workstream("help"),
                );
            },
            Invariant::CustomerRow,
        ),
        (
            "a customer row of nothing",
            |raw| raw.set("customers", &owned("carla", &conv(99)), &workstream("help")),
            Invariant::CustomerRow,
        ),
        (
            "a current row is gone",
            |raw| raw.delete("current", &owned("carla", b"help")),
            Invariant::CurrentRow,
        ),
        (
            "a current row leads to an older one",
            |raw| raw.set("current", &owned("finn", b"help"), &id(CLOSED)),
            Invariant::CurrentRow,
        ),
        (
            "a directory row is gone",
            |raw| raw.delete("directory", &conv(WAITING)),
            Invariant::DirectoryRow,
        ),
        (
            "a directory row of an earlier state",
            |raw| {
                let mut entry: Entry = raw.get("directory", &conv(CLOSED));
                entry.state = State::WrapUp;
                raw.set("directory", &conv(CLOSED), &entry);
            },
            Invariant::DirectoryRow,
        ),
        (
            "a directory row that a message has renewed",
            |raw| {
                let mut entry: Entry = raw.get("directory", &conv(ACTIVE));
                entry.activity_at = Timestamp(entry.activity_at.0 + 10);
                raw.set("directory", &conv(ACTIVE), &entry);
            },
            Invariant::DirectoryRow,
        ),
        (
            "a directory row is garbage",
            |raw| raw.put("directory", &conv(OPEN), b"garbage"),
            Invariant::RowReads,
        ),
        (
            "a directory row of nothing",
            |raw| {
                let entry: Entry = raw.get("directory", &conv(OPEN));
                raw.set("directory", &conv(99), &entry);
            },
            Invariant::JournalBegins,
        ),
        (
            "a current row of nobody",
            |raw| raw.set("current", &owned("nobody", b"help"), &id(SUCCESSOR)),
            Invariant::CurrentRow,
        ),
        (
            "a link of a device that has not ended",
            |raw| {
                let who = DeviceId([7; 16]).customer();
                let affair = Affair {
                    kind: AffairKind::Link(Link {
                        into: customer("carla"),
                        of: None,
                    }),
                    at: Timestamp(1_700_000_000_000),
                    who: Who::Customer(customer("carla")),
                    from: None,
                };
                raw.set("affairs", who.as_str().as_bytes(), &affair);
            },
            Invariant::AffairRow,
        ),
        (
            "an erasure that names the customer when it should not any more",
            |raw| {
                let mut erasure = crate::golden::erasure();
                erasure.go_on_to_bytes();
                raw.set("erasures", b"carla", &erasure);
            },
            Invariant::AffairRow,
        ),
    ]
}

fn note_injuries() -> Vec<Injury> {
    vec![
        (
            "a note stands twice",
            |raw| {
                let recorded: linger::domain::event::Recorded =
                    raw.get("journal", &numbered(ACTIVE, 43));
                raw.set("journal", &numbered(ACTIVE, 44), &recorded);
            },
            Invariant::NoteGapFree,
        ),
        (
            "the row of a note is gone",
            |raw| raw.delete("notes", &numbered(ACTIVE, 2)),
            Invariant::NoteRowThere,
        ),
        (
            "the row of a note says something else",
            |raw| {
                let mut note: linger::domain::note::Note = raw.get("notes", &numbered(ACTIVE, 2));
                note.private_to = None;
                raw.set("notes", &numbered(ACTIVE, 2), &note);
            },
            Invariant::NoteRowThere,
        ),
        (
            "the row of a note is garbage",
            |raw| raw.put("notes", &numbered(ACTIVE, 2), b"garbage"),
            Invariant::RowReads,
        ),
        (
            "a row of a note that nobody wrote",
            |raw| {
                let note: linger::domain::note::Note = raw.get("notes", &numbered(ACTIVE, 3));
                raw.set("notes", &numbered(ACTIVE, 4), &note);
            },
            Invariant::NoteRowMeant,
        ),
        (
            "a note of nothing",
            |raw| {
                let note: linger::domain::note::Note = raw.get("notes", &numbered(ACTIVE, 1));
                raw.set("notes", &numbered(99, 1), &note);
            },
            Invariant::JournalBegins,
        ),
        (
            "the client id of a note is gone",
            |raw| raw.delete("dedup", &note_dedup(ACTIVE, "n-1")),
            Invariant::DedupRowThere,
        ),
        (
            "a client id of a note that nobody wrote",
            |raw| {
                let row = DedupRow {
                    seq: Seq(1),
                    at: Timestamp(0),
                };
                raw.set("dedup", &note_dedup(ACTIVE, "never written"), &row);
            },
            Invariant::DedupRowMeant,
        ),
    ]
}

/// The counters of the quarter of an hour in which the stories happen.
fn counters() -> Vec<u8> {
    let begins: i64 = 1_699_999_200_000;
    let ordered = (begins.cast_unsigned() ^ (1 << 63)).to_be_bytes();
    [&ordered[..], b"help"].concat()
}

fn other_injuries() -> Vec<Injury> {
    vec![
        (
            "a counter is one less than the journals show",
            |raw| {
                let mut counts: Counts = raw.get("statistics", &counters());
                counts.agent_messages -= 1;
                raw.set("statistics", &counters(), &counts);
            },
            Invariant::StatisticsRow,
        ),
        (
            "counters are gone",
            |raw| raw.delete("statistics", &counters()),
            Invariant::StatisticsRow,
        ),
        (
            "counters are garbage",
            |raw| raw.put("statistics", &counters(), b"garbage"),
            Invariant::RowReads,
        ),
        (
            "counters of no quarter of an hour",
            |raw| raw.set("statistics", b"12345678help", &Counts::default()),
            Invariant::RowReads,
        ),
        (
            "a timer is not in the list of what is due",
            |raw| {
                let due: Timestamp = raw.get("timers", &timer_of(OPEN));
                raw.delete("timers", &timer_due(due, OPEN));
            },
            Invariant::TimerRows,
        ),
        (
            "a due row without a timer",
            |raw| raw.delete("timers", &timer_of(OPEN)),
            Invariant::TimerRows,
        ),
        (
            "a second due row",
            |raw| raw.put("timers", &timer_due(Timestamp(5), OPEN), b""),
            Invariant::TimerRows,
        ),
        (
            "timers of nothing",
            |raw| {
                raw.put("timers", &timer_due(Timestamp(5), 99), b"");
                raw.set("timers", &timer_of(99), &Timestamp(5));
            },
            Invariant::TimerRows,
        ),
        (
            "an agent row is garbage",
            |raw| raw.put("agents", b"anna", b"garbage"),
            Invariant::RowReads,
        ),
        (
            "an account is garbage",
            |raw| raw.put("accounts", b"anna", b"garbage"),
            Invariant::RowReads,
        ),
        (
            "a sign-in is an account",
            |raw| raw.set("sign_ins", "ab".repeat(32).as_bytes(), &Account::default()),
            Invariant::RowReads,
        ),
        (
            "an API key is cut short",
            |raw| raw.put("api_keys", "ab".repeat(32).as_bytes(), b"{"),
            Invariant::RowReads,
        ),
        (
            "a conversation set aside that is not there",
            |raw| {
                let key = [b"parked/".to_vec(), conv(99)].concat();
                raw.set("meta", &key, &codec::ParkedReason("why".to_owned()));
            },
            Invariant::ParkedExists,
        ),
        (
            "reservations above capacity",
            |raw| raw.set("meta", b"company", &company(1)),
            Invariant::WithinCapacity,
        ),
    ]
}

#[test]
fn a_healthy_store_is_clean_and_its_ledger_recounts() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    store.write_now(&healthy()).expect("written");
    let report = check(&store);
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.conversations, 7);
    assert_eq!(report.snapshots, 2);
    assert_eq!(report.timers, 6, "all but the closed one");
    assert_eq!(report.states.get("open"), Some(&2));
    let anna = &report.ledger[&agent("anna")];
    assert_eq!(
        (
            anna.units,
            anna.override_units,
            anna.conversations,
            anna.capacity
        ),
        (3, 1, 3, Some(3))
    );
    assert!(report.to_string().ends_with("clean"));
}

#[test]
fn every_injury_is_found_and_nothing_else_is() {
    for (name, injure, expected) in [
        journal_injuries(),
        index_injuries(),
        note_injuries(),
        other_injuries(),
    ]
    .concat()
    {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let store = open(directory.path());
        store.write_now(&healthy()).expect("written");
        drop(store);
        injure(&Raw::open(directory.path()));
        let report = check(&Store::open_read_only(directory.path()).expect("opens"));
        let found: Vec<_> = report
            .violations
            .iter()
            .map(|violation| violation.invariant)
            .collect();
        assert_eq!(found, [expected], "{name}: {report}");
        assert!(!report.is_clean());
    }
}

#[test]
fn two_unclosed_conversations_of_one_customer_are_found() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let (mut one, mut two) = (Story::new(1), Story::new(2));
    store
        .write_now(&[one.start("carla"), two.start("carla")])
        .expect("written");
    let found: Vec<_> = check(&store)
        .violations
        .iter()
        .map(|v| v.invariant)
        .collect();
    assert_eq!(found, [Invariant::OneUnclosed]);
    // Closed or in wrap-up, the older one is no obstacle.
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let (mut one, mut two) = (Story::new(1), Story::new(2));
    let older = [one.start("carla"), one.picked("anna", false), one.ends()];
    store.write_now(&older).expect("written");
    store.write_now(&[two.start("carla")]).expect("written");
    assert!(check(&store).is_clean(), "{}", check(&store));
}

#[test]
fn load_above_capacity_is_fine_only_as_far_as_it_is_by_override() {
    for (normal, overrides, clean) in [(2, 0, true), (2, 3, true), (3, 0, false), (3, 1, false)] {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let store = open(directory.path());
        store
            .write_now(&[Write::Company {
                company: Arc::new(company(2)),
                audit: None,
            }])
            .expect("written");
        for n in 0..normal + overrides {
            let mut story = Story::new(n);
            let writes = [
                story.start(&format!("customer-{n}")),
                story.picked("anna", n >= normal),
            ];
            store.write_now(&writes).expect("written");
        }
        assert_eq!(
            check(&store).is_clean(),
            clean,
            "{normal} normal and {overrides} by override"
        );
    }
}

#[test]
fn many_conversations_and_rows_are_all_seen() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let mut writes = Vec::new();
    for n in 0..6_000 {
        writes.push(Story::new(n).start("carla-of-many"));
    }
    let last = Story::new(OVERRIDE);
    assert_eq!(last.state, None);
    store.write_now(&writes).expect("written");
    let report = check(&store);
    assert_eq!((report.conversations, report.timers), (6_000, 6_000));
    let found: Vec<_> = report.violations.iter().map(|v| v.invariant).collect();
    assert_eq!(
        found,
        [Invariant::OneUnclosed],
        "one customer, one workstream, one finding"
    );
}
