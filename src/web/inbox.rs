//! What waits for a session whose client does not read.
//!
//! A session's actor is the body of its HTTP response: while the client does not read it is
//! not polled, and whatever is sent to it piles up. Messages are bounded by credit and
//! answers by the window of requests; notices (states, typing, offers) are bounded here:
//! under pressure the newest state of a conversation replaces older ones, typing is
//! dropped, and a session that still overflows is told so once and holds nothing.
//!
//! Credit counts messages, and many subscriptions of long ones add up. So the bytes of all
//! messages that wait are bounded too: what comes beyond is left where it is safe, in the
//! store, and the conversation is noted. When the session looks, it subscribes again from
//! there; until that is answered, what is still on its way from before is left out as well,
//! so that nothing is missing, doubled or out of order.
//!
//! Pure: [`Inbox::push`] says when the session has to be woken.

use std::collections::VecDeque;

use crate::domain::ids::{ConversationId, Seq};
use crate::engine::outbound::{Delivery, Outbound};
use crate::limits;
use crate::maps::Map;

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
    /// Of the messages that wait.
    bytes: usize,
    left_out: Map<ConversationId, LeftOut>,
    woken: bool,
    overflowed: bool,
}

/// Messages of one conversation that did not fit.
#[derive(Debug, Clone, Copy)]
struct LeftOut {
    /// The last message that did.
    after: Seq,
    /// The question whose answer ends it.
    until: Option<u64>,
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
        if self.is_left_out(&out) {
            // The session has been woken for what waits, and finds the note then.
            return false;
        }
        if self.waiting.len() >= PRESSURE && !self.make_room(&out) {
            return false;
        }
        if self.waiting.len() >= ENTRIES_MAX {
            self.overflowed = true;
            self.waiting = VecDeque::new();
            self.left_out = Map::default();
        } else {
            self.waiting.push_back(out);
        }
        !std::mem::replace(&mut self.woken, true)
    }

    /// Everything that waits.
    pub fn take(&mut self) -> Mail {
        self.woken = false;
        self.bytes = 0;
        if self.overflowed {
            return Mail::Overflowed;
        }
        Mail::All(std::mem::take(&mut self.waiting))
    }

    /// Conversations to subscribe to again, each after this message: they did not fit, and
    /// nothing has been asked about them yet.
    #[must_use]
    pub fn to_resume(&self) -> Vec<(ConversationId, Seq)> {
        let waiting = self.left_out.iter().filter(|(_, l)| l.until.is_none());
        waiting.map(|(id, l)| (*id, l.after)).collect()
    }

    /// The session subscribes, or follows no longer: what comes before the answer to this
    /// question is not meant by it.
    pub fn asked(&mut self, conversation: ConversationId, request: u64) {
        if let Some(left_out) = self.left_out.get_mut(&conversation) {
            left_out.until = Some(request);
        }
    }

    /// The session follows a conversation no longer, without having asked.
    pub fn forget(&mut self, conversation: ConversationId) {
        self.left_out.remove(&conversation);
    }

    /// Whether these are messages for which there is no room, or that follow such; notes that.
    fn is_left_out(&mut self, out: &Outbound) -> bool {
        match out {
            Outbound::Answer { request, .. } if !self.left_out.is_empty() => {
                self.left_out.retain(|_, l| l.until != Some(*request));
                false
            }
            Outbound::Messages {
                conversation,
                messages,
            } => {
                if self.left_out.contains_key(conversation) {
                    return true;
                }
                let Some(first) = messages.first() else {
                    return false;
                };
                if self.bytes >= limits::SOCKET_BYTES_MAX {
                    let left_out = LeftOut {
                        after: Seq(first.seq.0.saturating_sub(1)),
                        until: None,
                    };
                    self.left_out.insert(*conversation, left_out);
                    return true;
                }
                self.bytes += messages.iter().map(size).sum::<usize>();
                false
            }
            _ => false,
        }
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
            | Outbound::Watch(_)
            | Outbound::Unwatched(_)
            | Outbound::GoAway
            | Outbound::Dismissed
            | Outbound::ProveAnew(_) => {}
        }
        true
    }
}

/// About what a message holds.
fn size(delivery: &Delivery) -> usize {
    delivery.message.text.len() + size_of::<Delivery>()
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
        | Outbound::Watch(_)
        | Outbound::Unwatched(_)
        | Outbound::GoAway
        | Outbound::Dismissed
        | Outbound::ProveAnew(_) => None,
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

    fn batch(conversation: ConversationId, from: u64, count: u64, bytes: usize) -> Outbound {
        let messages = (from..from + count).map(|seq| {
            let mut message = samples::message();
            message.seq = Seq(seq);
            message.text = "x".repeat(bytes).into();
            Delivery::new(Arc::new(message))
        });
        Outbound::Messages {
            conversation,
            messages: messages.collect(),
        }
    }

    fn conversation(n: u64) -> ConversationId {
        ConversationId::from_parts(1_700_000_000_000 + n, 0, 0)
    }

    #[test]
    fn a_frozen_session_holds_so_many_bytes_and_resumes_where_it_left_off() {
        let mut inbox = Inbox::default();
        // 64 subscriptions of 32 messages of 32,000 bytes: 65 MB.
        for n in 0..64 {
            let _woken = inbox.push(batch(conversation(n), 1, 32, 32_000));
        }
        let held: usize = all_messages(&inbox).len();
        assert_eq!(
            held * 32_000 / limits::SOCKET_BYTES_MAX,
            1,
            "{held} messages"
        );
        let resume = inbox.to_resume();
        assert_eq!(resume.len(), 64 - held / 32);
        assert!(resume.iter().all(|(_, after)| *after == Seq(0)));
        // Of one of them comes more, from before it is asked for again.
        let (id, _) = resume[0];
        let _woken = inbox.push(batch(id, 33, 1, 10));
        assert_eq!(all(&mut inbox).len() * 32, held);
        inbox.asked(id, 7);
        assert_eq!(inbox.to_resume().len(), resume.len() - 1);
        assert!(!inbox.push(batch(id, 34, 1, 10)), "still from before");
        assert!(inbox.push(answer(7)));
        assert!(!inbox.push(batch(id, 1, 1, 10)));
        let held = all(&mut inbox);
        assert_eq!(held.len(), 2);
        assert!(
            matches!(&held[1], Outbound::Messages { messages, .. } if messages[0].seq == Seq(1))
        );
    }

    fn all_messages(inbox: &Inbox) -> Vec<Seq> {
        let mut seqs = Vec::new();
        for out in &inbox.waiting {
            if let Outbound::Messages { messages, .. } = out {
                seqs.extend(messages.iter().map(|m| m.seq));
            }
        }
        seqs
    }

    #[test]
    fn what_is_not_followed_any_more_is_not_resumed() {
        let mut inbox = Inbox::default();
        let (a, b) = (conversation(1), conversation(2));
        let _woken = inbox.push(batch(a, 1, 1, limits::SOCKET_BYTES_MAX));
        let _woken = inbox.push(batch(b, 5, 1, 10));
        assert_eq!(inbox.to_resume(), [(b, Seq(4))]);
        inbox.forget(b);
        assert!(inbox.to_resume().is_empty());
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
