//! What an expression stands for: a [`Period`] or a range of them, and the days
//! that it speaks of.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::period::{Period, Precision, add_days, day, days_between};
use crate::error::Error;

/// What an expression stands for: a period, or everything from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// One period.
    Period(Period),
    /// Both ends belong to the range: `2019-01/2019-03`.
    Range(Period, Period),
}

impl When {
    /// First day.
    pub fn first(self) -> Option<Date> {
        match self {
            Self::Period(period) | Self::Range(period, _) => period.first(),
        }
    }

    /// Last day.
    pub fn last(self) -> Option<Date> {
        match self {
            Self::Period(period) | Self::Range(_, period) => period.last(),
        }
    }

    /// How precise the date is.
    pub fn precision(self) -> Precision {
        match self {
            Self::Period(period) => period.precision(),
            Self::Range(..) => Precision::Range,
        }
    }

    /// Days that the expression speaks of once `modifier` is taken into account:
    /// the end of 2021 is November and December, before 2021 has no first day.
    pub fn bounds(self, modifier: Option<Modifier>) -> (Option<Date>, Option<Date>) {
        let (first, last) = (self.first(), self.last());
        let Some(modifier) = modifier else {
            return (first, last);
        };
        match modifier {
            Modifier::Approx => (first, last),
            Modifier::Before => (None, first.and_then(|date| add_days(date, -1))),
            Modifier::After => (last.and_then(|date| add_days(date, 1)), None),
            Modifier::OnOrBefore => (None, last),
            Modifier::OnOrAfter => (first, None),
            Modifier::Start | Modifier::Mid | Modifier::End => match self {
                Self::Period(period) => third(period, modifier).unwrap_or((first, last)),
                Self::Range(..) => (first, last),
            },
        }
    }

    pub(super) fn timex(self) -> String {
        match self {
            Self::Period(period) => period.timex(),
            Self::Range(from, to) => format!("({},{},{})", from.timex(), to.timex(), duration(from, to)),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Period(period) => period.fmt(f),
            Self::Range(from, to) => write!(f, "{from}/{to}"),
        }
    }
}

impl FromStr for When {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.split_once('/') {
            Some((from, to)) => Ok(Self::Range(from.parse()?, to.parse()?)),
            None => text.parse().map(Self::Period),
        }
    }
}

/// What an expression says about its date, in the words of TIMEX3's `mod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Modifier {
    /// 之前, 以前: before it begins.
    Before,
    /// 之后, 以后: after it ends.
    After,
    /// 及以前, 为止: before its end.
    OnOrBefore,
    /// 起, 开始, 以来: from its beginning on.
    OnOrAfter,
    /// 初, 上旬, 前期.
    Start,
    /// 中, 中旬, 中期.
    Mid,
    /// 底, 末, 下旬, 后期.
    End,
    /// 左右, 前后.
    Approx,
}

/// The days of the beginning, middle or end of a period.
fn third(period: Period, modifier: Modifier) -> Option<(Option<Date>, Option<Date>)> {
    let pick = |start: (i16, i16), mid, end| match modifier {
        Modifier::Start => start,
        Modifier::Mid => mid,
        _ => end,
    };
    let months =
        |year, (from, to): (i16, i16)| (day(year, from as i8, 1), Period::Month(year, to as i8).last());
    let years = |year: i16, (from, to): (i16, i16)| {
        (
            year.checked_add(from).and_then(|y| day(y, 1, 1)),
            year.checked_add(to).and_then(|y| day(y, 12, 31)),
        )
    };
    Some(match period {
        Period::Month(year, month) => match pick((1, 10), (11, 20), (21, 31)) {
            (from, 31) => (day(year, month, from as i8), period.last()),
            (from, to) => (day(year, month, from as i8), day(year, month, to as i8)),
        },
        Period::Quarter(year, quarter) => {
            let (month, _) = pick((-2, 0), (-1, 0), (0, 0));
            let month = i16::from(quarter) * 3 + month;
            months(year, (month, month))
        }
        Period::Year(year) => months(year, pick((1, 2), (6, 7), (11, 12))),
        Period::Decade(tens) => years(tens.checked_mul(10)?, pick((0, 2), (3, 6), (7, 9))),
        Period::Century(hundreds) => years(hundreds.checked_mul(100)?, pick((0, 29), (30, 69), (70, 99))),
        _ => return None,
    })
}

/// How long after the beginning of `from` the beginning of `to` is.
fn duration(from: Period, to: Period) -> String {
    match (from, to) {
        (Period::Year(from), Period::Year(to)) => format!("P{}Y", i32::from(to) - i32::from(from)),
        (Period::Month(from, first), Period::Month(to, last)) => {
            let years = i32::from(to) - i32::from(from);
            format!("P{}M", years * 12 + i32::from(last) - i32::from(first))
        }
        _ => match (from.first(), to.first()) {
            (Some(from), Some(to)) => format!("P{}D", days_between(from, to)),
            _ => "PXD".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_back() {
        for value in [
            "2024-04-16",
            "2020-W36",
            "2020-W36-WE",
            "2023-11",
            "2020-Q3",
            "2022-H2",
            "2020-SU",
            "2023",
            "-0220",
            "202X",
            "-03XX",
            "-020X",
            "19XX",
            "2019-01/2019-03",
            "2023-12-30/2024-01-02",
        ] {
            assert_eq!(value.parse::<When>().unwrap().to_string(), value);
        }
        for value in [
            "",
            "-",
            "2024-",
            "2024-13",
            "2024-02-30",
            "X",
            "2024-Q5",
            "2024-W54",
            "年",
        ] {
            assert!(value.parse::<When>().is_err(), "{value:?}");
        }
    }

    #[test]
    fn bounds_follow_the_modifier() {
        let bounds = |value: &str, modifier| {
            let (first, last) = value.parse::<When>().unwrap().bounds(modifier);
            let text = |date: Option<Date>| date.map_or("..".into(), |date| date.to_string());
            format!("{}/{}", text(first), text(last))
        };
        assert_eq!(bounds("2021", Some(Modifier::End)), "2021-11-01/2021-12-31");
        assert_eq!(bounds("2020-02", Some(Modifier::End)), "2020-02-21/2020-02-29");
        assert_eq!(bounds("196X", Some(Modifier::Start)), "1960-01-01/1962-12-31");
        assert_eq!(bounds("2018", Some(Modifier::After)), "2019-01-01/..");
        assert_eq!(bounds("2018", Some(Modifier::OnOrAfter)), "2018-01-01/..");
        assert_eq!(bounds("2020-WI", None), "2020-12-01/2021-02-28");
    }
}
