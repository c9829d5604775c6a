//! Customers, agents and a supervisor, each behind a device that keeps what a real
//! client keeps: cursors, credit, and messages that are not acknowledged yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use linger::domain::command::Start;
use linger::domain::conversation::State;
use linger::domain::ids::{AgentId, ClientId, ConversationId, CustomerId, Seq};
use linger::domain::message::{DedupKey, Sender};
use linger::domain::reject::{Code, Reject};
use linger::domain::workstream::{Distribution, Presence, Role};
use linger::engine::conversation::{Input, Origin};
use linger::engine::outbound::{Outbound, SessionId};
use linger::engine::request::{Ask, Page, Principal, Reply};
use linger::engine::supervisor::Epoch;
use rand::Rng;

use crate::scenario::{AGENTS, QUEUES, WORKSTREAMS, agent, customer, queue, workstream};
use crate::wires::{From, Packet, Wire};
use crate::world::{World, note};

/// A message whose acknowledgement has not arrived.
#[derive(Debug, Clone)]
struct Unsent {
    conversation: Option<ConversationId>,
    workstream: &'static str,
    client_id: ClientId,
    text: String,
}

/// What a request was, until its answer.
#[derive(Debug, Clone)]
enum Asked {
    Start(Option<Unsent>),
    Post(Unsent),
    Take(ConversationId),
    Subscribe(ConversationId),
    Unsubscribe(ConversationId),
    Wait(ConversationId, Seq),
    Foreign,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Following {
    Asked,
    On,
    Leaving,
    Off,
}

/// One thread as a device follows it.
#[derive(Debug, Clone)]
struct Follow {
    /// The last message it has; kept over reconnects.
    cursor: Seq,
    /// Messages that may still come.
    credit: u32,
    /// Messages consumed but not given back.
    untaken: u32,
    state: Following,
}

/// One browser tab.
pub(crate) struct Device {
    pub(crate) who: Principal,
    session: Option<SessionId>,
    next_request: u64,
    open: BTreeMap<u64, Asked>,
    follows: BTreeMap<ConversationId, Follow>,
    attached: BTreeMap<ConversationId, Epoch>,
    outbox: Vec<Unsent>,
    sent: Vec<Unsent>,
}

/// Three customers, one of them with two devices; three agents and a supervisor.
pub(crate) fn devices() -> Vec<Device> {
    let customers = ["ada", "ada", "bob", "eve"].map(|c| Principal::Customer(customer(c)));
    let agents = AGENTS.map(|name| Principal::Agent {
        id: agent(name),
        role: if name == "sue" {
            Role::Supervisor
        } else {
            Role::Agent
        },
    });
    customers
        .into_iter()
        .chain(agents)
        .map(|who| Device {
            who,
            session: None,
            next_request: 0,
            open: BTreeMap::new(),
            follows: BTreeMap::new(),
            attached: BTreeMap::new(),
            outbox: Vec::new(),
            sent: Vec::new(),
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
    // --------------------------------------------------------- connections

    /// A device that is connected loses its connection, one that is not connects.
    pub(crate) fn flap(&mut self) {
        let device = self.rng.random_range(0..self.devices.len());
        if self.devices[device].session.is_some() {
            self.disconnect(device);
        } else {
            self.connect(device);
        }
    }

    fn connect(&mut self, device: usize) -> SessionId {
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
                self.wires.send(Wire::Customer(c), Packet::Connected(true))
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

    fn is_connected(&self, who: &Principal) -> bool {
        self.devices
            .iter()
            .any(|d| d.who == *who && d.session.is_some())
    }

    fn disconnect(&mut self, device: usize) {
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
                self.agent(&id, |m, now, out| m.disconnected(session, now, out))
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
                self.answered(device, request, result)
            }
            Packet::Tell(Outbound::Messages {
                conversation,
                messages,
            }) => {
                let numbers: Vec<Seq> = messages.iter().map(|m| m.seq).collect();
                self.received(device, conversation, &numbers);
            }
            Packet::Tell(_) => {}
            other => unreachable!("{other:?} to a session"),
        }
    }

    /// Each message once, in order, without a gap, within the credit.
    fn received(&mut self, device: usize, conversation: ConversationId, numbers: &[Seq]) {
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

    fn answered(&mut self, device: usize, request: u64, result: Result<Reply, Reject>) {
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
            (Asked::Subscribe(id), Ok(_)) => {
                let follow = self.devices[device]
                    .follows
                    .get_mut(&id)
                    .expect("asked for");
                follow.state = Following::On;
            }
            (Asked::Subscribe(id) | Asked::Unsubscribe(id), _) => {
                let follow = self.devices[device]
                    .follows
                    .get_mut(&id)
                    .expect("asked for");
                follow.state = Following::Off;
            }
            (Asked::Wait(id, after), Ok(Reply::Events { messages, .. })) => {
                for (i, message) in messages.iter().enumerate() {
                    assert_eq!(
                        message.seq.0,
                        after.0 + 1 + i as u64,
                        "a long poll of {id} sees a gap"
                    );
                }
            }
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

    fn acknowledge(&mut self, device: usize, id: ConversationId, unsent: Unsent, seq: Seq) {
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

    // ------------------------------------------------------------- actions

    pub(crate) fn somebody_acts(&mut self) {
        let device = self.rng.random_range(0..self.devices.len());
        if self.devices[device].session.is_none() {
            if self.rng.random_bool(0.8) {
                self.connect(device);
            }
            return;
        }
        match self.rng.random_range(0..10) {
            0 => self.resend(device),
            1 | 2 => self.read_something(device),
            _ => match self.devices[device].who.clone() {
                Principal::Customer(me) => self.customer_acts(device, &me),
                Principal::Agent { id, role } => self.agent_acts(device, &id, role),
            },
        }
    }

    fn unsent(&mut self, conversation: Option<ConversationId>, workstream: &'static str) -> Unsent {
        self.next_client_id += 1;
        let name = format!("m{}", self.next_client_id);
        let client_id = ClientId::parse(&name).expect("valid");
        Unsent {
            conversation,
            workstream,
            client_id,
            text: format!("text of {name}"),
        }
    }

    fn some_conversation(
        &mut self,
        fits: impl Fn(&World, ConversationId) -> bool,
    ) -> Option<ConversationId> {
        let all: Vec<ConversationId> = self
            .store
            .conversations
            .keys()
            .copied()
            .filter(|id| fits(self, *id))
            .collect();
        (!all.is_empty()).then(|| all[self.rng.random_range(0..all.len())])
    }

    fn customer_acts(&mut self, device: usize, me: &CustomerId) {
        let mine =
            self.some_conversation(|w, id| w.store.state(id).is_some_and(|c| c.customer == *me));
        let roll = self.rng.random_range(0..100);
        match mine {
            Some(id) if roll < 60 => {
                let message = self.unsent(Some(id), "");
                self.post(device, message);
            }
            Some(id) if roll < 66 => {
                let last = self.store.state(id).map_or(Seq(0), |c| c.last_seq);
                let read = Seq(self.rng.random_range(0..=last.0));
                self.ask(
                    device,
                    id,
                    Ask::Mark {
                        delivered: last,
                        read,
                    },
                    Asked::Other,
                );
            }
            Some(id) if roll < 69 => self.ask(device, id, Ask::Typing { on: true }, Asked::Other),
            Some(id) if roll < 72 => self.ask(device, id, Ask::End, Asked::Other),
            _ if roll < 74 => {
                let foreign = self.some_conversation(|w, id| {
                    w.store.state(id).is_some_and(|c| c.customer != *me)
                });
                if let Some(id) = foreign {
                    self.ask(device, id, Ask::View, Asked::Foreign);
                }
            }
            _ => {
                let workstream = WORKSTREAMS[self.rng.random_range(0..WORKSTREAMS.len())];
                let first = self.unsent(None, workstream);
                let with_text = self.rng.random_bool(0.6);
                let times = if self.rng.random_bool(0.1) { 5 } else { 1 };
                for _ in 0..times {
                    self.start(device, first.clone(), with_text);
                }
            }
        }
    }

    fn start(&mut self, device: usize, unsent: Unsent, with_text: bool) {
        let mut start = Start {
            workstream: Some(workstream(unsent.workstream)),
            locale: "en".to_owned(),
            ..Start::default()
        };
        if self.rng.random_bool(0.3) {
            start.context.insert("topic".to_owned(), "sales".to_owned());
        }
        if with_text {
            start.client_id = Some(unsent.client_id.clone());
            start.text = Some(Arc::from(unsent.text.as_str()));
            self.keep(device, &unsent);
        }
        let asked = Asked::Start(with_text.then_some(unsent));
        let (Some(origin), Principal::Customer(me)) =
            (self.open(device, asked), self.devices[device].who.clone())
        else {
            return;
        };
        self.wires.send(
            Wire::SessionToSupervisor(origin.session),
            Packet::Start(origin, me, start),
        );
    }

    fn keep(&mut self, device: usize, unsent: &Unsent) {
        let outbox = &mut self.devices[device].outbox;
        if outbox.iter().all(|u| u.client_id != unsent.client_id) {
            outbox.push(unsent.clone());
        }
    }

    fn post(&mut self, device: usize, unsent: Unsent) {
        let id = unsent.conversation.expect("posts go somewhere");
        let ask = Ask::Post {
            client_id: unsent.client_id.clone(),
            text: Arc::from(unsent.text.as_str()),
        };
        self.keep(device, &unsent);
        self.ask(device, id, ask, Asked::Post(unsent));
    }

    /// Again what is not acknowledged, and sometimes what is.
    fn resend(&mut self, device: usize) {
        let d = &self.devices[device];
        let (from, again) = if self.rng.random_bool(0.3) {
            (&d.sent, true)
        } else {
            (&d.outbox, false)
        };
        if from.is_empty() {
            return;
        }
        let unsent = from[self.rng.random_range(0..from.len())].clone();
        note!(
            self,
            "{} device {device} sends {} again",
            self.now.0,
            unsent.client_id
        );
        match unsent.conversation {
            Some(id) if again => {
                let ask = Ask::Post {
                    client_id: unsent.client_id.clone(),
                    text: Arc::from(unsent.text.as_str()),
                };
                self.ask(device, id, ask, Asked::Post(unsent));
            }
            Some(_) => self.post(device, unsent),
            None => self.start(device, unsent, true),
        }
    }

    fn agent_acts(&mut self, device: usize, me: &AgentId, role: Role) {
        if self.rng.random_bool(0.08) {
            let all = [
                Presence::Available,
                Presence::Available,
                Presence::Available,
                Presence::Busy,
                Presence::Away,
                Presence::Offline,
            ];
            let presence = all[self.rng.random_range(0..all.len())];
            self.agent(me, |m, now, out| m.choose(presence, now, out));
            return;
        }
        let concerns = |w: &World, id: ConversationId| {
            w.store.state(id).is_some_and(|c| {
                c.assignment.as_ref().is_some_and(|a| a.agent == *me)
                    || c.transfer.as_ref().is_some_and(|t| t.agent == *me)
                    || (c.state == State::Waiting && c.last_agent.as_ref() == Some(me))
                    || (c.state == State::Open && w.is_picked(id))
            })
        };
        let id = match self.some_conversation(concerns) {
            Some(id) if self.rng.random_bool(0.9) => Some(id),
            _ => self.some_conversation(|_, _| true),
        };
        let Some(id) = id else { return };
        let state = self.store.state(id).expect("just found").clone();
        let other = agent(AGENTS[self.rng.random_range(0..AGENTS.len())]);
        let roll = self.rng.random_range(0..100);
        if role == Role::Supervisor && roll < 30 {
            let ask = match roll {
                0..14 => Ask::Assign(other),
                14..20 => Ask::TransferToAgent(other),
                20..26 => Ask::TransferToQueue(queue(QUEUES[roll % 2])),
                _ => Ask::ForceClose,
            };
            self.ask(device, id, ask, Asked::Other);
            return;
        }
        let accepted = state.accepted_agent() == Some(me);
        match state.state {
            State::Active if accepted && state.transfer.is_none() => {
                self.work(device, id, other, roll)
            }
            State::Active if accepted && roll < 80 => self.work(device, id, other, roll.min(50)),
            State::Active if roll < 70 => self.ask(device, id, Ask::Accept, Asked::Take(id)),
            State::Active if roll < 90 => self.ask(device, id, Ask::Reject, Asked::Other),
            State::Waiting if roll < 20 => self.ask(device, id, Ask::Reopen, Asked::Take(id)),
            State::Open => self.ask(device, id, Ask::Pick, Asked::Take(id)),
            State::WrapUp if roll < 50 => self.ask(device, id, Ask::Finish, Asked::Other),
            State::Active | State::Waiting | State::WrapUp | State::Closed => {}
        }
    }

    fn is_picked(&self, id: ConversationId) -> bool {
        let state = self.store.state(id).expect("stored");
        self.company.workstreams[&state.workstream].distribution == Distribution::Pick
    }

    fn work(&mut self, device: usize, id: ConversationId, other: AgentId, roll: usize) {
        let ask = match roll {
            0..55 => {
                let message = self.unsent(Some(id), "");
                self.post(device, message);
                return;
            }
            55..70 => Ask::Park,
            70..78 => Ask::Release,
            78..86 => Ask::TransferToAgent(other),
            86..90 => Ask::TransferToQueue(queue(QUEUES[roll % 2])),
            90..97 => Ask::End,
            _ => {
                let last = self.store.state(id).map_or(Seq(0), |c| c.last_seq);
                Ask::Mark {
                    delivered: last,
                    read: last,
                }
            }
        };
        self.ask(device, id, ask, Asked::Other);
    }

    fn read_something(&mut self, device: usize) {
        let who = self.devices[device].who.clone();
        let Some(id) = self.some_conversation(|w, id| match &who {
            Principal::Customer(me) => w.store.state(id).is_some_and(|c| c.customer == *me),
            Principal::Agent { .. } => true,
        }) else {
            return;
        };
        match self.rng.random_range(0..12) {
            0..4 => self.subscribe(device, id),
            4..8 => self.take(device, id, false),
            8 => self.unsubscribe(device, id),
            9 => self.ask(device, id, Ask::View, Asked::Other),
            10 => {
                let after = Seq(self
                    .rng
                    .random_range(0..=self.store.state(id).map_or(0, |c| c.last_seq.0)));
                let version = self.rng.random_bool(0.5).then(|| self.store.position(id));
                self.ask(
                    device,
                    id,
                    Ask::Wait { after, version },
                    Asked::Wait(id, after),
                );
            }
            _ => self.ask(
                device,
                id,
                Ask::History(Page::After(Seq(0), 10)),
                Asked::Other,
            ),
        }
    }

    /// Follows a thread from where the device has it; again, if it does so already.
    fn subscribe(&mut self, device: usize, id: ConversationId) {
        let credit = self.rng.random_range(0..6);
        let d = &mut self.devices[device];
        let follow = d.follows.entry(id).or_insert(Follow {
            cursor: Seq(0),
            credit: 0,
            untaken: 0,
            state: Following::Off,
        });
        if matches!(follow.state, Following::Asked | Following::Leaving) {
            return;
        }
        *follow = Follow {
            credit,
            untaken: 0,
            state: Following::Asked,
            cursor: follow.cursor,
        };
        let after = follow.cursor;
        self.ask(
            device,
            id,
            Ask::Subscribe { after, credit },
            Asked::Subscribe(id),
        );
    }

    fn unsubscribe(&mut self, device: usize, id: ConversationId) {
        let Some(follow) = self.devices[device]
            .follows
            .get_mut(&id)
            .filter(|f| f.state == Following::On)
        else {
            return;
        };
        follow.state = Following::Leaving;
        self.ask(device, id, Ask::Unsubscribe, Asked::Unsubscribe(id));
    }

    /// Gives credit back: some, or all and a little more.
    fn take(&mut self, device: usize, id: ConversationId, generously: bool) {
        let d = &mut self.devices[device];
        let (Some(session), Some(epoch)) = (d.session, d.attached.get(&id).copied()) else {
            return;
        };
        let Some(follow) = d.follows.get_mut(&id).filter(|f| f.state == Following::On) else {
            return;
        };
        let messages = if generously {
            follow.untaken + 5
        } else {
            self.rng.random_range(0..=follow.untaken)
        };
        follow.untaken -= messages.min(follow.untaken);
        follow.credit += messages;
        let taken = Packet::Input(Input::Taken { session, messages });
        self.wires
            .send(Wire::ToActor(id, epoch, From::Session(session)), taken);
    }

    /// Every reader that has not read everything gives credit; false if all have.
    pub(crate) fn readers_catch_up(&mut self) -> bool {
        let mut behind = Vec::new();
        for (device, d) in self
            .devices
            .iter()
            .enumerate()
            .filter(|(_, d)| d.session.is_some())
        {
            for (id, follow) in d.follows.iter().filter(|(_, f)| f.state == Following::On) {
                let last = self.store.state(*id).map_or(Seq(0), |c| c.last_seq);
                if follow.cursor < last && follow.credit == 0 {
                    behind.push((device, *id));
                }
            }
        }
        for (device, id) in &behind {
            self.take(*device, *id, true);
        }
        !behind.is_empty()
    }

    fn open(&mut self, device: usize, asked: Asked) -> Option<Origin> {
        let d = &mut self.devices[device];
        let session = d.session?;
        d.next_request += 1;
        d.open.insert(d.next_request, asked);
        Some(Origin {
            session,
            request: d.next_request,
        })
    }

    fn ask(&mut self, device: usize, id: ConversationId, ask: Ask, asked: Asked) {
        let typing = matches!(ask, Ask::Typing { .. });
        let Some(origin) = self.open(device, asked) else {
            return;
        };
        let d = &mut self.devices[device];
        if typing {
            d.open.remove(&origin.request);
        }
        let needs_account = matches!(
            ask,
            Ask::Pick | Ask::Reopen | Ask::TransferToAgent(_) | Ask::Assign(_)
        );
        let principal = d.who.clone();
        note!(
            self,
            "{} device {device} asks {origin:?} {id} {ask:?}",
            self.now.0
        );
        match self.devices[device].attached.get(&id) {
            Some(epoch) if !needs_account => {
                let input = Packet::Input(Input::Ask {
                    origin,
                    principal,
                    ask,
                });
                self.wires.send(
                    Wire::ToActor(id, *epoch, From::Session(origin.session)),
                    input,
                );
            }
            _ => {
                let packet = Packet::Ask(origin, principal, id, ask);
                self.wires
                    .send(Wire::SessionToSupervisor(origin.session), packet);
            }
        }
    }

    // -------------------------------------------------------------- checks

    /// With everything at rest, whoever asked has an answer and whoever reads has read.
    pub(crate) fn check_devices(&self) {
        for (n, d) in self
            .devices
            .iter()
            .enumerate()
            .filter(|(_, d)| d.session.is_some())
        {
            for (request, asked) in &d.open {
                let Asked::Wait(id, after) = asked else {
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
