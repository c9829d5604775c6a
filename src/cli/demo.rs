//! `linger demo`: a sample company on a data directory of its own, with everything one
//! needs to try it printed and written down.
//!
//! [`prepare`] makes (or opens) the directory and knows nothing of servers; [`Demo::listening`]
//! is called once the server has its address. Promises: the same directory again keeps its
//! key, its secrets and its conversations, and gains what the options ask for; a directory
//! that is not a demo's is refused, because a demo's secrets lie in a file beside its data.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::agent_password::store_password;
use super::credentials::{
    Credentials, CredentialsError, DEMO_DIRECTORY, DemoWorkstreams, FILE_NAME,
};
use super::offline::{OfflineError, open, save};
use crate::client::token::{SigningKey, TokenError};
use crate::clock::{Clock, SystemClock};
use crate::config::{CompanyFile, ConfigError, CustomerRate, LISTEN_DEFAULT};
use crate::domain::audit::Interface;
use crate::domain::company::{AgentProfile, Company, CustomerKey, Mode, Role};
use crate::domain::ids::{AgentId, AuthenticationId};
use crate::domain::time::Millis;
use crate::store::Store;
use crate::web::demo::DemoSite;
use crate::web::secret::{new_secret, secret_sha256};
use crate::wire::demo::{
    DemoAgentBody, DemoAgentsBody, DemoCustomerBody, DemoCustomersBody, DemoWidgetsBody,
};

const PERSISTENT: &str = "support";
const LIVE: &str = "live";
/// The sample company, read as any other.
const COMPANY: &str = include_str!("demo.toml");
/// Customers and how they are called.
const CUSTOMERS: [(&str, &str); 3] = [
    ("maria", "María López"),
    ("joao", "João Silva"),
    ("emma", "Emma Fischer"),
];
/// How long a token lasts that the shop page signs a customer in with; it gets a new one then.
const PAGE_TOKEN_TIME: Duration = Duration::from_secs(3_600);
const KEY_ID: &str = "demo";
const CAPACITY_DEFAULT: u32 = 4;
/// Agents that `--agents` makes at most: their names have three digits.
const AGENTS_MAX: u16 = 999;
/// Agents who get a password: hashing one takes its time, and a crowd is for programs.
const PASSWORDS_MAX: usize = 5;
/// Characters of a password, of 64 possible ones each.
const PASSWORD_CHARS: usize = 20;
/// The printed customer tokens last as long as anybody tries a demo.
const TOKEN_TIME: Duration = Duration::from_secs(365 * 24 * 3_600);

/// `linger demo …`
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// The demo's data directory; made if there is none.
    #[arg(long, default_value = DEMO_DIRECTORY)]
    pub data: PathBuf,
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, default_value = LISTEN_DEFAULT)]
    pub listen: SocketAddr,
    /// The agents agent-001 to agent-N and a supervisor, instead of anna, bob and carol.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=i64::from(AGENTS_MAX)))]
    pub agents: Option<u16>,
    /// Units of every agent.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub capacity: Option<u32>,
    /// Offers count as accepted at once.
    #[arg(long)]
    pub auto_accept: bool,
    /// Begin with some conversations of others to look at, in a fresh directory; not with --agents.
    #[arg(long)]
    pub sample: bool,
    /// How fast one customer may write: default, unlimited, or such as 20/10s.
    #[arg(long, default_value = "default")]
    pub customer_rate: CustomerRate,
    /// Serve the pages from this directory (ui/dist), for whoever works on them.
    #[arg(long, hide = true, value_name = "DIR")]
    pub pages: Option<PathBuf>,
    /// A copy of demo-credentials.json, written once the server listens.
    #[arg(long)]
    pub ready_file: Option<PathBuf>,
}

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The directory belongs to something else.
    #[error("{0} is not empty and not a demo's directory; name another with --data")]
    NotADemo(PathBuf),
    /// The file with the demo's secrets cannot be read.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The demo's key cannot be made or used.
    #[error(transparent)]
    Key(#[from] TokenError),
    /// The sample company is not sound.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data directory cannot be used.
    #[error(transparent)]
    Offline(#[from] OfflineError),
    /// A file cannot be written.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
}

/// A demo that is ready to be served.
#[derive(Debug)]
pub struct Demo {
    /// What is in the store.
    pub company: Company,
    /// What is in the file beside it.
    pub credentials: Credentials,
    /// There was no company before, and conversations to begin with are wanted.
    pub begins_with_sample: bool,
    data: PathBuf,
    ready_file: Option<PathBuf>,
}

/// Makes the demo's directory, or opens the one that is there. The store is closed again
/// when this returns.
///
/// # Errors
/// [`DemoError`], with what to do about it.
pub fn prepare(args: &DemoArgs) -> Result<Demo, DemoError> {
    let file = args.data.join(FILE_NAME);
    let mut credentials = if file.exists() {
        Credentials::read(&file)?
    } else if is_empty(&args.data)? {
        new_credentials(&url_of(args.listen))?
    } else {
        return Err(DemoError::NotADemo(args.data.clone()));
    };
    let sample = sample(args)?;
    let people = people(args.agents, &sample);
    for (name, _, _) in &people {
        if !credentials.agents.contains_key(name) {
            credentials
                .agents
                .insert(name.clone(), new_secret().map_err(OfflineError::from)?);
        }
    }
    credentials.supervisor = people
        .iter()
        .find(|(_, _, role)| *role == Role::Supervisor)
        .map(|(name, _, _)| name.clone());
    credentials.admin = people
        .iter()
        .find(|(_, _, role)| *role == Role::Admin)
        .map(|(name, _, _)| name.clone());
    for name in people
        .iter()
        .filter(|(_, _, role)| *role == Role::Agent)
        .map(|(name, _, _)| name)
        .take(PASSWORDS_MAX)
        .chain(&credentials.supervisor)
        .chain(&credentials.admin)
    {
        if !credentials.passwords.contains_key(name) {
            let mut password = new_secret().map_err(OfflineError::from)?;
            password.truncate(PASSWORD_CHARS);
            credentials.passwords.insert(name.clone(), password);
        }
    }
    // Before the store: secrets without a company are taken up by the next start,
    // a company whose secrets nobody knows is of no use.
    write_private(&credentials, &file)?;

    let store = open(&args.data, true)?;
    let stored = store.company().map_err(OfflineError::Store)?;
    let mut company = stored.clone().unwrap_or(sample);
    for (name, display_name, role) in people {
        add_person(&mut company, &credentials, &name, &display_name, role)?;
    }
    apply_options(&mut company, args);
    trust_key(&mut company, &credentials)?;
    if stored.as_ref() != Some(&company) {
        company.revision += 1;
        save(
            &store,
            stored.as_ref(),
            company.clone(),
            Interface::CommandLine,
        )?;
    }
    set_passwords(&store, &credentials)?;
    Ok(Demo {
        company,
        credentials,
        begins_with_sample: args.sample && args.agents.is_none() && stored.is_none(),
        data: args.data.clone(),
        ready_file: args.ready_file.clone(),
    })
}

/// Gives those a password who have none yet; whoever has chosen one keeps it.
fn set_passwords(store: &Store, credentials: &Credentials) -> Result<(), DemoError> {
    let roll = store.staff().map_err(OfflineError::Store)?;
    for (name, password) in &credentials.passwords {
        let id = AgentId::parse(name).map_err(OfflineError::from)?;
        if roll.account(&id).password.is_none() {
            store_password(store, &id, password)?;
        }
    }
    Ok(())
}

impl Demo {
    /// What its pages are told.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn site(&self) -> Result<DemoSite, DemoError> {
        let key = self.credentials.signing_key()?;
        // The demo's own, or whichever there is if it was removed.
        let widget_of = |mode, own: &str| {
            let widgets = self.company.widgets.iter();
            let of_mode = widgets.filter(|(_, widget)| {
                let workstream = self.company.workstreams.get(&widget.workstream);
                workstream.is_some_and(|w| w.mode == mode)
            });
            of_mode
                .map(|(id, _)| id.to_string())
                .min_by_key(|id| id != own)
        };
        let agents = self
            .credentials
            .passwords
            .iter()
            .filter_map(|(name, password)| {
                let profile = self.company.agents.get(&AgentId::parse(name).ok()?)?;
                Some(DemoAgentBody {
                    id: name.clone(),
                    name: profile.display_name.clone(),
                    password: password.clone(),
                    role: match profile.role {
                        Role::Agent => "agent",
                        Role::Supervisor => "supervisor",
                        Role::Admin => "admin",
                    }
                    .to_owned(),
                })
            });
        Ok(DemoSite {
            customers: DemoCustomersBody {
                customers: CUSTOMERS
                    .iter()
                    .map(|(id, name)| DemoCustomerBody {
                        id: (*id).to_owned(),
                        name: (*name).to_owned(),
                    })
                    .collect(),
                widgets: DemoWidgetsBody {
                    persistent: widget_of(Mode::Persistent, "shop"),
                    live: widget_of(Mode::Live, "chat"),
                },
            },
            agents: DemoAgentsBody {
                agents: agents.collect(),
            },
            sign: Box::new(move |customer| {
                let (_, name) = CUSTOMERS.iter().find(|(id, _)| *id == customer)?;
                let said = serde_json::Map::from_iter([("name".to_owned(), (*name).into())]);
                let token = key.sign_saying(customer, PAGE_TOKEN_TIME, said).ok()?;
                let expires = SystemClock.now() + Millis(PAGE_TOKEN_TIME.as_secs() * 1_000);
                Some((token, expires.0))
            }),
        })
    }

    /// Writes down the address that the server listens on, in the demo's directory and in
    /// the ready file, whose appearance says that clients may come.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn listening(&mut self, address: SocketAddr) -> Result<(), DemoError> {
        self.credentials.url = url_of(address);
        write_private(&self.credentials, &self.data.join(FILE_NAME))?;
        self.ready_file
            .as_deref()
            .map_or(Ok(()), |path| write_private(&self.credentials, path))
    }
}

fn write_private(credentials: &Credentials, path: &Path) -> Result<(), DemoError> {
    let failed = |e| DemoError::File(path.to_path_buf(), e);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    credentials.write(path).map_err(failed)
}

fn is_empty(dir: &Path) -> Result<bool, DemoError> {
    match std::fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(e) => Err(DemoError::File(dir.to_path_buf(), e)),
    }
}

/// Where a client on this machine finds a server that listens there.
fn url_of(address: SocketAddr) -> String {
    let host = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => "127.0.0.1".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) if ip.is_unspecified() => "[::1]".to_owned(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    format!("http://{host}:{}", address.port())
}

fn new_credentials(url: &str) -> Result<Credentials, DemoError> {
    Ok(Credentials {
        url: url.to_owned(),
        signing_key_pkcs8_base64: SigningKey::generate()?.to_base64(),
        kid: Some(KEY_ID.to_owned()),
        issuer: None,
        agents: BTreeMap::new(),
        supervisor: None,
        admin: None,
        workstreams: DemoWorkstreams {
            persistent: PERSISTENT.to_owned(),
            live: LIVE.to_owned(),
        },
        passwords: BTreeMap::new(),
    })
}

fn people(agents: Option<u16>, sample: &Company) -> Vec<(String, String, Role)> {
    let Some(agents) = agents else {
        let profiles = sample.agents.iter();
        return profiles
            .map(|(id, a)| (id.to_string(), a.display_name.clone(), a.role))
            .collect();
    };
    let person = |id: &str, name: &str, role| (id.to_owned(), name.to_owned(), role);
    (1..=agents)
        .map(|n| (format!("agent-{n:03}"), format!("Agent {n}"), Role::Agent))
        .chain([
            person("supervisor", "Supervisor", Role::Supervisor),
            person("admin", "Admin", Role::Admin),
        ])
        .collect()
}

fn authentication_id() -> AuthenticationId {
    AuthenticationId::parse("demo").expect("the demo's names are valid ids")
}

/// The company of the file; where the options bring people of their own, without its people.
fn sample(args: &DemoArgs) -> Result<Company, ConfigError> {
    let mut file = CompanyFile::parse(COMPANY)?;
    if args.agents.is_some() {
        file = file.without_agents();
    }
    let mut company = file.onto(None)?;
    company.revision = 0;
    if args.auto_accept {
        company
            .workstreams
            .values_mut()
            .for_each(|w| w.auto_accept = true);
    }
    Ok(company)
}

/// Adds somebody who is not there yet, to every queue unless they are an admin; whoever can
/// sign in is left alone.
fn add_person(
    company: &mut Company,
    credentials: &Credentials,
    name: &str,
    display_name: &str,
    role: Role,
) -> Result<(), DemoError> {
    let id = AgentId::parse(name).map_err(OfflineError::from)?;
    let secret = credentials
        .agents
        .get(name)
        .map(|s| secret_sha256(s))
        .unwrap_or_default();
    if let Some(known) = company.agents.get_mut(&id) {
        if known.secret_sha256.is_empty() {
            known.secret_sha256 = secret;
        }
        return Ok(());
    }
    if role != Role::Admin {
        for queue in company.queues.values_mut() {
            queue.members.insert(id.clone());
        }
    }
    let profile = AgentProfile {
        role,
        secret_sha256: secret,
        ..AgentProfile::new(display_name, CAPACITY_DEFAULT)
    };
    company.agents.insert(id, profile);
    Ok(())
}

/// What was asked for on the command line; what was not is left as it is.
fn apply_options(company: &mut Company, args: &DemoArgs) {
    if let Some(capacity) = args.capacity {
        company
            .agents
            .values_mut()
            .for_each(|agent| agent.capacity = capacity);
    }
    if args.auto_accept {
        company
            .workstreams
            .values_mut()
            .for_each(|w| w.auto_accept = true);
    }
}

fn trust_key(company: &mut Company, credentials: &Credentials) -> Result<(), DemoError> {
    let key = CustomerKey {
        kids: credentials.kid.iter().cloned().collect(),
        issuer: credentials.issuer.clone(),
        context_claims: ["name".to_owned()].into(),
        ..CustomerKey::with_pem("EdDSA", credentials.signing_key()?.public_key_pem())
    };
    company.authentication.insert(authentication_id(), key);
    Ok(())
}

/// Prints addresses, tokens and lines to paste into a shell.
///
/// # Errors
/// The key cannot sign, or the output is gone.
pub fn print_table(credentials: &Credentials, out: &mut impl Write) -> Result<(), DemoError> {
    let text = table(credentials)?;
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|e| DemoError::File(PathBuf::from("standard output"), e))
}

fn table(credentials: &Credentials) -> Result<String, DemoError> {
    let url = &credentials.url;
    let socket = url.replacen("http", "ws", 1);
    let key = credentials.signing_key()?;
    let mut text = format!(
        "\nThe demo listens on {url}. Stop it with Ctrl-C; the next start goes on where it stopped.\n\n\
         \x20 shop        {url}/demo          a page with the chat button, as three customers
\
         \x20 desk        {url}/desk          for agents; supervisors have the floor there
\
         \x20 console     {url}/admin         for admins
\
         \x20 both sides  {url}/demo/both     shop and desk side by side

\
         \x20 customers   {socket}/ws/customer\n\
         \x20 agents      {socket}/ws/agent\n\
         \x20 HTTP API    {url}/api/v1   (description: {url}/api/v1/openapi.json)\n\
         \x20 workstreams {} (persistent), {} (live)\n\n\
         Tokens of customers:\n",
        credentials.workstreams.persistent, credentials.workstreams.live
    );
    let mut customer_tokens = Vec::new();
    for (customer, _) in CUSTOMERS {
        let token = key.sign(customer, TOKEN_TIME)?;
        text.push_str(&format!("  {customer:<10}  {token}\n"));
        customer_tokens.push(token);
    }
    text.push_str("\nTokens of agents:\n");
    let shown = 5;
    for (name, secret) in credentials.agents.iter().take(shown) {
        let role = if credentials.supervisor() == Some(name) {
            "   (supervisor)"
        } else if credentials.admin() == Some(name) {
            "   (admin)"
        } else {
            ""
        };
        text.push_str(&format!("  {name:<10}  {name}:{secret}{role}\n"));
    }
    if credentials.agents.len() > shown {
        let more = credentials.agents.len() - shown;
        text.push_str(&format!(
            "  and {more} more, with the supervisor, in {FILE_NAME}\n"
        ));
    }
    text.push_str("\nPasswords, to sign in to pages and at /api/v1/auth/sign-in:\n");
    for (name, password) in &credentials.passwords {
        text.push_str(&format!("  {name:<10}  {password}\n"));
    }
    if let (Some(agent), Some(token)) =
        (credentials.talking_agents().next(), customer_tokens.first())
    {
        let agent_token = credentials.agent_token(agent)?;
        text.push_str(&shell_lines(
            url,
            token,
            agent,
            &agent_token,
            &credentials.workstreams.persistent,
        ));
    }
    Ok(text)
}

/// Lines that work when pasted one after another: no tool but curl and grep.
fn shell_lines(
    url: &str,
    customer: &str,
    agent: &str,
    agent_token: &str,
    workstream: &str,
) -> String {
    format!(
        r#"
To try it, paste into another terminal:

  API={url}/api/v1
  CUSTOMER='Authorization: Bearer {customer}'
  AGENT='Authorization: Bearer {agent_token}'
  JSON='Content-Type: application/json'

  # The agent {agent} is available (over HTTP for 150 seconds after each request).
  curl -sS -X PUT $API/me/presence -H "$AGENT" -H "$JSON" -d '{{"presence":"available"}}'; echo

  # The customer starts a conversation; it is offered to an agent.
  C=$(curl -sS $API/conversations -H "$CUSTOMER" -H "$JSON" -d '{{"workstream":"{workstream}","client_id":"first","text":"Hello, my order has not arrived."}}' | grep -oE '[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}' | head -n 1); echo "$C"

  # The agent accepts and answers.
  curl -sS -X POST $API/conversations/$C/accept -H "$AGENT"; echo
  curl -sS $API/conversations/$C/messages -H "$AGENT" -H "$JSON" -d '{{"client_id":"answer-1","text":"Let me look for it."}}'; echo

  # The customer reads, and waits up to 30 seconds for what comes next.
  curl -sS "$API/conversations/$C/events?after=0&wait=30" -H "$CUSTOMER"; echo
"#
    )
}

#[cfg(test)]
#[path = "demo_tests.rs"]
mod tests;
