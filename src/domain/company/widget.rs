//! Where customers start, and how they prove who they are.

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
    /// How its customers prove who they are. A persistent widget needs it, unless its
    /// workstream knows customers by their device.
    pub authentication: Option<AuthenticationId>,
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
            authentication: None,
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

/// A public key that customer tokens are verified with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerKey {
    /// The token's `kid`, if tokens name one.
    pub kid: Option<String>,
    /// `RS256`, `ES256` or `EdDSA`: pinned here, never taken from the token.
    pub algorithm: String,
    /// The public key, PEM.
    pub public_key_pem: String,
    /// Required `iss`, if set.
    pub issuer: Option<String>,
    /// Required `aud`, if set.
    pub audience: Option<String>,
}
