//! Every invariant over a whole store, checked from the rows alone.
//!
//! Three passes over one consistent view: conversation by conversation along the tables that
//! are ordered by conversation; then the tables that are ordered otherwise (customers, agents,
//! due times), row by row; then the ledger of reservations against the configured capacities.
//! Memory holds one conversation's state at a time, never its messages, the counters of a year,
//! and what is kept of damage is bounded.
//!
//! A conversation whose journal is broken (a gap, a record that does not read) is reported
//! once and then left out of every other rule, so that one cause is one finding.
//!
//! What it cannot judge: which of several closed conversations of a customer is the newest,
//! because the clock may have stepped back between them.

mod conversation;
mod identity;
mod indexes;
mod messages;
mod notes;
mod staff;
mod statistics;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::Store;
use super::error::StoreError;
use super::view::View;
use crate::domain::conversation::{Conversation, State};
use crate::domain::ids::{AgentId, ConversationId};

/// Violations that are listed; the rest is counted.
const LISTED_MAX: usize = 1_000;
/// Broken conversations that are remembered, so that later passes leave them out.
const BROKEN_MAX: usize = 100_000;

/// What must hold. Names are stable: scripts read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Invariant {
    /// The store can be read at all.
    Readable,
    /// Every row reads as what it should be.
    RowReads,
    /// A journal's positions are 1, 2, 3 … without a gap.
    JournalGapFree,
    /// A journal begins with a start, and has only that one.
    JournalBegins,
    /// Message numbers are 1, 2, 3 … without a gap.
    SeqGapFree,
    /// A snapshot is what replaying the journal up to its position gives.
    SnapshotIsReplay,
    /// Every client id in the journal has its row, and no other message has it.
    DedupRowThere,
    /// Every dedup row has its message.
    DedupRowMeant,
    /// Every 16th message has its row in the sequence index.
    SeqIndexThere,
    /// Every row of the sequence index leads to its message.
    SeqIndexMeant,
    /// A live row is there exactly for open, active and wrap-up conversations.
    LiveRow,
    /// A waiting row is there exactly for waiting conversations, under the agent to come back to.
    WaitingRow,
    /// Every conversation stands under its customer, and nothing else does.
    CustomerRow,
    /// The current row leads to the customer's unclosed conversation, or a closed one of theirs.
    CurrentRow,
    /// At most one unclosed conversation per customer and workstream.
    OneUnclosed,
    /// The two timer rows of a conversation agree, and there is no third.
    TimerRows,
    /// What is set aside exists.
    ParkedExists,
    /// Load is within capacity, but for audited overrides.
    WithinCapacity,
    /// Note numbers are 1, 2, 3 … without a gap.
    NoteGapFree,
    /// Every note in the journal has its row, with the same note.
    NoteRowThere,
    /// Every row of notes has its note in the journal.
    NoteRowMeant,
    /// The directory says of every conversation what its journal adds up to.
    DirectoryRow,
    /// The numbers of the audit are 1, 2, 3 … without a gap, up to the last that was given,
    /// and each record stands under its time.
    AuditGapFree,
    /// What is under way about a customer is what the rest says of them.
    AffairRow,
    /// Counters count at least what the journal shows: erased conversations stay counted.
    StatisticsRow,
}

impl Invariant {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Readable => "readable",
            Self::RowReads => "row_reads",
            Self::JournalGapFree => "journal_gap_free",
            Self::JournalBegins => "journal_begins",
            Self::SeqGapFree => "seq_gap_free",
            Self::SnapshotIsReplay => "snapshot_is_replay",
            Self::DedupRowThere => "dedup_row_there",
            Self::DedupRowMeant => "dedup_row_meant",
            Self::SeqIndexThere => "seq_index_there",
            Self::SeqIndexMeant => "seq_index_meant",
            Self::LiveRow => "live_row",
            Self::WaitingRow => "waiting_row",
            Self::CustomerRow => "customer_row",
            Self::CurrentRow => "current_row",
            Self::OneUnclosed => "one_unclosed",
            Self::TimerRows => "timer_rows",
            Self::ParkedExists => "parked_exists",
            Self::WithinCapacity => "within_capacity",
            Self::NoteGapFree => "note_gap_free",
            Self::NoteRowThere => "note_row_there",
            Self::NoteRowMeant => "note_row_meant",
            Self::DirectoryRow => "directory_row",
            Self::AuditGapFree => "audit_gap_free",
            Self::AffairRow => "affair_row",
            Self::StatisticsRow => "statistics_row",
        }
    }
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// What should hold.
    pub invariant: Invariant,
    /// In which conversation.
    pub conversation: Option<ConversationId>,
    /// What was found instead. Never message text.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.invariant.as_str())?;
        if let Some(conversation) = self.conversation {
            write!(f, " {conversation}")?;
        }
        write!(f, ": {}", self.found)
    }
}

/// What one agent has reserved, recounted from the conversations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LedgerRow {
    /// Units reserved.
    pub units: u64,
    /// Of these, units taken above capacity by an audited override.
    pub override_units: u64,
    /// Conversations that hold them.
    pub conversations: u64,
    /// Units configured; `None` if the agent is not in the configuration.
    pub capacity: Option<u32>,
}

/// The outcome of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Conversations with a journal.
    pub conversations: u64,
    /// Events.
    pub events: u64,
    /// Messages.
    pub messages: u64,
    /// Snapshots.
    pub snapshots: u64,
    /// Timers.
    pub timers: u64,
    /// Conversations by state.
    pub states: BTreeMap<&'static str, u64>,
    /// Reservations by agent.
    pub ledger: BTreeMap<AgentId, LedgerRow>,
    /// What does not hold, at most a thousand.
    pub violations: Vec<Violation>,
    /// How much does not hold in all.
    pub violations_total: u64,
}

impl Report {
    /// Whether everything holds.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.violations_total == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} conversations, {} events, {} messages, {} snapshots, {} timers",
            self.conversations, self.events, self.messages, self.snapshots, self.timers
        )?;
        let states: Vec<_> = self
            .states
            .iter()
            .map(|(state, count)| format!("{count} {state}"))
            .collect();
        if !states.is_empty() {
            writeln!(f, "states: {}", states.join(", "))?;
        }
        for (agent, row) in &self.ledger {
            let LedgerRow {
                units,
                override_units,
                conversations,
                capacity,
            } = row;
            let capacity = capacity.map_or_else(
                || "unknown capacity".to_owned(),
                |c| format!("capacity {c}"),
            );
            writeln!(
                f,
                "agent {agent}: {units} units in {conversations} conversations, {capacity}, {override_units} by override"
            )?;
        }
        for violation in &self.violations {
            writeln!(f, "VIOLATION {violation}")?;
        }
        match self.violations_total {
            0 => f.write_str("clean"),
            total => write!(f, "{total} violations"),
        }
    }
}

/// Checks a whole store. What cannot be read is a violation, not an error.
#[must_use]
pub fn check(store: &Store) -> Report {
    let mut check = Check {
        view: View::for_scan(store.db()),
        report: Report::default(),
        broken: BTreeSet::new(),
        shown: statistics::Shown::default(),
    };
    let outcome = check.run();
    if let Err(error) = outcome {
        check.violation(
            Invariant::Readable,
            None,
            format!("the check ended early: {error}"),
        );
    }
    check.report
}

/// A check under way.
struct Check<'a> {
    view: View<'a>,
    report: Report,
    /// Conversations whose journal is broken.
    broken: BTreeSet<ConversationId>,
    /// What the journals that are whole add up to in counters.
    shown: statistics::Shown,
}

impl Check<'_> {
    fn run(&mut self) -> Result<(), StoreError> {
        self.check_conversations()?;
        self.check_customers()?;
        self.check_current()?;
        self.check_waiting()?;
        self.check_timers()?;
        self.check_agents()?;
        self.check_meta()?;
        self.check_identity()?;
        self.check_staff()?;
        self.check_statistics()?;
        let most = self.check_audit()?;
        self.check_ledger(&most)
    }

    fn violation(
        &mut self,
        invariant: Invariant,
        conversation: Option<ConversationId>,
        found: impl Into<String>,
    ) {
        self.report.violations_total += 1;
        if self.report.violations.len() < LISTED_MAX {
            self.report.violations.push(Violation {
                invariant,
                conversation,
                found: found.into(),
            });
        }
    }

    /// Reports a broken journal; the conversation is then left out of every other rule.
    fn broken(
        &mut self,
        invariant: Invariant,
        conversation: ConversationId,
        found: impl Into<String>,
    ) {
        self.violation(invariant, Some(conversation), found);
        if self.broken.len() < BROKEN_MAX {
            self.broken.insert(conversation);
        }
    }

    /// Passes on errors of the disk; makes a finding of a row that does not read.
    fn row<T>(&mut self, read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        match read {
            Ok(value) => Ok(Some(value)),
            Err(error @ (StoreError::Damaged { .. } | StoreError::Malformed { .. })) => {
                self.violation(Invariant::RowReads, None, error.to_string());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The state of a conversation that another table speaks of. `Err(())` inside: it is
    /// broken and was reported.
    fn state_of(&mut self, id: ConversationId) -> Result<Known, StoreError> {
        if self.broken.contains(&id) {
            return Ok(Known::Broken);
        }
        let read = self.view.conversation(id);
        Ok(match read {
            Ok(Some(state)) => Known::State(Box::new(state)),
            Ok(None) => Known::Missing,
            // Its own pass has reported why.
            Err(StoreError::Damaged { .. } | StoreError::Malformed { .. }) => Known::Broken,
            Err(error) => return Err(error),
        })
    }

    /// Adds the reservations of a conversation to the ledger.
    fn count(&mut self, state: &Conversation) {
        *self.report.states.entry(state.state.as_str()).or_default() += 1;
        let mut agents = BTreeSet::new();
        for reservation in &state.reservations {
            let row = self
                .report
                .ledger
                .entry(reservation.agent.clone())
                .or_default();
            row.units += u64::from(reservation.units);
            if reservation.over_capacity {
                row.override_units += u64::from(reservation.units);
            }
            if agents.insert(&reservation.agent) {
                row.conversations += 1;
            }
        }
    }
}

/// What is known of a conversation that another table speaks of.
enum Known {
    /// Its state.
    State(Box<Conversation>),
    /// There is no such conversation.
    Missing,
    /// It is broken, which is reported elsewhere.
    Broken,
}

/// Whether the supervisor must know a conversation in this state.
const fn is_live(state: State) -> bool {
    matches!(state, State::Open | State::Active | State::WrapUp)
}
