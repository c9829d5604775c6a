//! Operating hours.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::reader::{Place, Reader};
use crate::config::units::{parse_date, parse_interval, show_date};
use crate::domain::hours::{Calendar, Interval};

/// Operating hours in local time, such as `["09:00-13:30", "15:00-18:00"]`; a day left out
/// is closed. Hours over midnight are written as two days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct HoursFile {
    /// The IANA time zone, such as "Europe/Madrid".
    time_zone: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    monday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tuesday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wednesday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    thursday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    friday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    saturday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sunday: Vec<String>,
    /// Days with other hours, by date ("2026-12-25"); none is closed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    holidays: BTreeMap<String, Vec<String>>,
}

impl HoursFile {
    pub(super) fn of(calendar: &Calendar) -> Self {
        let texts = |intervals: &Vec<Interval>| intervals.iter().map(Interval::to_string).collect();
        let [
            monday,
            tuesday,
            wednesday,
            thursday,
            friday,
            saturday,
            sunday,
        ] = calendar.weekly.each_ref().map(texts);
        Self {
            time_zone: calendar.time_zone.clone(),
            monday,
            tuesday,
            wednesday,
            thursday,
            friday,
            saturday,
            sunday,
            holidays: calendar
                .holidays
                .iter()
                .map(|(date, intervals)| (show_date(*date), texts(intervals)))
                .collect(),
        }
    }

    pub(super) fn read(self, reader: &mut Reader, place: &Place<'_>) -> Option<Calendar> {
        let week = [
            ("monday", self.monday),
            ("tuesday", self.tuesday),
            ("wednesday", self.wednesday),
            ("thursday", self.thursday),
            ("friday", self.friday),
            ("saturday", self.saturday),
            ("sunday", self.sunday),
        ];
        let weekly = week.map(|(day, texts)| intervals(reader, &place.key(day), &texts));
        let mut holidays = BTreeMap::new();
        for (text, texts) in self.holidays {
            let at = place.key(&format!("holidays.{text}"));
            let intervals = intervals(reader, &at, &texts);
            if let Some(date) = reader.note(&at, parse_date(&text)) {
                holidays.insert(date, intervals);
            }
        }
        Some(Calendar {
            time_zone: self.time_zone,
            weekly,
            holidays,
        })
    }
}

fn intervals(reader: &mut Reader, at: &str, texts: &[String]) -> Vec<Interval> {
    texts
        .iter()
        .filter_map(|text| reader.note(at, parse_interval(text)))
        .collect()
}
