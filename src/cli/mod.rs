//! The command line: one file per command.

pub mod inspect;
pub mod inspect_text;
pub mod verify;
