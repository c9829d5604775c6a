//! Lists from the directory: in order, bounded, and without gap or double over pages.

use std::ops::ControlFlow;

use linger::domain::conversation::State;
use linger::domain::directory::{Entry, Source};
use linger::domain::ids::ConversationId;
use linger::store::{Bounds, Store};

use crate::story::{
    ACTIVE, CLOSED, OPEN, OVERRIDE, SUCCESSOR, Story, WAITING, WRAP_UP, agent, customer, healthy,
    id, open,
};

const MANY: usize = 1_000;

fn unclosed(live: bool, waiting_of: Option<&str>) -> Source {
    Source::Unclosed {
        live,
        waiting_of: waiting_of.map(agent),
    }
}

fn bounds(before: Option<ConversationId>, rows: usize) -> Bounds {
    Bounds { before, rows }
}

/// The ids of one page, and where to continue.
fn page(
    store: &Store,
    source: &Source,
    bounds: Bounds,
    limit: usize,
    admits: fn(&Entry) -> bool,
) -> (Vec<ConversationId>, Option<ConversationId>) {
    let listed = store
        .list(source, bounds, limit, admits)
        .expect("a readable store");
    let ids = listed.conversations.iter().map(|c| c.id).collect();
    (ids, listed.next)
}

#[test]
fn each_source_holds_its_conversations_newest_first() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    store.write_now(&healthy()).expect("written");
    let cases = [
        (
            Source::All,
            vec![OVERRIDE, SUCCESSOR, CLOSED, WRAP_UP, WAITING, ACTIVE, OPEN],
        ),
        (
            unclosed(true, None),
            vec![OVERRIDE, SUCCESSOR, WRAP_UP, ACTIVE, OPEN],
        ),
        (
            unclosed(true, Some("anna")),
            vec![OVERRIDE, SUCCESSOR, WRAP_UP, WAITING, ACTIVE, OPEN],
        ),
        (unclosed(false, Some("anna")), vec![WAITING]),
        (unclosed(false, Some("ann")), vec![]),
        (
            Source::OfCustomer(customer("finn")),
            vec![SUCCESSOR, CLOSED],
        ),
        (Source::OfCustomer(customer("carl")), vec![ACTIVE]),
    ];
    for (source, expected) in cases {
        let expected: Vec<_> = expected.into_iter().map(id).collect();
        let all = page(&store, &source, bounds(None, MANY), MANY, |_| true);
        assert_eq!(all, (expected.clone(), None), "{source:?}");
        // The same in pages of every size, over rows of every bound.
        for (limit, rows) in [(1, MANY), (2, MANY), (3, 4), (5, 1), (MANY, 2)] {
            let (mut found, mut before) = (Vec::new(), None);
            loop {
                let (part, next) = page(&store, &source, bounds(before, rows), limit, |_| true);
                found.extend(part);
                before = next;
                if before.is_none() {
                    break;
                }
            }
            assert_eq!(found, expected, "{source:?} {limit} {rows}");
        }
    }
}

#[test]
fn a_page_that_finds_little_ends_at_the_bound_and_says_where_to_continue() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let mut writes = Vec::new();
    for n in 0..100 {
        let mut story = Story::new(n);
        writes.push(story.start(&format!("customer-{n}")));
        if n == 3 {
            writes.push(story.closes());
        }
    }
    store.write_now(&writes).expect("written");
    let closed = |entry: &Entry| entry.state == State::Closed;
    let first = page(&store, &Source::All, bounds(None, 60), 10, closed);
    assert_eq!(first, (vec![], Some(id(40))), "60 rows were looked at");
    let second = page(&store, &Source::All, bounds(first.1, 60), 10, closed);
    assert_eq!(second, (vec![id(3)], None));
    // An end that falls on the bound is an end.
    let exact = page(&store, &Source::All, bounds(Some(id(60)), 60), 100, |_| {
        true
    });
    assert_eq!((exact.0.len(), exact.1), (60, None));
}

#[test]
fn a_walk_is_of_one_moment_and_the_row_follows_every_change_of_state() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let mut story = Story::new(1);
    let mut states = Vec::new();
    let steps = [
        story.start("carla"),
        story.says("Hola"),
        story.picked("anna", false),
        story.parks(),
        story.says("and this"),
        story.closes(),
    ];
    for step in steps {
        store.write_now(&[step]).expect("written");
        let next = store
            .walk_directory(&Source::All, bounds(None, MANY), |_, entry| {
                states.push((entry.state, entry.units));
                ControlFlow::Continue(())
            })
            .expect("readable");
        assert_eq!(next, None);
    }
    assert_eq!(
        states,
        [
            (State::Open, 0),
            (State::Open, 0),
            (State::Active, 1),
            (State::Waiting, 0),
            (State::Waiting, 0),
            (State::Closed, 0)
        ]
    );
}
