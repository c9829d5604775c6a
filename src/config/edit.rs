//! One change to a company: a whole file, or one object. Every interface changes the
//! configuration through here.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::file::{CompanyFile, json_of};
use super::json;
use super::reader::{ConfigError, Fault};
use crate::domain::company::Company;
use crate::domain::ids::QueueId;

/// Where the conversations of queues go that are removed.
pub type Moves = BTreeMap<QueueId, QueueId>;

/// Reads `night=support,old=new`.
///
/// # Errors
/// A sentence about the part that is not of this form.
pub fn parse_moves(text: &str) -> Result<Moves, String> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let wrong = || format!("{part:?} does not say what goes where; write QUEUE=OTHER.");
            let (from, to) = part.split_once('=').ok_or_else(wrong)?;
            let read = |id: &str| QueueId::parse(id.trim()).map_err(|_| wrong());
            Ok((read(from)?, read(to)?))
        })
        .collect()
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// The kinds of objects that a company consists of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $variant),+ }

        impl Kind {
            /// Every kind, in the order of the file.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in the file and in addresses.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

kinds! {
    /// How conversations of one kind are handled.
    Workstreams = "workstreams",
    /// Where conversations wait.
    Queues = "queues",
    /// Operating hours.
    Hours = "hours",
    /// People.
    Agents = "agents",
    /// Where customers start.
    Widgets = "widgets",
    /// How customers prove who they are.
    Authentication = "authentication",
    /// What agents say often.
    QuickReplies = "quick_replies",
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| {
                let all: Vec<&str> = Self::ALL.iter().map(|k| k.as_str()).collect();
                format!("There is no kind {text:?}; there are {}.", all.join(", "))
            })
    }
}

/// One change.
#[derive(Debug, Clone)]
pub enum Edit {
    /// The company becomes equal to this file.
    Whole {
        /// The file.
        file: Box<CompanyFile>,
        /// Agents that the file does not name are removed too.
        prune_agents: bool,
    },
    /// An object is made, or becomes this.
    Put {
        /// Of which kind.
        kind: Kind,
        /// Its id.
        id: String,
        /// As in the file, as JSON.
        object: Value,
    },
    /// An object is removed.
    Remove {
        /// Of which kind.
        kind: Kind,
        /// Its id.
        id: String,
    },
    /// An agent signs in with another secret from now on.
    Secret {
        /// Who.
        agent: String,
        /// Its SHA-256.
        sha256: String,
    },
}

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditError {
    /// There is no such object.
    NotFound(String),
    /// What was sent is not of the documented form.
    Form(String),
    /// The company would not be sound.
    Unsound(Vec<Fault>),
    /// Others refer to what would be gone, one sentence each.
    InUse(Vec<String>),
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(sentence) | Self::Form(sentence) => f.write_str(sentence),
            Self::Unsound(problems) => ConfigError {
                problems: problems.clone(),
            }
            .fmt(f),
            Self::InUse(sentences) => f.write_str(&sentences.join(" ")),
        }
    }
}

impl From<ConfigError> for EditError {
    fn from(error: ConfigError) -> Self {
        Self::Unsound(error.problems)
    }
}

impl Edit {
    /// The company after the change, one revision on; `None` if it changes nothing.
    ///
    /// # Errors
    /// [`EditError`]. Whether running conversations allow it is not looked at here.
    pub fn apply(
        self,
        stored: Option<&Company>,
        moves: &Moves,
    ) -> Result<Option<Company>, EditError> {
        let mut next = match self {
            Self::Whole {
                file,
                prune_agents: false,
            } => file.onto(stored)?,
            Self::Whole {
                file,
                prune_agents: true,
            } => file.instead_of(stored)?,
            Self::Put { kind, id, object } => {
                let mut file = file_of(stored);
                file.put(kind, id, object).map_err(EditError::Form)?;
                file.instead_of(stored)?
            }
            Self::Remove { kind, id } => {
                let mut file = file_of(stored);
                if !file.remove(kind, &id) {
                    return Err(no_such(kind, &id));
                }
                let removed = file.instead_of(stored);
                removed.map_err(|e| EditError::InUse(still_used(kind, &id, &e)))?
            }
            Self::Secret { agent, sha256 } => {
                let mut file = file_of(stored);
                let Some(found) = file.agents.get_mut(&agent) else {
                    return Err(no_such(Kind::Agents, &agent));
                };
                found.secret_sha256 = Some(sha256);
                file.instead_of(stored)?
            }
        };
        settle_moves(stored, &mut next, moves).map_err(EditError::Form)?;
        let Some(stored) = stored else {
            return Ok(Some(next));
        };
        let revision = std::mem::replace(&mut next.revision, stored.revision);
        if next == *stored {
            return Ok(None);
        }
        next.revision = revision;
        Ok(Some(next))
    }
}

/// The company was sound with the object, so whatever is wrong without it refers to it.
fn still_used(kind: Kind, id: &str, error: &ConfigError) -> Vec<String> {
    let what = singular(kind);
    let one = |problem: &Fault| {
        format!(
            "{}: this needs the {what} {id}; change it first, then remove the {what}.",
            problem.at
        )
    };
    error.problems.iter().map(one).collect()
}

fn no_such(kind: Kind, id: &str) -> EditError {
    EditError::NotFound(format!(
        "There is no {} {id:?}; list what there is at /api/v1/config/{}.",
        singular(kind),
        kind.as_str()
    ))
}

const fn singular(kind: Kind) -> &'static str {
    match kind {
        Kind::Workstreams => "workstream",
        Kind::Queues => "queue",
        Kind::Hours => "set of hours",
        Kind::Agents => "agent",
        Kind::Widgets => "widget",
        Kind::Authentication => "authentication setting",
        Kind::QuickReplies => "quick reply",
    }
}

fn file_of(stored: Option<&Company>) -> CompanyFile {
    stored.map(CompanyFile::of).unwrap_or_default()
}

/// Remembers where conversations go whose queue is removed: also those that sleep, and
/// wake up months later.
fn settle_moves(stored: Option<&Company>, next: &mut Company, moves: &Moves) -> Result<(), String> {
    for (from, to) in moves {
        let removed =
            stored.is_some_and(|s| s.queues.contains_key(from)) && !next.queues.contains_key(from);
        if !removed {
            return Err(format!(
                "Queue {from} is not removed by this change, so nothing moves from it; leave the move out."
            ));
        }
        if !next.queues.contains_key(to) {
            return Err(format!(
                "Queue {to} does not exist after this change; move the conversations of {from} to another."
            ));
        }
    }
    let gone: Vec<QueueId> = stored
        .iter()
        .flat_map(|s| s.queues.keys())
        .filter(|q| !next.queues.contains_key(*q))
        .cloned()
        .collect();
    for queue in &gone {
        let to = moves.get(queue).cloned();
        next.queue_moves.retain(|_, target| {
            if target != queue {
                return true;
            }
            to.as_ref().is_some_and(|to| {
                target.clone_from(to);
                true
            })
        });
        if let Some(to) = to {
            next.queue_moves.insert(queue.clone(), to);
        }
    }
    // A queue that is there (again) keeps what is its own.
    let queues = &next.queues;
    next.queue_moves
        .retain(|from, _| !queues.contains_key(from));
    Ok(())
}

impl CompanyFile {
    /// The objects of a kind by id, as JSON. Agents with their queues, and without secrets.
    #[must_use]
    pub fn objects(&self, kind: Kind) -> Map<String, Value> {
        match kind {
            Kind::Workstreams => objects(&self.workstreams),
            Kind::Queues => objects(&self.queues),
            Kind::Hours => objects(&self.hours),
            Kind::Widgets => objects(&self.widgets),
            Kind::Authentication => objects(&self.authentication),
            Kind::QuickReplies => objects(&self.quick_replies),
            Kind::Agents => {
                let agents = self.agents.iter().map(|(id, agent)| {
                    let mut agent = agent.clone();
                    agent.secret_sha256 = None;
                    let theirs = self.queues.iter().filter(|(_, q)| q.members.contains(id));
                    agent.queues = Some(theirs.map(|(queue, _)| queue.clone()).collect());
                    (id.clone(), json_of(&agent))
                });
                agents.collect()
            }
        }
    }

    fn put(&mut self, kind: Kind, id: String, object: Value) -> Result<(), String> {
        let at = format!("{}.{id}", kind.as_str());
        match kind {
            Kind::Workstreams => insert(&mut self.workstreams, id, &at, object),
            Kind::Queues => insert(&mut self.queues, id, &at, object),
            Kind::Hours => insert(&mut self.hours, id, &at, object),
            Kind::Widgets => insert(&mut self.widgets, id, &at, object),
            Kind::Authentication => insert(&mut self.authentication, id, &at, object),
            Kind::QuickReplies => insert(&mut self.quick_replies, id, &at, object),
            Kind::Agents => {
                let kept = self.agents.get(&id).and_then(|a| a.secret_sha256.clone());
                insert(&mut self.agents, id.clone(), &at, object)?;
                if let Some(agent) = self.agents.get_mut(&id) {
                    agent.secret_sha256 = agent.secret_sha256.take().or(kept);
                    if agent.queues.is_some() {
                        // Said in full: those that are not named lose the agent.
                        for queue in self.queues.values_mut() {
                            queue.members.remove(&id);
                        }
                    }
                }
                Ok(())
            }
        }
    }

    fn remove(&mut self, kind: Kind, id: &str) -> bool {
        match kind {
            Kind::Workstreams => self.workstreams.remove(id).is_some(),
            Kind::Queues => self.queues.remove(id).is_some(),
            Kind::Hours => self.hours.remove(id).is_some(),
            Kind::Widgets => self.widgets.remove(id).is_some(),
            Kind::Authentication => self.authentication.remove(id).is_some(),
            Kind::QuickReplies => self.quick_replies.remove(id).is_some(),
            Kind::Agents => {
                for queue in self.queues.values_mut() {
                    queue.members.remove(id);
                }
                self.agents.remove(id).is_some()
            }
        }
    }
}

fn objects<T: Serialize>(all: &BTreeMap<String, T>) -> Map<String, Value> {
    all.iter()
        .map(|(id, object)| (id.clone(), json_of(object)))
        .collect()
}

fn insert<T: DeserializeOwned>(
    all: &mut BTreeMap<String, T>,
    id: String,
    at: &str,
    object: Value,
) -> Result<(), String> {
    let read = json::read(at, object)
        .map_err(|(at, why)| format!("{at} is not of the documented form: {why}."))?;
    all.insert(id, read);
    Ok(())
}
