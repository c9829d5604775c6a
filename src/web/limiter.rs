//! Token buckets: how often whom. The only file that knows the governor crate.
//!
//! Bounded: a bucket that is full again is forgotten, and there are at most
//! `BUCKETS_MAX` of each kind; whoever is new beyond that shares one bucket with everybody
//! else who is, so a flood of made-up names neither costs memory nor opens a way around the
//! limit. Time is given by the server's clock, and a clock that is set back takes nobody's
//! turn away.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Reference as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::config::{Bucket, Rates};
use crate::domain::ids::{AgentId, CustomerId, WidgetId};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::Millis;
use crate::engine::request::{Ask, Principal, Request};
use crate::limits;

/// Between two looks for buckets that are full again, when there are as many as may be.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Fewer are never looked through.
const FEW: usize = 1_024;

/// Whose bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An address: IPv6 by its first 64 bits, which is what one customer of a provider has.
    Address(IpAddr),
    /// A customer.
    Customer(CustomerId),
    /// A person of the company.
    Agent(AgentId),
    /// A widget.
    Widget(WidgetId),
    /// Everybody for whom there was no room.
    Crowd,
}

impl Subject {
    /// The one who is behind an address.
    #[must_use]
    pub fn address(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(v6) => {
                let network = u128::from(v6) & (u128::from(u64::MAX) << 64);
                IpAddr::V6(Ipv6Addr::from(network))
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

impl From<&Principal> for Subject {
    fn from(principal: &Principal) -> Self {
        match principal {
            Principal::Customer(id) => Self::Customer(id.clone()),
            Principal::Agent { id, .. } => Self::Agent(id.clone()),
        }
    }
}

/// The server's clock as governor wants it: never backwards, however it is set.
#[derive(Clone)]
struct Steady {
    clock: Arc<dyn Clock>,
    /// What the clock showed last, and the milliseconds that have passed since the start.
    seen: Arc<Mutex<(i64, u64)>>,
}

impl Steady {
    fn new(clock: Arc<dyn Clock>) -> Self {
        let now = clock.now().0;
        Self {
            clock,
            seen: Arc::new(Mutex::new((now, 0))),
        }
    }
}

impl governor::clock::Clock for Steady {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let now = self.clock.now().0;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, passed) = *seen;
        let passed = passed.saturating_add(u64::try_from(now.saturating_sub(last)).unwrap_or(0));
        *seen = (now, passed);
        Nanos::new(passed.saturating_mul(1_000_000))
    }
}

/// Whose bucket, and whether it is only looked at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    subject: Subject,
    look_only: bool,
}

/// When each bucket is full again.
struct Full {
    at: Mutex<HashMap<Subject, Nanos>>,
    most: usize,
}

impl Full {
    fn all(&self) -> std::sync::MutexGuard<'_, HashMap<Subject, Nanos>> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for Full {
    type Key = Key;

    fn measure_and_replace<T, F, E>(&self, key: &Key, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut all = self.all();
        let known = all.contains_key(&key.subject);
        let subject = if known || all.len() < self.most {
            &key.subject
        } else {
            &Subject::Crowd
        };
        let (answer, full_at) = measure(all.get(subject).copied())?;
        if !key.look_only {
            all.insert(subject.clone(), full_at);
        }
        Ok(answer)
    }
}

impl ShrinkableKeyedStateStore<Key> for Full {
    fn retain_recent(&self, drop_below: Nanos) {
        let mut all = self.all();
        all.retain(|_, full_at| *full_at > drop_below);
        if all.len() * 4 < all.capacity() {
            all.shrink_to_fit();
        }
    }

    fn len(&self) -> usize {
        self.all().len()
    }

    fn is_empty(&self) -> bool {
        self.all().is_empty()
    }
}

type Governor = RateLimiter<Key, Full, Steady, NoOpMiddleware<Nanos>>;

/// All buckets of one kind.
struct Kind {
    governor: Governor,
    clock: Steady,
    most: usize,
    /// Looked through when there are so many.
    look_at: AtomicUsize,
    looked: Mutex<Option<Nanos>>,
}

impl Kind {
    fn new(rate: limits::Rate, clock: Steady, most: usize) -> Option<Self> {
        let count = NonZeroU32::new(rate.count)?;
        let period = Duration::from_millis(rate.per.0) / rate.count;
        let quota = Quota::with_period(period)?.allow_burst(count);
        let at = Mutex::new(HashMap::new());
        Some(Self {
            governor: RateLimiter::new(quota, Full { at, most }, clock.clone()),
            clock,
            most,
            look_at: AtomicUsize::new(FEW.min(most)),
            looked: Mutex::new(None),
        })
    }

    fn check(&self, subject: Subject, look_only: bool) -> Result<(), Millis> {
        self.forget_full();
        self.governor
            .check_key(&Key { subject, look_only })
            .map_err(|not_until| {
                let now = governor::clock::Clock::now(&self.clock);
                let wait = not_until.wait_time_from(now);
                Millis(u64::try_from(wait.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX))
            })
    }

    /// Costs nothing per check over time: the next look is when there are twice as many as
    /// this one left, and when there are as many as may be, once a second.
    fn forget_full(&self) {
        let len = self.governor.len();
        if len < self.look_at.load(Ordering::Relaxed) {
            return;
        }
        if len >= self.most {
            let now = governor::clock::Clock::now(&self.clock);
            let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
            let just = looked.is_some_and(|at| now.duration_since(at) < LOOK_AGAIN.into());
            if just {
                return;
            }
            *looked = Some(now);
        }
        self.governor.retain_recent();
        let next = (self.governor.len() * 2).clamp(FEW.min(self.most), self.most);
        self.look_at.store(next, Ordering::Relaxed);
    }
}

/// Who has how many HTTP requests under way.
type UnderWay = Arc<Mutex<HashMap<Subject, usize>>>;

/// One HTTP request under way, until dropped.
#[derive(Debug)]
pub struct Place {
    subject: Subject,
    under_way: UnderWay,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.subject) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.subject);
            }
        }
    }
}

/// All of them. One for the server.
pub struct Limiter {
    kinds: HashMap<Bucket, Kind>,
    under_way: UnderWay,
}

impl Limiter {
    /// Every bucket full.
    #[must_use]
    pub fn new(rates: &Rates, clock: Arc<dyn Clock>) -> Self {
        Self::of_size(rates, clock, limits::BUCKETS_MAX)
    }

    fn of_size(rates: &Rates, clock: Arc<dyn Clock>, most: usize) -> Self {
        let clock = Steady::new(clock);
        let kinds = Bucket::ALL
            .iter()
            .filter_map(|b| Some((*b, Kind::new(rates.of(*b)?, clock.clone(), most)?)))
            .collect();
        Self {
            kinds,
            under_way: UnderWay::default(),
        }
    }

    /// Takes one.
    ///
    /// # Errors
    /// `rate_limited`, with the time after which there is one.
    pub fn take(&self, bucket: Bucket, subject: Subject) -> Result<(), Reject> {
        self.check(bucket, subject, false)
    }

    /// Whether there is one; takes none.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn look(&self, bucket: Bucket, subject: Subject) -> Result<(), Reject> {
        self.check(bucket, subject, true)
    }

    fn check(&self, bucket: Bucket, subject: Subject, look_only: bool) -> Result<(), Reject> {
        let Some(kind) = self.kinds.get(&bucket) else {
            return Ok(());
        };
        kind.check(subject, look_only).map_err(|wait| {
            Reject::new(
                Code::RateLimited,
                format!(
                    "More than the limit {} allows; wait, then go on more slowly.",
                    bucket.as_str()
                ),
            )
            .after(wait.max(Millis(1)))
        })
    }

    /// Credentials from an address: checked only while it has failures left, and one that
    /// does not verify takes one.
    ///
    /// # Errors
    /// What `verify` says; `rate_limited`, without asking it.
    pub fn verified<T>(
        &self,
        address: &Subject,
        verify: impl FnOnce() -> Result<T, Reject>,
    ) -> Result<T, Reject> {
        self.may_prove(address)?;
        let verified = verify();
        self.proved(address, &verified);
        verified
    }

    /// Whether an address has failures left.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn may_prove(&self, address: &Subject) -> Result<(), Reject> {
        self.look(Bucket::FailuresPerAddress, address.clone())
    }

    /// What came of a credential from an address.
    pub fn proved<T>(&self, address: &Subject, outcome: &Result<T, Reject>) {
        if outcome
            .as_ref()
            .is_err_and(|reject| reject.code == Code::TokenInvalid)
        {
            // It was looked at before; racing requests may be over by a few.
            let _over = self.take(Bucket::FailuresPerAddress, address.clone());
        }
    }

    /// What a request takes beside being one: starts and agents' messages.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn asked(
        &self,
        principal: &Principal,
        address: Option<&Subject>,
        request: &Request,
    ) -> Result<(), Reject> {
        match (request, principal) {
            (Request::Start(start), _) => {
                self.take(Bucket::StartsPerCustomer, principal.into())?;
                if let Some(address) = address {
                    self.take(Bucket::StartsPerAddress, address.clone())?;
                }
                match &start.widget {
                    Some(w) => self.take(Bucket::StartsPerWidget, Subject::Widget(w.clone())),
                    None => Ok(()),
                }
            }
            (Request::In(_, Ask::Post { .. } | Ask::Note { .. }), Principal::Agent { .. }) => {
                self.take(Bucket::MessagesPerAgent, principal.into())
            }
            _ => Ok(()),
        }
    }

    /// A hello that was good.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn hello(&self, principal: &Principal) -> Result<(), Reject> {
        let bucket = match principal {
            Principal::Customer(_) => Bucket::SocketsPerCustomer,
            Principal::Agent { .. } => Bucket::SocketsPerAgent,
        };
        self.take(bucket, principal.into())
    }

    /// A file that is to be taken in.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn upload(&self, principal: &Principal) -> Result<(), Reject> {
        let bucket = match principal {
            Principal::Customer(_) => Bucket::UploadsPerCustomer,
            Principal::Agent { .. } => Bucket::UploadsPerAgent,
        };
        self.take(bucket, principal.into())
    }

    /// An HTTP request of somebody known: one of those that may be under way at once, until
    /// the place is dropped.
    ///
    /// # Errors
    /// `rate_limited`, `too_many_in_flight`.
    pub fn request(&self, principal: &Principal) -> Result<Place, Reject> {
        let (bucket, most) = match principal {
            Principal::Customer(_) => (
                Bucket::RequestsPerCustomer,
                limits::REQUESTS_UNDER_WAY_PER_CUSTOMER_MAX,
            ),
            Principal::Agent { .. } => (
                Bucket::RequestsPerAgent,
                limits::REQUESTS_UNDER_WAY_PER_AGENT_MAX,
            ),
        };
        self.take(bucket, principal.into())?;
        let subject = Subject::from(principal);
        let mut all = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(subject.clone()).or_default();
        if *count >= most {
            let sentence = "Wait for answers, and read them, before you ask more.";
            return Err(Reject::new(Code::TooManyInFlight, sentence));
        }
        *count += 1;
        drop(all);
        Ok(Place {
            subject,
            under_way: self.under_way.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::config::RateChange;
    use crate::domain::time::Timestamp;
    use crate::wire::samples;

    fn limiter(change: &str, most: usize) -> (Limiter, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Timestamp(1_700_000_000_000)));
        let change: RateChange = change.parse().expect("a change");
        let rates = Rates::unlimited().with(change);
        (Limiter::of_size(&rates, clock.clone(), most), clock)
    }

    fn address(text: &str) -> Subject {
        Subject::address(text.parse().expect("an address"))
    }

    fn wait(refused: Result<(), Reject>) -> Millis {
        let reject = refused.expect_err("refused");
        assert_eq!(reject.code, Code::RateLimited);
        reject.retry_after.expect("a time")
    }

    #[test]
    fn a_bucket_gives_its_burst_then_says_when_the_next_is_there() {
        let (limiter, clock) = limiter("requests-per-address=3/3s", 10);
        let take = || limiter.take(Bucket::RequestsPerAddress, address("192.0.2.1"));
        for _ in 0..3 {
            take().expect("within the burst");
        }
        assert_eq!(wait(take()), Millis(1_000));
        clock.advance(Millis(400));
        assert_eq!(wait(take()), Millis(600));
        limiter
            .take(Bucket::RequestsPerAddress, address("192.0.2.2"))
            .expect("another address has its own");
        clock.advance(Millis(600));
        take().expect("one is there again");
        assert_eq!(wait(take()), Millis(1_000));
    }

    #[test]
    fn looking_takes_nothing() {
        let (limiter, _) = limiter("failures-per-address=1/1min", 10);
        let at = address("192.0.2.1");
        for _ in 0..100 {
            limiter
                .look(Bucket::FailuresPerAddress, at.clone())
                .expect("there is one");
        }
        limiter
            .take(Bucket::FailuresPerAddress, at.clone())
            .expect("taken");
        limiter
            .look(Bucket::FailuresPerAddress, at)
            .expect_err("there is none");
    }

    #[test]
    fn credentials_are_not_even_checked_after_too_many_failures() {
        let (limiter, _) = limiter("failures-per-address=2/1min", 10);
        let at = address("192.0.2.1");
        let bad = || Err::<(), _>(Reject::new(Code::TokenInvalid, "No."));
        for _ in 0..2 {
            assert_eq!(
                limiter.verified(&at, bad).expect_err("bad").code,
                Code::TokenInvalid
            );
        }
        let refused = limiter.verified(&at, || -> Result<(), Reject> { panic!("asked") });
        assert_eq!(refused.expect_err("too many").code, Code::RateLimited);
        // A good one from elsewhere goes on, as often as it likes.
        for _ in 0..10 {
            limiter
                .verified(&address("192.0.2.9"), || Ok(()))
                .expect("good");
        }
    }

    #[test]
    fn a_network_of_ipv6_is_one_and_ipv4_within_it_is_ipv4() {
        assert_eq!(
            address("2001:db8:1:2:3::4"),
            address("2001:db8:1:2:ffff::1")
        );
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
        assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
    }

    #[test]
    fn made_up_names_neither_cost_memory_nor_open_a_way_around() {
        const MOST: usize = 100;
        let (limiter, clock) = limiter("sockets-per-address=2/1min", MOST);
        let mut allowed = 0;
        for n in 0..10_000_u32 {
            let from = Subject::address(IpAddr::V4(n.into()));
            allowed += usize::from(limiter.take(Bucket::SocketsPerAddress, from).is_ok());
        }
        let kind = &limiter.kinds[&Bucket::SocketsPerAddress];
        assert_eq!(kind.governor.len(), MOST + 1, "and one for the crowd");
        assert_eq!(allowed, MOST + 2, "the crowd has one bucket");
        // Full again: forgotten, and newcomers have buckets of their own.
        clock.advance(Millis::minutes(2));
        limiter
            .take(Bucket::SocketsPerAddress, address("203.0.113.1"))
            .expect("a new day");
        assert_eq!(kind.governor.len(), 1);
    }

    #[test]
    fn a_clock_that_is_set_back_takes_nobodys_turn_away() {
        let (limiter, clock) = limiter("requests-per-address=1/1s", 10);
        let take = || limiter.take(Bucket::RequestsPerAddress, address("192.0.2.1"));
        take().expect("the first");
        clock.set(Timestamp(1_000_000_000_000));
        assert_eq!(wait(take()), Millis(1_000));
        clock.advance(Millis(1_000));
        take().expect("a second later");
    }

    #[test]
    fn requests_under_way_are_bounded_until_they_end() {
        let (limiter, _) = limiter("all=off", 10);
        let maria = Principal::Customer(samples::carla());
        let mut places: Vec<Place> = (0..limits::REQUESTS_UNDER_WAY_PER_CUSTOMER_MAX)
            .map(|_| limiter.request(&maria).expect("a place"))
            .collect();
        let refused = limiter.request(&maria).expect_err("one too many");
        assert_eq!(refused.code, Code::TooManyInFlight);
        limiter.request(&samples::agent()).expect("somebody else");
        places.pop();
        places.push(limiter.request(&maria).expect("free again"));
        drop(places);
        assert!(limiter.under_way.lock().expect("sound").is_empty());
    }
}
