//! The people of the company.

use serde::{Deserialize, Serialize};

/// What an agent says of themselves.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Takes offers.
    Available,
    /// Working, no offers by default.
    Busy,
    /// No offers, no sounds.
    DoNotDisturb,
    /// Gone for a moment.
    Away,
    /// Signed out or all connections lost.
    #[default]
    Offline,
}

/// What a person of the company may do. Each includes the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Talks with customers.
    #[default]
    Agent,
    /// Also watches, assigns, transfers and force-closes.
    Supervisor,
    /// Also configures.
    Admin,
}

/// A person of the company, as configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentProfile {
    /// The full name, which colleagues see; empty: the display name.
    pub name: String,
    /// The name customers see.
    pub display_name: String,
    /// What they may do.
    pub role: Role,
    /// Capacity in units.
    pub capacity: u32,
    /// May sign in and be assigned.
    pub enabled: bool,
    /// SHA-256 of the sign-in secret, lower-case hex. The secret itself is random and never stored.
    pub secret_sha256: String,
}

impl AgentProfile {
    /// An enabled agent who cannot sign in yet.
    #[must_use]
    pub fn new(display_name: &str, capacity: u32) -> Self {
        Self {
            name: String::new(),
            display_name: display_name.to_owned(),
            role: Role::Agent,
            capacity,
            enabled: true,
            secret_sha256: String::new(),
        }
    }
}
