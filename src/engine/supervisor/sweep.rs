//! Timers of conversations that sleep, after a change of the configuration.
//!
//! A timer row may be earlier than what it stands for, never later; a change that makes
//! something due earlier would break that for conversations that sleep, however many there
//! are. So the rows are walked once, a page at a time, in the order of conversations, and a
//! row that is late is moved without waking anybody: what is due by then is fired by the
//! timers, in due order and a few at a time, as ever.
//!
//! ```text
//! begin --ReadTimers--> page --MoveTimers--> moved --+--> next page
//!   ^                    |  nothing late             |
//!   |                    `---------------------------+--> Swept(revision)
//!   `-- another change: from the start, for what either concerns
//! ```
//!
//! A row is moved only if the conversation has slept since before the page was read: else
//! it may have moved its row itself, and is asked to look at its timers instead; the page is
//! read again until it has. Whoever
//! performs `MoveTimers` lets no conversation wake in front of it.
//!
//! The revision that was walked to the end is kept in the store. A server that starts with
//! another one, because it stopped within a walk or the file was changed while it was down,
//! walks over everything.

use std::collections::{BTreeSet, HashSet};

use crate::domain::commit::{LateTimers, TimerMove};
use crate::domain::company::Company;
use crate::domain::directory::Entry;
use crate::domain::ids::{ConversationId, QueueId, WorkstreamId};

use super::standing::{timers_of_queue, timers_of_workstream};
use super::{Effect, Supervisor};

/// Which conversations may have something due earlier than before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Concerned {
    /// Nobody knows what was different before.
    everything: bool,
    workstreams: BTreeSet<WorkstreamId>,
    queues: BTreeSet<QueueId>,
}

impl Concerned {
    /// Those whose timers follow from something that differs between two configurations.
    #[must_use]
    pub fn between(before: &Company, now: &Company) -> Self {
        let all = before.workstreams.keys().chain(now.workstreams.keys());
        let workstreams = all
            .filter(|id| timers_of_workstream(before, id) != timers_of_workstream(now, id))
            .cloned();
        let all = before.queues.keys().chain(now.queues.keys());
        let queues = all
            .filter(|id| timers_of_queue(before, id) != timers_of_queue(now, id))
            .cloned();
        Self {
            everything: false,
            workstreams: workstreams.collect(),
            queues: queues.collect(),
        }
    }

    fn everything() -> Self {
        Self {
            everything: true,
            ..Self::default()
        }
    }

    /// Nobody is concerned.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        !self.everything && self.workstreams.is_empty() && self.queues.is_empty()
    }

    /// Whether a conversation may be concerned, by its row in the directory.
    #[must_use]
    pub fn admits(&self, entry: &Entry) -> bool {
        self.everything
            || self.workstreams.contains(&entry.workstream)
            || self.queues.contains(&entry.queue)
    }

    fn join(&mut self, other: Self) {
        self.everything |= other.everything;
        self.workstreams.extend(other.workstreams);
        self.queues.extend(other.queues);
    }
}

/// A page of timer rows that somebody shall read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimerPage {
    /// Its number: the answer to an earlier one is ignored.
    pub number: u64,
    /// The rows of conversations after this one.
    pub after: Option<ConversationId>,
    /// Who is looked at.
    pub concerned: Concerned,
}

/// The walk over timer rows, if one is under way.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    pages: u64,
    walk: Option<Walk>,
}

#[derive(Debug)]
struct Walk {
    revision: u64,
    concerned: Concerned,
    stands: Stands,
    /// Behind which conversation it goes on; `Some(None)`: from the start.
    next: Option<Option<ConversationId>>,
    /// Those that have fallen asleep since the page was asked for.
    asleep: HashSet<ConversationId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// The page of this number is being read.
    Reads(u64),
    /// Rows are being moved.
    Moves,
    /// Nobody could read, or somebody awake has yet to look; again at the next tick.
    Pauses,
}

impl Sweep {
    /// A conversation has just fallen asleep.
    pub(super) fn fell_asleep(&mut self, conversation: ConversationId) {
        if let Some(walk) = &mut self.walk {
            walk.asleep.insert(conversation);
        }
    }

    fn begin(&mut self, revision: u64, concerned: Concerned, out: &mut Vec<Effect>) {
        match &mut self.walk {
            Some(walk) => {
                walk.revision = revision;
                if concerned.is_nobody() {
                    return;
                }
                walk.concerned.join(concerned);
                walk.next = Some(None);
                // Rows that are on their way stay right: a walk only makes them earlier.
                if walk.stands != Stands::Moves {
                    self.go_on(out);
                }
            }
            None if concerned.is_nobody() => out.push(Effect::Swept(revision)),
            None => {
                self.walk = Some(Walk {
                    revision,
                    concerned,
                    stands: Stands::Pauses,
                    next: Some(None),
                    asleep: HashSet::new(),
                });
                self.go_on(out);
            }
        }
    }

    /// Asks for the next page, or says that there are no more.
    fn go_on(&mut self, out: &mut Vec<Effect>) {
        let Some(walk) = &mut self.walk else { return };
        walk.asleep.clear();
        let Some(after) = walk.next else {
            out.push(Effect::Swept(walk.revision));
            self.walk = None;
            return;
        };
        self.pages += 1;
        walk.stands = Stands::Reads(self.pages);
        out.push(Effect::ReadTimers(TimerPage {
            number: self.pages,
            after,
            concerned: walk.concerned.clone(),
        }));
    }

    fn resume(&mut self, from: Stands, out: &mut Vec<Effect>) {
        if self.walk.as_ref().is_some_and(|w| w.stands == from) {
            self.go_on(out);
        }
    }
}

impl Supervisor {
    /// Nobody knows whether the timer rows follow the configuration: all are looked at.
    pub fn sweep_timers(&mut self, out: &mut Vec<Effect>) {
        let revision = self.company.revision;
        self.sweep.begin(revision, Concerned::everything(), out);
    }

    /// The configuration has changed: the rows of those that are concerned are looked at.
    pub(super) fn sweep_after(&mut self, before: &Company, out: &mut Vec<Effect>) {
        let concerned = Concerned::between(before, &self.company);
        self.sweep.begin(self.company.revision, concerned, out);
    }

    /// A page of timer rows has been read; `None`: nobody had time to.
    pub fn timers_read(&mut self, number: u64, page: Option<LateTimers>, out: &mut Vec<Effect>) {
        let Some(walk) = &mut self.sweep.walk else {
            return;
        };
        if walk.stands != Stands::Reads(number) {
            return;
        }
        let Some(page) = page else {
            walk.stands = Stands::Pauses;
            return;
        };
        let asleep = std::mem::take(&mut walk.asleep);
        let parked = &self.parked;
        let late = page
            .moves
            .into_iter()
            .filter(|(id, _)| !parked.contains(id));
        let (awake, moves): (Vec<_>, Vec<(ConversationId, TimerMove)>) =
            late.partition(|(id, _)| self.slots.contains_key(id) || asleep.contains(id));
        // Who is asked may not have looked when the process ends, and a walk that is over is
        // not walked again: the page is read once more, until nothing in it is late.
        let all_in_time = awake.is_empty();
        self.look_again(awake.into_iter().map(|(id, _)| id), out);
        let Some(walk) = &mut self.sweep.walk else {
            return;
        };
        if all_in_time {
            walk.next = page.next.map(Some);
        }
        if !moves.is_empty() {
            walk.stands = Stands::Moves;
            out.push(Effect::MoveTimers(moves));
        } else if all_in_time {
            self.sweep.go_on(out);
        } else {
            walk.stands = Stands::Pauses;
        }
    }

    /// The rows are where they belong, durably.
    pub fn timers_moved(&mut self, out: &mut Vec<Effect>) {
        self.sweep.resume(Stands::Moves, out);
    }

    /// A page that nobody had time to read is asked for again.
    pub(super) fn sweep_on(&mut self, out: &mut Vec<Effect>) {
        self.sweep.resume(Stands::Pauses, out);
    }
}
