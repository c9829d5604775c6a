//! A customer who was known by their device proves who they are.

use super::{Case, START, Story, check, company, customer_id};
use crate::domain::company::{Mode, WrapUp};
use crate::domain::conversation::{LinkStep, Meeting, State, Thread};
use crate::domain::event::FormerCurrent;
use crate::domain::ids::ConversationId;
use crate::domain::time::Millis;

const ACTIVE: &str = "ada starts writing, engine offers anna, anna accepts";

#[test]
fn a_conversation_gets_another_owner_in_every_state_and_once() {
    let both = [Mode::Persistent, Mode::Live];
    for mode in both {
        check(&company(mode, |_| {}), &[
            Case("open", "ada starts", "engine links ada eve current", "open | linked ada eve current |"),
            Case("offered", "ada starts, engine offers anna", "engine links ada eve", "active | linked ada eve | anna 1"),
            Case("active, and its agent keeps it", ACTIVE, "engine links ada eve current", "active | linked ada eve current | anna 1"),
            Case("wrap-up", "ada starts, engine offers anna, anna accepts, anna ends", "engine links ada eve", "wrap_up | linked ada eve | anna 1"),
            Case("closed", "ada starts, sue closes", "engine links ada eve", "closed | linked ada eve |"),
            Case("once", "ada starts, engine links ada eve", "engine links ada eve", "open |  |"),
            Case("to one", "ada starts, engine links ada eve", "engine links ada maria", "open |  |"),
            Case("never to itself", "ada starts", "engine links ada ada", "open |  |"),
            Case("the new owner writes", "ada starts, engine links ada eve", "eve writes x", "open | 2 by customer |"),
            Case("the old one does not", "ada starts, engine links ada eve", "ada writes x", "! not_found"),
        ]);
    }
    check(&company(Mode::Persistent, |_| {}), &[
        Case("waiting", "ada starts writing, engine offers anna, anna accepts, anna parks", "engine links ada eve current", "waiting | linked ada eve current |"),
        Case("and comes back to the same agent", "ada starts writing, engine offers anna, anna accepts, anna parks, engine links ada eve", "eve writes x", "open | 6 by customer, returned to anna until +15m |"),
    ]);
}

#[test]
fn the_other_one_is_closed_and_gives_back_what_it_holds() {
    for mode in [Mode::Persistent, Mode::Live] {
        check(&company(mode, |_| {}), &[
            Case("open", "ada starts", "engine merges", "closed | told EndedBySystem, closed Merged |"),
            Case("offered", "ada starts, engine offers anna", "engine merges", "closed | told EndedBySystem, closed Merged |"),
            Case("active", ACTIVE, "engine merges", "closed | told EndedBySystem, closed Merged |"),
            Case("being handed over", "ada starts, engine offers anna, anna accepts, anna hands ben", "engine merges", "closed | told EndedBySystem, closed Merged |"),
            Case("wrap-up is over for the customer anyway", "ada starts, engine offers anna, anna accepts, anna ends", "engine merges", "wrap_up |  | anna 1"),
            Case("once", "ada starts, engine merges", "engine merges", "closed |  |"),
        ]);
    }
    check(&company(Mode::Persistent, |w| w.wrap_up = WrapUp::Block), &[
        Case("waiting", "ada starts writing, engine offers anna, anna accepts, anna parks", "engine merges", "closed | told EndedBySystem, closed Merged |"),
    ]);
}

#[test]
fn another_owner_is_no_activity_and_the_customer_sees_it() {
    let mut story = Story::new(company(Mode::Persistent, |_| {}));
    story.steps("ada starts writing, +10m").expect("possible");
    let before = story.state.clone().expect("started");
    story.steps("engine links ada eve").expect("possible");
    let after = story.state.expect("started");
    assert_eq!(after.activity_at, before.activity_at);
    assert_eq!(after.customer, customer_id("eve"));
    assert_eq!(after.public_position, after.position);
}

#[test]
fn when_the_customer_wrote_last_is_not_when_somebody_took_it() {
    let mut story = Story::new(company(Mode::Persistent, |_| {}));
    story
        .steps("ada starts writing, +1m, engine offers anna, anna accepts, +1m, anna writes x")
        .expect("possible");
    let wrote_at = |story: &Story| story.state.as_ref().map(|s| s.wrote_at);
    assert_eq!(wrote_at(&story), Some(START));
    story.steps("ada writes y").expect("possible");
    assert_eq!(wrote_at(&story), Some(START + Millis::minutes(2)));
}

/// `3 open +5m`, `4 closed`, `5 open aside`.
fn thread(text: &str) -> Thread {
    let mut words = text.split_whitespace();
    let id = words.next().expect("an id").parse().expect("a number");
    let state = match words.next().expect("a state") {
        "open" => State::Open,
        "active" => State::Active,
        "waiting" => State::Waiting,
        "wrap_up" => State::WrapUp,
        "closed" => State::Closed,
        other => panic!("no such state: {other}"),
    };
    let (mut wrote_at, mut set_aside) = (START, false);
    for word in words {
        match word.strip_prefix('+') {
            Some(time) => wrote_at = START + super::duration(time),
            None => set_aside = word == "aside",
        }
    }
    Thread {
        id: ConversationId(id),
        state,
        wrote_at,
        set_aside,
    }
}

fn in_words(steps: &[LinkStep]) -> String {
    let word = |step: &LinkStep| match step {
        LinkStep::Merge(id) => format!("close {}", id.0),
        LinkStep::Move {
            id,
            current,
            former,
        } => {
            let current = if *current { " current" } else { "" };
            let former = match former {
                FormerCurrent::Stays => String::new(),
                FormerCurrent::Goes => " last".to_owned(),
                FormerCurrent::Names(left) => format!(" leaves {}", left.0),
            };
            format!("move {}{current}{former}", id.0)
        }
    };
    steps.iter().map(word).collect::<Vec<_>>().join(", ")
}

#[test]
fn of_two_that_go_on_the_one_in_which_the_customer_wrote_last_stays() {
    // The device's, the last of them being current; the customer's own; what follows.
    let cases = [
        (vec!["3 open"], None, "move 3 current last"),
        (vec!["3 closed"], None, "move 3 current last"),
        (vec!["3 open +2m"], Some("2 active +1m"), "close 2, move 3 current last"),
        (vec!["3 active +1m"], Some("2 waiting +2m"), "close 3, move 3 last"),
        (vec!["3 waiting +1m"], Some("2 open +1m"), "close 3, move 3 last"),
        (vec!["3 open"], Some("5 closed +9m"), "move 3 current last"),
        (vec!["3 open"], Some("5 wrap_up +9m"), "move 3 current last"),
        (vec!["3 closed +9m"], Some("2 waiting"), "move 3 last"),
        (vec!["3 wrap_up +9m"], Some("2 open"), "move 3 last"),
        (vec!["3 closed"], Some("2 closed"), "move 3 current last"),
        (vec!["3 closed"], Some("5 closed"), "move 3 last"),
        (
            vec!["1 closed", "3 closed", "4 open"],
            Some("2 closed"),
            "move 1, move 3 current, move 4 current last",
        ),
        (
            vec!["1 closed", "4 open +2m"],
            Some("2 open +1m"),
            "move 1, close 2, move 4 current last",
        ),
        // What is set aside stays where it is, and whoever meets it gives way.
        (vec!["3 open aside"], Some("2 open"), ""),
        (vec!["1 open aside", "3 closed"], None, "move 3 current leaves 1"),
        (vec!["1 closed", "3 open aside"], None, "move 1 current"),
        (vec!["3 open +2m"], Some("2 open +1m aside"), "close 3, move 3 last"),
        (vec!["3 open"], Some("2 closed aside"), "move 3 current last"),
        (vec![], Some("2 open"), ""),
    ];
    for (threads, own, expected) in cases {
        let meeting = Meeting {
            threads: threads.iter().map(|t| thread(t)).collect(),
            current: threads.last().map(|t| thread(t).id),
            own: own.map(thread),
        };
        assert_eq!(in_words(&meeting.steps()), expected, "{threads:?} {own:?}");
    }
}

#[test]
fn stopped_anywhere_what_is_left_leads_to_the_same_end() {
    let states = ["open", "waiting", "wrap_up", "closed"];
    for device in states {
        for own in states {
            for wrote in ["+1m", "+3m"] {
                let all = ["1 closed", &format!("4 {device} {wrote}")].map(thread);
                let own = thread(&format!("2 {own} +2m"));
                let whole = end_of(all.to_vec(), own, usize::MAX);
                for stop in 0..4 {
                    assert_eq!(end_of(all.to_vec(), own, stop), whole, "{device} after {stop}");
                }
            }
        }
    }
}

/// The customer's conversations in the end, with those closed on the way, and where starts go.
fn end_of(
    mut threads: Vec<Thread>,
    own: Thread,
    stop: usize,
) -> (Vec<Thread>, ConversationId) {
    let mut own = vec![own];
    let mut current = own[0].id;
    for most in [stop, usize::MAX] {
        let meeting = Meeting {
            current: threads.iter().map(|t| t.id).max(),
            threads: threads.clone(),
            own: own.iter().find(|t| t.id == current).copied(),
        };
        for step in meeting.steps().into_iter().take(most) {
            match step {
                LinkStep::Merge(id) => {
                    let mut all = threads.iter_mut().chain(&mut own);
                    let closed = all.find(|t| t.id == id).expect("one of the two");
                    closed.state = State::Closed;
                }
                LinkStep::Move { id, current: c, .. } => {
                    let at = threads.iter().position(|t| t.id == id).expect("once");
                    own.push(threads.remove(at));
                    if c {
                        current = id;
                    }
                }
            }
            let open = own.iter().filter(|t| t.goes_on()).count();
            assert!(open <= 1, "both have one at most: {own:?}");
            let goes_on = own.iter().find(|t| t.goes_on());
            assert!(goes_on.is_none_or(|t| t.id == current), "starts go there");
        }
    }
    assert!(threads.is_empty(), "all have moved");
    own.sort_by_key(|t| t.id);
    (own, current)
}
