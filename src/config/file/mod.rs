//! The company file as written: TOML or JSON ⇄ [`CompanyFile`] ⇄ [`Company`].
//!
//! Promises: an exported file reads back to the same company (but for its revision, which
//! counts changes and is not in the file). Unknown keys are refused, never skipped: a
//! misspelt setting must not look as if it had worked.
//!
//! A file that names an agent without `secret_sha256` keeps the secret the store has;
//! agents it does not name stay as they are, with their places in queues. So
//! `linger agent add` and a file can be used together.

mod authentication;
pub(super) mod hours;
mod masking;
mod names;
pub(super) mod people;
pub(super) mod queue;
mod rules;
mod texts;
pub(super) mod widget;
pub(super) mod workstream;

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::lines::{Lines, line_at};
use super::reader::{ConfigError, Fault, Reader};
use crate::config::json;
use crate::domain::company::{Company, Problem};
use crate::domain::ids::AgentId;
use crate::limits;

use authentication::AuthenticationFile;
use hours::HoursFile;
use masking::MaskingFile;
use people::{AgentFile, QuickReplyFile};
use queue::QueueFile;
use widget::WidgetFile;
use workstream::WorkstreamFile;

/// Bytes of a configuration at most, written as JSON: what a stored record can hold, with
/// room for the audit's two copies.
const COMPANY_BYTES_MAX: usize = limits::RECORD_BYTES_MAX / 4;
/// So much is shown of each line of a fault.
const FAULT_LINE_CHARS_MAX: usize = 300;

/// A company: everything that linger knows about how it works.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompanyFile {
    /// The company's name for people.
    pub(super) name: String,
    /// The language for customers who speak none that texts exist in. Left out: English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) locale: Option<String>,
    /// How conversations of one kind are handled.
    #[serde(default)]
    pub(super) workstreams: BTreeMap<String, WorkstreamFile>,
    /// Where conversations wait.
    #[serde(default)]
    pub(super) queues: BTreeMap<String, QueueFile>,
    /// Operating hours.
    #[serde(default)]
    pub(super) hours: BTreeMap<String, HoursFile>,
    /// The people of the company.
    #[serde(default)]
    pub(super) agents: BTreeMap<String, AgentFile>,
    /// Where customers start.
    #[serde(default)]
    pub(super) widgets: BTreeMap<String, WidgetFile>,
    /// How customers prove who they are.
    #[serde(default)]
    pub(super) authentication: BTreeMap<String, AuthenticationFile>,
    /// Sentences that agents say often.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) quick_replies: BTreeMap<String, QuickReplyFile>,
    /// What is replaced in texts before they are stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) masking: Option<MaskingFile>,
    #[serde(skip)]
    #[schemars(skip)]
    lines: Lines,
}

impl CompanyFile {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// What TOML or the structure does not allow, with line and column.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let read = toml::from_str::<Self>(text);
        let mut file = read.map_err(|e| {
            let line = e.span().map(|span| line_at(text, span.start));
            refused(line, e)
        })?;
        file.lines = Lines::of(text);
        Ok(file)
    }

    /// Reads the same as JSON.
    ///
    /// # Errors
    /// What JSON or the structure does not allow, with line and column.
    pub fn parse_json(text: &[u8]) -> Result<Self, ConfigError> {
        let value = json::parse(text).map_err(|e| refused(Some(e.line()), e))?;
        json::read("", value).map_err(|(at, why)| ConfigError {
            problems: vec![Fault {
                line: None,
                at,
                why,
            }],
        })
    }

    /// The file of a company: everything written out, defaults included.
    #[must_use]
    pub fn of(company: &Company) -> Self {
        Self {
            name: company.name.clone(),
            locale: Some(company.locale.clone()).filter(|l| !l.is_empty()),
            workstreams: by_text(&company.workstreams, WorkstreamFile::of),
            queues: by_text(&company.queues, QueueFile::of),
            hours: by_text(&company.calendars, HoursFile::of),
            agents: by_text(&company.agents, AgentFile::of),
            widgets: by_text(&company.widgets, WidgetFile::of),
            authentication: by_text(&company.authentication, AuthenticationFile::of),
            quick_replies: by_text(&company.quick_replies, QuickReplyFile::of),
            masking: MaskingFile::some(&company.masking),
            lines: Lines::default(),
        }
    }

    /// The same without what agents sign in with; applied to the server that has them, it
    /// changes no secret.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        for agent in self.agents.values_mut() {
            agent.secret_sha256 = None;
        }
        self
    }

    /// The text of the file.
    ///
    /// # Errors
    /// None that a company can cause; the serialiser's own.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }

    /// The same as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json_of(self)
    }

    /// Without the people that the file names, for companies that bring their own.
    #[must_use]
    pub fn without_agents(mut self) -> Self {
        self.agents.clear();
        for queue in self.queues.values_mut() {
            queue.members.clear();
        }
        self
    }

    /// The company that the file describes, taking over from the stored one what the
    /// file leaves to it: secrets, and agents it does not name. The revision is one more
    /// than the stored one's.
    ///
    /// # Errors
    /// Everything that refers to something missing, cannot be read or is out of bounds.
    pub fn onto(self, stored: Option<&Company>) -> Result<Company, ConfigError> {
        self.read(stored, true)
    }

    /// The same, but agents that the file does not name are not kept.
    ///
    /// # Errors
    /// As [`CompanyFile::onto`].
    pub fn instead_of(self, stored: Option<&Company>) -> Result<Company, ConfigError> {
        self.read(stored, false)
    }

    fn read(mut self, stored: Option<&Company>, keep_agents: bool) -> Result<Company, ConfigError> {
        let lines = std::mem::take(&mut self.lines);
        let mut reader = Reader::default();
        self.join_queues(&mut reader);
        let mut company = Company {
            revision: stored.map_or(0, |s| s.revision) + 1,
            name: self.name,
            workstreams: reader.table("workstreams", self.workstreams, |r, at, f| f.read(r, at)),
            queues: reader.table("queues", self.queues, |r, at, f| f.read(r, at)),
            calendars: reader.table("hours", self.hours, |r, at, f| f.read(r, at)),
            agents: reader.table("agents", self.agents, |r, at, f| f.read(r, at, stored)),
            widgets: reader.table("widgets", self.widgets, |r, at, f| f.read(r, at)),
            authentication: reader.table("authentication", self.authentication, |r, at, f| {
                f.read(r, at)
            }),
            quick_replies: reader.table("quick_replies", self.quick_replies, |r, at, f| {
                f.read(r, at)
            }),
            locale: self.locale.unwrap_or_default(),
            queue_moves: stored.map(|s| s.queue_moves.clone()).unwrap_or_default(),
            masking: self.masking.map(MaskingFile::read).unwrap_or_default(),
        };
        if let Some(stored) = stored.filter(|_| keep_agents) {
            keep_unnamed_agents(&mut company, stored);
        }
        // What could not be read is missing now; naming it again would only confuse.
        if reader.problems.is_empty() {
            reader.problems = company.problems();
            reader.problems.extend(too_large(&company));
        }
        if reader.problems.is_empty() {
            return Ok(company);
        }
        let problems = reader.problems.into_iter().map(|problem| Fault {
            line: lines.find(&problem.at),
            ..Fault::from(problem)
        });
        Err(ConfigError {
            problems: problems.collect(),
        })
    }

    /// Agents may say themselves which queues they are in.
    fn join_queues(&mut self, reader: &mut Reader) {
        for (agent, file) in &mut self.agents {
            for name in file.queues.take().into_iter().flatten() {
                match self.queues.get_mut(&name) {
                    Some(queue) => {
                        queue.members.insert(agent.clone());
                    }
                    None => reader.wrong(
                        format!("agents.{agent}.queues"),
                        format!(
                            "Queue {name} does not exist; add it, or take it off the agent's list."
                        ),
                    ),
                }
            }
        }
    }
}

fn refused(line: Option<usize>, why: impl fmt::Display) -> ConfigError {
    ConfigError {
        problems: vec![Fault {
            line,
            at: String::new(),
            why: shortened(&why.to_string()),
        }],
    }
}

/// Faults show the line they are on, and a line may be as long as the file.
fn shortened(why: &str) -> String {
    let shorten = |line: &str| match line.char_indices().nth(FAULT_LINE_CHARS_MAX) {
        Some((end, _)) => format!("{} …", line[..end].trim_end()),
        None => line.to_owned(),
    };
    why.lines().map(shorten).collect::<Vec<_>>().join("\n")
}

fn too_large(company: &Company) -> Option<Problem> {
    let bytes = serde_json::to_vec(company).map_or(usize::MAX, |json| json.len());
    (bytes > COMPANY_BYTES_MAX).then(|| Problem {
        at: String::new(),
        why: format!(
            "The configuration takes {bytes} bytes; at most {COMPANY_BYTES_MAX} are allowed. Shorten texts or remove what is not used."
        ),
    })
}

/// JSON without the keys that are not set.
pub(super) fn json_of<T: Serialize>(value: &T) -> Value {
    let mut json = serde_json::to_value(value).unwrap_or(Value::Null);
    strip_nulls(&mut json);
    json
}

fn strip_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, v| !v.is_null());
            fields.values_mut().for_each(strip_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_nulls),
        _ => {}
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

fn keep_unnamed_agents(company: &mut Company, stored: &Company) {
    let unnamed: Vec<(&AgentId, _)> = stored
        .agents
        .iter()
        .filter(|(id, _)| !company.agents.contains_key(*id))
        .collect();
    for (id, profile) in unnamed {
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
