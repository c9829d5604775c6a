//! Everybody who follows the thread. Live push, a slow reader, a reconnect and a
//! second device are one operation: what follows a cursor, within a credit.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::command::Actor;
use crate::domain::ids::{AgentId, ConversationId, CustomerId, Position, Seq};
use crate::domain::message::Message;
use crate::domain::note::Note;
use crate::domain::reject::Reject;
use crate::engine::outbound::{Delivery, Outbound, SessionId};
use crate::engine::request::{Principal, Reply};
use crate::engine::view::ConversationView;
use crate::limits;

use super::{Effect, Origin, answer, side_of};

/// Whom something is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Both sides.
    Everybody,
    /// The company alone: the customer sees no trace of it.
    Company,
}

impl Audience {
    fn includes(self, principal: &Principal) -> bool {
        self == Self::Everybody || matches!(principal, Principal::Agent { .. })
    }
}

/// Somebody who may not see the conversation any more, whatever their role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outsider {
    Agent(AgentId),
    Customer(CustomerId),
}

impl From<&Principal> for Outsider {
    fn from(principal: &Principal) -> Self {
        match principal {
            Principal::Agent { id, .. } => Self::Agent(id.clone()),
            Principal::Customer(id) => Self::Customer(id.clone()),
        }
    }
}

#[derive(Debug)]
struct Reader {
    session: SessionId,
    principal: Principal,
    conversation: ConversationId,
    /// The last message handed over.
    cursor: Seq,
    /// Messages that may still be handed over.
    credit: u32,
    /// A page is being read for it.
    reading: bool,
    /// A newer state than it was shown, kept while it has no credit.
    unseen: Option<Arc<ConversationView>>,
}

#[derive(Debug)]
struct Waiter {
    origin: Origin,
    principal: Principal,
    after: Seq,
    version: Option<Position>,
}

#[derive(Debug)]
pub(super) struct Readers {
    /// The last durable message.
    last_seq: Seq,
    /// The last durable messages, oldest first.
    ring: VecDeque<Delivery>,
    readers: Vec<Reader>,
    waiters: Vec<Waiter>,
}

impl Readers {
    pub(super) fn new(last_seq: Seq, recent: Vec<Arc<Message>>) -> Self {
        Self {
            last_seq,
            ring: recent.into_iter().map(Delivery::new).collect(),
            readers: Vec::new(),
            waiters: Vec::new(),
        }
    }

    pub(super) fn last_seq(&self) -> Seq {
        self.last_seq
    }

    pub(super) fn is_empty(&self) -> bool {
        self.readers.is_empty() && self.waiters.is_empty()
    }

    pub(super) fn cursors(&self) -> Vec<(SessionId, Principal, Seq, u32)> {
        self.readers
            .iter()
            .map(|r| (r.session, r.principal.clone(), r.cursor, r.credit))
            .collect()
    }

    pub(super) fn unanswered(&self) -> Vec<Origin> {
        self.waiters.iter().map(|w| w.origin).collect()
    }

    /// A message became durable.
    pub(super) fn publish(&mut self, message: Arc<Message>) {
        self.last_seq = message.seq;
        if self.ring.len() == limits::RECENT_RING {
            self.ring.pop_front();
        }
        self.ring.push_back(Delivery::new(message));
    }

    /// It has everything up to `after`, which may be more than is known to be durable here: a
    /// page from the store may hold what was written a moment ago.
    pub(super) fn subscribe(
        &mut self,
        session: SessionId,
        principal: Principal,
        conversation: ConversationId,
        after: Seq,
        credit: u32,
        out: &mut Vec<Effect>,
    ) {
        self.readers.retain(|r| r.session != session);
        self.readers.push(Reader {
            session,
            principal,
            conversation,
            cursor: after,
            credit,
            reading: false,
            unseen: None,
        });
        let last = self.readers.len() - 1;
        self.pump(last, out);
    }

    /// A session follows no longer; its long polls go on.
    pub(super) fn unsubscribe(&mut self, session: SessionId) {
        self.readers.retain(|r| r.session != session);
    }

    /// A session is gone.
    pub(super) fn leave(&mut self, session: SessionId) {
        self.readers.retain(|r| r.session != session);
        self.waiters.retain(|w| w.origin.session != session);
    }

    pub(super) fn taken(&mut self, session: SessionId, messages: u32, out: &mut Vec<Effect>) {
        let Some(i) = self.readers.iter().position(|r| r.session == session) else {
            return;
        };
        let reader = &mut self.readers[i];
        reader.credit = reader
            .credit
            .saturating_add(messages)
            .min(limits::CREDIT_MAX);
        self.pump(i, out);
    }

    pub(super) fn read(
        &mut self,
        session: SessionId,
        messages: Vec<Arc<Message>>,
        out: &mut Vec<Effect>,
    ) {
        let Some(i) = self.readers.iter().position(|r| r.session == session) else {
            return;
        };
        let reader = &mut self.readers[i];
        reader.reading = false;
        // A re-subscription may have moved the cursor while the page was read.
        let fits = messages
            .first()
            .is_some_and(|m| m.seq == reader.cursor.next());
        if fits {
            let count = messages.len().min(reader.credit as usize);
            hand_over(
                reader,
                messages.into_iter().take(count).map(Delivery::new),
                out,
            );
            self.pump(i, out);
        } else if !messages.is_empty() {
            self.pump(i, out);
        }
    }

    pub(super) fn pump_all(&mut self, out: &mut Vec<Effect>) {
        for i in 0..self.readers.len() {
            self.pump(i, out);
        }
    }

    /// Hands over what follows the cursor, from memory if it is there.
    fn pump(&mut self, i: usize, out: &mut Vec<Effect>) {
        let reader = &mut self.readers[i];
        if reader.cursor < self.last_seq && reader.credit > 0 && !reader.reading {
            let oldest = self.ring.front().map_or(Seq(u64::MAX), |m| m.seq);
            if reader.cursor.next() >= oldest {
                let skip = usize::try_from(reader.cursor.next().0 - oldest.0).unwrap_or(usize::MAX);
                let count = reader.credit as usize;
                hand_over(
                    reader,
                    self.ring.iter().skip(skip).take(count).cloned(),
                    out,
                );
            } else {
                reader.reading = true;
                let limit = (reader.credit as usize).min(limits::HISTORY_PAGE);
                out.push(Effect::ReadFor {
                    session: reader.session,
                    after: reader.cursor,
                    limit,
                });
            }
        }
        if reader.credit > 0
            && let Some(view) = reader.unseen.take()
        {
            out.push(Effect::Tell(reader.session, Outbound::View(view)));
        }
    }

    /// The state changed: latest wins, so a reader without credit is shown only the last.
    pub(super) fn show(
        &mut self,
        view: &Arc<ConversationView>,
        audience: Audience,
        out: &mut Vec<Effect>,
    ) {
        for reader in &mut self.readers {
            if !audience.includes(&reader.principal) {
                continue;
            }
            if reader.credit == 0 {
                reader.unseen = Some(view.clone());
            } else {
                out.push(Effect::Tell(reader.session, Outbound::View(view.clone())));
            }
        }
    }

    /// A note became durable: told to those of the company who may read it and have credit. It
    /// uses none; whoever misses it sees in the state that there is one more.
    pub(super) fn publish_note(&self, note: &Arc<Note>, out: &mut Vec<Effect>) {
        for reader in self.readers.iter().filter(|r| r.credit > 0) {
            let Principal::Agent { id, role } = &reader.principal else {
                continue;
            };
            if note.is_for(id, *role) {
                let told = Outbound::Note {
                    conversation: reader.conversation,
                    note: note.clone(),
                };
                out.push(Effect::Tell(reader.session, told));
            }
        }
    }

    /// The agents who follow it or wait for news of it.
    pub(super) fn principals(&self) -> impl Iterator<Item = &Principal> {
        let readers = self.readers.iter().map(|r| &r.principal);
        let waiters = self.waiters.iter().map(|w| &w.principal);
        readers.chain(waiters)
    }

    /// These may not see the conversation any more: they follow it no longer, and their long
    /// polls are over.
    pub(super) fn dismiss(&mut self, outsiders: &[Outsider], out: &mut Vec<Effect>) {
        if outsiders.is_empty() {
            return;
        }
        let is_dismissed = |principal: &Principal| outsiders.contains(&Outsider::from(principal));
        self.readers.retain(|reader| {
            let stays = !is_dismissed(&reader.principal);
            if !stays {
                let conversation = reader.conversation;
                let told = Outbound::Unfollowed { conversation };
                out.push(Effect::Tell(reader.session, told));
                out.push(Effect::Detached(reader.session));
            }
            stays
        });
        self.waiters.retain(|waiter| {
            let stays = !is_dismissed(&waiter.principal);
            if !stays {
                let refused = Reject::not_theirs_any_more();
                out.push(answer(waiter.origin, Err(refused)));
            }
            stays
        });
    }

    /// The same for customers alone.
    pub(super) fn dismiss_customers(&mut self, outsiders: &[Outsider], out: &mut Vec<Effect>) {
        let customers: Vec<Outsider> = outsiders
            .iter()
            .filter(|o| matches!(o, Outsider::Customer(_)))
            .cloned()
            .collect();
        self.dismiss(&customers, out);
    }

    pub(super) fn typing(
        &self,
        from: SessionId,
        conversation: ConversationId,
        actor: &Actor,
        audience: Audience,
        on: bool,
        out: &mut Vec<Effect>,
    ) {
        let side = side_of(actor);
        let agent = match actor {
            Actor::Agent { id, .. } => Some(id.clone()),
            Actor::Customer(_) | Actor::Engine => None,
        };
        for reader in self
            .readers
            .iter()
            .filter(|r| r.session != from && r.credit > 0 && audience.includes(&r.principal))
        {
            let typing = Outbound::Typing {
                conversation,
                side,
                agent: agent.clone(),
                on,
            };
            out.push(Effect::Tell(reader.session, typing));
        }
    }

    pub(super) fn wait(
        &mut self,
        origin: Origin,
        principal: Principal,
        after: Seq,
        version: Option<Position>,
        view: &Arc<ConversationView>,
        out: &mut Vec<Effect>,
    ) {
        let waiter = Waiter {
            origin,
            principal,
            after,
            version,
        };
        if self.has_news(&waiter, view) {
            self.answer_events(&waiter, view, out);
        } else {
            self.waiters.push(waiter);
        }
    }

    fn has_news(&self, waiter: &Waiter, view: &ConversationView) -> bool {
        let version = match waiter.principal {
            Principal::Customer(_) => view.public_version,
            Principal::Agent { .. } => view.version,
        };
        self.last_seq > waiter.after || waiter.version.is_some_and(|v| version > v)
    }

    pub(super) fn answer_waiters(
        &mut self,
        view: impl Fn() -> Arc<ConversationView>,
        out: &mut Vec<Effect>,
    ) {
        if self.waiters.is_empty() {
            return;
        }
        let view = view();
        let (ready, waiting) = std::mem::take(&mut self.waiters)
            .into_iter()
            .partition(|w| self.has_news(w, &view));
        self.waiters = waiting;
        let ready: Vec<Waiter> = ready;
        for waiter in ready {
            self.answer_events(&waiter, &view, out);
        }
    }

    pub(super) fn wait_over(
        &mut self,
        origin: Origin,
        view: &Arc<ConversationView>,
        out: &mut Vec<Effect>,
    ) {
        if let Some(i) = self.waiters.iter().position(|w| w.origin == origin) {
            self.waiters.swap_remove(i);
            let reply = Reply::Events {
                messages: Vec::new(),
                view: view.clone(),
            };
            out.push(answer(origin, Ok(reply)));
        }
    }

    fn answer_events(&self, waiter: &Waiter, view: &Arc<ConversationView>, out: &mut Vec<Effect>) {
        let oldest = self.ring.front().map_or(Seq(u64::MAX), |m| m.seq);
        let served_from_memory = waiter.after >= self.last_seq || waiter.after.next() >= oldest;
        if served_from_memory {
            let messages = self
                .ring
                .iter()
                .filter(|d| d.seq > waiter.after)
                .take(limits::HISTORY_PAGE)
                .map(|d| d.message.clone())
                .collect();
            out.push(answer(
                waiter.origin,
                Ok(Reply::Events {
                    messages,
                    view: view.clone(),
                }),
            ));
        } else {
            out.push(Effect::ReadEvents {
                origin: waiter.origin,
                after: waiter.after,
                view: view.clone(),
            });
        }
    }
}

fn hand_over(reader: &mut Reader, messages: impl Iterator<Item = Delivery>, out: &mut Vec<Effect>) {
    let messages: Vec<Delivery> = messages.collect();
    let Some(last) = messages.last() else { return };
    reader.cursor = last.seq;
    reader.credit -= u32::try_from(messages.len()).expect("at most the credit, which is u32");
    let conversation = reader.conversation;
    out.push(Effect::Tell(
        reader.session,
        Outbound::Messages {
            conversation,
            messages,
        },
    ));
}
