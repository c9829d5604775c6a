//! What waits for a session whose client does not read.
//!
//! A session's actor is the body of its HTTP response: while the client does not read it is
//! not polled, and whatever is sent to it piles up. Messages are bounded by credit and
//! answers by the window of requests; notices (states, typing, offers) are bounded here:
//! under pressure the newest state of a conversation replaces older ones, typing is
//! dropped, and a session that still overflows is told so once and holds nothing.
//!
//! Pure: [`Inbox::push`] says when the session has to be woken.

use std::collections::VecDeque;

use crate::domain::ids::ConversationId;
use crate::engine::outbound::Outbound;
use crate::limits;

/// Entries from which notices replace each other.
const PRESSURE: usize = 128;
/// Entries at most: answers and message batches of a full window, and as many notices.
const ENTRIES_MAX: usize = 2
    * (limits::REQUESTS_IN_FLIGHT_MAX
        + limits::SUBSCRIPTIONS_PER_SESSION_MAX * limits::CREDIT_WINDOW as usize);

/// What waits. One for each session, shared with whoever delivers.
#[derive(Debug, Default)]
pub struct Inbox {
    waiting: VecDeque<Outbound>,
    woken: bool,
    overflowed: bool,
}

/// What a session finds when it looks.
#[derive(Debug)]
pub enum Mail {
    /// These, in order.
    All(VecDeque<Outbound>),
    /// So much that it was thrown away; the client must reconnect with its cursors.
    Overflowed,
}

impl Inbox {
    /// Puts one in. True: the session has to be woken, and looks with [`Inbox::take`].
    #[must_use]
    pub fn push(&mut self, out: Outbound) -> bool {
        if self.overflowed {
            return false;
        }
        if self.waiting.len() >= PRESSURE && !self.make_room(&out) {
            return false;
        }
        if self.waiting.len() >= ENTRIES_MAX {
            self.overflowed = true;
            self.waiting = VecDeque::new();
        } else {
            self.waiting.push_back(out);
        }
        !std::mem::replace(&mut self.woken, true)
    }

    /// Everything that waits.
    pub fn take(&mut self) -> Mail {
        self.woken = false;
        if self.overflowed {
            return Mail::Overflowed;
        }
        Mail::All(std::mem::take(&mut self.waiting))
    }

    /// Removes what a newcomer makes superfluous; false if the newcomer is itself.
    fn make_room(&mut self, out: &Outbound) -> bool {
        match out {
            // The state tells that there is one more note.
            Outbound::Typing { .. } | Outbound::Note { .. } => return false,
            Outbound::View(_)
            | Outbound::Assigned(_)
            | Outbound::Offer(_)
            | Outbound::OfferEnded { .. }
            | Outbound::Consult(_)
            | Outbound::ConsultEnded { .. } => {
                let replaced = notice(out);
                self.waiting
                    .retain(|o| notice(o).is_none() || notice(o) != replaced);
            }
            Outbound::CustomerReturned { .. }
            | Outbound::Presence { .. }
            | Outbound::Unfollowed { .. } => {
                let replaced = notice(out);
                self.waiting.retain(|o| notice(o) != replaced);
            }
            Outbound::Answer { .. }
            | Outbound::Messages { .. }
            | Outbound::GoAway
            | Outbound::Dismissed => {}
        }
        true
    }
}

/// Which notices say the same thing, so that the newest is enough.
fn notice(out: &Outbound) -> Option<(u8, Option<ConversationId>)> {
    match out {
        Outbound::View(view) => Some((0, Some(view.id))),
        Outbound::Assigned(view) => Some((1, Some(view.id))),
        Outbound::Offer(offer) => Some((2, Some(offer.view.id))),
        Outbound::OfferEnded { conversation, .. } => Some((2, Some(*conversation))),
        Outbound::CustomerReturned { conversation, .. } => Some((3, Some(*conversation))),
        Outbound::Presence { .. } => Some((4, None)),
        Outbound::Consult(view) => Some((5, Some(view.id))),
        Outbound::ConsultEnded { conversation } => Some((5, Some(*conversation))),
        Outbound::Unfollowed { conversation } => Some((6, Some(*conversation))),
        Outbound::Answer { .. }
        | Outbound::Messages { .. }
        | Outbound::Typing { .. }
        | Outbound::Note { .. }
        | Outbound::GoAway
        | Outbound::Dismissed => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::ids::Position;
    use crate::domain::message::Side;
    use crate::engine::request::Reply;
    use crate::wire::samples;

    fn view(version: u64) -> Outbound {
        Outbound::View(Arc::new(crate::engine::view::ConversationView {
            version: Position(version),
            ..samples::view()
        }))
    }

    fn answer(request: u64) -> Outbound {
        Outbound::Answer {
            request,
            result: Ok(Reply::Ok),
        }
    }

    fn typing() -> Outbound {
        Outbound::Typing {
            conversation: samples::ID,
            side: Side::Agent,
            agent: None,
            on: true,
        }
    }

    fn all(inbox: &mut Inbox) -> VecDeque<Outbound> {
        match inbox.take() {
            Mail::All(all) => all,
            Mail::Overflowed => panic!("overflowed"),
        }
    }

    #[test]
    fn a_session_is_woken_once_until_it_has_looked() {
        let mut inbox = Inbox::default();
        assert!(inbox.push(answer(1)));
        assert!(!inbox.push(answer(2)));
        assert_eq!(all(&mut inbox).len(), 2);
        assert!(inbox.push(answer(3)));
    }

    #[test]
    fn a_frozen_session_holds_one_state_per_conversation_and_no_typing() {
        let mut inbox = Inbox::default();
        for i in 0..PRESSURE as u64 {
            let _woken = inbox.push(answer(i));
        }
        for version in 0..100_000 {
            let _woken = inbox.push(view(version));
            let _woken = inbox.push(typing());
        }
        let held = all(&mut inbox);
        assert_eq!(held.len(), PRESSURE + 1);
        assert!(matches!(held.back(), Some(Outbound::View(v)) if v.version == Position(99_999)));
    }

    #[test]
    fn an_overflow_holds_nothing_and_is_told_once() {
        let mut inbox = Inbox::default();
        let woken = (0..ENTRIES_MAX as u64 * 3)
            .filter(|i| inbox.push(answer(*i)))
            .count();
        assert_eq!(woken, 1);
        assert!(inbox.waiting.is_empty());
        assert!(matches!(inbox.take(), Mail::Overflowed));
        assert!(!inbox.push(answer(0)));
    }
}
