//! Customer tokens for the demo, the replay and the benchmarks: what a company's
//! own web site does for its signed-in customers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// `SubjectPublicKeyInfo` of an Ed25519 key up to the key itself (RFC 8410).
const SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// Why a key or a token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The random source failed.
    #[error("no key could be generated: the system's random source failed")]
    Generate,
    /// The text is no base64.
    #[error("the signing key is not base64: {0}")]
    NotBase64(#[from] base64::DecodeError),
    /// The bytes are no Ed25519 key.
    #[error("the signing key is not an Ed25519 key in PKCS#8 form: {0}")]
    NotAKey(String),
    /// The token could not be signed.
    #[error("the token could not be signed: {0}")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    iat: u64,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// An Ed25519 key that customer tokens are signed with.
pub struct SigningKey {
    pkcs8: Vec<u8>,
    public: Vec<u8>,
    encoding: EncodingKey,
    kid: Option<String>,
    issuer: Option<String>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A new key.
    ///
    /// # Errors
    /// [`TokenError::Generate`].
    pub fn generate() -> Result<Self, TokenError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| TokenError::Generate)?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| TokenError::Generate)?;
        Self::from_pkcs8(pkcs8.as_ref())
    }

    /// A key from its PKCS#8 bytes.
    ///
    /// # Errors
    /// [`TokenError::NotAKey`].
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, TokenError> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8)
            .map_err(|e| TokenError::NotAKey(e.to_string()))?;
        Ok(Self {
            pkcs8: pkcs8.to_vec(),
            public: pair.public_key().as_ref().to_vec(),
            encoding: EncodingKey::from_ed_der(pkcs8),
            kid: None,
            issuer: None,
        })
    }

    /// A key from its PKCS#8 bytes in base64.
    ///
    /// # Errors
    /// [`TokenError::NotBase64`], [`TokenError::NotAKey`].
    pub fn from_base64(text: &str) -> Result<Self, TokenError> {
        Self::from_pkcs8(&STANDARD.decode(text.trim())?)
    }

    /// The same key, naming itself in its tokens.
    #[must_use]
    pub fn named(mut self, kid: Option<String>, issuer: Option<String>) -> Self {
        self.kid = kid;
        self.issuer = issuer;
        self
    }

    /// The private key in the form that [`Self::from_base64`] reads.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.pkcs8)
    }

    /// The public key in PEM, for the server's configuration.
    #[must_use]
    pub fn public_key_pem(&self) -> String {
        let der: Vec<u8> = SPKI_PREFIX.iter().chain(&self.public).copied().collect();
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            STANDARD.encode(der)
        )
    }

    /// The public key as it stands in a JWKS document.
    #[must_use]
    pub fn public_key_jwk(&self) -> Value {
        let mut key = json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "use": "sig",
            "x": URL_SAFE_NO_PAD.encode(&self.public),
        });
        if let Some(kid) = &self.kid {
            key["kid"] = kid.clone().into();
        }
        key
    }

    /// A token for a customer, valid from now.
    ///
    /// # Errors
    /// [`TokenError::Sign`].
    pub fn sign(&self, customer: &str, valid: Duration) -> Result<String, TokenError> {
        self.sign_saying(customer, valid, Map::new())
    }

    /// The same, which says more about the customer.
    ///
    /// # Errors
    /// [`TokenError::Sign`].
    pub fn sign_saying(
        &self,
        customer: &str,
        valid: Duration,
        more: Map<String, Value>,
    ) -> Result<String, TokenError> {
        let iat = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let claims = Claims {
            sub: customer,
            iat,
            exp: iat + valid.as_secs(),
            iss: self.issuer.as_deref(),
            more,
        };
        let header = Header {
            kid: self.kid.clone(),
            ..Header::new(Algorithm::EdDSA)
        };
        Ok(jsonwebtoken::encode(&header, &claims, &self.encoding)?)
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};

    use super::*;

    #[test]
    fn a_token_verifies_with_the_public_key_that_goes_into_the_configuration() {
        let key = SigningKey::generate()
            .expect("a key")
            .named(Some("demo".into()), None);
        let again = SigningKey::from_base64(&key.to_base64())
            .expect("the same key")
            .named(Some("demo".into()), None);
        let token = again
            .sign("maria", Duration::from_secs(60))
            .expect("a token");
        let public =
            DecodingKey::from_ed_pem(key.public_key_pem().as_bytes()).expect("a public key");
        let read = jsonwebtoken::decode::<serde_json::Value>(
            &token,
            &public,
            &Validation::new(Algorithm::EdDSA),
        )
        .expect("a valid token");
        assert_eq!(read.claims["sub"], "maria");
        assert_eq!(read.header.kid.as_deref(), Some("demo"));
        assert!(read.claims.get("iss").is_none());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(matches!(
            SigningKey::from_base64("%"),
            Err(TokenError::NotBase64(_))
        ));
        assert!(matches!(
            SigningKey::from_base64("aGVsbG8="),
            Err(TokenError::NotAKey(_))
        ));
    }
}
