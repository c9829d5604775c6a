//! What a demo server writes down so that the other commands can talk to it:
//! its address, the key that customer tokens are signed with, the agents' secrets.
//!
//! It is for trying things out: a real company's signing key never lies beside its server.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::client::token::{SigningKey, TokenError};

/// The file's name in the demo's data directory.
pub const FILE_NAME: &str = "demo-credentials.json";
/// The demo's data directory unless another is named.
pub const DEMO_DIRECTORY: &str = "./data/demo";
/// How long the customer tokens made here are valid.
pub const TOKEN_TIME: Duration = Duration::from_secs(12 * 3_600);

/// Why the credentials cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The file cannot be read.
    #[error(
        "{0} cannot be read: {1}. Start `linger demo` first, or name the file with --credentials."
    )]
    Unreadable(PathBuf, io::Error),
    /// The file is not of the documented form.
    #[error("{0} holds no demo credentials: {1}")]
    Malformed(PathBuf, serde_json::Error),
    /// The agent has no secret in it.
    #[error("there is no agent {0} in the credentials; there are {1}")]
    UnknownAgent(String, String),
    /// The key cannot sign.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// The demo's credentials.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// Where the server listens.
    pub url: String,
    /// The key that customer tokens are signed with.
    pub signing_key_pkcs8_base64: String,
    /// The `kid` that its tokens name.
    pub kid: Option<String>,
    /// The `iss` that its tokens carry, if the server wants one.
    pub issuer: Option<String>,
    /// Agents and their secrets.
    pub agents: BTreeMap<String, String>,
    /// Which of the agents is a supervisor.
    #[serde(default)]
    pub supervisor: Option<String>,
    /// Which of the agents is an admin.
    #[serde(default)]
    pub admin: Option<String>,
    /// The demo's workstreams.
    pub workstreams: DemoWorkstreams,
    /// Agents and the passwords that they sign in to pages with; of a crowd only the first.
    #[serde(default)]
    pub passwords: BTreeMap<String, String>,
}

/// The demo's workstreams by mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoWorkstreams {
    /// The persistent one.
    pub persistent: String,
    /// The live one.
    pub live: String,
}

// Secrets stay out of logs.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Credentials {
    /// Reads the file.
    ///
    /// # Errors
    /// [`CredentialsError`] with what to do about it.
    pub fn read(path: &Path) -> Result<Self, CredentialsError> {
        let text = fs::read(path).map_err(|e| CredentialsError::Unreadable(path.to_owned(), e))?;
        serde_json::from_slice(&text).map_err(|e| CredentialsError::Malformed(path.to_owned(), e))
    }

    /// Writes the file, readable by its owner only, whole or not at all:
    /// its appearance says that the server is ready.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let unfinished = path.with_extension("tmp");
        // An unfinished file of an earlier attempt would keep its permissions.
        fs::remove_file(&unfinished).or_else(|e| {
            if e.kind() == io::ErrorKind::NotFound {
                Ok(())
            } else {
                Err(e)
            }
        })?;
        let mut file = private_file(&unfinished)?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        file.write_all(b"\n")?;
        drop(file);
        fs::rename(&unfinished, path)
    }

    /// The key that customer tokens are signed with.
    ///
    /// # Errors
    /// The text is no key.
    pub fn signing_key(&self) -> Result<SigningKey, TokenError> {
        let key = SigningKey::from_base64(&self.signing_key_pkcs8_base64)?;
        Ok(key.named(self.kid.clone(), self.issuer.clone()))
    }

    /// A token for a customer.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn customer_token(&self, customer: &str) -> Result<String, TokenError> {
        self.signing_key()?.sign(customer, TOKEN_TIME)
    }

    /// The token of an agent: name and secret.
    ///
    /// # Errors
    /// [`CredentialsError::UnknownAgent`].
    pub fn agent_token(&self, agent: &str) -> Result<String, CredentialsError> {
        self.agents
            .get(agent)
            .map(|secret| format!("{agent}:{secret}"))
            .ok_or_else(|| {
                let known: Vec<&str> = self.agents.keys().map(String::as_str).collect();
                CredentialsError::UnknownAgent(agent.to_owned(), known.join(", "))
            })
    }

    /// The supervisor: the one named so, or an agent called `supervisor`.
    #[must_use]
    pub fn supervisor(&self) -> Option<&str> {
        let named = self.supervisor.as_deref().or(Some("supervisor"))?;
        self.agents.contains_key(named).then_some(named)
    }

    /// The admin, if there is one.
    #[must_use]
    pub fn admin(&self) -> Option<&str> {
        self.admin
            .as_deref()
            .filter(|name| self.agents.contains_key(*name))
    }

    /// The agents who talk with customers, supervisors and admins left out.
    pub fn talking_agents(&self) -> impl Iterator<Item = &str> {
        self.agents
            .keys()
            .map(String::as_str)
            .filter(|a| Some(*a) != self.supervisor() && Some(*a) != self.admin())
    }
}

#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        serde_json::from_str(
            r#"{"url":"http://127.0.0.1:8080","signing_key_pkcs8_base64":"","kid":"demo","issuer":null,
                "agents":{"anna":"S1","supervisor":"S2"},
                "workstreams":{"persistent":"support","live":"live"}}"#,
        )
        .expect("the documented form")
    }

    #[test]
    fn what_is_written_is_read_back_and_private() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join(FILE_NAME);
        for _ in 0..2 {
            credentials().write(&path).expect("written");
        }
        assert_eq!(Credentials::read(&path).expect("read"), credentials());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn the_supervisor_is_no_agent_who_talks() {
        assert_eq!(credentials().supervisor(), Some("supervisor"));
        assert_eq!(credentials().talking_agents().collect::<Vec<_>>(), ["anna"]);
    }

    #[test]
    fn an_unknown_agent_is_told_who_there_is() {
        let error = credentials()
            .agent_token("otto")
            .expect_err("unknown")
            .to_string();
        assert!(error.contains("anna"), "{error}");
        assert_eq!(
            credentials().agent_token("anna").ok().as_deref(),
            Some("anna:S1")
        );
    }
}
