//! Widgets.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::authentication::OneOrMore;
use super::names;
use super::texts::{MessagesFile, TextsFile, read_messages, write_messages};
use crate::config::reader::{Place, Reader};
use crate::domain::company::{
    Look, OfflineView, Position, Question, QuestionKind, QuestionOption, Widget,
};

/// A widget: a place where customers start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct WidgetFile {
    /// The workstream of its conversations.
    workstream: String,
    /// Origins that may open a socket for it, such as `https://shop.example.com`; any unless given.
    #[serde(default)]
    allowed_origins: BTreeSet<String>,
    /// Customers can start here. Default: true.
    enabled: Option<bool>,
    /// How its customers may prove who they are: an authentication setting, or a list of them;
    /// any setting unless given. A persistent widget needs it, unless its workstream has
    /// device_identity.
    authentication: Option<OneOrMore>,
    /// The language of customers whose page says none.
    locale: Option<String>,
    /// How it looks.
    #[serde(default, skip_serializing_if = "LookFile::is_default")]
    look: LookFile,
    /// Questions asked once, before a conversation starts; at most ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pre_chat: Vec<QuestionFile>,
    /// Live: what it shows while the company is closed.
    #[serde(default, skip_serializing_if = "OfflineFile::is_default")]
    offline: OfflineFile,
    /// System messages written differently here than in the workstream.
    #[serde(default, skip_serializing_if = "MessagesFile::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<names::MessageKind, TextsFile>")]
    messages: MessagesFile,
}

/// How a widget looks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct LookFile {
    /// What stands at its top.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<TextsFile>,
    /// The main colour, such as "#1a2b3c".
    #[serde(skip_serializing_if = "Option::is_none")]
    accent: Option<String>,
    /// "end" (default): lower right, or lower left where people write from right to left; "start": the other one.
    #[serde(default)]
    #[schemars(with = "names::Position")]
    position: Position,
}

impl LookFile {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What a widget shows while the company is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct OfflineFile {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<TextsFile>,
    /// Its text; `{opens_at}` is the next opening.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<TextsFile>,
}

impl OfflineFile {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A question before the conversation; the answer becomes a context value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct QuestionFile {
    /// The context key of the answer; each question has its own.
    key: String,
    /// What is asked.
    label: TextsFile,
    /// Which answers are possible. Default: a line of text, or a choice if there are options.
    kind: Option<KindName>,
    /// The possible answers of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    options: Vec<OptionFile>,
    /// The conversation does not start without an answer.
    #[serde(default)]
    required: bool,
}

/// Which answers are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum KindName {
    /// A line of text.
    Text,
    /// Several lines.
    LongText,
    /// An e-mail address.
    Email,
    /// One of the options.
    Choice,
}

/// One possible answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct OptionFile {
    /// The context value.
    value: String,
    /// What the customer sees; the value unless given.
    label: Option<TextsFile>,
}

impl WidgetFile {
    pub(super) fn of(w: &Widget) -> Self {
        Self {
            workstream: w.workstream.to_string(),
            allowed_origins: w.allowed_origins.clone(),
            enabled: Some(w.enabled),
            authentication: OneOrMore::of(&w.authentication),
            locale: w.locale.clone(),
            look: LookFile {
                title: TextsFile::some(&w.look.title),
                accent: w.look.accent.clone(),
                position: w.look.position,
            },
            pre_chat: w.pre_chat.iter().map(QuestionFile::of).collect(),
            offline: OfflineFile {
                title: TextsFile::some(&w.offline.title),
                text: TextsFile::some(&w.offline.text),
            },
            messages: write_messages(&w.messages),
        }
    }

    pub(super) fn read(self, reader: &mut Reader, place: &Place<'_>) -> Option<Widget> {
        let workstream = reader.id(&place.key("workstream"), &self.workstream);
        let named = self.authentication.map(OneOrMore::into_set);
        let authentication = reader.ids(&place.key("authentication"), &named.unwrap_or_default());
        let pre_chat = self
            .pre_chat
            .into_iter()
            .enumerate()
            .filter_map(|(n, q)| q.read(reader, &place.key(&format!("pre_chat[{n}]"))))
            .collect();
        let texts = |file: Option<TextsFile>| file.map(TextsFile::read).unwrap_or_default();
        Some(Widget {
            workstream: workstream?,
            allowed_origins: self.allowed_origins,
            enabled: self.enabled.unwrap_or(true),
            authentication,
            locale: self.locale,
            look: Look {
                title: texts(self.look.title),
                accent: self.look.accent,
                position: self.look.position,
            },
            pre_chat,
            offline: OfflineView {
                title: texts(self.offline.title),
                text: texts(self.offline.text),
            },
            messages: read_messages(self.messages),
        })
    }
}

impl QuestionFile {
    fn of(question: &Question) -> Self {
        let (kind, options) = match &question.kind {
            QuestionKind::Text => (KindName::Text, Vec::new()),
            QuestionKind::LongText => (KindName::LongText, Vec::new()),
            QuestionKind::Email => (KindName::Email, Vec::new()),
            QuestionKind::Choice(options) => (
                KindName::Choice,
                options
                    .iter()
                    .map(|o| OptionFile {
                        value: o.value.clone(),
                        label: Some(TextsFile::of(&o.label)),
                    })
                    .collect(),
            ),
        };
        Self {
            key: question.key.clone(),
            label: TextsFile::of(&question.label),
            kind: Some(kind),
            options,
            required: question.required,
        }
    }

    fn read(self, reader: &mut Reader, at: &str) -> Option<Question> {
        let default = if self.options.is_empty() {
            KindName::Text
        } else {
            KindName::Choice
        };
        let kind = match self.kind.unwrap_or(default) {
            KindName::Choice => {
                let options = self.options.into_iter().map(|o| QuestionOption {
                    label: o
                        .label
                        .unwrap_or_else(|| TextsFile::Any(o.value.clone()))
                        .read(),
                    value: o.value,
                });
                QuestionKind::Choice(options.collect())
            }
            _ if !self.options.is_empty() => {
                reader.wrong(
                    format!("{at}.options"),
                    "Only a choice has options; write kind = \"choice\" or remove them.",
                );
                return None;
            }
            KindName::Text => QuestionKind::Text,
            KindName::LongText => QuestionKind::LongText,
            KindName::Email => QuestionKind::Email,
        };
        Some(Question {
            key: self.key,
            label: self.label.read(),
            kind,
            required: self.required,
        })
    }
}
