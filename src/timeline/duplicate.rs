//! Near-duplicates: sentences that say the same in almost the same words.
//!
//! Sentences are compared by the letters of the folded text without what is in brackets, so
//! that script, width, spaces, punctuation, datelines and glosses do not matter: as sets of
//! shingles, which are runs of [`SHINGLE`] letters. All pairs that share enough are found
//! exactly with the prefix filter of R. Bayardo, Y. Ma and R. Srikant, “Scaling up all pairs
//! similarity search” (WWW 2007): two sets that are similar enough share one of the rarest
//! elements of the smaller one.

use std::collections::BTreeSet;

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

/// or a smaller share if so many letters follow one another in both, as in words that are
/// quoted,
const QUOTED_CONTAINED: f64 = 0.5;
const QUOTED_RUN: usize = 11;

/// if it is not so short that everybody may have said it.
const MIN_CONTAINED: usize = 12;

/// What is compared of a sentence.
#[derive(Clone, Debug, Default)]
pub(super) struct Letters {
    /// Its letters and digits, folded, in their order.
    letters: Vec<char>,
    /// Its shingles, a sorted set.
    shingles: Vec<u64>,
}

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

impl Letters {
    /// What is compared of `text`.
    pub fn new(text: &str) -> Self {
        let letters: Vec<char> = without_asides(text)
            .into_iter()
            .map(fold)
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        let mut shingles: Vec<u64> = match letters.len() {
            0 => Vec::new(),
            1..SHINGLE => vec![hash(&letters)],
            _ => letters.windows(SHINGLE).map(hash).collect(),
        };
        shingles.sort_unstable();
        shingles.dedup();
        Self { letters, shingles }
    }

    /// How much it says: the number of its shingles.
    pub fn len(&self) -> usize {
        self.shingles.len()
    }

    /// Whether one has all the numbers of the other. What is reported in the same words day
    /// after day differs in its numbers.
    pub fn agrees_in_numbers(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.numbers(), other.numbers());
        ours.is_subset(&theirs) || theirs.is_subset(&ours)
    }

    fn numbers(&self) -> BTreeSet<&[char]> {
        let runs = self.letters.split(|letter| !letter.is_ascii_digit());
        runs.filter(|run| !run.is_empty()).collect()
    }

    /// The Jaccard similarity of two near-duplicates; nothing if they are none.
    fn similarity(&self, other: &Self) -> Option<f64> {
        let shared = intersection(&self.shingles, &other.shingles) as f64;
        let smaller = self.len().min(other.len());
        let jaccard = shared / ((self.len() + other.len()) as f64 - shared);
        let contained = shared / smaller as f64;
        let is_part = smaller >= MIN_CONTAINED
            && (contained >= SAME_CONTAINED
                || contained >= QUOTED_CONTAINED && longest_run(&self.letters, &other.letters) >= QUOTED_RUN);
        (jaccard >= SAME_JACCARD || is_part).then_some(jaccard)
    }
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

/// The length of the longest run of letters that two texts have in common.
fn longest_run(a: &[char], b: &[char]) -> usize {
    let mut longest = 0;
    // The runs that end at each letter of `b` and at the last letter of `a`.
    let mut ending = vec![0; b.len() + 1];
    for letter in a {
        for at in (0..b.len()).rev() {
            ending[at + 1] = if *letter == b[at] { ending[at] + 1 } else { 0 };
            longest = longest.max(ending[at + 1]);
        }
    }
    longest
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

/// All pairs of near-duplicates among `sentences` whose places are wanted, the earlier one
/// given first, in the order of the later ones.
pub(super) fn near_duplicates(sentences: &[&Letters], is_wanted: impl Fn(usize, usize) -> bool) -> Vec<Pair> {
    let mut frequency: IntMap<u64, u32> = IntMap::default();
    for shingle in sentences.iter().flat_map(|sentence| &sentence.shingles) {
        *frequency.entry(*shingle).or_default() += 1;
    }
    let mut found_in: IntMap<u64, Vec<usize>> = IntMap::default();
    for (at, sentence) in sentences.iter().enumerate() {
        for shingle in sentence.shingles.iter().filter(|shingle| frequency[shingle] > 1) {
            found_in.entry(*shingle).or_default().push(at);
        }
    }
    let mut pairs = Vec::new();
    for (at, sentence) in sentences.iter().enumerate() {
        let mut by_rarity: Vec<(u32, u64)> = sentence
            .shingles
            .iter()
            .map(|shingle| (frequency[shingle], *shingle))
            .collect();
        by_rarity.sort_unstable();
        // A near-duplicate that is no smaller has at least this share of the set.
        let least = SAME_JACCARD.min(SAME_CONTAINED).min(QUOTED_CONTAINED);
        let shared = (least * sentence.len() as f64).ceil() as usize;
        let prefix = by_rarity
            .into_iter()
            .take((sentence.len() + 1).saturating_sub(shared));
        let mut candidates: Vec<usize> = prefix
            .filter_map(|(_, shingle)| found_in.get(&shingle))
            .flatten()
            .copied()
            .filter(|&other| (sentences[other].len(), other) > (sentence.len(), at))
            .filter(|&other| is_wanted(at.min(other), at.max(other)))
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        pairs.extend(candidates.into_iter().filter_map(|other| {
            Some(Pair {
                earlier: at.min(other),
                later: at.max(other),
                jaccard: sentence.similarity(sentences[other])?,
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
        Letters::new(a).similarity(&Letters::new(b)).is_some()
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

    #[test]
    fn quoted_words_tie_sentences_that_differ_otherwise() {
        let quoted = "王毅称：“迈出一步，比以往任何时候都要重要”。";
        assert!(same(
            quoted,
            "“迈出一步，比以往任何时候都要重要，”国务委员兼外交部长王毅在巴黎的一家研究院表示。"
        ));
        assert!(!same(
            quoted,
            "国务委员兼外交部长王毅在巴黎的一家研究院发表讲话，说迈出一步很重要。"
        ));
        assert_eq!(
            longest_run(&['甲', '乙', '丙', '丁'], &['丙', '丁', '乙', '丙', '丁']),
            3
        );
    }

    #[test]
    fn numbers_tell_daily_reports_apart() {
        let agree = |a, b| Letters::new(a).agrees_in_numbers(&Letters::new(b));
        assert!(agree("8日确诊32例，死亡2例", "确诊32例"));
        assert!(agree("今天宣布", "9日宣布"));
        assert!(!agree("累计确诊3210例", "累计确诊3345例"));
    }

    proptest! {
        #[test]
        fn the_filter_loses_no_pair(texts in prop::collection::vec("[甲乙丙丁戊己庚辛]{0,40}", 0..14)) {
            let sentences: Vec<_> = texts.iter().map(|text| Letters::new(text)).collect();
            let mut expected = Vec::new();
            for later in 0..sentences.len() {
                for earlier in 0..later {
                    if sentences[earlier].similarity(&sentences[later]).is_some() {
                        expected.push((earlier, later));
                    }
                }
            }
            let sentences: Vec<&Letters> = sentences.iter().collect();
            let pairs = near_duplicates(&sentences, |_, _| true);
            let found: Vec<_> = pairs.iter().map(|pair| (pair.earlier, pair.later)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
