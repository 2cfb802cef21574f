//! How usual each pair of letters is in what is written about an entity.

use super::hash::{IntMap, IntSet};
use crate::error::Result;
use crate::store::{Appearance, Day, EntityRow, Store};
use crate::text::fold;

/// Articles that are looked at; more would say much the same.
const ARTICLES: usize = 400;

/// The pairs of neighbouring letters of a text, each once, sorted: words enough for
/// comparing Chinese sentences without a dictionary.
pub(super) fn bigrams(text: &str) -> Vec<u64> {
    let letters: Vec<u64> = text
        .chars()
        .map(|c| {
            if c.is_alphanumeric() {
                u64::from(u32::from(fold(c)))
            } else {
                0
            }
        })
        .collect();
    let mut found: Vec<u64> = letters
        .windows(2)
        .filter(|pair| pair[0] != 0 && pair[1] != 0)
        .map(|pair| pair[0] << 21 | pair[1])
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// In how many articles about the entity each bigram occurs.
#[derive(Default)]
pub(super) struct Background {
    articles: f64,
    frequency: IntMap<u64, u32>,
}

impl Background {
    /// Reads what articles of days from the whole time say about the entity. Which days
    /// does not depend on the order of the articles, nor on the period that is asked for.
    pub fn read(store: &Store, entity: &EntityRow, appearances: &[Appearance]) -> Result<Self> {
        let mut by_day: Vec<(Option<Day>, i64)> = appearances.iter().map(|a| (a.day, a.article)).collect();
        by_day.sort_unstable();
        let days: Vec<&[(Option<Day>, i64)]> = by_day.chunk_by(|a, b| a.0 == b.0).collect();
        let mut chosen = Vec::new();
        let mut left = ARTICLES;
        for day in spread(days.len())
            .map(|at| days[at])
            .filter(|day| day[0].0.is_some())
        {
            if day.len() <= left {
                chosen.push(day);
                left -= day.len();
            }
        }
        if chosen.is_empty() {
            chosen.extend(days.iter().min_by_key(|day| day.len()));
        }
        let mut background = Self::default();
        for (_, article) in chosen.into_iter().flatten() {
            let sentences = store.sentences_about(*article, entity)?;
            background.add(sentences.iter().map(|sentence| bigrams(&sentence.text)));
        }
        Ok(background)
    }

    /// Counts the sentences of an article.
    pub fn add(&mut self, sentences: impl Iterator<Item = Vec<u64>>) {
        let bigrams: IntSet<u64> = sentences.flatten().collect();
        for bigram in bigrams {
            *self.frequency.entry(bigram).or_default() += 1;
        }
        self.articles += 1.0;
    }

    /// The weight of a bigram: the rarer, the more it says (inverse document frequency).
    pub fn rarity(&self, bigram: u64) -> f64 {
        let frequency = self.frequency.get(&bigram).copied().unwrap_or(1);
        (1.0 + self.articles / f64::from(frequency)).ln()
    }
}

/// The places `0..count`, each once, such that any number of the first ones lie spread
/// over all of them: the numbers with the order of their bits reversed.
fn spread(count: usize) -> impl Iterator<Item = usize> {
    let bits = usize::BITS - count.saturating_sub(1).leading_zeros();
    (0..1usize << bits)
        .map(move |at| match bits {
            0 => at,
            _ => at.reverse_bits() >> (usize::BITS - bits),
        })
        .filter(move |&at| at < count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_spread_and_complete() {
        assert_eq!(spread(8).take(4).collect::<Vec<_>>(), [0, 4, 2, 6]);
        for count in 0..20 {
            let mut all: Vec<_> = spread(count).collect();
            all.sort_unstable();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_few_articles_say_is_rare() {
        let mut background = Background::default();
        for text in ["林郑月娥访京", "林郑月娥会见传媒", "林郑月娥宣布撤回"] {
            background.add([bigrams(text)].into_iter());
        }
        let rarity = |text| background.rarity(bigrams(text)[0]);
        assert!(rarity("撤回") > rarity("林郑"));
        assert!(rarity("未见") >= rarity("撤回"));
    }
}
