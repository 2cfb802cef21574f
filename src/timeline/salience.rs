//! Which dates matter most: much more is written than to be expected, later articles
//! come back to them by name, and several outlets do.
//!
//! Date selection comes first and sentences after, as in the DATEWISE systems of
//! D. Gholipour Ghalandari and G. Ifrim, “Examining the state-of-the-art in news timeline
//! summarization” (ACL 2020); instead of a trained ranker, the features are added up.

use std::collections::{BTreeMap, BTreeSet};

use super::hash::IntMap;
use crate::resolve::dates::Precision;
use crate::store::{Appearance, DatedSentence, Day, Period};

/// How far the usual rate is looked at around a day, leaving out its own neighbourhood.
const WINDOW: i32 = 45;
const NEIGHBOURHOOD: i32 = 3;

/// Articles a day that are expected at least, so that the first article of a quiet year
/// is no sensation.
const MIN_EXPECTED: f64 = 0.3;

/// Days after which an article that names a date looks back at it.
const LOOKING_BACK: i32 = 2;

/// How much what is remembered, what is dated by its text, and how many outlets there
/// are count beside the volume.
const REMEMBERED: f64 = 2.0;
const NAMED: f64 = 1.0;
const OUTLETS: f64 = 0.5;

/// What is left of the salience of a date next to a chosen one, by the days between:
/// it is mostly the same story.
const NEAR: [f64; 3] = [1.0, 0.6, 0.8];

/// All sentences whose event date is the same.
#[derive(Clone, Debug)]
pub(super) struct DateGroup {
    /// The date.
    pub period: Period,
    /// `(article, sentence)` that name it.
    pub named: Vec<(i64, u32)>,
    /// Articles published on it.
    pub published: Vec<i64>,
    /// How much it matters.
    pub salience: f64,
}

impl DateGroup {
    fn new(period: Period) -> Self {
        Self {
            period,
            named: Vec::new(),
            published: Vec::new(),
            salience: 0.0,
        }
    }
}

/// Groups everything that is dated from `first` to `last`, in the order of dates.
pub(super) fn groups(
    appearances: &[Appearance],
    dated: &[DatedSentence],
    totals: &[(Day, u64)],
    (first, last): (Day, Day),
) -> Vec<DateGroup> {
    let mut groups: BTreeMap<Period, DateGroup> = BTreeMap::new();
    let is_covered = |period: &Period| period.first <= last && period.last >= first;
    for sentence in dated.iter().filter(|sentence| is_covered(&sentence.period)) {
        let group = groups
            .entry(sentence.period)
            .or_insert_with(|| DateGroup::new(sentence.period));
        group.named.push((sentence.article, sentence.sentence));
    }
    for appearance in appearances {
        if let Some(period) = appearance.day.map(Period::day).filter(is_covered) {
            groups
                .entry(period)
                .or_insert_with(|| DateGroup::new(period))
                .published
                .push(appearance.article);
        }
    }
    let usual = Usual::new(appearances, totals);
    let articles: IntMap<i64, &Appearance> = appearances.iter().map(|a| (a.article, a)).collect();
    let mut groups: Vec<DateGroup> = groups.into_values().collect();
    for group in &mut groups {
        group.salience = salience(group, &articles, &usual);
    }
    groups
}

fn salience(group: &DateGroup, articles: &IntMap<i64, &Appearance>, usual: &Usual) -> f64 {
    let named: BTreeSet<i64> = group.named.iter().map(|named| named.0).collect();
    let mut remembered = BTreeSet::new();
    let mut prompt = 0;
    for appearance in named.iter().filter_map(|article| articles.get(article)) {
        match appearance.day {
            Some(day) if day > group.period.last + LOOKING_BACK => {
                remembered.insert(day);
            }
            _ => prompt += 1,
        }
    }
    let all: BTreeSet<i64> = named
        .iter()
        .copied()
        .chain(group.published.iter().copied())
        .collect();
    let outlets: BTreeSet<i64> = all
        .iter()
        .filter_map(|article| articles.get(article))
        .map(|a| a.source)
        .collect();
    let more = |count: usize| (1.0 + count as f64).ln();
    let text = REMEMBERED * more(remembered.len()) + NAMED * more(prompt) + OUTLETS * more(outlets.len());
    if group.period.precision != Precision::Day {
        // A month has no volume of its own, and many a month is named in passing.
        return text / 2.0;
    }
    let count = (prompt
        + group
            .published
            .iter()
            .filter(|article| !named.contains(article))
            .count()) as f64;
    text + usual.surprise(group.period.first, count)
}

/// What is usually written around a day.
struct Usual {
    first: Day,
    /// Sums over all days before each: articles about the entity, all articles.
    sums: Vec<(f64, f64)>,
    all: Vec<f64>,
}

impl Usual {
    fn new(appearances: &[Appearance], totals: &[(Day, u64)]) -> Self {
        let (Some(&(first, _)), Some(&(last, _))) = (totals.first(), totals.last()) else {
            return Self {
                first: 0,
                sums: vec![(0.0, 0.0)],
                all: Vec::new(),
            };
        };
        let days = (last - first + 1) as usize;
        let mut about = vec![0.0; days];
        let mut all = vec![0.0; days];
        for day in appearances.iter().filter_map(|a| a.day) {
            about[(day - first) as usize] += 1.0;
        }
        for &(day, count) in totals {
            all[(day - first) as usize] = count as f64;
        }
        let mut sums = vec![(0.0, 0.0)];
        for (about, all) in about.iter().zip(&all) {
            let (before_about, before_all) = sums[sums.len() - 1];
            sums.push((before_about + about, before_all + all));
        }
        Self { first, sums, all }
    }

    /// The square root of the deviance of `count` articles from the usual number.
    fn surprise(&self, day: Day, count: f64) -> f64 {
        let (wide_about, wide_all) = self.between(day - WINDOW, day + WINDOW);
        let (near_about, near_all) = self.between(day - NEIGHBOURHOOD, day + NEIGHBOURHOOD);
        let (about, all) = (wide_about - near_about, wide_all - near_all);
        let share = if all > 0.0 { about / all } else { 0.0 };
        let today = usize::try_from(day - self.first)
            .ok()
            .and_then(|at| self.all.get(at))
            .copied()
            .unwrap_or(0.0);
        let expected = (share * today).max(MIN_EXPECTED);
        if count <= expected {
            return 0.0;
        }
        (2.0 * (count * (count / expected).ln() - count + expected)).sqrt()
    }

    /// Articles about the entity and all articles, from one day to another.
    fn between(&self, from: Day, to: Day) -> (f64, f64) {
        let at = |day: Day| self.sums[(day - self.first).clamp(0, self.all.len() as i32) as usize];
        let (before, after) = (at(from), at(to + 1));
        (after.0 - before.0, after.1 - before.1)
    }
}

/// The `top` most salient dates, in the order of dates; what is next to a chosen date
/// counts for less.
pub(super) fn select(groups: Vec<DateGroup>, top: usize) -> Vec<DateGroup> {
    let mut worth: Vec<f64> = groups.iter().map(|group| group.salience).collect();
    let mut chosen: BTreeSet<usize> = BTreeSet::new();
    while chosen.len() < top.min(groups.len()) {
        let best = (0..groups.len())
            .filter(|at| !chosen.contains(at))
            .max_by(|&a, &b| worth[a].total_cmp(&worth[b]).then(b.cmp(&a)));
        let Some(best) = best else { break };
        chosen.insert(best);
        let around =
            |at: &usize| (groups[*at].period.first - groups[best].period.first).unsigned_abs() as usize;
        let neighbours: Vec<usize> = (0..best)
            .rev()
            .take_while(|at| around(at) < NEAR.len())
            .chain((best + 1..groups.len()).take_while(|at| around(at) < NEAR.len()))
            .collect();
        for at in neighbours {
            worth[at] *= NEAR[around(&at)];
        }
    }
    groups
        .into_iter()
        .enumerate()
        .filter(|(at, _)| chosen.contains(at))
        .map(|(_, group)| group)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn appearance(article: i64, day: Day) -> Appearance {
        Appearance {
            article,
            day: Some(day),
            source: 1,
            mentions: 1,
        }
    }

    #[test]
    fn a_peak_and_a_remembered_date_are_salient() {
        // One article every third day; ten on day 100; day 50 is named by later articles.
        let mut appearances: Vec<_> = (0..60).map(|at| appearance(at, at as Day * 3)).collect();
        appearances.extend((100..110).map(|at| appearance(at, 100)));
        let dated: Vec<_> = [20, 30, 40, 50]
            .map(|article| DatedSentence {
                article,
                sentence: 0,
                period: Period::day(50),
            })
            .into();
        let totals: Vec<_> = (0..180).map(|day| (day, 20)).collect();
        let groups = groups(&appearances, &dated, &totals, (0, 179));
        let chosen: Vec<Day> = select(groups, 2).iter().map(|group| group.period.first).collect();
        assert_eq!(chosen, [50, 100]);
    }

    #[test]
    fn the_neighbour_of_a_chosen_date_counts_for_less() {
        let group = |first: Day, salience| DateGroup {
            salience,
            ..DateGroup::new(Period::day(first))
        };
        let groups = vec![group(1, 10.0), group(2, 9.0), group(30, 6.0)];
        let chosen: Vec<Day> = select(groups, 2).iter().map(|group| group.period.first).collect();
        assert_eq!(chosen, [1, 30]);
    }
}
