//! How durations, hours and dates are written in the company file: `15min`, `09:00-17:30`,
//! `2026-12-25`. Each is read and written by the same pair, so an export reads back.

use crate::domain::hours::{Date, Interval, MINUTES_PER_DAY};
use crate::domain::time::Millis;

/// Units of a duration, largest first.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("min", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Reads `28d`, `15min`, `90s`, `1h 30min`.
pub(super) fn parse_duration(text: &str) -> Result<Millis, String> {
    let wrong = || {
        format!(
            "{text:?} is not a duration; write a number and a unit (d, h, min, s, ms), such as \"15min\"."
        )
    };
    let mut rest = text.trim();
    let mut total: u64 = 0;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: u64 = rest[..number_end].parse().map_err(|_| wrong())?;
        rest = rest[number_end..].trim_start();
        let unit_end = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let (_, ms) = UNITS
            .iter()
            .find(|(name, _)| *name == &rest[..unit_end])
            .ok_or_else(wrong)?;
        total = number
            .checked_mul(*ms)
            .and_then(|n| n.checked_add(total))
            .ok_or_else(wrong)?;
        rest = rest[unit_end..].trim_start();
    }
    Ok(Millis(total))
}

/// Writes a duration in the largest unit that leaves no rest.
pub(super) fn show_duration(duration: Millis) -> String {
    UNITS
        .iter()
        .find(|(_, ms)| duration.0 >= *ms && duration.0.is_multiple_of(*ms))
        .map_or_else(
            || "0s".to_owned(),
            |(name, ms)| format!("{}{name}", duration.0 / ms),
        )
}

/// Reads `09:00-17:30`; `24:00` is midnight at the end of the day.
pub(super) fn parse_interval(text: &str) -> Result<Interval, String> {
    let wrong = || format!("{text:?} is not an interval; write it as \"09:00-17:30\".");
    let (from, to) = text.split_once('-').ok_or_else(wrong)?;
    let minute = |time: &str| -> Option<u16> {
        let (hour, minute) = time.trim().split_once(':')?;
        if hour.len() != 2 || minute.len() != 2 {
            return None;
        }
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        let total = hour * 60 + minute;
        (minute < 60 && total <= MINUTES_PER_DAY).then_some(total)
    };
    let from = minute(from).ok_or_else(wrong)?;
    let to = minute(to).ok_or_else(wrong)?;
    if from >= to {
        return Err(format!(
            "{text:?} does not end after it begins; write hours over midnight as two days, \"22:00-24:00\" and \"00:00-06:00\"."
        ));
    }
    Ok(Interval { from, to })
}

/// Reads `2026-12-25`. Whether there is such a day is the calendar's to say.
pub(super) fn parse_date(text: &str) -> Result<Date, String> {
    let wrong = || format!("{text:?} is not a date; write it as \"2026-12-25\".");
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return Err(wrong());
    };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return Err(wrong());
    }
    Ok(Date {
        year: year.parse().map_err(|_| wrong())?,
        month: month.parse().map_err(|_| wrong())?,
        day: day.parse().map_err(|_| wrong())?,
    })
}

/// Writes a date.
pub(super) fn show_date(date: Date) -> String {
    date.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written_back_in_their_largest_unit() {
        let cases = [
            ("15min", Some(Millis::minutes(15)), "15min"),
            ("28d", Some(Millis::days(28)), "28d"),
            ("90s", Some(Millis::seconds(90)), "90s"),
            ("60s", Some(Millis::minutes(1)), "1min"),
            ("1h 30min", Some(Millis::minutes(90)), "90min"),
            ("1h30min", Some(Millis::minutes(90)), "90min"),
            (" 5 s ", Some(Millis::seconds(5)), "5s"),
            ("250ms", Some(Millis(250)), "250ms"),
            ("0s", Some(Millis(0)), "0s"),
            ("", None, ""),
            ("15", None, ""),
            ("min", None, ""),
            ("15m", None, ""),
            ("-5s", None, ""),
            ("1.5h", None, ""),
            ("99999999999999999999d", None, ""),
            ("213503982335d", None, ""),
        ];
        for (text, expected, shown) in cases {
            let found = parse_duration(text).ok();
            assert_eq!(found, expected, "{text:?}");
            if let Some(duration) = found {
                assert_eq!(show_duration(duration), shown, "{text:?}");
            }
        }
    }

    #[test]
    fn intervals_are_of_one_day_and_may_end_at_midnight() {
        let cases = [
            ("09:00-17:30", Some((540, 1_050))),
            ("00:00-24:00", Some((0, 1_440))),
            ("09:00 - 17:30", Some((540, 1_050))),
            ("22:00-06:00", None),
            ("09:00-09:00", None),
            ("09:00-24:01", None),
            ("09:60-10:00", None),
            ("9-17", None),
            ("9:00-17:00", None),
            ("09:00", None),
            ("aa:bb-cc:dd", None),
        ];
        for (text, expected) in cases {
            let found = parse_interval(text).ok().map(|i| (i.from, i.to));
            assert_eq!(found, expected, "{text:?}");
        }
        let hint = parse_interval("22:00-06:00").expect_err("over midnight");
        assert!(hint.contains("two days"), "{hint}");
    }

    #[test]
    fn dates_are_read_and_written_back() {
        for text in ["2026-12-25", "0001-01-01", "2026-99-99"] {
            assert_eq!(parse_date(text).map(show_date), Ok(text.to_owned()));
        }
        for bad in [
            "",
            "25.12.2026",
            "2026-1-1",
            "2026-12",
            "26-12-25",
            "2026-12-25-1",
            "2026-+1-25x",
        ] {
            assert!(parse_date(bad).is_err(), "{bad}");
        }
    }
}
