//! What waiting customers are told, and what a start would meet: lengths, places,
//! averages, and who would be considered.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::command::Command;
use crate::domain::company::{Mode, Presence, Workstream};
use crate::domain::conversation::{State, place_is_news};
use crate::domain::ids::{AgentId, ConversationId, QueueId};
use crate::domain::routing::{Candidate, Considered, Explanation, choose};
use crate::domain::time::{Millis, Timestamp};
use crate::engine::summary::Summary;
use crate::engine::view::{FloorView, QueueView};
use crate::limits;

use super::Assignment;

impl Assignment {
    /// How many wait in a queue, those for their own agent included.
    #[must_use]
    pub fn waiting_in(&self, queue: &QueueId) -> usize {
        self.places.waiting(queue)
    }

    /// The place of a conversation in the line of its queue, from 1; `None` if it does not
    /// stand in line: somebody has it or is being asked, or it waits for its own agent.
    #[must_use]
    pub fn position(&self, conversation: ConversationId) -> Option<u32> {
        self.places.position(conversation)
    }

    /// The average wait of a queue's live customers, where it means something.
    #[must_use]
    pub fn average_wait(&self, queue: &QueueId, now: Timestamp) -> Option<Millis> {
        self.waits.get(queue)?.meaningful(now)
    }

    /// Notes how long a live customer waited for the agent who has just accepted.
    pub(super) fn note_wait(&mut self, summary: &Summary) {
        let view = &summary.view;
        let before = self.known.get(&summary.id());
        let waited_until_now = before
            .is_some_and(|b| !b.view.accepted && matches!(b.state(), State::Open | State::Active));
        let accepted_now = view.accepted && view.state == State::Active;
        if view.mode == Mode::Live && waited_until_now && accepted_now {
            let waited = view.activity_at.since(view.queued_at);
            self.waits
                .entry(view.queue.clone())
                .or_default()
                .add(waited, view.activity_at);
        }
    }

    /// What customers in line are to be told now, each at most once by this account.
    pub fn places_to_tell(&mut self, now: Timestamp) -> Vec<(ConversationId, Command)> {
        let mut news = Vec::new();
        for (queue, line) in self.places.lines() {
            if !self.is_open(queue, now) {
                continue;
            }
            for (place, position) in line.iter().zip(1_u32..) {
                if self.is_told(place.conversation, position, now) {
                    news.push((place.conversation, position));
                }
            }
        }
        // Queues are kept in no order; what is told is.
        news.sort_unstable();
        news.into_iter()
            .map(|(id, position)| self.tell(id, position, now))
            .collect()
    }

    /// What one customer, who may have just come into the line, is to be told now.
    pub fn place_to_tell(
        &mut self,
        conversation: ConversationId,
        now: Timestamp,
    ) -> Option<(ConversationId, Command)> {
        let summary = self.known.get(&conversation)?;
        if summary.view.mode != Mode::Live
            || self.places.told(conversation).is_some()
            || !self.is_open(summary.queue(), now)
        {
            return None;
        }
        let position = self.places.position(conversation)?;
        self.is_told(conversation, position, now)
            .then(|| self.tell(conversation, position, now))
    }

    fn is_told(&self, id: ConversationId, position: u32, now: Timestamp) -> bool {
        let live = self
            .known
            .get(&id)
            .is_some_and(|s| s.view.mode == Mode::Live);
        // Whoever is being offered to somebody need not hear of a line.
        live && !self.underway.contains_key(&id)
            && !self.set_aside.contains(&id)
            && place_is_news(self.places.told(id), position, now)
    }

    fn tell(
        &mut self,
        id: ConversationId,
        position: u32,
        now: Timestamp,
    ) -> (ConversationId, Command) {
        self.places.note_told(id, position, now);
        let wait = self
            .known
            .get(&id)
            .and_then(|s| self.average_wait(s.queue(), now));
        (id, Command::TellPlace { position, wait })
    }

    /// Customers to be told that the queue in which they wait has closed: once for every
    /// closing, and at the first look after a start.
    pub fn closings_to_tell(&mut self) -> Vec<ConversationId> {
        let closed = std::mem::take(&mut self.just_closed);
        if closed.is_empty() {
            return Vec::new();
        }
        let waiting = self.known.values().filter(|s| closed.contains(s.queue()));
        waiting
            .filter(|s| self.must_hear_of_closing(s))
            .map(Summary::id)
            .collect()
    }

    /// Whether a customer who may just have come into the line waits in a closed queue.
    #[must_use]
    pub fn waits_unawares(&self, conversation: ConversationId) -> bool {
        self.known.get(&conversation).is_some_and(|s| {
            self.open_queues.get(s.queue()) == Some(&false) && self.must_hear_of_closing(s)
        })
    }

    /// Live only: a persistent customer is told when they write.
    fn must_hear_of_closing(&self, summary: &Summary) -> bool {
        summary.view.mode == Mode::Live
            && summary.state() == State::Open
            && !summary.told_hours
            && !self.set_aside.contains(&summary.id())
    }

    /// Who would be considered for a new conversation of these rules in this queue now,
    /// as it would be explained; the chosen one first, if there is one.
    #[must_use]
    pub fn consider(&self, rules: &Workstream, queue: &QueueId) -> Explanation {
        let method = self.company.queues.get(queue).map(|q| q.method);
        let candidates: Vec<Candidate> = self
            .company
            .queues
            .get(queue)
            .into_iter()
            .flat_map(|q| &q.members)
            .map(|agent| self.candidate_if(agent, self.unfit(agent, rules)))
            .collect();
        let method = method.unwrap_or_default();
        let chosen: Option<&AgentId> = choose(method, &candidates).map(|c| &c.agent);
        let mut considered: Vec<Considered> = candidates
            .iter()
            .map(|c| super::choice::considered(c, chosen))
            .collect();
        considered.sort_by_key(|c| c.ruled_out.is_some());
        let more = considered
            .len()
            .saturating_sub(limits::EXPLAINED_CANDIDATES_MAX);
        considered.truncate(limits::EXPLAINED_CANDIDATES_MAX);
        Explanation {
            rule: method.rule(),
            queue: Some(queue.clone()),
            waited: Millis(0),
            considered,
            more: u32::try_from(more).unwrap_or(u32::MAX),
        }
    }

    /// What an agent says of themselves.
    #[must_use]
    pub fn presence_of(&self, agent: &AgentId) -> Presence {
        let desk = self.agents.get(agent);
        desk.map_or(Presence::Offline, |desk| desk.presence)
    }

    pub(super) fn touch(&mut self, agent: &AgentId) {
        if !self.touched.contains(agent) {
            self.touched.insert(agent.clone());
        }
    }

    /// Whether presence or load of anybody changed since [`Self::take_touched`].
    #[must_use]
    pub fn has_touched(&self) -> bool {
        !self.touched.is_empty()
    }

    /// Whose presence or load changed since the last call.
    pub fn take_touched(&mut self) -> BTreeSet<AgentId> {
        std::mem::take(&mut self.touched)
    }

    /// Everybody and everything.
    #[must_use]
    pub fn floor(&self) -> FloorView {
        let mut queues: BTreeMap<QueueId, QueueView> = self
            .company
            .queues
            .keys()
            .map(|id| {
                (
                    id.clone(),
                    QueueView {
                        id: id.clone(),
                        waiting: 0,
                        longest_since: None,
                    },
                )
            })
            .collect();
        for summary in self.known.values().filter(|s| s.state() == State::Open) {
            let queue = queues
                .entry(summary.queue().clone())
                .or_insert_with(|| QueueView {
                    id: summary.queue().clone(),
                    waiting: 0,
                    longest_since: None,
                });
            queue.waiting += 1;
            let since = summary.view.queued_at;
            queue.longest_since = Some(queue.longest_since.map_or(since, |s| s.min(since)));
        }
        FloorView {
            agents: self
                .company
                .agents
                .keys()
                .filter_map(|id| self.agent_view(id))
                .collect(),
            queues: queues.into_values().collect(),
            conversations: self.known.len(),
        }
    }
}
