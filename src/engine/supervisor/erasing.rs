//! A customer is erased while everything runs.
//!
//! ```text
//! begin --BeginErasure--> written --> starts that were under way are awaited
//!   --ReadDoomed--> conversations, one after the other:
//!        Vanish --> closed, left by all, asleep --EraseThread--> erased
//!   --> none is left --EraseTraces--> cleared --EraseBytes--> gone --EndErasure--> over
//! ```
//!
//! Nothing is started for the customer until no row names them. A conversation is closed like
//! any other first, so that capacity, lines and lists are what they should be; one that is set
//! aside, or does not read, just goes. What is durable is enough to go on after a crash.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::domain::erasure::{Doomed, Erasure, Stage, Traces};
use crate::domain::ids::{ConversationId, CustomerId};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::Millis;
use crate::engine::conversation::Input;

use super::slots::Waiter;
use super::starts::StartSlot;
use super::{Effect, Supervisor};

/// Erasures under way, by the customer; those that have no rows left, by the pseudonym.
#[derive(Debug, Default)]
pub(super) struct Erasures {
    running: BTreeMap<CustomerId, Running>,
    reads: u64,
}

#[derive(Debug)]
struct Running {
    erasure: Erasure,
    stands: Stands,
}

#[derive(Debug)]
enum Stands {
    /// Its row is being written.
    Writes,
    /// Something is being started for the customer.
    Awaits,
    /// The store is being asked, under this number.
    Reads(u64),
    /// The store could not do what was asked; again at the next tick.
    Pauses,
    /// Conversations that are left.
    Threads(VecDeque<Doomed>, Step),
    /// Devices and the audit are being cleared.
    Traces,
    /// Files are being written anew.
    Bytes,
    /// Its last write is on its way.
    Ends,
}

/// What is under way with the first conversation that is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Nothing yet.
    Next,
    /// It has been asked to vanish.
    Asked,
    /// Nobody is in it any more, and its rows go.
    Deletes,
}

/// What has come of an erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Conversations that went.
    pub conversations: usize,
    /// Devices and records.
    pub traces: Traces,
}

impl Erased {
    /// There was nothing to erase.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.conversations == 0 && self.traces == Traces::default()
    }
}

fn held() -> Reject {
    Reject::new(
        Code::Unavailable,
        "What is known of you is just being erased; nothing was started. Try again in a moment.",
    )
    .after(Millis::seconds(1))
}

impl Erasures {
    /// Why nothing is started for a customer, and no device linked to them.
    pub(super) fn refusal(&self, customer: &CustomerId) -> Option<Reject> {
        self.concerns(customer).then(held)
    }

    pub(super) fn concerns(&self, customer: &CustomerId) -> bool {
        let running = self.running.get(customer);
        running.is_some_and(|r| matches!(r.erasure.stage, Stage::Rows(_)))
    }

    /// Nobody is in this conversation any more, and nobody comes in.
    pub(super) fn has_emptied(&self, conversation: ConversationId) -> bool {
        self.running.values().any(|r| {
            matches!(&r.stands, Stands::Threads(left, Step::Deletes)
                if left.front().is_some_and(|d| d.id == conversation))
        })
    }

    fn at(&mut self, conversation: ConversationId) -> Option<(&CustomerId, &mut Running)> {
        self.running.iter_mut().find(|(_, r)| {
            matches!(&r.stands, Stands::Threads(left, _)
                if left.front().is_some_and(|d| d.id == conversation))
        })
    }
}

impl Supervisor {
    /// Begins to erase a customer: the row is written. If it has begun already, that one goes on.
    ///
    /// # Errors
    /// `unavailable` while a link from or to the customer is under way, and while the files of an
    /// earlier erasure are being written anew.
    pub fn begin_erasure(
        &mut self,
        customer: CustomerId,
        erasure: Erasure,
        out: &mut Vec<Effect>,
    ) -> Result<(), Reject> {
        if self.erasures.running.contains_key(&customer) {
            return Ok(());
        }
        if self.erasures.running.contains_key(&erasure.pseudonym) {
            let sentence = "The customer was just erased, and files are still being written anew; try again in a moment.";
            return Err(Reject::new(Code::Unavailable, sentence).after(Millis::seconds(1)));
        }
        if self.links.concerns(&customer) {
            let sentence = "A device is just being linked to that customer; try again in a moment.";
            return Err(Reject::new(Code::Unavailable, sentence).after(Millis::seconds(1)));
        }
        out.push(Effect::BeginErasure(
            customer.clone(),
            Box::new(erasure.clone()),
        ));
        self.run_erasure(customer, erasure, Stands::Writes);
        Ok(())
    }

    /// An erasure that was not over when the server stopped.
    pub fn resume_erasure(&mut self, customer: CustomerId, erasure: Erasure) {
        self.run_erasure(customer, erasure, Stands::Awaits);
    }

    fn run_erasure(&mut self, customer: CustomerId, erasure: Erasure, stands: Stands) {
        let running = Running { erasure, stands };
        self.erasures.running.insert(customer, running);
    }

    /// Whether a customer is being erased.
    #[must_use]
    pub fn is_erasing(&self, customer: &CustomerId) -> bool {
        self.erasures.running.contains_key(customer)
    }

    /// Its row is durable.
    pub fn erasure_begun(&mut self, customer: &CustomerId, out: &mut Vec<Effect>) {
        if let Some(running) = self.erasures.running.get_mut(customer)
            && matches!(running.stands, Stands::Writes)
        {
            running.stands = Stands::Awaits;
            out.push(Effect::DismissCustomer(customer.clone()));
        }
        self.erasures_go_on(out);
    }

    /// The store has looked which conversations there are; `None`: it could not.
    pub fn doomed_read(
        &mut self,
        customer: &CustomerId,
        number: u64,
        found: Option<Vec<Doomed>>,
        out: &mut Vec<Effect>,
    ) {
        let Some(running) = self.erasures.running.get_mut(customer) else {
            return;
        };
        if !matches!(running.stands, Stands::Reads(n) if n == number) {
            return;
        }
        let Some(found) = found else {
            running.stands = Stands::Pauses;
            return;
        };
        if let Stage::Rows(known) = &mut running.erasure.stage {
            let before = known.len();
            let new = found.iter().map(|doomed| doomed.id);
            known.extend(new.filter(|id| !known.contains(id)).collect::<Vec<_>>());
            if known.len() > before {
                // In front of the first deletion.
                let erasure = Box::new(running.erasure.clone());
                out.push(Effect::KeepErasure(customer.clone(), erasure));
            }
        }
        running.stands = if found.is_empty() {
            out.push(Effect::EraseTraces {
                customer: customer.clone(),
                erasure: Box::new(running.erasure.clone()),
            });
            Stands::Traces
        } else {
            Stands::Threads(found.into(), Step::Next)
        };
        self.erasures_go_on(out);
    }

    /// A conversation has no rows any more; `false`: they could not be removed.
    pub fn thread_erased(
        &mut self,
        conversation: ConversationId,
        done: bool,
        out: &mut Vec<Effect>,
    ) {
        let Some((_, running)) = self.erasures.at(conversation) else {
            return;
        };
        if !done {
            running.stands = Stands::Pauses;
            return;
        }
        self.erasure_steps(conversation);
        // Timer rows of it that were read before it went must not be written again.
        self.sweep.fell_asleep(conversation);
        self.parked.remove(&conversation);
        self.forget_known(conversation);
        self.arriving.remove(&conversation);
        self.deaths.remove(&conversation);
        let forgotten =
            |slot: &StartSlot| matches!(slot, StartSlot::Known(id) if *id == conversation);
        self.starts.retain(|_, slot| !forgotten(slot));
        self.erasures_go_on(out);
    }

    /// No row names the customer any more, and that is durable; `None`: it could not be done.
    pub fn traces_erased(
        &mut self,
        customer: &CustomerId,
        found: Option<Erased>,
        out: &mut Vec<Effect>,
    ) {
        let Some(running) = self.erasures.running.get_mut(customer) else {
            return;
        };
        let Some(erased) = found else {
            running.stands = Stands::Pauses;
            return;
        };
        let Some(mut running) = self.erasures.running.remove(customer) else {
            return;
        };
        let nothing = erased.is_nothing();
        out.push(Effect::RowsErased {
            customer: customer.clone(),
            pseudonym: (!nothing).then(|| running.erasure.pseudonym.clone()),
            erased: Box::new(erased),
        });
        if nothing {
            return;
        }
        running.erasure.go_on_to_bytes();
        running.stands = Stands::Awaits;
        let pseudonym = running.erasure.pseudonym.clone();
        self.erasures.running.insert(pseudonym, running);
        self.erasures_go_on(out);
    }

    /// The files do not hold anything of the customer any more; `false`: that could not be done.
    pub fn bytes_erased(&mut self, pseudonym: &CustomerId, done: bool, out: &mut Vec<Effect>) {
        if let Some(running) = self.erasures.running.get_mut(pseudonym) {
            running.stands = if done { Stands::Ends } else { Stands::Pauses };
            if done {
                out.push(Effect::EndErasure(pseudonym.clone()));
            }
        }
    }

    /// The last write is durable.
    pub fn erasure_over(&mut self, pseudonym: &CustomerId, out: &mut Vec<Effect>) {
        if self.erasures.running.remove(pseudonym).is_some() {
            out.push(Effect::ErasureOver(pseudonym.clone()));
        }
    }

    /// The store may be asked again.
    pub(super) fn erasures_try_again(&mut self, out: &mut Vec<Effect>) {
        for running in self.erasures.running.values_mut() {
            if matches!(running.stands, Stands::Pauses) {
                running.stands = Stands::Awaits;
            }
        }
        self.erasures_go_on(out);
    }

    /// A conversation has fallen asleep. If it had been asked to vanish, its rows go;
    /// `waiters` is what came since.
    pub(super) fn erasures_let_go(
        &mut self,
        conversation: ConversationId,
        waiters: &[Waiter],
        out: &mut Vec<Effect>,
    ) {
        let asks = |w: &Waiter| matches!(w, Waiter::Input(Input::Vanish));
        if waiters.iter().any(asks) {
            return;
        }
        if let Some((customer, running)) = self.erasures.at(conversation)
            && let Stands::Threads(_, step) = &mut running.stands
            && *step == Step::Asked
        {
            *step = Step::Deletes;
            out.push(Effect::EraseThread(customer.clone(), conversation));
        }
    }

    /// The actor of a conversation is gone, and what it was asked with it.
    pub(super) fn erasures_lose(&mut self, conversation: ConversationId) {
        if let Some((_, running)) = self.erasures.at(conversation)
            && let Stands::Threads(_, step) = &mut running.stands
            && *step == Step::Asked
        {
            *step = Step::Next;
        }
    }

    /// There is no such conversation (any more).
    pub(super) fn erasures_miss(&mut self, conversation: ConversationId) {
        self.erasure_steps(conversation);
    }

    fn erasure_steps(&mut self, conversation: ConversationId) {
        if let Some((_, running)) = self.erasures.at(conversation)
            && let Stands::Threads(left, step) = &mut running.stands
        {
            left.pop_front();
            *step = Step::Next;
        }
    }

    /// Something has changed that an erasure may have waited for.
    pub(super) fn erasures_go_on(&mut self, out: &mut Vec<Effect>) {
        if self.erasures.running.is_empty() {
            return;
        }
        let customers: BTreeSet<CustomerId> = self.erasures.running.keys().cloned().collect();
        for customer in customers {
            while self.erasure_goes_on(&customer, out) {}
        }
    }

    /// One step further; false if it has to wait.
    fn erasure_goes_on(&mut self, customer: &CustomerId, out: &mut Vec<Effect>) -> bool {
        let Some(running) = self.erasures.running.get(customer) else {
            return false;
        };
        let (stands, again) = match (&running.stands, &running.erasure.stage) {
            (Stands::Awaits, Stage::Bytes(conversations)) => {
                out.push(Effect::EraseBytes(customer.clone(), conversations.clone()));
                (Stands::Bytes, false)
            }
            (Stands::Awaits, Stage::Rows(_)) => {
                if self.is_being_started(customer) {
                    return false;
                }
                self.erasures.reads += 1;
                let number = self.erasures.reads;
                out.push(Effect::ReadDoomed {
                    number,
                    customer: customer.clone(),
                });
                (Stands::Reads(number), false)
            }
            (Stands::Threads(left, Step::Next), _) => match left.front().copied() {
                // Whether there are more is for the store to say.
                None => (Stands::Awaits, true),
                Some(doomed) => {
                    let left = left.clone();
                    let id = doomed.id;
                    let aside = doomed.set_aside || self.parked.contains(&id);
                    if aside && !self.slots.contains_key(&id) {
                        // A timer row that was read a moment ago must not be moved back here.
                        self.sweep.fell_asleep(id);
                        out.push(Effect::EraseThread(customer.clone(), id));
                        (Stands::Threads(left, Step::Deletes), false)
                    } else {
                        self.send(id, Input::Vanish, out);
                        (Stands::Threads(left, Step::Asked), false)
                    }
                }
            },
            _ => return false,
        };
        if let Some(running) = self.erasures.running.get_mut(customer) {
            running.stands = stands;
        }
        again
    }
}
