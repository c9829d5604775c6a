//! What is watched: the first answer and the `watch` frames after it.

use crate::domain::ids::ConversationId;
use crate::domain::reject::{Code, Reject};
use crate::engine::watch::{WatchItem, WatchPart, Watched};
use bytestring::ByteString;
use serde::Serialize;

use super::body::{AgentBody, QueueBody, ViewBody, Viewer};
use super::names::WatchedName;

/// A conversation as those who watch see it.
#[derive(Debug, Serialize)]
pub struct WatchItemBody {
    #[serde(flatten)]
    view: ViewBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_since: Option<i64>,
    units: u32,
    priority: i32,
}

impl From<&WatchItem> for WatchItemBody {
    fn from(item: &WatchItem) -> Self {
        let WatchItem {
            view,
            waiting_since,
            units,
            priority,
        } = item;
        Self {
            view: ViewBody::of(view, Viewer::Company),
            waiting_since: waiting_since.map(|t| t.0),
            units: *units,
            priority: *priority,
        }
    }
}

/// What is new, different or gone. A list that is left out says nothing new.
#[derive(Debug, Serialize)]
pub struct WatchBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    conversations: Option<Vec<WatchItemBody>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gone: Vec<ConversationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agents: Option<Vec<AgentBody>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gone_agents: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queues: Option<Vec<QueueBody>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gone_queues: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    more: bool,
}

impl WatchBody {
    /// What changed.
    #[must_use]
    pub fn of(part: &WatchPart) -> Self {
        let whole = Self::whole(part);
        Self {
            conversations: whole.conversations.filter(|list| !list.is_empty()),
            agents: whole.agents.filter(|list| !list.is_empty()),
            queues: whole.queues.filter(|list| !list.is_empty()),
            ..whole
        }
    }

    /// The answer to the question: every list is there, however empty.
    #[must_use]
    pub fn whole(part: &WatchPart) -> Self {
        let WatchPart {
            what: _,
            number: _,
            conversations,
            gone,
            agents,
            gone_agents,
            queues,
            gone_queues,
            more,
        } = part;
        Self {
            conversations: Some(conversations.iter().map(Into::into).collect()),
            gone: gone.clone(),
            agents: Some(agents.iter().map(Into::into).collect()),
            gone_agents: gone_agents.iter().map(ToString::to_string).collect(),
            queues: Some(queues.iter().map(Into::into).collect()),
            gone_queues: gone_queues.iter().map(ToString::to_string).collect(),
            more: *more,
        }
    }
}

#[derive(Serialize)]
struct WatchFrame {
    r#type: &'static str,
    what: WatchedName,
    #[serde(flatten)]
    body: WatchBody,
}

/// What changed of what is watched.
#[must_use]
pub fn frame(part: &WatchPart) -> ByteString {
    let frame = WatchFrame {
        r#type: "watch",
        what: part.what.into(),
        body: WatchBody::of(part),
    };
    serde_json::to_string(&frame)
        .expect("frames are plain data with text keys")
        .into()
}

/// The refusal that ends a watch.
#[must_use]
pub fn not_any_more(what: Watched) -> Reject {
    let sentence = match what {
        Watched::Floor => "Your role does not see the floor any more; watch your queues instead.",
        Watched::Queues => "You are not configured as an agent any more.",
    };
    Reject::new(Code::Forbidden, sentence)
}
