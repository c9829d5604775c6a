//! Counters are written with what they count: neither lost nor counted twice, kept for a
//! time, and never in the way of a conversation.

use std::sync::Arc;

use linger::domain::commit::{Commit, Write};
use linger::domain::event::{DeclineReason, Event, Recorded};
use linger::domain::ids::Position;
use linger::domain::statistics::{BUCKET, Bucket, Chart, Counts, Sample};
use linger::domain::time::Timestamp;
use linger::limits;
use linger::store::Store;
use linger::store::check::check;
use linger::store::writer::Writer;

use crate::check::Raw;
use crate::story::{Story, agent, healthy, id, open, workstream};

const QUARTER: Timestamp = Timestamp(1_699_999_200_000);

fn of(store: &Store, begins: Timestamp) -> Option<Counts> {
    let mut chart = Chart::new(vec![begins, begins + BUCKET], begins + BUCKET);
    store.chart(&mut chart).expect("readable");
    let (_, by_workstream) = chart.steps().next().expect("one step");
    by_workstream.get(&workstream("help")).copied()
}

/// What the stories of a healthy store add up to.
fn expected() -> Counts {
    Counts {
        started: 7,
        assigned: 5,
        wait_ms_sum: 25_000,
        parked: 1,
        ended: 2,
        closed: 1,
        customer_messages: 25,
        agent_messages: 20,
        ..Counts::default()
    }
}

#[test]
fn what_is_written_in_one_batch_or_in_many_is_counted_once() {
    for at_once in [1, 7, 1_000] {
        let directory = tempfile::tempdir().expect("a temporary directory");
        {
            let store = open(directory.path());
            for writes in healthy().chunks(at_once) {
                store.write_now(writes).expect("written");
            }
            assert_eq!(of(&store, QUARTER), Some(expected()), "{at_once} at once");
            assert!(check(&store).is_clean());
        }
        let store = open(directory.path());
        assert_eq!(of(&store, QUARTER), Some(expected()), "opened again");
    }
}

#[test]
fn the_writer_counts_what_is_durable_and_nothing_that_failed() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let fault = |batch| (batch > 0).then(|| std::io::Error::other("the disk is gone"));
    let (told, outcomes) = std::sync::mpsc::channel();
    let writer = Writer::spawn_with(store.clone(), fault, move |_: Vec<()>, outcome| {
        told.send(outcome.is_ok()).expect("heard");
    })
    .expect("a thread");
    let mut story = Story::new(1);
    writer.submit(story.start("carla"), ()).expect("open");
    assert_eq!(outcomes.recv(), Ok(true));
    writer.submit(story.says("Hola"), ()).expect("open");
    assert_eq!(outcomes.recv(), Ok(false));
    writer.close_and_join();
    let counts = of(&store, QUARTER).expect("counted");
    assert_eq!((counts.started, counts.customer_messages), (1, 0));
}

/// A commit of its own, at another time than stories happen. Of no conversation that a check
/// would find whole.
fn declined_at(at: Timestamp) -> Write {
    let declined = |reason| Recorded {
        at,
        event: Event::Declined {
            agent: agent("anna"),
            reason,
        },
    };
    Write::Commit(Commit {
        conversation: id(99),
        first: Position(2),
        events: vec![
            declined(DeclineReason::Rejected),
            declined(DeclineReason::TimedOut),
            declined(DeclineReason::Withdrawn),
        ],
        snapshot: None,
        live: None,
        timer: None,
        waiting: Vec::new(),
        directory: None,
        audit: Vec::new(),
        workstream: workstream("help"),
        queued_at: at,
    })
}

#[test]
fn an_offer_that_was_withdrawn_was_declined_by_nobody() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    store.write_now(&[declined_at(QUARTER)]).expect("written");
    assert_eq!(of(&store, QUARTER).map(|c| c.declined), Some(2));
}

#[test]
fn counters_are_forgotten_when_they_are_too_old_and_not_before() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let last_kept = QUARTER + limits::STATISTICS_KEPT;
    store.write_now(&[declined_at(QUARTER)]).expect("written");
    store.write_now(&[declined_at(last_kept)]).expect("written");
    assert!(of(&store, QUARTER).is_some(), "just young enough");
    let later = last_kept + BUCKET;
    store.write_now(&[declined_at(later)]).expect("written");
    assert_eq!(of(&store, QUARTER), None);
    assert!(of(&store, last_kept).is_some() && of(&store, later).is_some());
}

#[test]
fn a_sample_stands_beside_what_is_counted_and_the_later_one_holds() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let sample = |waiting| {
        Write::Sample(Arc::new(Sample {
            bucket: Bucket::of(QUARTER),
            waiting: vec![(workstream("help"), waiting)],
        }))
    };
    let writes = [sample(4), declined_at(QUARTER), sample(3)];
    for write in writes {
        store.write_now(&[write]).expect("written");
    }
    let counts = of(&store, QUARTER).expect("counted");
    assert_eq!((counts.declined, counts.waiting_end), (2, Some(3)));
}

#[test]
fn damaged_counters_begin_anew_and_no_conversation_waits_for_them() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    open(directory.path())
        .write_now(&healthy())
        .expect("written");
    let key = [
        &(QUARTER.0.cast_unsigned() ^ (1 << 63)).to_be_bytes()[..],
        b"help",
    ]
    .concat();
    Raw::open(directory.path()).put("statistics", &key, b"garbage");
    let store = open(directory.path());
    let mut story = Story::new(50);
    store.write_now(&[story.start("rosa")]).expect("written");
    assert_eq!(of(&store, QUARTER).map(|c| c.started), Some(1));
    let found = check(&store).violations;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].invariant.as_str(), "statistics_row");
}
