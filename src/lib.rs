//! linger: a persistent-chat server in one binary.
pub mod actors;
pub mod domain;
pub mod engine;
pub mod error;
pub mod limits;
pub mod telemetry;
pub mod web;
pub mod wire;
