//! linger: a persistent-chat server in one binary.
pub mod domain;
pub mod clock;
pub mod actors;
pub mod engine;
pub mod limits;
pub mod store;
