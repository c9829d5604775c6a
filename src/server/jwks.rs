//! Fetches the keys that customers' tokens are verified with, in the background. The only
//! file of the server that asks somebody else, and it asks only what the configuration names.
//!
//! What it gets is bounded in time and size, no redirect is followed (the address of the
//! configuration is the one that was checked), and a good document is kept in the store, so
//! that a start during an outage of the identity provider still knows everybody.

use std::sync::Arc;
use std::time::Duration;

use crate::actors::Gateway;
use crate::domain::commit::KeptKeys;
use crate::domain::company::is_key_address;
use crate::domain::ids::AuthenticationId;
use crate::limits;
use crate::web::keyring::KeyRing;

/// Between two looks at what is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A whole fetch takes no longer than this.
const FETCH_TIME_MAX: Duration = Duration::from_secs(10);

/// Why there is no document. Never holds what came: it is not ours to log.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("the address is not one to fetch keys from")]
    Address,
    #[error("{0}")]
    Request(#[from] reqwest::Error),
    #[error("the answer has status {0}")]
    Status(u16),
    #[error("the answer is larger than {max} bytes", max = limits::JWKS_BYTES_MAX)]
    TooLarge,
    #[error("the answer is not text")]
    NotText,
}

/// Keeps the keys of every setting fresh until it is dropped.
pub(super) async fn keep_fresh(ring: Arc<KeyRing>, gateway: Gateway) {
    loop {
        let due = ring.due(&gateway.company(), gateway.now());
        for gone in due.gone {
            gateway.keep_keys(gone, None);
        }
        // Each by itself: one that does not answer keeps no other waiting.
        for (id, url) in due.fetch {
            let (ring, gateway) = (ring.clone(), gateway.clone());
            actix_rt::spawn(async move { refresh(&ring, &gateway, id, url).await });
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = ring.wanted() => {}
        }
    }
}

async fn refresh(ring: &KeyRing, gateway: &Gateway, id: AuthenticationId, url: String) {
    let answer = tokio::time::timeout(FETCH_TIME_MAX, fetch(&url)).await;
    let now = gateway.now();
    match answer {
        Ok(Ok(document)) => {
            let company = gateway.company();
            let usable = ring.fetched(&company, &id, &url, document.clone(), now);
            if usable == 0 {
                tracing::warn!(setting = %id, "the fetched document holds no key that fits the setting; the last good keys stay");
                return;
            }
            tracing::debug!(setting = %id, keys = usable, "keys were fetched");
            let keys = KeptKeys {
                url,
                document,
                at: now,
            };
            gateway.keep_keys(id, Some(Arc::new(keys)));
        }
        Ok(Err(error)) => {
            tracing::warn!(setting = %id, %error, "keys could not be fetched; the last good ones stay");
            ring.failed(&id, &url, now);
        }
        Err(_) => {
            tracing::warn!(setting = %id, "keys were not fetched in time; the last good ones stay");
            ring.failed(&id, &url, now);
        }
    }
}

async fn fetch(url: &str) -> Result<String, Failed> {
    if !is_key_address(url) {
        return Err(Failed::Address);
    }
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(FETCH_TIME_MAX)
        .build()?;
    let mut answer = client
        .get(url)
        .header("accept", "application/jwk-set+json, application/json")
        .send()
        .await
        .map_err(reqwest::Error::without_url)?;
    if !answer.status().is_success() {
        return Err(Failed::Status(answer.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
        if bytes.len() + chunk.len() > limits::JWKS_BYTES_MAX {
            return Err(Failed::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Failed::NotText)
}
