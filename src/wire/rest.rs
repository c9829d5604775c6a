//! Bodies and queries of the HTTP API, and their conversion.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::command::Start;
use crate::domain::company::Company;
use crate::domain::ids::{AgentId, ConversationId, Position, Seq};
use crate::domain::message::Message;
use crate::domain::reject::Reject;
use crate::domain::time::Millis;
use crate::engine::request::{Ask, Page};
use crate::limits;

use super::body::{MessageBody, RefusalBody, ViewBody};
use super::bounds::{self, StartFields};
use super::journal::JournalEntry;
use super::names::PresenceName;
use super::work;

/// Start a conversation. Exactly one of `workstream` and `widget`; `text` needs `client_id`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartBody {
    workstream: Option<String>,
    widget: Option<String>,
    /// BCP 47 language of the customer.
    locale: Option<String>,
    /// Values from the page and the pre-chat answers.
    #[serde(default)]
    context: BTreeMap<String, String>,
    /// The start's own name: the same again is the same start.
    client_id: Option<String>,
    /// The first message.
    text: Option<String>,
}

impl StartBody {
    /// The start, checked.
    ///
    /// # Errors
    /// `invalid_request`, `too_long`.
    pub fn check(self) -> Result<Start, Reject> {
        let Self {
            workstream,
            widget,
            locale,
            context,
            client_id,
            text,
        } = self;
        StartFields {
            workstream,
            widget,
            locale,
            context,
            client_id,
            text,
        }
        .check()
    }
}

/// Add a message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostBody {
    /// The sender's name for it: the same again is the same message.
    client_id: String,
    /// The text, at most 8,000 characters.
    text: String,
}

impl PostBody {
    /// The question, checked.
    ///
    /// # Errors
    /// `invalid_request`, `too_long`.
    pub fn check(&self) -> Result<Ask, Reject> {
        Ok(Ask::Post {
            client_id: bounds::client_id(&self.client_id)?,
            text: bounds::text(&self.text)?,
        })
    }
}

/// Note how far the caller's side has the thread; at least one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkBody {
    /// Received up to here.
    delivered: Option<u64>,
    /// Read up to here.
    read: Option<u64>,
}

impl MarkBody {
    /// The question, checked.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn check(&self) -> Result<Ask, Reject> {
        let (delivered, read) = bounds::marks(self.delivered, self.read)?;
        Ok(Ask::Mark { delivered, read })
    }
}

/// The caller is (not) typing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypingBody {
    /// Whether.
    pub on: bool,
}

/// Hand over: exactly one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferBody {
    /// To a colleague, as an offer.
    agent: Option<String>,
    /// To a queue.
    queue: Option<String>,
    /// Why, in at most 500 characters: shown to whom it is offered.
    reason: Option<String>,
}

impl TransferBody {
    /// The question, checked.
    ///
    /// # Errors
    /// `invalid_request`, `too_long`.
    pub fn check(&self) -> Result<Ask, Reject> {
        work::transfer(
            self.agent.as_deref(),
            self.queue.as_deref(),
            self.reason.as_deref(),
        )
    }
}

/// Put a conversation before an agent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignBody {
    /// Whom.
    agent: String,
}

impl AssignBody {
    /// The question, checked.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn check(&self) -> Result<Ask, Reject> {
        Ok(Ask::Assign(bounds::id::<AgentId>("agent", &self.agent)?))
    }
}

/// Set the own presence.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresenceBody {
    /// To what.
    pub presence: PresenceName,
}

/// Which part of the thread: after or before, not both; neither is the beginning.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// The first messages after this sequence number.
    after: Option<u64>,
    /// The last messages before this sequence number.
    before: Option<u64>,
    /// At most this many: 50 unless stated, 200 at most.
    limit: Option<usize>,
}

impl HistoryQuery {
    /// The page, checked.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn check(&self) -> Result<Page, Reject> {
        bounds::page(self.after, self.before, self.limit)
    }
}

/// What to wait for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The last message the client has.
    #[serde(default)]
    after: u64,
    /// The last state the client has; left out, only messages are waited for.
    version: Option<u64>,
    /// Seconds to wait, 1 to 60; 30 unless stated.
    wait: Option<u64>,
}

impl EventsQuery {
    /// Seconds waited unless stated: below the usual patience of proxies.
    const WAIT_SECONDS: u64 = 30;

    /// The question, and how long to wait for its answer.
    #[must_use]
    pub fn ask(&self) -> (Ask, Millis) {
        let most = limits::LONG_POLL_MAX.0 / 1_000;
        let wait = self.wait.unwrap_or(Self::WAIT_SECONDS).clamp(1, most);
        (
            Ask::Wait {
                after: Seq(self.after),
                version: self.version.map(Position),
            },
            Millis::seconds(wait),
        )
    }
}

/// The answer to a start.
#[derive(Debug, Serialize, ToSchema)]
pub struct StartedBody {
    /// The conversation.
    pub conversation: ViewBody,
    /// It was made by this request.
    pub created: bool,
    /// The first message's number, if one was sent with the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
}

/// The answer to a message: it is durable.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostedBody {
    /// Its number.
    pub seq: u64,
    /// The server's time for it.
    pub at: i64,
    /// It was there already: the client id had been used.
    pub repeated: bool,
}

/// A part of the thread.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageBody {
    /// Oldest first.
    pub messages: Vec<MessageBody>,
    /// The last message of the whole thread.
    pub last_seq: u64,
}

/// What a long poll waited for.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventsBody {
    /// Messages after the cursor, oldest first; at most a page.
    pub messages: Vec<MessageBody>,
    /// The state as it is now.
    pub conversation: ViewBody,
}

/// A page of the journal of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct JournalBody {
    /// Events, oldest first.
    pub journal: Vec<JournalEntry>,
    /// There are others: ask again with the last position as `after`.
    pub more: bool,
}

/// Every refusal.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// Why, and what to do.
    pub error: RefusalBody,
}

/// Messages of one conversation.
#[must_use]
pub fn messages(
    conversation: ConversationId,
    messages: &[Arc<Message>],
    company: &Company,
) -> Vec<MessageBody> {
    messages
        .iter()
        .map(|m| MessageBody::of(conversation, m, company))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_poll_is_never_longer_than_the_most() {
        let wait = |wait| {
            EventsQuery {
                wait,
                ..EventsQuery::default()
            }
            .ask()
            .1
        };
        assert_eq!(wait(None), Millis::seconds(30));
        assert_eq!(wait(Some(0)), Millis::seconds(1));
        assert_eq!(wait(Some(u64::MAX)), limits::LONG_POLL_MAX);
    }
}
