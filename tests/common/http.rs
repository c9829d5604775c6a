//! The HTTP API as curl would use it.

use std::net::SocketAddr;

use reqwest::Method;
use serde_json::Value;

use super::PATIENCE;

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// The JSON; `Null` if there is none.
    pub body: Value,
}

impl Answer {
    /// The stable code of a refusal.
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or("no refusal")
    }
}

/// A client with one person's credentials.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Http {
    /// Of somebody, or of nobody.
    pub fn new(address: SocketAddr, token: Option<String>) -> Self {
        Self {
            client: reqwest::Client::new(),
            base: format!("http://{address}"),
            token,
        }
    }

    /// Any request; the path begins with `/`.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .timeout(PATIENCE * 2);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        request
    }

    /// Sends it.
    pub async fn run(request: reqwest::RequestBuilder) -> Answer {
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let retry_after = answer
            .headers()
            .get("retry-after")
            .map(|v| v.to_str().expect("text").to_owned());
        let body = answer.bytes().await.expect("a whole body");
        Answer {
            status,
            retry_after,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        }
    }

    /// Reads something of the API.
    pub async fn get(&self, path: &str) -> Answer {
        Self::run(self.request(Method::GET, &format!("/api/v1{path}"))).await
    }

    /// Does something of the API.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Self::run(
            self.request(Method::POST, &format!("/api/v1{path}"))
                .json(&body),
        )
        .await
    }

    /// Does something of the API that needs no body.
    pub async fn act(&self, id: &str, action: &str) -> Answer {
        Self::run(self.request(
            Method::POST,
            &format!("/api/v1/conversations/{id}/{action}"),
        ))
        .await
    }

    /// Sets the presence.
    pub async fn presence(&self, presence: &str) -> Answer {
        let request = self.request(Method::PUT, "/api/v1/me/presence");
        Self::run(request.json(&serde_json::json!({"presence": presence}))).await
    }
}
