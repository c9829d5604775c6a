//! Private notes: taken once under a client id, and shown to the company alone.

use std::sync::Arc;

use crate::domain::command::{Actor, Command};
use crate::domain::company::MaskedPlace;
use crate::domain::conversation as rules;
use crate::domain::ids::{AgentId, ClientId};
use crate::domain::message::{DedupKey, Sender};
use crate::domain::note::NoteNumber;
use crate::domain::reject::{Code, Reject};
use crate::engine::request::{Ask, Principal, Reply};

use super::{ConversationMachine, Effect, Input, Origin, Surroundings, dedup};

/// A note as it was asked for.
pub(super) struct Wanted {
    pub(super) client_id: ClientId,
    pub(super) text: Arc<str>,
    pub(super) private_to: Option<AgentId>,
}

impl ConversationMachine {
    pub(super) fn note(
        &mut self,
        origin: Origin,
        principal: Principal,
        actor: &Actor,
        wanted: Wanted,
        around: Surroundings<'_>,
        out: &mut Vec<Effect>,
    ) {
        if let Err(reject) = rules::authorise(&self.state, actor, around.ctx.company) {
            self.gate_answer(origin, Err(reject), out);
            return;
        }
        let Principal::Agent { id, .. } = &principal else {
            let reject = Reject::new(Code::Forbidden, "Only agents write notes.");
            self.gate_answer(origin, Err(reject), out);
            return;
        };
        let Wanted {
            client_id,
            text,
            private_to,
        } = wanted;
        let key = DedupKey {
            sender: Sender::Notes(id.clone()),
            client_id: client_id.clone(),
        };
        let masking = &around.ctx.company.masking;
        let masked = masking.text(MaskedPlace::Notes, text.clone());
        match self.note_ids.find_masked(&key, &text, &masked) {
            dedup::Answer::Known(number, at) => {
                let reply = Reply::Noted {
                    number: NoteNumber(number.0),
                    at,
                    repeated: true,
                };
                self.gate_answer(origin, Ok(reply), out);
            }
            dedup::Answer::Other => {
                self.gate_answer(origin, Err(Reject::client_id_reused()), out);
            }
            dedup::Answer::Unknown => {
                let command = Command::Note {
                    client_id,
                    text,
                    private_to,
                };
                self.act(Some(origin), None, actor, command, around, out);
            }
            dedup::Answer::AskStore => {
                self.note_ids.look_up(key.clone());
                self.held.push_front(Input::Ask {
                    origin,
                    principal,
                    ask: Ask::Note {
                        client_id,
                        text,
                        private_to,
                    },
                });
                out.push(Effect::FindClientId(key));
            }
        }
    }
}
