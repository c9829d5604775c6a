//! The real binary as a child process.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use linger::cli::credentials::Credentials;
use tempfile::TempDir;

use super::eventually_now;

/// `linger demo` on a directory of its own. Dropping it kills it.
pub struct Demo {
    child: Child,
    /// Where it listens, and everybody's secrets.
    pub credentials: Credentials,
    /// Its data directory.
    pub data: PathBuf,
    log: PathBuf,
    directory: TempDir,
}

impl Demo {
    /// Starts one and waits until it listens.
    pub fn start(arguments: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self::on(directory, arguments, &[])
    }

    /// Starts one with these variables of its environment.
    pub fn start_in(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self::on(directory, arguments, environment)
    }

    /// Starts it again on what the last one left.
    pub fn again(self, arguments: &[&str]) -> Self {
        Self::on(self.into_directory(), arguments, &[])
    }

    fn into_directory(mut self) -> TempDir {
        self.kill();
        let empty = tempfile::tempdir().expect("a temporary directory");
        std::mem::replace(&mut self.directory, empty)
    }

    /// Ends it in order and serves what it left with `linger serve`.
    pub fn then_serve(mut self, arguments: &[&str]) -> Self {
        self.signal("TERM");
        self.ended();
        let credentials = std::mem::replace(&mut self.credentials, unknown());
        let ready = self.directory.path().join("address");
        std::fs::remove_file(&ready).ok();
        let log = std::fs::OpenOptions::new()
            .append(true)
            .open(&self.log)
            .expect("a log file");
        self.child = Command::new(env!("CARGO_BIN_EXE_linger"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&self.data)
            .arg("--ready-file")
            .arg(&ready)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the binary runs");
        let url = eventually_now("the server listens", || {
            let ended = self.child.try_wait().expect("a child");
            assert!(ended.is_none(), "it ended: {ended:?}\n{}", self.log());
            let url = std::fs::read_to_string(&ready).ok()?;
            url.ends_with('\n').then(|| url.trim().to_owned())
        });
        self.credentials = Credentials { url, ..credentials };
        self
    }

    fn on(directory: TempDir, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let (data, ready, log) = (
            directory.path().join("data"),
            directory.path().join("ready"),
            directory.path().join("log"),
        );
        std::fs::remove_file(&ready).ok();
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .expect("a log file");
        let child = Command::new(env!("CARGO_BIN_EXE_linger"))
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .arg("--ready-file")
            .arg(&ready)
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .expect("the binary runs");
        let mut made = Self {
            child,
            credentials: unknown(),
            data,
            log,
            directory,
        };
        made.credentials = eventually_now("the demo listens", || {
            let ended = made.child.try_wait().expect("a child");
            assert!(
                ended.is_none(),
                "it ended instead: {ended:?}\n{}",
                made.log()
            );
            Credentials::read(&ready).ok()
        });
        made
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.credentials
            .url
            .trim_start_matches("https://")
            .trim_start_matches("http://")
            .parse()
            .expect("an address")
    }

    /// Its data directory.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(sent.success(), "the child is there");
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }

    /// Waits until it has ended.
    pub fn ended(&mut self) -> ExitStatus {
        eventually_now("the server ends", || {
            self.child.try_wait().expect("a child")
        })
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Resident memory now, in KiB.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .expect("the child is there");
        let line = status
            .lines()
            .find(|l| l.starts_with("VmRSS:"))
            .expect("Linux says how much");
        line.split_whitespace()
            .nth(1)
            .and_then(|n| n.parse().ok())
            .expect("a number of KiB")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- the server's log\n{}", self.log());
        }
    }
}

fn unknown() -> Credentials {
    serde_json::from_str(
        r#"{"url":"","signing_key_pkcs8_base64":"","kid":null,"issuer":null,"agents":{},
            "workstreams":{"persistent":"","live":""}}"#,
    )
    .expect("the documented form")
}

/// Runs a command of the binary to its end: exit code and what it said on standard error.
pub fn run(arguments: &[&str], data: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_linger"))
        .args(arguments)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}
