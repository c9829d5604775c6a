//! linger: a persistent-chat server in one binary.
pub mod cli;
pub mod client;
pub mod config;
pub mod domain;
pub mod clock;
pub mod actors;
pub mod engine;
pub mod limits;
pub mod store;
