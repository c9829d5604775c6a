//! The machine of one conversation: sequence, durability gate, readers.
//!
//! Fed with [`Input`] and time, it returns [`Effect`]s. What it promises:
//!
//! * Nothing leaves before it is durable: answers, deliveries and notices of a step
//!   wait in the gate until its last event is committed (`gate.rs`).
//! * The same client id is the same message, however often it comes (`dedup.rs`).
//! * A reader gets what follows its cursor without gap or repetition, as fast as its
//!   credit allows, and never slows another (`readers.rs`).
//!
//! It never blocks, never looks at a clock and never touches the store.

mod asking;
mod dedup;
mod gate;
mod io;
mod noting;
mod readers;
mod staging;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::command::{Actor, Command};
use crate::domain::commit::Write;
use crate::domain::conversation::Conversation;
use crate::domain::event::{Event, Recorded};
use crate::domain::ids::{ConversationId, Position, Seq};
use crate::domain::message::{DedupKey, Sender, Side};
use crate::domain::reject::Reject;
use crate::domain::time::Timestamp;
use crate::limits;

use super::outbound::{Outbound, SessionId};
use super::request::{Ask, Principal, Reply};
use super::summary::Summary;
use super::view::ConversationView;

pub use io::{ActionId, Effect, Input, Memory, Origin, Surroundings};

use dedup::Dedup;
use gate::{Gate, Staged};
use readers::Readers;
use staging::Before;

/// The machine.
#[derive(Debug)]
pub struct ConversationMachine {
    /// The state with everything that is staged.
    state: Conversation,
    gate: Gate,
    dedup: Dedup,
    /// The client ids of notes.
    note_ids: Dedup,
    readers: Readers,
    /// Inputs behind a client-id lookup, in order.
    held: VecDeque<Input>,
    timer: Option<Timestamp>,
    snapshot: Position,
    /// Times of the customer's latest messages, for the rate limit.
    pace: VecDeque<Timestamp>,
    /// It is about to be erased.
    vanishing: bool,
}

impl ConversationMachine {
    /// A conversation that exists.
    #[must_use]
    pub fn wake(memory: Memory) -> Self {
        let view = Arc::new(ConversationView::from(&memory.state));
        let is_note = |key: &DedupKey| matches!(key.sender, Sender::Notes(_));
        let (note_ids, message_ids) = memory
            .client_ids
            .into_iter()
            .partition(|(key, _, _)| is_note(key));
        let mut dedup = Dedup::new(message_ids, memory.client_ids_complete);
        dedup.learn(memory.recent.iter().map(Arc::as_ref));
        Self {
            gate: Gate::new(view),
            readers: Readers::new(memory.state.last_seq, memory.recent),
            dedup,
            note_ids: Dedup::new(note_ids, memory.client_ids_complete),
            held: VecDeque::new(),
            timer: memory.timer,
            snapshot: memory.snapshot,
            state: memory.state,
            pace: VecDeque::new(),
            vanishing: false,
        }
    }

    /// A conversation that begins: `events` (and the state they make) have been
    /// decided by [`crate::domain::conversation::start`] and are staged now.
    #[must_use]
    pub fn begin(
        state: Conversation,
        events: Vec<Recorded>,
        origin: Origin,
        around: Surroundings<'_>,
    ) -> (Self, Vec<Effect>) {
        let mut machine = Self {
            gate: Gate::unborn(Arc::new(ConversationView::from(&state))),
            readers: Readers::new(Seq(0), Vec::new()),
            dedup: Dedup::new(Vec::new(), true),
            note_ids: Dedup::new(Vec::new(), true),
            held: VecDeque::new(),
            timer: None,
            snapshot: Position(0),
            state,
            pace: VecDeque::new(),
            vanishing: false,
        };
        let mut out = Vec::new();
        let seq = first_written(&events);
        let before = Before {
            position: Position(0),
            live: false,
            waiting_for: None,
            has_subject: false,
        };
        let staged = machine.stage(&before, events, around, &mut out);
        let view = staged.view.clone().expect("a start changes the view");
        machine.gate.push(Staged {
            answer: Some((
                origin,
                Ok(Reply::Started {
                    view,
                    created: true,
                    seq,
                }),
            )),
            ..staged
        });
        (machine, out)
    }

    /// The state, with what is staged.
    #[must_use]
    pub fn state(&self) -> &Conversation {
        &self.state
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> ConversationId {
        self.state.id
    }

    /// What the supervisor should know when it wakes.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::from(&self.state)
    }

    /// Nobody follows it and nothing is on its way: it may sleep.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.gate.is_empty() && self.readers.is_empty() && self.held.is_empty()
    }

    /// The snapshot to write before it sleeps, if the replay would otherwise be long.
    #[must_use]
    pub fn snapshot_before_sleep(&self) -> Option<Write> {
        let tail = self.state.position.0 - self.snapshot.0;
        (tail >= limits::SNAPSHOT_EVERY / 8).then(|| Write::Snapshot(Arc::new(self.state.clone())))
    }

    /// Readers with their cursors and credit, for the next life after a death.
    #[must_use]
    pub fn reader_cursors(&self) -> Vec<(SessionId, Principal, Seq, u32)> {
        self.readers.cursors()
    }

    /// Requests that have not been answered, for refusals after a death.
    #[must_use]
    pub fn unanswered(&self) -> Vec<Origin> {
        let mut all = self.gate.unanswered();
        all.extend(self.readers.unanswered());
        all.extend(self.held.iter().filter_map(|input| match input {
            Input::Ask { origin, .. } | Input::Start { origin, .. } => Some(*origin),
            Input::Act { origin, .. } => *origin,
            _ => None,
        }));
        all
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input, around: Surroundings<'_>, out: &mut Vec<Effect>) {
        if self.vanishing
            && let Input::Ask { origin, ask, .. } = &input
        {
            if !matches!(ask, Ask::Typing { .. }) {
                self.gate_answer(*origin, Err(Reject::not_found()), out);
            }
            return;
        }
        if self.is_looking() && waits_behind_lookup(&input) {
            self.held.push_back(input);
            return;
        }
        match input {
            Input::Ask {
                origin,
                principal,
                ask,
            } => self.ask(origin, principal, ask, around, out),
            Input::Act {
                origin,
                action,
                actor,
                command,
            } => {
                self.act(origin, action, &actor, command, around, out);
            }
            Input::Start { origin, start } => self.start_again(origin, start, around, out),
            Input::Committed(upto) => self.committed(upto, around, out),
            Input::Found { key, found } => self.found(key, found, around, out),
            Input::Read { session, messages } => self.readers.read(session, messages, out),
            Input::Taken { session, messages } => self.readers.taken(session, messages, out),
            Input::SessionGone(session) => self.readers.leave(session),
            Input::WaitOver(origin) => self.readers.wait_over(origin, &self.gate.view(), out),
            Input::TimerDue => self.timer_due(around, out),
            Input::Reconfigured => self.reconfigured(around, out),
            Input::Vanish => self.vanish(around, out),
        }
    }

    fn committed(&mut self, upto: Position, around: Surroundings<'_>, out: &mut Vec<Effect>) {
        for input in self.gate.open(upto, &mut self.readers, out) {
            self.handle(input, around, out);
        }
        if self.vanishing {
            self.see_all_off(out);
        }
    }

    /// Closes it, if it is not, and lets nobody in from now on.
    fn vanish(&mut self, around: Surroundings<'_>, out: &mut Vec<Effect>) {
        self.act(None, None, &Actor::Engine, Command::Erase, around, out);
        self.vanishing = true;
        self.see_all_off(out);
    }

    /// Whoever follows it is told that it is gone, once they have been told that it is closed.
    fn see_all_off(&mut self, out: &mut Vec<Effect>) {
        if self.gate.is_empty() {
            let all: Vec<_> = self
                .readers
                .principals()
                .map(readers::Outsider::from)
                .collect();
            self.readers.dismiss(&all, out);
        }
    }

    /// It is about to be erased: it should fall asleep as soon as it can.
    #[must_use]
    pub fn is_vanishing(&self) -> bool {
        self.vanishing
    }

    fn found(
        &mut self,
        key: DedupKey,
        found: Option<(Seq, Timestamp, Arc<str>)>,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) {
        if matches!(key.sender, Sender::Notes(_)) {
            self.note_ids.found(key, found);
        } else {
            self.dedup.found(key, found);
        }
        while !self.is_looking() {
            let Some(input) = self.held.pop_front() else {
                return;
            };
            self.handle(input, around, out);
        }
    }

    /// The store is being asked about a client id; what comes later waits.
    fn is_looking(&self) -> bool {
        self.dedup.is_looking() || self.note_ids.is_looking()
    }

    fn gate_answer(
        &mut self,
        origin: Origin,
        result: Result<Reply, Reject>,
        out: &mut Vec<Effect>,
    ) {
        let staged = Staged {
            answer: Some((origin, result)),
            ..Staged::empty(self.state.position)
        };
        self.gate.push_or_emit(staged, &mut self.readers, out);
    }
}

/// The message that came with a start.
fn first_written(events: &[Recorded]) -> Option<Seq> {
    events.iter().find_map(|r| match &r.event {
        Event::Posted(m) if m.client_id.is_some() => Some(m.seq),
        _ => None,
    })
}

fn waits_behind_lookup(input: &Input) -> bool {
    match input {
        Input::Ask { ask, .. } => !matches!(ask, Ask::Typing { .. }),
        Input::Act { .. } | Input::Start { .. } | Input::TimerDue => true,
        Input::Committed(_)
        | Input::Found { .. }
        | Input::Read { .. }
        | Input::Taken { .. }
        | Input::SessionGone(_)
        | Input::WaitOver(_)
        | Input::Reconfigured
        | Input::Vanish => false,
    }
}

fn answer(origin: Origin, result: Result<Reply, Reject>) -> Effect {
    Effect::Tell(
        origin.session,
        Outbound::Answer {
            request: origin.request,
            result,
        },
    )
}

fn side_of(actor: &Actor) -> Side {
    if matches!(actor, Actor::Customer(_)) {
        Side::Customer
    } else {
        Side::Agent
    }
}
