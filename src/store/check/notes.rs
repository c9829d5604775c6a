//! The rows that private notes must have: the note itself and its client id, both ways.

use super::super::codec::DedupRow;
use super::super::error::StoreError;
use super::super::keys;
use super::super::tables::{Table, row_name};
use super::super::view::{GO_ON, Order, Range};
use super::conversation::Replay;
use super::messages::judged;
use super::{Check, Invariant};
use crate::domain::ids::ConversationId;
use crate::domain::note::Note;

impl Check<'_> {
    /// Looks for the rows that a note must have.
    pub(super) fn note_rows(
        &self,
        id: ConversationId,
        replay: &mut Replay,
        note: &Note,
    ) -> Result<(), StoreError> {
        let expected = DedupRow {
            seq: note.number.as_seq(),
            at: note.at,
        };
        self.dedup_row(id, replay, "note", &note.dedup_key(), expected)?;
        let row = self
            .view
            .get::<Note>(Table::Notes, &keys::note(id, note.number));
        match row {
            Ok(Some(row)) if row == *note => {}
            Ok(Some(_)) => {
                let found = format!("the row of note {} holds another note", note.number);
                replay.findings.push((Invariant::NoteRowThere, found));
            }
            Ok(None) => {
                let found = format!("note {} has no row", note.number);
                replay.findings.push((Invariant::NoteRowThere, found));
            }
            Err(error) => replay.findings.push((Invariant::RowReads, judged(error)?)),
        }
        Ok(())
    }

    /// Rows of notes beyond those of the journal.
    pub(super) fn check_note_rows(
        &mut self,
        id: ConversationId,
        notes: u64,
    ) -> Result<(), StoreError> {
        if self.rows_of(Table::Notes, id)? <= notes {
            return Ok(());
        }
        let mut unmeant = Vec::new();
        self.view.scan(
            Table::Notes,
            Range::prefix(&id.to_bytes()),
            Order::Ascending,
            |key, _| {
                let meant = keys::number(key).is_some_and(|n| (1..=notes).contains(&n));
                if !meant {
                    unmeant.push(row_name(Table::Notes, key));
                }
                GO_ON
            },
        )?;
        for row in unmeant {
            let found = format!("{row} belongs to no note of the journal");
            self.violation(Invariant::NoteRowMeant, Some(id), found);
        }
        Ok(())
    }
}
