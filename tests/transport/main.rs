//! The way to the server, over real sockets: TLS, origins, headers, limits, what the log
//! holds, and RFC 6455 row by row.

mod bytes;
#[path = "../common/mod.rs"]
mod common;
mod headers;
mod limits;
mod origins;
mod quiet;
mod rfc6455;
mod tls;
