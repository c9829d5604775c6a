//! The commands of the binary. Each is one file; `main.rs` only dispatches.

pub mod agent;
mod agent_password;
pub mod company_file;
pub mod config;
pub mod credentials;
pub mod demo;
pub mod demo_sample;
pub mod inspect;
mod inspect_text;
pub mod ledger;
mod offline;
pub mod replay;
pub mod serve;
pub mod snapshot;
pub mod staff_args;
pub mod talk;
pub mod verify;
