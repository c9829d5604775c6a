//! One process with every machine in it, a store that fails, and people.
//!
//! Each step does one thing: a packet arrives, a batch becomes durable, a read is
//! answered, somebody does something, time passes, something breaks. After each step
//! the invariants are looked at (`checks.rs`); when everything has come to rest, also
//! those that only hold then.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use linger::domain::company::Company;
use linger::domain::conversation::Conversation;
use linger::domain::ids::{AgentId, ConversationId, Seq};
use linger::domain::message::DedupKey;
use linger::domain::note::NoteNumber;
use linger::domain::time::{Millis, Timestamp};
use linger::engine::agent::AgentMachine;
use linger::engine::conversation::ConversationMachine;
use linger::engine::outbound::SessionId;
use linger::engine::request::Principal;
use linger::engine::supervisor::{Epoch, Supervisor};
use linger::limits;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::devices::Device;
use crate::disk::{PendingRead, Queued};
use crate::scenario::{self, Sabotage, Weather};
use crate::store::Store;
use crate::wires::Wires;

/// A conversation's actor.
pub(crate) struct Actor {
    pub(crate) epoch: Epoch,
    pub(crate) machine: ConversationMachine,
    pub(crate) wants_sleep: bool,
}

pub(crate) struct World {
    pub(crate) rng: StdRng,
    pub(crate) now: Timestamp,
    pub(crate) started_at: Timestamp,
    pub(crate) company: Arc<Company>,
    pub(crate) weather: Weather,
    pub(crate) sabotage: Sabotage,
    pub(crate) store: Store,
    pub(crate) queue: VecDeque<Queued>,
    pub(crate) submitted: u64,
    pub(crate) synced: u64,
    /// What durable and queued steps make of each conversation.
    pub(crate) staged: BTreeMap<ConversationId, Conversation>,
    pub(crate) supervisor: Supervisor,
    pub(crate) actors: BTreeMap<ConversationId, Actor>,
    pub(crate) wires: Wires,
    pub(crate) reads: Vec<PendingRead>,
    pub(crate) agents: BTreeMap<AgentId, AgentMachine>,
    pub(crate) devices: Vec<Device>,
    pub(crate) sessions: HashMap<SessionId, usize>,
    pub(crate) next_session: u64,
    pub(crate) next_client_id: u64,
    pub(crate) next_device: u64,
    /// Since when each agent has been offline.
    pub(crate) offline: BTreeMap<AgentId, Timestamp>,
    pub(crate) timers_underway: BTreeSet<ConversationId>,
    /// Everything that was ever acknowledged, for ever.
    pub(crate) acknowledged: HashMap<(ConversationId, DedupKey), (Seq, String)>,
    /// Every note that was ever acknowledged.
    pub(crate) noted: HashMap<(ConversationId, DedupKey), (NoteNumber, String)>,
    pub(crate) trace: Option<Vec<String>>,
    pub(crate) capacity_dirty: bool,
    /// Since when each configuration holds.
    pub(crate) configured_at: BTreeMap<Timestamp, Arc<Company>>,
    /// Units that agents had when their capacity was lowered below them, and still have.
    pub(crate) by_right: BTreeMap<AgentId, u32>,
    /// The store has time for everything.
    pub(crate) calm: bool,
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
        let configured_at = BTreeMap::from([(Timestamp(i64::MIN), company.clone())]);
        let mut world = Self {
            supervisor: Supervisor::new(company.clone(), []),
            devices: crate::devices::devices(),
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
            next_device: 0,
            offline: BTreeMap::new(),
            timers_underway: BTreeSet::new(),
            acknowledged: HashMap::new(),
            noted: HashMap::new(),
            trace: traced.then(Vec::new),
            capacity_dirty: false,
            by_right: BTreeMap::new(),
            configured_at,
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
            (self.weather.link, 10),
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
                    10 => self.link_one(),
                    _ => self.somebody_acts(),
                }
                return;
            }
            roll -= chance;
        }
        self.deliver();
    }

    pub(crate) fn pass_time(&mut self) {
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
        let here: std::collections::BTreeSet<_> = self
            .devices
            .iter()
            .filter(|d| d.session.is_some())
            .filter_map(|d| match &d.who {
                Principal::Customer(customer) => Some(customer.clone()),
                Principal::Agent { .. } => None,
            })
            .collect();
        self.supervise(|s, now, out| s.miss_customers(now, |c| here.contains(c), out));
    }

    /// Rows that are due are handed out in due order; false if there is none.
    pub(crate) fn fire_timers(&mut self) -> bool {
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
