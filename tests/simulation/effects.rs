//! What the machines want done, and that nothing of it shows what is not durable.

use linger::domain::commit::Write;
use linger::domain::company::Presence;
use linger::domain::conversation::Ctx;
use linger::domain::ids::{AgentId, ConversationId, Position};
use linger::domain::reject::Reject;
use linger::domain::time::Timestamp;
use linger::engine::agent::{AgentEffect, AgentMachine};
use linger::engine::conversation::{ConversationMachine, Effect, Origin, Surroundings};
use linger::engine::outbound::Outbound;
use linger::engine::request::Reply;
use linger::engine::supervisor::{self, Epoch, Supervisor};

use crate::disk::Read;
use crate::wires::{From, Packet, Source, Wire};
use crate::world::Actor;
use crate::world::World;

impl World {
    pub(crate) fn supervise(
        &mut self,
        f: impl FnOnce(&mut Supervisor, Timestamp, &mut Vec<supervisor::Effect>),
    ) {
        let mut out = Vec::new();
        f(&mut self.supervisor, self.now, &mut out);
        for effect in out {
            self.supervisor_effect(effect);
        }
    }

    pub(crate) fn supervisor_effect(&mut self, effect: supervisor::Effect) {
        use supervisor::Effect as E;
        match effect {
            E::Wake(id, epoch) => self.read(Read::Wake(id, epoch)),
            E::Create {
                state,
                events,
                epoch,
                origin,
            } => {
                let id = state.id;
                let company = self.company.clone();
                let around = Surroundings {
                    ctx: Ctx {
                        now: self.now,
                        company: &company,
                    },
                    customer_rate: None,
                };
                let (machine, out) = ConversationMachine::begin(*state, events, origin, around);
                self.actors.insert(
                    id,
                    Actor {
                        epoch,
                        machine,
                        wants_sleep: false,
                    },
                );
                self.perform(id, epoch, out);
            }
            E::Forward(id, epoch, input) => {
                self.wires.send(
                    Wire::ToActor(id, epoch, From::Supervisor),
                    Packet::Input(input),
                );
            }
            E::Drain(id, epoch) => self
                .wires
                .send(Wire::ToActor(id, epoch, From::Supervisor), Packet::Drain),
            E::LookUp(customer, workstream) => self.read(Read::LookUp(customer, workstream)),
            E::Answer(origin, reject) => self.answer(origin, Source::Supervisor, Err(reject)),
            E::Reply(origin, result) => self.answer(origin, Source::Supervisor, *result),
            E::Notify(agent, out) => self.notify(&agent, &out),
            E::Tell(..) => unreachable!("nobody watches here"),
            E::SetAway(agent) => {
                self.agent(&agent, |m, now, out| m.choose(Presence::Away, now, out));
            }
            E::Park(conversation, reason) => {
                self.ways.insert("fault parked");
                self.submit(
                    Write::Parked {
                        conversation,
                        reason: Some(reason),
                    },
                    None,
                );
            }
            E::TimerDone(id) => {
                self.timers_underway.remove(&id);
            }
            E::ReadTimers(page) => self.read(Read::Timers(page)),
            E::MoveTimers(moves) => {
                self.ways.insert("way moved the timers of those that sleep");
                for (conversation, timer) in moves {
                    let write = Write::Timer {
                        conversation,
                        timer,
                    };
                    self.submit(write, None);
                }
                self.read(Read::TimersMoved);
            }
            E::Swept(revision) => self.submit(Write::Swept(revision), None),
            E::BeginLink {
                customer,
                affair,
                device,
            } => self.begin_link(customer, *affair, *device),
            E::KeepAffair(customer, affair) => {
                let affair = Some(affair.into());
                self.submit(Write::Affair { customer, affair }, None);
            }
            E::ReadLink {
                number,
                device,
                into,
            } => self.read(Read::Link {
                number,
                device,
                into,
            }),
            E::EndLink { customer, done } => self.end_link(customer, *done),
            E::LinkOver(_) => {
                self.ways.insert("way linked");
            }
            E::BeginErasure(..)
            | E::KeepErasure(..)
            | E::ReadDoomed { .. }
            | E::EraseThread(..)
            | E::EraseTraces { .. }
            | E::RowsErased { .. }
            | E::EraseBytes(..)
            | E::EndErasure(_)
            | E::ErasureOver(_) => unreachable!("nobody is erased here"),
            E::DismissCustomer(customer) => self.dismiss(&customer),
        }
    }

    pub(crate) fn notify(&mut self, agent: &AgentId, out: &Outbound) {
        match out {
            Outbound::Offer(notice) => {
                self.store.check_view(&notice.view);
                let view = &notice.view;
                let named = if notice.transfer {
                    &view.transfer_to
                } else {
                    &view.agent
                };
                assert_eq!(
                    named.as_ref(),
                    Some(agent),
                    "an offer goes to whom it is made"
                );
            }
            Outbound::Assigned(view) => self.store.check_view(view),
            Outbound::Consult(view) => {
                self.store.check_view(view);
                assert!(
                    view.consultants.contains_key(agent),
                    "whoever is told so is consulted"
                );
            }
            _ => {}
        }
    }

    pub(crate) fn perform(&mut self, id: ConversationId, epoch: Epoch, effects: Vec<Effect>) {
        let up = Wire::FromActor(id, epoch);
        for effect in effects {
            match effect {
                Effect::Write(write) => {
                    let upto = match &write {
                        Write::Commit(c) => Some(Position(c.first.0 + c.events.len() as u64 - 1)),
                        _ => None,
                    };
                    self.submit(write, upto.map(|p| (id, epoch, p)));
                }
                Effect::Tell(session, out) => {
                    self.check_visible(&out);
                    self.wires.send(
                        Wire::ToSession(session, Source::Actor(id)),
                        Packet::Tell(out),
                    );
                }
                Effect::Attached { session, .. } => {
                    self.wires.send(
                        Wire::ToSession(session, Source::Actor(id)),
                        Packet::Attached(id, epoch),
                    );
                }
                Effect::Detached(session) => {
                    self.wires.send(
                        Wire::ToSession(session, Source::Actor(id)),
                        Packet::Detached(id),
                    );
                }
                Effect::ReadPage {
                    origin,
                    page,
                    last_seq,
                } => self.read(Read::Page(id, origin, page, last_seq)),
                Effect::ReadEvents {
                    origin,
                    after,
                    view,
                } => self.read(Read::Events(id, origin, after, view)),
                Effect::ReadFor {
                    session,
                    after,
                    limit,
                } => self.read(Read::For(id, epoch, session, after, limit)),
                Effect::ReadNotes {
                    origin,
                    reader,
                    after,
                    limit,
                    last_number,
                } => self.read(Read::Notes(id, origin, reader, after, limit, last_number)),
                Effect::ReadJournal { origin, .. } => self.read(Read::Journal(origin)),
                Effect::FindClientId(key) => self.read(Read::ClientId(id, epoch, key)),
                Effect::Observe(summary) => {
                    self.store.check_view(&summary.view);
                    self.wires.send(up.clone(), Packet::Observe(summary));
                }
                Effect::Settled(action, _) => self.wires.send(up.clone(), Packet::Settled(action)),
                Effect::StartElsewhere { origin, start } => {
                    self.wires
                        .send(up.clone(), Packet::StartElsewhere(origin, start));
                }
                Effect::TimerDone => self.wires.send(up.clone(), Packet::TimerDone),
            }
        }
    }

    pub(crate) fn check_visible(&self, out: &Outbound) {
        match out {
            Outbound::Messages {
                conversation,
                messages,
            } => {
                for m in messages {
                    self.store.check_message(*conversation, &m.message);
                }
            }
            Outbound::Note { conversation, note } => self.store.check_note(*conversation, note),
            Outbound::View(view)
            | Outbound::Assigned(view)
            | Outbound::Answer {
                result:
                    Ok(
                        Reply::Started { view, .. }
                        | Reply::Done(view)
                        | Reply::Subscribed { view }
                        | Reply::View(view)
                        | Reply::Events { view, .. },
                    ),
                ..
            } => self.store.check_view(view),
            _ => {}
        }
    }

    pub(crate) fn answer(&mut self, origin: Origin, source: Source, result: Result<Reply, Reject>) {
        let out = Outbound::Answer {
            request: origin.request,
            result,
        };
        self.wires
            .send(Wire::ToSession(origin.session, source), Packet::Tell(out));
    }

    pub(crate) fn agent(
        &mut self,
        agent: &AgentId,
        f: impl FnOnce(&mut AgentMachine, Timestamp, &mut Vec<AgentEffect>),
    ) {
        let mut out = Vec::new();
        let now = self.now;
        f(
            self.agents.get_mut(agent).expect("a configured agent"),
            now,
            &mut out,
        );
        for effect in out {
            match effect {
                AgentEffect::Write(row) => self.submit(
                    Write::Agent {
                        agent: agent.clone(),
                        row,
                    },
                    None,
                ),
                AgentEffect::Tell(_) => {}
                AgentEffect::Presence(presence) => {
                    if presence == Presence::Offline {
                        self.offline.insert(agent.clone(), now);
                    } else {
                        self.offline.remove(agent);
                    }
                    self.wires
                        .send(Wire::Agent(agent.clone()), Packet::Presence(presence));
                }
                AgentEffect::Absent => self.wires.send(Wire::Agent(agent.clone()), Packet::Absent),
            }
        }
    }
}
