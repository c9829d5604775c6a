//! What was written is what is read: states, pages, client ids, lists.

use linger::domain::commit::{AgentRow, TimerMove, Write};
use linger::domain::company::{Company, Presence, Workstream};
use linger::domain::directory::Entry;
use linger::domain::ids::{ConversationId, Position, Seq};
use linger::domain::message::{DedupKey, Sender};
use linger::domain::time::{Millis, Timestamp};
use linger::limits;
use linger::store::{Durability, Store, StoreError};

use crate::story::{
    ACTIVE, CLOSED, OPEN, OVERRIDE, SUCCESSOR, Story, WAITING, WRAP_UP, agent, client, customer,
    healthy, id, open, workstream,
};

fn seqs(page: &[std::sync::Arc<linger::domain::message::Message>]) -> Vec<u64> {
    page.iter().map(|message| message.seq.0).collect()
}

#[test]
fn a_loaded_conversation_is_what_its_events_add_up_to_with_and_without_a_snapshot() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let mut story = Story::new(1);
    let mut writes = vec![story.start("carla"), story.picked("anna", false)];
    for n in 0..100 {
        writes.push(story.says(&format!("text {n}")));
    }
    store.write_now(&writes).expect("written");
    let without = store.load(story.id).expect("readable").expect("there");
    store
        .write_now(&[story.snapshot(), story.says("one more")])
        .expect("written");
    let with = store.load(story.id).expect("readable").expect("there");

    assert_eq!(without.conversation.last_seq, Seq(100));
    assert_eq!(Some(&with.conversation), story.state.as_ref());
    assert_eq!(store.conversation(story.id).expect("readable"), story.state);
    assert_eq!(seqs(&with.recent), (38..=101).collect::<Vec<_>>());
    assert_eq!(with.recent.len(), limits::RECENT_RING);
    assert!(with.client_ids_complete);
    assert_eq!(with.client_ids.len(), 101);
    assert!(with.timer.is_some());
    assert_eq!(with.parked, None);
    assert_eq!(
        (without.snapshot, with.snapshot),
        (Position(0), without.conversation.position)
    );
    assert_eq!(store.load(id(99)).expect("readable"), None);
}

#[test]
fn pages_have_no_gap_and_no_double_wherever_they_begin() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    // A neighbour on both sides, so that a page that leaves its conversation shows.
    for n in [1, 3] {
        let mut neighbour = Story::new(n);
        store
            .write_now(&[neighbour.start("other"), neighbour.says("not yours")])
            .expect("written");
    }
    let mut story = Story::new(2);
    let mut writes = vec![story.start("carla"), story.picked("anna", false)];
    for _ in 0..50 {
        writes.push(story.says("text"));
    }
    store.write_now(&writes).expect("written");
    for limit in [1, 7, 50, 200] {
        for cursor in 0..55_u64 {
            let last = 50.min(cursor + limit);
            let expected: Vec<_> = (cursor + 1..=last).collect();
            let page = store.page_after(
                story.id,
                Seq(cursor),
                usize::try_from(limit).expect("small"),
            );
            assert_eq!(
                seqs(&page.expect("readable")),
                expected,
                "{limit} after {cursor}"
            );
            let end = cursor.min(51);
            let expected: Vec<_> = (end.saturating_sub(limit).max(1)..end).collect();
            let page = store.page_before(
                story.id,
                Seq(cursor),
                usize::try_from(limit).expect("small"),
            );
            assert_eq!(
                seqs(&page.expect("readable")),
                expected,
                "{limit} before {cursor}"
            );
        }
    }
    let newest = store
        .page_before(story.id, Seq(u64::MAX), 3)
        .expect("readable");
    assert_eq!(seqs(&newest), [48, 49, 50]);
    assert!(
        store
            .page_after(story.id, Seq(u64::MAX), 3)
            .expect("readable")
            .is_empty()
    );
    assert!(
        store
            .page_after(id(99), Seq(0), 3)
            .expect("readable")
            .is_empty()
    );
}

#[test]
fn a_client_id_leads_to_its_message_and_only_for_its_sender() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    store.write_now(&healthy()).expect("written");
    let key = |sender, text| DedupKey {
        sender,
        client_id: client(text),
    };
    let found = |key| {
        store
            .find_client_id(id(ACTIVE), &key)
            .expect("readable")
            .map(|(seq, _)| seq)
    };
    assert_eq!(found(key(Sender::Customer, "c-1")), Some(Seq(1)));
    assert_eq!(
        found(key(Sender::Agent(agent("anna")), "a-2")),
        Some(Seq(2))
    );
    assert_eq!(found(key(Sender::Agent(agent("ben")), "a-2")), None);
    assert_eq!(found(key(Sender::Agent(agent("anna")), "c-1")), None);
    assert_eq!(
        store
            .find_client_id(id(OPEN), &key(Sender::Customer, "c-1"))
            .expect("readable"),
        None
    );
}

#[test]
fn more_client_ids_than_memory_holds_are_left_in_the_store() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let mut story = Story::new(1);
    let mut writes = vec![story.start("carla")];
    for _ in 0..limits::DEDUP_LOADED_MAX {
        writes.push(story.says("x"));
    }
    store.write_now(&writes).expect("written");
    let all = store.load(story.id).expect("readable").expect("there");
    assert_eq!(
        (all.client_ids.len(), all.client_ids_complete),
        (limits::DEDUP_LOADED_MAX, true)
    );
    store
        .write_now(&[story.says("one too many")])
        .expect("written");
    let none = store.load(story.id).expect("readable").expect("there");
    assert_eq!(
        (none.client_ids.len(), none.client_ids_complete),
        (0, false)
    );
}

#[test]
fn lists_show_each_conversation_where_it_belongs() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    store.write_now(&healthy()).expect("written");
    let ids = |numbers: &[u64]| {
        numbers
            .iter()
            .map(|n| id(*n))
            .collect::<Vec<ConversationId>>()
    };

    assert_eq!(
        store.live().expect("readable"),
        ids(&[OPEN, ACTIVE, WRAP_UP, SUCCESSOR, OVERRIDE])
    );
    let help = workstream("help");
    assert_eq!(
        store.current(&customer("finn"), &help).expect("readable"),
        Some(id(SUCCESSOR))
    );
    assert_eq!(
        store.current(&customer("nobody"), &help).expect("readable"),
        None
    );
    let of = |who: &str, before, limit| {
        store
            .conversations_of(&customer(who), before, limit)
            .expect("readable")
    };
    assert_eq!(of("finn", None, 10), ids(&[SUCCESSOR, CLOSED]));
    assert_eq!(of("finn", None, 1), ids(&[SUCCESSOR]));
    assert_eq!(of("finn", Some(id(SUCCESSOR)), 10), ids(&[CLOSED]));
    assert_eq!(
        of("carl", None, 10),
        ids(&[ACTIVE]),
        "carla and carlb are others"
    );
    assert_eq!(
        store
            .waiting_of(&agent("anna"), None, 10)
            .expect("readable"),
        ids(&[WAITING])
    );
    assert!(
        store
            .waiting_of(&agent("ann"), None, 10)
            .expect("readable")
            .is_empty()
    );
    assert_eq!(
        store.conversations(None, 100).expect("readable"),
        ids(&[1, 2, 3, 4, 5, 6, 7])
    );
    assert_eq!(
        store.conversations(Some(id(3)), 2).expect("readable"),
        ids(&[4, 5])
    );
    let journal = store.journal(id(CLOSED), Position(2), 2).expect("readable");
    assert_eq!(
        journal
            .iter()
            .map(|(position, _)| position.0)
            .collect::<Vec<_>>(),
        [2, 3]
    );
}

#[test]
fn timers_come_in_the_order_in_which_they_are_due() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    let timer = |n, from: Option<i64>, to: Option<i64>| Write::Timer {
        conversation: id(n),
        timer: TimerMove {
            from: from.map(Timestamp),
            to: to.map(Timestamp),
        },
    };
    store
        .write_now(&[
            timer(1, None, Some(300)),
            timer(2, None, Some(-5)),
            timer(3, None, Some(200)),
        ])
        .expect("written");
    let due = |now, limit| store.timers_due(Timestamp(now), limit).expect("readable");
    assert_eq!(
        due(200, 10),
        [(Timestamp(-5), id(2)), (Timestamp(200), id(3))]
    );
    assert_eq!(due(1_000, 1), [(Timestamp(-5), id(2))]);
    store
        .write_now(&[timer(2, Some(-5), None), timer(3, Some(200), Some(400))])
        .expect("written");
    assert_eq!(store.next_timer().expect("readable"), Some(Timestamp(300)));
    assert_eq!(
        due(1_000, 10),
        [(Timestamp(300), id(1)), (Timestamp(400), id(3))]
    );
    // A row that "moves" to where it is stays.
    store
        .write_now(&[timer(1, Some(300), Some(300))])
        .expect("written");
    assert_eq!(store.next_timer().expect("readable"), Some(Timestamp(300)));
}

#[test]
fn agents_configuration_and_what_is_set_aside_survive_reopening() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let row = AgentRow {
        chosen: Presence::Busy,
        gone_since: Some(Timestamp(5)),
    };
    let store = open(directory.path());
    assert_eq!(store.company().expect("readable"), None);
    let parked = |reason: Option<&str>| Write::Parked {
        conversation: id(1),
        reason: reason.map(str::to_owned),
    };
    store.write_now(&healthy()).expect("written");
    store
        .write_now(&[
            Write::Agent {
                agent: agent("anna"),
                row,
            },
            parked(Some("three deaths")),
        ])
        .expect("written");
    drop(store);
    let store = open(directory.path());
    assert_eq!(store.agents().expect("readable"), [(agent("anna"), row)]);
    assert_eq!(
        store.company().expect("readable").expect("configured").name,
        "Sample"
    );
    assert_eq!(
        store.parked().expect("readable"),
        [(id(1), "three deaths".to_owned())]
    );
    assert_eq!(
        store
            .load(id(1))
            .expect("readable")
            .expect("there")
            .parked
            .as_deref(),
        Some("three deaths")
    );
    store.write_now(&[parked(None)]).expect("written");
    assert!(store.parked().expect("readable").is_empty());
}

#[test]
fn a_reader_sees_the_store_while_a_server_has_it_open_and_cannot_write() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    store.write_now(&healthy()).expect("written");
    let reader = Store::open_read_only(directory.path()).expect("opens beside the writer");
    assert_eq!(
        reader.live().expect("readable"),
        store.live().expect("readable")
    );
    assert!(reader.write_now(&[Story::new(50).start("carla")]).is_err());
    assert!(
        Store::open(directory.path(), Durability::Synced).is_err(),
        "two writers are refused"
    );
}

#[test]
fn a_place_without_a_store_is_not_made_one_by_looking() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let refused = Store::open_read_only(directory.path());
    assert!(matches!(refused, Err(StoreError::NotAStore { .. })));
    assert_eq!(
        std::fs::read_dir(directory.path())
            .expect("readable")
            .count(),
        0
    );
}

#[test]
fn notes_are_read_in_pages_by_whom_they_are_for() {
    use linger::domain::note::NoteNumber;
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    // Neighbours with notes of their own, so that a page that leaves its conversation shows.
    let mut stories = [1, 2, 3].map(Story::new);
    for story in &mut stories {
        store.write_now(&[story.start("carla")]).expect("written");
        for n in 1..=5 {
            let written = story.notes("anna", &format!("note {n}"));
            store.write_now(&[written]).expect("written");
        }
    }
    let id = stories[1].id;
    let page = |after, limit, reader: &str| -> Vec<u64> {
        let reader = agent(reader);
        let role = linger::domain::company::Role::Agent;
        let notes = store.notes_after(id, NoteNumber(after), limit, |n| n.is_for(&reader, role));
        notes
            .expect("readable")
            .iter()
            .map(|n| n.number.0)
            .collect()
    };
    assert_eq!(page(0, 9, "anna"), [1, 2, 3, 4, 5], "her own");
    assert_eq!(page(0, 9, "ben"), [1, 2, 3, 4, 5], "for him");
    assert_eq!(
        page(0, 9, "cid"),
        [1, 3, 5],
        "the even ones are for ben alone"
    );
    assert_eq!(
        page(0, 2, "cid"),
        [1, 3],
        "a page is full of what may be read"
    );
    assert_eq!(page(3, 2, "ben"), [4, 5]);
    assert_eq!(page(5, 2, "ben"), [0; 0]);
    assert_eq!(page(u64::MAX, 2, "ben"), [0; 0]);
    let loaded = store.load(id).expect("readable").expect("there");
    let of = |client_id: &str| DedupKey {
        sender: Sender::Notes(agent("anna")),
        client_id: client(client_id),
    };
    assert!(loaded.client_ids.iter().any(|(key, ..)| *key == of("n-5")));
    let found = store.find_client_id(id, &of("n-5")).expect("readable");
    assert_eq!(found.map(|(number, _)| number), Some(Seq(5)));
}

#[test]
fn timer_rows_that_a_configuration_makes_late_are_found_page_by_page() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = open(directory.path());
    store.write_now(&healthy()).expect("written");
    let mut company = crate::story::company(3);
    let late = |company: &Company, limit, admits: fn(&Entry) -> bool| {
        let (mut moves, mut after) = (Vec::new(), None);
        loop {
            let page = store.late_timers(after, limit, company, admits);
            let page = page.expect("readable");
            moves.extend(page.moves);
            after = page.next;
            if after.is_none() {
                return moves;
            }
        }
    };
    assert_eq!(late(&company, 100, |_| true), []);
    let state = store.conversation(id(WAITING)).expect("readable");
    let state = state.expect("there");
    let mut rules = Workstream::new("Sample", state.mode, state.queue.clone());
    rules.timers.auto_close_after = Millis::seconds(1);
    company.workstreams.insert(state.workstream.clone(), rules);
    let due = state.activity_at + Millis::seconds(1);
    let found = late(&company, 100, |_| true);
    let [(waiting, timer)] = found.as_slice() else {
        panic!("only what waits closes by itself: {found:?}");
    };
    let row = store.timer_of(id(WAITING)).expect("readable");
    assert_eq!(
        (*waiting, timer.from, timer.to),
        (id(WAITING), row, Some(due))
    );
    for limit in [1, 2] {
        assert_eq!(late(&company, limit, |_| true), found, "pages of {limit}");
    }
    assert_eq!(late(&company, 100, |_| false), [], "nobody is concerned");
    store
        .write_now(&[Write::Timer {
            conversation: *waiting,
            timer: *timer,
        }])
        .expect("written");
    assert_eq!(late(&company, 100, |_| true), []);
    assert_eq!(
        store.timers_due(due, 1).expect("readable"),
        [(due, *waiting)]
    );
    assert_eq!(store.swept().expect("readable"), None);
    store.write_now(&[Write::Swept(7)]).expect("written");
    assert_eq!(store.swept().expect("readable"), Some(7));
}
