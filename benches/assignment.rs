//! One decision of assignment with 10,000 conversations waiting and 1,000 agents, and
//! the opening of the doors: the machine alone, without store, actors or network.
//!
//! * *a unit is free*: every agent is full; one parks a conversation, and the next one that
//!   waits is offered. Of those that wait, each was declined once before.
//! * *one arrives*: half of the queues are closed and hold those that wait; in the others
//!   agents have room, and a new conversation is put before the best of them.
//! * *opening*: all queues open at once; everybody is offered as much as they can take, and
//!   every offer is then committed and settled.
//!
//! `cargo bench --bench assignment -- [--waiting N] [--agents N]`. Ends with failure if the
//! median of one decision is not below its bar.

use std::collections::{BTreeMap, HashMap};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use linger::domain::command::{Actor, Command, Start};
use linger::domain::company::{
    AgentProfile, Company, Method, Mode, Presence, Queue, Role, Workstream,
};
use linger::domain::conversation::{Conversation, Ctx, decide, start};
use linger::domain::hours::{Calendar, Interval};
use linger::domain::ids::{AgentId, CalendarId, ConversationId, CustomerId, QueueId, WorkstreamId};
use linger::domain::time::{Millis, Timestamp};
use linger::engine::assignment::{Action, Assignment};
use linger::engine::summary::Summary;

const WAITING: usize = 10_000;
const AGENTS: usize = 1_000;
const QUEUES: usize = 20;
/// Queues that each agent is a member of.
const QUEUES_PER_AGENT: usize = 3;
const UNITS: u32 = 5;
/// Decisions that are measured.
const DECISIONS: usize = 2_000;
/// What the median of one decision must be below.
const BAR: Duration = Duration::from_micros(50);
/// Monday, 5 January 2026, half past eight in Madrid; doors open at nine.
const CLOSED: Timestamp = Timestamp(1_767_598_200_000);
const OPEN: Timestamp = Timestamp(1_767_600_000_000);

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("assignment: a decision takes {BAR:?} or more at the median");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("assignment: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, Failure> {
    let waiting = option("--waiting").unwrap_or(WAITING);
    let agents = option("--agents").unwrap_or(AGENTS);
    println!(
        "{waiting} waiting, {agents} agents with {UNITS} units in {QUEUES} queues, each in {QUEUES_PER_AGENT}"
    );
    println!(
        "{:<26}{:>10}{:>12}{:>12}{:>12}",
        "decision", "samples", "median µs", "p99 µs", "max µs"
    );
    let mut kept = true;
    for method in [
        Method::HighestCapacity,
        Method::RoundRobin,
        Method::LeastActive,
    ] {
        for (name, measured) in [
            ("a unit is free", unit_is_free(method, waiting, agents)?),
            ("one arrives", one_arrives(method, waiting, agents)?),
        ] {
            kept &= show(&format!("{name}, {}", named(method)), &measured);
        }
    }
    let Opening {
        offers,
        decided,
        settled,
    } = opening(waiting, agents)?;
    println!(
        "opening: {offers} offers decided in {:.1} ms, committed and settled in {:.1} ms more",
        decided.as_secs_f64() * 1e3,
        settled.as_secs_f64() * 1e3
    );
    Ok(kept)
}

fn named(method: Method) -> &'static str {
    match method {
        Method::HighestCapacity => "capacity",
        Method::RoundRobin => "robin",
        Method::LeastActive => "activity",
    }
}

/// Prints a row; whether the bar was kept.
fn show(name: &str, nanos: &Histogram<u64>) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of short times")]
    let micros = |n: u64| n as f64 / 1e3;
    let median = nanos.value_at_quantile(0.5);
    println!(
        "{name:<26}{:>10}{:>12.1}{:>12.1}{:>12.1}",
        nanos.len(),
        micros(median),
        micros(nanos.value_at_quantile(0.99)),
        micros(nanos.max())
    );
    Duration::from_nanos(median) < BAR
}

fn option(name: &str) -> Option<usize> {
    let mut arguments = std::env::args().skip_while(|a| a != name);
    arguments.nth(1)?.parse().ok()
}

/// The account and the conversations, with nothing between them.
struct Floor {
    company: Arc<Company>,
    assignment: Assignment,
    conversations: HashMap<ConversationId, Conversation>,
    now: Timestamp,
    made: u64,
}

impl Floor {
    fn new(method: Method, agents: usize, now: Timestamp) -> Result<Self, Failure> {
        let company = Arc::new(company(method, agents)?);
        let mut assignment = Assignment::new(company.clone());
        for agent in company.agents.keys() {
            assignment.presence(agent, Presence::Available, now);
        }
        // What is open and what is not is known from the first look at the clock.
        assignment.tick(now);
        Ok(Self {
            company,
            assignment,
            conversations: HashMap::new(),
            now,
            made: 0,
        })
    }

    /// A new conversation in a queue, which nobody knows of yet.
    fn begin(&mut self, queue: usize) -> Result<ConversationId, Failure> {
        self.made += 1;
        self.now = self.now + Millis(1);
        let ctx = Ctx {
            now: self.now,
            company: &self.company,
        };
        let id = ConversationId::from_parts(self.made, 0, self.made);
        let wanted = Start {
            workstream: Some(WorkstreamId::parse(&format!("stream-{queue:02}"))?),
            ..Start::default()
        };
        let customer = CustomerId::parse(&format!("customer-{}", self.made))?;
        let (state, _) = start(id, &customer, wanted, ctx).map_err(|r| r.sentence)?;
        self.conversations.insert(id, state);
        Ok(id)
    }

    fn decide(
        &mut self,
        id: ConversationId,
        actor: &Actor,
        command: Command,
    ) -> Result<(), Failure> {
        let ctx = Ctx {
            now: self.now,
            company: &self.company,
        };
        let state = self
            .conversations
            .get_mut(&id)
            .ok_or("no such conversation")?;
        decide(state, actor, command, ctx).map_err(|r| r.sentence)?;
        Ok(())
    }

    fn summary(&self, id: ConversationId) -> Summary {
        Summary::from(&self.conversations[&id])
    }

    fn observe(&mut self, id: ConversationId) -> Vec<Action> {
        let summary = self.summary(id);
        self.assignment.observe(summary, self.now)
    }

    /// Takes the steps that were decided, and whatever follows from them, until nothing does.
    /// Returns the time that the account took.
    fn settle(&mut self, actions: Vec<Action>, accept: bool) -> Result<Duration, Failure> {
        let mut took = Duration::ZERO;
        let mut actions = std::collections::VecDeque::from(actions);
        while let Some(action) = actions.pop_front() {
            let offered = match &action.command {
                Command::Offer { agent, .. } => Some(agent.clone()),
                _ => None,
            };
            self.decide(action.conversation, &action.actor, action.command)?;
            let summary = self.summary(action.conversation);
            let began = Instant::now();
            actions.extend(self.assignment.observe(summary, self.now));
            actions.extend(
                self.assignment
                    .settled(action.id, action.conversation, self.now),
            );
            took += began.elapsed();
            if let Some(agent) = offered.filter(|_| accept) {
                self.decide(action.conversation, &person(agent), Command::Accept)?;
                actions.extend(self.observe(action.conversation));
            }
        }
        Ok(took)
    }
}

fn person(id: AgentId) -> Actor {
    Actor::Agent {
        id,
        role: Role::Agent,
    }
}

/// Queues with even numbers open at nine, the others never close.
fn company(method: Method, agents: usize) -> Result<Company, Failure> {
    let mut company = Company::default();
    let office = CalendarId::parse("office")?;
    let day = vec![Interval {
        from: 540,
        to: 1_020,
    }];
    let hours = Calendar {
        time_zone: "Europe/Madrid".to_owned(),
        weekly: std::array::from_fn(|_| day.clone()),
        holidays: BTreeMap::new(),
    };
    company.calendars.insert(office.clone(), hours);
    for number in 0..agents {
        let profile = AgentProfile {
            name: String::new(),
            display_name: format!("Agent {number}"),
            role: Role::Agent,
            capacity: UNITS,
            enabled: true,
            secret_sha256: String::new(),
        };
        company.agents.insert(agent_id(number)?, profile);
    }
    for number in 0..QUEUES {
        let id = QueueId::parse(&format!("queue-{number:02}"))?;
        let mut members = std::collections::BTreeSet::new();
        for agent in 0..agents {
            // An agent works in queues of one kind only, so that one kind can be closed.
            let works = (0..QUEUES_PER_AGENT).any(|n| (agent + 2 * n) % QUEUES == number);
            if works {
                members.insert(agent_id(agent)?);
            }
        }
        let queue = Queue {
            overflow: linger::domain::company::Overflow::default(),
            name: id.to_string(),
            members,
            method,
            priority: 0,
            hours: (number % 2 == 0).then(|| office.clone()),
        };
        company.queues.insert(id.clone(), queue);
        let rules = Workstream::new("Stream", Mode::Persistent, id);
        company
            .workstreams
            .insert(WorkstreamId::parse(&format!("stream-{number:02}"))?, rules);
    }
    Ok(company)
}

fn agent_id(number: usize) -> Result<AgentId, Failure> {
    Ok(AgentId::parse(&format!("agent-{number:04}"))?)
}

fn histogram() -> Result<Histogram<u64>, Failure> {
    Ok(Histogram::new(3)?)
}

fn unit_is_free(method: Method, waiting: usize, agents: usize) -> Result<Histogram<u64>, Failure> {
    let mut floor = Floor::new(method, agents, OPEN)?;
    let mut held = Vec::new();
    for queue in 0..QUEUES {
        // Until nobody there has room; what nobody could take waits with the others.
        loop {
            let id = floor.begin(queue)?;
            let actions = floor.observe(id);
            if actions.is_empty() {
                break;
            }
            floor.settle(actions, true)?;
            held.push(id);
        }
    }
    for n in 0..waiting {
        let queue = n % QUEUES;
        let id = floor.begin(queue)?;
        let decliner = agent_id((n / QUEUES * QUEUES + queue) % agents)?;
        let state = floor.conversations.get_mut(&id).ok_or("just made")?;
        state.declines.insert(decliner, 1);
        if !floor.observe(id).is_empty() {
            return Err("somebody still has room".into());
        }
    }
    let mut nanos = histogram()?;
    for n in 0..DECISIONS.min(waiting / 2) {
        // All over the floor, and never the same twice.
        let id = held[n * 7_919 % held.len()];
        let Some(agent) = floor.conversations[&id].accepted_agent().cloned() else {
            continue;
        };
        floor.now = floor.now + Millis(1);
        floor.decide(id, &person(agent), Command::Park)?;
        let summary = floor.summary(id);
        let began = Instant::now();
        let actions = floor.assignment.observe(summary, floor.now);
        nanos.record(u64::try_from(began.elapsed().as_nanos())?)?;
        if actions.len() != 1 {
            return Err(format!("{} offers for one unit", actions.len()).into());
        }
        floor.settle(actions, true)?;
    }
    Ok(nanos)
}

fn one_arrives(method: Method, waiting: usize, agents: usize) -> Result<Histogram<u64>, Failure> {
    let mut floor = Floor::new(method, agents, CLOSED)?;
    for n in 0..waiting {
        let id = floor.begin(n % (QUEUES / 2) * 2)?;
        if !floor.observe(id).is_empty() {
            return Err("a closed queue is served".into());
        }
    }
    let mut nanos = histogram()?;
    for n in 0..DECISIONS.min(agents * 2) {
        let id = floor.begin(n % (QUEUES / 2) * 2 + 1)?;
        let summary = floor.summary(id);
        let began = Instant::now();
        let actions = floor.assignment.observe(summary, floor.now);
        nanos.record(u64::try_from(began.elapsed().as_nanos())?)?;
        if actions.len() != 1 {
            return Err(format!("{} offers of one conversation", actions.len()).into());
        }
        floor.settle(actions, true)?;
    }
    Ok(nanos)
}

struct Opening {
    offers: usize,
    decided: Duration,
    settled: Duration,
}

fn opening(waiting: usize, agents: usize) -> Result<Opening, Failure> {
    let mut company = company(Method::HighestCapacity, agents)?;
    let office = CalendarId::parse("office")?;
    for queue in company.queues.values_mut() {
        queue.hours = Some(office.clone());
    }
    let mut floor = Floor::new(Method::HighestCapacity, agents, CLOSED)?;
    floor.company = Arc::new(company);
    floor.assignment.configure(floor.company.clone(), floor.now);
    floor.assignment.tick(floor.now);
    for n in 0..waiting {
        let id = floor.begin(n % QUEUES)?;
        if !floor.observe(id).is_empty() {
            return Err("a closed queue is served".into());
        }
    }
    floor.now = OPEN;
    let began = Instant::now();
    let actions = floor.assignment.tick(OPEN);
    let decided = began.elapsed();
    let offers = actions.len();
    let expected = waiting.min(agents * usize::try_from(UNITS)?);
    if offers != expected {
        return Err(format!("{offers} offers, where {expected} can be made").into());
    }
    let settled = floor.settle(actions, false)?;
    if !floor.assignment.violations().is_empty() {
        return Err("somebody has more than they can take".into());
    }
    Ok(Opening {
        offers,
        decided,
        settled,
    })
}
