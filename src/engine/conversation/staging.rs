//! Decide, stage, hand to the writer: what a step shows waits in the gate.

use std::sync::Arc;

use crate::domain::command::{Actor, Command};
use crate::domain::commit::{Commit, TimerMove, Write};
use crate::domain::company::Role;
use crate::domain::conversation::{self as rules, Conversation, State};
use crate::domain::directory::Entry;
use crate::domain::event::{DeclineReason, Event, Recorded};
use crate::domain::ids::{AgentId, Position};
use crate::domain::message::{Author, Message};
use crate::domain::note::{Note, NoteNumber};
use crate::domain::reject::Reject;
use crate::engine::request::{Principal, Reply};
use crate::engine::summary::{Summary, is_live};
use crate::engine::view::ConversationView;
use crate::limits;

use super::gate::Staged;
use super::readers::{Audience, Outsider};
use super::{ActionId, ConversationMachine, Effect, Origin, Surroundings};

impl ConversationMachine {
    pub(super) fn act(
        &mut self,
        origin: Option<Origin>,
        action: Option<ActionId>,
        actor: &Actor,
        command: Command,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) {
        let kind = ReplyKind::of(&command);
        match self.decide(actor, command, around, out) {
            Ok(staged) => {
                let reply = origin.map(|origin| (origin, Ok(self.reply(kind, actor, &staged))));
                let settled = action.map(|id| Effect::Settled(id, Ok(())));
                let mut staged = Staged {
                    answer: reply,
                    ..staged
                };
                staged.effects.extend(settled);
                self.gate.push_or_emit(staged, &mut self.readers, out);
            }
            Err(reject) => {
                if let Some(id) = action {
                    let refused = Effect::Settled(id, Err(reject.code));
                    let staged = Staged {
                        effects: vec![refused],
                        ..Staged::empty(self.state.position)
                    };
                    self.gate.push_or_emit(staged, &mut self.readers, out);
                }
                if let Some(origin) = origin {
                    self.gate_answer(origin, Err(reject), out);
                }
            }
        }
    }

    pub(super) fn reply(&self, kind: ReplyKind, actor: &Actor, staged: &Staged) -> Reply {
        match kind {
            ReplyKind::Posted => {
                let (seq, at) = staged
                    .messages
                    .first()
                    .map_or((self.state.last_seq, self.state.activity_at), |m| {
                        (m.seq, m.at)
                    });
                Reply::Posted {
                    seq,
                    at,
                    repeated: false,
                }
            }
            ReplyKind::Noted => {
                let (number, at) = staged
                    .notes
                    .first()
                    .map_or((NoteNumber(0), self.state.activity_at), |n| {
                        (n.number, n.at)
                    });
                Reply::Noted {
                    number,
                    at,
                    repeated: false,
                }
            }
            ReplyKind::Marked => Reply::Marked {
                marks: if matches!(actor, Actor::Customer(_)) {
                    self.state.customer_marks
                } else {
                    self.state.agent_marks
                },
            },
            ReplyKind::Done => Reply::Done(
                staged
                    .view
                    .clone()
                    .unwrap_or_else(|| Arc::new(ConversationView::from(&self.state))),
            ),
        }
    }

    /// Decides and stages; the caller adds the answer and puts it into the gate.
    pub(super) fn decide(
        &mut self,
        actor: &Actor,
        command: Command,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) -> Result<Staged, Reject> {
        let before = Before::of(&self.state);
        let events = rules::decide(&mut self.state, actor, command, around.ctx)?;
        if events.is_empty() {
            return Ok(Staged::empty(self.state.position));
        }
        Ok(self.stage(&before, events, around, out))
    }

    /// Hands the events to the writer and prepares what happens when they are durable.
    pub(super) fn stage(
        &mut self,
        before: &Before,
        events: Vec<Recorded>,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) -> Staged {
        let messages: Vec<Arc<Message>> = events
            .iter()
            .filter_map(|r| match &r.event {
                Event::Posted(message) => Some(message.clone()),
                _ => None,
            })
            .collect();
        for message in &messages {
            self.dedup.remember(message, self.readers.last_seq());
        }
        let notes: Vec<Arc<Note>> = events
            .iter()
            .filter_map(|r| match &r.event {
                Event::Noted(note) => Some(note.clone()),
                _ => None,
            })
            .collect();
        for note in &notes {
            self.note_ids.remember_note(note, self.gate.last_note());
        }
        let only_messages = messages.len() == events.len();
        // Nothing that is assigned or listed depends on these.
        let unobserved = events
            .iter()
            .all(|r| matches!(r.event, Event::Marked { .. } | Event::Noted(_)));
        let is_public =
            |r: &Recorded| !r.event.is_private() && !matches!(r.event, Event::Posted(_));
        // The customer's first message gives a conversation its subject.
        let got_subject = before.has_subject != self.state.subject.is_some();
        let view =
            (!only_messages || got_subject).then(|| Arc::new(ConversationView::from(&self.state)));
        // Whoever chooses what to take next sees that the customer is writing. Of what somebody
        // has, whoever cares follows the thread, and a message stays cheap.
        let is_nobodys = self.state.state == State::Open
            && messages.iter().any(|m| m.author == Author::Customer);
        let summary = (got_subject || is_nobodys || (!only_messages && !unobserved)).then(|| {
            let mut summary = Summary::from(&self.state);
            summary.missed_by = missed_by(&events);
            Box::new(summary)
        });
        let mut staged = Staged::empty(self.state.position);
        staged.public = self.state.public_position;
        staged.last_seq = self.state.last_seq;
        staged.view = view;
        if !events.iter().any(is_public) {
            staged.audience = Audience::Company;
        }
        staged.messages = messages;
        staged.notes = notes;
        if !only_messages && !unobserved {
            staged.dismissed = self.outsiders(around);
        }
        staged.effects.extend(summary.map(Effect::Observe));
        out.push(Effect::Write(Write::Commit(
            self.commit(before, events, around),
        )));
        staged
    }

    /// Who follows the conversation and has no business here any more: it was handed on, it
    /// went to a queue that is not theirs, they are not what they were, or it is another
    /// customer's now.
    fn outsiders(&self, around: Surroundings<'_>) -> Vec<Outsider> {
        let company = around.ctx.company;
        let may_see = |principal: &Principal| match principal {
            Principal::Agent { id, role } => {
                let profile = company.agents.get(id).filter(|a| a.enabled);
                profile.is_some_and(|a| {
                    (*role).min(a.role) >= Role::Supervisor
                        || rules::is_party(&self.state, id, company)
                })
            }
            Principal::Customer(customer) => *customer == self.state.customer,
        };
        let mut outsiders: Vec<Outsider> = self
            .readers
            .principals()
            .filter(|principal| !may_see(principal))
            .map(Outsider::from)
            .collect();
        outsiders.sort();
        outsiders.dedup();
        outsiders
    }

    /// The configuration says anew who may see it. Not behind the gate: that holds already.
    pub(super) fn reconfigured(&mut self, around: Surroundings<'_>, out: &mut Vec<Effect>) {
        let outsiders = self.outsiders(around);
        self.readers.dismiss(&outsiders, out);
    }

    pub(super) fn commit(
        &mut self,
        before: &Before,
        events: Vec<Recorded>,
        around: Surroundings<'_>,
    ) -> Commit {
        let live = is_live(self.state.state);
        let directory = events
            .iter()
            .any(|r| Entry::is_due_after(&r.event, before.has_subject))
            .then(|| Arc::new(Entry::from(&self.state)));
        let waiting_for = waiting_for(&self.state);
        let mut waiting = Vec::new();
        if before.waiting_for != waiting_for {
            waiting.extend(before.waiting_for.clone().map(|agent| (agent, false)));
            waiting.extend(waiting_for.map(|agent| (agent, true)));
        }
        let snapshot =
            (self.state.position.0 - self.snapshot.0 >= limits::SNAPSHOT_EVERY).then(|| {
                self.snapshot = self.state.position;
                Arc::new(self.state.clone())
            });
        Commit {
            conversation: self.state.id,
            first: before.position.next(),
            events,
            snapshot,
            live: (live != before.live).then_some(live),
            timer: self.move_timer(around, Laziness::MayStayEarlier),
            waiting,
            directory,
            audit: Vec::new(),
            workstream: self.state.workstream.clone(),
            queued_at: self.state.queued_at,
        }
    }

    pub(super) fn move_timer(
        &mut self,
        around: Surroundings<'_>,
        laziness: Laziness,
    ) -> Option<TimerMove> {
        let from = self.timer;
        let due = rules::next_due(&self.state, around.ctx.company).map(|(due, _)| due);
        let keep = match (from, due) {
            (None, None) => true,
            (Some(row), Some(due)) => {
                row == due
                    || (laziness == Laziness::MayStayEarlier && row < due && row > around.ctx.now)
            }
            _ => false,
        };
        if keep {
            return None;
        }
        self.timer = due;
        Some(TimerMove { from, to: due })
    }

    pub(super) fn timer_due(&mut self, around: Surroundings<'_>, out: &mut Vec<Effect>) {
        match self.decide(&Actor::Engine, Command::Tick, around, out) {
            Ok(staged) if staged.messages.is_empty() && staged.view.is_none() => {
                // Fired early, because a message postponed it: wait for the true instant.
                if let Some(timer) = self.move_timer(around, Laziness::MustBeExact) {
                    out.push(Effect::Write(Write::Timer {
                        conversation: self.state.id,
                        timer,
                    }));
                }
                self.gate.push_or_emit(
                    Staged {
                        effects: vec![Effect::TimerDone],
                        ..staged
                    },
                    &mut self.readers,
                    out,
                );
            }
            Ok(mut staged) => {
                staged.effects.push(Effect::TimerDone);
                self.gate.push(staged);
            }
            Err(_) => out.push(Effect::TimerDone),
        }
    }
}

/// Whether a timer row may stay at an instant before the true one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Laziness {
    MayStayEarlier,
    MustBeExact,
}

/// What of the state decides about index rows, before a step.
pub(super) struct Before {
    pub(super) position: Position,
    pub(super) live: bool,
    pub(super) waiting_for: Option<AgentId>,
    pub(super) has_subject: bool,
}

impl Before {
    pub(super) fn of(state: &Conversation) -> Self {
        Self {
            position: state.position,
            live: is_live(state.state),
            waiting_for: waiting_for(state),
            has_subject: state.subject.is_some(),
        }
    }
}

pub(super) fn waiting_for(state: &Conversation) -> Option<AgentId> {
    if state.state == State::Waiting {
        state.last_agent.clone()
    } else {
        None
    }
}

pub(super) fn missed_by(events: &[Recorded]) -> Option<AgentId> {
    events.iter().find_map(|r| match &r.event {
        Event::Declined {
            agent,
            reason: DeclineReason::TimedOut,
        }
        | Event::TransferDeclined {
            agent,
            reason: DeclineReason::TimedOut,
        } => Some(agent.clone()),
        _ => None,
    })
}

/// Which answer a command has when it is done.
#[derive(Clone, Copy)]
pub(super) enum ReplyKind {
    Posted,
    Noted,
    Marked,
    Done,
}

impl ReplyKind {
    pub(super) fn of(command: &Command) -> Self {
        match command {
            Command::Post { .. } => Self::Posted,
            Command::Note { .. } => Self::Noted,
            Command::Mark { .. } => Self::Marked,
            _ => Self::Done,
        }
    }
}
