//! Waking, sleep as a hand-off with epochs, death and parking.
//!
//! ```text
//! (none) --send--> Waking --woken--> Awake --wants to sleep--> Draining --asleep--> (none)
//!                                      ^                          |  `--with waiters--> Waking
//!                                      `----------stays-----------'
//! ```
//!
//! Whoever performs `Wake` reads behind everything that the earlier life has handed to
//! the writer; otherwise two lives would write the same positions.
//!
//! Everything the supervisor hands to an actor goes through `send`, so between
//! `Drain` and `asleep` nothing can be in the actor's mailbox that is not answered:
//! what comes meanwhile waits here.

use crate::domain::ids::ConversationId;
use crate::domain::reject::Reject;
use crate::domain::time::Timestamp;
use crate::engine::conversation::{ActionId, Input, Origin};
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
        /// After a death: the steps that the earlier life took with it. Whether they
        /// were taken is known when the conversation has been read again.
        lost: Option<Vec<ActionId>>,
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
                out.push(Effect::Forward(conversation, *epoch, input));
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
                    && action_of(&waiter).is_none()
                {
                    refuse(&waiter, &Reject::overloaded(), out);
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
            None if self.erasures.has_emptied(conversation) => {
                if matches!(waiter, Waiter::Input(Input::TimerDue)) {
                    out.push(Effect::TimerDone(conversation));
                }
                refuse(&waiter, &Reject::not_found(), out);
            }
            None => self.wake(conversation, vec![waiter], None, out),
        }
    }

    fn wake(
        &mut self,
        conversation: ConversationId,
        waiters: Vec<Waiter>,
        lost: Option<Vec<ActionId>>,
        out: &mut Vec<Effect>,
    ) {
        let epoch = self.new_epoch();
        let slot = Slot::Waking {
            epoch,
            waiters,
            lost,
        };
        self.slots.insert(conversation, slot);
        out.push(Effect::Wake(conversation, epoch));
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
        let Some(Slot::Waking { waiters, lost, .. }) = self.slots.remove(&conversation) else {
            return;
        };
        match woken {
            Woken::Here(summary) => {
                let slot = Slot::Awake {
                    epoch,
                    summary: None,
                };
                self.slots.insert(conversation, slot);
                // An earlier life may have died between a commit and its report.
                self.observe(*summary, now, out);
                // So may one that had been asked to look at its timers anew.
                let died = lost.is_some();
                self.abandon(conversation, lost, now, out);
                if died {
                    self.look_again([conversation], out);
                }
                self.serve_waiters(conversation, waiters, now, out);
            }
            Woken::Missing => {
                // A conversation that died before its first commit never was.
                self.forget_start(conversation, None);
                self.arriving.remove(&conversation);
                self.forget_known(conversation);
                self.abandon(conversation, lost, now, out);
                let (starts, others): (Vec<_>, Vec<_>) = waiters
                    .into_iter()
                    .partition(|w| matches!(w, Waiter::Input(Input::Start { .. })));
                self.refuse_waiters(conversation, others, &Reject::not_found(), now, out);
                self.start_anew(starts, out);
                self.links_miss(conversation);
                self.erasures_miss(conversation);
            }
            Woken::Busy => self.wake_later(conversation, epoch, waiters, lost, now, out),
            Woken::Parked => self.set_aside(conversation, waiters, now, out),
            Woken::Unreadable => {
                out.push(Effect::Park(
                    conversation,
                    "the store could not read it; see the log".to_owned(),
                ));
                self.set_aside(conversation, waiters, now, out);
            }
        }
        self.links_go_on(out);
        self.erasures_go_on(out);
    }

    /// Steps of an earlier life that will never be answered: their units are free, unless
    /// they were taken, which has been observed by now.
    fn abandon(
        &mut self,
        conversation: ConversationId,
        lost: Option<Vec<ActionId>>,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        for action in lost.into_iter().flatten() {
            let follow = self.assignment.settled(action, conversation, now);
            self.perform(follow, out);
        }
    }

    /// The store has too much to read: people are told, linger's own steps wait for the next tick.
    fn wake_later(
        &mut self,
        conversation: ConversationId,
        epoch: Epoch,
        waiters: Vec<Waiter>,
        lost: Option<Vec<ActionId>>,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let (told, mut kept): (Vec<_>, Vec<_>) = waiters
            .into_iter()
            .partition(|w| origin_of(w).is_some() || matches!(w, Waiter::Input(Input::TimerDue)));
        // Its row is given back, so that others are not held up; the look it asked for is not lost.
        if told
            .iter()
            .any(|w| matches!(w, Waiter::Input(Input::TimerDue)))
        {
            kept.push(Waiter::Input(Input::TimerDue));
        }
        if !kept.is_empty() || lost.is_some() {
            let slot = Slot::Waking {
                epoch,
                waiters: kept,
                lost,
            };
            self.slots.insert(conversation, slot);
            self.wake_again.push(conversation);
        }
        self.refuse_waiters(conversation, told, &Reject::overloaded(), now, out);
    }

    /// Asks again for what the store was too busy to read.
    pub(super) fn wake_again(&mut self, out: &mut Vec<Effect>) {
        for conversation in std::mem::take(&mut self.wake_again) {
            if let Some(Slot::Waking { epoch, .. }) = self.slots.get(&conversation) {
                out.push(Effect::Wake(conversation, *epoch));
            }
        }
    }

    /// A conversation waits for an operator: nothing is decided for it any more, and
    /// what an earlier life took with it stays counted, because it may have been taken.
    fn set_aside(
        &mut self,
        conversation: ConversationId,
        waiters: Vec<Waiter>,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        self.parked.insert(conversation);
        self.erasures_lose(conversation);
        self.arriving.remove(&conversation);
        self.assignment.set_aside(conversation);
        self.refuse_waiters(conversation, waiters, &parked(), now, out);
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
            self.refuse_waiter(conversation, &waiter, refusal, now, out);
        }
    }

    fn refuse_waiter(
        &mut self,
        conversation: ConversationId,
        waiter: &Waiter,
        refusal: &Reject,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        if matches!(waiter, Waiter::Input(Input::TimerDue)) {
            out.push(Effect::TimerDone(conversation));
        }
        if let Some(action) = action_of(waiter) {
            let follow = self.assignment.settled(action, conversation, now);
            self.perform(follow, out);
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
                self.sweep.fell_asleep(conversation);
                self.erasures_let_go(conversation, &waiters, out);
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

    /// The actor of that life died. It comes back at once, unless it has died too often
    /// in a short time.
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
        let (waiters, mut lost) = match self.slots.remove(&conversation) {
            Some(Slot::Waking { waiters, lost, .. }) => (waiters, lost.unwrap_or_default()),
            Some(Slot::Draining { waiters, .. }) => (waiters, Vec::new()),
            _ => (Vec::new(), Vec::new()),
        };
        // What waits here has not been handed over, so it cannot be lost.
        let waiting: Vec<ActionId> = waiters.iter().filter_map(action_of).collect();
        for action in self.assignment.underway(conversation) {
            if !waiting.contains(&action) && !lost.contains(&action) {
                lost.push(action);
            }
        }
        self.links_lose(conversation);
        self.erasures_lose(conversation);
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
            let reason = format!("died {} times within a minute", deaths.len());
            out.push(Effect::Park(conversation, reason));
            self.deaths.remove(&conversation);
            self.set_aside(conversation, waiters, now, out);
        } else {
            // At once, not with the next message: steps may have become durable that
            // nobody has been told of.
            self.wake(conversation, waiters, Some(lost), out);
        }
    }
}

fn action_of(waiter: &Waiter) -> Option<ActionId> {
    match waiter {
        Waiter::Input(Input::Act { action, .. }) => *action,
        _ => None,
    }
}

fn origin_of(waiter: &Waiter) -> Option<Origin> {
    match waiter {
        Waiter::Ask { origin, .. } | Waiter::Input(Input::Start { origin, .. }) => Some(*origin),
        Waiter::Input(Input::Ask { origin, ask, .. }) => {
            (!matches!(ask, Ask::Typing { .. })).then_some(*origin)
        }
        Waiter::Input(Input::Act { origin, .. }) => *origin,
        Waiter::Input(_) => None,
    }
}

fn refuse(waiter: &Waiter, reject: &Reject, out: &mut Vec<Effect>) {
    if let Some(origin) = origin_of(waiter) {
        out.push(Effect::Answer(origin, reject.clone()));
    }
}
