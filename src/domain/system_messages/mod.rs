//! What linger itself says into a thread: the standard texts in the customer's language,
//! what a company wrote instead, and the placeholders in both.
//!
//! Whether a message is said at all depends on the mode (SEMANTICS, System messages):
//! nobody waits in line in a persistent conversation, so its place in the line is not
//! even a setting there.
//!
//! A placeholder is filled in once: a value that looks like a placeholder itself stays
//! as it is, so that nothing a customer writes can pull other values into the thread.
//!
//! | file | concern |
//! |---|---|
//! | `fluent.rs` | the standard texts, `locales/*.ftl` |
//! | `voice.rs` | who speaks: which languages, and whose texts go first |

mod fluent;
#[cfg(test)]
mod tests;
mod voice;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use voice::Voice;

use self::fluent::{Language, Without};
use super::company::Mode;
use super::hours::LocalTime;
use super::message::SystemKind;
use super::time::Millis;
use crate::limits::MESSAGE_CHARS_MAX;

/// Values for the placeholders. What is not known stays empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Placeholders<'a> {
    /// `{agent}`: the name customers see.
    pub agent: &'a str,
    /// `{queue}`: its name for people.
    pub queue: &'a str,
    /// `{customer}`: whom agents believe to be talking with.
    pub customer: &'a str,
    /// `{opens_at}`: the next opening.
    pub opens_at: Option<&'a LocalTime>,
    /// `{position}`: place in line, from 1.
    pub position: Option<u32>,
    /// `{wait}`: the expected wait.
    pub wait: Option<Millis>,
    /// `{ctx.name}`: the context of the conversation.
    pub context: Option<&'a BTreeMap<String, String>>,
}

impl<'a> Placeholders<'a> {
    fn value(&self, name: &str, language: Language) -> Cow<'a, str> {
        match name {
            "agent" => self.agent.into(),
            "queue" => self.queue.into(),
            "customer" => self.customer.into(),
            "opens_at" => self
                .opens_at
                .map_or(Cow::Borrowed(""), |at| fluent::opening(language, at).into()),
            "position" => self
                .position
                .map_or(Cow::Borrowed(""), |n| n.to_string().into()),
            "wait" => self
                .wait
                .map_or(Cow::Borrowed(""), |w| fluent::wait(language, w).into()),
            _ => name
                .strip_prefix("ctx.")
                .and_then(|key| self.context?.get(key))
                .map_or("", String::as_str)
                .into(),
        }
    }
}

/// What a mode says of a kind unless the company says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standard {
    /// The message of this name in `locales/`.
    On(&'static str),
    /// Nothing, but a company may write something.
    Off,
    /// Nothing, and it is no setting either.
    NotOffered,
}

/// Whether a kind can be said in a mode at all; where not, writing a text for it is a mistake.
#[must_use]
pub fn is_offered(mode: Mode, kind: SystemKind) -> bool {
    standard_of(mode, kind) != Standard::NotOffered
}

fn spoken(locales: &[&str]) -> Language {
    locales
        .iter()
        .find_map(|locale| Language::of(locale))
        .unwrap_or(Language::En)
}

/// The standard text of a kind, unless what it tells is not known.
fn standard_text(
    id: &str,
    kind: SystemKind,
    language: Language,
    values: &Placeholders<'_>,
) -> Option<String> {
    use SystemKind as K;
    let without = match kind {
        K::QueuePosition if values.position.is_none() => return None,
        K::AverageWait if values.wait.is_none() => return None,
        K::OutsideHours | K::Holiday if values.opens_at.is_none() => Without::Opening,
        K::AgentJoined | K::AgentLeft | K::AgentEnded | K::AgentReturned
            if values.agent.is_empty() =>
        {
            Without::Name
        }
        _ => Without::Nothing,
    };
    Some(fluent::standard(language, id, without, values))
}

/// Fills in a template; values are said in the first of these languages that linger speaks.
/// An unknown placeholder becomes empty, a brace without its partner stays a brace, and
/// the result is cut to the length of a message.
#[must_use]
pub fn render(template: &str, values: &Placeholders<'_>, locales: &[&str]) -> String {
    let language = spoken(locales);
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let inside = &rest[open + 1..];
        match inside.find(['{', '}', '\n']) {
            Some(end) if inside[end..].starts_with('}') => {
                out.push_str(&values.value(inside[..end].trim(), language));
                rest = &inside[end + 1..];
            }
            _ => {
                out.push('{');
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    cut(out)
}

/// Not longer than a message may be.
fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MESSAGE_CHARS_MAX) {
        text.truncate(end);
    }
    text
}

/// The table of SEMANTICS.
const fn standard_of(mode: Mode, kind: SystemKind) -> Standard {
    use Standard::{NotOffered, Off, On};
    use SystemKind as K;
    match (mode, kind) {
        (Mode::Persistent, K::Greeting) => On("greeting-persistent"),
        (Mode::Live, K::Greeting) => On("greeting-live"),
        (_, K::AgentAssigned) => On("agent-assigned"),
        (_, K::AgentJoined) => On("agent-joined"),
        (Mode::Persistent, K::AgentLeft) => On("agent-left-persistent"),
        (Mode::Live, K::AgentLeft) => On("agent-left-live"),
        (_, K::Transferred) => On("transferred"),
        (_, K::AgentEnded) => On("agent-ended"),
        (_, K::EndedBySystem) => On("ended-by-system"),
        (Mode::Persistent, K::OutsideHours) => On("outside-hours-persistent"),
        (Mode::Live, K::OutsideHours) => On("outside-hours-live"),
        (Mode::Persistent, K::Holiday) => On("holiday-persistent"),
        (Mode::Live, K::Holiday) => On("holiday-live"),
        (Mode::Live, K::QueuePosition) => On("queue-position"),
        (Mode::Live, K::NextInLine) => On("next-in-line"),
        (Mode::Live, K::AverageWait) => On("average-wait"),
        (Mode::Live, K::CustomerDisconnected) => On("customer-disconnected"),
        (Mode::Live, K::CustomerReconnected) => On("customer-reconnected"),
        (Mode::Persistent, K::CustomerDisconnected | K::CustomerReconnected) => Off,
        (Mode::Persistent, K::AgentReturned) => On("agent-returned"),
        (Mode::Persistent, K::QueuePosition | K::NextInLine | K::AverageWait)
        | (Mode::Live, K::AgentReturned)
        | (_, K::Reminder) => NotOffered,
    }
}
