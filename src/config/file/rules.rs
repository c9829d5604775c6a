//! Routing rules and timeout rules.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use super::texts::TextsFile;
use crate::config::reader::Reader;
use crate::config::units::show_duration;
use crate::domain::company::{Condition, RouteRule, Test, TimeoutAction, TimeoutRule};
use crate::domain::message::Side;

/// A routing rule: when all its conditions hold, the conversation goes to this queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct RouteFile {
    /// The rule's name, shown in explanations; each has its own.
    pub(super) name: String,
    /// All must hold; without any the rule always matches.
    #[serde(default)]
    pub(super) when: Vec<ConditionFile>,
    /// The queue it sends to.
    pub(super) queue: String,
}

/// A condition: a key and exactly one of the tests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct ConditionFile {
    /// The context value it looks at. `widget`, `locale` and `hours.NAME` (`open` or
    /// `closed`) are always there.
    pub(super) key: String,
    /// The value is one of these.
    pub(super) any_of: Option<BTreeSet<String>>,
    /// The value is none of these, or absent.
    pub(super) none_of: Option<BTreeSet<String>>,
    /// The value contains this, whatever the case of letters.
    pub(super) contains: Option<String>,
    /// The value begins with this.
    pub(super) starts_with: Option<String>,
    /// The value is there and not empty (true), or not (false).
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

    fn read(self, reader: &mut Reader, at: &str) -> Option<Condition> {
        let mut tests: Vec<Test> = [
            self.any_of.map(Test::AnyOf),
            self.none_of.map(Test::NoneOf),
            self.contains.map(Test::Contains),
            self.starts_with.map(Test::StartsWith),
            self.present.map(Test::Present),
        ]
        .into_iter()
        .flatten()
        .collect();
        if let (Some(test), true) = (tests.pop(), tests.is_empty()) {
            return Some(Condition {
                key: self.key,
                test,
            });
        }
        reader.wrong(
            at,
            format!(
                "key {:?}: a condition has exactly one test; write any_of, none_of, contains, starts_with or present.",
                self.key
            ),
        );
        None
    }
}

impl RouteFile {
    pub(super) fn of(rule: &RouteRule) -> Self {
        Self {
            name: rule.name.clone(),
            when: rule.when.iter().map(ConditionFile::of).collect(),
            queue: rule.queue.to_string(),
        }
    }

    pub(super) fn read(self, reader: &mut Reader, at: &str) -> Option<RouteRule> {
        let when: Vec<Condition> = self
            .when
            .into_iter()
            .enumerate()
            .filter_map(|(n, condition)| condition.read(reader, &format!("{at}.when[{n}]")))
            .collect();
        Some(RouteRule {
            queue: reader.id(&format!("{at}.queue"), &self.queue)?,
            name: self.name,
            when,
        })
    }
}

/// A timeout rule: a side is silent for too long. Exactly one of `say`, `park`, `close`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct TimeoutFile {
    /// The rule's name, shown in the journal; each has its own.
    pub(super) name: String,
    /// Who is silent.
    #[schemars(with = "names::Side")]
    pub(super) silent: Side,
    /// For how long, such as "30min": 1min to 365d.
    pub(super) after: String,
    /// Says this into the thread.
    pub(super) say: Option<TextsFile>,
    /// Parks the conversation.
    pub(super) park: Option<bool>,
    /// Closes the conversation.
    pub(super) close: Option<bool>,
}

impl TimeoutFile {
    pub(super) fn of(rule: &TimeoutRule) -> Self {
        let mut file = Self {
            name: rule.name.clone(),
            silent: rule.silent,
            after: show_duration(rule.after),
            say: None,
            park: None,
            close: None,
        };
        match &rule.then {
            TimeoutAction::Say(texts) => file.say = Some(TextsFile::of(texts)),
            TimeoutAction::Park => file.park = Some(true),
            TimeoutAction::Close => file.close = Some(true),
        }
        file
    }

    pub(super) fn read(self, reader: &mut Reader, at: &str) -> Option<TimeoutRule> {
        let after = reader.duration(&format!("{at}.after"), &self.after);
        let then = match (self.say, self.park, self.close) {
            (Some(texts), None, None) => TimeoutAction::Say(texts.read()),
            (None, Some(true), None) => TimeoutAction::Park,
            (None, None, Some(true)) => TimeoutAction::Close,
            _ => {
                reader.wrong(
                    at,
                    format!(
                        "timeout rule {:?} does exactly one thing; write say = \"…\", park = true or close = true.",
                        self.name
                    ),
                );
                return None;
            }
        };
        Some(TimeoutRule {
            name: self.name,
            silent: self.silent,
            after: after?,
            then,
        })
    }
}
