//! One action on many conversations, and the report of each.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::ConversationId;
use crate::domain::reject::{Code, Reject};
use crate::engine::request::{Ask, Reply};
use crate::limits;

use super::body::RefusalBody;
use super::bounds::{self, invalid};
use super::names::StateName;

/// One action on many conversations.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkBody {
    /// What to do with each.
    action: BulkAction,
    /// The agent to assign or transfer to, or the queue to transfer to; no other action has one.
    target: Option<String>,
    /// Which, each once: at most 1,000.
    ids: Vec<String>,
}

/// What can be done with many at once. Each does to each what the action of one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkAction {
    /// Put it before an agent, over capacity if need be.
    Assign,
    /// Offer it to another agent than the one who has it.
    TransferToAgent,
    /// Move it to a queue.
    TransferToQueue,
    /// Give back to the queue what the caller has.
    Release,
    /// Leave what the caller has without ending it.
    Park,
    /// End what the caller has.
    End,
    /// Finish wrap-up.
    Finish,
    /// Close it by force.
    ForceClose,
}

impl BulkBody {
    /// What to ask of each, in the given order.
    ///
    /// # Errors
    /// `invalid_request`, `too_long`.
    pub fn check(&self) -> Result<Vec<(ConversationId, Ask)>, Reject> {
        let ask = self.ask()?;
        if self.ids.is_empty() {
            return Err(invalid("The list of ids is empty; name at least one."));
        }
        if self.ids.len() > limits::BULK_MAX {
            let sentence = format!(
                "A bulk action takes at most {} conversations; send the rest in another.",
                limits::BULK_MAX
            );
            return Err(Reject::new(Code::TooLong, sentence));
        }
        let mut seen = BTreeSet::new();
        self.ids
            .iter()
            .map(|text| {
                let id: ConversationId = bounds::id("ids", text)?;
                if seen.insert(id) {
                    Ok((id, ask.clone()))
                } else {
                    Err(invalid(format!(
                        "The conversation {id} is named twice; name each once."
                    )))
                }
            })
            .collect()
    }

    fn ask(&self) -> Result<Ask, Reject> {
        let target = self.target.as_deref();
        let needed =
            |what| target.ok_or_else(|| invalid(format!("This action needs a `target`: {what}.")));
        let ask = match self.action {
            BulkAction::Assign => Ask::Assign(bounds::id("target", needed("an agent")?)?),
            BulkAction::TransferToAgent => {
                let agent = bounds::id("target", needed("an agent")?)?;
                Ask::TransferToAgent {
                    agent,
                    reason: None,
                }
            }
            BulkAction::TransferToQueue => {
                let queue = bounds::id("target", needed("a queue")?)?;
                Ask::TransferToQueue {
                    queue,
                    reason: None,
                }
            }
            BulkAction::Release => Ask::Release,
            BulkAction::Park => Ask::Park,
            BulkAction::End => Ask::End,
            BulkAction::Finish => Ask::Finish,
            BulkAction::ForceClose => Ask::ForceClose,
        };
        let takes_one = matches!(
            ask,
            Ask::Assign(_) | Ask::TransferToAgent { .. } | Ask::TransferToQueue { .. }
        );
        if target.is_some() && !takes_one {
            return Err(invalid("This action has no `target`; leave it out."));
        }
        Ok(ask)
    }
}

/// What became of a bulk action.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkReport {
    /// How many were done.
    pub done: usize,
    /// How many were refused.
    pub refused: usize,
    /// Each, in the order in which they were named.
    pub report: Vec<BulkItem>,
}

/// What became of one conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkItem {
    /// Which.
    #[schema(value_type = String, format = "uuid")]
    pub id: ConversationId,
    /// Done; or else the fields of a refusal say why not.
    pub ok: bool,
    /// Where it stands now, if it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateName>,
    /// Why not.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalBody>,
}

impl BulkItem {
    /// The line of one conversation in the report.
    #[must_use]
    pub fn of(id: ConversationId, result: &Result<Reply, Reject>) -> Self {
        match result {
            Ok(reply) => Self {
                id,
                ok: true,
                state: match reply {
                    Reply::Done(view) => Some(view.state.into()),
                    _ => None,
                },
                refusal: None,
            },
            Err(reject) => Self {
                id,
                ok: false,
                state: None,
                refusal: Some(reject.into()),
            },
        }
    }
}

impl From<Vec<BulkItem>> for BulkReport {
    fn from(report: Vec<BulkItem>) -> Self {
        let done = report.iter().filter(|item| item.ok).count();
        Self {
            done,
            refused: report.len() - done,
            report,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &serde_json::Value) -> Result<Vec<(ConversationId, Ask)>, Code> {
        let body: BulkBody = serde_json::from_value(json.clone()).expect("the documented form");
        body.check().map_err(|r| r.code)
    }

    fn ids(n: usize) -> Vec<String> {
        (0..n)
            .map(|n| ConversationId(n as u128).to_string())
            .collect()
    }

    #[test]
    fn a_bulk_action_is_bounded_and_names_each_conversation_once() {
        let with = |ids: Vec<String>| serde_json::json!({"action": "force_close", "ids": ids});
        let most = read(&with(ids(limits::BULK_MAX))).expect("as many as are allowed");
        assert_eq!(most.len(), limits::BULK_MAX);
        assert_eq!(most[7], (ConversationId(7), Ask::ForceClose));
        assert_eq!(read(&with(ids(limits::BULK_MAX + 1))), Err(Code::TooLong));
        assert_eq!(read(&with(Vec::new())), Err(Code::InvalidRequest));
        assert_eq!(
            read(&with([ids(2), ids(1)].concat())),
            Err(Code::InvalidRequest)
        );
        // The same id in capitals is the same conversation.
        let twice = vec![
            "018bcfe5-687b-7fff-bfff-ffffffffffff".to_owned(),
            "018BCFE5-687B-7FFF-BFFF-FFFFFFFFFFFF".to_owned(),
        ];
        assert_eq!(read(&with(twice)), Err(Code::InvalidRequest));
        assert_eq!(
            read(&with(vec!["nonsense".to_owned()])),
            Err(Code::InvalidRequest)
        );
    }

    #[test]
    fn a_target_is_there_exactly_where_the_action_has_one() {
        for (action, takes_one) in [
            ("assign", true),
            ("transfer_to_agent", true),
            ("transfer_to_queue", true),
            ("release", false),
            ("park", false),
            ("end", false),
            ("finish", false),
            ("force_close", false),
        ] {
            let without = serde_json::json!({"action": action, "ids": ids(1)});
            let with = serde_json::json!({"action": action, "ids": ids(1), "target": "anna"});
            assert_eq!(read(&with).is_ok(), takes_one, "{action} with");
            assert_eq!(read(&without).is_ok(), !takes_one, "{action} without");
        }
    }
}
