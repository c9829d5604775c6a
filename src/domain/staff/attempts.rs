//! How often somebody may try to sign in.
//!
//! A try is charged before it is judged, so that many at once gain nothing, and given back
//! when it was right. Three accounts are charged: the agent from that address, the address,
//! and the agent from everywhere. An address from which that agent has signed in before is
//! not held up by what others try from elsewhere, so nobody can keep the right person out;
//! and nobody ever waits longer than it takes to regain one try.
//!
//! What is kept is one instant per account (the "theoretical arrival time" of GCRA), and at
//! most a bounded number of them.

use std::collections::BTreeMap;

use crate::domain::ids::AgentId;
use crate::domain::time::{Millis, Timestamp};
use crate::limits;

/// One way of counting: so many at once, and one more after each interval.
#[derive(Debug)]
struct Bucket {
    burst: u64,
    every: Millis,
    /// When each account will be whole again.
    whole_at: BTreeMap<String, Timestamp>,
}

impl Bucket {
    const fn new(burst: u64, every: Millis) -> Self {
        Self {
            burst,
            every,
            whole_at: BTreeMap::new(),
        }
    }

    /// How long until there is a try; `None` if there is one now.
    fn wait(&self, account: &str, now: Timestamp) -> Option<Millis> {
        let whole = *self.whole_at.get(account)?;
        let spare = Millis(self.every.0 * (self.burst - 1));
        let from = whole - spare;
        (from > now).then(|| from.since(now))
    }

    fn charge(&mut self, account: &str, now: Timestamp) {
        if self.whole_at.len() >= limits::ATTEMPTS_KEPT_MAX && !self.whole_at.contains_key(account)
        {
            self.forget(now);
        }
        let whole = self.whole_at.entry(account.to_owned()).or_insert(now);
        *whole = (*whole).max(now) + self.every;
    }

    fn give_back(&mut self, account: &str) {
        if let Some(whole) = self.whole_at.get_mut(account) {
            *whole = *whole - self.every;
        }
    }

    /// Drops what is whole; if that is not enough, the half that would be whole soonest.
    fn forget(&mut self, now: Timestamp) {
        self.whole_at.retain(|_, whole| *whole > now);
        if self.whole_at.len() >= limits::ATTEMPTS_KEPT_MAX {
            let mut times: Vec<Timestamp> = self.whole_at.values().copied().collect();
            times.sort_unstable();
            let middle = times[times.len() / 2];
            self.whole_at.retain(|_, whole| *whole > middle);
        }
    }
}

/// Everybody's tries.
#[derive(Debug)]
pub struct Attempts {
    pairs: Bucket,
    addresses: Bucket,
    agents: Bucket,
    /// Where agents have signed in from, and when last.
    known: BTreeMap<String, Timestamp>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            pairs: Bucket::new(limits::SIGN_IN_TRIES, limits::SIGN_IN_TRY_EVERY),
            addresses: Bucket::new(
                limits::SIGN_IN_TRIES_PER_ADDRESS,
                limits::SIGN_IN_TRY_EVERY_PER_ADDRESS,
            ),
            agents: Bucket::new(
                limits::SIGN_IN_TRIES_PER_AGENT,
                limits::SIGN_IN_TRY_EVERY_PER_AGENT,
            ),
            known: BTreeMap::new(),
        }
    }
}

fn pair(agent: &AgentId, address: &str) -> String {
    format!("{address} {agent}")
}

impl Attempts {
    /// Takes a try.
    ///
    /// # Errors
    /// How long to wait for one.
    pub fn take(&mut self, agent: &AgentId, address: &str, now: Timestamp) -> Result<(), Millis> {
        let pair = pair(agent, address);
        let is_known = self.known.contains_key(&pair);
        let waits = [
            self.pairs.wait(&pair, now),
            self.addresses.wait(address, now),
            self.agents.wait(agent.as_str(), now).filter(|_| !is_known),
        ];
        if let Some(wait) = waits.into_iter().flatten().max() {
            return Err(wait);
        }
        self.pairs.charge(&pair, now);
        self.addresses.charge(address, now);
        if !is_known {
            self.agents.charge(agent.as_str(), now);
        }
        Ok(())
    }

    /// Takes a try of an address alone, where nobody says yet who they are.
    ///
    /// # Errors
    /// How long to wait for one.
    pub fn take_of_address(&mut self, address: &str, now: Timestamp) -> Result<(), Millis> {
        match self.addresses.wait(address, now) {
            Some(wait) => Err(wait),
            None => {
                self.addresses.charge(address, now);
                Ok(())
            }
        }
    }

    /// It was right: the try is given back, and the address is known for this agent.
    pub fn succeeded(&mut self, agent: &AgentId, address: &str, now: Timestamp) {
        let pair = pair(agent, address);
        self.pairs.whole_at.remove(&pair);
        self.addresses.give_back(address);
        if !self.known.contains_key(&pair) {
            self.agents.give_back(agent.as_str());
            if self.known.len() >= limits::ATTEMPTS_KEPT_MAX
                && let Some(oldest) = self.known.iter().min_by_key(|(_, at)| **at)
            {
                let oldest = oldest.0.clone();
                self.known.remove(&oldest);
            }
        }
        self.known.insert(pair, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn anna() -> AgentId {
        AgentId::parse("anna").expect("a valid id")
    }

    #[test]
    fn a_handful_of_tries_is_free_and_then_one_comes_back_at_a_time() {
        let mut attempts = Attempts::default();
        for _ in 0..limits::SIGN_IN_TRIES {
            assert_eq!(attempts.take(&anna(), "a", NOW), Ok(()));
        }
        let wait = attempts.take(&anna(), "a", NOW).expect_err("no try left");
        assert_eq!(wait, limits::SIGN_IN_TRY_EVERY);
        let later = NOW + wait;
        assert_eq!(attempts.take(&anna(), "a", later), Ok(()));
        assert!(attempts.take(&anna(), "a", later).is_err());
        assert_eq!(attempts.take(&anna(), "b", later), Ok(()), "from elsewhere");
    }

    #[test]
    fn who_signed_in_from_somewhere_is_not_kept_out_by_others_from_elsewhere() {
        let mut attempts = Attempts::default();
        attempts.take(&anna(), "home", NOW).expect("the first");
        attempts.succeeded(&anna(), "home", NOW);
        let mut refused = 0;
        for n in 0..200 {
            refused += usize::from(attempts.take(&anna(), &format!("bot {n}"), NOW).is_err());
        }
        assert!(refused > 100, "a crowd of addresses is held up");
        assert_eq!(attempts.take(&anna(), "home", NOW), Ok(()));
        let new = attempts
            .take(&anna(), "hotel", NOW)
            .expect_err("as the crowd");
        assert!(
            new <= limits::SIGN_IN_TRY_EVERY_PER_AGENT,
            "but not for long"
        );
    }

    #[test]
    fn one_address_cannot_try_many_names() {
        let mut attempts = Attempts::default();
        let mut taken = 0;
        for n in 0..1_000 {
            let agent = AgentId::parse(&format!("agent-{n}")).expect("a valid id");
            taken += u64::from(attempts.take(&agent, "bot", NOW).is_ok());
        }
        assert_eq!(taken, limits::SIGN_IN_TRIES_PER_ADDRESS);
    }

    #[test]
    fn right_tries_cost_nothing() {
        let mut attempts = Attempts::default();
        for _ in 0..1_000 {
            attempts.take(&anna(), "a", NOW).expect("never held up");
            attempts.succeeded(&anna(), "a", NOW);
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut attempts = Attempts::default();
        for n in 0..limits::ATTEMPTS_KEPT_MAX * 2 {
            let _either = attempts.take(&anna(), &format!("bot {n}"), NOW);
            let _either = attempts.take_of_address(&format!("other {n}"), NOW);
        }
        assert!(attempts.pairs.whole_at.len() <= limits::ATTEMPTS_KEPT_MAX);
        assert!(attempts.addresses.whole_at.len() <= limits::ATTEMPTS_KEPT_MAX);
    }
}
