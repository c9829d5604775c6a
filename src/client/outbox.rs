//! Messages on their way to the server: kept until acknowledged or finally refused.
//!
//! Pure: the pump feeds it answers and asks what to send. At most `window`
//! messages are unanswered at a time. With a window of one the order of the
//! thread is the order in which messages were handed over, whatever is refused
//! and repeated in between; with more, a message that the server refused for
//! the moment may be overtaken by those already on their way, and its
//! acknowledgement says how often that happened.

use std::collections::VecDeque;

/// A message on its way, with whatever waits for its acknowledgement.
#[derive(Debug)]
pub(super) struct Outgoing<T> {
    pub(super) conversation: String,
    pub(super) client_id: String,
    pub(super) text: String,
    pub(super) waiter: T,
}

#[derive(Debug)]
struct Entry<T> {
    message: Outgoing<T>,
    in_flight: bool,
    refusals: u32,
}

/// What was acknowledged.
#[derive(Debug)]
pub(super) struct Settled<T> {
    pub(super) waiter: T,
    /// How often it was refused for the moment before.
    pub(super) refusals: u32,
}

/// The messages on their way, in the order in which they were handed over.
#[derive(Debug)]
pub(super) struct Outbox<T> {
    entries: VecDeque<Entry<T>>,
    window: usize,
}

impl<T> Outbox<T> {
    pub(super) fn new(window: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            window: window.max(1),
        }
    }

    pub(super) fn push(&mut self, message: Outgoing<T>) {
        self.entries.push_back(Entry {
            message,
            in_flight: false,
            refusals: 0,
        });
    }

    /// How many messages it holds: a bound for the hand-over.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The next message to send, now counted as on its way.
    pub(super) fn next_to_send(&mut self) -> Option<&Outgoing<T>> {
        let entry = self
            .entries
            .iter_mut()
            .take(self.window)
            .find(|e| !e.in_flight)?;
        entry.in_flight = true;
        Some(&entry.message)
    }

    /// The server has it. `None`: nobody asked, or it was answered before.
    pub(super) fn accepted(&mut self, client_id: &str) -> Option<Settled<T>> {
        self.take(client_id)
    }

    /// The server will never take it.
    pub(super) fn refused_finally(&mut self, client_id: &str) -> Option<Settled<T>> {
        self.take(client_id)
    }

    /// The server did not take it now; it stays in its place and is sent again.
    pub(super) fn refused_for_now(&mut self, client_id: &str) -> bool {
        let Some(i) = self.position(client_id) else {
            return false;
        };
        let entry = &mut self.entries[i];
        entry.in_flight = false;
        entry.refusals += 1;
        true
    }

    /// The connection is gone: whatever was on its way may or may not have arrived,
    /// and is sent again, in order and under the same client ids.
    pub(super) fn connection_lost(&mut self) {
        for entry in &mut self.entries {
            entry.in_flight = false;
        }
    }

    fn position(&self, client_id: &str) -> Option<usize> {
        self.entries
            .iter()
            .position(|e| e.message.client_id == client_id)
    }

    fn take(&mut self, client_id: &str) -> Option<Settled<T>> {
        let i = self.position(client_id)?;
        let entry = self.entries.remove(i)?;
        Some(Settled {
            waiter: entry.message.waiter,
            refusals: entry.refusals,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(window: usize, ids: &[&str]) -> Outbox<()> {
        let mut outbox = Outbox::new(window);
        for id in ids {
            outbox.push(Outgoing {
                conversation: "c".into(),
                client_id: (*id).into(),
                text: String::new(),
                waiter: (),
            });
        }
        outbox
    }

    fn sent(outbox: &mut Outbox<()>) -> Vec<String> {
        std::iter::from_fn(|| outbox.next_to_send().map(|m| m.client_id.clone())).collect()
    }

    #[test]
    fn no_more_than_the_window_is_on_its_way() {
        let mut outbox = outbox(2, &["1", "2", "3", "4"]);
        assert_eq!(sent(&mut outbox), ["1", "2"]);
        assert!(outbox.accepted("2").is_some());
        assert_eq!(sent(&mut outbox), ["3"]);
        assert!(outbox.accepted("1").is_some());
        assert_eq!(sent(&mut outbox), ["4"]);
    }

    #[test]
    fn after_a_lost_connection_everything_unanswered_goes_again_in_order() {
        let mut outbox = outbox(3, &["1", "2", "3", "4"]);
        sent(&mut outbox);
        assert!(outbox.accepted("1").is_some());
        outbox.connection_lost();
        assert_eq!(sent(&mut outbox), ["2", "3", "4"]);
    }

    #[test]
    fn with_a_window_of_one_a_refused_message_keeps_its_place() {
        let mut outbox = outbox(1, &["1", "2"]);
        assert_eq!(sent(&mut outbox), ["1"]);
        assert!(outbox.refused_for_now("1"));
        assert_eq!(sent(&mut outbox), ["1"]);
        assert_eq!(outbox.accepted("1").map(|s| s.refusals), Some(1));
        assert_eq!(sent(&mut outbox), ["2"]);
    }

    #[test]
    fn an_answer_counts_once() {
        let mut outbox = outbox(1, &["1"]);
        sent(&mut outbox);
        assert!(outbox.accepted("1").is_some());
        assert!(outbox.accepted("1").is_none());
        assert!(outbox.refused_finally("1").is_none());
        assert!(!outbox.refused_for_now("1"));
        assert_eq!(outbox.len(), 0);
    }
}
