//! Sticky assignment and exact capacity (SEMANTICS, Sticky assignment, Distribution).
//!
//! Knows every open, active and wrap-up conversation by its summary. It alone sets
//! units aside, so no two steps can take the same ones; the conversation decides
//! whether the step still fits its state. Released units pull the next conversation
//! in the same call, never at a later tick.

mod choice;
mod declined;
mod desks;
mod excess;
mod ledger;
mod lines;
mod places;
mod standing;
mod wants;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::domain::command::{Actor, Command};
use crate::domain::company::{Company, Distribution, Presence, Workstream};
use crate::domain::conversation::{Reservation, State};
use crate::domain::ids::{AgentId, ConversationId, QueueId};
use crate::domain::time::{Millis, Timestamp};
use crate::limits;

use super::conversation::ActionId;
use super::summary::Summary;
use super::view::AgentView;

use declined::Declined;
use desks::Desks;
use excess::Excess;
pub use ledger::Ledger;
use lines::{Line, Lines, Place};
use places::{AverageWait, Places};

/// A step that a conversation is asked to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What is settled when the conversation answers, if units were set aside.
    pub id: ActionId,
    /// Which conversation.
    pub conversation: ConversationId,
    /// In whose name.
    pub actor: Actor,
    /// What.
    pub command: Command,
}

/// What a person wants that needs the account of capacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// Take it from the list.
    Pick,
    /// Take it back from the own waiting list.
    Reopen,
    /// Hand it to an agent.
    TransferTo(AgentId),
    /// Put it before an agent, over capacity if need be.
    Assign(AgentId),
}

/// The machine.
#[derive(Debug)]
pub struct Assignment {
    company: Arc<Company>,
    /// In order of age, so that what is done for all is done in one order.
    known: BTreeMap<ConversationId, Summary>,
    ledger: Ledger,
    lines: Lines,
    places: Places,
    /// How long live customers waited, by queue.
    waits: HashMap<QueueId, AverageWait>,
    /// Units above a capacity that was lowered under them.
    excess: Excess,
    agents: Desks,
    /// Steps on their way, by conversation: nothing else is decided for it meanwhile.
    underway: HashMap<ConversationId, BTreeSet<ActionId>>,
    /// Waiting for an operator: nothing is decided for them.
    set_aside: HashSet<ConversationId>,
    /// What each agent declined since their presence last changed.
    declined: Declined,
    /// Which queues were open when last looked at.
    open_queues: HashMap<QueueId, bool>,
    /// Those that have closed, or were found closed, since the customers in them were told.
    just_closed: BTreeSet<QueueId>,
    /// After a start of the server agents need a moment to reconnect: until then their
    /// absence ends no sticky wait.
    settling_until: Option<Timestamp>,
    /// Agents whose presence or load changed since somebody last took them.
    touched: BTreeSet<AgentId>,
    next_action: u64,
}

impl Assignment {
    /// With a configuration and nothing known.
    #[must_use]
    pub fn new(company: Arc<Company>) -> Self {
        Self {
            agents: Desks::new(&company),
            company,
            known: BTreeMap::new(),
            ledger: Ledger::default(),
            lines: Lines::default(),
            places: Places::default(),
            waits: HashMap::new(),
            excess: Excess::default(),
            underway: HashMap::new(),
            set_aside: HashSet::new(),
            declined: Declined::default(),
            open_queues: HashMap::new(),
            just_closed: BTreeSet::new(),
            settling_until: None,
            touched: BTreeSet::new(),
            next_action: 0,
        }
    }

    /// The account.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What is known of a conversation.
    #[must_use]
    pub fn summary(&self, conversation: ConversationId) -> Option<&Summary> {
        self.known.get(&conversation)
    }

    /// Everything known, in no order.
    pub fn summaries(&self) -> impl Iterator<Item = &Summary> {
        self.known.values()
    }

    /// Takes over a durable state; returns what follows from it.
    pub fn observe(&mut self, summary: Summary, now: Timestamp) -> Vec<Action> {
        let id = summary.id();
        self.note_wait(&summary);
        let Some(lost) = self.take_over(summary) else {
            return Vec::new();
        };
        let mut actions = Vec::new();
        actions.extend(self.try_conversation(id, now));
        for agent in lost {
            self.agents.of(&agent).last_released = Some(now);
            self.serve(&agent, now, &mut actions);
        }
        actions
    }

    /// Takes over a live conversation at start-up, without deciding anything yet.
    pub fn restore(&mut self, summary: Summary) {
        self.take_over(summary);
    }

    /// Returns who lost units; `None` if this is no news.
    fn take_over(&mut self, summary: Summary) -> Option<Vec<AgentId>> {
        let id = summary.id();
        if self
            .known
            .get(&id)
            .is_some_and(|b| b.position() >= summary.position())
        {
            return None;
        }
        self.note_declines(id, &summary);
        let old = self
            .known
            .get(&id)
            .map(|b| b.reservations.clone())
            .unwrap_or_default();
        let lost = self.ledger.observe(id, &old, &summary.reservations);
        self.excess.shrink(&lost, &self.ledger, &self.company);
        for reservation in old.iter().chain(&summary.reservations) {
            self.recount(&reservation.agent);
        }
        let live = summary.is_live();
        self.known.insert(id, summary);
        if !live {
            self.known.remove(&id);
            self.declined.keep(id, &BTreeMap::new());
        }
        self.places.set(id, self.known.get(&id));
        self.line_up(id);
        Some(lost)
    }

    fn note_declines(&mut self, id: ConversationId, summary: &Summary) {
        let before = self.known.get(&id).map(|b| &b.declines);
        for (agent, count) in &summary.declines {
            if *count > before.and_then(|b| b.get(agent)).copied().unwrap_or(0) {
                self.declined.note(agent, id);
            }
        }
        // Moved on since: what was declined before counts no more.
        self.declined.keep(id, &summary.declines);
    }

    /// Copies what the account says of an agent to where the choice reads it.
    fn recount(&mut self, agent: &AgentId) {
        self.touch(agent);
        let desk = self.agents.of(agent);
        desk.load = self.ledger.load(agent);
        desk.sessions = self.ledger.sessions(agent);
    }

    /// A step was taken or refused; returns what follows.
    pub fn settled(
        &mut self,
        action: ActionId,
        conversation: ConversationId,
        now: Timestamp,
    ) -> Vec<Action> {
        if let Some(underway) = self.underway.get_mut(&conversation) {
            underway.remove(&action);
            if underway.is_empty() {
                self.underway.remove(&conversation);
            }
        }
        let agent = self.ledger.settle(action).map(|(agent, _)| agent);
        self.excess
            .shrink(agent.as_slice(), &self.ledger, &self.company);
        if let Some(agent) = &agent {
            self.recount(agent);
        }
        self.line_up(conversation);
        let mut actions: Vec<Action> = self
            .try_conversation(conversation, now)
            .into_iter()
            .collect();
        if let Some(agent) = agent {
            self.serve(&agent, now, &mut actions);
        }
        actions
    }

    /// Steps on their way to a conversation.
    #[must_use]
    pub fn underway(&self, conversation: ConversationId) -> Vec<ActionId> {
        let underway = self.underway.get(&conversation);
        underway.into_iter().flatten().copied().collect()
    }

    /// A conversation waits for an operator: what it holds stays counted, nothing more
    /// is decided for it.
    pub fn set_aside(&mut self, conversation: ConversationId) {
        self.set_aside.insert(conversation);
        self.line_up(conversation);
    }

    /// A conversation that does not exist after all.
    pub fn forget(&mut self, conversation: ConversationId) {
        if let Some(summary) = self.known.remove(&conversation) {
            let lost = self
                .ledger
                .observe(conversation, &summary.reservations, &[]);
            self.excess.shrink(&lost, &self.ledger, &self.company);
            for reservation in &summary.reservations {
                self.recount(&reservation.agent);
            }
        }
        self.places.set(conversation, None);
        self.line_up(conversation);
    }

    /// An agent's presence changed; returns what follows.
    pub fn presence(&mut self, agent: &AgentId, presence: Presence, now: Timestamp) -> Vec<Action> {
        let state = self.agents.of(agent);
        if state.presence == presence {
            return Vec::new();
        }
        state.presence = presence;
        self.touch(agent);
        self.declined.remove(agent);
        // Those that wait for this agent are offered to them now, or may not want to wait any
        // more: they waited for somebody absent, who is full, or the other way round.
        let waiting: Vec<ConversationId> =
            self.lines.of_agent(agent).map(|p| p.conversation).collect();
        let mut actions: Vec<Action> = waiting
            .into_iter()
            .filter_map(|id| self.try_conversation(id, now))
            .collect();
        self.serve(agent, now, &mut actions);
        actions
    }

    /// Another configuration holds from now on; returns what follows.
    pub fn configure(&mut self, company: Arc<Company>, now: Timestamp) -> Vec<Action> {
        self.agents.configure(&company);
        self.company = company;
        self.excess.take_in(&self.ledger, &self.company);
        self.declined.clear();
        let all: Vec<ConversationId> = self.known.keys().copied().collect();
        for id in &all {
            self.line_up(*id);
        }
        self.serve_all(now)
    }

    /// The server has just started: agents are about to reconnect.
    pub fn settle_in(&mut self, now: Timestamp) {
        self.settling_until = Some(now + limits::PRESENCE_GRACE);
        // The capacity may have been lowered before the stop.
        self.excess.take_in(&self.ledger, &self.company);
    }

    /// Looks at the clock: queues that opened since are worked in order.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Action> {
        let settled = self.settling_until.is_some_and(|until| until <= now);
        if settled {
            self.settling_until = None;
        }
        let company = self.company.clone();
        let mut opened = Vec::new();
        for queue in company.queues.keys() {
            let open = company.hours_of(queue).is_none_or(|c| c.is_open(now));
            let was_closed = self.open_queues.insert(queue.clone(), open) == Some(false);
            if was_closed && open {
                opened.push(queue.clone());
            } else if !was_closed && !open {
                self.just_closed.insert(queue.clone());
            }
        }
        if opened.is_empty() && !settled {
            Vec::new()
        } else {
            self.serve_all(now)
        }
    }

    /// Tries every waiting conversation in order: after start-up, and when much changed.
    pub fn serve_all(&mut self, now: Timestamp) -> Vec<Action> {
        let mut actions = Vec::new();
        let agents: Vec<AgentId> = self.company.agents.keys().cloned().collect();
        for agent in agents {
            self.serve(&agent, now, &mut actions);
        }
        // What waits for an absent agent, or for one that is gone, is nobody's to serve.
        let rest: Vec<ConversationId> = self
            .known
            .values()
            .filter(|s| s.state() == State::Open && s.returning.is_some())
            .map(Summary::id)
            .collect();
        actions.extend(
            rest.into_iter()
                .filter_map(|id| self.try_conversation(id, now)),
        );
        actions
    }

    fn rules(&self, summary: &Summary) -> Option<&Workstream> {
        self.company.workstreams.get(summary.workstream())
    }

    fn is_open(&self, queue: &QueueId, now: Timestamp) -> bool {
        self.company.hours_of(queue).is_none_or(|c| c.is_open(now))
    }

    /// Puts a conversation into the line where it belongs now.
    fn line_up(&mut self, id: ConversationId) {
        let line = self
            .known
            .get(&id)
            .filter(|s| s.state() == State::Open && !self.underway.contains_key(&id))
            .filter(|_| !self.set_aside.contains(&id))
            .and_then(|s| {
                let place = Place::new(id, s.view.queued_at, s.priority, s.is_return);
                match &s.returning {
                    Some(returning) => Some((Line::Agent(returning.agent.clone()), place)),
                    None => {
                        let pushed = self.rules(s)?.distribution == Distribution::Push;
                        pushed.then(|| {
                            (
                                Line::Queue(s.queue().clone(), s.workstream().clone()),
                                place,
                            )
                        })
                    }
                }
            });
        self.lines.set(id, line);
    }

    /// Gives an agent what waits for them, as long as there is room.
    fn serve(&mut self, agent: &AgentId, now: Timestamp, actions: &mut Vec<Action>) {
        let mut tried = HashSet::new();
        while let Some(next) = self.next_for(agent, now, &tried) {
            tried.insert(next);
            actions.extend(self.try_conversation(next, now));
        }
    }

    fn act(
        &mut self,
        conversation: ConversationId,
        actor: Actor,
        command: Command,
        reserve: Option<&Reservation>,
        now: Timestamp,
    ) -> Action {
        self.next_action += 1;
        let id = ActionId(self.next_action);
        if let Some(reservation) = reserve {
            self.ledger.set_aside(id, conversation, reservation);
            self.recount(&reservation.agent);
            self.agents.of(&reservation.agent).last_assigned = Some(now);
        }
        self.underway.entry(conversation).or_default().insert(id);
        self.line_up(conversation);
        Action {
            id,
            conversation,
            actor,
            command,
        }
    }

    fn has_room(&self, agent: &AgentId, units: u32) -> bool {
        let Some(profile) = self.company.agents.get(agent) else {
            return false;
        };
        self.ledger.load(agent).saturating_add(units) <= profile.capacity
            && self.ledger.sessions(agent) < limits::AGENT_SESSIONS_MAX
    }

    /// The invariant of capacity: load is at most the capacity, unless every unit above
    /// it comes from an audited override, or was there when the capacity was lowered.
    /// Returns the agents that break it.
    #[must_use]
    pub fn violations(&self) -> Vec<AgentId> {
        debug_assert!(
            self.agents.agree(&self.ledger),
            "the choice reads what the account says"
        );
        let broken = |id: &AgentId, capacity: u32| {
            let load = self.ledger.load(id);
            let excused = self.ledger.overridden(id) + self.excess.of(id);
            load > capacity && load - capacity > excused
        };
        self.company
            .agents
            .iter()
            .filter(|(id, a)| broken(id, a.capacity))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// An agent's presence and load. Connections are known to the agent's own machine.
    #[must_use]
    pub fn agent_view(&self, agent: &AgentId) -> Option<AgentView> {
        let profile = self.company.agents.get(agent)?;
        Some(AgentView {
            id: agent.clone(),
            display_name: profile.display_name.clone(),
            presence: self.presence_of(agent),
            connections: 0,
            capacity: profile.capacity,
            load: self.ledger.load(agent),
            conversations: self.ledger.conversations(agent),
        })
    }
}

fn waited(summary: &Summary, now: Timestamp) -> Millis {
    if summary.state() == State::Open {
        now.since(summary.view.queued_at)
    } else {
        Millis(0)
    }
}
