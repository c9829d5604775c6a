//! What every actor shares: clock, configuration, writer, readers, sessions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use actix::Addr;
use arc_swap::ArcSwap;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::domain::commit::Write;
use crate::domain::company::Company;
use crate::domain::conversation::Ctx;
use crate::domain::ids::{ConversationId, Position};
use crate::domain::time::{Millis, Timestamp};
use crate::engine::conversation::Surroundings;
use crate::limits;
use crate::maps::Map;
use crate::store::readers::Readers;
use crate::store::writer::{WriteFailed, Writer};

use super::conversation::{ConversationActor, ToConversation};
use super::post::post;
use super::registry::Registry;
use super::staff::Staff;

/// What comes back from the writer.
pub enum Token {
    /// A step of a conversation: open its gate up to here.
    Step(Addr<ConversationActor>, ConversationId, Position),
    /// Do this when it is durable. Runs on the writer's thread: must be quick.
    Then(Box<dyn FnOnce() + Send>),
    /// Nobody waits for it.
    Quiet,
}

/// The server cannot go on; whoever composes it waits for this.
#[derive(Debug, Default)]
pub struct Fatal {
    happened: AtomicBool,
    wake: Notify,
}

impl Fatal {
    /// Says so. The reason is logged where it is known.
    pub fn happen(&self) {
        self.happened.store(true, Ordering::SeqCst);
        self.wake.notify_one();
    }

    /// Whether it has happened.
    pub fn has_happened(&self) -> bool {
        self.happened.load(Ordering::SeqCst)
    }

    /// Returns when it has happened.
    pub async fn wait(&self) {
        while !self.has_happened() {
            self.wake.notified().await;
        }
    }
}

/// What the supervisor counts, for metrics.
#[derive(Debug, Default)]
pub struct Census {
    /// Conversations with an actor.
    pub awake: AtomicUsize,
    /// Open, active and wrap-up conversations.
    pub live: AtomicUsize,
}

/// What every actor shares. Cheap to clone.
#[derive(Clone)]
pub struct Links {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// All durable writes.
    pub writer: Writer<Token>,
    /// All reads.
    pub readers: Readers,
    /// Messages of a customer per window; `None`: unlimited.
    pub customer_rate: Option<(usize, Millis)>,
    /// Cannot go on.
    pub fatal: Arc<Fatal>,
    /// For metrics.
    pub census: Arc<Census>,
    /// How people sign in.
    pub staff: Arc<Staff>,
    pub(super) stopping: Arc<AtomicBool>,
    pub(super) registry: Arc<Registry>,
    company: Arc<ArcSwap<Company>>,
}

impl Links {
    /// Ties the parts together.
    #[must_use]
    pub fn new(
        clock: Arc<dyn Clock>,
        writer: Writer<Token>,
        readers: Readers,
        company: Arc<Company>,
        customer_rate: Option<(usize, Millis)>,
        fatal: Arc<Fatal>,
    ) -> Self {
        Self {
            clock,
            writer,
            readers,
            customer_rate,
            fatal,
            census: Arc::default(),
            staff: Arc::default(),
            stopping: Arc::default(),
            registry: Arc::default(),
            company: Arc::new(ArcSwap::new(company)),
        }
    }

    /// The same with how people sign in.
    #[must_use]
    pub fn with_staff(mut self, staff: Staff) -> Self {
        self.staff = Arc::new(staff);
        self.settle_staff();
        self
    }

    /// The configuration as it is now.
    #[must_use]
    pub fn company(&self) -> Arc<Company> {
        self.company.load_full()
    }

    /// Another configuration holds from now on, for every decision.
    pub(super) fn configure(&self, company: Arc<Company>) {
        self.company.store(company);
    }

    /// This instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn with_surroundings<T>(&self, f: impl FnOnce(Surroundings<'_>) -> T) -> T {
        let company = self.company.load();
        f(Surroundings {
            ctx: Ctx {
                now: self.now(),
                company: &company,
            },
            customer_rate: self.customer_rate,
        })
    }

    /// Hands a write to the writer. One that is closed is stopping: the step is never
    /// acknowledged, and its sender repeats it after the restart.
    pub(super) fn write(&self, write: Write, token: Token) {
        if self.writer.submit(write, token).is_err() {
            tracing::debug!("a write came after the writer was closed; it is not acknowledged");
        }
    }

    /// Whether new work is taken.
    pub(super) fn admits(&self) -> bool {
        self.writer.depth() < limits::WRITER_QUEUE_MAX
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed) || self.fatal.has_happened()
    }

    /// What the writer calls after each batch.
    pub fn notifier(
        fatal: Arc<Fatal>,
    ) -> impl FnMut(Vec<Token>, Result<(), Arc<WriteFailed>>) + Send + 'static {
        let mut last: Map<ConversationId, (Addr<ConversationActor>, Position)> = Map::default();
        move |tokens, result| {
            if let Err(failed) = result {
                if !fatal.has_happened() {
                    tracing::error!(error = %failed, "a write failed; nothing of it is acknowledged and the server stops");
                }
                fatal.happen();
                return;
            }
            let mut then = Vec::new();
            for token in tokens {
                match token {
                    Token::Step(to, conversation, upto) => {
                        last.insert(conversation, (to, upto));
                    }
                    Token::Then(next) => then.push(next),
                    Token::Quiet => {}
                }
            }
            for (_, (to, upto)) in last.drain() {
                post(&to, ToConversation::Committed(upto));
            }
            for next in then {
                next();
            }
        }
    }
}
