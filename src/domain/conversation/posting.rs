//! Messages and marks.

use std::sync::Arc;

use super::{Draft, State, closed};
use crate::domain::command::Actor;
use crate::domain::company::Mode;
use crate::domain::event::{Event, StickyEnd};
use crate::domain::ids::{ClientId, Seq};
use crate::domain::message::{Author, Message, Side, SystemKind};
use crate::domain::reject::{Code, Reject};
use crate::limits;

/// A message has at least one and at most 8,000 characters.
pub(super) fn check_text(text: &str) -> Result<(), Reject> {
    if text.is_empty() {
        return Err(Reject::new(
            Code::InvalidRequest,
            "The message is empty; write something.",
        ));
    }
    // Bytes bound characters from above, so the count is only taken when it can matter.
    if text.len() > limits::MESSAGE_CHARS_MAX && text.chars().count() > limits::MESSAGE_CHARS_MAX {
        return Err(Reject::new(
            Code::TooLong,
            format!(
                "A message may have {} characters; split it.",
                limits::MESSAGE_CHARS_MAX
            ),
        ));
    }
    Ok(())
}

impl Draft<'_> {
    pub(super) fn post(
        &mut self,
        actor: &Actor,
        client_id: ClientId,
        text: Arc<str>,
    ) -> Result<(), Reject> {
        check_text(&text)?;
        let author = match actor {
            Actor::Customer(_) => {
                if matches!(self.state.state, State::WrapUp | State::Closed) {
                    return Err(closed());
                }
                Author::Customer
            }
            Actor::Agent { .. } => {
                if self.state.state == State::WrapUp {
                    return Err(closed());
                }
                Author::Agent(self.require_heard(actor)?)
            }
            Actor::Engine => {
                return Err(Reject::new(Code::Forbidden, "Only people write messages."));
            }
        };
        let from_customer = author == Author::Customer;
        let message = Message {
            seq: self.state.last_seq.next(),
            at: self.ctx.now,
            author,
            client_id: Some(client_id),
            text,
        };
        self.record(Event::Posted(Arc::new(message)));
        if from_customer {
            if self.state.state == State::Waiting {
                self.come_back();
            }
            self.tell_outside_hours();
        }
        Ok(())
    }

    /// waiting → open, on the way back to the agent who had it.
    fn come_back(&mut self) {
        self.leave_gone_queue();
        let last_agent = self.state.last_agent.clone();
        let sticky = self.sticky_wait(last_agent.as_ref());
        let gone = sticky.as_ref().is_some_and(|s| !self.is_employed(&s.agent));
        self.record(Event::Returned { sticky });
        if gone {
            self.record(Event::StickyEnded {
                reason: StickyEnd::AgentGone,
            });
        }
    }

    /// Tells the customer once per visit when the team is back, while nobody is assigned.
    pub(super) fn tell_outside_hours(&mut self) {
        if self.state.state != State::Open || self.state.told_hours {
            return;
        }
        let Some(calendar) = self.ctx.company.hours_of(&self.state.queue) else {
            return;
        };
        if calendar.is_open(self.ctx.now) {
            return;
        }
        let kind = if calendar.is_holiday(self.ctx.now) {
            SystemKind::Holiday
        } else {
            SystemKind::OutsideHours
        };
        self.tell(kind, None);
    }

    /// A live customer who is back in the line of a closed queue has nobody to wait for, and
    /// is told at once. A persistent one is told when they write.
    pub(super) fn tell_closed_line(&mut self) {
        if self.state.mode == Mode::Live {
            self.tell_outside_hours();
        }
    }

    pub(super) fn mark(&mut self, actor: &Actor, delivered: Seq, read: Seq) -> Result<(), Reject> {
        let (side, now) = match actor {
            Actor::Customer(_) => (Side::Customer, self.state.customer_marks),
            Actor::Agent { id, .. } => {
                let theirs = self
                    .state
                    .assignment
                    .as_ref()
                    .is_some_and(|a| a.agent == *id);
                if !theirs {
                    return Err(Reject::new(
                        Code::NotAssigned,
                        "Only the agent who has the conversation sets its marks.",
                    ));
                }
                (Side::Agent, self.state.agent_marks)
            }
            Actor::Engine => {
                return Err(Reject::new(Code::Forbidden, "Only people read messages."));
            }
        };
        // What is read has been delivered.
        let delivered = delivered.max(read);
        if delivered > self.state.last_seq {
            return Err(Reject::new(
                Code::MarkBeyondEnd,
                format!(
                    "The last message is {}; a mark cannot be beyond it.",
                    self.state.last_seq
                ),
            ));
        }
        if delivered > now.delivered || read > now.read {
            self.record(Event::Marked {
                side,
                delivered: delivered.max(now.delivered),
                read: read.max(now.read),
            });
        }
        Ok(())
    }
}
