//! The composition root: the only place that sees every layer. Ordered start and stop.
//!
//! Start: bind (so that a taken address is known before anything is opened) → store →
//! configuration → live conversations → writer and readers → arbiters and supervisor →
//! HTTP. Stop: refuse new work → tell sessions to go (1001) → stop listening → drain and
//! sync the writer → close the readers. A failed write stops the server without
//! acknowledging, with an error for the exit code.

pub mod admin;
mod gauges;
mod jwks;
mod tls;

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix::Actor;
use actix_rt::Arbiter;

use crate::actors::{Boot, Fatal, Gateway, Links, Staff, SupervisorActor};
use crate::cli::company_file;
use crate::clock::Clock;
use crate::config::{CustomerRate, ServeSettings};
use crate::domain::company::Company;
use crate::domain::ids::ConversationId;
use crate::engine::summary::Summary;
use crate::error::Exit;
use crate::limits;
use crate::store::readers::Readers;
use crate::store::writer::Writer;
use crate::store::{Store, StoreError};
use crate::telemetry::Telemetry;
use crate::web::address::Proxies;
use crate::web::demo::DemoSite;
use crate::web::keyring::KeyRing;
use crate::web::limiter::Limiter;
use crate::web::pages::Pages;
use crate::web::refusals::Refusals;
use crate::web::staff::StaffDoor;
use crate::web::{self, WebState};

/// How long a stop waits for sessions to take their leave.
const GOODBYE: Duration = Duration::from_secs(5);

/// Why the server did not start, or stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {source}; choose another with --listen")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The store could not be opened or read.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The store is open elsewhere.
    #[error(
        "another process has the data directory {0} open; stop it first, or choose another with --data"
    )]
    InUse(String),
    /// Nobody has configured a company.
    #[error("{0} holds no company; start with --config FILE once, or try `linger demo`")]
    NoCompany(String),
    /// The company file is not sound.
    #[error("{0}")]
    Config(String),
    /// The system gave no thread or socket.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A write failed; nothing of it was acknowledged.
    #[error(
        "the store can no longer write; nothing unwritten was acknowledged. See the log, repair the disk and start again"
    )]
    WriteFailed,
}

/// A store that is open, with its configuration and what was going on in it.
pub struct Opened {
    store: Store,
    company: Arc<Company>,
    live: Vec<Summary>,
    /// Every timer row follows the configuration.
    swept: bool,
    parked: Vec<ConversationId>,
    keys: KeyRing,
    certificate: Option<tls::Certificate>,
    redirect: Option<TcpListener>,
    demo: Option<DemoSite>,
}

impl Opened {
    /// With what only `linger demo` serves.
    #[must_use]
    pub fn with_demo(self, demo: Option<DemoSite>) -> Self {
        Self { demo, ..self }
    }
}

/// Binds the address.
///
/// # Errors
/// [`ServerError::Listen`].
pub fn bind(address: SocketAddr) -> Result<TcpListener, ServerError> {
    TcpListener::bind(address).map_err(|source| ServerError::Listen { address, source })
}

/// Opens the store and reads what a start needs: the configuration and the open, active
/// and wrap-up conversations. Its cost does not grow with what sleeps.
///
/// # Errors
/// The store, or the configuration.
pub fn open(settings: &ServeSettings) -> Result<Opened, ServerError> {
    settings.staff.check().map_err(ServerError::Config)?;
    // What is wrong with these is known before anything is opened.
    let certificate = settings.tls.clone().map(tls::Certificate::load).transpose();
    let certificate = certificate.map_err(ServerError::Config)?;
    let redirect = settings.redirect_from.map(bind).transpose()?;
    let shown = settings.data.display().to_string();
    let store = Store::open(&settings.data, settings.durability)
        .map_err(|error| in_use(error, &settings.data))?;
    let company = match &settings.company_file {
        Some(path) => {
            let file = company_file::read(path).map_err(|e| ServerError::Config(e.to_string()))?;
            company_file::at_start(&store, file).map_err(|e| ServerError::Config(e.to_string()))?
        }
        None => store.company()?.ok_or(ServerError::NoCompany(shown))?,
    };
    for warning in company.warnings() {
        tracing::warn!("{warning}");
    }
    let parked: Vec<ConversationId> = store.parked()?.into_iter().map(|(id, _)| id).collect();
    let mut live = Vec::new();
    for id in store.live()? {
        match store.conversation(id) {
            Ok(Some(state)) => live.push(Summary::from(&state)),
            Ok(None) => {
                tracing::error!(conversation = %id, "listed as live but not there; run `linger verify`");
            }
            // One damaged conversation does not keep the others from being served.
            Err(error) => {
                tracing::error!(conversation = %id, %error, "a live conversation cannot be read; run `linger verify`");
            }
        }
    }
    let swept = store.swept()? == Some(company.revision);
    let keys = KeyRing::default();
    for (setting, kept) in store.kept_keys()? {
        keys.restore(setting, kept.url, kept.document);
    }
    Ok(Opened {
        store,
        company: Arc::new(company),
        live,
        swept,
        parked,
        keys,
        certificate,
        redirect,
        demo: None,
    })
}

fn in_use(error: StoreError, data: &Path) -> ServerError {
    if error.is_in_use() {
        ServerError::InUse(data.display().to_string())
    } else {
        ServerError::Store(error)
    }
}

/// Serves until `stop` is ready, or until the store can no longer write.
/// Must run within an actix system.
///
/// # Errors
/// [`ServerError::WriteFailed`], or the system.
pub async fn serve(
    opened: Opened,
    listener: TcpListener,
    settings: &ServeSettings,
    clock: Arc<dyn Clock>,
    stop: impl Future<Output = ()>,
) -> Result<(), ServerError> {
    let Opened {
        store,
        company,
        live,
        swept,
        parked,
        keys,
        certificate,
        redirect,
        demo,
    } = opened;
    let keys = Arc::new(keys);
    let fatal = Arc::new(Fatal::default());
    let writer = Writer::spawn(store.clone(), Links::notifier(fatal.clone()))?;
    let readers = Readers::spawn(&store, limits::READER_THREADS)?;
    let rate = match settings.customer_rate {
        CustomerRate::Limited { messages, window } => Some((messages, window)),
        CustomerRate::Unlimited => None,
    };
    let limiter = Arc::new(Limiter::new(&settings.rates, clock.clone()));
    let door = admin::open(&settings.data, readers.clone(), clock.clone());
    let links = Links::new(
        clock,
        writer.clone(),
        readers.clone(),
        company,
        rate,
        fatal.clone(),
    )
    .with_staff(Staff::new(store.staff()?));
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    // Sessions cost more than conversations do: they parse, write and talk to the system.
    let arbiters: Vec<Arbiter> = (0..(cores / 2).max(1)).map(|_| Arbiter::new()).collect();
    let supervisor_arbiter = Arbiter::new();
    tracing::info!(
        conversations = live.len(),
        parked = parked.len(),
        "open, active and wrap-up conversations are known"
    );
    let boot = Boot {
        live,
        swept,
        parked,
        affairs: store.affairs()?,
        erasures: store.erasures()?,
        agents: store.agents()?,
        arbiters: arbiters.iter().map(Arbiter::handle).collect(),
    };
    let supervisor = {
        let links = links.clone();
        SupervisorActor::start_in_arbiter(&supervisor_arbiter.handle(), move |_| {
            SupervisorActor::new(links, boot)
        })
    };
    let gateway = Gateway::new(links.clone(), supervisor);
    let (telemetry, gauges) = gauges::registered(Telemetry::new());
    let telemetry = Arc::new(telemetry);
    actix_rt::spawn(gauges.keep_up(links, gateway.clone()));
    actix_rt::spawn(jwks::keep_fresh(keys.clone(), gateway.clone()));
    let refusals = Arc::new(Refusals::default());
    actix_rt::spawn(refusals.clone().keep_up(gateway.clone()));
    let state = WebState {
        gateway: gateway.clone(),
        keys,
        devices: Arc::default(),
        telemetry,
        staff: Arc::new(StaffDoor::new(settings.staff.clone())),
        limiter,
        proxies: Arc::new(Proxies::new(
            settings.trusted_proxies.clone(),
            settings.proxy_header,
        )),
        refusals: refusals.clone(),
        pages: settings
            .pages
            .clone()
            .map_or(Pages::Embedded, Pages::Directory),
        demo: demo.map(Arc::new),
    };
    let port = listener.local_addr()?.port();
    let encrypted = certificate
        .as_ref()
        .map(tls::Certificate::config)
        .transpose()?;
    let workers = settings.workers.unwrap_or(cores);
    let server = web::http_server(state, listener, encrypted, workers)?;
    let redirecting = match redirect {
        Some(redirect) => {
            let server = web::redirect_server(redirect, port)?;
            let handle = server.handle();
            actix_rt::spawn(server);
            Some(handle)
        }
        None => None,
    };
    let handle = server.handle();
    let running = actix_rt::spawn(server);

    let renewing = certificate.map(|c| actix_rt::spawn(c.keep_up()));

    tokio::select! {
        () = stop => tracing::info!("stopping: sessions are told to come back"),
        () = fatal.wait() => tracing::error!("stopping: the store can no longer write"),
    }
    drop(door);
    gateway.say_goodbye();
    if let Some(renewing) = renewing {
        renewing.abort();
    }
    if let Some(redirecting) = redirecting {
        redirecting.stop(false).await;
    }
    let goodbye = tokio::time::timeout(GOODBYE, handle.stop(true));
    if goodbye.await.is_err() {
        handle.stop(false).await;
    }
    if let Ok(Err(error)) = running.await {
        tracing::warn!(%error, "the listener ended with an error");
    }
    refusals.settle(&gateway, true);
    // What was decided is written before the writer closes; its senders may be gone, but
    // they find it when they come back.
    let closed = tokio::task::spawn_blocking(move || {
        writer.close_and_join();
        readers.close_and_join();
        // With everything in tables, the next start has no log to replay.
        if let Err(error) = store.flush() {
            tracing::warn!(%error, "the log was not flushed; the next start replays it");
        }
    });
    if closed.await.is_err() {
        tracing::warn!("a store thread ended badly");
    }
    for arbiter in arbiters.iter().chain(std::iter::once(&supervisor_arbiter)) {
        arbiter.stop();
    }
    tracing::info!("stopped");
    if fatal.has_happened() {
        Err(ServerError::WriteFailed)
    } else {
        Ok(())
    }
}

impl ServerError {
    /// How the process ends with this.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Listen { .. } => Exit::Listen,
            Self::Store(StoreError::NewerFormat { .. } | StoreError::OlderFormat { .. }) => {
                Exit::NewerFormat
            }
            Self::Store(_) | Self::InUse(_) => Exit::Store,
            Self::NoCompany(_) | Self::Config(_) => Exit::Config,
            Self::WriteFailed => Exit::WriteFailed,
            Self::Io(_) => Exit::Failed,
        }
    }
}
