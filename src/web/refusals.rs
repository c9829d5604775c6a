//! Refusals on their way into the audit: who was not let in, or not that far, and whose
//! sign-in failed.
//!
//! Anybody may be refused as often as they like, so what is kept of it is bounded: so many
//! of an address in a minute, and so many of all. What goes beyond is counted, and the count
//! is written when the minute is over, or when somebody looks at the audit.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::limiter::Subject;
use crate::actors::Gateway;
use crate::domain::audit::{AuditRecord, Object, What, Who};
use crate::domain::reject::Code;
use crate::domain::time::{Millis, Timestamp};
use crate::limits;

/// A refusal that belongs into the audit.
#[derive(Debug)]
pub struct Refusal<'a> {
    /// Whose bucket.
    pub address: &'a Subject,
    /// From where.
    pub from: IpAddr,
    /// Who, as far as they had proven it.
    pub who: Who,
    /// Which.
    pub code: Code,
    /// Of what: a route, never an address with ids in it.
    pub place: &'a str,
    /// About what, if that exists.
    pub object: Option<Object>,
}

/// Whether a refusal belongs into the audit, and as what.
#[must_use]
pub const fn concerns(code: Code) -> Option<What> {
    match code {
        Code::Forbidden | Code::ForeignOrigin | Code::TokenInvalid => Some(What::Refused),
        Code::SignInFailed => Some(What::SignInFailed),
        _ => None,
    }
}

/// What of one address was seen in this minute.
struct Seen {
    from: IpAddr,
    kept: u32,
    left_out: u64,
}

#[derive(Default)]
struct Minute {
    /// The whole minute since 1970.
    number: i64,
    kept: u32,
    by_address: HashMap<Subject, Seen>,
    /// Of addresses for which there was no room.
    left_out: u64,
}

impl Minute {
    /// One more; whether it is kept.
    fn takes(&mut self, refusal: &Refusal<'_>) -> bool {
        let known = self.by_address.contains_key(refusal.address);
        if !known && self.by_address.len() >= limits::AUDIT_ADDRESSES_MAX {
            self.left_out += 1;
            return false;
        }
        let seen = self
            .by_address
            .entry(refusal.address.clone())
            .or_insert(Seen {
                from: refusal.from,
                kept: 0,
                left_out: 0,
            });
        let has_room = seen.kept < limits::AUDIT_REFUSALS_PER_ADDRESS
            && self.kept < limits::AUDIT_REFUSALS_PER_MINUTE;
        if has_room {
            seen.kept += 1;
            self.kept += 1;
        } else {
            seen.left_out += 1;
        }
        has_room
    }

    /// The records about what was left out, which is counted from 0 again.
    fn left_out(&mut self, now: Timestamp) -> Vec<AuditRecord> {
        let count = |from, count: u64| {
            AuditRecord::new(now, Who::Nobody, from, What::Refused)
                .with("left_out", count)
                .with("minute", self.number * limits::AUDIT_MINUTE_MILLIS)
        };
        let mut others = std::mem::take(&mut self.left_out);
        let mut records = Vec::new();
        for seen in self.by_address.values_mut() {
            let left_out = std::mem::take(&mut seen.left_out);
            if left_out == 0 {
                continue;
            }
            if records.len() < limits::AUDIT_SUMMARIES_MAX {
                records.push(count(Some(seen.from), left_out));
            } else {
                others += left_out;
            }
        }
        if others > 0 {
            records.push(count(None, others));
        }
        records
    }
}

/// All of them. One for the server.
#[derive(Default)]
pub struct Refusals {
    minute: Mutex<Minute>,
}

impl Refusals {
    fn minute(&self) -> MutexGuard<'_, Minute> {
        // A count more or less is all that a panic elsewhere could leave behind.
        self.minute.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be written: the refusal if there is room, and what a minute that is over
    /// has left out.
    fn taken(&self, refusal: Refusal<'_>, now: Timestamp) -> Vec<AuditRecord> {
        let Some(what) = concerns(refusal.code) else {
            return Vec::new();
        };
        let mut minute = self.minute();
        let mut records = turn(&mut minute, now);
        if minute.takes(&refusal) {
            let Refusal {
                from,
                who,
                code,
                place,
                object,
                ..
            } = refusal;
            let record = AuditRecord::new(now, who, Some(from), what)
                .with("code", code.as_str())
                .with("at", place);
            records.push(match object {
                Some(object) => record.about(object),
                None => record,
            });
        }
        records
    }

    /// Takes a refusal. Nobody waits for it to be written.
    pub fn note(&self, gateway: &Gateway, refusal: Refusal<'_>) {
        self.write(gateway, self.taken(refusal, gateway.now()));
    }

    /// Writes what was left out so far; with `now_over`, as if the minute were.
    pub fn settle(&self, gateway: &Gateway, now_over: bool) {
        let now = gateway.now();
        let records = {
            let mut minute = self.minute();
            let mut records = turn(&mut minute, now);
            if now_over {
                records.extend(minute.left_out(now));
            }
            records
        };
        self.write(gateway, records);
    }

    fn write(&self, gateway: &Gateway, records: Vec<AuditRecord>) {
        for record in records {
            let count = record
                .details
                .get("left_out")
                .map_or(1, |count| count.parse().unwrap_or(1));
            if !gateway.note(record) {
                self.minute().left_out += count;
            }
        }
    }

    /// Writes what was left out when its minute is over, also when nobody comes any more.
    pub async fn keep_up(self: Arc<Self>, gateway: Gateway) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.settle(&gateway, false);
        }
    }
}

/// Between two looks whether a minute is over.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Begins another minute if this one is over; what it left out.
fn turn(minute: &mut Minute, now: Timestamp) -> Vec<AuditRecord> {
    let number = now.0.div_euclid(limits::AUDIT_MINUTE_MILLIS);
    if number == minute.number {
        return Vec::new();
    }
    let records = minute.left_out(now);
    *minute = Minute {
        number,
        ..Minute::default()
    };
    records
}

const _: () = assert!(
    Millis::seconds(60).0 == limits::AUDIT_MINUTE_MILLIS.cast_unsigned(),
    "a minute is one"
);

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(address: &Subject, code: Code) -> Refusal<'_> {
        let Subject::Address(from) = address else {
            panic!("an address");
        };
        Refusal {
            address,
            from: *from,
            who: Who::Nobody,
            code,
            place: "GET /api/v1/me",
            object: None,
        }
    }

    fn address(number: u32) -> Subject {
        Subject::address(IpAddr::from(number.to_be_bytes()))
    }

    const NOW: Timestamp = Timestamp(1_700_000_040_000);

    fn left_out(records: &[AuditRecord]) -> u64 {
        let counts = records.iter().filter_map(|r| r.details.get("left_out"));
        counts.map(|c| c.parse::<u64>().expect("a number")).sum()
    }

    #[test]
    fn of_many_refusals_some_are_kept_and_all_are_counted() {
        let (refusals, one) = (Refusals::default(), address(0x7f00_0001));
        let kept: usize = (0..1_000)
            .map(|_| refusals.taken(refusal(&one, Code::TokenInvalid), NOW).len())
            .sum();
        assert_eq!(kept, limits::AUDIT_REFUSALS_PER_ADDRESS as usize);
        let other = address(0x7f00_0002);
        let others = refusals.taken(refusal(&other, Code::Forbidden), NOW);
        assert_eq!(others.len(), 1, "another address has its own room");
        let next = NOW + Millis::seconds(60);
        let later = refusals.taken(refusal(&one, Code::TokenInvalid), next);
        assert_eq!(later.len(), 2, "the count, and the first of this minute");
        assert_eq!(left_out(&later), 1_000 - kept as u64);
        assert_eq!(later[0].from, later[1].from);
    }

    #[test]
    fn very_many_addresses_fill_no_disk_either() {
        let refusals = Refusals::default();
        let all = 50_000;
        let kept: usize = (0..all)
            .map(|n| {
                let one = address(n);
                refusals.taken(refusal(&one, Code::Forbidden), NOW).len()
            })
            .sum();
        assert_eq!(kept, limits::AUDIT_REFUSALS_PER_MINUTE as usize);
        let over = refusals.minute().left_out(NOW);
        assert!(over.len() <= limits::AUDIT_SUMMARIES_MAX + 1);
        assert_eq!(left_out(&over), u64::from(all) - kept as u64);
        assert!(refusals.minute().left_out(NOW).is_empty(), "told once");
    }

    #[test]
    fn what_is_merely_a_mistake_is_not_kept() {
        let (refusals, one) = (Refusals::default(), address(1));
        for code in [Code::InvalidRequest, Code::NotFound, Code::RateLimited] {
            assert!(refusals.taken(refusal(&one, code), NOW).is_empty());
        }
    }
}
