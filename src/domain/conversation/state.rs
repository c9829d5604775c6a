//! The state of one conversation: what its events add up to, and nothing else.
//!
//! `apply` is total: it never refuses, because what it is given has happened.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::company::Mode;
use crate::domain::event::{
    AssignedHow, CloseReason, DeclineReason, EndedBy, Event, OverflowedTo, Recorded, Returning,
    StickyEnd,
};
use crate::domain::ids::{
    AgentId, ClientId, ConversationId, CustomerId, Position, QueueId, Seq, WidgetId, WorkstreamId,
};
use crate::domain::message::{Author, Marks, Message, Side};
use crate::domain::note::NoteNumber;
use crate::domain::time::Timestamp;
use crate::limits;

/// Where a conversation stands (SEMANTICS, States).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In a queue, nobody assigned.
    Open,
    /// Assigned, from the moment of the offer.
    Active,
    /// Parked: waits for the customer. Persistent only.
    Waiting,
    /// Over for the customer; the agent finishes notes.
    WrapUp,
    /// Final.
    Closed,
}

impl State {
    /// The name used on every interface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Active => "active",
            Self::Waiting => "waiting",
            Self::WrapUp => "wrap_up",
            Self::Closed => "closed",
        }
    }
}

/// Units of one agent held by a conversation. Load is the sum of these, stored nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Whose units.
    pub agent: AgentId,
    /// How many.
    pub units: u32,
    /// Taken above capacity, by an audited override.
    pub over_capacity: bool,
}

/// The current assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Who.
    pub agent: AgentId,
    /// When it was offered or taken.
    pub offered_at: Timestamp,
    /// When the offer times out; `None` once accepted.
    pub deadline: Option<Timestamp>,
    /// When it was accepted.
    pub accepted_at: Option<Timestamp>,
    /// It came back to the agent who had it.
    pub returning: bool,
}

/// An offer to another agent, while the first keeps the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferOffer {
    /// To whom.
    pub agent: AgentId,
    /// Who asked.
    pub by: AgentId,
    /// When it was offered.
    pub offered_at: Timestamp,
    /// When it times out.
    pub deadline: Timestamp,
}

/// What a consulted colleague may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConsultRole {
    /// Reads along and writes notes.
    Invited,
    /// Writes to the customer as well.
    Joined,
}

/// One conversation. Fields are appended only: snapshots of it are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The last event applied; the version of this state.
    pub position: Position,
    /// Whose it is.
    pub customer: CustomerId,
    /// Its rules.
    pub workstream: WorkstreamId,
    /// Persistent or live.
    pub mode: Mode,
    /// Where it was started.
    pub widget: Option<WidgetId>,
    /// Language of the customer.
    pub locale: String,
    /// Values from page, token and pre-chat answers.
    pub context: BTreeMap<String, String>,
    /// The client id of the start.
    pub start_client_id: Option<ClientId>,
    /// Where it stands.
    pub state: State,
    /// When it was started.
    pub created_at: Timestamp,
    /// The last message.
    pub last_seq: Seq,
    /// Where it waits or waited.
    pub queue: QueueId,
    /// Its place in line: when it (last) came to be without an agent.
    pub queued_at: Timestamp,
    /// Higher goes first.
    pub priority: i32,
    /// On its way back to this agent.
    pub returning: Option<Returning>,
    /// Came back from waiting or from a vanished agent: goes ahead of everything else in the queue.
    pub is_return: bool,
    /// Who has it.
    pub assignment: Option<Assignment>,
    /// Being handed over.
    pub transfer: Option<TransferOffer>,
    /// Units held.
    pub reservations: Vec<Reservation>,
    /// Whoever accepted last: the agent to come back to.
    pub last_agent: Option<AgentId>,
    /// How often each agent declined since the last acceptance.
    pub declines: BTreeMap<AgentId, u8>,
    /// Messages or changes of state.
    pub activity_at: Timestamp,
    /// The customer's last message (or the start).
    pub customer_at: Timestamp,
    /// Live: since when the customer is disconnected.
    pub customer_gone_at: Option<Timestamp>,
    /// How far the customer has the thread.
    pub customer_marks: Marks,
    /// How far the company has the thread.
    pub agent_marks: Marks,
    /// Who ended it, and when.
    pub ended: Option<(EndedBy, Timestamp)>,
    /// Why and when it became final.
    pub closed: Option<(CloseReason, Timestamp)>,
    /// Assignments so far, accepted ones only.
    pub sessions: u32,
    /// The outside-hours message was sent since the customer last came.
    pub told_hours: bool,
    /// The last event that the customer may know of; the version that customers count.
    pub public_position: Position,
    /// The last private note.
    pub last_note: NoteNumber,
    /// Normalised: without spaces around them, in lower case.
    pub tags: BTreeSet<String>,
    /// The beginning of the customer's first message, or what an agent wrote instead.
    pub subject: Option<Arc<str>>,
    /// Colleagues who read along, while somebody has it. They hold no units.
    pub consultants: BTreeMap<AgentId, ConsultRole>,
    /// Why it was handed over: until somebody takes it, and with whoever was never asked
    /// (automatic acceptance) as long as they have it.
    pub transfer_reason: Option<Arc<str>>,
    /// Since when it has been without an agent in this queue: what waiting too long counts from.
    pub in_queue_since: Timestamp,
    /// The queues that overflow took it from, in this wait.
    pub overflowed: Vec<QueueId>,
    /// It waited too long in this queue and there was nowhere to go.
    pub stays: bool,
    /// The first message of the customer that no agent has answered.
    pub unanswered_since: Option<Timestamp>,
    /// The agent's last message, while the customer has not written after it.
    pub answered_at: Option<Timestamp>,
    /// Timeout rules that have been carried out in the silence that lasts, by name.
    pub silences: Vec<(Side, String)>,
    /// The place in line that the customer was told last, and when.
    pub told_place: Option<(u32, Timestamp)>,
    /// When the customer wrote last, or started. Unlike `customer_at`, which begins anew
    /// with whoever takes it.
    pub wrote_at: Timestamp,
}

impl Conversation {
    /// The state after a first event, which must be `Started`.
    #[must_use]
    pub fn begin(id: ConversationId, first: &Recorded) -> Option<Self> {
        let Event::Started {
            customer,
            workstream,
            mode,
            widget,
            locale,
            context,
            queue,
            route: _,
            priority,
            prefer,
            client_id,
        } = &first.event
        else {
            return None;
        };
        Some(Self {
            id,
            position: Position(1),
            customer: customer.clone(),
            workstream: workstream.clone(),
            mode: *mode,
            widget: widget.clone(),
            locale: locale.clone(),
            context: context.clone(),
            start_client_id: client_id.clone(),
            state: State::Open,
            created_at: first.at,
            last_seq: Seq(0),
            queue: queue.clone(),
            queued_at: first.at,
            priority: *priority,
            returning: prefer.clone(),
            is_return: false,
            assignment: None,
            transfer: None,
            reservations: Vec::new(),
            last_agent: None,
            declines: BTreeMap::new(),
            activity_at: first.at,
            customer_at: first.at,
            customer_gone_at: None,
            customer_marks: Marks::default(),
            agent_marks: Marks::default(),
            ended: None,
            closed: None,
            sessions: 0,
            told_hours: false,
            public_position: Position(1),
            last_note: NoteNumber::default(),
            tags: BTreeSet::new(),
            subject: None,
            consultants: BTreeMap::new(),
            transfer_reason: None,
            in_queue_since: first.at,
            overflowed: Vec::new(),
            stays: false,
            unanswered_since: None,
            answered_at: None,
            silences: Vec::new(),
            told_place: None,
            wrote_at: first.at,
        })
    }

    /// The agent who has accepted it and still has it.
    #[must_use]
    pub fn accepted_agent(&self) -> Option<&AgentId> {
        self.assignment
            .as_ref()
            .filter(|a| a.accepted_at.is_some())
            .map(|a| &a.agent)
    }

    /// Units an agent has reserved here.
    #[must_use]
    pub fn units_of(&self, agent: &AgentId) -> u32 {
        self.reservations
            .iter()
            .filter(|r| r.agent == *agent)
            .map(|r| r.units)
            .sum()
    }

    fn reserve(&mut self, agent: &AgentId, units: u32, over_capacity: bool) {
        self.reservations.push(Reservation {
            agent: agent.clone(),
            units,
            over_capacity,
        });
    }

    fn free(&mut self, agent: &AgentId) {
        self.reservations.retain(|r| r.agent != *agent);
    }

    fn queue_up(&mut self, at: Timestamp) {
        self.state = State::Open;
        self.assignment = None;
        self.transfer = None;
        self.reservations.clear();
        self.queued_at = at;
    }

    /// A wait begins, in the queue that it is in.
    fn wait_anew(&mut self, at: Timestamp) {
        self.in_queue_since = at;
        self.overflowed.clear();
        self.stays = false;
        self.told_place = None;
    }

    fn taken_by(&mut self, agent: &AgentId) {
        self.last_agent = Some(agent.clone());
        self.declines.clear();
        self.returning = None;
        self.is_return = false;
        self.told_hours = false;
        self.transfer_reason = None;
        self.overflowed.clear();
        self.told_place = None;
        self.sessions += 1;
    }

    /// Takes in one more event.
    pub fn apply(&mut self, recorded: &Recorded) {
        let at = recorded.at;
        self.position = self.position.next();
        match &recorded.event {
            // A second start cannot be decided; were it ever stored, it would change nothing.
            Event::Started { .. } => {}
            Event::Posted(message) => self.apply_posted(message, at),
            Event::Returned { sticky } => {
                self.queue_up(at);
                self.wait_anew(at);
                self.activity_at = at;
                self.declines.clear();
                self.is_return = true;
                self.returning.clone_from(sticky);
            }
            Event::StickyEnded { reason } => self.apply_sticky_ended(*reason, at),
            Event::Offered {
                agent,
                units,
                over_capacity,
                deadline,
                returning,
                explanation: _,
                reason,
                by: _,
            } => {
                self.state = State::Active;
                self.activity_at = at;
                self.reserve(agent, *units, *over_capacity);
                self.assignment = Some(Assignment {
                    agent: agent.clone(),
                    offered_at: at,
                    deadline: Some(*deadline),
                    accepted_at: None,
                    returning: *returning,
                });
                // Without one, that of a transfer to the queue is still why.
                if reason.is_some() {
                    self.transfer_reason.clone_from(reason);
                }
            }
            Event::Accepted { agent } => {
                self.activity_at = at;
                // The silence that auto-park measures begins with the agent's arrival.
                self.customer_at = self.customer_at.max(at);
                if let Some(a) = &mut self.assignment {
                    a.accepted_at = Some(at);
                    a.deadline = None;
                }
                self.taken_by(agent);
            }
            Event::Declined { agent, reason } => {
                let place = self.queued_at;
                self.queue_up(place);
                self.activity_at = at;
                self.count_decline(agent, *reason);
            }
            Event::Assigned {
                agent,
                units,
                over_capacity,
                how,
                returning,
                explanation: _,
                by: _,
                reason,
            } => {
                self.state = State::Active;
                self.activity_at = at;
                self.customer_at = self.customer_at.max(at);
                self.reserve(agent, *units, *over_capacity);
                self.assignment = Some(Assignment {
                    agent: agent.clone(),
                    offered_at: at,
                    deadline: None,
                    accepted_at: Some(at),
                    returning: *returning || *how == AssignedHow::Reopened,
                });
                self.taken_by(agent);
                // There was no offer in which the agent could have read it.
                self.transfer_reason.clone_from(reason);
            }
            Event::Parked { by: _ } => {
                self.queue_up(at);
                self.transfer_reason = None;
                self.state = State::Waiting;
                self.activity_at = at;
            }
            Event::Released {
                agent,
                reason,
                sticky,
            } => {
                self.queue_up(at);
                self.wait_anew(at);
                self.transfer_reason = None;
                self.activity_at = at;
                self.declines.clear();
                // Whoever's agent vanished comes back to the line, whatever the workstream keeps;
                // who gives a conversation away is not offered it in the same round.
                self.is_return = reason.is_vanished();
                self.returning.clone_from(sticky);
                if !reason.is_vanished() {
                    self.count_decline(agent, DeclineReason::Rejected);
                }
            }
            Event::TransferOffered {
                agent,
                by,
                units,
                over_capacity,
                deadline,
                explanation: _,
                reason,
            } => {
                self.activity_at = at;
                self.reserve(agent, *units, *over_capacity);
                self.transfer_reason.clone_from(reason);
                self.transfer = Some(TransferOffer {
                    agent: agent.clone(),
                    by: by.clone(),
                    offered_at: at,
                    deadline: *deadline,
                });
            }
            Event::TransferAccepted { agent } => {
                self.activity_at = at;
                self.customer_at = self.customer_at.max(at);
                self.transfer = None;
                self.reservations.retain(|r| r.agent == *agent);
                self.assignment = Some(Assignment {
                    agent: agent.clone(),
                    offered_at: at,
                    deadline: None,
                    accepted_at: Some(at),
                    returning: false,
                });
                self.taken_by(agent);
            }
            Event::TransferDeclined { agent, reason: _ } => {
                self.activity_at = at;
                self.transfer = None;
                self.transfer_reason = None;
                self.free(agent);
            }
            Event::TransferredToQueue { queue, by, reason } => {
                self.queue_up(at);
                self.transfer_reason.clone_from(reason);
                self.wait_anew(at);
                self.activity_at = at;
                self.queue = queue.clone();
                self.declines.clear();
                self.returning = None;
                self.is_return = false;
                self.count_decline(by, DeclineReason::Rejected);
            }
            Event::Ended { by } => {
                self.state = State::WrapUp;
                self.activity_at = at;
                self.ended = Some((*by, at));
                self.transfer = None;
                if let Some(agent) = self.assignment.as_ref().map(|a| a.agent.clone()) {
                    self.reservations.retain(|r| r.agent == agent);
                }
            }
            Event::UnitsFreed => self.reservations.clear(),
            Event::Closed { reason, by: _ } => {
                self.state = State::Closed;
                self.activity_at = at;
                self.assignment = None;
                self.transfer = None;
                self.returning = None;
                self.transfer_reason = None;
                self.reservations.clear();
                self.closed = Some((*reason, at));
            }
            Event::Marked {
                side,
                delivered,
                read,
            } => {
                let marks = match side {
                    Side::Customer => &mut self.customer_marks,
                    Side::Agent => &mut self.agent_marks,
                };
                marks.delivered = marks.delivered.max(*delivered);
                marks.read = marks.read.max(*read);
            }
            Event::CustomerGone => self.customer_gone_at = Some(at),
            Event::CustomerBack => self.customer_gone_at = None,
            // What is the company's own is no activity: it postpones no timer, and the
            // customer sees no trace of it.
            Event::Noted(note) => self.last_note = note.number,
            Event::Tagged {
                by: _,
                added,
                removed,
            } => {
                self.tags.retain(|tag| !removed.contains(tag));
                self.tags.extend(added.iter().cloned());
            }
            Event::SubjectSet { by: _, subject } => self.subject = Some(subject.clone()),
            Event::ConsultInvited { agent, by: _ } => {
                self.consultants.insert(agent.clone(), ConsultRole::Invited);
            }
            Event::ConsultJoined { agent, by: _ } => {
                self.consultants.insert(agent.clone(), ConsultRole::Joined);
            }
            Event::ConsultEnded { agent, by: _ } => {
                self.consultants.remove(agent);
            }
            Event::Overflowed { from, to, .. } => self.apply_overflowed(from, to, at),
            Event::SilenceNoted { rule, silent, .. } => self.silences.push((*silent, rule.clone())),
            Event::QueueMoved { queue } => self.queue = queue.clone(),
            Event::PlaceTold { position } => self.told_place = Some((*position, at)),
            Event::Linked { customer, .. } => self.customer = customer.clone(),
        }
        if !recorded.event.is_private() {
            self.public_position = self.position;
        }
        if !self.consultants.is_empty() {
            self.end_consults();
        }
    }

    /// Colleagues are consulted by somebody: when nobody has the conversation any more they
    /// are not, and whoever takes it over is not their own adviser. Here, so that no way of
    /// leaving can forget it.
    fn end_consults(&mut self) {
        match self.accepted_agent().cloned() {
            Some(agent) if self.state == State::Active => {
                self.consultants.remove(&agent);
            }
            _ => self.consultants.clear(),
        }
    }

    fn apply_overflowed(&mut self, from: &QueueId, to: &OverflowedTo, at: Timestamp) {
        match to {
            OverflowedTo::Queue(queue) => {
                // Its place in line is by its whole wait.
                self.overflowed.push(from.clone());
                self.queue = queue.clone();
                self.in_queue_since = at;
                self.stays = false;
                self.told_place = None;
            }
            OverflowedTo::Stays => self.stays = true,
            OverflowedTo::End => {}
        }
    }

    fn apply_posted(&mut self, message: &Message, at: Timestamp) {
        self.last_seq = message.seq;
        match &message.author {
            Author::System(kind) if kind.is_about_waiting() => {}
            _ => self.activity_at = at,
        }
        match &message.author {
            Author::Customer => {
                self.customer_at = at;
                self.wrote_at = at;
                self.unanswered_since.get_or_insert(at);
                self.answered_at = None;
                self.silences.retain(|(side, _)| *side != Side::Customer);
                // Whoever writes is there, also without a socket.
                self.customer_gone_at = None;
                if self.subject.is_none() {
                    self.subject = subject_of(&message.text);
                }
            }
            Author::Agent(_) => {
                self.unanswered_since = None;
                self.answered_at = Some(at);
                self.silences.retain(|(side, _)| *side != Side::Agent);
            }
            Author::System(kind) => {
                use crate::domain::message::SystemKind::{Holiday, OutsideHours};
                self.told_hours |= matches!(kind, OutsideHours | Holiday);
            }
        }
    }

    fn apply_sticky_ended(&mut self, reason: StickyEnd, at: Timestamp) {
        // From now on it waits in the queue.
        self.in_queue_since = at;
        if let Some(returning) = self.returning.take()
            && reason == StickyEnd::OfferDeclined
        {
            // Rule 5 of sticky assignment: not tried again for this return.
            self.declines
                .insert(returning.agent, limits::OFFERS_PER_AGENT_MAX);
        }
    }

    fn count_decline(&mut self, agent: &AgentId, reason: DeclineReason) {
        if reason != DeclineReason::Withdrawn {
            let count = self.declines.entry(agent.clone()).or_default();
            *count = count.saturating_add(1);
        }
    }
}

/// The beginning of a message as one line; `None` if it is blank.
fn subject_of(text: &str) -> Option<Arc<str>> {
    // Enough of a long text for any subject, so that the rest of it is not looked at.
    let mut subject = String::new();
    for word in text.split_whitespace() {
        if !subject.is_empty() {
            subject.push(' ');
        }
        subject.push_str(word);
        if subject.len() > limits::SUBJECT_FROM_MESSAGE_CHARS * 4 {
            break;
        }
    }
    let subject: String = subject
        .chars()
        .take(limits::SUBJECT_FROM_MESSAGE_CHARS)
        .collect();
    let subject = subject.trim_end();
    (!subject.is_empty()).then(|| subject.into())
}
