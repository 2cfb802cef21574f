//! Dates that a sentence gets from its copies.
//!
//! Copies of a report do not date it alike: an outlet takes it over the next morning, writes
//! 今天 or 星期四 where another has the day, leaves the day out, says 上周 or 今年8月 for it,
//! and now and then a date is resolved wrongly. So where two sentences of articles that were
//! published within [`MAX_DAYS`] say the same in almost the same words, with no numbers that
//! contradict each other, both get the better date of the two ([`Dated::is_better`]).

use std::collections::BTreeMap;

use super::duplicate::{Letters, near_duplicates};
use super::event::Quote;
use super::hash::IntMap;
use super::salience::DateGroup;
use crate::resolve::dates::Precision;
use crate::store::{Day, Period};

/// Days between the publication of copies, and days that a date of publication may be late.
const MAX_DAYS: Day = 2;

/// An article most of whose sentences are late copies is one as a whole.
const MOST: f64 = 0.5;

/// The date of a quote.
#[derive(Clone, Copy, Debug)]
struct Dated {
    /// Its group.
    group: usize,
    period: Period,
    /// Whether the sentence it is from names it, and how many days from publication it is.
    is_named: bool,
    distance: Day,
}

impl Dated {
    fn is_day(&self) -> bool {
        self.period.precision == Precision::Day
    }

    /// Whether copies rather have this date than the other. A day is better than a longer
    /// period around it, a date that is named than that of publication, a shorter period
    /// than a longer one, what is near to the publication than what is not. Of two days of
    /// publication the first is better, unless they are too far from each other.
    fn is_better(&self, other: &Self) -> bool {
        let within = |inner: &Self, outer: &Self| {
            inner.is_day()
                && !outer.is_day()
                && (outer.period.first..=outer.period.last).contains(&inner.period.first)
        };
        if within(self, other) || within(other, self) {
            return within(self, other);
        }
        if !self.is_named && !other.is_named {
            return (1..=MAX_DAYS).contains(&(other.period.first - self.period.first));
        }
        let key = |dated: &Self| {
            let Period { first, .. } = dated.period;
            (!dated.is_named, dated.period.days(), dated.distance, first)
        };
        key(self) < key(other)
    }
}

/// A quote by its places, with the publication of its article.
#[derive(Clone, Copy)]
struct Place {
    day: Day,
    article: i64,
    group: usize,
    at: usize,
}

/// Moves quotes to the better dates of their copies. `groups` are in the order of dates, each
/// with its quotes; `days` are those of the articles' publication.
pub(super) fn redate(
    groups: &[DateGroup],
    quotes: Vec<Vec<Quote>>,
    days: &IntMap<i64, Day>,
) -> Vec<Vec<Quote>> {
    let mut targets = targets(groups, &quotes, days);
    for (group, quotes) in quotes.iter().enumerate() {
        if groups[group].period.precision == Precision::Day {
            take_along(groups, group, quotes, &mut targets[group]);
        }
    }
    let mut redated: Vec<Vec<Quote>> = groups.iter().map(|_| Vec::new()).collect();
    for (quote, target) in quotes.into_iter().flatten().zip(targets.into_iter().flatten()) {
        redated[target].push(quote);
    }
    for quotes in &mut redated {
        quotes.sort_by_key(|quote| (quote.article, quote.sentence.number));
    }
    redated
}

/// The group that each quote of each group belongs to.
fn targets(groups: &[DateGroup], quotes: &[Vec<Quote>], days: &IntMap<i64, Day>) -> Vec<Vec<usize>> {
    let mut places: Vec<Place> = Vec::new();
    for (group, quotes) in quotes.iter().enumerate() {
        places.extend(quotes.iter().enumerate().filter_map(|(at, quote)| {
            let (day, article) = (*days.get(&quote.article)?, quote.article);
            Some(Place {
                day,
                article,
                group,
                at,
            })
        }));
    }
    places.sort_unstable_by_key(|place| (place.day, place.article, place.group, place.at));
    let mut dated: Vec<Dated> = places
        .iter()
        .map(|place| {
            let period = groups[place.group].period;
            Dated {
                group: place.group,
                period,
                is_named: quotes[place.group][place.at].names_date,
                distance: (place.day - period.last).max(period.first - place.day).max(0),
            }
        })
        .collect();
    let letters: Vec<&Letters> = places
        .iter()
        .map(|place| &quotes[place.group][place.at].letters)
        .collect();
    let mut end = 0;
    for of_day in places.chunk_by(|a, b| a.day == b.day) {
        let today = end;
        end += of_day.len();
        let start = places.partition_point(|place| place.day < of_day[0].day - MAX_DAYS);
        let is_wanted = |earlier: usize, later: usize| {
            start + later >= today && places[start + earlier].article != places[start + later].article
        };
        for pair in near_duplicates(&letters[start..end], is_wanted) {
            let (earlier, later) = (start + pair.earlier, start + pair.later);
            if dated[earlier].group == dated[later].group
                || !letters[earlier].agrees_in_numbers(letters[later])
            {
                continue;
            }
            if dated[earlier].is_better(&dated[later]) {
                dated[later] = dated[earlier];
            } else if dated[later].is_better(&dated[earlier]) {
                dated[earlier] = dated[later];
            }
        }
    }
    let mut targets: Vec<Vec<usize>> = quotes
        .iter()
        .enumerate()
        .map(|(group, quotes)| vec![group; quotes.len()])
        .collect();
    for (place, dated) in places.iter().zip(dated) {
        targets[place.group][place.at] = dated.group;
    }
    targets
}

/// Moves the rest of the articles of a day that are late copies as a whole.
fn take_along(groups: &[DateGroup], group: usize, quotes: &[Quote], targets: &mut [usize]) {
    let day = groups[group].period.first;
    let is_before = |target: usize| {
        let period = groups[target].period;
        period.precision == Precision::Day && (day - MAX_DAYS..day).contains(&period.first)
    };
    let mut undated: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (at, quote) in quotes.iter().enumerate().filter(|(_, quote)| !quote.names_date) {
        undated.entry(quote.article).or_default().push(at);
    }
    for places in undated.into_values() {
        let moved: Vec<usize> = places
            .iter()
            .map(|&at| targets[at])
            .filter(|&target| is_before(target))
            .collect();
        let Some(&first) = moved.iter().min() else {
            continue;
        };
        if moved.len() as f64 >= MOST * places.len() as f64 {
            for at in places {
                if targets[at] == group {
                    targets[at] = first;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dated(value: &str, is_named: bool, distance: Day) -> Dated {
        Dated {
            group: 0,
            period: Period::parse(value).unwrap(),
            is_named,
            distance,
        }
    }

    #[test]
    fn copies_have_the_better_date() {
        let named = |value, distance| dated(value, true, distance);
        let published = |value| dated(value, false, 0);
        for (better, worse) in [
            (named("2020-08-27", 43), named("2020-08", 39)),
            (published("2020-08-27"), named("2020-08", 0)),
            (named("2020-09-12", 3), published("2020-09-15")),
            (named("2020-09-19", 0), named("2019-09-19", 365)),
            (published("2020-09-14"), published("2020-09-16")),
        ] {
            assert!(better.is_better(&worse) && !worse.is_better(&better));
        }
        let (first, late) = (published("2020-09-14"), published("2020-09-17"));
        assert!(!first.is_better(&late) && !late.is_better(&first));
    }
}
