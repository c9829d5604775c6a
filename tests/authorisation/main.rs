//! Who may do what: every role at every route and with every frame, against a table.
//!
//! The rows of `routes.txt` and `frames.txt` are compared with the lists in the program: a
//! new route or frame without a row fails by its name, and the failure shows what it does
//! now, to be judged before it is written down. Where a row says `N`, the object of somebody
//! else is answered byte for byte as one that does not exist.

mod attacks;
#[path = "../common/mod.rs"]
mod common;
mod frames;
mod routes;
mod table;
mod text;
mod world;
