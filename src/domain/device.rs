//! Devices that the server has named, for customers who have not signed in anywhere.
//!
//! A device proves itself with a token that is exchanged for a new one again and again. Only
//! hashes are kept. The old token stays good until the new one has been used, and for a
//! short grace after that: an answer that is lost locks nobody out, and two tabs that renew
//! at once do not fight. Later than that an old token can only come from a copy: then the
//! device ends, for the thief and for its owner.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ids::{AgentId, CustomerId, DEVICE_PREFIX, WidgetId};
use super::time::{Millis, Timestamp};

/// A token that has been exchanged is good for this long after the new one was first used.
pub const GRACE: Millis = Millis::minutes(2);
/// Tokens before the current one whose hashes are kept. One that is older still is unknown:
/// refused, but no sign of a theft any more.
pub const OLDER_MAX: usize = 8;
/// A device that nobody has come back with for so long is forgotten: its token is refused.
pub const UNUSED_MAX: Millis = Millis::days(400);

/// Which device.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceId(pub [u8; 16]);

impl DeviceId {
    /// The customer that this device is.
    ///
    /// # Panics
    /// Never: prefix and hexadecimal digits are an id.
    #[must_use]
    pub fn customer(&self) -> CustomerId {
        CustomerId::parse(&format!("{DEVICE_PREFIX}{self}")).expect("hexadecimal digits are an id")
    }

    /// The device that a customer is.
    #[must_use]
    pub fn of(customer: &CustomerId) -> Option<Self> {
        customer.as_str().strip_prefix(DEVICE_PREFIX)?.parse().ok()
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "device({self})")
    }
}

impl FromStr for DeviceId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "not a device id: it has 32 hexadecimal digits";
        let digits = text.as_bytes();
        if digits.len() != 32 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(WRONG);
        }
        let mut id = [0; 16];
        for (byte, pair) in id.iter_mut().zip(digits.chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| WRONG)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| WRONG)?;
        }
        Ok(Self(id))
    }
}

/// What is kept of a device. Never a token, only hashes: SHA-256, lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Where it was named.
    pub widget: WidgetId,
    /// When.
    pub created_at: Timestamp,
    /// The token that holds now.
    pub current: String,
    /// Since when.
    pub issued_at: Timestamp,
    /// The current token has been used: whoever renewed has it.
    pub confirmed: bool,
    /// Tokens before it, newest first, at most [`OLDER_MAX`].
    pub older: Vec<OldToken>,
    /// It proves nothing any more.
    pub end: Option<DeviceEnd>,
}

/// A token that was exchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldToken {
    /// Its hash.
    pub hash: String,
    /// Until when it is good; `None`: until a newer one has been used.
    pub until: Option<Timestamp>,
}

/// How a device ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceEnd {
    /// Somebody of the company has revoked it.
    Revoked {
        /// Who.
        by: AgentId,
        /// When.
        at: Timestamp,
    },
    /// An old token came back: somebody has a copy.
    Copied {
        /// When.
        at: Timestamp,
    },
    /// Its customer has proven who they are.
    Linked {
        /// Who.
        customer: CustomerId,
        /// When.
        at: Timestamp,
        /// So many conversations went with it; 0 until all have.
        conversations: u64,
    },
}

/// What a token is to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The current one; `first`: it has not been used before.
    Current {
        /// Has to be noted.
        first: bool,
    },
    /// An old one that is still good.
    Grace,
    /// An old one that came back too late.
    Copied,
    /// None of this device, as far as is known.
    Unknown,
    /// Whatever it is: the device has ended.
    Ended,
}

impl Device {
    /// A device that has just been named.
    #[must_use]
    pub fn new(widget: WidgetId, hash: String, now: Timestamp) -> Self {
        Self {
            widget,
            created_at: now,
            current: hash,
            issued_at: now,
            confirmed: false,
            older: Vec::new(),
            end: None,
        }
    }

    /// What the token with this hash is.
    #[must_use]
    pub fn judge(&self, hash: &str, now: Timestamp) -> Verdict {
        if self.end.is_some() || now >= self.issued_at + UNUSED_MAX {
            return Verdict::Ended;
        }
        if self.current == hash {
            return Verdict::Current {
                first: !self.confirmed,
            };
        }
        match self.older.iter().find(|old| old.hash == hash) {
            None => Verdict::Unknown,
            Some(old) if old.until.is_none_or(|until| now < until) => Verdict::Grace,
            Some(_) => Verdict::Copied,
        }
    }

    /// The link that ended it, if whoever has the token with this hash could have asked for
    /// it: the same request again has the same answer.
    #[must_use]
    pub fn link(&self, hash: &str) -> Option<(&CustomerId, u64)> {
        let Some(DeviceEnd::Linked {
            customer,
            at,
            conversations,
        }) = &self.end
        else {
            return None;
        };
        let mut older = self.older.iter();
        let held = self.current == hash
            || older.any(|old| old.hash == hash && old.until.is_none_or(|until| *at < until));
        held.then_some((customer, *conversations))
    }

    /// The current token was used: those before it have their grace, and then they end.
    pub fn confirm(&mut self, now: Timestamp) {
        self.confirmed = true;
        for old in &mut self.older {
            old.until = old.until.or(Some(now + GRACE));
        }
    }

    /// A new token takes the place of the current one.
    pub fn rotate(&mut self, hash: String, now: Timestamp) {
        let before = std::mem::replace(&mut self.current, hash);
        let old = OldToken {
            hash: before,
            until: None,
        };
        self.older.insert(0, old);
        self.older.truncate(OLDER_MAX);
        self.issued_at = now;
        self.confirmed = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn device() -> Device {
        let widget = WidgetId::parse("shop").expect("an id");
        Device::new(widget, "one".to_owned(), NOW)
    }

    #[test]
    fn an_answer_that_is_lost_locks_nobody_out() {
        let mut device = device();
        device.confirm(NOW);
        device.rotate("lost".to_owned(), NOW);
        let much_later = NOW + Millis::days(30);
        assert_eq!(device.judge("one", much_later), Verdict::Grace);
        device.rotate("two".to_owned(), much_later);
        assert_eq!(
            device.judge("two", much_later),
            Verdict::Current { first: true }
        );
        device.confirm(much_later);
        assert_eq!(device.judge("one", much_later), Verdict::Grace);
        let over = much_later + GRACE;
        assert_eq!(device.judge("two", over), Verdict::Current { first: false });
        assert_eq!(device.judge("one", over), Verdict::Copied);
        assert_eq!(device.judge("lost", over), Verdict::Copied);
    }

    #[test]
    fn a_token_that_was_never_given_is_no_sign_of_a_copy() {
        let device = device();
        assert_eq!(device.judge("guessed", NOW), Verdict::Unknown);
    }

    #[test]
    fn old_tokens_are_kept_to_a_bound() {
        let mut device = device();
        for n in 0..2 * OLDER_MAX {
            device.rotate(n.to_string(), NOW);
        }
        assert_eq!(device.older.len(), OLDER_MAX);
        assert_eq!(device.judge("one", NOW), Verdict::Unknown);
    }

    #[test]
    fn a_device_that_has_ended_or_was_not_seen_for_long_proves_nothing() {
        let mut device = device();
        assert_eq!(device.judge("one", NOW + UNUSED_MAX), Verdict::Ended);
        device.end = Some(DeviceEnd::Copied { at: NOW });
        assert_eq!(device.judge("one", NOW), Verdict::Ended);
    }

    #[test]
    fn whoever_could_link_a_device_is_told_again_and_nobody_else() {
        let mut device = device();
        device.rotate("two".to_owned(), NOW);
        assert_eq!(device.link("two"), None, "not linked");
        let maria = CustomerId::parse("maria").expect("an id");
        device.confirm(NOW);
        for (at, old_is_told) in [(NOW, true), (NOW + GRACE, false)] {
            device.end = Some(DeviceEnd::Linked {
                customer: maria.clone(),
                at,
                conversations: 3,
            });
            assert_eq!(device.judge("two", at), Verdict::Ended);
            assert_eq!(device.link("two"), Some((&maria, 3)));
            assert_eq!(device.link("one").is_some(), old_is_told);
            assert_eq!(device.link("guessed"), None);
        }
    }

    #[test]
    fn a_device_is_a_customer_of_its_own() {
        let id = DeviceId([0xab; 16]);
        assert!(id.customer().is_device());
        assert_eq!(DeviceId::of(&id.customer()), Some(id));
        let maria = CustomerId::parse("maria").expect("an id");
        assert_eq!(DeviceId::of(&maria), None);
        for bad in ["", "ab", &"AB".repeat(16), &"+1".repeat(16)] {
            assert!(bad.parse::<DeviceId>().is_err(), "{bad}");
        }
    }
}
