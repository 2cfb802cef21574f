//! Dates that a sentence gets from what it copies.
//!
//! A sentence that names no date has that of its publication, but an outlet may take over
//! a report the next morning, or lie in another time zone. So a sentence that is dated by
//! its publication and says in almost the same words, with no other numbers, what was said
//! of one of the days before, says it of that day. Likewise one that names a month is about
//! the day of the month that a copy of it names.

use super::duplicate::near_duplicates;
use super::event::Quote;
use super::salience::DateGroup;
use crate::resolve::dates::Precision;
use crate::store::{Day, Period};

/// Days that a copy may be late.
const MAX_DAYS: Day = 2;

/// An article most of whose sentences are late copies is one as a whole.
const MOST: f64 = 0.5;

/// Moves quotes to the dates of what they copy. `groups` are in the order of dates, each
/// with its quotes.
pub(super) fn redate(groups: &[DateGroup], quotes: &mut [Vec<Quote>]) {
    for (at, group) in groups.iter().enumerate() {
        let near = neighbours(groups, at, group.period);
        if near.is_empty() {
            continue;
        }
        let is_day = group.period.precision == Precision::Day;
        let mut targets = targets(&near, at, quotes, |quote| quote.names_date != is_day);
        if is_day {
            take_along(&mut targets, &quotes[at]);
        }
        for (quote, target) in std::mem::take(&mut quotes[at]).into_iter().zip(targets) {
            quotes[target.unwrap_or(at)].push(quote);
        }
        for at in near {
            quotes[at].sort_by_key(|quote| (quote.article, quote.sentence.number));
        }
    }
}

/// The groups that quotes of a group may belong to: of a day the days before, of a longer
/// period those within it.
fn neighbours(groups: &[DateGroup], at: usize, period: Period) -> Vec<usize> {
    if period.precision == Precision::Day {
        let is_near = |at: &usize| groups[*at].period.first >= period.first - MAX_DAYS;
        let is_day = |at: &usize| {
            let other = groups[*at].period;
            other.precision == Precision::Day && other.first < period.first
        };
        let mut days: Vec<usize> = (0..at).rev().take_while(is_near).filter(is_day).collect();
        days.reverse();
        return days;
    }
    let start = groups.partition_point(|group| group.period.first < period.first);
    (start..groups.len())
        .take_while(|&at| groups[at].period.first <= period.last)
        .filter(|&at| groups[at].period.last <= period.last && groups[at].period.days() < period.days())
        .collect()
}

/// The group that each quote of the group `at` belongs to, if it may move and is a copy of
/// one of the groups `near`; of several the first.
fn targets(
    near: &[usize],
    at: usize,
    quotes: &[Vec<Quote>],
    may_move: impl Fn(&Quote) -> bool,
) -> Vec<Option<usize>> {
    let others: Vec<(usize, &Quote)> = near
        .iter()
        .flat_map(|&group| quotes[group].iter().map(move |quote| (group, quote)))
        .collect();
    let all: Vec<&Quote> = others
        .iter()
        .map(|(_, quote)| *quote)
        .chain(&quotes[at])
        .collect();
    let letters: Vec<_> = all.iter().map(|quote| &quote.letters).collect();
    let is_wanted = |earlier: usize, later: usize| {
        earlier < others.len()
            && later >= others.len()
            && all[earlier].article != all[later].article
            && may_move(all[later])
    };
    let mut targets: Vec<Option<usize>> = vec![None; quotes[at].len()];
    for pair in near_duplicates(&letters, is_wanted) {
        if !letters[pair.earlier].agrees_in_numbers(letters[pair.later]) {
            continue;
        }
        let group = others[pair.earlier].0;
        let target = &mut targets[pair.later - others.len()];
        *target = Some(target.map_or(group, |known| known.min(group)));
    }
    targets
}

/// Moves the rest of articles that are late copies as a whole.
fn take_along(targets: &mut [Option<usize>], quotes: &[Quote]) {
    let mut start = 0;
    for of_article in quotes.chunk_by(|a, b| a.article == b.article) {
        let places = start..start + of_article.len();
        start = places.end;
        let undated: Vec<usize> = places.filter(|&place| !quotes[place].names_date).collect();
        let moved: Vec<usize> = undated.iter().filter_map(|&place| targets[place]).collect();
        if moved.len() as f64 >= MOST * undated.len() as f64 {
            let first = moved.into_iter().min();
            for place in undated {
                targets[place] = targets[place].or(first);
            }
        }
    }
}
