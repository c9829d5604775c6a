//! Masking: what must not be kept is replaced before anything is kept. A command passes
//! through here on its way to becoming an event, so journal, indexes and clients know only
//! what is left.
//!
//! | file | what |
//! |---|---|
//! | `masking/finding.rs` | the built-in rules: card numbers, e-mail addresses |
//! | `company/masking.rs` | what is configured |
//!
//! Promises: with no rules a text is not looked at and not copied. A pattern that cannot be
//! used (any more) hides the whole text: it fails towards hiding. Nothing is looked for
//! longer than the text and the size of the patterns allow.

mod finding;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::command::{Actor, Command, Start};
use super::company::{MaskedPlace, Masking, MaskingRule};
use crate::limits;

/// A pattern that cannot be used, with the reason in a sentence.
pub type PatternFault = String;

/// The rules of a company, ready to be used.
#[derive(Debug, Default)]
pub struct Masks {
    card_numbers: BTreeSet<MaskedPlace>,
    email: BTreeSet<MaskedPlace>,
    rules: Vec<Mask>,
}

#[derive(Debug)]
struct Mask {
    places: BTreeSet<MaskedPlace>,
    /// `None`: it cannot be used.
    pattern: Option<Regex>,
    replacement: String,
}

/// Reads a pattern as it will be used.
///
/// # Errors
/// What is wrong with it.
pub fn pattern(text: &str) -> Result<Regex, PatternFault> {
    let regex = RegexBuilder::new(text)
        .size_limit(limits::MASKING_PATTERN_BYTES_MAX)
        .dfa_size_limit(limits::MASKING_PATTERN_BYTES_MAX)
        .nest_limit(limits::MASKING_PATTERN_DEPTH_MAX)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                "The pattern is too large once it is made ready; write smaller counts, or [0-9] instead of \\d and [A-Za-z] instead of \\w.".to_owned()
            }
            // The error shows the pattern with a mark below it; the last line is the reason.
            other => {
                let text = other.to_string();
                let why = text.lines().last().unwrap_or_default();
                format!("The pattern is no regular expression: {}.", why.trim_start_matches("error: "))
            }
        })?;
    if regex.is_match("") {
        return Err(
            "The pattern matches the empty text, so it would match everywhere; let it ask for a character."
                .to_owned(),
        );
    }
    Ok(regex)
}

impl Masks {
    /// Makes the rules of a company ready.
    #[must_use]
    pub fn of(masking: &Masking) -> Self {
        let rule = |rule: &MaskingRule| Mask {
            places: rule.places.clone(),
            pattern: pattern(&rule.pattern).ok(),
            replacement: rule.replacement.clone(),
        };
        Self {
            card_numbers: masking.card_numbers.clone(),
            email: masking.email.clone(),
            rules: masking.rules.iter().map(rule).collect(),
        }
    }

    /// A text as it may be kept: the built-in rules first, then the company's own in their
    /// order, each on what those before it have left.
    #[must_use]
    pub fn mask<'a>(&self, place: MaskedPlace, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        if self.card_numbers.contains(&place) {
            replace(&mut text, finding::card_numbers);
        }
        if self.email.contains(&place) {
            replace(&mut text, finding::addresses);
        }
        for rule in self.rules.iter().filter(|r| r.places.contains(&place)) {
            match &rule.pattern {
                Some(pattern) => replace(&mut text, |t| rule.replaced(pattern, t)),
                None => text = Cow::Owned(rule.replacement.clone()),
            }
        }
        text
    }
}

impl Mask {
    /// `None`: nothing matches. Matches without a character are none.
    fn replaced(&self, pattern: &Regex, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut kept = 0;
        for found in pattern.find_iter(text).filter(|m| !m.is_empty()) {
            out.push_str(&text[kept..found.start()]);
            out.push_str(&self.replacement);
            kept = found.end();
        }
        (kept > 0).then(|| {
            out.push_str(&text[kept..]);
            out
        })
    }
}

fn replace(text: &mut Cow<'_, str>, find: impl FnOnce(&str) -> Option<String>) {
    if let Some(masked) = find(text) {
        *text = Cow::Owned(masked);
    }
}

impl Masking {
    /// A text as it may be kept.
    #[must_use]
    pub fn text(&self, place: MaskedPlace, text: Arc<str>) -> Arc<str> {
        match self.masks().map(|masks| masks.mask(place, &text)) {
            Some(Cow::Owned(masked)) => masked.into(),
            Some(Cow::Borrowed(_)) | None => text,
        }
    }

    /// What people write in one place of a conversation: customers or agents.
    #[must_use]
    pub const fn place_of(actor: &Actor) -> MaskedPlace {
        match actor {
            Actor::Customer(_) => MaskedPlace::CustomerMessages,
            Actor::Agent { .. } | Actor::Engine => MaskedPlace::AgentMessages,
        }
    }

    /// A command as it may become an event. What agents say to each other about a
    /// conversation (a note, a reason) is a note; subject and tags label it.
    #[must_use]
    pub fn command(&self, actor: &Actor, mut command: Command) -> Command {
        let Some(masks) = self.masks() else {
            return command;
        };
        let arc = |place: MaskedPlace, text: &mut Arc<str>| {
            if let Cow::Owned(masked) = masks.mask(place, text) {
                *text = masked.into();
            }
        };
        match &mut command {
            Command::Post { text, .. } => arc(Self::place_of(actor), text),
            Command::Note { text, .. } => arc(MaskedPlace::Notes, text),
            Command::Offer { reason, .. }
            | Command::TransferToAgent { reason, .. }
            | Command::TransferToQueue { reason, .. } => {
                if let Some(reason) = reason {
                    arc(MaskedPlace::Notes, reason);
                }
            }
            Command::SetSubject { subject } => arc(MaskedPlace::Subject, subject),
            // What is taken off may have been there before the rule.
            Command::Tag { add, .. } => {
                for tag in add {
                    if let Cow::Owned(masked) = masks.mask(MaskedPlace::Subject, tag) {
                        *tag = masked;
                    }
                }
            }
            Command::Start(start) => masked_start(masks, start),
            _ => {}
        }
        command
    }

    /// A start as it may become an event.
    #[must_use]
    pub fn start(&self, mut start: Start) -> Start {
        if let Some(masks) = self.masks() {
            masked_start(masks, &mut start);
        }
        start
    }
}

fn masked_start(masks: &Masks, start: &mut Start) {
    for value in start.context.values_mut() {
        if let Cow::Owned(masked) = masks.mask(MaskedPlace::Context, value) {
            *value = masked;
        }
    }
    if let Some(text) = &mut start.text
        && let Cow::Owned(masked) = masks.mask(MaskedPlace::CustomerMessages, text)
    {
        *text = masked.into();
    }
}
