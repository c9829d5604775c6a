//! The company as configured. Plain data, stored as one record.
//!
//! | file | what |
//! |---|---|
//! | `workstream.rs` | how conversations of one kind are handled |
//! | `routes.rs` | which queue a start goes to |
//! | `queue.rs` | where conversations wait, and overflow |
//! | `people.rs` | agents, roles, presence |
//! | `widget.rs` | where customers start |
//! | `authentication.rs` | how customers prove who they are |
//! | `masking.rs` | what must not be kept |
//! | `quick_reply.rs` | what agents say often |
//! | `texts.rs` | a text in several languages |
//! | `problems/` | what is wrong with a configuration |

mod authentication;
mod masking;
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

pub use authentication::{ALGORITHMS, CustomerKey, KeySource, LEEWAY, LEEWAY_MAX, is_key_address};
pub use masking::{MaskedPlace, Masking, MaskingRule};
pub use people::{AgentProfile, Presence, Role};
pub use problems::Problem;
pub use queue::{LengthOverflow, Method, Overflow, OverflowTo, Queue, WaitOverflow};
pub use quick_reply::QuickReply;
pub use routes::{Condition, RouteRule, Test};
pub use texts::{ANY_LANGUAGE, Texts, language_of};
pub use widget::{Look, OfflineView, Position, Question, QuestionKind, QuestionOption, Widget};
pub use workstream::{
    Distribution, Mode, Patience, Stickiness, TimeoutAction, TimeoutRule, TimerSettings,
    WhenAbsent, WhenFull, Workstream, WrapUp,
};

use super::hours::Calendar;
use super::ids::{
    AgentId, AuthenticationId, CalendarId, QueueId, QuickReplyId, WidgetId, WorkstreamId,
};
use super::time::{Millis, Timestamp};

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
    /// Queues that are gone, and where their conversations go on. What wakes up with a
    /// queue that is not here goes to the default queue of its workstream.
    #[serde(default)]
    pub queue_moves: BTreeMap<QueueId, QueueId>,
    /// What is replaced in texts before they are kept.
    #[serde(default, skip_serializing_if = "Masking::is_empty")]
    pub masking: Masking,
}

impl Company {
    /// Where a conversation goes on whose queue is gone; `None` while the queue is there.
    #[must_use]
    pub fn queue_instead_of(&self, gone: &QueueId, workstream: &WorkstreamId) -> Option<QueueId> {
        if self.queues.contains_key(gone) {
            return None;
        }
        let moved = self.queue_moves.get(gone);
        let default = || Some(&self.workstreams.get(workstream)?.default_queue);
        let to = moved
            .filter(|q| self.queues.contains_key(*q))
            .or_else(default)?;
        self.queues.contains_key(to).then(|| to.clone())
    }

    /// The calendar of a queue; `None` is always open (also for a queue that is gone).
    #[must_use]
    pub fn hours_of(&self, queue: &QueueId) -> Option<&Calendar> {
        self.calendars.get(self.queues.get(queue)?.hours.as_ref()?)
    }

    /// The instant at which that much operating time of a queue has gone by since `from`;
    /// `None` is never.
    #[must_use]
    pub fn operating_deadline(
        &self,
        queue: &QueueId,
        from: Timestamp,
        time: Millis,
    ) -> Option<Timestamp> {
        match self.hours_of(queue) {
            Some(calendar) => calendar.operating_deadline(from, time),
            None => Some(from + time),
        }
    }
}
