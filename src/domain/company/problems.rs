//! What is wrong with a configuration, and what is probably not meant.

use super::{Company, Distribution, Mode, Workstream, WrapUp};
use crate::domain::ids::WorkstreamId;
use crate::domain::time::Millis;

impl Company {
    /// Everything that refers to something missing or is out of bounds, one sentence each.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (id, w) in &self.workstreams {
            self.workstream_problems(id, w, &mut found);
        }
        for (id, q) in &self.queues {
            if let Some(hours) = &q.hours
                && !self.calendars.contains_key(hours)
            {
                found.push(format!("Queue {id} names hours {hours}, which do not exist; add them or remove the line."));
            }
            for member in q.members.iter().filter(|m| !self.agents.contains_key(*m)) {
                found.push(format!(
                    "Queue {id} has member {member}, who does not exist; add the agent first."
                ));
            }
        }
        for (id, w) in self
            .widgets
            .iter()
            .filter(|(_, w)| !self.workstreams.contains_key(&w.workstream))
        {
            found.push(format!(
                "Widget {id} names workstream {}, which does not exist.",
                w.workstream
            ));
        }
        for (id, calendar) in &self.calendars {
            found.extend(
                calendar
                    .problems()
                    .into_iter()
                    .map(|p| format!("Hours {id}: {p}")),
            );
        }
        for (id, _) in self.agents.iter().filter(|(_, a)| a.capacity == 0) {
            found.push(format!(
                "Agent {id} has capacity 0; give at least 1 unit or disable the agent."
            ));
        }
        found
    }

    fn workstream_problems(&self, id: &WorkstreamId, w: &Workstream, found: &mut Vec<String>) {
        if !self.queues.contains_key(&w.default_queue) {
            found.push(format!(
                "Workstream {id} names default queue {}, which does not exist.",
                w.default_queue
            ));
        }
        for rule in w
            .routes
            .iter()
            .filter(|r| !self.queues.contains_key(&r.queue))
        {
            found.push(format!(
                "Workstream {id}, rule {}: queue {} does not exist.",
                rule.name, rule.queue
            ));
        }
        let t = &w.timers;
        let bounded = [
            (
                "offer_deadline",
                t.offer_deadline,
                Millis::seconds(10),
                Millis::seconds(300),
            ),
            (
                "auto_close_after",
                t.auto_close_after,
                Millis::minutes(1),
                Millis::days(365),
            ),
        ];
        for (name, value, low, high) in bounded {
            if value < low || value > high {
                found.push(format!(
                    "Workstream {id}: {name} is {value}; it must be from {low} to {high}."
                ));
            }
        }
        if let WrapUp::ReleaseAfter(d) = w.wrap_up
            && (d < Millis::seconds(30) || d > Millis::minutes(60))
        {
            found.push(format!(
                "Workstream {id}: wrap-up release_after is {d}; it must be from 30 s to 60 min."
            ));
        }
        if w.units == 0 {
            found.push(format!(
                "Workstream {id}: units is 0; a conversation costs at least 1."
            ));
        }
        if w.mode == Mode::Live && w.keep_same_agent.is_some() {
            found.push(format!(
                "Workstream {id}: keep_same_agent is for persistent workstreams; remove it."
            ));
        }
    }

    /// What is accepted but probably not meant, one sentence each.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.workstreams
            .iter()
            .filter(|(_, w)| {
                w.mode == Mode::Persistent && w.distribution == Distribution::Push && w.keep_same_agent.is_none()
            })
            .map(|(id, _)| {
                format!("Workstream {id} is persistent and pushed but does not keep the same agent; returning customers will meet somebody else.")
            })
            .collect()
    }
}
