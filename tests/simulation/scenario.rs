//! What a seed decides before the first step: the company, and what goes wrong how often.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use linger::domain::company::{
    AgentProfile, Company, Condition, Distribution, LengthOverflow, Method, Mode, Overflow,
    OverflowTo, Patience, Presence, Queue, Role, RouteRule, Stickiness, Test, Texts, TimeoutAction,
    TimeoutRule, WaitOverflow, WhenAbsent, WhenFull, Workstream, WrapUp,
};
use linger::domain::hours::{Calendar, Interval};
use linger::domain::ids::{AgentId, CalendarId, CustomerId, QueueId, WorkstreamId};
use linger::domain::message::Side;
use linger::domain::time::Millis;
use rand::Rng;
use rand::rngs::StdRng;

/// A fault built into the store on purpose, to show that the simulation sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sabotage {
    Nothing,
    /// Steps are reported durable when they are queued.
    AcknowledgeBeforeSync,
    /// Once in a while a synced batch is reported durable, and a crash loses it.
    LoseSyncedBatch,
    /// The store's look-up of client ids finds nothing.
    ForgetClientIds,
    /// A conversation wakes before its earlier life's steps have passed the writer.
    WakeTooEarly,
}

/// How often things go wrong, per thousand steps.
pub(crate) struct Weather {
    pub(crate) crash: u32,
    pub(crate) death: u32,
    pub(crate) sleep: u32,
    pub(crate) sync: u32,
    pub(crate) reconnect: u32,
    pub(crate) configure: u32,
    pub(crate) link: u32,
    /// Client ids that a waking conversation is told at most.
    pub(crate) client_ids: usize,
    /// Messages that a waking conversation is told at most.
    pub(crate) recent: usize,
    pub(crate) steps: u32,
}

pub(crate) fn weather(rng: &mut StdRng) -> Weather {
    Weather {
        crash: if rng.random_bool(0.5) {
            rng.random_range(1..8)
        } else {
            0
        },
        death: if rng.random_bool(0.4) {
            rng.random_range(1..25)
        } else {
            0
        },
        sleep: rng.random_range(0..60),
        sync: [15, 60, 200][rng.random_range(0..3)],
        reconnect: rng.random_range(1..30),
        configure: if rng.random_bool(0.4) {
            rng.random_range(1..12)
        } else {
            0
        },
        link: if rng.random_bool(0.5) {
            rng.random_range(1..12)
        } else {
            0
        },
        client_ids: if rng.random_bool(0.3) {
            rng.random_range(0..3)
        } else {
            usize::MAX
        },
        recent: if rng.random_bool(0.5) {
            rng.random_range(0..4)
        } else {
            64
        },
        steps: rng.random_range(300..3_000),
    }
}

pub(crate) fn agent(name: &str) -> AgentId {
    AgentId::parse(name).expect("a valid id")
}

pub(crate) fn queue(name: &str) -> QueueId {
    QueueId::parse(name).expect("a valid id")
}

pub(crate) fn workstream(name: &str) -> WorkstreamId {
    WorkstreamId::parse(name).expect("a valid id")
}

pub(crate) fn customer(name: &str) -> CustomerId {
    CustomerId::parse(name).expect("a valid id")
}

pub(crate) const AGENTS: [&str; 4] = ["anna", "ben", "cleo", "sue"];
pub(crate) const QUEUES: [&str; 2] = ["support", "sales"];
pub(crate) const WORKSTREAMS: [&str; 3] = ["care", "chat", "board"];

pub(crate) fn company(rng: &mut StdRng) -> Arc<Company> {
    let mut company = Company {
        name: "Simulated".to_owned(),
        ..Company::default()
    };
    for name in AGENTS {
        let role = if name == "sue" {
            Role::Supervisor
        } else {
            Role::Agent
        };
        let profile = AgentProfile {
            name: String::new(),
            display_name: name.to_owned(),
            role,
            capacity: rng.random_range(1..4),
            enabled: true,
            secret_sha256: String::new(),
        };
        company.agents.insert(agent(name), profile);
    }
    let weekday = vec![Interval {
        from: 8 * 60,
        to: 18 * 60,
    }];
    let mut weekly: [Vec<Interval>; 7] = std::array::from_fn(|_| weekday.clone());
    weekly[5].clear();
    weekly[6].clear();
    let hours = CalendarId::parse("office").expect("valid");
    let calendar = Calendar {
        time_zone: "Europe/Madrid".to_owned(),
        weekly,
        holidays: BTreeMap::new(),
    };
    company.calendars.insert(hours.clone(), calendar);
    for name in QUEUES {
        let members = AGENTS[..3]
            .iter()
            .filter(|_| rng.random_bool(0.8))
            .map(|a| agent(a))
            .collect();
        let queue = Queue {
            overflow: overflow(rng),
            name: name.to_owned(),
            members,
            method: [
                Method::HighestCapacity,
                Method::RoundRobin,
                Method::LeastActive,
            ][rng.random_range(0..3)],
            priority: rng.random_range(0..2),
            hours: (name == "sales" || rng.random_bool(0.2)).then(|| hours.clone()),
        };
        company.queues.insert(self::queue(name), queue);
    }
    for name in WORKSTREAMS {
        company
            .workstreams
            .insert(workstream(name), rules(name, rng));
    }
    Arc::new(company)
}

/// Each kind of overflow, now and then.
fn overflow(rng: &mut StdRng) -> Overflow {
    let mut to = |end: f64| {
        if rng.random_bool(end) {
            let text = ["", "We are full."][rng.random_range(0..2)];
            let texts = (!text.is_empty()).then(|| Texts::any(text));
            OverflowTo::End(texts.unwrap_or_default())
        } else {
            OverflowTo::Queue(queue(QUEUES[rng.random_range(0..QUEUES.len())]))
        }
    };
    let (outside_hours, too_many, too_long) = (to(0.3), to(0.3), to(0.2));
    Overflow {
        outside_hours: rng.random_bool(0.15).then_some(outside_hours),
        too_many: rng.random_bool(0.15).then(|| LengthOverflow {
            waiting: rng.random_range(1..4),
            to: too_many,
        }),
        too_long: rng.random_bool(0.2).then(|| WaitOverflow {
            after: Millis::minutes(rng.random_range(1..90)),
            to: too_long,
        }),
    }
}

/// Timeout rules; their names say what they do, so that rules of one name are one rule.
fn timeout_rules(rng: &mut StdRng) -> Vec<TimeoutRule> {
    let all = [
        (
            "say customer",
            Side::Customer,
            TimeoutAction::Say(Texts::any("Still there?")),
        ),
        (
            "say agent",
            Side::Agent,
            TimeoutAction::Say(Texts::any("A moment.")),
        ),
        ("park customer", Side::Customer, TimeoutAction::Park),
        ("close agent", Side::Agent, TimeoutAction::Close),
        ("close customer", Side::Customer, TimeoutAction::Close),
    ];
    all.into_iter()
        .filter(|_| rng.random_bool(0.25))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(name, silent, then)| TimeoutRule {
            name: name.to_owned(),
            silent,
            after: Millis::minutes(rng.random_range(1..120)),
            then,
        })
        .collect()
}

/// One change of the configuration, of the kinds that an admin makes on a working day.
pub(crate) fn change(rng: &mut StdRng, company: &mut Company) {
    let who = agent(["ben", "cleo"][rng.random_range(0..2)]);
    let which = queue(QUEUES[rng.random_range(0..QUEUES.len())]);
    let of = workstream(WORKSTREAMS[rng.random_range(0..WORKSTREAMS.len())]);
    let hours = company.calendars.keys().next().cloned();
    let profile = company.agents.get_mut(&who).expect("configured");
    let queue = company.queues.get_mut(&which).expect("configured");
    let rules = company.workstreams.get_mut(&of).expect("configured");
    match rng.random_range(0..11) {
        0 => profile.enabled = !profile.enabled,
        1 => profile.capacity = rng.random_range(1..4),
        2 => {
            if !queue.members.remove(&who) {
                queue.members.insert(who);
            }
        }
        3 => queue.hours = if queue.hours.is_some() { None } else { hours },
        4 => queue.overflow = overflow(rng),
        5 => rules.timeout_rules = timeout_rules(rng),
        6..=8 => {
            rules.timers.auto_park_after = Millis::minutes(rng.random_range(2..90));
            rules.timers.auto_close_after = Millis::minutes(rng.random_range(10..10_000));
            rules.timers.open_idle_close = Millis::minutes(rng.random_range(10..10_000));
        }
        9 => rules.keep_same_agent = keep_same_agent(rules.mode, rng),
        _ => rules.enabled = !rules.enabled,
    }
}

fn keep_same_agent(mode: Mode, rng: &mut StdRng) -> Option<Stickiness> {
    if mode == Mode::Live || !rng.random_bool(0.85) {
        return None;
    }
    let patience = if rng.random_bool(0.2) {
        Patience::Forever
    } else {
        Patience::For(Millis::minutes(rng.random_range(1..30)))
    };
    Some(Stickiness {
        when_full: [WhenFull::Wait, WhenFull::AssignAnyway, WhenFull::Queue]
            [rng.random_range(0..3)],
        when_absent: if rng.random_bool(0.6) {
            WhenAbsent::Wait
        } else {
            WhenAbsent::Queue
        },
        patience,
    })
}

fn rules(name: &str, rng: &mut StdRng) -> Workstream {
    let mode = if name == "chat" {
        Mode::Live
    } else {
        Mode::Persistent
    };
    let mut rules = Workstream::new(name, mode, queue("support"));
    if name == "board" {
        rules.distribution = Distribution::Pick;
    }
    rules.keep_same_agent = keep_same_agent(mode, rng);
    rules.prefer_last_agent = rng.random_bool(0.3);
    rules.units = rng
        .random_range(1..3)
        .min(if rng.random_bool(0.7) { 1 } else { 2 });
    rules.auto_accept = rng.random_bool(0.2);
    rules.away_on_missed_offer = rng.random_bool(0.3);
    rules.own_choice_over_capacity = rng.random_bool(0.3);
    rules.wrap_up = [
        WrapUp::Block,
        WrapUp::Release,
        WrapUp::ReleaseAfter(Millis::minutes(5)),
    ][rng.random_range(0..3)];
    if rng.random_bool(0.3) {
        rules.allowed_presences = BTreeSet::from([Presence::Available, Presence::Busy]);
    }
    rules.priority = rng.random_range(0..2);
    rules.timeout_rules = timeout_rules(rng);
    rules.routes.push(RouteRule {
        name: "sales first".to_owned(),
        when: vec![Condition {
            key: "topic".to_owned(),
            test: Test::AnyOf(BTreeSet::from(["sales".to_owned()])),
        }],
        queue: queue("sales"),
    });
    rules
}
