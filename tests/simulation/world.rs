//! One process with every machine in it, a store that fails, and people.
//!
//! Each step does one thing: a packet arrives, a batch becomes durable, a read is
//! answered, somebody does something, time passes, something breaks. After each step
//! the invariants are looked at (`checks.rs`); when everything has come to rest, also
//! those that only hold then.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use linger::domain::commit::Write;
use linger::domain::conversation::{Conversation, Ctx};
use linger::domain::ids::{AgentId, ConversationId, CustomerId, Position, Seq, WorkstreamId};
use linger::domain::message::DedupKey;
use linger::domain::reject::Reject;
use linger::domain::time::{Millis, Timestamp};
use linger::domain::workstream::{Company, Presence};
use linger::engine::agent::{AgentEffect, AgentMachine};
use linger::engine::conversation::{ConversationMachine, Effect, Input, Origin, Surroundings};
use linger::engine::outbound::{Outbound, SessionId};
use linger::engine::request::{Ask, Page, Reply};
use linger::engine::summary::Summary;
use linger::engine::supervisor::{self, Epoch, Supervisor, Woken};
use linger::engine::view::ConversationView;
use linger::limits;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::people::Device;
use crate::scenario::{self, Sabotage, Weather, agent};
use crate::store::Store;
use crate::wires::{From, Packet, Source, Wire, Wires};

/// A conversation's actor.
pub(crate) struct Actor {
    pub(crate) epoch: Epoch,
    pub(crate) machine: ConversationMachine,
    wants_sleep: bool,
}

/// A read on its way; the answer comes when everything handed to the writer before is durable.
struct PendingRead {
    behind: u64,
    read: Read,
}

enum Read {
    Wake(ConversationId, Epoch),
    LookUp(CustomerId, WorkstreamId),
    Page(ConversationId, Origin, Page, Seq),
    Events(ConversationId, Origin, Seq, Arc<ConversationView>),
    Journal(Origin),
    For(ConversationId, Epoch, SessionId, Seq, usize),
    ClientId(ConversationId, Epoch, DedupKey),
}

/// One write on its way to the disk.
struct Queued {
    write: Write,
    to: Option<(ConversationId, Epoch, Position)>,
}

pub(crate) struct World {
    pub(crate) rng: StdRng,
    pub(crate) now: Timestamp,
    pub(crate) started_at: Timestamp,
    pub(crate) company: Arc<Company>,
    pub(crate) weather: Weather,
    pub(crate) sabotage: Sabotage,
    pub(crate) store: Store,
    queue: VecDeque<Queued>,
    submitted: u64,
    synced: u64,
    /// What durable and queued steps make of each conversation.
    pub(crate) staged: BTreeMap<ConversationId, Conversation>,
    pub(crate) supervisor: Supervisor,
    pub(crate) actors: BTreeMap<ConversationId, Actor>,
    pub(crate) wires: Wires,
    reads: Vec<PendingRead>,
    pub(crate) agents: BTreeMap<AgentId, AgentMachine>,
    pub(crate) devices: Vec<Device>,
    pub(crate) sessions: HashMap<SessionId, usize>,
    pub(crate) next_session: u64,
    pub(crate) next_client_id: u64,
    /// Since when each agent has been offline.
    pub(crate) offline: BTreeMap<AgentId, Timestamp>,
    timers_underway: BTreeSet<ConversationId>,
    /// Everything that was ever acknowledged, for ever.
    pub(crate) acknowledged: HashMap<(ConversationId, DedupKey), (Seq, String)>,
    pub(crate) trace: Option<Vec<String>>,
    pub(crate) capacity_dirty: bool,
    /// The store has time for everything.
    calm: bool,
    /// Ways that were taken and faults that happened.
    pub(crate) ways: BTreeSet<&'static str>,
}

macro_rules! note {
    ($world:expr, $($arg:tt)*) => {
        if let Some(trace) = &mut $world.trace {
            trace.push(format!($($arg)*));
        }
    };
}
pub(crate) use note;

impl World {
    pub(crate) fn new(seed: u64, sabotage: Sabotage, traced: bool) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let weather = scenario::weather(&mut rng);
        let company = scenario::company(&mut rng);
        // A Monday in January, about nine in Madrid.
        let now = Timestamp(1_767_600_000_000 + rng.random_range(0..86_400_000));
        let agents = company
            .agents
            .keys()
            .map(|a| (a.clone(), AgentMachine::new(a.clone(), None, now)))
            .collect();
        let mut world = Self {
            supervisor: Supervisor::new(company.clone(), []),
            devices: crate::people::devices(),
            rng,
            now,
            started_at: now,
            company,
            weather,
            sabotage,
            store: Store::default(),
            queue: VecDeque::new(),
            submitted: 0,
            synced: 0,
            staged: BTreeMap::new(),
            actors: BTreeMap::new(),
            wires: Wires::default(),
            reads: Vec::new(),
            agents,
            sessions: HashMap::new(),
            next_session: 0,
            next_client_id: 0,
            offline: BTreeMap::new(),
            timers_underway: BTreeSet::new(),
            acknowledged: HashMap::new(),
            trace: traced.then(Vec::new),
            capacity_dirty: false,
            calm: false,
            ways: BTreeSet::new(),
        };
        world.supervise(|s, now, out| s.begin_work(now, out));
        world
    }

    /// Runs the whole scenario.
    pub(crate) fn run(&mut self) {
        let episodes = 3;
        for _ in 0..episodes {
            for _ in 0..self.weather.steps / episodes {
                self.step();
                self.check_step();
            }
            self.settle();
        }
        self.crash();
        self.settle();
        self.check_journals();
    }

    fn step(&mut self) {
        let weather = [
            (self.weather.crash, 0),
            (self.weather.death, 1),
            (self.weather.sleep, 2),
            (self.weather.sync, 3),
            (self.weather.reconnect, 4),
            (self.weather.configure, 5),
            (60, 6),
            (18, 7),
            (25, 8),
            (200, 9),
        ];
        let mut roll = self.rng.random_range(0..1000);
        for (chance, what) in weather {
            if roll < chance {
                match what {
                    0 => self.crash(),
                    1 => self.kill_one(),
                    2 => self.put_one_to_sleep(),
                    3 => self.sync_some(),
                    4 => self.flap(),
                    5 => self.reconfigure(),
                    6 => {
                        self.answer_read();
                    }
                    7 => self.pass_time(),
                    8 => {
                        self.fire_timers();
                    }
                    _ => self.somebody_acts(),
                }
                return;
            }
            roll -= chance;
        }
        self.deliver();
    }

    // ------------------------------------------------------------- packets

    /// One packet arrives; false if there is none.
    fn deliver(&mut self) -> bool {
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
                    self.supervise(|s, now, out| s.presence(&agent, presence, now, out))
                }
                Packet::Absent => self.supervise(|s, _, out| s.absent(&agent, out)),
                other => unreachable!("{other:?} from an agent"),
            },
        }
        true
    }

    fn arrive_at_actor(&mut self, id: ConversationId, epoch: Epoch, from: From, packet: Packet) {
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

    fn feed(&mut self, id: ConversationId, epoch: Epoch, input: Input) {
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

    fn drain(&mut self, id: ConversationId, epoch: Epoch) {
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

    fn arrive_from_actor(&mut self, id: ConversationId, epoch: Epoch, packet: Packet) {
        match packet {
            Packet::Observe(summary) => self.supervise(|s, now, out| s.observe(*summary, now, out)),
            Packet::Settled(action) => {
                self.supervise(|s, now, out| s.settled(action, id, now, out))
            }
            Packet::StartElsewhere(origin, start) => {
                let new_id = self.new_id();
                self.supervise(|s, now, out| {
                    s.start_elsewhere(id, start, origin, new_id, now, out)
                });
            }
            Packet::Woken(woken) => {
                self.supervise(|s, now, out| s.woken(id, epoch, woken, now, out))
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

    fn ask_supervisor(&mut self, packet: Packet) {
        match packet {
            Packet::Start(origin, customer, start) => {
                self.supervise(|s, _, out| s.start(customer, start, origin, out))
            }
            Packet::Ask(origin, principal, id, ask) => {
                self.supervise(|s, now, out| s.ask(id, origin, principal, ask, now, out));
            }
            other => unreachable!("{other:?} from a session"),
        }
    }

    fn new_id(&mut self) -> ConversationId {
        let random = self.rng.random();
        ConversationId::from_parts(u64::try_from(self.now.0).expect("after 1970"), random)
    }

    // ------------------------------------------------------------- effects

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

    fn supervisor_effect(&mut self, effect: supervisor::Effect) {
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
            E::Notify(agent, out) => self.notify(&agent, &out),
            E::SetAway(agent) => {
                self.agent(&agent, |m, now, out| m.choose(Presence::Away, now, out))
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
        }
    }

    fn notify(&mut self, agent: &AgentId, out: &Outbound) {
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
            _ => {}
        }
    }

    fn perform(&mut self, id: ConversationId, epoch: Epoch, effects: Vec<Effect>) {
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
                Effect::ReadJournal(origin) => self.read(Read::Journal(origin)),
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

    fn check_visible(&self, out: &Outbound) {
        match out {
            Outbound::Messages {
                conversation,
                messages,
            } => {
                for m in messages {
                    self.store.check_message(*conversation, &m.message);
                }
            }
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

    // --------------------------------------------------------------- store

    fn submit(&mut self, write: Write, to: Option<(ConversationId, Epoch, Position)>) {
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
        self.queue.push_back(Queued { write, to });
    }

    fn sync_some(&mut self) {
        let count = self.rng.random_range(0..=self.queue.len());
        self.sync(count);
    }

    fn sync(&mut self, count: usize) {
        let company = self.company.clone();
        for _ in 0..count {
            let Some(Queued { write, to }) = self.queue.pop_front() else {
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

    fn read(&mut self, read: Read) {
        self.reads.push(PendingRead {
            behind: self.submitted,
            read,
        });
    }

    /// Some read that can be answered is; false if there is none.
    fn answer_read(&mut self) -> bool {
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
                    s.looked_up(&customer, &workstream, Ok(found), new_id, now, out)
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
            Read::Journal(origin) => {
                self.answer(origin, Source::Store, Ok(Reply::Journal(Vec::new())))
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
        }
        true
    }

    fn wake(&mut self, id: ConversationId, epoch: Epoch) {
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

    // -------------------------------------------------------------- faults

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

    fn restart(&mut self) {
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
        self.supervise(|s, now, out| s.begin_work(now, out));
    }

    fn some_actor(&mut self) -> Option<ConversationId> {
        if self.actors.is_empty() {
            return None;
        }
        let n = self.rng.random_range(0..self.actors.len());
        self.actors.keys().nth(n).copied()
    }

    /// An actor panics: what it knew and what was on its way to it is gone.
    fn kill_one(&mut self) {
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

    fn put_one_to_sleep(&mut self) {
        let Some(id) = self.some_actor() else { return };
        let actor = self.actors.get_mut(&id).expect("just found");
        if actor.machine.is_idle() && !actor.wants_sleep {
            actor.wants_sleep = true;
            let wire = Wire::FromActor(id, actor.epoch);
            self.wires.send(wire, Packet::WantsSleep);
        }
    }

    fn reconfigure(&mut self) {
        let mut company = Company::clone(&self.company);
        let who = agent(["ben", "cleo"][self.rng.random_range(0..2)]);
        let profile = company.agents.get_mut(&who).expect("configured");
        profile.enabled = !profile.enabled;
        self.company = Arc::new(company);
        let company = self.company.clone();
        self.supervise(|s, now, out| s.configure(company, now, out));
    }

    // ---------------------------------------------------------------- time

    fn pass_time(&mut self) {
        let by = match self.rng.random_range(0..20) {
            0..8 => Millis(self.rng.random_range(1..5_000)),
            8..15 => Millis::seconds(self.rng.random_range(5..200)),
            15..18 => Millis::minutes(self.rng.random_range(3..90)),
            18 => Millis::hours(self.rng.random_range(1..30)),
            _ => Millis::days(self.rng.random_range(1..35)),
        };
        self.advance(by);
    }

    pub(crate) fn advance(&mut self, by: Millis) {
        self.now = self.now + by;
        note!(self, "{} time passed", self.now.0);
        for agent in self.company.agents.keys().cloned().collect::<Vec<_>>() {
            self.agent(&agent, |m, now, out| m.tick(now, out));
        }
        self.supervise(|s, now, out| s.tick(now, out));
    }

    /// Rows that are due are handed out in due order; false if there is none.
    fn fire_timers(&mut self) -> bool {
        if !self.timers_underway.is_empty() {
            return false;
        }
        let due = self.store.due(self.now);
        let rows: Vec<ConversationId> = due
            .into_iter()
            .map(|(_, id)| id)
            .filter(|id| !self.store.conversations[id].parked)
            .collect();
        for id in &rows {
            self.timers_underway.insert(*id);
        }
        for id in &rows {
            note!(self, "{} timer of {id}", self.now.0);
            self.supervise(|s, _, out| s.timer_due(*id, out));
        }
        !rows.is_empty()
    }

    // ---------------------------------------------------------------- rest

    /// Lets everything that is on its way arrive, and some time pass, and looks whether
    /// anything has been forgotten.
    fn settle(&mut self) {
        self.calm = true;
        self.come_to_rest();
        // Offers run out, agents that are about to reconnect have had their time.
        let waits = [
            Millis::seconds(160),
            Millis::seconds(160),
            limits::ABSENCE_LIMIT,
            Millis::seconds(20),
        ];
        let is_long = self.rng.random_bool(0.3);
        for wait in waits.into_iter().take(if is_long { 4 } else { 2 }) {
            self.advance(wait);
            self.come_to_rest();
        }
        self.check_settled();
        if is_long {
            self.check_nobody_is_with_the_absent();
        }
        self.calm = false;
    }

    fn come_to_rest(&mut self) {
        let mut budget: u32 = 100_000;
        loop {
            let mut moved = false;
            while self.deliver() {
                self.check_step();
                moved = true;
                budget = budget.checked_sub(1).expect("the machines come to rest");
            }
            moved |= !self.queue.is_empty();
            self.sync(self.queue.len());
            while self.answer_read() {
                moved = true;
                budget = budget.checked_sub(1).expect("the machines come to rest");
            }
            moved |= self.fire_timers();
            moved |= self.readers_catch_up();
            if !moved && self.wires.is_empty() {
                self.check_step();
                return;
            }
            budget = budget.checked_sub(1).expect("the machines come to rest");
        }
    }

    /// Everything that happened, in words.
    pub(crate) fn seen(&self) -> BTreeSet<String> {
        let events = self.store.conversations.values().flat_map(|s| &s.events);
        events
            .map(|r| crate::checks::kind_of(&r.event))
            .chain(self.ways.iter().map(|w| (*w).to_owned()))
            .collect()
    }

    pub(crate) fn at_rest(&self) -> bool {
        self.wires.is_empty() && self.queue.is_empty() && self.reads.is_empty()
    }
}

/// Whom a packet to an actor asks to be answered.
fn asked_in(packet: &Packet) -> Option<Origin> {
    match packet {
        Packet::Input(Input::Ask { origin, ask, .. }) => {
            (!matches!(ask, Ask::Typing { .. })).then_some(*origin)
        }
        Packet::Input(Input::Start { origin, .. }) => Some(*origin),
        Packet::Input(Input::Act { origin, .. }) => *origin,
        _ => None,
    }
}

impl Read {
    fn is_for(&self, id: ConversationId, epoch: Epoch) -> bool {
        matches!(self, Self::For(c, e, ..) | Self::ClientId(c, e, _) if *c == id && *e == epoch)
    }

    /// A conversation wakes from what its earlier life has written.
    fn waits_for_writer(&self) -> bool {
        matches!(self, Self::Wake(..))
    }
}
