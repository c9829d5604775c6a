//! Sticky assignment, order, methods and capacity (SEMANTICS), with the account and the
//! rules of conversations working together and nothing between them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use linger::domain::command::{Actor, Command, Start};
use linger::domain::company::{
    AgentProfile, Company, Distribution, Method, Mode, Presence, Queue, Role, Stickiness,
    WhenAbsent, WhenFull, Workstream,
};
use linger::domain::conversation::{Conversation, Ctx, State, decide, start};
use linger::domain::event::{Event, Recorded, StickyEnd};
use linger::domain::hours::{Calendar, Interval};
use linger::domain::ids::{
    AgentId, CalendarId, ClientId, ConversationId, CustomerId, QueueId, WorkstreamId,
};
use linger::domain::reject::{Code, Reject};
use linger::domain::routing::{Considered, Explanation, Rule, RuledOut};
use linger::domain::time::{Millis, Timestamp};
use linger::engine::assignment::{Action, Assignment, Want};
use linger::engine::summary::Summary;

/// Monday, 5 January 2026, nine o'clock in Madrid.
const START: Timestamp = Timestamp(1_767_600_000_000);

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).expect("a valid id")
}

fn queue(name: &str) -> QueueId {
    QueueId::parse(name).expect("a valid id")
}

/// Two queues (`first` goes before `second`), two workstreams into them, Anna and Ben with
/// two units each in both; Sue supervises.
fn company(change: impl FnOnce(&mut Company)) -> Company {
    let mut company = Company::default();
    for (name, role) in [
        ("anna", Role::Agent),
        ("ben", Role::Agent),
        ("sue", Role::Supervisor),
    ] {
        let profile = AgentProfile {
            name: String::new(),
            display_name: name.to_owned(),
            role,
            capacity: 2,
            enabled: true,
            secret_sha256: String::new(),
        };
        company.agents.insert(agent(name), profile);
    }
    for (name, priority) in [("first", 1), ("second", 0)] {
        let members = BTreeSet::from([agent("anna"), agent("ben")]);
        let queue = Queue {
            overflow: linger::domain::company::Overflow::default(),
            name: name.to_owned(),
            members,
            method: Method::HighestCapacity,
            priority,
            hours: None,
        };
        company.queues.insert(self::queue(name), queue);
        company.workstreams.insert(
            workstream(name),
            Workstream::new(name, Mode::Persistent, self::queue(name)),
        );
    }
    change(&mut company);
    company
}

fn workstream(name: &str) -> WorkstreamId {
    WorkstreamId::parse(name).expect("a valid id")
}

fn sticky(when_full: WhenFull, when_absent: WhenAbsent) -> impl FnOnce(&mut Company) {
    move |company| {
        for rules in company.workstreams.values_mut() {
            rules.keep_same_agent = Some(Stickiness {
                when_full,
                when_absent,
                ..Stickiness::default()
            });
        }
    }
}

fn only_anna(company: &mut Company) {
    for queue in company.queues.values_mut() {
        queue.members.remove(&agent("ben"));
    }
}

/// Assignment and every conversation, each step durable at once.
struct Floor {
    company: Arc<Company>,
    assignment: Assignment,
    states: BTreeMap<u128, Conversation>,
    journal: Vec<(u128, Recorded)>,
    now: Timestamp,
    messages: u32,
}

impl Floor {
    fn new(company: Company) -> Self {
        let company = Arc::new(company);
        let mut floor = Self {
            assignment: Assignment::new(company.clone()),
            company,
            states: BTreeMap::new(),
            journal: Vec::new(),
            now: START,
            messages: 0,
        };
        floor.assignment.tick(START);
        floor
    }

    fn pass(&mut self, time: Millis) {
        self.now = self.now + time;
        for id in self.states.keys().copied().collect::<Vec<_>>() {
            self.step(id, &Actor::Engine, Command::Tick)
                .expect("a tick is always possible");
        }
        let actions = self.assignment.tick(self.now);
        self.perform(actions);
    }

    fn available(&mut self, name: &str) {
        self.presence(name, Presence::Available);
    }

    fn presence(&mut self, name: &str, presence: Presence) {
        let actions = self.assignment.presence(&agent(name), presence, self.now);
        self.perform(actions);
    }

    /// Conversation `id` of a customer of its own; a moment later than the one before.
    fn start(&mut self, id: u128, into: &str) {
        self.now = self.now + Millis(1);
        let customer = CustomerId::parse(&format!("c{id}")).expect("valid");
        let wanted = Start {
            workstream: Some(workstream(into)),
            ..Start::default()
        };
        let ctx = Ctx {
            now: self.now,
            company: &self.company,
        };
        let (state, events) = start(ConversationId(id), &customer, wanted, ctx).expect("possible");
        self.journal.extend(events.into_iter().map(|e| (id, e)));
        let summary = Summary::from(&state);
        self.states.insert(id, state);
        let actions = self.assignment.observe(summary, self.now);
        self.perform(actions);
    }

    fn step(&mut self, id: u128, actor: &Actor, command: Command) -> Result<(), Reject> {
        let state = self.states.get_mut(&id).expect("started");
        let events = decide(
            state,
            actor,
            command,
            Ctx {
                now: self.now,
                company: &self.company,
            },
        )?;
        self.journal.extend(events.into_iter().map(|e| (id, e)));
        let summary = Summary::from(&*state);
        let actions = self.assignment.observe(summary, self.now);
        self.perform(actions);
        Ok(())
    }

    fn perform(&mut self, actions: Vec<Action>) {
        for action in actions {
            let id = action.conversation.0;
            // A refusal is settled like a step that was taken.
            let _ = self.step(id, &action.actor, action.command);
            let follow = self
                .assignment
                .settled(action.id, action.conversation, self.now);
            self.perform(follow);
            assert_eq!(self.assignment.violations(), [], "capacity");
        }
    }

    fn does(&mut self, name: &str, id: u128, command: Command) {
        let role = self.company.agents[&agent(name)].role;
        self.step(
            id,
            &Actor::Agent {
                id: agent(name),
                role,
            },
            command,
        )
        .expect("possible");
    }

    fn writes(&mut self, id: u128) {
        self.messages += 1;
        self.now = self.now + Millis(1);
        let client_id = ClientId::parse(&format!("m{}", self.messages)).expect("valid");
        let customer = Actor::Customer(self.states[&id].customer.clone());
        self.step(
            id,
            &customer,
            Command::Post {
                client_id,
                text: "x".into(),
            },
        )
        .expect("possible");
    }

    fn wants(&mut self, name: &str, id: u128, want: &Want) -> Result<Action, Reject> {
        let summary = Summary::from(&self.states[&id]);
        let role = self.company.agents[&agent(name)].role;
        self.assignment
            .want(&summary, &agent(name), role, want, self.now)
    }

    /// Takes whatever is offered to somebody.
    fn accept_all(&mut self, name: &str) {
        for id in self.offered_to(name) {
            self.does(name, id, Command::Accept);
        }
    }

    fn offered_to(&self, name: &str) -> Vec<u128> {
        let is_offered = |c: &Conversation| {
            c.state == State::Active
                && c.assignment
                    .as_ref()
                    .is_some_and(|a| a.agent == agent(name) && a.accepted_at.is_none())
        };
        self.states
            .values()
            .filter(|c| is_offered(c))
            .map(|c| c.id.0)
            .collect()
    }

    /// Who was offered conversations, in order.
    fn offers(&self) -> Vec<(u128, String)> {
        let offered = self.journal.iter().filter_map(|(id, r)| match &r.event {
            Event::Offered { agent, .. } => Some((*id, agent.to_string())),
            _ => None,
        });
        offered.collect()
    }

    fn explanation(&self, id: u128) -> &Explanation {
        let of_offer =
            |(c, r): &'_ (u128, Recorded)| *c == id && matches!(r.event, Event::Offered { .. });
        let last = self
            .journal
            .iter()
            .rev()
            .find(|e| of_offer(e))
            .expect("offered");
        let Event::Offered { explanation, .. } = &last.1.event else {
            unreachable!("just matched")
        };
        explanation
    }

    fn sticky_end(&self, id: u128) -> Option<StickyEnd> {
        self.journal.iter().rev().find_map(|(c, r)| match r.event {
            Event::StickyEnded { reason } if *c == id => Some(reason),
            _ => None,
        })
    }

    fn load(&self, name: &str) -> u32 {
        self.assignment.ledger().load(&agent(name))
    }

    fn configure(&mut self, change: impl FnOnce(&mut Company)) {
        let mut next = Company::clone(&self.company);
        change(&mut next);
        self.company = Arc::new(next);
        let actions = self.assignment.configure(self.company.clone(), self.now);
        self.perform(actions);
    }

    /// Anna has had conversation 1 and parked it.
    fn anna_has_parked_one(&mut self) {
        self.available("anna");
        self.start(1, "first");
        self.accept_all("anna");
        self.does("anna", 1, Command::Park);
        assert_eq!(
            (self.states[&1].state, self.load("anna")),
            (State::Waiting, 0)
        );
    }

    fn fill_anna(&mut self) {
        self.start(11, "first");
        self.start(12, "first");
        self.accept_all("anna");
        assert_eq!(self.load("anna"), 2);
    }
}

#[test]
fn sticky_1_an_agent_with_room_is_offered_the_return_ahead_of_the_queue() {
    let mut floor = Floor::new(company(only_anna));
    floor.anna_has_parked_one();
    floor.presence("anna", Presence::Away);
    floor.start(2, "first");
    floor.pass(Millis::minutes(1));
    floor.writes(1);
    assert_eq!(floor.offered_to("anna"), [] as [u128; 0]);
    floor.available("anna");
    let offers: Vec<u128> = floor
        .offers()
        .into_iter()
        .skip(1)
        .map(|(id, _)| id)
        .collect();
    assert_eq!(
        offers,
        [1, 2],
        "the return first, although 2 has waited longer"
    );
    assert_eq!(floor.explanation(1).rule, Rule::Sticky);
    assert!(
        floor.states[&1]
            .assignment
            .as_ref()
            .is_some_and(|a| a.returning)
    );
}

#[test]
fn sticky_2_a_full_agent_is_waited_for_exceeded_or_left() {
    for (when_full, state, load, end) in [
        (WhenFull::Wait, State::Open, 2, None),
        (WhenFull::AssignAnyway, State::Active, 3, None),
        (
            WhenFull::Queue,
            State::Active,
            2,
            Some(StickyEnd::AgentFull),
        ),
    ] {
        let mut floor = Floor::new(company(sticky(when_full, WhenAbsent::Wait)));
        floor.anna_has_parked_one();
        floor.fill_anna();
        floor.available("ben");
        floor.writes(1);
        assert_eq!(
            (floor.states[&1].state, floor.load("anna")),
            (state, load),
            "{when_full:?}"
        );
        assert_eq!(floor.sticky_end(1), end, "{when_full:?}");
        let to_ben = if when_full == WhenFull::Queue {
            vec![1]
        } else {
            vec![]
        };
        assert_eq!(floor.offered_to("ben"), to_ben, "{when_full:?}");
        assert_eq!(
            floor.assignment.violations(),
            [],
            "an override is no violation"
        );
    }
}

#[test]
fn sticky_2_room_that_is_freed_goes_to_whoever_waits_for_the_agent() {
    let mut floor = Floor::new(company(only_anna));
    floor.anna_has_parked_one();
    floor.fill_anna();
    floor.start(2, "first");
    floor.writes(1);
    floor.does("anna", 11, Command::Park);
    assert_eq!(
        floor.offered_to("anna"),
        [1],
        "not 2, which has waited longer"
    );
}

#[test]
fn sticky_3_an_absent_agent_is_waited_for_or_left() {
    for presence in [
        Presence::Offline,
        Presence::Away,
        Presence::Busy,
        Presence::DoNotDisturb,
    ] {
        for (when_absent, offered, end) in [
            (WhenAbsent::Wait, vec![], None),
            (WhenAbsent::Queue, vec![1], Some(StickyEnd::AgentAbsent)),
        ] {
            let mut floor = Floor::new(company(sticky(WhenFull::Wait, when_absent)));
            floor.anna_has_parked_one();
            floor.presence("anna", presence);
            floor.available("ben");
            floor.writes(1);
            assert_eq!(
                floor.offered_to("ben"),
                offered,
                "{presence:?} {when_absent:?}"
            );
            assert_eq!(floor.sticky_end(1), end, "{presence:?} {when_absent:?}");
        }
    }
}

#[test]
fn sticky_3_whoever_waits_for_a_full_agent_leaves_when_the_agent_goes() {
    let mut floor = Floor::new(company(sticky(WhenFull::Wait, WhenAbsent::Queue)));
    floor.anna_has_parked_one();
    floor.fill_anna();
    floor.available("ben");
    floor.writes(1);
    assert_eq!(floor.states[&1].state, State::Open);
    floor.presence("anna", Presence::Away);
    assert_eq!(
        (floor.offered_to("ben"), floor.sticky_end(1)),
        (vec![1], Some(StickyEnd::AgentAbsent))
    );
}

#[test]
fn sticky_3_whoever_waits_for_an_absent_agent_is_judged_anew_when_the_agent_comes_back_full() {
    for (when_full, offered) in [(WhenFull::AssignAnyway, "anna"), (WhenFull::Queue, "ben")] {
        let mut floor = Floor::new(company(sticky(when_full, WhenAbsent::Wait)));
        floor.anna_has_parked_one();
        floor.fill_anna();
        floor.presence("anna", Presence::Away);
        floor.available("ben");
        floor.writes(1);
        assert_eq!(floor.states[&1].state, State::Open, "{when_full:?}");
        floor.available("anna");
        assert_eq!(floor.offered_to(offered), [1], "{when_full:?}");
    }
}

#[test]
fn sticky_4_after_patience_it_is_the_queues_with_its_place() {
    let mut floor = Floor::new(company(|_| {}));
    floor.anna_has_parked_one();
    floor.presence("anna", Presence::Away);
    floor.writes(1);
    let returned_at = floor.now;
    floor.pass(Millis::minutes(14));
    assert_eq!(floor.sticky_end(1), None);
    floor.pass(Millis::minutes(1));
    assert_eq!(floor.sticky_end(1), Some(StickyEnd::PatienceOver));
    assert_eq!(
        floor.states[&1].queued_at, returned_at,
        "the time of its return is its place"
    );
    floor.start(2, "first");
    floor.available("ben");
    let offers: Vec<u128> = floor
        .offers()
        .into_iter()
        .skip(1)
        .map(|(id, _)| id)
        .collect();
    assert_eq!(offers, [1, 2]);
    assert_eq!(floor.explanation(1).waited, floor.now.since(returned_at));
}

#[test]
fn sticky_5_who_declines_a_return_is_not_tried_again_for_it() {
    let mut floor = Floor::new(company(only_anna));
    floor.anna_has_parked_one();
    floor.writes(1);
    floor.does("anna", 1, Command::Reject);
    assert_eq!(
        (floor.states[&1].state, floor.sticky_end(1)),
        (State::Open, Some(StickyEnd::OfferDeclined))
    );
    floor.presence("anna", Presence::Away);
    floor.available("anna");
    assert_eq!(
        floor.offered_to("anna"),
        [] as [u128; 0],
        "not in a later round either"
    );
}

#[test]
fn sticky_6_whoever_accepts_last_is_the_agent_to_come_back_to() {
    let mut floor = Floor::new(company(|_| {}));
    floor.anna_has_parked_one();
    floor.writes(1);
    floor.does("anna", 1, Command::Reject);
    floor.available("ben");
    floor.accept_all("ben");
    floor.does("ben", 1, Command::Park);
    floor.writes(1);
    assert_eq!(floor.offered_to("ben"), [1]);
}

#[test]
fn a_disabled_agent_is_not_waited_for() {
    let mut floor = Floor::new(company(|_| {}));
    floor.anna_has_parked_one();
    floor.presence("anna", Presence::Away);
    floor.writes(1);
    floor.available("ben");
    assert_eq!(floor.offered_to("ben"), [] as [u128; 0]);
    let mut changed = Company::clone(&floor.company);
    changed
        .agents
        .get_mut(&agent("anna"))
        .expect("configured")
        .enabled = false;
    floor.company = Arc::new(changed);
    let actions = floor.assignment.configure(floor.company.clone(), floor.now);
    floor.perform(actions);
    assert_eq!(
        (floor.offered_to("ben"), floor.sticky_end(1)),
        (vec![1], Some(StickyEnd::AgentGone))
    );
}

#[test]
fn who_loses_a_disabled_agent_goes_to_the_queue_at_once_and_ahead_of_it_in_both_modes() {
    for mode in [Mode::Persistent, Mode::Live] {
        let mut floor = Floor::new(company(|c| {
            for rules in c.workstreams.values_mut() {
                *rules = Workstream::new("W", mode, rules.default_queue.clone());
            }
        }));
        floor.available("anna");
        floor.start(1, "first");
        floor.accept_all("anna");
        floor.presence("anna", Presence::Busy);
        floor.start(2, "first");
        floor.pass(Millis::minutes(2));
        floor.configure(|c| c.agents.get_mut(&agent("anna")).expect("there").enabled = false);
        let gone = Command::AgentGone {
            agent: agent("anna"),
        };
        floor.step(1, &Actor::Engine, gone).expect("possible");
        let returned_at = floor.now;
        let state = &floor.states[&1];
        assert_eq!((state.state, &state.returning), (State::Open, &None));
        assert_eq!(state.queued_at, returned_at, "{mode:?}");
        floor.pass(Millis::minutes(1));
        floor.available("ben");
        let offers: Vec<u128> = floor.offers().into_iter().map(|(id, _)| id).collect();
        assert_eq!(
            offers,
            [1, 1, 2],
            "{mode:?}: ahead of who came before its return"
        );
        assert_eq!(floor.explanation(1).waited, Millis::minutes(1));
    }
}

#[test]
fn when_the_same_agent_is_kept_no_more_nobody_waits_for_theirs() {
    let mut floor = Floor::new(company(|_| {}));
    floor.anna_has_parked_one();
    floor.presence("anna", Presence::Away);
    floor.available("ben");
    floor.writes(1);
    assert_eq!(floor.offered_to("ben"), [] as [u128; 0]);
    floor.configure(|c| {
        for rules in c.workstreams.values_mut() {
            rules.keep_same_agent = None;
        }
    });
    assert_eq!(
        (floor.offered_to("ben"), floor.sticky_end(1)),
        (vec![1], Some(StickyEnd::SwitchedOff))
    );
}

#[test]
fn an_assignment_names_the_supervisor_who_made_it_and_an_offer_of_lingers_own_nobody() {
    let mut floor = Floor::new(company(|c| {
        c.workstreams
            .get_mut(&workstream("second"))
            .expect("there")
            .auto_accept = true;
    }));
    for (id, into) in [(1, "first"), (2, "second")] {
        floor.start(id, into);
        let action = floor.wants("sue", id, &Want::Assign(agent("anna")));
        floor.perform(vec![action.expect("a supervisor may")]);
    }
    floor.available("ben");
    floor.start(3, "first");
    let deciders: Vec<(u128, Option<String>)> = floor
        .journal
        .iter()
        .filter_map(|(id, r)| match &r.event {
            Event::Offered { by, .. } | Event::Assigned { by, .. } => {
                Some((*id, by.as_ref().map(ToString::to_string)))
            }
            _ => None,
        })
        .collect();
    let sue = || Some("sue".to_owned());
    assert_eq!(deciders, [(1, sue()), (2, sue()), (3, None)]);
}

#[test]
fn a_queue_is_worked_by_priority_and_then_by_waiting_and_queues_by_their_priority() {
    let mut floor = Floor::new(company(|c| {
        only_anna(c);
        let urgent = Workstream {
            priority: 5,
            ..c.workstreams[&workstream("second")].clone()
        };
        c.workstreams.insert(workstream("urgent"), urgent);
        c.agents
            .get_mut(&agent("anna"))
            .expect("configured")
            .capacity = 9;
    }));
    for (id, into) in [
        (1, "second"),
        (2, "second"),
        (3, "urgent"),
        (4, "first"),
        (5, "first"),
    ] {
        floor.start(id, into);
    }
    floor.available("anna");
    let order: Vec<u128> = floor.offers().into_iter().map(|(id, _)| id).collect();
    assert_eq!(
        order,
        [4, 5, 3, 1, 2],
        "the queue that goes first, then urgent, then by age"
    );
}

#[test]
fn each_method_spreads_as_it_says() {
    for (method, expected) in [
        // Ben has 4 units: he is ahead until both have two free.
        (Method::HighestCapacity, vec!["ben", "ben", "anna", "ben"]),
        (Method::RoundRobin, vec!["anna", "ben", "anna", "ben"]),
        (Method::LeastActive, vec!["anna", "anna", "ben", "ben"]),
    ] {
        let mut floor = Floor::new(company(|c| {
            c.agents
                .get_mut(&agent("ben"))
                .expect("configured")
                .capacity = 4;
            c.queues
                .get_mut(&queue("first"))
                .expect("configured")
                .method = method;
        }));
        floor.available("anna");
        floor.available("ben");
        for id in 1..=4 {
            floor.start(id, "first");
        }
        let offers = floor.offers();
        let agents: Vec<&str> = offers.iter().map(|(_, a)| a.as_str()).collect();
        assert_eq!(agents, expected, "{method:?}");
        assert_eq!(floor.explanation(1).rule, method.rule());
    }
}

#[test]
fn least_active_prefers_whoever_released_longest_ago() {
    let mut floor = Floor::new(company(|c| {
        c.queues
            .get_mut(&queue("first"))
            .expect("configured")
            .method = Method::LeastActive;
    }));
    floor.available("anna");
    floor.available("ben");
    for id in 1..=4 {
        floor.start(id, "first");
    }
    floor.accept_all("anna");
    floor.accept_all("ben");
    floor.does("ben", 3, Command::Park);
    floor.pass(Millis::minutes(1));
    floor.does("anna", 1, Command::Park);
    floor.start(5, "first");
    assert_eq!(floor.offered_to("ben"), [5]);
}

#[test]
fn a_conversation_is_offered_to_each_in_a_round_and_to_one_three_times_at_most() {
    let mut floor = Floor::new(company(|_| {}));
    floor.available("anna");
    floor.available("ben");
    floor.start(1, "first");
    for name in ["anna", "ben"] {
        assert_eq!(floor.offered_to(name), [1]);
        floor.does(name, 1, Command::Reject);
    }
    assert_eq!(
        floor.states[&1].state,
        State::Open,
        "everybody has declined; it stays open"
    );
    for round in 2..=3 {
        floor.presence("anna", Presence::Away);
        floor.available("anna");
        assert_eq!(
            floor.offered_to("anna"),
            [1],
            "tried again when presence changes, round {round}"
        );
        floor.pass(Millis::seconds(120));
    }
    floor.presence("anna", Presence::Away);
    floor.available("anna");
    assert_eq!(
        floor.offered_to("anna"),
        [] as [u128; 0],
        "three times is enough"
    );
    floor.presence("ben", Presence::Away);
    floor.available("ben");
    assert_eq!(floor.offered_to("ben"), [1], "for Anna, not for Ben");
}

#[test]
fn a_conversation_that_moved_to_another_queue_begins_a_new_round() {
    let mut floor = Floor::new(company(only_anna));
    floor.available("anna");
    floor.start(1, "first");
    floor.does("anna", 1, Command::Reject);
    floor.does(
        "sue",
        1,
        Command::TransferToQueue {
            queue: queue("second"),
            reason: None,
        },
    );
    assert_eq!(floor.offered_to("anna"), [1]);
}

#[test]
fn freed_units_pull_the_next_at_once_whatever_freed_them() {
    let commands = [
        Command::Park,
        Command::Release,
        Command::TransferToQueue {
            queue: queue("second"),
            reason: None,
        },
    ];
    for command in commands {
        let mut floor = Floor::new(company(only_anna));
        floor.available("anna");
        floor.fill_anna();
        floor.start(1, "first");
        assert_eq!(floor.states[&1].state, State::Open);
        floor.does("anna", 11, command.clone());
        assert_eq!(floor.offered_to("anna"), [1], "{command:?}");
    }
    let mut floor = Floor::new(company(only_anna));
    floor.available("anna");
    floor.fill_anna();
    floor.start(1, "first");
    floor.does("anna", 11, Command::End);
    assert_eq!(
        floor.offered_to("anna"),
        [] as [u128; 0],
        "wrap-up blocks by default"
    );
    floor.does("anna", 11, Command::Finish);
    assert_eq!(floor.offered_to("anna"), [1]);
}

#[test]
fn ten_sessions_are_enough_whatever_the_units() {
    let mut floor = Floor::new(company(|c| {
        only_anna(c);
        c.agents
            .get_mut(&agent("anna"))
            .expect("configured")
            .capacity = 100;
    }));
    floor.available("anna");
    for id in 1..=11 {
        floor.start(id, "first");
    }
    assert_eq!(floor.offered_to("anna"), (1..=10).collect::<Vec<_>>());
    let refused = floor.wants("anna", 11, &Want::Pick).expect_err("no room");
    assert_eq!(refused.code, Code::AtCapacity);
}

#[test]
fn units_count_not_conversations() {
    let mut floor = Floor::new(company(|c| {
        only_anna(c);
        c.workstreams
            .get_mut(&workstream("first"))
            .expect("configured")
            .units = 2;
    }));
    floor.available("anna");
    floor.start(1, "second");
    floor.start(2, "first");
    assert_eq!(
        (floor.offered_to("anna"), floor.load("anna")),
        (vec![1], 1),
        "two units do not fit into one"
    );
}

#[test]
fn of_two_who_pick_at_one_instant_one_wins_and_the_other_is_told_who() {
    let mut floor = Floor::new(company(|c| {
        c.workstreams
            .get_mut(&workstream("first"))
            .expect("configured")
            .distribution = Distribution::Pick;
    }));
    floor.available("anna");
    floor.available("ben");
    floor.start(1, "first");
    assert_eq!(floor.offers(), [], "nothing is offered where agents pick");
    let by_anna = floor.wants("anna", 1, &Want::Pick).expect("room");
    let by_ben = floor.wants("ben", 1, &Want::Pick).expect("room");
    assert_eq!(
        (floor.load("anna"), floor.load("ben")),
        (1, 1),
        "set aside for both"
    );
    floor
        .step(1, &by_anna.actor, by_anna.command.clone())
        .expect("the first wins");
    let refused = floor
        .step(1, &by_ben.actor, by_ben.command.clone())
        .expect_err("the second does not");
    assert_eq!(
        (refused.code, refused.taken_by),
        (Code::AlreadyTaken, Some(agent("anna")))
    );
    for action in [by_anna, by_ben] {
        let follow = floor
            .assignment
            .settled(action.id, action.conversation, floor.now);
        floor.perform(follow);
    }
    assert_eq!((floor.load("anna"), floor.load("ben")), (1, 0));
}

#[test]
fn capacity_is_exceeded_only_by_those_who_may() {
    struct May(&'static str, Want, bool, Result<bool, Code>);
    let cases = [
        May("anna", Want::Pick, false, Err(Code::AtCapacity)),
        May("anna", Want::Reopen, false, Err(Code::AtCapacity)),
        May("anna", Want::Pick, true, Ok(true)),
        May("anna", Want::Reopen, true, Ok(true)),
        May(
            "ben",
            Want::TransferTo(agent("anna")),
            true,
            Err(Code::AtCapacity),
        ),
        May(
            "ben",
            Want::Assign(agent("anna")),
            true,
            Err(Code::Forbidden),
        ),
        May("sue", Want::Assign(agent("anna")), false, Ok(true)),
        May("sue", Want::TransferTo(agent("anna")), false, Ok(true)),
        May("sue", Want::Assign(agent("ben")), false, Ok(false)),
        May(
            "sue",
            Want::Assign(agent("nobody")),
            false,
            Err(Code::UnknownAgent),
        ),
        May("sue", Want::Pick, false, Err(Code::NotPresent)),
    ];
    for May(name, want, own_choice, expected) in cases {
        let mut floor = Floor::new(company(|c| {
            only_anna(c);
            c.workstreams
                .get_mut(&workstream("first"))
                .expect("configured")
                .own_choice_over_capacity = own_choice;
        }));
        floor.available("anna");
        floor.available("ben");
        floor.fill_anna();
        floor.start(1, "first");
        let action = floor.wants(name, 1, &want);
        let over = action.map_err(|r| r.code).map(|a| match a.command {
            Command::Offer { over_capacity, .. }
            | Command::Pick { over_capacity, .. }
            | Command::Reopen { over_capacity, .. }
            | Command::TransferToAgent { over_capacity, .. } => over_capacity,
            other => panic!("{other:?}"),
        });
        assert_eq!(over, expected, "{name} {want:?} {own_choice}");
        assert_eq!(
            floor.assignment.violations(),
            [],
            "an override is no violation"
        );
    }
}

#[test]
fn who_has_it_or_is_asked_already_is_no_matter_of_capacity() {
    let mut floor = Floor::new(company(|_| {}));
    floor.available("anna");
    floor.available("ben");
    for id in [1, 2, 3, 4] {
        floor.start(id, "first");
    }
    floor.accept_all("anna");
    floor.accept_all("ben");
    let hers = floor
        .states
        .iter()
        .find(|(_, s)| s.accepted_agent() == Some(&agent("anna")))
        .map(|(id, _)| *id)
        .expect("anna has two");
    assert_eq!((floor.load("anna"), floor.load("ben")), (2, 2));
    let refused = |floor: &mut Floor, who: &str, to: &str| {
        let want = Want::TransferTo(agent(to));
        floor.wants(who, hers, &want).expect_err("no").code
    };
    assert_eq!(refused(&mut floor, "anna", "anna"), Code::WrongState);
    assert_eq!(refused(&mut floor, "sue", "anna"), Code::WrongState);
    floor.presence("anna", Presence::Busy);
    assert_eq!(refused(&mut floor, "anna", "anna"), Code::WrongState);
    assert_eq!(refused(&mut floor, "anna", "ben"), Code::AtCapacity);
    let action = floor.wants("sue", hers, &Want::TransferTo(agent("ben")));
    floor.perform(vec![action.expect("a supervisor may")]);
    assert_eq!(refused(&mut floor, "anna", "ben"), Code::WrongState);
    assert_eq!(refused(&mut floor, "sue", "ben"), Code::WrongState);
    assert_eq!(floor.assignment.violations(), []);
}

#[test]
fn a_supervisor_who_does_not_wait_for_an_offer_frees_its_units_at_once() {
    let mut floor = Floor::new(company(|c| {
        for queue in c.queues.values_mut() {
            queue.members.remove(&agent("ben"));
        }
        c.agents.get_mut(&agent("anna")).expect("there").capacity = 1;
    }));
    floor.available("anna");
    floor.available("ben");
    floor.start(1, "first");
    floor.start(2, "first");
    assert_eq!(floor.offered_to("anna"), [1], "2 waits");
    let action = floor.wants("sue", 1, &Want::Assign(agent("ben")));
    floor.perform(vec![action.expect("a supervisor may")]);
    assert_eq!(
        (floor.offered_to("ben"), floor.offered_to("anna")),
        (vec![1], vec![2]),
        "what she is not asked for any more makes room for the next"
    );
    assert_eq!((floor.load("anna"), floor.load("ben")), (1, 1));
    // Anna says yes at the same instant: whoever comes first has it.
    let late = floor.wants("sue", 2, &Want::Assign(agent("ben")));
    floor.accept_all("anna");
    floor.perform(vec![late.expect("it was offered when she asked")]);
    assert_eq!((floor.load("anna"), floor.load("ben")), (1, 1));
    assert_eq!(floor.states[&2].transfer, None, "it is not hers to lose");
    assert_eq!(floor.assignment.violations(), []);
}

#[test]
fn transfers_need_a_present_agent_unless_a_supervisor_asks() {
    let mut floor = Floor::new(company(|_| {}));
    floor.available("anna");
    floor.start(1, "first");
    floor.accept_all("anna");
    let to_ben = || Want::TransferTo(agent("ben"));
    assert_eq!(
        floor
            .wants("anna", 1, &to_ben())
            .expect_err("he is away")
            .code,
        Code::NotPresent
    );
    assert!(matches!(
        floor.wants("sue", 1, &to_ben()).expect("may").command,
        Command::TransferToAgent { .. }
    ));
}

#[test]
fn nothing_is_offered_outside_hours_and_the_opening_works_the_queue_in_order() {
    let mut floor = Floor::new(company(|c| {
        only_anna(c);
        let hours = CalendarId::parse("late").expect("valid");
        let weekly = std::array::from_fn(|_| {
            vec![Interval {
                from: 12 * 60,
                to: 18 * 60,
            }]
        });
        let calendar = Calendar {
            time_zone: "Europe/Madrid".to_owned(),
            weekly,
            holidays: BTreeMap::new(),
        };
        c.calendars.insert(hours.clone(), calendar);
        c.queues.get_mut(&queue("first")).expect("configured").hours = Some(hours);
    }));
    floor.available("anna");
    for id in 1..=3 {
        floor.start(id, "first");
    }
    floor.start(4, "second");
    assert_eq!(floor.offered_to("anna"), [4], "only the queue that is open");
    floor.accept_all("anna");
    floor.pass(Millis::minutes(179));
    assert_eq!(floor.offers().len(), 1);
    floor.pass(Millis::minutes(1));
    let order: Vec<u128> = floor
        .offers()
        .into_iter()
        .skip(1)
        .map(|(id, _)| id)
        .collect();
    assert_eq!(order, [1, 2], "in order, as far as there is room");
}

#[test]
fn an_explanation_names_everybody_who_was_considered_and_why_not() {
    let mut floor = Floor::new(company(|c| {
        for name in ["cleo", "dora", "emil"] {
            let mut profile = c.agents[&agent("anna")].clone();
            profile.enabled = name != "dora";
            c.agents.insert(agent(name), profile);
            c.queues
                .get_mut(&queue("first"))
                .expect("configured")
                .members
                .insert(agent(name));
        }
        let full = c.agents.get_mut(&agent("ben")).expect("configured");
        full.capacity = 0;
    }));
    for name in ["anna", "ben", "emil"] {
        floor.available(name);
    }
    floor.start(1, "first");
    floor.does("anna", 1, Command::Reject);
    floor.pass(Millis::seconds(30));
    let explanation = floor.explanation(1);
    assert_eq!(
        (explanation.rule, &explanation.queue),
        (Rule::HighestCapacity, &Some(queue("first")))
    );
    let considered = |name: &str, ruled_out| Considered {
        agent: agent(name),
        ruled_out,
    };
    assert_eq!(
        explanation.considered,
        [
            considered("emil", None),
            considered("anna", Some(RuledOut::Declined)),
            considered("ben", Some(RuledOut::Capacity)),
            considered("cleo", Some(RuledOut::Presence)),
            considered("dora", Some(RuledOut::Disabled)),
        ]
    );
    assert_eq!(explanation.more, 0);
}

#[test]
fn an_explanation_is_bounded_and_says_how_many_more_there_were() {
    let mut floor = Floor::new(company(|c| {
        for n in 0..30 {
            let profile = c.agents[&agent("anna")].clone();
            c.agents.insert(agent(&format!("z{n}")), profile);
            c.queues
                .get_mut(&queue("first"))
                .expect("configured")
                .members
                .insert(agent(&format!("z{n}")));
        }
    }));
    floor.available("z7");
    floor.start(1, "first");
    let explanation = floor.explanation(1);
    assert_eq!((explanation.considered.len(), explanation.more), (20, 12));
    assert_eq!(
        explanation.considered[0],
        Considered {
            agent: agent("z7"),
            ruled_out: None
        }
    );
}

#[test]
fn after_a_start_of_the_server_absence_ends_no_wait_until_agents_have_had_time_to_reconnect() {
    let mut before = Floor::new(company(sticky(WhenFull::Wait, WhenAbsent::Queue)));
    before.anna_has_parked_one();
    before.writes(1);
    before.accept_all("anna");
    // Anna vanishes, and the server with her before it could look for somebody else.
    let mut state = before.states.remove(&1).expect("started");
    let ctx = Ctx {
        now: before.now,
        company: &before.company,
    };
    decide(
        &mut state,
        &Actor::Engine,
        Command::AgentAbsent {
            agent: agent("anna"),
        },
        ctx,
    )
    .expect("possible");
    assert!(state.returning.is_some(), "it waits for Anna");
    let mut floor = Floor::new(Company::clone(&before.company));
    floor.states.insert(1, state);
    floor.assignment.restore(Summary::from(&floor.states[&1]));
    floor.assignment.settle_in(floor.now);
    let actions = floor.assignment.serve_all(floor.now);
    assert_eq!(actions, [], "not yet");
    floor.now = floor.now + Millis::seconds(150);
    let actions = floor.assignment.tick(floor.now);
    assert!(
        matches!(
            actions[..],
            [Action {
                command: Command::EndSticky {
                    reason: StickyEnd::AgentAbsent
                },
                ..
            }]
        ),
        "{actions:?}"
    );
}

fn live(company: &mut Company) {
    only_anna(company);
    let rules = company
        .workstreams
        .get_mut(&workstream("first"))
        .expect("there");
    *rules = Workstream::new("first", Mode::Live, queue("first"));
}

/// What customers in line are to be told now, by conversation.
fn told(floor: &mut Floor) -> Vec<(u128, u32, Option<Millis>)> {
    let news = floor.assignment.places_to_tell(floor.now);
    let news: Vec<_> = news
        .into_iter()
        .map(|(id, command)| {
            let Command::TellPlace { position, wait } = command.clone() else {
                unreachable!("places only")
            };
            floor
                .step(id.0, &Actor::Engine, command)
                .expect("always possible");
            (id.0, position, wait)
        })
        .collect();
    news
}

#[test]
fn customers_in_line_are_told_their_place_once_and_again_when_it_is_better() {
    let mut floor = Floor::new(company(live));
    for id in 1..=4 {
        floor.start(id, "first");
    }
    floor.start(5, "second");
    assert_eq!(floor.assignment.waiting_in(&queue("first")), 4);
    let places: Vec<_> = (1..=5)
        .map(|id| floor.assignment.position(ConversationId(id)))
        .collect();
    assert_eq!(places, [Some(1), Some(2), Some(3), Some(4), Some(1)]);
    assert_eq!(
        told(&mut floor),
        [(1, 1, None), (2, 2, None), (3, 3, None), (4, 4, None)],
        "5 is persistent"
    );
    assert_eq!(told(&mut floor), [], "once");
    floor.now = floor.now + Millis(1);
    floor.does(
        "sue",
        1,
        Command::TransferToQueue {
            reason: None,
            queue: queue("second"),
        },
    );
    assert_eq!(
        told(&mut floor),
        [(1, 2, None), (2, 1, None)],
        "another line is another place, the head is told at once, the others later"
    );
    floor.now = floor.now + Millis::seconds(30);
    assert_eq!(told(&mut floor), [(3, 2, None), (4, 3, None)]);
    floor.does("sue", 2, Command::ForceClose);
    assert_eq!(floor.assignment.position(ConversationId(2)), None);
    floor.available("anna");
    assert_eq!(floor.offered_to("anna"), [3, 4], "by priority of the queue");
    assert_eq!(floor.assignment.position(ConversationId(3)), None);
    assert_eq!(
        told(&mut floor),
        [],
        "who is being offered stands in no line"
    );
    floor.does("anna", 4, Command::Reject);
    assert_eq!(
        told(&mut floor),
        [(1, 1, None), (4, 1, None)],
        "5 is offered in its stead"
    );
}

#[test]
fn a_restart_tells_nobody_again_what_they_know() {
    let mut floor = Floor::new(company(live));
    floor.start(1, "first");
    floor.start(2, "first");
    assert_eq!(told(&mut floor).len(), 2);
    let mut again = Assignment::new(floor.company.clone());
    for state in floor.states.values() {
        again.restore(Summary::from(state));
    }
    again.settle_in(floor.now);
    assert_eq!(again.places_to_tell(floor.now), []);
    floor.does("sue", 1, Command::ForceClose);
    again.observe(Summary::from(&floor.states[&1]), floor.now);
    assert_eq!(again.places_to_tell(floor.now).len(), 1);
}

#[test]
fn the_average_wait_is_of_live_customers_who_got_an_agent() {
    let mut floor = Floor::new(company(|company| {
        live(company);
        for agent in company.agents.values_mut() {
            agent.capacity = 100;
        }
    }));
    let wait = |floor: &Floor| {
        floor
            .assignment
            .average_wait(&queue("first"), floor.now)
            .map(|w| w.0 / 60_000)
    };
    for id in 1..=5 {
        assert_eq!(wait(&floor), None, "{id}: too few");
        floor.presence("anna", Presence::Away);
        floor.start(id, "first");
        floor.pass(Millis::minutes(4));
        floor.available("anna");
        floor.accept_all("anna");
        if id == 1 {
            // Persistent conversations wait through nights: they do not count.
            floor.start(100, "second");
            floor.accept_all("anna");
        }
    }
    assert_eq!(wait(&floor), Some(4));
    floor.presence("anna", Presence::Away);
    floor.start(6, "first");
    let average = told(&mut floor)[0].2.expect("told with the place");
    assert_eq!(average.0 / 60_000, 4);
    floor.now = floor.now + Millis::minutes(61);
    assert_eq!(wait(&floor), None, "an hour ago says nothing of now");
}

#[test]
fn a_capacity_lowered_under_an_agent_revokes_nothing_and_offers_nothing() {
    let mut floor = Floor::new(company(only_anna));
    floor.available("anna");
    floor.fill_anna();
    let mut fewer = Company::clone(&floor.company);
    fewer
        .agents
        .get_mut(&agent("anna"))
        .expect("there")
        .capacity = 1;
    floor.company = Arc::new(fewer);
    let actions = floor.assignment.configure(floor.company.clone(), floor.now);
    floor.perform(actions);
    assert_eq!(
        (floor.load("anna"), floor.assignment.violations()),
        (2, vec![])
    );
    floor.start(13, "first");
    assert_eq!(floor.offered_to("anna"), [] as [u128; 0]);
    floor.does("anna", 11, Command::Park);
    assert_eq!(
        (floor.load("anna"), floor.offered_to("anna")),
        (1, vec![]),
        "what is released above the capacity stays free"
    );
    floor.does("anna", 12, Command::Park);
    assert_eq!(floor.offered_to("anna"), [13]);
    // A server that starts under such a load has done nothing wrong either.
    let mut none = Company::clone(&floor.company);
    none.agents.get_mut(&agent("anna")).expect("there").capacity = 0;
    let mut again = Assignment::new(Arc::new(none));
    again.restore(Summary::from(&floor.states[&13]));
    again.settle_in(floor.now);
    assert_eq!(again.violations(), []);
}

#[test]
fn who_would_be_considered_is_who_would_be_offered_it() {
    let mut floor = Floor::new(company(|_| {}));
    let considered = |floor: &Floor| -> Vec<(String, Option<RuledOut>)> {
        let rules = &floor.company.workstreams[&workstream("first")];
        let explanation = floor.assignment.consider(rules, &queue("first"));
        let all = explanation.considered.into_iter();
        all.map(|c| (c.agent.to_string(), c.ruled_out)).collect()
    };
    let absent = Some(RuledOut::Presence);
    assert_eq!(
        considered(&floor),
        [("anna".to_owned(), absent), ("ben".to_owned(), absent)]
    );
    floor.available("ben");
    assert_eq!(
        considered(&floor),
        [("ben".to_owned(), None), ("anna".to_owned(), absent)]
    );
    floor.available("anna");
    let chosen = considered(&floor)[0].clone();
    assert_eq!(considered(&floor)[1].1, Some(RuledOut::Method));
    floor.start(1, "first");
    assert_eq!(floor.offers(), [(1, chosen.0)]);
    floor.start(2, "first");
    floor.start(3, "first");
    floor.start(4, "first");
    let full = Some(RuledOut::Capacity);
    assert_eq!(
        considered(&floor),
        [("anna".to_owned(), full), ("ben".to_owned(), full)]
    );
}
