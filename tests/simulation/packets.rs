//! Packets arriving: at actors, at the supervisor.

use linger::domain::conversation::Ctx;
use linger::domain::ids::ConversationId;
use linger::domain::reject::Reject;
use linger::engine::conversation::{Input, Origin, Surroundings};
use linger::engine::request::Ask;
use linger::engine::supervisor::Epoch;
use rand::Rng;

use crate::wires::{From, Packet, Source, Wire};
use crate::world::{World, note};

impl World {
    /// One packet arrives; false if there is none.
    pub(crate) fn deliver(&mut self) -> bool {
        let Some((wire, packet)) = self.wires.next(&mut self.rng) else {
            return false;
        };
        note!(self, "{} {wire:?}: {packet:?}", self.now.0);
        match wire {
            Wire::ToActor(id, epoch, from) => self.arrive_at_actor(id, epoch, from, packet),
            Wire::FromActor(id, epoch) => self.arrive_from_actor(id, epoch, packet),
            Wire::ToSession(session, _) => {
                self.arrive_at_session(session, packet);
            }
            Wire::SessionToSupervisor(_) => self.ask_supervisor(packet),
            Wire::Customer(customer) => {
                let Packet::Connected(connected) = packet else {
                    unreachable!("only connections")
                };
                self.supervise(|s, _, out| s.customer_connection(&customer, connected, out));
            }
            Wire::Agent(agent) => match packet {
                Packet::Presence(presence) => {
                    self.supervise(|s, now, out| s.presence(&agent, presence, now, out));
                }
                Packet::Absent => self.supervise(|s, _, out| s.absent(&agent, out)),
                other => unreachable!("{other:?} from an agent"),
            },
        }
        true
    }

    pub(crate) fn arrive_at_actor(
        &mut self,
        id: ConversationId,
        epoch: Epoch,
        from: From,
        packet: Packet,
    ) {
        if self.actors.get(&id).is_none_or(|a| a.epoch != epoch) {
            match (from, packet) {
                // The address is stale: what a session sends goes the long way round.
                (
                    From::Session(session),
                    Packet::Input(Input::Ask {
                        origin,
                        principal,
                        ask,
                    }),
                ) => {
                    self.wires.send(
                        Wire::SessionToSupervisor(session),
                        Packet::Ask(origin, principal, id, ask),
                    );
                }
                // The supervisor had not heard of the death yet.
                (From::Supervisor, packet) => {
                    if let Some(origin) = asked_in(&packet) {
                        self.answer(origin, Source::Actor(id), Err(Reject::unavailable()));
                    }
                }
                _ => {}
            }
            return;
        }
        match packet {
            Packet::Input(input) => self.feed(id, epoch, input),
            Packet::Drain => self.drain(id, epoch),
            other => unreachable!("{other:?} to an actor"),
        }
    }

    pub(crate) fn feed(&mut self, id: ConversationId, epoch: Epoch, input: Input) {
        let mut out = Vec::new();
        let company = self.company.clone();
        let around = Surroundings {
            ctx: Ctx {
                now: self.now,
                company: &company,
            },
            customer_rate: None,
        };
        let actor = self.actors.get_mut(&id).expect("checked by the caller");
        actor.machine.handle(input, around, &mut out);
        self.perform(id, epoch, out);
    }

    pub(crate) fn drain(&mut self, id: ConversationId, epoch: Epoch) {
        let actor = self.actors.get_mut(&id).expect("checked by the caller");
        actor.wants_sleep = false;
        if !actor.machine.is_idle() {
            self.wires.send(Wire::FromActor(id, epoch), Packet::Stays);
            return;
        }
        if let Some(write) = actor.machine.snapshot_before_sleep() {
            self.submit(write, None);
        }
        self.actors.remove(&id);
        self.ways.insert("way slept");
        self.reads.retain(|r| !r.read.is_for(id, epoch));
        self.wires.send(Wire::FromActor(id, epoch), Packet::Asleep);
    }

    pub(crate) fn arrive_from_actor(&mut self, id: ConversationId, epoch: Epoch, packet: Packet) {
        match packet {
            Packet::Observe(summary) => self.supervise(|s, now, out| s.observe(*summary, now, out)),
            Packet::Settled(action) => {
                self.supervise(|s, now, out| s.settled(action, id, now, out));
            }
            Packet::StartElsewhere(origin, start) => {
                let new_id = self.new_id();
                self.supervise(|s, now, out| {
                    s.start_elsewhere(id, start, origin, new_id, now, out);
                });
            }
            Packet::Woken(woken) => {
                self.supervise(|s, now, out| s.woken(id, epoch, woken, now, out));
            }
            Packet::WantsSleep => self.supervise(|s, _, out| s.wants_sleep(id, epoch, out)),
            Packet::Asleep => self.supervise(|s, _, out| s.asleep(id, epoch, out)),
            Packet::Stays => self.supervise(|s, now, out| s.stays(id, epoch, now, out)),
            Packet::Died => self.supervise(|s, now, out| s.died(id, epoch, now, out)),
            Packet::TimerDone => {
                self.timers_underway.remove(&id);
            }
            other => unreachable!("{other:?} from an actor"),
        }
    }

    pub(crate) fn ask_supervisor(&mut self, packet: Packet) {
        match packet {
            Packet::Start(origin, customer, start) => {
                self.supervise(|s, _, out| s.start(customer, start, origin, out));
            }
            Packet::Ask(origin, principal, id, ask) => {
                self.supervise(|s, now, out| s.ask(id, origin, principal, ask, now, out));
            }
            other => unreachable!("{other:?} from a session"),
        }
    }

    pub(crate) fn new_id(&mut self) -> ConversationId {
        let [count, random] = self.rng.random::<[u64; 2]>();
        let now = u64::try_from(self.now.0).expect("after 1970");
        // Of one millisecond, in any order: nothing may lean on it.
        ConversationId::from_parts(now, (count & 0xfff) as u16, random)
    }
}

/// Whom a packet to an actor asks to be answered.
pub(crate) fn asked_in(packet: &Packet) -> Option<Origin> {
    match packet {
        Packet::Input(Input::Ask { origin, ask, .. }) => {
            (!matches!(ask, Ask::Typing { .. })).then_some(*origin)
        }
        Packet::Input(Input::Start { origin, .. }) => Some(*origin),
        Packet::Input(Input::Act { origin, .. }) => *origin,
        _ => None,
    }
}
