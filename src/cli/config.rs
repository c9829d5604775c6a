//! `linger config`: the company as a file. Prints it, checks one, says what one would change,
//! and applies it: all of it or nothing, to the data directory of a stopped server or, with
//! `--url`, to a running one.

mod remote;
mod show;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::company_file::{self, plan};
use super::credentials::{DEMO_DIRECTORY, FILE_NAME};
use super::offline::{OfflineError, company, open};
use crate::config::{CompanyFile, DATA_DIR_DEFAULT, Moves, Plan, parse_moves, schema};
use crate::domain::audit::Interface;
use crate::error::Exit;
use remote::Remote;
pub use remote::RemoteError;

/// `linger config …`
#[derive(Debug, Args)]
pub struct ConfigArgs {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: ConfigCommand,
}

/// Where the company is.
#[derive(Debug, Clone, Args)]
struct Place {
    /// The data directory of the stopped server.
    #[arg(long, env = "LINGER_DATA", default_value = DATA_DIR_DEFAULT, global = true)]
    data: PathBuf,
    /// The address of a running server, instead of a data directory [with --as-admin: that of the demo]
    #[arg(long, global = true)]
    url: Option<String>,
    /// A file with an admin's token (`ID:SECRET`)
    #[arg(long, value_name = "FILE", global = true, requires = "url")]
    token_file: Option<PathBuf>,
    /// As the admin of the demo
    #[arg(long, global = true, conflicts_with = "token_file")]
    as_admin: bool,
    /// The demo's credentials
    #[arg(long, value_name = "FILE", global = true, default_value_os_t = PathBuf::from(DEMO_DIRECTORY).join(FILE_NAME))]
    credentials: PathBuf,
}

/// What to do with the file.
#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print the company as a file, everything written out.
    Export {
        /// With the SHA-256 of the agents' secrets, to move them to another server.
        #[arg(long)]
        secrets: bool,
    },
    /// Say what is wrong with a company file; changes nothing, needs no server.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Say what a company file would change; changes nothing.
    Plan(FileArgs),
    /// Make the company equal to a file, after showing what that changes. Agents that it does not name stay.
    Apply {
        #[command(flatten)]
        file: FileArgs,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
        /// Only say what would change, as `plan` does.
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the JSON Schema of the company file, for editors.
    Schema,
}

/// A file and how it is taken.
#[derive(Debug, Clone, Args)]
struct FileArgs {
    /// The file.
    file: PathBuf,
    /// Remove agents that the file does not name.
    #[arg(long)]
    prune_agents: bool,
    /// Where the conversations of a removed queue go; may be given more than once.
    #[arg(long = "move", value_name = "QUEUE=OTHER")]
    moves: Vec<String>,
}

impl FileArgs {
    fn moves(&self) -> Result<Moves, OfflineError> {
        parse_moves(&self.moves.join(",")).map_err(OfflineError::Refused)
    }
}

/// Why the command did nothing.
#[derive(Debug, thiserror::Error)]
pub enum ConfigCommandError {
    /// The file or the data directory.
    #[error(transparent)]
    Offline(#[from] OfflineError),
    /// The running server.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// What was to be said, or the answer.
    #[error("the terminal: {0}")]
    Output(#[from] io::Error),
}

impl ConfigCommandError {
    /// How the process ends with it.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Offline(OfflineError::Configuration(_))
            | Self::Remote(RemoteError::Configuration(_)) => Exit::Config,
            _ => Exit::Failed,
        }
    }
}

/// Runs the command, printing to `out`.
///
/// # Errors
/// What is wrong and what to do about it; nothing was changed then.
pub fn run(args: ConfigArgs, out: &mut impl Write) -> Result<(), ConfigCommandError> {
    let ConfigArgs { place, command } = args;
    let done = match command {
        ConfigCommand::Schema => print_schema(out),
        ConfigCommand::Check { file } => check(&file, out),
        ConfigCommand::Export { secrets } => export(&place, secrets, out),
        ConfigCommand::Plan(file) => apply(&place, &file, true, true, out),
        ConfigCommand::Apply { file, yes, dry_run } => apply(&place, &file, yes, dry_run, out),
    };
    match done {
        // A reader that went away cannot undo what was done.
        Err(ConfigCommandError::Output(e)) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn print_schema(out: &mut impl Write) -> Result<(), ConfigCommandError> {
    let text = serde_json::to_string_pretty(&schema()).map_err(io::Error::from)?;
    Ok(writeln!(out, "{text}")?)
}

fn check(path: &Path, out: &mut impl Write) -> Result<(), ConfigCommandError> {
    let company = company_file::read(path)?
        .onto(None)
        .map_err(|e| OfflineError::Configuration(e.to_string()))?;
    Ok(show::company(out, &company)?)
}

fn export(place: &Place, secrets: bool, out: &mut impl Write) -> Result<(), ConfigCommandError> {
    let file = match Remote::of(place)? {
        Some(remote) => remote.export(secrets)?,
        None => {
            let file = CompanyFile::of(&company(&open(&place.data, false)?)?);
            if secrets {
                file
            } else {
                file.without_secrets()
            }
        }
    };
    let text = file
        .to_toml()
        .map_err(|e| OfflineError::Refused(e.to_string()))?;
    Ok(out.write_all(text.as_bytes())?)
}

fn apply(
    place: &Place,
    file: &FileArgs,
    yes: bool,
    dry_run: bool,
    out: &mut impl Write,
) -> Result<(), ConfigCommandError> {
    // Read before anything is opened: a file that is wrong makes no data directory.
    let read = company_file::read(&file.file)?;
    let moves = file.moves()?;
    if let Some(remote) = Remote::of(place)? {
        let planned = remote.apply(file, &moves, None)?;
        show::plan(out, &planned.plan)?;
        show::warnings(out, &planned.warnings)?;
        if dry_run || planned.plan.is_empty() {
            return Ok(());
        }
        agree(yes, out)?;
        let applied = remote.apply(file, &moves, Some(planned.revision))?;
        return Ok(writeln!(out, "Applied; revision {}.", applied.revision)?);
    }
    let fresh = !place.data.join("CURRENT").exists();
    if fresh {
        let company = read
            .clone()
            .onto(None)
            .map_err(|e| OfflineError::Configuration(e.to_string()))?;
        if dry_run {
            return Ok(show::plan(out, &Plan::between(None, &company))?);
        }
    }
    let store = open(&place.data, true)?;
    let planned = plan(&store, read, file.prune_agents, &moves)?;
    show::plan(out, &planned.plan)?;
    if dry_run || planned.plan.is_empty() {
        return Ok(());
    }
    agree(yes, out)?;
    let company = planned.make(&store, Interface::CommandLine)?;
    writeln!(out, "Applied; revision {}.", company.revision)?;
    Ok(show::company(out, &company)?)
}

/// Asks whoever sits at the terminal; without one, `--yes` is the only way to agree.
fn agree(yes: bool, out: &mut impl Write) -> Result<(), ConfigCommandError> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(OfflineError::Refused(
            "nothing was changed: there is no terminal to ask at; say --yes".to_owned(),
        )
        .into());
    }
    write!(out, "Apply? [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(OfflineError::Refused("nothing was changed".to_owned()).into())
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
