//! One unended conversation per customer and workstream, however many starts race.
//!
//! The first start of a pair looks up the newest conversation; the others wait. From
//! then on the pair's conversation answers starts itself, and only it can say that
//! it has ended: then a new one takes its place here.

use crate::domain::conversation::{self as rules, Ctx, State};
use crate::domain::ids::{ConversationId, CustomerId, QueueId, WorkstreamId};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::Timestamp;
use crate::engine::conversation::{Input, Origin};
use crate::engine::summary::Summary;
use crate::limits;

use super::slots::Slot;
use super::{Effect, Start, Supervisor, WaitingStart};

/// Where the starts of a customer and workstream go.
#[derive(Debug)]
pub(super) enum StartSlot {
    LookingUp(Vec<WaitingStart>),
    Known(ConversationId),
}

/// The workstream is about to change in a way that a new conversation would stop.
fn held() -> Reject {
    Reject::new(
        Code::Unavailable,
        "The configuration is just being changed; nothing was started. Try again in a moment.",
    )
}

impl Supervisor {
    /// A customer starts.
    pub fn start(
        &mut self,
        customer: CustomerId,
        mut start: Start,
        origin: Origin,
        out: &mut Vec<Effect>,
    ) {
        let Some(workstream) = self.workstream_of(&start) else {
            let reject = Reject::new(
                Code::UnknownWorkstream,
                "There is no such workstream or widget; check the name with the company.",
            );
            out.push(Effect::Answer(origin, reject));
            return;
        };
        if self.held.contains(&workstream) {
            out.push(Effect::Answer(origin, held()));
            return;
        }
        let held = self.links.refusal(&customer);
        if let Some(reject) = held.or_else(|| self.erasures.refusal(&customer)) {
            out.push(Effect::Answer(origin, reject));
            return;
        }
        start.workstream = Some(workstream.clone());
        start.customer = Some(customer.clone());
        let key = (customer.clone(), workstream.clone());
        match self.starts.get_mut(&key) {
            Some(StartSlot::Known(conversation)) => {
                let conversation = *conversation;
                if self.parked.contains(&conversation) {
                    out.push(Effect::Answer(origin, super::parked()));
                } else {
                    self.send(conversation, Input::Start { origin, start }, out);
                }
            }
            Some(StartSlot::LookingUp(waiting)) => {
                if waiting.len() >= limits::WAITERS_PER_ACTIVATION_MAX {
                    out.push(Effect::Answer(origin, Reject::overloaded()));
                } else {
                    waiting.push(WaitingStart {
                        origin,
                        customer,
                        start,
                    });
                }
            }
            None => {
                let first = WaitingStart {
                    origin,
                    customer: customer.clone(),
                    start,
                };
                self.starts.insert(key, StartSlot::LookingUp(vec![first]));
                out.push(Effect::LookUp(customer, workstream));
            }
        }
    }

    fn workstream_of(&self, start: &Start) -> Option<WorkstreamId> {
        let id = match (&start.workstream, &start.widget) {
            (Some(workstream), _) => workstream,
            (None, Some(widget)) => &self.company.widgets.get(widget)?.workstream,
            (None, None) => return None,
        };
        self.company
            .workstreams
            .contains_key(id)
            .then(|| id.clone())
    }

    /// The store's answer to a look-up; `Err` when it could not look.
    pub fn looked_up(
        &mut self,
        customer: &CustomerId,
        workstream: &WorkstreamId,
        found: Result<Option<ConversationId>, Reject>,
        new_id: ConversationId,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let key = (customer.clone(), workstream.clone());
        let Some(StartSlot::LookingUp(waiting)) = self.starts.remove(&key) else {
            return;
        };
        let found = match found {
            Ok(found) => found,
            Err(reject) => {
                out.extend(
                    waiting
                        .into_iter()
                        .map(|w| Effect::Answer(w.origin, reject.clone())),
                );
                self.links_go_on(out);
                self.erasures_go_on(out);
                return;
            }
        };
        let mut waiting = waiting.into_iter();
        if let Some(conversation) = found {
            self.starts.insert(key, StartSlot::Known(conversation));
        } else {
            // The first start that is acceptable makes the conversation.
            while !self.starts.contains_key(&key) {
                let Some(first) = waiting.next() else { break };
                self.create(&first.customer, first.start, first.origin, new_id, now, out);
            }
        }
        for w in waiting {
            self.start(w.customer, w.start, w.origin, out);
        }
        self.links_go_on(out);
        self.erasures_go_on(out);
    }

    /// The conversation a start went to has ended.
    pub fn start_elsewhere(
        &mut self,
        ended: ConversationId,
        start: Start,
        origin: Origin,
        new_id: ConversationId,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let Some((customer, workstream)) = start.customer.clone().zip(start.workstream.clone())
        else {
            return;
        };
        let key = (customer.clone(), workstream);
        match self.starts.get(&key) {
            Some(StartSlot::Known(current)) if *current != ended => {
                self.start(customer, start, origin, out);
            }
            Some(StartSlot::Known(_)) => self.create(&customer, start, origin, new_id, now, out),
            // The ended one fell asleep, and perhaps a newer one after it: the store knows.
            Some(StartSlot::LookingUp(_)) | None => self.start(customer, start, origin, out),
        }
    }

    fn create(
        &mut self,
        customer: &CustomerId,
        start: Start,
        origin: Origin,
        new_id: ConversationId,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        if start
            .workstream
            .as_ref()
            .is_some_and(|w| self.held.contains(w))
        {
            out.push(Effect::Answer(origin, held()));
            return;
        }
        let held = self.links.refusal(customer);
        if let Some(reject) = held.or_else(|| self.erasures.refusal(customer)) {
            out.push(Effect::Answer(origin, reject));
            return;
        }
        let company = self.company.clone();
        let key = start.workstream.clone().map(|w| (customer.clone(), w));
        let ctx = Ctx {
            now,
            company: &company,
        };
        let waiting = |queue: &QueueId| self.waiting_in(queue);
        match rules::start_among(new_id, customer, start, ctx, &waiting) {
            Ok((state, events)) => {
                if state.state == State::Open {
                    self.arriving.insert(new_id, state.queue.clone());
                }
                let epoch = self.new_epoch();
                self.slots.insert(
                    new_id,
                    Slot::Awake {
                        epoch,
                        summary: None,
                    },
                );
                if let Some(key) = key {
                    self.starts.insert(key, StartSlot::Known(new_id));
                }
                out.push(Effect::Create {
                    state: Box::new(state),
                    events,
                    epoch,
                    origin,
                });
            }
            Err(reject) => out.push(Effect::Answer(origin, reject)),
        }
    }

    /// A conversation sleeps or is gone: the store answers for it from now on.
    pub(super) fn forget_start(&mut self, conversation: ConversationId, summary: Option<&Summary>) {
        match summary {
            Some(summary) => {
                let key = summary.owner();
                if matches!(self.starts.get(&key), Some(StartSlot::Known(id)) if *id == conversation)
                {
                    self.starts.remove(&key);
                }
            }
            None => self
                .starts
                .retain(|_, slot| !matches!(slot, StartSlot::Known(id) if *id == conversation)),
        }
    }
}
