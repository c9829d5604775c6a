//! What a change costs when people watch: the supervisor's machine alone, with few and with
//! many conversations and agents.
//!
//! A conversation is picked and given back over and over; after each change everybody who sees it
//! is told. The same number of sessions watch in every size, so what is compared is whether a
//! change that one supervisor and one agent see grows with what there is.
//!
//! `cargo bench --bench watching`. Ends with failure if a change in the large company takes
//! more than [`BAR`] times as long as in the small one.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use hdrhistogram::Histogram;
use linger::domain::audit::Trail;
use linger::domain::command::{Actor, Command, Start};
use linger::domain::company::{AgentProfile, Company, Distribution, Mode, Queue, Role, Workstream};
use linger::domain::conversation::{Conversation, Ctx, decide, start};
use linger::domain::ids::{AgentId, ConversationId, CustomerId, QueueId, WorkstreamId};
use linger::domain::routing::{Explanation, Rule};
use linger::domain::time::{Millis, Timestamp};
use linger::engine::conversation::Origin;
use linger::engine::outbound::{Outbound, SessionId};
use linger::engine::request::Reply;
use linger::engine::summary::Summary;
use linger::engine::supervisor::{Effect, Supervisor};
use linger::engine::watch::Watched;

const QUEUES: usize = 20;
/// Changes that are measured.
const CHANGES: usize = 4_000;
/// How many times as long a change may take with a hundred times the conversations and fifty times the
/// agents: trees are deeper and caches miss more.
const BAR: f64 = 3.0;
const NOW: Timestamp = Timestamp(1_767_600_000_000);

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("watching: a change takes more than {BAR} times as long in a large company");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("watching: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, Failure> {
    println!(
        "{:<36}{:>10}{:>12}{:>12}",
        "one change, told", "samples", "median µs", "p99 µs"
    );
    let mut medians = Vec::new();
    for (conversations, agents) in [(100, 10), (10_000, 10), (100, 500), (10_000, 500)] {
        let nanos = measure(conversations, agents)?;
        #[expect(clippy::cast_precision_loss, reason = "nanoseconds of short times")]
        let micros = |quantile: f64| nanos.value_at_quantile(quantile) as f64 / 1e3;
        println!(
            "{:<36}{:>10}{:>12.1}{:>12.1}",
            format!("{conversations} conversations, {agents} agents"),
            nanos.len(),
            micros(0.5),
            micros(0.99)
        );
        medians.push(micros(0.5));
    }
    let (least, most) = (medians[0], medians[medians.len() - 1]);
    println!("large to small: {:.2}", most / least);
    Ok(most / least <= BAR)
}

fn agent(n: usize) -> Result<AgentId, Failure> {
    Ok(AgentId::parse(&format!("agent-{n}"))?)
}

fn queue(n: usize) -> Result<QueueId, Failure> {
    Ok(QueueId::parse(&format!("queue-{n}"))?)
}

fn workstream(n: usize) -> Result<WorkstreamId, Failure> {
    Ok(WorkstreamId::parse(&format!("work-{n}"))?)
}

/// Each agent works in one queue, and nothing is pushed: what is measured is telling.
fn company(agents: usize) -> Result<Company, Failure> {
    let mut company = Company::default();
    for n in 0..QUEUES {
        let mut made = Queue::new("Queue");
        for member in (0..agents).filter(|a| a % QUEUES == n) {
            made.members.insert(agent(member)?);
        }
        company.queues.insert(queue(n)?, made);
        let mut rules = Workstream::new("Work", Mode::Persistent, queue(n)?);
        rules.distribution = Distribution::Pick;
        company.workstreams.insert(workstream(n)?, rules);
    }
    for n in 0..agents {
        company
            .agents
            .insert(agent(n)?, AgentProfile::new("Somebody", 100_000));
    }
    Ok(company)
}

fn begin(n: usize, company: &Company) -> Result<Conversation, Failure> {
    let wanted = Start {
        workstream: Some(workstream(n % QUEUES)?),
        ..Start::default()
    };
    let ctx = Ctx { now: NOW, company };
    let id = ConversationId(u128::try_from(n)?);
    let customer = CustomerId::parse(&format!("customer-{n}"))?;
    let begun = start(id, &customer, wanted, ctx);
    Ok(begun.map_err(|reject| reject.sentence)?.0)
}

/// Takes every part at once, as a client that reads does.
fn take(supervisor: &mut Supervisor, out: Vec<Effect>, now: Timestamp) {
    let mut out = out;
    while !out.is_empty() {
        let mut next = Vec::new();
        for effect in out {
            let (session, part) = match effect {
                Effect::Tell(session, Outbound::Watch(part)) => (session, part),
                Effect::Reply(origin, reply) => match *reply {
                    Ok(Reply::Watching(part)) => (origin.session, part),
                    _ => continue,
                },
                _ => continue,
            };
            supervisor.watch_taken(session, part.what, part.number, now, &mut next);
        }
        out = next;
    }
}

fn pick() -> Command {
    Command::Pick {
        over_capacity: false,
        explanation: Explanation {
            rule: Rule::Pick,
            queue: None,
            waited: Millis(0),
            considered: Vec::new(),
            more: 0,
        },
    }
}

fn measure(conversations: usize, agents: usize) -> Result<Histogram<u64>, Failure> {
    let company = Arc::new(company(agents)?);
    let mut supervisor = Supervisor::new(company.clone(), []);
    let mut states = Vec::new();
    for n in 0..conversations {
        let state = begin(n, &company)?;
        supervisor.restore(Summary::from(&state));
        states.push(state);
    }
    let mut now = NOW;
    let mut out = Vec::new();
    supervisor.begin_work(now, &mut out);
    for (session, who, what) in [(1, 0, Watched::Queues), (2, 1, Watched::Floor)] {
        let origin = Origin {
            session: SessionId(session),
            request: 1,
            trail: Trail::default(),
        };
        let mut out = Vec::new();
        supervisor.watch(origin, &agent(who)?, what, now, &mut out);
        take(&mut supervisor, out, now);
    }
    let watcher = agent(0)?;
    let mut nanos = Histogram::<u64>::new(3)?;
    for n in 0..CHANGES {
        now = now + Millis::seconds(1);
        // Those of the watcher's queue, so that both sessions see every change.
        let index = n / 2 * QUEUES % conversations;
        let state = &mut states[index];
        let command = if n % 2 == 0 { pick() } else { Command::Release };
        let ctx = Ctx {
            now,
            company: &company,
        };
        let by = Actor::Agent {
            id: watcher.clone(),
            role: Role::Agent,
        };
        decide(state, &by, command, ctx).map_err(|reject| reject.sentence)?;
        let summary = Summary::from(&*state);
        let mut out = Vec::new();
        let begun = Instant::now();
        supervisor.observe(summary, now, &mut out);
        supervisor.tell_watches(now, &mut out);
        nanos.record(u64::try_from(begun.elapsed().as_nanos())?)?;
        let parts = out.iter().filter(|e| matches!(e, Effect::Tell(..))).count();
        if parts != 2 {
            return Err(format!("{parts} sessions were told instead of 2").into());
        }
        take(&mut supervisor, out, now);
    }
    Ok(nanos)
}
