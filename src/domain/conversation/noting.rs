//! Private notes. Whoever of the company may see a conversation may write them, also in
//! wrap-up, which is there for it.

use std::sync::Arc;

use super::{Draft, State, is_party};
use crate::domain::command::Actor;
use crate::domain::company::Role;
use crate::domain::event::Event;
use crate::domain::ids::{AgentId, ClientId};
use crate::domain::note::Note;
use crate::domain::reject::{Code, Reject};
use crate::limits;

/// A note has at least one and at most 8,000 characters.
fn check_note(text: &str) -> Result<(), Reject> {
    if text.is_empty() {
        return Err(Reject::new(
            Code::InvalidRequest,
            "The note is empty; write something.",
        ));
    }
    if text.len() > limits::NOTE_CHARS_MAX && text.chars().count() > limits::NOTE_CHARS_MAX {
        return Err(Reject::new(
            Code::TooLong,
            format!(
                "A note may have {} characters; split it.",
                limits::NOTE_CHARS_MAX
            ),
        ));
    }
    Ok(())
}

impl Draft<'_> {
    pub(super) fn note(
        &mut self,
        actor: &Actor,
        client_id: ClientId,
        text: Arc<str>,
        private_to: Option<AgentId>,
    ) -> Result<(), Reject> {
        let by = self.agent_of(actor)?.clone();
        check_note(&text)?;
        self.require_unclosed()?;
        if let Some(to) = &private_to {
            self.require_employed(to)?;
            let supervises = self
                .ctx
                .company
                .agents
                .get(to)
                .is_some_and(|a| a.role >= Role::Supervisor);
            if !supervises && !is_party(self.state, to, self.ctx.company) {
                return Err(Reject::new(
                    Code::WrongState,
                    "That colleague cannot see this conversation; consult them first.",
                ));
            }
        }
        let note = Note {
            number: self.state.last_note.next(),
            at: self.ctx.now,
            by,
            client_id,
            text,
            private_to,
        };
        self.record(Event::Noted(Arc::new(note)));
        Ok(())
    }

    /// What is closed takes no more notes, tags or subjects.
    pub(super) fn require_unclosed(&self) -> Result<(), Reject> {
        if self.state.state == State::Closed {
            return Err(Reject::new(
                Code::Closed,
                "This conversation is closed; nothing is added to it any more.",
            ));
        }
        Ok(())
    }
}
