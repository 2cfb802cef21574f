//! The words that mark a burst, from the headlines of its articles.
//!
//! News coins words that no dictionary has (送中, 国安法), so they are not looked up but
//! found: strings that headlines of the burst repeat and others do not, and that go on in
//! various ways on both sides, as words do and their fragments do not.

use std::collections::{HashMap, HashSet};

use super::model::Term;
use super::series::rounded;
use super::stats::Counts;
use crate::error::Result;
use crate::store::{Appearance, EntityRow, Store};
use crate::text::fold_str;

/// Letters of a term.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=6;

/// Headlines that are read for each burst, and for all that is outside.
const MAX_TITLES: usize = 600;

/// Headlines of a burst that must have a term.
const MIN_TITLES: usize = 3;

/// A term is a part of a longer one if it rarely occurs outside of it.
const PART: f64 = 0.6;

/// How many terms are handed on.
const MAX_TERMS: usize = 12;

/// Significance at 0.001 for one degree of freedom.
const MIN_LLR: f64 = 10.8;

/// Headlines by burst, the last list being those outside of all.
pub(super) struct Titles {
    lists: Vec<Vec<Vec<char>>>,
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
            let mut titles: Vec<Vec<char>> = titles.into_iter().map(|title| title.chars().collect()).collect();
            titles.sort_unstable();
            lists.push(titles);
        }
        let variants = store.variants(entity)?;
        let names = variants.into_iter().take(20).map(|(text, _)| fold_str(&text)).collect();
        Ok(Self { lists, names })
    }
}

/// Where a string occurs in headlines.
#[derive(Default)]
struct Occurrences {
    titles: usize,
    last_title: Option<usize>,
    before: HashSet<Option<char>>,
    after: HashSet<Option<char>>,
}

/// The terms that mark `burst` against all other headlines.
pub(super) fn title_terms(titles: &Titles, burst: usize) -> Vec<Term> {
    let own = &titles.lists[burst];
    let mut found: HashMap<&[char], Occurrences> = HashMap::new();
    for (number, title) in own.iter().enumerate() {
        for run in title.chunk_by(|a, b| is_word_like(*a) && is_word_like(*b)) {
            count(run, number, &mut found);
        }
    }
    found.retain(|_, occurrences| occurrences.titles >= MIN_TITLES);
    let mut elsewhere: HashMap<&[char], u64> = found.keys().map(|term| (*term, 0)).collect();
    let mut others = 0u64;
    for (at, list) in titles.lists.iter().enumerate().filter(|(at, _)| *at != burst) {
        debug_assert!(at != burst);
        for title in list {
            others += 1;
            let strings: HashSet<&[char]> = LENGTHS.flat_map(|length| title.windows(length)).collect();
            for string in strings {
                if let Some(count) = elsewhere.get_mut(string) {
                    *count += 1;
                }
            }
        }
    }
    let mut terms: Vec<(f64, &[char], usize)> = found
        .iter()
        .filter(|(term, occurrences)| is_free(occurrences) && !titles.is_name(term))
        .map(|(term, occurrences)| {
            let both = occurrences.titles as u64;
            let all = own.len() as u64 + others;
            let counts = Counts { both, first: own.len() as u64, second: both + elsewhere[term], all };
            (counts.llr(), *term, occurrences.titles)
        })
        .filter(|term| term.0 >= MIN_LLR && !is_part(term.1, term.2, &found))
        .collect();
    terms.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    terms.truncate(MAX_TERMS);
    terms
        .into_iter()
        .map(|(llr, term, articles)| Term {
            text: term.iter().collect(),
            id: None,
            articles: articles as u64,
            llr: rounded(llr),
        })
        .collect()
}

fn count<'t>(run: &'t [char], title: usize, found: &mut HashMap<&'t [char], Occurrences>) {
    for length in LENGTHS {
        for (at, string) in run.windows(length).enumerate() {
            let occurrences = found.entry(string).or_default();
            occurrences.before.insert(at.checked_sub(1).map(|before| run[before]));
            occurrences.after.insert(run.get(at + length).copied());
            if occurrences.last_title != Some(title) {
                occurrences.last_title = Some(title);
                occurrences.titles += 1;
            }
        }
    }
}

/// Letters, but not digits: numbers mark nothing.
fn is_word_like(c: char) -> bool {
    c.is_alphabetic()
}

/// Whether the string goes on in different ways on both sides, or ends there.
fn is_free(occurrences: &Occurrences) -> bool {
    let is_open = |side: &HashSet<Option<char>>| side.len() > 1 || side.contains(&None);
    is_open(&occurrences.before) && is_open(&occurrences.after)
}

/// Whether most occurrences of `term` are inside of one longer term.
fn is_part(term: &[char], titles: usize, found: &HashMap<&[char], Occurrences>) -> bool {
    found.iter().any(|(longer, occurrences)| {
        longer.len() > term.len()
            && occurrences.titles as f64 >= PART * titles as f64
            && is_free(occurrences)
            && longer.windows(term.len()).any(|part| part == term)
    })
}

impl Titles {
    fn is_name(&self, term: &[char]) -> bool {
        let term: String = term.iter().collect();
        self.names.iter().any(|name| name.contains(&term) || term.contains(name.as_str()))
    }
}
