//! Days as numbers, and the periods that date values stand for.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

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

/// How precisely a period is known, from the finest to the coarsest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// One day.
    Day,
    /// From one day to another, neither of the others.
    Range,
    /// Saturday and Sunday.
    Weekend,
    /// Monday to Sunday.
    Week,
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// Three months by their weather; winter lasts into the next year.
    Season,
    /// Half a year.
    Half,
    /// A year.
    Year,
    /// Ten years or more.
    Decade,
}

impl Precision {
    /// `day`, `month`, …
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Range => "range",
            Self::Weekend => "weekend",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Season => "season",
            Self::Half => "half",
            Self::Year => "year",
            Self::Decade => "decade",
        }
    }
}

/// What a date value stands for.
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

    /// Reads a value of [`DateMention::value`](crate::DateMention::value): `2024-04-16`,
    /// `2023-11`, `2023`, `2020-Q3`, `2020-H1`, `2020-SU`, `2020-W36`, `2020-W36-WE`,
    /// `202X`, `20XX`, and two of these with `/` between. Anything else is `None`.
    pub fn parse(value: &str) -> Option<Self> {
        if let Some((from, to)) = value.split_once('/') {
            let (from, to) = (Self::parse(from)?, Self::parse(to)?);
            return (from.first <= to.last).then_some(Self {
                first: from.first,
                last: to.last,
                precision: Precision::Range,
            });
        }
        let mut parts = value.splitn(3, '-');
        let year = parts.next()?;
        if year.len() != 4 || !year.is_ascii() {
            return None;
        }
        let rest = (parts.next(), parts.next());
        match rest {
            (None, None) => whole_years(year),
            (Some(part), day) => part_of_year(year.parse().ok()?, part, day),
            (None, Some(_)) => None,
        }
    }

    fn between(first: Date, last: Date, precision: Precision) -> Self {
        Self {
            first: day_of(first),
            last: day_of(last),
            precision,
        }
    }

    /// Number of days.
    pub fn days(&self) -> i32 {
        self.last - self.first + 1
    }
}

/// `2023`, `202X`, `20XX`.
fn whole_years(text: &str) -> Option<Period> {
    let digits = text.trim_end_matches('X');
    let (span, precision) = match digits.len() {
        4 => (1, Precision::Year),
        3 => (10, Precision::Decade),
        2 => (100, Precision::Decade),
        _ => return None,
    };
    let first = digits.parse::<i16>().ok()?.checked_mul(span)?;
    let last = first + span - 1;
    Some(Period::between(
        Date::new(first, 1, 1).ok()?,
        Date::new(last, 12, 31).ok()?,
        precision,
    ))
}

fn part_of_year(year: i16, part: &str, day: Option<&str>) -> Option<Period> {
    let months = |first_month: i8, count: i32, precision| {
        let first = Date::new(year, first_month, 1).ok()?;
        let last = first.checked_add(count.months()).ok()?.yesterday().ok()?;
        Some(Period::between(first, last, precision))
    };
    let number = |from: usize| part.get(from..)?.parse::<i8>().ok();
    match (part.as_bytes().first()?, day) {
        (b'W', day) if part != "WI" => week(year, number(1)?, day),
        (b'Q', None) => months(
            number(1)?.checked_sub(1)?.checked_mul(3)? + 1,
            3,
            Precision::Quarter,
        ),
        (b'H', None) => months(number(1)?.checked_sub(1)?.checked_mul(6)? + 1, 6, Precision::Half),
        (b'0'..=b'9', None) => months(number(0)?, 1, Precision::Month),
        (b'0'..=b'9', Some(day)) => Date::new(year, number(0)?, day.parse().ok()?)
            .ok()
            .map(|date| Period::day(day_of(date))),
        (_, None) => {
            let first_month = match part {
                "SP" => 3,
                "SU" => 6,
                "FA" | "AU" => 9,
                "WI" => 12,
                _ => return None,
            };
            months(first_month, 3, Precision::Season)
        }
        _ => None,
    }
}

/// ISO weeks: the first is the one that holds 4 January.
fn week(year: i16, number: i8, day: Option<&str>) -> Option<Period> {
    let fourth = Date::new(year, 1, 4).ok()?;
    let monday = day_of(fourth) - i32::from(fourth.weekday().to_monday_zero_offset());
    let first = monday + (i32::from(number) - 1) * 7;
    if !(1..=53).contains(&number) {
        return None;
    }
    match day {
        None => Some(Period {
            first,
            last: first + 6,
            precision: Precision::Week,
        }),
        Some("WE") => Some(Period {
            first: first + 5,
            last: first + 6,
            precision: Precision::Weekend,
        }),
        Some(day) => {
            let weekday = day.parse::<i32>().ok().filter(|day| (1..=7).contains(day))?;
            Some(Period::day(first + weekday - 1))
        }
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
            ("2023-11", "2023-11-01 2023-11-30 month"),
            ("2024-02", "2024-02-01 2024-02-29 month"),
            ("2023-12", "2023-12-01 2023-12-31 month"),
            ("2023", "2023-01-01 2023-12-31 year"),
            ("2020-Q3", "2020-07-01 2020-09-30 quarter"),
            ("2020-H2", "2020-07-01 2020-12-31 half"),
            ("2020-SU", "2020-06-01 2020-08-31 season"),
            ("2020-WI", "2020-12-01 2021-02-28 season"),
            ("2020-W36", "2020-08-31 2020-09-06 week"),
            ("2021-W01", "2021-01-04 2021-01-10 week"),
            ("2020-W36-WE", "2020-09-05 2020-09-06 weekend"),
            ("2020-W36-1", "2020-08-31 2020-08-31 day"),
            ("202X", "2020-01-01 2029-12-31 decade"),
            ("19XX", "1900-01-01 1999-12-31 decade"),
            ("2019-01/2019-03", "2019-01-01 2019-03-31 range"),
            ("2024-08-03/2024-08-05", "2024-08-03 2024-08-05 range"),
        ] {
            assert_eq!(shown(value).as_deref(), Some(expected), "{value}");
        }
        for value in [
            "",
            "PRESENT_REF",
            "2024-13",
            "2024-02-30",
            "2020-Q5",
            "2020-W60",
            "XXXX",
            "2021/2019",
            "二〇二四",
        ] {
            assert_eq!(shown(value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn days_convert_both_ways(day in -700_000..2_900_000i32) {
            prop_assert_eq!(day_of(date_of(day)), day);
        }

        #[test]
        fn any_value_is_accepted(value in "[0-9X/WQHE-]{0,14}|.{0,9}") {
            if let Some(period) = Period::parse(&value) {
                prop_assert!(period.first <= period.last);
            }
        }
    }
}
