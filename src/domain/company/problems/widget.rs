//! Authentication, look and pre-chat questions of a widget.

use std::collections::BTreeSet;

use super::{Found, mode_of};
use crate::domain::arrival::CLAIM_PREFIX;
use crate::domain::company::{Company, Mode, Question, QuestionKind, Widget};
use crate::domain::ids::WidgetId;

/// SEMANTICS, Limits.
const QUESTIONS_MAX: usize = 10;
const OPTIONS_MAX: usize = 100;
/// What the engine itself puts into the context.
const RESERVED: [&str; 2] = ["widget", "locale"];

pub(super) fn check(company: &Company, id: &WidgetId, w: &Widget, found: &mut Found) {
    let at = format!("widgets.{id}");
    match mode_of(company, w) {
        None => found.note(
            format!("{at}.workstream"),
            format!(
                "Widget {id} names workstream {}, which does not exist; add it or name another.",
                w.workstream
            ),
        ),
        Some(workstream) => {
            if workstream.mode == Mode::Persistent
                && w.authentication.is_empty()
                && !workstream.device_identity
            {
                found.note(
                    &at,
                    format!(
                        "Widget {id} is persistent and knows its customers by nothing; name an authentication setting, or set device_identity = true in workstream {}.",
                        w.workstream
                    ),
                );
            }
            found.messages(&at, workstream.mode, &w.messages);
            let offline = !w.offline.title.is_empty() || !w.offline.text.is_empty();
            if workstream.mode == Mode::Persistent && offline {
                found.note(
                    format!("{at}.offline"),
                    format!("Widget {id} is persistent and can be written to at any time; remove its offline view."),
                );
            }
        }
    }
    let unknown = |key: &&_| !company.authentication.contains_key(*key);
    for key in w.authentication.iter().filter(unknown) {
        found.note(
            format!("{at}.authentication"),
            format!("Widget {id} names authentication {key}, which does not exist; add it or name another."),
        );
    }
    for origin in w.allowed_origins.iter().filter(|o| !is_origin(o)) {
        found.note(
            format!("{at}.allowed_origins"),
            format!("{origin:?} is not an origin; write scheme and host, such as \"https://shop.example.com\", without a path."),
        );
    }
    if let Some(locale) = &w.locale {
        found.locale(&format!("{at}.locale"), locale);
    }
    if let Some(accent) = &w.look.accent
        && !is_colour(accent)
    {
        found.note(
            format!("{at}.look.accent"),
            format!("{accent:?} is not a colour; write it as \"#1a2b3c\"."),
        );
    }
    found.texts(&format!("{at}.look.title"), &w.look.title);
    found.texts(&format!("{at}.offline.title"), &w.offline.title);
    found.texts(&format!("{at}.offline.text"), &w.offline.text);
    check_questions(&at, id, &w.pre_chat, found);
}

fn check_questions(at: &str, id: &WidgetId, questions: &[Question], found: &mut Found) {
    if questions.len() > QUESTIONS_MAX {
        found.note(
            format!("{at}.pre_chat"),
            format!("Widget {id} asks {} questions; at most {QUESTIONS_MAX} are allowed, and fewer are answered more often.", questions.len()),
        );
    }
    let mut keys = BTreeSet::new();
    for (n, question) in questions.iter().enumerate() {
        let at = format!("{at}.pre_chat[{n}]");
        let key = question.key.as_str();
        if key.trim().is_empty() || !keys.insert(key) {
            found.note(
                format!("{at}.key"),
                format!("Widget {id}: the question key {key:?} is empty or used twice; each answer needs a key of its own."),
            );
        }
        if RESERVED.contains(&key) || key.starts_with("hours.") || key.starts_with(CLAIM_PREFIX) {
            found.note(
                format!("{at}.key"),
                format!("Widget {id}: the key {key:?} is filled by linger itself; choose another."),
            );
        }
        found.said(&format!("{at}.label"), "The question", &question.label);
        if let QuestionKind::Choice(options) = &question.kind {
            let values: BTreeSet<&str> = options.iter().map(|o| o.value.as_str()).collect();
            if options.is_empty() || options.len() > OPTIONS_MAX || values.len() < options.len() {
                found.note(
                    format!("{at}.options"),
                    format!("Widget {id}, question {key}: a choice has from 1 to {OPTIONS_MAX} options, each with a value of its own."),
                );
            }
            for option in options {
                found.said(&format!("{at}.options"), "An option's label", &option.label);
            }
        }
    }
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Scheme, host and perhaps a port, as browsers write an origin.
fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|h| {
        !h.is_empty() && !h.contains(['/', '?', '#', '@', ' ', '*']) && !h.ends_with(':')
    })
}
