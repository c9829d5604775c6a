//! Which snapshots to keep: the last few, and the last of each of the last hours, days, weeks, months
//! and years.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::list::Listing;
use super::{SnapshotError, sync_directory};
use crate::domain::time::Timestamp;

/// How many of which to keep. Periods are those of UTC; one without a snapshot does not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// The last ones, whenever they are of.
    pub last: usize,
    /// The last of each of so many hours.
    pub hourly: usize,
    /// The last of each of so many days.
    pub daily: usize,
    /// The last of each of so many weeks, which begin on Monday.
    pub weekly: usize,
    /// The last of each of so many months.
    pub monthly: usize,
    /// The last of each of so many years.
    pub yearly: usize,
}

impl Keep {
    /// Whether nothing is asked to be kept.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Which of these moments are kept, as their places. The newest always is.
    #[must_use]
    pub fn chosen(&self, moments: &[Timestamp]) -> BTreeSet<usize> {
        let mut newest_first: Vec<usize> = (0..moments.len()).collect();
        newest_first.sort_by_key(|i| std::cmp::Reverse((moments[*i], *i)));
        let mut kept: BTreeSet<usize> = newest_first
            .iter()
            .copied()
            .take(self.last.max(1))
            .collect();
        let mut of_each = |count: usize, period: &dyn Fn(Timestamp) -> (i16, i16, i16)| {
            let mut seen = BTreeSet::new();
            for place in &newest_first {
                if seen.len() == count {
                    break;
                }
                if seen.insert(period(moments[*place])) {
                    kept.insert(*place);
                }
            }
        };
        // Hours of different days must differ.
        of_each(self.hourly, &|at| {
            let (date, hour) = civil(at);
            (date.year(), date.day_of_year(), i16::from(hour))
        });
        of_each(self.daily, &|at| {
            let (date, _) = civil(at);
            (date.year(), date.day_of_year(), 0)
        });
        of_each(self.weekly, &|at| {
            let week = civil(at).0.iso_week_date();
            (week.year(), i16::from(week.week()), 0)
        });
        of_each(self.monthly, &|at| {
            let (date, _) = civil(at);
            (date.year(), i16::from(date.month()), 0)
        });
        of_each(self.yearly, &|at| (civil(at).0.year(), 0, 0));
        kept
    }
}

fn civil(at: Timestamp) -> (Date, i8) {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let at = at.to_zoned(TimeZone::UTC);
    (at.date(), at.hour())
}

/// What stays and what goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruning {
    /// These stay.
    pub kept: Vec<PathBuf>,
    /// These go: those that no rule keeps, and whatever was begun and never finished.
    pub removed: Vec<PathBuf>,
}

/// What would stay and what would go. Whatever does not read stays: it is for a person to look at.
#[must_use]
pub fn plan(listing: &Listing, keep: &Keep) -> Pruning {
    let moments: Vec<Timestamp> = listing.snapshots.iter().map(|(_, m)| m.made_at).collect();
    let chosen = keep.chosen(&moments);
    let mut pruning = Pruning::default();
    for (place, (path, _)) in listing.snapshots.iter().enumerate() {
        if chosen.contains(&place) {
            pruning.kept.push(path.clone());
        } else {
            pruning.removed.push(path.clone());
        }
    }
    pruning.removed.extend(listing.unfinished.iter().cloned());
    pruning
}

/// Removes what is to go. What has lost a file is no snapshot any more: the manifest goes first.
///
/// # Errors
/// The disk; what was removed by then is gone.
pub fn remove(directory: &Path, pruning: &Pruning) -> Result<(), SnapshotError> {
    for path in &pruning.removed {
        let manifest = path.join(super::manifest::NAME);
        if manifest.exists() {
            fs::remove_file(&manifest).map_err(SnapshotError::io(&manifest))?;
        }
        fs::remove_dir_all(path).map_err(SnapshotError::io(path))?;
    }
    if !pruning.removed.is_empty() {
        sync_directory(directory)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let at: jiff::Timestamp = text.parse().expect("a time");
        Timestamp(at.as_millisecond())
    }

    #[test]
    fn each_rule_keeps_the_last_of_its_periods_and_together_they_keep_what_any_keeps() {
        let moments = [
            "2025-12-31T23:00:00Z", // 0: the last of December and of 2025, in the week of 1 to 3
            "2026-01-01T10:00:00Z", // 1
            "2026-01-01T10:30:00Z", // 2
            "2026-01-02T09:00:00Z", // 3
            "2026-01-05T09:00:00Z", // 4: Monday
            "2026-01-05T18:00:00Z", // 5
        ]
        .map(at);
        let cases: [(Keep, &[usize]); 8] = [
            (Keep::default(), &[5]),
            (
                Keep {
                    last: 2,
                    ..Keep::default()
                },
                &[4, 5],
            ),
            (
                Keep {
                    hourly: 3,
                    ..Keep::default()
                },
                &[3, 4, 5],
            ),
            (
                Keep {
                    daily: 3,
                    ..Keep::default()
                },
                &[2, 3, 5],
            ),
            (
                Keep {
                    weekly: 2,
                    ..Keep::default()
                },
                &[3, 5],
            ),
            (
                Keep {
                    monthly: 5,
                    ..Keep::default()
                },
                &[0, 5],
            ),
            (
                Keep {
                    yearly: 2,
                    ..Keep::default()
                },
                &[0, 5],
            ),
            (
                Keep {
                    last: 1,
                    daily: 2,
                    yearly: 2,
                    ..Keep::default()
                },
                &[0, 3, 5],
            ),
        ];
        for (keep, expected) in cases {
            let kept: Vec<usize> = keep.chosen(&moments).into_iter().collect();
            assert_eq!(kept, expected, "{keep:?}");
        }
        assert!(Keep::default().chosen(&[]).is_empty());
    }
}
