//! What people configure: the company (a TOML file, or the same as JSON) and how the server
//! runs (flags and environment).
//!
//! Promises: whatever cannot be used is refused with the place and what to do about it,
//! all of it at once where the syntax allows; what is left out has the default of
//! SEMANTICS. Never guesses, and never opens the file itself: it is given the text.
//!
//! | file | what |
//! |---|---|
//! | `file/` | the company file as written, read and written, one file per kind of object |
//! | `edit.rs` | one change to a company: a whole file, or one object |
//! | `plan.rs` | what is different between two companies, and what the audit keeps of it |
//! | `rates.rs` | the token buckets and what the operator makes of them |
//! | `network.rs` | certificate files, networks of proxies |
//! | `lines.rs` | on which line of a file something stands |
//! | `json.rs` | JSON with keys once and faults by their place |
//! | `schema.rs` | the file's JSON Schema, for editors |

mod edit;
mod file;
mod json;
mod lines;
mod network;
mod plan;
mod rates;
mod reader;
mod schema;
mod settings;
mod staff;
mod units;

pub use edit::{Edit, EditError, Kind, Moves, parse_moves};
pub use file::CompanyFile;
pub use json::parse as parse_json;
pub use network::{Network, ProxyHeader, TlsFiles};
pub use plan::{Action, Difference, FieldChange, Plan};
pub use rates::{Bucket, RateChange, Rates};
pub use reader::{ConfigError, Fault};
pub use schema::{schema, schema_for_openapi};
pub use settings::{
    CustomerRate, DATA_DIR_DEFAULT, LISTEN_DEFAULT, LogFormat, ServeSettings, parse_durability,
};
pub use staff::{ProviderSettings, Secret, StaffSettings, parse_provider_agent};
