//! Operating hours: named calendars with a time zone, weekly intervals and holidays.
//!
//! A calendar is open at an instant if, and only if, a clock on the wall of its time
//! zone shows a time inside one of the day's intervals. Everything here follows from
//! that one sentence, the two odd nights of the year included: an hour that the clocks
//! skip is never open, an hour that they show twice is open twice.
//!
//! Never reads the machine's clock or its time-zone files: the rules of the zones are
//! compiled in, so every machine comes to the same answer. Never panics: a time zone
//! that nobody knows counts as UTC, and [`Calendar::problems`] names it.
//!
//! The only file in `domain` that knows jiff.

use std::collections::BTreeMap;
use std::fmt;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

use super::time::{Millis, Timestamp};

/// Minutes of a day; the end of an interval that lasts until midnight.
pub const MINUTES_PER_DAY: u16 = 1_440;
/// How far ahead the next opening is looked for: a year and its holidays.
const OPENING_HORIZON: Millis = Millis::days(370);
/// How far ahead operating time is counted; what takes longer counts as never.
const DEADLINE_HORIZON: Millis = Millis::days(3_653);
const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// One interval of a day, in minutes after midnight, local time; `to` is exclusive, at most 1440.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Interval {
    /// First minute that is open.
    pub from: u16,
    /// First minute that is closed again.
    pub to: u16,
}

/// A calendar date.
/// As text `2026-12-25`, so that it can be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Date {
    /// Year.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let date: jiff::civil::Date = text
            .parse()
            .map_err(|_| format!("{text:?} is not a date; write it as 2026-12-25"))?;
        Ok(Self {
            year: date.year(),
            month: date.month(),
            day: date.day(),
        })
    }
}

/// An instant as a clock on the wall shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalTime {
    /// 1 is Monday, 7 is Sunday.
    pub weekday: i8,
    /// 1 to 31.
    pub day: i8,
    /// 1 to 12.
    pub month: i8,
    /// 0 to 23.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
    /// What people call the zone's time at that instant, such as `CET`.
    pub zone: String,
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

impl Calendar {
    /// Whether it is open at this instant.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let local = LocalInstant::of(&self.zone(), at);
        let minute_ms = |minute: u16| i64::from(minute) * MINUTE_MS;
        self.intervals_of(local.day)
            .iter()
            .any(|i| (minute_ms(i.from)..minute_ms(i.to)).contains(&local.ms_of_day))
    }

    /// Whether this instant falls on a day with hours of its own.
    #[must_use]
    pub fn is_holiday(&self, at: Timestamp) -> bool {
        let local = LocalInstant::of(&self.zone(), at);
        self.holidays.contains_key(&date_of(local.day))
    }

    /// The first instant, not before `at`, that is open; `None` if there is none for more than a year.
    #[must_use]
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        self.open_spans(at, OPENING_HORIZON)
            .next()
            .map(|span| span.start)
    }

    /// The instant at which that much operating time has gone by since `from`; `None` if
    /// that takes longer than ten years, or for ever.
    #[must_use]
    pub fn operating_deadline(&self, from: Timestamp, time: Millis) -> Option<Timestamp> {
        let mut left = time;
        for span in self.open_spans(from, DEADLINE_HORIZON) {
            let length = span.end.since(span.start);
            if left <= length {
                return Some(span.start + left);
            }
            left = Millis(left.0 - length.0);
        }
        None
    }

    /// What is wrong with it, one sentence each; nothing if it can be used.
    #[must_use]
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if zone_named(&self.time_zone).is_none() {
            let why = format!(
                "time zone {:?} is not known; use an IANA name such as \"Europe/Madrid\".",
                self.time_zone
            );
            found.push(("time_zone".to_owned(), why));
        }
        for (name, intervals) in WEEKDAYS.iter().zip(&self.weekly) {
            interval_problems(&name.to_lowercase(), name, intervals, &mut found);
        }
        for (date, intervals) in &self.holidays {
            let name = date.to_string();
            let key = format!("holidays.{name}");
            if jiff::civil::Date::new(date.year, date.month, date.day).is_err() {
                let why = format!("holiday {name} is not a date; correct or remove it.");
                found.push((key.clone(), why));
            }
            interval_problems(&key, &name, intervals, &mut found);
        }
        found
    }

    /// What clock and calendar on the wall show at an instant, for texts.
    #[must_use]
    pub fn local_time(&self, at: Timestamp) -> LocalTime {
        let local = instant(at).to_zoned(self.zone());
        LocalTime {
            weekday: local.weekday().to_monday_one_offset(),
            day: local.day(),
            month: local.month(),
            hour: local.hour(),
            minute: local.minute(),
            zone: local.strftime("%Z").to_string(),
        }
    }

    fn zone(&self) -> TimeZone {
        zone_named(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// The intervals of a local day, counted from 1970-01-01.
    fn intervals_of(&self, day: i64) -> &[Interval] {
        // 1970-01-01 was a Thursday, the fourth day of a week that begins on Monday.
        let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0);
        self.holidays
            .get(&date_of(day))
            .unwrap_or(&self.weekly[weekday])
    }

    /// The open spans after `from`, ascending, cut off at `from` and at the horizon.
    ///
    /// While the offset to UTC stays the same, local time is a straight line, so the time
    /// ahead is cut into pieces of constant offset, and each piece into local days.
    fn open_spans(&self, from: Timestamp, horizon: Millis) -> impl Iterator<Item = Span> + '_ {
        let zone = self.zone();
        let end = from + horizon;
        let mut changes: Vec<(Timestamp, i64)> = vec![(from, offset_ms(&zone, from))];
        changes.extend(
            zone.following(instant(from))
                .map(|t| {
                    let at = Timestamp(t.timestamp().as_millisecond());
                    (at, i64::from(t.offset().seconds()) * 1_000)
                })
                .take_while(|(at, _)| *at < end),
        );
        let ends: Vec<Timestamp> = changes
            .iter()
            .skip(1)
            .map(|(at, _)| *at)
            .chain([end])
            .collect();
        changes
            .into_iter()
            .zip(ends)
            .flat_map(move |((start, offset), end)| {
                let first = local_day(start, offset);
                let last = local_day(end, offset);
                (first..=last).flat_map(move |day| {
                    self.intervals_of(day).iter().filter_map(move |interval| {
                        let instant_of = |minute: u16| {
                            let local = day
                                .saturating_mul(DAY_MS)
                                .saturating_add(i64::from(minute) * MINUTE_MS);
                            Timestamp(local.saturating_sub(offset))
                        };
                        let span = Span {
                            start: instant_of(interval.from).max(start),
                            end: instant_of(interval.to).min(end),
                        };
                        (span.start < span.end).then_some(span)
                    })
                })
            })
    }
}

/// A stretch of operating time; `end` is exclusive.
struct Span {
    start: Timestamp,
    end: Timestamp,
}

/// What a clock on the wall shows.
struct LocalInstant {
    /// Days since 1970-01-01, local.
    day: i64,
    /// Milliseconds since local midnight as the clock counts them.
    ms_of_day: i64,
}

impl LocalInstant {
    fn of(zone: &TimeZone, at: Timestamp) -> Self {
        let local = at.0.saturating_add(offset_ms(zone, at));
        Self {
            day: local.div_euclid(DAY_MS),
            ms_of_day: local.rem_euclid(DAY_MS),
        }
    }
}

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

fn interval_problems(
    key: &str,
    day: &str,
    intervals: &[Interval],
    found: &mut Vec<(String, String)>,
) {
    for i in intervals {
        if i.from >= i.to || i.to > MINUTES_PER_DAY {
            found.push((key.to_owned(), format!(
                "{day}: {i} is not an interval of one day; it must begin before it ends, and end at 24:00 at the latest (write hours over midnight as two days)."
            )));
        }
    }
    for pair in intervals.windows(2) {
        if pair[1].from < pair[0].to {
            let why = format!(
                "{day}: {} and {} overlap or are out of order; write them ascending.",
                pair[0], pair[1]
            );
            found.push((key.to_owned(), why));
        }
    }
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (a, b) = (self.from, self.to);
        write!(f, "{:02}:{:02}-{:02}:{:02}", a / 60, a % 60, b / 60, b % 60)
    }
}

/// A time zone by name, for whoever asks where days begin.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone with this IANA name; `None` if nobody knows it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        zone_named(name).map(Self)
    }

    /// Coordinated universal time.
    #[must_use]
    pub const fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// When the day of an instant began here; `None` beyond the years that have names.
    #[must_use]
    pub fn day_begins(&self, at: Timestamp) -> Option<Timestamp> {
        let there = instant(at).to_zoned(self.0.clone()).start_of_day().ok()?;
        Some(Timestamp(there.timestamp().as_millisecond()))
    }

    /// When the day after that of an instant begins here.
    #[must_use]
    pub fn next_day_begins(&self, at: Timestamp) -> Option<Timestamp> {
        let next = instant(at).to_zoned(self.0.clone()).tomorrow().ok()?;
        let there = next.start_of_day().ok()?;
        Some(Timestamp(there.timestamp().as_millisecond()))
    }
}

/// The zone, from the rules compiled in; `None` if nobody knows the name.
fn zone_named(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// jiff's instants end with the year 9999; beyond that the last one stands in.
fn instant(at: Timestamp) -> jiff::Timestamp {
    let limit = if at.0 < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    };
    jiff::Timestamp::from_millisecond(at.0).unwrap_or(limit)
}

fn offset_ms(zone: &TimeZone, at: Timestamp) -> i64 {
    i64::from(zone.to_offset(instant(at)).seconds()) * 1_000
}

fn local_day(at: Timestamp, offset: i64) -> i64 {
    at.0.saturating_add(offset).div_euclid(DAY_MS)
}

/// The date of a day counted from 1970-01-01. Out of jiff's range (year 9999), the last day it has.
fn date_of(day: i64) -> Date {
    let epoch = jiff::civil::Date::constant(1970, 1, 1);
    let limit = if day < 0 {
        jiff::civil::Date::MIN
    } else {
        jiff::civil::Date::MAX
    };
    let days = jiff::Span::new().try_days(day);
    let date = days.and_then(|d| epoch.checked_add(d)).unwrap_or(limit);
    Date {
        year: date.year(),
        month: date.month(),
        day: date.day(),
    }
}
