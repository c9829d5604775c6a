//! A start over a full store: from the start of the process to the first message that a
//! returning customer gets accepted, and the memory the process then has.
//!
//! Two directories are made, with 1,000 and with 100,000 sleeping conversations of ten
//! messages each, by the product's own rules. The server is started on each five times;
//! between the starts it is killed with -9, so that the log has to be replayed.
//!
//! `cargo bench --bench restart -- [--conversations N] [--rounds N]`

use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command as Process, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use linger::cli::credentials::Credentials;
use linger::cli::demo::{self, DemoArgs};
use linger::config::CustomerRate;
use linger::domain::command::{Actor, Command, Start};
use linger::domain::commit::{Commit, TimerMove, Write};
use linger::domain::company::{Company, Role};
use linger::domain::conversation::{self as rules, Ctx};
use linger::domain::directory::Entry;
use linger::domain::ids::{AgentId, ClientId, ConversationId, CustomerId, Position, WorkstreamId};
use linger::domain::routing::{Explanation, Rule};
use linger::domain::time::{Millis, Timestamp};
use linger::store::{Durability, Store};

const FEW: usize = 1_000;
const MANY: usize = 100_000;
/// Messages written by people in each conversation.
const MESSAGES: usize = 10;
const ROUNDS: usize = 5;
/// Conversations in one write.
const AT_ONCE: usize = 500;

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("restart: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let many = option("--conversations").unwrap_or(MANY);
    let rounds = option("--rounds").unwrap_or(ROUNDS);
    println!(
        "{:>14} {:>10} {:>14} {:>14} {:>14} {:>10}",
        "sleeping", "messages", "median ms", "min ms", "max ms", "rss MiB"
    );
    for conversations in [FEW, many] {
        let dir = tempfile::tempdir()?;
        let credentials = fill(dir.path(), conversations)?;
        let mut times = Vec::new();
        let mut resident = 0;
        for round in 0..rounds {
            let customer = name(round * (conversations / rounds.max(1)));
            let (time, rss) = start_and_write(dir.path(), &credentials, &customer, round)?;
            times.push(time);
            resident = resident.max(rss);
        }
        times.sort_unstable();
        println!(
            "{:>14} {:>10} {:>14} {:>14} {:>14} {:>10}",
            conversations,
            conversations * MESSAGES,
            times[times.len() / 2].as_millis(),
            times[0].as_millis(),
            times[times.len() - 1].as_millis(),
            resident / 1024
        );
    }
    Ok(())
}

fn option(flag: &str) -> Option<usize> {
    let mut args = std::env::args().skip_while(|a| a != flag);
    args.nth(1)?.parse().ok()
}

fn name(number: usize) -> String {
    format!("customer-{number:06}")
}

/// Makes a demo directory and fills it with sleeping conversations.
fn fill(dir: &Path, conversations: usize) -> Result<Credentials, Failure> {
    let args = DemoArgs {
        data: dir.to_path_buf(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        agents: None,
        capacity: None,
        sample: false,
        auto_accept: false,
        customer_rate: CustomerRate::Unlimited,
        ready_file: None,
        pages: None,
    };
    let made = demo::prepare(&args)?;
    let store = Store::open(dir, Durability::Synced)?;
    // They were parked a day ago: nothing is due for weeks.
    let began = now() - Millis::days(1);
    let mut writes = Vec::with_capacity(AT_ONCE);
    for number in 0..conversations {
        writes.push(Write::Commit(sleeper(number, began, &made.company)?));
        if writes.len() == AT_ONCE {
            store.write_now(&writes)?;
            writes.clear();
        }
    }
    store.write_now(&writes)?;
    Ok(made.credentials)
}

fn now() -> Timestamp {
    use linger::clock::{Clock, SystemClock};
    SystemClock.now()
}

/// One conversation from its start until it was parked, decided by the rules.
fn sleeper(number: usize, began: Timestamp, company: &Company) -> Result<Commit, Failure> {
    let id = ConversationId::from_parts(u64::try_from(began.0)?, 0, number as u64);
    let customer = CustomerId::parse(&name(number))?;
    let agent = AgentId::parse("anna")?;
    let ctx = Ctx {
        now: began,
        company,
    };
    let start = Start {
        workstream: Some(WorkstreamId::parse("support")?),
        ..Start::default()
    };
    let refused = |r: linger::domain::reject::Reject| r.sentence;
    let (mut state, mut events) = rules::start(id, &customer, start, ctx).map_err(refused)?;
    let explanation = Explanation {
        rule: Rule::Pick,
        queue: None,
        waited: Millis(0),
        considered: Vec::new(),
        more: 0,
    };
    let person = Actor::Agent {
        id: agent.clone(),
        role: Role::Agent,
    };
    let mut steps = vec![
        (
            Actor::Engine,
            Command::Offer {
                agent: agent.clone(),
                over_capacity: false,
                explanation,
                reason: None,
            },
        ),
        (person.clone(), Command::Accept),
    ];
    for turn in 0..MESSAGES {
        let who = if turn % 2 == 0 {
            Actor::Customer(customer.clone())
        } else {
            person.clone()
        };
        let text = Arc::from(format!(
            "Message {turn} of conversation {number}, of a usual length for a chat."
        ));
        steps.push((
            who,
            Command::Post {
                client_id: ClientId::parse(&format!("m{turn}"))?,
                text,
            },
        ));
    }
    steps.push((person, Command::Park));
    for (who, command) in steps {
        events.extend(rules::decide(&mut state, &who, command, ctx).map_err(refused)?);
    }
    let due = rules::next_due(&state, company).map(|(due, _)| due);
    Ok(Commit {
        conversation: id,
        first: Position(1),
        events,
        snapshot: None,
        live: None,
        timer: Some(TimerMove {
            from: None,
            to: due,
        }),
        waiting: vec![(agent, true)],
        directory: Some(Arc::new(Entry::from(&state))),
        audit: Vec::new(),
        workstream: state.workstream.clone(),
        queued_at: state.queued_at,
    })
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the server and writes as one customer as soon as it answers. Returns the time
/// and the resident memory in KiB.
fn start_and_write(
    dir: &Path,
    credentials: &Credentials,
    customer: &str,
    round: usize,
) -> Result<(Duration, u64), Failure> {
    let token = credentials.customer_token(customer)?;
    let address = free_address()?;
    let began = Instant::now();
    let server = Process::new(env!("CARGO_BIN_EXE_linger"))
        .args(["demo", "--listen", &address.to_string(), "--data"])
        .arg(dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let server = Killed(server);
    let body = format!(
        r#"{{"workstream":"support","client_id":"back-{round}","text":"Here I am again."}}"#
    );
    let answer = loop {
        match post(address, &token, &body) {
            Ok(answer) => break answer,
            Err(_) if began.elapsed() < Duration::from_secs(60) => {
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(error) => return Err(error.into()),
        }
    };
    let time = began.elapsed();
    if !answer.starts_with("HTTP/1.1 200") || !answer.contains("\"created\":false") {
        return Err(format!("the customer did not come back to a conversation: {answer}").into());
    }
    Ok((time, resident_kib(server.0.id())?))
}

fn free_address() -> std::io::Result<SocketAddr> {
    std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()
}

fn post(address: SocketAddr, token: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "POST /api/v1/conversations HTTP/1.1\r\nHost: bench\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn resident_kib(pid: u32) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find(|l| l.starts_with("VmRSS:"))
        .ok_or("no VmRSS")?;
    Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse()?)
}
