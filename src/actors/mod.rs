//! Adapters between machines and threads.

pub mod gateway;
