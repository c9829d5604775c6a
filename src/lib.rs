//! linger: a persistent-chat server in one binary.
//!
//! # The map
//!
//! | module | what it is | knows |
//! |---|---|---|
//! | [`domain`] | the rules, pure: commands become events or refusals | std, serde |
//! | [`engine`] | machines without input or output: sequence, durability gate, assignment, supervision | `domain` |
//! | [`store`] | RocksDB: journal, snapshots, indexes, timers, one writer, a few readers, `check` | `domain` |
//! | [`snapshot`] | copies of a store as of one moment: make, list, verify, prune, restore | `store` |
//! | [`actors`] | thin actix adapters around the machines | `engine`, `store` |
//! | [`wire`] | JSON frames and bodies, to and from `engine`'s requests and answers | `domain`, `engine` |
//! | [`web`] | HTTP, WebSocket, who is who | `wire`, `actors::gateway` |
//! | [`client`] | the protocol from the other side: resume, resend, ledger | std, tokio |
//! | [`cli`] | the commands | everything |
//! | [`server`] | the composition root: ordered start and stop | everything |
//!
//! [`limits`] holds every bound, [`error`] how a refusal shows on each transport,
//! [`maps`] the hash maps of the message path, [`config`] the company file and the settings, [`clock`] time and randomness,
//! [`telemetry`] the log and the counters.
//!
//! # The invariants
//!
//! * Nothing is acknowledged or shown before it is synced to disk.
//! * Sequence numbers of a conversation have no gap; the same client id is the same message.
//! * One unended conversation per customer and workstream.
//! * An agent's load is the sum of the units that conversations hold, and never above the
//!   capacity but by an audited override.
//! * A timer fires once, in due order, also if the server was down.
//! * Nothing a client sends ends the server, and nothing it can do makes memory grow
//!   without bound.

pub mod actors;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod domain;
pub mod engine;
pub mod error;
pub mod limits;
pub mod maps;
pub mod server;
pub mod snapshot;
pub mod store;
pub mod telemetry;
pub mod web;
pub mod wire;
