//! The actor of one conversation: feeds its machine and performs its effects.

use std::sync::Arc;

use actix::{Actor, ActorContext, AsyncContext, Context, Handler, Message, WeakAddr};

use crate::domain::audit::{self, Trail};
use crate::domain::commit::Write;
use crate::domain::event::Recorded;
use crate::domain::ids::{ConversationId, Position, Seq};
use crate::domain::message::DedupKey;
use crate::domain::reject::Reject;
use crate::domain::time::Timestamp;
use crate::engine::conversation::{ConversationMachine, Effect, Input, Origin};
use crate::engine::outbound::{Outbound, SessionId};
use crate::engine::request::{Page, Reply};
use crate::engine::supervisor::Epoch;
use crate::limits;
use crate::maps::Map;
use crate::store::{Store, StoreError};

use super::links::{Links, Token};
use super::post::post;
use super::registry::{Handle, Route};
use super::supervisor::{SupervisorActor, ToSupervisor};

/// What a conversation's actor is sent.
#[derive(Message)]
#[rtype(result = "()")]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly all of them are inputs; a box would cost each an allocation"
)]
pub enum ToConversation {
    /// For the machine.
    Input(Input),
    /// Everything up to this event is durable.
    Committed(Position),
    /// The supervisor agrees to sleep.
    Drain,
    /// For tests of supervision: die.
    #[cfg(test)]
    Panic,
}

/// The actor.
pub struct ConversationActor {
    id: ConversationId,
    epoch: Epoch,
    machine: ConversationMachine,
    links: Links,
    supervisor: WeakAddr<SupervisorActor>,
    attached: Map<SessionId, Arc<Handle>>,
    effects: Vec<Effect>,
    used_at: Timestamp,
    wants_sleep: bool,
    /// Left by the supervisor's leave; anything else is a death.
    in_peace: bool,
    /// Which way the request came that is answered now.
    trail: Trail,
}

impl ConversationActor {
    /// An actor around a machine, with the effects of its birth.
    pub fn new(
        machine: ConversationMachine,
        effects: Vec<Effect>,
        epoch: Epoch,
        links: Links,
        supervisor: WeakAddr<SupervisorActor>,
    ) -> Self {
        Self {
            id: machine.id(),
            epoch,
            machine,
            used_at: links.now(),
            links,
            supervisor,
            attached: Map::default(),
            effects,
            wants_sleep: false,
            in_peace: false,
            trail: Trail::default(),
        }
    }

    fn feed(&mut self, input: Input, ctx: &mut Context<Self>) {
        let mut effects = std::mem::take(&mut self.effects);
        self.trail = input.trail();
        let machine = &mut self.machine;
        self.links
            .with_surroundings(|around| machine.handle(input, around, &mut effects));
        self.perform(&mut effects, ctx);
        self.effects = effects;
        if self.machine.is_vanishing() {
            self.consider_sleep();
        }
    }

    fn perform(&mut self, effects: &mut Vec<Effect>, ctx: &mut Context<Self>) {
        let mut mail = Mail::default();
        for effect in effects.drain(..) {
            match effect {
                Effect::Tell(session, out) => mail.add(session, out),
                Effect::Write(write) => self.write(write, ctx),
                Effect::Attached {
                    session,
                    after,
                    credit,
                } => {
                    self.send(&mut mail);
                    self.attach(session, after, credit, ctx);
                }
                Effect::Detached(session) => {
                    self.send(&mut mail);
                    if let Some(handle) = self.attached.remove(&session) {
                        handle.detach(self.id);
                    }
                }
                Effect::ReadPage {
                    origin,
                    page,
                    last_seq,
                } => self.read_page(origin, page, last_seq),
                Effect::ReadEvents {
                    origin,
                    after,
                    view,
                } => {
                    let id = self.id;
                    self.answer_from_store(origin, move |store| {
                        let mut messages = store.page_after(id, after, limits::HISTORY_PAGE)?;
                        messages.truncate(fitting(messages.iter().map(|m| m.text.len())));
                        Ok(Reply::Events { messages, view })
                    });
                }
                Effect::ReadNotes {
                    origin,
                    reader: (reader, role),
                    after,
                    limit,
                    last_number,
                } => {
                    let id = self.id;
                    self.answer_from_store(origin, move |store| {
                        let mut notes =
                            store.notes_after(id, after, limit, |n| n.is_for(&reader, role))?;
                        notes.truncate(fitting(notes.iter().map(|n| n.text.len())));
                        // Notes that became durable since the question may be among them.
                        let last_number = notes
                            .last()
                            .map_or(last_number, |n| last_number.max(n.number));
                        Ok(Reply::Notes { notes, last_number })
                    });
                }
                Effect::ReadJournal {
                    origin,
                    after,
                    limit,
                } => {
                    let id = self.id;
                    self.answer_from_store(origin, move |store| {
                        let from = Position(after.0.saturating_add(1));
                        let mut entries = store.journal(id, from, limit.saturating_add(1))?;
                        let found = entries.len();
                        // One event is always shown, whatever its size, so that a page leads on.
                        let shown = fitting(entries.iter().map(|(_, e)| size_of_event(e))).max(1);
                        entries.truncate(shown.min(limit));
                        let more = entries.len() < found;
                        Ok(Reply::Journal { entries, more })
                    });
                }
                Effect::ReadFor {
                    session,
                    after,
                    limit,
                } => self.read_for(session, after, limit, ctx),
                Effect::FindClientId(key) => self.find_client_id(key, ctx),
                Effect::Observe(summary) => self.report(ToSupervisor::Observe(summary)),
                Effect::Settled(action, _) => self.report(ToSupervisor::Settled(action, self.id)),
                Effect::StartElsewhere { origin, start } => {
                    self.report(ToSupervisor::StartElsewhere {
                        ended: self.id,
                        origin,
                        start: Box::new(start),
                    });
                }
                Effect::TimerDone => self.report(ToSupervisor::TimerDone(self.id)),
            }
        }
        // After the reports to the supervisor: whoever acts on an answer finds its account
        // up to date.
        self.send(&mut mail);
    }

    fn send(&self, mail: &mut Mail) {
        for (session, outs) in mail.0.drain(..) {
            if let Some(handle) = self.attached.get(&session) {
                handle.tell_all(outs);
            } else if let Some(handle) = self.links.registry.get(session) {
                handle.tell_all(outs);
            }
        }
    }

    fn report(&self, message: ToSupervisor) {
        if let Some(supervisor) = self.supervisor.upgrade() {
            post(&supervisor, message);
        }
    }

    fn write(&self, mut write: Write, ctx: &Context<Self>) {
        let token = match &mut write {
            Write::Commit(commit) => {
                // In the same batch: who has done it stands with what was done, or neither.
                commit.audit = audit::of_commit(commit, self.trail);
                let upto = Position(commit.first.0 + commit.events.len() as u64 - 1);
                Token::Step(ctx.address(), self.id, upto)
            }
            _ => Token::Quiet,
        };
        self.links.write(write, token);
    }

    fn attach(&mut self, session: SessionId, cursor: Seq, credit: u32, ctx: &mut Context<Self>) {
        let route = Route {
            to: ctx.address(),
            cursor,
            credit,
        };
        match self
            .links
            .registry
            .get(session)
            .filter(|h| h.attach(self.id, route))
        {
            Some(handle) => {
                self.attached.insert(session, handle);
            }
            // Gone in the meantime; its farewell went past us.
            None => ctx.notify(ToConversation::Input(Input::SessionGone(session))),
        }
    }

    fn read_page(&self, origin: Origin, page: Page, last_seq: Seq) {
        let id = self.id;
        self.answer_from_store(origin, move |store| {
            let messages = match page {
                Page::After(seq, limit) => {
                    let mut messages = store.page_after(id, seq, limit)?;
                    messages.truncate(fitting(messages.iter().map(|m| m.text.len())));
                    messages
                }
                Page::Before(seq, limit) => {
                    let mut messages = store.page_before(id, seq, limit)?;
                    // The newest are next to the cursor, so the oldest wait for the next page.
                    let kept = fitting(messages.iter().rev().map(|m| m.text.len()));
                    messages.split_off(messages.len() - kept)
                }
            };
            Ok(Reply::Page { messages, last_seq })
        });
    }

    fn answer_from_store(
        &self,
        origin: Origin,
        read: impl FnOnce(&Store) -> Result<Reply, StoreError> + Send + 'static,
    ) {
        let (registry, id) = (self.links.registry.clone(), self.id);
        let job = Box::new(move |store: &Store| {
            let result = read(store).map_err(|error| {
                tracing::error!(conversation = %id, %error, "a thread could not be read");
                Reject::new(
                    crate::domain::reject::Code::Internal,
                    "The thread could not be read; an operator has been told.",
                )
            });
            registry.answer(origin, result);
        });
        if self.links.readers.submit(job).is_err() {
            self.links
                .registry
                .answer(origin, Err(Reject::overloaded()));
        }
    }

    fn read_for(&self, session: SessionId, after: Seq, limit: usize, ctx: &mut Context<Self>) {
        let (id, me) = (self.id, ctx.address());
        let job = Box::new(
            move |store: &Store| match store.page_after(id, after, limit) {
                Ok(messages) => post(
                    &me,
                    ToConversation::Input(Input::Read { session, messages }),
                ),
                Err(error) => {
                    tracing::error!(conversation = %id, %error, "a reader could not be served");
                }
            },
        );
        if self.links.readers.submit(job).is_err() {
            // Rare: everybody catches up at once. Try again when the pool has moved on.
            let delay = std::time::Duration::from_millis(50);
            ctx.run_later(delay, move |actor, ctx| {
                actor.read_for(session, after, limit, ctx);
            });
        }
    }

    fn find_client_id(&self, key: DedupKey, ctx: &mut Context<Self>) {
        let (id, me, wanted) = (self.id, ctx.address(), key.clone());
        let job = Box::new(move |store: &Store| match store.find_sent(id, &key) {
            Ok(found) => post(&me, ToConversation::Input(Input::Found { key, found })),
            Err(error) => {
                tracing::error!(conversation = %id, %error, "a client id could not be looked up");
            }
        });
        if self.links.readers.submit(job).is_err() {
            let delay = std::time::Duration::from_millis(50);
            ctx.run_later(delay, move |actor, ctx| actor.find_client_id(wanted, ctx));
        }
    }

    fn consider_sleep(&mut self) {
        let idle_for = self.links.now().since(self.used_at);
        let rested = idle_for >= limits::IDLE_BEFORE_SLEEP || self.machine.is_vanishing();
        if self.machine.is_idle() && rested && !self.wants_sleep {
            self.wants_sleep = true;
            self.report(ToSupervisor::WantsSleep(self.id, self.epoch));
        }
    }
}

/// What one input tells, by session: a commit tells the same few sessions many things.
#[derive(Default)]
struct Mail(Vec<(SessionId, Vec<Outbound>)>);

impl Mail {
    fn add(&mut self, session: SessionId, out: Outbound) {
        match self.0.iter_mut().find(|(to, _)| *to == session) {
            Some((_, outs)) => outs.push(out),
            None => self.0.push((session, vec![out])),
        }
    }
}

/// About as many bytes as it has when it is shown.
fn size_of_event(event: &Recorded) -> usize {
    serde_json::to_vec(event).map_or(0, |json| json.len())
}

/// How many texts of these lengths, from the first on, one page can hold.
fn fitting(lengths: impl Iterator<Item = usize>) -> usize {
    lengths
        .scan(0, |bytes, length| {
            *bytes += length;
            Some(*bytes)
        })
        .take_while(|bytes| *bytes <= limits::PAGE_BYTES_MAX)
        .count()
}

impl Actor for ConversationActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let mut effects = std::mem::take(&mut self.effects);
        self.perform(&mut effects, ctx);
        self.effects = effects;
        let every = std::time::Duration::from_millis((limits::IDLE_BEFORE_SLEEP.0 / 2).max(1));
        ctx.run_interval(every, |actor, _| actor.consider_sleep());
    }
}

impl Handler<ToConversation> for ConversationActor {
    type Result = ();

    fn handle(&mut self, message: ToConversation, ctx: &mut Self::Context) {
        match message {
            ToConversation::Committed(upto) => self.feed(Input::Committed(upto), ctx),
            ToConversation::Input(input) => {
                self.used_at = self.links.now();
                if let Input::SessionGone(session) = &input {
                    self.attached.remove(session);
                }
                self.feed(input, ctx);
            }
            ToConversation::Drain => {
                self.wants_sleep = false;
                if self.machine.is_idle() {
                    if let Some(snapshot) = self.machine.snapshot_before_sleep()
                        && !self.machine.is_vanishing()
                    {
                        self.write(snapshot, ctx);
                    }
                    self.in_peace = true;
                    self.report(ToSupervisor::Asleep(self.id, self.epoch));
                    ctx.stop();
                } else {
                    self.report(ToSupervisor::Stays(self.id, self.epoch));
                }
            }
            #[cfg(test)]
            ToConversation::Panic => panic!("asked to die"),
        }
    }
}

impl Drop for ConversationActor {
    fn drop(&mut self) {
        if self.in_peace || self.links.is_stopping() {
            return;
        }
        let sessions = self.attached.values().cloned().collect();
        self.report(ToSupervisor::Died {
            conversation: self.id,
            epoch: self.epoch,
            sessions,
        });
    }
}
