//! The store as `domain::commit` describes it, in memory. Everything it holds is
//! durable; what is not yet synced stands in the world's queue and a crash loses it.
//!
//! It refuses (panics) whatever the real store could not make sense of: a gap in a
//! journal, a message number or client id used twice, a timer row that is not where
//! the step says, a second unended conversation of a customer.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use linger::domain::affair::Affair;
use linger::domain::commit::{AgentRow, Commit, LateTimers, TimerMove, Write};
use linger::domain::company::Company;
use linger::domain::conversation::{Conversation, State, next_due, row_is_late};
use linger::domain::device::Device;
use linger::domain::directory::Entry;
use linger::domain::event::{Event, FormerCurrent, Recorded};
use linger::domain::ids::{AgentId, ConversationId, CustomerId, Position, Seq, WorkstreamId};
use linger::domain::message::{DedupKey, Message};
use linger::domain::note::{Note, NoteNumber};
use linger::domain::time::Timestamp;
use linger::engine::conversation::Memory;
use linger::engine::supervisor::TimerPage;
use linger::engine::view::ConversationView;

/// Where it stood, its last message, its last note, and the version that customers count.
type Shown = (State, Seq, NoteNumber, Position);

fn shown(state: &Conversation) -> Shown {
    (
        state.state,
        state.last_seq,
        state.last_note,
        state.public_position,
    )
}

/// One conversation on disk.
pub(crate) struct Stored {
    pub(crate) events: Vec<Recorded>,
    /// What a view shows after every event, by position - 1.
    shown: Vec<Shown>,
    pub(crate) state: Conversation,
    snapshot: Option<Conversation>,
    pub(crate) messages: Vec<Arc<Message>>,
    pub(crate) notes: Vec<Arc<Note>>,
    dedup: HashMap<DedupKey, (Seq, Timestamp)>,
    pub(crate) timer: Option<Timestamp>,
    pub(crate) live: bool,
    entry: Option<Entry>,
    pub(crate) parked: bool,
}

/// The disk.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) conversations: BTreeMap<ConversationId, Stored>,
    newest: BTreeMap<(CustomerId, WorkstreamId), ConversationId>,
    waiting: BTreeSet<(AgentId, ConversationId)>,
    timers: BTreeSet<(Timestamp, ConversationId)>,
    pub(crate) agents: BTreeMap<AgentId, AgentRow>,
    pub(crate) swept: Option<u64>,
    pub(crate) affairs: BTreeMap<CustomerId, Arc<Affair>>,
    pub(crate) devices: BTreeMap<CustomerId, Arc<Device>>,
    /// Devices of which the audit says that they were linked.
    linked: BTreeSet<String>,
}

/// At most one of these per customer and workstream.
pub(crate) fn is_unended(state: State) -> bool {
    matches!(state, State::Open | State::Active | State::Waiting)
}

impl Store {
    pub(crate) fn apply(&mut self, write: Write, company: &Company) {
        match write {
            Write::Commit(commit) => self.commit(commit, company),
            Write::Snapshot(state) => {
                let stored = self
                    .conversations
                    .get_mut(&state.id)
                    .expect("a snapshot of a stored conversation");
                assert_eq!(*state, stored.state, "a snapshot is of the durable state");
                stored.snapshot = Some(Conversation::clone(&state));
            }
            Write::Timer {
                conversation,
                timer,
            } => {
                self.move_timer(conversation, timer);
                self.check_timer(conversation, company);
            }
            Write::Agent { agent, row } => {
                self.agents.insert(agent, row);
            }
            Write::Swept(revision) => self.swept = Some(revision),
            Write::Barrier
            | Write::Company { .. }
            | Write::KeptKeys { .. }
            | Write::Staff(_)
            | Write::Sample(_) => {}
            Write::Erasure { .. }
            | Write::Erase(_)
            | Write::NoDevice(_)
            | Write::AuditAnew { .. } => unreachable!("nobody is erased here"),
            Write::All(writes) => {
                for write in writes {
                    self.apply(write, company);
                }
            }
            Write::Device { id, device } => {
                self.devices.insert(id.customer(), device);
            }
            Write::Affair { customer, affair } => {
                match affair {
                    Some(affair) => self.affairs.insert(customer, affair),
                    None => self.affairs.remove(&customer),
                };
            }
            Write::Audit(record) => {
                let object = record.object.as_ref().expect("a device").as_str();
                let is_new = self.linked.insert(object.to_owned());
                assert!(is_new, "{object} is linked once");
            }
            Write::Parked {
                conversation,
                reason,
            } => {
                if let Some(stored) = self.conversations.get_mut(&conversation) {
                    stored.parked = reason.is_some();
                }
            }
        }
    }

    fn commit(&mut self, commit: Commit, company: &Company) {
        let id = commit.conversation;
        assert!(!commit.events.is_empty(), "a step has at least one event");
        let before = self
            .conversations
            .get(&id)
            .map_or(Position(0), |s| s.state.position);
        assert_eq!(
            commit.first,
            before.next(),
            "the journal of {id} has no gap"
        );
        let mut events = commit.events.into_iter();
        if before == Position(0) {
            let first = events.next().expect("at least one event");
            self.begin(id, first);
        }
        for recorded in events {
            let moved = match &recorded.event {
                Event::Linked { customer, was, .. } => Some((customer.clone(), was.clone())),
                _ => None,
            };
            self.move_owner(id, &recorded.event);
            let stored = self.conversations.get_mut(&id).expect("it has begun");
            stored.take(recorded);
            if let Some((customer, was)) = moved {
                self.check_owner(&customer);
                self.check_owner(&was);
            }
        }
        let stored = self.conversations.get_mut(&id).expect("it has begun");
        if let Some(snapshot) = commit.snapshot {
            assert_eq!(
                *snapshot, stored.state,
                "a snapshot is the state after its step"
            );
            stored.snapshot = Some(Conversation::clone(&snapshot));
        }
        if let Some(live) = commit.live {
            assert_ne!(
                stored.live, live,
                "the live set changes only when it changes"
            );
            stored.live = live;
        }
        let is_live = matches!(
            stored.state.state,
            State::Open | State::Active | State::WrapUp
        );
        assert_eq!(
            stored.live, is_live,
            "the live set is open, active and wrap-up"
        );
        if let Some(entry) = commit.directory {
            assert_eq!(
                *entry,
                Entry::from(&stored.state),
                "a row of the directory is of the state after its step"
            );
            stored.entry = Some(Entry::clone(&entry));
        }
        let entry = stored.entry.as_ref().expect("a start has a row");
        let expected = Entry {
            activity_at: entry.activity_at,
            ..Entry::from(&stored.state)
        };
        assert_eq!(
            *entry, expected,
            "a step without a row in the directory changes nothing in it"
        );
        for (agent, enters) in commit.waiting {
            let changed = if enters {
                self.waiting.insert((agent, id))
            } else {
                self.waiting.remove(&(agent, id))
            };
            assert!(changed, "a waiting row is written once and removed once");
        }
        if let Some(timer) = commit.timer {
            self.move_timer(id, timer);
        }
        self.check_waiting(id);
        self.check_timer(id, company);
    }

    fn begin(&mut self, id: ConversationId, first: Recorded) {
        let state = Conversation::begin(id, &first).expect("the first event is Started");
        let owner = (state.customer.clone(), state.workstream.clone());
        self.newest.insert(owner, id);
        let stored = Stored {
            shown: vec![shown(&state)],
            events: vec![first],
            state,
            snapshot: None,
            messages: Vec::new(),
            notes: Vec::new(),
            dedup: HashMap::new(),
            timer: None,
            live: false,
            entry: None,
            parked: false,
        };
        self.conversations.insert(id, stored);
    }

    /// Where starts go, as the indexes follow from the event alone.
    fn move_owner(&mut self, id: ConversationId, event: &Event) {
        let Event::Linked {
            customer,
            was,
            workstream,
            current,
            former,
        } = event
        else {
            return;
        };
        if *current {
            let owner = (customer.clone(), workstream.clone());
            self.newest.insert(owner, id);
        }
        let owner = (was.clone(), workstream.clone());
        match former {
            FormerCurrent::Stays => {}
            FormerCurrent::Goes => {
                self.newest.remove(&owner);
            }
            FormerCurrent::Names(left) => {
                self.newest.insert(owner, *left);
            }
        }
    }

    fn check_waiting(&self, id: ConversationId) {
        let state = &self.conversations[&id].state;
        let expected = state
            .last_agent
            .clone()
            .filter(|_| state.state == State::Waiting);
        let rows: Vec<&AgentId> = self
            .waiting
            .iter()
            .filter(|(_, c)| *c == id)
            .map(|(a, _)| a)
            .collect();
        assert_eq!(
            rows,
            expected.iter().collect::<Vec<_>>(),
            "the waiting rows of {id}"
        );
    }

    fn move_timer(&mut self, id: ConversationId, timer: TimerMove) {
        let stored = self
            .conversations
            .get_mut(&id)
            .expect("a timer of a stored conversation");
        assert_eq!(
            stored.timer, timer.from,
            "the timer row of {id} is where the step thinks"
        );
        if let Some(from) = timer.from {
            assert!(self.timers.remove(&(from, id)), "the row exists");
        }
        if let Some(to) = timer.to {
            self.timers.insert((to, id));
        }
        stored.timer = timer.to;
    }

    /// A small page of timer rows.
    pub(crate) fn late_timers(&self, page: &TimerPage, company: &Company) -> LateTimers {
        const ROWS: usize = 2;
        let behind = |id: &ConversationId| page.after.is_none_or(|after| *id > after);
        let rows = self.conversations.iter();
        let rows: Vec<_> = rows
            .filter(|(id, s)| behind(id) && s.timer.is_some())
            .take(ROWS)
            .collect();
        let late = rows.iter().filter(|(_, s)| {
            let entry = s.entry.as_ref().expect("a start has a row");
            page.concerned.admits(entry) && row_is_late(s.timer, &s.state, company)
        });
        let to = |s: &Stored| next_due(&s.state, company).map(|(due, _)| due);
        LateTimers {
            moves: late
                .map(|(id, s)| {
                    let (from, to) = (s.timer, to(s));
                    (**id, TimerMove { from, to })
                })
                .collect(),
            next: rows
                .last()
                .map(|(id, _)| **id)
                .filter(|_| rows.len() == ROWS),
        }
    }

    /// The row may be earlier than the earliest timer, never later and never missing.
    pub(crate) fn check_timer(&self, id: ConversationId, company: &Company) {
        let stored = &self.conversations[&id];
        let due = next_due(&stored.state, company).map(|(at, _)| at);
        match (stored.timer, due) {
            (Some(row), Some(due)) => {
                assert!(row <= due, "the timer row of {id} is later than {due:?}");
            }
            (None, Some(due)) => panic!("{id} has no timer row but something due at {due:?}"),
            (_, None) => {}
        }
    }

    pub(crate) fn state(&self, id: ConversationId) -> Option<&Conversation> {
        self.conversations.get(&id).map(|s| &s.state)
    }

    pub(crate) fn newest_of(
        &self,
        customer: &CustomerId,
        workstream: &WorkstreamId,
    ) -> Option<ConversationId> {
        self.newest
            .get(&(customer.clone(), workstream.clone()))
            .copied()
    }

    pub(crate) fn find(
        &self,
        id: ConversationId,
        key: &DedupKey,
    ) -> Option<(Seq, Timestamp, Arc<str>)> {
        let stored = self.conversations.get(&id)?;
        let (seq, at) = stored.dedup.get(key).copied()?;
        let message = stored
            .messages
            .iter()
            .find(|m| m.dedup_key().as_ref() == Some(key));
        let note = || stored.notes.iter().find(|n| n.dedup_key() == *key);
        let text = message
            .map(|m| m.text.clone())
            .or_else(|| Some(note()?.text.clone()));
        Some((seq, at, text.expect("a client id is of something")))
    }

    pub(crate) fn page(&self, id: ConversationId, after: Seq, limit: usize) -> Vec<Arc<Message>> {
        let messages = self
            .conversations
            .get(&id)
            .map_or(&[][..], |s| &s.messages[..]);
        messages
            .iter()
            .filter(|m| m.seq > after)
            .take(limit)
            .cloned()
            .collect()
    }

    pub(crate) fn due(&self, now: Timestamp) -> Vec<(Timestamp, ConversationId)> {
        self.timers
            .iter()
            .take_while(|(at, _)| *at <= now)
            .copied()
            .collect()
    }

    /// What a waking actor is told: snapshot and tail, the last messages, client ids.
    pub(crate) fn load(
        &self,
        id: ConversationId,
        recent: usize,
        client_ids: usize,
    ) -> Option<Memory> {
        let stored = self.conversations.get(&id)?;
        let (mut state, from) = match &stored.snapshot {
            Some(snapshot) => (snapshot.clone(), snapshot.position),
            None => (Conversation::begin(id, &stored.events[0])?, Position(1)),
        };
        for recorded in &stored.events[usize::try_from(from.0).expect("small")..] {
            state.apply(recorded);
        }
        assert_eq!(state, stored.state, "snapshot and tail make the state");
        let keys = stored
            .messages
            .iter()
            .rev()
            .filter_map(|m| Some((m.dedup_key()?, m.seq, m.at)));
        let notes = stored.notes.iter().rev();
        let keys = keys.chain(notes.map(|n| (n.dedup_key(), n.number.as_seq(), n.at)));
        let some: Vec<_> = keys.take(client_ids).collect();
        Some(Memory {
            recent: stored
                .messages
                .iter()
                .skip(stored.messages.len().saturating_sub(recent))
                .cloned()
                .collect(),
            client_ids_complete: some.len() == stored.dedup.len(),
            client_ids: some,
            timer: stored.timer,
            snapshot: stored.snapshot.as_ref().map_or(Position(0), |s| s.position),
            state,
        })
    }

    /// Whether a view shows nothing but what is durable, and shows it as it was.
    pub(crate) fn check_view(&self, view: &ConversationView) {
        let stored = self
            .conversations
            .get(&view.id)
            .expect("a view of a durable conversation");
        assert!(
            view.version <= stored.state.position,
            "a view of {:?} is visible before it is durable",
            view.version
        );
        let index = usize::try_from(view.version.0 - 1).expect("small");
        let of_view = (
            view.state,
            view.last_seq,
            view.last_note,
            view.public_version,
        );
        assert_eq!(
            of_view, stored.shown[index],
            "the view of {} at {:?}",
            view.id, view.version
        );
    }

    pub(crate) fn check_message(&self, id: ConversationId, message: &Message) {
        let index = usize::try_from(message.seq.0 - 1).expect("small");
        let durable = self
            .conversations
            .get(&id)
            .and_then(|s| s.messages.get(index));
        assert_eq!(
            durable.map(|m| &**m),
            Some(message),
            "a message is visible before it is durable"
        );
    }

    pub(crate) fn check_note(&self, id: ConversationId, note: &Note) {
        let index = usize::try_from(note.number.0 - 1).expect("small");
        let durable = self.conversations.get(&id).and_then(|s| s.notes.get(index));
        assert_eq!(
            durable.map(|n| &**n),
            Some(note),
            "a note is visible before it is durable"
        );
    }

    /// Whether an acknowledged note is there once, with its number and text.
    pub(crate) fn check_noted(
        &self,
        id: ConversationId,
        key: &DedupKey,
        number: NoteNumber,
        text: &str,
    ) {
        let notes = &self.conversations[&id].notes;
        let found: Vec<_> = notes.iter().filter(|n| n.dedup_key() == *key).collect();
        assert_eq!(found.len(), 1, "the note {key:?} is there exactly once");
        assert_eq!((found[0].number, &*found[0].text), (number, text));
    }

    /// Whether an acknowledged message is there once, with its number and text.
    pub(crate) fn check_acknowledged(
        &self,
        id: ConversationId,
        key: &DedupKey,
        seq: Seq,
        text: &str,
    ) {
        let stored = self
            .conversations
            .get(&id)
            .unwrap_or_else(|| panic!("acknowledged {id} is lost"));
        let found: Vec<_> = stored
            .messages
            .iter()
            .filter(|m| m.dedup_key().as_ref() == Some(key))
            .collect();
        assert_eq!(
            found.len(),
            1,
            "the acknowledged message {key:?} is there exactly once"
        );
        assert_eq!(
            (found[0].seq, &*found[0].text),
            (seq, text),
            "it keeps its number and text"
        );
    }
}

impl Stored {
    fn take(&mut self, recorded: Recorded) {
        if let Event::Posted(message) = &recorded.event {
            assert_eq!(
                message.seq,
                self.state.last_seq.next(),
                "message numbers have no gap"
            );
            if let Some(key) = message.dedup_key() {
                let before = self.dedup.insert(key, (message.seq, message.at));
                assert_eq!(before, None, "a client id is one message: {message:?}");
            }
            self.messages.push(message.clone());
        }
        if let Event::Noted(note) = &recorded.event {
            assert_eq!(
                note.number,
                self.state.last_note.next(),
                "note numbers have no gap"
            );
            let row = (note.number.as_seq(), note.at);
            let before = self.dedup.insert(note.dedup_key(), row);
            assert_eq!(before, None, "a client id is one note: {note:?}");
            self.notes.push(note.clone());
        }
        self.state.apply(&recorded);
        self.shown.push(shown(&self.state));
        self.events.push(recorded);
    }
}
