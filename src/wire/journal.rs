//! The journal of a conversation for agents: every event with its time, assignments with
//! their explanation. By hand, because the domain's own form is the storage format.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::domain::event::{Event, OverflowReason, OverflowedTo, Recorded, Returning};
use crate::domain::ids::{Position, QueueId};
use crate::domain::message::Message;
use crate::domain::note::Note;
use crate::domain::reject::Reject;
use crate::domain::routing::Explanation;
use crate::engine::request::Ask;
use crate::limits;

use super::bounds;
use super::names::{CloseReasonName, EndedByName, ModeName, SideName, SystemName};

/// Which page of the journal.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JournalQuery {
    /// The first events after this position; 0 unless stated.
    #[serde(default)]
    after: u64,
    /// At most this many: 200 unless stated, 500 at most.
    limit: Option<usize>,
}

impl JournalQuery {
    /// The question, checked.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn check(&self) -> Result<Ask, Reject> {
        question(self.after, self.limit)
    }
}

/// The question for a page.
///
/// # Errors
/// `invalid_request`.
pub fn question(after: u64, limit: Option<usize>) -> Result<Ask, Reject> {
    let limit = bounds::page_limit(limit, limits::JOURNAL_PAGE_MAX)?;
    Ok(Ask::Explain {
        after: Position(after),
        limit: limit.unwrap_or(limits::JOURNAL_PAGE),
    })
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JournalEntry {
    /// Its number.
    pub position: u64,
    /// When it was decided.
    pub at: i64,
    /// What happened: `type`, and fields by type (docs/protocol.md, Journal).
    #[schema(value_type = Object)]
    pub event: Value,
}

impl JournalEntry {
    /// One row of the journal.
    #[must_use]
    pub fn of((position, recorded): &(Position, Recorded)) -> Self {
        Self {
            position: position.0,
            at: recorded.at.0,
            event: event(&recorded.event),
        }
    }
}

fn event(event: &Event) -> Value {
    match event {
        Event::Started { .. } => started(event),
        Event::Posted(message) => posted(message),
        Event::Returned { sticky } => {
            json!({"type": "returned", "sticky": returning(sticky.as_ref())})
        }
        Event::StickyEnded { reason } => json!({"type": "sticky_ended", "reason": reason}),
        Event::Offered {
            agent,
            units,
            over_capacity,
            deadline,
            returning,
            explanation,
            reason,
            by,
        } => json!({
            "type": "offered", "agent": agent, "units": units, "over_capacity": over_capacity,
            "deadline": deadline, "returning": returning, "explanation": explained(explanation),
            "reason": reason, "by": by,
        }),
        Event::Accepted { agent } => json!({"type": "accepted", "agent": agent}),
        Event::Declined { agent, reason } => {
            json!({"type": "declined", "agent": agent, "reason": reason})
        }
        Event::Assigned {
            agent,
            units,
            over_capacity,
            how,
            returning,
            explanation,
            by,
            reason,
        } => json!({
            "type": "assigned", "agent": agent, "units": units, "over_capacity": over_capacity,
            "how": how, "returning": returning, "explanation": explained(explanation),
            "by": by, "reason": reason,
        }),
        Event::Parked { by } => json!({"type": "parked", "by": by}),
        Event::Released {
            agent,
            reason,
            sticky,
        } => json!({
            "type": "released", "agent": agent, "reason": reason, "sticky": returning(sticky.as_ref()),
        }),
        Event::TransferOffered {
            agent,
            by,
            units,
            over_capacity,
            deadline,
            explanation,
            reason,
        } => json!({
            "type": "transfer_offered", "agent": agent, "by": by, "units": units,
            "over_capacity": over_capacity, "deadline": deadline, "explanation": explained(explanation),
            "reason": reason,
        }),
        Event::TransferAccepted { agent } => json!({"type": "transfer_accepted", "agent": agent}),
        Event::TransferDeclined { agent, reason } => {
            json!({"type": "transfer_declined", "agent": agent, "reason": reason})
        }
        Event::TransferredToQueue { queue, by, reason } => {
            json!({"type": "transferred_to_queue", "queue": queue, "by": by, "reason": reason})
        }
        Event::Ended { by } => json!({"type": "ended", "by": EndedByName::from(*by)}),
        Event::UnitsFreed => json!({"type": "units_freed"}),
        Event::Closed { reason, by } => {
            json!({"type": "closed", "reason": CloseReasonName::from(*reason), "by": by})
        }
        Event::Marked {
            side,
            delivered,
            read,
        } => {
            json!({"type": "marked", "side": SideName::from(*side), "delivered": delivered, "read": read})
        }
        Event::CustomerGone => json!({"type": "customer_gone"}),
        Event::CustomerBack => json!({"type": "customer_back"}),
        Event::Noted(note) => noted(note),
        Event::Tagged { by, added, removed } => {
            json!({"type": "tagged", "by": by, "added": added, "removed": removed})
        }
        Event::SubjectSet { by, subject } => {
            json!({"type": "subject_set", "by": by, "subject": subject})
        }
        Event::ConsultInvited { agent, by } => {
            json!({"type": "consult_invited", "agent": agent, "by": by})
        }
        Event::ConsultJoined { agent, by } => {
            json!({"type": "consult_joined", "agent": agent, "by": by})
        }
        Event::ConsultEnded { agent, by } => {
            json!({"type": "consult_ended", "agent": agent, "by": by})
        }
        Event::Overflowed { from, to, reason } => overflowed(from, to, reason),
        Event::SilenceNoted {
            rule,
            silent,
            after,
        } => json!({
            "type": "silence_noted", "rule": rule, "silent": SideName::from(*silent), "after_ms": after,
        }),
        Event::PlaceTold { position } => json!({"type": "place_told", "position": position}),
        Event::QueueMoved { queue } => json!({"type": "queue_moved", "queue": queue}),
        Event::Linked { customer, was, .. } => {
            json!({"type": "linked", "customer": customer, "was": was})
        }
    }
}

/// An overflow; also of one that only would happen.
pub(super) fn overflowed(from: &QueueId, to: &OverflowedTo, reason: &OverflowReason) -> Value {
    let (then, queue) = match to {
        OverflowedTo::Queue(queue) => ("queue", Some(queue)),
        OverflowedTo::End => ("end", None),
        OverflowedTo::Stays => ("stays", None),
    };
    let (reason, waiting, after) = match reason {
        OverflowReason::OutsideHours => ("outside_hours", None, None),
        OverflowReason::TooMany { waiting } => ("too_many", Some(waiting), None),
        OverflowReason::TooLong { after } => ("too_long", None, Some(after)),
    };
    json!({
        "type": "overflowed", "from": from, "then": then, "to": queue, "reason": reason,
        "waiting": waiting, "after_ms": after,
    })
}

fn started(event: &Event) -> Value {
    let Event::Started {
        customer,
        workstream,
        mode,
        widget,
        locale,
        context,
        queue,
        route,
        priority,
        prefer,
        client_id,
    } = event
    else {
        return Value::Null;
    };
    json!({
        "type": "started", "customer": customer, "workstream": workstream, "mode": ModeName::from(*mode),
        "widget": widget, "locale": locale, "context": context, "queue": queue, "route": route,
        "priority": priority, "prefer": returning(prefer.as_ref()), "client_id": client_id,
    })
}

fn posted(message: &Message) -> Value {
    use crate::domain::message::Author;
    let Message {
        seq,
        at: _,
        author,
        client_id,
        text,
    } = message;
    let author = match author {
        Author::Customer => json!({"kind": "customer"}),
        Author::Agent(id) => json!({"kind": "agent", "agent": id}),
        Author::System(kind) => json!({"kind": "system", "system": SystemName::from(*kind)}),
    };
    json!({"type": "posted", "seq": seq, "author": author, "client_id": client_id, "text": text})
}

/// Without the text: some notes are for one colleague alone, and `notes` knows for whom.
fn noted(note: &Note) -> Value {
    let Note {
        number,
        at: _,
        by,
        client_id,
        text: _,
        private_to,
    } = note;
    json!({"type": "noted", "number": number, "by": by, "client_id": client_id, "private_to": private_to})
}

fn returning(returning: Option<&Returning>) -> Option<Value> {
    let Returning {
        agent,
        since,
        until,
    } = returning?;
    Some(json!({"agent": agent, "since": since, "until": until}))
}

pub(super) fn explained(explanation: &Explanation) -> Value {
    let Explanation {
        rule,
        queue,
        waited,
        considered,
        more,
    } = explanation;
    let considered: Vec<Value> = considered
        .iter()
        .map(|c| json!({"agent": c.agent, "ruled_out": c.ruled_out}))
        .collect();
    json!({"rule": rule, "queue": queue, "waited_ms": waited, "considered": considered, "more": more})
}
