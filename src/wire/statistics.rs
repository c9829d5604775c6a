//! What was counted: what may be asked for, and how the answer shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::hours::Zone;
use crate::domain::reject::{Code, Reject};
use crate::domain::statistics::{BUCKET, Bucket, Chart, Counts};
use crate::domain::time::{Millis, Timestamp};
use crate::limits;

use super::bounds::invalid;

/// Of which time, in which steps.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatisticsQuery {
    /// From the step of this time on, in milliseconds since 1970. Left out: from the beginning of the day of `until`.
    since: Option<i64>,
    /// To before this time. Left out: to now.
    until: Option<i64>,
    /// `15min` (unless stated), `1h` or `1d`.
    step: Option<String>,
    /// Where days begin: an IANA name such as `Europe/Madrid`. Left out: UTC.
    time_zone: Option<String>,
}

/// How long a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A bucket.
    Quarter,
    /// An hour of the clock in UTC.
    Hour,
    /// A day of the zone.
    Day,
}

impl Step {
    /// Its length, but for days in which clocks change.
    #[must_use]
    pub const fn length(self) -> Millis {
        match self {
            Self::Quarter => BUCKET,
            Self::Hour => Millis::hours(1),
            Self::Day => Millis::days(1),
        }
    }

    fn begins(self, at: Timestamp, zone: &Zone) -> Option<Timestamp> {
        match self {
            Self::Quarter => Some(Bucket::of(at).begins()),
            Self::Hour => {
                let length = self.length().0.cast_signed();
                Some(Timestamp(at.0.div_euclid(length).checked_mul(length)?))
            }
            Self::Day => zone.day_begins(at),
        }
    }

    fn next(self, begins: Timestamp, zone: &Zone) -> Option<Timestamp> {
        match self {
            Self::Quarter | Self::Hour => Some(begins + self.length()),
            Self::Day => zone.next_day_begins(begins),
        }
    }
}

impl StatisticsQuery {
    /// The steps that are asked for, empty.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn check(&self, now: Timestamp) -> Result<(Step, Chart), Reject> {
        let step = match self.step.as_deref() {
            None | Some("15min") => Step::Quarter,
            Some("1h") => Step::Hour,
            Some("1d") => Step::Day,
            Some(_) => return Err(invalid("The `step` is not one of 15min, 1h, 1d.")),
        };
        let zone = match self.time_zone.as_deref() {
            None => Zone::utc(),
            Some(name) => Zone::named(name).ok_or_else(|| {
                invalid("The `time_zone` is not known; use an IANA name such as Europe/Madrid.")
            })?,
        };
        let until = self.until.map_or(now, Timestamp);
        // The step of now is shown as far as it has come.
        let end = if self.until.is_none() {
            now + Millis(1)
        } else {
            until
        };
        let since = match self.since {
            Some(since) => Timestamp(since),
            None => zone.day_begins(end - Millis(1)).ok_or_else(beyond)?,
        };
        if since >= end {
            return Err(invalid(
                "`since` is not before `until`; give an earlier one.",
            ));
        }
        let mut bounds = vec![step.begins(since, &zone).ok_or_else(beyond)?];
        while let Some(last) = bounds.last().copied().filter(|last| *last < end) {
            if bounds.len() > limits::STATISTICS_STEPS_MAX {
                let most = limits::STATISTICS_STEPS_MAX;
                return Err(invalid(format!(
                    "There are more than {most} steps between `since` and `until`; ask for longer steps, or less time."
                )));
            }
            let next = step.next(last, &zone).filter(|next| *next > last);
            bounds.push(next.ok_or_else(beyond)?);
        }
        Ok((step, Chart::new(bounds, now)))
    }
}

fn beyond() -> Reject {
    Reject::new(
        Code::InvalidRequest,
        "The calendar does not go that far; give times of this century, in milliseconds.",
    )
}

/// What was counted, step by step.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Statistics)]
pub struct StatisticsBody {
    /// How long a step is, but for days in which clocks change.
    pub step_ms: u64,
    /// Every step, oldest first, the one that runs included.
    pub buckets: Vec<StepBody>,
}

/// One step.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatisticsStep)]
pub struct StepBody {
    /// When it begins.
    pub at: i64,
    /// By workstream; those of which nothing was counted are left out.
    pub workstreams: BTreeMap<String, CountsOfStepBody>,
}

/// What was counted in one step for one workstream.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatisticsCounts)]
pub struct CountsOfStepBody {
    /// Conversations that customers started.
    pub started: u64,
    /// Parked conversations in which the customer wrote.
    pub returned: u64,
    /// Customers who were waiting and whom an agent took.
    pub assigned: u64,
    /// How long these had been waiting, together.
    pub wait_ms_sum: u64,
    /// Talks that ended.
    pub ended: u64,
    /// Conversations that became final.
    pub closed: u64,
    /// Conversations that were parked.
    pub parked: u64,
    /// Offers that an agent refused or let pass.
    pub declined: u64,
    /// Messages of customers.
    pub customer_messages: u64,
    /// Messages of agents.
    pub agent_messages: u64,
    /// How many were waiting for an agent at the end; left out where nobody was, or the server
    /// was not running then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_end: Option<u64>,
}

impl From<&Counts> for CountsOfStepBody {
    fn from(counts: &Counts) -> Self {
        let Counts {
            started,
            returned,
            assigned,
            wait_ms_sum,
            ended,
            closed,
            parked,
            declined,
            customer_messages,
            agent_messages,
            waiting_end,
        } = *counts;
        Self {
            started,
            returned,
            assigned,
            wait_ms_sum,
            ended,
            closed,
            parked,
            declined,
            customer_messages,
            agent_messages,
            waiting_end,
        }
    }
}

impl StatisticsBody {
    /// The chart as it shows.
    #[must_use]
    pub fn of(step: Step, chart: &Chart) -> Self {
        let buckets = chart.steps().map(|(at, by_workstream)| StepBody {
            at: at.0,
            workstreams: by_workstream
                .iter()
                .map(|(id, counts)| (id.to_string(), counts.into()))
                .collect(),
        });
        Self {
            step_ms: step.length().0,
            buckets: buckets.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    /// Sunday, 29 March 2026, noon in UTC: the clocks of Madrid went forward in the night.
    const NOON: Timestamp = Timestamp(1_774_785_600_000);

    fn query(since: i64, until: i64, step: &str, zone: Option<&str>) -> StatisticsQuery {
        StatisticsQuery {
            since: Some(since),
            until: Some(until),
            step: Some(step.to_owned()),
            time_zone: zone.map(str::to_owned),
        }
    }

    fn begins(query: &StatisticsQuery) -> Vec<i64> {
        let (_, chart) = query.check(NOON).expect("sound");
        chart.steps().map(|(at, _)| at.0).collect()
    }

    #[test]
    fn today_so_far_is_what_is_shown_unless_something_else_is_asked_for() {
        let (step, chart) = StatisticsQuery::default().check(NOON).expect("sound");
        assert_eq!(step, Step::Quarter);
        let midnight = NOON - Millis::hours(12);
        let range = Some((midnight, NOON + BUCKET));
        assert_eq!(chart.range(), range, "with the quarter that has just begun");
    }

    #[test]
    fn steps_begin_where_the_clock_says_and_days_where_the_zone_says() {
        let noon = NOON.0;
        assert_eq!(
            begins(&query(noon + 1, noon + HOUR, "15min", None)),
            [noon, noon + HOUR / 4, noon + HOUR / 2, noon + HOUR * 3 / 4]
        );
        assert_eq!(
            begins(&query(noon - 1, noon + 1, "1h", None)),
            [noon - HOUR, noon]
        );
        // A day of 23 hours.
        let madrid = Some("Europe/Madrid");
        let sunday = noon - 13 * HOUR;
        assert_eq!(
            begins(&query(noon, noon + 24 * HOUR, "1d", madrid)),
            [sunday, sunday + 23 * HOUR]
        );
    }

    #[test]
    fn what_cannot_be_answered_is_refused_with_what_to_do() {
        let noon = NOON.0;
        let year = 366 * 24 * HOUR;
        let cases = [
            (query(noon, noon, "1h", None), "before `until`"),
            (query(noon, noon - 1, "1h", None), "before `until`"),
            (query(noon, noon + 1, "2h", None), "15min, 1h, 1d"),
            (query(noon, noon + 1, "1d", Some("Moon/Sea")), "IANA"),
            (query(noon - year, noon, "15min", None), "longer steps"),
            (query(i64::MIN, i64::MAX, "1d", None), "calendar"),
            (query(i64::MAX - 1, i64::MAX, "1d", None), "calendar"),
            (query(i64::MIN, i64::MIN + 1, "1h", None), "calendar"),
        ];
        for (query, says) in cases {
            let reject = query.check(NOON).expect_err("refused");
            assert_eq!(reject.code, Code::InvalidRequest, "{query:?}");
            assert!(
                reject.sentence.contains(says),
                "{query:?}: {}",
                reject.sentence
            );
        }
    }
}
