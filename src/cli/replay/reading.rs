//! What a replay reads through the HTTP interface: whole threads, and the floor.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::PlayError;
use crate::client::{Floor, ThreadMessage};

/// Messages in one page.
const PAGE: usize = 200;

#[derive(Deserialize)]
struct Page {
    messages: Vec<ThreadMessage>,
    last_seq: u64,
}

/// A reader of the HTTP interface. A server that is away for a moment is asked again.
#[derive(Debug, Clone)]
pub struct Reading {
    http: reqwest::Client,
    base: String,
    patience: Duration,
}

impl Reading {
    /// Of a server.
    ///
    /// # Errors
    /// The HTTP client cannot be set up.
    pub fn new(url: &str, patience: Duration) -> Result<Self, PlayError> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(20))
            .build()?;
        Ok(Self {
            http,
            base: format!("{}/api/v1", url.trim_end_matches('/')),
            patience,
        })
    }

    /// The whole thread, as the bearer of the token is shown it.
    ///
    /// # Errors
    /// The server says no, or nothing in time.
    pub async fn thread(
        &self,
        conversation: &str,
        token: &str,
    ) -> Result<Vec<ThreadMessage>, PlayError> {
        let mut messages: Vec<ThreadMessage> = Vec::new();
        loop {
            let after = messages.last().map_or(0, |m| m.seq);
            let path = format!("conversations/{conversation}/messages?after={after}&limit={PAGE}");
            let page: Page = serde_json::from_value(self.get(&path, token).await?)
                .map_err(|e| PlayError::Unexpected(format!("a page of the thread: {e}")))?;
            let end = page.messages.is_empty()
                || page.messages.last().is_some_and(|m| m.seq >= page.last_seq);
            messages.extend(page.messages);
            if end {
                return Ok(messages);
            }
        }
    }

    /// Every agent with load and capacity.
    ///
    /// # Errors
    /// As [`Self::thread`].
    pub async fn floor(&self, token: &str) -> Result<Floor, PlayError> {
        let mut answer = self.get("floor", token).await?;
        let floor = answer.get_mut("floor").map(Value::take).unwrap_or(answer);
        serde_json::from_value(floor).map_err(|e| PlayError::Unexpected(format!("the floor: {e}")))
    }

    /// Sends a message by HTTP: (sequence number, whether it was there already).
    ///
    /// # Errors
    /// As [`Self::thread`].
    pub async fn post(
        &self,
        conversation: &str,
        token: &str,
        client_id: &str,
        text: &str,
    ) -> Result<(u64, bool), PlayError> {
        let url = format!("{}/conversations/{conversation}/messages", self.base);
        let body = serde_json::json!({ "client_id": client_id, "text": text });
        let answer = self
            .answer(|| self.http.post(&url).bearer_auth(token).json(&body))
            .await?;
        let seq = answer.get("seq").and_then(Value::as_u64);
        let repeated = answer.get("repeated").and_then(Value::as_bool);
        seq.zip(repeated)
            .ok_or_else(|| PlayError::Unexpected(format!("the answer to a message: {answer}")))
    }

    async fn get(&self, path: &str, token: &str) -> Result<Value, PlayError> {
        let url = format!("{}/{path}", self.base);
        self.answer(|| self.http.get(&url).bearer_auth(token)).await
    }

    async fn answer(
        &self,
        request: impl Fn() -> reqwest::RequestBuilder,
    ) -> Result<Value, PlayError> {
        let until = Instant::now() + self.patience;
        loop {
            let failure = match request().send().await {
                Ok(response) if response.status().is_success() => {
                    return Ok(response.json().await?);
                }
                Ok(response) => {
                    let status = response.status();
                    let again = status.is_server_error() || status.as_u16() == 429;
                    let text = response.text().await.unwrap_or_default();
                    let failure = PlayError::Unexpected(format!("HTTP {status}: {text}"));
                    if !again {
                        return Err(failure);
                    }
                    failure
                }
                Err(e) => e.into(),
            };
            if Instant::now() > until {
                return Err(failure);
            }
            sleep(Duration::from_millis(200)).await;
        }
    }
}
