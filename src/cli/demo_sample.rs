//! Conversations for a demo to begin with, so that lists, history and search have something in
//! them: played once through the real server, by customers and agents like any others.
//!
//! Not with the customers of the shop, and nobody is left available: whoever tries the demo begins
//! with their own. What goes wrong is said in the log, and the demo goes on without.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::credentials::{Credentials, CredentialsError, TOKEN_TIME};
use crate::client::token::TokenError;

const SAMPLE: &str = include_str!("demo_sample.json");
/// An offer is there within a moment, or something is wrong.
const LOOKS: u32 = 200;
const BETWEEN_LOOKS: Duration = Duration::from_millis(25);

/// Why a conversation could not be played.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The file that is built in is not of its form.
    #[error("the sample: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The demo's key cannot sign.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Somebody of the sample is not there.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The server does not answer.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// The server says no.
    #[error("{0} was answered with {1}")]
    Refused(String, String),
    /// The conversation was offered to nobody.
    #[error("{0} was not offered to {1}")]
    NotOffered(String, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Side {
    Customer,
    Agent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ends {
    Closed,
    Waiting,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dialogue {
    customer: String,
    name: String,
    locale: String,
    agent: String,
    ends: Ends,
    context: BTreeMap<String, String>,
    subject: String,
    tags: Vec<String>,
    note: Option<String>,
    lines: Vec<(Side, String)>,
}

/// Plays the sample, one conversation after the other, against the server of these credentials.
///
/// # Errors
/// The first thing that did not go as written.
pub async fn play(credentials: &Credentials) -> Result<(), SampleError> {
    let stage = Stage {
        http: reqwest::Client::new(),
        base: format!("{}/api/v1", credentials.url),
    };
    for dialogue in serde_json::from_str::<Vec<Dialogue>>(SAMPLE)? {
        stage.play(&dialogue, credentials).await?;
    }
    Ok(())
}

struct Stage {
    http: reqwest::Client,
    base: String,
}

impl Stage {
    async fn play(
        &self,
        dialogue: &Dialogue,
        credentials: &Credentials,
    ) -> Result<(), SampleError> {
        let name = Map::from_iter([("name".to_owned(), dialogue.name.clone().into())]);
        let key = credentials.signing_key()?;
        let customer = key.sign_saying(&dialogue.customer, TOKEN_TIME, name)?;
        let agent = credentials.agent_token(&dialogue.agent)?;
        // Nobody else is available, so it is offered to this one.
        self.presence(&agent, "available").await?;
        let played = self.talk(dialogue, credentials, &customer, &agent).await;
        self.presence(&agent, "offline").await?;
        played
    }

    async fn talk(
        &self,
        dialogue: &Dialogue,
        credentials: &Credentials,
        customer: &str,
        agent: &str,
    ) -> Result<(), SampleError> {
        let mut lines = dialogue.lines.iter().enumerate();
        let first = lines.next().map(|(_, (_, text))| text.as_str());
        let start = json!({
            "workstream": credentials.workstreams.persistent,
            "locale": dialogue.locale,
            "context": dialogue.context,
            "client_id": "sample-0",
            "text": first.unwrap_or_default(),
        });
        let started = self.post(customer, "/conversations", &start).await?;
        let id = started["conversation"]["id"].as_str().unwrap_or_default();
        let at = format!("/conversations/{id}");
        self.accepted(agent, &at, dialogue).await?;
        for (n, (side, text)) in lines {
            let who = match side {
                Side::Customer => customer,
                Side::Agent => agent,
            };
            let message = json!({"client_id": format!("sample-{n}"), "text": text});
            self.post(who, &format!("{at}/messages"), &message).await?;
        }
        let subject = json!({"subject": dialogue.subject});
        self.ask(Method::PUT, agent, &format!("{at}/subject"), Some(&subject))
            .await?;
        let tags = json!({"add": dialogue.tags});
        self.post(agent, &format!("{at}/tags"), &tags).await?;
        if let Some(note) = &dialogue.note {
            let note = json!({"client_id": "sample-note", "text": note});
            self.post(agent, &format!("{at}/notes"), &note).await?;
        }
        let ways: &[&str] = match dialogue.ends {
            Ends::Closed => &["end", "finish"],
            Ends::Waiting => &["park"],
        };
        for way in ways {
            let path = format!("{at}/{way}");
            self.ask(Method::POST, agent, &path, None).await?;
        }
        Ok(())
    }

    /// Accepts the offer once it is there.
    async fn accepted(
        &self,
        agent: &str,
        at: &str,
        dialogue: &Dialogue,
    ) -> Result<(), SampleError> {
        let mine = json!(dialogue.agent);
        for _ in 0..LOOKS {
            let view = self.ask(Method::GET, agent, at, None).await;
            if let Ok(view) = view
                && view["agent"] == mine
            {
                // Where offers count as accepted at once there is nothing left to do.
                if view["accepted"] != json!(true) {
                    self.ask(Method::POST, agent, &format!("{at}/accept"), None)
                        .await?;
                }
                return Ok(());
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Err(SampleError::NotOffered(
            at.to_owned(),
            dialogue.agent.clone(),
        ))
    }

    async fn presence(&self, agent: &str, presence: &str) -> Result<(), SampleError> {
        let body = json!({"presence": presence});
        self.ask(Method::PUT, agent, "/me/presence", Some(&body))
            .await?;
        Ok(())
    }

    async fn post(&self, token: &str, path: &str, body: &Value) -> Result<Value, SampleError> {
        self.ask(Method::POST, token, path, Some(body)).await
    }

    async fn ask(
        &self,
        method: Method,
        token: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, SampleError> {
        let url = format!("{}{path}", self.base);
        let mut request = self.http.request(method.clone(), url).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            return Err(SampleError::Refused(format!("{method} {path}"), text));
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_sound_and_leaves_the_shops_customers_alone() {
        let sample: Vec<Dialogue> = serde_json::from_str(SAMPLE).expect("the form");
        let mut customers: Vec<&str> = sample.iter().map(|d| d.customer.as_str()).collect();
        customers.sort_unstable();
        let all = customers.len();
        customers.dedup();
        assert_eq!(customers.len(), all, "one conversation each");
        assert!(
            customers
                .iter()
                .all(|c| !["maria", "joao", "emma"].contains(c))
        );
        for dialogue in &sample {
            assert_eq!(dialogue.lines[0].0, Side::Customer, "{}", dialogue.customer);
            assert!(["anna", "bob"].contains(&dialogue.agent.as_str()));
        }
        for ends in [Ends::Closed, Ends::Waiting] {
            assert!(sample.iter().any(|d| d.ends == ends), "{ends:?}");
        }
    }
}
