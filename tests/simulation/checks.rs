//! What must be true after every step, and what must be true at rest.

use linger::domain::commit::Commit;
use linger::domain::company::{
    Company, Distribution, Mode, Patience, WhenAbsent, WhenFull, Workstream,
};
use linger::domain::conversation::{ConsultRole, Conversation, State};
use linger::domain::event::{
    AssignedHow, CloseReason, DeclineReason, Event, OverflowReason, OverflowedTo, ParkedBy,
    Recorded, StickyEnd,
};
use linger::domain::ids::{AgentId, ConversationId};
use linger::domain::message::{Author, Side};
use linger::domain::time::{Millis, Timestamp};
use linger::engine::outbound::Outbound;
use linger::limits;

use crate::store::is_unended;
use crate::world::World;

impl World {
    /// A step was handed to the writer: what it makes of the conversation is what its
    /// machine thinks, and the customer has no other.
    pub(crate) fn stage(&mut self, commit: &Commit) {
        let id = commit.conversation;
        let mut events = commit.events.iter();
        let before = self.staged.get(&id).map_or(0, |s| s.position.0);
        assert_eq!(
            commit.first.0,
            before + 1,
            "steps of {id} follow each other"
        );
        let state = match self.staged.entry(id) {
            std::collections::btree_map::Entry::Occupied(e) => e.into_mut(),
            std::collections::btree_map::Entry::Vacant(e) => {
                let first = events.next().expect("at least one event");
                e.insert(Conversation::begin(id, first).expect("the first event is Started"))
            }
        };
        for recorded in events {
            state.apply(recorded);
        }
        let (customer, workstream) = (state.customer.clone(), state.workstream.clone());
        let unended = self
            .staged
            .values()
            .filter(|s| is_unended(s.state) && s.customer == customer && s.workstream == workstream)
            .count();
        assert!(
            unended <= 1,
            "{customer} has {unended} unended conversations in {workstream}"
        );
        self.capacity_dirty = true;
    }

    pub(crate) fn check_step(&mut self) {
        // What was above a lowered capacity only ever becomes less.
        let ledger = self.supervisor.assignment().ledger();
        for (agent, units) in &mut self.by_right {
            *units = (*units).min(ledger.load(agent));
        }
        let violations = self.supervisor.assignment().violations();
        assert!(
            violations.is_empty(),
            "above capacity by the ledger: {violations:?}"
        );
        if std::mem::take(&mut self.capacity_dirty) {
            self.check_capacity(self.staged.values());
            self.check_capacity(self.store.conversations.values().map(|s| &s.state));
        }
    }

    /// By what the conversations themselves say, whatever the ledger thinks.
    fn check_capacity<'a>(&self, states: impl Iterator<Item = &'a Conversation>) {
        let mut held: std::collections::BTreeMap<&AgentId, (u32, u32)> =
            std::collections::BTreeMap::new();
        for r in states.flat_map(|s| &s.reservations) {
            let (load, over) = held.entry(&r.agent).or_default();
            *load += r.units;
            *over += if r.over_capacity { r.units } else { 0 };
        }
        for (agent, (load, over)) in held {
            let capacity = self.company.agents[agent].capacity;
            let capacity = capacity.max(self.by_right.get(agent).copied().unwrap_or(0));
            assert!(
                load <= capacity + over,
                "{agent} holds {load} of {capacity} units, {over} by override"
            );
        }
    }

    pub(crate) fn check_acknowledged(&self) {
        for ((id, key), (seq, text)) in &self.acknowledged {
            self.store.check_acknowledged(*id, key, *seq, text);
        }
        for ((id, key), (number, text)) in &self.noted {
            self.store.check_noted(*id, key, *number, text);
        }
    }

    pub(crate) fn check_settled(&mut self) {
        assert!(self.at_rest(), "everything has arrived");
        self.check_acknowledged();
        self.check_devices();
        assert!(
            self.store
                .due(self.now)
                .iter()
                .all(|(_, id)| self.store.conversations[id].parked),
            "every due timer has fired"
        );
        for (id, actor) in &self.actors {
            let durable = self
                .store
                .state(*id)
                .expect("an awake conversation is stored by now");
            assert_eq!(
                actor.machine.state(),
                durable,
                "the machine of {id} and its journal agree"
            );
        }
        self.check_ledger();
        self.check_links();
        for (id, stored) in &self.store.conversations {
            if stored.parked {
                continue;
            }
            // Whatever was changed since, nothing that is due is forgotten, asleep or not.
            self.store.check_timer(*id, &self.company);
            if stored.state.state == State::Open {
                self.check_not_forgotten(*id, &stored.state);
            }
        }
    }

    /// More than the absence limit after everything came to rest.
    pub(crate) fn check_nobody_is_with_the_absent(&self) {
        let active = |s: &&crate::store::Stored| !s.parked && s.state.state == State::Active;
        for stored in self.store.conversations.values().filter(active) {
            let Some(agent) = stored.state.accepted_agent() else {
                continue;
            };
            let gone = self
                .offline
                .get(agent)
                .map_or(Millis(0), |since| self.now.since(*since));
            let had = stored
                .state
                .assignment
                .as_ref()
                .map_or(Millis(0), |a| self.now.since(a.offered_at));
            let is_absent = gone.min(had) > Millis(limits::ABSENCE_LIMIT.0 + 60_000);
            assert!(
                !is_absent,
                "{} is with {agent}, who has been gone for {gone}",
                stored.state.id
            );
        }
    }

    /// What assignment knows is what the journals say.
    fn check_ledger(&self) {
        let any_parked = self.store.conversations.values().any(|s| s.parked);
        let assignment = self.supervisor.assignment();
        for agent in self.company.agents.keys() {
            let load: u32 = self
                .store
                .conversations
                .values()
                .map(|s| s.state.units_of(agent))
                .sum();
            let known = assignment.ledger().load(agent);
            assert!(
                known == load || any_parked,
                "{agent}: the ledger says {known}, the journals {load}"
            );
            let presence = assignment.agent_view(agent).expect("configured").presence;
            let mut told: Vec<ConversationId> = self
                .supervisor
                .greeting(agent)
                .into_iter()
                .filter_map(|out| match out {
                    Outbound::Consult(view) => Some(view.id),
                    _ => None,
                })
                .collect();
            told.sort_unstable();
            let consulted = |s: &&crate::store::Stored| s.state.consultants.contains_key(agent);
            let stored = self.store.conversations.values().filter(consulted);
            let truth: Vec<ConversationId> = stored.map(|s| s.state.id).collect();
            assert!(
                told == truth || any_parked,
                "{agent} is told of consults {told:?}, the journals say {truth:?}"
            );
            assert_eq!(
                presence,
                self.agents[agent].presence(),
                "presence of {agent}"
            );
        }
        for (id, stored) in self.store.conversations.iter().filter(|(_, s)| !s.parked) {
            let known = assignment
                .summary(*id)
                .map(|s| (s.state(), s.reservations.clone()));
            let truth = stored
                .live
                .then(|| (stored.state.state, stored.state.reservations.clone()));
            assert_eq!(known, truth, "what assignment knows of {id}");
        }
    }

    /// An open conversation that somebody could have has been offered to them.
    fn check_not_forgotten(&self, id: ConversationId, state: &Conversation) {
        let is_open = self
            .company
            .hours_of(&state.queue)
            .is_none_or(|c| c.is_open(self.now));
        if !is_open {
            return;
        }
        let rules = &self.company.workstreams[&state.workstream];
        let could = |agent: &AgentId| self.could_take(agent, rules, state);
        match &state.returning {
            Some(returning) => {
                let agent = &returning.agent;
                assert!(!could(agent), "{id} waits for {agent}, who could take it");
                let Some(stickiness) = rules.keep_same_agent else {
                    return;
                };
                assert!(
                    self.company.agents[agent].enabled,
                    "{id} waits for {agent}, who is gone"
                );
                let present = rules
                    .allowed_presences
                    .contains(&self.agents[agent].presence());
                if !present {
                    assert_ne!(
                        stickiness.when_absent,
                        WhenAbsent::Queue,
                        "{id} waits for {agent}, who is absent"
                    );
                } else if !state.declines.contains_key(agent) {
                    assert_eq!(
                        stickiness.when_full,
                        WhenFull::Wait,
                        "{id} waits for {agent}, who is full"
                    );
                }
            }
            None if rules.distribution == Distribution::Push => {
                let members = self.company.queues[&state.queue].members.iter();
                let eligible: Vec<&AgentId> = members.filter(|a| could(a)).collect();
                assert!(
                    eligible.is_empty(),
                    "{id} is open and was forgotten; {eligible:?} could take it"
                );
            }
            None => {}
        }
    }

    fn could_take(&self, agent: &AgentId, rules: &Workstream, state: &Conversation) -> bool {
        let profile = &self.company.agents[agent];
        let held = || {
            self.store
                .conversations
                .values()
                .map(|s| s.state.units_of(agent))
                .filter(|u| *u > 0)
        };
        // What a parked conversation holds is not known for sure.
        let any_parked = self.store.conversations.values().any(|s| s.parked);
        profile.enabled
            && !any_parked
            && rules
                .allowed_presences
                .contains(&self.agents[agent].presence())
            && !state.declines.contains_key(agent)
            && held().sum::<u32>() + rules.units <= profile.capacity
            && held().count() < limits::AGENT_SESSIONS_MAX
    }

    /// The configuration that held at an instant, and since when.
    fn company_at(&self, at: Timestamp) -> (Timestamp, &Company) {
        let (since, company) = self
            .configured_at
            .range(..=at)
            .next_back()
            .expect("there was one from the beginning");
        (*since, company)
    }

    /// Every journal reads as the rules say it may: one winner, timers once, not early
    /// and in due order.
    pub(crate) fn check_journals(&self) {
        for (id, stored) in &self.store.conversations {
            let mut events = stored.events.iter();
            let first = events.next().expect("a journal has an event");
            let mut state = Conversation::begin(*id, first).expect("the first event is Started");
            let mut last_due = (Timestamp(i64::MIN), Timestamp(i64::MIN));
            let mut silence_ran = true;
            for recorded in events {
                check_event(&state, recorded);
                let (since, company) = self.company_at(recorded.at);
                // What was changed at this very instant may have been decided by either.
                let changed = since == recorded.at;
                if !changed && let Some(due) = due_of(&state, recorded, company) {
                    assert!(
                        due <= recorded.at,
                        "a timer of {id} fired early: {recorded:?}"
                    );
                    // Patience runs only while it is open: it may have been over before the
                    // offer that went first was.
                    let patience = matches!(recorded.event, Event::StickyEnded { .. });
                    // Nobody is waited for while it is in a queue or put before an agent: a
                    // silence may have been over before what ended that went first.
                    let silence = matches!(recorded.event, Event::SilenceNoted { .. });
                    let paused = patience || (silence && !silence_ran);
                    let in_order = paused || last_due.0 != recorded.at || last_due.1 <= due;
                    assert!(in_order, "timers of {id} fired out of order: {recorded:?}");
                    last_due = (recorded.at, due);
                    silence_ran = state.state == State::Waiting || state.accepted_agent().is_some();
                }
                state.apply(recorded);
                check_consultants(&state);
            }
            assert_eq!(state, stored.state, "a journal adds up to its state");
        }
    }
}

fn check_event(state: &Conversation, recorded: &Recorded) {
    let offered = state
        .assignment
        .as_ref()
        .filter(|a| a.accepted_at.is_none())
        .map(|a| &a.agent);
    let fits = match &recorded.event {
        Event::Started { .. } => false,
        Event::Offered { .. } => matches!(state.state, State::Open | State::Waiting),
        Event::Assigned {
            how: AssignedHow::Picked,
            ..
        } => state.state == State::Open,
        Event::Assigned { .. } => matches!(state.state, State::Open | State::Waiting),
        Event::Accepted { agent } | Event::Declined { agent, .. } => {
            state.state == State::Active && offered == Some(agent)
        }
        Event::TransferAccepted { agent } | Event::TransferDeclined { agent, .. } => {
            state.transfer.as_ref().is_some_and(|t| t.agent == *agent)
        }
        Event::Parked { .. } => {
            state.mode == Mode::Persistent
                && state.accepted_agent().is_some()
                && state.state == State::Active
        }
        Event::Returned { .. } => state.state == State::Waiting,
        Event::Released { agent, .. } => {
            state.accepted_agent() == Some(agent) && state.state == State::Active
        }
        Event::StickyEnded { .. } => state.state == State::Open && state.returning.is_some(),
        Event::Ended { .. } => state.state == State::Active && state.accepted_agent().is_some(),
        Event::UnitsFreed => state.state == State::WrapUp && !state.reservations.is_empty(),
        Event::Posted(message) => {
            let is_heard = match &message.author {
                Author::Agent(agent) => {
                    state.accepted_agent() == Some(agent)
                        || state.consultants.get(agent) == Some(&ConsultRole::Joined)
                }
                Author::Customer | Author::System(_) => true,
            };
            state.state != State::Closed && is_heard
        }
        Event::Closed { .. } => state.state != State::Closed,
        Event::Noted(_) | Event::Tagged { .. } | Event::SubjectSet { .. } => {
            state.state != State::Closed
        }
        Event::ConsultInvited { agent, .. } => {
            state.state == State::Active
                && state.accepted_agent().is_some_and(|has| has != agent)
                && !state.consultants.contains_key(agent)
        }
        Event::ConsultJoined { agent, .. } => {
            state.consultants.get(agent) == Some(&ConsultRole::Invited)
        }
        Event::ConsultEnded { agent, .. } => state.consultants.contains_key(agent),
        Event::TransferOffered { .. } => state.state == State::Active && state.transfer.is_none(),
        Event::TransferredToQueue { .. } => matches!(state.state, State::Open | State::Active),
        Event::Marked { .. } => true,
        Event::CustomerGone | Event::CustomerBack => state.mode == Mode::Live,
        Event::Overflowed { from, .. } => {
            state.state == State::Open
                && state.queue == *from
                && state.overflowed.len() <= limits::OVERFLOW_HOPS_MAX
        }
        Event::SilenceNoted { rule, silent, .. } => {
            matches!(state.state, State::Active | State::Waiting)
                && state.mode == Mode::Persistent
                && !state.silences.contains(&(*silent, rule.clone()))
        }
        Event::PlaceTold { .. } => state.state == State::Open && state.mode == Mode::Live,
        Event::QueueMoved { queue } => state.state != State::Closed && *queue != state.queue,
        Event::Linked {
            customer,
            was,
            workstream,
            ..
        } => *was == state.customer && customer != was && *workstream == state.workstream,
    };
    assert!(
        fits,
        "{recorded:?} cannot happen to {:?} {:?}",
        state.state, state.assignment
    );
}

/// Colleagues are consulted only while somebody has it who could ask them.
fn check_consultants(state: &Conversation) {
    if state.consultants.is_empty() {
        return;
    }
    assert_eq!(state.state, State::Active, "consulted by nobody");
    let agent = state.accepted_agent().expect("somebody who asks");
    assert!(
        !state.consultants.contains_key(agent),
        "nobody is their own adviser"
    );
    assert!(state.consultants.len() <= limits::CONSULTANTS_MAX);
}

/// When the timer behind an event was due, if a timer is behind it.
fn due_of(state: &Conversation, recorded: &Recorded, company: &Company) -> Option<Timestamp> {
    let timers = &company.workstreams[&state.workstream].timers;
    match &recorded.event {
        Event::Declined {
            reason: DeclineReason::TimedOut,
            ..
        } => state.assignment.as_ref()?.deadline,
        Event::TransferDeclined {
            reason: DeclineReason::TimedOut,
            ..
        } => Some(state.transfer.as_ref()?.deadline),
        Event::StickyEnded {
            reason: StickyEnd::PatienceOver,
        } => {
            let stickiness = company.workstreams[&state.workstream].keep_same_agent?;
            let since = state.returning.as_ref()?.since;
            match stickiness.patience {
                Patience::Forever => Some(Timestamp(i64::MAX)),
                Patience::For(length) => company.operating_deadline(&state.queue, since, length),
            }
        }
        Event::Parked {
            by: ParkedBy::Silence,
        } => Some(state.customer_at + timers.auto_park_after),
        Event::SilenceNoted { silent, after, .. } => {
            let accepted = state.assignment.as_ref().and_then(|a| a.accepted_at);
            let since = match silent {
                Side::Customer => state.answered_at?,
                Side::Agent => state.unanswered_since?.max(accepted?),
            };
            Some(since + *after)
        }
        Event::Closed {
            reason: CloseReason::WrapUpOver,
            ..
        } => Some(state.ended?.1 + timers.wrap_up_limit),
        Event::Closed {
            reason: CloseReason::Inactivity,
            ..
        } => {
            let limit = if state.state == State::Waiting {
                timers.auto_close_after
            } else {
                timers.open_idle_close
            };
            // The system message that says so counts as activity and comes before.
            Some((state.activity_at + limit).min(recorded.at))
        }
        _ => None,
    }
}

/// What has happened in a journal, in words: to see that the simulation gets everywhere.
pub(crate) fn kind_of(event: &Event) -> String {
    match event {
        Event::Started { mode, prefer, .. } => format!(
            "started {mode:?} {}",
            if prefer.is_some() {
                "with preference"
            } else {
                "plain"
            }
        ),
        Event::Posted(message) => match &message.author {
            linger::domain::message::Author::System(kind) => format!("told {kind:?}"),
            linger::domain::message::Author::Customer => "posted by customer".to_owned(),
            linger::domain::message::Author::Agent(_) => "posted by agent".to_owned(),
        },
        Event::Returned { sticky } => format!(
            "returned {}",
            if sticky.is_some() {
                "sticky"
            } else {
                "to the queue"
            }
        ),
        Event::StickyEnded { reason } => format!("sticky ended {reason:?}"),
        Event::Offered {
            over_capacity,
            returning,
            explanation,
            ..
        } => {
            format!(
                "offered {:?} over {over_capacity} returning {returning}",
                explanation.rule
            )
        }
        Event::Accepted { .. } => "accepted".to_owned(),
        Event::Declined { reason, .. } => format!("declined {reason:?}"),
        Event::Assigned {
            how, over_capacity, ..
        } => format!("assigned {how:?} over {over_capacity}"),
        Event::Parked { by } => format!("parked by {by:?}"),
        Event::Released { reason, sticky, .. } => {
            format!("released {reason:?} sticky {}", sticky.is_some())
        }
        Event::TransferOffered { over_capacity, .. } => {
            format!("transfer offered over {over_capacity}")
        }
        Event::TransferAccepted { .. } => "transfer accepted".to_owned(),
        Event::TransferDeclined { reason, .. } => format!("transfer declined {reason:?}"),
        Event::TransferredToQueue { .. } => "transferred to queue".to_owned(),
        Event::Ended { by } => format!("ended by {by:?}"),
        Event::UnitsFreed => "units freed".to_owned(),
        Event::Closed { reason, .. } => format!("closed {reason:?}"),
        Event::Marked { side, .. } => format!("marked {side:?}"),
        Event::CustomerGone => "customer gone".to_owned(),
        Event::CustomerBack => "customer back".to_owned(),
        Event::Noted(note) => format!("noted privately {}", note.private_to.is_some()),
        Event::Tagged { .. } => "tagged".to_owned(),
        Event::SubjectSet { .. } => "subject set".to_owned(),
        Event::ConsultInvited { .. } => "consult invited".to_owned(),
        Event::ConsultJoined { .. } => "consult joined".to_owned(),
        Event::ConsultEnded { agent, by } => format!("consult ended by themselves {}", agent == by),
        Event::Overflowed { to, reason, .. } => {
            let to = match to {
                OverflowedTo::Queue(_) => "elsewhere",
                OverflowedTo::End => "ends",
                OverflowedTo::Stays => "stays",
            };
            let reason = match reason {
                OverflowReason::OutsideHours => "outside hours",
                OverflowReason::TooMany { .. } => "too many",
                OverflowReason::TooLong { .. } => "too long",
            };
            format!("overflow {to} {reason}")
        }
        Event::SilenceNoted { rule, .. } => format!("silence {rule}"),
        Event::PlaceTold { .. } => "place told".to_owned(),
        Event::QueueMoved { .. } => "queue moved".to_owned(),
        Event::Linked { current, .. } => format!("linked current {current}"),
    }
}
