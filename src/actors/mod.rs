//! Thin actix adapters around the machines of `engine`: they move messages in and out.
//!
//! Ownership of addresses (an actor lives as long as somebody owns its address):
//!
//! ```text
//! Gateway ──owns──> SupervisorActor ──owns──> ConversationActor   (one per awake conversation)
//!    │                    └──────────owns──> AgentActor           (one per agent)
//!    └─ Session ─owns─> ConversationActor  (only while subscribed)
//! ConversationActor, AgentActor ──weak──> SupervisorActor
//! ```
//!
//! Rules of the house: handlers are synchronous and return nothing; nobody awaits
//! anybody; nothing here touches the database but by handing it to the writer or to
//! the readers; messages between actors leave through `post.rs` and nowhere else.

mod agent;
mod audit;
mod conversation;
pub mod erasing;
pub mod gateway;
pub mod linking;
mod links;
mod post;
mod registry;
mod staff;
mod statistics;
mod supervisor;
mod timers;

pub use gateway::{Gateway, Session, Sink};
pub use links::{Census, Fatal, Links, Token};
pub use staff::{Entered, Staff};
pub use supervisor::{
    BeginErasure, BeginLink, Boot, Reconfigure, Reconfigured, SupervisorActor, ToSupervisor,
};

#[cfg(test)]
mod tests;
