//! Who changed the configuration, when, and how. Kept for ever.

use serde::{Deserialize, Serialize};

use super::ids::AgentId;
use super::time::Timestamp;

/// One change to the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// Who; `None`: whoever has the data directory in their hands.
    pub who: Option<AgentId>,
    /// By which way.
    pub interface: Interface,
    /// The revision that the change made.
    pub revision: u64,
    /// What changed, at least one.
    pub changes: Vec<AuditChange>,
    /// There was too much to keep in full: what is missing in a change is left out.
    #[serde(default)]
    pub shortened: bool,
}

/// The way a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interface {
    /// The HTTP API of a running server.
    Api,
    /// The command line, on the data directory of a stopped server.
    CommandLine,
    /// A file that the server was given at its start.
    Start,
}

impl Interface {
    /// As the API and the command line name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::CommandLine => "command_line",
            Self::Start => "start",
        }
    }
}

/// What one object was and is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditChange {
    /// Which kind of object, as the company file names it; `company` for what belongs to none.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What it was, as JSON in the form of the company file, secrets masked; `None`: it was not there.
    pub before: Option<String>,
    /// What it is; `None`: it is gone.
    pub after: Option<String>,
}
