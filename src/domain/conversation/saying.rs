//! Texts that linger says and that are not one per workstream: of a rule, and with a
//! place in line.

use std::sync::Arc;

use super::Draft;
use crate::domain::company::Texts;
use crate::domain::event::Event;
use crate::domain::message::{Author, Message, SystemKind};
use crate::domain::system_messages::{Placeholders, Voice};
use crate::domain::time::Millis;

impl Draft<'_> {
    /// Says a text of the configuration, in the customer's language or the next best.
    /// Whether something was said.
    pub(super) fn say_texts(&mut self, kind: SystemKind, texts: &Texts) -> bool {
        let said = self
            .voice()
            .say(texts, &self.placeholders(&Place::default()));
        self.say(kind, said)
    }

    /// Says one of the messages about the place in line, unless it is switched off.
    pub(super) fn say_place(&mut self, kind: SystemKind, place: &Place) -> bool {
        let said = self
            .voice()
            .text(self.state.mode, kind, &self.placeholders(place));
        self.say(kind, said)
    }

    fn say(&mut self, kind: SystemKind, text: Option<String>) -> bool {
        let Some(text) = text else { return false };
        let message = Message {
            seq: self.state.last_seq.next(),
            at: self.ctx.now,
            author: Author::System(kind),
            client_id: None,
            text: Arc::from(text),
        };
        self.record(Event::Posted(Arc::new(message)));
        true
    }

    fn voice(&self) -> Voice<'_> {
        let state = &*self.state;
        Voice::of(
            self.ctx.company,
            &state.workstream,
            state.widget.as_ref(),
            &state.locale,
        )
    }

    fn placeholders(&self, place: &Place) -> Placeholders<'_> {
        let company = self.ctx.company;
        let agent = self
            .state
            .accepted_agent()
            .or(self.state.last_agent.as_ref());
        let queue = company.queues.get(&self.state.queue);
        Placeholders {
            agent: agent
                .and_then(|a| company.agents.get(a))
                .map_or("", |a| a.display_name.as_str()),
            queue: queue.map_or("", |q| q.name.as_str()),
            position: place.position,
            wait: place.wait,
            context: Some(&self.state.context),
            ..Placeholders::default()
        }
    }
}

/// A place in line and the average wait.
#[derive(Debug, Default)]
pub(super) struct Place {
    position: Option<u32>,
    wait: Option<Millis>,
}

impl Place {
    pub(super) const fn new(position: u32, wait: Option<Millis>) -> Self {
        Self {
            position: Some(position),
            wait,
        }
    }
}
