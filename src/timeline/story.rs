//! Which sentences of a date are one entry of the timeline.
//!
//! Copies of agency stories are cut, merged, given other headlines and put into other
//! words. So articles are first compared by all they say of the date: as vectors of
//! bigrams, weighted by how rare each is in what is written about the entity (the usual
//! cosine of tf-idf), and by the sentences that both have in almost the same words.
//! Those that tell the same are a story.
//!
//! Articles of different stories may still have a sentence in common: round-ups of the day
//! list what others tell, and background is handed on. Such a sentence goes, with all its
//! copies, to the story that is about it, or becomes an entry of its own if none is; an
//! article then has a part in several entries.

use std::collections::{BTreeMap, BTreeSet};

use super::background::Background;
use super::duplicate::{Letters, Pair, near_duplicates};
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

/// and two groups of articles are one story, two groups of sentences copies of one, if this
/// share of all pairs between them are: otherwise, on a busy day, everything would be tied
/// to everything.
const MIN_LINKED: f64 = 0.2;

/// A story is about a sentence that is the headline of one of its articles, or this share
/// of what one of them says.
const MIN_ABOUT: f64 = 0.3;

/// What an article says in a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'q> {
    /// The article.
    pub article: i64,
    /// Whether the sentence is its headline.
    pub is_headline: bool,
    /// The bigrams of the sentence.
    pub bigrams: &'q [u64],
    /// Its letters.
    pub letters: &'q Letters,
}

/// Groups what is said of a date into entries: lists of places in `said`.
pub(super) fn entries(said: &[Said<'_>], background: &Background) -> Vec<Vec<usize>> {
    let letters: Vec<&Letters> = said.iter().map(|said| said.letters).collect();
    let copies = near_duplicates(&letters, |_, _| true);
    let mut entry_of = stories(said, &copies, background);
    share_copies(said, &copies, &mut entry_of);
    let mut entries: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, entry) in entry_of.into_iter().enumerate() {
        entries.entry(entry).or_default().push(at);
    }
    entries.into_values().collect()
}

/// The number of the story of each place.
fn stories(said: &[Said<'_>], copies: &[Pair], background: &Background) -> Vec<usize> {
    let articles: BTreeSet<i64> = said.iter().map(|said| said.article).collect();
    let stories = linked(articles, &same_stories(said, copies, background));
    let mut story_of: BTreeMap<i64, usize> = BTreeMap::new();
    for (number, story) in stories.into_iter().enumerate() {
        story_of.extend(story.into_iter().map(|article| (article, number)));
    }
    said.iter().map(|said| story_of[&said.article]).collect()
}

/// The pairs of articles that tell the same, with how similar they are.
fn same_stories(said: &[Said<'_>], copies: &[Pair], background: &Background) -> BTreeMap<(i64, i64), f64> {
    let similar = similarities(said, background);
    let similarity = |pair: &(i64, i64)| similar.get(pair).copied().unwrap_or(0.0);
    let mut same: BTreeMap<(i64, i64), f64> = similar
        .iter()
        .filter(|(_, similarity)| **similarity >= SAME_STORY)
        .map(|(pair, similarity)| (*pair, *similarity))
        .collect();
    for (pair, [less, more]) in shared_sentences(said, copies) {
        let similarity = similarity(&pair);
        let is_shared = less >= MIN_SHARED && more >= MIN_SHARED_OF_LONGER;
        if is_shared || (similarity >= SIMILAR && more >= MIN_SHARED_OF_SIMILAR) {
            same.insert(pair, similarity.max(more));
        }
    }
    same
}

/// The cosines of what each two articles say, as far as they are at least [`SIMILAR`].
fn similarities(said: &[Said<'_>], background: &Background) -> BTreeMap<(i64, i64), f64> {
    let mut by_article: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for said in said {
        by_article.entry(said.article).or_default().extend(said.bigrams);
    }
    let mut rarity: IntMap<u64, f64> = IntMap::default();
    let mut seen_in: IntMap<u64, Vec<usize>> = IntMap::default();
    let mut lengths: Vec<f64> = Vec::new();
    let mut products: Vec<f64> = Vec::new();
    let mut similar = BTreeMap::new();
    let articles: Vec<i64> = by_article.keys().copied().collect();
    for (later, mut bigrams) in by_article.into_values().enumerate() {
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
fn shared_sentences(said: &[Said<'_>], copies: &[Pair]) -> BTreeMap<(i64, i64), [f64; 2]> {
    let lengths = lengths(said);
    // For each pair of articles, which sentences of each have a near-duplicate in the other.
    let mut shared: BTreeMap<(i64, i64), [BTreeSet<usize>; 2]> = BTreeMap::new();
    for &Pair { earlier, later, .. } in copies {
        let (a, b) = (said[earlier].article, said[later].article);
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
            let common: usize = places.iter().map(|&at| said[at].letters.len()).sum();
            (lengths[&article], common as f64 / lengths[&article] as f64)
        };
        let mut shares = [share(&of_a, a), share(&of_b, b)];
        shares.sort_by_key(|share| share.0);
        ((a, b), shares.map(|share| share.1))
    });
    shares.collect()
}

/// How much each article says, in shingles.
fn lengths(said: &[Said<'_>]) -> BTreeMap<i64, usize> {
    let mut lengths: BTreeMap<i64, usize> = BTreeMap::new();
    for said in said {
        *lengths.entry(said.article).or_default() += said.letters.len();
    }
    lengths
}

/// Gathers the copies of each sentence that several stories have: in the story that is most
/// about it, or in an entry of their own, for which `entry_of` then has a new number.
fn share_copies(said: &[Said<'_>], copies: &[Pair], entry_of: &mut [usize]) {
    let alike: BTreeMap<(usize, usize), f64> = copies
        .iter()
        .map(|pair| ((pair.earlier, pair.later), pair.jaccard))
        .collect();
    let places: BTreeSet<usize> = alike.keys().flat_map(|&(a, b)| [a, b]).collect();
    let lengths = lengths(said);
    let about = |at: usize| {
        let share = said[at].letters.len() as f64 / lengths[&said[at].article] as f64;
        share + f64::from(u8::from(said[at].is_headline))
    };
    // All that the same stories hand on is one entry.
    let mut apart: BTreeMap<BTreeSet<usize>, usize> = BTreeMap::new();
    let mut next = entry_of.len();
    for group in linked(places, &alike) {
        let mut stories: BTreeMap<usize, f64> = BTreeMap::new();
        for &at in &group {
            let most = stories.entry(entry_of[at]).or_default();
            *most = most.max(about(at));
        }
        let best = stories
            .iter()
            .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0)));
        let entry = match best {
            Some((&story, &about)) if about >= MIN_ABOUT || stories.len() == 1 => story,
            _ => *apart.entry(stories.into_keys().collect()).or_insert_with(|| {
                next += 1;
                next
            }),
        };
        group.into_iter().for_each(|at| entry_of[at] = entry);
    }
}

/// Groups items by which are alike. What is most alike is brought together first.
fn linked<T: Copy + Ord>(items: BTreeSet<T>, alike: &BTreeMap<(T, T), f64>) -> Vec<Vec<T>> {
    let mut pairs: Vec<((T, T), f64)> = alike
        .iter()
        .map(|(pair, similarity)| (*pair, *similarity))
        .collect();
    pairs.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut members: BTreeMap<T, Vec<T>> = items.iter().map(|&item| (item, vec![item])).collect();
    let mut group_of: BTreeMap<T, T> = items.into_iter().map(|item| (item, item)).collect();
    for ((a, b), _) in pairs {
        let (first, second) = (group_of[&a].min(group_of[&b]), group_of[&a].max(group_of[&b]));
        if first == second {
            continue;
        }
        let between = members[&first]
            .iter()
            .flat_map(|a| members[&second].iter().map(move |b| (*a.min(b), *a.max(b))));
        let (found, all) = between.fold((0, 0), |(found, all), pair| {
            (found + u32::from(alike.contains_key(&pair)), all + 1)
        });
        if f64::from(found) >= MIN_LINKED * f64::from(all) {
            let moved = members.remove(&second).unwrap_or_default();
            for item in &moved {
                group_of.insert(*item, first);
            }
            members.entry(first).or_default().extend(moved);
        }
    }
    members.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::super::background::bigrams;
    use super::*;

    const CALL: &str = "国防部长董军与美国国防部长奥斯汀16日举行视频通话。";
    const VISIT: &str = "国防部长董军在京会见来访的新加坡国防部长黄永宏一行。";

    /// Sentences of articles; the first of each is its headline.
    fn grouped(quotes: &[(i64, &str)]) -> Vec<Vec<usize>> {
        let bigrams: Vec<Vec<u64>> = quotes.iter().map(|quote| bigrams(quote.1)).collect();
        let letters: Vec<Letters> = quotes.iter().map(|quote| Letters::new(quote.1)).collect();
        let mut background = Background::default();
        for bigrams in &bigrams {
            background.add(std::iter::once(bigrams.clone()));
        }
        let said: Vec<Said<'_>> = quotes
            .iter()
            .enumerate()
            .map(|(at, &(article, _))| Said {
                article,
                is_headline: at == 0 || quotes[at - 1].0 != article,
                bigrams: &bigrams[at],
                letters: &letters[at],
            })
            .collect();
        entries(&said, &background)
    }

    #[test]
    fn the_items_of_a_round_up_go_to_their_stories() {
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
            (4, "晚间新闻"),
            (4, CALL),
            (4, VISIT),
        ];
        quotes.extend(round_up.iter().map(|item| (4, item.as_str())));
        let found = grouped(&quotes);
        assert_eq!(found[0], [0, 1, 4]);
        assert_eq!(found[1], [2, 5]);
        assert_eq!(found[2].len(), 10);
    }

    #[test]
    fn background_that_two_stories_hand_on_is_an_entry() {
        let found = grouped(&[
            (1, "海军成立七十五周年招待会在青岛举行"),
            (1, "二十九国代表应邀参加研讨会，就全球安全倡议交换看法。"),
            (1, "官兵代表表演了合唱和器乐，气氛热烈。"),
            (1, "港口当天向市民开放三艘军舰，数千人登舰参观。"),
            (1, VISIT),
            (2, "航天员大队迎来第四批预备队员"),
            (2, "他们将接受两年以上的训练，涉及八大类两百多门课程。"),
            (2, "载荷专家首次从科研院所里选拔，年龄最小的三十岁。"),
            (2, "下一艘飞船计划十月底在酒泉发射，乘组已经确定。"),
            (2, VISIT),
        ]);
        assert_eq!(found, [vec![0, 1, 2, 3], vec![5, 6, 7, 8], vec![4, 9]]);
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
