//! The supervisor's machine: which conversations are awake, how they wake, sleep,
//! die and come back; one unended conversation per customer and workstream.
//!
//! | file | concern |
//! |---|---|
//! | `effect.rs` | what it wants done |
//! | `slots.rs` | waking, sleep as a hand-off with epochs, death and parking |
//! | `configure.rs` | another configuration while conversations run |
//! | `starts.rs` | one conversation, however many starts race |
//! | `erasing.rs` | everything of a customer goes |
//! | `linking.rs` | a device that turns out to be somebody |
//! | `notices.rs` | what agents are told when a conversation changes |
//! | `standing.rs` | places in line, and what would come of a start |
//! | `sweep.rs` | timers of those that sleep, after a change of the configuration |
//! | `watching.rs` | what sessions watch, and what they are told of it |
//! | `visits.rs` | whether the customers of live conversations are here, with a socket or without |
//!
//! Assignment (`engine/assignment`) is consulted here and nowhere else, so what it
//! sets aside and what it observes are in one order.

mod configure;
mod effect;
mod erasing;
mod linking;
mod notices;
mod slots;
mod standing;
mod starts;
mod sweep;
#[cfg(test)]
mod tests;
mod visits;
mod watching;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use crate::domain::command::{Command, Start};
use crate::domain::company::{Company, Presence, Role};
use crate::domain::conversation::State;
use crate::domain::ids::{AgentId, ConversationId, CustomerId, QueueId, WorkstreamId};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::Timestamp;

use super::assignment::{Action, Assignment, Want};
use super::conversation::{ActionId, Input, Origin};
use super::outbound::SessionId;
use super::request::{Ask, Principal};
use super::summary::Summary;

pub use configure::Doubtful;
pub use effect::{Effect, Epoch, Woken};
pub use erasing::Erased;
pub use linking::{LinkDone, LinkFound};
use slots::Slot;
use starts::StartSlot;
use sweep::Sweep;
pub use sweep::{Concerned, TimerPage};
use visits::Visits;
use watching::Watches;

/// The machine.
#[derive(Debug)]
pub struct Supervisor {
    company: Arc<Company>,
    assignment: Assignment,
    slots: HashMap<ConversationId, Slot>,
    next_epoch: u64,
    starts: HashMap<(CustomerId, WorkstreamId), StartSlot>,
    /// Conversations that have begun and are not durable yet, by the queue they wait in.
    arriving: HashMap<ConversationId, QueueId>,
    deaths: HashMap<ConversationId, VecDeque<Timestamp>>,
    parked: HashSet<ConversationId>,
    /// Conversations about which an agent is consulted. May name one that has moved on: the
    /// summary decides.
    consulted: HashMap<AgentId, BTreeSet<ConversationId>>,
    /// The store was too busy to read these.
    wake_again: Vec<ConversationId>,
    /// About to be removed or to change their mode: nothing is started in them meanwhile.
    held: BTreeSet<WorkstreamId>,
    sweep: Sweep,
    visits: Visits,
    watches: Watches,
    links: linking::Links,
    erasures: erasing::Erasures,
}

impl Supervisor {
    /// With a configuration and what the store has set aside.
    #[must_use]
    pub fn new(company: Arc<Company>, parked: impl IntoIterator<Item = ConversationId>) -> Self {
        let parked: HashSet<ConversationId> = parked.into_iter().collect();
        let mut assignment = Assignment::new(company.clone());
        for conversation in &parked {
            assignment.set_aside(*conversation);
        }
        Self {
            assignment,
            company,
            slots: HashMap::new(),
            next_epoch: 0,
            starts: HashMap::new(),
            arriving: HashMap::new(),
            deaths: HashMap::new(),
            parked,
            consulted: HashMap::new(),
            wake_again: Vec::new(),
            held: BTreeSet::new(),
            sweep: Sweep::default(),
            visits: Visits::default(),
            watches: Watches::default(),
            links: linking::Links::default(),
            erasures: erasing::Erasures::default(),
        }
    }

    /// Assignment, for views and audits.
    #[must_use]
    pub fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    /// What is set aside for an operator.
    pub fn parked(&self) -> impl Iterator<Item = ConversationId> + '_ {
        self.parked.iter().copied()
    }

    /// Conversations with an actor.
    #[must_use]
    pub fn awake(&self) -> usize {
        self.slots.len()
    }

    /// A live conversation from the store, at start-up. `begin_work` follows the last.
    pub fn restore(&mut self, summary: Summary) {
        self.note_consults(None, &summary);
        self.visits.restore(&summary);
        let id = summary.id();
        let before = self.watched_before(id);
        self.assignment.restore(summary);
        self.note_watched(id, before.as_deref(), None);
    }

    /// Everything live is known: begin to assign.
    pub fn begin_work(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        self.assignment.settle_in(now);
        self.visits.settle_in(now);
        self.assignment.tick(now);
        let actions = self.assignment.serve_all(now);
        self.perform(actions, out);
        self.follow_company(out);
        self.tell_closings(out);
        self.links_go_on(out);
        self.erasures_go_on(out);
    }

    /// A client asks something of a conversation it is not attached to, or that needs
    /// the account of capacity.
    pub fn ask(
        &mut self,
        conversation: ConversationId,
        origin: Origin,
        principal: Principal,
        ask: Ask,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        if self.parked.contains(&conversation) {
            if !matches!(ask, Ask::Typing { .. }) {
                out.push(Effect::Answer(origin, parked()));
            }
            return;
        }
        if matches!(ask, Ask::Place) {
            match self.summary_of(conversation) {
                Some(summary) => {
                    let answer = summary
                        .ok_or_else(Reject::not_found)
                        .and_then(|s| self.place(&s, &principal, now));
                    out.push(Effect::Reply(origin, Box::new(answer)));
                }
                None => self.wait_for(
                    conversation,
                    slots::Waiter::Ask {
                        origin,
                        principal,
                        ask,
                    },
                    out,
                ),
            }
            return;
        }
        match want_of(&ask) {
            None => self.send(
                conversation,
                Input::Ask {
                    origin,
                    principal,
                    ask,
                },
                out,
            ),
            Some(want) => self.want(conversation, origin, principal, ask, &want, now, out),
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn want(
        &mut self,
        conversation: ConversationId,
        origin: Origin,
        principal: Principal,
        ask: Ask,
        want: &Want,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let Principal::Agent { id, role } = &principal else {
            out.push(Effect::Answer(
                origin,
                Reject::new(Code::Forbidden, "Only agents can do this."),
            ));
            return;
        };
        let awake = self.summary_of(conversation);
        if matches!(awake, Some(None)) {
            // Nothing of it is durable yet, so nobody can know of it.
            out.push(Effect::Answer(origin, Reject::not_found()));
            return;
        }
        let Some(summary) = awake.flatten() else {
            // The account needs the conversation's rules: wake it, then ask again.
            self.wait_for(
                conversation,
                slots::Waiter::Ask {
                    origin,
                    principal,
                    ask,
                },
                out,
            );
            return;
        };
        if !self.may_see(&summary, id, *role) {
            out.push(Effect::Answer(origin, Reject::not_found()));
            return;
        }
        match self.assignment.want(&summary, id, *role, want, now) {
            Ok(mut action) => {
                give_reason(&mut action.command, ask);
                self.send_action(action, Some(origin), out);
            }
            Err(reject) => out.push(Effect::Answer(
                origin,
                self.explain_taken(&summary, id, want, reject),
            )),
        }
    }

    /// Who already has it matters more to the loser of a pick than their own capacity.
    fn explain_taken(
        &self,
        summary: &Summary,
        by: &AgentId,
        want: &Want,
        reject: Reject,
    ) -> Reject {
        match (&summary.view.agent, want) {
            (Some(agent), Want::Pick | Want::Reopen)
                if agent != by && summary.state() == State::Active =>
            {
                Reject {
                    taken_by: Some(agent.clone()),
                    ..Reject::new(
                        Code::AlreadyTaken,
                        format!("{agent} has it; choose another."),
                    )
                }
            }
            _ => reject,
        }
    }

    fn may_see(&self, summary: &Summary, agent: &AgentId, role: Role) -> bool {
        role >= Role::Supervisor
            || summary.view.agent.as_ref() == Some(agent)
            || summary.view.transfer_to.as_ref() == Some(agent)
            || summary.view.consultants.contains_key(agent)
            || summary.view.last_agent.as_ref() == Some(agent)
            || self
                .company
                .queues
                .get(summary.queue())
                .is_some_and(|q| q.members.contains(agent))
    }

    /// A long poll has waited long enough.
    pub fn wait_over(
        &mut self,
        conversation: ConversationId,
        origin: Origin,
        out: &mut Vec<Effect>,
    ) {
        self.send(conversation, Input::WaitOver(origin), out);
    }

    /// A session without a direct way to the conversation is gone.
    pub fn session_gone(
        &mut self,
        conversation: ConversationId,
        session: SessionId,
        out: &mut Vec<Effect>,
    ) {
        if self.slots.contains_key(&conversation) {
            self.send(conversation, Input::SessionGone(session), out);
        }
    }

    /// A conversation's durable state changed.
    pub fn observe(&mut self, summary: Summary, now: Timestamp, out: &mut Vec<Effect>) {
        let id = summary.id();
        let known = match self.slots.get_mut(&id) {
            Some(Slot::Awake { summary: kept, .. } | Slot::Draining { summary: kept, .. }) => {
                if kept
                    .as_ref()
                    .is_some_and(|k| k.position() > summary.position())
                {
                    // The last words of an earlier life.
                    return;
                }
                kept.replace(Box::new(summary.clone())).map(|s| *s)
            }
            _ => None,
        };
        let before = known.or_else(|| self.assignment.summary(id).cloned());
        self.notice(before.as_ref(), &summary, out);
        self.note_consults(before.as_ref(), &summary);
        self.note_visits(before.as_ref(), &summary, now, out);
        if let Some(agent) = &summary.missed_by
            && self
                .company
                .workstreams
                .get(summary.workstream())
                .is_some_and(|w| w.away_on_missed_offer)
        {
            out.push(Effect::SetAway(agent.clone()));
        }
        self.arriving.remove(&id);
        let queue_is_gone = summary.is_live() && self.has_lost_queue(&summary);
        let watched = self.watched_before(id);
        let parked = (summary.state() == State::Waiting).then(|| summary.clone());
        let actions = self.assignment.observe(summary, now);
        self.note_watched(id, watched.as_deref(), parked.as_ref());
        self.perform(actions, out);
        if queue_is_gone {
            self.act(id, Command::LeaveQueue, out);
        }
        if self.assignment.waits_unawares(id) {
            self.act(id, Command::TellHours, out);
        }
        self.tell_place_of(id, now, out);
        self.links_go_on(out);
        self.erasures_go_on(out);
    }

    /// A step was taken or refused by its conversation.
    pub fn settled(
        &mut self,
        action: ActionId,
        conversation: ConversationId,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let actions = self.assignment.settled(action, conversation, now);
        self.perform(actions, out);
    }

    /// An agent's presence changed.
    pub fn presence(
        &mut self,
        agent: &AgentId,
        presence: Presence,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let actions = self.assignment.presence(agent, presence, now);
        self.perform(actions, out);
    }

    /// An agent has been gone longer than the absence limit.
    pub fn absent(&mut self, agent: &AgentId, out: &mut Vec<Effect>) {
        for conversation in self.assignment.ledger().conversations(agent) {
            let command = Command::AgentAbsent {
                agent: agent.clone(),
            };
            self.act(conversation, command, out);
        }
    }

    /// A conversation's timer row is due.
    pub fn timer_due(&mut self, conversation: ConversationId, out: &mut Vec<Effect>) {
        if self.parked.contains(&conversation) {
            out.push(Effect::TimerDone(conversation));
        } else {
            self.send(conversation, Input::TimerDue, out);
        }
    }

    /// Looks at the clock.
    pub fn tick(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        self.wake_again(out);
        self.sweep_on(out);
        self.links_try_again(out);
        self.erasures_try_again(out);
        let actions = self.assignment.tick(now);
        self.perform(actions, out);
        self.tell_closings(out);
        self.tell_places(now, out);
    }

    fn perform(&mut self, actions: Vec<Action>, out: &mut Vec<Effect>) {
        for action in actions {
            self.send_action(action, None, out);
        }
    }

    fn send_action(&mut self, action: Action, origin: Option<Origin>, out: &mut Vec<Effect>) {
        let input = Input::Act {
            origin,
            action: Some(action.id),
            actor: action.actor,
            command: action.command,
        };
        self.send(action.conversation, input, out);
    }
}

fn want_of(ask: &Ask) -> Option<Want> {
    match ask {
        Ask::Pick => Some(Want::Pick),
        Ask::Reopen => Some(Want::Reopen),
        Ask::TransferToAgent { agent, .. } => Some(Want::TransferTo(agent.clone())),
        Ask::Assign(agent) => Some(Want::Assign(agent.clone())),
        _ => None,
    }
}

/// The account of capacity knows no reasons; whoever asked gave one.
fn give_reason(command: &mut Command, ask: Ask) {
    if let Command::TransferToAgent { reason, .. } | Command::Offer { reason, .. } = command
        && let Ask::TransferToAgent { reason: given, .. } = ask
    {
        *reason = given;
    }
}

fn parked() -> Reject {
    Reject::new(
        Code::Parked,
        "This conversation is being looked after by an operator; try again later.",
    )
    .after(crate::domain::time::Millis::minutes(5))
}

/// A start that waits for its conversation.
#[derive(Debug, Clone)]
pub struct WaitingStart {
    /// Whom to answer.
    pub origin: Origin,
    /// Who starts.
    pub customer: CustomerId,
    /// What it said.
    pub start: Start,
}
