//! The company as configured: workstreams, queues, calendars, agents, widgets. Plain data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::hours::Calendar;
use super::ids::{AgentId, CalendarId, QueueId, WidgetId, WorkstreamId};
use super::message::SystemKind;
use super::time::Millis;

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

/// How an agent is chosen among the eligible.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Most free units; tie: longest since last assignment.
    #[default]
    HighestCapacity,
    /// The one whose last assignment is longest ago.
    RoundRobin,
    /// The one whose last release is longest ago.
    LeastActive,
}

/// What an agent says of themselves.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Takes offers.
    Available,
    /// Working, no offers by default.
    Busy,
    /// No offers, no sounds.
    DoNotDisturb,
    /// Gone for a moment.
    Away,
    /// Signed out or all connections lost.
    #[default]
    Offline,
}

/// What a person of the company may do. Each includes the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Talks with customers.
    #[default]
    Agent,
    /// Also watches, assigns, transfers and force-closes.
    Supervisor,
    /// Also configures.
    Admin,
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

/// One condition of a routing rule: a context value equals one of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteRule {
    /// The rule's name, shown in explanations.
    pub name: String,
    /// The context key it looks at (`widget` and `locale` are always there).
    pub key: String,
    /// The values that match.
    pub any_of: BTreeSet<String>,
    /// Where it sends.
    pub queue: QueueId,
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
    pub messages: BTreeMap<SystemKind, String>,
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
        }
    }
}

/// Where unassigned conversations wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Its name for people.
    pub name: String,
    /// Who may be offered its conversations.
    pub members: BTreeSet<AgentId>,
    /// How one of them is chosen.
    pub method: Method,
    /// Across the queues of an agent, higher goes first.
    pub priority: i32,
    /// Operating hours; `None` is always open.
    pub hours: Option<CalendarId>,
}

/// A person of the company, as configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentProfile {
    /// The name customers see.
    pub display_name: String,
    /// What they may do.
    pub role: Role,
    /// Capacity in units.
    pub capacity: u32,
    /// May sign in and be assigned.
    pub enabled: bool,
    /// SHA-256 of the sign-in secret, lower-case hex. The secret itself is random and never stored.
    pub secret_sha256: String,
}

/// A place where customers start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Widget {
    /// The workstream of its conversations.
    pub workstream: WorkstreamId,
    /// Origins that may open a socket for it; empty allows any.
    pub allowed_origins: BTreeSet<String>,
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
    /// Keys that customer tokens are verified with.
    pub customer_keys: Vec<CustomerKey>,
}

impl Company {
    /// The calendar of a queue; `None` is always open (also for a queue that is gone).
    #[must_use]
    pub fn hours_of(&self, queue: &QueueId) -> Option<&Calendar> {
        self.calendars.get(self.queues.get(queue)?.hours.as_ref()?)
    }

    /// Everything that refers to something missing or is out of bounds, one sentence each.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (id, w) in &self.workstreams {
            self.workstream_problems(id, w, &mut found);
        }
        for (id, q) in &self.queues {
            if let Some(hours) = &q.hours
                && !self.calendars.contains_key(hours)
            {
                found.push(format!("Queue {id} names hours {hours}, which do not exist; add them or remove the line."));
            }
            for member in q.members.iter().filter(|m| !self.agents.contains_key(*m)) {
                found.push(format!(
                    "Queue {id} has member {member}, who does not exist; add the agent first."
                ));
            }
        }
        for (id, w) in self
            .widgets
            .iter()
            .filter(|(_, w)| !self.workstreams.contains_key(&w.workstream))
        {
            found.push(format!(
                "Widget {id} names workstream {}, which does not exist.",
                w.workstream
            ));
        }
        for (id, calendar) in &self.calendars {
            found.extend(
                calendar
                    .problems()
                    .into_iter()
                    .map(|p| format!("Hours {id}: {p}")),
            );
        }
        for (id, _) in self.agents.iter().filter(|(_, a)| a.capacity == 0) {
            found.push(format!(
                "Agent {id} has capacity 0; give at least 1 unit or disable the agent."
            ));
        }
        found
    }

    fn workstream_problems(&self, id: &WorkstreamId, w: &Workstream, found: &mut Vec<String>) {
        if !self.queues.contains_key(&w.default_queue) {
            found.push(format!(
                "Workstream {id} names default queue {}, which does not exist.",
                w.default_queue
            ));
        }
        for rule in w
            .routes
            .iter()
            .filter(|r| !self.queues.contains_key(&r.queue))
        {
            found.push(format!(
                "Workstream {id}, rule {}: queue {} does not exist.",
                rule.name, rule.queue
            ));
        }
        let t = &w.timers;
        let bounded = [
            (
                "offer_deadline",
                t.offer_deadline,
                Millis::seconds(10),
                Millis::seconds(300),
            ),
            (
                "auto_close_after",
                t.auto_close_after,
                Millis::minutes(1),
                Millis::days(365),
            ),
        ];
        for (name, value, low, high) in bounded {
            if value < low || value > high {
                found.push(format!(
                    "Workstream {id}: {name} is {value}; it must be from {low} to {high}."
                ));
            }
        }
        if let WrapUp::ReleaseAfter(d) = w.wrap_up
            && (d < Millis::seconds(30) || d > Millis::minutes(60))
        {
            found.push(format!(
                "Workstream {id}: wrap-up release_after is {d}; it must be from 30 s to 60 min."
            ));
        }
        if w.units == 0 {
            found.push(format!(
                "Workstream {id}: units is 0; a conversation costs at least 1."
            ));
        }
        if w.mode == Mode::Live && w.keep_same_agent.is_some() {
            found.push(format!(
                "Workstream {id}: keep_same_agent is for persistent workstreams; remove it."
            ));
        }
    }

    /// What is accepted but probably not meant, one sentence each.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.workstreams
            .iter()
            .filter(|(_, w)| {
                w.mode == Mode::Persistent && w.distribution == Distribution::Push && w.keep_same_agent.is_none()
            })
            .map(|(id, _)| {
                format!("Workstream {id} is persistent and pushed but does not keep the same agent; returning customers will meet somebody else.")
            })
            .collect()
    }
}
