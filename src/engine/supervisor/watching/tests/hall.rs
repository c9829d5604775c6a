//! Sessions that watch and keep a mirror of what they are told, held against what there is to see.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::*;
use crate::domain::audit::Trail;
use crate::domain::command::Start;
use crate::domain::company::{AgentProfile, Distribution, Mode, Queue, Workstream};
use crate::domain::conversation::{ConsultRole, Conversation, Ctx, Reservation, start};
use crate::domain::ids::{CustomerId, Position, WorkstreamId};
use crate::domain::time::Millis;
use crate::engine::conversation::Origin;
use crate::engine::view::AgentView;

pub(super) const START: Timestamp = Timestamp(1_767_600_000_000);
pub(super) const ANNA: SessionId = SessionId(1);
pub(super) const BOB: SessionId = SessionId(2);
pub(super) const SUE: SessionId = SessionId(3);

pub(super) fn agent(name: &str) -> AgentId {
    AgentId::parse(name).expect("valid")
}

pub(super) fn queue(name: &str) -> QueueId {
    QueueId::parse(name).expect("valid")
}

pub(super) fn workstream() -> WorkstreamId {
    WorkstreamId::parse("care").expect("valid")
}

pub(super) fn profile(role: Role) -> AgentProfile {
    AgentProfile {
        name: String::new(),
        display_name: "Somebody".to_owned(),
        role,
        capacity: 50,
        enabled: true,
        secret_sha256: String::new(),
    }
}

/// Anna works in `a`, Bob in `a` and `b`, Sue supervises. Nothing is pushed, so that nothing
/// happens by itself.
pub(super) fn company() -> Company {
    let mut company = Company::default();
    for (id, members) in [
        ("a", ["anna", "bob"].as_slice()),
        ("b", &["bob"]),
        ("c", &[]),
    ] {
        let mut made = Queue::new(id);
        made.members = members.iter().map(|m| agent(m)).collect();
        company.queues.insert(queue(id), made);
    }
    for (id, role) in [
        ("anna", Role::Agent),
        ("bob", Role::Agent),
        ("sue", Role::Supervisor),
    ] {
        company.agents.insert(agent(id), profile(role));
    }
    let mut rules = Workstream::new("Care", Mode::Persistent, queue("a"));
    rules.distribution = Distribution::Pick;
    company.workstreams.insert(workstream(), rules);
    company
}

pub(super) fn origin(session: SessionId) -> Origin {
    Origin {
        session,
        request: 1,
        trail: Trail::default(),
    }
}

/// What a conversation is made to be.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    pub(super) state: Option<State>,
    pub(super) queue: &'static str,
    pub(super) agent: Option<&'static str>,
    pub(super) transfer_to: Option<&'static str>,
    pub(super) waiting_for: Option<&'static str>,
    pub(super) last_agent: Option<&'static str>,
    pub(super) consulted: Option<&'static str>,
    pub(super) queued_after: i64,
}

impl Shape {
    pub(super) fn open(queue: &'static str) -> Self {
        Self {
            state: Some(State::Open),
            queue,
            ..Self::default()
        }
    }

    pub(super) fn of(state: State, agent: &'static str) -> Self {
        Self {
            state: Some(state),
            queue: "a",
            agent: Some(agent),
            ..Self::default()
        }
    }
}

/// What a client has put together from the parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mirror {
    pub(super) conversations: BTreeMap<ConversationId, WatchItem>,
    pub(super) agents: BTreeMap<AgentId, AgentView>,
    pub(super) queues: BTreeMap<QueueId, QueueView>,
}

impl Mirror {
    /// Applies a part; those shown a last time.
    pub(super) fn apply(&mut self, part: &WatchPart) -> Vec<WatchItem> {
        assert!(part.conversations.len() + part.gone.len() <= 2 * limits::WATCH_PART_MAX);
        for item in &part.conversations {
            self.conversations.insert(item.view.id, item.clone());
        }
        let gone = part.gone.iter();
        let last: Vec<WatchItem> = gone
            .map(|id| self.conversations.remove(id).expect("it was shown"))
            .collect();
        for view in &part.agents {
            self.agents.insert(view.id.clone(), view.clone());
        }
        for id in &part.gone_agents {
            self.agents.remove(id).expect("they were shown");
        }
        for view in &part.queues {
            self.queues.insert(view.id.clone(), view.clone());
        }
        for id in &part.gone_queues {
            self.queues.remove(id).expect("it was shown");
        }
        last
    }
}

pub(super) struct Hall {
    pub(super) supervisor: Supervisor,
    pub(super) company: Arc<Company>,
    pub(super) now: Timestamp,
    pub(super) versions: BTreeMap<u128, u64>,
    pub(super) mirrors: BTreeMap<Key, Mirror>,
    /// Parts that the sessions have not taken.
    pub(super) on_their_way: BTreeMap<Key, WatchPart>,
    pub(super) told_at: BTreeMap<Key, Timestamp>,
    /// Whose last part said that more follows.
    pub(super) more: BTreeSet<Key>,
    pub(super) ended: Vec<Key>,
    pub(super) shown_last: Vec<(Key, WatchItem)>,
    pub(super) parts: usize,
}

impl Hall {
    pub(super) fn new() -> Self {
        let company = Arc::new(company());
        let mut supervisor = Supervisor::new(company.clone(), []);
        supervisor.begin_work(START, &mut Vec::new());
        Self {
            supervisor,
            company,
            now: START,
            versions: BTreeMap::new(),
            mirrors: BTreeMap::new(),
            on_their_way: BTreeMap::new(),
            told_at: BTreeMap::new(),
            more: BTreeSet::new(),
            ended: Vec::new(),
            shown_last: Vec::new(),
            parts: 0,
        }
    }

    pub(super) fn does(&mut self, f: impl FnOnce(&mut Supervisor, Timestamp, &mut Vec<Effect>)) {
        let mut out = Vec::new();
        f(&mut self.supervisor, self.now, &mut out);
        for effect in out {
            match effect {
                Effect::Tell(session, Outbound::Watch(part)) => self.told(session, *part),
                Effect::Tell(session, Outbound::Unwatched(what)) => {
                    self.forget((session, what));
                    self.ended.push((session, what));
                }
                Effect::Reply(origin, reply) => {
                    if let Ok(Reply::Watching(part)) = *reply {
                        let key = (origin.session, part.what);
                        self.forget(key);
                        self.mirrors.insert(key, Mirror::default());
                        self.told(origin.session, *part);
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn forget(&mut self, key: Key) {
        self.mirrors.remove(&key);
        self.on_their_way.remove(&key);
        self.told_at.remove(&key);
        self.more.remove(&key);
    }

    pub(super) fn told(&mut self, session: SessionId, part: WatchPart) {
        let key = (session, part.what);
        self.parts += 1;
        let before = self.told_at.insert(key, self.now);
        let rested = before.is_none_or(|at| self.now >= at + limits::WATCH_PACE);
        let follows = if part.more {
            !self.more.insert(key)
        } else {
            self.more.remove(&key)
        };
        assert!(rested || follows, "told twice within the pace");
        let waits = self.on_their_way.insert(key, part);
        assert!(waits.is_none(), "told before the last was taken");
    }

    pub(super) fn watch(&mut self, session: SessionId, who: &str, what: Watched) {
        self.does(|s, now, out| s.watch(origin(session), &agent(who), what, now, out));
    }

    pub(super) fn take(&mut self, key: Key) {
        let Some(part) = self.on_their_way.remove(&key) else {
            return;
        };
        let mirror = self.mirrors.get_mut(&key).expect("it watches");
        let last = mirror.apply(&part);
        self.shown_last.extend(last.into_iter().map(|i| (key, i)));
        self.does(|s, now, out| s.watch_taken(key.0, key.1, part.number, now, out));
    }

    pub(super) fn passes(&mut self, time: Millis) {
        self.now = self.now + time;
        self.does(|s, now, out| s.tell_watches(now, out));
    }

    /// Everybody takes everything, until there is nothing more to be told.
    pub(super) fn settle(&mut self) {
        for _ in 0..1_000 {
            let waiting: Vec<Key> = self.on_their_way.keys().copied().collect();
            if waiting.is_empty() && !self.supervisor.has_watch_news() {
                return;
            }
            waiting.into_iter().for_each(|key| self.take(key));
            self.passes(limits::WATCH_PACE);
        }
        panic!("it never ends");
    }

    pub(super) fn becomes(&mut self, id: u128, shape: &Shape) {
        let version = self.versions.entry(id).or_default();
        *version += 1;
        let summary = summary(id, *version, shape, &self.company);
        self.does(|s, now, out| s.observe(summary, now, out));
    }

    pub(super) fn configures(&mut self, change: impl FnOnce(&mut Company)) {
        let mut next = Company::clone(&self.company);
        next.revision += 1;
        change(&mut next);
        self.company = Arc::new(next);
        let company = self.company.clone();
        self.does(|s, now, out| s.configure(company, now, out));
    }

    pub(super) fn truth(&self, key: Key, who: &AgentId) -> Mirror {
        let floor = self.supervisor.assignment().floor();
        let own = queues_of(who, &self.company);
        let all = key.1 == Watched::Floor;
        let summaries = self.supervisor.assignment().summaries();
        let seen = summaries.filter(|s| all || s.entry.is_listed_for(who, &own));
        let agents = floor.agents.into_iter().filter(|a| all || a.id == *who);
        let queues = floor.queues.into_iter();
        Mirror {
            conversations: seen.map(|s| (s.id(), WatchItem::from(s))).collect(),
            agents: agents.map(|a| (a.id.clone(), a)).collect(),
            queues: queues
                .filter(|q| all || own.contains(&q.id))
                .map(|q| (q.id.clone(), q))
                .collect(),
        }
    }

    pub(super) fn assert_mirrors_are_true(&self, context: &str) {
        for (key, mirror) in &self.mirrors {
            let watch = self.supervisor.watches.all.get(key).expect("it watches");
            assert_eq!(
                *mirror,
                self.truth(*key, &watch.agent),
                "{context}: {key:?}"
            );
            assert_eq!(
                watch.shown,
                mirror.conversations.keys().copied().collect(),
                "{context}"
            );
        }
    }

    pub(super) fn ids(&self, session: SessionId, what: Watched) -> Vec<u128> {
        let mirror = &self.mirrors[&(session, what)];
        mirror.conversations.keys().map(|id| id.0).collect()
    }
}

pub(super) fn base(id: u128, company: &Company) -> Conversation {
    let customer = CustomerId::parse(&format!("c{id}")).expect("valid");
    let wanted = Start {
        workstream: Some(workstream()),
        ..Start::default()
    };
    let ctx = Ctx {
        now: START,
        company,
    };
    start(ConversationId(id), &customer, wanted, ctx)
        .expect("open")
        .0
}

pub(super) fn summary(id: u128, version: u64, shape: &Shape, company: &Company) -> Summary {
    let Shape {
        state,
        queue: in_queue,
        agent: has,
        transfer_to,
        waiting_for,
        last_agent,
        consulted,
        queued_after,
    } = shape;
    let state = state.expect("a state");
    let mut summary = Summary::from(&base(id, company));
    let mut view = (*summary.view).clone();
    view.version = Position(version);
    view.state = state;
    view.queue = queue(in_queue);
    view.queued_at = START + Millis(queued_after.unsigned_abs());
    view.agent = has.map(agent);
    view.accepted = has.is_some();
    view.transfer_to = transfer_to.map(agent);
    view.waiting_for = waiting_for.map(agent);
    view.last_agent = last_agent.map(agent);
    let consulted = consulted.map(agent);
    view.consultants = consulted
        .iter()
        .map(|a| (a.clone(), ConsultRole::Invited))
        .collect();
    let mut entry = (*summary.entry).clone();
    entry.state = state;
    entry.queue = view.queue.clone();
    entry.queued_at = view.queued_at;
    entry.agent.clone_from(&view.agent);
    entry.accepted = view.accepted;
    entry.transfer_to.clone_from(&view.transfer_to);
    entry.waiting_for.clone_from(&view.waiting_for);
    entry.last_agent.clone_from(&view.last_agent);
    entry.consultants = consulted.into_iter().collect();
    if let (Some(holder), State::Active) = (&view.agent, state) {
        summary.reservations = vec![Reservation {
            agent: holder.clone(),
            units: 1,
            over_capacity: false,
        }];
        entry.units = 1;
    }
    summary.view = Arc::new(view);
    summary.entry = Arc::new(entry);
    summary
}
