//! `linger snapshot …` and `linger restore`: copies of a data directory, and back again.
//!
//! The exit code is 0 when it was done or everything holds, 1 when something does not hold, and 2
//! when it could not be done.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::inspect_text::time;
use super::verify::{EXIT_UNREADABLE, EXIT_VIOLATIONS, print};
use crate::clock::{Clock, SystemClock};
use crate::server::admin::{self, Answer, Question};
use crate::snapshot::manifest::Manifest;
use crate::snapshot::prune::{self, Keep};
use crate::snapshot::{list, make, restore, verify};
use crate::store::{Durability, Store};

/// Where snapshots are unless it is said.
pub const DIRECTORY: &str = "./snapshots";

/// `linger snapshot …`
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    #[command(subcommand)]
    command: SnapshotCommand,
}

#[derive(Debug, Subcommand)]
enum SnapshotCommand {
    /// Make one, of a running server or of a stopped data directory.
    Create(CreateArgs),
    /// Which there are.
    List(ListArgs),
    /// Check every file of one, and every invariant over what is in it.
    Verify(VerifyArgs),
    /// Remove those that no rule keeps.
    Prune(PruneArgs),
}

#[derive(Debug, Args)]
struct CreateArgs {
    /// The data directory, of a running server or of one that is stopped.
    #[arg(long)]
    data: PathBuf,
    /// The directory of snapshots; made if it is not there.
    #[arg(long, default_value = DIRECTORY)]
    to: PathBuf,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct ListArgs {
    /// The directory of snapshots.
    #[arg(long, default_value = DIRECTORY)]
    from: PathBuf,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// The snapshot.
    snapshot: PathBuf,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct PruneArgs {
    /// The directory of snapshots.
    #[arg(long, default_value = DIRECTORY)]
    from: PathBuf,
    /// Keep the last ones, whenever they are of.
    #[arg(long, default_value_t = 0)]
    keep_last: usize,
    /// Keep the last of each of so many hours.
    #[arg(long, default_value_t = 0)]
    keep_hourly: usize,
    /// Keep the last of each of so many days (UTC).
    #[arg(long, default_value_t = 0)]
    keep_daily: usize,
    /// Keep the last of each of so many weeks.
    #[arg(long, default_value_t = 0)]
    keep_weekly: usize,
    /// Keep the last of each of so many months.
    #[arg(long, default_value_t = 0)]
    keep_monthly: usize,
    /// Keep the last of each of so many years.
    #[arg(long, default_value_t = 0)]
    keep_yearly: usize,
    /// Only say what would go.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// `linger restore SNAPSHOT --to DIR`
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The snapshot.
    snapshot: PathBuf,
    /// The new data directory; must not be there yet, or be empty.
    #[arg(long)]
    to: PathBuf,
    /// Check the snapshot and say what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Runs `linger snapshot`.
#[must_use]
pub fn run(args: &SnapshotArgs) -> ExitCode {
    let done = match &args.command {
        SnapshotCommand::Create(args) => create(args),
        SnapshotCommand::List(args) => list_all(args),
        SnapshotCommand::Verify(args) => verify_one(args),
        SnapshotCommand::Prune(args) => prune_some(args),
    };
    done.unwrap_or_else(|why| failed(&why))
}

fn failed(why: &str) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::from(EXIT_UNREADABLE)
}

fn show(json: bool, object: &serde_json::Value, text: &str) {
    if json {
        print(&object.to_string());
    } else {
        print(text);
    }
}

fn create(args: &CreateArgs) -> Result<ExitCode, String> {
    let (path, manifest) = match ask_server(args)? {
        Some(made) => made,
        None => {
            if !args.data.join("CURRENT").exists() {
                return Err(format!(
                    "{} holds no linger store; check --data",
                    args.data.display()
                ));
            }
            let store = Store::open(&args.data, Durability::Synced).map_err(|e| e.to_string())?;
            let made =
                make::make(&store, &args.to, SystemClock.now()).map_err(|e| e.to_string())?;
            (made.path, made.manifest)
        }
    };
    let object = json!({ "path": path, "manifest": manifest });
    show(args.json, &object, &line(&path, &manifest));
    Ok(ExitCode::SUCCESS)
}

/// Asks the server that runs on this data directory; `None`: there is none.
fn ask_server(args: &CreateArgs) -> Result<Option<(PathBuf, Manifest)>, String> {
    let Ok(mut stream) = UnixStream::connect(args.data.join(admin::NAME)) else {
        return Ok(None);
    };
    let to = std::path::absolute(&args.to).map_err(|e| format!("{}: {e}", args.to.display()))?;
    let mut question =
        serde_json::to_string(&Question::Snapshot { to }).map_err(|e| e.to_string())?;
    question.push('\n');
    let mut answer = String::new();
    let asked = stream
        .write_all(question.as_bytes())
        .and_then(|()| BufReader::new(stream).read_line(&mut answer));
    match asked {
        Ok(0) | Err(_) => Err("the server stopped while it was asked; run this again".to_owned()),
        Ok(_) => match serde_json::from_str(&answer) {
            Ok(Answer::Made { path, manifest }) => Ok(Some((path, *manifest))),
            Ok(Answer::Refused(why)) => Err(why),
            Err(error) => Err(format!("the server answered something else: {error}")),
        },
    }
}

fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let (mut whole, mut tenths, mut unit) = (bytes, 0, "B");
    for next in UNITS {
        if whole < 1024 {
            break;
        }
        tenths = whole % 1024 * 10 / 1024;
        whole /= 1024;
        unit = next;
    }
    if unit == "B" {
        format!("{whole} B")
    } else {
        format!("{whole}.{tenths} {unit}")
    }
}

fn line(path: &Path, manifest: &Manifest) -> String {
    format!(
        "{}  {}  {} conversations, {} events  {}",
        path.display(),
        time(manifest.made_at),
        manifest.counts.conversations,
        manifest.counts.events,
        size(manifest.bytes())
    )
}

fn list_all(args: &ListArgs) -> Result<ExitCode, String> {
    let found = list::list(&args.from).map_err(|e| e.to_string())?;
    let snapshots: Vec<_> = found
        .snapshots
        .iter()
        .map(|(path, manifest)| json!({ "path": path, "manifest": manifest }))
        .collect();
    let unreadable: Vec<_> = found
        .unreadable
        .iter()
        .map(|(path, why)| json!({ "path": path, "why": why }))
        .collect();
    let object = json!({
        "snapshots": snapshots, "unfinished": found.unfinished, "unreadable": unreadable,
    });
    let mut lines: Vec<String> = found.snapshots.iter().map(|(p, m)| line(p, m)).collect();
    if lines.is_empty() {
        lines.push(format!("{} has no snapshots", args.from.display()));
    }
    lines.extend(
        found
            .unreadable
            .iter()
            .map(|(_, why)| format!("UNREADABLE {why}")),
    );
    let unfinished = found.unfinished.iter();
    lines.extend(unfinished.map(|path| format!("unfinished, no snapshot: {}", path.display())));
    show(args.json, &object, &lines.join("\n"));
    Ok(if found.unreadable.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_VIOLATIONS)
    })
}

fn verify_one(args: &VerifyArgs) -> Result<ExitCode, String> {
    let verified = verify::verify(&args.snapshot).map_err(|e| e.to_string())?;
    let clean = verified.is_clean();
    let object = json!({
        "clean": clean, "manifest": verified.manifest, "findings": verified.findings,
        "report": verified.report,
    });
    let mut lines = vec![line(&args.snapshot, &verified.manifest)];
    lines.extend(
        verified
            .findings
            .iter()
            .map(|finding| format!("DAMAGED {finding}")),
    );
    match &verified.report {
        Some(report) => lines.push(report.to_string()),
        None => lines.push("what is in it was not looked at; take another snapshot".to_owned()),
    }
    show(args.json, &object, &lines.join("\n"));
    Ok(if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_VIOLATIONS)
    })
}

fn prune_some(args: &PruneArgs) -> Result<ExitCode, String> {
    let keep = Keep {
        last: args.keep_last,
        hourly: args.keep_hourly,
        daily: args.keep_daily,
        weekly: args.keep_weekly,
        monthly: args.keep_monthly,
        yearly: args.keep_yearly,
    };
    if keep.is_nothing() {
        return Err("say what to keep, such as --keep-daily 7 --keep-weekly 4".to_owned());
    }
    let found = list::list(&args.from).map_err(|e| e.to_string())?;
    let pruning = prune::plan(&found, &keep);
    if !args.dry_run {
        prune::remove(&args.from, &pruning).map_err(|e| e.to_string())?;
    }
    let object = json!({
        "kept": pruning.kept, "removed": pruning.removed, "dry_run": args.dry_run,
    });
    let verb = if args.dry_run {
        "would remove"
    } else {
        "removed"
    };
    let mut lines: Vec<String> = pruning
        .removed
        .iter()
        .map(|path| format!("{verb} {}", path.display()))
        .collect();
    lines.extend(
        pruning
            .kept
            .iter()
            .map(|path| format!("kept {}", path.display())),
    );
    if lines.is_empty() {
        lines.push(format!("{} has no snapshots", args.from.display()));
    }
    show(args.json, &object, &lines.join("\n"));
    Ok(ExitCode::SUCCESS)
}

/// Runs `linger restore`.
#[must_use]
pub fn run_restore(args: &RestoreArgs) -> ExitCode {
    restore_one(args).unwrap_or_else(|why| failed(&why))
}

fn restore_one(args: &RestoreArgs) -> Result<ExitCode, String> {
    if args.dry_run {
        let plan = restore::plan(&args.snapshot, &args.to).map_err(|e| e.to_string())?;
        let object = json!({ "dry_run": true, "to": plan.to, "manifest": plan.manifest });
        let text = format!(
            "would restore {}\nto {}; every file is what it should be",
            line(&args.snapshot, &plan.manifest),
            plan.to.display()
        );
        show(args.json, &object, &text);
        return Ok(ExitCode::SUCCESS);
    }
    let done = restore::restore(&args.snapshot, &args.to).map_err(|e| e.to_string())?;
    let store = Store::open_read_only(&args.to).map_err(|e| e.to_string())?;
    let report = crate::store::check::check(&store);
    let lost = SystemClock.now().since(done.manifest.made_at);
    let object = json!({
        "dry_run": false, "to": done.to, "manifest": done.manifest,
        "clean": report.is_clean(), "report": report, "loss_window_ms": lost.0,
    });
    let text = format!(
        "restored {}\nto {}: as of {}; what came later is not in it\n{report}",
        args.snapshot.display(),
        done.to.display(),
        time(done.manifest.made_at),
    );
    show(args.json, &object, &text);
    Ok(if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_VIOLATIONS)
    })
}
