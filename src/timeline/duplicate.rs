//! Near-duplicates: sentences that say the same in almost the same words.
//!
//! A sentence is the set of its shingles, runs of [`SHINGLE`] letters of the folded text,
//! so that script, width, spaces and punctuation do not matter. All pairs that share
//! enough are found exactly with the prefix filter of R. Bayardo, Y. Ma and R. Srikant,
//! “Scaling up all pairs similarity search” (WWW 2007): two sets that are similar enough
//! share one of the rarest few elements of each.

use super::hash::IntMap;
use crate::text::fold;

/// Letters of a shingle.
const SHINGLE: usize = 3;

/// Pairs below this Jaccard similarity are not looked at.
const MIN_JACCARD: f64 = 0.3;

/// Sentences of this similarity are near-duplicates,
const SAME_JACCARD: f64 = 0.45;

/// and so is one that has this share of its shingles in a longer one: agencies' copy is
/// shortened, and preceded by datelines,
const SAME_CONTAINED: f64 = 0.7;

/// if it is not so short that everybody may have said it.
const MIN_CONTAINED: usize = 12;

/// The set of shingles of a text, sorted.
pub(super) fn shingles(text: &str) -> Vec<u64> {
    let letters: Vec<char> = text
        .chars()
        .map(fold)
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let mut set: Vec<u64> = match letters.len() {
        0 => Vec::new(),
        1..SHINGLE => vec![hash(&letters)],
        _ => letters.windows(SHINGLE).map(hash).collect(),
    };
    set.sort_unstable();
    set.dedup();
    set
}

/// A shingle of three code points is its own hash: 21 bits each.
fn hash(letters: &[char]) -> u64 {
    letters
        .iter()
        .fold(0, |hash, &letter| hash << 21 | u64::from(u32::from(letter)))
}

/// Whether two sets are those of near-duplicates.
pub(super) fn is_near_duplicate(a: &[u64], b: &[u64]) -> bool {
    let shared = intersection(a, b) as f64;
    let smaller = a.len().min(b.len());
    let jaccard = shared / ((a.len() + b.len()) as f64 - shared);
    jaccard >= SAME_JACCARD || (smaller >= MIN_CONTAINED && shared / smaller as f64 >= SAME_CONTAINED)
}

fn intersection(mut a: &[u64], mut b: &[u64]) -> usize {
    let mut shared = 0;
    while let (Some(first), Some(second)) = (a.first(), b.first()) {
        shared += usize::from(first == second);
        if first <= second {
            a = &a[1..];
        }
        if second <= first {
            b = &b[1..];
        }
    }
    shared
}

/// All pairs `(earlier, later)` of near-duplicates among `sets`, with a Jaccard similarity
/// of at least [`MIN_JACCARD`], in order.
pub(super) fn near_duplicates(sets: &[Vec<u64>]) -> Vec<(usize, usize)> {
    let mut frequency: IntMap<u64, u32> = IntMap::default();
    for shingle in sets.iter().flatten() {
        *frequency.entry(*shingle).or_default() += 1;
    }
    let mut seen_with: IntMap<u64, Vec<usize>> = IntMap::default();
    let mut pairs = Vec::new();
    for (later, set) in sets.iter().enumerate() {
        // What is unique to a sentence can't be shared, but counts for the length of the prefix.
        let mut by_rarity: Vec<(u32, u64)> =
            set.iter().map(|shingle| (frequency[shingle], *shingle)).collect();
        by_rarity.sort_unstable();
        let prefix = set.len() - (MIN_JACCARD * set.len() as f64).ceil() as usize + 1;
        let mut candidates: Vec<usize> = Vec::new();
        for (count, shingle) in by_rarity.into_iter().take(prefix) {
            if count == 1 {
                continue;
            }
            let earlier = seen_with.entry(shingle).or_default();
            candidates.extend(earlier.iter());
            earlier.push(later);
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|&earlier| is_near_duplicate(&sets[earlier], set));
        pairs.extend(candidates.into_iter().map(|earlier| (earlier, later)));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(a: &str, b: &str) -> bool {
        is_near_duplicate(&shingles(a), &shingles(b))
    }

    #[test]
    fn script_punctuation_and_datelines_do_not_matter() {
        assert!(same(
            "美国总统特朗普宣布对华加征关税。",
            "美國總統特朗普：宣布對華加征關稅"
        ));
        assert!(same(
            "新华社华盛顿1月20日电 美国总统特朗普20日在国会山宣誓就职，成为美国第45任总统。",
            "美国总统特朗普20日在国会山宣誓就职，成为美国第45任总统。"
        ));
        assert!(!same(
            "美国总统特朗普宣布对华加征关税。",
            "美国总统特朗普会见日本首相安倍晋三。"
        ));
        assert!(!same("特朗普说", "特朗普说，他不会出席今年的白宫记者协会晚宴"));
        assert!(same("好", "好。") && !same("好", "坏") && !same("", ""));
    }

    proptest! {
        #[test]
        fn the_filter_loses_no_pair(texts in prop::collection::vec("[甲乙丙丁戊己庚辛]{0,40}", 0..14)) {
            let sets: Vec<_> = texts.iter().map(|text| shingles(text)).collect();
            let mut expected = Vec::new();
            for later in 0..sets.len() {
                for earlier in 0..later {
                    let shared = intersection(&sets[earlier], &sets[later]) as f64;
                    let all = (sets[earlier].len() + sets[later].len()) as f64 - shared;
                    if shared > 0.0 && shared / all >= MIN_JACCARD && is_near_duplicate(&sets[earlier], &sets[later]) {
                        expected.push((earlier, later));
                    }
                }
            }
            let mut found = near_duplicates(&sets);
            found.retain(|pair| {
                let shared = intersection(&sets[pair.0], &sets[pair.1]) as f64;
                let all = (sets[pair.0].len() + sets[pair.1].len()) as f64 - shared;
                shared / all >= MIN_JACCARD
            });
            prop_assert_eq!(found, expected);
        }
    }
}
