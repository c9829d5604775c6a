//! The load: customers who talk without end, one dialogue after the other.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use linger::cli::credentials::{Credentials, TOKEN_TIME};
use linger::cli::ledger::By;
use linger::cli::replay::PlayError;
use linger::cli::replay::board::Board;
use linger::cli::replay::desk::Desk;
use linger::cli::replay::dialogue::{Dialogue, Turn};
use linger::cli::replay::reading::Reading;
use linger::cli::replay::scene::{Cast, Journal, Stage, play};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use std::time::Duration;
use tokio::task::JoinSet;

/// Customers who talk at once.
pub(crate) const CUSTOMERS: usize = 32;
/// Messages of one socket that may be unanswered: a kill leaves several in doubt.
const WINDOW: usize = 8;
/// How long anything may take that must happen, restarts included.
const PATIENCE: Duration = Duration::from_secs(90);

/// Words with everything that a text may hold.
const WORDS: [&str; 12] = [
    "hello",
    "naïve",
    "日本語",
    "🙂🙂",
    "\"quoted\"",
    "back\\slash",
    "a\tb",
    "två",
    "{}",
    "<b>",
    "שלום",
    "line\nbreak",
];

/// The load, under way.
pub(crate) struct Load {
    /// Every dialogue that has begun.
    pub(crate) casts: Arc<Mutex<Vec<Arc<Cast>>>>,
    /// Acknowledged so far.
    pub(crate) acknowledged: Arc<AtomicU64>,
    /// What agents sign in with, by name.
    pub(crate) agent_tokens: Vec<(String, String)>,
    stopping: Arc<AtomicBool>,
    players: JoinSet<Result<(), String>>,
}

impl Load {
    /// Agents take their places and customers begin.
    pub(crate) async fn begin(
        credentials: &Credentials,
        journal: Arc<dyn Journal>,
        seed: u64,
    ) -> Result<Self, PlayError> {
        let board = Arc::new(Board::default());
        let (mut desks, mut agent_tokens) = (Vec::new(), Vec::new());
        for (number, agent) in credentials.talking_agents().enumerate() {
            let token = credentials.agent_token(agent)?;
            agent_tokens.push((agent.to_owned(), token.clone()));
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
        let acknowledged = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&acknowledged);
        let stage = Arc::new(Stage {
            url: credentials.url.clone(),
            workstream: credentials.workstreams.persistent.clone(),
            desks,
            board,
            reading: Reading::new(&credentials.url, PATIENCE)?,
            patience: PATIENCE,
            window: WINDOW,
            journal: Some(journal),
            on_acknowledged: Box::new(move || {
                counter.fetch_add(1, Ordering::Relaxed);
            }),
        });
        let key = Arc::new(credentials.signing_key()?);
        let casts: Arc<Mutex<Vec<Arc<Cast>>>> = Arc::default();
        let stopping = Arc::new(AtomicBool::new(false));
        let mut players = JoinSet::new();
        for customer in 0..CUSTOMERS {
            let (stage, key, casts, stopping) = (
                Arc::clone(&stage),
                Arc::clone(&key),
                Arc::clone(&casts),
                Arc::clone(&stopping),
            );
            players.spawn(async move {
                let mut random = StdRng::seed_from_u64(seed.wrapping_add(customer as u64));
                let mut talk = 0_u64;
                while !stopping.load(Ordering::Relaxed) {
                    talk += 1;
                    let name = format!("customer-{customer}-{talk}");
                    let token = key.sign(&name, TOKEN_TIME).map_err(|e| e.to_string())?;
                    let cast = Arc::new(Cast::new(&name, token, &name));
                    casts
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(Arc::clone(&cast));
                    play(&stage, &invent(&name, &mut random), &cast)
                        .await
                        .map_err(|e| format!("{name}: {e}"))?;
                }
                Ok(())
            });
        }
        Ok(Self {
            casts,
            acknowledged,
            agent_tokens,
            stopping,
            players,
        })
    }

    /// The first customer who could not go on, if any.
    pub(crate) fn failure(&mut self) -> Option<String> {
        match self.players.try_join_next()? {
            Ok(Ok(())) => None,
            Ok(Err(why)) => Some(why),
            Err(e) => Some(e.to_string()),
        }
    }

    /// Lets every dialogue come to its end.
    pub(crate) async fn finish(&mut self) -> Result<(), String> {
        self.stopping.store(true, Ordering::Relaxed);
        while let Some(done) = self.players.join_next().await {
            done.map_err(|e| e.to_string())??;
        }
        Ok(())
    }

    /// Every dialogue that has begun.
    pub(crate) fn casts(&self) -> Vec<Arc<Cast>> {
        self.casts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A dialogue of some length; runs by one side are common, so that several messages are under way at once.
fn invent(id: &str, random: &mut StdRng) -> Dialogue {
    let length = random.random_range(12..60);
    let mut by = By::Customer;
    let turns = (0..length)
        .map(|n| {
            if n > 0 && random.random_bool(0.3) {
                by = if by == By::Customer {
                    By::Agent
                } else {
                    By::Customer
                };
            }
            let words: Vec<&str> = (0..random.random_range(1..12))
                .map(|_| *WORDS.choose(random).expect("there are words"))
                .collect();
            Turn {
                by,
                text: format!("{n}: {}", words.join(" ")),
            }
        })
        .collect();
    Dialogue {
        id: id.to_owned(),
        turns,
    }
}
