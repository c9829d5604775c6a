//! Who a customer is: their token (JWT). People of the company are in `staff/`.
//!
//! Algorithm, keys, issuer and audience come from the configuration; a token's header is
//! only allowed to choose among the configured keys, and what else it says there (`jku`,
//! `jwk`, `x5u`, …) is not looked at. Time is given, never looked up.
//! Refusals do not say which check failed: that helps an attacker more than a customer.
//! Never logs or returns a token or a secret.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use super::keyring::{KeyRing, algorithm_of};
use super::proof::{Proof, ProvenBy};
use super::strict_json::{Fields, fields};
use crate::domain::company::{Company, CustomerKey};
use crate::domain::ids::{AuthenticationId, CustomerId};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::Timestamp;
use crate::limits;

/// Bytes of a token at most: a few claims and an RSA signature are a tenth of it.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// Why a token does not prove anything.
#[derive(Debug)]
pub struct NotProven {
    /// What its bearer is told.
    pub reject: Reject,
    /// Settings that fetch their keys and have none of the name that the token names: it may
    /// be good when they have looked again.
    pub ask: Vec<AuthenticationId>,
}

fn token_invalid() -> Reject {
    Reject::new(
        Code::TokenInvalid,
        "The token does not verify; get a new one from where this one came from.",
    )
}

/// The refusal of a token that is good but for its age, at the door and on an open socket.
#[must_use]
pub fn token_expired() -> Reject {
    Reject::new(
        Code::TokenExpired,
        "The token has expired; get a new one and send it in a `renew` frame, or reconnect.",
    )
}

/// A token in its parts.
pub(super) struct Parts<'a> {
    pub(super) algorithm: String,
    pub(super) kid: Option<String>,
    pub(super) claims: Fields,
    pub(super) signed: &'a str,
    pub(super) signature: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn read(token: &'a str) -> Option<Self> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let read = |part: &str| fields(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?);
        let mut header = read(header)?;
        // What must be understood is not.
        if header.contains_key("crit") {
            return None;
        }
        let Some(Value::String(algorithm)) = header.remove("alg") else {
            return None;
        };
        let kid = match header.remove("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid),
            Some(_) => return None,
        };
        Some(Self {
            algorithm,
            kid,
            claims: read(claims)?,
            signed,
            signature,
        })
    }
}

/// Verifies a customer's token against every setting that it could be of.
///
/// # Errors
/// `token_invalid`; `token_expired` for one that is good but for its age.
pub fn authenticate_customer(
    company: &Company,
    ring: &KeyRing,
    token: &str,
    now: Timestamp,
) -> Result<Proof, Box<NotProven>> {
    let mut failed = Box::new(NotProven {
        reject: token_invalid(),
        ask: Vec::new(),
    });
    let Some(parts) = Parts::read(token) else {
        return Err(failed);
    };
    let settings = company
        .authentication
        .iter()
        .filter(|(_, setting)| may_verify(setting, &parts));
    for (id, setting) in settings {
        match ring.verifies(
            company,
            id,
            parts.kid.as_deref(),
            parts.signed,
            parts.signature,
        ) {
            None => failed.ask.push(id.clone()),
            Some(false) => {}
            Some(true) => match judge(id, setting, &parts.claims, now) {
                Ok(proof) => return Ok(proof),
                Err(reject) if reject.code == Code::TokenExpired => failed.reject = reject,
                Err(_) => {}
            },
        }
    }
    Err(failed)
}

/// The algorithm is the setting's, and a `kid` is one that it allows.
fn may_verify(setting: &CustomerKey, parts: &Parts<'_>) -> bool {
    let kid_fits =
        setting.kids.is_empty() || parts.kid.as_ref().is_some_and(|k| setting.kids.contains(k));
    setting.algorithm == parts.algorithm && algorithm_of(setting).is_some() && kid_fits
}

fn judge(
    id: &AuthenticationId,
    setting: &CustomerKey,
    claims: &Fields,
    now: Timestamp,
) -> Result<Proof, Reject> {
    let text = |name: &str| match claims.get(name) {
        Some(Value::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let issuer_fits = setting.issuer.is_none() || setting.issuer.as_deref() == text("iss");
    let audience_fits = setting
        .audience
        .as_deref()
        .is_none_or(|wanted| includes(claims.get("aud"), wanted));
    let instant = |name: &str| claims.get(name).and_then(instant).ok_or_else(token_invalid);
    let issued = instant("iat")?;
    let begins = match claims.get("nbf") {
        None | Some(Value::Null) => issued,
        Some(_) => issued.max(instant("nbf")?),
    };
    let ends = instant("exp")? + setting.leeway;
    let customer = text("sub")
        .and_then(|sub| CustomerId::parse(sub).ok())
        // Made by this server alone.
        .filter(|customer| !customer.is_device() && !customer.is_pseudonym())
        .ok_or_else(token_invalid)?;
    if !issuer_fits || !audience_fits || begins > now + setting.leeway {
        return Err(token_invalid());
    }
    if now >= ends {
        return Err(token_expired());
    }
    Ok(Proof {
        customer,
        by: ProvenBy::Token(id.clone()),
        expires: ends,
        claims: passed_on(setting, claims),
    })
}

pub(super) fn includes(audience: Option<&Value>, wanted: &str) -> bool {
    match audience {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(many)) => {
            many.iter().all(Value::is_string) && many.iter().any(|one| one == wanted)
        }
        _ => false,
    }
}

/// Claims that the setting names, as context values: texts, numbers, true and false. What is
/// longer than a context value may be is left out, as if the token did not say it.
pub(super) fn passed_on(setting: &CustomerKey, claims: &Fields) -> BTreeMap<String, String> {
    let value = |claim: &Value| match claim {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    setting
        .context_claims
        .iter()
        .filter_map(|name| Some((name.clone(), value(claims.get(name)?)?)))
        .filter(|(_, value)| value.chars().count() <= limits::CONTEXT_VALUE_CHARS_MAX)
        .collect()
}

/// A `NumericDate` (RFC 7519: seconds, perhaps with a fraction) within a sane range.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the range is checked just before"
)]
pub(super) fn instant(seconds: &Value) -> Option<Timestamp> {
    let ms = seconds.as_f64()? * 1_000.0;
    (0.0..1e15).contains(&ms).then_some(Timestamp(ms as i64))
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
