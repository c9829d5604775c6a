//! Where customers start.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::texts::Texts;
use crate::domain::ids::{AuthenticationId, WorkstreamId};
use crate::domain::message::SystemKind;

/// A place where customers start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Widget {
    /// The workstream of its conversations.
    pub workstream: WorkstreamId,
    /// Origins that may open a socket for it; empty allows any.
    pub allowed_origins: BTreeSet<String>,
    /// Customers can start here.
    pub enabled: bool,
    /// How its customers may prove who they are; empty: by any setting of the company. A
    /// persistent widget names one, unless its workstream knows customers by their device.
    pub authentication: BTreeSet<AuthenticationId>,
    /// The language of customers whose page says none.
    pub locale: Option<String>,
    /// How it looks.
    pub look: Look,
    /// Asked once, before a conversation starts; at most ten.
    pub pre_chat: Vec<Question>,
    /// What it shows while the company is closed (live only).
    pub offline: OfflineView,
    /// System messages written differently here than in the workstream.
    pub messages: BTreeMap<SystemKind, Texts>,
}

impl Widget {
    /// A widget with every default.
    #[must_use]
    pub fn new(workstream: WorkstreamId) -> Self {
        Self {
            workstream,
            allowed_origins: BTreeSet::new(),
            enabled: true,
            authentication: BTreeSet::new(),
            locale: None,
            look: Look::default(),
            pre_chat: Vec::new(),
            offline: OfflineView::default(),
            messages: BTreeMap::new(),
        }
    }
}

/// How a widget looks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// What stands at its top.
    pub title: Texts,
    /// The main colour, `#rrggbb`.
    pub accent: Option<String>,
    /// In which corner.
    pub position: Position,
}

/// A corner of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// Lower right, or lower left where people write from right to left.
    #[default]
    End,
    /// The other one.
    Start,
}

/// A question before the conversation. The answer becomes a context value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The context key of the answer.
    pub key: String,
    /// What is asked.
    pub label: Texts,
    /// Which answers are possible.
    pub kind: QuestionKind,
    /// The conversation does not start without an answer.
    pub required: bool,
}

/// What answers a question has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// A line of text.
    Text,
    /// Several lines.
    LongText,
    /// An e-mail address.
    Email,
    /// One of these.
    Choice(Vec<QuestionOption>),
}

/// One possible answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionOption {
    /// The context value.
    pub value: String,
    /// What the customer sees.
    pub label: Texts,
}

/// What a widget shows while the company is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfflineView {
    /// Its title.
    pub title: Texts,
    /// Its text; `{opens_at}` is the next opening.
    pub text: Texts,
}
