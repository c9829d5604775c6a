//! How customers prove who they are.

use std::collections::BTreeSet;
use std::fmt::Display;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::reader::{Place, Reader};
use crate::config::units::show_duration;
use crate::domain::company::{CustomerKey, KeySource, LEEWAY};

/// One name, or a list of names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::config) enum OneOrMore {
    /// One.
    One(String),
    /// A list.
    More(BTreeSet<String>),
}

impl OneOrMore {
    pub(super) fn of<T: Display>(names: &BTreeSet<T>) -> Option<Self> {
        let mut texts: Vec<String> = names.iter().map(ToString::to_string).collect();
        match texts.len() {
            0 => None,
            1 => texts.pop().map(Self::One),
            _ => Some(Self::More(texts.into_iter().collect())),
        }
    }

    pub(super) fn into_set(self) -> BTreeSet<String> {
        match self {
            Self::One(one) => [one].into(),
            Self::More(more) => more,
        }
    }
}

/// How customers prove who they are: tokens (JWT) that the company's own system signs. The
/// public keys come from exactly one of public_key_pem, jwks and jwks_url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct AuthenticationFile {
    /// "RS256", "RS384", "RS512", "PS256", "ES256", "ES384" or "EdDSA": pinned here, never taken from the token.
    algorithm: String,
    /// The public key with its BEGIN PUBLIC KEY and END lines.
    public_key_pem: Option<String>,
    /// A JWKS document, as text.
    jwks: Option<String>,
    /// The address of a JWKS document: https, or http on this machine. Fetched every 15 minutes.
    jwks_url: Option<String>,
    /// Tokens must name one of these as their `kid`; unless given they may name any, or none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    kids: BTreeSet<String>,
    /// The `iss` that tokens must have.
    issuer: Option<String>,
    /// The `aud` that tokens must have.
    audience: Option<String>,
    /// How far the clocks of signer and server may be apart, at most 5min. Default: 60s.
    leeway: Option<String>,
    /// Claims (texts, numbers, true and false) that become `claim.NAME` in the context of what their customers start.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    context_claims: BTreeSet<String>,
}

impl AuthenticationFile {
    pub(super) fn of(key: &CustomerKey) -> Self {
        let (public_key_pem, jwks, jwks_url) = match key.keys.clone() {
            KeySource::Pem(pem) => (Some(pem), None, None),
            KeySource::Jwks(document) => (None, Some(document), None),
            KeySource::JwksUrl(url) => (None, None, Some(url)),
        };
        Self {
            algorithm: key.algorithm.clone(),
            public_key_pem,
            jwks,
            jwks_url,
            kids: key.kids.clone(),
            issuer: key.issuer.clone(),
            audience: key.audience.clone(),
            leeway: Some(show_duration(key.leeway)),
            context_claims: key.context_claims.clone(),
        }
    }

    pub(super) fn read(self, reader: &mut Reader, place: &Place<'_>) -> Option<CustomerKey> {
        let keys = match (self.public_key_pem, self.jwks, self.jwks_url) {
            (Some(pem), None, None) => KeySource::Pem(pem),
            (None, Some(document), None) => {
                reader.note(&place.key("jwks"), look_at(&document))?;
                KeySource::Jwks(document)
            }
            (None, None, Some(url)) => KeySource::JwksUrl(url),
            _ => {
                reader.wrong(
                    place.at,
                    "Say where the public keys come from: exactly one of public_key_pem, jwks and jwks_url.",
                );
                return None;
            }
        };
        Some(CustomerKey {
            algorithm: self.algorithm,
            keys,
            kids: self.kids,
            issuer: self.issuer,
            audience: self.audience,
            leeway: reader.duration_or(&place.key("leeway"), self.leeway, LEEWAY),
            context_claims: self.context_claims,
        })
    }
}

/// Whether a text is a JWKS document with public keys in it, and nothing that is secret.
fn look_at(document: &str) -> Result<(), &'static str> {
    const NO_KEYS: &str =
        "It is no JWKS document; paste the whole JSON, such as {\"keys\": [{\"kty\": …}]}.";
    let document: Value = serde_json::from_str(document).map_err(|_| NO_KEYS)?;
    let keys = document["keys"].as_array().ok_or(NO_KEYS)?;
    if keys.is_empty() || !keys.iter().all(|key| key["kty"].is_string()) {
        return Err(NO_KEYS);
    }
    if keys
        .iter()
        .any(|key| key["kty"] == "oct" || key.get("d").is_some())
    {
        return Err(
            "It holds a secret or private key; paste the public keys only, and change those.",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_holds_public_keys_and_nothing_secret() {
        let good = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"abc"}]}"#;
        assert_eq!(look_at(good), Ok(()));
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"keys":[]}"#,
            r#"{"keys":[{}]}"#,
            r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#,
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"abc","d":"def"}]}"#,
        ] {
            assert!(look_at(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_read_alone_and_in_a_list() {
        let one: OneOrMore = serde_json::from_str(r#""shop""#).expect("one");
        let more: OneOrMore = serde_json::from_str(r#"["shop","app"]"#).expect("more");
        assert_eq!(one.into_set().len(), 1);
        assert_eq!(more.clone().into_set().len(), 2);
        assert_eq!(OneOrMore::of(&more.clone().into_set()), Some(more));
        assert_eq!(OneOrMore::of::<String>(&BTreeSet::new()), None);
    }
}
