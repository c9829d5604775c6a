//! How long to wait before connecting again.
//!
//! After a restart every client comes back; full jitter spreads them over the
//! whole interval, so that they do not come in waves.

use std::time::Duration;

use rand::Rng;

/// The longest wait between two attempts: a server that is back is found soon.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Waits that grow with each failure and start again with each success.
#[derive(Debug, Clone)]
pub struct Backoff {
    base: Duration,
    failures: u32,
}

impl Backoff {
    /// Begins with a base, until the server says another.
    #[must_use]
    pub const fn new(base: Duration) -> Self {
        Self { base, failures: 0 }
    }

    /// Connected: the next wait is short again, on the base that the server asks for.
    pub fn succeeded(&mut self, base: Duration) {
        self.base = base.clamp(Duration::from_millis(1), WAIT_MAX);
        self.failures = 0;
    }

    /// The time to wait before the next attempt: anything up to the base, doubled with each failure.
    pub fn next(&mut self, random: &mut impl Rng) -> Duration {
        let ceiling = self
            .base
            .saturating_mul(1 << self.failures.min(10))
            .min(WAIT_MAX);
        self.failures = self.failures.saturating_add(1);
        ceiling.mul_f64(random.random_range(0.1..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_start_again_after_success() {
        let mut random = SmallRng::seed_from_u64(7);
        let base = Duration::from_millis(100);
        let mut backoff = Backoff::new(base);
        assert!(backoff.next(&mut random) <= base);
        for _ in 0..40 {
            let wait = backoff.next(&mut random);
            assert!(wait <= WAIT_MAX && wait >= base / 10, "{wait:?}");
        }
        backoff.succeeded(base);
        assert!(backoff.next(&mut random) <= base);
    }
}
