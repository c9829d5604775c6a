//! How customers prove who they are: which tokens are good, and what they may say.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::time::Millis;

/// Signature algorithms that a setting may pin. None of them has a secret that the server
/// would have to know.
pub const ALGORITHMS: [&str; 7] = [
    "RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA",
];
/// How far the clocks of signer and server may be apart, unless a setting says otherwise.
pub const LEEWAY: Millis = Millis::seconds(60);
/// More is no difference between clocks but a longer life for tokens.
pub const LEEWAY_MAX: Millis = Millis::minutes(5);

/// One way in which customers prove who they are: tokens (JWT) that the company's own
/// system signs. All settings name the same customers: `maria` of one is `maria` of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerKey {
    /// One of [`ALGORITHMS`]: pinned here, never taken from the token.
    pub algorithm: String,
    /// Where the public keys come from.
    pub keys: KeySource,
    /// A token must name one of these as its `kid`; empty: any, or none.
    pub kids: BTreeSet<String>,
    /// Required `iss`, if set.
    pub issuer: Option<String>,
    /// Required `aud`, if set.
    pub audience: Option<String>,
    /// How far the clocks of signer and server may be apart.
    pub leeway: Millis,
    /// Claims that become `claim.NAME` in the context of what their customers start.
    pub context_claims: BTreeSet<String>,
}

impl CustomerKey {
    /// A setting with one key and every default.
    #[must_use]
    pub fn with_pem(algorithm: &str, public_key_pem: String) -> Self {
        Self {
            algorithm: algorithm.to_owned(),
            keys: KeySource::Pem(public_key_pem),
            kids: BTreeSet::new(),
            issuer: None,
            audience: None,
            leeway: LEEWAY,
            context_claims: BTreeSet::new(),
        }
    }
}

/// Where the public keys of a setting come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeySource {
    /// One key, PEM.
    Pem(String),
    /// A JWKS document (RFC 7517), as text.
    Jwks(String),
    /// The address of a JWKS document, which the server fetches again and again.
    JwksUrl(String),
}

/// Whether keys may be fetched from an address: over TLS, or from this machine itself.
/// Nothing but host, port and path may be in it that a reader could take for another host.
#[must_use]
pub fn is_key_address(url: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '\\' | '"' | '<' | '>' | '#');
    if !url.chars().all(plain) {
        return false;
    }
    let (rest, needs_loopback) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, false),
        (None, Some(rest)) => (rest, true),
        (None, None) => return false,
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return false;
    }
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let loopback = host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback());
    !host.is_empty() && (!needs_loopback || loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_over_tls_or_from_this_machine() {
        for good in [
            "https://id.example.com/jwks.json",
            "https://id.example.com:8443/keys?tenant=1",
            "http://127.0.0.1:9000/jwks",
            "http://[::1]:9000/jwks",
            "http://localhost/jwks",
        ] {
            assert!(is_key_address(good), "{good}");
        }
        for bad in [
            "",
            "id.example.com",
            "ftp://id.example.com/",
            "file:///etc/passwd",
            "http://id.example.com/jwks",
            "http://127.0.0.1@evil.example/jwks",
            "http://localhost.evil.example/jwks",
            "http://127.0.0.1.evil.example/",
            "https://",
            "https:///jwks",
            "https://user:secret@id.example.com/jwks",
            "https://id.example.com/a b",
            "http://127.0.0.1\\@evil.example/",
        ] {
            assert!(!is_key_address(bad), "{bad}");
        }
    }
}
