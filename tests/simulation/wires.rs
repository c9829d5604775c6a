//! The ways between the machines: every wire keeps its order, the wires among each
//! other keep none.

use std::collections::{BTreeMap, VecDeque};

use linger::domain::command::Start;
use linger::domain::company::Presence;
use linger::domain::ids::{AgentId, ConversationId, CustomerId};
use linger::engine::conversation::{ActionId, Input, Origin};
use linger::engine::outbound::{Outbound, SessionId};
use linger::engine::request::{Ask, Principal};
use linger::engine::summary::Summary;
use linger::engine::supervisor::{Epoch, Woken};
use rand::Rng;
use rand::rngs::StdRng;

/// Who puts something into an actor's mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum From {
    Supervisor,
    Writer,
    Session(SessionId),
}

/// Who tells a session something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// All lives of it in one line: a later one begins when the earlier has said its last word.
    Actor(ConversationId),
    Supervisor,
    Store,
}

/// One way, in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wire {
    ToActor(ConversationId, Epoch, From),
    FromActor(ConversationId, Epoch),
    ToSession(SessionId, Source),
    SessionToSupervisor(SessionId),
    Customer(CustomerId),
    Agent(AgentId),
}

/// What travels.
#[derive(Debug)]
pub(crate) enum Packet {
    // To an actor.
    Input(Input),
    Drain,
    // To the supervisor.
    Observe(Box<Summary>),
    Settled(ActionId),
    StartElsewhere(Origin, Start),
    Woken(Woken),
    WantsSleep,
    Asleep,
    Stays,
    Died,
    TimerDone,
    Start(Origin, CustomerId, Start),
    Ask(Origin, Principal, ConversationId, Ask),
    Connected(bool),
    Presence(Presence),
    Absent,
    // To a session.
    Tell(Outbound),
    Attached(ConversationId, Epoch),
    Detached(ConversationId),
    /// The actor died: subscribe again.
    Lost(ConversationId, Epoch),
}

/// All of them.
#[derive(Default)]
pub(crate) struct Wires(BTreeMap<Wire, VecDeque<Packet>>);

impl Wires {
    pub(crate) fn send(&mut self, wire: Wire, packet: Packet) {
        self.0.entry(wire).or_default().push_back(packet);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next packet of some wire.
    pub(crate) fn next(&mut self, rng: &mut StdRng) -> Option<(Wire, Packet)> {
        if self.0.is_empty() {
            return None;
        }
        let wire = self
            .0
            .keys()
            .nth(rng.random_range(0..self.0.len()))?
            .clone();
        let queue = self.0.get_mut(&wire)?;
        let packet = queue.pop_front()?;
        if queue.is_empty() {
            self.0.remove(&wire);
        }
        Some((wire, packet))
    }

    /// Takes the wires that match away, with what is on them.
    pub(crate) fn cut(&mut self, matches: impl Fn(&Wire) -> bool) -> Vec<(Wire, VecDeque<Packet>)> {
        let cut: Vec<Wire> = self.0.keys().filter(|w| matches(w)).cloned().collect();
        cut.into_iter()
            .filter_map(|w| self.0.remove_entry(&w))
            .collect()
    }
}
