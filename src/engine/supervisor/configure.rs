//! Another configuration while conversations run: what it must not take away, and what
//! follows from it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::command::{Actor, Command};
use crate::domain::company::Company;
use crate::domain::conversation::State;
use crate::domain::ids::{AgentId, ConversationId, QueueId, WorkstreamId};
use crate::domain::time::Timestamp;
use crate::engine::conversation::Input;
use crate::engine::summary::Summary;

use super::slots::Slot;
use super::starts::StartSlot;
use super::{Effect, Supervisor};

/// Workstreams of which the store must say that no conversation needs them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doubtful {
    /// They are removed: none of their conversations may be parked.
    pub removed: BTreeSet<WorkstreamId>,
    /// They change their mode: they must never have had a conversation.
    pub remoded: BTreeSet<WorkstreamId>,
}

impl Doubtful {
    /// What of a change from one configuration to another needs a look at the store.
    #[must_use]
    pub fn between(before: &Company, after: &Company) -> Self {
        let mut doubtful = Self::default();
        for (id, w) in &before.workstreams {
            match after.workstreams.get(id) {
                None => {
                    doubtful.removed.insert(id.clone());
                }
                Some(now) if now.mode != w.mode => {
                    doubtful.remoded.insert(id.clone());
                }
                Some(_) => {}
            }
        }
        doubtful
    }

    /// Nothing to look at.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.remoded.is_empty()
    }

    /// The refusal for a workstream that is removed too early.
    #[must_use]
    pub fn unclosed(id: &WorkstreamId) -> String {
        format!(
            "Workstream {id} has conversations that are not closed; set enabled = false, close them, and remove it then."
        )
    }

    /// The refusal for a workstream that changes its mode too late.
    #[must_use]
    pub fn mode_is_fixed(id: &WorkstreamId) -> String {
        format!(
            "Workstream {id} has had conversations, so its mode is fixed; make a new workstream and move its widgets there."
        )
    }
}

/// Whether anybody has lost a queue, a role or everything.
fn sees_less(before: &Company, after: &Company) -> bool {
    let lost_queue = before.queues.iter().any(|(id, was)| {
        let is = after.queues.get(id);
        is.is_none_or(|is| !was.members.is_subset(&is.members))
    });
    let lost_role = before.agents.iter().any(|(id, was)| {
        let is = after.agents.get(id).filter(|a| a.enabled);
        is.is_none_or(|is| is.role < was.role)
    });
    lost_queue || lost_role
}

impl Supervisor {
    /// What stands against another configuration, as far as the supervisor knows; one
    /// sentence each. The store has the last word about [`Doubtful`] workstreams.
    #[must_use]
    pub fn objections(&self, next: &Company, moves: &BTreeMap<QueueId, QueueId>) -> Vec<String> {
        let doubtful = Doubtful::between(&self.company, next);
        let mut found = Vec::new();
        for id in doubtful.removed.iter().filter(|id| self.is_used(id)) {
            found.push(Doubtful::unclosed(id));
        }
        for id in doubtful.remoded.iter().filter(|id| self.is_used(id)) {
            found.push(Doubtful::mode_is_fixed(id));
        }
        let gone = self
            .company
            .queues
            .keys()
            .filter(|q| !next.queues.contains_key(*q) && !moves.contains_key(*q));
        for queue in gone {
            let theirs = self
                .assignment
                .summaries()
                .filter(|s| s.queue() == queue && matches!(s.state(), State::Open | State::Active));
            let count = theirs.count();
            if count > 0 {
                let noun = if count == 1 {
                    "conversation"
                } else {
                    "conversations"
                };
                found.push(format!(
                    "Queue {queue} has {count} open {noun}; say which queue takes them (move_to=QUEUE, or --move {queue}=QUEUE)."
                ));
            }
        }
        found
    }

    /// Whether a workstream has conversations that are not closed, or that are being started.
    fn is_used(&self, workstream: &WorkstreamId) -> bool {
        let live = self
            .assignment
            .summaries()
            .any(|s| s.workstream() == workstream);
        let awake = || {
            self.slots.values().any(|slot| match slot {
                Slot::Awake { summary, .. } | Slot::Draining { summary, .. } => summary
                    .as_ref()
                    .is_some_and(|s| s.workstream() == workstream && s.state() != State::Closed),
                Slot::Waking { .. } => false,
            })
        };
        let unborn = || {
            self.starts.iter().any(|((_, theirs), slot)| {
                let StartSlot::Known(id) = slot else {
                    return false;
                };
                theirs == workstream
                    && matches!(self.slots.get(id), Some(Slot::Awake { summary: None, .. }))
            })
        };
        live || awake() || unborn()
    }

    /// Nothing is started in these workstreams until the configuration is settled.
    pub fn hold_starts(&mut self, doubtful: &Doubtful) {
        self.held = doubtful.removed.union(&doubtful.remoded).cloned().collect();
    }

    /// The configuration is settled, one way or the other.
    pub fn release_starts(&mut self) {
        self.held.clear();
    }

    /// Another configuration holds from now on. What runs goes on: agents with less capacity
    /// than load keep what they have, agents who are gone give it back, conversations of
    /// queues that are gone go on elsewhere.
    pub fn configure(&mut self, company: Arc<Company>, now: Timestamp, out: &mut Vec<Effect>) {
        let before = std::mem::replace(&mut self.company, company.clone());
        let actions = self.assignment.configure(company, now);
        self.perform(actions, out);
        self.follow_company(out);
        self.look_at_timers(&before, out);
        self.look_at_readers(&before, out);
        self.follow_watchers(&before, out);
    }

    /// Where somebody may see less than before, conversations look at who follows them. Nobody
    /// follows one that sleeps.
    fn look_at_readers(&mut self, before: &Company, out: &mut Vec<Effect>) {
        if !sees_less(before, &self.company) {
            return;
        }
        let mut awake: Vec<ConversationId> = self
            .slots
            .iter()
            .filter(|(_, slot)| !matches!(slot, Slot::Waking { .. }))
            .map(|(id, _)| *id)
            .collect();
        awake.sort_unstable();
        for conversation in awake {
            self.send(conversation, Input::Reconfigured, out);
        }
    }

    /// Tells conversations that their agent or their queue is not configured any more. Also
    /// at start-up: the server may have stopped between the change and this.
    pub(super) fn follow_company(&mut self, out: &mut Vec<Effect>) {
        let mut steps: Vec<(ConversationId, Command)> = Vec::new();
        for summary in self.assignment.summaries() {
            if self.parked.contains(&summary.id()) {
                continue;
            }
            if self.has_lost_queue(summary) {
                steps.push((summary.id(), Command::LeaveQueue));
            }
            for agent in self.gone_from(summary) {
                steps.push((summary.id(), Command::AgentGone { agent }));
            }
        }
        for (conversation, command) in steps {
            self.act(conversation, command, out);
        }
    }

    pub(super) fn has_lost_queue(&self, summary: &Summary) -> bool {
        self.company
            .queue_instead_of(summary.queue(), summary.workstream())
            .is_some()
    }

    fn gone_from(&self, summary: &Summary) -> BTreeSet<AgentId> {
        if !matches!(summary.state(), State::Open | State::Active) {
            return BTreeSet::new();
        }
        let returning = summary.returning.as_ref().map(|r| &r.agent);
        [
            summary.view.agent.as_ref(),
            summary.view.transfer_to.as_ref(),
            returning,
        ]
        .into_iter()
        .flatten()
        .filter(|agent| !self.company.agents.get(*agent).is_some_and(|a| a.enabled))
        .cloned()
        .collect()
    }

    pub(super) fn act(
        &mut self,
        conversation: ConversationId,
        command: Command,
        out: &mut Vec<Effect>,
    ) {
        let input = Input::Act {
            origin: None,
            action: None,
            actor: Actor::Engine,
            command,
        };
        self.send(conversation, input, out);
    }
}
