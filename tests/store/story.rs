//! Conversations to store: what the engine would commit, written down by hand.

use std::path::Path;
use std::sync::Arc;

use linger::domain::commit::{Commit, TimerMove, Write};
use linger::domain::company::{AgentProfile, Company, Mode};
use linger::domain::conversation::{Conversation, State};
use linger::domain::directory::Entry;
use linger::domain::event::{AssignedHow, CloseReason, EndedBy, Event, ParkedBy, Recorded};
use linger::domain::ids::{
    AgentId, ClientId, ConversationId, CustomerId, Position, QueueId, WorkstreamId,
};
use linger::domain::message::{Author, Message, SystemKind};
use linger::domain::note::Note;
use linger::domain::routing::{Explanation, Rule};
use linger::domain::time::{Millis, Timestamp};
use linger::store::{Durability, Store};

pub(crate) fn agent(text: &str) -> AgentId {
    AgentId::parse(text).expect("a valid id")
}

pub(crate) fn customer(text: &str) -> CustomerId {
    CustomerId::parse(text).expect("a valid id")
}

pub(crate) fn workstream(text: &str) -> WorkstreamId {
    WorkstreamId::parse(text).expect("a valid id")
}

pub(crate) fn client(text: &str) -> ClientId {
    ClientId::parse(text).expect("a valid id")
}

pub(crate) fn open(path: &Path) -> Store {
    Store::open(path, Durability::Synced).expect("a store that opens")
}

/// The id of the n-th conversation: ascending, as ids made one after the other are.
pub(crate) fn id(n: u64) -> ConversationId {
    ConversationId::from_parts(1_700_000_000_000 + n, 0, n)
}

pub(crate) fn explanation() -> Explanation {
    Explanation {
        rule: Rule::Pick,
        queue: Some(QueueId::parse("support").expect("a valid id")),
        waited: Millis::seconds(5),
        considered: Vec::new(),
        more: 0,
    }
}

/// One conversation as it happens.
pub(crate) struct Story {
    pub(crate) id: ConversationId,
    pub(crate) state: Option<Conversation>,
    timer: Option<Timestamp>,
    now: i64,
}

impl Story {
    pub(crate) fn new(n: u64) -> Self {
        Self {
            id: id(n),
            state: None,
            timer: None,
            now: 1_700_000_000_000 + i64::try_from(n).expect("small"),
        }
    }

    /// The commit of some events, with the rows that follow from the change of state.
    pub(crate) fn step(&mut self, events: Vec<Event>) -> Commit {
        self.now += 10;
        let before = self.state.clone();
        let first = Position(before.as_ref().map_or(1, |state| state.position.0 + 1));
        let events: Vec<_> = events
            .into_iter()
            .map(|event| Recorded {
                at: Timestamp(self.now),
                event,
            })
            .collect();
        for recorded in &events {
            match &mut self.state {
                Some(state) => state.apply(recorded),
                none => {
                    *none =
                        Some(Conversation::begin(self.id, recorded).expect("a start comes first"));
                }
            }
        }
        let after = self.state.as_ref().expect("there were events");
        let is_live = |state: &Conversation| {
            matches!(state.state, State::Open | State::Active | State::WrapUp)
        };
        let waits_for = |state: &Conversation| {
            state
                .last_agent
                .clone()
                .filter(|_| state.state == State::Waiting)
        };
        let live =
            (before.as_ref().is_some_and(is_live) != is_live(after)).then_some(is_live(after));
        let mut waiting = Vec::new();
        let (was, is) = (before.as_ref().and_then(waits_for), waits_for(after));
        if was != is {
            waiting.extend(was.map(|agent| (agent, false)));
            waiting.extend(is.map(|agent| (agent, true)));
        }
        let due = (after.state != State::Closed).then_some(Timestamp(self.now + 60_000));
        let timer = (due != self.timer).then_some(TimerMove {
            from: self.timer,
            to: due,
        });
        self.timer = due;
        let had_subject = before.as_ref().is_some_and(|s| s.subject.is_some());
        let directory = events
            .iter()
            .any(|recorded| Entry::is_due_after(&recorded.event, had_subject))
            .then(|| Arc::new(Entry::from(after)));
        Commit {
            conversation: self.id,
            first,
            events,
            snapshot: None,
            live,
            timer,
            waiting,
            directory,
            audit: Vec::new(),
            workstream: workstream("help"),
            queued_at: after.queued_at,
        }
    }

    pub(crate) fn start(&mut self, who: &str) -> Write {
        let started = Event::Started {
            customer: customer(who),
            workstream: workstream("help"),
            mode: Mode::Persistent,
            widget: None,
            locale: "es".to_owned(),
            context: [("page".to_owned(), "/checkout".to_owned())].into(),
            queue: QueueId::parse("support").expect("a valid id"),
            route: None,
            priority: 0,
            prefer: None,
            client_id: Some(client("start")),
        };
        Write::Commit(self.step(vec![started]))
    }

    fn message(&self, author: Author, client_id: Option<ClientId>, text: &str) -> Event {
        let seq = self.state.as_ref().expect("started").last_seq.next();
        Event::Posted(Arc::new(Message {
            seq,
            at: Timestamp(self.now + 10),
            author,
            client_id,
            text: text.into(),
        }))
    }

    pub(crate) fn says(&mut self, text: &str) -> Write {
        let seq = self.state.as_ref().expect("started").last_seq.next();
        let posted = self.message(Author::Customer, Some(client(&format!("c-{seq}"))), text);
        Write::Commit(self.step(vec![posted]))
    }

    pub(crate) fn answers(&mut self, who: &str, text: &str) -> Write {
        let seq = self.state.as_ref().expect("started").last_seq.next();
        let posted = self.message(
            Author::Agent(agent(who)),
            Some(client(&format!("a-{seq}"))),
            text,
        );
        Write::Commit(self.step(vec![posted]))
    }

    pub(crate) fn notes(&mut self, who: &str, text: &str) -> Write {
        let number = self.state.as_ref().expect("started").last_note.next();
        let note = Note {
            number,
            at: Timestamp(self.now + 10),
            by: agent(who),
            client_id: client(&format!("n-{number}")),
            text: text.into(),
            private_to: number.0.is_multiple_of(2).then(|| agent("ben")),
        };
        Write::Commit(self.step(vec![Event::Noted(note.into())]))
    }

    pub(crate) fn greets(&mut self) -> Write {
        let posted = self.message(Author::System(SystemKind::Greeting), None, "Welcome");
        Write::Commit(self.step(vec![posted]))
    }

    pub(crate) fn picked(&mut self, who: &str, over_capacity: bool) -> Write {
        let assigned = Event::Assigned {
            agent: agent(who),
            units: 1,
            over_capacity,
            how: AssignedHow::Picked,
            returning: false,
            explanation: explanation(),
            by: None,
            reason: None,
        };
        Write::Commit(self.step(vec![assigned]))
    }

    pub(crate) fn parks(&mut self) -> Write {
        Write::Commit(self.step(vec![Event::Parked {
            by: ParkedBy::Agent,
        }]))
    }

    pub(crate) fn ends(&mut self) -> Write {
        Write::Commit(self.step(vec![Event::Ended { by: EndedBy::Agent }]))
    }

    pub(crate) fn closes(&mut self) -> Write {
        Write::Commit(self.step(vec![Event::Closed {
            reason: CloseReason::Finished,
            by: None,
        }]))
    }

    pub(crate) fn snapshot(&self) -> Write {
        Write::Snapshot(Arc::new(self.state.clone().expect("started")))
    }
}

/// Started, one message, nobody has it.
pub(crate) const OPEN: u64 = 1;
/// Forty messages, with anna, a snapshot in the middle.
pub(crate) const ACTIVE: u64 = 2;
/// Parked by anna.
pub(crate) const WAITING: u64 = 3;
/// Ended, not finished.
pub(crate) const WRAP_UP: u64 = 4;
/// Closed; its customer has a later one.
pub(crate) const CLOSED: u64 = 5;
/// The later one of the same customer.
pub(crate) const SUCCESSOR: u64 = 6;
/// Of a customer whose name begins like another's; an override of anna's capacity.
pub(crate) const OVERRIDE: u64 = 7;

/// What a healthy store with a conversation in every state is written from.
pub(crate) fn healthy() -> Vec<Write> {
    let mut writes = vec![Write::Company {
        company: Arc::new(company(3)),
        audit: None,
    }];
    let mut open = Story::new(OPEN);
    writes.extend([open.start("carla"), open.greets(), open.says("Hola")]);
    let mut active = Story::new(ACTIVE);
    writes.extend([active.start("carl"), active.picked("anna", false)]);
    for n in 0..20 {
        writes.extend([
            active.says(&format!("question {n}")),
            active.answers("anna", &format!("answer {n}")),
        ]);
        if n == 9 {
            writes.push(active.snapshot());
        }
    }
    for n in 0..3 {
        writes.push(active.notes("anna", &format!("note {n}")));
    }
    let mut waiting = Story::new(WAITING);
    writes.extend([
        waiting.start("dora"),
        waiting.picked("anna", false),
        waiting.says("later"),
        waiting.parks(),
    ]);
    writes.push(waiting.snapshot());
    let mut wrap_up = Story::new(WRAP_UP);
    writes.extend([
        wrap_up.start("emil"),
        wrap_up.picked("anna", false),
        wrap_up.says("bye"),
        wrap_up.ends(),
    ]);
    let mut closed = Story::new(CLOSED);
    writes.extend([
        closed.start("finn"),
        closed.picked("anna", false),
        closed.ends(),
        closed.closes(),
    ]);
    let mut successor = Story::new(SUCCESSOR);
    writes.extend([successor.start("finn"), successor.says("me again")]);
    let mut over = Story::new(OVERRIDE);
    writes.extend([
        over.start("carlb"),
        over.picked("anna", true),
        over.says("urgent"),
    ]);
    writes
}

/// A company with anna, who has this capacity.
pub(crate) fn company(capacity: u32) -> Company {
    let anna = AgentProfile {
        name: String::new(),
        display_name: "Anna".to_owned(),
        role: linger::domain::company::Role::Agent,
        capacity,
        enabled: true,
        secret_sha256: String::new(),
    };
    let mut company = Company {
        name: "Sample".to_owned(),
        ..Company::default()
    };
    company.agents.insert(agent("anna"), anna);
    company
}
