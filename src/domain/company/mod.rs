//! The company as configured. Plain data, stored as one record.
//!
//! | file | what |
//! |---|---|
//! | `workstream.rs` | how conversations of one kind are handled |
//! | `routes.rs` | which queue a start goes to |
//! | `queue.rs` | where conversations wait, and overflow |
//! | `people.rs` | agents, roles, presence |
//! | `widget.rs` | where customers start, and their authentication |
//! | `quick_reply.rs` | what agents say often |
//! | `texts.rs` | a text in several languages |
//! | `problems.rs` | what is wrong with a configuration |

mod people;
mod problems;
mod queue;
mod quick_reply;
mod routes;
mod texts;
mod widget;
mod workstream;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use people::{AgentProfile, Presence, Role};
pub use queue::{LengthOverflow, Method, Overflow, OverflowTo, Queue, WaitOverflow};
pub use quick_reply::QuickReply;
pub use routes::{Condition, RouteRule, Test};
pub use texts::{ANY_LANGUAGE, Texts, language_of};
pub use widget::{
    CustomerKey, Look, OfflineView, Position, Question, QuestionKind, QuestionOption, Widget,
};
pub use workstream::{
    Distribution, Mode, Patience, Stickiness, TimeoutAction, TimeoutRule, TimerSettings,
    WhenAbsent, WhenFull, Workstream, WrapUp,
};

use super::hours::Calendar;
use super::ids::{
    AgentId, AuthenticationId, CalendarId, QueueId, QuickReplyId, WidgetId, WorkstreamId,
};

/// Everything a company has configured.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Company {
    /// Counts changes.
    pub revision: u64,
    /// Its name for people.
    pub name: String,
    /// Workstreams by id.
    pub workstreams: BTreeMap<WorkstreamId, Workstream>,
    /// Queues by id.
    pub queues: BTreeMap<QueueId, Queue>,
    /// Operating hours by id.
    pub calendars: BTreeMap<CalendarId, Calendar>,
    /// People by id.
    pub agents: BTreeMap<AgentId, AgentProfile>,
    /// Widgets by id.
    pub widgets: BTreeMap<WidgetId, Widget>,
    /// How customers prove who they are, by id.
    pub authentication: BTreeMap<AuthenticationId, CustomerKey>,
    /// Sentences that agents say often, by the name they type.
    pub quick_replies: BTreeMap<QuickReplyId, QuickReply>,
    /// The language for whoever speaks none that texts exist in; empty is English.
    pub locale: String,
}

impl Company {
    /// The calendar of a queue; `None` is always open (also for a queue that is gone).
    #[must_use]
    pub fn hours_of(&self, queue: &QueueId) -> Option<&Calendar> {
        self.calendars.get(self.queues.get(queue)?.hours.as_ref()?)
    }
}
