//! What sessions watch: each is told the whole once, then what changed.
//!
//! A change marks the watches that see it, found by queue and by agent, so its cost depends
//! on how many watch, never on how many conversations or agents there are. What a watch has to be
//! told is a set of marks; what is said is read when it is said, so a mark waits however often
//! the thing behind it changes, and there are never more marks than there is to see. A
//! watch has one part on its way at a time: a session that does not read is told nothing more.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::domain::company::{Company, Role};
use crate::domain::conversation::State;
use crate::domain::directory::Entry;
use crate::domain::ids::{AgentId, ConversationId, QueueId};
use crate::domain::time::Timestamp;
use crate::engine::assignment::Assignment;
use crate::engine::conversation::Origin;
use crate::engine::outbound::{Outbound, SessionId};
use crate::engine::request::Reply;
use crate::engine::summary::Summary;
use crate::engine::view::QueueView;
use crate::engine::watch::{WatchItem, WatchPart, Watched};
use crate::limits;

use super::{Effect, Supervisor};

type Key = (SessionId, Watched);

/// Every watch, and what finds those that see a change.
#[derive(Debug, Default)]
pub(super) struct Watches {
    all: BTreeMap<Key, Watch>,
    /// Those that see everything.
    floor: BTreeSet<Key>,
    of_queue: HashMap<QueueId, BTreeSet<Key>>,
    of_agent: HashMap<AgentId, BTreeSet<Key>>,
    /// Those that have something to be told.
    marked: BTreeSet<Key>,
    /// What is open, by queue and by how long: the depth of a queue at once.
    open: HashMap<QueueId, BTreeSet<(Timestamp, ConversationId)>>,
    last_number: u64,
}

/// One session's look at one thing.
#[derive(Debug)]
struct Watch {
    agent: AgentId,
    /// The own queues; of no interest to the floor.
    queues: BTreeSet<QueueId>,
    /// What the session has been told of and has not been told is gone.
    shown: HashSet<ConversationId>,
    shown_queues: BTreeSet<QueueId>,
    shown_agents: BTreeSet<AgentId>,
    marks: Marks,
    /// The part that the session has not taken yet.
    on_its_way: Option<u64>,
    /// The last part was cut short.
    cut: bool,
    told_at: Timestamp,
}

#[derive(Debug, Default)]
struct Marks {
    /// With how it is shown a last time if it is out of sight by then.
    conversations: BTreeMap<ConversationId, Option<Arc<WatchItem>>>,
    agents: BTreeSet<AgentId>,
    queues: BTreeSet<QueueId>,
}

impl Marks {
    fn is_empty(&self) -> bool {
        self.conversations.is_empty() && self.agents.is_empty() && self.queues.is_empty()
    }
}

impl Watch {
    fn sees(&self, what: Watched, entry: &Entry) -> bool {
        match what {
            Watched::Floor => true,
            Watched::Queues => entry.is_listed_for(&self.agent, &self.queues),
        }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        // A clock that was set back must not silence anybody.
        let rested = now < self.told_at || now >= self.told_at + limits::WATCH_PACE;
        self.on_its_way.is_none() && (rested || self.cut)
    }
}

/// The agents whose own a conversation is, or was last.
fn agents_of(entry: &Entry) -> impl Iterator<Item = &AgentId> {
    let named = [
        &entry.agent,
        &entry.transfer_to,
        &entry.waiting_for,
        &entry.last_agent,
    ];
    named.into_iter().flatten().chain(&entry.consultants)
}

fn place_of(entry: &Entry) -> Option<(&QueueId, Timestamp)> {
    (entry.state == State::Open).then_some((&entry.queue, entry.queued_at))
}

/// What was known of a conversation and what is known now.
struct Change<'a> {
    id: ConversationId,
    before: Option<&'a Entry>,
    now: Option<&'a Entry>,
    last: Option<Arc<WatchItem>>,
}

impl Watches {
    /// A conversation changed, came or went.
    fn note(&mut self, change: &Change<'_>) {
        let Change {
            id, before, now, ..
        } = change;
        let (from, to) = (before.and_then(place_of), now.and_then(place_of));
        if from != to {
            if let Some((queue, since)) = from
                && let Some(open) = self.open.get_mut(queue)
            {
                open.remove(&(since, *id));
                if open.is_empty() {
                    self.open.remove(queue);
                }
            }
            if let Some((queue, since)) = to {
                let open = self.open.entry(queue.clone()).or_default();
                open.insert((since, *id));
            }
            for (queue, _) in from.into_iter().chain(to) {
                self.mark_queue(queue);
            }
        }
        if self.all.is_empty() {
            return;
        }
        // Found twice is marked once.
        let mut those: Vec<Key> = self.floor.iter().copied().collect();
        for entry in before.iter().chain(now) {
            let of_queue = place_of(entry).and_then(|(queue, _)| self.of_queue.get(queue));
            let of_agents = agents_of(entry).filter_map(|agent| self.of_agent.get(agent));
            those.extend(of_queue.into_iter().chain(of_agents).flatten());
        }
        for key in those {
            self.mark(key, change);
        }
    }

    fn mark(&mut self, key: Key, change: &Change<'_>) {
        let Some(watch) = self.all.get_mut(&key) else {
            return;
        };
        let in_sight = change.now.is_some_and(|entry| watch.sees(key.1, entry));
        if in_sight || watch.shown.contains(&change.id) {
            let last = change.last.clone().filter(|_| key.1 == Watched::Floor);
            watch.marks.conversations.insert(change.id, last);
            self.marked.insert(key);
        } else {
            // Came and went between two parts.
            watch.marks.conversations.remove(&change.id);
        }
    }

    fn mark_queue(&mut self, queue: &QueueId) {
        let of_queue = self.of_queue.get(queue).into_iter().flatten();
        for key in self.floor.iter().chain(of_queue) {
            if let Some(watch) = self.all.get_mut(key) {
                watch.marks.queues.insert(queue.clone());
                self.marked.insert(*key);
            }
        }
    }

    fn mark_agent(&mut self, agent: &AgentId) {
        let of_agent = self.of_agent.get(agent).into_iter().flatten();
        for key in self.floor.iter().chain(of_agent) {
            if let Some(watch) = self.all.get_mut(key) {
                watch.marks.agents.insert(agent.clone());
                self.marked.insert(*key);
            }
        }
    }

    /// How many are open in a queue, and since when the first.
    fn depth(&self, queue: &QueueId) -> QueueView {
        let open = self.open.get(queue);
        QueueView {
            id: queue.clone(),
            waiting: open.map_or(0, BTreeSet::len),
            longest_since: open.and_then(BTreeSet::first).map(|(since, _)| *since),
        }
    }

    fn remove(&mut self, key: Key) -> Option<Watch> {
        let watch = self.all.remove(&key)?;
        self.floor.remove(&key);
        self.marked.remove(&key);
        let queues = watch.queues.iter();
        queues.for_each(|queue| without(&mut self.of_queue, queue, key));
        without(&mut self.of_agent, &watch.agent, key);
        Some(watch)
    }

    fn add(&mut self, key: Key, watch: Watch) {
        match key.1 {
            Watched::Floor => {
                self.floor.insert(key);
            }
            Watched::Queues => {
                for queue in &watch.queues {
                    self.of_queue.entry(queue.clone()).or_default().insert(key);
                }
                let of_agent = self.of_agent.entry(watch.agent.clone()).or_default();
                of_agent.insert(key);
            }
        }
        self.marked.insert(key);
        self.all.insert(key, watch);
    }

    /// Another set of own queues; what is open in those that are new or gone is marked.
    fn rejoin(&mut self, key: Key, queues: &BTreeSet<QueueId>) {
        let Some(watch) = self.all.get_mut(&key) else {
            return;
        };
        let before = std::mem::replace(&mut watch.queues, queues.clone());
        for queue in before.symmetric_difference(queues) {
            let open = self.open.get(queue).into_iter().flatten();
            for (_, id) in open {
                watch.marks.conversations.entry(*id).or_default();
            }
            watch.marks.queues.insert(queue.clone());
            self.marked.insert(key);
            if queues.contains(queue) {
                self.of_queue.entry(queue.clone()).or_default().insert(key);
            } else {
                without(&mut self.of_queue, queue, key);
            }
        }
    }
}

fn without<K: std::hash::Hash + Eq>(map: &mut HashMap<K, BTreeSet<Key>>, of: &K, key: Key) {
    if let Some(keys) = map.get_mut(of) {
        keys.remove(&key);
        if keys.is_empty() {
            map.remove(of);
        }
    }
}

fn queues_of(agent: &AgentId, company: &Company) -> BTreeSet<QueueId> {
    let queues = company.queues.iter();
    let own = queues.filter(|(_, queue)| queue.members.contains(agent));
    own.map(|(id, _)| id.clone()).collect()
}

/// Whether somebody may watch this.
fn may_watch(agent: &AgentId, what: Watched, company: &Company) -> bool {
    let needed = match what {
        Watched::Queues => Role::Agent,
        Watched::Floor => Role::Supervisor,
    };
    let profile = company.agents.get(agent).filter(|a| a.enabled);
    profile.is_some_and(|a| a.role >= needed)
}

impl Supervisor {
    /// Somebody watches from now on, and is told the whole: at once what fits into one part,
    /// the rest in parts as they take them. Whoever watches already begins anew. The transport
    /// has asked whether they may.
    pub fn watch(
        &mut self,
        origin: Origin,
        agent: &AgentId,
        what: Watched,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let key = (origin.session, what);
        self.watches.remove(key);
        let mut watch = Watch {
            agent: agent.clone(),
            queues: match what {
                Watched::Queues => queues_of(agent, &self.company),
                Watched::Floor => BTreeSet::new(),
            },
            shown: HashSet::new(),
            shown_queues: BTreeSet::new(),
            shown_agents: BTreeSet::new(),
            marks: Marks::default(),
            on_its_way: None,
            cut: false,
            told_at: now,
        };
        let in_sight = self.assignment.summaries();
        let in_sight = in_sight.filter(|s| watch.sees(what, &s.entry));
        watch.marks.conversations = in_sight.map(|s| (s.id(), None)).collect();
        match what {
            Watched::Queues => {
                watch.marks.agents.insert(agent.clone());
                watch.marks.queues.clone_from(&watch.queues);
            }
            Watched::Floor => {
                watch.marks.agents = self.company.agents.keys().cloned().collect();
                let elsewhere = self.watches.open.keys();
                watch.marks.queues = self
                    .company
                    .queues
                    .keys()
                    .chain(elsewhere)
                    .cloned()
                    .collect();
            }
        }
        self.watches.add(key, watch);
        let part = self.next_part(key, now);
        let reply = part.map_or(Reply::Ok, |part| Reply::Watching(Box::new(part)));
        out.push(Effect::Reply(origin, Box::new(Ok(reply))));
    }

    /// Somebody watches no longer.
    pub fn unwatch(&mut self, session: SessionId, what: Watched) {
        self.watches.remove((session, what));
    }

    /// A session is gone, and what it watched with it.
    pub fn watcher_gone(&mut self, session: SessionId) {
        self.unwatch(session, Watched::Queues);
        self.unwatch(session, Watched::Floor);
    }

    /// A session has taken a part. Of a watch that was begun anew, only the newest counts.
    pub fn watch_taken(
        &mut self,
        session: SessionId,
        what: Watched,
        number: u64,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let key = (session, what);
        if let Some(watch) = self.watches.all.get_mut(&key)
            && watch.on_its_way == Some(number)
        {
            watch.on_its_way = None;
            if watch.cut {
                self.tell_watch(key, now, out);
            }
        }
    }

    /// Whether anybody waits to be told something.
    #[must_use]
    pub fn has_watch_news(&self) -> bool {
        !self.watches.marked.is_empty()
            || (!self.watches.all.is_empty() && self.assignment.has_touched())
    }

    /// Tells those who watch what has changed, each at most once in [`limits::WATCH_PACE`].
    pub fn tell_watches(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        for agent in self.assignment.take_touched() {
            self.watches.mark_agent(&agent);
        }
        let all = &self.watches.all;
        let is_due = |key: &&Key| all.get(*key).is_some_and(|watch| watch.is_due(now));
        let due: Vec<Key> = self.watches.marked.iter().filter(is_due).copied().collect();
        for key in due {
            self.tell_watch(key, now, out);
        }
    }

    /// What is shown of an agent changed outside of this machine.
    pub fn agent_changed(&mut self, agent: &AgentId) {
        self.watches.mark_agent(agent);
    }

    fn tell_watch(&mut self, key: Key, now: Timestamp, out: &mut Vec<Effect>) {
        if let Some(part) = self.next_part(key, now).filter(|part| !part.is_empty()) {
            let told = Outbound::Watch(Box::new(part));
            out.push(Effect::Tell(key.0, told));
        } else if let Some(watch) = self.watches.all.get_mut(&key) {
            // What was marked came back to what is shown, or went unseen.
            watch.on_its_way = None;
        }
    }

    /// The next part of what a watch is to be told; from here on it is on its way.
    fn next_part(&mut self, key: Key, now: Timestamp) -> Option<WatchPart> {
        let Self {
            watches,
            assignment,
            company,
            ..
        } = self;
        watches.last_number += 1;
        let mut part = WatchPart::empty(key.1, watches.last_number);
        let mut watch = watches.all.remove(&key)?;
        for queue in std::mem::take(&mut watch.marks.queues) {
            let view = watches.depth(&queue);
            let in_sight = match key.1 {
                Watched::Queues => watch.queues.contains(&queue),
                Watched::Floor => view.waiting > 0 || company.queues.contains_key(&queue),
            };
            if in_sight {
                watch.shown_queues.insert(queue);
                part.queues.push(view);
            } else if watch.shown_queues.remove(&queue) {
                part.gone_queues.push(queue);
            }
        }
        for agent in std::mem::take(&mut watch.marks.agents) {
            match assignment.agent_view(&agent) {
                Some(view) => {
                    watch.shown_agents.insert(agent);
                    part.agents.push(view);
                }
                None if watch.shown_agents.remove(&agent) => part.gone_agents.push(agent),
                None => {}
            }
        }
        watch.take_conversations(assignment, &mut part);
        watch.cut = !watch.marks.conversations.is_empty();
        part.more = watch.cut;
        watch.on_its_way = Some(part.number);
        watch.told_at = now;
        if watch.marks.is_empty() {
            watches.marked.remove(&key);
        }
        watches.all.insert(key, watch);
        Some(part)
    }

    /// What is known of a conversation changed; `before` is what was known. One that has just
    /// been parked is shown to supervisors a last time.
    pub(super) fn note_watched(
        &mut self,
        id: ConversationId,
        before: Option<&Entry>,
        parked: Option<&Summary>,
    ) {
        let now = self.assignment.summary(id).map(|s| s.entry.clone());
        let change = Change {
            id,
            before,
            now: now.as_deref(),
            last: parked.map(|summary| Arc::new(WatchItem::from(summary))),
        };
        self.watches.note(&change);
    }

    /// What is known of a conversation before a step that may change it.
    pub(super) fn watched_before(&self, id: ConversationId) -> Option<Arc<Entry>> {
        self.assignment.summary(id).map(|s| s.entry.clone())
    }

    /// Nothing more is known of a conversation.
    pub(super) fn forget_known(&mut self, id: ConversationId) {
        let before = self.watched_before(id);
        self.assignment.forget(id);
        self.note_watched(id, before.as_deref(), None);
    }

    /// Another configuration holds: who may watch what, and what there is to see.
    pub(super) fn follow_watchers(&mut self, before: &Company, out: &mut Vec<Effect>) {
        let company = self.company.clone();
        let keys: Vec<Key> = self.watches.all.keys().copied().collect();
        for key in keys {
            let Some(agent) = self.watches.all.get(&key).map(|w| w.agent.clone()) else {
                continue;
            };
            if !may_watch(&agent, key.1, &company) {
                self.watches.remove(key);
                out.push(Effect::Tell(key.0, Outbound::Unwatched(key.1)));
            } else if key.1 == Watched::Queues {
                self.watches.rejoin(key, &queues_of(&agent, &company));
            }
        }
        let agents = before.agents.keys().chain(company.agents.keys());
        for agent in agents.collect::<BTreeSet<_>>() {
            if before.agents.get(agent) != company.agents.get(agent) {
                self.watches.mark_agent(agent);
            }
        }
        let queues = before.queues.keys().chain(company.queues.keys());
        for queue in queues.collect::<BTreeSet<_>>() {
            if before.queues.contains_key(queue) != company.queues.contains_key(queue) {
                self.watches.mark_queue(queue);
            }
        }
    }
}

impl Watch {
    fn take_conversations(&mut self, assignment: &Assignment, part: &mut WatchPart) {
        for _ in 0..limits::WATCH_PART_MAX {
            let Some((id, last)) = self.marks.conversations.pop_first() else {
                return;
            };
            let known = assignment.summary(id);
            match known.filter(|s| self.sees(part.what, &s.entry)) {
                Some(summary) => {
                    self.shown.insert(id);
                    part.conversations.push(WatchItem::from(summary));
                }
                None if self.shown.remove(&id) => {
                    part.conversations
                        .extend(last.map(|item| WatchItem::clone(&item)));
                    part.gone.push(id);
                }
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
