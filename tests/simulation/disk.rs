//! The writer's queue and the reads: what becomes durable when, and who learns of it.

use std::sync::Arc;

use linger::domain::commit::{LateTimers, Write};
use linger::domain::company::{Company, Role};
use linger::domain::ids::{AgentId, ConversationId, CustomerId, Position, Seq, WorkstreamId};
use linger::domain::message::DedupKey;
use linger::domain::note::{Note, NoteNumber};
use linger::engine::conversation::{ConversationMachine, Input, Origin};
use linger::engine::outbound::SessionId;
use linger::engine::request::{Page, Reply};
use linger::engine::supervisor::{Epoch, LinkFound, TimerPage, Woken};
use linger::engine::view::ConversationView;
use rand::Rng;

use crate::scenario::Sabotage;
use crate::wires::{From, Packet, Source, Wire};
use crate::world::Actor;
use crate::world::{World, note};

/// A read on its way; the answer comes when everything handed to the writer before is durable.
pub(crate) struct PendingRead {
    pub(crate) behind: u64,
    pub(crate) read: Read,
}

pub(crate) enum Read {
    Wake(ConversationId, Epoch),
    LookUp(CustomerId, WorkstreamId),
    Page(ConversationId, Origin, Page, Seq),
    Events(ConversationId, Origin, Seq, Arc<ConversationView>),
    Journal(Origin),
    Notes(
        ConversationId,
        Origin,
        (AgentId, Role),
        NoteNumber,
        usize,
        NoteNumber,
    ),
    For(ConversationId, Epoch, SessionId, Seq, usize),
    ClientId(ConversationId, Epoch, DedupKey),
    Timers(TimerPage),
    /// What was read of them is on its way.
    TimersFound(u64, Option<LateTimers>),
    TimersMoved,
    /// A link is durable.
    LinkBegun(CustomerId),
    Link {
        number: u64,
        device: CustomerId,
        into: CustomerId,
    },
    /// What was read for it is on its way.
    LinkFound(CustomerId, u64, Option<LinkFound>),
    /// The last write of a link is durable.
    LinkOver(CustomerId),
}

/// One write on its way to the disk.
pub(crate) struct Queued {
    pub(crate) write: Write,
    pub(crate) to: Option<(ConversationId, Epoch, Position)>,
    /// The configuration under which it was decided.
    pub(crate) company: Arc<Company>,
}

impl World {
    pub(crate) fn submit(&mut self, write: Write, to: Option<(ConversationId, Epoch, Position)>) {
        if let Write::Commit(commit) = &write {
            self.stage(commit);
        }
        if self.sabotage == Sabotage::AcknowledgeBeforeSync
            && let Some((id, epoch, upto)) = to
        {
            self.wires.send(
                Wire::ToActor(id, epoch, From::Writer),
                Packet::Input(Input::Committed(upto)),
            );
        }
        self.submitted += 1;
        let company = self.company.clone();
        self.queue.push_back(Queued { write, to, company });
    }

    pub(crate) fn sync_some(&mut self) {
        let count = self.rng.random_range(0..=self.queue.len());
        self.sync(count);
    }

    pub(crate) fn sync(&mut self, count: usize) {
        for _ in 0..count {
            let Some(Queued { write, to, company }) = self.queue.pop_front() else {
                return;
            };
            note!(self, "{} synced {write:?}", self.now.0);
            self.synced += 1;
            let lost = self.sabotage == Sabotage::LoseSyncedBatch
                && matches!(write, Write::Commit(_))
                && self.rng.random_bool(0.1);
            if !lost {
                self.store.apply(write, &company);
            }
            self.capacity_dirty = true;
            if let Some((id, epoch, upto)) = to {
                self.wires.send(
                    Wire::ToActor(id, epoch, From::Writer),
                    Packet::Input(Input::Committed(upto)),
                );
            }
        }
    }

    pub(crate) fn read(&mut self, read: Read) {
        self.reads.push(PendingRead {
            behind: self.submitted,
            read,
        });
    }

    /// Some read that can be answered is; false if there is none.
    pub(crate) fn answer_read(&mut self) -> bool {
        let ready: Vec<usize> = (0..self.reads.len())
            .filter(|i| {
                let PendingRead { read, behind } = &self.reads[*i];
                let waits = read.waits_for_writer() && self.sabotage != Sabotage::WakeTooEarly;
                !waits || *behind <= self.synced
            })
            .collect();
        if ready.is_empty() {
            return false;
        }
        let chosen = ready[self.rng.random_range(0..ready.len())];
        let PendingRead { read, .. } = self.reads.swap_remove(chosen);
        match read {
            Read::Wake(id, epoch) => self.wake(id, epoch),
            Read::LookUp(customer, workstream) => {
                let found = self.store.newest_of(&customer, &workstream);
                note!(self, "looked up {customer} {workstream}: {found:?}");
                let new_id = self.new_id();
                self.supervise(|s, now, out| {
                    s.looked_up(&customer, &workstream, Ok(found), new_id, now, out);
                });
            }
            Read::Page(id, origin, page, last_seq) => {
                let messages = match page {
                    Page::After(after, limit) => self.store.page(id, after, limit),
                    Page::Before(before, limit) => {
                        let mut all = self.store.page(id, Seq(0), usize::MAX);
                        all.retain(|m| m.seq < before);
                        let skip = all.len().saturating_sub(limit);
                        all.split_off(skip)
                    }
                };
                self.answer(
                    origin,
                    Source::Store,
                    Ok(Reply::Page { messages, last_seq }),
                );
            }
            Read::Events(id, origin, after, view) => {
                let messages = self.store.page(id, after, 50);
                self.answer(origin, Source::Store, Ok(Reply::Events { messages, view }));
            }
            Read::Notes(id, origin, (reader, role), after, limit, last_number) => {
                let notes = &self.store.conversations[&id].notes;
                let notes: Vec<Arc<Note>> = notes
                    .iter()
                    .filter(|n| n.number > after && n.is_for(&reader, role))
                    .take(limit)
                    .cloned()
                    .collect();
                let last_number = notes
                    .last()
                    .map_or(last_number, |n| last_number.max(n.number));
                let reply = Reply::Notes { notes, last_number };
                self.answer(origin, Source::Store, Ok(reply));
            }
            Read::Journal(origin) => {
                self.answer(
                    origin,
                    Source::Store,
                    Ok(Reply::Journal {
                        entries: Vec::new(),
                        more: false,
                    }),
                );
            }
            Read::For(id, epoch, session, after, limit) => {
                let messages = self.store.page(id, after, limit);
                self.ways.insert("way read for a reader that fell behind");
                self.feed(id, epoch, Input::Read { session, messages });
            }
            Read::ClientId(id, epoch, key) => {
                self.ways.insert("way asked the store for a client id");
                let found = self
                    .store
                    .find(id, &key)
                    .filter(|_| self.sabotage != Sabotage::ForgetClientIds);
                self.feed(id, epoch, Input::Found { key, found });
            }
            Read::Timers(page) => {
                let busy = !self.calm && self.rng.random_bool(0.2);
                if busy {
                    self.ways.insert("fault timers not read");
                }
                let late = (!busy).then(|| self.store.late_timers(&page, &self.company));
                self.read(Read::TimersFound(page.number, late));
            }
            Read::TimersFound(number, late) => {
                self.supervise(|s, _, out| s.timers_read(number, late, out));
            }
            Read::TimersMoved => self.supervise(|s, _, out| s.timers_moved(out)),
            Read::LinkBegun(device) => self.supervise(|s, _, out| s.link_begun(&device, out)),
            Read::Link {
                number,
                device,
                into,
            } => self.read_link(number, device, &into),
            Read::LinkFound(device, number, found) => {
                self.supervise(|s, _, out| s.link_read(&device, number, found, out));
            }
            Read::LinkOver(device) => self.supervise(|s, _, out| s.link_over(&device, out)),
        }
        true
    }

    pub(crate) fn wake(&mut self, id: ConversationId, epoch: Epoch) {
        let parked = self.store.conversations.get(&id).is_some_and(|s| s.parked);
        let woken = match self
            .store
            .load(id, self.weather.recent, self.weather.client_ids)
        {
            _ if parked => Woken::Parked,
            _ if !self.calm && self.weather.death > 0 && self.rng.random_bool(0.05) => Woken::Busy,
            None => Woken::Missing,
            Some(memory) => {
                let machine = ConversationMachine::wake(memory);
                let summary = Box::new(machine.summary());
                self.actors.insert(
                    id,
                    Actor {
                        epoch,
                        machine,
                        wants_sleep: false,
                    },
                );
                Woken::Here(summary)
            }
        };
        if matches!(woken, Woken::Busy) {
            self.ways.insert("fault busy store");
        }
        self.wires
            .send(Wire::FromActor(id, epoch), Packet::Woken(woken));
    }
}

impl Read {
    pub(crate) fn is_for(&self, id: ConversationId, epoch: Epoch) -> bool {
        matches!(self, Self::For(c, e, ..) | Self::ClientId(c, e, _) if *c == id && *e == epoch)
    }

    /// A conversation wakes from what its earlier life has written.
    pub(crate) fn waits_for_writer(&self) -> bool {
        matches!(
            self,
            Self::Wake(..)
                | Self::Timers(_)
                | Self::TimersMoved
                | Self::LinkBegun(_)
                | Self::Link { .. }
                | Self::LinkOver(_)
        )
    }
}
