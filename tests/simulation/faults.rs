//! What breaks: the process, an actor, the configuration; and who falls asleep.

use std::sync::Arc;

use linger::domain::affair::Affair;
use linger::domain::company::Company;
use linger::domain::ids::ConversationId;
use linger::domain::reject::Reject;
use linger::engine::agent::AgentMachine;
use linger::engine::summary::Summary;
use linger::engine::supervisor::Supervisor;
use rand::Rng;

use crate::packets::asked_in;
use crate::scenario;
use crate::wires::{Packet, Source, Wire, Wires};
use crate::world::{World, note};

impl World {
    /// The process is gone; a prefix of the queue may have reached the disk unreported.
    pub(crate) fn crash(&mut self) {
        note!(self, "{} CRASH", self.now.0);
        let written = self.rng.random_range(0..=self.queue.len());
        self.sync(written);
        if self.queue.iter().any(|q| q.to.is_some()) {
            self.ways.insert("fault crash with a lost tail");
        }
        self.queue.clear();
        self.submitted = self.synced;
        // Frames that had left the server may still arrive.
        for (wire, packets) in self.wires.cut(|_| true) {
            if let Wire::ToSession(session, _) = wire {
                let arrive = self.rng.random_range(0..=packets.len());
                for packet in packets.into_iter().take(arrive) {
                    if matches!(packet, Packet::Tell(_)) {
                        self.arrive_at_session(session, packet);
                    }
                }
            }
        }
        self.wires = Wires::default();
        self.reads.clear();
        self.actors.clear();
        self.timers_underway.clear();
        for device in 0..self.devices.len() {
            self.connection_broke(device);
        }
        self.restart();
    }

    pub(crate) fn restart(&mut self) {
        self.check_acknowledged();
        self.started_at = self.now;
        self.staged = self
            .store
            .conversations
            .iter()
            .map(|(id, s)| (*id, s.state.clone()))
            .collect();
        let parked: Vec<ConversationId> = self
            .store
            .conversations
            .iter()
            .filter(|(_, s)| s.parked)
            .map(|(id, _)| *id)
            .collect();
        self.supervisor = Supervisor::new(self.company.clone(), parked);
        for stored in self.store.conversations.values().filter(|s| s.live) {
            self.supervisor.restore(Summary::from(&stored.state));
        }
        for (device, affair) in self.store.affairs.clone() {
            self.ways.insert("way went on with a link after a crash");
            self.supervisor.resume_link(device, Affair::clone(&affair));
        }
        self.agents = self
            .company
            .agents
            .keys()
            .map(|a| {
                (
                    a.clone(),
                    AgentMachine::new(a.clone(), self.store.agents.get(a).copied(), self.now),
                )
            })
            .collect();
        self.offline = self.agents.keys().map(|a| (a.clone(), self.now)).collect();
        let swept = self.store.swept == Some(self.company.revision);
        self.supervise(|s, now, out| {
            s.begin_work(now, out);
            if !swept {
                s.sweep_timers(out);
            }
        });
    }

    pub(crate) fn some_actor(&mut self) -> Option<ConversationId> {
        if self.actors.is_empty() {
            return None;
        }
        let n = self.rng.random_range(0..self.actors.len());
        self.actors.keys().nth(n).copied()
    }

    /// An actor panics: what it knew and what was on its way to it is gone.
    pub(crate) fn kill_one(&mut self) {
        let Some(id) = self.some_actor() else { return };
        let actor = self.actors.remove(&id).expect("just found");
        let epoch = actor.epoch;
        note!(self, "{} {id} {epoch:?} dies", self.now.0);
        self.ways.insert("fault death");
        let mut unanswered = actor.machine.unanswered();
        for (_, packets) in self
            .wires
            .cut(|w| matches!(w, Wire::ToActor(c, e, _) if *c == id && *e == epoch))
        {
            unanswered.extend(packets.iter().filter_map(asked_in));
        }
        self.reads.retain(|r| !r.read.is_for(id, epoch));
        for origin in unanswered {
            self.answer(origin, Source::Actor(id), Err(Reject::unavailable()));
        }
        for (session, ..) in actor.machine.reader_cursors() {
            self.wires.send(
                Wire::ToSession(session, Source::Actor(id)),
                Packet::Lost(id, epoch),
            );
        }
        self.wires.send(Wire::FromActor(id, epoch), Packet::Died);
    }

    pub(crate) fn put_one_to_sleep(&mut self) {
        let Some(id) = self.some_actor() else { return };
        let actor = self.actors.get_mut(&id).expect("just found");
        if actor.machine.is_idle() && !actor.wants_sleep {
            actor.wants_sleep = true;
            let wire = Wire::FromActor(id, actor.epoch);
            self.wires.send(wire, Packet::WantsSleep);
        }
    }

    /// Somebody changes something under running conversations.
    pub(crate) fn reconfigure(&mut self) {
        let mut company = Company::clone(&self.company);
        scenario::change(&mut self.rng, &mut company);
        company.revision += 1;
        for (id, profile) in &company.agents {
            let load = self.supervisor.assignment().ledger().load(id);
            let before = self.company.agents[id].capacity;
            if profile.capacity < before && profile.capacity < load {
                self.by_right.insert(id.clone(), load);
            }
        }
        self.company = Arc::new(company);
        let company = self.company.clone();
        self.configured_at.insert(self.now, company.clone());
        self.supervise(|s, now, out| s.configure(company, now, out));
    }
}
