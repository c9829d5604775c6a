//! What is due when (SEMANTICS, Timers). Derived from the state and the
//! configuration; only the earliest instant is kept in the store.

use super::{Conversation, Draft, State, overflow, rules_of, silence};
use crate::domain::company::{Company, Mode, Patience, Workstream, WrapUp};
use crate::domain::event::{CloseReason, DeclineReason, EndedBy, Event, ParkedBy, StickyEnd};
use crate::domain::time::Timestamp;

/// Something that happens by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The offer was not taken.
    Offer,
    /// The offered transfer was not taken.
    Transfer,
    /// The wait for the same agent is over.
    Patience,
    /// Live: the customer has been disconnected for too long.
    Disconnect,
    /// The customer has been silent for too long.
    AutoPark,
    /// The units of an ended conversation are freed.
    FreeUnits,
    /// Wrap-up is over.
    WrapUp,
    /// It has waited too long in its queue.
    Overflow,
    /// Open for too long without activity.
    OpenIdle,
    /// Waiting for too long without activity.
    AutoClose,
    /// A side has been silent for as long as this timeout rule allows.
    Silence(usize),
}

/// The earliest timer of a conversation, if it has any.
#[must_use]
pub fn next_due(state: &Conversation, company: &Company) -> Option<(Timestamp, Timer)> {
    let rules = rules_of(state, company);
    let t = &rules.timers;
    let mut earliest: Option<(Timestamp, Timer)> = None;
    let mut offer = |due: Option<Timestamp>, timer: Timer| {
        if let Some(due) = due {
            earliest = Some(earliest.map_or((due, timer), |e| e.min((due, timer))));
        }
    };
    let disconnect = state
        .customer_gone_at
        .filter(|_| state.mode == Mode::Live)
        .map(|at| at + t.disconnect_limit);
    match state.state {
        State::Open => {
            offer(patience_over_at(state, &rules, company), Timer::Patience);
            offer(disconnect, Timer::Disconnect);
            offer(overflow::too_long_at(state, company), Timer::Overflow);
            offer(Some(state.activity_at + t.open_idle_close), Timer::OpenIdle);
        }
        State::Active => {
            offer(
                state.assignment.as_ref().and_then(|a| a.deadline),
                Timer::Offer,
            );
            offer(state.transfer.as_ref().map(|o| o.deadline), Timer::Transfer);
            offer(disconnect, Timer::Disconnect);
            if state.mode == Mode::Persistent && state.accepted_agent().is_some() {
                offer(Some(state.customer_at + t.auto_park_after), Timer::AutoPark);
            }
        }
        State::Waiting => offer(
            Some(state.activity_at + t.auto_close_after),
            Timer::AutoClose,
        ),
        State::WrapUp => {
            let ended_at = state.ended.map_or(state.activity_at, |(_, at)| at);
            offer(Some(ended_at + t.wrap_up_limit), Timer::WrapUp);
            if let WrapUp::ReleaseAfter(d) = rules.wrap_up
                && !state.reservations.is_empty()
            {
                offer(Some(ended_at + d), Timer::FreeUnits);
            }
        }
        State::Closed => {}
    }
    if let Some((due, rule)) = silence::next_silence(state, company) {
        offer(Some(due), Timer::Silence(rule));
    }
    earliest
}

/// Whether a timer row no longer wakes it in time: the configuration has changed since it
/// was written.
#[must_use]
pub fn row_is_late(row: Option<Timestamp>, state: &Conversation, company: &Company) -> bool {
    next_due(state, company).is_some_and(|(due, _)| row.is_none_or(|row| row > due))
}

/// When the wait for the same agent is over, by the rules and the hours of now: a change
/// of either holds for those who wait as well. At once where nobody is waited for any more.
fn patience_over_at(
    state: &Conversation,
    rules: &Workstream,
    company: &Company,
) -> Option<Timestamp> {
    let returning = state.returning.as_ref()?;
    match rules.keep_same_agent.map(|s| s.patience) {
        None => Some(returning.since),
        Some(Patience::Forever) => None,
        Some(Patience::For(length)) => {
            company.operating_deadline(&state.queue, returning.since, length)
        }
    }
}

impl Draft<'_> {
    /// Does everything that is due by now, in due order. Each step changes the state
    /// so that its timer is gone, hence once.
    pub(super) fn tick(&mut self) {
        while let Some((due, timer)) = next_due(self.state, self.ctx.company) {
            if due > self.ctx.now {
                break;
            }
            let before = self.state.position;
            self.fire(timer);
            debug_assert!(
                self.state.position > before,
                "a timer that changes nothing would fire for ever: {timer:?}"
            );
            if self.state.position == before {
                break;
            }
        }
    }

    fn fire(&mut self, timer: Timer) {
        match timer {
            Timer::Offer => {
                self.decline(DeclineReason::TimedOut);
                self.tell_closed_line();
            }
            Timer::Transfer => {
                if let Some(agent) = self.state.transfer.as_ref().map(|t| t.agent.clone()) {
                    self.record(Event::TransferDeclined {
                        agent,
                        reason: DeclineReason::TimedOut,
                    });
                }
            }
            Timer::Patience => {
                let kept = self.rules().keep_same_agent.is_some();
                self.end_sticky(if kept {
                    StickyEnd::PatienceOver
                } else {
                    StickyEnd::SwitchedOff
                });
            }
            Timer::Disconnect => self.customer_leaves(EndedBy::Disconnect),
            Timer::AutoPark => self.put_aside(ParkedBy::Silence),
            Timer::FreeUnits => self.record(Event::UnitsFreed),
            Timer::WrapUp => self.record(Event::Closed {
                reason: CloseReason::WrapUpOver,
                by: None,
            }),
            Timer::Overflow => self.overflow_too_long(),
            Timer::Silence(rule) => self.silence(rule),
            Timer::OpenIdle | Timer::AutoClose => {
                self.close_by_system(CloseReason::Inactivity, None);
            }
        }
    }
}
