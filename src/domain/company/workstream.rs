//! How conversations of one kind are handled.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::people::Presence;
use super::routes::RouteRule;
use super::texts::Texts;
use crate::domain::ids::QueueId;
use crate::domain::message::{Side, SystemKind};
use crate::domain::time::Millis;

/// Whether both sides must be present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Lives for days or months; waits for the customer; only agents end.
    Persistent,
    /// Both sides present; ends when one leaves.
    Live,
}

/// How open conversations reach agents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Offered one by one.
    #[default]
    Push,
    /// Agents take from the list.
    Pick,
}

/// What happens to a returning conversation whose agent is full.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenFull {
    /// Waits for the agent, at most `patience`.
    #[default]
    Wait,
    /// Goes to the agent over capacity; audited.
    AssignAnyway,
    /// Goes to the queue at once.
    Queue,
}

/// What happens to a returning conversation whose agent is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenAbsent {
    /// Waits for the agent, at most `patience`.
    #[default]
    Wait,
    /// Goes to the queue at once.
    Queue,
}

/// How long a returning conversation waits for its agent, in operating time of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Patience {
    /// At most this long.
    For(Millis),
    /// As long as it takes.
    Forever,
}

/// "Keep same agent for entire conversation".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stickiness {
    /// The agent has no room.
    pub when_full: WhenFull,
    /// The agent is in no allowed presence.
    pub when_absent: WhenAbsent,
    /// How long to wait for either.
    pub patience: Patience,
}

impl Default for Stickiness {
    fn default() -> Self {
        Self {
            when_full: WhenFull::Wait,
            when_absent: WhenAbsent::Wait,
            patience: Patience::For(Millis::minutes(15)),
        }
    }
}

/// When the units of an ended conversation are freed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrapUp {
    /// Held until closed.
    #[default]
    Block,
    /// Freed on entering wrap-up.
    Release,
    /// Freed this long after entering wrap-up: 30 s to 60 min.
    ReleaseAfter(Millis),
}

/// The durations of a workstream's timers (SEMANTICS, Timers).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimerSettings {
    /// Open without activity → closed.
    pub open_idle_close: Millis,
    /// Persistent, active, customer silent → waiting.
    pub auto_park_after: Millis,
    /// Persistent, waiting without activity → closed. 1 min to 365 days.
    pub auto_close_after: Millis,
    /// Wrap-up → closed.
    pub wrap_up_limit: Millis,
    /// Live, customer disconnected → wrap-up or closed.
    pub disconnect_limit: Millis,
    /// An offer goes on after this. 10 to 300 s.
    pub offer_deadline: Millis,
}

impl TimerSettings {
    /// The defaults of a mode.
    #[must_use]
    pub const fn of(mode: Mode) -> Self {
        let (open_idle_close, wrap_up_limit) = match mode {
            Mode::Persistent => (Millis::days(30), Millis::days(1)),
            Mode::Live => (Millis::minutes(20), Millis::minutes(15)),
        };
        Self {
            open_idle_close,
            auto_park_after: Millis::minutes(60),
            auto_close_after: Millis::days(28),
            wrap_up_limit,
            disconnect_limit: Millis::minutes(3),
            offer_deadline: Millis::seconds(120),
        }
    }
}

/// What happens when a side has been silent for too long (SEMANTICS, Timeout rules).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeoutRule {
    /// The rule's name, shown in the journal.
    pub name: String,
    /// Who is silent.
    pub silent: Side,
    /// For how long, since that side last wrote and the other has written after it.
    pub after: Millis,
    /// What happens then, once for each silence.
    pub then: TimeoutAction,
}

/// What a timeout rule does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeoutAction {
    /// Says this into the thread.
    Say(Texts),
    /// Parks the conversation.
    Park,
    /// Closes it.
    Close,
}

/// How conversations of one kind are handled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workstream {
    /// Its name for people.
    pub name: String,
    /// Persistent or live; fixed once it has conversations.
    pub mode: Mode,
    /// Push or pick.
    pub distribution: Distribution,
    /// Keep the same agent; `None` is off.
    pub keep_same_agent: Option<Stickiness>,
    /// A new conversation after an ended one prefers the last agent.
    pub prefer_last_agent: bool,
    /// Units one conversation costs.
    pub units: u32,
    /// Presences in which agents are offered conversations.
    pub allowed_presences: BTreeSet<Presence>,
    /// Offers count as accepted at once.
    pub auto_accept: bool,
    /// A missed offer sets the agent away.
    pub away_on_missed_offer: bool,
    /// Own pick or reopen may go over capacity; audited.
    pub own_choice_over_capacity: bool,
    /// When ended conversations free their units.
    pub wrap_up: WrapUp,
    /// Durations.
    pub timers: TimerSettings,
    /// Higher goes first in a queue.
    pub priority: i32,
    /// Where conversations go that no rule sends elsewhere.
    pub default_queue: QueueId,
    /// Ordered; the first that matches decides.
    pub routes: Vec<RouteRule>,
    /// System messages written differently; an empty text switches one off.
    pub messages: BTreeMap<SystemKind, Texts>,
    /// Takes new conversations. Those it has go on when it does not.
    pub enabled: bool,
    /// The language for customers who speak none that texts exist in; `None`: the company's.
    pub locale: Option<String>,
    /// Persistent: what happens when a side is silent.
    pub timeout_rules: Vec<TimeoutRule>,
    /// Customers without an authentication setting may be known by their device.
    pub device_identity: bool,
}

impl Workstream {
    /// A workstream of a mode with every default of SEMANTICS.
    #[must_use]
    pub fn new(name: &str, mode: Mode, default_queue: QueueId) -> Self {
        Self {
            name: name.to_owned(),
            mode,
            distribution: Distribution::Push,
            keep_same_agent: (mode == Mode::Persistent).then(Stickiness::default),
            prefer_last_agent: false,
            units: 1,
            allowed_presences: BTreeSet::from([Presence::Available]),
            auto_accept: false,
            away_on_missed_offer: false,
            own_choice_over_capacity: false,
            wrap_up: WrapUp::Block,
            timers: TimerSettings::of(mode),
            priority: 0,
            default_queue,
            routes: Vec::new(),
            messages: BTreeMap::new(),
            enabled: true,
            locale: None,
            timeout_rules: Vec::new(),
            device_identity: false,
        }
    }
}
