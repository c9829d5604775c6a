//! Who speaks to a customer: in which languages, and whose texts go first.
//!
//! The first language that there is a text in: the customer's, the widget's, the
//! workstream's, the company's, English. In each of them what the widget says goes before
//! what the workstream says, and that before the standard text; so an override that was
//! not written in the customer's language gives way to the standard text in it.

use std::collections::BTreeMap;

use super::fluent::Language;
use super::{Placeholders, Standard, cut, render, standard_of, standard_text};
use crate::domain::company::{Company, Mode, Texts};
use crate::domain::ids::{WidgetId, WorkstreamId};
use crate::domain::message::SystemKind;

/// The language that everything is said in if nothing else is known.
const LAST_RESORT: &str = "en";

/// How the company speaks to one customer.
#[derive(Debug, Clone)]
pub struct Voice<'a> {
    /// The customer's, widget's, workstream's and company's language, then English;
    /// empty ones left out.
    locales: Vec<&'a str>,
    /// How many of them are the customer's own and the widget's.
    nearer: usize,
    /// What is written instead: by the widget, then by the workstream.
    overrides: Vec<&'a BTreeMap<SystemKind, Texts>>,
}

impl<'a> Voice<'a> {
    /// The voice of a workstream, through a widget or without, to a customer with this
    /// locale (empty: none is known). What is not configured says nothing of its own.
    #[must_use]
    pub fn of(
        company: &'a Company,
        workstream: &WorkstreamId,
        widget: Option<&WidgetId>,
        customer_locale: &'a str,
    ) -> Self {
        let widget = widget.and_then(|id| company.widgets.get(id));
        let workstream = company.workstreams.get(workstream);
        let mut locales = vec![
            customer_locale,
            widget.and_then(|w| w.locale.as_deref()).unwrap_or(""),
        ];
        locales.retain(|l| !l.is_empty());
        let nearer = locales.len();
        locales.extend([
            workstream.and_then(|w| w.locale.as_deref()).unwrap_or(""),
            company.locale.as_str(),
            LAST_RESORT,
        ]);
        locales.retain(|l| !l.is_empty());
        Self {
            locales,
            nearer,
            overrides: widget
                .map(|w| &w.messages)
                .into_iter()
                .chain(workstream.map(|w| &w.messages))
                .collect(),
        }
    }

    /// What is said of a kind, placeholders filled in; `None` if nothing is.
    #[must_use]
    pub fn text(&self, mode: Mode, kind: SystemKind, values: &Placeholders<'_>) -> Option<String> {
        let standard = match standard_of(mode, kind) {
            Standard::NotOffered => return None,
            Standard::Off => None,
            Standard::On(id) => Some(id),
        };
        let said = self.locales.iter().enumerate().find_map(|(i, locale)| {
            self.overrides
                .iter()
                .filter_map(|messages| messages.get(&kind))
                .find_map(|texts| self.template(texts, i))
                .map(|(template, languages)| render(template, values, languages))
                .or_else(|| {
                    let (id, language) = (standard?, Language::of(locale)?);
                    // What cannot be told in one language cannot in another either.
                    Some(standard_text(id, kind, language, values).map_or_else(String::new, cut))
                })
        })?;
        (!said.trim().is_empty()).then_some(said)
    }

    /// One of the company's own texts, placeholders filled in; `None` if there is none.
    /// A text that is in none of the languages is said in the one that it has.
    #[must_use]
    pub fn say(&self, texts: &Texts, values: &Placeholders<'_>) -> Option<String> {
        let (template, languages) = (0..self.locales.len())
            .find_map(|i| self.template(texts, i))
            .or_else(|| Some((texts.0.values().next()?.as_str(), self.locales.as_slice())))?;
        let said = render(template, values, languages);
        (!said.trim().is_empty()).then_some(said)
    }

    /// The text for a reader of one of the languages, and the languages for its values:
    /// those of the text itself. A text for every language is written in the language
    /// of the company or the workstream, and a sentence should not mix two.
    fn template<'t>(&self, texts: &'t Texts, locale: usize) -> Option<(&'t str, &[&'a str])> {
        match texts.written_in(self.locales[locale]) {
            Some(text) => Some((text, &self.locales[locale..])),
            None => Some((texts.for_every_language()?, &self.locales[self.nearer..])),
        }
    }
}
