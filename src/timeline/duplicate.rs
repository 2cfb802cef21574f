//! Near-duplicates: sentences that say the same in almost the same words.
//!
//! A sentence is the set of its shingles, runs of [`SHINGLE`] letters of the folded text
//! without what is in brackets, so that script, width, spaces, punctuation, datelines and
//! glosses do not matter. All pairs that share enough are found exactly with the prefix
//! filter of R. Bayardo, Y. Ma and R. Srikant, “Scaling up all pairs similarity search”
//! (WWW 2007): two sets that are similar enough share one of the rarest elements of the
//! smaller one.

use super::hash::IntMap;
use crate::text::fold;

/// Letters of a shingle.
const SHINGLE: usize = 3;

/// What is in brackets is left out if it has at most this many letters: （中央社台北13日电）,
/// （Joe Biden）, （约新台币4200元）.
const MAX_ASIDE: usize = 30;

/// Sentences of this Jaccard similarity are near-duplicates,
const SAME_JACCARD: f64 = 0.45;

/// and so is one that has this share of its shingles in a longer one: agencies' copy is
/// shortened, quoted, and preceded by datelines,
const SAME_CONTAINED: f64 = 0.7;

/// if it is not so short that everybody may have said it.
const MIN_CONTAINED: usize = 12;

/// Two near-duplicates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    /// The place of the one that comes first.
    pub earlier: usize,
    /// The place of the other.
    pub later: usize,
    /// The share that both have of what either has.
    pub jaccard: f64,
}

/// The set of shingles of a text, sorted.
pub(super) fn shingles(text: &str) -> Vec<u64> {
    let letters: Vec<char> = without_asides(text)
        .into_iter()
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

/// The characters of a text but those of short brackets, unless there are no others.
fn without_asides(text: &str) -> Vec<char> {
    let mut kept: Vec<char> = Vec::new();
    let mut opened: Option<usize> = None;
    for c in text.chars() {
        kept.push(c);
        match c {
            '(' | '（' | '[' | '【' | '〔' => opened = Some(kept.len() - 1),
            ')' | '）' | ']' | '】' | '〕' => {
                if let Some(start) = opened.take()
                    && kept.len() - start <= MAX_ASIDE + 2
                {
                    kept.truncate(start);
                }
            }
            _ => {}
        }
    }
    if kept.iter().any(|c| c.is_alphanumeric()) {
        kept
    } else {
        text.chars().collect()
    }
}

/// A shingle of three code points is its own hash: 21 bits each.
fn hash(letters: &[char]) -> u64 {
    letters
        .iter()
        .fold(0, |hash, &letter| hash << 21 | u64::from(u32::from(letter)))
}

/// The Jaccard similarity of two sets if they are those of near-duplicates.
fn similarity(a: &[u64], b: &[u64]) -> Option<f64> {
    let shared = intersection(a, b) as f64;
    let smaller = a.len().min(b.len());
    let jaccard = shared / ((a.len() + b.len()) as f64 - shared);
    let is_contained = smaller >= MIN_CONTAINED && shared / smaller as f64 >= SAME_CONTAINED;
    (jaccard >= SAME_JACCARD || is_contained).then_some(jaccard)
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

/// All pairs of near-duplicates among `sets`, in the order of the later ones.
pub(super) fn near_duplicates(sets: &[&[u64]]) -> Vec<Pair> {
    let mut frequency: IntMap<u64, u32> = IntMap::default();
    for shingle in sets.iter().copied().flatten() {
        *frequency.entry(*shingle).or_default() += 1;
    }
    let mut found_in: IntMap<u64, Vec<usize>> = IntMap::default();
    for (at, set) in sets.iter().enumerate() {
        for shingle in set.iter().filter(|shingle| frequency[shingle] > 1) {
            found_in.entry(*shingle).or_default().push(at);
        }
    }
    let mut pairs = Vec::new();
    for (at, set) in sets.iter().enumerate() {
        let mut by_rarity: Vec<(u32, u64)> =
            set.iter().map(|shingle| (frequency[shingle], *shingle)).collect();
        by_rarity.sort_unstable();
        // A near-duplicate that is no smaller has at least this share of the set.
        let shared = (SAME_JACCARD.min(SAME_CONTAINED) * set.len() as f64).ceil() as usize;
        let prefix = by_rarity.into_iter().take((set.len() + 1).saturating_sub(shared));
        let mut candidates: Vec<usize> = prefix
            .filter_map(|(_, shingle)| found_in.get(&shingle))
            .flatten()
            .copied()
            .filter(|&other| (sets[other].len(), other) > (set.len(), at))
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        pairs.extend(candidates.into_iter().filter_map(|other| {
            Some(Pair {
                earlier: at.min(other),
                later: at.max(other),
                jaccard: similarity(set, sets[other])?,
            })
        }));
    }
    pairs.sort_unstable_by_key(|pair| (pair.later, pair.earlier));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(a: &str, b: &str) -> bool {
        similarity(&shingles(a), &shingles(b)).is_some()
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
        assert!(same(
            "（中央社华盛顿20日专电）特朗普（Donald Trump）今天宣誓。",
            "特朗普今天宣誓"
        ));
        assert!(!same(
            "美国总统特朗普宣布对华加征关税。",
            "美国总统特朗普会见日本首相安倍晋三。"
        ));
        assert!(!same("特朗普说", "特朗普说，他不会出席今年的白宫记者协会晚宴"));
        assert!(same("好", "好。") && !same("好", "坏") && !same("", ""));
        assert!(same("【快讯】", "快讯"));
    }

    proptest! {
        #[test]
        fn the_filter_loses_no_pair(texts in prop::collection::vec("[甲乙丙丁戊己庚辛]{0,40}", 0..14)) {
            let sets: Vec<_> = texts.iter().map(|text| shingles(text)).collect();
            let mut expected = Vec::new();
            for later in 0..sets.len() {
                for earlier in 0..later {
                    if similarity(&sets[earlier], &sets[later]).is_some() {
                        expected.push((earlier, later));
                    }
                }
            }
            let sets: Vec<&[u64]> = sets.iter().map(Vec::as_slice).collect();
            let found: Vec<_> = near_duplicates(&sets).iter().map(|pair| (pair.earlier, pair.later)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
