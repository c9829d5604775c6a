//! The one place that sends between actors.
//!
//! `do_send` always queues and never waits; it drops silently when the receiver is
//! gone. That is sound here because of what bounds and what repeats:
//!
//! * client requests are bounded per session (`REQUESTS_IN_FLIGHT_MAX`) and by the
//!   writer's depth, and are refused with `unavailable` when their actor died;
//! * deliveries are bounded by credit;
//! * commit notices are one per conversation and batch;
//! * what goes to the supervisor is never dropped while the server runs, for it ends last.

use actix::dev::ToEnvelope;
use actix::{Actor, Addr, Handler, Message};

/// Sends, without waiting.
#[allow(clippy::disallowed_methods)]
pub(super) fn post<A, M>(to: &Addr<A>, message: M)
where
    A: Actor + Handler<M>,
    A::Context: ToEnvelope<A, M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    to.do_send(message);
}
