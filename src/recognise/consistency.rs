//! One sense a document: a name that is certain in one sentence of an article is the
//! same name where its other sentences say too little for the model to be sure of it
//! (Gale, Church & Yarowsky 1992, "One sense per discourse"; for names Krishnan &
//! Manning 2006). Mentions of doubtful type take the type of the certain ones, and
//! occurrences that were left out are added if the model thought of them at all.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use ndarray::ArrayView2;

use crate::document::EntityType;
use crate::text::{CharOffsets, fold_str};

use super::scheme::Scheme;
use super::view::{Symbol, Unit};
use super::viterbi::{Constraint, Span};

/// Confidence from which on a mention speaks for its name elsewhere.
const CERTAIN: f64 = 0.9;
/// Mentions below it let others decide their type.
const DOUBTFUL: f64 = 0.8;
/// How far the certain type must lead over the doubtful one, in sums of confidence.
const LEAD: f64 = 2.0;
/// Probability that the model itself must give to an occurrence, by length of the
/// name: a longer string is hardly the same by chance.
const PLAUSIBLE: f64 = 0.02;
const PLAUSIBLE_LONG: f64 = 0.002;
const LONG: usize = 3;

/// What the mentions of one name say together.
#[derive(Default)]
struct Votes {
    sums: [f64; EntityType::ALL.len()],
    is_certain: [bool; EntityType::ALL.len()],
}

impl Votes {
    /// The type that leads, if one of its mentions is certain.
    fn winner(&self) -> Option<usize> {
        let best = (0..self.sums.len()).max_by(|&a, &b| self.sums[a].total_cmp(&self.sums[b]))?;
        self.is_certain[best].then_some(best)
    }
}

/// What a unit is when names are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Sign {
    Char(char),
    /// The number of a longer word.
    Word(usize),
}

/// The signs of the units of `text`.
pub(super) fn signs(units: &[Unit], text: &str, offsets: &CharOffsets) -> Vec<Sign> {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut sign = |unit: &Unit| match unit.symbol {
        Symbol::Char(c) if unit.end == unit.start + 1 => Sign::Char(c),
        Symbol::Space => Sign::Char(' '),
        Symbol::Break => Sign::Char('\n'),
        Symbol::Char(_) | Symbol::Rest => {
            let word = fold_str(offsets.slice(text, unit.start, unit.end));
            let next = numbers.len();
            Sign::Word(*numbers.entry(word).or_insert(next))
        }
    };
    units.iter().map(&mut sign).collect()
}

/// Makes the `mentions` of one document (sorted, without overlaps) agree with each
/// other; `signs` are those of its units, `scores` the `[units × labels]` logits of the
/// model for the labels of `scheme`. What is added keeps to the `constraints` that the text was decoded under.
pub(super) fn apply(
    mentions: &mut Vec<Span>,
    signs: &[Sign],
    constraints: &[Constraint],
    scheme: Scheme,
    scores: ArrayView2<'_, f32>,
) {
    let mut votes: BTreeMap<&[Sign], Votes> = BTreeMap::new();
    for mention in mentions.iter() {
        let name = &signs[mention.start..mention.end];
        if name.len() < 2 {
            continue;
        }
        let kind = index(mention.kind);
        let votes = votes.entry(name).or_default();
        votes.sums[kind] += mention.probability;
        votes.is_certain[kind] |= mention.probability >= CERTAIN;
    }
    for mention in mentions.iter_mut().filter(|m| m.probability < DOUBTFUL) {
        let Some(votes) = votes.get(&signs[mention.start..mention.end]) else {
            continue;
        };
        let Some(kind) = votes.winner() else { continue };
        if kind != index(mention.kind) && votes.sums[kind] >= LEAD * votes.sums[index(mention.kind)] {
            mention.kind = EntityType::ALL[kind];
            mention.probability = 1.0 - mention.probability;
        }
    }
    let names: Vec<(&[Sign], EntityType)> = votes
        .iter()
        .filter_map(|(&name, votes)| Some((name, EntityType::ALL[votes.winner()?])))
        .flat_map(|(name, kind)| {
            std::iter::once(name)
                .chain(parts(name, kind))
                .map(move |n| (n, kind))
        })
        .collect();
    let plausibility = |start, end, kind| probability(scores, start..end, kind, scheme);
    let mut added = occurrences(&names, mentions, signs, constraints, plausibility);
    mentions.append(&mut added);
    mentions.sort_by_key(|mention| mention.start);
}

/// What separates the parts of a transliterated name.
const DOT: Sign = Sign::Char('·');

/// What a person is called by who has been named in full: the parts of 帕特·莱德, the
/// surname of 安倍晋三.
fn parts(name: &[Sign], kind: EntityType) -> Vec<&[Sign]> {
    if kind != EntityType::Person {
        return Vec::new();
    }
    if name.contains(&DOT) {
        return name
            .split(|&sign| sign == DOT)
            .filter(|part| part.len() >= 2)
            .collect();
    }
    match name.len() {
        4 if name.iter().all(|sign| matches!(sign, Sign::Char(_))) => vec![&name[..2]],
        _ => Vec::new(),
    }
}

/// Occurrences of `names` that no mention overlaps, and that the model finds plausible.
fn occurrences(
    names: &[(&[Sign], EntityType)],
    mentions: &[Span],
    signs: &[Sign],
    constraints: &[Constraint],
    plausibility: impl Fn(usize, usize, EntityType) -> f64,
) -> Vec<Span> {
    let mut by_start: HashMap<[Sign; 2], Vec<usize>> = HashMap::new();
    for (number, (name, _)) in names.iter().enumerate() {
        by_start.entry([name[0], name[1]]).or_default().push(number);
    }
    for numbers in by_start.values_mut() {
        numbers.sort_by_key(|&n| std::cmp::Reverse(names[n].0.len()));
    }
    let mut found = Vec::new();
    let mut next = mentions.iter().peekable();
    let mut at = 0;
    while at + 1 < signs.len() {
        while next.next_if(|mention| mention.end <= at).is_some() {}
        if let Some(mention) = next.peek().filter(|mention| mention.start <= at) {
            at = mention.end;
            continue;
        }
        let limit = next.peek().map_or(signs.len(), |mention| mention.start);
        let candidates = by_start.get(&[signs[at], signs[at + 1]]).into_iter().flatten();
        let fits = |&&number: &&usize| {
            let (name, kind) = names[number];
            let end = at + name.len();
            let bar = if name.len() >= LONG {
                PLAUSIBLE_LONG
            } else {
                PLAUSIBLE
            };
            end <= limit
                && &signs[at..end] == name
                && keeps(constraints, at, end)
                && plausibility(at, end, kind) >= bar
        };
        let Some((name, kind)) = candidates.clone().find(fits).map(|&number| names[number]) else {
            at += 1;
            continue;
        };
        let end = at + name.len();
        found.push(Span {
            start: at,
            end,
            kind,
            probability: plausibility(at, end, kind),
        });
        at = end;
    }
    found
}

/// Whether the constraints allow this span.
fn keeps(constraints: &[Constraint], start: usize, end: usize) -> bool {
    let goes_on = |at: usize| constraints.get(at) == Some(&Constraint::Continues);
    !goes_on(start) && !goes_on(end) && !constraints[start..end].contains(&Constraint::Outside)
}

/// Probability of the labels of this span, each unit by itself.
pub(super) fn probability(
    scores: ArrayView2<'_, f32>,
    span: Range<usize>,
    kind: EntityType,
    scheme: Scheme,
) -> f64 {
    let (start, end) = (span.start, span.end);
    span.map(|unit| {
        let row = scores.row(unit);
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f64 = row.iter().map(|&score| f64::from(score - largest).exp()).sum();
        let label = scheme.spelling(kind, unit - start, end - start);
        f64::from(row[label] - largest).exp() / total
    })
    .product()
}

fn index(kind: EntityType) -> usize {
    EntityType::ALL.iter().position(|&k| k == kind).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use EntityType::{Location, Organization, Person};
    use ndarray::Array2;

    use crate::recognise::view::view;

    const TEXT: &str = "莱德说帕特·莱德见布莱德";

    fn span(start: usize, end: usize, kind: EntityType, probability: f64) -> Span {
        Span {
            start,
            end,
            kind,
            probability,
        }
    }

    /// Everything outside, but for the spans, which are thinkable.
    fn scores(units: usize, thinkable: &[Span], scheme: Scheme) -> Array2<f32> {
        let mut scores = Array2::zeros((units, scheme.count()));
        scores.column_mut(0).fill(2.0);
        for span in thinkable {
            for unit in span.start..span.end {
                let label = scheme.spelling(span.kind, unit - span.start, span.end - span.start);
                scores[[unit, label]] = 1.5;
            }
        }
        scores
    }

    fn applied(text: &str, mentions: Vec<Span>, thinkable: &[Span]) -> Vec<(usize, usize, EntityType)> {
        let units = view(text, &[], |_, _| Some(0));
        let [found, others] = [Scheme::Bio, Scheme::Bioes].map(|scheme| {
            let signs = signs(&units, text, &CharOffsets::new(text));
            let free = vec![Constraint::Free; units.len()];
            let scores = scores(units.len(), thinkable, scheme);
            let mut mentions = mentions.clone();
            apply(&mut mentions, &signs, &free, scheme, scores.view());
            mentions.iter().map(|m| (m.start, m.end, m.kind)).collect()
        });
        assert_eq!(found, others);
        found
    }

    /// Of a word that is one unit, more than the first character counts.
    #[test]
    fn words_are_compared_whole() {
        let text = "Nancy Pelosi Nora Parker Nancy Pelosi";
        let starts = [0, 6, 13, 18, 25, 31, text.len() + 1];
        let units: Vec<Unit> = starts
            .windows(2)
            .map(|pair| Unit {
                symbol: Symbol::Char(text.as_bytes()[pair[0]].into()),
                id: 0,
                feature: 0,
                start: pair[0],
                end: pair[1] - 1,
            })
            .collect();
        let signs = signs(&units, text, &CharOffsets::new(text));
        assert_eq!(signs[..2], signs[4..]);
        assert_ne!(signs[..2], signs[2..4]);
    }

    #[test]
    fn parts_of_a_certain_name_are_found_where_the_model_thought_of_them() {
        let full = span(3, 8, Person, 0.95);
        let found = applied(TEXT, vec![full], &[span(0, 2, Person, 0.0)]);
        assert_eq!(found, [(0, 2, Person), (3, 8, Person)]);
        assert_eq!(applied(TEXT, vec![full], &[]), [(3, 8, Person)]);
    }

    #[test]
    fn an_uncertain_name_spreads_nowhere() {
        let full = span(3, 8, Person, 0.85);
        assert_eq!(applied(TEXT, vec![full], &[span(0, 2, Person, 0.0)]).len(), 1);
    }

    #[test]
    fn a_doubtful_type_follows_the_certain_ones() {
        let text = "华为说华为与华为";
        let mentions = [
            (0, Organization, 0.99),
            (3, Location, 0.5),
            (6, Organization, 0.95),
        ];
        let mentions = mentions
            .map(|(start, kind, p)| span(start, start + 2, kind, p))
            .to_vec();
        let found = applied(text, mentions, &[]);
        assert!(found.iter().all(|m| m.2 == Organization), "{found:?}");
    }

    #[test]
    fn mentions_stay_sorted_and_apart() {
        let text = "高雄和高雄市和高雄";
        let mentions = vec![span(0, 2, Location, 0.99), span(3, 6, Location, 0.99)];
        let thinkable = [3, 7].map(|start| span(start, start + 2, Location, 0.0));
        let found = applied(text, mentions, &thinkable);
        assert_eq!(found, [(0, 2, Location), (3, 6, Location), (7, 9, Location)]);
    }
}
