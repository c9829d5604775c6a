//! Machines without input or output: they are fed messages and time, and return what
//! is to be done. One seeded process can run them all (`simulation` in the tests).

pub mod agent;
pub mod assignment;
pub mod conversation;
pub mod listing;
pub mod outbound;
pub mod quick_replies;
pub mod request;
pub mod summary;
pub mod supervisor;
pub mod view;
pub mod watch;
pub mod workplace;
