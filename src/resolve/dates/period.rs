//! Stretches of the calendar and their ISO 8601 and TIMEX3 spellings.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, ISOWeekDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// A season; winter begins in December of the year it is named after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Season {
    /// March to May, `SP`.
    Spring,
    /// June to August, `SU`.
    Summer,
    /// September to November, `AU`.
    Autumn,
    /// December to February, `WI`.
    Winter,
}

impl Season {
    const ALL: [(Self, &str); 4] = [
        (Self::Spring, "SP"),
        (Self::Summer, "SU"),
        (Self::Autumn, "AU"),
        (Self::Winter, "WI"),
    ];
}

/// One unit of the calendar. `Display` and `FromStr` use ISO 8601, with the
/// extensions of TIMEX3 and EDTF where ISO has no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// `2024-04-16`.
    Day(Date),
    /// Saturday and Sunday, by the Saturday: `2020-W36-WE`.
    Weekend(Date),
    /// An ISO week, by its Monday: `2020-W36`.
    Week(Date),
    /// `2023-11`.
    Month(i16, i8),
    /// `2020-Q3`.
    Quarter(i16, i8),
    /// Half a year: `2022-H2`.
    Half(i16, i8),
    /// `2020-SU`.
    Season(i16, Season),
    /// `2023`; year 0 is 1 BC.
    Year(i16),
    /// Ten years, by the year's tens: `202X` is `Decade(202)`.
    Decade(i16),
    /// A hundred years, by the year's hundreds: `19XX` is `Century(19)`.
    Century(i16),
}

/// The size of a [`Period`], from small to large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Unit {
    Clock,
    Day,
    Week,
    Month,
    Quarter,
    Half,
    Year,
    Decade,
    Century,
}

impl Period {
    /// First day; `None` outside the years −9999 to 9999.
    pub fn first(self) -> Option<Date> {
        match self {
            Self::Day(date) | Self::Weekend(date) | Self::Week(date) => Some(date),
            Self::Month(year, month) => day(year, month, 1),
            Self::Quarter(year, quarter) => day(year, quarter * 3 - 2, 1),
            Self::Half(year, half) => day(year, half * 6 - 5, 1),
            Self::Season(year, season) => day(year, season as i8 * 3 + 3, 1),
            Self::Year(year) => day(year, 1, 1),
            Self::Decade(tens) => day(tens.checked_mul(10)?, 1, 1),
            Self::Century(hundreds) => day(hundreds.checked_mul(100)?, 1, 1),
        }
    }

    /// Last day; `None` outside the years −9999 to 9999.
    pub fn last(self) -> Option<Date> {
        match self {
            Self::Day(date) => Some(date),
            Self::Weekend(saturday) => add_days(saturday, 1),
            Self::Week(monday) => add_days(monday, 6),
            Self::Month(year, month) => day(year, month, 1).map(Date::last_of_month),
            Self::Quarter(year, quarter) => Self::Month(year, quarter * 3).last(),
            Self::Half(year, half) => Self::Month(year, half * 6).last(),
            Self::Season(year, Season::Winter) => Self::Month(year.checked_add(1)?, 2).last(),
            Self::Season(year, season) => Self::Month(year, season as i8 * 3 + 5).last(),
            Self::Year(year) => day(year, 12, 31),
            Self::Decade(tens) => day(tens.checked_mul(10)?.checked_add(9)?, 12, 31),
            Self::Century(hundreds) => day(hundreds.checked_mul(100)?.checked_add(99)?, 12, 31),
        }
    }

    /// How precise the period is.
    pub fn precision(self) -> Precision {
        match self {
            Self::Day(_) => Precision::Day,
            Self::Weekend(_) => Precision::Weekend,
            Self::Week(_) => Precision::Week,
            Self::Month(..) => Precision::Month,
            Self::Quarter(..) => Precision::Quarter,
            Self::Half(..) => Precision::Half,
            Self::Season(..) => Precision::Season,
            Self::Year(_) => Precision::Year,
            Self::Decade(_) => Precision::Decade,
            Self::Century(_) => Precision::Century,
        }
    }

    /// The period of size `unit` that holds `date`.
    pub(super) fn containing(date: Date, unit: Unit) -> Option<Self> {
        let (year, month) = (date.year(), date.month());
        Some(match unit {
            Unit::Clock | Unit::Day => Self::Day(date),
            Unit::Week => {
                let since_monday = date.weekday().to_monday_zero_offset();
                Self::Week(add_days(date, -i32::from(since_monday))?)
            }
            Unit::Month => Self::Month(year, month),
            Unit::Quarter => Self::Quarter(year, (month + 2) / 3),
            Unit::Half => Self::Half(year, (month + 5) / 6),
            Unit::Year => Self::Year(year),
            Unit::Decade => Self::Decade(year.div_euclid(10)),
            Unit::Century => Self::Century(year.div_euclid(100)),
        })
    }

    /// The period of the same size `count` places later (earlier if negative).
    pub(super) fn shift(self, count: i32) -> Option<Self> {
        let in_year = |year: i16, part: i8, parts: i32| {
            let index = (i32::from(year) * parts + i32::from(part) - 1).checked_add(count)?;
            let year = i16::try_from(index.div_euclid(parts)).ok()?;
            Some((year, (index.rem_euclid(parts) + 1) as i8))
        };
        let number = |value: i16| i16::try_from(i32::from(value).checked_add(count)?).ok();
        let weeks = || count.checked_mul(7);
        Some(match self {
            Self::Day(date) => Self::Day(add_days(date, count)?),
            Self::Weekend(date) => Self::Weekend(add_days(date, weeks()?)?),
            Self::Week(date) => Self::Week(add_days(date, weeks()?)?),
            Self::Month(year, month) => in_year(year, month, 12).map(|(y, m)| Self::Month(y, m))?,
            Self::Quarter(year, quarter) => in_year(year, quarter, 4).map(|(y, q)| Self::Quarter(y, q))?,
            Self::Half(year, half) => in_year(year, half, 2).map(|(y, h)| Self::Half(y, h))?,
            Self::Season(year, season) => Self::Season(number(year)?, season),
            Self::Year(year) => Self::Year(number(year)?),
            Self::Decade(tens) => Self::Decade(number(tens)?),
            Self::Century(hundreds) => Self::Century(number(hundreds)?),
        })
    }

    /// Whether both ends can be written as dates.
    pub(super) fn is_representable(self) -> bool {
        self.first().is_some() && self.last().is_some()
    }

    /// The value of a TIMEX3 tag.
    pub(super) fn timex(self) -> String {
        match self {
            Self::Decade(tens) => Digits(tens, 3).to_string(),
            Self::Century(hundreds) => Digits(hundreds, 2).to_string(),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Day(date) => write!(
                f,
                "{}-{:02}-{:02}",
                iso_year(date.year()),
                date.month(),
                date.day()
            ),
            Self::Week(monday) => write_week(f, monday),
            Self::Weekend(saturday) => {
                write_week(f, saturday)?;
                f.write_str("-WE")
            }
            Self::Month(year, month) => write!(f, "{}-{month:02}", iso_year(year)),
            Self::Quarter(year, quarter) => write!(f, "{}-Q{quarter}", iso_year(year)),
            Self::Half(year, half) => write!(f, "{}-H{half}", iso_year(year)),
            Self::Season(year, season) => {
                let (_, code) = Season::ALL[season as usize];
                write!(f, "{}-{code}", iso_year(year))
            }
            Self::Year(year) => write!(f, "{}", iso_year(year)),
            Self::Decade(tens) => write!(f, "{}X", Digits(tens, 3)),
            Self::Century(hundreds) => write!(f, "{}XX", Digits(hundreds, 2)),
        }
    }
}

impl FromStr for Period {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        read_period(text).ok_or_else(|| {
            Error::Usage(format!(
                "{text:?} is not a date value: expected a form such as 2024-04-16, 2024-04, 2020-Q3, 2020-SU, 2020-W36, 2023 or 202X"
            ))
        })
    }
}

fn read_period(text: &str) -> Option<Period> {
    let sign = text.len() - text.trim_start_matches('-').len();
    let (year, rest) = match text.get(sign..)?.split_once('-') {
        Some((year, rest)) => (year, Some(rest)),
        None => (text.get(sign..)?, None),
    };
    let number = |digits: &str| {
        digits
            .parse::<i16>()
            .ok()
            .map(|value| if sign > 0 { -value } else { value })
    };
    if let (Some(hundreds), None) = (year.strip_suffix("XX"), rest) {
        return number(hundreds).map(Period::Century);
    }
    if let (Some(tens), None) = (year.strip_suffix('X'), rest) {
        return number(tens).map(Period::Decade);
    }
    let year = number(year)?;
    let Some(rest) = rest else {
        return Some(Period::Year(year));
    };
    if let Some(&(season, _)) = Season::ALL.iter().find(|(_, code)| *code == rest) {
        return Some(Period::Season(year, season));
    }
    let in_range = |text: &str, most: i8| text.parse().ok().filter(|n| (1..=most).contains(n));
    match rest.split_at_checked(1)? {
        ("Q", quarter) => return in_range(quarter, 4).map(|q| Period::Quarter(year, q)),
        ("H", half) => return in_range(half, 2).map(|h| Period::Half(year, h)),
        ("W", week) => {
            let (week, weekend) = match week.strip_suffix("-WE") {
                Some(week) => (week, true),
                None => (week, false),
            };
            let start = if weekend {
                Weekday::Saturday
            } else {
                Weekday::Monday
            };
            let date = ISOWeekDate::new(year, in_range(week, 53)?, start).ok()?.date();
            return Some(if weekend {
                Period::Weekend(date)
            } else {
                Period::Week(date)
            });
        }
        _ => {}
    }
    match rest.split_once('-') {
        Some((month, in_month)) => day(year, in_range(month, 12)?, in_range(in_month, 31)?).map(Period::Day),
        None => in_range(rest, 12).map(|month| Period::Month(year, month)),
    }
}

/// A number with at least so many digits, not counting the sign.
struct Digits(i16, usize);

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value, digits) = *self;
        let sign = if value < 0 { "-" } else { "" };
        write!(f, "{sign}{:0digits$}", value.unsigned_abs())
    }
}

/// A year with the four digits that ISO 8601 asks for.
fn iso_year(year: i16) -> Digits {
    Digits(year, 4)
}

fn write_week(f: &mut fmt::Formatter<'_>, date: Date) -> fmt::Result {
    let week = date.iso_week_date();
    write!(f, "{}-W{:02}", iso_year(week.year()), week.week())
}

/// How precise a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// One day.
    Day,
    /// Saturday and Sunday.
    Weekend,
    /// Monday to Sunday.
    Week,
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// Half a year.
    Half,
    /// A season.
    Season,
    /// A year.
    Year,
    /// Ten years.
    Decade,
    /// A hundred years.
    Century,
    /// From one date to another.
    Range,
}

impl Precision {
    /// The name in records: `day`, `month`, …
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Weekend => "weekend",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Half => "half",
            Self::Season => "season",
            Self::Year => "year",
            Self::Decade => "decade",
            Self::Century => "century",
            Self::Range => "range",
        }
    }
}

/// The date, if there is such a day.
pub(super) fn day(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok()
}

/// The date `count` days later, if the calendar reaches that far.
pub(super) fn add_days(date: Date, count: i32) -> Option<Date> {
    let span = jiff::Span::new().try_days(count).ok()?;
    date.checked_add(span).ok()
}

/// Days from `from` to `to`.
pub(super) fn days_between(from: Date, to: Date) -> i32 {
    day_number(to) - day_number(from)
}

/// Days since 1 March of year 0: a year that begins in March has its leap day last.
fn day_number(date: Date) -> i32 {
    let month = (i32::from(date.month()) + 9) % 12;
    let year = i32::from(date.year()) - month / 10;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (month * 306 + 5) / 10 + i32::from(date.day()) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_across_leap_years() {
        let mut date = day(-401, 12, 30).unwrap();
        for passed in 0..150_000 {
            assert_eq!(days_between(day(-401, 12, 30).unwrap(), date), passed);
            date = date.tomorrow().unwrap();
        }
    }

    #[test]
    fn shifting_crosses_years() {
        assert_eq!(Period::Month(2024, 1).shift(-2), Some(Period::Month(2023, 11)));
        assert_eq!(Period::Quarter(2024, 4).shift(1), Some(Period::Quarter(2025, 1)));
        assert_eq!(Period::Year(9999).shift(i32::MAX), None);
        assert_eq!(Period::Decade(999).shift(32_000).and_then(Period::first), None);
    }
}
