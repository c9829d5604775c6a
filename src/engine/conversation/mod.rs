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

mod dedup;
mod gate;
mod readers;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::command::{Actor, Command, Start};
use crate::domain::commit::{Commit, TimerMove, Write};
use crate::domain::conversation::{self as rules, Conversation, Ctx, State};
use crate::domain::event::{DeclineReason, Event, Recorded};
use crate::domain::ids::{AgentId, ClientId, ConversationId, Position, Seq};
use crate::domain::message::{DedupKey, Message, Sender, Side};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::{Millis, Timestamp};
use crate::limits;

use super::outbound::{Outbound, SessionId};
use super::request::{Ask, Page, Principal, Reply};
use super::summary::{Summary, is_live};
use super::view::ConversationView;

use dedup::Dedup;
use gate::{Gate, Staged};
use readers::Readers;

/// Which request an answer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Of which session.
    pub session: SessionId,
    /// The session's number for it.
    pub request: u64,
}

/// The supervisor's number for a step it asked for: what it has set aside for the
/// step is settled when the step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionId(pub u64);

/// What a conversation is fed.
#[derive(Debug, Clone)]
pub enum Input {
    /// A client asks.
    Ask {
        /// Whom to answer.
        origin: Origin,
        /// Who asks, proven.
        principal: Principal,
        /// What.
        ask: Ask,
    },
    /// The supervisor asks, for itself or on behalf of an agent whose capacity it has checked.
    Act {
        /// Whom to answer, if somebody asked.
        origin: Option<Origin>,
        /// What to settle, if something was set aside.
        action: Option<ActionId>,
        /// Who asks.
        actor: Actor,
        /// What.
        command: Command,
    },
    /// A start for a customer and workstream whose conversation this is.
    Start {
        /// Whom to answer.
        origin: Origin,
        /// What it said.
        start: Start,
    },
    /// Everything up to this event is on disk.
    Committed(Position),
    /// The answer to [`Effect::FindClientId`].
    Found {
        /// What was looked for.
        key: DedupKey,
        /// The message that has it.
        found: Option<(Seq, Timestamp)>,
    },
    /// The answer to [`Effect::ReadFor`].
    Read {
        /// For which reader.
        session: SessionId,
        /// What follows its cursor.
        messages: Vec<Arc<Message>>,
    },
    /// A reader consumed messages.
    Taken {
        /// Which.
        session: SessionId,
        /// How many.
        messages: u32,
    },
    /// A session is gone, or no longer waits.
    SessionGone(SessionId),
    /// A long poll has waited long enough: answer with what there is.
    WaitOver(Origin),
    /// Its timer row is due.
    TimerDue,
}

/// What a conversation wants done.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Write this; report [`Input::Committed`] when it is durable.
    Write(Write),
    /// Tell a session.
    Tell(SessionId, Outbound),
    /// A subscription began: the session may now talk to this conversation directly.
    Attached {
        /// Which session.
        session: SessionId,
        /// Its cursor.
        after: Seq,
        /// Its credit.
        credit: u32,
    },
    /// A subscription ended.
    Detached(SessionId),
    /// Read a page of the thread and answer with it.
    ReadPage {
        /// Whom to answer.
        origin: Origin,
        /// Which part.
        page: Page,
        /// The last message of the whole thread.
        last_seq: Seq,
    },
    /// Read what follows a cursor and answer a long poll with it.
    ReadEvents {
        /// Whom to answer.
        origin: Origin,
        /// The cursor.
        after: Seq,
        /// The state to answer with.
        view: Arc<ConversationView>,
    },
    /// Read what follows a reader's cursor; report [`Input::Read`].
    ReadFor {
        /// Which reader.
        session: SessionId,
        /// Its cursor.
        after: Seq,
        /// At most this many.
        limit: usize,
    },
    /// Read the journal and answer with it.
    ReadJournal(Origin),
    /// Look a client id up; report [`Input::Found`].
    FindClientId(DedupKey),
    /// Tell the supervisor what it should know of the state, now durable.
    Observe(Box<Summary>),
    /// Tell the supervisor that its step is done, or refused.
    Settled(ActionId, Result<(), Code>),
    /// The customer starts, but this conversation has ended: the supervisor begins another.
    StartElsewhere {
        /// Whom to answer.
        origin: Origin,
        /// What it said, with the agent of this conversation filled in.
        start: Start,
    },
    /// A timer has been dealt with; its row is on its way.
    TimerDone,
}

/// What the machine is told of its environment with every input.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// Time and configuration.
    pub ctx: Ctx<'a>,
    /// Messages of a customer per window, if limited.
    pub customer_rate: Option<(usize, Millis)>,
}

/// What the store knows of a conversation when it wakes.
#[derive(Debug, Clone)]
pub struct Memory {
    /// The state.
    pub state: Conversation,
    /// The last messages, oldest first.
    pub recent: Vec<Arc<Message>>,
    /// Client ids and their messages.
    pub client_ids: Vec<(DedupKey, Seq, Timestamp)>,
    /// `client_ids` is all there are.
    pub client_ids_complete: bool,
    /// The timer row.
    pub timer: Option<Timestamp>,
    /// The position of the stored snapshot.
    pub snapshot: Position,
}

/// The machine.
#[derive(Debug)]
pub struct ConversationMachine {
    /// The state with everything that is staged.
    state: Conversation,
    gate: Gate,
    dedup: Dedup,
    readers: Readers,
    /// Inputs behind a client-id lookup, in order.
    held: VecDeque<Input>,
    timer: Option<Timestamp>,
    snapshot: Position,
    /// Times of the customer's latest messages, for the rate limit.
    pace: VecDeque<Timestamp>,
}

impl ConversationMachine {
    /// A conversation that exists.
    #[must_use]
    pub fn wake(memory: Memory) -> Self {
        let view = Arc::new(ConversationView::from(&memory.state));
        Self {
            gate: Gate::new(view),
            readers: Readers::new(memory.state.last_seq, memory.recent),
            dedup: Dedup::new(memory.client_ids, memory.client_ids_complete),
            held: VecDeque::new(),
            timer: memory.timer,
            snapshot: memory.snapshot,
            state: memory.state,
            pace: VecDeque::new(),
        }
    }

    /// A conversation that begins: `events` (and the state they make) have been
    /// decided by [`rules::start`] and are staged now.
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
            held: VecDeque::new(),
            timer: None,
            snapshot: Position(0),
            state,
            pace: VecDeque::new(),
        };
        let mut out = Vec::new();
        let seq = first_written(&events);
        let before = Before {
            position: Position(0),
            live: false,
            waiting_for: None,
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
        if self.dedup.is_looking() && waits_behind_lookup(&input) {
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
        }
    }

    fn ask(
        &mut self,
        origin: Origin,
        principal: Principal,
        ask: Ask,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) {
        let actor = actor_of(&principal);
        let command = match ask {
            Ask::Post { client_id, text } => {
                self.post(origin, principal, actor, client_id, text, around, out);
                return;
            }
            Ask::Mark { delivered, read } => Command::Mark { delivered, read },
            Ask::Accept => Command::Accept,
            Ask::Reject => Command::Reject,
            Ask::Park => Command::Park,
            Ask::Release => Command::Release,
            Ask::TransferToQueue(queue) => Command::TransferToQueue { queue },
            Ask::End => Command::End,
            Ask::Finish => Command::Finish,
            Ask::ForceClose => Command::ForceClose,
            Ask::Pick | Ask::Reopen | Ask::TransferToAgent(_) | Ask::Assign(_) => {
                // These need the account of capacity and come through the supervisor as `Act`.
                let reject = Reject::new(
                    Code::Internal,
                    "This request took a wrong way inside the server.",
                );
                out.push(answer(origin, Err(reject)));
                return;
            }
            reading => {
                self.read(origin, principal, &actor, reading, around, out);
                return;
            }
        };
        self.act(Some(origin), None, &actor, command, around, out);
    }

    /// Requests that change nothing. They see what is durable, nothing else.
    fn read(
        &mut self,
        origin: Origin,
        principal: Principal,
        actor: &Actor,
        ask: Ask,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) {
        if let Err(reject) = rules::authorise(&self.state, actor, around.ctx.company) {
            if !matches!(ask, Ask::Typing { .. }) {
                out.push(answer(origin, Err(reject)));
            }
            return;
        }
        if self.gate.is_unborn() && !matches!(ask, Ask::Typing { .. }) {
            // The conversation is not durable yet: ask again behind its first commit.
            self.gate.defer(Input::Ask {
                origin,
                principal,
                ask,
            });
            return;
        }
        match ask {
            Ask::Typing { on } => {
                self.readers
                    .typing(origin.session, self.state.id, actor, on, out)
            }
            Ask::Subscribe { after, credit } => {
                let view = self.gate.view();
                out.push(Effect::Attached {
                    session: origin.session,
                    after,
                    credit,
                });
                out.push(answer(origin, Ok(Reply::Subscribed { view })));
                self.readers.subscribe(
                    origin.session,
                    principal,
                    self.state.id,
                    after,
                    credit,
                    out,
                );
            }
            Ask::Unsubscribe => {
                self.readers.unsubscribe(origin.session);
                out.push(Effect::Detached(origin.session));
                out.push(answer(origin, Ok(Reply::Ok)));
            }
            Ask::History(page) => {
                out.push(Effect::ReadPage {
                    origin,
                    page,
                    last_seq: self.readers.last_seq(),
                });
            }
            Ask::View => out.push(answer(origin, Ok(Reply::View(self.gate.view())))),
            Ask::Explain => match actor {
                Actor::Customer(_) => {
                    let reject = Reject::new(Code::Forbidden, "Only agents can read explanations.");
                    out.push(answer(origin, Err(reject)));
                }
                _ => out.push(Effect::ReadJournal(origin)),
            },
            Ask::Wait { after, version } => {
                self.readers
                    .wait(origin, after, version, &self.gate.view(), out);
            }
            _ => out.push(answer(
                origin,
                Err(Reject::new(Code::Internal, "Not a reading request.")),
            )),
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn post(
        &mut self,
        origin: Origin,
        principal: Principal,
        actor: Actor,
        client_id: ClientId,
        text: Arc<str>,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) {
        if let Err(reject) = rules::authorise(&self.state, &actor, around.ctx.company) {
            self.gate_answer(origin, Err(reject), out);
            return;
        }
        let key = DedupKey {
            sender: sender_of(&principal),
            client_id: client_id.clone(),
        };
        match self.dedup.find(&key) {
            dedup::Answer::Known(seq, at) => {
                self.gate_answer(
                    origin,
                    Ok(Reply::Posted {
                        seq,
                        at,
                        repeated: true,
                    }),
                    out,
                );
                return;
            }
            dedup::Answer::Unknown => {}
            dedup::Answer::AskStore => {
                self.dedup.look_up(key.clone());
                self.held.push_front(Input::Ask {
                    origin,
                    principal,
                    ask: Ask::Post { client_id, text },
                });
                out.push(Effect::FindClientId(key));
                return;
            }
        }
        if let Some(reject) = self.too_fast(&actor, around) {
            self.gate_answer(origin, Err(reject), out);
            return;
        }
        self.act(
            Some(origin),
            None,
            &actor,
            Command::Post { client_id, text },
            around,
            out,
        );
    }

    fn too_fast(&mut self, actor: &Actor, around: Surroundings<'_>) -> Option<Reject> {
        let (most, window) = around.customer_rate?;
        if !matches!(actor, Actor::Customer(_)) {
            return None;
        }
        let now = around.ctx.now;
        // A clock that stepped back must not freeze the customer out.
        while self
            .pace
            .front()
            .is_some_and(|at| now.since(*at) >= window || *at > now)
        {
            self.pace.pop_front();
        }
        if self.pace.len() >= most {
            let free_at = *self.pace.front()? + window;
            let reject = Reject::new(
                Code::RateLimited,
                "Too many messages in a short time; wait a moment and send again.",
            );
            return Some(reject.after(free_at.since(now).max(Millis(1))));
        }
        self.pace.push_back(now);
        None
    }

    fn start_again(
        &mut self,
        origin: Origin,
        mut start: Start,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) {
        let ended = matches!(self.state.state, State::WrapUp | State::Closed);
        let same_start = start.client_id.is_some() && start.client_id == self.state.start_client_id;
        if ended && !same_start {
            start.last_agent.clone_from(&self.state.last_agent);
            self.gate.push_or_emit(
                Staged {
                    effects: vec![Effect::StartElsewhere { origin, start }],
                    ..Staged::empty(self.state.position)
                },
                &mut self.readers,
                out,
            );
            return;
        }
        let again = start.clone();
        let Some((client_id, text)) = start.client_id.zip(start.text) else {
            let view = Arc::new(ConversationView::from(&self.state));
            self.gate_answer(
                origin,
                Ok(Reply::Started {
                    view,
                    created: false,
                    seq: None,
                }),
                out,
            );
            return;
        };
        let key = DedupKey {
            sender: Sender::Customer,
            client_id: client_id.clone(),
        };
        match self.dedup.find(&key) {
            dedup::Answer::Known(seq, _) => {
                let view = Arc::new(ConversationView::from(&self.state));
                let reply = Reply::Started {
                    view,
                    created: false,
                    seq: Some(seq),
                };
                self.gate_answer(origin, Ok(reply), out);
                return;
            }
            dedup::Answer::Unknown => {}
            dedup::Answer::AskStore => {
                self.dedup.look_up(key.clone());
                self.held.push_front(Input::Start { origin, start: again });
                out.push(Effect::FindClientId(key));
                return;
            }
        }
        let actor = Actor::Customer(self.state.customer.clone());
        if let Some(reject) = self.too_fast(&actor, around) {
            self.gate_answer(origin, Err(reject), out);
            return;
        }
        let result = self.decide(&actor, Command::Post { client_id, text }, around, out);
        match result {
            Ok(staged) => {
                let view = Arc::new(ConversationView::from(&self.state));
                let seq = Some(
                    staged
                        .messages
                        .first()
                        .map_or(self.state.last_seq, |m| m.seq),
                );
                self.gate.push(Staged {
                    answer: Some((
                        origin,
                        Ok(Reply::Started {
                            view,
                            created: false,
                            seq,
                        }),
                    )),
                    ..staged
                });
            }
            Err(reject) => self.gate_answer(origin, Err(reject), out),
        }
    }

    fn act(
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

    fn reply(&self, kind: ReplyKind, actor: &Actor, staged: &Staged) -> Reply {
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
    fn decide(
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
    fn stage(
        &mut self,
        before: &Before,
        events: Vec<Recorded>,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) -> Staged {
        let messages: Vec<Arc<Message>> = events
            .iter()
            .filter_map(|r| match &r.event {
                Event::Posted(message) => Some(Arc::new(message.clone())),
                _ => None,
            })
            .collect();
        for message in &messages {
            self.dedup.remember(message);
        }
        let only_messages = messages.len() == events.len();
        let only_marks = events
            .iter()
            .all(|r| matches!(r.event, Event::Marked { .. }));
        let view = (!only_messages).then(|| Arc::new(ConversationView::from(&self.state)));
        let summary = (!only_messages && !only_marks).then(|| {
            let mut summary = Summary::from(&self.state);
            summary.missed_by = missed_by(&events);
            Box::new(summary)
        });
        let mut staged = Staged::empty(self.state.position);
        staged.last_seq = self.state.last_seq;
        staged.view = view;
        staged.messages = messages;
        staged.effects.extend(summary.map(Effect::Observe));
        out.push(Effect::Write(Write::Commit(
            self.commit(before, events, around),
        )));
        staged
    }

    fn commit(
        &mut self,
        before: &Before,
        events: Vec<Recorded>,
        around: Surroundings<'_>,
    ) -> Commit {
        let live = is_live(self.state.state);
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
        }
    }

    fn move_timer(&mut self, around: Surroundings<'_>, laziness: Laziness) -> Option<TimerMove> {
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

    fn timer_due(&mut self, around: Surroundings<'_>, out: &mut Vec<Effect>) {
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

    fn committed(&mut self, upto: Position, around: Surroundings<'_>, out: &mut Vec<Effect>) {
        for input in self.gate.open(upto, &mut self.readers, out) {
            self.handle(input, around, out);
        }
    }

    fn found(
        &mut self,
        key: DedupKey,
        found: Option<(Seq, Timestamp)>,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) {
        self.dedup.found(key, found);
        while !self.dedup.is_looking() {
            let Some(input) = self.held.pop_front() else {
                return;
            };
            self.handle(input, around, out);
        }
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

/// Whether a timer row may stay at an instant before the true one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Laziness {
    MayStayEarlier,
    MustBeExact,
}

/// What of the state decides about index rows, before a step.
struct Before {
    position: Position,
    live: bool,
    waiting_for: Option<AgentId>,
}

impl Before {
    fn of(state: &Conversation) -> Self {
        Self {
            position: state.position,
            live: is_live(state.state),
            waiting_for: waiting_for(state),
        }
    }
}

fn waiting_for(state: &Conversation) -> Option<AgentId> {
    if state.state == State::Waiting {
        state.last_agent.clone()
    } else {
        None
    }
}

fn missed_by(events: &[Recorded]) -> Option<AgentId> {
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
enum ReplyKind {
    Posted,
    Marked,
    Done,
}

impl ReplyKind {
    fn of(command: &Command) -> Self {
        match command {
            Command::Post { .. } => Self::Posted,
            Command::Mark { .. } => Self::Marked,
            _ => Self::Done,
        }
    }
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
        | Input::WaitOver(_) => false,
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

fn actor_of(principal: &Principal) -> Actor {
    match principal {
        Principal::Customer(customer) => Actor::Customer(customer.clone()),
        Principal::Agent { id, role } => Actor::Agent {
            id: id.clone(),
            role: *role,
        },
    }
}

fn sender_of(principal: &Principal) -> Sender {
    match principal {
        Principal::Customer(_) => Sender::Customer,
        Principal::Agent { id, .. } => Sender::Agent(id.clone()),
    }
}

fn side_of(actor: &Actor) -> Side {
    if matches!(actor, Actor::Customer(_)) {
        Side::Customer
    } else {
        Side::Agent
    }
}
