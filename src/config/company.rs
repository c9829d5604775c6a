//! What a company file means: [`CompanyFile`] → [`Company`], everything that is wrong with
//! it collected on the way.
//!
//! A file that names an agent without `secret_sha256` keeps the secret the store has;
//! agents it does not name stay as they are, with their places in queues. So
//! `linger agent add` and a file can be used together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::file::{
    AgentFile, CompanyFile, ConditionFile, HoursFile, QueueFile, RouteFile, StickinessFile,
    TimersFile, WidgetFile, WorkstreamFile,
};
use super::units::{parse_date, parse_duration, parse_interval};
use crate::domain::company::{
    AgentProfile, Company, Condition, CustomerKey, Overflow, Patience, Queue, RouteRule,
    Stickiness, Test, TimerSettings, Widget, Workstream, WrapUp,
};
use crate::domain::hours::{Calendar, Interval};
use crate::domain::ids::{AgentId, CalendarId, InvalidId, QueueId};
use crate::domain::system_messages;
use crate::domain::time::Millis;

/// Why a company file cannot be used: every problem, each with its place and a way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// One sentence (or, for the syntax, one excerpt) each; at least one.
    pub problems: Vec<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the company file cannot be used:")?;
        self.problems.iter().try_for_each(|problem| {
            write!(f, "\n  - {}", problem.trim_end().replace('\n', "\n    "))
        })
    }
}

impl std::error::Error for ConfigError {}

impl CompanyFile {
    /// The company that the file describes, taking over from the stored one what the
    /// file leaves to it: secrets, and agents it does not name. The revision is one more
    /// than the stored one's.
    ///
    /// # Errors
    /// Everything that refers to something missing, cannot be read or is out of bounds.
    pub fn onto(self, stored: Option<&Company>) -> Result<Company, ConfigError> {
        let mut reader = Reader::default();
        let mut company = Company {
            revision: stored.map_or(0, |s| s.revision) + 1,
            name: self.name,
            workstreams: reader.table("workstreams", self.workstreams, Reader::workstream),
            queues: reader.table("queues", self.queues, Reader::queue),
            calendars: reader.table("hours", self.hours, Reader::hours),
            agents: reader.table("agents", self.agents, |r, at, file: AgentFile| {
                r.agent(at, file, stored)
            }),
            widgets: reader.table("widgets", self.widgets, Reader::widget),
            authentication: reader.table(
                "authentication",
                self.authentication,
                Reader::customer_key,
            ),
            quick_replies: BTreeMap::new(),
            locale: String::new(),
        };
        if let Some(stored) = stored {
            keep_unnamed_agents(&mut company, stored);
        }
        // What could not be read is missing now; naming it again would only confuse.
        if reader.problems.is_empty() {
            reader.problems = company.problems();
        }
        if reader.problems.is_empty() {
            Ok(company)
        } else {
            Err(ConfigError {
                problems: reader.problems,
            })
        }
    }
}

fn keep_unnamed_agents(company: &mut Company, stored: &Company) {
    for (id, profile) in &stored.agents {
        if company.agents.contains_key(id) {
            continue;
        }
        company.agents.insert(id.clone(), profile.clone());
        for (queue_id, queue) in &stored.queues {
            if let Some(kept) = company.queues.get_mut(queue_id)
                && queue.members.contains(id)
            {
                kept.members.insert(id.clone());
            }
        }
    }
}

/// Collects problems while it reads, so that one run names all of them.
#[derive(Default)]
struct Reader {
    problems: Vec<String>,
}

impl Reader {
    fn note<T, E: fmt::Display>(&mut self, at: &str, result: Result<T, E>) -> Option<T> {
        result
            .map_err(|why| self.problems.push(format!("{at}: {why}")))
            .ok()
    }

    fn table<K, F, V>(
        &mut self,
        table: &str,
        files: BTreeMap<String, F>,
        mut read: impl FnMut(&mut Self, &str, F) -> Option<V>,
    ) -> BTreeMap<K, V>
    where
        K: Ord + std::str::FromStr<Err = InvalidId>,
    {
        let mut out = BTreeMap::new();
        for (name, file) in files {
            let at = format!("{table}.{name}");
            let id = self.note(&at, name.parse::<K>());
            let value = read(self, &at, file);
            if let (Some(id), Some(value)) = (id, value) {
                out.insert(id, value);
            }
        }
        out
    }

    fn ids<K: Ord + std::str::FromStr<Err = InvalidId>>(
        &mut self,
        at: &str,
        texts: BTreeSet<String>,
    ) -> BTreeSet<K> {
        texts
            .into_iter()
            .filter_map(|text| self.note(at, text.parse()))
            .collect()
    }

    fn duration(&mut self, at: &str, name: &str, text: Option<String>, default: Millis) -> Millis {
        let Some(text) = text else { return default };
        self.note(&format!("{at}.{name}"), parse_duration(&text))
            .unwrap_or(default)
    }

    fn workstream(&mut self, at: &str, file: WorkstreamFile) -> Option<Workstream> {
        let queue: Option<QueueId> =
            self.note(&format!("{at}.default_queue"), file.default_queue.parse());
        let default = Workstream::new(file.name.as_deref().unwrap_or_default(), file.mode, queue?);
        for kind in file.messages.keys() {
            if !system_messages::is_offered(file.mode, *kind) {
                self.problems.push(format!(
                    "{at}.messages: {kind:?} is never said in {:?} mode; remove it.",
                    file.mode
                ));
            }
        }
        let routes = file
            .routes
            .into_iter()
            .filter_map(|route| self.route(at, route))
            .collect();
        Some(Workstream {
            distribution: file.distribution,
            keep_same_agent: self.stickiness(at, file.keep_same_agent, file.stickiness, &default),
            prefer_last_agent: file.prefer_last_agent.unwrap_or(default.prefer_last_agent),
            units: file.units.unwrap_or(default.units),
            allowed_presences: file.allowed_presences.unwrap_or(default.allowed_presences),
            auto_accept: file.auto_accept.unwrap_or(default.auto_accept),
            away_on_missed_offer: file
                .away_on_missed_offer
                .unwrap_or(default.away_on_missed_offer),
            own_choice_over_capacity: file
                .own_choice_over_capacity
                .unwrap_or(default.own_choice_over_capacity),
            wrap_up: self.wrap_up(at, file.wrap_up.as_deref()),
            timers: self.timers(at, file.timers, default.timers),
            priority: file.priority.unwrap_or(default.priority),
            routes,
            messages: file
                .messages
                .into_iter()
                .map(|(kind, texts)| (kind, texts.read()))
                .collect(),
            enabled: default.enabled,
            locale: default.locale,
            timeout_rules: default.timeout_rules,
            device_identity: default.device_identity,
            name: file.name.unwrap_or_else(|| last_part(at)),
            mode: default.mode,
            default_queue: default.default_queue,
        })
    }

    fn route(&mut self, at: &str, file: RouteFile) -> Option<RouteRule> {
        let at = format!("{at}.routes, rule {:?}", file.name);
        Some(RouteRule {
            queue: self.note(&at, file.queue.parse())?,
            name: file.name,
            when: file
                .when
                .into_iter()
                .filter_map(|condition| self.condition(&at, condition))
                .collect(),
        })
    }

    fn condition(&mut self, at: &str, file: ConditionFile) -> Option<Condition> {
        let mut tests: Vec<Test> = [
            file.any_of.map(Test::AnyOf),
            file.none_of.map(Test::NoneOf),
            file.contains.map(Test::Contains),
            file.starts_with.map(Test::StartsWith),
            file.present.map(Test::Present),
        ]
        .into_iter()
        .flatten()
        .collect();
        if let (Some(test), true) = (tests.pop(), tests.is_empty()) {
            return Some(Condition {
                key: file.key,
                test,
            });
        }
        self.problems.push(format!(
            "{at}, key {:?}: a condition has exactly one test; write any_of, none_of, contains, starts_with or present.",
            file.key
        ));
        None
    }

    fn stickiness(
        &mut self,
        at: &str,
        keep: Option<bool>,
        file: Option<StickinessFile>,
        default: &Workstream,
    ) -> Option<Stickiness> {
        if !keep.unwrap_or(default.keep_same_agent.is_some() || file.is_some()) {
            if file.is_some() {
                self.problems.push(format!(
                    "{at}.stickiness has no effect while keep_same_agent is false; remove one of them."
                ));
            }
            return None;
        }
        let file = file.unwrap_or_default();
        let patience = match file.patience.as_deref() {
            None => Stickiness::default().patience,
            Some("forever") => Patience::Forever,
            Some(text) => self
                .note(&format!("{at}.stickiness.patience"), parse_duration(text))
                .map_or(Patience::Forever, Patience::For),
        };
        Some(Stickiness {
            when_full: file.when_full.unwrap_or_default(),
            when_absent: file.when_absent.unwrap_or_default(),
            patience,
        })
    }

    fn wrap_up(&mut self, at: &str, text: Option<&str>) -> WrapUp {
        match text {
            None | Some("block") => WrapUp::Block,
            Some("release") => WrapUp::Release,
            Some(text) => match parse_duration(text) {
                Ok(after) => WrapUp::ReleaseAfter(after),
                Err(_) => {
                    self.problems.push(format!("{at}.wrap_up: {text:?} is not a policy; write \"block\", \"release\", or the time after which units are freed, such as \"5min\"."));
                    WrapUp::Block
                }
            },
        }
    }

    fn timers(&mut self, at: &str, file: Option<TimersFile>, d: TimerSettings) -> TimerSettings {
        let Some(file) = file else { return d };
        let at = format!("{at}.timers");
        let mut read = |name, text, default| self.duration(&at, name, text, default);
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

    fn queue(&mut self, at: &str, file: QueueFile) -> Option<Queue> {
        let hours: Option<CalendarId> = match file.hours {
            Some(text) => Some(self.note(&format!("{at}.hours"), text.parse())?),
            None => None,
        };
        Some(Queue {
            name: file.name.unwrap_or_else(|| last_part(at)),
            members: self.ids(&format!("{at}.members"), file.members),
            method: file.method,
            priority: file.priority,
            hours,
            overflow: Overflow::default(),
        })
    }

    fn intervals(&mut self, at: &str, texts: &[String]) -> Vec<Interval> {
        texts
            .iter()
            .filter_map(|text| self.note(at, parse_interval(text)))
            .collect()
    }

    fn hours(&mut self, at: &str, file: HoursFile) -> Option<Calendar> {
        let week = [
            ("monday", file.monday),
            ("tuesday", file.tuesday),
            ("wednesday", file.wednesday),
            ("thursday", file.thursday),
            ("friday", file.friday),
            ("saturday", file.saturday),
            ("sunday", file.sunday),
        ];
        let weekly = week.map(|(day, texts)| self.intervals(&format!("{at}.{day}"), &texts));
        let mut holidays = BTreeMap::new();
        for (text, intervals) in file.holidays {
            let at = format!("{at}.holidays.{text}");
            let intervals = self.intervals(&at, &intervals);
            if let Some(date) = self.note(&at, parse_date(&text)) {
                holidays.insert(date, intervals);
            }
        }
        Some(Calendar {
            time_zone: file.time_zone,
            weekly,
            holidays,
        })
    }

    fn agent(
        &mut self,
        at: &str,
        file: AgentFile,
        stored: Option<&Company>,
    ) -> Option<AgentProfile> {
        let kept = || {
            let id: AgentId = last_part(at).parse().ok()?;
            Some(stored?.agents.get(&id)?.secret_sha256.clone())
        };
        if let Some(secret) = &file.secret_sha256
            && !(secret.len() == 64
                && secret
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
            && !secret.is_empty()
        {
            self.problems.push(format!("{at}.secret_sha256 is not a SHA-256 in lower-case hex (64 digits); remove the line and run `linger agent add`."));
        }
        Some(AgentProfile {
            name: String::new(),
            display_name: file.display_name.unwrap_or_else(|| last_part(at)),
            role: file.role,
            capacity: file.capacity,
            enabled: file.enabled.unwrap_or(true),
            secret_sha256: file.secret_sha256.or_else(kept).unwrap_or_default(),
        })
    }

    fn widget(&mut self, at: &str, file: WidgetFile) -> Option<Widget> {
        Some(Widget {
            allowed_origins: file.allowed_origins,
            ..Widget::new(self.note(&format!("{at}.workstream"), file.workstream.parse())?)
        })
    }

    fn customer_key(&mut self, at: &str, key: CustomerKey) -> Option<CustomerKey> {
        if !["RS256", "ES256", "EdDSA"].contains(&key.algorithm.as_str()) {
            self.problems.push(format!(
                "{at}: algorithm {:?} is not accepted; use \"RS256\", \"ES256\" or \"EdDSA\".",
                key.algorithm
            ));
        }
        if !key.public_key_pem.contains("-----BEGIN PUBLIC KEY-----") {
            self.problems.push(format!("{at}: public_key_pem holds no public key; paste it with its BEGIN PUBLIC KEY and END lines."));
        }
        Some(key)
    }
}

fn last_part(at: &str) -> String {
    at.split_once('.').map_or(at, |(_, name)| name).to_owned()
}
