//! Timeout rules (persistent): what happens when a side has been silent for too long.
//!
//! The customer is silent from the agent's last message on, until they write. The agent
//! is silent from the first message of the customer that nobody has answered, or from
//! the moment they took the conversation if that was later, until they write. A rule is
//! carried out once in a silence. `docs/routing.md` has the table of what is done when.

use super::{Conversation, Draft, State, rules_of};
use crate::domain::company::{Company, Mode, TimeoutAction, TimeoutRule};
use crate::domain::event::{CloseReason, Event, ParkedBy};
use crate::domain::message::{Side, SystemKind};
use crate::domain::time::Timestamp;

/// Since when this side is silent, if it is expected to say something.
fn silent_since(state: &Conversation, rule: &TimeoutRule) -> Option<Timestamp> {
    let accepted_at = state.assignment.as_ref().and_then(|a| a.accepted_at);
    match (state.state, rule.silent) {
        (State::Active, Side::Customer) => accepted_at.and(state.answered_at),
        (State::Active, Side::Agent) => Some(state.unanswered_since?.max(accepted_at?)),
        (State::Waiting, Side::Customer) if rule.then != TimeoutAction::Park => state.answered_at,
        _ => None,
    }
}

/// The rule that is due first, and when.
pub(super) fn next_silence(state: &Conversation, company: &Company) -> Option<(Timestamp, usize)> {
    if state.mode != Mode::Persistent {
        return None;
    }
    let rules = rules_of(state, company);
    let due = rules.timeout_rules.iter().enumerate().filter_map(|(i, r)| {
        let done = state
            .silences
            .iter()
            .any(|(side, name)| *side == r.silent && *name == r.name);
        if done {
            return None;
        }
        Some((silent_since(state, r)? + r.after, i))
    });
    due.min()
}

impl Draft<'_> {
    /// Carries the rule out.
    pub(super) fn silence(&mut self, index: usize) {
        let Some(rule) = self.rules().timeout_rules.get(index).cloned() else {
            return;
        };
        self.record(Event::SilenceNoted {
            rule: rule.name,
            silent: rule.silent,
            after: rule.after,
        });
        match rule.then {
            TimeoutAction::Say(texts) => {
                self.say_texts(SystemKind::Reminder, &texts);
            }
            TimeoutAction::Park => self.put_aside(ParkedBy::TimeoutRule),
            TimeoutAction::Close => self.close_by_system(CloseReason::TimeoutRule, None),
        }
    }
}
