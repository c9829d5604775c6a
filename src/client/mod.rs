//! A client of linger, written against `docs/protocol.md` alone.
//!
//! It is what `linger talk`, `linger replay`, the kill test and the benchmarks
//! speak with, and so an independent reading of the protocol: nothing here
//! imports the server's wire, engine or store.
//!
//! It promises that a message handed over is sent until it is acknowledged or
//! finally refused, always under the same client id and, with a window of one,
//! in the order in which it was handed over; that after a lost connection it
//! resumes every followed conversation from the last message it has seen; and
//! that what the server sends is passed on as it came. A gap or a repetition is
//! reported with the message ([`Observed`]), never repaired or hidden: whoever
//! judges the server must see it.

mod backoff;
mod connection;
mod cursors;
mod frames;
mod handle;
mod outbox;
mod pump;
pub mod token;

pub use backoff::Backoff;
pub use connection::ConnectError;
pub use cursors::{Cursors, Observed};
pub use frames::{
    Accepted, AgentLoad, Author, Floor, Note, Offer, QuickReply, Refusal, ServerFrame,
    ThreadMessage, View, Welcome,
};
pub use handle::{
    Acknowledgement, Client, Event, Events, Failure, Options, Party, Pending, TokenSource,
};

#[cfg(test)]
mod tests {
    /// The client would be no independent reading of the protocol if it shared the server's.
    #[test]
    fn the_client_imports_nothing_of_the_server() {
        let sources = [
            include_str!("backoff.rs"),
            include_str!("connection.rs"),
            include_str!("cursors.rs"),
            include_str!("frames.rs"),
            include_str!("handle.rs"),
            include_str!("outbox.rs"),
            include_str!("pump.rs"),
            include_str!("token.rs"),
        ];
        for line in sources
            .iter()
            .flat_map(|s| s.lines())
            .filter(|l| l.starts_with("use crate::"))
        {
            assert!(line.starts_with("use crate::client"), "{line}");
        }
    }
}
