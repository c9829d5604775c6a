//! The words on the wire: JSON frames and HTTP bodies, converted by hand.
//!
//! Inward, text becomes a [`crate::engine::request::Request`] or a typed refusal;
//! outward, answers and notices become text for one [`body::Viewer`]. Every bound of
//! `limits.rs` that concerns a single input is enforced here, before anything is asked.
//! `docs/protocol.md` is the contract; the golden files of `tests/golden/protocol`
//! hold one example of each frame and are read by tests in both directions.
//!
//! Never does input or output, and knows neither actix nor the store.

pub mod body;
pub mod bounds;
pub mod bulk;
pub mod client;
pub mod customers;
pub mod demo;
pub mod devices;
pub mod explain;
pub mod hot;
pub mod journal;
pub mod listing;
pub mod names;
pub mod quick_replies;
pub mod rest;
pub mod server;
pub mod statistics;
pub mod trial;
pub mod watch;
pub mod widgets;
pub mod work;
pub mod workplace;

#[cfg(test)]
mod golden;
#[cfg(test)]
pub(crate) mod samples;
