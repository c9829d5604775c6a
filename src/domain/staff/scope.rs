//! What an API key may do.

use serde::{Deserialize, Serialize};

/// One thing that an API key may do, within the role of its agent. Names are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Read conversations, lists, counts, the floor.
    #[serde(rename = "conversations:read")]
    ConversationsRead,
    /// Whatever changes conversations or the agent's presence.
    #[serde(rename = "conversations:write")]
    ConversationsWrite,
    /// Read the configuration.
    #[serde(rename = "config:read")]
    ConfigRead,
    /// Change the configuration, agents and their roles included.
    #[serde(rename = "config:write")]
    ConfigWrite,
    /// Read the audit.
    #[serde(rename = "audit:read")]
    AuditRead,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::ConversationsRead,
        Self::ConversationsWrite,
        Self::ConfigRead,
        Self::ConfigWrite,
        Self::AuditRead,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConversationsRead => "conversations:read",
            Self::ConversationsWrite => "conversations:write",
            Self::ConfigRead => "config:read",
            Self::ConfigWrite => "config:write",
            Self::AuditRead => "audit:read",
        }
    }

    /// By its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_is_stored_under_the_name_that_people_use() {
        for scope in Scope::ALL {
            let stored = serde_json::to_string(&scope).expect("a text");
            assert_eq!(stored, format!("{:?}", scope.as_str()));
            assert_eq!(Scope::named(scope.as_str()), Some(scope));
        }
        assert_eq!(Scope::named("everything"), None);
    }
}
