//! What linger itself says into a thread: default English texts, what a company wrote
//! instead, and the placeholders in both.
//!
//! Whether a message is said at all depends on the mode (SEMANTICS, System messages):
//! nobody waits in line in a persistent conversation, so its place in the line is not
//! even a setting there.
//!
//! A placeholder is filled in once: a value that looks like a placeholder itself stays
//! as it is, so that nothing a customer writes can pull other values into the thread.

use std::collections::BTreeMap;

use super::company::{Mode, Workstream};
use super::message::SystemKind;
use crate::limits::MESSAGE_CHARS_MAX;

/// Values for the placeholders. What is not known stays empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Placeholders<'a> {
    /// `{agent}`: the name customers see.
    pub agent: &'a str,
    /// `{queue}`: its name for people.
    pub queue: &'a str,
    /// `{opens_at}`: the next opening, as people say it.
    pub opens_at: &'a str,
    /// `{position}`: place in line, from 1.
    pub position: &'a str,
    /// `{wait}`: the expected wait, as people say it.
    pub wait: &'a str,
    /// `{ctx.name}`: the context of the conversation.
    pub context: Option<&'a BTreeMap<String, String>>,
}

impl<'a> Placeholders<'a> {
    fn value(&self, name: &str) -> &'a str {
        match name {
            "agent" => self.agent,
            "queue" => self.queue,
            "opens_at" => self.opens_at,
            "position" => self.position,
            "wait" => self.wait,
            _ => name
                .strip_prefix("ctx.")
                .and_then(|key| self.context?.get(key))
                .map_or("", String::as_str),
        }
    }
}

/// What a mode says of a kind unless the company says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standard {
    /// This text.
    On(&'static str),
    /// Nothing, but a company may write something.
    Off,
    /// Nothing, and it is no setting either.
    NotOffered,
}

/// Whether a kind can be said in a mode at all; where not, writing a text for it is a mistake.
#[must_use]
pub fn is_offered(mode: Mode, kind: SystemKind) -> bool {
    default_of(mode, kind) != Standard::NotOffered
}

/// What is said, placeholders filled in; `None` if this kind is switched off here.
#[must_use]
pub fn text(
    workstream: &Workstream,
    mode: Mode,
    kind: SystemKind,
    locale: &str,
    values: &Placeholders<'_>,
) -> Option<String> {
    let default = match default_of(mode, kind) {
        Standard::NotOffered => return None,
        Standard::Off => None,
        Standard::On(_) if values.opens_at.is_empty() => Some(without_opening(mode, kind)),
        Standard::On(text) => Some(text),
    };
    let template = workstream
        .messages
        .get(&kind)
        .and_then(|texts| texts.in_language(locale))
        .or(default)?;
    let said = render(template, values);
    (!said.trim().is_empty()).then_some(said)
}

/// Fills in a template. An unknown placeholder becomes empty, a brace without its partner
/// stays a brace, and the result is cut to the length of a message.
#[must_use]
pub fn render(template: &str, values: &Placeholders<'_>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let inside = &rest[open + 1..];
        match inside.find(['{', '}', '\n']) {
            Some(end) if inside[end..].starts_with('}') => {
                out.push_str(values.value(inside[..end].trim()));
                rest = &inside[end + 1..];
            }
            _ => {
                out.push('{');
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    if let Some((cut, _)) = out.char_indices().nth(MESSAGE_CHARS_MAX) {
        out.truncate(cut);
    }
    out
}

const fn default_of(mode: Mode, kind: SystemKind) -> Standard {
    use Standard::{NotOffered, Off, On};
    use SystemKind as K;
    match (mode, kind) {
        (Mode::Persistent, K::Greeting) => On(
            "Hello! Write what you need. You can close this window at any time: the conversation stays here.",
        ),
        (Mode::Live, K::Greeting) => On("Hello! Somebody will be with you in a moment."),
        (_, K::AgentAssigned) => On("A member of our team is being asked to help you."),
        (_, K::AgentJoined) => On("{agent} has joined the conversation."),
        (Mode::Persistent, K::AgentLeft) => {
            On("{agent} has left for now. Write whenever you like: the conversation stays open.")
        }
        (Mode::Live, K::AgentLeft) => {
            On("{agent} has left the conversation. Somebody else will be with you in a moment.")
        }
        (_, K::Transferred) => On("Your conversation is being passed on to a colleague."),
        (_, K::AgentEnded) => On("{agent} has ended the conversation."),
        (_, K::EndedBySystem) => On("This conversation has ended."),
        (Mode::Persistent, K::OutsideHours) => On(
            "Our team is not here at the moment. Your message is kept, and we are back on {opens_at}.",
        ),
        (Mode::Persistent, K::Holiday) => {
            On("Our team has a holiday today. Your message is kept, and we are back on {opens_at}.")
        }
        (Mode::Live, K::OutsideHours) => {
            On("Our team is not here at the moment. We are back on {opens_at}.")
        }
        (Mode::Live, K::Holiday) => On("Our team has a holiday today. We are back on {opens_at}."),
        (Mode::Live, K::QueuePosition) => On("You are number {position} in line."),
        (Mode::Live, K::NextInLine) => On("You are next in line."),
        (Mode::Live, K::AverageWait) => On("The wait is about {wait} at the moment."),
        (Mode::Live, K::CustomerDisconnected) => On("The customer has lost the connection."),
        (Mode::Live, K::CustomerReconnected) => On("The customer is connected again."),
        (Mode::Persistent, K::CustomerDisconnected | K::CustomerReconnected) => Off,
        (Mode::Persistent, K::AgentReturned) => On("{agent} is back in your conversation."),
        (Mode::Persistent, K::QueuePosition | K::NextInLine | K::AverageWait)
        | (Mode::Live, K::AgentReturned)
        | (_, K::Reminder) => NotOffered,
    }
}

/// The default where nobody knows when it opens again; otherwise the same.
const fn without_opening(mode: Mode, kind: SystemKind) -> &'static str {
    match (mode, kind) {
        (Mode::Persistent, SystemKind::OutsideHours) => {
            "Our team is not here at the moment. Your message is kept."
        }
        (Mode::Persistent, SystemKind::Holiday) => {
            "Our team has a holiday today. Your message is kept."
        }
        (Mode::Live, SystemKind::OutsideHours) => "Our team is not here at the moment.",
        (Mode::Live, SystemKind::Holiday) => "Our team has a holiday today.",
        _ => match default_of(mode, kind) {
            Standard::On(text) => text,
            Standard::Off | Standard::NotOffered => "",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::company::Texts;
    use crate::domain::ids::QueueId;

    fn workstream(mode: Mode) -> Workstream {
        Workstream::new(
            "Support",
            mode,
            QueueId::parse("support").expect("a valid id"),
        )
    }

    fn values(context: &BTreeMap<String, String>) -> Placeholders<'_> {
        Placeholders {
            agent: "Anna",
            queue: "Support",
            opens_at: "Monday 9 March, 09:00 CET",
            position: "3",
            wait: "4 min",
            context: Some(context),
        }
    }

    #[test]
    fn placeholders_are_filled_in_once_and_unknown_ones_become_empty() {
        let context = BTreeMap::from([
            ("name".to_owned(), "{agent}".to_owned()),
            ("order id".to_owned(), "A-1".to_owned()),
            ("open".to_owned(), "{".to_owned()),
        ]);
        let cases = [
            ("nothing to fill in", "Hello.", "Hello."),
            (
                "each of them",
                "{agent} {queue} {opens_at} {position} {wait}",
                "Anna Support Monday 9 March, 09:00 CET 3 4 min",
            ),
            ("spaces inside the braces", "{ agent }!", "Anna!"),
            (
                "a value that looks like a placeholder stays as it is",
                "Hi {ctx.name}",
                "Hi {agent}",
            ),
            (
                "values cannot build a placeholder together",
                "{ctx.open}agent}",
                "{agent}",
            ),
            (
                "a context key may have spaces",
                "Order {ctx.order id}.",
                "Order A-1.",
            ),
            ("a missing context value", "Hi {ctx.none}!", "Hi !"),
            ("an unknown placeholder", "Hi {nobody}{}!", "Hi !"),
            ("an open brace at the end", "50 % off {", "50 % off {"),
            ("an open brace before a placeholder", "{ {agent}", "{ Anna"),
            ("doubled braces", "{{agent}}", "{Anna}"),
            ("no placeholder runs over a line", "{agent\n}", "{agent\n}"),
            ("a closing brace alone", "a } b", "a } b"),
            ("not only ASCII", "¡Hola, {agent}! ñ{x}é", "¡Hola, Anna! ñé"),
        ];
        for (name, template, expected) in cases {
            assert_eq!(render(template, &values(&context)), expected, "{name}");
        }
    }

    #[test]
    fn what_is_said_by_default_follows_the_table_of_semantics() {
        use SystemKind as K;
        let both = [
            K::Greeting,
            K::AgentAssigned,
            K::AgentJoined,
            K::AgentLeft,
            K::Transferred,
            K::AgentEnded,
            K::EndedBySystem,
            K::OutsideHours,
            K::Holiday,
        ];
        let live = [
            K::QueuePosition,
            K::NextInLine,
            K::AverageWait,
            K::CustomerDisconnected,
            K::CustomerReconnected,
        ];
        let said = |mode, kind| {
            text(
                &workstream(mode),
                mode,
                kind,
                "en",
                &Placeholders::default(),
            )
            .is_some()
        };
        for kind in both {
            assert!(
                said(Mode::Live, kind) && said(Mode::Persistent, kind),
                "{kind:?} is on in both"
            );
        }
        for kind in live {
            assert!(
                said(Mode::Live, kind) && !said(Mode::Persistent, kind),
                "{kind:?} is live's"
            );
        }
        assert!(!said(Mode::Live, K::AgentReturned) && said(Mode::Persistent, K::AgentReturned));
        for kind in [K::QueuePosition, K::NextInLine, K::AverageWait] {
            assert!(
                !is_offered(Mode::Persistent, kind),
                "{kind:?} is not a setting where nobody waits in line"
            );
        }
        assert!(
            is_offered(Mode::Persistent, K::CustomerDisconnected),
            "off, but a setting"
        );
    }

    #[test]
    fn a_company_writes_its_own_text_or_switches_one_off() {
        let mut w = workstream(Mode::Persistent);
        let nothing = BTreeMap::new();
        let say = |w: &Workstream, kind| text(w, w.mode, kind, "en", &values(&nothing));
        w.messages
            .insert(SystemKind::AgentJoined, Texts::any("Olá, sou {agent}."));
        assert_eq!(
            say(&w, SystemKind::AgentJoined).as_deref(),
            Some("Olá, sou Anna.")
        );
        w.messages.insert(SystemKind::AgentJoined, Texts::any(""));
        assert_eq!(
            say(&w, SystemKind::AgentJoined),
            None,
            "an empty text switches it off"
        );
        w.messages
            .insert(SystemKind::CustomerDisconnected, Texts::any("Gone."));
        assert_eq!(
            say(&w, SystemKind::CustomerDisconnected).as_deref(),
            Some("Gone."),
            "off by default, on by a text"
        );
        w.messages
            .insert(SystemKind::QueuePosition, Texts::any("You are {position}."));
        assert_eq!(
            say(&w, SystemKind::QueuePosition),
            None,
            "not offered stays unsaid"
        );
    }

    #[test]
    fn nobody_is_promised_a_return_at_an_unknown_time() {
        for mode in [Mode::Persistent, Mode::Live] {
            for kind in [SystemKind::OutsideHours, SystemKind::Holiday] {
                let never = text(
                    &workstream(mode),
                    mode,
                    kind,
                    "en",
                    &Placeholders::default(),
                )
                .expect("on");
                assert!(!never.contains("back"), "{never}");
                let nothing = BTreeMap::new();
                let known =
                    text(&workstream(mode), mode, kind, "en", &values(&nothing)).expect("on");
                assert!(
                    known.contains("back on Monday 9 March, 09:00 CET"),
                    "{known}"
                );
            }
        }
    }

    #[test]
    fn what_is_said_is_never_longer_than_a_message_may_be() {
        let context = BTreeMap::from([("x".to_owned(), "é".repeat(4_000))]);
        let said = render("{ctx.x}{ctx.x}{ctx.x}", &values(&context));
        assert_eq!(said.chars().count(), MESSAGE_CHARS_MAX);
    }
}
