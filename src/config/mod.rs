//! What people configure: the company (a TOML file) and how the server runs (flags and
//! environment).
//!
//! Promises: whatever cannot be used is refused with the place and what to do about it,
//! all of it at once where the syntax allows; what is left out has the default of
//! SEMANTICS. Never guesses, and never opens the file itself: it is given the text.

mod company;
mod file;
mod settings;
mod units;

pub use company::ConfigError;
pub use file::CompanyFile;
pub use settings::{
    CustomerRate, DATA_DIR_DEFAULT, LISTEN_DEFAULT, LogFormat, ServeSettings, parse_durability,
};
