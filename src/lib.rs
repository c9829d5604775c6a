//! linger: a persistent-chat server in one binary.
pub mod config;
pub mod domain;
pub mod engine;
pub mod limits;
