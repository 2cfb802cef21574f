//! Which articles tell the same story of a date.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::duplicate::{near_duplicates, shingles};

/// Two articles tell the same story if near-duplicates make up this share of what the one
/// that says less says of the date,
const MIN_SHARED: f64 = 0.5;

/// and this share of what the other says: a round-up of the day is not each of its items;
const MIN_SHARED_OF_LONGER: f64 = 0.15;

/// and two groups of articles are one story if this share of all pairs between them are:
/// otherwise, on a busy day, everything would be tied to everything.
const MIN_LINKED: f64 = 0.2;

/// Groups quotes, `(article, sentence)`, by story: lists of places in `quotes`. What has
/// most in common is brought together first.
pub(super) fn stories(quotes: &[(i64, &str)]) -> Vec<Vec<usize>> {
    let sets: Vec<Vec<u64>> = quotes.iter().map(|quote| shingles(quote.1)).collect();
    let mut said: BTreeMap<i64, usize> = BTreeMap::new();
    for (quote, set) in quotes.iter().zip(&sets) {
        *said.entry(quote.0).or_default() += set.len();
    }
    let same = same_stories(quotes, &sets, &said);
    let mut pairs: Vec<((i64, i64), usize)> = same.iter().map(|(pair, common)| (*pair, *common)).collect();
    pairs.sort_by_key(|(pair, common)| (Reverse(*common), *pair));
    let mut members: BTreeMap<i64, Vec<i64>> =
        said.keys().map(|article| (*article, vec![*article])).collect();
    let mut story_of: BTreeMap<i64, i64> = said.keys().map(|article| (*article, *article)).collect();
    for ((a, b), _) in pairs {
        let (first, second) = (story_of[&a].min(story_of[&b]), story_of[&a].max(story_of[&b]));
        if first == second {
            continue;
        }
        let between = members[&first]
            .iter()
            .flat_map(|a| members[&second].iter().map(move |b| (*a.min(b), *a.max(b))));
        let (linked, all) = between.fold((0, 0), |(linked, all), pair| {
            (linked + usize::from(same.contains_key(&pair)), all + 1)
        });
        if f64::from(linked as u32) >= MIN_LINKED * f64::from(all as u32) {
            let moved = members.remove(&second).unwrap_or_default();
            for article in &moved {
                story_of.insert(*article, first);
            }
            members.entry(first).or_default().extend(moved);
        }
    }
    let mut stories: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (at, quote) in quotes.iter().enumerate() {
        stories.entry(story_of[&quote.0]).or_default().push(at);
    }
    stories.into_values().collect()
}

/// The pairs of articles that tell the same, with how many shingles they share.
fn same_stories(
    quotes: &[(i64, &str)],
    sets: &[Vec<u64>],
    said: &BTreeMap<i64, usize>,
) -> BTreeMap<(i64, i64), usize> {
    // For each pair of articles, which quotes of each have a near-duplicate in the other.
    let mut shared: BTreeMap<(i64, i64), [BTreeSet<usize>; 2]> = BTreeMap::new();
    for (earlier, later) in near_duplicates(sets) {
        let ((a, at_a), (b, at_b)) = ((quotes[earlier].0, earlier), (quotes[later].0, later));
        if a == b {
            continue;
        }
        let [of_a, of_b] = shared.entry((a.min(b), a.max(b))).or_default();
        let (first, second) = if a < b { (at_a, at_b) } else { (at_b, at_a) };
        of_a.insert(first);
        of_b.insert(second);
    }
    let mut same: BTreeMap<(i64, i64), usize> = BTreeMap::new();
    for ((a, b), [of_a, of_b]) in shared {
        let common = |places: &BTreeSet<usize>| places.iter().map(|&at| sets[at].len()).sum::<usize>();
        let (common_a, common_b) = (common(&of_a), common(&of_b));
        let share = |common: usize, article: i64| common as f64 / said[&article] as f64;
        let (less, more) = if said[&a] <= said[&b] {
            (share(common_a, a), share(common_b, b))
        } else {
            (share(common_b, b), share(common_a, a))
        };
        if less >= MIN_SHARED && more >= MIN_SHARED_OF_LONGER {
            same.insert((a, b), common_a.min(common_b));
        }
    }
    same
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: &str = "国防部长董军与美国国防部长奥斯汀16日举行视频通话。";
    const VISIT: &str = "国防部长董军在京会见来访的新加坡国防部长黄永宏一行。";

    #[test]
    fn a_round_up_does_not_tie_its_items_together() {
        let round_up: Vec<String> = (0..9)
            .map(|item| format!("第{item}条消息与前面几条完全不同{item}{item}{item}"))
            .collect();
        let mut quotes = vec![
            (1, CALL),
            (2, "董軍與奧斯汀16日舉行視頻通話"),
            (3, VISIT),
            (4, CALL),
            (4, VISIT),
        ];
        quotes[1].1 = "中國國防部長董軍與美國國防部長奧斯汀16日舉行視頻通話";
        quotes.extend(round_up.iter().map(|item| (4, item.as_str())));
        let found = stories(&quotes);
        assert_eq!(found[0], [0, 1]);
        assert_eq!(found[1], [2]);
        assert_eq!(found[2].len(), 11);
    }
}
