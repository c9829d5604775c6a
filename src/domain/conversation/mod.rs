//! The rules of one conversation. [`decide`] turns a command into events or a
//! refusal; [`Conversation::apply`] adds events up. One file per concern.

mod state;

pub use state::{Assignment, Conversation, Reservation, State, TransferOffer};
