//! HTTP and WebSocket: the outermost layer, over [`crate::actors::gateway`] alone.
//!
//! Every input is bounded before it is held, every refusal is typed, and a handler is as
//! thin as its types allow: extractors prove who calls, `wire` converts, the gateway
//! answers. Never logs tokens, message text or names, and knows nothing of the store.

use std::sync::Arc;

use self::devices::Devices;
use self::keyring::KeyRing;
use crate::actors::gateway::Gateway;
use crate::telemetry::Telemetry;

use address::Proxies;
use limiter::Limiter;
use pages::Pages;
use refusals::Refusals;

pub mod address;
pub mod api;
pub mod auth;
pub mod customers;
pub mod demo;
pub mod devices;
pub mod front;
pub mod guard;
pub mod headers;
pub mod inbox;
pub mod keyring;
pub mod limiter;
mod live;
mod openapi;
mod operations;
mod optional;
pub mod origin;
pub mod pages;
mod payload;
pub mod proof;
mod refusal;
pub mod refusals;
pub mod routes;
pub mod secret;
pub mod server;
mod session;
pub mod staff;
mod strict_json;
pub mod tokens;
mod trial;

pub use refusal::ApiError;
pub use server::{http_server, redirect_server};

/// What every handler and session needs.
#[derive(Clone)]
pub struct WebState {
    /// The door to the actors.
    pub gateway: Gateway,
    /// The keys that customers' tokens are verified with.
    pub keys: Arc<KeyRing>,
    /// Devices that are worked on.
    pub devices: Arc<Devices>,
    /// What is counted.
    pub telemetry: Arc<Telemetry>,
    /// What sign-ins of the company's people share.
    pub staff: Arc<staff::StaffDoor>,
    /// How often whom.
    pub limiter: Arc<Limiter>,
    /// Which proxies are believed.
    pub proxies: Arc<Proxies>,
    /// Refusals on their way into the audit.
    pub refusals: Arc<Refusals>,
    /// The files of the pages.
    pub pages: Pages,
    /// What only `linger demo` serves.
    pub demo: Option<Arc<demo::DemoSite>>,
}
