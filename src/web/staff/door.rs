//! What sign-ins share: how often somebody may try, hashing, the second factor, settings.

use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::HttpRequest;

use super::super::secret::{NoRandomness, new_secret, secret_sha256};
use super::codes;
use super::passwords::Passwords;
use super::provider::Provider;
use super::{API_KEY_MARK, SIGN_IN_MARK};
use crate::config::StaffSettings;
use crate::domain::company::Company;
use crate::domain::ids::AgentId;
use crate::domain::reject::{Code, Reject};
use crate::domain::staff::{Account, Attempts, Proof, Roll, SignIn, StaffRow};
use crate::domain::time::{Millis, Timestamp};

/// What sign-ins share.
pub struct StaffDoor {
    settings: StaffSettings,
    attempts: Mutex<Attempts>,
    pub(super) passwords: Passwords,
    pub(super) provider: Option<Provider>,
}

/// Who signs in, proven.
pub(super) struct NewSignIn<'a> {
    pub(super) agent: &'a AgentId,
    pub(super) account: &'a Account,
    pub(super) proof: Proof,
    pub(super) cookie: bool,
}

/// A new token: what is given out, and what is kept.
pub(super) struct Token {
    pub(super) text: String,
    pub(super) key: String,
}

fn internal() -> Reject {
    Reject::new(
        Code::Internal,
        "No secret could be made; an operator has been told.",
    )
}

impl From<NoRandomness> for Reject {
    fn from(_: NoRandomness) -> Self {
        internal()
    }
}

fn token(mark: &str) -> Result<Token, Reject> {
    let text = format!("{mark}{}", new_secret()?);
    let key = secret_sha256(&text);
    Ok(Token { text, key })
}

pub(super) fn new_sign_in() -> Result<Token, Reject> {
    token(SIGN_IN_MARK)
}

pub(super) fn new_api_key() -> Result<Token, Reject> {
    token(API_KEY_MARK)
}

/// The one refusal of a wrong agent, password or code.
pub(super) fn failed() -> Reject {
    Reject::new(
        Code::SignInFailed,
        "Agent, password or code is wrong; type them again, or ask an admin.",
    )
}

/// The address that a request comes from, for limits: of IPv6 the network, for one machine has
/// very many addresses there.
pub(super) fn address(req: &HttpRequest) -> String {
    match crate::web::front::Caller::of(req).ip {
        std::net::IpAddr::V6(ip) if ip.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
        ip => ip.to_canonical().to_string(),
    }
}

/// A code of the second factor, or a recovery code, as given.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Given<'a> {
    pub(super) totp: Option<&'a str>,
    pub(super) recovery_code: Option<&'a str>,
}

/// Judges a second factor of an account whose password was right; what of the account is
/// used up by it is taken out.
pub(super) fn second_factor(
    account: &mut Account,
    given: Given<'_>,
    now: Timestamp,
) -> Result<Proof, Reject> {
    let Some(factor) = &mut account.second_factor else {
        return Ok(Proof::Password);
    };
    match (given.totp, given.recovery_code) {
        (Some(code), _) => {
            factor.last_step = codes::accepted(factor, code, now).ok_or_else(failed)?;
            Ok(Proof::PasswordAndCode)
        }
        (None, Some(code)) => {
            let was_there = account.recovery.remove(&codes::recovery_hash(code));
            was_there
                .then_some(Proof::PasswordAndRecoveryCode)
                .ok_or_else(failed)
        }
        (None, None) => Err(Reject::new(
            Code::SecondFactorRequired,
            "The password is right; send the code of your authenticator as totp, or a recovery_code.",
        )),
    }
}

impl StaffDoor {
    /// With these settings.
    #[must_use]
    pub fn new(settings: StaffSettings) -> Self {
        let provider = settings.provider.clone().map(Provider::new);
        Self {
            settings,
            attempts: Mutex::default(),
            passwords: Passwords::default(),
            provider,
        }
    }

    pub(in crate::web) fn settings(&self) -> &StaffSettings {
        &self.settings
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        // An instant more or less is all that a panic elsewhere could leave behind.
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a try.
    ///
    /// # Errors
    /// `rate_limited`.
    pub(super) fn take_try(
        &self,
        agent: &AgentId,
        address: &str,
        now: Timestamp,
    ) -> Result<(), Reject> {
        self.attempts()
            .take(agent, address, now)
            .map_err(too_many_tries)
    }

    /// Takes a try of an address alone.
    ///
    /// # Errors
    /// `rate_limited`.
    pub(super) fn take_try_of_address(&self, address: &str, now: Timestamp) -> Result<(), Reject> {
        self.attempts()
            .take_of_address(address, now)
            .map_err(too_many_tries)
    }

    pub(super) fn succeeded(&self, agent: &AgentId, address: &str, now: Timestamp) {
        self.attempts().succeeded(agent, address, now);
    }

    /// The rows of a new sign-in. Who proved themselves with a provider has been asked for a
    /// second factor there.
    pub(super) fn sign_in(
        &self,
        (roll, company, now): (&Roll, &Company, Timestamp),
        key: String,
        new: &NewSignIn<'_>,
    ) -> Result<(SignIn, Vec<StaffRow>), Reject> {
        let NewSignIn {
            agent,
            account,
            proof,
            cookie,
        } = *new;
        let profile = company.agents.get(agent).ok_or_else(failed)?;
        let must_enrol = proof != Proof::Provider
            && account.second_factor.is_none()
            && self.settings.require_totp.contains(&profile.role);
        let sign_in = SignIn {
            agent: agent.clone(),
            standing: Roll::standing(company, agent).ok_or_else(failed)?,
            since: now,
            used: now,
            proof,
            cookie,
            must_enrol,
        };
        let rows = roll.sign_in(key, sign_in.clone(), now);
        Ok((sign_in, rows))
    }
}

fn too_many_tries(wait: Millis) -> Reject {
    Reject::new(
        Code::RateLimited,
        "Too many tries to sign in; wait, then type it again.",
    )
    .after(wait)
}
