//! Quick replies as they are asked for and shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::ids::ConversationId;
use crate::engine::request::{Ask, Request};
use crate::engine::view::{QuickReplyView, Words};

/// Which quick replies.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QuickRepliesQuery {
    /// Those for this conversation, ready to be sent; without, all as written.
    #[param(value_type = Option<String>)]
    pub conversation: Option<ConversationId>,
}

/// What is asked: about a conversation, or at all.
#[must_use]
pub const fn request(conversation: Option<ConversationId>) -> Request {
    match conversation {
        Some(id) => Request::In(id, Ask::QuickReplies),
        None => Request::QuickReplies,
    }
}

/// Quick replies.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QuickRepliesBody {
    /// Ordered by id.
    pub quick_replies: Vec<QuickReplyBody>,
}

/// A quick reply: `text` for a conversation, otherwise `texts`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = QuickReply)]
pub struct QuickReplyBody {
    /// What the agent types for it.
    pub id: String,
    /// What stands in the list.
    pub title: String,
    /// Ready to be sent: in the customer's language, placeholders filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// As written, by language; `*` is for every other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts: Option<BTreeMap<String, String>>,
    /// For conversations of these queues only; empty is all.
    pub queues: Vec<String>,
}

impl From<&QuickReplyView> for QuickReplyBody {
    fn from(view: &QuickReplyView) -> Self {
        let (text, texts) = match &view.words {
            Words::Ready(text) => (Some(text.clone()), None),
            Words::Written(texts) => (None, Some(texts.0.clone())),
        };
        Self {
            id: view.id.as_str().to_owned(),
            title: view.title.clone(),
            text,
            texts,
            queues: view.queues.iter().map(|q| q.as_str().to_owned()).collect(),
        }
    }
}
