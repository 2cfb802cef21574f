//! What the subject classifier sees: hashed n-grams of characters.
//!
//! `training/topics/train.py` gets its features from here (through
//! `examples/topic-features.rs`), so training and tagging cannot differ.

use super::folded::FoldedText;

/// So many characters at the beginning of a text decide its subjects.
pub(super) const WINDOW: usize = 700;
/// Number of buckets, as a power of two.
pub(super) const BITS: u32 = 17;

/// The distinct buckets of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Features {
    /// N-grams of the headline.
    pub headline: Vec<u32>,
    /// N-grams of the rest, up to the end of the window.
    pub body: Vec<u32>,
}

impl Features {
    pub fn new(text: &FoldedText) -> Self {
        let mut features = Self::default();
        let mut seen = vec![0u64; 1 << (BITS - 6)];
        for_each_ngram(text, |ngram, in_headline| {
            let bucket = bucket(&text.chars[ngram.0..ngram.1], in_headline);
            let (word, bit) = ((bucket >> 6) as usize, 1u64 << (bucket & 63));
            if seen[word] & bit != 0 {
                return;
            }
            seen[word] |= bit;
            match in_headline {
                true => features.headline.push(bucket),
                false => features.body.push(bucket),
            }
        });
        features
    }
}

/// Calls `visit` with the span of every n-gram and whether it is in the headline:
/// pairs and triples of Chinese characters, whole Latin words; numbers are left out.
pub(super) fn for_each_ngram(text: &FoldedText, mut visit: impl FnMut((usize, usize), bool)) {
    let chars = &text.chars[..WINDOW.min(text.related as usize)];
    let headline = text.headline as usize;
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        let kind = kind(chars[at]);
        while at < chars.len() && self::kind(chars[at]) == kind && (at < headline) == (start < headline) {
            at += 1;
        }
        match kind {
            Kind::Latin => visit((start, at), start < headline),
            Kind::Other => {}
            Kind::Han => {
                for first in start..at {
                    for end in (first + 2)..=(first + 3).min(at) {
                        visit((first, end), start < headline);
                    }
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Han,
    Latin,
    Other,
}

fn kind(c: char) -> Kind {
    match c {
        'a'..='z' => Kind::Latin,
        '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' => Kind::Han,
        _ => Kind::Other,
    }
}

/// FNV-1a over the code points, then mixed so that the low bits are even.
pub(super) fn bucket(ngram: &[char], in_headline: bool) -> u32 {
    let mut hash: u32 = if in_headline { 0x9e37_79b9 } else { 0x811c_9dc5 };
    for &c in ngram {
        hash = (hash ^ c as u32).wrapping_mul(0x0100_0193);
    }
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x7feb_352d);
    (hash ^ (hash >> 15)) & ((1 << BITS) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ngrams(text: &str) -> Vec<(String, bool)> {
        let text = FoldedText::new(text);
        let mut found = Vec::new();
        for_each_ngram(&text, |(start, end), headline| {
            found.push((text.chars[start..end].iter().collect(), headline));
        });
        found
    }

    #[test]
    fn ngrams_stay_inside_runs_and_the_headline() {
        let expected = [
            ("股市", true),
            ("gdp", true),
            ("增长", false),
            ("增长了", false),
            ("长了", false),
        ];
        let expected: Vec<_> = expected
            .map(|(text, headline)| (text.to_owned(), headline))
            .into();
        assert_eq!(ngrams("股市5ＧＤＰ\n增长了,7"), expected);
    }

    #[test]
    fn a_text_without_a_headline_is_all_body() {
        assert!(ngrams(&"长".repeat(200)).iter().all(|(_, headline)| !headline));
        assert!(ngrams("").is_empty());
    }

    #[test]
    fn buckets_are_distinct_and_stable() {
        let features = Features::new(&FoldedText::new("好好好好\n好好"));
        assert_eq!((features.headline.len(), features.body.len()), (2, 1));
        assert_eq!(bucket(&['经', '济'], false), bucket(&['经', '济'], false));
        assert_ne!(bucket(&['经', '济'], false), bucket(&['经', '济'], true));
    }
}
