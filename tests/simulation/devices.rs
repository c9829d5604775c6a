//! The devices that people sit at: connections, answers, and what a real client keeps
//! (cursors, credit, and messages that are not acknowledged yet).

use std::collections::BTreeMap;

use linger::domain::company::{Presence, Role};
use linger::domain::ids::{ClientId, ConversationId, Position, Seq};
use linger::domain::message::{DedupKey, Sender};
use linger::domain::note::{Note, NoteNumber};
use linger::domain::reject::{Code, Reject};
use linger::engine::conversation::Input;
use linger::engine::outbound::{Outbound, SessionId};
use linger::engine::request::{Principal, Reply};
use linger::engine::supervisor::Epoch;
use linger::engine::view::ConversationView;
use rand::Rng;

use crate::scenario::{AGENTS, agent, customer};
use crate::wires::{From, Packet, Wire};
use crate::world::{World, note};

/// A message whose acknowledgement has not arrived.
#[derive(Debug, Clone)]
pub(crate) struct Unsent {
    pub(crate) conversation: Option<ConversationId>,
    pub(crate) workstream: &'static str,
    pub(crate) client_id: ClientId,
    pub(crate) text: String,
}

/// What a request was, until its answer.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    Start(Option<Unsent>),
    Post(Unsent),
    Take(ConversationId),
    Subscribe(ConversationId),
    Unsubscribe(ConversationId),
    Wait(ConversationId, Seq, Option<Position>),
    /// A note with this text.
    Note(ConversationId, ClientId, String),
    /// The notes after this one.
    Notes(NoteNumber),
    Foreign,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Following {
    Asked,
    On,
    Leaving,
    Off,
}

/// One thread as a device follows it.
#[derive(Debug, Clone)]
pub(crate) struct Follow {
    /// The last message it has; kept over reconnects.
    pub(crate) cursor: Seq,
    /// Messages that may still come.
    pub(crate) credit: u32,
    /// Messages consumed but not given back.
    pub(crate) untaken: u32,
    pub(crate) state: Following,
    /// The last state it was shown, as customers count.
    pub(crate) shown: Position,
}

/// One browser tab.
pub(crate) struct Device {
    pub(crate) who: Principal,
    pub(crate) session: Option<SessionId>,
    pub(crate) next_request: u64,
    pub(crate) open: BTreeMap<u64, Asked>,
    pub(crate) follows: BTreeMap<ConversationId, Follow>,
    pub(crate) attached: BTreeMap<ConversationId, Epoch>,
    pub(crate) outbox: Vec<Unsent>,
    pub(crate) sent: Vec<Unsent>,
    pub(crate) noted: Vec<(ConversationId, ClientId, String)>,
    /// People sign in and out here.
    pub(crate) roams: bool,
}

/// Three customers, one of them with two devices, and two devices at which people sign in
/// and out; three agents and a supervisor.
pub(crate) fn devices() -> Vec<Device> {
    let customers = ["ada", "ada", "bob", "eve"].map(|c| Principal::Customer(customer(c)));
    // Until whoever sits there signs out.
    let roaming = ["eve", "bob"].map(|c| Principal::Customer(customer(c)));
    let agents = AGENTS.map(|name| Principal::Agent {
        id: agent(name),
        role: if name == "sue" {
            Role::Supervisor
        } else {
            Role::Agent
        },
    });
    let customers = customers.into_iter().map(|who| (who, false));
    let roaming = roaming.into_iter().map(|who| (who, true));
    customers
        .chain(roaming)
        .chain(agents.into_iter().map(|who| (who, false)))
        .map(|(who, roams)| Device {
            who,
            roams,
            session: None,
            next_request: 0,
            open: BTreeMap::new(),
            follows: BTreeMap::new(),
            attached: BTreeMap::new(),
            outbox: Vec::new(),
            sent: Vec::new(),
            noted: Vec::new(),
        })
        .collect()
}

impl Device {
    fn sender(&self) -> Sender {
        match &self.who {
            Principal::Customer(_) => Sender::Customer,
            Principal::Agent { id, .. } => Sender::Agent(id.clone()),
        }
    }
}

impl World {
    /// A device that is connected loses its connection, one that is not connects.
    pub(crate) fn flap(&mut self) {
        let device = self.rng.random_range(0..self.devices.len());
        if self.devices[device].session.is_some() {
            self.disconnect(device);
        } else {
            self.connect(device);
        }
    }

    pub(crate) fn connect(&mut self, device: usize) -> SessionId {
        self.who_comes(device);
        self.next_session += 1;
        let session = SessionId(self.next_session);
        let first = !self.is_connected(&self.devices[device].who);
        let d = &mut self.devices[device];
        d.session = Some(session);
        let who = d.who.clone();
        self.sessions.insert(session, device);
        note!(self, "{} {who:?} connects as {session:?}", self.now.0);
        match who {
            Principal::Customer(c) if first => {
                self.wires.send(Wire::Customer(c), Packet::Connected(true));
            }
            Principal::Customer(_) => {}
            Principal::Agent { id, .. } => {
                self.agent(&id, |m, now, out| m.connected(session, now, out));
                if self.agents[&id].presence() == Presence::Offline {
                    self.agent(&id, |m, now, out| m.choose(Presence::Available, now, out));
                }
            }
        }
        session
    }

    pub(crate) fn is_connected(&self, who: &Principal) -> bool {
        self.devices
            .iter()
            .any(|d| d.who == *who && d.session.is_some())
    }

    pub(crate) fn disconnect(&mut self, device: usize) {
        let Some(session) = self.devices[device].session else {
            return;
        };
        let attached = std::mem::take(&mut self.devices[device].attached);
        self.connection_broke(device);
        for (id, epoch) in attached {
            let gone = Packet::Input(Input::SessionGone(session));
            self.wires
                .send(Wire::ToActor(id, epoch, From::Session(session)), gone);
        }
        match self.devices[device].who.clone() {
            who @ Principal::Customer(_) if self.is_connected(&who) => {}
            Principal::Customer(c) => self.wires.send(Wire::Customer(c), Packet::Connected(false)),
            Principal::Agent { id, .. } => {
                self.agent(&id, |m, now, out| m.disconnected(session, now, out));
            }
        }
    }

    /// What the device knows when its connection is gone, for whatever reason.
    pub(crate) fn connection_broke(&mut self, device: usize) {
        let d = &mut self.devices[device];
        if let Some(session) = d.session.take() {
            self.sessions.remove(&session);
        }
        d.open.clear();
        d.attached.clear();
        for follow in d.follows.values_mut() {
            follow.state = Following::Off;
        }
    }

    // ------------------------------------------------------------- answers

    pub(crate) fn arrive_at_session(&mut self, session: SessionId, packet: Packet) {
        let Some(device) = self.sessions.get(&session).copied() else {
            // Gone in the meantime; its farewell went past the actor.
            if let Packet::Attached(id, epoch) = packet {
                let gone = Packet::Input(Input::SessionGone(session));
                self.wires
                    .send(Wire::ToActor(id, epoch, From::Session(session)), gone);
            }
            return;
        };
        match packet {
            Packet::Attached(id, epoch) => {
                self.devices[device].attached.insert(id, epoch);
            }
            Packet::Detached(id) => {
                self.devices[device].attached.remove(&id);
            }
            Packet::Lost(id, epoch) => {
                let d = &mut self.devices[device];
                if d.attached.get(&id) == Some(&epoch) {
                    d.attached.remove(&id);
                    if let Some(follow) =
                        d.follows.get_mut(&id).filter(|f| f.state == Following::On)
                    {
                        follow.state = Following::Off;
                    }
                }
            }
            Packet::Tell(Outbound::Answer { request, result }) => {
                self.answered(device, request, result);
            }
            Packet::Tell(Outbound::Messages {
                conversation,
                messages,
            }) => {
                let numbers: Vec<Seq> = messages.iter().map(|m| m.seq).collect();
                self.received(device, conversation, &numbers);
            }
            Packet::Tell(Outbound::View(view)) => self.shown(device, &view),
            Packet::Tell(Outbound::Note { note, .. }) => {
                self.may_read(device, &note);
                self.ways.insert("way note pushed");
            }
            Packet::Tell(Outbound::Unfollowed { conversation }) => {
                self.ways.insert(match &self.devices[device].who {
                    Principal::Agent { .. } => "way dismissed reader",
                    Principal::Customer(_) => "way dismissed customer",
                });
                let d = &mut self.devices[device];
                if let Some(follow) = d
                    .follows
                    .get_mut(&conversation)
                    .filter(|f| f.state == Following::On)
                {
                    follow.state = Following::Off;
                }
            }
            Packet::Tell(_) => {}
            other => unreachable!("{other:?} to a session"),
        }
    }

    /// A customer is shown a state only when something that concerns them has changed.
    fn shown(&mut self, device: usize, view: &ConversationView) {
        let d = &mut self.devices[device];
        let is_customer = matches!(d.who, Principal::Customer(_));
        if let Some(follow) = d.follows.get_mut(&view.id)
            && follow.state == Following::On
        {
            assert!(
                !is_customer || view.public_version > follow.shown,
                "a customer notices what is private in {}",
                view.id
            );
            follow.shown = view.public_version;
        }
    }

    /// Notes come to those of the company whom they are for, and to nobody else.
    fn may_read(&self, device: usize, note: &Note) {
        let Principal::Agent { id, role } = &self.devices[device].who else {
            panic!("a customer is told note {}", note.number)
        };
        assert!(note.is_for(id, *role), "{id} is told another's note");
    }

    /// Each message once, in order, without a gap, within the credit.
    pub(crate) fn received(
        &mut self,
        device: usize,
        conversation: ConversationId,
        numbers: &[Seq],
    ) {
        let d = &mut self.devices[device];
        let follow = d
            .follows
            .get_mut(&conversation)
            .expect("nothing comes that was not asked for");
        // A device that has asked to follow anew ignores what was on its way before.
        if follow.state != Following::On {
            return;
        }
        for seq in numbers {
            assert_eq!(
                *seq,
                follow.cursor.next(),
                "a reader of {conversation} sees a gap or a repetition"
            );
            follow.cursor = *seq;
            follow.credit = follow
                .credit
                .checked_sub(1)
                .expect("never more than the credit");
            follow.untaken += 1;
        }
    }

    pub(crate) fn answered(&mut self, device: usize, request: u64, result: Result<Reply, Reject>) {
        let asked = self.devices[device].open.remove(&request);
        let asked = asked.unwrap_or_else(|| {
            panic!("request {request} of device {device} is answered twice: {result:?}")
        });
        match (asked, result) {
            (Asked::Post(unsent), Ok(Reply::Posted { seq, repeated, .. })) => {
                if repeated {
                    self.ways.insert("way repetition answered");
                }
                let id = unsent.conversation.expect("posts go somewhere");
                self.acknowledge(device, id, unsent, seq);
            }
            (Asked::Start(first), Ok(Reply::Started { view, seq, .. })) => {
                let d = &self.devices[device];
                assert_eq!(
                    d.who,
                    Principal::Customer(view.customer.clone()),
                    "a start answers the starter's conversation"
                );
                if let Some(unsent) = first {
                    let seq = seq.expect("a start with a text answers its number");
                    self.acknowledge(device, view.id, unsent, seq);
                }
            }
            // What may succeed later stays in the outbox.
            (Asked::Start(Some(unsent)) | Asked::Post(unsent), Err(reject))
                if !reject.code.retry() =>
            {
                self.devices[device]
                    .outbox
                    .retain(|u| u.client_id != unsent.client_id);
            }
            (Asked::Take(id), Ok(Reply::Done(view))) => {
                let Principal::Agent { id: me, .. } = &self.devices[device].who else {
                    panic!("a customer took {id}")
                };
                assert_eq!(
                    (view.agent.as_ref(), view.accepted),
                    (Some(me), true),
                    "whoever is told so has it"
                );
            }
            (Asked::Take(_), Err(reject)) if reject.code == Code::AlreadyTaken => {
                assert!(reject.taken_by.is_some(), "the loser is told who has it");
                self.ways.insert("way loser told who has it");
            }
            (Asked::Subscribe(id), Ok(reply)) => {
                let follow = self.devices[device]
                    .follows
                    .get_mut(&id)
                    .expect("asked for");
                follow.state = Following::On;
                if let Reply::Subscribed { view } = reply {
                    follow.shown = view.public_version;
                }
            }
            (Asked::Subscribe(id) | Asked::Unsubscribe(id), _) => {
                let follow = self.devices[device]
                    .follows
                    .get_mut(&id)
                    .expect("asked for");
                follow.state = Following::Off;
            }
            (Asked::Note(id, client_id, text), Ok(Reply::Noted { number, .. })) => {
                let Principal::Agent { id: me, .. } = self.devices[device].who.clone() else {
                    panic!("a customer wrote a note")
                };
                let key = DedupKey {
                    sender: Sender::Notes(me),
                    client_id,
                };
                self.store.check_noted(id, &key, number, &text);
                let before = self.noted.insert((id, key), (number, text.clone()));
                assert!(
                    before.is_none_or(|(n, t)| n == number && t == text),
                    "a repetition answers the same number"
                );
            }
            (Asked::Notes(after), Ok(Reply::Notes { notes, last_number })) => {
                for note in &notes {
                    self.may_read(device, note);
                    assert!(note.number > after && note.number <= last_number);
                }
                self.ways.insert("way notes read");
            }
            (Asked::Wait(id, after, version), Ok(Reply::Events { messages, view })) => {
                if messages.is_empty() && matches!(self.devices[device].who, Principal::Customer(_))
                {
                    assert!(
                        version.is_some_and(|v| view.public_version > v),
                        "a customer's long poll of {id} notices what is private"
                    );
                }
                for (i, message) in messages.iter().enumerate() {
                    assert_eq!(
                        message.seq.0,
                        after.0 + 1 + i as u64,
                        "a long poll of {id} sees a gap"
                    );
                }
            }
            // It turned out to be theirs.
            (Asked::Foreign, Ok(Reply::View(view)))
                if self.devices[device].who == Principal::Customer(view.customer.clone()) => {}
            (Asked::Foreign, result) => {
                let code = result.map(|_| ()).map_err(|r| r.code);
                let told = matches!(
                    code,
                    Err(Code::NotFound | Code::Unavailable | Code::Overloaded | Code::Parked)
                );
                assert!(told, "somebody else's conversation is not there: {code:?}");
            }
            _ => {}
        }
    }

    pub(crate) fn acknowledge(
        &mut self,
        device: usize,
        id: ConversationId,
        unsent: Unsent,
        seq: Seq,
    ) {
        let d = &mut self.devices[device];
        let key = DedupKey {
            sender: d.sender(),
            client_id: unsent.client_id.clone(),
        };
        d.outbox.retain(|u| u.client_id != unsent.client_id);
        self.store.check_acknowledged(id, &key, seq, &unsent.text);
        let before = self
            .acknowledged
            .insert((id, key), (seq, unsent.text.clone()));
        assert!(
            before.is_none_or(|(s, t)| s == seq && t == unsent.text),
            "a repetition answers the same number"
        );
        d.sent.push(Unsent {
            conversation: Some(id),
            ..unsent
        });
        if d.sent.len() > 20 {
            d.sent.remove(0);
        }
    }

    /// With everything at rest, whoever asked has an answer and whoever reads has read.
    pub(crate) fn check_devices(&self) {
        for (n, d) in self
            .devices
            .iter()
            .enumerate()
            .filter(|(_, d)| d.session.is_some())
        {
            for (request, asked) in &d.open {
                let Asked::Wait(id, after, _) = asked else {
                    panic!("device {n} has no answer to {request}: {asked:?}")
                };
                let last = self.store.state(*id).map_or(Seq(0), |c| c.last_seq);
                assert!(
                    last <= *after,
                    "device {n}: the long poll of {id} after {after:?} was forgotten at {last:?}"
                );
            }
            for (id, follow) in d.follows.iter().filter(|(_, f)| f.state == Following::On) {
                let last = self.store.state(*id).map_or(Seq(0), |c| c.last_seq);
                assert_eq!(
                    follow.cursor, last,
                    "device {n} has read all of {id}, credit {}",
                    follow.credit
                );
            }
        }
    }
}
