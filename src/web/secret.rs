//! An agent's sign-in secret: made here, shown once, stored as its SHA-256.
//!
//! It is 256 random bits, not a password, so a plain hash is enough: there is nothing to
//! guess. Never written to the store or the log.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes of randomness in a secret.
const SECRET_BYTES: usize = 32;

/// The system's source of randomness failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no secret could be made: the system's random source failed")]
pub struct NoRandomness;

/// A new secret: 32 random bytes as 43 characters of base64url.
///
/// # Errors
/// [`NoRandomness`].
pub fn new_secret() -> Result<String, NoRandomness> {
    let mut bytes = [0; SECRET_BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What the store keeps: the SHA-256 of the secret's text, lower-case hex.
#[must_use]
pub fn secret_sha256(secret: &str) -> String {
    sha256_hex(secret.as_bytes())
}

/// The SHA-256 of these bytes, lower-case hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    digest(&SHA256, bytes)
        .as_ref()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_form_is_the_sha256_of_the_text() {
        assert_eq!(
            secret_sha256("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn no_two_secrets_are_alike_and_none_needs_quoting() {
        let (a, b) = (new_secret().expect("random"), new_secret().expect("random"));
        assert_ne!(a, b);
        assert_eq!(a.len(), 43);
        assert!(
            a.bytes()
                .all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
        );
    }
}
