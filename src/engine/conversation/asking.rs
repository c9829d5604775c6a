//! What clients ask of a conversation: readings see what is durable, everything else
//! becomes a command.

use std::sync::Arc;

use crate::domain::command::{Actor, Command, Start};
use crate::domain::company::{MaskedPlace, Masking};
use crate::domain::conversation::{self as rules, State};
use crate::domain::ids::ClientId;
use crate::domain::message::{DedupKey, Sender};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::Millis;
use crate::engine::quick_replies;
use crate::engine::request::{Ask, Principal, Reply};
use crate::engine::view::ConversationView;

use super::gate::Staged;
use super::noting::Wanted;
use super::readers::Audience;
use super::{ConversationMachine, Effect, Input, Origin, Surroundings, answer, dedup};

impl ConversationMachine {
    pub(super) fn ask(
        &mut self,
        origin: Origin,
        principal: Principal,
        ask: Ask,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) {
        let actor = actor_of(&principal);
        let command = match ask {
            Ask::Post { client_id, text } => {
                self.post(origin, principal, &actor, client_id, text, around, out);
                return;
            }
            Ask::Mark { delivered, read } => Command::Mark { delivered, read },
            Ask::Accept => Command::Accept,
            Ask::Reject => Command::Reject,
            Ask::Park => Command::Park,
            Ask::Release => Command::Release,
            Ask::Note {
                client_id,
                text,
                private_to,
            } => {
                let wanted = Wanted {
                    client_id,
                    text,
                    private_to,
                };
                self.note(origin, principal, &actor, wanted, around, out);
                return;
            }
            Ask::Tag { add, remove } => Command::Tag { add, remove },
            Ask::SetSubject(subject) => Command::SetSubject { subject },
            Ask::Consult(agent) => Command::Consult { agent },
            Ask::ConsultAdd(agent) => Command::ConsultAdd { agent },
            Ask::ConsultEnd(agent) => Command::ConsultEnd { agent },
            Ask::TransferToQueue { queue, reason } => Command::TransferToQueue { queue, reason },
            Ask::End => Command::End,
            Ask::Finish => Command::Finish,
            Ask::ForceClose => Command::ForceClose,
            Ask::Pick | Ask::Reopen | Ask::TransferToAgent { .. } | Ask::Assign(_) | Ask::Place => {
                // These need the account of capacity and come through the supervisor as `Act`.
                let reject = Reject::new(
                    Code::Internal,
                    "This request took a wrong way inside the server.",
                );
                out.push(answer(origin, Err(reject)));
                return;
            }
            reading => {
                self.read(origin, principal, &actor, reading, around, out);
                return;
            }
        };
        self.act(Some(origin), None, &actor, command, around, out);
    }

    /// Requests that change nothing. They see what is durable, nothing else.
    pub(super) fn read(
        &mut self,
        origin: Origin,
        principal: Principal,
        actor: &Actor,
        ask: Ask,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) {
        let is_changing_hands = || self.gate.is_changing_hands(&self.state.customer);
        if matches!(actor, Actor::Customer(_)) && is_changing_hands() {
            // Whose it is will be durable in a moment.
            if !matches!(ask, Ask::Typing { .. }) {
                self.gate.defer(Input::Ask {
                    origin,
                    principal,
                    ask,
                });
            }
            return;
        }
        if let Err(reject) = rules::authorise(&self.state, actor, around.ctx.company) {
            if !matches!(ask, Ask::Typing { .. }) {
                out.push(answer(origin, Err(reject)));
            }
            return;
        }
        if self.gate.is_unborn() && !matches!(ask, Ask::Typing { .. }) {
            // The conversation is not durable yet: ask again behind its first commit.
            self.gate.defer(Input::Ask {
                origin,
                principal,
                ask,
            });
            return;
        }
        match ask {
            Ask::Typing { on } => {
                if let Some(audience) = self.sees_typing(actor) {
                    let id = self.state.id;
                    self.readers
                        .typing(origin.session, id, actor, audience, on, out);
                }
            }
            Ask::Subscribe { after, credit } => {
                // A cursor beyond the end can come from before a restore; it cannot be served.
                let after = after.min(self.state.last_seq);
                let view = self.gate.view();
                out.push(Effect::Attached {
                    session: origin.session,
                    after,
                    credit,
                });
                out.push(answer(origin, Ok(Reply::Subscribed { view })));
                self.readers.subscribe(
                    origin.session,
                    principal,
                    self.state.id,
                    after,
                    credit,
                    out,
                );
            }
            Ask::Unsubscribe => {
                self.readers.unsubscribe(origin.session);
                out.push(Effect::Detached(origin.session));
                out.push(answer(origin, Ok(Reply::Ok)));
            }
            Ask::History(page) => {
                out.push(Effect::ReadPage {
                    origin,
                    page,
                    last_seq: self.readers.last_seq(),
                });
            }
            Ask::View => out.push(answer(origin, Ok(Reply::View(self.gate.view())))),
            Ask::Explain { after, limit } => match actor {
                Actor::Customer(_) => {
                    let reject = Reject::new(Code::Forbidden, "Only agents can read explanations.");
                    out.push(answer(origin, Err(reject)));
                }
                _ => out.push(Effect::ReadJournal {
                    origin,
                    after,
                    limit,
                }),
            },
            Ask::QuickReplies => match actor {
                Actor::Agent { id, .. } => {
                    let ctx = around.ctx;
                    let replies = quick_replies::ready(&self.state, ctx.company, id, ctx.now);
                    out.push(answer(origin, Ok(Reply::QuickReplies(replies))));
                }
                Actor::Customer(_) | Actor::Engine => {
                    let reject = Reject::new(Code::Forbidden, "Only agents have quick replies.");
                    out.push(answer(origin, Err(reject)));
                }
            },
            Ask::Wait { after, version } => {
                self.readers
                    .wait(origin, principal, after, version, &self.gate.view(), out);
            }
            Ask::Notes { after, limit } => match principal {
                Principal::Agent { id, role } => out.push(Effect::ReadNotes {
                    origin,
                    reader: (id, role),
                    after,
                    limit,
                    last_number: self.gate.last_note(),
                }),
                Principal::Customer(_) => {
                    let reject = Reject::new(Code::Forbidden, "Only agents read notes.");
                    out.push(answer(origin, Err(reject)));
                }
            },
            _ => out.push(answer(
                origin,
                Err(Reject::new(Code::Internal, "Not a reading request.")),
            )),
        }
    }

    /// Who sees that somebody types. Who is consulted types notes; who only looks on leaves no
    /// trace with anybody.
    fn sees_typing(&self, actor: &Actor) -> Option<Audience> {
        if rules::is_heard(&self.state, actor) {
            return Some(Audience::Everybody);
        }
        match actor {
            Actor::Agent { id, .. } if self.state.consultants.contains_key(id) => {
                Some(Audience::Company)
            }
            _ => None,
        }
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn post(
        &mut self,
        origin: Origin,
        principal: Principal,
        actor: &Actor,
        client_id: ClientId,
        text: Arc<str>,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) {
        if let Err(reject) = rules::authorise(&self.state, actor, around.ctx.company) {
            self.gate_answer(origin, Err(reject), out);
            return;
        }
        let key = DedupKey {
            sender: sender_of(&principal),
            client_id: client_id.clone(),
        };
        let masking = &around.ctx.company.masking;
        let masked = masking.text(Masking::place_of(actor), text.clone());
        match self.dedup.find_masked(&key, &text, &masked) {
            dedup::Answer::Known(seq, at) => {
                self.gate_answer(
                    origin,
                    Ok(Reply::Posted {
                        seq,
                        at,
                        repeated: true,
                    }),
                    out,
                );
                return;
            }
            dedup::Answer::Other => {
                self.gate_answer(origin, Err(Reject::client_id_reused()), out);
                return;
            }
            dedup::Answer::Unknown => {}
            dedup::Answer::AskStore => {
                self.dedup.look_up(key.clone());
                self.held.push_front(Input::Ask {
                    origin,
                    principal,
                    ask: Ask::Post { client_id, text },
                });
                out.push(Effect::FindClientId(key));
                return;
            }
        }
        if let Some(reject) = self.too_fast(actor, around) {
            self.gate_answer(origin, Err(reject), out);
            return;
        }
        self.act(
            Some(origin),
            None,
            actor,
            Command::Post { client_id, text },
            around,
            out,
        );
    }

    pub(super) fn too_fast(&mut self, actor: &Actor, around: Surroundings<'_>) -> Option<Reject> {
        let (most, window) = around.customer_rate?;
        if !matches!(actor, Actor::Customer(_)) {
            return None;
        }
        let now = around.ctx.now;
        // A clock that stepped back must not freeze the customer out.
        while self
            .pace
            .front()
            .is_some_and(|at| now.since(*at) >= window || *at > now)
        {
            self.pace.pop_front();
        }
        if self.pace.len() >= most {
            let free_at = *self.pace.front()? + window;
            let reject = Reject::new(
                Code::RateLimited,
                "Too many messages in a short time; wait a moment and send again.",
            );
            return Some(reject.after(free_at.since(now).max(Millis(1))));
        }
        self.pace.push_back(now);
        None
    }

    pub(super) fn start_again(
        &mut self,
        origin: Origin,
        mut start: Start,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) {
        let ended = matches!(self.state.state, State::WrapUp | State::Closed);
        let same_start = start.client_id.is_some() && start.client_id == self.state.start_client_id;
        // Of a device that was linked while its start was on its way here.
        let of_another = start
            .customer
            .as_ref()
            .is_some_and(|c| *c != self.state.customer);
        if of_another || (ended && !same_start) {
            start.last_agent.clone_from(&self.state.last_agent);
            self.gate.push_or_emit(
                Staged {
                    effects: vec![Effect::StartElsewhere { origin, start }],
                    ..Staged::empty(self.state.position)
                },
                &mut self.readers,
                out,
            );
            return;
        }
        let again = start.clone();
        let Some((client_id, text)) = start.client_id.zip(start.text) else {
            let view = Arc::new(ConversationView::from(&self.state));
            self.gate_answer(
                origin,
                Ok(Reply::Started {
                    view,
                    created: false,
                    seq: None,
                }),
                out,
            );
            return;
        };
        let key = DedupKey {
            sender: Sender::Customer,
            client_id: client_id.clone(),
        };
        let masking = &around.ctx.company.masking;
        let masked = masking.text(MaskedPlace::CustomerMessages, text.clone());
        match self.dedup.find_masked(&key, &text, &masked) {
            dedup::Answer::Known(seq, _) => {
                let view = Arc::new(ConversationView::from(&self.state));
                let reply = Reply::Started {
                    view,
                    created: false,
                    seq: Some(seq),
                };
                self.gate_answer(origin, Ok(reply), out);
                return;
            }
            dedup::Answer::Other => {
                self.gate_answer(origin, Err(Reject::client_id_reused()), out);
                return;
            }
            dedup::Answer::Unknown => {}
            dedup::Answer::AskStore => {
                self.dedup.look_up(key.clone());
                self.held.push_front(Input::Start {
                    origin,
                    start: again,
                });
                out.push(Effect::FindClientId(key));
                return;
            }
        }
        let actor = Actor::Customer(self.state.customer.clone());
        if let Some(reject) = self.too_fast(&actor, around) {
            self.gate_answer(origin, Err(reject), out);
            return;
        }
        let result = self.decide(&actor, Command::Post { client_id, text }, around, out);
        match result {
            Ok(staged) => {
                let view = Arc::new(ConversationView::from(&self.state));
                let seq = Some(
                    staged
                        .messages
                        .first()
                        .map_or(self.state.last_seq, |m| m.seq),
                );
                self.gate.push(Staged {
                    answer: Some((
                        origin,
                        Ok(Reply::Started {
                            view,
                            created: false,
                            seq,
                        }),
                    )),
                    ..staged
                });
            }
            Err(reject) => self.gate_answer(origin, Err(reject), out),
        }
    }
}

pub(super) fn actor_of(principal: &Principal) -> Actor {
    match principal {
        Principal::Customer(customer) => Actor::Customer(customer.clone()),
        Principal::Agent { id, role } => Actor::Agent {
            id: id.clone(),
            role: *role,
        },
    }
}

pub(super) fn sender_of(principal: &Principal) -> Sender {
    match principal {
        Principal::Customer(_) => Sender::Customer,
        Principal::Agent { id, .. } => Sender::Agent(id.clone()),
    }
}
