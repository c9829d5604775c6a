//! What agents see of their work on a conversation: notes, consults, quick replies.

use crate::client::{Accepted, View};

use super::Talk;
use super::screen::short;

impl Talk<'_> {
    /// An answer that is not about the state of a conversation.
    pub(super) fn show(&self, answer: &Accepted) {
        for entry in answer.journal.iter().flatten() {
            self.screen.note(&entry.to_string());
        }
        for note in answer.notes.iter().flatten() {
            self.screen.private(note);
        }
        for reply in answer.quick_replies.iter().flatten() {
            let text = reply.text.as_deref().unwrap_or(&reply.title);
            self.screen.note(&format!("{}: {text}", reply.id));
        }
    }

    /// Somebody asks this agent to read along: from here on, what is typed is said there.
    pub(super) fn consulted(&mut self, view: View) {
        let id = view.id.clone();
        self.screen.note(&format!(
            "you are asked to read along in {}; /note speaks to the colleague, /dismiss leaves",
            short(&id)
        ));
        self.learn(view);
        if self.current.is_none() {
            self.talk_in(&id);
        }
    }

    pub(super) fn dismissed(&mut self, id: &str) {
        self.screen
            .note(&format!("you read along in {} no longer", short(id)));
        self.leave(id);
    }
}
