//! Which conversations a list holds: what was asked for, narrowed to what the caller may
//! find. Pure; where the rows come from is the actors' matter.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::company::{Company, Role};
use crate::domain::conversation::State;
use crate::domain::directory::{Entry, Source};
use crate::domain::ids::{AgentId, ConversationId, CustomerId, QueueId};
use crate::domain::time::{Millis, Timestamp};

use super::request::{ListFilter, Principal};
use super::summary::{Summary, is_live};
use super::view::{CountsView, QueueCount};

const UNCLOSED: [State; 4] = [State::Open, State::Active, State::Waiting, State::WrapUp];

/// Who asks.
#[derive(Debug, Clone)]
enum Caller {
    Customer(CustomerId),
    Agent {
        id: AgentId,
        /// A member of these.
        queues: BTreeSet<QueueId>,
    },
    Supervisor(AgentId),
}

/// A list's conditions, ready to be held against entries of the directory.
#[derive(Debug, Clone)]
pub struct Selection {
    caller: Caller,
    filter: ListFilter,
    /// In lower case.
    text: Option<String>,
}

impl Selection {
    /// What `principal` finds with a filter.
    #[must_use]
    pub fn new(principal: &Principal, mut filter: ListFilter, company: &Company) -> Self {
        let caller = match principal {
            Principal::Customer(customer) => Caller::Customer(customer.clone()),
            Principal::Agent { id, role } if *role >= Role::Supervisor => {
                Caller::Supervisor(id.clone())
            }
            Principal::Agent { id, .. } => Caller::Agent {
                id: id.clone(),
                queues: company
                    .queues
                    .iter()
                    .filter(|(_, q)| q.members.contains(id))
                    .map(|(queue, _)| queue.clone())
                    .collect(),
            },
        };
        // An agent who names no states means what there is to do.
        let closed_too = match caller {
            Caller::Customer(_) => true,
            Caller::Agent { .. } => false,
            Caller::Supervisor(_) => !filter.mine,
        };
        if filter.states.is_empty() && !closed_too {
            filter.states = UNCLOSED.to_vec();
        }
        Self {
            text: filter.text.as_deref().map(str::to_lowercase),
            caller,
            filter,
        }
    }

    /// Whether conversations in a state are wanted.
    #[must_use]
    pub fn wants(&self, state: State) -> bool {
        self.filter.states.is_empty() || self.filter.states.contains(&state)
    }

    /// Where to look: the smallest source that holds everything wanted.
    #[must_use]
    pub fn source(&self) -> Source {
        if let Caller::Customer(customer) = &self.caller {
            return Source::OfCustomer(customer.clone());
        }
        if let Some(customer) = &self.filter.customer {
            return Source::OfCustomer(customer.clone());
        }
        let waiting_of = match &self.caller {
            // Of what waits, agents find what they had last and nothing else.
            Caller::Agent { id, .. } => Some(id),
            Caller::Supervisor(id) if self.filter.mine => Some(id),
            _ => self.filter.agent.as_ref(),
        };
        let waits = self.wants(State::Waiting);
        if self.wants(State::Closed) || (waits && waiting_of.is_none()) {
            return Source::All;
        }
        Source::Unclosed {
            live: self.filter.states.iter().any(|s| is_live(*s)),
            waiting_of: waiting_of.filter(|_| waits).cloned(),
        }
    }

    /// Whether a conversation belongs into the list.
    #[must_use]
    pub fn admits(&self, entry: &Entry) -> bool {
        let ListFilter {
            states: _,
            mine,
            before: _,
            limit: _,
            queue,
            agent,
            customer,
            workstream,
            tag,
            text: _,
        } = &self.filter;
        let may_find = match &self.caller {
            Caller::Customer(customer) => entry.customer == *customer,
            Caller::Agent { id, queues } => {
                entry.is_listed_for(id, queues) && (!mine || entry.is_of(id))
            }
            Caller::Supervisor(id) => !mine || entry.is_of(id),
        };
        may_find
            && self.wants(entry.state)
            && queue.as_ref().is_none_or(|q| entry.queue == *q)
            && agent.as_ref().is_none_or(|a| entry.is_of(a))
            && customer.as_ref().is_none_or(|c| entry.customer == *c)
            && workstream.as_ref().is_none_or(|w| entry.workstream == *w)
            && tag.as_ref().is_none_or(|t| entry.tags.contains(t))
            && self
                .text
                .as_ref()
                .is_none_or(|t| entry.subject.to_lowercase().contains(t.as_str()))
    }

    /// Where to continue.
    #[must_use]
    pub const fn before(&self) -> Option<ConversationId> {
        self.filter.before
    }

    fn shows_queue(&self, queue: &QueueId) -> bool {
        let theirs = match &self.caller {
            Caller::Customer(_) => false,
            Caller::Agent { queues, .. } => queues.contains(queue),
            Caller::Supervisor(_) => true,
        };
        theirs && self.filter.queue.as_ref().is_none_or(|q| q == queue)
    }
}

/// A count in the making.
#[derive(Debug)]
pub struct Tally {
    selection: Selection,
    states: BTreeMap<State, u64>,
    queues: BTreeMap<QueueId, QueueCount>,
    /// Rows still to be looked at.
    rest: Option<Source>,
}

impl Tally {
    /// Counts what is live, all of it.
    pub fn begin<'a>(
        selection: Selection,
        company: &Company,
        live: impl Iterator<Item = &'a Summary>,
        now: Timestamp,
    ) -> Self {
        let shown = company.queues.keys().filter(|q| selection.shows_queue(q));
        let mut queues: BTreeMap<QueueId, QueueCount> = shown
            .map(|id| (id.clone(), QueueCount::none(id.clone())))
            .collect();
        let mut states: BTreeMap<State, u64> = UNCLOSED
            .into_iter()
            .chain([State::Closed])
            .filter(|s| selection.wants(*s))
            .map(|s| (s, 0))
            .collect();
        for entry in live.map(|s| &s.entry).filter(|e| selection.admits(e)) {
            *states.entry(entry.state).or_default() += 1;
            if entry.state == State::Open {
                let queue = queues
                    .entry(entry.queue.clone())
                    .or_insert_with(|| QueueCount::none(entry.queue.clone()));
                queue.add(now.since(entry.queued_at));
            }
        }
        let rest = match selection.source() {
            Source::Unclosed {
                waiting_of: Some(agent),
                ..
            } => Some(Source::Unclosed {
                live: false,
                waiting_of: Some(agent),
            }),
            Source::Unclosed {
                waiting_of: None, ..
            } => None,
            _ if !selection.wants(State::Waiting) && !selection.wants(State::Closed) => None,
            other => Some(other),
        };
        Self {
            selection,
            states,
            queues,
            rest,
        }
    }

    /// Where the waiting and closed ones are, if such are wanted.
    #[must_use]
    pub fn rest(&self) -> Option<Source> {
        self.rest.clone()
    }

    /// Counts one of the rest.
    pub fn add(&mut self, entry: &Entry) {
        if !is_live(entry.state) && self.selection.admits(entry) {
            *self.states.entry(entry.state).or_default() += 1;
        }
    }

    /// The counts; `more`: not all rows were looked at.
    #[must_use]
    pub fn finish(self, more: bool) -> CountsView {
        CountsView {
            states: self.states.into_iter().collect(),
            more,
            queues: self.queues.into_values().collect(),
        }
    }
}

impl QueueCount {
    fn none(id: QueueId) -> Self {
        Self {
            id,
            waiting: 0,
            longest_wait: None,
        }
    }

    fn add(&mut self, wait: Millis) {
        self.waiting += 1;
        self.longest_wait = self.longest_wait.max(Some(wait));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::company::{Method, Mode, Queue};
    use crate::domain::ids::WorkstreamId;

    fn agent(text: &str) -> AgentId {
        AgentId::parse(text).expect("valid")
    }

    fn queue(text: &str) -> QueueId {
        QueueId::parse(text).expect("valid")
    }

    fn customer(text: &str) -> CustomerId {
        CustomerId::parse(text).expect("valid")
    }

    /// Anna works in `a`; nobody else is a member of anything.
    fn company() -> Company {
        let mut company = Company::default();
        for id in ["a", "b"] {
            let members = if id == "a" {
                [agent("anna")].into()
            } else {
                [].into()
            };
            let queue_of = Queue {
                overflow: crate::domain::company::Overflow::default(),
                name: id.to_owned(),
                members,
                method: Method::RoundRobin,
                priority: 0,
                hours: None,
            };
            company.queues.insert(queue(id), queue_of);
        }
        company
    }

    fn entry(state: State) -> Entry {
        Entry {
            consultants: BTreeSet::new(),
            state,
            mode: Mode::Persistent,
            queue: queue("a"),
            workstream: WorkstreamId::parse("w").expect("valid"),
            customer: customer("carla"),
            agent: None,
            accepted: false,
            last_agent: None,
            priority: 0,
            created_at: Timestamp(0),
            queued_at: Timestamp(0),
            activity_at: Timestamp(0),
            closed: None,
            tags: ["vip".to_owned()].into(),
            subject: "Parcel to ÁVILA".to_owned(),
            waiting_for: None,
            transfer_to: None,
            units: 0,
        }
    }

    fn person(id: &str, role: Role) -> Principal {
        Principal::Agent {
            id: agent(id),
            role,
        }
    }

    fn select(principal: &Principal, filter: ListFilter) -> Selection {
        Selection::new(principal, filter, &company())
    }

    #[test]
    fn agents_find_their_own_what_they_had_last_and_what_is_open_in_their_queues() {
        let anna = select(&person("anna", Role::Agent), ListFilter::default());
        let of = |state, change: fn(&mut Entry)| {
            let mut entry = entry(state);
            change(&mut entry);
            entry
        };
        let cases = [
            ("open in her queue", of(State::Open, |_| {}), true),
            (
                "open in another",
                of(State::Open, |e| e.queue = queue("b")),
                false,
            ),
            (
                "a colleague's in her queue",
                of(State::Active, |e| e.agent = Some(agent("bob"))),
                false,
            ),
            (
                "her own",
                of(State::Active, |e| e.agent = Some(agent("anna"))),
                true,
            ),
            (
                "being handed to her",
                of(State::Active, |e| e.transfer_to = Some(agent("anna"))),
                true,
            ),
            (
                "parked by her",
                of(State::Waiting, |e| e.last_agent = Some(agent("anna"))),
                true,
            ),
            ("parked by somebody", of(State::Waiting, |_| {}), false),
            (
                "closed, which she did not ask for",
                of(State::Closed, |e| e.last_agent = Some(agent("anna"))),
                false,
            ),
        ];
        for (name, entry, expected) in cases {
            assert_eq!(anna.admits(&entry), expected, "{name}");
        }
    }

    #[test]
    fn each_filter_leaves_out_what_does_not_fit() {
        let sue = person("sue", Role::Supervisor);
        let none = ListFilter::default;
        let mut waiting = entry(State::Waiting);
        waiting.last_agent = Some(agent("anna"));
        let text = |t: &str| ListFilter {
            text: Some(t.to_owned()),
            ..none()
        };
        let cases = [
            (none(), true),
            (
                ListFilter {
                    states: vec![State::Open, State::Waiting],
                    ..none()
                },
                true,
            ),
            (
                ListFilter {
                    states: vec![State::Open],
                    ..none()
                },
                false,
            ),
            (
                ListFilter {
                    queue: Some(queue("b")),
                    ..none()
                },
                false,
            ),
            (
                ListFilter {
                    agent: Some(agent("anna")),
                    ..none()
                },
                true,
            ),
            (
                ListFilter {
                    agent: Some(agent("bob")),
                    ..none()
                },
                false,
            ),
            (
                ListFilter {
                    customer: Some(customer("dora")),
                    ..none()
                },
                false,
            ),
            (
                ListFilter {
                    workstream: Some(WorkstreamId::parse("x").expect("valid")),
                    ..none()
                },
                false,
            ),
            (
                ListFilter {
                    tag: Some("vip".to_owned()),
                    ..none()
                },
                true,
            ),
            (
                ListFilter {
                    tag: Some("vi".to_owned()),
                    ..none()
                },
                false,
            ),
            (text("PARCEL TO áv"), true),
            (text("ávila!"), false),
            (
                ListFilter {
                    mine: true,
                    ..none()
                },
                false,
            ),
        ];
        for (filter, expected) in cases {
            let name = format!("{filter:?}");
            assert_eq!(select(&sue, filter).admits(&waiting), expected, "{name}");
        }
    }

    #[test]
    fn only_what_can_hold_it_is_looked_at() {
        let sue = person("sue", Role::Supervisor);
        let anna = person("anna", Role::Agent);
        let carla = Principal::Customer(customer("carla"));
        let states = |states: &[State]| ListFilter {
            states: states.to_vec(),
            ..ListFilter::default()
        };
        let mine = ListFilter {
            mine: true,
            ..ListFilter::default()
        };
        let of_anna = ListFilter {
            agent: Some(agent("anna")),
            ..states(&[State::Waiting])
        };
        let of_dora = ListFilter {
            customer: Some(customer("dora")),
            ..ListFilter::default()
        };
        let unclosed = |live, waiting_of: Option<&str>| Source::Unclosed {
            live,
            waiting_of: waiting_of.map(agent),
        };
        let cases = [
            (&sue, states(&[]), Source::All),
            (
                &sue,
                states(&[State::Open, State::WrapUp]),
                unclosed(true, None),
            ),
            (&sue, states(&[State::Waiting]), Source::All),
            (&sue, of_anna, unclosed(false, Some("anna"))),
            (&sue, of_dora, Source::OfCustomer(customer("dora"))),
            (&sue, mine.clone(), unclosed(true, Some("sue"))),
            (&anna, mine, unclosed(true, Some("anna"))),
            (&anna, states(&[]), unclosed(true, Some("anna"))),
            (&anna, states(&[State::Closed]), Source::All),
            (
                &carla,
                states(&[State::Open]),
                Source::OfCustomer(customer("carla")),
            ),
        ];
        for (who, filter, expected) in cases {
            let name = format!("{who:?} {filter:?}");
            assert_eq!(select(who, filter).source(), expected, "{name}");
        }
    }
}
