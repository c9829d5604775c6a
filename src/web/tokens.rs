//! Who a customer is: their token (JWT). People of the company are in `staff/`.
//!
//! Algorithm, keys, issuer and audience come from the configuration; a token's header is
//! only allowed to choose among the configured keys. Time is given, never looked up.
//! Refusals do not say which check failed: that helps an attacker more than a customer.
//! Never logs or returns a token or a secret.

use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::Deserialize;
use serde_json::Number;

use crate::domain::company::{Company, CustomerKey};
use crate::domain::ids::CustomerId;
use crate::domain::reject::{Code, Reject};
use crate::domain::time::{Millis, Timestamp};

/// Bytes of a token at most: a few claims and an RSA signature are a tenth of it.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// How far the clocks of signer and server may be apart.
pub const LEEWAY: Millis = Millis::seconds(60);

/// What a token must and may say. Unknown claims are the signer's own business.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    iat: Number,
    exp: Number,
    nbf: Option<Number>,
    iss: Option<String>,
    aud: Option<Audience>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn includes(&self, wanted: &str) -> bool {
        match self {
            Self::One(one) => one == wanted,
            Self::Many(many) => many.iter().any(|a| a == wanted),
        }
    }
}

fn token_invalid() -> Reject {
    Reject::new(
        Code::TokenInvalid,
        "The token does not verify; get a new one from where this one came from.",
    )
}

fn token_expired() -> Reject {
    Reject::new(
        Code::TokenExpired,
        "The token has expired; get a new one and reconnect.",
    )
}

/// The refusal of an open socket whose token has run out.
#[must_use]
pub fn expired_since_hello() -> Reject {
    token_expired()
}

/// Verifies a customer's token. The time that comes with the customer is when the token
/// stops being accepted, leeway included.
///
/// # Errors
/// `token_invalid`; `token_expired` for one that is good but for its age.
pub fn authenticate_customer(
    company: &Company,
    token: &str,
    now: Timestamp,
) -> Result<(CustomerId, Timestamp), Reject> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(token_invalid());
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| token_invalid())?;
    let (key, claims) = company
        .authentication
        .values()
        .filter(|key| may_verify(key, &header))
        .find_map(|key| Some((key, verify(key, token)?)))
        .ok_or_else(token_invalid)?;
    judge(key, &claims, now)
}

/// A key without a `kid` is tried with any token, one with a `kid` only where the token names it.
fn may_verify(key: &CustomerKey, header: &Header) -> bool {
    key.kid.is_none() || key.kid == header.kid
}

fn verify(key: &CustomerKey, token: &str) -> Option<Claims> {
    let pem = key.public_key_pem.as_bytes();
    let (algorithm, decoding) = match key.algorithm.as_str() {
        "RS256" => (Algorithm::RS256, DecodingKey::from_rsa_pem(pem)),
        "ES256" => (Algorithm::ES256, DecodingKey::from_ec_pem(pem)),
        "EdDSA" => (Algorithm::EdDSA, DecodingKey::from_ed_pem(pem)),
        _ => return None,
    };
    let mut validation = Validation::new(algorithm);
    // The signature alone: the crate would judge time by the system's clock.
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let verified = jsonwebtoken::decode::<Claims>(token, &decoding.ok()?, &validation).ok()?;
    Some(verified.claims)
}

fn judge(
    key: &CustomerKey,
    claims: &Claims,
    now: Timestamp,
) -> Result<(CustomerId, Timestamp), Reject> {
    let Claims {
        sub,
        iat,
        exp,
        nbf,
        iss,
        aud,
    } = claims;
    let issuer_fits = key.issuer.is_none() || key.issuer == *iss;
    let audience_fits = key
        .audience
        .as_ref()
        .is_none_or(|wanted| aud.as_ref().is_some_and(|aud| aud.includes(wanted)));
    let begins = [Some(iat), nbf.as_ref()]
        .into_iter()
        .flatten()
        .map(instant)
        .try_fold(Timestamp(i64::MIN), |latest, t| t.map(|t| latest.max(t)))
        .ok_or_else(token_invalid)?;
    let ends = instant(exp).ok_or_else(token_invalid)? + LEEWAY;
    let customer = CustomerId::parse(sub).map_err(|_| token_invalid())?;
    if !issuer_fits || !audience_fits || begins > now + LEEWAY {
        return Err(token_invalid());
    }
    if now >= ends {
        return Err(token_expired());
    }
    Ok((customer, ends))
}

/// A `NumericDate` (RFC 7519: seconds, perhaps with a fraction) within a sane range.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the range is checked just before"
)]
fn instant(seconds: &Number) -> Option<Timestamp> {
    let ms = seconds.as_f64()? * 1_000.0;
    (0.0..1e15).contains(&ms).then_some(Timestamp(ms as i64))
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
