//! A server of the replay's own: this same binary as `linger demo` on a fresh
//! directory, stopped and verified at the end.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{Instant, sleep};

use super::PlayError;
use crate::cli::credentials::{Credentials, FILE_NAME};

/// The server must be ready within this time.
const START_TIME_MAX: Duration = Duration::from_secs(60);
/// It must stop within this time after SIGTERM.
const STOP_TIME_MAX: Duration = Duration::from_secs(30);

/// How to start a server.
#[derive(Debug, Clone)]
pub struct ServerPlan {
    /// The binary.
    pub binary: PathBuf,
    /// Its data directory.
    pub data: PathBuf,
    /// Where it listens.
    pub listen: String,
    /// Agents in its company.
    pub agents: usize,
    /// More arguments of `linger demo`.
    pub more: Vec<String>,
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    plan: ServerPlan,
    /// What it wrote down when it was ready.
    pub credentials: Credentials,
}

impl ServerPlan {
    /// A directory that nobody else uses, in the system's place for such.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn fresh_directory() -> std::io::Result<PathBuf> {
        let nanos = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_nanos();
        let path = std::env::temp_dir().join(format!("linger-{}-{nanos}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(path)
    }

    fn ready_file(&self) -> PathBuf {
        self.data.with_extension("ready").join(FILE_NAME)
    }

    fn log_file(&self) -> PathBuf {
        self.data.with_extension("log")
    }

    /// Starts the server and waits until it is ready. Its output goes to a file beside its data.
    ///
    /// # Errors
    /// It does not start, or is not ready in time.
    pub async fn start(&self) -> Result<Server, PlayError> {
        let ready = self.ready_file();
        if let Some(directory) = ready.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::remove_file(&ready).ok();
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file())?;
        let mut child = Command::new(&self.binary)
            .arg("demo")
            .args([
                "--listen",
                &self.listen,
                "--agents",
                &self.agents.to_string(),
            ])
            .arg("--data")
            .arg(&self.data)
            .arg("--ready-file")
            .arg(&ready)
            .args(&self.more)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let until = Instant::now() + START_TIME_MAX;
        while !ready.exists() {
            if let Some(status) = child.try_wait()? {
                return Err(PlayError::Server(format!(
                    "it ended ({status}) before it was ready: {}",
                    self.last_words()
                )));
            }
            if Instant::now() > until {
                child.kill().ok();
                child.wait().ok();
                return Err(PlayError::Server(format!(
                    "it was not ready in time: {}",
                    self.last_words()
                )));
            }
            sleep(Duration::from_millis(20)).await;
        }
        let credentials = Credentials::read(&ready)?;
        Ok(Server {
            child,
            plan: self.clone(),
            credentials,
        })
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(self.log_file()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    }

    /// Lets the binary verify the data directory, which no server may use now.
    ///
    /// # Errors
    /// The verification finds something, or cannot run; with its words.
    pub fn verify(&self) -> Result<String, PlayError> {
        verify(&self.binary, &self.data)
    }

    /// Removes everything that the server left.
    pub fn remove(&self) {
        fs::remove_dir_all(&self.data).ok();
        fs::remove_file(self.log_file()).ok();
        fs::remove_dir_all(self.data.with_extension("ready")).ok();
    }
}

/// `linger verify DIR --json`: its output, if it found nothing.
///
/// # Errors
/// It finds something, or cannot run; with its words.
pub fn verify(binary: &Path, data: &Path) -> Result<String, PlayError> {
    let output = Command::new(binary)
        .arg("verify")
        .arg(data)
        .arg("--json")
        .output()?;
    let words = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        return Ok(words);
    }
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(PlayError::Server(format!(
        "linger verify {}: {}: {words} {complaint}",
        data.display(),
        output.status
    )))
}

impl Server {
    /// Stops it as an operator would, and waits until it is gone.
    ///
    /// # Errors
    /// It does not stop in time, or ends with an error.
    pub async fn stop(mut self) -> Result<ServerPlan, PlayError> {
        Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()?;
        let until = Instant::now() + STOP_TIME_MAX;
        loop {
            if let Some(status) = self.child.try_wait()? {
                if status.success() {
                    return Ok(self.plan.clone());
                }
                return Err(PlayError::Server(format!(
                    "it ended with {status}: {}",
                    self.plan.last_words()
                )));
            }
            if Instant::now() > until {
                return Err(PlayError::Server(
                    "it did not stop within 30 s of SIGTERM".to_owned(),
                ));
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Kills it at once, as a power cut does to a process.
    ///
    /// # Errors
    /// It cannot be killed, or had ended before.
    pub fn kill(mut self) -> Result<ServerPlan, PlayError> {
        if let Some(status) = self.child.try_wait()? {
            return Err(PlayError::Server(format!(
                "it ended by itself ({status}): {}",
                self.plan.last_words()
            )));
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(self.plan.clone())
    }

    /// Its process id.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    /// A replay that fails half-way leaves no server behind.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}
