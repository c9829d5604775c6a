//! The rows that messages must have: client ids and the sequence index, both ways.

use super::super::batch::is_indexed;
use super::super::codec::DedupRow;
use super::super::error::StoreError;
use super::super::keys;
use super::super::tables::{Table, row_name};
use super::super::view::{ENOUGH, GO_ON, Order, Range, decode};
use super::conversation::Replay;
use super::{Check, Invariant};
use crate::domain::event::Event;
use crate::domain::ids::{ConversationId, Position, Seq};
use crate::domain::message::{DedupKey, Message};

impl Check<'_> {
    /// Looks for the rows that a message must have.
    pub(super) fn message_rows(
        &self,
        id: ConversationId,
        replay: &mut Replay,
        position: Position,
        message: &Message,
    ) -> Result<(), StoreError> {
        if let Some(of) = message.dedup_key() {
            let expected = DedupRow {
                seq: message.seq,
                at: message.at,
            };
            self.dedup_row(id, replay, "message", &of, expected)?;
        }
        if is_indexed(message.seq) {
            let found = self
                .view
                .get::<Position>(Table::SeqIndex, &keys::seq_index(id, message.seq));
            match found {
                Ok(Some(found)) if found == position => replay.index_rows += 1,
                Ok(None) => {
                    let found = format!("message {} is not in the sequence index", message.seq);
                    replay.findings.push((Invariant::SeqIndexThere, found));
                }
                Ok(Some(other)) => {
                    replay.index_rows += 1;
                    let found = format!(
                        "the index leads from message {} to event {}",
                        message.seq, other.0
                    );
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

    /// Looks for the dedup row that a message or a note must have.
    pub(super) fn dedup_row(
        &self,
        id: ConversationId,
        replay: &mut Replay,
        what: &str,
        of: &DedupKey,
        expected: DedupRow,
    ) -> Result<(), StoreError> {
        let found = self
            .view
            .get::<DedupRow>(Table::Dedup, &keys::dedup(id, of));
        match found {
            Ok(Some(row)) if row == expected => replay.dedup_rows += 1,
            Ok(None) => {
                let found = format!("{what} {} has no dedup row", expected.seq);
                replay.findings.push((Invariant::DedupRowThere, found));
            }
            Ok(Some(row)) => {
                // Counted as there: it is this message's row, with something else in it.
                replay.dedup_rows += 1;
                let found = format!(
                    "the client id of {what} {} leads to {what} {}",
                    expected.seq, row.seq
                );
                replay.findings.push((Invariant::DedupRowThere, found));
            }
            Err(error) => {
                replay.dedup_rows += 1;
                replay.findings.push((Invariant::RowReads, judged(error)?));
            }
        }
        Ok(())
    }

    /// Counts the rows of the tables that the journal was compared with: more rows than
    /// messages found there are rows that nothing in the journal means.
    pub(super) fn check_row_counts(
        &mut self,
        id: ConversationId,
        dedup: u64,
        index: u64,
    ) -> Result<(), StoreError> {
        if self.rows_of(Table::Dedup, id)? != dedup {
            self.find_unmeant_dedup(id)?;
        }
        if self.rows_of(Table::SeqIndex, id)? != index {
            self.find_unmeant_index(id)?;
        }
        Ok(())
    }

    pub(super) fn rows_of(&self, table: Table, id: ConversationId) -> Result<u64, StoreError> {
        let mut rows = 0;
        self.view.scan(
            table,
            Range::prefix(&id.to_bytes()),
            Order::Ascending,
            |_, _| {
                rows += 1;
                GO_ON
            },
        )?;
        Ok(rows)
    }

    fn find_unmeant_dedup(&mut self, id: ConversationId) -> Result<(), StoreError> {
        let mut unmeant = Vec::new();
        self.view.scan(
            Table::Dedup,
            Range::prefix(&id.to_bytes()),
            Order::Ascending,
            |key, record| {
                let row = decode::<DedupRow>(Table::Dedup, key, record).ok();
                let before = row.map_or(Seq(0), |row| Seq(row.seq.0.saturating_sub(1)));
                let message = self.view.page_after(id, before, 1)?.pop();
                let meant = keys::parse_dedup(key).is_some_and(|of| {
                    message.is_some_and(|m| {
                        Some(m.seq) == row.map(|row| row.seq) && m.dedup_key() == Some(of)
                    })
                });
                // A row with a wrong number was found from its message; here it is about rows
                // whose client id no message has, which can only be seen by looking at all.
                if !meant && !self.has_client_id(id, key)? {
                    unmeant.push(row_name(Table::Dedup, key));
                }
                GO_ON
            },
        )?;
        for row in unmeant {
            self.violation(
                Invariant::DedupRowMeant,
                Some(id),
                format!("{row} belongs to no message"),
            );
        }
        Ok(())
    }

    /// Whether any message or note of a conversation has this dedup key. Slow; asked only about
    /// rows that are already suspect.
    fn has_client_id(&self, id: ConversationId, key: &[u8]) -> Result<bool, StoreError> {
        let mut found = false;
        let of = keys::parse_dedup(key);
        self.view.journal(id, Position(1), |_, recorded| {
            let has = match &recorded.event {
                Event::Posted(message) => message.dedup_key(),
                Event::Noted(note) => Some(note.dedup_key()),
                _ => None,
            };
            found |= of.is_some() && has == of;
            if found { ENOUGH } else { GO_ON }
        })?;
        Ok(found)
    }

    fn find_unmeant_index(&mut self, id: ConversationId) -> Result<(), StoreError> {
        let mut unmeant = Vec::new();
        let last = self
            .view
            .conversation(id)?
            .map_or(Seq(0), |state| state.last_seq);
        self.view.scan(
            Table::SeqIndex,
            Range::prefix(&id.to_bytes()),
            Order::Ascending,
            |key, _| {
                let seq = keys::number(key).map(Seq);
                if !seq.is_some_and(|seq| is_indexed(seq) && seq <= last) {
                    unmeant.push(row_name(Table::SeqIndex, key));
                }
                GO_ON
            },
        )?;
        for row in unmeant {
            self.violation(
                Invariant::SeqIndexMeant,
                Some(id),
                format!("{row} belongs to no message"),
            );
        }
        Ok(())
    }
}

/// The words of a row that does not read; errors of the disk are passed on.
pub(super) fn judged(error: StoreError) -> Result<String, StoreError> {
    match error {
        StoreError::Damaged { .. } | StoreError::Malformed { .. } => Ok(error.to_string()),
        other => Err(other),
    }
}
