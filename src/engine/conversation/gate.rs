//! The commit gate: what a step makes visible waits here until the step is durable.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::ids::{CustomerId, Position, Seq};
use crate::domain::message::Message;
use crate::domain::note::{Note, NoteNumber};
use crate::domain::reject::Reject;
use crate::domain::time::Timestamp;
use crate::engine::request::Reply;
use crate::engine::view::ConversationView;

use super::readers::{Audience, Outsider, Readers};
use super::{Effect, Input, Origin, answer};

/// What becomes visible with a step.
#[derive(Debug)]
pub(super) struct Staged {
    /// The step's last event.
    pub(super) upto: Position,
    /// The last event of the step, or before it, that the customer may know of.
    pub(super) public: Position,
    /// The last message after the step.
    pub(super) last_seq: Seq,
    /// New messages.
    pub(super) messages: Vec<Arc<Message>>,
    /// New notes.
    pub(super) notes: Vec<Arc<Note>>,
    /// The state after the step, if more than messages changed.
    pub(super) view: Option<Arc<ConversationView>>,
    /// Who is shown that state.
    pub(super) audience: Audience,
    /// Whoever may not see the conversation from here on.
    pub(super) dismissed: Vec<Outsider>,
    /// The answer to whoever asked.
    pub(super) answer: Option<(Origin, Result<Reply, Reject>)>,
    /// What the supervisor is told.
    pub(super) effects: Vec<Effect>,
}

impl Staged {
    /// A step that changed nothing: visible as soon as what it was decided on is durable.
    pub(super) fn empty(upto: Position) -> Self {
        Self {
            upto,
            public: Position(0),
            last_seq: Seq(0),
            messages: Vec::new(),
            notes: Vec::new(),
            view: None,
            audience: Audience::Everybody,
            dismissed: Vec::new(),
            answer: None,
            effects: Vec::new(),
        }
    }
}

#[derive(Debug)]
pub(super) struct Gate {
    /// Everything up to here is durable; 0: nothing is.
    committed: Position,
    /// When the last durable message came.
    activity_at: Timestamp,
    /// The durable state as participants see it. Its version and last message lag
    /// behind on plain messages; `view` fills them in.
    shown: Arc<ConversationView>,
    last_seq: Seq,
    /// The last durable note.
    last_note: NoteNumber,
    /// The last durable event that the customer may know of.
    public: Position,
    staged: VecDeque<Staged>,
    /// Readings that wait for the next commit.
    deferred: Vec<Input>,
}

impl Gate {
    pub(super) fn new(shown: Arc<ConversationView>) -> Self {
        Self {
            committed: shown.version,
            last_seq: shown.last_seq,
            last_note: shown.last_note,
            public: shown.public_version,
            activity_at: shown.activity_at,
            shown,
            staged: VecDeque::new(),
            deferred: Vec::new(),
        }
    }

    /// For a conversation of which nothing is durable yet.
    pub(super) fn unborn(shown: Arc<ConversationView>) -> Self {
        Self {
            committed: Position(0),
            last_seq: Seq(0),
            last_note: NoteNumber(0),
            public: Position(0),
            ..Self::new(shown)
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.staged.is_empty() && self.deferred.is_empty()
    }

    /// Nothing of the conversation is durable yet.
    pub(super) fn is_unborn(&self) -> bool {
        self.committed == Position(0)
    }

    /// The last durable note.
    pub(super) fn last_note(&self) -> NoteNumber {
        self.last_note
    }

    /// It is becoming this customer's, and that is not durable yet.
    pub(super) fn is_changing_hands(&self, to: &CustomerId) -> bool {
        self.shown.customer != *to
    }

    /// Asked again behind the next commit.
    pub(super) fn defer(&mut self, input: Input) {
        self.deferred.push(input);
    }

    /// The durable state.
    pub(super) fn view(&mut self) -> Arc<ConversationView> {
        if self.shown.version != self.committed || self.shown.last_seq != self.last_seq {
            self.shown = self.view_at(self.committed);
        }
        self.shown.clone()
    }

    /// Puts a step that has events into the gate.
    pub(super) fn push(&mut self, staged: Staged) {
        self.staged.push_back(staged);
    }

    /// Puts a step into the gate, or lets it through if everything before it is durable
    /// and it has nothing of its own to wait for.
    pub(super) fn push_or_emit(
        &mut self,
        staged: Staged,
        readers: &mut Readers,
        out: &mut Vec<Effect>,
    ) {
        if self.staged.is_empty() && staged.upto <= self.committed {
            self.emit(staged, readers, out);
        } else {
            self.staged.push_back(staged);
        }
    }

    /// Opens the gate up to an event. Returns what waited for it.
    pub(super) fn open(
        &mut self,
        upto: Position,
        readers: &mut Readers,
        out: &mut Vec<Effect>,
    ) -> Vec<Input> {
        self.committed = self.committed.max(upto);
        while self.staged.front().is_some_and(|s| s.upto <= upto) {
            let Some(staged) = self.staged.pop_front() else {
                break;
            };
            self.emit(staged, readers, out);
        }
        readers.pump_all(out);
        std::mem::take(&mut self.deferred)
    }

    fn emit(&mut self, staged: Staged, readers: &mut Readers, out: &mut Vec<Effect>) {
        self.last_seq = self.last_seq.max(staged.last_seq);
        self.public = self.public.max(staged.public);
        // The supervisor first: whoever acts on the answer must find its account up to date.
        out.extend(staged.effects);
        if let Some((origin, result)) = staged.answer {
            out.push(answer(origin, result));
        }
        for message in staged.messages {
            self.activity_at = message.at;
            readers.publish(message);
        }
        for note in staged.notes {
            self.last_note = note.number;
            readers.publish_note(&note, out);
        }
        // Whoever it is not any more is not told whose it is now.
        readers.dismiss_customers(&staged.dismissed, out);
        if let Some(view) = staged.view {
            self.shown = view;
            // Messages of the step come before the state that includes them.
            readers.pump_all(out);
            readers.show(&self.shown, staged.audience, out);
        }
        readers.dismiss(&staged.dismissed, out);
        readers.answer_waiters(|| self.view_at(staged.upto), out);
    }

    fn view_at(&self, upto: Position) -> Arc<ConversationView> {
        let mut view = ConversationView::clone(&self.shown);
        view.version = upto;
        view.public_version = self.public;
        view.last_seq = self.last_seq;
        view.activity_at = view.activity_at.max(self.activity_at);
        Arc::new(view)
    }

    pub(super) fn unanswered(&self) -> Vec<Origin> {
        let answers = self
            .staged
            .iter()
            .filter_map(|s| s.answer.as_ref().map(|(origin, _)| *origin));
        let handed_on = self
            .staged
            .iter()
            .flat_map(|s| &s.effects)
            .filter_map(|e| match e {
                Effect::StartElsewhere { origin, .. } => Some(*origin),
                _ => None,
            });
        let deferred = self.deferred.iter().filter_map(|i| match i {
            Input::Ask { origin, .. } => Some(*origin),
            _ => None,
        });
        answers.chain(handed_on).chain(deferred).collect()
    }
}
