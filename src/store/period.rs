//! Days as numbers, and the days that date values stand for.

use jiff::Span;
use jiff::civil::Date;

use crate::resolve::dates::{Precision, When};

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Days since 1970-01-01: what the store keeps for a date.
pub type Day = i32;

/// The number of a date.
pub fn day_of(date: Date) -> Day {
    // A difference of two civil dates is a whole number of 24-hour days and
    // fits: jiff's years have four digits.
    (date.duration_since(EPOCH).as_hours() / 24) as Day
}

/// The date of a number; the nearest one that exists if it is out of range.
pub fn date_of(day: Day) -> Date {
    EPOCH.saturating_add(Span::new().days(day.clamp(-4_000_000, 2_900_000)))
}

/// The days that a date value stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// First day.
    pub first: Day,
    /// Last day, included.
    pub last: Day,
    /// How precise the value is.
    pub precision: Precision,
}

impl Period {
    /// One day.
    pub fn day(day: Day) -> Self {
        Self {
            first: day,
            last: day,
            precision: Precision::Day,
        }
    }

    /// Reads a value of [`DateMention::value`](crate::resolve::dates::DateMention::value).
    pub fn parse(value: &str) -> Option<Self> {
        let when: When = value.parse().ok()?;
        let (first, last) = (day_of(when.first()?), day_of(when.last()?));
        (first <= last).then_some(Self {
            first,
            last,
            precision: when.precision(),
        })
    }

    /// Number of days.
    pub fn days(&self) -> i32 {
        self.last - self.first + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(value: &str) -> Option<String> {
        let period = Period::parse(value)?;
        let (first, last) = (date_of(period.first), date_of(period.last));
        Some(format!("{first} {last} {}", period.precision.as_str()))
    }

    #[test]
    fn values_stand_for_their_days() {
        for (value, expected) in [
            ("2024-04-16", "2024-04-16 2024-04-16 day"),
            ("2024-02", "2024-02-01 2024-02-29 month"),
            ("2020-Q3", "2020-07-01 2020-09-30 quarter"),
            ("2019-01/2019-03", "2019-01-01 2019-03-31 range"),
        ] {
            assert_eq!(shown(value).as_deref(), Some(expected), "{value}");
        }
        for value in ["", "PRESENT_REF", "2024-13", "2021/2019", "二〇二四"] {
            assert_eq!(shown(value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn days_convert_both_ways(day in -700_000..2_900_000i32) {
            prop_assert_eq!(day_of(date_of(day)), day);
        }
    }
}
