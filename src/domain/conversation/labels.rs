//! Tags and the subject: what agents sort conversations by. Customers see neither.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{ConsultRole, Draft};
use crate::domain::command::Actor;
use crate::domain::company::Role;
use crate::domain::event::Event;
use crate::domain::ids::AgentId;
use crate::domain::reject::{Code, Reject};
use crate::limits;

/// A tag as it is kept: without spaces around it, in lower case.
///
/// # Errors
/// `invalid_request` if nothing is left or it holds control characters, `too_long`.
pub fn tag(text: &str) -> Result<String, Reject> {
    let tag = text.trim().to_lowercase();
    if tag.is_empty() || tag.chars().any(char::is_control) {
        return Err(Reject::new(
            Code::InvalidRequest,
            "A tag is a word or a few on one line; write something.",
        ));
    }
    if tag.chars().count() > limits::TAG_CHARS_MAX {
        return Err(Reject::new(
            Code::TooLong,
            format!(
                "A tag may have {} characters; shorten it.",
                limits::TAG_CHARS_MAX
            ),
        ));
    }
    Ok(tag)
}

impl Draft<'_> {
    pub(super) fn tag(
        &mut self,
        actor: &Actor,
        add: &[String],
        remove: &[String],
    ) -> Result<(), Reject> {
        let by = self.require_handling(actor)?;
        let set = |tags: &[String]| tags.iter().map(|t| tag(t)).collect::<Result<_, _>>();
        let (add, remove): (BTreeSet<String>, BTreeSet<String>) = (set(add)?, set(remove)?);
        let tags = &self.state.tags;
        let added: BTreeSet<String> = add.difference(tags).cloned().collect();
        // What is named twice shall be there.
        let removed: BTreeSet<String> = remove
            .intersection(tags)
            .filter(|tag| !add.contains(*tag))
            .cloned()
            .collect();
        if tags.len() + added.len() - removed.len() > limits::TAGS_MAX {
            return Err(Reject::new(
                Code::TooLong,
                format!(
                    "A conversation may have {} tags; remove one first.",
                    limits::TAGS_MAX
                ),
            ));
        }
        if !added.is_empty() || !removed.is_empty() {
            self.record(Event::Tagged { by, added, removed });
        }
        Ok(())
    }

    pub(super) fn set_subject(&mut self, actor: &Actor, subject: &str) -> Result<(), Reject> {
        let by = self.require_handling(actor)?;
        let subject = subject.trim();
        if subject.is_empty() || subject.chars().any(char::is_control) {
            return Err(Reject::new(
                Code::InvalidRequest,
                "A subject is one line; write something.",
            ));
        }
        if subject.chars().count() > limits::SUBJECT_CHARS_MAX {
            return Err(Reject::new(
                Code::TooLong,
                format!(
                    "A subject may have {} characters; shorten it.",
                    limits::SUBJECT_CHARS_MAX
                ),
            ));
        }
        if self.state.subject.as_deref() != Some(subject) {
            let subject: Arc<str> = subject.into();
            self.record(Event::SubjectSet { by, subject });
        }
        Ok(())
    }

    /// Whoever has it (in wrap-up too), was added to it, or supervises; and while nobody has
    /// it, everybody of the company who may see it.
    fn require_handling(&self, actor: &Actor) -> Result<AgentId, Reject> {
        let asks = self.agent_of(actor)?;
        self.require_unclosed()?;
        let supervises = matches!(actor, Actor::Agent { role, .. } if *role >= Role::Supervisor);
        let joined = self.state.consultants.get(asks) == Some(&ConsultRole::Joined);
        match self.state.accepted_agent() {
            Some(has) if has != asks && !supervises && !joined => Err(Reject {
                taken_by: Some(has.clone()),
                ..Reject::new(
                    Code::NotAssigned,
                    "Another agent has this conversation; tell them in a note.",
                )
            }),
            _ => Ok(asks.clone()),
        }
    }
}
