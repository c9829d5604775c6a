//! The commands of the binary. Each is one file; `main.rs` only dispatches.

pub mod credentials;
pub mod ledger;
pub mod replay;
pub mod talk;
