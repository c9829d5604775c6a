//! A text, or a table of them by language.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::company::{ANY_LANGUAGE, Texts};
use crate::domain::message::SystemKind;

/// A text for every language, or a table of them by language tag (`es`, `pt-BR`, and `*` for
/// every other).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::config) enum TextsFile {
    /// The same in every language.
    Any(String),
    /// By language tag.
    ByLanguage(BTreeMap<String, String>),
}

impl Default for TextsFile {
    fn default() -> Self {
        Self::ByLanguage(BTreeMap::new())
    }
}

impl TextsFile {
    pub(super) fn of(texts: &Texts) -> Self {
        match texts.0.get(ANY_LANGUAGE) {
            Some(text) if texts.0.len() == 1 => Self::Any(text.clone()),
            _ => Self::ByLanguage(texts.0.clone()),
        }
    }

    /// `None` if nothing is written.
    pub(super) fn some(texts: &Texts) -> Option<Self> {
        (!texts.is_empty()).then(|| Self::of(texts))
    }

    pub(super) fn read(self) -> Texts {
        match self {
            Self::Any(text) => Texts::any(&text),
            Self::ByLanguage(texts) => Texts(texts),
        }
    }
}

/// System messages by kind.
pub(super) type MessagesFile = BTreeMap<SystemKind, TextsFile>;

pub(super) fn write_messages(messages: &BTreeMap<SystemKind, Texts>) -> MessagesFile {
    messages
        .iter()
        .map(|(kind, texts)| (*kind, TextsFile::of(texts)))
        .collect()
}

pub(super) fn read_messages(messages: MessagesFile) -> BTreeMap<SystemKind, Texts> {
    messages
        .into_iter()
        .map(|(kind, texts)| (kind, texts.read()))
        .collect()
}
