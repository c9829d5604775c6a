//! The store from outside: what it promises through reopening, damage and faults.

mod audit;
mod check;
mod cli;
mod damage;
mod directory;
mod golden;
mod reads;
mod snapshot;
mod staff;
mod statistics;
mod story;
mod writer;
