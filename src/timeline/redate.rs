//! Copies that appear a day or two after what they copy.
//!
//! A sentence that names no date has that of its publication, but an outlet may take over
//! a report the next morning, or lie in another time zone. So a sentence that is dated by
//! its publication and says in almost the same words what was said of one of the days
//! before, says it of that day.

use std::collections::BTreeMap;

use super::duplicate::near_duplicates;
use super::event::Quote;
use super::salience::DateGroup;
use crate::resolve::dates::Precision;
use crate::store::Day;

/// Days that a copy may be late.
const MAX_DAYS: Day = 2;

/// An article most of whose sentences are late copies is one as a whole.
const MOST: f64 = 0.5;

/// Moves late copies to the days that they are about. `groups` are in the order of dates, each
/// with its quotes.
pub(super) fn bring_back(groups: &[DateGroup], quotes: &mut [Vec<Quote>]) {
    let mut days: BTreeMap<Day, usize> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        if group.period.precision != Precision::Day {
            continue;
        }
        let day = group.period.first;
        days.insert(day, at);
        let before: Vec<usize> = days.range(day - MAX_DAYS..day).map(|(_, &at)| at).collect();
        if before.is_empty() {
            continue;
        }
        let targets = targets(&before, at, quotes);
        let mut places = targets.into_iter();
        for quote in std::mem::take(&mut quotes[at]) {
            quotes[places.next().flatten().unwrap_or(at)].push(quote);
        }
        for &at in &before {
            quotes[at].sort_by_key(|quote| (quote.article, quote.sentence.number));
        }
    }
}

/// The group that each quote of the group `at` belongs to, if it is one of those `before`.
fn targets(before: &[usize], at: usize, quotes: &[Vec<Quote>]) -> Vec<Option<usize>> {
    let earlier: Vec<(usize, &Quote)> = before
        .iter()
        .flat_map(|&group| quotes[group].iter().map(move |quote| (group, quote)))
        .collect();
    let all: Vec<&Quote> = earlier
        .iter()
        .map(|(_, quote)| *quote)
        .chain(&quotes[at])
        .collect();
    let sets: Vec<&[u64]> = all.iter().map(|quote| quote.shingles.as_slice()).collect();
    let mut targets: Vec<Option<usize>> = vec![None; quotes[at].len()];
    for pair in near_duplicates(&sets) {
        let Some(place) = pair.later.checked_sub(earlier.len()) else {
            continue;
        };
        let Some(&(group, quote)) = earlier.get(pair.earlier) else {
            continue;
        };
        let late = &quotes[at][place];
        if !late.names_date && quote.article != late.article {
            // Of several days the first: groups are in the order of dates.
            targets[place] = Some(targets[place].map_or(group, |known: usize| known.min(group)));
        }
    }
    let mut start = 0;
    for of_article in quotes[at].chunk_by(|a, b| a.article == b.article) {
        let places = start..start + of_article.len();
        start = places.end;
        let undated: Vec<usize> = places.filter(|&place| !quotes[at][place].names_date).collect();
        let late = undated.iter().filter_map(|&place| targets[place]);
        let (count, first) = late.fold((0, None), |(count, first), group| {
            (
                count + 1,
                Some(first.map_or(group, |known: usize| known.min(group))),
            )
        });
        if f64::from(count) >= MOST * undated.len() as f64 {
            for place in undated {
                targets[place] = targets[place].or(first);
            }
        }
    }
    targets
}
