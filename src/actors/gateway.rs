//! The one door from `web` to the actors: connect a session, ask a question.

use std::sync::Arc;

use crate::domain::ids::ConversationId;
use crate::domain::reject::Reject;
use crate::domain::time::{Millis, Timestamp};
use crate::domain::workstream::Company;
use crate::engine::outbound::{Outbound, SessionId};
use crate::engine::request::{Principal, Reply, Request};

/// Where a session is told things. Called from actor threads: must not block.
pub trait Sink: Send + Sync {
    /// Hands over one message; may be dropped silently when the session is gone.
    fn deliver(&self, out: Outbound);
}

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {}

impl Gateway {
    /// Registers a live connection. Dropping the session disconnects it.
    ///
    /// # Errors
    /// `too_many_sockets`, `unavailable`.
    pub fn connect(&self, _principal: Principal, _sink: Arc<dyn Sink>) -> Result<Session, Reject> {
        todo!()
    }

    /// One question, one answer, without a live connection (HTTP). Long polls too:
    /// `Ask::Wait` is answered with the state as it is when `deadline` passes.
    ///
    /// # Errors
    /// The refusal; `unavailable` when there is no answer in time.
    pub async fn ask(&self, _principal: Principal, _request: Request, _deadline: Millis) -> Result<Reply, Reject> {
        todo!()
    }

    /// The configuration as it is now.
    #[must_use]
    pub fn company(&self) -> Arc<Company> {
        todo!()
    }

    /// The server's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        todo!()
    }

    /// Whether new work is taken: started, store healthy, not stopping.
    #[must_use]
    pub fn ready(&self) -> bool {
        todo!()
    }
}

/// One live connection of a customer or an agent.
pub struct Session {}

impl Session {
    /// Its number.
    #[must_use]
    pub fn id(&self) -> SessionId {
        todo!()
    }

    /// Asks; the answer comes to the sink as `Outbound::Answer` with the same number
    /// (never synchronously), except for `Ask::Typing`, which has none.
    pub fn request(&mut self, _number: u64, _request: Request) {
        todo!()
    }

    /// Gives credit back for messages that were handed to the client.
    pub fn taken(&mut self, _conversation: ConversationId, _messages: u32) {
        todo!()
    }
}
