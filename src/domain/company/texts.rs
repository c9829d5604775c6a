//! One text in the languages it was written in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The key of the text for every language that has none of its own.
pub const ANY_LANGUAGE: &str = "*";

/// A text by language: BCP 47 tags such as `es` or `pt-BR`, and [`ANY_LANGUAGE`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Texts(pub BTreeMap<String, String>);

impl Texts {
    /// The same text in every language.
    #[must_use]
    pub fn any(text: &str) -> Self {
        Self(BTreeMap::from([(ANY_LANGUAGE.to_owned(), text.to_owned())]))
    }

    /// Nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text that was written for this language: of the tag itself, else of the
    /// language without region or script. Never the one for every language.
    #[must_use]
    pub fn written_in(&self, locale: &str) -> Option<&str> {
        let find = |tag: &str| {
            self.0
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(tag))
                .map(|(_, text)| text.as_str())
        };
        find(locale).or_else(|| find(language_of(locale)))
    }

    /// The text for every language that has none of its own.
    #[must_use]
    pub fn for_every_language(&self) -> Option<&str> {
        self.0.get(ANY_LANGUAGE).map(String::as_str)
    }
}

/// The language of a tag: `pt` of `pt-BR`.
#[must_use]
pub fn language_of(locale: &str) -> &str {
    locale.split(['-', '_']).next().unwrap_or(locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_by_its_tag_and_by_its_language() {
        let texts = Texts(
            [
                ("pt-BR", "oi"),
                ("pt", "olá"),
                ("es", "hola"),
                ("*", "hello"),
            ]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into(),
        );
        for (locale, text) in [
            ("pt-BR", Some("oi")),
            ("pt-br", Some("oi")),
            ("pt-PT", Some("olá")),
            ("es_AR", Some("hola")),
            ("es-MX", Some("hola")),
            ("gl", None),
            ("", None),
        ] {
            assert_eq!(texts.written_in(locale), text, "{locale}");
        }
        assert_eq!(texts.for_every_language(), Some("hello"));
        assert_eq!(Texts::any("hi").written_in("es"), None);
        assert_eq!(Texts::default().for_every_language(), None);
    }
}
