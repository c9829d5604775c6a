//! Collects everything that is wrong with a file while it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::units::parse_duration;
use crate::domain::company::Problem;
use crate::domain::ids::InvalidId;
use crate::domain::time::Millis;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Fault {
    /// On which line of the file, if there is a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Where: `queues.support.hours`. Empty if the text could not be read at all.
    pub at: String,
    /// What is wrong and what to do.
    pub why: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}")?;
            f.write_str(if self.at.is_empty() { ": " } else { ", " })?;
        }
        if !self.at.is_empty() {
            write!(f, "{}: ", self.at)?;
        }
        f.write_str(&self.why)
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self {
            line: None,
            at: problem.at,
            why: problem.why,
        }
    }
}

/// Why a company file cannot be used: every problem, each with its place and a way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<Fault>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the company file cannot be used:")?;
        self.problems.iter().try_for_each(|problem| {
            let text = problem.to_string();
            write!(f, "\n  - {}", text.trim_end().replace('\n', "\n    "))
        })
    }
}

impl std::error::Error for ConfigError {}

/// Collects problems while it reads, so that one run names all of them.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<Problem>,
}

impl Reader {
    pub(super) fn wrong(&mut self, at: impl Into<String>, why: impl fmt::Display) {
        self.problems.push(Problem {
            at: at.into(),
            why: why.to_string(),
        });
    }

    pub(super) fn note<T, E: fmt::Display>(&mut self, at: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|why| self.wrong(at, why)).ok()
    }

    pub(super) fn table<K, F, V>(
        &mut self,
        table: &str,
        files: BTreeMap<String, F>,
        mut read: impl FnMut(&mut Self, &Place<'_>, F) -> Option<V>,
    ) -> BTreeMap<K, V>
    where
        K: Ord + FromStr<Err = InvalidId>,
    {
        let mut out = BTreeMap::new();
        for (name, file) in files {
            let place = Place {
                at: &format!("{table}.{name}"),
                id: &name,
            };
            let id = self.note(place.at, name.parse::<K>());
            let value = read(self, &place, file);
            if let (Some(id), Some(value)) = (id, value) {
                out.insert(id, value);
            }
        }
        out
    }

    pub(super) fn id<K: FromStr<Err = InvalidId>>(&mut self, at: &str, text: &str) -> Option<K> {
        self.note(at, text.parse())
    }

    /// `Err` if there is one that is wrong.
    pub(super) fn optional<K: FromStr<Err = InvalidId>>(
        &mut self,
        at: &str,
        text: Option<&str>,
    ) -> Option<Option<K>> {
        match text {
            None => Some(None),
            Some(text) => self.id(at, text).map(Some),
        }
    }

    pub(super) fn ids<K: Ord + FromStr<Err = InvalidId>>(
        &mut self,
        at: &str,
        texts: &BTreeSet<String>,
    ) -> BTreeSet<K> {
        texts.iter().filter_map(|text| self.id(at, text)).collect()
    }

    pub(super) fn duration(&mut self, at: &str, text: &str) -> Option<Millis> {
        self.note(at, parse_duration(text))
    }

    pub(super) fn duration_or(
        &mut self,
        at: &str,
        text: Option<String>,
        default: Millis,
    ) -> Millis {
        text.and_then(|text| self.duration(at, &text))
            .unwrap_or(default)
    }
}

/// Where an object stands, and what it is called.
pub(super) struct Place<'a> {
    pub(super) at: &'a str,
    pub(super) id: &'a str,
}

impl Place<'_> {
    /// A key below.
    pub(super) fn key(&self, key: &str) -> String {
        format!("{}.{key}", self.at)
    }
}
