//! Durable timers: rows that are due are handed to their conversations in due order,
//! a few at a time; a row goes when its conversation's step is durable.

use std::collections::HashSet;

use crate::domain::ids::ConversationId;

/// Rows handed out at once: bounds how many sleeping conversations a flood of timers wakes.
pub(super) const ROWS_AT_ONCE: usize = 256;

/// What is on its way.
#[derive(Debug, Default)]
pub(super) struct Due {
    reading: bool,
    underway: HashSet<ConversationId>,
    /// The last page was full: there is more.
    more: bool,
}

impl Due {
    /// Whether to read the next page of rows now.
    pub(super) fn should_read(&mut self) -> bool {
        let idle = !self.reading && self.underway.is_empty();
        self.reading |= idle;
        idle
    }

    pub(super) fn read(&mut self, rows: &[ConversationId]) {
        self.reading = false;
        self.more = rows.len() >= ROWS_AT_ONCE;
        self.underway.extend(rows.iter().copied());
    }

    pub(super) fn failed(&mut self) {
        self.reading = false;
    }

    /// One is done; whether the next page is to be read at once.
    pub(super) fn done(&mut self, conversation: ConversationId) -> bool {
        self.underway.remove(&conversation) && self.underway.is_empty() && self.more
    }
}
