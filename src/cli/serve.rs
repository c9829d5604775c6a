//! `linger serve`, and what it shares with `linger demo`: run until told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::staff_args::StaffArgs;
use crate::clock::SystemClock;
use crate::config::{
    CustomerRate, DATA_DIR_DEFAULT, LISTEN_DEFAULT, LogFormat, Network, ProxyHeader, RateChange,
    ServeSettings, TlsFiles, parse_durability,
};
use crate::error::Exit;
use crate::server::{self, ServerError};
use crate::store::Durability;
use crate::web::demo::DemoSite;

/// Serve a company.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The data directory
    #[arg(long, env = "LINGER_DATA", default_value = DATA_DIR_DEFAULT)]
    pub data: PathBuf,
    /// A company file to apply before serving (see docs/company.example.toml)
    #[arg(long, env = "LINGER_CONFIG")]
    pub config: Option<PathBuf>,
    /// The address to listen on; port 0 takes a free one
    #[arg(long, env = "LINGER_LISTEN", default_value = LISTEN_DEFAULT)]
    pub listen: SocketAddr,
    /// When a message counts as accepted: "synced", or "written" for comparison only
    #[arg(long, env = "LINGER_DURABILITY", default_value = "synced", value_parser = parse_durability)]
    pub durability: Durability,
    /// The form of the log: "text" or "json"
    #[arg(long, env = "LINGER_LOG", default_value = "text")]
    pub log: LogFormat,
    /// How fast one customer may write: "default", "unlimited", or such as "20/10s"
    #[arg(long, env = "LINGER_CUSTOMER_RATE", default_value = "default")]
    pub customer_rate: CustomerRate,
    /// Threads that speak HTTP and WebSocket; one per core by default
    #[arg(long, env = "LINGER_WORKERS")]
    pub workers: Option<usize>,
    /// A certificate to serve https with, PEM, followed by those that lead to its root
    #[arg(
        long,
        env = "LINGER_TLS_CERT",
        requires = "tls_key",
        value_name = "FILE"
    )]
    pub tls_cert: Option<PathBuf>,
    /// The key of the certificate, PEM; both are read again on SIGHUP and when they change
    #[arg(
        long,
        env = "LINGER_TLS_KEY",
        requires = "tls_cert",
        value_name = "FILE"
    )]
    pub tls_key: Option<PathBuf>,
    /// An address where plain http is sent on to https
    #[arg(
        long,
        env = "LINGER_HTTP_REDIRECT",
        requires = "tls_cert",
        value_name = "ADDRESS"
    )]
    pub http_redirect: Option<SocketAddr>,
    /// A proxy whose word about the client's address is taken, such as "10.0.0.0/8"; repeatable
    #[arg(
        long,
        env = "LINGER_TRUSTED_PROXY",
        value_delimiter = ',',
        value_name = "CIDR"
    )]
    pub trusted_proxy: Vec<Network>,
    /// The header in which trusted proxies say it: "x-forwarded-for" or "forwarded"
    #[arg(
        long,
        env = "LINGER_PROXY_HEADER",
        default_value = "x-forwarded-for",
        value_name = "HEADER"
    )]
    pub proxy_header: ProxyHeader,
    /// A limit (docs/SECURITY.md): NAME=COUNT/TIME, NAME=off or all=off; repeatable, the last wins
    #[arg(
        long = "limit",
        env = "LINGER_LIMITS",
        value_delimiter = ',',
        value_name = "LIMIT"
    )]
    pub limits: Vec<RateChange>,
    /// A file to write the address to once the server listens
    #[arg(long)]
    pub ready_file: Option<PathBuf>,
    /// Serve the pages from this directory (ui/dist), for whoever works on them
    #[arg(long, hide = true, value_name = "DIR")]
    pub pages: Option<PathBuf>,
    /// How people of the company sign in
    #[command(flatten)]
    pub staff: StaffArgs,
}

impl TryFrom<ServeArgs> for ServeSettings {
    type Error = std::io::Error;

    fn try_from(args: ServeArgs) -> std::io::Result<Self> {
        Ok(Self {
            data: args.data,
            listen: args.listen,
            company_file: args.config,
            durability: args.durability,
            log_format: args.log,
            customer_rate: args.customer_rate,
            workers: args.workers,
            ready_file: args.ready_file,
            staff: args.staff.settings()?,
            tls: args
                .tls_cert
                .zip(args.tls_key)
                .map(|(certificate, key)| TlsFiles { certificate, key }),
            redirect_from: args.http_redirect,
            trusted_proxies: args.trusted_proxy,
            proxy_header: args.proxy_header,
            rates: args.limits.into_iter().collect(),
            pages: args.pages,
        })
    }
}

/// Runs the command.
///
/// # Errors
/// Why the server did not start, or stopped by itself.
pub fn run(args: ServeArgs) -> Result<(), ServerError> {
    let settings = ServeSettings::try_from(args).map_err(|e| ServerError::Config(e.to_string()))?;
    let ready_file = settings.ready_file.clone();
    let scheme = if settings.tls.is_some() {
        "https"
    } else {
        "http"
    };
    serve(&settings, None, move |address| {
        println!("linger listens on {scheme}://{address}");
        match ready_file {
            Some(path) => std::fs::write(path, format!("{scheme}://{address}\n")),
            None => Ok(()),
        }
    })
}

/// Serves until SIGTERM or SIGINT; a second signal exits at once.
///
/// # Errors
/// Why the server did not start, or stopped by itself.
pub fn serve(
    settings: &ServeSettings,
    demo: Option<DemoSite>,
    listening: impl FnOnce(SocketAddr) -> std::io::Result<()>,
) -> Result<(), ServerError> {
    let listener = server::bind(settings.listen)?;
    let address = listener.local_addr()?;
    let opened = server::open(settings)?.with_demo(demo);
    actix_rt::System::new().block_on(async {
        let (stopped, stop) = tokio::sync::oneshot::channel();
        actix_rt::spawn(watch_signals(stopped)?);
        listening(address)?;
        let stop = async {
            // The watcher never goes away without a signal.
            let _ = stop.await;
        };
        server::serve(opened, listener, settings, Arc::new(SystemClock), stop).await
    })
}

fn watch_signals(
    stopped: tokio::sync::oneshot::Sender<()>,
) -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
        // The server may have stopped by itself in the meantime.
        let _ = stopped.send(());
        tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
        tracing::warn!("second signal: exiting now");
        exit_now();
    })
}

/// Ends the process without its exit handlers: they would take RocksDB's locks away from
/// threads that still hold them, which aborts. What is acknowledged is synced already.
fn exit_now() -> ! {
    signal_hook::low_level::exit(Exit::Interrupted.code().into())
}
