//! The machine of one agent: connections, presence, absence (SEMANTICS, Presence).
//!
//! An agent without a socket may also work over HTTP: each request keeps them
//! present for [`limits::PRESENCE_GRACE`].

use std::collections::BTreeSet;

use crate::domain::commit::AgentRow;
use crate::domain::company::Presence;
use crate::domain::ids::AgentId;
use crate::domain::time::Timestamp;
use crate::limits;

use super::outbound::{Outbound, SessionId};

/// What an agent's machine wants done.
#[derive(Debug, Clone)]
pub enum AgentEffect {
    /// Keep this through a restart.
    Write(AgentRow),
    /// Tell every connection of the agent.
    Tell(Outbound),
    /// Tell assignment.
    Presence(Presence),
    /// Gone longer than the absence limit: their active conversations go back. Repeated while it lasts.
    Absent,
}

/// The machine.
#[derive(Debug)]
pub struct AgentMachine {
    id: AgentId,
    sessions: BTreeSet<SessionId>,
    chosen: Presence,
    /// What the others see.
    effective: Presence,
    gone_since: Option<Timestamp>,
    /// The last HTTP request.
    seen_at: Option<Timestamp>,
    /// When assignment was last told that the agent is gone for too long.
    absence_told: Option<Timestamp>,
}

impl AgentMachine {
    /// An agent as the store remembers them. Whoever was connected when the server
    /// stopped has been gone since it started again.
    #[must_use]
    pub fn new(id: AgentId, row: Option<AgentRow>, now: Timestamp) -> Self {
        let (chosen, gone_since) = match row {
            Some(row) => (row.chosen, Some(row.gone_since.unwrap_or(now))),
            None => (Presence::Offline, Some(now)),
        };
        Self {
            id,
            sessions: BTreeSet::new(),
            chosen,
            effective: Presence::Offline,
            gone_since,
            seen_at: None,
            absence_told: None,
        }
    }

    /// Who.
    #[must_use]
    pub fn id(&self) -> &AgentId {
        &self.id
    }

    /// Open connections.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.sessions.len()
    }

    /// What the others see.
    #[must_use]
    pub fn presence(&self) -> Presence {
        self.effective
    }

    /// A connection opened.
    pub fn connected(&mut self, session: SessionId, now: Timestamp, out: &mut Vec<AgentEffect>) {
        let first = self.sessions.is_empty();
        self.sessions.insert(session);
        if first {
            self.forget_old_choice(now);
            self.settle(now, out);
        }
    }

    /// A connection closed.
    pub fn disconnected(&mut self, session: SessionId, now: Timestamp, out: &mut Vec<AgentEffect>) {
        if self.sessions.remove(&session) && self.sessions.is_empty() {
            // Losing the last socket is being gone, whatever was asked over HTTP before.
            self.seen_at = None;
            self.settle(now, out);
        }
    }

    /// The agent says what they are.
    pub fn choose(&mut self, presence: Presence, now: Timestamp, out: &mut Vec<AgentEffect>) {
        let changed = self.chosen != presence;
        self.chosen = presence;
        if self.sessions.is_empty() {
            self.seen_at = Some(now);
        }
        let told = out.len();
        self.settle(now, out);
        if changed
            && !out[told..]
                .iter()
                .any(|e| matches!(e, AgentEffect::Write(_)))
        {
            out.push(AgentEffect::Write(self.row()));
            out.push(AgentEffect::Tell(Outbound::Presence { presence }));
        }
    }

    /// The agent asked something over HTTP.
    pub fn seen(&mut self, now: Timestamp, out: &mut Vec<AgentEffect>) {
        if self.sessions.is_empty() {
            self.forget_old_choice(now);
            self.seen_at = Some(now);
            self.settle(now, out);
        }
    }

    /// Looks at the clock.
    pub fn tick(&mut self, now: Timestamp, out: &mut Vec<AgentEffect>) {
        self.settle(now, out);
        let is_absent = self
            .gone_since
            .is_some_and(|since| now.since(since) > limits::ABSENCE_LIMIT);
        // Again from time to time: a conversation that was dying did not hear it.
        let told_lately = self
            .absence_told
            .is_some_and(|at| now.since(at) < limits::ABSENCE_LIMIT);
        if is_absent && !told_lately {
            self.absence_told = Some(now);
            out.push(AgentEffect::Absent);
        }
    }

    /// A presence from before a long absence does not come back by itself.
    fn forget_old_choice(&mut self, now: Timestamp) {
        if self
            .gone_since
            .is_some_and(|since| now.since(since) > limits::PRESENCE_GRACE)
        {
            self.chosen = Presence::Offline;
        }
    }

    fn settle(&mut self, now: Timestamp, out: &mut Vec<AgentEffect>) {
        let reachable = !self.sessions.is_empty()
            || self
                .seen_at
                .is_some_and(|at| now.since(at) <= limits::PRESENCE_GRACE);
        let effective = if reachable {
            self.chosen
        } else {
            Presence::Offline
        };
        let gone = effective == Presence::Offline;
        let was_gone = self.gone_since.is_some();
        if gone && !was_gone {
            self.gone_since = Some(now);
        } else if !gone {
            self.gone_since = None;
            self.absence_told = None;
        }
        if effective != self.effective {
            self.effective = effective;
            out.push(AgentEffect::Presence(effective));
            out.push(AgentEffect::Tell(Outbound::Presence {
                presence: effective,
            }));
            out.push(AgentEffect::Write(self.row()));
        }
    }

    fn row(&self) -> AgentRow {
        AgentRow {
            chosen: self.chosen,
            gone_since: self.gone_since,
        }
    }
}
