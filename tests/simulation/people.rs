//! Customers, agents and a supervisor, and what they do all day.

use std::sync::Arc;

use linger::domain::command::Start;
use linger::domain::company::{Distribution, Presence, Role};
use linger::domain::conversation::{ConsultRole, State};
use linger::domain::ids::{AgentId, ClientId, ConversationId, CustomerId, Position, Seq};
use linger::domain::note::NoteNumber;
use linger::engine::conversation::{Input, Origin};
use linger::engine::request::{Ask, Page, Principal};
use rand::Rng;

use crate::scenario::{AGENTS, QUEUES, WORKSTREAMS, agent, queue, workstream};
use crate::wires::{From, Packet, Wire};
use crate::world::{World, note};

use crate::devices::{Asked, Follow, Following, Unsent};

impl World {
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
                    || c.consultants.contains_key(me)
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
                14..20 => Ask::TransferToAgent {
                    agent: other,
                    reason: None,
                },
                20..26 => Ask::TransferToQueue {
                    queue: queue(QUEUES[roll % 2]),
                    reason: None,
                },
                _ => Ask::ForceClose,
            };
            self.ask(device, id, ask, Asked::Other);
            return;
        }
        if self.rng.random_bool(0.25) {
            self.look_after(device, id, other);
            return;
        }
        let accepted = state.accepted_agent() == Some(me);
        if let Some(role) = state.consultants.get(me) {
            match role {
                ConsultRole::Joined if roll < 60 => {
                    let message = self.unsent(Some(id), "");
                    self.post(device, message);
                }
                _ if roll < 80 => self.subscribe(device, id),
                _ => self.ask(device, id, Ask::ConsultEnd(None), Asked::Other),
            }
            return;
        }
        match state.state {
            State::Active if accepted && state.transfer.is_none() => {
                self.work(device, id, other, roll);
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

    /// Notes, tags, the subject, consults: what the customer must not notice.
    fn look_after(&mut self, device: usize, id: ConversationId, other: AgentId) {
        let state = self.store.state(id).expect("just found");
        let consulted = state.consultants.keys().next().cloned();
        let after = NoteNumber(self.rng.random_range(0..=state.last_note.0));
        let word = ["vip", "late", "lost", "new"][self.rng.random_range(0..4)].to_owned();
        match self.rng.random_range(0..20) {
            0..7 => self.write_note(device, id, other),
            7..9 => self.ask(
                device,
                id,
                Ask::Notes { after, limit: 3 },
                Asked::Notes(after),
            ),
            9 | 10 => {
                let (add, remove) = if self.rng.random_bool(0.6) {
                    (vec![word], Vec::new())
                } else {
                    (Vec::new(), vec![word])
                };
                self.ask(device, id, Ask::Tag { add, remove }, Asked::Other);
            }
            11 => self.ask(device, id, Ask::SetSubject(word.into()), Asked::Other),
            12..16 => self.ask(device, id, Ask::Consult(other), Asked::Other),
            16..18 => {
                let whom = consulted.unwrap_or(other);
                self.ask(device, id, Ask::ConsultAdd(whom), Asked::Other);
            }
            _ => self.ask(device, id, Ask::ConsultEnd(consulted), Asked::Other),
        }
    }

    /// A new note, or one again; sometimes under the client id of a message, which is another thing.
    fn write_note(&mut self, device: usize, id: ConversationId, other: AgentId) {
        let repeats = self.rng.random_bool(0.3);
        let noted = &self.devices[device].noted;
        let (id, client_id, text) = if repeats && !noted.is_empty() {
            noted[self.rng.random_range(0..noted.len())].clone()
        } else {
            let fresh = self.unsent(Some(id), "").client_id;
            let sent = self.devices[device].sent.last().cloned();
            let client_id = match sent {
                Some(sent) if self.rng.random_bool(0.3) => sent.client_id,
                _ => fresh,
            };
            let text = format!("note {client_id}");
            (id, client_id, text)
        };
        let private_to = self.rng.random_bool(0.2).then_some(other);
        let d = &mut self.devices[device];
        d.noted.push((id, client_id.clone(), text.clone()));
        if d.noted.len() > 20 {
            d.noted.remove(0);
        }
        let ask = Ask::Note {
            client_id: client_id.clone(),
            text: Arc::from(text.as_str()),
            private_to,
        };
        self.ask(device, id, ask, Asked::Note(id, client_id, text));
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
            78..86 => Ask::TransferToAgent {
                agent: other,
                reason: Some("knows it".into()),
            },
            86..90 => Ask::TransferToQueue {
                queue: queue(QUEUES[roll % 2]),
                reason: Some("not ours".into()),
            },
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
                let version = self.store.state(id).map(|c| match &who {
                    Principal::Customer(_) => c.public_position,
                    Principal::Agent { .. } => c.position,
                });
                let version = version.filter(|_| self.rng.random_bool(0.5));
                self.ask(
                    device,
                    id,
                    Ask::Wait { after, version },
                    Asked::Wait(id, after, version),
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
            shown: Position(0),
        });
        if matches!(follow.state, Following::Asked | Following::Leaving) {
            return;
        }
        *follow = Follow {
            credit,
            untaken: 0,
            state: Following::Asked,
            cursor: follow.cursor,
            shown: Position(0),
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
            trail: linger::domain::audit::Trail::default(),
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
            Ask::Pick | Ask::Reopen | Ask::TransferToAgent { .. } | Ask::Assign(_)
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
}
