//! A mirror that is kept from parts alone is what there is to see, whatever happens.

mod hall;

use super::*;
use crate::domain::company::{Presence, Queue};
use crate::domain::ids::Position;
use crate::domain::time::Millis;

use hall::{ANNA, BOB, Hall, START, SUE, Shape, agent, profile, queue};

#[test]
fn an_agent_is_shown_what_their_list_shows_and_told_when_it_leaves() {
    let of = |change: fn(&mut Shape)| {
        let mut shape = Shape::of(State::Active, "sue");
        change(&mut shape);
        shape
    };
    let cases = [
        ("open in her queue", Shape::open("a"), true),
        ("open elsewhere", Shape::open("b"), false),
        ("hers", Shape::of(State::Active, "anna"), true),
        ("hers in wrap-up", Shape::of(State::WrapUp, "anna"), true),
        ("a colleague's", Shape::of(State::Active, "bob"), false),
        (
            "being handed to her",
            of(|s| s.transfer_to = Some("anna")),
            true,
        ),
        (
            "waiting for her",
            of(|s| s.waiting_for = Some("anna")),
            true,
        ),
        (
            "hers until it was offered on",
            of(|s| s.last_agent = Some("anna")),
            true,
        ),
        ("she is consulted", of(|s| s.consulted = Some("anna")), true),
        (
            "parked by her",
            Shape {
                state: Some(State::Waiting),
                queue: "a",
                last_agent: Some("anna"),
                ..Shape::default()
            },
            false,
        ),
        ("closed", Shape::of(State::Closed, "anna"), false),
    ];
    for (name, shape, seen) in &cases {
        let mut hall = Hall::new();
        hall.watch(ANNA, "anna", Watched::Queues);
        hall.settle();
        hall.becomes(1, shape);
        hall.settle();
        assert_eq!(!hall.ids(ANNA, Watched::Queues).is_empty(), *seen, "{name}");
        hall.assert_mirrors_are_true(name);
        // Nobody who has no business with it hears of it when it goes.
        let parts = hall.parts;
        hall.becomes(1, &Shape::of(State::Closed, "bob"));
        hall.settle();
        assert_eq!(hall.parts > parts, *seen, "{name}");
        assert!(hall.ids(ANNA, Watched::Queues).is_empty(), "{name}");
    }
}

#[test]
fn changes_within_the_pace_are_told_as_one_and_the_newest_is_what_is_told() {
    let mut hall = Hall::new();
    hall.watch(SUE, "sue", Watched::Floor);
    hall.take((SUE, Watched::Floor));
    for _ in 0..100 {
        hall.becomes(1, &Shape::open("a"));
        hall.passes(Millis(1));
    }
    assert_eq!(hall.parts, 1, "the answer alone");
    hall.passes(Millis(150));
    assert_eq!(hall.parts, 2);
    hall.take((SUE, Watched::Floor));
    let item = &hall.mirrors[&(SUE, Watched::Floor)].conversations[&ConversationId(1)];
    assert_eq!(item.view.version, Position(100));
    hall.passes(limits::WATCH_PACE);
    assert_eq!(hall.parts, 2, "there is nothing to say");
}

#[test]
fn a_session_that_takes_nothing_is_told_nothing_more_and_its_marks_are_bounded() {
    let mut hall = Hall::new();
    let key = (SUE, Watched::Floor);
    hall.watch(SUE, "sue", Watched::Floor);
    hall.settle();
    hall.becomes(1, &Shape::open("a"));
    hall.passes(limits::WATCH_PACE);
    let parts = hall.parts;
    for id in 2..5_000 {
        // They come and go unseen.
        hall.becomes(id, &Shape::open("a"));
        hall.passes(Millis(100));
        hall.becomes(id, &Shape::of(State::Closed, "anna"));
    }
    assert_eq!(hall.parts, parts);
    let marks = &hall.supervisor.watches.all[&key].marks;
    assert!(marks.conversations.len() <= 1, "{marks:?}");
    hall.settle();
    hall.assert_mirrors_are_true("when it reads again");
}

#[test]
fn the_whole_comes_in_parts_and_only_when_the_last_was_taken() {
    let mut hall = Hall::new();
    let key = (SUE, Watched::Floor);
    for id in 0..1_200 {
        hall.becomes(id, &Shape::open(if id % 2 == 0 { "a" } else { "b" }));
    }
    hall.watch(SUE, "sue", Watched::Floor);
    let first = &hall.on_their_way[&key];
    assert!(first.more);
    assert_eq!(first.conversations.len(), limits::WATCH_PART_MAX);
    assert_eq!(first.queues.len(), 3, "small things come at once");
    hall.passes(Millis::minutes(1));
    assert_eq!(hall.parts, 1);
    hall.take(key);
    assert_eq!(hall.parts, 2, "the rest does not wait for the clock");
    hall.take(key);
    assert!(!hall.on_their_way[&key].more);
    hall.settle();
    assert_eq!(hall.parts, 3);
    hall.assert_mirrors_are_true("in the end");
}

#[test]
fn a_conversation_that_is_parked_is_shown_to_supervisors_a_last_time() {
    let mut hall = Hall::new();
    hall.watch(SUE, "sue", Watched::Floor);
    hall.watch(ANNA, "anna", Watched::Queues);
    hall.becomes(1, &Shape::of(State::Active, "anna"));
    hall.settle();
    let mut parked = Shape::of(State::Waiting, "anna");
    parked.agent = None;
    parked.last_agent = Some("anna");
    hall.becomes(1, &parked);
    hall.settle();
    let last = |session, what| {
        let mut of_key = hall
            .shown_last
            .iter()
            .filter(|(k, _)| *k == (session, what));
        of_key.next_back().map(|(_, i)| i.view.state)
    };
    assert_eq!(last(SUE, Watched::Floor), Some(State::Waiting));
    assert_eq!(last(ANNA, Watched::Queues), Some(State::Active));
    hall.assert_mirrors_are_true("parked");
    // One that sleeps and is touched is nobody's news.
    let parts = hall.parts;
    hall.becomes(1, &parked);
    hall.settle();
    assert_eq!(hall.parts, parts);
}

#[test]
fn who_joins_a_queue_sees_it_and_who_leaves_sees_it_no_longer() {
    let mut hall = Hall::new();
    hall.becomes(1, &Shape::open("b"));
    hall.watch(ANNA, "anna", Watched::Queues);
    hall.settle();
    assert!(hall.ids(ANNA, Watched::Queues).is_empty());
    hall.configures(|c| {
        let b = c.queues.get_mut(&queue("b")).expect("configured");
        b.members.insert(agent("anna"));
    });
    hall.settle();
    assert_eq!(hall.ids(ANNA, Watched::Queues), [1]);
    hall.assert_mirrors_are_true("joined");
    hall.configures(|c| {
        let b = c.queues.get_mut(&queue("b")).expect("configured");
        b.members.remove(&agent("anna"));
    });
    hall.settle();
    assert!(hall.ids(ANNA, Watched::Queues).is_empty());
    hall.assert_mirrors_are_true("left");
}

#[test]
fn a_lost_role_ends_the_look_at_the_floor_and_a_lost_sign_in_ends_all() {
    let mut hall = Hall::new();
    hall.watch(SUE, "sue", Watched::Floor);
    hall.watch(SUE, "sue", Watched::Queues);
    hall.settle();
    let sue = agent("sue");
    hall.configures(|c| c.agents.get_mut(&sue).expect("configured").role = Role::Agent);
    assert_eq!(hall.ended, [(SUE, Watched::Floor)]);
    hall.becomes(1, &Shape::of(State::Active, "sue"));
    hall.settle();
    assert_eq!(hall.ids(SUE, Watched::Queues), [1]);
    hall.configures(|c| c.agents.get_mut(&sue).expect("configured").enabled = false);
    assert_eq!(hall.ended.len(), 2);
    assert!(hall.supervisor.watches.all.is_empty());
    assert!(hall.supervisor.watches.of_agent.is_empty());
}

#[test]
fn what_a_session_watched_ends_with_it() {
    let mut hall = Hall::new();
    hall.watch(BOB, "bob", Watched::Queues);
    hall.settle();
    hall.supervisor.watcher_gone(BOB);
    hall.forget((BOB, Watched::Queues));
    hall.becomes(1, &Shape::open("a"));
    hall.passes(limits::WATCH_PACE);
    assert_eq!(hall.parts, 1);
    let Watches {
        all,
        floor,
        of_queue,
        of_agent,
        marked,
        ..
    } = &hall.supervisor.watches;
    assert!(all.is_empty() && floor.is_empty() && marked.is_empty());
    assert!(of_queue.is_empty() && of_agent.is_empty());
}

#[test]
fn a_clock_that_is_set_back_silences_nobody() {
    let mut hall = Hall::new();
    hall.watch(SUE, "sue", Watched::Floor);
    hall.settle();
    hall.now = Timestamp(START.0 - 3_600_000);
    hall.told_at.clear();
    hall.becomes(1, &Shape::open("a"));
    hall.passes(Millis(1));
    hall.take((SUE, Watched::Floor));
    assert_eq!(hall.ids(SUE, Watched::Floor), [1]);
}

/// A generator that is the same everywhere (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        let index = self.below(all.len() as u64);
        all[usize::try_from(index).expect("small")].clone()
    }

    fn shape(&mut self) -> Shape {
        let who = [None, None, Some("anna"), Some("bob"), Some("sue")];
        Shape {
            state: Some(self.of(&[
                State::Open,
                State::Open,
                State::Active,
                State::Waiting,
                State::WrapUp,
                State::Closed,
            ])),
            queue: self.of(&["a", "b", "c"]),
            agent: self.of(&who),
            transfer_to: self.of(&who),
            waiting_for: self.of(&who),
            last_agent: self.of(&who),
            consulted: self.of(&who),
            queued_after: i64::try_from(self.below(10_000)).expect("small"),
        }
    }
}

const WATCHERS: [(SessionId, &str, Watched); 5] = [
    (ANNA, "anna", Watched::Queues),
    (BOB, "bob", Watched::Queues),
    (SUE, "sue", Watched::Floor),
    (SUE, "sue", Watched::Queues),
    (SessionId(4), "anna", Watched::Queues),
];

fn something_happens(hall: &mut Hall, dice: &mut Dice) {
    let (session, who, what) = dice.of(&WATCHERS);
    match dice.below(20) {
        0..=8 => {
            let (id, shape) = (u128::from(dice.below(12)), dice.shape());
            hall.becomes(id, &shape);
        }
        9 => {
            let presence = dice.of(&[Presence::Available, Presence::Away, Presence::Offline]);
            hall.does(|s, now, out| s.presence(&agent(who), presence, now, out));
        }
        10 => {
            let (who, to) = (agent(dice.of(&["anna", "bob"])), dice.of(&["a", "b", "c"]));
            hall.configures(|c| {
                let members = c.queues.get_mut(&queue(to)).map(|q| &mut q.members);
                if let Some(members) = members
                    && !members.remove(&who)
                {
                    members.insert(who);
                }
            });
        }
        11 => {
            let (role, capacity) = (dice.of(&[Role::Agent, Role::Supervisor]), dice.below(9));
            hall.configures(|c| {
                let sue = c.agents.get_mut(&agent("sue")).expect("configured");
                sue.role = role;
                sue.capacity = u32::try_from(capacity).expect("small") + 40;
            });
        }
        12 => hall.configures(|c| {
            let extra = agent("zoe");
            if c.agents.remove(&extra).is_none() {
                c.agents.insert(extra, profile(Role::Agent));
            }
        }),
        13 => hall.configures(|c| {
            let extra = queue("c");
            if c.queues.remove(&extra).is_none() {
                c.queues.insert(extra, Queue::new("c"));
            }
        }),
        14 => {
            let id = dice.below(12);
            hall.supervisor.forget_known(ConversationId(u128::from(id)));
        }
        15 if may_watch(&agent(who), what, &hall.company) => hall.watch(session, who, what),
        16 => {
            hall.supervisor.unwatch(session, what);
            hall.forget((session, what));
        }
        17 | 18 => hall.take((session, what)),
        _ => hall.passes(Millis(dice.below(400))),
    }
}

#[test]
fn mirrors_kept_from_parts_are_what_there_is_to_see_whatever_happens() {
    for seed in 0..300 {
        let mut hall = Hall::new();
        let mut dice = Dice(seed);
        for (session, who, what) in WATCHERS {
            hall.watch(session, who, what);
        }
        for step in 0..120 {
            something_happens(&mut hall, &mut dice);
            // Some runs look after every step, others let much happen in between.
            if seed % 3 == 0 || dice.below(15) == 0 {
                hall.settle();
                hall.assert_mirrors_are_true(&format!("seed {seed}, step {step}"));
            }
        }
    }
}
