//! What only the whole floor knows about a wait: a customer's place in line, how long
//! lines are when somebody starts, and what would come of a start.

use std::sync::Arc;

use crate::domain::arrival::{WayEnd, arrive};
use crate::domain::command::Command;
use crate::domain::company::{
    Company, Mode, Stickiness, TimeoutRule, TimerSettings, WaitOverflow, WrapUp,
};
use crate::domain::conversation::{self as rules, Ctx, State};
use crate::domain::hours::Calendar;
use crate::domain::ids::{ConversationId, CustomerId, QueueId, WorkstreamId};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::Timestamp;
use crate::engine::conversation::Input;
use crate::engine::request::{Principal, Reply, Supposed};
use crate::engine::summary::Summary;
use crate::engine::view::{Existing, QueueStanding, StartExplained};

use super::slots::Slot;
use super::{Concerned, Effect, Supervisor};

impl Supervisor {
    /// How many wait in a queue, those included whose start is not durable yet.
    pub(super) fn waiting_in(&self, queue: &QueueId) -> usize {
        let arriving = self.arriving.values().filter(|q| *q == queue).count();
        self.assignment.waiting_in(queue) + arriving
    }

    /// A customer or agent asks for the place in line.
    pub(super) fn place(
        &self,
        summary: &Summary,
        principal: &Principal,
        now: Timestamp,
    ) -> Result<Reply, Reject> {
        let is_theirs = match principal {
            Principal::Customer(customer) => *customer == summary.view.customer,
            Principal::Agent { id, role } => self.may_see(summary, id, *role),
        };
        if !is_theirs {
            return Err(Reject::not_found());
        }
        if summary.view.mode == Mode::Persistent {
            return Err(Reject::new(
                Code::WrongState,
                "Nobody waits in line in a persistent conversation; it is answered when somebody has time.",
            ));
        }
        let position = self.assignment.position(summary.id());
        Ok(Reply::Place {
            position,
            wait: position.and_then(|_| self.assignment.average_wait(summary.queue(), now)),
        })
    }

    /// What is known of an awake conversation; `None` if it must be woken first.
    pub(super) fn summary_of(&self, conversation: ConversationId) -> Option<Option<Summary>> {
        match self.slots.get(&conversation) {
            Some(Slot::Awake { summary, .. }) => {
                let known = self.assignment.summary(conversation).cloned();
                Some(known.or_else(|| summary.as_deref().cloned()))
            }
            _ => None,
        }
    }

    /// Tells those in line what is news to them.
    pub(super) fn tell_places(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        for (conversation, command) in self.assignment.places_to_tell(now) {
            self.act(conversation, command, out);
        }
    }

    /// Tells somebody who has just come into a line.
    pub(super) fn tell_place_of(
        &mut self,
        conversation: ConversationId,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        if let Some((conversation, command)) = self.assignment.place_to_tell(conversation, now) {
            self.act(conversation, command, out);
        }
    }

    /// Tells live customers that the queue in which they wait has closed.
    pub(super) fn tell_closings(&mut self, out: &mut Vec<Effect>) {
        for conversation in self.assignment.closings_to_tell() {
            self.act(conversation, Command::TellHours, out);
        }
    }

    /// Timers follow from the configuration: where it changed what is due when, all that are
    /// awake look again, for a step may be on its way that moves them to where something
    /// changed. The rows of those that sleep are swept.
    pub(super) fn look_at_timers(&mut self, before: &Arc<Company>, out: &mut Vec<Effect>) {
        if !Concerned::between(before, &self.company).is_nobody() {
            let awake = self.slots.keys().copied();
            let mut awake: Vec<_> = awake.filter(|id| !self.parked.contains(id)).collect();
            // Slots are kept in no order; what is done for all is done in one.
            awake.sort_unstable();
            self.look_again(awake, out);
        }
        self.sweep_after(before, out);
    }

    /// These conversations look at their timers.
    pub fn look_again(
        &mut self,
        conversations: impl IntoIterator<Item = ConversationId>,
        out: &mut Vec<Effect>,
    ) {
        for conversation in conversations {
            self.send(conversation, Input::TimerDue, out);
        }
    }

    /// What would come of a start, without doing anything. `existing` is the customer's
    /// newest conversation, if the start names a customer.
    ///
    /// # Errors
    /// `unknown_workstream`.
    pub fn explain(
        &self,
        supposed: &Supposed,
        existing: Option<Existing>,
        now: Timestamp,
    ) -> Result<StartExplained, Reject> {
        let at = supposed.at.unwrap_or(now);
        let ctx = Ctx {
            now: at,
            company: &self.company,
        };
        let mut start = supposed.start.clone();
        if let Some(existing) = &existing {
            start.last_agent.clone_from(&existing.last_agent);
        }
        let (workstream, of_workstream) = rules::resolve(&start, ctx)?;
        let waiting = |queue: &QueueId| self.waiting_in(queue);
        let arrival = arrive(&start, of_workstream, &self.company, at, &waiting);
        // The rules themselves say whether they would refuse.
        let customer = start.customer.clone().unwrap_or_else(nobody);
        let tried = rules::start_among(ConversationId(0), &customer, start.clone(), ctx, &waiting);
        let (queue, ends) = match &arrival.way.end {
            WayEnd::Queue(queue) => (Some(queue.clone()), None),
            WayEnd::End(texts) => (None, Some(texts.clone())),
            WayEnd::Closed(_) => (None, None),
        };
        let prefers = tried
            .as_ref()
            .ok()
            .and_then(|(state, _)| state.returning.as_ref())
            .map(|r| r.agent.clone());
        let queue = queue.map(|id| {
            let calendar = self.company.hours_of(&id);
            let open = calendar.is_none_or(|c| c.is_open(at));
            QueueStanding {
                open,
                opens_at: calendar.filter(|_| !open).and_then(|c| c.next_opening(at)),
                waiting: self.waiting_in(&id),
                average_wait: self
                    .assignment
                    .average_wait(&id, now)
                    .filter(|_| of_workstream.mode == Mode::Live),
                prefers,
                agents: self.assignment.consider(of_workstream, &id),
                id,
            }
        });
        let widget = start.widget.as_ref();
        Ok(StartExplained {
            at,
            workstream,
            mode: of_workstream.mode,
            distribution: of_workstream.distribution,
            enabled: of_workstream.enabled,
            widget_enabled: widget
                .and_then(|w| self.company.widgets.get(w))
                .map(|w| w.enabled),
            existing: existing.filter(|e| !matches!(e.state, State::WrapUp | State::Closed)),
            refused: tried.err(),
            arrival,
            ends,
            queue,
        })
    }
}

/// Whoever is meant where nobody is named; never stored.
fn nobody() -> CustomerId {
    CustomerId::parse("nobody").expect("a valid id")
}

/// What of a workstream decides when something is due.
pub(super) fn timers_of_workstream<'a>(
    company: &'a Company,
    id: &WorkstreamId,
) -> Option<(TimerSettings, WrapUp, &'a [TimeoutRule], Option<Stickiness>)> {
    let rules = company.workstreams.get(id)?;
    Some((
        rules.timers,
        rules.wrap_up,
        &rules.timeout_rules,
        rules.keep_same_agent,
    ))
}

/// What of a queue does. The hours also without overflow: the wait for the same agent is
/// counted in them.
pub(super) fn timers_of_queue<'a>(
    company: &'a Company,
    id: &QueueId,
) -> (Option<&'a WaitOverflow>, Option<&'a Calendar>) {
    let queue = company.queues.get(id);
    let too_long = queue.and_then(|q| q.overflow.too_long.as_ref());
    (too_long, company.hours_of(id))
}
