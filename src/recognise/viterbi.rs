//! Decoding of label scores into entity spans: the best sequence that BIO allows
//! (Viterbi), and the probability of each of its spans (forward-backward).

use std::ops::Range;

use ndarray::{ArrayView1, ArrayView2};

use crate::document::EntityType;

/// Names of the labels in the order of the model's outputs.
pub const LABELS: [&str; 7] = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"];

const COUNT: usize = LABELS.len();
const OUTSIDE: usize = 0;

/// A decoded entity over units `start..end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// First unit.
    pub start: usize,
    /// One past the last unit.
    pub end: usize,
    /// What kind of entity it is.
    pub kind: EntityType,
    /// Probability of this span with this type among all valid label sequences.
    pub probability: f64,
}

const fn is_begin(label: usize) -> bool {
    label % 2 == 1
}

const fn is_inside(label: usize) -> bool {
    label != OUTSIDE && label.is_multiple_of(2)
}

/// What is known of a unit before it is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// Any label that BIO allows.
    Free,
    /// Outside any entity: a separator, an office.
    Outside,
    /// In an entity exactly if the unit before is: the inside of a Latin word.
    Continues,
}

/// Whether label `to`, at a unit with `constraint`, may follow label `from`:
/// `I-X` follows only `B-X` or `I-X`.
const fn allowed(from: usize, to: usize, constraint: Constraint) -> bool {
    match constraint {
        Constraint::Continues if from == OUTSIDE => to == OUTSIDE,
        Constraint::Continues => is_inside(to) && (from == to || from + 1 == to),
        _ => !is_inside(to) || from == to || from + 1 == to,
    }
}

/// One value a label.
type Row = [f64; COUNT];

/// Decodes `[units × labels]` scores (logits) under one constraint a unit.
pub fn decode(logits: ArrayView2<'_, f32>, constraints: &[Constraint]) -> Vec<Span> {
    let scores = scores(logits, constraints);
    let entities = spans(&best_path(&scores, constraints));
    if entities.is_empty() {
        return entities;
    }
    let lattice = Lattice::new(&scores, constraints);
    entities
        .into_iter()
        .map(|span| Span {
            probability: lattice.probability(&span),
            ..span
        })
        .collect()
}

/// The logits, made to keep the units outside that must be.
fn scores(logits: ArrayView2<'_, f32>, constraints: &[Constraint]) -> Vec<Row> {
    let rows = logits.rows().into_iter().zip(constraints);
    let score = |(row, &constraint): (ArrayView1<'_, f32>, &Constraint)| {
        let mut scores = [f64::NEG_INFINITY; COUNT];
        if constraint == Constraint::Outside {
            scores[OUTSIDE] = 0.0;
        } else {
            scores
                .iter_mut()
                .zip(row)
                .for_each(|(score, &logit)| *score = f64::from(logit));
        }
        scores
    };
    rows.map(score).collect()
}

/// Most probable valid sequence of labels.
fn best_path(scores: &[Row], constraints: &[Constraint]) -> Vec<usize> {
    let Some(first) = scores.first() else {
        return Vec::new();
    };
    let mut best = start(first, f64::NEG_INFINITY);
    let mut back = Vec::with_capacity(scores.len());
    for (row, &constraint) in scores.iter().zip(constraints).skip(1) {
        let from = predecessors(&best, constraint);
        best = std::array::from_fn(|to| match from[to] {
            NONE => f64::NEG_INFINITY,
            from => best[usize::from(from)] + row[to],
        });
        back.push(from);
    }
    let mut label = highest(&best, 0..COUNT);
    let mut path = vec![label; scores.len()];
    for (t, from) in back.iter().enumerate().rev() {
        label = usize::from(from[label]).min(COUNT - 1);
        path[t] = label;
    }
    path
}

/// No label may come before.
const NONE: u8 = u8::MAX;

/// For each label, the best of those that may come before it.
fn predecessors(best: &Row, constraint: Constraint) -> [u8; COUNT] {
    let mut from = [NONE; COUNT];
    for inside in (2..COUNT).step_by(2) {
        from[inside] = highest(best, inside - 1..inside + 1) as u8;
    }
    let other = match constraint {
        Constraint::Continues => {
            from[OUTSIDE] = OUTSIDE as u8;
            return from;
        }
        _ => highest(best, 0..COUNT) as u8,
    };
    for label in (0..COUNT).filter(|&label| !is_inside(label)) {
        from[label] = other;
    }
    from
}

/// The label of the highest score, the first of several.
fn highest(scores: &Row, labels: Range<usize>) -> usize {
    let first = labels.start;
    labels.fold(
        first,
        |top, label| if scores[label] > scores[top] { label } else { top },
    )
}

/// Values of the first unit, where no entity can go on.
fn start(first: &Row, impossible: f64) -> Row {
    std::array::from_fn(|label| {
        if is_inside(label) {
            impossible
        } else {
            first[label]
        }
    })
}

fn spans(path: &[usize]) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    for (t, &label) in path.iter().enumerate() {
        if is_begin(label) {
            let kind = EntityType::ALL[label / 2];
            found.push(Span {
                start: t,
                end: t + 1,
                kind,
                probability: 1.0,
            });
        } else if is_inside(label)
            && let Some(span) = found.last_mut()
        {
            span.end = t + 1;
        }
    }
    found
}

/// No label is less probable than this, by itself: keeps sums of products positive
/// where the logits are absurdly far apart.
const LEAST: f64 = 1e-100;

/// Sums over all valid label sequences of a text, as products of probabilities.
/// Each unit's values are scaled to add up to 1, so that none vanishes.
struct Lattice<'c> {
    constraints: &'c [Constraint],
    /// Probability of each label by itself, in units that differ from unit to unit.
    emissions: Vec<Row>,
    /// `forward[t][l]`: sum over all prefixes that end at unit t with label l, divided
    /// by the scales of the units up to t.
    forward: Vec<Row>,
    /// `backward[t][l]`: sum over all continuations after unit t with label l, divided
    /// by the scales of the units after t.
    backward: Vec<Row>,
    scales: Vec<f64>,
}

impl<'c> Lattice<'c> {
    /// `scores` has a row at least.
    fn new(scores: &[Row], constraints: &'c [Constraint]) -> Self {
        let emissions: Vec<Row> = scores
            .iter()
            .zip(constraints)
            .map(|(row, &constraint)| likelihoods(row, constraint))
            .collect();
        let mut forward = Vec::with_capacity(emissions.len());
        let mut scales = Vec::with_capacity(emissions.len());
        let mut last = start(&emissions[0], 0.0);
        for (t, emission) in emissions.iter().enumerate() {
            if t > 0 {
                last = step(&last, emission, constraints[t]);
            }
            let scale: f64 = last.iter().sum();
            last = last.map(|value| value / scale);
            forward.push(last);
            scales.push(scale);
        }
        let mut backward = vec![[1.0; COUNT]; emissions.len()];
        for t in (1..emissions.len()).rev() {
            let weighted: Row = std::array::from_fn(|to| emissions[t][to] * backward[t][to] / scales[t]);
            backward[t - 1] = step_back(&weighted, constraints[t]);
        }
        Self {
            constraints,
            emissions,
            forward,
            backward,
            scales,
        }
    }

    /// Probability of exactly this span: it begins, goes on and ends there.
    fn probability(&self, span: &Span) -> f64 {
        let begin = EntityType::ALL.iter().position(|&k| k == span.kind).unwrap_or(0) * 2 + 1;
        let inside = begin + 1;
        let mut product = self.forward[span.start][begin];
        for t in span.start + 1..span.end {
            product *= self.emissions[t][inside] / self.scales[t];
        }
        if let Some(&constraint) = self.constraints.get(span.end) {
            let t = span.end;
            let ends = (0..COUNT).filter(|&to| !is_inside(to) && allowed(inside, to, constraint));
            product *= ends
                .map(|to| self.emissions[t][to] * self.backward[t][to])
                .sum::<f64>()
                / self.scales[t];
        }
        product.clamp(0.0, 1.0)
    }
}

/// Probabilities in proportion to exp(score).
fn likelihoods(scores: &Row, constraint: Constraint) -> Row {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut row = scores.map(|score| (score - highest).exp().max(LEAST));
    if constraint == Constraint::Outside {
        row[OUTSIDE + 1..].fill(0.0);
    }
    row
}

/// For each label, the sum of the values of those that may come before it, times its own.
fn step(before: &Row, emission: &Row, constraint: Constraint) -> Row {
    let all = match constraint {
        Constraint::Continues => before[OUTSIDE],
        _ => before.iter().sum(),
    };
    std::array::from_fn(|to| {
        let sum = if is_inside(to) {
            before[to - 1] + before[to]
        } else if to == OUTSIDE || constraint != Constraint::Continues {
            all
        } else {
            0.0
        };
        sum * emission[to]
    })
}

/// For each label, the sum of the values of those that may come after it.
fn step_back(after: &Row, constraint: Constraint) -> Row {
    let others: f64 = (0..COUNT).filter(|&to| !is_inside(to)).map(|to| after[to]).sum();
    std::array::from_fn(|from| match (constraint, from) {
        (Constraint::Continues, OUTSIDE) => after[OUTSIDE],
        (Constraint::Continues, _) => after[from + from % 2],
        (_, OUTSIDE) => others,
        _ => others + after[from + from % 2],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    use Constraint::{Continues, Free, Outside};

    #[test]
    fn inside_never_opens_an_entity() {
        // The best single labels would be I-PER, I-PER, O.
        let logits = array![
            [0., 3., 4., 0., 0., 0., 0.],
            [0., 0., 5., 0., 0., 0., 0.],
            [9., 0., 0., 0., 0., 0., 0.]
        ];
        let spans = decode(logits.mapv(|x: f64| x as f32).view(), &[Free; 3]);
        assert_eq!(spans.len(), 1);
        assert_eq!(
            (spans[0].start, spans[0].end, spans[0].kind),
            (0, 2, EntityType::Person)
        );
        assert!(spans[0].probability > 0.5 && spans[0].probability < 1.0);
    }

    #[test]
    fn neighbours_and_separators_are_kept_apart() {
        let mut logits = Array2::<f32>::zeros((3, COUNT));
        logits[[0, 3]] = 9.0;
        logits[[1, 3]] = 9.0;
        logits[[2, 4]] = 9.0;
        assert_eq!(decode(logits.view(), &[Free; 3]).len(), 2);
        let spans = decode(logits.view(), &[Free, Outside, Free]);
        assert!(spans.iter().all(|s| s.start != 1 && s.end != 2), "{spans:?}");
    }

    #[test]
    fn a_latin_word_is_never_cut() {
        let mut logits = Array2::<f32>::zeros((3, COUNT));
        logits[[0, 1]] = 9.0;
        logits[[1, 2]] = 9.0;
        logits[[2, 0]] = 4.0;
        assert_eq!(decode(logits.view(), &[Free; 3])[0].end, 2);
        assert_eq!(decode(logits.view(), &[Free, Continues, Continues])[0].end, 3);
    }

    /// Logits that no model has: the result is of no use, but there is one.
    #[test]
    fn absurd_logits_do_no_harm() {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 1e5] {
            for label in 0..COUNT {
                let mut logits = Array2::<f32>::zeros((5, COUNT));
                logits.column_mut(label).fill(value);
                logits[[1, 3]] = 9.0;
                for span in decode(logits.view(), &[Free, Free, Continues, Outside, Free]) {
                    assert!(
                        (0.0..=1.0).contains(&span.probability),
                        "{value} {label}: {span:?}"
                    );
                }
            }
        }
        assert!(decode(Array2::zeros((0, COUNT)).view(), &[]).is_empty());
    }

    /// A long text is no product that vanishes.
    #[test]
    fn long_texts_keep_their_probabilities() {
        let mut logits = Array2::<f32>::zeros((20_000, COUNT));
        logits.column_mut(0).fill(3.0);
        logits[[10_000, 1]] = 9.0;
        logits[[10_001, 2]] = 9.0;
        let spans = decode(logits.view(), &vec![Free; 20_000]);
        assert_eq!(spans.len(), 1);
        assert!(spans[0].probability > 0.9, "{spans:?}");
    }

    /// All valid sequences of a short text, with their probabilities.
    fn enumerate(scores: &[Row], constraints: &[Constraint]) -> Vec<(Vec<usize>, f64)> {
        let length = scores.len();
        let mut all = vec![(vec![], 0.0)];
        for t in 0..length {
            all = all
                .into_iter()
                .flat_map(|(path, score): (Vec<usize>, f64)| {
                    (0..COUNT)
                        .filter(|&l| {
                            path.last()
                                .map_or(!is_inside(l), |&p| allowed(p, l, constraints[t]))
                        })
                        .map(|l| ([path.clone(), vec![l]].concat(), score + scores[t][l]))
                        .collect::<Vec<_>>()
                })
                .collect();
        }
        let total: f64 = all.iter().map(|(_, s)| s.exp()).sum();
        all.into_iter().map(|(p, s)| (p, s.exp() / total)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn agrees_with_enumeration(
            values in proptest::collection::vec(-4f32..4.0, 4 * COUNT),
            third in proptest::sample::select(vec![Free, Continues, Outside]),
        ) {
            let constraints = [Free, Free, third, Free];
            let logits = Array2::from_shape_vec((4, COUNT), values).unwrap();
            let scores = scores(logits.view(), &constraints);
            let all = enumerate(&scores, &constraints);
            let best = all.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            prop_assert_eq!(&best_path(&scores, &constraints), &best.0);
            for span in decode(logits.view(), &constraints) {
                let same = |s: &Span| (s.start, s.end, s.kind) == (span.start, span.end, span.kind);
                let sum: f64 = all.iter().filter(|(p, _)| spans(p).iter().any(same)).map(|(_, p)| p).sum();
                prop_assert!((sum - span.probability).abs() < 1e-9, "{} {}", sum, span.probability);
            }
        }
    }
}
