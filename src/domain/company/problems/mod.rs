//! What is wrong with a configuration, and what is probably not meant.
//!
//! | file | what |
//! |---|---|
//! | `workstream.rs` | timers, timeout rules, routes, messages |
//! | `queue.rs` | members, hours, overflow and its circles |
//! | `widget.rs` | look, pre-chat questions |
//! | `authentication.rs` | keys, addresses, claims |
//! | `masking.rs` | patterns and replacements |
//!
//! Every problem names its place as the company file does, and says what to do.

mod authentication;
mod masking;
mod queue;
mod widget;
mod workstream;

use std::collections::BTreeSet;
use std::fmt;

use super::{Company, Distribution, Mode, Texts, Workstream};
use crate::domain::ids::AgentId;
use crate::domain::message::SystemKind;
use crate::domain::system_messages;
use crate::limits;

/// Characters of a name for people.
const NAME_CHARS_MAX: usize = 200;
/// Units that one agent may have.
const CAPACITY_MAX: u32 = 10_000;

/// Something that cannot be used as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, as the company file names it: `queues.support.hours`.
    pub at: String,
    /// What is wrong and what to do, one sentence.
    pub why: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() {
            f.write_str(&self.why)
        } else {
            write!(f, "{}: {}", self.at, self.why)
        }
    }
}

/// Collects problems.
#[derive(Default)]
struct Found(Vec<Problem>);

impl Found {
    fn note(&mut self, at: impl Into<String>, why: impl Into<String>) {
        self.0.push(Problem {
            at: at.into(),
            why: why.into(),
        });
    }

    fn name(&mut self, at: &str, name: &str) {
        if name.chars().any(is_invisible) {
            self.note(
                format!("{at}.name"),
                format!("The name {name:?} holds a control character, which would show as something else; remove it."),
            );
        }
        if name.chars().count() > NAME_CHARS_MAX {
            self.note(
                format!("{at}.name"),
                format!("The name is longer than {NAME_CHARS_MAX} characters; shorten it."),
            );
        }
    }

    fn locale(&mut self, at: &str, tag: &str) {
        if !is_language_tag(tag) {
            self.note(
                at,
                format!("{tag:?} is not a language tag; write one such as \"es\" or \"pt-BR\"."),
            );
        }
    }

    /// A text that people read: its languages and its length.
    fn texts(&mut self, at: &str, texts: &Texts) {
        let mut languages = BTreeSet::new();
        for (language, text) in &texts.0 {
            if !languages.insert(language.to_lowercase()) {
                self.note(
                    at,
                    format!(
                        "{language:?} is there twice, in capital and in small letters; keep one."
                    ),
                );
            }
            if language != super::ANY_LANGUAGE && !is_language_tag(language) {
                self.note(
                    at,
                    format!("{language:?} is not a language tag; write one such as \"es\" or \"pt-BR\", or \"*\" for every other language."),
                );
            }
            if text.chars().count() > limits::MESSAGE_CHARS_MAX {
                self.note(
                    at,
                    format!(
                        "The text has more than {} characters; shorten it.",
                        limits::MESSAGE_CHARS_MAX
                    ),
                );
            }
        }
    }

    /// A text that must say something in every language it is written in.
    fn said(&mut self, at: &str, what: &str, texts: &Texts) {
        if texts.is_empty() || texts.0.values().any(|text| text.trim().is_empty()) {
            self.note(at, format!("{what} is empty; write it."));
        }
        self.texts(at, texts);
    }

    fn messages(
        &mut self,
        at: &str,
        mode: Mode,
        messages: &std::collections::BTreeMap<SystemKind, Texts>,
    ) {
        for (kind, texts) in messages {
            let name = name_of(*kind);
            let at = format!("{at}.messages.{name}");
            if !system_messages::is_offered(mode, *kind) {
                let mode = match mode {
                    Mode::Persistent => "persistent",
                    Mode::Live => "live",
                };
                self.note(
                    &at,
                    format!("The message {name} is never said in {mode} mode; remove it."),
                );
            }
            self.texts(&at, texts);
        }
    }
}

impl Company {
    /// Everything that refers to something missing or is out of bounds, one sentence each.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Found::default();
        found.name("", &self.name);
        if !self.locale.is_empty() {
            found.locale("locale", &self.locale);
        }
        for (id, w) in &self.workstreams {
            workstream::check(self, id, w, &mut found);
        }
        queue::check_all(self, &mut found);
        for (id, w) in &self.widgets {
            widget::check(self, id, w, &mut found);
        }
        for (id, calendar) in &self.calendars {
            for (key, why) in calendar.problems() {
                found.note(format!("hours.{id}.{key}"), why);
            }
        }
        self.check_people(&mut found);
        masking::check(&self.masking, &mut found);
        for (id, key) in &self.authentication {
            authentication::check(&format!("authentication.{id}"), key, &mut found);
        }
        for (id, reply) in &self.quick_replies {
            let at = format!("quick_replies.{id}");
            if reply.title.trim().is_empty() {
                found.note(
                    format!("{at}.title"),
                    "The title is empty; agents find the reply by it.",
                );
            }
            found.said(&format!("{at}.text"), "The text", &reply.text);
            for queue in reply
                .queues
                .iter()
                .filter(|q| !self.queues.contains_key(*q))
            {
                found.note(
                    format!("{at}.queues"),
                    format!(
                        "Queue {queue} does not exist; add it, or take it off the quick reply."
                    ),
                );
            }
        }
        found.0
    }

    fn check_people(&self, found: &mut Found) {
        for (id, agent) in &self.agents {
            let at = format!("agents.{id}");
            found.name(&at, &agent.name);
            found.name(&at, &agent.display_name);
            if agent.display_name.trim().is_empty() {
                found.note(
                    format!("{at}.display_name"),
                    format!("Agent {id} has no name for customers; write one or leave the line out, then it is the id."),
                );
            }
            if agent.capacity == 0 {
                found.note(
                    format!("{at}.capacity"),
                    format!(
                        "Agent {id} has capacity 0; give at least 1 unit or disable the agent."
                    ),
                );
            }
            if agent.capacity > CAPACITY_MAX {
                found.note(
                    format!("{at}.capacity"),
                    format!(
                        "Agent {id} has capacity {}; at most {CAPACITY_MAX} units are allowed.",
                        agent.capacity
                    ),
                );
            }
        }
    }

    /// What is accepted but probably not meant, one sentence each.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let unfaithful = self.workstreams.iter().filter(|(_, w)| {
            w.mode == Mode::Persistent
                && w.distribution == Distribution::Push
                && w.keep_same_agent.is_none()
        });
        let unfaithful = unfaithful.map(|(id, _)| {
            format!("Workstream {id} is persistent and pushed but does not keep the same agent; returning customers will meet somebody else.")
        });
        let deserted = self.workstreams.iter().filter_map(|(id, w)| {
            let queue = self.queues.get(&w.default_queue)?;
            (w.enabled && queue.members.is_empty()).then(|| {
                format!(
                    "Queue {} has no members, so what workstream {id} sends there waits until it has.",
                    w.default_queue
                )
            })
        });
        let costly = self.workstreams.iter().filter_map(|(id, w)| {
            let queue = self.queues.get(&w.default_queue)?;
            let has_room = |a: &AgentId| {
                let agent = self.agents.get(a);
                agent.is_some_and(|a| a.enabled && a.capacity >= w.units)
            };
            let employs = !queue.members.is_empty();
            (w.enabled && employs && !queue.members.iter().any(has_room)).then(|| {
                format!(
                    "A conversation of workstream {id} costs {} units, and nobody in queue {} has as many; it could never be offered there.",
                    w.units, w.default_queue
                )
            })
        });
        unfaithful.chain(deserted).chain(costly).collect()
    }
}

fn mode_of<'a>(company: &'a Company, widget: &super::Widget) -> Option<&'a Workstream> {
    company.workstreams.get(&widget.workstream)
}

/// Not seen, but able to change what is: control characters and those that turn the
/// direction of writing.
fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// BCP 47 in its everyday form: a language and what narrows it, by hyphens.
fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=8).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// The name of a system message in the company file: `agent_joined` of `AgentJoined`.
fn name_of(kind: SystemKind) -> String {
    let mut name = String::new();
    for letter in format!("{kind:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_are_told_from_other_texts() {
        for good in ["es", "pt-BR", "zh-Hant-TW", "gl", "de-1996"] {
            assert!(is_language_tag(good), "{good}");
        }
        for bad in ["", "e", "español", "pt_BR", "en-", "-en", "en--US", "12"] {
            assert!(!is_language_tag(bad), "{bad}");
        }
    }

    #[test]
    fn a_message_is_named_as_in_the_file() {
        assert_eq!(name_of(SystemKind::EndedBySystem), "ended_by_system");
        assert_eq!(name_of(SystemKind::Greeting), "greeting");
    }
}
