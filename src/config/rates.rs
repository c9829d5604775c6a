//! The token buckets: which there are, their names and defaults, and what the operator
//! makes of them (`--limit NAME=COUNT/TIME`).

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::limits::{self, Rate};

macro_rules! buckets {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $rate:ident;)+) => {
        /// What is counted, and for whom.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Bucket {
            $($(#[$doc])* $variant,)+
        }

        impl Bucket {
            /// Every bucket, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name on the command line and in docs/SECURITY.md.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Unless the operator says otherwise.
            #[must_use]
            pub const fn default_rate(self) -> Rate {
                match self { $(Self::$variant => limits::$rate),+ }
            }
        }
    };
}

buckets! {
    /// HTTP requests of one address.
    RequestsPerAddress = "requests-per-address", REQUESTS_PER_ADDRESS;
    /// WebSocket handshakes of one address.
    SocketsPerAddress = "sockets-per-address", SOCKETS_PER_ADDRESS;
    /// Credentials of one address that did not verify.
    FailuresPerAddress = "failures-per-address", FAILURES_PER_ADDRESS;
    /// Conversations started from one address.
    StartsPerAddress = "starts-per-address", STARTS_PER_ADDRESS;
    /// HTTP requests of one customer.
    RequestsPerCustomer = "requests-per-customer", REQUESTS_PER_CUSTOMER;
    /// Sockets one customer says hello on.
    SocketsPerCustomer = "sockets-per-customer", SOCKETS_PER_CUSTOMER;
    /// Conversations one customer starts.
    StartsPerCustomer = "starts-per-customer", STARTS_PER_CUSTOMER;
    /// Files of one customer.
    UploadsPerCustomer = "uploads-per-customer", UPLOADS_PER_CUSTOMER;
    /// HTTP requests of one agent.
    RequestsPerAgent = "requests-per-agent", REQUESTS_PER_AGENT;
    /// Sockets one agent says hello on.
    SocketsPerAgent = "sockets-per-agent", SOCKETS_PER_AGENT;
    /// Messages and notes of one agent.
    MessagesPerAgent = "messages-per-agent", MESSAGES_PER_AGENT;
    /// Files of one agent.
    UploadsPerAgent = "uploads-per-agent", UPLOADS_PER_AGENT;
    /// WebSocket handshakes through one widget.
    SocketsPerWidget = "sockets-per-widget", SOCKETS_PER_WIDGET;
    /// Conversations started through one widget.
    StartsPerWidget = "starts-per-widget", STARTS_PER_WIDGET;
}

/// All buckets as they hold: what is not named here has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates {
    changed: BTreeMap<Bucket, Option<Rate>>,
}

impl Rates {
    /// No limit at all: for load tests on a machine of one's own.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::default().with(RateChange {
            bucket: None,
            rate: None,
        })
    }

    /// The same with one change; a later change of the same bucket wins.
    #[must_use]
    pub fn with(mut self, change: RateChange) -> Self {
        match change.bucket {
            Some(bucket) => {
                self.changed.insert(bucket, change.rate);
            }
            None => {
                let all = Bucket::ALL.iter().map(|b| (*b, change.rate));
                self.changed.extend(all);
            }
        }
        self
    }

    /// What holds for a bucket; `None`: no limit.
    #[must_use]
    pub fn of(&self, bucket: Bucket) -> Option<Rate> {
        match self.changed.get(&bucket) {
            Some(rate) => *rate,
            None => Some(bucket.default_rate()),
        }
    }
}

impl FromIterator<RateChange> for Rates {
    fn from_iter<I: IntoIterator<Item = RateChange>>(changes: I) -> Self {
        changes.into_iter().fold(Self::default(), Self::with)
    }
}

/// One `--limit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateChange {
    /// Which; `None`: all of them.
    pub bucket: Option<Bucket>,
    /// The rate; `None`: no limit.
    pub rate: Option<Rate>,
}

impl FromStr for RateChange {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        const FORM: &str =
            "write NAME=COUNT/TIME such as \"starts-per-customer=20/1min\", NAME=off, or all=off";
        let (name, rate) = text.split_once('=').ok_or(FORM)?;
        let bucket =
            match name.trim() {
                "all" => None,
                name => Some(*Bucket::ALL.iter().find(|b| b.as_str() == name).ok_or_else(
                    || {
                        let names: Vec<&str> = Bucket::ALL.iter().map(|b| b.as_str()).collect();
                        format!("there is no limit {name:?}; there are {}", names.join(", "))
                    },
                )?),
            };
        let rate = match rate.trim() {
            "off" => None,
            _ if bucket.is_none() => return Err(FORM.to_owned()),
            rate => {
                let (count, per) = rate.split_once('/').ok_or(FORM)?;
                let count: u32 = count.trim().parse().map_err(|_| FORM)?;
                let per = super::units::parse_duration(per)?;
                let day = crate::domain::time::Millis::hours(24);
                if count == 0 || per.0 == 0 || per > day {
                    return Err(format!("{FORM}; at least one, in at most a day"));
                }
                Some(Rate { count, per })
            }
        };
        Ok(Self { bucket, rate })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Millis;

    #[test]
    fn what_is_not_changed_has_its_default() {
        let rates: Rates = ["starts-per-customer=3/10s", "requests-per-address=off"]
            .iter()
            .map(|c| c.parse::<RateChange>().expect("a change"))
            .collect();
        let three = Rate {
            count: 3,
            per: Millis::seconds(10),
        };
        assert_eq!(rates.of(Bucket::StartsPerCustomer), Some(three));
        assert_eq!(rates.of(Bucket::RequestsPerAddress), None);
        assert_eq!(
            rates.of(Bucket::SocketsPerAgent),
            Some(limits::SOCKETS_PER_AGENT)
        );
        assert!(
            Bucket::ALL
                .iter()
                .all(|b| Rates::unlimited().of(*b).is_none())
        );
    }

    #[test]
    fn what_cannot_be_read_says_what_to_write() {
        for bad in [
            "",
            "off",
            "all=3/1s",
            "starts=3/1s",
            "starts-per-customer",
            "starts-per-customer=0/1s",
            "starts-per-customer=3/0s",
            "starts-per-customer=3",
            "starts-per-customer=3/2d",
        ] {
            assert!(bad.parse::<RateChange>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_bucket_stands_in_the_security_page_with_its_default() {
        let page = include_str!("../../docs/SECURITY.md");
        for bucket in Bucket::ALL {
            let Rate { count, per } = bucket.default_rate();
            let row = format!(
                "| `{}` | {count}/{} |",
                bucket.as_str(),
                super::super::units::show_duration(per)
            );
            assert!(page.contains(&row), "docs/SECURITY.md lacks the row {row}");
        }
    }
}
