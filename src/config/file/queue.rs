//! Queues and their overflow.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use super::texts::TextsFile;
use crate::config::reader::{Place, Reader};
use crate::config::units::show_duration;
use crate::domain::company::{
    LengthOverflow, Method, Overflow, OverflowTo, Queue, Texts, WaitOverflow,
};
use crate::domain::ids::{AgentId, CalendarId};

/// A queue: where unassigned conversations wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct QueueFile {
    /// Its name for people; its id unless given.
    pub(super) name: Option<String>,
    /// Who may be offered its conversations. Agents may also name their `queues` themselves.
    #[serde(default)]
    pub(in crate::config) members: BTreeSet<String>,
    /// How one of them is chosen. Default: "highest_capacity".
    #[serde(default)]
    #[schemars(with = "names::Method")]
    pub(super) method: Method,
    /// Across the queues of an agent, higher goes first. Default: 0.
    #[serde(default)]
    pub(super) priority: i32,
    /// Operating hours; always open unless given.
    pub(super) hours: Option<String>,
    /// Where conversations go instead of waiting here.
    #[serde(default, skip_serializing_if = "OverflowFile::is_empty")]
    pub(super) overflow: OverflowFile,
}

/// When a conversation does not wait in a queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct OverflowFile {
    /// Before queueing: the queue is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) outside_hours: Option<TargetFile>,
    /// Before queueing: too many wait already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) too_many: Option<TooManyFile>,
    /// While waiting: it takes too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) too_long: Option<TooLongFile>,
}

impl OverflowFile {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a conversation goes: exactly one of `queue` and `end`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct TargetFile {
    /// To another queue.
    pub(super) queue: Option<String>,
    /// It ends with this message; an empty one is the usual message of an end by the system.
    pub(super) end: Option<TextsFile>,
}

/// Too many wait. Exactly one of `queue` and `end`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct TooManyFile {
    /// With this many waiting, the next goes elsewhere.
    pub(super) waiting: u32,
    /// To another queue.
    pub(super) queue: Option<String>,
    /// It ends with this message; an empty one is the usual message of an end by the system.
    pub(super) end: Option<TextsFile>,
}

/// It takes too long. Exactly one of `queue` and `end`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct TooLongFile {
    /// After waiting in this queue for this long, such as "10min".
    pub(super) after: String,
    /// To another queue.
    pub(super) queue: Option<String>,
    /// It ends with this message; an empty one is the usual message of an end by the system.
    pub(super) end: Option<TextsFile>,
}

impl QueueFile {
    pub(super) fn of(q: &Queue) -> Self {
        let o = &q.overflow;
        Self {
            name: Some(q.name.clone()),
            members: q.members.iter().map(AgentId::to_string).collect(),
            method: q.method,
            priority: q.priority,
            hours: q.hours.as_ref().map(CalendarId::to_string),
            overflow: OverflowFile {
                outside_hours: o.outside_hours.as_ref().map(|to| {
                    let (queue, end) = write_target(to);
                    TargetFile { queue, end }
                }),
                too_many: o.too_many.as_ref().map(|l| {
                    let (queue, end) = write_target(&l.to);
                    TooManyFile {
                        waiting: l.waiting,
                        queue,
                        end,
                    }
                }),
                too_long: o.too_long.as_ref().map(|w| {
                    let (queue, end) = write_target(&w.to);
                    TooLongFile {
                        after: show_duration(w.after),
                        queue,
                        end,
                    }
                }),
            },
        }
    }

    pub(super) fn read(self, reader: &mut Reader, place: &Place<'_>) -> Option<Queue> {
        let hours = reader.optional(&place.key("hours"), self.hours.as_deref());
        let members = reader.ids(&place.key("members"), &self.members);
        let overflow = self.overflow.read(reader, place);
        Some(Queue {
            name: self.name.unwrap_or_else(|| place.id.to_owned()),
            members,
            method: self.method,
            priority: self.priority,
            hours: hours?,
            overflow,
        })
    }
}

impl OverflowFile {
    fn read(self, reader: &mut Reader, place: &Place<'_>) -> Overflow {
        let at = |name: &str| place.key(&format!("overflow.{name}"));
        let outside_hours = self
            .outside_hours
            .and_then(|f| read_target(reader, &at("outside_hours"), f.queue, f.end));
        let too_many = self.too_many.and_then(|f| {
            Some(LengthOverflow {
                waiting: f.waiting,
                to: read_target(reader, &at("too_many"), f.queue, f.end)?,
            })
        });
        let too_long = self.too_long.and_then(|f| {
            let after = reader.duration(&at("too_long.after"), &f.after);
            let to = read_target(reader, &at("too_long"), f.queue, f.end);
            Some(WaitOverflow {
                after: after?,
                to: to?,
            })
        });
        Overflow {
            outside_hours,
            too_many,
            too_long,
        }
    }
}

fn write_target(to: &OverflowTo) -> (Option<String>, Option<TextsFile>) {
    match to {
        OverflowTo::Queue(queue) => (Some(queue.to_string()), None),
        OverflowTo::End(texts) if texts.is_empty() => (None, Some(TextsFile::Any(String::new()))),
        OverflowTo::End(texts) => (None, Some(TextsFile::of(texts))),
    }
}

fn read_target(
    reader: &mut Reader,
    at: &str,
    queue: Option<String>,
    end: Option<TextsFile>,
) -> Option<OverflowTo> {
    match (queue, end) {
        (Some(queue), None) => Some(OverflowTo::Queue(
            reader.id(&format!("{at}.queue"), &queue)?,
        )),
        (None, Some(TextsFile::Any(text))) if text.is_empty() => {
            Some(OverflowTo::End(Texts::default()))
        }
        (None, Some(texts)) => Some(OverflowTo::End(texts.read())),
        _ => {
            reader.wrong(
                at,
                "An overflow goes to exactly one place; write queue = \"…\" or end = \"…\".",
            );
            None
        }
    }
}
