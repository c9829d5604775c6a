//! What linger says in a conversation: to whom, in which languages, and with what filled in.

use std::sync::Arc;

use super::{Conversation, Ctx, Draft};
use crate::domain::company::{Company, Mode, Texts};
use crate::domain::event::Event;
use crate::domain::hours::LocalTime;
use crate::domain::ids::AgentId;
use crate::domain::message::{Author, Message, SystemKind};
use crate::domain::system_messages::{Placeholders, Voice};
use crate::domain::time::Millis;

/// How linger speaks in one conversation at one instant. The one place where the voice of a
/// workstream and the values of a conversation come together.
#[derive(Debug)]
pub struct Speech<'a> {
    company: &'a Company,
    mode: Mode,
    voice: Voice<'a>,
    opens_at: Option<LocalTime>,
    /// Everything but the opening, which is borrowed when something is said.
    known: Placeholders<'a>,
}

impl<'a> Speech<'a> {
    /// Of a conversation, in nobody's name.
    #[must_use]
    pub fn of(state: &'a Conversation, ctx: Ctx<'a>) -> Self {
        let company = ctx.company;
        let queue = company.queues.get(&state.queue);
        let opens_at = company.hours_of(&state.queue).and_then(|calendar| {
            let at = calendar.next_opening(ctx.now)?;
            Some(calendar.local_time(at))
        });
        Self {
            company,
            mode: state.mode,
            voice: Voice::of(
                company,
                &state.workstream,
                state.widget.as_ref(),
                &state.locale,
            ),
            opens_at,
            known: Placeholders {
                queue: queue.map_or("", |q| q.name.as_str()),
                context: Some(&state.context),
                ..Placeholders::default()
            },
        }
    }

    /// About this agent, by the name that customers see.
    #[must_use]
    pub fn about(mut self, agent: Option<&AgentId>) -> Self {
        let profile = agent.and_then(|id| self.company.agents.get(id));
        self.known.agent = profile.map_or("", |a| a.display_name.as_str());
        self
    }

    /// To a customer of this name.
    #[must_use]
    pub fn to(mut self, customer: &'a str) -> Self {
        self.known.customer = customer;
        self
    }

    fn at(mut self, place: &Place) -> Self {
        self.known.position = place.position;
        self.known.wait = place.wait;
        self
    }

    /// The message of a kind; `None` if it is switched off.
    #[must_use]
    pub fn message(&self, kind: SystemKind) -> Option<String> {
        self.voice.text(self.mode, kind, &self.values())
    }

    /// A text of the configuration, in the customer's language or the next best.
    #[must_use]
    pub fn text(&self, texts: &Texts) -> Option<String> {
        self.voice.say(texts, &self.values())
    }

    fn values(&self) -> Placeholders<'_> {
        Placeholders {
            opens_at: self.opens_at.as_ref(),
            ..self.known
        }
    }
}

impl Draft<'_> {
    /// Sends a system message, unless it is switched off.
    pub(super) fn tell(&mut self, kind: SystemKind, agent: Option<&AgentId>) {
        let said = self.speech().about(agent).message(kind);
        self.say(kind, said);
    }

    /// Says a text of the configuration.
    pub(super) fn say_texts(&mut self, kind: SystemKind, texts: &Texts) {
        let agent = self.state.accepted_agent();
        let agent = agent.or(self.state.last_agent.as_ref());
        let said = self.speech().about(agent).text(texts);
        self.say(kind, said);
    }

    /// Says one of the messages about the place in line. Whether something was said.
    pub(super) fn say_place(&mut self, kind: SystemKind, place: &Place) -> bool {
        let said = self.speech().at(place).message(kind);
        self.say(kind, said)
    }

    fn speech(&self) -> Speech<'_> {
        Speech::of(self.state, self.ctx)
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
