//! Operating hours against a scan that looks at every minute: whatever the calendar, the
//! zone and the night, the quick answers are the slow ones.

use linger::domain::hours::{Calendar, Date, Interval};
use linger::domain::time::{Millis, Timestamp};
use proptest::prelude::*;

const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440 * MINUTE;
/// How far the scan looks: longer than any pause of these calendars that it has to find.
const SCANNED_MINUTES: i64 = 12 * 1_440;
/// Zones with a change of clocks of an hour, of half an hour, with none, and with odd offsets.
const ZONES: [&str; 7] = [
    "Europe/Madrid",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/St_Johns",
    "UTC",
];
/// Nights around which most goes wrong: the changes of clocks of these zones in 2026.
const NIGHTS: [&str; 6] = [
    "2026-03-29T01:00:00Z",
    "2026-10-25T01:00:00Z",
    "2026-03-08T07:00:00Z",
    "2026-11-01T06:00:00Z",
    "2026-04-04T15:00:00Z",
    "2026-10-03T15:30:00Z",
];

fn at(rfc3339: &str) -> i64 {
    let instant: jiff::Timestamp = rfc3339.parse().expect("the test names a valid instant");
    instant.as_millisecond()
}

fn day() -> impl Strategy<Value = Vec<Interval>> {
    proptest::collection::btree_set(0u16..=1_440, 0..=6).prop_map(|edges| {
        let edges: Vec<u16> = edges.into_iter().collect();
        edges
            .chunks_exact(2)
            .map(|pair| Interval {
                from: pair[0],
                to: pair[1],
            })
            .collect()
    })
}

/// An instant within three days of a change of clocks, not always a whole minute.
fn instant() -> impl Strategy<Value = Timestamp> {
    (0..NIGHTS.len(), -3 * DAY..3 * DAY).prop_map(|(night, off)| Timestamp(at(NIGHTS[night]) + off))
}

prop_compose! {
    fn calendar()(
        zone in 0..ZONES.len(),
        weekly in proptest::array::uniform7(day()),
        holidays in proptest::collection::vec((instant(), day()), 0..4),
    ) -> Calendar {
        let date = |t: Timestamp| {
            let t = jiff::Timestamp::from_millisecond(t.0).expect("in range");
            let date = t.to_zoned(jiff::tz::TimeZone::UTC).date();
            Date { year: date.year(), month: date.month(), day: date.day() }
        };
        Calendar {
            time_zone: ZONES[zone].to_owned(),
            weekly,
            holidays: holidays.into_iter().map(|(t, hours)| (date(t), hours)).collect(),
        }
    }
}

/// The whole minutes from an instant on; the first is the instant itself.
fn minutes(from: Timestamp) -> impl Iterator<Item = Timestamp> {
    let first_whole = from.0.div_euclid(MINUTE) * MINUTE;
    (0..SCANNED_MINUTES).map(move |n| Timestamp((first_whole + n * MINUTE).max(from.0)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_next_opening_is_the_first_open_minute_of_a_scan(calendar in calendar(), from in instant()) {
        prop_assert_eq!(calendar.problems(), Vec::new());
        let scanned = minutes(from).find(|t| calendar.is_open(*t));
        let found = calendar.next_opening(from);
        match scanned {
            Some(first) => prop_assert_eq!(found, Some(first)),
            None => prop_assert!(found.is_none_or(|t| t.0 >= from.0 + (SCANNED_MINUTES - 1) * MINUTE)),
        }
        if let Some(opening) = found {
            prop_assert!(calendar.is_open(opening), "the result is open");
            prop_assert!(opening >= from);
            prop_assert!(opening == from || !calendar.is_open(Timestamp(opening.0 - 1)), "and nothing just before it");
        }
    }

    #[test]
    fn a_later_question_never_gets_an_earlier_opening(
        calendar in calendar(), from in instant(), later in 0..4 * DAY,
    ) {
        let first = calendar.next_opening(from);
        let second = calendar.next_opening(Timestamp(from.0 + later));
        if let (Some(first), Some(second)) = (first, second) {
            prop_assert!(first <= second);
            prop_assert!(second == first || from.0 + later > first.0, "no opening is jumped over");
        }
    }

    #[test]
    fn a_deadline_is_where_a_scan_has_counted_the_operating_time(
        calendar in calendar(), from in instant(), wanted in 1i64..2_880,
    ) {
        let from = Timestamp(from.0.div_euclid(MINUTE) * MINUTE);
        let counted = minutes(from)
            .filter(|t| calendar.is_open(*t))
            .nth(usize::try_from(wanted - 1).expect("small"))
            .map(|last| Timestamp(last.0 + MINUTE));
        let length = Millis(u64::try_from(wanted * MINUTE).expect("positive"));
        let found = calendar.operating_deadline(from, length);
        match counted {
            Some(end) => prop_assert_eq!(found, Some(end)),
            None => prop_assert!(found.is_none_or(|t| t.0 > from.0 + (SCANNED_MINUTES - 1) * MINUTE)),
        }
    }

    #[test]
    fn more_time_and_a_later_beginning_never_end_earlier(
        calendar in calendar(), from in instant(), a in 0u64..172_800_000, b in 0u64..172_800_000, later in 0..DAY,
    ) {
        let (less, more) = (a.min(b), a.max(b));
        let end = |from, length| calendar.operating_deadline(from, Millis(length));
        if let (Some(early), Some(late)) = (end(from, less), end(from, more)) {
            prop_assert!(early <= late);
        }
        if let (Some(early), Some(late)) = (end(from, more), end(Timestamp(from.0 + later), more)) {
            prop_assert!(early <= late);
        }
    }
}
