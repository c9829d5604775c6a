//! Keys, addresses and claims of an authentication setting.

use super::Found;
use crate::domain::arrival::CLAIM_PREFIX;
use crate::domain::company::{ALGORITHMS, CustomerKey, KeySource, LEEWAY_MAX, is_key_address};
use crate::limits;

/// Names that one setting may pass on: they share the context with what the page says.
const CLAIMS_MAX: usize = 20;
const KIDS_MAX: usize = 100;

pub(super) fn check(at: &str, key: &CustomerKey, found: &mut Found) {
    if !ALGORITHMS.contains(&key.algorithm.as_str()) {
        found.note(
            format!("{at}.algorithm"),
            format!(
                "The algorithm {:?} is not accepted; use one of {}.",
                key.algorithm,
                ALGORITHMS.join(", ")
            ),
        );
    }
    match &key.keys {
        KeySource::Pem(pem) if !pem.contains("-----BEGIN PUBLIC KEY-----") => found.note(
            format!("{at}.public_key_pem"),
            "It holds no public key; paste it with its BEGIN PUBLIC KEY and END lines.",
        ),
        KeySource::JwksUrl(url) if !is_key_address(url) => found.note(
            format!("{at}.jwks_url"),
            format!("{url:?} is no address to fetch keys from; write one that begins with https:// (http:// only for this machine itself), without user and password."),
        ),
        // Documents are read where they are written (`config`): this layer knows no JSON.
        KeySource::Pem(_) | KeySource::Jwks(_) | KeySource::JwksUrl(_) => {}
    }
    if key.leeway > LEEWAY_MAX {
        found.note(
            format!("{at}.leeway"),
            format!(
                "The leeway is {}; it is at most {LEEWAY_MAX}. Set the clocks right instead.",
                key.leeway
            ),
        );
    }
    if key.kids.len() > KIDS_MAX || key.kids.iter().any(|kid| !is_fitting(kid)) {
        found.note(
            format!("{at}.kids"),
            format!(
                "Name at most {KIDS_MAX} key ids of at most {} bytes each, none of them empty.",
                limits::ID_BYTES_MAX
            ),
        );
    }
    let key_max = limits::CONTEXT_KEY_CHARS_MAX - CLAIM_PREFIX.len();
    let unfit = |claim: &String| claim.trim().is_empty() || claim.chars().count() > key_max;
    if key.context_claims.len() > CLAIMS_MAX || key.context_claims.iter().any(unfit) {
        found.note(
            format!("{at}.context_claims"),
            format!("Name at most {CLAIMS_MAX} claims of at most {key_max} characters each, none of them empty."),
        );
    }
}

fn is_fitting(kid: &str) -> bool {
    !kid.is_empty() && kid.len() <= limits::ID_BYTES_MAX
}
