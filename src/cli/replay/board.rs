//! Where the agents' desks leave what concerns a conversation, for the scene that plays it.
//!
//! An offer may reach a desk before the customer's own start is answered, so
//! whoever mentions a conversation first opens its slot.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::client::{Refusal, ThreadMessage, View};

/// What a desk was told about a conversation.
#[derive(Debug)]
pub struct Note {
    /// Which desk.
    pub desk: usize,
    /// What.
    pub what: What,
}

/// The kinds of notes.
#[derive(Debug)]
pub enum What {
    /// It is offered to this desk. After a reconnect it is not known whether as a return.
    Offered {
        /// It comes back to this agent.
        returning: Option<bool>,
    },
    /// This desk has it without having been asked.
    Assigned(View),
    /// A message of the thread.
    Message(ThreadMessage),
    /// This desk follows it no longer: no message from it comes after this.
    Unfollowed,
    /// The server refused to let this desk follow it.
    Refused(Box<Refusal>),
}

/// A slot's length is bounded by its dialogue: a note a message and a few an assignment.
struct Slot {
    put: UnboundedSender<Note>,
    take: Option<UnboundedReceiver<Note>>,
}

/// The slots of all conversations that are being played.
#[derive(Default)]
pub struct Board(Mutex<HashMap<String, Slot>>);

impl Board {
    /// Leaves a note; once the scene is over it is thrown away.
    pub fn put(&self, conversation: &str, note: Note) {
        let mut slots = self.slots();
        let slot = slots
            .entry(conversation.to_owned())
            .or_insert_with(Slot::new);
        slot.put.send(note).ok();
    }

    /// The notes of a conversation, those from before included. Given out once.
    #[must_use]
    pub fn take(&self, conversation: &str) -> Option<UnboundedReceiver<Note>> {
        let mut slots = self.slots();
        slots
            .entry(conversation.to_owned())
            .or_insert_with(Slot::new)
            .take
            .take()
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<String, Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    fn new() -> Self {
        let (put, take) = unbounded_channel();
        Self {
            put,
            take: Some(take),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_from_before_the_scene_are_kept_and_those_after_it_thrown_away() {
        let board = Board::default();
        let offered = |desk| Note {
            desk,
            what: What::Offered {
                returning: Some(false),
            },
        };
        board.put("c", offered(3));
        let mut notes = board.take("c").expect("nobody took them yet");
        assert_eq!(notes.try_recv().expect("a note").desk, 3);
        assert!(board.take("c").is_none());
        drop(notes);
        board.put("c", offered(4));
    }
}
