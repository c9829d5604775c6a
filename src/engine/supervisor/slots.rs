//! Waking, sleep as a hand-off with epochs, death and parking.
//!
//! ```text
//! (none) --send--> Waking --woken--> Awake --wants to sleep--> Draining --asleep--> (none)
//!                                      ^                          |  `--with waiters--> Waking
//!                                      `----------stays-----------'
//! ```
//!
//! Everything the supervisor hands to an actor goes through `send`, so between
//! `Drain` and `asleep` nothing can be in the actor's mailbox that is not answered:
//! what comes meanwhile waits here.

use crate::domain::ids::ConversationId;
use crate::domain::reject::Reject;
use crate::domain::time::Timestamp;
use crate::engine::conversation::{Input, Origin};
use crate::engine::request::{Ask, Principal};
use crate::engine::summary::Summary;
use crate::limits;

use super::{Effect, Epoch, Supervisor, Woken, parked};

/// What waits for an actor.
#[derive(Debug, Clone)]
pub(super) enum Waiter {
    /// To be forwarded as it is.
    Input(Input),
    /// To be asked again, with the account of capacity.
    Ask {
        origin: Origin,
        principal: Principal,
        ask: Ask,
    },
}

/// Where a conversation's actor stands.
#[derive(Debug)]
pub(super) enum Slot {
    Waking {
        epoch: Epoch,
        waiters: Vec<Waiter>,
    },
    Awake {
        epoch: Epoch,
        summary: Option<Box<Summary>>,
    },
    Draining {
        epoch: Epoch,
        summary: Option<Box<Summary>>,
        waiters: Vec<Waiter>,
    },
}

impl Supervisor {
    pub(super) fn new_epoch(&mut self) -> Epoch {
        self.next_epoch += 1;
        Epoch(self.next_epoch)
    }

    /// Hands an input to a conversation, waking it if need be.
    pub(super) fn send(
        &mut self,
        conversation: ConversationId,
        input: Input,
        out: &mut Vec<Effect>,
    ) {
        match self.slots.get(&conversation) {
            Some(Slot::Awake { epoch, .. }) => {
                out.push(Effect::Forward(conversation, *epoch, input))
            }
            _ => self.wait_for(conversation, Waiter::Input(input), out),
        }
    }

    pub(super) fn wait_for(
        &mut self,
        conversation: ConversationId,
        waiter: Waiter,
        out: &mut Vec<Effect>,
    ) {
        match self.slots.get_mut(&conversation) {
            Some(Slot::Waking { waiters, .. } | Slot::Draining { waiters, .. }) => {
                if waiters.len() >= limits::WAITERS_PER_ACTIVATION_MAX
                    && origin_of(&waiter).is_some()
                {
                    refuse(waiter, &Reject::overloaded(), out);
                } else {
                    waiters.push(waiter);
                }
            }
            Some(Slot::Awake { epoch, .. }) => {
                let epoch = *epoch;
                if let Waiter::Input(input) = waiter {
                    out.push(Effect::Forward(conversation, epoch, input));
                }
            }
            None => {
                let epoch = self.new_epoch();
                self.slots.insert(
                    conversation,
                    Slot::Waking {
                        epoch,
                        waiters: vec![waiter],
                    },
                );
                out.push(Effect::Wake(conversation, epoch));
            }
        }
    }

    /// The actor of that life has been started, or could not be.
    pub fn woken(
        &mut self,
        conversation: ConversationId,
        epoch: Epoch,
        woken: Woken,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let Some(Slot::Waking { epoch: current, .. }) = self.slots.get(&conversation) else {
            return;
        };
        if *current != epoch {
            return;
        }
        let Some(Slot::Waking { waiters, .. }) = self.slots.remove(&conversation) else {
            return;
        };
        let refusal = match woken {
            Woken::Here(summary) => {
                self.slots.insert(
                    conversation,
                    Slot::Awake {
                        epoch,
                        summary: Some(summary),
                    },
                );
                self.serve_waiters(conversation, waiters, now, out);
                return;
            }
            Woken::Missing => {
                // A conversation that died before its first commit never was.
                self.forget_start(conversation, None);
                let (starts, others): (Vec<_>, Vec<_>) = waiters
                    .into_iter()
                    .partition(|w| matches!(w, Waiter::Input(Input::Start { .. })));
                self.refuse_waiters(conversation, others, &Reject::not_found(), now, out);
                self.start_anew(starts, out);
                return;
            }
            Woken::Busy => Reject::overloaded(),
            Woken::Parked => {
                self.parked.insert(conversation);
                parked()
            }
            Woken::Unreadable => {
                self.parked.insert(conversation);
                out.push(Effect::Park(
                    conversation,
                    "the store could not read it; see the log".to_owned(),
                ));
                parked()
            }
        };
        self.refuse_waiters(conversation, waiters, &refusal, now, out);
    }

    fn start_anew(&mut self, starts: Vec<Waiter>, out: &mut Vec<Effect>) {
        for waiter in starts {
            if let Waiter::Input(Input::Start { origin, start }) = waiter
                && let Some(customer) = start.customer.clone()
            {
                self.start(customer, start, origin, out);
            }
        }
    }

    fn refuse_waiters(
        &mut self,
        conversation: ConversationId,
        waiters: Vec<Waiter>,
        refusal: &Reject,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        for waiter in waiters {
            self.refuse_waiter(conversation, waiter, refusal, now, out);
        }
    }

    fn refuse_waiter(
        &mut self,
        conversation: ConversationId,
        waiter: Waiter,
        refusal: &Reject,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        match &waiter {
            Waiter::Input(Input::TimerDue) => out.push(Effect::TimerDone(conversation)),
            Waiter::Input(Input::Act {
                action: Some(action),
                ..
            }) => {
                let action = *action;
                // What would follow from giving up would wake the same conversation again.
                let follow = self.assignment.settled(action, conversation, now);
                self.perform(
                    follow
                        .into_iter()
                        .filter(|a| a.conversation != conversation)
                        .collect(),
                    out,
                );
            }
            _ => {}
        }
        refuse(waiter, refusal, out);
    }

    pub(super) fn serve_waiters(
        &mut self,
        conversation: ConversationId,
        waiters: Vec<Waiter>,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        for waiter in waiters {
            match waiter {
                Waiter::Input(input) => self.send(conversation, input, out),
                Waiter::Ask {
                    origin,
                    principal,
                    ask,
                } => self.ask(conversation, origin, principal, ask, now, out),
            }
        }
    }

    /// The actor of that life is idle and would like to sleep.
    pub fn wants_sleep(
        &mut self,
        conversation: ConversationId,
        epoch: Epoch,
        out: &mut Vec<Effect>,
    ) {
        let Some(Slot::Awake {
            epoch: current,
            summary,
        }) = self.slots.get_mut(&conversation)
        else {
            return;
        };
        if *current != epoch {
            return;
        }
        let summary = summary.take();
        self.slots.insert(
            conversation,
            Slot::Draining {
                epoch,
                summary,
                waiters: Vec::new(),
            },
        );
        out.push(Effect::Drain(conversation, epoch));
    }

    /// The actor of that life was no longer idle when asked.
    pub fn stays(
        &mut self,
        conversation: ConversationId,
        epoch: Epoch,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        match self.slots.remove(&conversation) {
            Some(Slot::Draining {
                epoch: current,
                summary,
                waiters,
            }) if current == epoch => {
                self.slots
                    .insert(conversation, Slot::Awake { epoch, summary });
                self.serve_waiters(conversation, waiters, now, out);
            }
            Some(other) => {
                self.slots.insert(conversation, other);
            }
            None => {}
        }
    }

    /// The actor of that life is gone in peace.
    pub fn asleep(&mut self, conversation: ConversationId, epoch: Epoch, out: &mut Vec<Effect>) {
        match self.slots.remove(&conversation) {
            Some(Slot::Draining {
                epoch: current,
                waiters,
                summary,
            }) if current == epoch => {
                if waiters.is_empty() {
                    self.forget_start(conversation, summary.as_deref());
                }
                for waiter in waiters {
                    self.wait_for(conversation, waiter, out);
                }
            }
            Some(other) => {
                self.slots.insert(conversation, other);
            }
            None => {}
        }
    }

    /// The actor of that life died. It comes back with the next message, unless it has
    /// died too often in a short time.
    pub fn died(
        &mut self,
        conversation: ConversationId,
        epoch: Epoch,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let current = match self.slots.get(&conversation) {
            Some(
                Slot::Waking { epoch, .. }
                | Slot::Awake { epoch, .. }
                | Slot::Draining { epoch, .. },
            ) => *epoch,
            None => return,
        };
        if current != epoch {
            return;
        }
        let waiters = match self.slots.remove(&conversation) {
            Some(Slot::Waking { waiters, .. } | Slot::Draining { waiters, .. }) => waiters,
            _ => Vec::new(),
        };
        out.push(Effect::TimerDone(conversation));
        let deaths = self.deaths.entry(conversation).or_default();
        while deaths
            .front()
            .is_some_and(|at| now.since(*at) > limits::DEATH_WINDOW)
        {
            deaths.pop_front();
        }
        deaths.push_back(now);
        if deaths.len() >= limits::DEATHS_BEFORE_PARKING {
            self.parked.insert(conversation);
            out.push(Effect::Park(
                conversation,
                format!("died {} times within a minute", deaths.len()),
            ));
            self.deaths.remove(&conversation);
        }
        let follow = self.assignment.abandon(conversation, now);
        let is_parked = self.parked.contains(&conversation);
        self.perform(
            follow
                .into_iter()
                .filter(|a| !is_parked || a.conversation != conversation)
                .collect(),
            out,
        );
        for waiter in waiters {
            if is_parked {
                refuse(waiter, &parked(), out);
            } else {
                self.wait_for(conversation, waiter, out);
            }
        }
    }
}

fn origin_of(waiter: &Waiter) -> Option<Origin> {
    match waiter {
        Waiter::Ask { origin, .. } => Some(*origin),
        Waiter::Input(Input::Ask { origin, ask, .. }) => {
            (!matches!(ask, Ask::Typing { .. })).then_some(*origin)
        }
        Waiter::Input(Input::Start { origin, .. }) => Some(*origin),
        Waiter::Input(Input::Act { origin, .. }) => *origin,
        Waiter::Input(_) => None,
    }
}

fn refuse(waiter: Waiter, reject: &Reject, out: &mut Vec<Effect>) {
    if let Some(origin) = origin_of(&waiter) {
        out.push(Effect::Answer(origin, reject.clone()));
    }
}
