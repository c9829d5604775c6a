//! Passwords: argon2id (RFC 9106) with the parameters that OWASP names for servers, 19 MiB and two
//! passes, so that a stolen store is slow to guess against. Each hash says its parameters,
//! so they can grow later.
//!
//! Hashing is slow on purpose, so it happens on blocking threads, a few at once, with a
//! bounded number waiting: sign-ins take neither the memory nor the cores of conversations.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::Semaphore;

use super::super::secret::NoRandomness;
use crate::domain::reject::{Code, Reject};
use crate::domain::staff::PasswordHash;
use crate::limits;

/// Memory of one hash.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it.
const PASSES: u32 = 2;
/// One lane: a second would take a second core.
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// Parameters beyond this are not ours: a damaged or foreign row must not take all memory.
const MEMORY_KIB_MAX: u32 = 1024 * 1024;

/// Why a text cannot be a password, if it cannot.
///
/// # Errors
/// What to choose instead.
pub fn check(password: &str, agent: &str) -> Result<(), String> {
    if password.chars().count() < limits::PASSWORD_CHARS_MIN {
        return Err(format!(
            "A password has at least {} characters; a few words are easy to remember.",
            limits::PASSWORD_CHARS_MIN
        ));
    }
    if password.len() > limits::PASSWORD_BYTES_MAX {
        return Err(format!(
            "A password has at most {} bytes.",
            limits::PASSWORD_BYTES_MAX
        ));
    }
    let mut chars = password.chars();
    let first = chars.next();
    let plain = password.to_lowercase();
    if chars.all(|c| Some(c) == first) || plain.contains(&agent.to_lowercase()) && agent.len() > 3 {
        return Err("A password is not one character repeated, and does not hold the agent's id; choose another.".to_owned());
    }
    Ok(())
}

/// Hashes a password. Takes its time: not for an actor's thread.
///
/// # Errors
/// There is no randomness for a salt.
pub fn hash(password: &str) -> Result<PasswordHash, NoRandomness> {
    let mut salt = [0; SALT_BYTES];
    aws_lc_rs::rand::fill(&mut salt).map_err(|_| NoRandomness)?;
    let hash = computed(password, &salt, MEMORY_KIB, PASSES, LANES).ok_or(NoRandomness)?;
    Ok(PasswordHash {
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        lanes: LANES,
        salt: URL_SAFE_NO_PAD.encode(salt),
        hash: URL_SAFE_NO_PAD.encode(hash),
    })
}

fn computed(
    password: &str,
    salt: &[u8],
    memory_kib: u32,
    passes: u32,
    lanes: u32,
) -> Option<[u8; HASH_BYTES]> {
    if memory_kib > MEMORY_KIB_MAX {
        return None;
    }
    let params = Params::new(memory_kib, passes, lanes, Some(HASH_BYTES)).ok()?;
    let mut out = [0; HASH_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut out)
        .ok()?;
    Some(out)
}

/// Whether a password is the one that was hashed. Without one to compare with it takes as
/// long, and the answer is no.
#[must_use]
pub fn verify(password: &str, stored: Option<&PasswordHash>) -> bool {
    let Some(stored) = stored else {
        let _as_long = std::hint::black_box(computed(
            password,
            &[0; SALT_BYTES],
            MEMORY_KIB,
            PASSES,
            LANES,
        ));
        return false;
    };
    let (Ok(salt), Ok(expected)) = (
        URL_SAFE_NO_PAD.decode(&stored.salt),
        URL_SAFE_NO_PAD.decode(&stored.hash),
    ) else {
        return false;
    };
    computed(
        password,
        &salt,
        stored.memory_kib,
        stored.passes,
        stored.lanes,
    )
    .is_some_and(|hash| verify_slices_are_equal(&hash, &expected).is_ok())
}

/// Hashing for many, a few at once.
#[derive(Debug)]
pub(super) struct Passwords {
    at_once: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            at_once: Arc::new(Semaphore::new(limits::PASSWORDS_AT_ONCE)),
            waiting: AtomicUsize::new(0),
        }
    }
}

/// One that waits, until dropped: also when its caller gives up.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Passwords {
    /// Whether a password is the one that was hashed.
    ///
    /// # Errors
    /// `overloaded`.
    pub(super) async fn verify(
        &self,
        password: String,
        stored: Option<PasswordHash>,
    ) -> Result<bool, Reject> {
        self.slowly(move || verify(&password, stored.as_ref()))
            .await
    }

    /// Hashes a password.
    ///
    /// # Errors
    /// `overloaded`, `internal`.
    pub(super) async fn hash(&self, password: String) -> Result<PasswordHash, Reject> {
        self.slowly(move || hash(&password)).await?.map_err(|_| {
            Reject::new(
                Code::Internal,
                "No salt could be made; an operator has been told.",
            )
        })
    }

    async fn slowly<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Reject> {
        let before = self.waiting.fetch_add(1, Ordering::SeqCst);
        let waiting = Waiting(&self.waiting);
        if before >= limits::PASSWORDS_WAITING_MAX {
            return Err(Reject::overloaded());
        }
        let permit = self.at_once.clone().acquire_owned().await;
        let permit = permit.map_err(|_| Reject::unavailable())?;
        drop(waiting);
        // The permit goes with the work: a caller who gives up does not make room early.
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        done.await.map_err(|_| Reject::unavailable())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "correct horse battery staple";

    #[test]
    fn a_password_verifies_against_its_own_hash_only() {
        let hashed = hash(GOOD).expect("random");
        assert!(verify(GOOD, Some(&hashed)));
        assert!(!verify("correct horse battery stable", Some(&hashed)));
        assert!(!verify(GOOD, None));
        let again = hash(GOOD).expect("random");
        assert!(again != hashed, "salted");
    }

    #[test]
    fn a_hash_of_other_parameters_still_verifies_and_an_absurd_one_is_refused() {
        let salt = [7; SALT_BYTES];
        let hash = computed(GOOD, &salt, 8 * 1024, 3, 1).expect("computed");
        let mut older = PasswordHash {
            memory_kib: 8 * 1024,
            passes: 3,
            lanes: 1,
            salt: URL_SAFE_NO_PAD.encode(salt),
            hash: URL_SAFE_NO_PAD.encode(hash),
        };
        assert!(verify(GOOD, Some(&older)));
        older.memory_kib = u32::MAX;
        assert!(!verify(GOOD, Some(&older)));
    }

    #[test]
    fn a_password_is_long_and_not_the_name() {
        for bad in ["", "short", "aaaaaaaaaaaaaaaa", "annabelle-2026!"] {
            assert!(check(bad, "annabelle").is_err(), "{bad}");
        }
        assert!(check(&"ä1".repeat(300), "anna").is_err(), "too long");
        assert_eq!(check(GOOD, "anna"), Ok(()));
        assert_eq!(check("contraseña larga", "ñ"), Ok(()));
    }

    #[tokio::test]
    async fn only_so_many_wait_for_a_hash_and_the_others_are_told_to_come_back() {
        let passwords = Arc::new(Passwords::default());
        let held = passwords
            .at_once
            .clone()
            .acquire_many_owned(u32::try_from(limits::PASSWORDS_AT_ONCE).expect("few"))
            .await
            .expect("free");
        let waiting: Vec<_> = (0..limits::PASSWORDS_WAITING_MAX)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.slowly(|| ()).await })
            })
            .collect();
        while passwords.waiting.load(Ordering::SeqCst) < limits::PASSWORDS_WAITING_MAX {
            tokio::task::yield_now().await;
        }
        let refused = passwords.slowly(|| ()).await.expect_err("full");
        assert_eq!(refused.code, Code::Overloaded);
        drop(held);
        for one in waiting {
            one.await.expect("no panic").expect("its turn came");
        }
        assert_eq!(passwords.waiting.load(Ordering::SeqCst), 0);
    }
}
