//! Overflow: a conversation that does not wait (any longer) in its queue.

use super::{Conversation, Draft, State};
use crate::domain::arrival::{self, Way, WayEnd};
use crate::domain::company::{Company, OverflowTo, Texts};
use crate::domain::event::{CloseReason, Event, OverflowReason, OverflowedTo};
use crate::domain::message::SystemKind;
use crate::domain::time::Timestamp;

/// When it has waited too long in its queue, counted in operating time. Only while the
/// queue is all it waits for: the wait for its own agent has a patience of its own.
pub(super) fn too_long_at(state: &Conversation, company: &Company) -> Option<Timestamp> {
    if state.state != State::Open || state.returning.is_some() || state.stays {
        return None;
    }
    let rule = company
        .queues
        .get(&state.queue)?
        .overflow
        .too_long
        .as_ref()?;
    company.operating_deadline(&state.queue, state.in_queue_since, rule.after)
}

impl Draft<'_> {
    /// Takes the way that overflow before queueing has found; whether it ends there.
    pub(super) fn take_way(&mut self, way: Way) -> bool {
        for hop in way.hops {
            self.record(Event::Overflowed {
                from: hop.from,
                to: hop.to,
                reason: hop.reason,
            });
        }
        match way.end {
            WayEnd::End(texts) => {
                self.end_by_overflow(&texts);
                true
            }
            WayEnd::Queue(_) | WayEnd::Closed(_) => false,
        }
    }

    /// It has waited too long in its queue.
    pub(super) fn overflow_too_long(&mut self) {
        let from = self.state.queue.clone();
        let queue = self.ctx.company.queues.get(&from);
        let Some(rule) = queue.and_then(|q| q.overflow.too_long.as_ref()) else {
            return;
        };
        let reason = OverflowReason::TooLong { after: rule.after };
        let record = |draft: &mut Self, to: OverflowedTo| {
            draft.record(Event::Overflowed {
                from: from.clone(),
                to,
                reason,
            });
        };
        let target = match &rule.to {
            OverflowTo::End(texts) => {
                record(self, OverflowedTo::End);
                self.end_by_overflow(texts);
                return;
            }
            OverflowTo::Queue(target) => target,
        };
        let mut visited = self.state.overflowed.clone();
        visited.push(from.clone());
        if !arrival::may_enter(target, &visited, self.ctx.company) {
            record(self, OverflowedTo::Stays);
            return;
        }
        let way = arrival::walk(
            target.clone(),
            visited,
            self.state.mode,
            self.ctx.company,
            self.ctx.now,
            // Whoever has waited is not sent away because others wait too.
            None,
        );
        if matches!(way.end, WayEnd::Closed(_)) {
            record(self, OverflowedTo::Stays);
            return;
        }
        record(self, OverflowedTo::Queue(target.clone()));
        if !self.take_way(way) {
            self.tell_outside_hours();
        }
    }

    fn end_by_overflow(&mut self, texts: &Texts) {
        if texts.is_empty() {
            self.tell(SystemKind::EndedBySystem, None);
        } else {
            self.say_texts(SystemKind::EndedBySystem, texts);
        }
        self.record(Event::Closed {
            reason: CloseReason::Overflow,
            by: None,
        });
    }
}
