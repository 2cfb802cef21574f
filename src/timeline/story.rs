//! Which articles tell the same story of a date.
//!
//! Copies of agency stories are cut, merged, given other headlines and put into other
//! words. So two articles are compared by all they say of the date: as vectors of
//! bigrams, weighted by how rare each is in what is written about the entity (the usual
//! cosine of tf-idf), and by the sentences that both have in almost the same words.

use std::collections::{BTreeMap, BTreeSet};

use super::background::Background;
use super::duplicate::{near_duplicates, shingles};
use super::hash::IntMap;

/// Two articles tell the same story if what they say is this similar, whatever the words,
const SAME_STORY: f64 = 0.5;

/// or if sentences in almost the same words make up this share of what the one that says
/// less says,
const MIN_SHARED: f64 = 0.5;

/// and this share of what the other says: a round-up of the day is not each of its items;
const MIN_SHARED_OF_LONGER: f64 = 0.15;

/// or, where they are smaller shares, if these are not too small and the rest is similar too;
const SIMILAR: f64 = 0.2;
const MIN_SHARED_OF_SIMILAR: f64 = 0.1;

/// and two groups of articles are one story if this share of all pairs between them are:
/// otherwise, on a busy day, everything would be tied to everything.
const MIN_LINKED: f64 = 0.2;

/// What an article says in a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'q> {
    /// The article.
    pub article: i64,
    /// The sentence.
    pub text: &'q str,
    /// Its bigrams.
    pub bigrams: &'q [u64],
}

/// Groups quotes by story: lists of places in `quotes`. What has most in common is
/// brought together first.
pub(super) fn stories(quotes: &[Said<'_>], background: &Background) -> Vec<Vec<usize>> {
    let same = same_stories(quotes, background);
    let mut pairs: Vec<((i64, i64), f64)> = same.iter().map(|(pair, common)| (*pair, *common)).collect();
    pairs.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let articles: BTreeSet<i64> = quotes.iter().map(|quote| quote.article).collect();
    let mut members: BTreeMap<i64, Vec<i64>> = articles.iter().map(|&a| (a, vec![a])).collect();
    let mut story_of: BTreeMap<i64, i64> = articles.iter().map(|&a| (a, a)).collect();
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
        stories.entry(story_of[&quote.article]).or_default().push(at);
    }
    stories.into_values().collect()
}

/// The pairs of articles that tell the same, with how similar they are.
fn same_stories(quotes: &[Said<'_>], background: &Background) -> BTreeMap<(i64, i64), f64> {
    let similar = similarities(quotes, background);
    let similarity = |pair: &(i64, i64)| similar.get(pair).copied().unwrap_or(0.0);
    let mut same: BTreeMap<(i64, i64), f64> = similar
        .iter()
        .filter(|(_, similarity)| **similarity >= SAME_STORY)
        .map(|(pair, similarity)| (*pair, *similarity))
        .collect();
    for (pair, [less, more]) in shared_sentences(quotes) {
        let similarity = similarity(&pair);
        let is_shared = less >= MIN_SHARED && more >= MIN_SHARED_OF_LONGER;
        if is_shared || (similarity >= SIMILAR && more >= MIN_SHARED_OF_SIMILAR) {
            same.insert(pair, similarity.max(more));
        }
    }
    same
}

/// The cosines of what each two articles say, as far as they are at least [`SIMILAR`].
fn similarities(quotes: &[Said<'_>], background: &Background) -> BTreeMap<(i64, i64), f64> {
    let mut said: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for quote in quotes {
        said.entry(quote.article).or_default().extend(quote.bigrams);
    }
    let mut rarity: IntMap<u64, f64> = IntMap::default();
    let mut seen_in: IntMap<u64, Vec<usize>> = IntMap::default();
    let mut lengths: Vec<f64> = Vec::new();
    let mut products: Vec<f64> = Vec::new();
    let mut similar = BTreeMap::new();
    let articles: Vec<i64> = said.keys().copied().collect();
    for (later, mut bigrams) in said.into_values().enumerate() {
        bigrams.sort_unstable();
        bigrams.dedup();
        products.clear();
        products.resize(later, 0.0);
        let mut square = 0.0;
        for bigram in bigrams {
            let weight = *rarity
                .entry(bigram)
                .or_insert_with(|| background.rarity(bigram).powi(2));
            square += weight;
            let earlier = seen_in.entry(bigram).or_default();
            earlier.iter().for_each(|&earlier| products[earlier] += weight);
            earlier.push(later);
        }
        lengths.push(square.sqrt());
        for (earlier, product) in products.iter().enumerate() {
            let cosine = product / (lengths[earlier] * lengths[later]);
            if cosine >= SIMILAR {
                similar.insert((articles[earlier], articles[later]), cosine);
            }
        }
    }
    similar
}

/// For each two articles with near-duplicate sentences, the shares that these are of the
/// one that says less and of the one that says more.
fn shared_sentences(quotes: &[Said<'_>]) -> BTreeMap<(i64, i64), [f64; 2]> {
    let sets: Vec<Vec<u64>> = quotes.iter().map(|quote| shingles(quote.text)).collect();
    let mut said: BTreeMap<i64, usize> = BTreeMap::new();
    for (quote, set) in quotes.iter().zip(&sets) {
        *said.entry(quote.article).or_default() += set.len();
    }
    // For each pair of articles, which quotes of each have a near-duplicate in the other.
    let mut shared: BTreeMap<(i64, i64), [BTreeSet<usize>; 2]> = BTreeMap::new();
    for (earlier, later) in near_duplicates(&sets) {
        let (a, b) = (quotes[earlier].article, quotes[later].article);
        if a == b {
            continue;
        }
        let [of_first, of_second] = shared.entry((a.min(b), a.max(b))).or_default();
        let (first, second) = if a < b { (earlier, later) } else { (later, earlier) };
        of_first.insert(first);
        of_second.insert(second);
    }
    let shares = shared.into_iter().map(|((a, b), [of_a, of_b])| {
        let share = |places: &BTreeSet<usize>, article: i64| {
            let common: usize = places.iter().map(|&at| sets[at].len()).sum();
            (said[&article], common as f64 / said[&article] as f64)
        };
        let mut shares = [share(&of_a, a), share(&of_b, b)];
        shares.sort_by_key(|share| share.0);
        ((a, b), shares.map(|share| share.1))
    });
    shares.collect()
}

#[cfg(test)]
mod tests {
    use super::super::background::bigrams;
    use super::*;

    const CALL: &str = "国防部长董军与美国国防部长奥斯汀16日举行视频通话。";
    const VISIT: &str = "国防部长董军在京会见来访的新加坡国防部长黄永宏一行。";

    fn grouped(quotes: &[(i64, &str)]) -> Vec<Vec<usize>> {
        let bigrams: Vec<Vec<u64>> = quotes.iter().map(|quote| bigrams(quote.1)).collect();
        let mut background = Background::default();
        for bigrams in &bigrams {
            background.add(std::iter::once(bigrams.clone()));
        }
        let said: Vec<Said<'_>> = quotes
            .iter()
            .zip(&bigrams)
            .map(|(&(article, text), bigrams)| Said {
                article,
                text,
                bigrams,
            })
            .collect();
        stories(&said, &background)
    }

    #[test]
    fn a_round_up_does_not_tie_its_items_together() {
        let round_up: Vec<String> = [
            "股市收高",
            "油价走低",
            "球队夺冠",
            "列车晚点",
            "学校开学",
            "台风登陆",
            "新片上映",
            "桥梁通车",
            "果农丰收",
        ]
        .iter()
        .map(|item| format!("{item}的消息占去了今天晚间节目的不少时间{item}"))
        .collect();
        let mut quotes = vec![
            (1, CALL),
            (2, "中國國防部長董軍與美國國防部長奧斯汀16日舉行視頻通話"),
            (3, VISIT),
            (4, CALL),
            (4, VISIT),
        ];
        quotes.extend(round_up.iter().map(|item| (4, item.as_str())));
        let found = grouped(&quotes);
        assert_eq!(found[0], [0, 1]);
        assert_eq!(found[1], [2]);
        assert_eq!(found[2].len(), 11);
    }

    #[test]
    fn a_story_in_other_words_is_the_same_story() {
        let found = grouped(&[
            (
                1,
                "中国国防部长董军与美国国防部长奥斯汀视频通话，谈及台湾和南海。",
            ),
            (
                2,
                "中国防长董军和美国防长奥斯汀举行视频通话，谈及台湾和南海局势。",
            ),
            (3, VISIT),
            (4, "董军出席海军成立七十五周年招待会并致辞。"),
        ]);
        assert_eq!(found, [vec![0, 1], vec![2], vec![3]]);
    }
}
