//! HTTP and WebSocket: the outermost layer, over [`crate::actors::gateway`] alone.
//!
//! Every input is bounded before it is held, every refusal is typed, and a handler is as
//! thin as its types allow: extractors prove who calls, `wire` converts, the gateway
//! answers. Never logs tokens, message text or names, and knows nothing of the store.

use std::sync::Arc;

use crate::actors::gateway::Gateway;
use crate::telemetry::Telemetry;

pub mod api;
pub mod auth;
pub mod guard;
pub mod inbox;
mod live;
mod openapi;
mod operations;
mod payload;
mod refusal;
pub mod routes;
pub mod secret;
pub mod server;
mod session;
pub mod staff;
pub mod tokens;

pub use refusal::ApiError;
pub use server::http_server;

/// What every handler and session needs.
#[derive(Clone)]
pub struct WebState {
    /// The door to the actors.
    pub gateway: Gateway,
    /// What is counted.
    pub telemetry: Arc<Telemetry>,
    /// What sign-ins of the company's people share.
    pub staff: Arc<staff::StaffDoor>,
}
