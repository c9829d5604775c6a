//! The first pass: one conversation after the other, along the tables ordered by conversation.

use super::super::batch::is_indexed;
use super::super::codec::DedupRow;
use super::super::error::StoreError;
use super::super::keys;
use super::super::tables::{Table, row_name};
use super::super::view::{ENOUGH, GO_ON, Order, Range, Step, decode, malformed};
use super::{Check, Invariant, is_live};
use crate::domain::conversation::{Conversation, State};
use crate::domain::event::{Event, Recorded};
use crate::domain::ids::{ConversationId, Position, Seq};
use crate::domain::message::Message;
use crate::domain::time::Timestamp;

/// Tables whose keys begin with a conversation.
const BY_CONVERSATION: [Table; 5] =
    [Table::Journal, Table::SeqIndex, Table::Dedup, Table::Snapshots, Table::Live];

/// What replaying a journal showed.
#[derive(Default)]
struct Replay {
    state: Option<Conversation>,
    snapshot: Option<Conversation>,
    events: u64,
    messages: u64,
    /// Messages whose dedup row is right.
    dedup_rows: u64,
    /// Messages whose row in the sequence index is right.
    index_rows: u64,
    /// Why the rest of the journal cannot be judged.
    broken: Option<(Invariant, String)>,
    /// What does not hold without breaking the replay.
    findings: Vec<(Invariant, String)>,
}

impl Check<'_> {
    /// Walks all conversations that any table ordered by conversation speaks of.
    pub(super) fn check_conversations(&mut self) -> Result<(), StoreError> {
        let mut from = Vec::new();
        loop {
            let mut next: Option<ConversationId> = None;
            for table in BY_CONVERSATION {
                let first = self.first_conversation(table, &from)?;
                next = [next, first].into_iter().flatten().min();
            }
            let Some(id) = next else { return Ok(()) };
            self.check_conversation(id)?;
            let Some(beyond) = keys::after_prefix(&id.to_bytes()) else { return Ok(()) };
            from = beyond;
        }
    }

    fn first_conversation(&mut self, table: Table, from: &[u8]) -> Result<Option<ConversationId>, StoreError> {
        let mut first = None;
        let range = Range { from: from.to_vec(), to: None };
        let read = self.view.scan(table, range, Order::Ascending, |key, _| {
            first = Some(keys::leading_conversation(key).ok_or_else(|| malformed(table, key))?);
            ENOUGH
        });
        self.row(read)?;
        Ok(first)
    }

    fn check_conversation(&mut self, id: ConversationId) -> Result<(), StoreError> {
        let snapshot = self.view.get::<Conversation>(Table::Snapshots, &id.to_bytes());
        let Ok(snapshot) = snapshot else {
            if let Err(error @ StoreError::Rocks(_)) = snapshot {
                return Err(error);
            }
            self.broken(Invariant::RowReads, id, "its snapshot does not read");
            return Ok(());
        };
        let had_snapshot = snapshot.is_some();
        let replay = self.replay(id, snapshot)?;
        self.report.events += replay.events;
        self.report.messages += replay.messages;
        self.report.snapshots += u64::from(had_snapshot);
        self.report.conversations += u64::from(replay.events > 0);
        for (invariant, found) in replay.findings {
            self.violation(invariant, Some(id), found);
        }
        if let Some((invariant, found)) = replay.broken {
            self.broken(invariant, id, found);
            return Ok(());
        }
        let Some(state) = replay.state else {
            self.broken(Invariant::JournalBegins, id, "rows without a journal");
            return Ok(());
        };
        if let Some(snapshot) = replay.snapshot {
            let found = format!("the snapshot at {} is beyond the last event {}", snapshot.position.0, state.position.0);
            self.violation(Invariant::SnapshotIsReplay, Some(id), found);
        }
        self.check_row_counts(id, replay.dedup_rows, replay.index_rows)?;
        self.check_rows_of_state(id, &state)?;
        self.count(&state);
        Ok(())
    }

    fn replay(&self, id: ConversationId, snapshot: Option<Conversation>) -> Result<Replay, StoreError> {
        let mut replay = Replay { snapshot, ..Replay::default() };
        let range = Range::prefix(&id.to_bytes());
        self.view.scan(Table::Journal, range, Order::Ascending, |key, record| {
            let Some(position) = keys::number(key).map(Position) else {
                replay.broken = Some((Invariant::RowReads, malformed(Table::Journal, key).to_string()));
                return ENOUGH;
            };
            match decode(Table::Journal, key, record) {
                Ok(recorded) => self.replay_event(id, &mut replay, position, &recorded),
                Err(error) => {
                    replay.broken = Some((Invariant::RowReads, error.to_string()));
                    ENOUGH
                }
            }
        })?;
        Ok(replay)
    }

    fn replay_event(&self, id: ConversationId, replay: &mut Replay, position: Position, recorded: &Recorded) -> Step {
        let break_off = |replay: &mut Replay, invariant, found: String| {
            replay.broken = Some((invariant, found));
            ENOUGH
        };
        let expected = replay.events + 1;
        if position.0 != expected {
            let found = format!("event {expected} is missing, the next is {}", position.0);
            return break_off(replay, Invariant::JournalGapFree, found);
        }
        replay.events += 1;
        if matches!(recorded.event, Event::Started { .. }) != (position == Position(1)) {
            let found = format!("event {} is not where a start belongs", position.0);
            return break_off(replay, Invariant::JournalBegins, found);
        }
        if let Event::Posted(message) = &recorded.event {
            replay.messages += 1;
            if message.seq != Seq(replay.messages) {
                let found = format!("message {} stands where {} belongs", message.seq, replay.messages);
                return break_off(replay, Invariant::SeqGapFree, found);
            }
            self.message_rows(id, replay, position, message)?;
        }
        match &mut replay.state {
            Some(state) => state.apply(recorded),
            none => *none = Conversation::begin(id, recorded),
        }
        if replay.snapshot.as_ref().is_some_and(|snapshot| snapshot.position == position) {
            if replay.snapshot != replay.state {
                let found = format!("the snapshot at {} is not what the journal adds up to", position.0);
                replay.findings.push((Invariant::SnapshotIsReplay, found));
            }
            replay.snapshot = None;
        }
        GO_ON
    }

    /// Looks for the rows that a message must have.
    fn message_rows(
        &self,
        id: ConversationId,
        replay: &mut Replay,
        position: Position,
        message: &Message,
    ) -> Result<(), StoreError> {
        if let Some(of) = message.dedup_key() {
            let expected = DedupRow { seq: message.seq, at: message.at };
            let found = self.view.get::<DedupRow>(Table::Dedup, &keys::dedup(id, &of));
            match found {
                Ok(Some(row)) if row == expected => replay.dedup_rows += 1,
                Ok(None) => {
                    let found = format!("message {} has no dedup row", message.seq);
                    replay.findings.push((Invariant::DedupRowThere, found));
                }
                Ok(Some(row)) => {
                    // Counted as there: it is this message's row, with something else in it.
                    replay.dedup_rows += 1;
                    let found = format!("the client id of message {} leads to message {}", message.seq, row.seq);
                    replay.findings.push((Invariant::DedupRowThere, found));
                }
                Err(error) => {
                    replay.dedup_rows += 1;
                    replay.findings.push((Invariant::RowReads, judged(error)?));
                }
            }
        }
        if is_indexed(message.seq) {
            let found = self.view.get::<Position>(Table::SeqIndex, &keys::seq_index(id, message.seq));
            match found {
                Ok(Some(found)) if found == position => replay.index_rows += 1,
                Ok(None) => {
                    let found = format!("message {} is not in the sequence index", message.seq);
                    replay.findings.push((Invariant::SeqIndexThere, found));
                }
                Ok(Some(other)) => {
                    replay.index_rows += 1;
                    let found = format!("the index leads from message {} to event {}", message.seq, other.0);
                    replay.findings.push((Invariant::SeqIndexThere, found));
                }
                Err(error) => {
                    replay.index_rows += 1;
                    replay.findings.push((Invariant::RowReads, judged(error)?));
                }
            }
        }
        Ok(())
    }

    /// Counts the rows of the tables that the journal was compared with: more rows than
    /// messages found there are rows that nothing in the journal means.
    fn check_row_counts(&mut self, id: ConversationId, dedup: u64, index: u64) -> Result<(), StoreError> {
        if self.rows_of(Table::Dedup, id)? != dedup {
            self.find_unmeant_dedup(id)?;
        }
        if self.rows_of(Table::SeqIndex, id)? != index {
            self.find_unmeant_index(id)?;
        }
        Ok(())
    }

    fn rows_of(&self, table: Table, id: ConversationId) -> Result<u64, StoreError> {
        let mut rows = 0;
        self.view.scan(table, Range::prefix(&id.to_bytes()), Order::Ascending, |_, _| {
            rows += 1;
            GO_ON
        })?;
        Ok(rows)
    }

    fn find_unmeant_dedup(&mut self, id: ConversationId) -> Result<(), StoreError> {
        let mut unmeant = Vec::new();
        self.view.scan(Table::Dedup, Range::prefix(&id.to_bytes()), Order::Ascending, |key, record| {
            let row = decode::<DedupRow>(Table::Dedup, key, record).ok();
            let before = row.map_or(Seq(0), |row| Seq(row.seq.0.saturating_sub(1)));
            let message = self.view.page_after(id, before, 1)?.pop();
            let meant = keys::parse_dedup(key).is_some_and(|of| {
                message.is_some_and(|m| Some(m.seq) == row.map(|row| row.seq) && m.dedup_key() == Some(of))
            });
            // A row with a wrong number was found from its message; here it is about rows
            // whose client id no message has, which can only be seen by looking at all.
            if !meant && !self.has_client_id(id, key)? {
                unmeant.push(row_name(Table::Dedup, key));
            }
            GO_ON
        })?;
        for row in unmeant {
            self.violation(Invariant::DedupRowMeant, Some(id), format!("{row} belongs to no message"));
        }
        Ok(())
    }

    /// Whether any message of a conversation has this dedup key. Slow; asked only about
    /// rows that are already suspect.
    fn has_client_id(&self, id: ConversationId, key: &[u8]) -> Result<bool, StoreError> {
        let mut found = false;
        let of = keys::parse_dedup(key);
        self.view.journal(id, Position(1), |_, recorded| {
            if let Event::Posted(message) = &recorded.event {
                found |= of.is_some() && message.dedup_key() == of;
            }
            if found { ENOUGH } else { GO_ON }
        })?;
        Ok(found)
    }

    fn find_unmeant_index(&mut self, id: ConversationId) -> Result<(), StoreError> {
        let mut unmeant = Vec::new();
        let last = self.view.conversation(id)?.map_or(Seq(0), |state| state.last_seq);
        self.view.scan(Table::SeqIndex, Range::prefix(&id.to_bytes()), Order::Ascending, |key, _| {
            let seq = keys::number(key).map(Seq);
            if !seq.is_some_and(|seq| is_indexed(seq) && seq <= last) {
                unmeant.push(row_name(Table::SeqIndex, key));
            }
            GO_ON
        })?;
        for row in unmeant {
            self.violation(Invariant::SeqIndexMeant, Some(id), format!("{row} belongs to no message"));
        }
        Ok(())
    }

    /// The rows that follow from the state: live, waiting, customer, timers.
    fn check_rows_of_state(&mut self, id: ConversationId, state: &Conversation) -> Result<(), StoreError> {
        let live = self.view.has(Table::Live, &id.to_bytes())?;
        if live != is_live(state.state) {
            let there = if live { "has a live row" } else { "has no live row" };
            let found = format!("it is {} and {there}", state.state.as_str());
            self.violation(Invariant::LiveRow, Some(id), found);
        }
        if let (State::Waiting, Some(agent)) = (state.state, &state.last_agent)
            && !self.view.has(Table::Waiting, &keys::waiting(agent, id))?
        {
            let found = format!("it waits and is not in the list of agent {agent}");
            self.violation(Invariant::WaitingRow, Some(id), found);
        }
        if !self.view.has(Table::Customers, &keys::customer(&state.customer, id))? {
            let found = format!("it does not stand under customer {}", state.customer);
            self.violation(Invariant::CustomerRow, Some(id), found);
        }
        let due = self.view.get::<Timestamp>(Table::Timers, &keys::timer_of(id));
        if let Some(Some(due)) = self.row(due)?
            && !self.view.has(Table::Timers, &keys::timer_by_due(due, id))?
        {
            self.violation(Invariant::TimerRows, Some(id), format!("it is due at {} but not in the list of what is due", due.0));
        }
        Ok(())
    }
}

/// The words of a row that does not read; errors of the disk are passed on.
fn judged(error: StoreError) -> Result<String, StoreError> {
    match error {
        StoreError::Damaged { .. } | StoreError::Malformed { .. } => Ok(error.to_string()),
        other => Err(other),
    }
}
