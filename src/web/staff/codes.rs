//! The second factor: time-based codes (RFC 6238, six digits, 30 seconds, HMAC-SHA-1 as every
//! authenticator has it), and recovery codes for when the authenticator is lost.

use std::collections::BTreeSet;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

use super::super::secret::{NoRandomness, secret_sha256};
use crate::domain::staff::SecondFactor;
use crate::domain::time::Timestamp;

const STEP_SECONDS: u64 = 30;
const DIGITS: u32 = 6;
/// Steps that the clocks of server and authenticator may be apart.
const SKEW_STEPS: u64 = 1;
const KEY_BYTES: usize = 20;
/// Recovery codes that are made at once.
const RECOVERY_CODES: usize = 10;
/// Bytes of one: 80 bits cannot be guessed from their hash.
const RECOVERY_BYTES: usize = 10;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A new key, base32.
pub(super) fn new_key() -> Result<String, NoRandomness> {
    let mut bytes = [0; KEY_BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(base32(&bytes))
}

/// The address that authenticators read from a QR code.
pub(super) fn address(key: &str, agent: &str) -> String {
    use std::fmt::Write;
    let mut label = String::new();
    for byte in agent.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            label.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(label, "%{byte:02X}");
        }
    }
    format!("otpauth://totp/linger:{label}?secret={key}&issuer=linger")
}

/// The code of a key at a step.
fn code_at(key: &[u8], step: u64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[tag.len() - 1] & 0x0f);
    let word = [
        tag[offset],
        tag[offset + 1],
        tag[offset + 2],
        tag[offset + 3],
    ];
    let number = (u32::from_be_bytes(word) & 0x7fff_ffff) % 10_u32.pow(DIGITS);
    format!("{number:06}")
}

/// The step of a code that is good now and was not used: each is good once, and none before
/// it is good again.
pub(super) fn accepted(factor: &SecondFactor, code: &str, now: Timestamp) -> Option<u64> {
    let key = unbase32(&factor.key)?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let current = u64::try_from(now.0).ok()? / 1_000 / STEP_SECONDS;
    let steps = current.saturating_sub(SKEW_STEPS)..=current + SKEW_STEPS;
    // All are looked at, whichever fits: the time it takes says nothing.
    let mut found = None;
    for step in steps {
        let fits = verify_slices_are_equal(code_at(&key, step).as_bytes(), code.as_bytes()).is_ok();
        if fits && step > factor.last_step {
            found = Some(step);
        }
    }
    found
}

/// New recovery codes, and their hashes.
pub(super) fn new_recovery_codes() -> Result<(Vec<String>, BTreeSet<String>), NoRandomness> {
    let mut codes = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let mut bytes = [0; RECOVERY_BYTES];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
        let text = base32(&bytes);
        codes.push(format!(
            "{}-{}-{}-{}",
            &text[..4],
            &text[4..8],
            &text[8..12],
            &text[12..]
        ));
    }
    let hashes = codes.iter().map(|code| recovery_hash(code)).collect();
    Ok((codes, hashes))
}

/// What is kept of a recovery code, however it is typed.
pub(super) fn recovery_hash(code: &str) -> String {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    secret_sha256(&plain)
}

fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(ALPHABET[(held >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        out.push(char::from(ALPHABET[(held << (5 - bits) & 31) as usize]));
    }
    out
}

fn unbase32(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for c in text.bytes() {
        let value = ALPHABET.iter().position(|a| *a == c)?;
        held = held << 5 | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(last_step: u64) -> SecondFactor {
        SecondFactor {
            key: base32(b"12345678901234567890"),
            last_step,
        }
    }

    const fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000)
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1, the last six of eight digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert!(
                accepted(&factor(0), code, at(seconds)).is_some(),
                "{seconds}"
            );
        }
    }

    #[test]
    fn a_code_is_good_one_step_early_and_late_and_once() {
        let code = code_at(b"12345678901234567890", 1_000);
        let now = |step: i64| at(step * 30 + 7);
        for (step, good) in [
            (998, false),
            (999, true),
            (1_000, true),
            (1_001, true),
            (1_002, false),
        ] {
            assert_eq!(
                accepted(&factor(0), &code, now(step)).is_some(),
                good,
                "{step}"
            );
        }
        assert_eq!(accepted(&factor(999), &code, now(1_000)), Some(1_000));
        assert_eq!(accepted(&factor(1_000), &code, now(1_000)), None, "used");
        assert_eq!(
            accepted(&factor(1_001), &code, now(1_001)),
            None,
            "an older one"
        );
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert_eq!(accepted(&factor(0), &spaced, now(1_000)), Some(1_000));
        for wrong in ["", "12345", "1234567", "abcdef"] {
            assert_eq!(accepted(&factor(0), wrong, now(1_000)), None);
        }
    }

    #[test]
    fn base32_is_read_as_it_is_written() {
        // RFC 4648, section 10, without padding.
        for (text, coded) in [("f", "MY"), ("fo", "MZXQ"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(text.as_bytes()), coded);
            assert_eq!(unbase32(coded).as_deref(), Some(text.as_bytes()));
        }
        assert_eq!(unbase32("M1"), None);
    }

    #[test]
    fn recovery_codes_are_hashed_however_they_are_typed() {
        let (codes, hashes) = new_recovery_codes().expect("random");
        assert_eq!((codes.len(), hashes.len()), (10, 10));
        let typed = codes[3].to_lowercase().replace('-', " ");
        assert!(hashes.contains(&recovery_hash(&typed)));
        assert!(!hashes.contains(&recovery_hash("AAAA-BBBB-CCCC-DDDD")));
    }

    #[test]
    fn the_address_for_authenticators_is_escaped() {
        assert_eq!(
            address("ABC", "anna b&c@x"),
            "otpauth://totp/linger:anna%20b%26c%40x?secret=ABC&issuer=linger"
        );
    }
}
