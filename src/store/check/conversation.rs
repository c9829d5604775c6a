//! The first pass: one conversation after the other, along the tables ordered by conversation.

use super::super::error::StoreError;
use super::super::keys;
use super::super::tables::Table;
use super::super::view::{ENOUGH, GO_ON, Order, Range, Step, decode, malformed};
use super::statistics::Shown;
use super::{Check, Invariant, is_live};
use crate::domain::conversation::{Conversation, State};
use crate::domain::directory::Entry;
use crate::domain::event::{Event, Recorded};
use crate::domain::ids::{ConversationId, Position, Seq};
use crate::domain::note::NoteNumber;
use crate::domain::time::Timestamp;

/// Tables whose keys begin with a conversation.
const BY_CONVERSATION: [Table; 7] = [
    Table::Journal,
    Table::SeqIndex,
    Table::Dedup,
    Table::Snapshots,
    Table::Live,
    Table::Notes,
    Table::Directory,
];

/// What replaying a journal showed.
#[derive(Default)]
pub(super) struct Replay {
    state: Option<Conversation>,
    snapshot: Option<Conversation>,
    events: u64,
    messages: u64,
    /// Notes.
    pub(super) notes: u64,
    /// Messages and notes whose dedup row is there.
    pub(super) dedup_rows: u64,
    /// Messages whose row in the sequence index is there.
    pub(super) index_rows: u64,
    /// What it adds to counters.
    pub(super) shown: Shown,
    /// How the directory must date the conversation.
    entry: EntryDate,
    /// Why the rest of the journal cannot be judged.
    broken: Option<(Invariant, String)>,
    /// What does not hold without breaking the replay.
    pub(super) findings: Vec<(Invariant, String)>,
}

/// The activity in a row of the directory is that of the step which wrote it. Where that
/// step ends is not in the journal, but all its events have one time: so it is the activity
/// after the last event that makes a row due, or after a message of the same time behind it.
#[derive(Default)]
struct EntryDate {
    due_at: Timestamp,
    earliest: Timestamp,
    latest: Timestamp,
}

impl EntryDate {
    fn take(&mut self, recorded: &Recorded, had_subject: bool, state: &Conversation) {
        if Entry::is_due_after(&recorded.event, had_subject) {
            self.due_at = recorded.at;
            self.earliest = state.activity_at;
            self.latest = state.activity_at;
        } else if recorded.at == self.due_at {
            self.latest = state.activity_at;
        }
    }
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
            let Some(beyond) = keys::after_prefix(&id.to_bytes()) else {
                return Ok(());
            };
            from = beyond;
        }
    }

    fn first_conversation(
        &mut self,
        table: Table,
        from: &[u8],
    ) -> Result<Option<ConversationId>, StoreError> {
        let mut first = None;
        let range = Range {
            from: from.to_vec(),
            to: None,
        };
        let read = self.view.scan(table, range, Order::Ascending, |key, _| {
            first = Some(keys::leading_conversation(key).ok_or_else(|| malformed(table, key))?);
            ENOUGH
        });
        self.row(read)?;
        Ok(first)
    }

    fn check_conversation(&mut self, id: ConversationId) -> Result<(), StoreError> {
        let snapshot = self
            .view
            .get::<Conversation>(Table::Snapshots, &id.to_bytes());
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
        self.shown.take(replay.shown);
        let Some(state) = replay.state else {
            self.broken(Invariant::JournalBegins, id, "rows without a journal");
            return Ok(());
        };
        if let Some(snapshot) = replay.snapshot {
            let found = format!(
                "the snapshot at {} is beyond the last event {}",
                snapshot.position.0, state.position.0
            );
            self.violation(Invariant::SnapshotIsReplay, Some(id), found);
        }
        self.check_row_counts(id, replay.dedup_rows, replay.index_rows)?;
        self.check_note_rows(id, replay.notes)?;
        self.check_rows_of_state(id, &state)?;
        self.check_entry(id, &state, &replay.entry)?;
        self.count(&state);
        Ok(())
    }

    fn replay(
        &self,
        id: ConversationId,
        snapshot: Option<Conversation>,
    ) -> Result<Replay, StoreError> {
        let mut replay = Replay {
            snapshot,
            ..Replay::default()
        };
        let range = Range::prefix(&id.to_bytes());
        self.view
            .scan(Table::Journal, range, Order::Ascending, |key, record| {
                let Some(position) = keys::number(key).map(Position) else {
                    replay.broken = Some((
                        Invariant::RowReads,
                        malformed(Table::Journal, key).to_string(),
                    ));
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

    fn replay_event(
        &self,
        id: ConversationId,
        replay: &mut Replay,
        position: Position,
        recorded: &Recorded,
    ) -> Step {
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
                let found = format!(
                    "message {} stands where {} belongs",
                    message.seq, replay.messages
                );
                return break_off(replay, Invariant::SeqGapFree, found);
            }
            self.message_rows(id, replay, position, message)?;
        }
        if let Event::Noted(note) = &recorded.event {
            replay.notes += 1;
            if note.number != NoteNumber(replay.notes) {
                let found = format!("note {} stands where {} belongs", note.number, replay.notes);
                return break_off(replay, Invariant::NoteGapFree, found);
            }
            self.note_rows(id, replay, note)?;
        }
        let had_subject = replay.state.as_ref().is_some_and(|s| s.subject.is_some());
        match &mut replay.state {
            Some(state) => state.apply(recorded),
            none => *none = Conversation::begin(id, recorded),
        }
        if let Some(state) = &replay.state {
            replay.entry.take(recorded, had_subject, state);
            replay.shown.add(recorded, state);
        }
        if replay
            .snapshot
            .as_ref()
            .is_some_and(|snapshot| snapshot.position == position)
        {
            if replay.snapshot != replay.state {
                let found = format!(
                    "the snapshot at {} is not what the journal adds up to",
                    position.0
                );
                replay.findings.push((Invariant::SnapshotIsReplay, found));
            }
            replay.snapshot = None;
        }
        GO_ON
    }

    /// The rows that follow from the state: live, waiting, customer, timers.
    fn check_rows_of_state(
        &mut self,
        id: ConversationId,
        state: &Conversation,
    ) -> Result<(), StoreError> {
        let live = self.view.has(Table::Live, &id.to_bytes())?;
        if live != is_live(state.state) {
            let there = if live {
                "has a live row"
            } else {
                "has no live row"
            };
            let found = format!("it is {} and {there}", state.state.as_str());
            self.violation(Invariant::LiveRow, Some(id), found);
        }
        if let (State::Waiting, Some(agent)) = (state.state, &state.last_agent)
            && !self.view.has(Table::Waiting, &keys::waiting(agent, id))?
        {
            let found = format!("it waits and is not in the list of agent {agent}");
            self.violation(Invariant::WaitingRow, Some(id), found);
        }
        if !self
            .view
            .has(Table::Customers, &keys::customer(&state.customer, id))?
        {
            let found = format!("it does not stand under customer {}", state.customer);
            self.violation(Invariant::CustomerRow, Some(id), found);
        }
        let due = self
            .view
            .get::<Timestamp>(Table::Timers, &keys::timer_of(id));
        if let Some(Some(due)) = self.row(due)?
            && !self.view.has(Table::Timers, &keys::timer_by_due(due, id))?
        {
            self.violation(
                Invariant::TimerRows,
                Some(id),
                format!("it is due at {} but not in the list of what is due", due.0),
            );
        }
        Ok(())
    }

    /// The row of the directory: everything in it follows from the state, but for the time
    /// of the last activity, which messages do not renew.
    fn check_entry(
        &mut self,
        id: ConversationId,
        state: &Conversation,
        date: &EntryDate,
    ) -> Result<(), StoreError> {
        let row = self.view.get::<Entry>(Table::Directory, &id.to_bytes());
        let Some(row) = self.row(row)? else {
            return Ok(());
        };
        let Some(row) = row else {
            self.violation(
                Invariant::DirectoryRow,
                Some(id),
                "it is not in the directory",
            );
            return Ok(());
        };
        let dated = [date.earliest, date.latest].contains(&row.activity_at);
        let expected = Entry {
            activity_at: row.activity_at,
            ..Entry::from(state)
        };
        if row != expected || !dated {
            let found = format!(
                "the directory, where it is {}, says something else than its {} events add up to",
                row.state.as_str(),
                state.position.0
            );
            self.violation(Invariant::DirectoryRow, Some(id), found);
        }
        Ok(())
    }
}
