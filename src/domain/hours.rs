//! Operating hours: named calendars with a time zone, weekly intervals and holidays.
//!
//! The only file in `domain` that knows jiff.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::time::{Millis, Timestamp};

/// One interval of a day, in minutes after midnight, local time; `to` is exclusive, at most 1440.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Interval {
    /// First minute that is open.
    pub from: u16,
    /// First minute that is closed again.
    pub to: u16,
}

/// A calendar date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Date {
    /// Year.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

/// Operating hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// IANA name, such as `Europe/Madrid`.
    pub time_zone: String,
    /// Monday first; each day's intervals ascending, not overlapping.
    pub weekly: [Vec<Interval>; 7],
    /// Days with other hours; no interval is closed all day.
    pub holidays: BTreeMap<Date, Vec<Interval>>,
}
