//! The commands of the binary. Each is one file; `main.rs` only dispatches.

pub mod agent;
pub mod company_file;
pub mod credentials;
pub mod demo;
mod offline;
mod secret;
