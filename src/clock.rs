//! The clock and the source of randomness: the one home of both. Everything else is
//! handed instants and ids as data.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::ids::ConversationId;
use crate::domain::time::{Millis, Timestamp};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// This instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that moves when it is told to: for tests.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows this instant.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.0))
    }

    /// Sets it, back as well.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Moves it forward.
    pub fn advance(&self, by: Millis) {
        let now = self.now() + by;
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Makes conversation ids. One per process: each is greater than the one before, also
/// within a millisecond and when the clock goes back, because whoever began first stands
/// first in line.
#[derive(Debug, Default)]
pub struct ConversationIds {
    /// The time and the count of the last one.
    last: (u64, u16),
}

impl ConversationIds {
    const COUNT_MAX: u16 = 0x0fff;

    /// A fresh id.
    #[must_use]
    #[allow(clippy::disallowed_methods)]
    pub fn fresh(&mut self, now: Timestamp) -> ConversationId {
        let now = u64::try_from(now.0).unwrap_or(0);
        let (time, count) = self.last;
        self.last = if now > time {
            (now, 0)
        } else if count < Self::COUNT_MAX {
            (time, count + 1)
        } else {
            (time + 1, 0)
        };
        ConversationId::from_parts(self.last.0, self.last.1, rand::random())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_within_a_millisecond_and_when_the_clock_goes_back() {
        let mut ids = ConversationIds::default();
        let mut last = ids.fresh(Timestamp(5_000));
        let later = (0..10_000).map(|_| 5_000);
        for now in later.chain([4_000, 5_001, 0, -7, 9_000, 9_000]) {
            let next = ids.fresh(Timestamp(now));
            assert!(next > last, "{next} after {last} at {now}");
            last = next;
        }
    }
}
