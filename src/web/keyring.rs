//! The public keys that customers' tokens are verified with: those of the configuration, and
//! those that were fetched. Fetching itself is `server/jwks.rs`; here is when it is due, what
//! of its result is usable, and that the last good keys stay whatever comes after them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::domain::company::{Company, CustomerKey, KeySource};
use crate::domain::ids::AuthenticationId;
use crate::domain::time::{Millis, Timestamp};
use crate::limits;

/// The algorithm that a setting pins.
#[must_use]
pub fn algorithm_of(setting: &CustomerKey) -> Option<Algorithm> {
    Some(match setting.algorithm.as_str() {
        "RS256" => Algorithm::RS256,
        "RS384" => Algorithm::RS384,
        "RS512" => Algorithm::RS512,
        "PS256" => Algorithm::PS256,
        "ES256" => Algorithm::ES256,
        "ES384" => Algorithm::ES384,
        "EdDSA" => Algorithm::EdDSA,
        _ => return None,
    })
}

/// One key that is ready for use.
struct Key {
    kid: Option<String>,
    decoding: DecodingKey,
}

/// The keys of every setting, as of one configuration and one state of what was fetched.
#[derive(Default)]
struct Prepared {
    /// Revision of the company, and how often something was fetched.
    of: Option<(u64, u64)>,
    keys: BTreeMap<AuthenticationId, Vec<Key>>,
}

/// What is known of a setting whose keys are fetched.
#[derive(Debug, Clone, Default)]
struct Fetched {
    url: String,
    /// The last good document.
    document: Option<String>,
    /// When it was last tried.
    tried: Option<Timestamp>,
    /// When to try next by itself.
    due: Option<Timestamp>,
    failures: u32,
    /// A token names a key that is not there.
    wanted: bool,
    /// It is being fetched.
    underway: bool,
}

#[derive(Default)]
struct Memory {
    fetched: BTreeMap<AuthenticationId, Fetched>,
    /// Counts good fetches.
    generation: u64,
}

/// All keys. Shared by every thread of the web.
#[derive(Default)]
pub struct KeyRing {
    prepared: ArcSwap<Prepared>,
    memory: Mutex<Memory>,
    wanted: Notify,
    tried: Notify,
}

impl KeyRing {
    /// Whether a setting has a key that verifies this. `None`: its keys are fetched, and none
    /// of them could be the one.
    #[must_use]
    pub fn verifies(
        &self,
        company: &Company,
        id: &AuthenticationId,
        kid: Option<&str>,
        signed: &str,
        signature: &str,
    ) -> Option<bool> {
        let setting = company.authentication.get(id)?;
        let algorithm = algorithm_of(setting)?;
        let prepared = self.prepared(company);
        let keys = prepared.keys.get(id).map_or(&[][..], Vec::as_slice);
        let fetched = matches!(setting.keys, KeySource::JwksUrl(_));
        let candidates = candidates(keys, kid);
        if candidates.is_empty() && fetched {
            return None;
        }
        Some(candidates.iter().any(|key| {
            jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &key.decoding, algorithm)
                .unwrap_or(false)
        }))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn prepared(&self, company: &Company) -> Arc<Prepared> {
        let now = self.prepared.load_full();
        let memory = self.memory();
        let of = Some((company.revision, memory.generation));
        if now.of == of {
            return now;
        }
        let keys = company.authentication.iter().map(|(id, setting)| {
            let keys = match &setting.keys {
                KeySource::Pem(pem) => pem_key(setting, pem).into_iter().collect(),
                KeySource::Jwks(document) => jwks_keys(setting, document),
                KeySource::JwksUrl(url) => memory
                    .fetched
                    .get(id)
                    .filter(|f| f.url == *url)
                    .and_then(|f| f.document.as_deref())
                    .map(|document| jwks_keys(setting, document))
                    .unwrap_or_default(),
            };
            (id.clone(), keys)
        });
        let prepared = Arc::new(Prepared {
            of,
            keys: keys.collect(),
        });
        self.prepared.store(prepared.clone());
        prepared
    }

    /// Keys from before the start, good until they are fetched anew.
    pub fn restore(&self, id: AuthenticationId, url: String, document: String) {
        let mut memory = self.memory();
        memory.generation += 1;
        let restored = Fetched {
            url,
            document: Some(document),
            ..Fetched::default()
        };
        memory.fetched.insert(id, restored);
    }

    /// Which documents are to be fetched now, and whose keys are of no use any more. Each is
    /// noted as tried.
    pub fn due(&self, company: &Company, now: Timestamp) -> Due {
        let mut memory = self.memory();
        let url_of = |id: &AuthenticationId| match &company.authentication.get(id)?.keys {
            KeySource::JwksUrl(url) => Some(url.clone()),
            KeySource::Pem(_) | KeySource::Jwks(_) => None,
        };
        let stale = |(id, fetched): (&AuthenticationId, &Fetched)| {
            (url_of(id).as_ref() != Some(&fetched.url)).then(|| id.clone())
        };
        let gone: Vec<AuthenticationId> = memory.fetched.iter().filter_map(stale).collect();
        for id in &gone {
            memory.fetched.remove(id);
        }
        let mut fetch = Vec::new();
        for id in company.authentication.keys() {
            let Some(url) = url_of(id) else { continue };
            let fetched = memory.fetched.entry(id.clone()).or_default();
            fetched.url.clone_from(&url);
            if fetched.wanted || fetched.due.is_none_or(|due| due <= now) {
                fetched.wanted = false;
                fetched.tried = Some(now);
                fetched.underway = true;
                // Moved by the result; until then it is not fetched a second time.
                fetched.due = Some(now + limits::JWKS_BACKOFF_MAX);
                fetch.push((id.clone(), url));
            }
        }
        Due { fetch, gone }
    }

    /// A document was fetched. Says how many keys of it can be used; with none, or from an
    /// address that is not the setting's any more, it is as if it had not been fetched.
    pub fn fetched(
        &self,
        company: &Company,
        id: &AuthenticationId,
        url: &str,
        document: String,
        now: Timestamp,
    ) -> usize {
        let usable = company
            .authentication
            .get(id)
            .map_or(0, |setting| jwks_keys(setting, &document).len());
        if usable == 0 {
            self.failed(id, url, now);
            return 0;
        }
        let mut memory = self.memory();
        if let Some(fetched) = memory.fetched.get_mut(id).filter(|f| f.url == url) {
            fetched.document = Some(document);
            fetched.failures = 0;
            fetched.underway = false;
            fetched.due = Some(now + limits::JWKS_REFRESH_EVERY);
            memory.generation += 1;
        }
        drop(memory);
        self.tried.notify_waiters();
        usable
    }

    /// A document could not be fetched: the last good keys stay, and it is tried again after
    /// a pause that doubles.
    pub fn failed(&self, id: &AuthenticationId, url: &str, now: Timestamp) {
        if let Some(fetched) = self.memory().fetched.get_mut(id).filter(|f| f.url == url) {
            let doubled = limits::JWKS_BACKOFF_MIN.0 << fetched.failures.min(16);
            fetched.failures = fetched.failures.saturating_add(1);
            fetched.underway = false;
            fetched.due = Some(now + Millis(doubled).min(limits::JWKS_BACKOFF_MAX));
        }
        self.tried.notify_waiters();
    }

    /// A token names a key that is not there. Says whether it is worth waiting for: somebody
    /// is asked now, as long as nobody was asked lately.
    pub fn want(&self, ids: &[AuthenticationId], now: Timestamp) -> bool {
        let mut memory = self.memory();
        let (mut worth, mut asked) = (false, false);
        for id in ids {
            let Some(fetched) = memory.fetched.get_mut(id) else {
                continue;
            };
            let lately = |tried: Timestamp| now < tried + limits::JWKS_ASK_AGAIN_AFTER;
            if !fetched.tried.is_some_and(lately) {
                fetched.wanted = true;
                asked = true;
            }
            worth |= fetched.wanted || fetched.underway;
        }
        drop(memory);
        if asked {
            self.wanted.notify_one();
        }
        worth
    }

    /// Returns when a key is wanted.
    pub async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// Is ready when something was fetched, or could not be, after it was enabled.
    pub fn tried(&self) -> Notified<'_> {
        self.tried.notified()
    }
}

/// What is to be done about keys now.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// What to fetch, and from where.
    pub fetch: Vec<(AuthenticationId, String)>,
    /// Settings whose kept keys can go.
    pub gone: Vec<AuthenticationId>,
}

/// A token that names a key is tried with that one; a key without a name is tried with every
/// token; a token without a name only where there is no choice to be made.
fn candidates<'a>(keys: &'a [Key], kid: Option<&str>) -> Vec<&'a Key> {
    match kid {
        Some(kid) => keys
            .iter()
            .filter(|key| key.kid.as_deref().is_none_or(|named| named == kid))
            .collect(),
        None if keys.len() == 1 => keys.iter().collect(),
        None => keys.iter().filter(|key| key.kid.is_none()).collect(),
    }
}

fn pem_key(setting: &CustomerKey, pem: &str) -> Option<Key> {
    let pem = pem.as_bytes();
    let decoding = match algorithm_of(setting)? {
        Algorithm::ES256 | Algorithm::ES384 => DecodingKey::from_ec_pem(pem),
        Algorithm::EdDSA => DecodingKey::from_ed_pem(pem),
        _ => DecodingKey::from_rsa_pem(pem),
    };
    Some(Key {
        kid: None,
        decoding: decoding.ok()?,
    })
}

/// The keys of a document that fit the setting. One that cannot be used does not spoil the
/// others: documents of identity providers hold keys of every kind.
fn jwks_keys(setting: &CustomerKey, document: &str) -> Vec<Key> {
    let Ok(mut document) = serde_json::from_str::<Value>(document) else {
        return Vec::new();
    };
    let Some(Value::Array(keys)) = document.get_mut("keys").map(Value::take) else {
        return Vec::new();
    };
    keys.into_iter()
        .take(limits::JWKS_KEYS_MAX)
        .filter_map(|key| jwk(setting, key))
        .collect()
}

fn jwk(setting: &CustomerKey, key: Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(key).ok()?;
    let algorithm = algorithm_of(setting)?;
    let fits = match (&jwk.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), a) => matches!(
            a,
            Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512 | Algorithm::PS256
        ),
        (AlgorithmParameters::EllipticCurve(ec), Algorithm::ES256) => {
            ec.curve == EllipticCurve::P256
        }
        (AlgorithmParameters::EllipticCurve(ec), Algorithm::ES384) => {
            ec.curve == EllipticCurve::P384
        }
        (AlgorithmParameters::OctetKeyPair(pair), Algorithm::EdDSA) => {
            pair.curve == EllipticCurve::Ed25519
        }
        _ => false,
    };
    let named = jwk.common.key_algorithm.map(|a| a.to_string());
    let algorithm_fits = named.is_none_or(|name| name == setting.algorithm);
    let signs = matches!(
        jwk.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    );
    let allowed = setting.kids.is_empty()
        || jwk
            .common
            .key_id
            .as_ref()
            .is_some_and(|kid| setting.kids.contains(kid));
    if !(fits && algorithm_fits && signs && allowed) {
        return None;
    }
    Some(Key {
        decoding: DecodingKey::from_jwk(&jwk).ok()?,
        kid: jwk.common.key_id,
    })
}

#[cfg(test)]
#[path = "keyring_tests.rs"]
mod tests;
