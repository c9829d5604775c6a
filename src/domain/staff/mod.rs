//! How people of the company prove who they are: what is kept of passwords, second factors,
//! sign-ins and API keys, and what each of them allows. Apart from the configuration, which
//! is exported, compared and audited: none of this is.
//!
//! | file | what |
//! |---|---|
//! | `roll.rs` | everything that is kept, and how it changes |
//! | `scope.rs` | what an API key may do |
//! | `attempts.rs` | how often somebody may try |
//!
//! Secrets are never here in the clear, but for the key of the second factor, which both
//! sides must know: hashes of passwords come from outside, with those of tokens.

mod attempts;
mod roll;
mod scope;

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::company::{AgentProfile, Role};
use super::ids::AgentId;
use super::time::Timestamp;

pub use attempts::Attempts;
pub use roll::{Roll, StaffRow};
pub use scope::Scope;

/// A password as it is kept: argon2id, with everything needed to compute it again, so that
/// parameters can grow without anybody noticing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordHash {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
    /// The salt, base64url.
    pub salt: String,
    /// The hash, base64url.
    pub hash: String,
}

/// The second factor: a time-based code (RFC 6238).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// The key that the authenticator shares, base32.
    pub key: String,
    /// The time step of the last code that was accepted: it and those before it are used up.
    pub last_step: u64,
}

/// What is kept of one agent's ways to sign in.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The password, if there is one.
    pub password: Option<PasswordHash>,
    /// The second factor, once confirmed.
    pub second_factor: Option<SecondFactor>,
    /// A key that was shown and not yet confirmed with a code.
    pub enrolling: Option<String>,
    /// SHA-256 of the recovery codes that are left, lower-case hex.
    pub recovery: BTreeSet<String>,
}

/// How somebody proved who they are when they signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// With a password alone.
    Password,
    /// With a password and a code of the second factor.
    PasswordAndCode,
    /// With a password and a recovery code.
    PasswordAndRecoveryCode,
    /// With an OpenID Connect provider.
    Provider,
}

impl Proof {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasswordAndCode => "password_and_code",
            Self::PasswordAndRecoveryCode => "password_and_recovery_code",
            Self::Provider => "provider",
        }
    }
}

/// Somebody who is signed in, in a browser or with a client. Its key is the SHA-256 of the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// Who.
    pub agent: AgentId,
    /// The role and the secret of the agent at the time: when either changes, this has ended.
    pub standing: Standing,
    /// Since when.
    pub since: Timestamp,
    /// Last used, about: it is not written at every request.
    pub used: Timestamp,
    /// How.
    pub proof: Proof,
    /// The token is in a cookie; otherwise with a client.
    pub cookie: bool,
    /// Must add a second factor before anything else.
    pub must_enrol: bool,
}

/// A key for a program that works in the name of an agent. Its key is the SHA-256 of the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// In whose name.
    pub agent: AgentId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// Since when.
    pub since: Timestamp,
    /// Which admin made it.
    pub by: AgentId,
    /// Until when; `None` is until it is revoked.
    pub expires: Option<Timestamp>,
}

/// What a sign-in depends on besides itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    role: Role,
    /// The beginning of the SHA-256 of the agent's secret: enough to see that it changed.
    secret: String,
}

impl Standing {
    /// As the configuration has it now.
    #[must_use]
    pub fn of(profile: &AgentProfile) -> Self {
        Self {
            role: profile.role,
            secret: profile.secret_sha256.chars().take(16).collect(),
        }
    }

    /// Whether a sign-in that began with this still holds.
    #[must_use]
    pub fn holds(&self, profile: &AgentProfile) -> bool {
        profile.enabled && *self == Self::of(profile)
    }
}

/// By which of their credentials somebody is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// The agent's secret; the hash that it had.
    Secret(String),
    /// A sign-in, by its key.
    SignIn(String),
    /// An API key, by its key.
    ApiKey(String),
}

/// How far a credential reaches, within its agent's role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Everything.
    Everything,
    /// These only.
    Scopes(BTreeSet<Scope>),
    /// Only adding a second factor, and leaving.
    Enrolment,
}

impl Reach {
    /// Whether it reaches that far.
    #[must_use]
    pub fn includes(&self, scope: Scope) -> bool {
        match self {
            Self::Everything => true,
            Self::Scopes(scopes) => scopes.contains(&scope),
            Self::Enrolment => false,
        }
    }
}

/// A person of the company, proven, with what proved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub agent: AgentId,
    /// What their role is now.
    pub role: Role,
    /// By which credential.
    pub grant: Grant,
    /// How far that reaches.
    pub reach: Reach,
    /// When it ends by itself, however much it is used.
    pub ends: Option<Timestamp>,
}

/// The name by which a sign-in or an API key is spoken of: the beginning of its key, from which
/// nobody gets to the token.
#[must_use]
pub fn short_name(key: &str) -> &str {
    key.get(..16).unwrap_or(key)
}

macro_rules! unprinted {
    ($($type:ident),+) => {
        $(impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($type), "(…)"))
            }
        })+
    };
}

unprinted!(PasswordHash, SecondFactor, Account);
