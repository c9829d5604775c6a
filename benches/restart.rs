//! A restart with very many sleeping conversations: how long until the first message of a
//! returning customer is accepted, and how much memory the sleeping ones cost.
//!
//! 100,000 parked conversations with 10 messages each (a million), against 1,000. Measured
//! from the start of the process, five times after an ordered stop and five times after
//! SIGKILL; medians. The bar: 2 s, and memory that does not grow with what sleeps.
//!
//! `cargo bench --bench restart -- [--conversations N] [--json]`

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use linger::cli::credentials::{Credentials, FILE_NAME};
use linger::cli::demo::{DemoArgs, prepare};
use linger::client::{Client, Options, Party};
use linger::config::CustomerRate;
use linger::domain::commit::{Commit, TimerMove, Write};
use linger::domain::conversation::Conversation;
use linger::domain::event::{Event, ParkedBy, Recorded};
use linger::domain::ids::{
    AgentId, ClientId, ConversationId, CustomerId, Position, QueueId, Seq, WorkstreamId,
};
use linger::domain::message::{Author, Message};
use linger::domain::routing::{Explanation, Rule};
use linger::domain::time::{Millis, Timestamp};
use linger::domain::workstream::{Mode, TimerSettings};
use linger::store::{Durability, Store};
use serde_json::json;

type Failure = Box<dyn Error>;

/// Sleeping conversations to compare with.
const FEW: usize = 1_000;
/// Messages in each.
const MESSAGES: u64 = 10;
/// Agents whose conversations they are.
const AGENTS: u16 = 50;
/// Repetitions, of which the median counts.
const RUNS: usize = 5;
/// Conversations in one synced batch while the directory is made.
const BATCH: usize = 1_000;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("restart: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let mut many = 100_000;
    let mut as_json = false;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--conversations" => {
                many = args
                    .next()
                    .ok_or("--conversations needs a number")?
                    .parse()?
            }
            "--json" => as_json = true,
            // Cargo adds it to every bench.
            "--bench" => {}
            other => return Err(format!("{other} is no option of this benchmark").into()),
        }
    }
    println!(
        "{:>14}{:>12}{:>16}{:>18}{:>10}{:>10}",
        "conversations", "messages", "last stop", "first message ms", "RSS MiB", "peak MiB"
    );
    let mut rows = Vec::new();
    for conversations in [FEW, many] {
        let directory = tempfile::tempdir()?;
        let data = directory.path().join("data");
        fill(&data, conversations)?;
        verify(&data)?;
        for stop in [Stop::Ordered, Stop::Killed] {
            let measured = (0..RUNS)
                .map(|run| {
                    restart(
                        &data,
                        run * conversations / RUNS + usize::from(stop == Stop::Killed),
                        stop,
                    )
                })
                .collect::<Result<Vec<_>, _>>()?;
            let [first_ms, rss, peak] =
                [0, 1, 2].map(|i| median(measured.iter().map(|m| m[i]).collect()));
            let messages = conversations as u64 * MESSAGES;
            let stop = stop.name();
            println!(
                "{conversations:>14}{messages:>12}{stop:>16}{first_ms:>18.0}{rss:>10.0}{peak:>10.0}"
            );
            rows.push(json!({
                "conversations": conversations, "messages": messages, "last_stop": stop,
                "first_message_ms": first_ms, "rss_mib": rss, "peak_rss_mib": peak,
            }));
        }
    }
    if as_json {
        println!("{}", json!({ "bench": "restart", "rows": rows }));
    }
    Ok(())
}

/// How the server is stopped before the next start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Ordered,
    Killed,
}

impl Stop {
    const fn name(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Killed => "SIGKILL",
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Starts the server, lets a customer return and write, and stops it:
/// milliseconds to the acknowledgement, resident and peak MiB.
fn restart(data: &Path, number: usize, stop: Stop) -> Result<[f64; 3], Failure> {
    let credentials = Credentials::read(&data.join(FILE_NAME))?;
    let token = credentials.customer_token(&customer(number))?;
    let conversation = conversation_id(number).to_string();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ready = data.with_extension("ready");
    fs::remove_file(&ready).ok();
    let log = fs::File::create(data.with_extension("log"))?;
    let began = Instant::now();
    let mut server = Command::new(env!("CARGO_BIN_EXE_linger"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .arg("--ready-file")
        .arg(&ready)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    let measured = runtime.block_on(async {
        let url = loop {
            match fs::read_to_string(&ready) {
                Ok(url) if url.ends_with('\n') => break url.trim().to_owned(),
                _ if server.try_wait()?.is_some() => return Err(log_of(data).into()),
                _ => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        };
        let mut options = Options::new(&url, Party::Customer, token);
        options.cursors.follow(&conversation, MESSAGES);
        let (client, _events) = Client::connect(options).await?;
        let again = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
        let pending = client
            .send(&conversation, &format!("back-{again}"), "I am back")
            .await?;
        let acknowledged = pending.acknowledged().await?;
        let first_ms = began.elapsed().as_secs_f64() * 1e3;
        if acknowledged.seq <= MESSAGES {
            return Err(format!("the thread has lost its messages: {acknowledged:?}").into());
        }
        // The reading threads have what the start asked of them when a second message is through.
        client
            .send(&conversation, &format!("back-{again}-2"), "Hello?")
            .await?
            .acknowledged()
            .await?;
        let memory = |key| memory_mib(server.id(), key);
        let measured = [first_ms, memory("VmRSS:")?, memory("VmHWM:")?];
        client.leave().await;
        Ok::<_, Failure>(measured)
    });
    end(&mut server, stop)?;
    measured
}

fn end(server: &mut Child, stop: Stop) -> Result<(), Failure> {
    match stop {
        Stop::Ordered => {
            Command::new("kill")
                .args(["-TERM", &server.id().to_string()])
                .status()?;
        }
        Stop::Killed => server.kill()?,
    }
    server.wait()?;
    Ok(())
}

fn log_of(data: &Path) -> String {
    fs::read_to_string(data.with_extension("log")).unwrap_or_default()
}

fn memory_mib(process: u32, key: &str) -> Result<f64, Failure> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix(key))
        .ok_or("no such line in /proc")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

/// The figures would be worth nothing over a directory that is not a sound one.
fn verify(data: &Path) -> Result<(), Failure> {
    let output = Command::new(env!("CARGO_BIN_EXE_linger"))
        .arg("verify")
        .arg(data)
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "the directory does not verify: {}",
        String::from_utf8_lossy(&output.stdout)
    )
    .into())
}

/// A demo's directory with so many parked conversations.
fn fill(data: &Path, conversations: usize) -> Result<(), Failure> {
    let args = DemoArgs {
        data: data.to_owned(),
        listen: "127.0.0.1:0".parse()?,
        agents: Some(AGENTS),
        capacity: None,
        auto_accept: false,
        customer_rate: CustomerRate::default(),
        ready_file: None,
    };
    let demo = prepare(&args)?;
    let agents: Vec<AgentId> = demo
        .credentials
        .talking_agents()
        .map(AgentId::parse)
        .collect::<Result<_, _>>()?;
    let workstream = WorkstreamId::parse(&demo.credentials.workstreams.persistent)?;
    let queue = demo.company.workstreams[&workstream].default_queue.clone();
    let store = Store::open(data, Durability::Synced)?;
    let began = Instant::now();
    let numbers: Vec<usize> = (0..conversations).collect();
    for batch in numbers.chunks(BATCH) {
        let writes: Result<Vec<Write>, Failure> = batch
            .iter()
            .map(|n| parked(*n, &agents[n % agents.len()], &workstream, &queue))
            .collect();
        store.write_now(&writes?)?;
    }
    store.flush()?;
    eprintln!(
        "{conversations} conversations made in {:.1} s",
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

fn customer(number: usize) -> String {
    format!("customer-{number:06}")
}

/// Ids begin with their time: the conversations of a month.
fn conversation_id(number: usize) -> ConversationId {
    let at = 1_700_000_000_000 + number as u64 * 26_000;
    ConversationId::from_parts(
        at,
        0x9e37_79b9_7f4a_7c15_u128.wrapping_mul(number as u128 + 1),
    )
}

/// One conversation from start to park, as one write.
fn parked(
    number: usize,
    agent: &AgentId,
    workstream: &WorkstreamId,
    queue: &QueueId,
) -> Result<Write, Failure> {
    let id = conversation_id(number);
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let mut at = Timestamp(now) - Millis::hours(2);
    let mut events = vec![Event::Started {
        customer: CustomerId::parse(&customer(number))?,
        workstream: workstream.clone(),
        mode: Mode::Persistent,
        widget: None,
        locale: "en".to_owned(),
        context: BTreeMap::new(),
        queue: queue.clone(),
        route: None,
        priority: 0,
        prefer: None,
        client_id: None,
    }];
    for seq in 1..=MESSAGES {
        let author = if seq % 2 == 1 {
            Author::Customer
        } else {
            Author::Agent(agent.clone())
        };
        let text =
            format!("Message {seq} of {MESSAGES}, about as long as people write on a good day.");
        events.push(Event::Posted(Message {
            seq: Seq(seq),
            at,
            author,
            client_id: Some(ClientId::parse(&format!("m{number}-{seq}"))?),
            text: text.into(),
        }));
        if seq == 1 {
            events.extend(assigned(agent, queue, at));
        }
    }
    events.push(Event::Parked {
        by: ParkedBy::Agent,
    });
    let mut recorded = Vec::with_capacity(events.len());
    for mut event in events {
        at = at + Millis::seconds(1);
        if let Event::Posted(message) = &mut event {
            message.at = at;
        }
        recorded.push(Recorded { at, event });
    }
    let (first, later) = recorded.split_first().ok_or("no events")?;
    let mut state = Conversation::begin(id, first).ok_or("a conversation begins with a start")?;
    later.iter().for_each(|event| state.apply(event));
    let due = state.activity_at + TimerSettings::of(Mode::Persistent).auto_close_after;
    Ok(Write::Commit(Commit {
        conversation: id,
        first: Position(1),
        events: recorded,
        snapshot: Some(Arc::new(state)),
        live: None,
        timer: Some(TimerMove {
            from: None,
            to: Some(due),
        }),
        waiting: vec![(agent.clone(), true)],
    }))
}

fn assigned(agent: &AgentId, queue: &QueueId, at: Timestamp) -> [Event; 2] {
    let explanation = Explanation {
        rule: Rule::HighestCapacity,
        queue: Some(queue.clone()),
        waited: Millis(0),
        considered: Vec::new(),
        more: 0,
    };
    let offered = Event::Offered {
        agent: agent.clone(),
        units: 1,
        over_capacity: false,
        deadline: at + Millis::minutes(2),
        returning: false,
        explanation,
    };
    [
        offered,
        Event::Accepted {
            agent: agent.clone(),
        },
    ]
}
