//! Which articles tell the same story of a date.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::duplicate::{near_duplicates, shingles};

/// Two articles tell the same story if near-duplicates make up this share of what the one
/// that says less says of the date,
const MIN_SHARED: f64 = 0.5;

/// and this share of what the other says: a round-up of the day is not each of its items.
const MIN_SHARED_OF_LONGER: f64 = 0.15;

/// Groups quotes, `(article, sentence)`, by story: lists of places in `quotes`.
///
/// A story is an article and those that tell the same as this one. What only tells the
/// same as one of those is another story: otherwise, on a busy day, everything would
/// be tied to everything.
pub(super) fn stories(quotes: &[(i64, &str)]) -> Vec<Vec<usize>> {
    let sets: Vec<Vec<u64>> = quotes.iter().map(|quote| shingles(quote.1)).collect();
    let mut said: BTreeMap<i64, usize> = BTreeMap::new();
    for (quote, set) in quotes.iter().zip(&sets) {
        *said.entry(quote.0).or_default() += set.len();
    }
    let same = same_stories(quotes, &sets, &said);
    let mut centres: Vec<i64> = said.keys().copied().collect();
    let told_by = |article: &i64| same.get(article).map_or(0, BTreeSet::len);
    centres.sort_by_key(|article| (Reverse(told_by(article)), Reverse(said[article]), *article));
    let mut story_of: BTreeMap<i64, i64> = BTreeMap::new();
    for centre in centres {
        if story_of.contains_key(&centre) {
            continue;
        }
        story_of.insert(centre, centre);
        for article in same.get(&centre).into_iter().flatten() {
            story_of.entry(*article).or_insert(centre);
        }
    }
    let mut stories: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (at, quote) in quotes.iter().enumerate() {
        stories.entry(story_of[&quote.0]).or_default().push(at);
    }
    stories.into_values().collect()
}

/// For each article, the others that tell the same.
fn same_stories(
    quotes: &[(i64, &str)],
    sets: &[Vec<u64>],
    said: &BTreeMap<i64, usize>,
) -> BTreeMap<i64, BTreeSet<i64>> {
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
    let mut same: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for ((a, b), [of_a, of_b]) in shared {
        let share = |article: i64, common: &BTreeSet<usize>| {
            let common: usize = common.iter().map(|&at| sets[at].len()).sum();
            common as f64 / said[&article] as f64
        };
        let (less, more) = if said[&a] <= said[&b] {
            (share(a, &of_a), share(b, &of_b))
        } else {
            (share(b, &of_b), share(a, &of_a))
        };
        if less >= MIN_SHARED && more >= MIN_SHARED_OF_LONGER {
            same.entry(a).or_default().insert(b);
            same.entry(b).or_default().insert(a);
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
