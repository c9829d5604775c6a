//! Operating hours: when a calendar is open, when it opens next, and how much operating
//! time goes by, through daylight saving in both directions and over holidays.

use linger::domain::hours::{Calendar, Date, Interval, MINUTES_PER_DAY};
use linger::domain::system_messages::{Placeholders, render};
use linger::domain::time::{Millis, Timestamp};

fn at(rfc3339: &str) -> Timestamp {
    let instant: jiff::Timestamp = rfc3339.parse().expect("the test names a valid instant");
    Timestamp(instant.as_millisecond())
}

fn shown(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .expect("in range")
        .to_string()
}

fn interval(from: (u16, u16), to: (u16, u16)) -> Interval {
    Interval {
        from: from.0 * 60 + from.1,
        to: to.0 * 60 + to.1,
    }
}

fn every_day(time_zone: &str, intervals: &[Interval]) -> Calendar {
    Calendar {
        time_zone: time_zone.to_owned(),
        weekly: std::array::from_fn(|_| intervals.to_vec()),
        holidays: Default::default(),
    }
}

/// Monday to Friday, 09:00 to 17:30.
fn office(time_zone: &str) -> Calendar {
    let mut calendar = every_day(time_zone, &[interval((9, 0), (17, 30))]);
    calendar.weekly[5].clear();
    calendar.weekly[6].clear();
    calendar
}

#[test]
fn given_office_hours_when_asked_then_open_is_what_the_clock_on_the_wall_says() {
    struct Case(&'static str, &'static str, &'static str, bool);
    let cases = [
        Case(
            "Madrid in winter is one hour ahead",
            "Europe/Madrid",
            "2026-01-12T08:00:00Z",
            true,
        ),
        Case(
            "a millisecond before nine",
            "Europe/Madrid",
            "2026-01-12T07:59:59.999Z",
            false,
        ),
        Case(
            "Madrid in summer is two hours ahead",
            "Europe/Madrid",
            "2026-07-13T07:00:00Z",
            true,
        ),
        Case(
            "half past five is closed again",
            "Europe/Madrid",
            "2026-07-13T15:30:00Z",
            false,
        ),
        Case(
            "the last millisecond is open",
            "Europe/Madrid",
            "2026-07-13T15:29:59.999Z",
            true,
        ),
        Case("Saturday", "Europe/Madrid", "2026-07-18T10:00:00Z", false),
        Case(
            "Friday evening in New York is Saturday in UTC",
            "America/New_York",
            "2026-01-17T00:00:00Z",
            false,
        ),
        Case(
            "Friday noon in New York",
            "America/New_York",
            "2026-01-16T17:00:00Z",
            true,
        ),
        Case(
            "before 1970 too",
            "Europe/Madrid",
            "1969-01-06T09:00:00Z",
            true,
        ),
    ];
    for Case(given, zone, instant, expected) in cases {
        assert_eq!(office(zone).is_open(at(instant)), expected, "{given}");
    }
}

#[test]
fn given_a_moment_when_asked_for_the_next_opening_then_it_is_the_first_open_instant() {
    struct Case(&'static str, Calendar, &'static str, Option<&'static str>);
    let mut closed_christmas = office("Europe/Madrid");
    closed_christmas.holidays.insert(
        Date {
            year: 2026,
            month: 12,
            day: 25,
        },
        vec![],
    );
    let mut short_christmas_eve = office("Europe/Madrid");
    short_christmas_eve.holidays.insert(
        Date {
            year: 2026,
            month: 12,
            day: 24,
        },
        vec![interval((11, 0), (12, 0))],
    );
    let mut only_a_holiday = every_day("UTC", &[]);
    only_a_holiday.holidays.insert(
        Date {
            year: 2026,
            month: 5,
            day: 1,
        },
        vec![interval((0, 0), (24, 0))],
    );
    let night = every_day("Europe/Madrid", &[interval((2, 15), (2, 45))]);
    let cases = [
        Case(
            "open now is now",
            office("Europe/Madrid"),
            "2026-01-12T08:00:00.001Z",
            Some("2026-01-12T08:00:00.001Z"),
        ),
        Case(
            "before opening",
            office("Europe/Madrid"),
            "2026-01-12T01:00:00Z",
            Some("2026-01-12T08:00:00Z"),
        ),
        Case(
            "Friday evening to Monday",
            office("Europe/Madrid"),
            "2026-01-16T16:30:00Z",
            Some("2026-01-19T08:00:00Z"),
        ),
        Case(
            "over the weekend of the spring change",
            office("Europe/Madrid"),
            "2026-03-27T17:00:00Z",
            Some("2026-03-30T07:00:00Z"),
        ),
        Case(
            "over the weekend of the autumn change",
            office("Europe/Madrid"),
            "2026-10-23T17:00:00Z",
            Some("2026-10-26T08:00:00Z"),
        ),
        Case(
            "New York changes on another day",
            office("America/New_York"),
            "2026-03-07T00:00:00Z",
            Some("2026-03-09T13:00:00Z"),
        ),
        Case(
            "New York in autumn",
            office("America/New_York"),
            "2026-10-31T00:00:00Z",
            Some("2026-11-02T14:00:00Z"),
        ),
        Case(
            "a holiday is skipped",
            closed_christmas,
            "2026-12-24T18:00:00Z",
            Some("2026-12-28T08:00:00Z"),
        ),
        Case(
            "a holiday with its own hours",
            short_christmas_eve,
            "2026-12-24T08:30:00Z",
            Some("2026-12-24T10:00:00Z"),
        ),
        Case(
            "an interval the spring gap swallows opens a day later",
            night.clone(),
            "2026-03-29T00:30:00Z",
            Some("2026-03-30T00:15:00Z"),
        ),
        Case(
            "an interval the autumn fold repeats opens again",
            night,
            "2026-10-25T00:45:00Z",
            Some("2026-10-25T01:15:00Z"),
        ),
        Case(
            "only a holiday is open",
            only_a_holiday,
            "2026-01-01T00:00:00Z",
            Some("2026-05-01T00:00:00Z"),
        ),
        Case(
            "closed all week",
            every_day("Europe/Madrid", &[]),
            "2026-01-01T00:00:00Z",
            None,
        ),
    ];
    for Case(given, calendar, from, expected) in cases {
        let found = calendar.next_opening(at(from));
        assert_eq!(found.map(shown).as_deref(), expected, "{given}");
        assert!(
            found.is_none_or(|t| calendar.is_open(t)),
            "{given}: and it is open then"
        );
    }
}

#[test]
fn given_an_amount_of_operating_time_when_counted_then_only_open_time_counts() {
    struct Case(
        &'static str,
        Calendar,
        &'static str,
        Millis,
        Option<&'static str>,
    );
    let always = || every_day("Europe/Madrid", &[interval((0, 0), (24, 0))]);
    let night = || every_day("Europe/Madrid", &[interval((1, 0), (4, 0))]);
    let new_york_night = || every_day("America/New_York", &[interval((1, 0), (3, 0))]);
    let m = Millis::minutes;
    let cases = [
        Case(
            "inside the day",
            office("Europe/Madrid"),
            "2026-01-12T09:00:00Z",
            m(15),
            Some("2026-01-12T09:15:00Z"),
        ),
        Case(
            "carried over the night",
            office("Europe/Madrid"),
            "2026-01-12T16:20:00Z",
            m(15),
            Some("2026-01-13T08:05:00Z"),
        ),
        Case(
            "exactly to the end of the day",
            office("Europe/Madrid"),
            "2026-01-12T16:20:00Z",
            m(10),
            Some("2026-01-12T16:30:00Z"),
        ),
        Case(
            "from a closed moment",
            office("Europe/Madrid"),
            "2026-01-17T12:00:00Z",
            m(15),
            Some("2026-01-19T08:15:00Z"),
        ),
        Case(
            "no time at all, when open",
            office("Europe/Madrid"),
            "2026-01-12T09:00:00Z",
            Millis(0),
            Some("2026-01-12T09:00:00Z"),
        ),
        Case(
            "no time at all, when closed, is up at the opening",
            office("Europe/Madrid"),
            "2026-01-12T01:00:00Z",
            Millis(0),
            Some("2026-01-12T08:00:00Z"),
        ),
        Case(
            "always open: plain time, midnight is no break",
            always(),
            "2026-01-12T22:50:00Z",
            m(30),
            Some("2026-01-12T23:20:00Z"),
        ),
        Case(
            "always open through the spring gap",
            always(),
            "2026-03-29T00:30:00Z",
            m(60),
            Some("2026-03-29T01:30:00Z"),
        ),
        Case(
            "always open through the autumn fold",
            always(),
            "2026-10-25T00:30:00Z",
            m(60),
            Some("2026-10-25T01:30:00Z"),
        ),
        Case(
            "01:00 to 04:00 is two hours in the spring gap",
            night(),
            "2026-03-29T00:00:00Z",
            m(120),
            Some("2026-03-29T02:00:00Z"),
        ),
        Case(
            "and the third hour is tomorrow's",
            night(),
            "2026-03-29T00:00:00Z",
            m(121),
            Some("2026-03-29T23:01:00Z"),
        ),
        Case(
            "01:00 to 04:00 is four hours in the autumn fold",
            night(),
            "2026-10-24T23:00:00Z",
            m(240),
            Some("2026-10-25T03:00:00Z"),
        ),
        Case(
            "New York: 01:00 to 03:00 is one hour in spring",
            new_york_night(),
            "2026-03-08T06:00:00Z",
            m(60),
            Some("2026-03-08T07:00:00Z"),
        ),
        Case(
            "New York: 01:00 to 03:00 is three hours in autumn",
            new_york_night(),
            "2026-11-01T05:00:00Z",
            m(180),
            Some("2026-11-01T08:00:00Z"),
        ),
        Case(
            "closed all week",
            every_day("UTC", &[]),
            "2026-01-01T00:00:00Z",
            m(1),
            None,
        ),
        Case(
            "longer than anybody plans",
            always(),
            "2026-01-01T00:00:00Z",
            Millis(u64::MAX),
            None,
        ),
    ];
    for Case(given, calendar, from, time, expected) in cases {
        let found = calendar.operating_deadline(at(from), time).map(shown);
        assert_eq!(found.as_deref(), expected, "{given}");
    }
}

#[test]
fn given_hours_over_midnight_written_as_two_days_when_asked_then_they_are_one_stretch() {
    let mut bar = every_day("Europe/Madrid", &[]);
    bar.weekly[4] = vec![interval((22, 0), (24, 0))];
    bar.weekly[5] = vec![interval((0, 0), (6, 0))];
    assert_eq!(bar.problems(), []);
    for open in [
        "2026-01-16T21:00:00Z",
        "2026-01-16T22:59:59.999Z",
        "2026-01-16T23:00:00Z",
        "2026-01-17T04:59:59Z",
    ] {
        assert!(bar.is_open(at(open)), "{open}");
    }
    assert!(!bar.is_open(at("2026-01-17T05:00:00Z")));
    let deadline = bar.operating_deadline(at("2026-01-16T22:00:00Z"), Millis::hours(3));
    assert_eq!(deadline.map(shown).as_deref(), Some("2026-01-17T01:00:00Z"));
}

#[test]
fn given_a_holiday_when_asked_then_the_local_date_decides() {
    let mut calendar = office("America/New_York");
    calendar.holidays.insert(
        Date {
            year: 2026,
            month: 7,
            day: 3,
        },
        vec![],
    );
    assert!(
        !calendar.is_holiday(at("2026-07-03T03:59:59Z")),
        "still the second in New York"
    );
    assert!(calendar.is_holiday(at("2026-07-03T04:00:00Z")));
    assert!(
        calendar.is_holiday(at("2026-07-04T03:59:59Z")),
        "the fourth in UTC, the third in New York"
    );
    assert!(!calendar.is_open(at("2026-07-03T15:00:00Z")));
}

#[test]
fn given_an_unknown_time_zone_when_asked_then_it_counts_as_utc_and_is_named() {
    let calendar = office("Europe/Atlantis");
    assert!(calendar.is_open(at("2026-01-12T09:00:00Z")));
    assert!(!calendar.is_open(at("2026-01-12T08:59:00Z")));
    let problems = calendar.problems();
    assert!(
        problems.len() == 1 && problems[0].1.contains("Europe/Atlantis"),
        "{problems:?}"
    );
}

#[test]
fn given_intervals_that_cannot_be_when_checked_then_each_is_named() {
    let mut calendar = office("Europe/Madrid");
    calendar.weekly[0] = vec![interval((22, 0), (6, 0))];
    calendar.weekly[1] = vec![Interval {
        from: 0,
        to: MINUTES_PER_DAY + 1,
    }];
    calendar.weekly[2] = vec![interval((9, 0), (12, 0)), interval((11, 0), (13, 0))];
    calendar.holidays.insert(
        Date {
            year: 2026,
            month: 2,
            day: 30,
        },
        vec![],
    );
    let problems = calendar.problems();
    for (n, (key, part)) in [
        ("monday", "monday: 22:00-06:00"),
        ("tuesday", "tuesday: 00:00-24:01"),
        ("wednesday", "wednesday: 09:00-12:00 and 11:00-13:00"),
        ("holidays.2026-02-30", "2026-02-30"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(problems[n].0, key);
        assert!(problems[n].1.contains(part), "{part} in {problems:?}");
    }
    assert_eq!(problems.len(), 4);
    assert!(
        !calendar.is_open(at("2026-01-12T21:30:00Z")),
        "an impossible interval is never open"
    );
}

#[test]
fn given_the_ends_of_time_when_asked_then_nothing_panics() {
    let calendar = office("Europe/Madrid");
    for end in [
        Timestamp(i64::MIN),
        Timestamp(i64::MAX),
        Timestamp(i64::MAX - 1),
    ] {
        let _ = (
            calendar.is_open(end),
            calendar.is_holiday(end),
            calendar.local_time(end),
        );
        let _ = (
            calendar.next_opening(end),
            calendar.operating_deadline(end, Millis(u64::MAX)),
        );
    }
}

#[test]
fn given_an_opening_when_written_for_people_then_day_time_and_zone_are_local() {
    let text = |zone: &str, t: &str| {
        let opening = office(zone).local_time(at(t));
        let values = Placeholders {
            opens_at: Some(&opening),
            ..Placeholders::default()
        };
        render("{opens_at}", &values, &["en"])
    };
    assert_eq!(
        text("Europe/Madrid", "2026-03-09T08:00:00Z"),
        "Monday 9 March, 09:00 CET"
    );
    assert_eq!(
        text("America/New_York", "2026-07-13T13:00:00Z"),
        "Monday 13 July, 09:00 EDT"
    );
}

/// Open from Monday to Friday between these local times.
fn weekdays(time_zone: &str, from: (u16, u16), to: (u16, u16)) -> Calendar {
    let mut calendar = office(time_zone);
    for day in &mut calendar.weekly[..5] {
        *day = vec![interval(from, to)];
    }
    calendar
}

#[test]
fn given_zones_with_odd_offsets_when_asked_then_the_opening_is_at_nine_on_the_local_wall() {
    for (zone, closed, opens) in [
        (
            "Asia/Kolkata",
            "2026-03-08T00:00:00Z",
            "2026-03-09T03:30:00Z",
        ),
        (
            "Asia/Kathmandu",
            "2026-03-08T00:00:00Z",
            "2026-03-09T03:15:00Z",
        ),
        // Half an hour of daylight saving: +11 in summer, +10:30 from 5 April 2026 on.
        (
            "Australia/Lord_Howe",
            "2026-04-03T23:00:00Z",
            "2026-04-05T22:30:00Z",
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-02T23:00:00Z",
            "2026-10-04T22:00:00Z",
        ),
    ] {
        let next = office(zone).next_opening(at(closed)).map(shown);
        assert_eq!(next.as_deref(), Some(opens), "{zone}");
    }
}

#[test]
fn given_both_nights_of_the_clocks_when_open_all_night_then_they_have_the_hours_that_pass() {
    // 00:00 to 06:00 on the wall.
    for (zone, midnight, minutes_open) in [
        ("Europe/Madrid", "2026-03-28T23:00:00Z", 300),
        ("Europe/Madrid", "2026-10-24T22:00:00Z", 420),
        ("Australia/Lord_Howe", "2026-04-04T13:00:00Z", 390),
        ("Australia/Lord_Howe", "2026-10-03T13:30:00Z", 330),
    ] {
        let night = every_day(zone, &[interval((0, 0), (6, 0))]);
        let end = night.operating_deadline(at(midnight), Millis::minutes(minutes_open));
        let six = at(midnight) + Millis::minutes(minutes_open);
        assert_eq!(end.map(shown), Some(shown(six)), "{zone} {midnight}");
        assert!(!night.is_open(six), "six on the wall: {zone} {midnight}");
        let next = night.operating_deadline(at(midnight), Millis::minutes(minutes_open + 1));
        assert!(
            next > Some(six + Millis::hours(17)),
            "the rest is tomorrow's"
        );
    }
}

#[test]
fn given_a_holiday_with_other_hours_when_asked_then_they_stand_for_the_usual_ones() {
    let mut calendar = office("Europe/Madrid");
    let day = |text: &str| Date::try_from(text.to_owned()).expect("a date");
    calendar
        .holidays
        .insert(day("2026-12-24"), vec![interval((10, 0), (13, 0))]);
    calendar.holidays.insert(day("2026-12-25"), Vec::new());
    // A Saturday that is worked.
    calendar
        .holidays
        .insert(day("2026-12-26"), vec![interval((11, 0), (12, 0))]);
    let next = |t: &str| calendar.next_opening(at(t)).map(shown);
    for (asked, opens) in [
        ("2026-12-24T08:30:00Z", "2026-12-24T09:00:00Z"),
        ("2026-12-24T12:00:00Z", "2026-12-26T10:00:00Z"),
        ("2026-12-26T11:00:00Z", "2026-12-28T08:00:00Z"),
    ] {
        assert_eq!(next(asked).as_deref(), Some(opens), "{asked}");
    }
    let end = calendar.operating_deadline(at("2026-12-24T11:30:00Z"), Millis::minutes(100));
    assert_eq!(
        end.map(shown).as_deref(),
        Some("2026-12-28T08:10:00Z"),
        "30 minutes, an hour on Saturday, 10 minutes on Monday"
    );
}

#[test]
fn given_patience_that_begins_on_a_friday_evening_when_counted_then_the_weekend_does_not_count() {
    // Friday 17:20 in Madrid; on Sunday the clocks go forward.
    let calendar = weekdays("Europe/Madrid", (9, 0), (17, 30));
    let friday = at("2026-03-27T16:20:00Z");
    let end = |minutes| {
        calendar
            .operating_deadline(friday, Millis::minutes(minutes))
            .map(shown)
    };
    assert_eq!(end(10).as_deref(), Some("2026-03-27T16:30:00Z"));
    assert_eq!(end(15).as_deref(), Some("2026-03-30T07:05:00Z"));
    let saturday = calendar.operating_deadline(at("2026-03-28T12:00:00Z"), Millis::minutes(15));
    assert_eq!(saturday.map(shown).as_deref(), Some("2026-03-30T07:15:00Z"));
}
