//! What the tests over real sockets share: a company, a server in this process or as a
//! child, and clients that see every frame.

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "each test binary uses a part of it"
)]

pub mod child;
pub mod company;
pub mod files;
pub mod http;
pub mod provider;
pub mod raw_ws;
pub mod server;
pub mod socket;

use std::time::{Duration, Instant};

/// Longest wait for anything that must happen; a test that gets here has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at something that nobody announces.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Looks until there is something to see.
///
/// # Panics
/// When patience is at an end.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < deadline, "still not: {what}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// The same for tests without a runtime.
///
/// # Panics
/// When patience is at an end.
pub fn eventually_now<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "still not: {what}");
        std::thread::sleep(LOOK_AGAIN);
    }
}
