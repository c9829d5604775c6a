//! `linger company`: the company file in and out of a stopped server.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::offline::{OfflineError, company, open, save};
use crate::config::{CompanyFile, DATA_DIR_DEFAULT};
use crate::domain::company::Company;
use crate::store::Store;

/// `linger company …`
#[derive(Debug, Args)]
pub struct CompanyArgs {
    /// The data directory of the stopped server.
    #[arg(long, env = "LINGER_DATA", default_value = DATA_DIR_DEFAULT, global = true)]
    data: PathBuf,
    #[command(subcommand)]
    command: CompanyCommand,
}

/// What to do with the file.
#[derive(Debug, Subcommand)]
enum CompanyCommand {
    /// Say what is wrong with a company file; changes nothing, needs no data directory.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Take over a company file; makes the data directory if there is none.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Print the company as a file, everything written out.
    Export,
}

/// Runs the command, printing to `out`.
///
/// # Errors
/// `OfflineError` with what to do about it; nothing was changed then.
pub fn run(args: CompanyArgs, out: &mut impl Write) -> Result<(), OfflineError> {
    let printed = match args.command {
        CompanyCommand::Check { file } => {
            let company = read(&file)?.onto(None).map_err(refused)?;
            print_company(out, &company)
        }
        CompanyCommand::Import { file } => {
            let file = read(&file)?;
            // Refused before a store is made for it.
            if !args.data.join("CURRENT").exists() {
                file.clone().onto(None).map_err(refused)?;
            }
            let company = apply(&open(&args.data, true)?, file)?;
            print_company(out, &company)
        }
        CompanyCommand::Export => {
            let company = company(&open(&args.data, false)?)?;
            let text = CompanyFile::of(&company)
                .to_toml()
                .map_err(|e| OfflineError::Refused(e.to_string()))?;
            out.write_all(text.as_bytes())
        }
    };
    printed
        .or_else(|e| {
            if e.kind() == io::ErrorKind::BrokenPipe {
                Ok(())
            } else {
                Err(e)
            }
        })
        .map_err(|e| OfflineError::File(PathBuf::from("standard output"), e))
}

/// Reads a company file from disk.
///
/// # Errors
/// The file cannot be read, or is not of the documented form.
pub fn read(path: &Path) -> Result<CompanyFile, OfflineError> {
    let text =
        std::fs::read_to_string(path).map_err(|e| OfflineError::File(path.to_path_buf(), e))?;
    CompanyFile::parse(&text).map_err(refused)
}

/// Makes the file the company of a store, and returns it. A file that changes nothing
/// writes nothing.
///
/// # Errors
/// Everything that is wrong with the file; a workstream with conversations that would
/// change its mode; the store.
pub fn apply(store: &Store, file: CompanyFile) -> Result<Company, OfflineError> {
    let stored = store.company().map_err(OfflineError::Store)?;
    let mut company = file.onto(stored.as_ref()).map_err(refused)?;
    if let Some(stored) = stored {
        let has_conversations = || {
            let some = store.conversations(None, 1).map_err(OfflineError::Store)?;
            Ok::<_, OfflineError>(!some.is_empty())
        };
        if let Some(id) = changed_mode(&stored, &company)
            && has_conversations()?
        {
            return Err(OfflineError::Refused(format!(
                "workstream {id} cannot change its mode, because there are conversations; make a new workstream and move its widgets there"
            )));
        }
        let next = std::mem::replace(&mut company.revision, stored.revision);
        if company == stored {
            return Ok(company);
        }
        company.revision = next;
    }
    save(store, company.clone())?;
    Ok(company)
}

fn changed_mode<'a>(
    before: &'a Company,
    after: &Company,
) -> Option<&'a crate::domain::ids::WorkstreamId> {
    before
        .workstreams
        .iter()
        .find(|(id, w)| {
            after
                .workstreams
                .get(*id)
                .is_some_and(|now| now.mode != w.mode)
        })
        .map(|(id, _)| id)
}

fn refused(why: impl std::fmt::Display) -> OfflineError {
    OfflineError::Refused(why.to_string())
}

fn print_company(out: &mut impl Write, company: &Company) -> io::Result<()> {
    writeln!(
        out,
        "{}: {} workstreams, {} queues, {} agents.",
        company.name,
        company.workstreams.len(),
        company.queues.len(),
        company.agents.len()
    )?;
    for warning in company.warnings() {
        writeln!(out, "Warning: {warning}")?;
    }
    for (id, _) in company
        .agents
        .iter()
        .filter(|(_, a)| a.enabled && a.secret_sha256.is_empty())
    {
        writeln!(
            out,
            "Agent {id} cannot sign in yet; give a secret with `linger agent renew {id}`."
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
name = "Small"
[workstreams.support]
mode = "persistent"
default_queue = "support"
[queues.support]
members = ["anna"]
[agents.anna]
capacity = 2
"#;

    fn import(dir: &Path, text: &str) -> Result<String, OfflineError> {
        let file = dir.join("company.toml");
        std::fs::write(&file, text).expect("written");
        run_command(dir, CompanyCommand::Import { file })
    }

    fn run_command(dir: &Path, command: CompanyCommand) -> Result<String, OfflineError> {
        let mut out = Vec::new();
        run(
            CompanyArgs {
                data: dir.join("data"),
                command,
            },
            &mut out,
        )?;
        Ok(String::from_utf8(out).expect("UTF-8"))
    }

    fn revision(dir: &Path) -> u64 {
        company(&open(&dir.join("data"), false).expect("opens"))
            .expect("a company")
            .revision
    }

    #[test]
    fn an_imported_file_is_exported_and_imports_again_without_a_change() {
        let dir = tempfile::tempdir().expect("a directory");
        let said = import(dir.path(), FILE).expect("imported");
        assert!(said.contains("linger agent renew anna"), "{said}");
        assert_eq!(revision(dir.path()), 1);
        let exported = run_command(dir.path(), CompanyCommand::Export).expect("exported");
        import(dir.path(), &exported).expect("imported");
        assert_eq!(revision(dir.path()), 1, "nothing changed, nothing written");
        import(dir.path(), &exported.replace("Small", "Large")).expect("imported");
        assert_eq!(revision(dir.path()), 2);
    }

    #[test]
    fn a_file_that_is_wrong_makes_no_store() {
        let dir = tempfile::tempdir().expect("a directory");
        let why = import(dir.path(), &FILE.replace("\"anna\"", "\"zoe\"")).expect_err("wrong");
        assert!(why.to_string().contains("zoe"), "{why}");
        assert!(!dir.path().join("data").exists());
    }

    #[test]
    fn a_mode_may_change_as_long_as_there_is_no_conversation() {
        let dir = tempfile::tempdir().expect("a directory");
        import(dir.path(), FILE).expect("imported");
        import(dir.path(), &FILE.replace("persistent", "live")).expect("nobody has talked yet");
    }
}
