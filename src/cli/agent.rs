//! `linger agent`: who may sign in. Works on a stopped data directory.
//!
//! A secret is printed once, when it is made, and cannot be read back; a lost one is
//! replaced with `linger agent renew`.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::agent_password;
use super::offline::{OfflineError, change, company, open};
use crate::config::DATA_DIR_DEFAULT;
use crate::domain::company::{AgentProfile, Company, Role};
use crate::domain::ids::{AgentId, QueueId};
use crate::web::secret::{new_secret, secret_sha256};

/// Units of an agent unless said otherwise.
const CAPACITY_DEFAULT: u32 = 4;

/// `linger agent …`
#[derive(Debug, Args)]
pub struct AgentArgs {
    /// The data directory of the stopped server.
    #[arg(long, env = "LINGER_DATA", default_value = DATA_DIR_DEFAULT, global = true)]
    data: PathBuf,
    #[command(subcommand)]
    command: AgentCommand,
}

/// What to do with agents.
#[derive(Debug, Subcommand)]
enum AgentCommand {
    /// Add an agent and print the sign-in secret, this once.
    Add(AddArgs),
    /// Everybody who is configured.
    List,
    /// Let an agent no longer sign in or be assigned; conversations that come back go to the queue.
    Disable {
        /// The agent's id.
        name: AgentId,
    },
    /// Set an agent's password, read from standard input.
    Password {
        /// The agent's id.
        name: AgentId,
    },
    /// Enable an agent and give them a new secret, printed this once; the old one ends.
    Renew {
        /// The agent's id.
        name: AgentId,
    },
}

/// `linger agent add …`
#[derive(Debug, Args)]
struct AddArgs {
    /// The agent's id, used to sign in.
    name: AgentId,
    /// The name that customers see; the id unless given.
    #[arg(long)]
    display_name: Option<String>,
    /// agent, supervisor or admin.
    #[arg(long, default_value = "agent", value_parser = parse_role)]
    role: Role,
    /// Units: how many conversations at once, where one costs one unit.
    #[arg(long, default_value_t = CAPACITY_DEFAULT)]
    capacity: u32,
    /// A queue that the agent is a member of; may be given more than once.
    #[arg(long = "queue")]
    queues: Vec<QueueId>,
}

/// Runs the command, reading what it asks for from `from` and printing to `out`.
///
/// # Errors
/// `OfflineError` with what to do about it; nothing was changed then.
pub fn run(
    args: AgentArgs,
    from: &mut impl BufRead,
    out: &mut impl Write,
) -> Result<(), OfflineError> {
    let data = args.data;
    let printed = match args.command {
        AgentCommand::Add(add) => {
            let name = add.name.clone();
            let secret = change(&data, |company| add_agent(company, add))?;
            print_secret(out, &name, &secret)
        }
        AgentCommand::List => list(out, &company(&open(&data, false)?)?),
        AgentCommand::Disable { name } => {
            change(&data, |company| {
                profile(company, &name)?.enabled = false;
                Ok(())
            })?;
            writeln!(out, "{name} is disabled.")
        }
        AgentCommand::Password { name } => {
            return agent_password::set(&data, &name, from, out);
        }
        AgentCommand::Renew { name } => {
            let secret = change(&data, |company| renew(company, &name))?;
            print_secret(out, &name, &secret)
        }
    };
    // The change is made; a reader that went away cannot undo it.
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

fn add_agent(company: &mut Company, add: AddArgs) -> Result<String, OfflineError> {
    if company.agents.contains_key(&add.name) {
        return Err(OfflineError::Refused(format!(
            "agent {0} is there already; a lost secret is replaced with `linger agent renew {0}`",
            add.name
        )));
    }
    for id in &add.queues {
        let known: Vec<&str> = company.queues.keys().map(QueueId::as_str).collect();
        let known = known.join(", ");
        let queue = company.queues.get_mut(id).ok_or_else(|| {
            OfflineError::Refused(format!("there is no queue {id}; there are: {known}"))
        })?;
        queue.members.insert(add.name.clone());
    }
    let secret = new_secret()?;
    let profile = AgentProfile {
        name: String::new(),
        role: add.role,
        secret_sha256: secret_sha256(&secret),
        ..AgentProfile::new(
            add.display_name.as_deref().unwrap_or(add.name.as_str()),
            add.capacity,
        )
    };
    company.agents.insert(add.name, profile);
    Ok(secret)
}

fn renew(company: &mut Company, name: &AgentId) -> Result<String, OfflineError> {
    let secret = new_secret()?;
    let profile = profile(company, name)?;
    profile.secret_sha256 = secret_sha256(&secret);
    profile.enabled = true;
    Ok(secret)
}

fn profile<'a>(
    company: &'a mut Company,
    name: &AgentId,
) -> Result<&'a mut AgentProfile, OfflineError> {
    company.agents.get_mut(name).ok_or_else(|| {
        OfflineError::Refused(format!("there is no agent {name}; see `linger agent list`"))
    })
}

fn print_secret(out: &mut impl Write, name: &AgentId, secret: &str) -> io::Result<()> {
    writeln!(
        out,
        "Agent {name} signs in with this token; it is not shown again:\n\n    {name}:{secret}\n"
    )
}

fn list(out: &mut impl Write, company: &Company) -> io::Result<()> {
    writeln!(
        out,
        "{:<20} {:<20} {:<10} {:>8}  {:<9} queues",
        "agent", "name", "role", "capacity", "sign-in"
    )?;
    for (id, agent) in &company.agents {
        let queues: Vec<&str> = company
            .queues
            .iter()
            .filter(|(_, q)| q.members.contains(id))
            .map(|(queue, _)| queue.as_str())
            .collect();
        let sign_in = match (agent.enabled, agent.secret_sha256.is_empty()) {
            (false, _) => "disabled",
            (true, true) => "no secret",
            (true, false) => "yes",
        };
        writeln!(
            out,
            "{:<20} {:<20} {:<10} {:>8}  {:<9} {}",
            id.as_str(),
            agent.display_name,
            role_name(agent.role),
            agent.capacity,
            sign_in,
            queues.join(", ")
        )?;
    }
    Ok(())
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Supervisor => "supervisor",
        Role::Admin => "admin",
    }
}

fn parse_role(text: &str) -> Result<Role, String> {
    [Role::Agent, Role::Supervisor, Role::Admin]
        .into_iter()
        .find(|role| role_name(*role) == text)
        .ok_or_else(|| "write agent, supervisor or admin".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::offline::save;
    use crate::domain::audit::Interface;
    use crate::domain::company::Queue;
    use clap::Parser;
    use std::path::Path;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: AgentArgs,
    }

    fn run_line(data: &Path, line: &str) -> Result<String, OfflineError> {
        run_typing(data, line, "")
    }

    fn run_typing(data: &Path, line: &str, input: &str) -> Result<String, OfflineError> {
        let data = data.to_str().expect("a UTF-8 path");
        let words = ["agent", "--data", data].into_iter().chain(line.split(' '));
        let mut out = Vec::new();
        run(
            Line::parse_from(words).args,
            &mut input.as_bytes(),
            &mut out,
        )?;
        Ok(String::from_utf8(out).expect("UTF-8"))
    }

    fn with_a_company() -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a directory");
        let store = open(dir.path(), true).expect("a new store");
        let mut company = Company::default();
        let queue = Queue {
            overflow: crate::domain::company::Overflow::default(),
            name: "Support".to_owned(),
            members: [].into(),
            method: Default::default(),
            priority: 0,
            hours: None,
        };
        company
            .queues
            .insert(QueueId::parse("support").expect("a valid id"), queue);
        save(&store, None, company, Interface::CommandLine).expect("written");
        dir
    }

    fn stored(dir: &Path) -> Company {
        company(&open(dir, false).expect("opens")).expect("a company")
    }

    #[test]
    fn an_added_agent_can_sign_in_with_what_was_printed_and_nothing_else_is_stored() {
        let dir = with_a_company();
        let shown = run_line(
            dir.path(),
            "add anna --capacity 3 --role supervisor --queue support",
        )
        .expect("added");
        let token = shown
            .lines()
            .find_map(|l| l.trim().strip_prefix("anna:"))
            .expect("a token");
        let company = stored(dir.path());
        let anna = AgentId::parse("anna").expect("a valid id");
        let profile = &company.agents[&anna];
        assert_eq!(profile.secret_sha256, secret_sha256(token));
        assert_eq!(
            (profile.capacity, profile.role, profile.enabled),
            (3, Role::Supervisor, true)
        );
        assert_eq!(company.revision, 1);
        assert!(company.queues.values().all(|q| q.members.contains(&anna)));
        assert!(
            !run_line(dir.path(), "list")
                .expect("a list")
                .contains(token)
        );
    }

    #[test]
    fn a_renewed_secret_ends_the_old_one_and_enables() {
        let dir = with_a_company();
        run_line(dir.path(), "add anna").expect("added");
        let before = stored(dir.path());
        assert!(
            run_line(dir.path(), "disable anna")
                .expect("done")
                .contains("disabled")
        );
        assert!(
            run_line(dir.path(), "list")
                .expect("a list")
                .contains("disabled")
        );
        run_line(dir.path(), "renew anna").expect("renewed");
        let after = stored(dir.path());
        let profile = |c: &Company| c.agents.values().next().cloned().expect("one agent");
        assert!(profile(&after).enabled);
        assert_ne!(
            profile(&before).secret_sha256,
            profile(&after).secret_sha256
        );
    }

    #[test]
    fn what_cannot_be_done_is_refused_with_a_way_out_and_changes_nothing() {
        let dir = with_a_company();
        run_line(dir.path(), "add anna").expect("added");
        let before = stored(dir.path());
        let cases = [
            ("add anna", "linger agent renew anna"),
            ("add bob --queue sales", "there are: support"),
            ("add bob --capacity 0", "capacity 0"),
            ("disable bob", "linger agent list"),
        ];
        for (line, expected) in cases {
            let why = run_line(dir.path(), line).expect_err(line).to_string();
            assert!(why.contains(expected), "{line}: {why}");
        }
        assert_eq!(stored(dir.path()), before);
    }

    #[test]
    fn a_password_is_read_from_standard_input_and_kept_as_its_hash() {
        let dir = with_a_company();
        run_line(dir.path(), "add anna").expect("added");
        let typed = "correct horse battery staple";
        run_typing(dir.path(), "password anna", &format!("{typed}\n")).expect("set");
        let anna = AgentId::parse("anna").expect("a valid id");
        let kept = || {
            let store = open(dir.path(), false).expect("opens");
            store.staff().expect("reads").account(&anna).password
        };
        let hash = kept().expect("a password");
        assert!(crate::web::staff::passwords::verify(typed, Some(&hash)));
        for (line, input, expected) in [
            ("password anna", "short\n", "at least 12"),
            ("password anna", "", "at least 12"),
            ("password otto", typed, "linger agent list"),
        ] {
            let why = run_typing(dir.path(), line, input).expect_err(line);
            assert!(why.to_string().contains(expected), "{line}: {why}");
        }
        assert_eq!(kept(), Some(hash), "as it was");
    }

    #[test]
    fn a_directory_without_a_store_stays_as_it_is() {
        let dir = tempfile::tempdir().expect("a directory");
        let why = run_line(dir.path(), "add anna")
            .expect_err("no store")
            .to_string();
        assert!(why.contains("linger config apply"), "{why}");
        assert_eq!(std::fs::read_dir(dir.path()).expect("readable").count(), 0);
    }

    #[test]
    fn a_store_that_is_open_is_refused_with_a_clear_sentence() {
        let dir = with_a_company();
        let _held = open(dir.path(), false).expect("opens");
        let why = run_line(dir.path(), "list")
            .expect_err("in use")
            .to_string();
        assert!(why.contains("stop it first"), "{why}");
    }
}
