//! The rules, pure: no clock, no randomness, no storage, no network.
//!
//! Imports nothing but std and serde; `hours.rs` also knows jiff, `ids.rs` uuid and `masking.rs`
//! regex, because time-zone tables, the text form of ids and patterns are better kept by others.

pub mod affair;
pub mod arrival;
pub mod audit;
pub mod command;
pub mod commit;
pub mod company;
pub mod conversation;
pub mod device;
pub mod directory;
pub mod erasure;
pub mod event;
pub mod hours;
pub mod ids;
pub mod masking;
pub mod message;
pub mod note;
pub mod reject;
pub mod routing;
pub mod staff;
pub mod statistics;
pub mod system_messages;
pub mod time;
