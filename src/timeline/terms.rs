//! The words that mark a burst, from the headlines of its articles.
//!
//! News coins words that no dictionary has (送中, 国安法), so they are not looked up but
//! found: strings that headlines of the burst repeat and others do not, and that go on in
//! various ways on both sides, as words do and their fragments do not.

use std::collections::HashSet;

use super::hash::IntMap;
use super::model::Term;
use super::series::rounded;
use super::stats::Counts;
use crate::error::Result;
use crate::store::{Appearance, EntityRow, Store};
use crate::text::fold_str;

/// Letters of a term; six of 21 bits fit into an integer.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=6;

/// Headlines that are read of each burst, and of what is outside.
const MAX_TITLES: usize = 300;

/// Headlines of a burst that must have a term.
const MIN_TITLES: u32 = 3;

/// A term is a part of a longer one if it rarely occurs outside of it.
const PART: f64 = 0.6;

/// How many terms are handed on.
const MAX_TERMS: usize = 12;

/// Significance at 0.001 for one degree of freedom.
const MIN_LLR: f64 = 10.8;

/// The letters of a string.
type Key = u128;

fn key(letters: &[char]) -> Key {
    letters
        .iter()
        .fold(0, |key, &letter| key << 21 | u128::from(u32::from(letter)))
}

fn letters(mut key: Key) -> Vec<char> {
    let mut letters = Vec::new();
    while key != 0 {
        letters.extend(char::from_u32((key & 0x1F_FFFF) as u32));
        key >>= 21;
    }
    letters.reverse();
    letters
}

/// A headline, as its parts between digits, punctuation and spaces.
type Title = Vec<Vec<char>>;

fn title(text: &str) -> Title {
    let runs = text.split(|letter: char| !letter.is_alphabetic());
    runs.map(|run| run.chars().collect::<Vec<char>>())
        .filter(|run| run.len() >= *LENGTHS.start())
        .collect()
}

/// Headlines by burst, the last list being those outside of all.
pub(super) struct Titles {
    lists: Vec<Vec<Title>>,
    /// In how many headlines each string is that more than two have.
    frequency: IntMap<Key, u32>,
    /// What the entity is called, which marks no burst.
    names: Vec<String>,
}

impl Titles {
    /// Reads headlines, evenly spread if there are too many; `places` says for each
    /// appearance which of the `bursts` it is in.
    pub fn read(
        store: &Store,
        entity: &EntityRow,
        appearances: &[Appearance],
        places: &[Option<usize>],
        bursts: usize,
    ) -> Result<Self> {
        let mut articles: Vec<Vec<i64>> = vec![Vec::new(); bursts + 1];
        if bursts > 0 {
            for (appearance, place) in appearances.iter().zip(places) {
                articles[place.unwrap_or(bursts)].push(appearance.article);
            }
        }
        let mut lists = Vec::new();
        for list in articles {
            let step = list.len().div_ceil(MAX_TITLES).max(1);
            let mut titles = HashSet::new();
            for article in list.into_iter().step_by(step) {
                titles.extend(store.title(article)?.map(|title| fold_str(&title)));
            }
            // Copies under the same headline count once.
            let mut titles: Vec<Title> = titles.iter().map(|text| title(text)).collect();
            titles.sort_unstable();
            lists.push(titles);
        }
        let variants = store.variants(entity)?;
        let names = variants
            .into_iter()
            .take(20)
            .map(|(text, _)| fold_str(&text))
            .collect();
        Ok(Self {
            frequency: frequency(lists.iter().flatten()),
            lists,
            names,
        })
    }

    fn is_name(&self, term: &[char]) -> bool {
        let term: String = term.iter().collect();
        self.names
            .iter()
            .any(|name| name.contains(&term) || term.contains(name.as_str()))
    }
}

/// In how many of `titles` each string is, where that is not too few for a term.
fn frequency<'t>(titles: impl Iterator<Item = &'t Title>) -> IntMap<Key, u32> {
    let mut strings: Vec<Key> = Vec::new();
    let mut of_title: Vec<Key> = Vec::new();
    for title in titles {
        of_title.extend(
            title
                .iter()
                .flat_map(|run| LENGTHS.flat_map(|length| run.windows(length)))
                .map(key),
        );
        of_title.sort_unstable();
        of_title.dedup();
        strings.append(&mut of_title);
    }
    strings.sort_unstable();
    let counted = strings
        .chunk_by(|a, b| a == b)
        .map(|equal| (equal[0], equal.len() as u32));
    counted.filter(|(_, count)| *count >= MIN_TITLES).collect()
}

/// The terms that mark `burst` against all other headlines.
pub(super) fn title_terms(titles: &Titles, burst: usize) -> Vec<Term> {
    let own = &titles.lists[burst];
    let all = titles.lists.iter().map(Vec::len).sum::<usize>() as u64;
    let frequency = frequency(own.iter());
    let mut marks: Vec<(f64, Key, u32)> = frequency
        .iter()
        .map(|(&key, &both)| {
            let second = u64::from(titles.frequency[&key]);
            let counts = Counts {
                both: u64::from(both),
                first: own.len() as u64,
                second,
                all,
            };
            (counts.llr(), key, both)
        })
        .filter(|mark| mark.0 >= MIN_LLR)
        .collect();
    marks.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    // Enough that fragments of longer strings, and the longer strings, are all among them.
    marks.truncate(15 * MAX_TERMS);
    let candidates: Vec<(Vec<char>, u32)> = marks.iter().map(|mark| (letters(mark.1), mark.2)).collect();
    let is_free: Vec<bool> = candidates.iter().map(|(term, _)| is_free(term, own)).collect();
    let is_part = |term: &[char], count: u32| {
        candidates
            .iter()
            .zip(&is_free)
            .any(|((longer, longer_count), is_free)| {
                *is_free
                    && longer.len() > term.len()
                    && f64::from(*longer_count) >= PART * f64::from(count)
                    && longer.windows(term.len()).any(|part| part == term)
            })
    };
    marks
        .iter()
        .zip(&candidates)
        .zip(&is_free)
        .filter(|((_, (term, count)), is_free)| **is_free && !titles.is_name(term) && !is_part(term, *count))
        .take(MAX_TERMS)
        .map(|(((llr, _, count), (term, _)), _)| Term {
            text: term.iter().collect(),
            id: None,
            name_en: None,
            articles: u64::from(*count),
            llr: rounded(*llr),
        })
        .collect()
}

/// Whether the string goes on in different ways on both sides, or ends there.
fn is_free(term: &[char], titles: &[Title]) -> bool {
    let mut before = Sides::default();
    let mut after = Sides::default();
    for run in titles.iter().flatten() {
        for (at, _) in run
            .windows(term.len())
            .enumerate()
            .filter(|(_, string)| *string == term)
        {
            before.see(at.checked_sub(1).map(|before| run[before]));
            after.see(run.get(at + term.len()).copied());
        }
    }
    before.is_open && after.is_open
}

/// What stands on one side of a string.
#[derive(Default)]
struct Sides {
    first: Option<char>,
    is_open: bool,
}

impl Sides {
    fn see(&mut self, letter: Option<char>) {
        match (letter, self.first) {
            (Some(letter), None) => self.first = Some(letter),
            (Some(letter), Some(first)) => self.is_open |= letter != first,
            (None, _) => self.is_open = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(lists: &[&[&str]]) -> Titles {
        let lists: Vec<Vec<Title>> = lists
            .iter()
            .map(|list| list.iter().map(|text| title(text)).collect())
            .collect();
        Titles {
            frequency: frequency(lists.iter().flatten()),
            lists,
            names: vec!["林郑月娥".to_owned()],
        }
    }

    #[test]
    fn new_words_are_found_whole() {
        let burst: &[&str] = &[
            "林郑月娥称送中条例必须修订",
            "商界忧送中条例影响营商",
            "大律师公会反对送中条例",
            "送中条例明日二读",
            "林郑月娥会见传媒",
            "林郑月娥回应记者",
        ];
        let rest: &[&str] = &[
            "林郑月娥出席晚宴",
            "林郑月娥访问北京",
            "施政报告明日公布",
            "商界欢迎施政报告",
            "财政预算案",
            "房屋政策",
        ];
        let terms = title_terms(&titles(&[burst, rest, rest]), 0);
        let found: Vec<_> = terms.iter().map(|term| term.text.as_str()).collect();
        assert_eq!(found, ["送中条例"]);
        assert_eq!(terms[0].articles, 4);
    }

    #[test]
    fn keys_keep_their_letters() {
        let term: Vec<char> = "国安法😀𠀀Z".chars().collect();
        assert_eq!(letters(key(&term)), term);
    }
}
