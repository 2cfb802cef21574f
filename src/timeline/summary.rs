//! Which sentences say best what happened on a date.

use super::background::Background;
use super::hash::{IntMap, IntSet};

/// Sentences of this many characters are read most easily.
const GOOD_LENGTH: std::ops::RangeInclusive<usize> = 14..=90;

/// How much a headline, a first sentence and a sentence that names the date count above
/// others.
const HEADLINE: f64 = 1.15;
const LEAD: f64 = 1.1;
const NAMES_DATE: f64 = 1.2;

/// How much it counts that a sentence was published soon after: those who look back say
/// what they look back from.
const PROMPT: f64 = 1.25;

/// How far long sentences are held back: 0 ranks by the sum over their bigrams, 1 by the mean.
const LENGTH_EXPONENT: f64 = 0.75;

/// A second sentence must be this good beside the first, once what the first says is
/// taken away.
const MIN_SECOND: f64 = 0.4;

/// A sentence that may be chosen.
pub(super) struct Choice<'q> {
    /// Its bigrams.
    pub bigrams: &'q [u64],
    /// Code points.
    pub length: usize,
    /// The article it is from.
    pub article: i64,
    /// Whether it is the headline.
    pub is_headline: bool,
    /// Whether it opens the text.
    pub is_lead: bool,
    /// Whether it names the date.
    pub names_date: bool,
    /// Whether it was published within days.
    pub is_prompt: bool,
}

/// How central each of the sentences of a date is: made of what many articles of the
/// date say and other dates do not.
pub(super) fn centrality(sentences: &[Choice<'_>], background: &Background) -> Vec<f64> {
    let articles: IntSet<i64> = sentences.iter().map(|sentence| sentence.article).collect();
    let mut pairs: Vec<(u64, i64)> = sentences
        .iter()
        .flat_map(|sentence| sentence.bigrams.iter().map(|&bigram| (bigram, sentence.article)))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut weights: IntMap<u64, f64> = IntMap::default();
    for group in pairs.chunk_by(|a, b| a.0 == b.0) {
        let share = group.len() as f64 / articles.len() as f64;
        weights.insert(group[0].0, share * background.rarity(group[0].0));
    }
    sentences
        .iter()
        .map(|sentence| {
            let sum: f64 = sentence.bigrams.iter().map(|bigram| weights[bigram]).sum();
            // Between the mean, which favours the shortest, and the sum.
            sum / (sentence.bigrams.len() as f64 + 8.0).powf(LENGTH_EXPONENT) * preference(sentence)
        })
        .collect()
}

fn preference(sentence: &Choice<'_>) -> f64 {
    let mut preference = match sentence.length {
        length if length < *GOOD_LENGTH.start() => length as f64 / *GOOD_LENGTH.start() as f64,
        length if length > *GOOD_LENGTH.end() => (*GOOD_LENGTH.end() as f64 / length as f64).sqrt(),
        _ => 1.0,
    };
    if sentence.is_headline {
        preference *= HEADLINE;
    }
    if sentence.is_lead {
        preference *= LEAD;
    }
    if sentence.names_date {
        preference *= NAMES_DATE;
    }
    if sentence.is_prompt {
        preference *= PROMPT;
    }
    preference
}

/// The best of `members`, at most `most`; each after the first must add something.
pub(super) fn best(members: &[usize], sentences: &[Choice<'_>], scores: &[f64], most: usize) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    let mut said: IntSet<u64> = IntSet::default();
    while chosen.len() < most {
        let worth = |member: usize| {
            let bigrams = sentences[member].bigrams;
            let new = bigrams.iter().filter(|bigram| !said.contains(bigram)).count();
            scores[member] * (new as f64 / bigrams.len().max(1) as f64)
        };
        let next = members
            .iter()
            .copied()
            .filter(|member| !chosen.contains(member))
            .max_by(|&a, &b| worth(a).total_cmp(&worth(b)).then(b.cmp(&a)));
        let Some(next) = next else { break };
        if chosen
            .first()
            .is_some_and(|&first| worth(next) < MIN_SECOND * scores[first])
        {
            break;
        }
        said.extend(sentences[next].bigrams);
        chosen.push(next);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::super::background::bigrams;
    use super::*;

    #[test]
    fn what_most_articles_say_is_central() {
        let texts = [
            "林郑月娥宣布暂缓修订逃犯条例",
            "行政长官林郑月娥今日宣布暂缓修例工作",
            "林郑月娥昨晚出席一个餐会并且发言",
        ];
        let bigrams: Vec<_> = texts.map(bigrams).into();
        let mut background = Background::default();
        bigrams
            .iter()
            .for_each(|bigrams| background.add(std::iter::once(bigrams.clone())));
        let sentences: Vec<_> = bigrams
            .iter()
            .enumerate()
            .map(|(at, bigrams)| Choice {
                bigrams,
                length: texts[at].chars().count(),
                article: at as i64,
                is_headline: false,
                is_lead: false,
                names_date: false,
                is_prompt: true,
            })
            .collect();
        let scores = centrality(&sentences, &background);
        assert!(scores[2] < scores[0] && scores[2] < scores[1], "{scores:?}");
        let chosen = best(&[0, 1, 2], &sentences, &scores, 2);
        assert_ne!(chosen[0], 2);
        assert!(best(&[], &sentences, &scores, 2).is_empty());
    }
}
