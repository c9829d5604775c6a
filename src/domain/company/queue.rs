//! Where unassigned conversations wait, and where they go when that takes too long.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::texts::Texts;
use crate::domain::ids::{AgentId, CalendarId, QueueId};
use crate::domain::time::Millis;

/// How an agent is chosen among the eligible.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Most free units; tie: longest since last assignment.
    #[default]
    HighestCapacity,
    /// The one whose last assignment is longest ago.
    RoundRobin,
    /// The one whose last release is longest ago.
    LeastActive,
}

/// Where unassigned conversations wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Its name for people.
    pub name: String,
    /// Who may be offered its conversations.
    pub members: BTreeSet<AgentId>,
    /// How one of them is chosen.
    pub method: Method,
    /// Across the queues of an agent, higher goes first.
    pub priority: i32,
    /// Operating hours; `None` is always open.
    pub hours: Option<CalendarId>,
    /// Where conversations go instead of waiting here.
    pub overflow: Overflow,
}

impl Queue {
    /// A queue without members that is always open.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            members: BTreeSet::new(),
            method: Method::default(),
            priority: 0,
            hours: None,
            overflow: Overflow::default(),
        }
    }
}

/// When a conversation does not wait in a queue (SEMANTICS, Distribution).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overflow {
    /// Before queueing: the queue is closed.
    pub outside_hours: Option<OverflowTo>,
    /// Before queueing: too many wait already.
    pub too_many: Option<LengthOverflow>,
    /// While waiting: it takes too long.
    pub too_long: Option<WaitOverflow>,
}

/// Too many wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LengthOverflow {
    /// With this many waiting, the next goes elsewhere.
    pub waiting: u32,
    /// Where.
    pub to: OverflowTo,
}

/// It takes too long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitOverflow {
    /// Since it came to be without an agent in this queue.
    pub after: Millis,
    /// Where it goes then.
    pub to: OverflowTo,
}

/// Where a conversation goes that does not wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverflowTo {
    /// To another queue.
    Queue(QueueId),
    /// It ends with this message; without one, the usual message of an end by the system.
    End(Texts),
}
