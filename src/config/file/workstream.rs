//! Workstreams.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use super::rules::{RouteFile, TimeoutFile};
use super::texts::{MessagesFile, TextsFile, read_messages, write_messages};
use crate::config::reader::{Place, Reader};
use crate::config::units::{parse_duration, show_duration};
use crate::domain::company::{
    Distribution, Mode, Patience, Presence, Stickiness, TimerSettings, WhenAbsent, WhenFull,
    Workstream, WrapUp,
};
use crate::domain::ids::QueueId;

/// A workstream: how conversations of one kind are handled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct WorkstreamFile {
    /// Its name for people; its id unless given.
    pub(super) name: Option<String>,
    /// Persistent or live; fixed once it has conversations.
    #[schemars(with = "names::Mode")]
    pub(super) mode: Mode,
    /// Where conversations go that no route sends elsewhere.
    pub(super) default_queue: String,
    /// Takes new conversations; those it has go on when it does not. Default: true.
    pub(super) enabled: Option<bool>,
    /// The language for customers who speak none that texts exist in; the company's unless given.
    pub(super) locale: Option<String>,
    /// Offered one by one ("push", default), or taken from the list ("pick").
    #[serde(default)]
    #[schemars(with = "names::Distribution")]
    pub(super) distribution: Distribution,
    /// Keep the same agent for the entire conversation. Persistent: true unless given; live: must be false.
    pub(super) keep_same_agent: Option<bool>,
    /// A new conversation after an ended one prefers the last agent. Default: false.
    pub(super) prefer_last_agent: Option<bool>,
    /// What one conversation costs of an agent's capacity. Default: 1.
    pub(super) units: Option<u32>,
    /// Presences in which agents are offered conversations. Default: available.
    #[schemars(with = "Option<BTreeSet<names::Presence>>")]
    pub(super) allowed_presences: Option<BTreeSet<Presence>>,
    /// An offer counts as accepted at once. Default: false.
    pub(super) auto_accept: Option<bool>,
    /// A missed offer sets the agent away. Default: false.
    pub(super) away_on_missed_offer: Option<bool>,
    /// Own pick or reopen may go over capacity (recorded). Default: false.
    pub(super) own_choice_over_capacity: Option<bool>,
    /// "block" (default), "release", or the time after which units are freed: "30s" to "60min".
    pub(super) wrap_up: Option<String>,
    /// Higher goes first in a queue. Default: 0.
    pub(super) priority: Option<i32>,
    /// Persistent: customers without an authentication setting may be known by their device. Default: false.
    pub(super) device_identity: Option<bool>,
    /// When a conversation comes back to its agent.
    pub(super) stickiness: Option<StickinessFile>,
    /// Durations.
    pub(super) timers: Option<TimersFile>,
    /// System messages written differently; an empty text switches one off.
    #[serde(default, skip_serializing_if = "MessagesFile::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<names::MessageKind, TextsFile>")]
    pub(super) messages: MessagesFile,
    /// Ordered; the first whose conditions all hold decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) routes: Vec<RouteFile>,
    /// Persistent: what happens when a side is silent for too long.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) timeout_rules: Vec<TimeoutFile>,
}

/// What happens when a conversation comes back to its agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct StickinessFile {
    /// The agent has no room: "wait" (default), "assign_anyway", "queue".
    #[schemars(with = "Option<names::WhenFull>")]
    pub(super) when_full: Option<WhenFull>,
    /// The agent is not there: "wait" (default), "queue".
    #[schemars(with = "Option<names::WhenAbsent>")]
    pub(super) when_absent: Option<WhenAbsent>,
    /// How long to wait, in operating time of the queue: "15min" (default), or "forever".
    pub(super) patience: Option<String>,
}

/// Durations, such as "15min", "28d", "1h 30min".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct TimersFile {
    /// Open and nothing happens → closed. Default: 30d, live 20min.
    pub(super) open_idle_close: Option<String>,
    /// Persistent, active and the customer is silent → waiting. Default: 60min.
    pub(super) auto_park_after: Option<String>,
    /// Persistent, waiting and nothing happens → closed (1min to 365d). Default: 28d.
    pub(super) auto_close_after: Option<String>,
    /// Wrap-up → closed. Default: 1d, live 15min.
    pub(super) wrap_up_limit: Option<String>,
    /// Live: the customer is disconnected → ended. Default: 3min.
    pub(super) disconnect_limit: Option<String>,
    /// An offer goes on after this (10s to 300s). Default: 120s.
    pub(super) offer_deadline: Option<String>,
}

impl WorkstreamFile {
    pub(super) fn of(w: &Workstream) -> Self {
        let t = &w.timers;
        let shown = |duration| Some(show_duration(duration));
        Self {
            name: Some(w.name.clone()),
            mode: w.mode,
            default_queue: w.default_queue.to_string(),
            enabled: Some(w.enabled),
            locale: w.locale.clone(),
            distribution: w.distribution,
            keep_same_agent: Some(w.keep_same_agent.is_some()),
            prefer_last_agent: Some(w.prefer_last_agent),
            units: Some(w.units),
            allowed_presences: Some(w.allowed_presences.clone()),
            auto_accept: Some(w.auto_accept),
            away_on_missed_offer: Some(w.away_on_missed_offer),
            own_choice_over_capacity: Some(w.own_choice_over_capacity),
            wrap_up: Some(match w.wrap_up {
                WrapUp::Block => "block".to_owned(),
                WrapUp::Release => "release".to_owned(),
                WrapUp::ReleaseAfter(after) => show_duration(after),
            }),
            priority: Some(w.priority),
            device_identity: Some(w.device_identity),
            stickiness: w.keep_same_agent.map(|s| StickinessFile {
                when_full: Some(s.when_full),
                when_absent: Some(s.when_absent),
                patience: Some(match s.patience {
                    Patience::For(time) => show_duration(time),
                    Patience::Forever => "forever".to_owned(),
                }),
            }),
            timers: Some(TimersFile {
                open_idle_close: shown(t.open_idle_close),
                auto_park_after: shown(t.auto_park_after),
                auto_close_after: shown(t.auto_close_after),
                wrap_up_limit: shown(t.wrap_up_limit),
                disconnect_limit: shown(t.disconnect_limit),
                offer_deadline: shown(t.offer_deadline),
            }),
            messages: write_messages(&w.messages),
            routes: w.routes.iter().map(RouteFile::of).collect(),
            timeout_rules: w.timeout_rules.iter().map(TimeoutFile::of).collect(),
        }
    }

    pub(super) fn read(self, reader: &mut Reader, place: &Place<'_>) -> Option<Workstream> {
        let queue: Option<QueueId> = reader.id(&place.key("default_queue"), &self.default_queue);
        let name = self.name.unwrap_or_else(|| place.id.to_owned());
        let default = Workstream::new(&name, self.mode, queue?);
        let keep_same_agent = stickiness(
            reader,
            place,
            self.keep_same_agent,
            self.stickiness,
            &default,
        );
        let routes = numbered(place, "routes", self.routes)
            .filter_map(|(at, route)| route.read(reader, &at))
            .collect();
        let timeout_rules = numbered(place, "timeout_rules", self.timeout_rules)
            .filter_map(|(at, rule)| rule.read(reader, &at))
            .collect();
        Some(Workstream {
            mode: default.mode,
            default_queue: default.default_queue,
            distribution: self.distribution,
            keep_same_agent,
            prefer_last_agent: self.prefer_last_agent.unwrap_or(default.prefer_last_agent),
            units: self.units.unwrap_or(default.units),
            allowed_presences: self.allowed_presences.unwrap_or(default.allowed_presences),
            auto_accept: self.auto_accept.unwrap_or(default.auto_accept),
            away_on_missed_offer: self
                .away_on_missed_offer
                .unwrap_or(default.away_on_missed_offer),
            own_choice_over_capacity: self
                .own_choice_over_capacity
                .unwrap_or(default.own_choice_over_capacity),
            wrap_up: wrap_up(reader, place, self.wrap_up.as_deref()),
            timers: timers(reader, place, self.timers, default.timers),
            priority: self.priority.unwrap_or(default.priority),
            routes,
            messages: read_messages(self.messages),
            enabled: self.enabled.unwrap_or(default.enabled),
            locale: self.locale,
            timeout_rules,
            device_identity: self.device_identity.unwrap_or(default.device_identity),
            name,
        })
    }
}

fn numbered<'a, T: 'a>(
    place: &'a Place<'_>,
    key: &'a str,
    items: Vec<T>,
) -> impl Iterator<Item = (String, T)> + use<'a, T> {
    let at = place.key(key);
    items
        .into_iter()
        .enumerate()
        .map(move |(n, item)| (format!("{at}[{n}]"), item))
}

fn stickiness(
    reader: &mut Reader,
    place: &Place<'_>,
    keep: Option<bool>,
    file: Option<StickinessFile>,
    default: &Workstream,
) -> Option<Stickiness> {
    if !keep.unwrap_or(default.keep_same_agent.is_some() || file.is_some()) {
        if file.is_some() {
            reader.wrong(
                place.key("stickiness"),
                "It has no effect while keep_same_agent is false; remove one of them.",
            );
        }
        return None;
    }
    let file = file.unwrap_or_default();
    let patience = match file.patience.as_deref() {
        None => Stickiness::default().patience,
        Some("forever") => Patience::Forever,
        Some(text) => reader
            .duration(&place.key("stickiness.patience"), text)
            .map_or(Patience::Forever, Patience::For),
    };
    Some(Stickiness {
        when_full: file.when_full.unwrap_or_default(),
        when_absent: file.when_absent.unwrap_or_default(),
        patience,
    })
}

fn wrap_up(reader: &mut Reader, place: &Place<'_>, text: Option<&str>) -> WrapUp {
    match text {
        None | Some("block") => WrapUp::Block,
        Some("release") => WrapUp::Release,
        Some(text) => parse_duration(text).map_or_else(
            |_| {
                reader.wrong(
                    place.key("wrap_up"),
                    format!("{text:?} is not a policy; write \"block\", \"release\", or the time after which units are freed, such as \"5min\"."),
                );
                WrapUp::Block
            },
            WrapUp::ReleaseAfter,
        ),
    }
}

fn timers(
    reader: &mut Reader,
    place: &Place<'_>,
    file: Option<TimersFile>,
    d: TimerSettings,
) -> TimerSettings {
    let Some(file) = file else { return d };
    let mut read = |name: &str, text, default| {
        reader.duration_or(&place.key(&format!("timers.{name}")), text, default)
    };
    TimerSettings {
        open_idle_close: read("open_idle_close", file.open_idle_close, d.open_idle_close),
        auto_park_after: read("auto_park_after", file.auto_park_after, d.auto_park_after),
        auto_close_after: read(
            "auto_close_after",
            file.auto_close_after,
            d.auto_close_after,
        ),
        wrap_up_limit: read("wrap_up_limit", file.wrap_up_limit, d.wrap_up_limit),
        disconnect_limit: read(
            "disconnect_limit",
            file.disconnect_limit,
            d.disconnect_limit,
        ),
        offer_deadline: read("offer_deadline", file.offer_deadline, d.offer_deadline),
    }
}
