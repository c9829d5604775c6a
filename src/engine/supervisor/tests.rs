//! What a change of the configuration and the closing of a queue ask of conversations that
//! are awake, and of those that sleep.

mod erasing;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Concerned, Effect, Epoch, Supervisor, TimerPage, Woken};
use crate::domain::command::{Command, Start};
use crate::domain::commit::{LateTimers, TimerMove};
use crate::domain::company::{Company, Mode, Queue, Workstream};
use crate::domain::conversation::{Conversation, Ctx, start};
use crate::domain::hours::{Calendar, Interval};
use crate::domain::ids::{CalendarId, ConversationId, CustomerId, QueueId, WorkstreamId};
use crate::domain::time::{Millis, Timestamp};
use crate::engine::conversation::Input;
use crate::engine::outbound::SessionId;
use crate::engine::summary::Summary;

/// Monday, 5 January 2026, nine o'clock in Madrid: the queue opens, until five.
const START: Timestamp = Timestamp(1_767_600_000_000);

fn queue() -> QueueId {
    QueueId::parse("support").expect("valid")
}

fn workstream(mode: Mode) -> WorkstreamId {
    let name = match mode {
        Mode::Persistent => "care",
        Mode::Live => "chat",
    };
    WorkstreamId::parse(name).expect("valid")
}

fn calendar(until: u16) -> Calendar {
    let day = vec![Interval {
        from: 9 * 60,
        to: until * 60,
    }];
    Calendar {
        time_zone: "Europe/Madrid".to_owned(),
        weekly: std::array::from_fn(|_| day.clone()),
        holidays: BTreeMap::new(),
    }
}

/// One queue with hours, and a workstream of each mode into it.
fn company() -> Company {
    let mut company = Company::default();
    let hours = CalendarId::parse("office").expect("valid");
    company.calendars.insert(hours.clone(), calendar(17));
    let mut support = Queue::new("Support");
    support.hours = Some(hours);
    company.queues.insert(queue(), support);
    for mode in [Mode::Persistent, Mode::Live] {
        let rules = Workstream::new("W", mode, queue());
        company.workstreams.insert(workstream(mode), rules);
    }
    company
}

fn conversation(id: u128, mode: Mode, company: &Company) -> Conversation {
    let customer = CustomerId::parse(&format!("c{id}")).expect("valid");
    let wanted = Start {
        workstream: Some(workstream(mode)),
        ..Start::default()
    };
    let ctx = Ctx {
        now: START,
        company,
    };
    let (state, _) = start(ConversationId(id), &customer, wanted, ctx).expect("open");
    state
}

struct Floor {
    supervisor: Supervisor,
    company: Arc<Company>,
    states: BTreeMap<u128, Conversation>,
}

impl Floor {
    /// Open conversations with these ids, all asleep.
    fn asleep(mode: Mode, ids: &[u128]) -> Self {
        let company = Arc::new(company());
        let mut supervisor = Supervisor::new(company.clone(), []);
        let states: BTreeMap<u128, Conversation> = ids
            .iter()
            .map(|id| (*id, conversation(*id, mode, &company)))
            .collect();
        for state in states.values() {
            supervisor.restore(Summary::from(state));
        }
        let mut floor = Self {
            supervisor,
            company,
            states,
        };
        let out = floor.does(|s, out| s.begin_work(START, out));
        assert!(out.is_empty(), "{out:?}");
        floor
    }

    fn does(&mut self, f: impl FnOnce(&mut Supervisor, &mut Vec<Effect>)) -> Vec<Effect> {
        let mut out = Vec::new();
        f(&mut self.supervisor, &mut out);
        out
    }

    fn changes(&mut self, change: impl FnOnce(&mut Company)) -> Vec<Effect> {
        let mut next = Company::clone(&self.company);
        next.revision += 1;
        change(&mut next);
        self.company = Arc::new(next);
        let company = self.company.clone();
        self.does(|s, out| s.configure(company, START, out))
    }

    /// Wakes a conversation; returns its life.
    fn wake(&mut self, id: u128) -> Epoch {
        let id = ConversationId(id);
        let out = self.does(|s, out| s.timer_due(id, out));
        let epoch = match out.as_slice() {
            [Effect::Wake(woken, epoch)] if *woken == id => *epoch,
            other => panic!("it does not wake: {other:?}"),
        };
        let woken = Woken::Here(Box::new(Summary::from(&self.states[&id.0])));
        self.does(|s, out| s.woken(id, epoch, woken, START, out));
        epoch
    }

    fn falls_asleep(&mut self, id: u128, epoch: Epoch) {
        let id = ConversationId(id);
        self.does(|s, out| {
            s.wants_sleep(id, epoch, out);
            s.asleep(id, epoch, out);
        });
    }

    fn reads(&mut self, number: u64, page: Option<LateTimers>) -> Vec<Effect> {
        self.does(|s, out| s.timers_read(number, page, out))
    }
}

/// The page that is asked for, which must be all that is asked for.
fn page(out: &[Effect]) -> &TimerPage {
    match out {
        [Effect::ReadTimers(page)] => page,
        other => panic!("not one page: {other:?}"),
    }
}

fn late(ids: &[u128], next: Option<u128>) -> LateTimers {
    let timer = TimerMove {
        from: Some(START + Millis::days(28)),
        to: Some(START + Millis::days(1)),
    };
    LateTimers {
        moves: ids.iter().map(|id| (ConversationId(*id), timer)).collect(),
        next: next.map(ConversationId),
    }
}

fn moved(out: &[Effect]) -> Vec<u128> {
    let rows = out.iter().filter_map(|effect| match effect {
        Effect::MoveTimers(moves) => Some(moves),
        _ => None,
    });
    rows.flatten().map(|(id, _)| id.0).collect()
}

/// Which conversations are asked to look at their timers, awake or woken for it.
fn looks(out: &[Effect]) -> Vec<u128> {
    let asked = out.iter().filter_map(|effect| match effect {
        Effect::Forward(id, _, Input::TimerDue) | Effect::Wake(id, _) => Some(id.0),
        _ => None,
    });
    asked.collect()
}

fn shorter(company: &mut Company) {
    let rules = company.workstreams.get_mut(&workstream(Mode::Persistent));
    rules.expect("there").timers.auto_close_after = Millis::days(1);
}

#[test]
fn given_other_hours_then_who_is_awake_looks_at_its_timers_and_who_sleeps_is_swept() {
    let mut floor = Floor::asleep(Mode::Persistent, &[1, 2]);
    floor.wake(1);
    let out = floor.changes(|c| {
        for hours in c.calendars.values_mut() {
            *hours = calendar(12);
        }
    });
    assert_eq!(looks(&out), [1], "2 sleeps on");
    let entry = crate::domain::directory::Entry::from(&floor.states[&2]);
    let Some(Effect::ReadTimers(page)) = out.last() else {
        panic!("{out:?}");
    };
    assert!(page.concerned.admits(&entry), "its queue has other hours");
    let mut elsewhere = entry;
    elsewhere.queue = QueueId::parse("sales").expect("valid");
    assert!(!page.concerned.admits(&elsewhere), "another queue has not");
}

#[test]
fn each_setting_that_timers_follow_concerns_its_workstream_and_no_other_setting_does() {
    type Change = fn(&mut Workstream);
    let concerning: [(&str, Change); 4] = [
        ("a timer", |w| w.timers.auto_park_after = Millis::minutes(1)),
        ("stickiness alone", |w| w.keep_same_agent = None),
        ("wrap-up", |w| {
            w.wrap_up = crate::domain::company::WrapUp::Release;
        }),
        ("timeout rules", |w| {
            w.timeout_rules.push(crate::domain::company::TimeoutRule {
                name: "r".to_owned(),
                silent: crate::domain::message::Side::Customer,
                after: Millis::minutes(1),
                then: crate::domain::company::TimeoutAction::Close,
            });
        }),
    ];
    let before = company();
    let changed = |change: Change| {
        let mut now = before.clone();
        let rules = now.workstreams.get_mut(&workstream(Mode::Persistent));
        change(rules.expect("there"));
        Concerned::between(&before, &now)
    };
    let entry = |mode| crate::domain::directory::Entry::from(&conversation(1, mode, &before));
    for (name, change) in concerning {
        let concerned = changed(change);
        assert!(concerned.admits(&entry(Mode::Persistent)), "{name}");
        assert!(
            !concerned.admits(&entry(Mode::Live)),
            "{name}: another workstream"
        );
    }
    assert!(changed(|w| w.units = 2).is_nobody());
}

#[test]
fn rows_of_those_that_sleep_are_moved_page_by_page_and_nobody_is_woken() {
    let mut floor = Floor::asleep(Mode::Persistent, &[]);
    let out = floor.changes(shorter);
    assert_eq!(page(&out).after, None);
    let first = page(&out).number;
    let out = floor.reads(first, Some(late(&[3, 5], Some(5))));
    assert_eq!((moved(&out), looks(&out)), (vec![3, 5], vec![]));
    assert_eq!(
        out.len(),
        1,
        "nothing more before these are durable: {out:?}"
    );
    let out = floor.does(|s, out| s.timers_moved(out));
    assert_eq!(page(&out).after, Some(ConversationId(5)));
    let second = page(&out).number;
    assert!(
        floor.reads(first, Some(late(&[9], None))).is_empty(),
        "an old answer"
    );
    let out = floor.reads(second, Some(late(&[], Some(8))));
    assert_eq!(
        page(&out).after,
        Some(ConversationId(8)),
        "nothing was late there"
    );
    let third = page(&out).number;
    let out = floor.reads(third, Some(late(&[], None)));
    assert!(matches!(out.as_slice(), [Effect::Swept(1)]), "{out:?}");
}

#[test]
fn whoever_was_awake_since_the_page_was_asked_for_looks_for_itself() {
    let mut floor = Floor::asleep(Mode::Persistent, &[1, 2, 3]);
    let sleepy = floor.wake(2);
    floor.wake(1);
    let out = floor.changes(shorter);
    assert_eq!(looks(&out), [1, 2]);
    let Some(Effect::ReadTimers(page)) = out.last() else {
        panic!("{out:?}");
    };
    let number = page.number;
    floor.falls_asleep(2, sleepy);
    let out = floor.reads(number, Some(late(&[1, 2, 3], None)));
    assert_eq!((looks(&out), moved(&out)), (vec![1, 2], vec![3]));
}

#[test]
fn a_walk_is_not_over_before_the_row_of_whoever_is_awake_is_right_in_the_store() {
    let mut floor = Floor::asleep(Mode::Persistent, &[1]);
    floor.wake(1);
    let out = floor.changes(shorter);
    let Some(Effect::ReadTimers(first)) = out.last() else {
        panic!("{out:?}");
    };
    let out = floor.reads(first.number, Some(late(&[1], None)));
    assert_eq!(looks(&out), [1]);
    assert_eq!(out.len(), 1, "it may not have looked yet: {out:?}");
    let out = floor.does(|s, out| s.tick(START, out));
    assert_eq!(page(&out).after, None);
    let second = page(&out).number;
    let out = floor.reads(second, Some(late(&[], None)));
    assert!(matches!(out.as_slice(), [Effect::Swept(1)]), "{out:?}");
}

#[test]
fn a_page_that_nobody_could_read_is_asked_for_again() {
    let mut floor = Floor::asleep(Mode::Persistent, &[]);
    let out = floor.changes(shorter);
    let number = page(&out).number;
    assert!(floor.reads(number, None).is_empty());
    let out = floor.does(|s, out| s.tick(START, out));
    assert_eq!((page(&out).after, page(&out).number > number), (None, true));
}

#[test]
fn another_change_begins_anew_for_what_either_concerns() {
    let mut floor = Floor::asleep(Mode::Persistent, &[]);
    let out = floor.changes(shorter);
    let number = page(&out).number;
    let out = floor.reads(number, Some(late(&[3], Some(3))));
    assert_eq!(moved(&out), [3]);
    let out = floor.changes(|c| {
        let rules = c.workstreams.get_mut(&workstream(Mode::Live));
        rules.expect("there").timers.disconnect_limit = Millis::minutes(1);
    });
    assert!(out.is_empty(), "rows are being moved: {out:?}");
    let out = floor.does(|s, out| s.timers_moved(out));
    assert_eq!(page(&out).after, None);
    for mode in [Mode::Persistent, Mode::Live] {
        let entry = crate::domain::directory::Entry::from(&conversation(1, mode, &floor.company));
        assert!(page(&out).concerned.admits(&entry), "{mode:?}");
    }
    // A change that concerns nobody does not end the walk before its time.
    let number = page(&out).number;
    assert!(floor.changes(|c| c.name = "New".to_owned()).is_empty());
    let out = floor.reads(number, Some(late(&[], None)));
    assert!(matches!(out.as_slice(), [Effect::Swept(3)]), "{out:?}");
}

#[test]
fn a_change_that_no_timer_follows_is_swept_at_once() {
    let mut floor = Floor::asleep(Mode::Persistent, &[1]);
    let out = floor.changes(|c| c.name = "New".to_owned());
    assert!(matches!(out.as_slice(), [Effect::Swept(1)]), "{out:?}");
}

/// Who is told that the queue is closed, once awake.
fn told(floor: &mut Floor, out: &[Effect]) -> Vec<u128> {
    let mut told = Vec::new();
    for id in looks(out) {
        let id = ConversationId(id);
        let epoch = out.iter().find_map(|effect| match effect {
            Effect::Wake(woken, epoch) if *woken == id => Some(*epoch),
            _ => None,
        });
        let woken = Woken::Here(Box::new(Summary::from(&floor.states[&id.0])));
        let epoch = epoch.expect("asleep before");
        let out = floor.does(|s, out| s.woken(id, epoch, woken, START, out));
        let is_told = |effect: &Effect| match effect {
            Effect::Forward(to, _, Input::Act { command, .. }) => {
                *to == id && *command == Command::TellHours
            }
            _ => false,
        };
        if out.iter().any(is_told) {
            told.push(id.0);
        }
    }
    told
}

#[test]
fn given_live_customers_in_line_when_the_queue_closes_then_they_are_told_once() {
    let mut floor = Floor::asleep(Mode::Live, &[1, 2]);
    let closing = START + Millis::hours(8);
    let out = floor.does(|s, out| s.tick(START + Millis(1), out));
    let places = told(&mut floor, &out);
    assert!(places.is_empty(), "it is open");
    let mut floor = Floor::asleep(Mode::Live, &[1, 2]);
    let out = floor.does(|s, out| s.tick(closing, out));
    assert_eq!(told(&mut floor, &out), [1, 2]);
    let out = floor.does(|s, out| s.tick(closing + Millis::seconds(1), out));
    assert!(looks(&out).is_empty(), "{out:?}");
}

#[test]
fn given_a_start_after_the_closing_then_those_who_do_not_know_are_told() {
    let mut floor = Floor::asleep(Mode::Live, &[1, 2]);
    let told_before = floor.states.get_mut(&1).expect("there");
    told_before.told_hours = true;
    let mut again = Supervisor::new(floor.company.clone(), []);
    for state in floor.states.values() {
        again.restore(Summary::from(state));
    }
    floor.supervisor = again;
    let out = floor.does(|s, out| s.begin_work(START + Millis::hours(9), out));
    assert_eq!(told(&mut floor, &out), [2]);
}

#[test]
fn persistent_customers_are_not_told_of_a_closing() {
    let mut floor = Floor::asleep(Mode::Persistent, &[1]);
    let out = floor.does(|s, out| s.tick(START + Millis::hours(8), out));
    assert!(looks(&out).is_empty(), "{out:?}");
}

/// What conversations are told of their customers' connections: `(id, here)`.
fn connections(out: &[Effect]) -> Vec<(u128, bool)> {
    let told = out.iter().filter_map(|effect| match effect {
        Effect::Forward(id, _, Input::Act { command, .. }) => match command {
            Command::CustomerBack => Some((id.0, true)),
            Command::CustomerGone => Some((id.0, false)),
            _ => None,
        },
        _ => None,
    });
    told.collect()
}

fn customer(id: u128) -> CustomerId {
    CustomerId::parse(&format!("c{id}")).expect("valid")
}

impl Floor {
    /// The clock, while these customers have sockets.
    fn misses(&mut self, after: Millis, sockets: &[u128]) -> Vec<(u128, bool)> {
        let has_socket = |c: &CustomerId| sockets.iter().any(|id| customer(*id) == *c);
        let out = self.does(|s, out| s.miss_customers(START + after, has_socket, out));
        connections(&out)
    }

    fn visits(&mut self, id: u128, poll: Option<u64>, after: Millis) -> Vec<(u128, bool)> {
        let poll = poll.map(SessionId);
        let out = self.does(|s, out| s.visited(&customer(id), poll, START + after, out));
        connections(&out)
    }

    fn socket(&mut self, id: u128, opens: bool) -> Vec<(u128, bool)> {
        let out = self.does(|s, out| s.customer_connection(&customer(id), opens, out));
        connections(&out)
    }
}

fn awake(mode: Mode, ids: &[u128]) -> Floor {
    let mut floor = Floor::asleep(mode, ids);
    for id in ids {
        floor.wake(*id);
    }
    floor
}

#[test]
fn given_live_customers_after_a_start_of_the_server_when_they_do_not_come_back_then_they_are_gone()
{
    let mut floor = awake(Mode::Live, &[1, 2, 3]);
    assert_eq!(floor.misses(Millis::seconds(29), &[]), []);
    assert_eq!(floor.visits(2, None, Millis::seconds(29)), []);
    assert_eq!(
        floor.misses(Millis::seconds(30), &[1]),
        [(3, false)],
        "1 has a socket, 2 has asked something"
    );
    assert_eq!(floor.misses(Millis::seconds(31), &[1]), [], "once");
    assert_eq!(floor.socket(1, false), [(1, false)], "the last socket");
}

#[test]
fn given_a_live_customer_without_a_socket_then_each_request_counts_for_a_while() {
    let mut floor = awake(Mode::Live, &[1]);
    floor.visits(1, None, Millis::seconds(10));
    floor.visits(1, None, Millis::seconds(100));
    assert_eq!(floor.misses(Millis::seconds(249), &[]), []);
    assert_eq!(floor.misses(Millis::seconds(250), &[]), [(1, false)]);
    let again = floor.visits(1, None, Millis::seconds(300));
    assert_eq!(again, [(1, true)], "whoever asks is back");
    assert_eq!(floor.visits(1, None, Millis::seconds(301)), [], "once");
    assert_eq!(floor.misses(Millis::seconds(451), &[]), [(1, false)]);
}

#[test]
fn given_a_long_poll_then_the_customer_is_here_while_it_waits_whatever_their_sockets_do() {
    let mut floor = awake(Mode::Live, &[1]);
    floor.visits(1, Some(7), Millis(0));
    assert_eq!(floor.misses(Millis::minutes(10), &[]), []);
    assert_eq!(floor.socket(1, false), []);
    floor.does(|s, _| s.poll_over(SessionId(7), START + Millis::minutes(10)));
    assert_eq!(floor.misses(Millis::minutes(12), &[]), []);
    assert_eq!(floor.misses(Millis::minutes(13), &[]), [(1, false)]);
    floor.visits(1, None, Millis::minutes(14));
    assert_eq!(
        floor.socket(1, false),
        [(1, false)],
        "what was asked before does not outlast the socket"
    );
}

#[test]
fn given_a_live_start_then_its_customer_counts_as_here_until_heard_of_no_more() {
    let mut floor = awake(Mode::Live, &[1]);
    floor.misses(Millis::seconds(30), &[]);
    let company = floor.company.clone();
    let began = conversation(2, Mode::Live, &company);
    let now = START + Millis::minutes(1);
    floor.states.insert(2, began.clone());
    let out = floor.does(|s, out| s.observe(Summary::from(&began), now, out));
    // It is told its place, for which it wakes.
    let Some(Effect::Wake(id, epoch)) = out.first() else {
        panic!("{out:?}");
    };
    let (id, epoch) = (*id, *epoch);
    let woken = Woken::Here(Box::new(Summary::from(&began)));
    floor.does(|s, out| s.woken(id, epoch, woken, now, out));
    assert_eq!(floor.misses(Millis::seconds(209), &[]), []);
    assert_eq!(floor.misses(Millis::seconds(210), &[]), [(2, false)]);
}

#[test]
fn given_a_customer_whom_the_store_knows_to_be_gone_when_they_ask_then_they_are_back() {
    let company = company();
    let mut gone = conversation(1, Mode::Live, &company);
    gone.customer_gone_at = Some(START);
    let mut floor = Floor::asleep(Mode::Live, &[]);
    floor.states.insert(1, gone.clone());
    floor.does(|s, _| s.restore(Summary::from(&gone)));
    floor.does(|s, out| s.begin_work(START, out));
    floor.wake(1);
    assert_eq!(floor.visits(1, None, Millis::seconds(1)), [(1, true)]);
}

#[test]
fn given_persistent_conversations_then_nobody_follows_a_connection() {
    let mut floor = awake(Mode::Persistent, &[1]);
    assert_eq!(floor.visits(1, Some(7), Millis(0)), []);
    assert_eq!(floor.socket(1, false), []);
    assert_eq!(floor.misses(Millis::hours(1), &[]), []);
}

#[test]
fn given_a_queue_that_loses_a_member_then_conversations_look_at_who_follows_them() {
    let mut floor = awake(Mode::Persistent, &[1]);
    let looks = |out: &[Effect]| {
        let looks = out.iter().filter_map(|effect| match effect {
            Effect::Forward(id, _, Input::Reconfigured) => Some(id.0),
            _ => None,
        });
        looks.collect::<Vec<_>>()
    };
    let anna = || crate::domain::ids::AgentId::parse("anna").expect("valid");
    let joins = floor.changes(|c| {
        let support = c.queues.get_mut(&queue()).expect("there");
        support.members.insert(anna());
    });
    assert_eq!(looks(&joins), [], "whoever sees more need not be looked at");
    let leaves = floor.changes(|c| {
        let support = c.queues.get_mut(&queue()).expect("there");
        support.members.remove(&anna());
    });
    assert_eq!(looks(&leaves), [1]);
}
