//! The rules of SEMANTICS as given–when–then, written as data.
//!
//! A case is three lines of text: what happened before, the one step that is looked at,
//! and everything that came of it (state, events, reservations) or the code of the
//! refusal. `given` and `when` are steps separated by commas: `who verb argument`, or
//! `+30m` to let time pass. For every case, whatever it is about, it is also checked
//! that a refusal changes nothing, that the events replay to the same state, and that
//! whatever nobody has holds no units.

// One case a line: these are tables.
#[rustfmt::skip]
mod linking;
mod live;
#[rustfmt::skip]
mod overflow;
#[rustfmt::skip]
mod persistent;
mod reconfigured;
#[rustfmt::skip]
mod refusals;
mod routing;
#[rustfmt::skip]
mod silence;
#[rustfmt::skip]
mod timing;
#[rustfmt::skip]
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Conversation, Ctx, State, decide, next_due, start_among};
use crate::domain::command::{Actor, Command, Start};
use crate::domain::company::{AgentProfile, Company, Mode, Queue, Role, Workstream};
use crate::domain::event::{Event, FormerCurrent, OverflowedTo, Recorded, StickyEnd};
use crate::domain::hours::{Calendar, Interval};
use crate::domain::ids::{
    AgentId, CalendarId, ClientId, ConversationId, CustomerId, QueueId, Seq, WorkstreamId,
};
use crate::domain::message::Author;
use crate::domain::reject::Reject;
use crate::domain::routing::{Explanation, Rule};
use crate::domain::time::{Millis, Timestamp};

/// What happened before, the step, and what comes of it.
struct Case<'a>(&'a str, &'a str, &'a str, &'a str);

/// Monday, 5 January 2026, nine o'clock in Madrid: the sales queue opens.
const START: Timestamp = Timestamp(1_767_600_000_000);

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).expect("a valid id")
}

fn workstream_id() -> WorkstreamId {
    WorkstreamId::parse("w").expect("a valid id")
}

/// One workstream; `support` is always open, `sales` on weekdays from nine to five.
/// Anna and Ben are members of both, Kim of neither, Sue supervises, Dan is disabled.
fn company(mode: Mode, change: impl FnOnce(&mut Workstream)) -> Company {
    let mut company = Company::default();
    for (name, role) in [
        ("anna", Role::Agent),
        ("ben", Role::Agent),
        ("kim", Role::Agent),
        ("dan", Role::Agent),
        ("sue", Role::Supervisor),
    ] {
        let profile = AgentProfile {
            name: String::new(),
            display_name: name.to_owned(),
            role,
            capacity: 2,
            enabled: name != "dan",
            secret_sha256: String::new(),
        };
        company.agents.insert(agent(name), profile);
    }
    let office = vec![Interval {
        from: 9 * 60,
        to: 17 * 60,
    }];
    let mut weekly: [Vec<Interval>; 7] = std::array::from_fn(|_| office.clone());
    weekly[5].clear();
    weekly[6].clear();
    let hours = CalendarId::parse("office").expect("a valid id");
    let calendar = Calendar {
        time_zone: "Europe/Madrid".to_owned(),
        weekly,
        holidays: BTreeMap::new(),
    };
    company.calendars.insert(hours.clone(), calendar);
    for (name, hours) in [("support", None), ("sales", Some(hours))] {
        let queue = Queue {
            overflow: crate::domain::company::Overflow::default(),
            name: name.to_owned(),
            members: BTreeSet::from([agent("anna"), agent("ben")]),
            method: Default::default(),
            priority: 0,
            hours,
        };
        company.queues.insert(queue_id(name), queue);
    }
    let mut rules = Workstream::new("Care", mode, queue_id("support"));
    change(&mut rules);
    company.workstreams.insert(workstream_id(), rules);
    company
}

fn customer_id(name: &str) -> CustomerId {
    CustomerId::parse(name).expect("a valid id")
}

fn queue_id(name: &str) -> QueueId {
    QueueId::parse(name).expect("a valid id")
}

/// One conversation on its way through a case.
struct Story {
    company: Company,
    now: Timestamp,
    state: Option<Conversation>,
    journal: Vec<Recorded>,
    messages: u32,
}

impl Story {
    fn new(company: Company) -> Self {
        Self {
            company,
            now: START,
            state: None,
            journal: Vec::new(),
            messages: 0,
        }
    }

    /// Takes every step; all but the last must succeed.
    fn steps(&mut self, text: &str) -> Result<Vec<Recorded>, Reject> {
        let mut last = Ok(Vec::new());
        for step in text.split(',').map(str::trim).filter(|s| !s.is_empty()) {
            last.unwrap_or_else(|r: Reject| panic!("a step before {step:?} was refused: {r:?}"));
            last = match step.strip_prefix('+') {
                Some(time) => {
                    self.now = self.now + duration(time);
                    Ok(Vec::new())
                }
                None => self.step(step),
            };
        }
        last
    }

    fn step(&mut self, step: &str) -> Result<Vec<Recorded>, Reject> {
        let mut words = step.split_whitespace();
        let who = words.next().expect("who");
        let verb = words.next().expect("verb");
        let rest: Vec<&str> = words.collect();
        if verb == "starts" {
            return self.start(who, &rest);
        }
        let actor = match who {
            "engine" => Actor::Engine,
            "ada" | "eve" => Actor::Customer(CustomerId::parse(who).expect("a valid id")),
            name => Actor::Agent {
                id: agent(name),
                role: if name == "sue" {
                    Role::Supervisor
                } else {
                    Role::Agent
                },
            },
        };
        let command = self.command(verb, &rest);
        let before = self.state.clone();
        let state = self.state.as_mut().expect("started");
        let ctx = Ctx {
            now: self.now,
            company: &self.company,
        };
        let result = decide(state, &actor, command, ctx);
        match &result {
            Ok(events) => {
                self.journal.extend(events.iter().cloned());
                self.check_state();
            }
            Err(_) => assert_eq!(
                self.state, before,
                "{step}: a refusal leaves the state untouched"
            ),
        }
        result
    }

    fn start(&mut self, who: &str, rest: &[&str]) -> Result<Vec<Recorded>, Reject> {
        let customer = CustomerId::parse(who).expect("a valid id");
        let mut wanted = Start {
            workstream: Some(workstream_id()),
            locale: "en".to_owned(),
            ..Start::default()
        };
        let mut waiting = 0;
        for word in rest {
            match *word {
                "sales" => {
                    wanted
                        .context
                        .insert("topic".to_owned(), "sales".to_owned());
                }
                "writing" => {
                    wanted.client_id = Some(self.client_id());
                    wanted.text = Some(Arc::from("Hello"));
                }
                "amid" => waiting = 3,
                "pt-BR" => "pt-BR".clone_into(&mut wanted.locale),
                name => wanted.last_agent = Some(agent(name)),
            }
        }
        let ctx = Ctx {
            now: self.now,
            company: &self.company,
        };
        let (state, events) = start_among(ConversationId(1), &customer, wanted, ctx, &|_| waiting)?;
        self.state = Some(state);
        self.journal.extend(events.iter().cloned());
        self.check_state();
        Ok(events)
    }

    fn client_id(&mut self) -> ClientId {
        self.messages += 1;
        ClientId::parse(&format!("m{}", self.messages)).expect("a valid id")
    }

    fn command(&mut self, verb: &str, rest: &[&str]) -> Command {
        let to = || agent(rest.first().copied().expect("an agent"));
        let over_capacity = rest.contains(&"over");
        let explanation = Explanation {
            rule: Rule::Pick,
            queue: None,
            waited: Millis(0),
            considered: Vec::new(),
            more: 0,
        };
        let seq = |n: usize| Seq(rest[n].parse().expect("a number"));
        match verb {
            "writes" => Command::Post {
                client_id: self.client_id(),
                text: Arc::from(rest.join(" ")),
            },
            "floods" => Command::Post {
                client_id: self.client_id(),
                text: Arc::from("é".repeat(8_001)),
            },
            "marks" => Command::Mark {
                delivered: seq(0),
                read: seq(1),
            },
            "offers" => Command::Offer {
                agent: to(),
                over_capacity,
                explanation,
                reason: reason(rest),
            },
            "accepts" => Command::Accept,
            "rejects" => Command::Reject,
            "picks" => Command::Pick {
                over_capacity,
                explanation,
            },
            "reopens" => Command::Reopen {
                over_capacity,
                explanation,
            },
            "parks" => Command::Park,
            "releases" => Command::Release,
            "hands" => Command::TransferToAgent {
                agent: to(),
                over_capacity,
                explanation,
                reason: reason(rest),
            },
            "moves" => Command::TransferToQueue {
                queue: queue_id(rest[0]),
                reason: reason(rest),
            },
            "ends" => Command::End,
            "finishes" => Command::Finish,
            "closes" => Command::ForceClose,
            "unsticks" => Command::EndSticky {
                reason: StickyEnd::AgentFull,
            },
            "misses" => Command::AgentAbsent { agent: to() },
            "closes-queue" => Command::TellHours,
            "merges" => Command::Merge,
            "links" => Command::Link {
                was: customer_id(rest[0]),
                customer: customer_id(rest[1]),
                current: rest.contains(&"current"),
                former: FormerCurrent::Goes,
            },
            "gone" => Command::CustomerGone,
            "back" => Command::CustomerBack,
            "places" => Command::TellPlace {
                position: rest[0].parse().expect("a number"),
                wait: rest.get(1).map(|w| duration(w)),
            },
            "ticks" => Command::Tick,
            "notes" => Command::Note {
                client_id: self.client_id(),
                text: Arc::from(rest.join(" ")),
                private_to: None,
            },
            "whispers" => Command::Note {
                client_id: self.client_id(),
                text: Arc::from(rest[1..].join(" ")),
                private_to: Some(to()),
            },
            "tags" => {
                let named = |sign: char| {
                    let tags = rest.iter().filter_map(|t| t.strip_prefix(sign));
                    tags.map(|t| t.replace('_', " ")).collect()
                };
                Command::Tag {
                    add: named('+'),
                    remove: named('-'),
                }
            }
            "titles" => Command::SetSubject {
                subject: Arc::from(rest.join(" ")),
            },
            "consults" => Command::Consult { agent: to() },
            "adds" => Command::ConsultAdd { agent: to() },
            "dismisses" => Command::ConsultEnd { agent: Some(to()) },
            "withdraws" => Command::ConsultEnd { agent: None },
            "restarts" => Command::Start(Start::default()),
            other => panic!("no such verb: {other}"),
        }
    }

    fn check_state(&self) {
        let state = self.state.as_ref().expect("started");
        let mut replayed = Conversation::begin(state.id, &self.journal[0]).expect("begins");
        for recorded in &self.journal[1..] {
            replayed.apply(recorded);
        }
        assert_eq!(replayed, *state, "the events add up to the state");
        if matches!(state.state, State::Open | State::Waiting | State::Closed) {
            assert_eq!(state.reservations, [], "what nobody has holds no units");
        }
        if !state.consultants.is_empty() {
            assert_eq!(state.state, State::Active);
            let agent = state
                .accepted_agent()
                .expect("somebody who asks for advice");
            assert!(
                !state.consultants.contains_key(agent),
                "nobody is their own adviser"
            );
        }
    }

    /// State, events and reservations in one line, or the code of the refusal.
    fn outcome(&self, result: &Result<Vec<Recorded>, Reject>) -> String {
        let events = match result {
            Ok(events) => events,
            Err(reject) => {
                let by = reject.taken_by.as_ref().map(|a| format!(" taken by {a}"));
                let opens = reject.opens_at.map(|at| format!(" opens {}", after(at)));
                return format!(
                    "! {}{}{}",
                    reject.code.as_str(),
                    by.unwrap_or_default(),
                    opens.unwrap_or_default()
                );
            }
        };
        let state = self.state.as_ref().expect("started");
        let events: Vec<String> = events.iter().map(|r| describe(&r.event)).collect();
        let held: Vec<String> = state
            .reservations
            .iter()
            .map(|r| {
                let over = if r.over_capacity { "!" } else { "" };
                format!("{} {}{over}", r.agent, r.units)
            })
            .collect();
        format!(
            "{} | {} | {}",
            state.state.as_str(),
            events.join(", "),
            held.join(", ")
        )
        .trim_end()
        .to_owned()
    }
}

/// What stands behind `for`.
fn reason(rest: &[&str]) -> Option<Arc<str>> {
    let at = rest.iter().position(|word| *word == "for")?;
    Some(Arc::from(rest[at + 1..].join(" ")))
}

fn duration(text: &str) -> Millis {
    let (number, unit) = text.split_at(text.len() - 1);
    let n: u64 = number.parse().expect("a number");
    match unit {
        "s" => Millis::seconds(n),
        "m" => Millis::minutes(n),
        "h" => Millis::hours(n),
        "d" => Millis::days(n),
        other => panic!("no such unit: {other}"),
    }
}

/// An instant as time since the start.
fn after(at: Timestamp) -> String {
    let seconds = at.since(START).0 / 1_000;
    match seconds {
        s if s % 86_400 == 0 && s > 0 => format!("+{}d", s / 86_400),
        s if s % 3_600 == 0 && s > 0 => format!("+{}h", s / 3_600),
        s if s % 60 == 0 => format!("+{}m", s / 60),
        s => format!("+{s}s"),
    }
}

fn because(reason: Option<&Arc<str>>) -> String {
    reason.map_or_else(String::new, |r| format!(" for {r}"))
}

fn describe(event: &Event) -> String {
    let returns = |r: &bool| if *r { " returning" } else { "" };
    match event {
        Event::Started {
            queue,
            prefer: None,
            ..
        } => format!("started in {queue}"),
        Event::Started {
            queue,
            prefer: Some(p),
            ..
        } => format!("started in {queue} for {}", p.agent),
        Event::Posted(m) => match &m.author {
            Author::Customer => format!("{} by customer", m.seq),
            Author::Agent(agent) => format!("{} by {agent}", m.seq),
            Author::System(kind) => format!("told {kind:?}"),
        },
        Event::Returned { sticky: None } => "returned".to_owned(),
        Event::Returned { sticky: Some(s) } => {
            let until = s.until.map_or("ever".to_owned(), after);
            format!("returned to {} until {until}", s.agent)
        }
        Event::StickyEnded { reason } => format!("unstuck {reason:?}"),
        Event::Offered {
            agent,
            returning,
            reason,
            ..
        } => format!(
            "offered {agent}{}{}",
            returns(returning),
            because(reason.as_ref())
        ),
        Event::Accepted { agent } => format!("accepted {agent}"),
        Event::Declined { agent, reason } => format!("declined {agent} {reason:?}"),
        Event::Assigned {
            agent,
            how,
            returning,
            reason,
            ..
        } => format!(
            "assigned {agent} {how:?}{}{}",
            returns(returning),
            because(reason.as_ref())
        ),
        Event::Parked { by } => format!("parked {by:?}"),
        Event::Released {
            agent,
            reason,
            sticky,
        } => {
            let sticky = if sticky.is_some() { " sticky" } else { "" };
            format!("released {agent} {reason:?}{sticky}")
        }
        Event::TransferOffered { agent, reason, .. } => {
            format!("transfer offered {agent}{}", because(reason.as_ref()))
        }
        Event::TransferAccepted { agent } => format!("transfer accepted {agent}"),
        Event::TransferDeclined { agent, reason } => {
            format!("transfer declined {agent} {reason:?}")
        }
        Event::TransferredToQueue { queue, reason, .. } => {
            format!("moved to {queue}{}", because(reason.as_ref()))
        }
        Event::Ended { by } => format!("ended {by:?}"),
        Event::UnitsFreed => "units freed".to_owned(),
        Event::Closed { reason, .. } => format!("closed {reason:?}"),
        Event::Marked {
            side,
            delivered,
            read,
        } => format!("marked {side:?} {delivered} {read}"),
        Event::CustomerGone => "customer gone".to_owned(),
        Event::CustomerBack => "customer back".to_owned(),
        Event::Noted(note) => {
            let to = note.private_to.as_ref();
            let to = to.map_or_else(String::new, |to| format!(" for {to}"));
            format!("note {} by {}{to}", note.number, note.by)
        }
        Event::Tagged { added, removed, .. } => {
            let all = |sign: &str, tags: &BTreeSet<String>| -> Vec<String> {
                tags.iter().map(|t| format!("{sign}{t}")).collect()
            };
            let tags = [all("+", added), all("-", removed)].concat();
            format!("tagged {}", tags.join(" "))
        }
        Event::SubjectSet { subject, .. } => format!("about {subject}"),
        Event::ConsultInvited { agent, .. } => format!("consulted {agent}"),
        Event::ConsultJoined { agent, .. } => format!("added {agent}"),
        Event::ConsultEnded { agent, .. } => format!("dismissed {agent}"),
        Event::Overflowed { from, to, reason } => {
            let to = match to {
                OverflowedTo::Queue(queue) => format!("to {queue}"),
                OverflowedTo::End => "ends".to_owned(),
                OverflowedTo::Stays => "stays".to_owned(),
            };
            format!("overflow {from} {to} {reason:?}")
        }
        Event::SilenceNoted { rule, silent, .. } => format!("silence {silent:?} {rule}"),
        Event::PlaceTold { position } => format!("place {position}"),
        Event::QueueMoved { queue } => format!("moved to {queue}"),
        Event::Linked {
            customer,
            was,
            current,
            ..
        } => {
            let current = if *current { " current" } else { "" };
            format!("linked {was} {customer}{current}")
        }
    }
}

/// Runs a table and shows every case that differs, not only the first.
fn check(company: &Company, cases: &[Case<'_>]) {
    let mut wrong = Vec::new();
    for Case(name, given, when, then) in cases {
        let mut story = Story::new(company.clone());
        if let Err(reject) = story.steps(given) {
            wrong.push(format!("{name}: given was refused: {reject:?}"));
            continue;
        }
        let result = story.steps(when);
        let outcome = story.outcome(&result);
        if outcome != *then {
            wrong.push(format!("{name}\n    is: {outcome}\nshould: {then}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The earliest timer after some steps, as `Timer +when`.
fn due_after(company: &Company, given: &str) -> String {
    let mut story = Story::new(company.clone());
    story.steps(given).expect("every step is possible");
    let state = story.state.as_ref().expect("started");
    next_due(state, &story.company).map_or("none".to_owned(), |(at, timer)| {
        format!("{timer:?} {}", after(at))
    })
}
