//! Routing rules: conditions over what a start says.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::ids::QueueId;

/// One rule: when all its conditions hold, the conversation goes to this queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteRule {
    /// The rule's name, shown in explanations.
    pub name: String,
    /// All must hold; without any the rule always matches.
    pub when: Vec<Condition>,
    /// Where it sends.
    pub queue: QueueId,
}

/// One condition over one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The context key it looks at. `widget`, `locale` and `hours.NAME` (`open` or `closed`)
    /// are always there.
    pub key: String,
    /// What must be true of its value.
    pub test: Test,
}

/// What a condition asks of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// It is one of these.
    AnyOf(BTreeSet<String>),
    /// It is none of these, or absent.
    NoneOf(BTreeSet<String>),
    /// It contains this, whatever the case of letters.
    Contains(String),
    /// It begins with this.
    StartsWith(String),
    /// It is there (true) or not (false). An empty value is not there.
    Present(bool),
}

impl Test {
    /// Whether a value passes.
    #[must_use]
    pub fn passes(&self, value: Option<&str>) -> bool {
        match self {
            Self::AnyOf(values) => value.is_some_and(|v| values.contains(v)),
            Self::NoneOf(values) => value.is_none_or(|v| !values.contains(v)),
            Self::Contains(part) => {
                value.is_some_and(|v| v.to_lowercase().contains(&part.to_lowercase()))
            }
            Self::StartsWith(start) => value.is_some_and(|v| v.starts_with(start.as_str())),
            Self::Present(wanted) => value.is_some_and(|v| !v.is_empty()) == *wanted,
        }
    }
}
