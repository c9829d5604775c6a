//! The rounds: load, kill, verify, restart, compare, send again.

use std::fmt;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use linger::cli::credentials::Credentials;
use linger::cli::ledger::{By, Findings};
use linger::cli::replay::reading::Reading;
use linger::cli::replay::scene::Cast;
use linger::cli::replay::server::{Server, ServerPlan};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use tokio::time::sleep;

use super::journal::SyncedJournal;
use super::load::{CUSTOMERS, Load};

/// Agents at work.
const AGENTS: usize = 4;
/// The load must get going within this time after a restart.
const PROGRESS_TIME_MAX: Duration = Duration::from_secs(60);
/// Messages are on their way again within this time; else the kill is one of an idle server.
const IN_DOUBT_TIME_MAX: Duration = Duration::from_secs(2);
/// Acknowledged messages that are sent again after each restart.
const RESENDS_PER_ROUND: usize = 40;
/// The HTTP interface must answer within this time after a restart.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a torture ends with.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) kills: u64,
    /// Kills while messages were on their way.
    pub(crate) kills_under_load: u64,
    /// Messages that were on their way when the server was killed.
    pub(crate) in_doubt: u64,
    pub(crate) acknowledged: u64,
    pub(crate) conversations: u64,
    pub(crate) returns: u64,
    /// Threads compared with the ledger after a restart.
    pub(crate) audits: u64,
    /// Acknowledged messages sent again.
    pub(crate) resends: u64,
    pub(crate) seconds: f64,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} kills ({} with messages on their way, {} of them), {} acknowledged messages in {} conversations with {} returns, \
             {} threads compared after restarts, {} messages sent again, {:.0} s: \
             0 lost, 0 doubled, 0 out of order, every verification clean",
            self.kills,
            self.kills_under_load,
            self.in_doubt,
            self.acknowledged,
            self.conversations,
            self.returns,
            self.audits,
            self.resends,
            self.seconds
        )
    }
}

/// Kills the server so many times under load. An error is a broken promise.
pub(crate) async fn run(rounds: u64, seed: u64) -> Result<Figures, String> {
    let directory = tempfile::tempdir().map_err(|e| e.to_string())?;
    let plan = ServerPlan {
        binary: env!("CARGO_BIN_EXE_linger").into(),
        data: directory.path().join("data"),
        listen: free_address().map_err(|e| e.to_string())?,
        agents: AGENTS,
        more: ["--capacity", "6", "--customer-rate", "unlimited"]
            .map(str::to_owned)
            .to_vec(),
    };
    let tortured = Torture::begin(plan, &directory.path().join("journal"), seed, rounds).await;
    let result = match tortured {
        Ok(torture) => torture.run(rounds).await,
        Err(e) => Err(e),
    };
    if result.is_err() {
        eprintln!(
            "data, log and journal are kept in {}",
            directory.keep().display()
        );
    }
    result
}

/// A port that is free now: the server must find it free after every restart as well,
/// so that the clients find it there.
fn free_address() -> std::io::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

struct Torture {
    server: Option<Server>,
    plan: ServerPlan,
    reading: Reading,
    load: Load,
    random: StdRng,
    figures: Figures,
    began: Instant,
}

impl Torture {
    async fn begin(
        plan: ServerPlan,
        journal: &std::path::Path,
        seed: u64,
        rounds: u64,
    ) -> Result<Self, String> {
        let server = plan.start().await.map_err(|e| e.to_string())?;
        let credentials: &Credentials = &server.credentials;
        let journal = Arc::new(SyncedJournal::create(journal).map_err(|e| e.to_string())?);
        let load = Load::begin(credentials, journal, seed)
            .await
            .map_err(|e| e.to_string())?;
        let reading = Reading::new(&credentials.url, PATIENCE).map_err(|e| e.to_string())?;
        Ok(Self {
            server: Some(server),
            plan,
            reading,
            load,
            random: StdRng::seed_from_u64(seed ^ rounds),
            figures: Figures::default(),
            began: Instant::now(),
        })
    }

    async fn run(mut self, rounds: u64) -> Result<Figures, String> {
        for round in 1..=rounds {
            self.round()
                .await
                .map_err(|e| format!("round {round}: {e}"))?;
        }
        self.load.finish().await?;
        self.judge()?;
        let server = self.server.take().ok_or("the server is gone")?;
        server.stop().await.map_err(|e| e.to_string())?;
        self.plan.verify().map_err(|e| e.to_string())?;
        self.figures.seconds = self.began.elapsed().as_secs_f64();
        Ok(self.figures)
    }

    async fn round(&mut self) -> Result<(), String> {
        self.progress().await?;
        let wait = self.random.random_range(50..700);
        sleep(Duration::from_millis(wait)).await;
        let on_their_way = self.messages_on_their_way().await;
        self.server
            .take()
            .ok_or("the server is gone")?
            .kill()
            .map_err(|e| e.to_string())?;
        self.figures.kills += 1;
        self.figures.kills_under_load += u64::from(on_their_way > 0);
        self.figures.in_doubt += on_their_way;
        self.plan.verify().map_err(|e| e.to_string())?;
        // What is acknowledged by now must be there afterwards, whatever the load adds meanwhile.
        self.server = Some(self.plan.start().await.map_err(|e| e.to_string())?);
        self.compare().await?;
        self.send_again().await
    }

    /// Waits for the next moment at which a kill leaves messages in doubt, and counts them.
    async fn messages_on_their_way(&self) -> u64 {
        let until = Instant::now() + IN_DOUBT_TIME_MAX;
        loop {
            let casts = self.load.casts();
            let recent = casts.iter().rev().take(2 * CUSTOMERS);
            let count = recent.map(|c| c.thread().on_their_way()).sum();
            if count > 0 || Instant::now() > until {
                return count;
            }
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Waits until the load goes on.
    async fn progress(&mut self) -> Result<(), String> {
        let goal = self.acknowledged() + 5;
        let until = Instant::now() + PROGRESS_TIME_MAX;
        while self.acknowledged() < goal {
            if let Some(why) = self.load.failure() {
                return Err(why);
            }
            if Instant::now() > until {
                return Err("the load does not go on".to_owned());
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    fn acknowledged(&self) -> u64 {
        self.load.acknowledged.load(Ordering::Relaxed)
    }

    /// Every thread that the kill may have touched, and some that it should not have.
    async fn compare(&mut self) -> Result<(), String> {
        let casts = self.load.casts();
        let recent = casts.len().saturating_sub(60);
        let (old, recent) = casts.split_at(recent);
        let some_old: Vec<_> = old.choose_multiple(&mut self.random, 10).cloned().collect();
        for cast in some_old.iter().chain(recent) {
            let Some(conversation) = cast.conversation.get() else {
                continue;
            };
            // The ledger first: what is acknowledged before the reading must be in it.
            let ledger = cast.thread().clone();
            let messages = self
                .reading
                .thread(conversation, &cast.token)
                .await
                .map_err(|e| e.to_string())?;
            self.figures.audits += 1;
            // What was sent since is known only to the newer ledger.
            let sent_since = cast.thread().clone();
            let mut findings = ledger.audit_acknowledged("after the restart", &messages);
            findings.add(sent_since.audit_page("after the restart", &messages));
            clean(&findings)?;
        }
        Ok(())
    }

    /// The same client id, over the other interface, must be the same message.
    async fn send_again(&mut self) -> Result<(), String> {
        let casts = self.load.casts();
        for _ in 0..RESENDS_PER_ROUND {
            let Some(cast) = casts.choose(&mut self.random) else {
                return Ok(());
            };
            let Some(conversation) = cast.conversation.get() else {
                continue;
            };
            let all: Vec<_> = cast
                .thread()
                .acknowledgements()
                .map(|(id, seq, text, by)| (id.to_owned(), seq, text.to_owned(), by))
                .collect();
            let Some((client_id, seq, text, by)) = all.choose(&mut self.random) else {
                continue;
            };
            let token = match by {
                By::Customer => cast.token.clone(),
                // Known from whoever was shown it.
                By::Agent => match self.agent_of(cast, client_id) {
                    Some(token) => token,
                    None => continue,
                },
            };
            let answer = self
                .reading
                .post(conversation, &token, client_id, text)
                .await;
            let (again, repeated) = answer.map_err(|e| format!("{client_id} sent again: {e}"))?;
            if (again, repeated) != (*seq, true) {
                return Err(format!(
                    "{client_id} was message {seq}; sent again it is {again}, repeated: {repeated}"
                ));
            }
            self.figures.resends += 1;
        }
        Ok(())
    }

    /// The token of the agent who wrote a message.
    fn agent_of(&self, cast: &Cast, client_id: &str) -> Option<String> {
        let agent = cast.thread().author_of(client_id)?;
        self.load
            .agent_tokens
            .iter()
            .find(|(name, _)| *name == agent)
            .map(|(_, token)| token.clone())
    }

    /// The verdict over every dialogue.
    fn judge(&mut self) -> Result<(), String> {
        let mut findings = Findings::default();
        for cast in self.load.casts() {
            let (verdict, found) = cast.thread().verdict();
            findings.add(found);
            self.figures.conversations += 1;
            self.figures.acknowledged += verdict.acknowledged;
            self.figures.returns += verdict.returns;
            if !verdict.is_good() {
                findings
                    .described
                    .push(format!("{}: {verdict:?}", cast.customer));
            }
        }
        if findings.described.is_empty() {
            clean(&findings)
        } else {
            Err(findings.described.join("\n"))
        }
    }
}

fn clean(findings: &Findings) -> Result<(), String> {
    if findings.is_clean() {
        Ok(())
    } else {
        Err(findings.described.join("\n"))
    }
}
