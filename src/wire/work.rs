//! An agent's work on a conversation, as frames and bodies state it: notes, tags, the
//! subject, transfers, consults. The bodies of the HTTP API stand here as well.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::ids::{AgentId, QueueId};
use crate::domain::note::NoteNumber;
use crate::domain::reject::Reject;
use crate::engine::request::Ask;
use crate::limits;

use super::body::NoteBody;
use super::bounds::{self, invalid};

/// A transfer: to an agent or to a queue.
///
/// # Errors
/// `invalid_request`, `too_long`.
pub fn transfer(
    agent: Option<&str>,
    queue: Option<&str>,
    reason: Option<&str>,
) -> Result<Ask, Reject> {
    let reason = bounds::reason(reason)?;
    match (agent, queue) {
        (Some(agent), None) => Ok(Ask::TransferToAgent {
            agent: bounds::id::<AgentId>("agent", agent)?,
            reason,
        }),
        (None, Some(queue)) => Ok(Ask::TransferToQueue {
            queue: bounds::id::<QueueId>("queue", queue)?,
            reason,
        }),
        _ => Err(invalid("Name either `agent` or `queue`.")),
    }
}

/// A private note.
///
/// # Errors
/// `invalid_request`, `too_long`.
pub fn note(client_id: &str, text: &str, private_to: Option<&str>) -> Result<Ask, Reject> {
    Ok(Ask::Note {
        client_id: bounds::client_id(client_id)?,
        text: bounds::note(text)?,
        private_to: bounds::id_if_any("private_to", private_to)?,
    })
}

/// A page of notes.
///
/// # Errors
/// `invalid_request`.
pub fn notes(after: u64, limit: Option<usize>) -> Result<Ask, Reject> {
    let limit = bounds::page_limit(limit, limits::HISTORY_PAGE_MAX)?;
    Ok(Ask::Notes {
        after: NoteNumber(after),
        limit: limit.unwrap_or(limits::HISTORY_PAGE),
    })
}

/// Tags that come and go.
///
/// # Errors
/// `invalid_request`, `too_long`.
pub fn tag(add: Vec<String>, remove: Vec<String>) -> Result<Ask, Reject> {
    bounds::tags(&add, &remove)?;
    Ok(Ask::Tag { add, remove })
}

/// A subject.
///
/// # Errors
/// `too_long`.
pub fn subject(subject: &str) -> Result<Ask, Reject> {
    Ok(Ask::SetSubject(bounds::subject(subject)?))
}

/// Add a private note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotePostBody {
    /// The writer's name for it: the same again is the same note.
    client_id: String,
    /// The text, at most 8,000 characters.
    text: String,
    /// For this colleague alone (and supervisors).
    private_to: Option<String>,
}

impl NotePostBody {
    /// The question, checked.
    ///
    /// # Errors
    /// `invalid_request`, `too_long`.
    pub fn check(&self) -> Result<Ask, Reject> {
        note(&self.client_id, &self.text, self.private_to.as_deref())
    }
}

/// Which notes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NotesQuery {
    /// The first notes after this number; 0 unless stated.
    #[serde(default)]
    after: u64,
    /// At most this many: 50 unless stated, 200 at most.
    limit: Option<usize>,
}

impl NotesQuery {
    /// The question, checked.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn check(&self) -> Result<Ask, Reject> {
        notes(self.after, self.limit)
    }
}

/// The answer to a note: it is durable.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotedBody {
    /// Its number.
    pub number: u64,
    /// The server's time for it.
    pub at: i64,
    /// It was there already: the client id had been used.
    pub repeated: bool,
}

/// The notes that the caller may read.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotesBody {
    /// Oldest first.
    pub notes: Vec<NoteBody>,
    /// The last note of the conversation, whoever may read it.
    pub last_number: u64,
}

/// Add and remove tags; at least one in all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagBody {
    /// Those that shall be there, at most 50 characters each.
    #[serde(default)]
    add: Vec<String>,
    /// Those that shall not.
    #[serde(default)]
    remove: Vec<String>,
}

impl TagBody {
    /// The question, checked.
    ///
    /// # Errors
    /// `invalid_request`, `too_long`.
    pub fn check(self) -> Result<Ask, Reject> {
        tag(self.add, self.remove)
    }
}

/// Write the subject.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectBody {
    /// One line of at most 200 characters.
    subject: String,
}

impl SubjectBody {
    /// The question, checked.
    ///
    /// # Errors
    /// `too_long`.
    pub fn check(&self) -> Result<Ask, Reject> {
        subject(&self.subject)
    }
}

/// Name a colleague.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsultBody {
    /// Whom.
    agent: String,
}

impl ConsultBody {
    /// The colleague.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn agent(&self) -> Result<AgentId, Reject> {
        bounds::id("agent", &self.agent)
    }
}

/// Dismiss a colleague, or leave.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsultEndBody {
    /// Whom; left out: the caller.
    agent: Option<String>,
}

impl ConsultEndBody {
    /// The question, checked.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn check(&self) -> Result<Ask, Reject> {
        let agent = bounds::id_if_any("agent", self.agent.as_deref())?;
        Ok(Ask::ConsultEnd(agent))
    }
}
