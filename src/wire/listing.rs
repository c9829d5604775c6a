//! Lists and counts of conversations: what may be asked for, and how the answer shows.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::conversation::State;
use crate::domain::ids::ConversationId;
use crate::domain::reject::Reject;
use crate::engine::request::ListFilter;
use crate::engine::view::{CountsView, ListItem, ListPage, QueueCount};
use crate::limits;

use super::body::{ViewBody, Viewer};
use super::bounds::{self, invalid};
use super::names::StateName;

/// A list's conditions as frames and queries state them.
#[derive(Debug, Default)]
pub struct ListFields {
    /// Only these states; none is all.
    pub states: Vec<StateName>,
    /// The caller's own.
    pub mine: bool,
    /// Continue before this id.
    pub before: Option<String>,
    /// At most this many.
    pub limit: Option<usize>,
    /// In this queue.
    pub queue: Option<String>,
    /// Of this agent.
    pub agent: Option<String>,
    /// Of this customer.
    pub customer: Option<String>,
    /// Under these rules.
    pub workstream: Option<String>,
    /// Labelled with this.
    pub tag: Option<String>,
    /// With this in the subject.
    pub text: Option<String>,
}

impl ListFields {
    /// The filter, checked.
    ///
    /// # Errors
    /// `invalid_request`, `too_long`.
    pub fn check(self) -> Result<ListFilter, Reject> {
        let Self {
            states,
            mine,
            before,
            limit,
            queue,
            agent,
            customer,
            workstream,
            tag,
            text,
        } = self;
        Ok(ListFilter {
            states: states.into_iter().map(State::from).collect(),
            mine,
            before: bounds::id_if_any("before", before.as_deref())?,
            limit: bounds::page_limit(limit, limits::LIST_PAGE_MAX)?,
            queue: bounds::id_if_any("queue", queue.as_deref())?,
            agent: bounds::id_if_any("agent", agent.as_deref())?,
            customer: bounds::id_if_any("customer", customer.as_deref())?,
            workstream: bounds::id_if_any("workstream", workstream.as_deref())?,
            // As tags are kept.
            tag: bounds::search("tag", tag)?.map(|t| t.trim().to_lowercase()),
            text: bounds::search("text", text)?,
        })
    }
}

/// Which conversations.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only these states, separated by commas. Left out: all; for agents, and with `mine`, all but closed.
    state: Option<String>,
    /// Agents: the own ones alone.
    #[serde(default)]
    mine: bool,
    /// Continue before this id: `next` of the page before.
    before: Option<String>,
    /// At most this many: 50 unless stated, 250 at most.
    limit: Option<usize>,
    /// Agents: in this queue.
    queue: Option<String>,
    /// Agents: those that this agent has, is being handed, is waited for in, or was the last to have.
    agent: Option<String>,
    /// Agents: of this customer.
    customer: Option<String>,
    /// In this workstream.
    workstream: Option<String>,
    /// Agents: with this tag.
    tag: Option<String>,
    /// Agents: with this in the subject, in capitals or not.
    text: Option<String>,
}

impl ListQuery {
    /// The filter, checked.
    ///
    /// # Errors
    /// `invalid_request`, `too_long`.
    pub fn check(self) -> Result<ListFilter, Reject> {
        fields(self.state.as_deref(), |states| ListFields {
            states,
            mine: self.mine,
            before: self.before,
            limit: self.limit,
            queue: self.queue,
            agent: self.agent,
            customer: self.customer,
            workstream: self.workstream,
            tag: self.tag,
            text: self.text,
        })
    }
}

/// What to count.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CountsQuery {
    /// Only these states, separated by commas. Left out: all; for agents, and with `mine`, all but closed.
    state: Option<String>,
    /// The own ones alone.
    #[serde(default)]
    mine: bool,
    /// In this queue.
    queue: Option<String>,
    /// Those that this agent has, is being handed, is waited for in, or was the last to have.
    agent: Option<String>,
    /// Of this customer.
    customer: Option<String>,
    /// In this workstream.
    workstream: Option<String>,
    /// With this tag.
    tag: Option<String>,
    /// With this in the subject, in capitals or not.
    text: Option<String>,
}

impl CountsQuery {
    /// The filter, checked.
    ///
    /// # Errors
    /// `invalid_request`, `too_long`.
    pub fn check(self) -> Result<ListFilter, Reject> {
        fields(self.state.as_deref(), |states| ListFields {
            states,
            mine: self.mine,
            before: None,
            limit: None,
            queue: self.queue,
            agent: self.agent,
            customer: self.customer,
            workstream: self.workstream,
            tag: self.tag,
            text: self.text,
        })
    }
}

fn fields(
    states: Option<&str>,
    rest: impl FnOnce(Vec<StateName>) -> ListFields,
) -> Result<ListFilter, Reject> {
    let named = |name: &str| {
        serde_json::from_value::<StateName>(name.into()).map_err(|_| {
            invalid("The `state` is not one of open, active, waiting, wrap_up, closed.")
        })
    };
    let states = states
        .iter()
        .flat_map(|s| s.split(','))
        .map(named)
        .collect::<Result<_, _>>()?;
    rest(states).check()
}

/// A conversation in a list: for customers the conversation, for the company also what it
/// takes to look after it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListItem)]
pub struct ItemBody {
    /// As its participants see it.
    #[serde(flatten)]
    pub view: ViewBody,
    /// How long the customer has been waiting for an agent; left out when they are not.
    /// Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_ms: Option<u64>,
    /// Units of capacity it holds. Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<u32>,
    /// Higher goes first. Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
}

impl ItemBody {
    /// The conversation for somebody.
    #[must_use]
    pub fn of(item: &ListItem, viewer: Viewer) -> Self {
        let ListItem {
            view,
            wait,
            units,
            priority,
        } = item;
        let company = viewer == Viewer::Company;
        Self {
            view: ViewBody::of(view, viewer),
            wait_ms: wait.filter(|_| company).map(|w| w.0),
            units: company.then_some(*units),
            priority: company.then_some(*priority),
        }
    }
}

/// Conversations, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListBody {
    /// A page of them.
    pub conversations: Vec<ItemBody>,
    /// Ask again with this as `before`: there may be more, also when the page is not full.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub next: Option<ConversationId>,
}

impl ListBody {
    /// The page for somebody.
    #[must_use]
    pub fn of(page: &ListPage, viewer: Viewer) -> Self {
        Self {
            conversations: items(page, viewer),
            next: page.next,
        }
    }
}

/// The conversations of a page for somebody.
#[must_use]
pub fn items(page: &ListPage, viewer: Viewer) -> Vec<ItemBody> {
    page.items
        .iter()
        .map(|item| ItemBody::of(item, viewer))
        .collect()
}

/// How many conversations there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountsBody {
    /// Of each state that was asked for. Open, active and wrap-up are exact.
    pub states: Vec<StateCountBody>,
    /// There are more waiting or closed ones than were counted.
    pub more: bool,
    /// What is open, by queue.
    pub queues: Vec<QueueCountBody>,
}

/// How many are in a state.
#[derive(Debug, Serialize, ToSchema)]
pub struct StateCountBody {
    /// Which state.
    pub state: StateName,
    /// How many.
    pub count: u64,
}

/// What is open in a queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueCountBody {
    /// Which.
    pub id: String,
    /// How many.
    pub waiting: u64,
    /// How long the first of them has been waiting; left out if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_wait_ms: Option<u64>,
}

impl From<&CountsView> for CountsBody {
    fn from(view: &CountsView) -> Self {
        let CountsView {
            states,
            more,
            queues,
        } = view;
        Self {
            states: states
                .iter()
                .map(|(state, count)| StateCountBody {
                    state: (*state).into(),
                    count: *count,
                })
                .collect(),
            more: *more,
            queues: queues
                .iter()
                .map(
                    |QueueCount {
                         id,
                         waiting,
                         longest_wait,
                     }| QueueCountBody {
                        id: id.to_string(),
                        waiting: *waiting,
                        longest_wait_ms: longest_wait.map(|w| w.0),
                    },
                )
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reject::Code;

    fn states(text: &str) -> Result<Vec<State>, Code> {
        let query = ListQuery {
            state: Some(text.to_owned()),
            ..ListQuery::default()
        };
        query.check().map(|f| f.states).map_err(|r| r.code)
    }

    #[test]
    fn states_are_separated_by_commas() {
        assert_eq!(states("open,wrap_up"), Ok(vec![State::Open, State::WrapUp]));
        assert_eq!(states("open,"), Err(Code::InvalidRequest));
    }

    #[test]
    fn each_condition_is_bounded() {
        let none = ListFields::default;
        let long = || Some("é".repeat(limits::LIST_TEXT_CHARS_MAX + 1));
        let cases = [
            ("fine", none(), None),
            (
                "long text",
                ListFields {
                    text: long(),
                    ..none()
                },
                Some(Code::TooLong),
            ),
            (
                "long tag",
                ListFields {
                    tag: long(),
                    ..none()
                },
                Some(Code::TooLong),
            ),
            (
                "empty text",
                ListFields {
                    text: Some(String::new()),
                    ..none()
                },
                Some(Code::InvalidRequest),
            ),
            (
                "empty queue",
                ListFields {
                    queue: Some(String::new()),
                    ..none()
                },
                Some(Code::InvalidRequest),
            ),
            (
                "no page",
                ListFields {
                    limit: Some(0),
                    ..none()
                },
                Some(Code::InvalidRequest),
            ),
        ];
        for (name, fields, expected) in cases {
            assert_eq!(fields.check().err().map(|r| r.code), expected, "{name}");
        }
    }
}
