//! A server in this process: its own thread and actix system, a directory of its own, and
//! a clock that the test moves.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use linger::clock::{Clock, ManualClock};
use linger::config::{CustomerRate, Rates, ServeSettings, StaffSettings};
use linger::domain::commit::Write;
use linger::domain::time::{Millis, Timestamp};
use linger::server::{self, ServerError};
use linger::store::{Durability, Store};
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::company::Site;
use super::http::Http;
use super::socket::Socket;

/// A running server. Dropping it stops it in order and removes its directory.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its company and everybody's credentials.
    pub site: Arc<Site>,
    clock: Arc<ManualClock>,
    directory: Option<TempDir>,
    settings: ServeSettings,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), ServerError>>>,
}

impl Server {
    /// The usual company on a fresh directory.
    pub fn start() -> Self {
        Self::with(Site::with_capacity(4))
    }

    /// A company on a fresh directory.
    pub fn with(site: Site) -> Self {
        Self::limited(site, CustomerRate::Unlimited)
    }

    /// A company on a fresh directory, with a limit to how fast customers may write.
    pub fn limited(site: Site, customer_rate: CustomerRate) -> Self {
        Self::set(site, |settings| settings.customer_rate = customer_rate)
    }

    /// A company on a fresh directory whose people sign in in this way.
    pub fn signing_in(site: Site, staff: StaffSettings) -> Self {
        Self::set(site, |settings| settings.staff = staff)
    }

    /// A company on a fresh directory, without any limit but what `change` makes of the settings.
    pub fn set(site: Site, change: impl FnOnce(&mut ServeSettings)) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut settings = ServeSettings {
            data: directory.path().join("data"),
            customer_rate: CustomerRate::Unlimited,
            rates: Rates::unlimited(),
            ..ServeSettings::default()
        };
        change(&mut settings);
        {
            let store = Store::open(&settings.data, Durability::Synced).expect("a fresh store");
            store
                .write_now(&[Write::Company {
                    company: Arc::new(site.company.clone()),
                    audit: None,
                }])
                .expect("written");
        }
        // Tokens are signed by the machine's clock, so the test's begins there.
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970")
            .as_millis();
        let clock = Arc::new(ManualClock::at(Timestamp(
            i64::try_from(now).expect("before the year 292278994"),
        )));
        let mut made = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            site: Arc::new(site),
            clock,
            directory: Some(directory),
            settings,
            stop: None,
            thread: None,
        };
        made.run();
        made
    }

    fn run(&mut self) {
        let listener = server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
        self.address = listener.local_addr().expect("bound");
        let (settings, clock) = (self.settings.clone(), self.clock.clone());
        let (sender, stopped) = oneshot::channel();
        let opened = server::open(&settings).expect("the store opens");
        self.stop = Some(sender);
        self.thread = Some(std::thread::spawn(move || {
            actix_rt::System::new().block_on(async move {
                let stop = async {
                    // A sender that is dropped stops as well.
                    let _ = stopped.await;
                };
                server::serve(opened, listener, &settings, clock, stop).await
            })
        }));
    }

    /// Stops it in order.
    pub fn stop(&mut self) -> Result<(), ServerError> {
        drop(self.stop.take());
        match self.thread.take() {
            Some(thread) => thread.join().expect("the server does not panic"),
            None => Ok(()),
        }
    }

    /// Stops it and starts it again on the same directory, at another address.
    pub fn restart(&mut self) {
        self.stop().expect("a good end");
        self.run();
    }

    /// Where it keeps everything.
    pub fn data(&self) -> &Path {
        &self.settings.data
    }

    /// Stops it, shows what is on disk or changes it, and starts it again.
    pub fn with_store(&mut self, look: impl FnOnce(&Store)) {
        self.stop().expect("a good end");
        let store = Store::open(&self.settings.data, Durability::Synced).expect("opens");
        look(&store);
        drop(store);
        self.run();
    }

    /// Lets time pass.
    pub fn advance(&self, by: Millis) {
        self.clock.advance(by);
    }

    /// The time of the server.
    pub fn now(&self) -> i64 {
        self.clock.now().0
    }

    /// A customer's HTTP client.
    pub fn customer_http(&self, name: &str) -> Http {
        Http::new(self.address, Some(self.site.customer(name)))
    }

    /// An agent's HTTP client.
    pub fn agent_http(&self, name: &str) -> Http {
        Http::new(self.address, Some(super::company::agent(name)))
    }

    /// A customer's socket, after hello.
    pub async fn customer(&self, name: &str) -> Socket {
        Socket::customer(self.address, &self.site.customer(name)).await
    }

    /// An agent's socket, after hello, whatever their presence is.
    pub async fn agent(&self, name: &str) -> Socket {
        Socket::agent(self.address, &super::company::agent(name)).await
    }

    /// An agent's socket, available.
    pub async fn available(&self, name: &str) -> Socket {
        let mut socket = self.agent(name).await;
        socket
            .ask(serde_json::json!({"type": "presence", "presence": "available"}))
            .await;
        socket
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let ended = self.stop();
        if !std::thread::panicking() {
            ended.expect("a good end");
        }
        drop(self.directory.take());
    }
}
