//! Machines without input or output: they are fed messages and time, and return what is to be done.

pub mod outbound;
pub mod request;
pub mod view;
