//! The configuration of a running server, over its API.

use std::path::PathBuf;

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::{FileArgs, Place};
use crate::cli::credentials::{Credentials, CredentialsError};
use crate::config::{CompanyFile, ConfigError, Moves, Plan};

/// Why a running server did not do it.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// Nobody said as whom.
    #[error(
        "as whom? Name a file with an admin's token (--token-file FILE), or say --as-admin for the demo"
    )]
    Nobody,
    /// The demo's credentials cannot be used.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The demo has no admin.
    #[error("the credentials name no admin; start the demo anew, it makes one")]
    NoAdmin,
    /// A file cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// The server cannot be reached, or answers nonsense.
    #[error("{0}; check --url and that the server runs")]
    Http(#[from] reqwest::Error),
    /// No runtime could be made.
    #[error("{0}")]
    Runtime(std::io::Error),
    /// The company file names something missing or out of bounds.
    #[error("{0}")]
    Configuration(String),
    /// The server said no.
    #[error("{0}")]
    Refused(String),
    /// What the server sent is no company.
    #[error("the server's {0}")]
    Unreadable(#[from] ConfigError),
}

/// What the server says of a change.
#[derive(Debug, Deserialize)]
pub(super) struct Applied {
    pub(super) revision: u64,
    pub(super) plan: Plan,
    pub(super) warnings: Vec<String>,
}

/// A running server, and as whom it is asked.
pub(super) struct Remote {
    url: String,
    token: String,
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
}

impl Remote {
    /// The server that the options name; `None`: a data directory is meant.
    pub(super) fn of(place: &Place) -> Result<Option<Self>, RemoteError> {
        if place.url.is_none() && !place.as_admin {
            return Ok(None);
        }
        let (demo_url, token) = match &place.token_file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|e| RemoteError::File(path.clone(), e))?;
                (None, text.trim().to_owned())
            }
            None if place.as_admin => {
                let demo = Credentials::read(&place.credentials)?;
                let admin = demo.admin().ok_or(RemoteError::NoAdmin)?;
                let token = demo.agent_token(admin)?;
                (Some(demo.url), token)
            }
            None => return Err(RemoteError::Nobody),
        };
        let url = place.url.clone().or(demo_url).ok_or(RemoteError::Nobody)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(RemoteError::Runtime)?;
        Ok(Some(Self {
            url: url.trim_end_matches('/').to_owned(),
            token,
            runtime,
            client: reqwest::Client::new(),
        }))
    }

    pub(super) fn export(&self, secrets: bool) -> Result<CompanyFile, RemoteError> {
        let request = self.request(Method::GET, &format!("secrets={secrets}"));
        Ok(CompanyFile::parse_json(&self.send(request)?)?)
    }

    /// Applies a file if the company is still at this revision; without one, only says what
    /// would change.
    pub(super) fn apply(
        &self,
        file: &FileArgs,
        moves: &Moves,
        at: Option<u64>,
    ) -> Result<Applied, RemoteError> {
        let text = std::fs::read_to_string(&file.file)
            .map_err(|e| RemoteError::File(file.file.clone(), e))?;
        let moves: Vec<String> = moves
            .iter()
            .map(|(from, to)| format!("{from}={to}"))
            .collect();
        let query = format!(
            "dry_run={}&prune_agents={}&moves={}",
            at.is_none(),
            file.prune_agents,
            encoded(&moves.join(","))
        );
        let mut request = self
            .request(Method::PUT, &query)
            .header("content-type", "application/toml")
            .body(text);
        if let Some(revision) = at {
            request = request.header("if-match", format!("\"{revision}\""));
        }
        let body = self.send(request)?;
        serde_json::from_slice(&body)
            .map_err(|e| RemoteError::Refused(format!("the server's answer does not read: {e}")))
    }

    fn request(&self, method: Method, query: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method, format!("{}/api/v1/config?{query}", self.url))
            .bearer_auth(&self.token)
    }

    fn send(&self, request: reqwest::RequestBuilder) -> Result<Vec<u8>, RemoteError> {
        self.runtime.block_on(async {
            let answer = request.send().await?;
            let good = answer.status().is_success();
            let body = answer.bytes().await?.to_vec();
            if good { Ok(body) } else { Err(refusal(&body)) }
        })
    }
}

fn refusal(body: &[u8]) -> RemoteError {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = &body["error"];
    if error["code"] == "invalid_configuration" {
        RemoteError::Configuration(sentences(error))
    } else {
        RemoteError::Refused(sentences(error))
    }
}

/// The sentences of a refusal.
fn sentences(error: &Value) -> String {
    let problems: Vec<&str> = error["problems"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if problems.is_empty() {
        let message = error["message"].as_str();
        return message
            .unwrap_or("the server refused without a reason; see its log")
            .to_owned();
    }
    let mut text = "nothing was changed:".to_owned();
    for problem in problems {
        text.push_str("\n  - ");
        text.push_str(&problem.trim_end().replace('\n', "\n    "));
    }
    text
}

/// A text within a query.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(b).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
