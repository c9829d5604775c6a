//! Live: the customer's place in line, told when it is news.
//!
//! At entering a queue the place and the average wait, where it means something; later
//! only a better place, at most every [`limits::PLACE_TOLD_EVERY`], and being next at once.
//! A worse place (somebody returned to the queue) is not told.

use super::saying::Place;
use super::{Conversation, Draft, State};
use crate::domain::company::Mode;
use crate::domain::event::Event;
use crate::domain::message::SystemKind;
use crate::domain::time::{Millis, Timestamp};
use crate::limits;

/// Whether a place is news to somebody who was told another.
#[must_use]
pub fn is_news(told: Option<(u32, Timestamp)>, position: u32, now: Timestamp) -> bool {
    match told {
        None => true,
        Some((before, at)) => {
            position < before && (position == 1 || now.since(at) >= limits::PLACE_TOLD_EVERY)
        }
    }
}

impl Draft<'_> {
    pub(super) fn tell_place(&mut self, position: u32, wait: Option<Millis>) {
        if !stands_in_line(self.state) || !is_news(self.state.told_place, position, self.ctx.now) {
            return;
        }
        let kind = if position == 1 {
            SystemKind::NextInLine
        } else {
            SystemKind::QueuePosition
        };
        let first = self.state.told_place.is_none();
        let place = Place::new(position, wait);
        let mut told = self.say_place(kind, &place);
        if first && wait.is_some() {
            told |= self.say_place(SystemKind::AverageWait, &place);
        }
        if told {
            self.record(Event::PlaceTold { position });
        }
    }
}

/// A live customer who is there and whom nobody serves yet.
fn stands_in_line(state: &Conversation) -> bool {
    state.mode == Mode::Live
        && state.state == State::Open
        && state.returning.is_none()
        && state.customer_gone_at.is_none()
}
