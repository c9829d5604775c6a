//! Whether the customers of live conversations are here, with a socket or without.
//!
//! A socket counts as long as it is open; whoever owns sockets says when a customer's first
//! opens and the last closes. Without one, each HTTP request counts for
//! [`limits::VISIT_GRACE`], and a long poll for as long as it waits. Only customers of live
//! conversations are kept here: nobody follows the connection of a persistent one.
//!
//! After a start of the server all of them have a moment to come back; whoever does not is
//! gone. So is whoever left before the conversation that they started was durable.

use std::collections::{BTreeSet, HashMap};

use crate::domain::command::Command;
use crate::domain::company::Mode;
use crate::domain::conversation::State;
use crate::domain::ids::{ConversationId, CustomerId};
use crate::domain::time::Timestamp;
use crate::engine::outbound::SessionId;
use crate::engine::summary::Summary;
use crate::limits;

use super::{Effect, Supervisor};

#[derive(Debug, Default)]
pub(super) struct Visits {
    /// Live conversations that follow the connection, by customer.
    live: HashMap<CustomerId, BTreeSet<ConversationId>>,
    /// How long a customer counts as here without a socket. Nobody is here who is not in `live`.
    until: HashMap<CustomerId, Timestamp>,
    /// Long polls of theirs that wait.
    polls: HashMap<SessionId, CustomerId>,
}

impl Visits {
    /// A live conversation from the store, at start-up.
    pub(super) fn restore(&mut self, summary: &Summary) {
        self.note(summary);
    }

    /// Everything is restored: customers have a moment to come back.
    pub(super) fn settle_in(&mut self, now: Timestamp) {
        let until = now + limits::RECONNECT_GRACE;
        self.until = self.live.keys().map(|c| (c.clone(), until)).collect();
    }

    /// A conversation's durable state changed. Whoever has just started is here.
    pub(super) fn observe(&mut self, summary: &Summary, now: Timestamp) {
        if self.note(summary) {
            let customer = summary.view.customer.clone();
            let until = now + limits::VISIT_GRACE;
            self.until.entry(customer).or_insert(until);
        }
    }

    /// Nobody follows this customer's connection for it any more.
    fn left(&mut self, was: &CustomerId, id: ConversationId) {
        if let Some(theirs) = self.live.get_mut(was) {
            theirs.remove(&id);
            if theirs.is_empty() {
                self.live.remove(was);
                self.until.remove(was);
                self.polls.retain(|_, c| c != was);
            }
        }
    }

    /// Whether it follows the connection and was not known to.
    fn note(&mut self, summary: &Summary) -> bool {
        if summary.view.mode != Mode::Live {
            return false;
        }
        let customer = &summary.view.customer;
        if matches!(summary.state(), State::Open | State::Active) {
            let theirs = self.live.entry(customer.clone()).or_default();
            return theirs.insert(summary.id());
        }
        self.left(customer, summary.id());
        false
    }

    fn polls(&self, customer: &CustomerId) -> bool {
        self.polls.values().any(|c| c == customer)
    }
}

impl Supervisor {
    /// A conversation's durable state changed. One that has just come to another customer is
    /// told that they are here: they have proven it, also if its device had gone.
    pub(super) fn note_visits(
        &mut self,
        before: Option<&Summary>,
        summary: &Summary,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let came = before.is_some_and(|b| b.view.customer != summary.view.customer);
        if let Some(before) = before.filter(|_| came) {
            self.visits.left(&before.view.customer, summary.id());
        }
        self.visits.observe(summary, now);
        if came && summary.customer_gone {
            self.act(summary.id(), Command::CustomerBack, out);
        }
    }

    /// A customer asks something over HTTP; a long poll of this session begins to wait.
    pub fn visited(
        &mut self,
        customer: &CustomerId,
        poll: Option<SessionId>,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let Some(theirs) = self.visits.live.get(customer) else {
            return;
        };
        let is_gone = |id: &ConversationId| {
            let known = self.assignment.summary(*id);
            known.is_some_and(|s| s.customer_gone)
        };
        let was_gone = theirs.iter().any(is_gone);
        if let Some(session) = poll {
            self.visits.polls.insert(session, customer.clone());
        }
        let until = now + limits::VISIT_GRACE;
        let was_here = self.visits.until.insert(customer.clone(), until).is_some();
        if was_gone || !was_here {
            self.tell_connection(customer, true, out);
        }
    }

    /// A long poll of this session waits no longer.
    pub fn poll_over(&mut self, session: SessionId, now: Timestamp) {
        if let Some(customer) = self.visits.polls.remove(&session)
            && let Some(until) = self.visits.until.get_mut(&customer)
        {
            *until = now + limits::VISIT_GRACE;
        }
    }

    /// A customer's first socket has opened, or the last has closed. Losing it is being gone,
    /// whatever was asked over HTTP before, unless a long poll waits.
    pub fn customer_connection(
        &mut self,
        customer: &CustomerId,
        connected: bool,
        out: &mut Vec<Effect>,
    ) {
        if !connected {
            if self.visits.polls(customer) {
                return;
            }
            self.visits.until.remove(customer);
        }
        self.tell_connection(customer, connected, out);
    }

    /// Looks at the clock: whoever has not been heard of for too long is gone, unless they
    /// have a socket.
    pub fn miss_customers(
        &mut self,
        now: Timestamp,
        has_socket: impl Fn(&CustomerId) -> bool,
        out: &mut Vec<Effect>,
    ) {
        let over = self.visits.until.iter().filter(|(_, until)| **until <= now);
        let mut over: Vec<CustomerId> = over
            .map(|(customer, _)| customer.clone())
            .filter(|customer| !self.visits.polls(customer))
            .collect();
        // In one order, whatever the order of the map.
        over.sort();
        for customer in over {
            self.visits.until.remove(&customer);
            if !has_socket(&customer) {
                self.tell_connection(&customer, false, out);
            }
        }
    }

    fn tell_connection(&mut self, customer: &CustomerId, here: bool, out: &mut Vec<Effect>) {
        let theirs = self.visits.live.get(customer).cloned();
        for conversation in theirs.into_iter().flatten() {
            let command = if here {
                Command::CustomerBack
            } else {
                Command::CustomerGone
            };
            self.act(conversation, command, out);
        }
    }
}
