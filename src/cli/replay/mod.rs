//! `linger replay FILE.jsonl`: real dialogues through a running server, and a verdict.
//!
//! Many customers and agents talk at once over real sockets. Each dialogue is
//! broken into visits: the customer's socket goes, the agent parks, the
//! customer comes back on a new socket and writes, and the conversation must
//! return to the agent who had it. Everything that is sent, acknowledged and
//! shown is kept in a ledger outside the server (`cli/ledger.rs`), which has the last word.

pub mod board;
pub mod desk;
pub mod dialogue;
pub mod reading;
pub mod scene;
pub mod server;
mod watch;

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::credentials::{
    Credentials, CredentialsError, DEMO_DIRECTORY, FILE_NAME, TOKEN_TIME,
};
use crate::cli::ledger::{Findings, Verdict};
use crate::client::token::{SigningKey, TokenError};
use crate::client::{ConnectError, Failure, Refusal};
use board::Board;
use desk::Desk;
use dialogue::{Dialogue, DialogueError};
use reading::Reading;
use scene::{Cast, Stage};
use server::ServerPlan;
use watch::FloorWatch;

/// How long anything may take that must happen, waiting for an agent with room included.
const PATIENCE: Duration = Duration::from_secs(120);
/// Units of each agent of the own server.
const AGENT_UNITS: u32 = 10;
/// Failed dialogues that are described in words.
const FAILURES_DESCRIBED_MAX: usize = 20;

/// The arguments of `linger replay`.
#[derive(Debug, Clone, clap::Args)]
pub struct ReplayArgs {
    /// A file with a dialogue a line: {"id", "turns": [{"by": "customer"|"agent", "text"}]}
    pub file: PathBuf,
    /// Play only so many dialogues
    #[arg(long)]
    pub limit: Option<usize>,
    /// Print the verdict as one JSON object on the last line
    #[arg(long)]
    pub json: bool,
    /// Play through this running server, e.g. http://127.0.0.1:8080, instead of an own one
    #[arg(long)]
    pub url: Option<String>,
    /// The running server's demo credentials [default: ./data/demo/demo-credentials.json]
    #[arg(long, requires = "url")]
    pub credentials: Option<PathBuf>,
    /// Dialogues under way at once
    #[arg(long, default_value_t = 200)]
    pub customers_at_once: usize,
    /// Agents of the own server, with 10 units each
    #[arg(long, default_value_t = 12, conflicts_with = "url")]
    pub agents: usize,
}

/// Why a dialogue, or the whole replay, could not be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The file of dialogues.
    #[error(transparent)]
    Dialogue(#[from] DialogueError),
    /// The file of credentials.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// Signing.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Connecting.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The server said no where it should not.
    #[error("{0} was refused: {1}")]
    Refused(&'static str, Box<Refusal>),
    /// No answer.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// HTTP.
    #[error("HTTP: {0}")]
    Http(#[from] reqwest::Error),
    /// Something that must happen did not happen in time.
    #[error("nothing happened for too long: {0}")]
    Stalled(&'static str),
    /// An answer that the protocol does not allow.
    #[error("unexpected: {0}")]
    Unexpected(String),
    /// The own server.
    #[error("the server: {0}")]
    Server(String),
    /// The file system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// What a replay ends with.
#[derive(Debug, Default)]
struct Outcome {
    verdict: Verdict,
    findings: Findings,
    /// Whatever else went wrong, a sentence each.
    failures: Vec<String>,
    failed: usize,
}

impl Outcome {
    fn fail(&mut self, what: String) {
        self.failed += 1;
        if self.failures.len() < FAILURES_DESCRIBED_MAX {
            self.failures.push(what);
        }
    }

    fn is_good(&self) -> bool {
        self.verdict.is_good() && self.findings.is_clean() && self.failed == 0
    }
}

/// Runs the command: exit code 0 only if the verdict is good.
#[must_use]
pub fn run(args: &ReplayArgs) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(e) => return complain(&e.to_string()),
    };
    match runtime.block_on(replay(args)) {
        Ok(outcome) => {
            let shown = show(&outcome, args.json);
            if outcome.is_good() && shown.is_ok() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(e) => complain(&e.to_string()),
    }
}

fn complain(why: &str) -> ExitCode {
    writeln!(std::io::stderr(), "linger replay: {why}").ok();
    ExitCode::from(2)
}

async fn replay(args: &ReplayArgs) -> Result<Outcome, PlayError> {
    let file = BufReader::new(File::open(&args.file).map_err(DialogueError::from)?);
    let dialogues = dialogue::read(file, args.limit.unwrap_or(usize::MAX))?;
    if let Some(url) = &args.url {
        let path = args
            .credentials
            .clone()
            .unwrap_or_else(|| PathBuf::from(DEMO_DIRECTORY).join(FILE_NAME));
        let mut credentials = Credentials::read(&path)?;
        credentials.url.clone_from(url);
        return play_all(args, &dialogues, &credentials).await;
    }
    let plan = ServerPlan {
        binary: std::env::current_exe()?,
        data: ServerPlan::fresh_directory()?,
        listen: "127.0.0.1:0".to_owned(),
        agents: args.agents,
        more: vec!["--capacity".to_owned(), AGENT_UNITS.to_string()],
    };
    let server = plan.start().await?;
    let mut outcome = play_all(args, &dialogues, &server.credentials).await?;
    if let Err(e) = server.stop().await {
        outcome.fail(e.to_string());
    }
    if let Err(e) = plan.verify() {
        outcome.fail(e.to_string());
    }
    if outcome.is_good() {
        plan.remove();
    } else {
        outcome.fail(format!(
            "the server's data and log are kept in {}",
            plan.data.display()
        ));
    }
    Ok(outcome)
}

async fn play_all(
    args: &ReplayArgs,
    dialogues: &[Dialogue],
    credentials: &Credentials,
) -> Result<Outcome, PlayError> {
    let bar = progress(dialogues.len());
    let acknowledged = Arc::new(AtomicU64::new(0));
    let (stage, key) = set(credentials, Arc::clone(&acknowledged)).await?;
    let watch = FloorWatch::begin(&stage.reading, credentials);
    // Two replays on one server must not meet in one customer.
    let run = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    let began = Instant::now();
    let mut outcome = Outcome::default();
    let mut played = stream::iter(dialogues.iter().enumerate())
        .map(|(i, dialogue)| play_one(&stage, &key, format!("replay-{run:x}-{i}"), dialogue))
        .buffer_unordered(args.customers_at_once.max(1));
    while let Some((verdict, findings, failure)) = played.next().await {
        outcome.verdict.add(&verdict);
        outcome.findings.add(findings);
        if let Some(failure) = failure {
            outcome.fail(failure);
        }
        bar.inc(1);
        let rate = acknowledged.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();
        bar.set_message(format!("{rate:.0} messages/s"));
    }
    drop(played);
    outcome.verdict.seconds = (began.elapsed().as_secs_f64() * 1_000.0).round() / 1_000.0;
    bar.finish_and_clear();
    match watch.end().await {
        Ok(violations) => outcome.verdict.capacity_violations = violations,
        Err(e) => outcome.fail(format!("capacity could not be watched: {e}")),
    }
    Ok(outcome)
}

/// Agents at their desks, everything ready for the first customer.
async fn set(
    credentials: &Credentials,
    acknowledged: Arc<AtomicU64>,
) -> Result<(Stage, SigningKey), PlayError> {
    let board = Arc::new(Board::default());
    let mut desks = Vec::new();
    for (number, agent) in credentials.talking_agents().enumerate() {
        let token = credentials.agent_token(agent)?;
        desks.push(
            Desk::open(
                number,
                agent,
                &credentials.url,
                token,
                Arc::clone(&board),
                PATIENCE,
            )
            .await?,
        );
    }
    let stage = Stage {
        url: credentials.url.clone(),
        workstream: credentials.workstreams.persistent.clone(),
        desks,
        board,
        reading: Reading::new(&credentials.url, PATIENCE)?,
        patience: PATIENCE,
        window: 1,
        journal: None,
        on_acknowledged: Box::new(move || {
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }),
    };
    Ok((stage, credentials.signing_key()?))
}

async fn play_one(
    stage: &Stage,
    key: &SigningKey,
    customer: String,
    dialogue: &Dialogue,
) -> (Verdict, Findings, Option<String>) {
    let token = match key.sign(&customer, TOKEN_TIME) {
        Ok(token) => token,
        Err(e) => {
            return (
                Verdict::default(),
                Findings::default(),
                Some(format!("{}: {e}", dialogue.id)),
            );
        }
    };
    let cast = Cast::new(&customer, token, &dialogue.id);
    let failure = scene::play(stage, dialogue, &cast)
        .await
        .err()
        .map(|e| format!("{}: {e}", dialogue.id));
    let (verdict, findings) = cast.thread().verdict();
    (verdict, findings, failure)
}

fn progress(dialogues: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} dialogues  {msg}  {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    // Drawn on standard error, and only when that is a terminal.
    ProgressBar::new(dialogues as u64).with_style(style)
}

fn show(outcome: &Outcome, json: bool) -> std::io::Result<()> {
    let mut err = std::io::stderr();
    for line in outcome.findings.described.iter().chain(&outcome.failures) {
        writeln!(err, "  {line}")?;
    }
    if outcome.failed > outcome.failures.len() {
        writeln!(
            err,
            "  and {} more",
            outcome.failed - outcome.failures.len()
        )?;
    }
    let mut out = std::io::stdout();
    let v = &outcome.verdict;
    if json {
        return writeln!(out, "{}", serde_json::to_string(v)?);
    }
    writeln!(
        out,
        "{} sent, {} acknowledged, {} delivered in {:.1} s",
        v.sent, v.acknowledged, v.delivered, v.seconds
    )?;
    writeln!(
        out,
        "{} lost, {} doubled, {} out of order",
        v.lost, v.doubled, v.out_of_order
    )?;
    writeln!(
        out,
        "the same agent in {} of {} returns",
        v.returns_sticky, v.returns
    )?;
    writeln!(out, "{} capacity violations", v.capacity_violations)?;
    writeln!(
        out,
        "{}",
        if outcome.is_good() {
            "everything was kept"
        } else {
            "NOT everything was kept"
        }
    )
}
