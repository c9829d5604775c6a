//! Reading the private notes of a conversation.

use std::sync::Arc;

use super::Store;
use super::error::StoreError;
use super::keys;
use super::tables::Table;
use super::view::{ENOUGH, GO_ON, Order, Range, decode};
use crate::domain::ids::ConversationId;
use crate::domain::note::{Note, NoteNumber};

impl Store {
    /// Up to `limit` notes after `after` that fit, ascending.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn notes_after(
        &self,
        conversation: ConversationId,
        after: NoteNumber,
        limit: usize,
        fits: impl Fn(&Note) -> bool,
    ) -> Result<Vec<Arc<Note>>, StoreError> {
        let mut notes = Vec::new();
        if limit == 0 || after.0 == u64::MAX {
            return Ok(notes);
        }
        let from = keys::note(conversation, after.next());
        let range = Range::prefix_from(&conversation.to_bytes(), &from);
        self.view()
            .scan(Table::Notes, range, Order::Ascending, |key, record| {
                let note: Note = decode(Table::Notes, key, record)?;
                if fits(&note) {
                    notes.push(Arc::new(note));
                }
                if notes.len() < limit { GO_ON } else { ENOUGH }
            })?;
        Ok(notes)
    }
}
