//! One sense a document: a name that is certain in one sentence of an article is the
//! same name where its other sentences say too little for the model to be sure of it
//! (Gale, Church & Yarowsky 1992, "One sense per discourse"; for names Krishnan &
//! Manning 2006). Mentions of doubtful type take the type of the certain ones, and
//! occurrences that were left out are added if the model thought of them at all.

use std::collections::{BTreeMap, HashMap};

use ndarray::ArrayView2;

use crate::document::EntityType;

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

/// Makes the `mentions` of one document (sorted, without overlaps) agree with each
/// other; `scores` are the `[units × labels]` logits of the model. What is added keeps
/// to the `constraints` that the text was decoded under.
pub(super) fn apply(
    mentions: &mut Vec<Span>,
    units: &[Unit],
    constraints: &[Constraint],
    scores: ArrayView2<'_, f32>,
) {
    let symbols: Vec<char> = units.iter().map(symbol).collect();
    let mut votes: BTreeMap<&[char], Votes> = BTreeMap::new();
    for mention in mentions.iter() {
        let name = &symbols[mention.start..mention.end];
        if name.len() < 2 {
            continue;
        }
        let kind = index(mention.kind);
        let votes = votes.entry(name).or_default();
        votes.sums[kind] += mention.probability;
        votes.is_certain[kind] |= mention.probability >= CERTAIN;
    }
    for mention in mentions.iter_mut().filter(|m| m.probability < DOUBTFUL) {
        let Some(votes) = votes.get(&symbols[mention.start..mention.end]) else {
            continue;
        };
        let Some(kind) = votes.winner() else { continue };
        if kind != index(mention.kind) && votes.sums[kind] >= LEAD * votes.sums[index(mention.kind)] {
            mention.kind = EntityType::ALL[kind];
            mention.probability = 1.0 - mention.probability;
        }
    }
    let names: Vec<(&[char], EntityType)> = votes
        .iter()
        .filter_map(|(&name, votes)| Some((name, EntityType::ALL[votes.winner()?])))
        .flat_map(|(name, kind)| {
            std::iter::once(name)
                .chain(parts(name, kind))
                .map(move |n| (n, kind))
        })
        .collect();
    let mut added = occurrences(&names, mentions, &symbols, constraints, scores);
    mentions.append(&mut added);
    mentions.sort_by_key(|mention| mention.start);
}

/// What a person is called by who has been named in full: the parts of 帕特·莱德, the
/// surname of 安倍晋三.
fn parts(name: &[char], kind: EntityType) -> Vec<&[char]> {
    if kind != EntityType::Person {
        return Vec::new();
    }
    if name.contains(&'·') {
        return name.split(|&c| c == '·').filter(|part| part.len() >= 2).collect();
    }
    match name.len() {
        4 => vec![&name[..2]],
        _ => Vec::new(),
    }
}

/// Occurrences of `names` that no mention overlaps, and that the model finds plausible.
fn occurrences(
    names: &[(&[char], EntityType)],
    mentions: &[Span],
    symbols: &[char],
    constraints: &[Constraint],
    scores: ArrayView2<'_, f32>,
) -> Vec<Span> {
    let mut by_start: HashMap<[char; 2], Vec<usize>> = HashMap::new();
    for (number, (name, _)) in names.iter().enumerate() {
        by_start.entry([name[0], name[1]]).or_default().push(number);
    }
    for numbers in by_start.values_mut() {
        numbers.sort_by_key(|&n| std::cmp::Reverse(names[n].0.len()));
    }
    let mut found = Vec::new();
    let mut next = mentions.iter().peekable();
    let mut at = 0;
    while at + 1 < symbols.len() {
        while next.next_if(|mention| mention.end <= at).is_some() {}
        if let Some(mention) = next.peek().filter(|mention| mention.start <= at) {
            at = mention.end;
            continue;
        }
        let limit = next.peek().map_or(symbols.len(), |mention| mention.start);
        let candidates = by_start
            .get(&[symbols[at], symbols[at + 1]])
            .into_iter()
            .flatten();
        let fits = |&&number: &&usize| {
            let (name, kind) = names[number];
            let end = at + name.len();
            let bar = if name.len() >= LONG {
                PLAUSIBLE_LONG
            } else {
                PLAUSIBLE
            };
            end <= limit
                && &symbols[at..end] == name
                && keeps(constraints, at, end)
                && probability(scores, at, end, kind) >= bar
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
            probability: probability(scores, at, end, kind),
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
fn probability(scores: ArrayView2<'_, f32>, start: usize, end: usize, kind: EntityType) -> f64 {
    let begin = 1 + 2 * index(kind);
    (start..end)
        .map(|unit| {
            let row = scores.row(unit);
            let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let total: f64 = row.iter().map(|&score| f64::from(score - largest).exp()).sum();
            let label = if unit == start { begin } else { begin + 1 };
            f64::from(row[label] - largest).exp() / total
        })
        .product()
}

fn index(kind: EntityType) -> usize {
    EntityType::ALL.iter().position(|&k| k == kind).unwrap_or(0)
}

fn symbol(unit: &Unit) -> char {
    match unit.symbol {
        Symbol::Char(c) => c,
        Symbol::Space => ' ',
        Symbol::Break => '\n',
    }
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
    fn scores(units: usize, thinkable: &[Span]) -> Array2<f32> {
        let mut scores = Array2::zeros((units, 7));
        scores.column_mut(0).fill(2.0);
        for span in thinkable {
            for unit in span.start..span.end {
                let label = 1 + 2 * index(span.kind) + usize::from(unit > span.start);
                scores[[unit, label]] = 1.5;
            }
        }
        scores
    }

    fn applied(text: &str, mut mentions: Vec<Span>, thinkable: &[Span]) -> Vec<(usize, usize, EntityType)> {
        let units = view(text, std::iter::empty());
        let free = vec![Constraint::Free; units.len()];
        apply(
            &mut mentions,
            &units,
            &free,
            scores(units.len(), thinkable).view(),
        );
        mentions.iter().map(|m| (m.start, m.end, m.kind)).collect()
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
