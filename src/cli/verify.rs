//! `linger verify DIR`: checks every invariant over a store and prints what was found.
//!
//! Reads only. The exit code is 0 when everything holds, 1 when something does not,
//! and 2 when the store cannot be opened.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::store::Store;
use crate::store::check::check;

/// The exit code when something does not hold.
pub const EXIT_VIOLATIONS: u8 = 1;
/// The exit code when the store cannot be opened.
pub const EXIT_UNREADABLE: u8 = 2;

/// Checks every invariant over a data directory, without changing anything.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The data directory. Verify while the server is stopped, or verify a copy.
    pub dir: PathBuf,
    /// Print one JSON object instead of text.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
#[must_use]
pub fn run(args: &VerifyArgs) -> ExitCode {
    let store = match Store::open_read_only(&args.dir) {
        Ok(store) => store,
        Err(error) => return cannot_open(&error.to_string()),
    };
    if let Some(torn) = store.torn_tail() {
        eprintln!(
            "note: the end of {} is half written from byte {} on, as a crash leaves it; {} bytes are left out",
            torn.path.display(),
            torn.offset,
            torn.bytes_dropped
        );
    }
    let report = check(&store);
    let text = if args.json {
        serde_json::to_string(&report).expect("a report has only text keys")
    } else {
        report.to_string()
    };
    print(&text);
    if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_VIOLATIONS)
    }
}

/// Says on standard error why a store does not open, and gives the exit code for it.
pub(super) fn cannot_open(why: &str) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::from(EXIT_UNREADABLE)
}

/// Prints to standard output; a reader that has gone away (`| head`) is no error.
pub(super) fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
