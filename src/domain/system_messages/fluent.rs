//! linger's own texts: `locales/*.ftl`, in the format of Project Fluent, compiled in.
//!
//! Each file is parsed once. A text that cannot be formed completely is not said half:
//! English stands in, and the tests see to it that this never happens.
//!
//! The only file that knows the packages of that format.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::Placeholders;
use crate::domain::company::language_of;
use crate::domain::hours::LocalTime;
use crate::domain::time::Millis;

/// A language that linger speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// English, which stands in for all others.
    En,
    /// Spanish.
    Es,
    /// Galician.
    Gl,
    /// Portuguese.
    Pt,
    /// French.
    Fr,
    /// German.
    De,
}

impl Language {
    /// Every one, in the order of the enum.
    pub(super) const ALL: [Self; 6] = [Self::En, Self::Es, Self::Gl, Self::Pt, Self::Fr, Self::De];

    /// The language of a locale such as `pt-BR`, if linger speaks it.
    pub(super) fn of(locale: &str) -> Option<Self> {
        let language = language_of(locale);
        Self::ALL
            .into_iter()
            .find(|l| l.tag().eq_ignore_ascii_case(language))
    }

    /// Its BCP 47 tag.
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
            Self::Gl => "gl",
            Self::Pt => "pt",
            Self::Fr => "fr",
            Self::De => "de",
        }
    }

    /// Its file.
    pub(super) const fn source(self) -> &'static str {
        match self {
            Self::En => include_str!("../../../locales/en.ftl"),
            Self::Es => include_str!("../../../locales/es.ftl"),
            Self::Gl => include_str!("../../../locales/gl.ftl"),
            Self::Pt => include_str!("../../../locales/pt.ftl"),
            Self::Fr => include_str!("../../../locales/fr.ftl"),
            Self::De => include_str!("../../../locales/de.ftl"),
        }
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 6]> =
            LazyLock::new(|| Language::ALL.map(parsed));
        &BUNDLES[self as usize]
    }
}

/// What is broken in a file is left out; the rest of it can be said.
fn parsed(language: Language) -> FluentBundle<FluentResource> {
    let identifier: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    // Marks around every value that keep the direction of writing: none of these
    // languages needs them, and they would be in what people copy.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(language.source().to_owned())
        .unwrap_or_else(|(resource, _)| resource);
    bundle.add_resource_overriding(resource);
    bundle
}

/// What a standard text has to do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Without {
    /// Everything is known.
    Nothing,
    /// Nobody knows the name of the agent.
    Name,
    /// Nobody knows when it opens again.
    Opening,
}

impl Without {
    const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Name => Some("nameless"),
            Self::Opening => Some("no-opening"),
        }
    }
}

/// A message of the files with its values filled in.
pub(super) fn standard(
    language: Language,
    id: &str,
    without: Without,
    values: &Placeholders<'_>,
) -> String {
    let mut args = FluentArgs::new();
    args.set("agent", values.agent);
    args.set("queue", values.queue);
    if let Some(opens_at) = values.opens_at {
        args.set("opens_at", opening(language, opens_at));
    }
    if let Some(position) = values.position {
        args.set("position", position);
    }
    if let Some(length) = values.wait {
        args.set("wait", wait(language, length));
    }
    said(language, id, without.attribute(), &args)
}

/// An instant as people say it: `Monday 9 March, 09:00 CET`.
pub(super) fn opening(language: Language, at: &LocalTime) -> String {
    let word = |id: String| said(language, &id, None, &FluentArgs::new());
    let mut args = FluentArgs::new();
    args.set("weekday_name", word(format!("weekday-{}", at.weekday)));
    args.set("month_name", word(format!("month-{}", at.month)));
    args.set("day", at.day);
    args.set("hour", at.hour);
    args.set("time", format!("{:02}:{:02}", at.hour, at.minute));
    args.set("zone", at.zone.as_str());
    said(language, "opening", None, &args)
}

/// A length of time as people say it: `4 minutes`. At least a minute, in whole minutes
/// upwards; from an hour on, the nearest hour.
pub(super) fn wait(language: Language, length: Millis) -> String {
    const MINUTE: u64 = Millis::minutes(1).0;
    let minutes = length.0.div_ceil(MINUTE).max(1);
    let (id, count) = match minutes {
        0..60 => ("wait-minutes", minutes),
        _ => ("wait-hours", minutes.saturating_add(30) / 60),
    };
    let mut args = FluentArgs::new();
    args.set("count", count);
    said(language, id, None, &args)
}

fn said(language: Language, id: &str, attribute: Option<&str>, args: &FluentArgs<'_>) -> String {
    complete(language, id, attribute, args)
        .or_else(|| complete(Language::En, id, attribute, args))
        .unwrap_or_default()
}

/// The text, if the message exists and every part of it can be formed.
fn complete(
    language: Language,
    id: &str,
    attribute: Option<&str>,
    args: &FluentArgs<'_>,
) -> Option<String> {
    let bundle = language.bundle();
    let message = bundle.get_message(id)?;
    let pattern = match attribute {
        Some(name) => message.get_attribute(name)?.value(),
        None => message.value()?,
    };
    let mut faults = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut faults);
    faults.is_empty().then(|| text.into_owned())
}

#[cfg(test)]
#[path = "fluent_tests.rs"]
mod tests;
