//! How much was written about an entity, over time.

use jiff::civil::Date;
use serde::Serialize;

use super::Options;
use crate::error::{Error, Result};
use crate::store::{Appearance, Day, date_of, day_of};

/// Width of the bins of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// Whatever gives a readable number of bins.
    #[default]
    Auto,
    /// Days.
    Day,
    /// Weeks from Monday.
    Week,
    /// Months.
    Month,
    /// Years.
    Year,
}

/// The longest periods that are still counted by day, and by week.
const MAX_DAYS: i32 = 120;
const MAX_DAYS_OF_WEEKS: i32 = 3 * 366;
const MAX_DAYS_OF_MONTHS: i32 = 40 * 366;

impl By {
    /// All widths, in the order of their size.
    pub const ALL: [By; 5] = [Self::Auto, Self::Day, Self::Week, Self::Month, Self::Year];

    /// `auto`, `day`, `week`, `month` or `year`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The width for the days from `first` to `last`.
    pub(super) fn resolve(self, first: Day, last: Day) -> Self {
        match (self, last - first) {
            (Self::Auto, ..=MAX_DAYS) => Self::Day,
            (Self::Auto, ..=MAX_DAYS_OF_WEEKS) => Self::Week,
            (Self::Auto, ..=MAX_DAYS_OF_MONTHS) => Self::Month,
            (Self::Auto, _) => Self::Year,
            (chosen, _) => chosen,
        }
    }

    /// First day of the bin that `day` is in.
    pub(super) fn bin(self, day: Day) -> Day {
        let date = date_of(day);
        match self {
            Self::Auto | Self::Day => day,
            Self::Week => day - i32::from(date.weekday().to_monday_zero_offset()),
            Self::Month => day_of(date.first_of_month()),
            Self::Year => day_of(date.first_of_year()),
        }
    }

    /// First day of the bin after the one that begins on `first`.
    pub(super) fn next(self, first: Day) -> Day {
        match self {
            Self::Auto | Self::Day => first + 1,
            Self::Week => first + 7,
            Self::Month => self.bin(first + 31),
            Self::Year => self.bin(first + 366),
        }
    }
}

impl std::str::FromStr for By {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|by| by.as_str() == name)
            .ok_or_else(|| {
                Error::Usage(format!(
                    "unknown bin width {name:?}: expected auto, day, week, month or year"
                ))
            })
    }
}

/// One bin of a series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// First day of the bin.
    pub date: Date,
    /// Mentions of the entity.
    pub mentions: u64,
    /// Articles that mention it.
    pub articles: u64,
    /// `articles` as a share of all articles of the bin, 0 to 1.
    pub share: f64,
    /// Outlets that mention it.
    pub sources: u64,
}

/// The period that a timeline covers: what `options` ask for, else what the articles span.
pub(super) fn period(appearances: &[Appearance], options: &Options) -> Option<(Day, Day)> {
    let days = || appearances.iter().filter_map(|appearance| appearance.day);
    let first = options.from.map(day_of).or(days().min())?;
    let last = options.to.map(day_of).or(days().max())?;
    (first <= last).then_some((first, last))
}

/// Counts the articles from `first` to `last` in bins of the width `by`.
pub(super) fn series(
    appearances: &[Appearance],
    totals: &[(Day, u64)],
    (first, last): (Day, Day),
    by: By,
) -> Vec<Point> {
    let mut starts = Vec::new();
    let mut start = by.bin(first);
    while start <= last {
        starts.push(start);
        start = by.next(start);
    }
    let place = |day: Day| starts.partition_point(|&start| start <= day).saturating_sub(1);
    let mut points: Vec<Point> = starts
        .iter()
        .map(|&start| Point {
            date: date_of(start),
            mentions: 0,
            articles: 0,
            share: 0.0,
            sources: 0,
        })
        .collect();
    let mut sources: Vec<Vec<i64>> = vec![Vec::new(); points.len()];
    for appearance in appearances {
        let Some(day) = appearance.day.filter(|day| (first..=last).contains(day)) else {
            continue;
        };
        let at = place(day);
        points[at].mentions += u64::from(appearance.mentions);
        points[at].articles += 1;
        if !sources[at].contains(&appearance.source) {
            sources[at].push(appearance.source);
        }
    }
    let mut all = vec![0u64; points.len()];
    for &(day, count) in totals.iter().filter(|(day, _)| (first..=last).contains(day)) {
        all[place(day)] += count;
    }
    for ((point, all), sources) in points.iter_mut().zip(all).zip(sources) {
        point.share = if all == 0 {
            0.0
        } else {
            rounded(point.articles as f64 / all as f64)
        };
        point.sources = sources.len() as u64;
    }
    points
}

/// Six decimals are more than the counts can tell.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        day_of(text.parse().unwrap())
    }

    #[test]
    fn bins_begin_where_their_calendar_does() {
        let start = |by: By, text: &str| date_of(by.bin(day(text))).to_string();
        assert_eq!(start(By::Week, "2024-04-17"), "2024-04-15");
        assert_eq!(start(By::Month, "2024-02-29"), "2024-02-01");
        assert_eq!(start(By::Year, "2024-02-29"), "2024-01-01");
        for by in [By::Day, By::Week, By::Month, By::Year] {
            let mut first = by.bin(day("2015-12-28"));
            for _ in 0..60 {
                let next = by.next(first);
                assert_eq!(by.bin(next), next, "{by:?}");
                assert_eq!(by.bin(next - 1), first, "{by:?}");
                first = next;
            }
        }
    }

    #[test]
    fn a_series_counts_articles_mentions_and_outlets() {
        let appearance = |text: &str, source, mentions| Appearance {
            article: 0,
            day: Some(day(text)),
            source,
            mentions,
        };
        let appearances = [
            appearance("2024-01-01", 1, 2),
            appearance("2024-01-01", 1, 1),
            appearance("2024-01-03", 2, 1),
            Appearance {
                day: None,
                ..appearance("2024-01-03", 2, 9)
            },
        ];
        let totals = [
            (day("2024-01-01"), 4),
            (day("2024-01-02"), 4),
            (day("2024-01-03"), 3),
        ];
        let period = period(&appearances, &Options::default()).unwrap();
        let points = series(&appearances, &totals, period, By::Day);
        let shown: Vec<_> = points
            .iter()
            .map(|p| (p.mentions, p.articles, p.share, p.sources))
            .collect();
        assert_eq!(shown, [(3, 2, 0.5, 1), (0, 0, 0.0, 0), (1, 1, 0.333333, 1)]);
    }
}
