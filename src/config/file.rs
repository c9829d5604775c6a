//! The company file as written: TOML ⇄ [`CompanyFile`], and [`Company`] → file.
//!
//! Promises: an exported file reads back to the same company (but for its revision, which
//! counts changes and is not in the file). Unknown keys are refused, never skipped: a
//! misspelt setting must not look as if it had worked. What the texts mean is read in
//! `company.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use super::units::{show_date, show_duration};
use crate::domain::company::{
    ANY_LANGUAGE, AgentProfile, Company, Condition, CustomerKey, Distribution, Method, Mode,
    Patience, Presence, Queue, Role, Test, Texts, WhenAbsent, WhenFull, Workstream, WrapUp,
};
use crate::domain::hours::{Calendar, Interval};
use crate::domain::ids::{AgentId, CalendarId};
use crate::domain::message::SystemKind;

/// The file as written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompanyFile {
    pub(super) name: String,
    #[serde(default)]
    pub(super) workstreams: BTreeMap<String, WorkstreamFile>,
    #[serde(default)]
    pub(super) queues: BTreeMap<String, QueueFile>,
    #[serde(default)]
    pub(super) hours: BTreeMap<String, HoursFile>,
    #[serde(default)]
    pub(super) agents: BTreeMap<String, AgentFile>,
    #[serde(default)]
    pub(super) widgets: BTreeMap<String, WidgetFile>,
    #[serde(default)]
    pub(super) authentication: BTreeMap<String, CustomerKey>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkstreamFile {
    pub(super) name: Option<String>,
    pub(super) mode: Mode,
    pub(super) default_queue: String,
    #[serde(default)]
    pub(super) distribution: Distribution,
    pub(super) keep_same_agent: Option<bool>,
    pub(super) prefer_last_agent: Option<bool>,
    pub(super) units: Option<u32>,
    pub(super) allowed_presences: Option<BTreeSet<Presence>>,
    pub(super) auto_accept: Option<bool>,
    pub(super) away_on_missed_offer: Option<bool>,
    pub(super) own_choice_over_capacity: Option<bool>,
    pub(super) wrap_up: Option<String>,
    pub(super) priority: Option<i32>,
    pub(super) stickiness: Option<StickinessFile>,
    pub(super) timers: Option<TimersFile>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) messages: BTreeMap<SystemKind, TextsFile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) routes: Vec<RouteFile>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StickinessFile {
    pub(super) when_full: Option<WhenFull>,
    pub(super) when_absent: Option<WhenAbsent>,
    pub(super) patience: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TimersFile {
    pub(super) open_idle_close: Option<String>,
    pub(super) auto_park_after: Option<String>,
    pub(super) auto_close_after: Option<String>,
    pub(super) wrap_up_limit: Option<String>,
    pub(super) disconnect_limit: Option<String>,
    pub(super) offer_deadline: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteFile {
    pub(super) name: String,
    #[serde(default)]
    pub(super) when: Vec<ConditionFile>,
    pub(super) queue: String,
}

/// One of the tests after the key; all others are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionFile {
    pub(super) key: String,
    pub(super) any_of: Option<BTreeSet<String>>,
    pub(super) none_of: Option<BTreeSet<String>>,
    pub(super) contains: Option<String>,
    pub(super) starts_with: Option<String>,
    pub(super) present: Option<bool>,
}

impl ConditionFile {
    fn of(condition: &Condition) -> Self {
        let mut file = Self {
            key: condition.key.clone(),
            ..Self::default()
        };
        match condition.test.clone() {
            Test::AnyOf(values) => file.any_of = Some(values),
            Test::NoneOf(values) => file.none_of = Some(values),
            Test::Contains(part) => file.contains = Some(part),
            Test::StartsWith(start) => file.starts_with = Some(start),
            Test::Present(wanted) => file.present = Some(wanted),
        }
        file
    }
}

/// A text for every language, or a table of them by language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum TextsFile {
    Any(String),
    ByLanguage(BTreeMap<String, String>),
}

impl TextsFile {
    fn of(texts: &Texts) -> Self {
        match texts.0.get(ANY_LANGUAGE) {
            Some(text) if texts.0.len() == 1 => Self::Any(text.clone()),
            _ => Self::ByLanguage(texts.0.clone()),
        }
    }

    pub(super) fn read(self) -> Texts {
        match self {
            Self::Any(text) => Texts::any(&text),
            Self::ByLanguage(texts) => Texts(texts),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QueueFile {
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) members: BTreeSet<String>,
    #[serde(default)]
    pub(super) method: Method,
    #[serde(default)]
    pub(super) priority: i32,
    pub(super) hours: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HoursFile {
    pub(super) time_zone: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) monday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tuesday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) wednesday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) thursday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) friday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) saturday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sunday: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) holidays: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentFile {
    pub(super) display_name: Option<String>,
    #[serde(default)]
    pub(super) role: Role,
    pub(super) capacity: u32,
    pub(super) enabled: Option<bool>,
    pub(super) secret_sha256: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WidgetFile {
    pub(super) workstream: String,
    #[serde(default)]
    pub(super) allowed_origins: BTreeSet<String>,
}

impl CompanyFile {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// What TOML or the structure does not allow, with line and column.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|e| ConfigError {
            problems: vec![e.to_string()],
        })
    }

    /// The file of a company: everything written out, defaults included.
    #[must_use]
    pub fn of(company: &Company) -> Self {
        Self {
            name: company.name.clone(),
            workstreams: by_text(&company.workstreams, write_workstream),
            queues: by_text(&company.queues, write_queue),
            hours: by_text(&company.calendars, write_hours),
            agents: by_text(&company.agents, write_agent),
            widgets: by_text(&company.widgets, |w| WidgetFile {
                workstream: w.workstream.to_string(),
                allowed_origins: w.allowed_origins.clone(),
            }),
            authentication: by_text(&company.authentication, CustomerKey::clone),
        }
    }

    /// The text of the file.
    ///
    /// # Errors
    /// None that a company can cause; the serialiser's own.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }
}

fn by_text<K: fmt::Display, V, F>(
    map: &BTreeMap<K, V>,
    write: impl Fn(&V) -> F,
) -> BTreeMap<String, F> {
    map.iter()
        .map(|(id, v)| (id.to_string(), write(v)))
        .collect()
}

fn write_workstream(w: &Workstream) -> WorkstreamFile {
    let t = &w.timers;
    let shown = |duration| Some(show_duration(duration));
    WorkstreamFile {
        name: Some(w.name.clone()),
        mode: w.mode,
        default_queue: w.default_queue.to_string(),
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
        messages: w
            .messages
            .iter()
            .map(|(kind, texts)| (*kind, TextsFile::of(texts)))
            .collect(),
        routes: w
            .routes
            .iter()
            .map(|r| RouteFile {
                name: r.name.clone(),
                when: r.when.iter().map(ConditionFile::of).collect(),
                queue: r.queue.to_string(),
            })
            .collect(),
    }
}

fn write_queue(q: &Queue) -> QueueFile {
    QueueFile {
        name: Some(q.name.clone()),
        members: q.members.iter().map(AgentId::to_string).collect(),
        method: q.method,
        priority: q.priority,
        hours: q.hours.as_ref().map(CalendarId::to_string),
    }
}

fn write_hours(calendar: &Calendar) -> HoursFile {
    let texts = |intervals: &Vec<Interval>| intervals.iter().map(Interval::to_string).collect();
    let [
        monday,
        tuesday,
        wednesday,
        thursday,
        friday,
        saturday,
        sunday,
    ] = calendar.weekly.each_ref().map(texts);
    HoursFile {
        time_zone: calendar.time_zone.clone(),
        monday,
        tuesday,
        wednesday,
        thursday,
        friday,
        saturday,
        sunday,
        holidays: calendar
            .holidays
            .iter()
            .map(|(date, intervals)| (show_date(*date), texts(intervals)))
            .collect(),
    }
}

fn write_agent(a: &AgentProfile) -> AgentFile {
    AgentFile {
        display_name: Some(a.display_name.clone()),
        role: a.role,
        capacity: a.capacity,
        enabled: Some(a.enabled),
        secret_sha256: Some(a.secret_sha256.clone()),
    }
}
