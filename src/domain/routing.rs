//! Which agent, and why. Pure choice among candidates; the account of capacity
//! is kept by `engine/assignment`.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::company::Method;
use super::ids::{AgentId, QueueId};
use super::time::{Millis, Timestamp};

/// The rule that led to an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Back to the agent who had it.
    Sticky,
    /// Back to the agent who had it, over capacity (`when_full = assign_anyway`).
    StickyAnyway,
    /// Method of the queue: most free units.
    HighestCapacity,
    /// Method of the queue: longest since last assignment.
    RoundRobin,
    /// Method of the queue: longest since last release.
    LeastActive,
    /// The agent took it from the list.
    Pick,
    /// The agent took it back from their waiting list.
    Reopen,
    /// A colleague handed it over.
    Transfer,
    /// A supervisor assigned it.
    SupervisorAssign,
}

/// Why a candidate was not chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuledOut {
    /// In no allowed presence.
    Presence,
    /// Not enough free units.
    Capacity,
    /// As many sessions as an agent may have.
    Sessions,
    /// Declined it in this round, or three times.
    Declined,
    /// Disabled or deleted.
    Disabled,
    /// Eligible, but the method preferred another.
    Method,
}

/// One agent that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// Who.
    pub agent: AgentId,
    /// Why not; `None` is the chosen one.
    pub ruled_out: Option<RuledOut>,
}

/// Why an assignment was made: kept with it for ever, readable by the people concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The rule.
    pub rule: Rule,
    /// The queue it waited in.
    pub queue: Option<QueueId>,
    /// How long it had waited.
    pub waited: Millis,
    /// Candidates considered, the chosen one first; at most `EXPLAINED_CANDIDATES_MAX`.
    pub considered: Vec<Considered>,
    /// Candidates beyond those listed.
    pub more: u32,
}

/// One agent as the choice sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub agent: AgentId,
    /// Why they cannot have it; `None` is eligible.
    pub ruled_out: Option<RuledOut>,
    /// Free units; negative over capacity.
    pub free_units: i64,
    /// When they were last assigned something.
    pub last_assigned: Option<Timestamp>,
    /// When they last released something.
    pub last_released: Option<Timestamp>,
}

impl Candidate {
    /// What a method looks at.
    #[must_use]
    pub const fn standing(&self) -> Standing<'_> {
        Standing {
            agent: &self.agent,
            free_units: self.free_units,
            last_assigned: self.last_assigned,
            last_released: self.last_released,
        }
    }
}

impl Method {
    /// The rule that a choice by this method is recorded as.
    #[must_use]
    pub const fn rule(self) -> Rule {
        match self {
            Self::HighestCapacity => Rule::HighestCapacity,
            Self::RoundRobin => Rule::RoundRobin,
            Self::LeastActive => Rule::LeastActive,
        }
    }
}

/// What a method looks at of one eligible agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Who.
    pub agent: &'a AgentId,
    /// Free units; negative over capacity.
    pub free_units: i64,
    /// When they were last assigned something.
    pub last_assigned: Option<Timestamp>,
    /// When they last released something.
    pub last_released: Option<Timestamp>,
}

impl Method {
    /// Who goes first of two; ties end at the agent id, so a choice is repeatable.
    #[must_use]
    pub fn compare(self, a: &Standing<'_>, b: &Standing<'_>) -> Ordering {
        let by_method = match self {
            Self::HighestCapacity => b
                .free_units
                .cmp(&a.free_units)
                .then(a.last_assigned.cmp(&b.last_assigned)),
            Self::RoundRobin => a.last_assigned.cmp(&b.last_assigned),
            Self::LeastActive => a.last_released.cmp(&b.last_released),
        };
        by_method.then_with(|| a.agent.cmp(b.agent))
    }
}

/// The best eligible candidate by a method.
#[must_use]
pub fn choose(method: Method, candidates: &[Candidate]) -> Option<&Candidate> {
    candidates
        .iter()
        .filter(|c| c.ruled_out.is_none())
        .min_by(|a, b| method.compare(&a.standing(), &b.standing()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(name: &str, free: i64, assigned: i64, released: i64) -> Candidate {
        Candidate {
            agent: AgentId::parse(name).expect("a valid id"),
            ruled_out: None,
            free_units: free,
            last_assigned: (assigned >= 0).then_some(Timestamp(assigned)),
            last_released: (released >= 0).then_some(Timestamp(released)),
        }
    }

    #[test]
    fn each_method_chooses_as_semantics_says() {
        struct Case(&'static str, Method, Vec<Candidate>, Option<&'static str>);
        let cases = [
            Case(
                "most free units",
                Method::HighestCapacity,
                vec![candidate("a", 1, 0, 0), candidate("b", 3, 9, 9)],
                Some("b"),
            ),
            Case(
                "tie: longest since last assignment",
                Method::HighestCapacity,
                vec![candidate("a", 2, 7, 0), candidate("b", 2, 3, 0)],
                Some("b"),
            ),
            Case(
                "never assigned is longest",
                Method::RoundRobin,
                vec![candidate("a", 9, 5, 0), candidate("b", 1, -1, 0)],
                Some("b"),
            ),
            Case(
                "longest since last release",
                Method::LeastActive,
                vec![candidate("a", 1, 0, 8), candidate("b", 1, 9, 2)],
                Some("b"),
            ),
            Case(
                "full tie ends at the id",
                Method::RoundRobin,
                vec![candidate("b", 1, 4, 4), candidate("a", 1, 4, 4)],
                Some("a"),
            ),
            Case("nobody", Method::RoundRobin, vec![], None),
        ];
        for Case(name, method, candidates, expected) in cases {
            let chosen = choose(method, &candidates).map(|c| c.agent.as_str());
            assert_eq!(chosen, expected, "{name}");
        }
    }

    #[test]
    fn whoever_is_ruled_out_is_never_chosen() {
        let mut a = candidate("a", 9, 0, 0);
        a.ruled_out = Some(RuledOut::Presence);
        assert_eq!(
            choose(Method::HighestCapacity, &[a, candidate("b", 1, 5, 5)])
                .map(|c| c.agent.as_str()),
            Some("b")
        );
    }
}
