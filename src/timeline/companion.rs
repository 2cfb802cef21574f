//! Who and what is tied to an entity, over the whole timeline and in its bursts.

use std::collections::BTreeMap;

use super::hash::IntMap;
use super::model::{Burst, Companion, EntityRef, Term};
use super::series::rounded;
use super::stats::Counts;
use super::terms::{Titles, title_terms};
use crate::error::Result;
use crate::store::{Appearance, Day, EntityRow, Store, date_of};

/// Together fewer times than this is chance.
const MIN_TOGETHER: u64 = 3;

/// Only so many of the entities that occur with it most often are looked at closely: the
/// log-likelihood ratio of rarer ones is small.
const MAX_CANDIDATES: usize = 1000;

/// The share of the articles of a burst that something must be in to mark it.
const MIN_SHARE_OF_BURST: f64 = 0.04;

/// Terms of a burst.
const MAX_TERMS: usize = 8;

/// Kinds that say what words an article uses, not who or what it is about.
const NOT_COMPANIONS: [&str; 2] = ["keyphrase", "iptc"];

/// All pairs of an article (its place among the appearances) and another entity in it.
struct Together {
    pairs: Vec<(u32, i64)>,
    counts: IntMap<i64, u64>,
}

/// The companions, and the bursts (`(first, last, strength)`) with what marks them.
pub(super) fn companions(
    store: &Store,
    entity: &EntityRow,
    appearances: &[Appearance],
    spans: &[(Day, Day, f64)],
    most: usize,
) -> Result<(Vec<Companion>, Vec<Burst>)> {
    let articles: Vec<i64> = appearances.iter().map(|appearance| appearance.article).collect();
    let mut together = Together {
        pairs: Vec::new(),
        counts: IntMap::default(),
    };
    store.visit_entities(&articles, |place, other| {
        if other != entity.number {
            together.pairs.push((place as u32, other));
            *together.counts.entry(other).or_default() += 1;
        }
    })?;
    let companions = closest(store, appearances, &together, most)?;
    let bursts = bursts(store, entity, appearances, spans, &together)?;
    Ok((companions, bursts))
}

fn closest(
    store: &Store,
    appearances: &[Appearance],
    together: &Together,
    most: usize,
) -> Result<Vec<Companion>> {
    let mut candidates: Vec<(u64, i64)> = together
        .counts
        .iter()
        .filter(|(_, count)| **count >= MIN_TOGETHER)
        .map(|(other, count)| (*count, *other))
        .collect();
    candidates.sort_unstable_by(|a, b| b.cmp(a));
    // Equal counts at the border stay together, so that numbering does not decide.
    let border = candidates.get(MAX_CANDIDATES).map_or(0, |candidate| candidate.0);
    candidates.retain(|candidate| candidate.0 > border);
    let all = store.articles()?;
    let mut scored = Vec::new();
    for (both, number) in candidates {
        let other = store.entity_by_number(number)?;
        let counts = Counts {
            both,
            first: appearances.len() as u64,
            second: other.articles,
            all,
        };
        let llr = counts.llr();
        if llr > 0.0 && !NOT_COMPANIONS.contains(&other.kind.as_str()) {
            scored.push((llr, counts, other));
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.2.id.cmp(&b.2.id)));
    scored.truncate(most);
    let mut days: IntMap<i64, Vec<Day>> = scored
        .iter()
        .map(|(.., other)| (other.number, Vec::new()))
        .collect();
    for (place, other) in &together.pairs {
        if let Some(days) = days.get_mut(other) {
            days.extend(appearances[*place as usize].day);
        }
    }
    let companions = scored.into_iter().filter_map(|(llr, counts, other)| {
        let days = &days[&other.number];
        let mut years: BTreeMap<i16, u64> = BTreeMap::new();
        for &day in days {
            *years.entry(date_of(day).year()).or_default() += 1;
        }
        Some(Companion {
            first: date_of(*days.iter().min()?),
            last: date_of(*days.iter().max()?),
            entity: EntityRef::from(other),
            articles: counts.both,
            llr: rounded(llr),
            npmi: rounded(counts.npmi()),
            years: years.into_iter().collect(),
        })
    });
    Ok(companions.collect())
}

fn bursts(
    store: &Store,
    entity: &EntityRow,
    appearances: &[Appearance],
    spans: &[(Day, Day, f64)],
    together: &Together,
) -> Result<Vec<Burst>> {
    let burst_of = |appearance: &Appearance| {
        let day = appearance.day?;
        let at = spans.partition_point(|span| span.1 < day);
        spans.get(at).is_some_and(|span| span.0 <= day).then_some(at)
    };
    let places: Vec<Option<usize>> = appearances.iter().map(burst_of).collect();
    let mut in_burst: Vec<IntMap<i64, u64>> = vec![IntMap::default(); spans.len()];
    for (place, other) in &together.pairs {
        if let Some(burst) = places[*place as usize] {
            *in_burst[burst].entry(*other).or_default() += 1;
        }
    }
    let titles = Titles::read(store, entity, appearances, &places, spans.len())?;
    let mut bursts = Vec::new();
    let mut sizes = vec![0u64; spans.len()];
    for burst in places.iter().flatten() {
        sizes[*burst] += 1;
    }
    for (burst, &(start, end, strength)) in spans.iter().enumerate() {
        let articles = sizes[burst];
        let counts = |both, second| Counts {
            both,
            first: articles,
            second,
            all: appearances.len() as u64,
        };
        let mut marks: Vec<(f64, u64, i64)> = in_burst[burst]
            .iter()
            .filter(|(_, both)| {
                **both >= MIN_TOGETHER && **both as f64 >= MIN_SHARE_OF_BURST * articles as f64
            })
            .map(|(&other, &both)| (counts(both, together.counts[&other]).llr(), both, other))
            .filter(|mark| mark.0 > 0.0)
            .collect();
        marks.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.2.cmp(&a.2)));
        marks.truncate(2 * MAX_TERMS);
        let mut terms = Vec::new();
        for (llr, articles, number) in marks {
            let other = store.entity_by_number(number)?;
            terms.push(Term {
                text: other.name,
                id: Some(other.id),
                name_en: other.name_en,
                articles,
                llr: rounded(llr),
            });
        }
        terms.extend(title_terms(&titles, burst));
        bursts.push(Burst {
            start: date_of(start),
            end: date_of(end),
            strength: rounded(strength),
            articles,
            terms: most_telling(terms),
        });
    }
    Ok(bursts)
}

/// The terms with the highest ratios, none a part of another.
fn most_telling(mut terms: Vec<Term>) -> Vec<Term> {
    terms.sort_by(|a, b| {
        b.llr
            .total_cmp(&a.llr)
            .then_with(|| (&a.id, &a.text).cmp(&(&b.id, &b.text)))
    });
    let mut kept: Vec<Term> = Vec::new();
    for term in terms {
        let is_said = kept
            .iter()
            .any(|other| other.text.contains(&term.text) || term.text.contains(&other.text));
        if kept.len() < MAX_TERMS && !is_said {
            kept.push(term);
        }
    }
    kept
}
