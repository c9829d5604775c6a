//! A place in line, and what would come of a start.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::domain::arrival::{CLAIM_PREFIX, RuleLook, RuleVerdict};
use crate::domain::company::{Distribution, Test};
use crate::domain::ids::ConversationId;
use crate::domain::reject::Reject;
use crate::domain::time::Timestamp;
use crate::engine::request::Supposed;
use crate::engine::view::{QueueStanding, StartExplained};

use super::body::RefusalBody;
use super::bounds::{self, StartFields};
use super::journal::{explained, overflowed};
use super::names::{ModeName, StateName};

/// A place in line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlaceBody {
    /// From 1; null if it does not stand in line: somebody has it or is being asked.
    pub position: Option<u32>,
    /// About how long customers wait at the moment; null where that is not known.
    pub wait_ms: Option<u64>,
}

/// A start that is only asked about. Exactly one of `workstream` and `widget`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupposedBody {
    workstream: Option<String>,
    widget: Option<String>,
    /// BCP 47 language of the customer.
    locale: Option<String>,
    /// Values from the page, the pre-chat answers and, as `claim.NAME`, the token.
    #[serde(default)]
    context: BTreeMap<String, String>,
    /// When; left out, now.
    at: Option<i64>,
    /// Who starts, to see the conversation that they have.
    customer: Option<String>,
}

impl SupposedBody {
    /// The question, checked.
    ///
    /// # Errors
    /// `invalid_request`, `too_long`.
    pub fn check(self) -> Result<Supposed, Reject> {
        // What a customer cannot say, whoever asks for them can.
        let (claims, context): (BTreeMap<_, _>, _) = self
            .context
            .into_iter()
            .partition(|(key, _)| key.starts_with(CLAIM_PREFIX));
        let mut start = StartFields {
            workstream: self.workstream,
            widget: self.widget,
            locale: self.locale,
            context,
            ..StartFields::default()
        }
        .check()?;
        start.context.extend(claims);
        start.customer = bounds::id_if_any("customer", self.customer.as_deref())?;
        Ok(Supposed {
            start,
            at: self.at.map(Timestamp),
        })
    }
}

/// What would come of a start (docs/routing.md, Explain).
#[derive(Debug, Serialize, ToSchema)]
pub struct StartExplainedBody {
    /// When it was supposed to happen.
    pub at: i64,
    /// Its rules.
    pub workstream: String,
    /// Persistent or live.
    pub mode: ModeName,
    /// `push` or `pick`.
    pub distribution: &'static str,
    /// The workstream takes new conversations.
    pub enabled: bool,
    /// The widget takes new conversations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub widget_enabled: Option<bool>,
    /// The customer's unended conversation: a start returns it, whatever follows here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<ExistingBody>,
    /// Why a new conversation would be refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<RefusalBody>,
    /// Each routing rule in order: `{name, queue, verdict, failed?}`.
    #[schema(value_type = Vec<Object>)]
    pub rules: Vec<Value>,
    /// The rule that decides; null: the default queue.
    pub route: Option<String>,
    /// The queue that the rules choose.
    pub routed: String,
    /// Each overflow from there, as in the journal.
    #[schema(value_type = Vec<Object>)]
    pub overflow: Vec<Value>,
    /// It would end at once; the message in the languages it was written in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub ends: Option<BTreeMap<String, String>>,
    /// Where it would wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueStandingBody>,
}

/// A conversation that exists.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExistingBody {
    /// Which.
    #[schema(value_type = String)]
    pub conversation: ConversationId,
    /// Where it stands.
    pub state: StateName,
}

/// A queue as a start would meet it.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueStandingBody {
    /// Which.
    pub id: String,
    /// It is open then.
    pub open: bool,
    /// When it opens, if it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<i64>,
    /// Conversations that wait in it now.
    pub waiting: usize,
    /// About how long live customers wait in it at the moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_ms: Option<u64>,
    /// The agent of the customer's last conversation, who would be preferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefers: Option<String>,
    /// Who would be considered now, as in an assignment's explanation.
    #[schema(value_type = Object)]
    pub agents: Value,
}

impl From<&StartExplained> for StartExplainedBody {
    fn from(e: &StartExplained) -> Self {
        let existing = e.existing.as_ref().map(|e| ExistingBody {
            conversation: e.id,
            state: StateName::from(e.state),
        });
        Self {
            at: e.at.0,
            workstream: e.workstream.to_string(),
            mode: e.mode.into(),
            distribution: match e.distribution {
                Distribution::Push => "push",
                Distribution::Pick => "pick",
            },
            enabled: e.enabled,
            widget_enabled: e.widget_enabled,
            existing,
            refused: e.refused.as_ref().map(RefusalBody::from),
            rules: e.arrival.rules.iter().map(rule).collect(),
            route: e.arrival.route.clone(),
            routed: e.arrival.routed.to_string(),
            overflow: e
                .arrival
                .way
                .hops
                .iter()
                .map(|h| overflowed(&h.from, &h.to, &h.reason))
                .collect(),
            ends: e.ends.as_ref().map(|texts| texts.0.clone()),
            queue: e.queue.as_ref().map(QueueStandingBody::from),
        }
    }
}

impl From<&QueueStanding> for QueueStandingBody {
    fn from(q: &QueueStanding) -> Self {
        Self {
            id: q.id.to_string(),
            open: q.open,
            opens_at: q.opens_at.map(|at| at.0),
            waiting: q.waiting,
            wait_ms: q.average_wait.map(|w| w.0),
            prefers: q.prefers.as_ref().map(ToString::to_string),
            agents: explained(&q.agents),
        }
    }
}

fn rule(look: &RuleLook) -> Value {
    let (verdict, failed) = match &look.verdict {
        RuleVerdict::Matched => ("matched", None),
        RuleVerdict::NotReached => ("not_reached", None),
        RuleVerdict::Failed(condition, found) => (
            "failed",
            Some(json!({"key": condition.key, "test": test(&condition.test), "found": found})),
        ),
    };
    json!({"name": look.name, "queue": look.queue, "verdict": verdict, "failed": failed})
}

fn test(test: &Test) -> Value {
    match test {
        Test::AnyOf(values) => json!({"any_of": values}),
        Test::NoneOf(values) => json!({"none_of": values}),
        Test::Contains(part) => json!({"contains": part}),
        Test::StartsWith(start) => json!({"starts_with": start}),
        Test::Present(wanted) => json!({"present": wanted}),
    }
}
