//! Texts that linger says and that are not one per workstream: of a rule, and with a
//! place in line.

use std::sync::Arc;

use super::{Conversation, Ctx, Draft, rules_of};
use crate::domain::company::Texts;
use crate::domain::event::Event;
use crate::domain::message::{Author, Message, SystemKind};
use crate::domain::system_messages::{self, Placeholders};
use crate::domain::time::Millis;

impl Draft<'_> {
    /// Says a text of the configuration, in the customer's language or the next best.
    /// Whether something was said.
    pub(super) fn say_texts(&mut self, kind: SystemKind, texts: &Texts) -> bool {
        let said = text_for(self.state, texts, self.ctx)
            .map(|template| self.render(template, &Place::default()))
            .filter(|text| !text.trim().is_empty());
        self.say(kind, said)
    }

    /// Says one of the messages about the place in line, unless it is switched off.
    pub(super) fn say_place(&mut self, kind: SystemKind, place: &Place) -> bool {
        let said = {
            let rules = self.rules();
            system_messages::text(
                &rules,
                self.state.mode,
                kind,
                &self.state.locale,
                &self.placeholders(place),
            )
        };
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

    fn render(&self, template: &str, place: &Place) -> String {
        system_messages::render(template, &self.placeholders(place))
    }

    fn placeholders<'a>(&'a self, place: &'a Place) -> Placeholders<'a> {
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
            position: &place.position,
            wait: &place.wait,
            context: Some(&self.state.context),
            ..Placeholders::default()
        }
    }
}

/// A place in line and the average wait, as people say them.
#[derive(Debug, Default)]
pub(super) struct Place {
    position: String,
    wait: String,
}

impl Place {
    pub(super) fn new(position: u32, wait: Option<Millis>) -> Self {
        Self {
            position: position.to_string(),
            wait: wait.map(whole_minutes).unwrap_or_default(),
        }
    }
}

/// Nobody is helped by the seconds of an average.
fn whole_minutes(wait: Millis) -> String {
    Millis::minutes(wait.0.div_ceil(60_000).max(1)).to_string()
}

/// In the customer's language, else in those of the workstream and the company, else in
/// any that it was written in.
fn text_for<'a>(state: &Conversation, texts: &'a Texts, ctx: Ctx<'_>) -> Option<&'a str> {
    let rules = rules_of(state, ctx.company);
    let locales = [
        state.locale.as_str(),
        rules.locale.as_deref().unwrap_or_default(),
        ctx.company.locale.as_str(),
    ];
    locales
        .iter()
        .find_map(|locale| texts.in_language(locale))
        .or_else(|| texts.0.values().next().map(String::as_str))
}
