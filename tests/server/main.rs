//! The whole server over real sockets, in this process, with a clock that the test moves.

#[path = "../common/mod.rs"]
mod common;

mod access;
mod audit;
mod config;
mod customers;
mod demo_site;
mod devices;
mod dynamics;
mod erasing;
mod everyday;
mod http;
mod linking;
mod lists;
mod live;
mod masking;
mod pages;
mod process;
mod provider;
mod quick_replies;
mod races;
mod refusals;
mod resume;
mod snapshots;
mod staff;
mod statistics;
mod supervising;
mod watching;
mod work;
