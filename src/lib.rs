//! linger: a persistent-chat server in one binary.
pub mod cli;
pub mod domain;
pub mod engine;
pub mod limits;
pub mod store;
