//! How far each followed conversation has been seen, and what a new message is
//! to that: the next one, one seen before, or one after a gap.

use std::collections::BTreeMap;

/// What a message is to what was seen before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// The one after the last: as it must be.
    Next,
    /// Seen before.
    Repeated,
    /// Messages before it are missing, from this one on.
    Gap {
        /// The sequence number that should have come.
        expected: u64,
    },
    /// The conversation is not followed.
    Unfollowed,
}

/// The last message seen of each followed conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursors(BTreeMap<String, u64>);

impl Cursors {
    /// Follows nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Follows a conversation from after a message; 0 is from the start.
    pub fn follow(&mut self, conversation: &str, after: u64) {
        self.0.insert(conversation.to_owned(), after);
    }

    /// Follows it no longer.
    pub fn forget(&mut self, conversation: &str) {
        self.0.remove(conversation);
    }

    /// The last message seen; `None` if it is not followed.
    #[must_use]
    pub fn seen(&self, conversation: &str) -> Option<u64> {
        self.0.get(conversation).copied()
    }

    /// Conversations and their cursors, as `hello` carries them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(id, seq)| (id.as_str(), *seq))
    }

    /// Takes note of a message. The cursor never moves back, and after a gap it
    /// stands behind it, so that one gap is reported once.
    pub fn observe(&mut self, conversation: &str, seq: u64) -> Observed {
        let Some(last) = self.0.get_mut(conversation) else {
            return Observed::Unfollowed;
        };
        if seq <= *last {
            return Observed::Repeated;
        }
        let expected = *last + 1;
        *last = seq;
        if seq == expected {
            Observed::Next
        } else {
            Observed::Gap { expected }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_the_next_a_repetition_or_behind_a_gap() {
        let mut cursors = Cursors::new();
        cursors.follow("c", 4);
        let told: Vec<Observed> = [5, 5, 3, 8, 9, 7]
            .map(|seq| cursors.observe("c", seq))
            .to_vec();
        let expected = [
            Observed::Next,
            Observed::Repeated,
            Observed::Repeated,
            Observed::Gap { expected: 6 },
            Observed::Next,
            Observed::Repeated,
        ];
        assert_eq!(told, expected);
        assert_eq!(cursors.seen("c"), Some(9));
    }

    #[test]
    fn what_is_not_followed_is_said_to_be_unfollowed() {
        let mut cursors = Cursors::new();
        cursors.follow("c", 0);
        cursors.forget("c");
        assert_eq!(cursors.observe("c", 1), Observed::Unfollowed);
        assert_eq!(cursors.iter().count(), 0);
    }
}
