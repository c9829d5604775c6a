//! A big company on a bad day: 200 agents who come and go, 2,000 conversations, and an
//! admin who changes everything meanwhile. The machines of supervision and assignment
//! with the rules of every conversation; each step is durable at once, so that nothing
//! but their own decisions can go wrong.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use linger::domain::command::{Actor, Command, Start};
use linger::domain::commit::LateTimers;
use linger::domain::company::{
    AgentProfile, Company, Distribution, LengthOverflow, Method, Mode, OverflowTo, Presence, Queue,
    Role, Texts, TimeoutAction, TimeoutRule, WaitOverflow, Workstream,
};
use linger::domain::conversation::{Conversation, Ctx, State, decide, next_due};
use linger::domain::event::{Event, Recorded};
use linger::domain::hours::{Calendar, Interval};
use linger::domain::ids::{AgentId, ClientId, ConversationId, CustomerId, QueueId, WorkstreamId};
use linger::domain::message::Side;
use linger::domain::time::{Millis, Timestamp};
use linger::engine::conversation::{Input, Origin};
use linger::engine::outbound::SessionId;
use linger::engine::summary::Summary;
use linger::engine::supervisor::{Effect, Supervisor, Woken};
use linger::limits;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::scenario::{agent, customer, queue, workstream};

const AGENTS: usize = 200;
const CONVERSATIONS: usize = 2_000;
const QUEUES: usize = 12;
const WORKSTREAMS: usize = 6;
const STEPS: usize = 12_000;
/// Looking at everything is dear: done after this many steps, and at the end.
const LOOK_EVERY: usize = 500;

struct Crowd {
    rng: StdRng,
    now: Timestamp,
    company: Arc<Company>,
    supervisor: Supervisor,
    states: BTreeMap<ConversationId, Conversation>,
    presences: BTreeMap<AgentId, Presence>,
    /// Units by agent, as the conversations say.
    held: BTreeMap<AgentId, BTreeMap<ConversationId, (u32, u32)>>,
    /// Units that agents had when their capacity was lowered below them.
    by_right: BTreeMap<AgentId, u32>,
    unended: BTreeMap<(CustomerId, WorkstreamId), ConversationId>,
    effects: VecDeque<Effect>,
    next: u128,
    seen: BTreeMap<String, u32>,
}

fn company() -> Company {
    let mut company = Company::default();
    for n in 0..AGENTS {
        let mut profile = AgentProfile::new(&format!("Agent {n}"), [2, 3, 4, 5][n % 4]);
        if n == 0 {
            profile.role = Role::Supervisor;
        }
        company.agents.insert(agent(&format!("a{n}")), profile);
    }
    let office = vec![Interval {
        from: 8 * 60,
        to: 18 * 60,
    }];
    let calendar = Calendar {
        time_zone: "Europe/Madrid".to_owned(),
        weekly: std::array::from_fn(|_| office.clone()),
        holidays: BTreeMap::new(),
    };
    let hours = linger::domain::ids::CalendarId::parse("office").expect("valid");
    company.calendars.insert(hours.clone(), calendar);
    for n in 0..QUEUES {
        let mut queue = Queue::new(&format!("Queue {n}"));
        queue.members = (0..AGENTS)
            .filter(|a| a % QUEUES == n || a % 7 == n % 7)
            .map(|a| agent(&format!("a{a}")))
            .collect();
        queue.method = [
            Method::HighestCapacity,
            Method::RoundRobin,
            Method::LeastActive,
        ][n % 3];
        queue.priority = [0, 1, 2][n % 3];
        queue.hours = (n % 4 == 3).then(|| hours.clone());
        company.queues.insert(self::queue(&format!("q{n}")), queue);
    }
    for n in 0..WORKSTREAMS {
        let mode = if n % 3 == 2 {
            Mode::Live
        } else {
            Mode::Persistent
        };
        let mut rules = Workstream::new(&format!("W {n}"), mode, queue(&format!("q{n}")));
        if n == 4 {
            rules.distribution = Distribution::Pick;
        }
        company
            .workstreams
            .insert(workstream(&format!("w{n}")), rules);
    }
    company
}

impl Crowd {
    fn new(seed: u64) -> Self {
        let company = Arc::new(company());
        let mut crowd = Self {
            rng: StdRng::seed_from_u64(seed),
            // A Monday in January, ten in Madrid.
            now: Timestamp(1_767_603_600_000),
            supervisor: Supervisor::new(company.clone(), []),
            company,
            states: BTreeMap::new(),
            presences: BTreeMap::new(),
            held: BTreeMap::new(),
            by_right: BTreeMap::new(),
            unended: BTreeMap::new(),
            effects: VecDeque::new(),
            next: 0,
            seen: BTreeMap::new(),
        };
        crowd.supervise(|s, now, out| s.begin_work(now, out));
        crowd
    }

    fn supervise(&mut self, f: impl FnOnce(&mut Supervisor, Timestamp, &mut Vec<Effect>)) {
        let mut out = Vec::new();
        f(&mut self.supervisor, self.now, &mut out);
        self.effects.extend(out);
        while let Some(effect) = self.effects.pop_front() {
            self.perform(effect);
        }
    }

    /// As `supervise`, while effects are being performed.
    fn tell(&mut self, f: impl FnOnce(&mut Supervisor, Timestamp, &mut Vec<Effect>)) {
        let mut out = Vec::new();
        f(&mut self.supervisor, self.now, &mut out);
        self.effects.extend(out);
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Create {
                state,
                events,
                origin: _,
                ..
            } => {
                let before = None;
                self.states.insert(state.id, *state.clone());
                self.took(state.id, before, &events);
            }
            Effect::Forward(id, _, input) => match input {
                Input::Act {
                    action,
                    actor,
                    command,
                    ..
                } => {
                    // A refusal is settled like a step that was taken.
                    let _ = self.step(id, &actor, command);
                    if let Some(action) = action {
                        self.tell(|s, now, out| s.settled(action, id, now, out));
                    }
                }
                Input::TimerDue => {
                    let _ = self.step(id, &Actor::Engine, Command::Tick);
                }
                Input::Start { origin, start } => {
                    let state = self.states[&id].state;
                    if matches!(state, State::WrapUp | State::Closed) {
                        let new = self.new_id();
                        self.tell(|s, now, out| {
                            s.start_elsewhere(id, start, origin, new, now, out);
                        });
                    }
                }
                _ => {}
            },
            Effect::Wake(id, epoch) => {
                let woken = self
                    .states
                    .get(&id)
                    .map_or(Woken::Missing, |s| Woken::Here(Box::new(Summary::from(s))));
                self.tell(|s, now, out| s.woken(id, epoch, woken, now, out));
            }
            Effect::LookUp(customer, workstream) => {
                let found = self
                    .unended
                    .get(&(customer.clone(), workstream.clone()))
                    .copied();
                let new = self.new_id();
                self.tell(|s, now, out| {
                    s.looked_up(&customer, &workstream, Ok(found), new, now, out);
                });
            }
            Effect::SetAway(agent) => {
                self.presences.insert(agent.clone(), Presence::Away);
                self.tell(|s, now, out| s.presence(&agent, Presence::Away, now, out));
            }
            Effect::Answer(_, reject) => {
                *self
                    .seen
                    .entry(format!("refused {}", reject.code.as_str()))
                    .or_default() += 1;
            }
            Effect::Tell(..) => unreachable!("nobody watches here"),
            Effect::Park(id, why) => panic!("{id} was set aside: {why}"),
            // It never sleeps here, and has no rows.
            Effect::ReadTimers(page) => {
                let nothing = Some(LateTimers::default());
                self.tell(|s, _, out| s.timers_read(page.number, nothing, out));
            }
            Effect::Drain(..)
            | Effect::Notify(..)
            | Effect::TimerDone(_)
            | Effect::Reply(..)
            | Effect::MoveTimers(_)
            | Effect::BeginLink { .. }
            | Effect::KeepAffair(..)
            | Effect::ReadLink { .. }
            | Effect::EndLink { .. }
            | Effect::LinkOver(_)
            | Effect::BeginErasure(..)
            | Effect::KeepErasure(..)
            | Effect::ReadDoomed { .. }
            | Effect::EraseThread(..)
            | Effect::EraseTraces { .. }
            | Effect::RowsErased { .. }
            | Effect::EraseBytes(..)
            | Effect::EndErasure(_)
            | Effect::ErasureOver(_)
            | Effect::DismissCustomer(_)
            | Effect::Swept(_) => {}
        }
    }

    fn new_id(&mut self) -> ConversationId {
        self.next += 1;
        ConversationId(self.next)
    }

    fn step(
        &mut self,
        id: ConversationId,
        actor: &Actor,
        command: Command,
    ) -> Result<(), linger::domain::reject::Reject> {
        let company = self.company.clone();
        let state = self.states.get_mut(&id).expect("started");
        let before = state.clone();
        let ctx = Ctx {
            now: self.now,
            company: &company,
        };
        match decide(state, actor, command, ctx) {
            Ok(events) => {
                if !events.is_empty() {
                    self.took(id, Some(&before), &events);
                }
                Ok(())
            }
            Err(reject) => {
                assert_eq!(before, *state, "a refusal changes nothing");
                Err(reject)
            }
        }
    }

    /// A step is durable: what must hold after each holds, and the supervisor hears of it.
    fn took(&mut self, id: ConversationId, before: Option<&Conversation>, events: &[Recorded]) {
        for recorded in events {
            *self
                .seen
                .entry(crate::checks::kind_of(&recorded.event))
                .or_default() += 1;
        }
        let mut replayed = before.cloned();
        for recorded in events {
            match &mut replayed {
                None => replayed = Conversation::begin(id, recorded),
                Some(state) => state.apply(recorded),
            }
        }
        let state = self.states[&id].clone();
        assert_eq!(
            replayed.as_ref(),
            Some(&state),
            "events add up to the state"
        );
        assert!(state.overflowed.len() <= limits::OVERFLOW_HOPS_MAX);
        let distinct: BTreeSet<&QueueId> = state.overflowed.iter().collect();
        assert_eq!(distinct.len(), state.overflowed.len(), "each queue once");
        let nobody = matches!(state.state, State::Open | State::Waiting | State::Closed);
        assert!(!nobody || state.reservations.is_empty());
        let owner = (state.customer.clone(), state.workstream.clone());
        if matches!(state.state, State::WrapUp | State::Closed) {
            if self.unended.get(&owner) == Some(&id) {
                self.unended.remove(&owner);
            }
        } else {
            let other = self.unended.insert(owner, id);
            assert!(other.is_none_or(|o| o == id), "one unended conversation");
        }
        let mut touched: BTreeSet<AgentId> = BTreeSet::new();
        for held in before.into_iter().flat_map(|b| &b.reservations) {
            if let Some(of_agent) = self.held.get_mut(&held.agent) {
                of_agent.remove(&id);
            }
            touched.insert(held.agent.clone());
        }
        for held in &state.reservations {
            let of_agent = self.held.entry(held.agent.clone()).or_default();
            let (units, over) = of_agent.entry(id).or_default();
            *units += held.units;
            *over += if held.over_capacity { held.units } else { 0 };
            touched.insert(held.agent.clone());
        }
        for agent in touched {
            self.check_capacity(&agent);
        }
        let is_news = events
            .iter()
            .any(|r| !matches!(r.event, Event::Posted(_) | Event::Marked { .. }));
        if is_news {
            let summary = Summary::from(&state);
            self.tell(|s, now, out| s.observe(summary, now, out));
        }
    }

    fn load(&self, agent: &AgentId) -> (u32, u32) {
        let of_agent = self.held.get(agent).into_iter().flat_map(|h| h.values());
        of_agent.fold((0, 0), |(load, over), (units, o)| (load + units, over + o))
    }

    fn check_capacity(&mut self, agent: &AgentId) {
        let (load, over) = self.load(agent);
        let capacity = self.company.agents[agent].capacity;
        let by_right = self.by_right.get(agent).copied().unwrap_or(0);
        assert!(
            load <= capacity.max(by_right) + over,
            "{agent} holds {load} of {capacity} units, {over} by override"
        );
        if by_right > load.max(self.supervisor.assignment().ledger().load(agent)) {
            self.by_right.insert(agent.clone(), load);
        }
    }

    fn somebody_acts(&mut self) {
        match self.rng.random_range(0..100) {
            0..25 => self.flap(),
            25..40 => self.start(),
            40..60 => self.customer_writes(),
            60..85 => self.agent_acts(),
            85..90 => self.pass(),
            90..92 => self.configure(),
            _ => self.timers(),
        }
    }

    fn flap(&mut self) {
        let who = agent(&format!("a{}", self.rng.random_range(0..AGENTS)));
        let presence = [
            Presence::Available,
            Presence::Available,
            Presence::Available,
            Presence::Busy,
            Presence::Away,
            Presence::Offline,
        ][self.rng.random_range(0..6)];
        self.presences.insert(who.clone(), presence);
        self.supervise(|s, now, out| s.presence(&who, presence, now, out));
        if presence == Presence::Offline && self.rng.random_bool(0.3) {
            self.supervise(|s, _, out| s.absent(&who, out));
        }
    }

    fn start(&mut self) {
        let who = customer(&format!("c{}", self.rng.random_range(0..CONVERSATIONS)));
        let n = self.rng.random_range(0..WORKSTREAMS);
        let start = Start {
            workstream: Some(workstream(&format!("w{n}"))),
            ..Start::default()
        };
        let origin = Origin {
            session: SessionId(1),
            request: 1,
            trail: linger::domain::audit::Trail::default(),
        };
        self.supervise(|s, _, out| s.start(who, start, origin, out));
    }

    fn some(&mut self, fits: impl Fn(&Conversation) -> bool) -> Option<ConversationId> {
        let from = ConversationId(self.rng.random_range(0..=self.next));
        let mut around = self.states.range(from..).chain(self.states.range(..from));
        around.find(|(_, s)| fits(s)).map(|(id, _)| *id)
    }

    fn client_id(&mut self) -> ClientId {
        let n: u64 = self.rng.random();
        ClientId::parse(&format!("m{n}")).expect("valid")
    }

    fn customer_writes(&mut self) {
        let fits = |s: &Conversation| !matches!(s.state, State::WrapUp | State::Closed);
        let Some(id) = self.some(fits) else { return };
        let actor = Actor::Customer(self.states[&id].customer.clone());
        let command = match self.rng.random_range(0..12) {
            0 => Command::End,
            _ => Command::Post {
                client_id: self.client_id(),
                text: "x".into(),
            },
        };
        self.person(id, &actor, command);
    }

    fn person(&mut self, id: ConversationId, actor: &Actor, command: Command) {
        let _ = self.step(id, actor, command);
        self.supervise(|_, _, _| {});
    }

    fn agent_acts(&mut self) {
        let Some(id) = self.some(|s| s.assignment.is_some()) else {
            return;
        };
        let state = &self.states[&id];
        let Some(assignment) = state.assignment.clone() else {
            return;
        };
        let actor = Actor::Agent {
            id: assignment.agent,
            role: Role::Agent,
        };
        let command = if state.state == State::WrapUp {
            Command::Finish
        } else if assignment.accepted_at.is_none() {
            if self.rng.random_bool(0.85) {
                Command::Accept
            } else {
                Command::Reject
            }
        } else {
            match self.rng.random_range(0..8) {
                0 => Command::End,
                1 => Command::Release,
                2 | 3 => Command::Park,
                4 => Command::TransferToQueue {
                    reason: None,
                    queue: queue(&format!("q{}", self.rng.random_range(0..QUEUES))),
                },
                _ => Command::Post {
                    client_id: self.client_id(),
                    text: "y".into(),
                },
            }
        };
        self.person(id, &actor, command);
    }

    fn pass(&mut self) {
        let by = match self.rng.random_range(0..20) {
            0..12 => Millis::seconds(self.rng.random_range(1..90)),
            12..19 => Millis::minutes(self.rng.random_range(1..20)),
            _ => Millis::hours(self.rng.random_range(1..16)),
        };
        self.now = self.now + by;
        self.supervise(|s, now, out| s.tick(now, out));
        self.timers();
    }

    /// Whatever is due happens, in due order.
    fn timers(&mut self) {
        let mut due: Vec<(Timestamp, ConversationId)> = self
            .states
            .values()
            .filter_map(|s| Some((next_due(s, &self.company)?.0, s.id)))
            .filter(|(at, _)| *at <= self.now)
            .collect();
        due.sort_unstable();
        for (_, id) in due {
            self.supervise(|s, _, out| s.timer_due(id, out));
        }
    }

    fn configure(&mut self) {
        let mut company = Company::clone(&self.company);
        let rng = &mut self.rng;
        let who = agent(&format!("a{}", rng.random_range(0..AGENTS)));
        let (one, other) = (rng.random_range(0..QUEUES), rng.random_range(0..QUEUES));
        let hours = company.calendars.keys().next().cloned();
        let of = workstream(&format!("w{}", rng.random_range(0..WORKSTREAMS)));
        let to = if rng.random_bool(0.4) {
            OverflowTo::End(Texts::any("Sorry."))
        } else {
            OverflowTo::Queue(queue(&format!("q{other}")))
        };
        let profile = company.agents.get_mut(&who).expect("configured");
        let queue = company
            .queues
            .get_mut(&queue(&format!("q{one}")))
            .expect("configured");
        let rules = company.workstreams.get_mut(&of).expect("configured");
        match rng.random_range(0..9) {
            0 => profile.enabled = !profile.enabled,
            1 => profile.capacity = rng.random_range(1..6),
            2 => {
                if !queue.members.remove(&who) {
                    queue.members.insert(who.clone());
                }
            }
            3 => queue.hours = if queue.hours.is_some() { None } else { hours },
            4 => queue.overflow.outside_hours = rng.random_bool(0.6).then_some(to),
            5 => {
                queue.overflow.too_many = rng.random_bool(0.6).then(|| LengthOverflow {
                    waiting: rng.random_range(1..12),
                    to,
                });
            }
            6 => {
                queue.overflow.too_long = rng.random_bool(0.6).then(|| WaitOverflow {
                    after: Millis::minutes(rng.random_range(1..60)),
                    to,
                });
            }
            7 => {
                let then = [
                    TimeoutAction::Say(Texts::any("Still there?")),
                    TimeoutAction::Park,
                    TimeoutAction::Close,
                ][rng.random_range(0..3)]
                .clone();
                let silent = [Side::Customer, Side::Agent][rng.random_range(0..2)];
                let name = format!("r{}", rules.timeout_rules.len());
                if rules.timeout_rules.len() < 4 {
                    rules.timeout_rules.push(TimeoutRule {
                        name,
                        silent,
                        after: Millis::minutes(rng.random_range(2..90)),
                        then,
                    });
                } else {
                    rules.timeout_rules.clear();
                }
            }
            _ => rules.enabled = !rules.enabled,
        }
        let load = self.supervisor.assignment().ledger().load(&who);
        if company.agents[&who].capacity < load {
            self.by_right.insert(who, load);
        }
        self.company = Arc::new(company);
        let company = self.company.clone();
        self.supervise(|s, now, out| s.configure(company, now, out));
    }

    /// What is dear to look at.
    fn look(&self) {
        let assignment = self.supervisor.assignment();
        assert_eq!(assignment.violations(), [], "capacity by the ledger");
        for agent in self.company.agents.keys() {
            assert_eq!(
                assignment.ledger().load(agent),
                self.load(agent).0,
                "{agent}: the ledger is the sum of the conversations"
            );
        }
        let mut waiting: BTreeMap<&QueueId, usize> = BTreeMap::new();
        for state in self.states.values() {
            let known = assignment.summary(state.id);
            let is_live = matches!(state.state, State::Open | State::Active | State::WrapUp);
            assert_eq!(known.is_some(), is_live, "{}", state.id);
            if state.state == State::Open {
                *waiting.entry(&state.queue).or_default() += 1;
                self.check_not_forgotten(state);
            }
        }
        for queue in self.company.queues.keys() {
            let length = waiting.get(queue).copied().unwrap_or(0);
            assert_eq!(assignment.waiting_in(queue), length, "the line of {queue}");
        }
    }

    /// An open conversation that somebody could have has been offered to them.
    fn check_not_forgotten(&self, state: &Conversation) {
        let rules = &self.company.workstreams[&state.workstream];
        let hours = self.company.hours_of(&state.queue);
        let open = hours.is_none_or(|c| c.is_open(self.now));
        if !open || rules.distribution == Distribution::Pick || state.returning.is_some() {
            return;
        }
        let could = |agent: &&AgentId| {
            let profile = &self.company.agents[*agent];
            let presence = self.presences.get(*agent).copied().unwrap_or_default();
            profile.enabled
                && rules.allowed_presences.contains(&presence)
                && !state.declines.contains_key(*agent)
                && self.load(agent).0 + rules.units <= profile.capacity
                && self.held.get(*agent).map_or(0, BTreeMap::len) < limits::AGENT_SESSIONS_MAX
        };
        let eligible: Vec<&AgentId> = self.company.queues[&state.queue]
            .members
            .iter()
            .filter(could)
            .collect();
        assert_eq!(
            eligible,
            [] as [&AgentId; 0],
            "{} is open and was forgotten",
            state.id
        );
    }
}

#[test]
fn two_hundred_agents_two_thousand_conversations_and_an_admin_who_changes_everything() {
    // Another crowd: LINGER_CROWD_SEED=n.
    let seed = std::env::var("LINGER_CROWD_SEED")
        .ok()
        .and_then(|s| s.parse().ok());
    let mut crowd = Crowd::new(seed.unwrap_or(2));
    for n in 0..AGENTS / 2 {
        let who = agent(&format!("a{n}"));
        crowd.presences.insert(who.clone(), Presence::Available);
        crowd.supervise(|s, now, out| s.presence(&who, Presence::Available, now, out));
    }
    for _ in 0..CONVERSATIONS {
        crowd.start();
    }
    for n in 0..STEPS {
        crowd.somebody_acts();
        if n % LOOK_EVERY == 0 {
            crowd.look();
        }
    }
    crowd.timers();
    crowd.look();
    assert!(
        crowd.states.len() >= CONVERSATIONS,
        "{}",
        crowd.states.len()
    );
    let must = [
        "overflow elsewhere outside hours",
        "overflow elsewhere too many",
        "overflow elsewhere too long",
        "overflow ends too long",
        "parked by TimeoutRule",
        "closed TimeoutRule",
        "closed Overflow",
        "place told",
        "returned sticky",
        "refused not_accepting",
        "refused outside_hours",
    ];
    let missing: Vec<_> = must
        .iter()
        .filter(|kind| !crowd.seen.contains_key(**kind))
        .collect();
    assert!(
        missing.is_empty(),
        "never happened: {missing:?} of {:?}",
        crowd.seen
    );
}
