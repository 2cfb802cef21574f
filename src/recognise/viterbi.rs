//! Decoding of label scores into entity spans: the best sequence that the label
//! scheme allows (Viterbi), and the probability of each of its spans (forward-backward).
//!
//! All of it is compiled once for each scheme, whose number of labels is `COUNT`.

use ndarray::{ArrayView1, ArrayView2};

use crate::document::EntityType;

use super::scheme::{OUTSIDE, Scheme};

const BIO: usize = Scheme::Bio.count();
const BIOES: usize = Scheme::Bioes.count();

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

/// What is known of a unit before it is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// Any label that the scheme allows.
    Free,
    /// Outside any entity: a separator, an office.
    Outside,
    /// In an entity exactly if the unit before is: the inside of a Latin word.
    Continues,
}

/// The scheme with that many labels, known when its decoder is compiled.
const fn scheme<const COUNT: usize>() -> Scheme {
    match COUNT {
        BIOES => Scheme::Bioes,
        _ => Scheme::Bio,
    }
}

/// Whether label `to`, at a unit with `constraint`, may follow label `from`.
fn allowed<const COUNT: usize>(from: usize, to: usize, constraint: Constraint) -> bool {
    let scheme = scheme::<COUNT>();
    let as_before = match from {
        OUTSIDE => to == OUTSIDE,
        _ => scheme.goes_on(to),
    };
    scheme.allows(from, to) && (constraint != Constraint::Continues || as_before)
}

/// One value a label.
type Row<const COUNT: usize> = [f64; COUNT];

/// Decodes `[units × labels]` scores (logits) for the labels of `scheme` under one
/// constraint a unit.
pub fn decode(scheme: Scheme, logits: ArrayView2<'_, f32>, constraints: &[Constraint]) -> Vec<Span> {
    match scheme {
        Scheme::Bio => decode_labels::<BIO>(logits, constraints),
        Scheme::Bioes => decode_labels::<BIOES>(logits, constraints),
    }
}

fn decode_labels<const COUNT: usize>(logits: ArrayView2<'_, f32>, constraints: &[Constraint]) -> Vec<Span> {
    let scores = scores::<COUNT>(logits, constraints);
    let entities = spans::<COUNT>(&best_path(&scores, constraints));
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
fn scores<const COUNT: usize>(logits: ArrayView2<'_, f32>, constraints: &[Constraint]) -> Vec<Row<COUNT>> {
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
fn best_path<const COUNT: usize>(scores: &[Row<COUNT>], constraints: &[Constraint]) -> Vec<usize> {
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
    let mut label = highest(&best, closing::<COUNT>());
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
fn predecessors<const COUNT: usize>(best: &Row<COUNT>, constraint: Constraint) -> [u8; COUNT] {
    let scheme = scheme::<COUNT>();
    let closed = match constraint {
        Constraint::Continues => NONE,
        _ => highest(best, closing::<COUNT>()) as u8,
    };
    std::array::from_fn(|to| {
        if scheme.goes_on(to) {
            highest(best, scheme.before(to)) as u8
        } else if to == OUTSIDE && constraint == Constraint::Continues {
            OUTSIDE as u8
        } else {
            closed
        }
    })
}

/// The label of the highest score, the first of several.
fn highest<const COUNT: usize>(scores: &Row<COUNT>, labels: impl Iterator<Item = usize>) -> usize {
    labels
        .reduce(|top, label| if scores[label] > scores[top] { label } else { top })
        .unwrap_or(OUTSIDE)
}

/// The labels after which no entity need go on.
fn closing<const COUNT: usize>() -> impl Iterator<Item = usize> {
    (0..COUNT).filter(|&label| scheme::<COUNT>().may_end(label))
}

/// The labels of units that do not go on with the entity before.
fn opening<const COUNT: usize>() -> impl Iterator<Item = usize> {
    (0..COUNT).filter(|&label| !scheme::<COUNT>().goes_on(label))
}

/// Values of the first unit, where no entity can go on.
fn start<const COUNT: usize>(first: &Row<COUNT>, impossible: f64) -> Row<COUNT> {
    std::array::from_fn(|label| {
        if scheme::<COUNT>().goes_on(label) {
            impossible
        } else {
            first[label]
        }
    })
}

fn spans<const COUNT: usize>(path: &[usize]) -> Vec<Span> {
    let scheme = scheme::<COUNT>();
    let mut found: Vec<Span> = Vec::new();
    for (t, &label) in path.iter().enumerate() {
        let Some((_, kind)) = scheme.meaning(label) else {
            continue;
        };
        if !scheme.goes_on(label) {
            found.push(Span {
                start: t,
                end: t + 1,
                kind,
                probability: 1.0,
            });
        } else if let Some(span) = found.last_mut() {
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
struct Lattice<'c, const COUNT: usize> {
    constraints: &'c [Constraint],
    /// Probability of each label by itself, in units that differ from unit to unit.
    emissions: Vec<Row<COUNT>>,
    /// `forward[t][l]`: sum over all prefixes that end at unit t with label l, divided
    /// by the scales of the units up to t.
    forward: Vec<Row<COUNT>>,
    /// `backward[t][l]`: sum over all continuations after unit t with label l, divided
    /// by the scales of the units after t.
    backward: Vec<Row<COUNT>>,
    scales: Vec<f64>,
}

impl<'c, const COUNT: usize> Lattice<'c, COUNT> {
    /// `scores` has a row at least.
    fn new(scores: &[Row<COUNT>], constraints: &'c [Constraint]) -> Self {
        let mut emissions: Vec<Row<COUNT>> = scores
            .iter()
            .zip(constraints)
            .map(|(row, &constraint)| likelihoods(row, constraint))
            .collect();
        if let Some(last) = emissions.last_mut() {
            let unfinished = (0..COUNT).filter(|&label| !scheme::<COUNT>().may_end(label));
            unfinished.for_each(|label| last[label] = 0.0);
        }
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
            let weighted: Row<COUNT> =
                std::array::from_fn(|to| emissions[t][to] * backward[t][to] / scales[t]);
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
        let length = span.end - span.start;
        let label = |t: usize| scheme::<COUNT>().spelling(span.kind, t - span.start, length);
        let mut product = self.forward[span.start][label(span.start)];
        for t in span.start + 1..span.end {
            product *= self.emissions[t][label(t)] / self.scales[t];
        }
        if let Some(&constraint) = self.constraints.get(span.end) {
            let t = span.end;
            let last = label(t - 1);
            let ends = opening::<COUNT>().filter(|&to| allowed::<COUNT>(last, to, constraint));
            product *= ends
                .map(|to| self.emissions[t][to] * self.backward[t][to])
                .sum::<f64>()
                / self.scales[t];
        }
        product.clamp(0.0, 1.0)
    }
}

/// Probabilities in proportion to exp(score).
fn likelihoods<const COUNT: usize>(scores: &Row<COUNT>, constraint: Constraint) -> Row<COUNT> {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut row = scores.map(|score| (score - highest).exp().max(LEAST));
    if constraint == Constraint::Outside {
        row[OUTSIDE + 1..].fill(0.0);
    }
    row
}

/// For each label, the sum of the values of those that may come before it, times its own.
fn step<const COUNT: usize>(
    before: &Row<COUNT>,
    emission: &Row<COUNT>,
    constraint: Constraint,
) -> Row<COUNT> {
    let scheme = scheme::<COUNT>();
    let closed: f64 = match constraint {
        Constraint::Continues => before[OUTSIDE],
        _ => closing::<COUNT>().map(|from| before[from]).sum(),
    };
    std::array::from_fn(|to| {
        let sum = if scheme.goes_on(to) {
            scheme.before(to).map(|from| before[from]).sum()
        } else if to == OUTSIDE || constraint != Constraint::Continues {
            closed
        } else {
            0.0
        };
        sum * emission[to]
    })
}

/// For each label, the sum of the values of those that may come after it.
fn step_back<const COUNT: usize>(after: &Row<COUNT>, constraint: Constraint) -> Row<COUNT> {
    let scheme = scheme::<COUNT>();
    let others: f64 = opening::<COUNT>().map(|to| after[to]).sum();
    std::array::from_fn(|from| {
        let others = match (constraint, from) {
            (Constraint::Continues, OUTSIDE) => after[OUTSIDE],
            (Constraint::Continues, _) => 0.0,
            _ if scheme.may_end(from) => others,
            _ => 0.0,
        };
        others + scheme.after(from).map(|to| after[to]).sum::<f64>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    use crate::document::EntityType::Location;
    use crate::recognise::scheme::Part;
    use Constraint::{Continues, Free, Outside};

    const COUNT: usize = BIO;

    fn decode(logits: ArrayView2<'_, f32>, constraints: &[Constraint]) -> Vec<Span> {
        super::decode(Scheme::Bio, logits, constraints)
    }

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

    #[test]
    fn single_and_end_close_an_entity() {
        let label = |part, kind| Scheme::Bioes.label(part, kind).unwrap();
        let mut logits = Array2::<f32>::zeros((4, Scheme::Bioes.count()));
        logits[[0, label(Part::Single, Location)]] = 9.0;
        logits[[1, label(Part::Begin, Location)]] = 9.0;
        logits[[2, label(Part::End, Location)]] = 9.0;
        logits[[3, label(Part::Begin, Location)]] = 9.0;
        let spans = super::decode(Scheme::Bioes, logits.view(), &[Free; 4]);
        let found: Vec<_> = spans.iter().map(|s| (s.start, s.end)).collect();
        // An entity cannot begin at the last unit and not end.
        assert_eq!(found[..2], [(0, 1), (1, 3)]);
        assert!(spans[0].probability > 0.9 && spans[1].probability > 0.9);
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
    fn enumerate<const COUNT: usize>(
        scores: &[Row<COUNT>],
        constraints: &[Constraint],
    ) -> Vec<(Vec<usize>, f64)> {
        let scheme = scheme::<COUNT>();
        let mut all = vec![(vec![], 0.0)];
        for (row, &constraint) in scores.iter().zip(constraints) {
            let extend = |(path, score): (Vec<usize>, f64)| {
                let fits = |&l: &usize| match path.last() {
                    Some(&previous) => allowed::<COUNT>(previous, l, constraint),
                    None => !scheme.goes_on(l),
                };
                (0..COUNT)
                    .filter(fits)
                    .map(|l| ([path.clone(), vec![l]].concat(), score + row[l]))
                    .collect::<Vec<_>>()
            };
            all = all.into_iter().flat_map(extend).collect();
        }
        all.retain(|(path, _)| path.last().is_none_or(|&last| scheme.may_end(last)));
        let total: f64 = all.iter().map(|(_, s)| s.exp()).sum();
        all.into_iter().map(|(p, s)| (p, s.exp() / total)).collect()
    }

    fn check_by_enumeration<const COUNT: usize>(
        values: &[f32],
        constraints: &[Constraint],
    ) -> Result<(), TestCaseError> {
        let shape = (constraints.len(), COUNT);
        let logits = ArrayView2::from_shape(shape, &values[..shape.0 * COUNT]).unwrap();
        let scores = scores::<COUNT>(logits, constraints);
        let all = enumerate(&scores, constraints);
        let best = all.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        prop_assert_eq!(&best_path(&scores, constraints), &best.0);
        for span in decode_labels::<COUNT>(logits, constraints) {
            let same = |s: &Span| (s.start, s.end, s.kind) == (span.start, span.end, span.kind);
            let with_span = all.iter().filter(|(p, _)| spans::<COUNT>(p).iter().any(same));
            let sum: f64 = with_span.map(|(_, p)| p).sum();
            prop_assert!(
                (sum - span.probability).abs() < 1e-9,
                "{} {}",
                sum,
                span.probability
            );
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn agrees_with_enumeration(
            values in proptest::collection::vec(-4f32..4.0, 4 * BIOES),
            third in proptest::sample::select(vec![Free, Continues, Outside]),
        ) {
            let constraints = [Free, Free, third, Free];
            check_by_enumeration::<BIO>(&values, &constraints)?;
            check_by_enumeration::<BIOES>(&values, &constraints)?;
        }
    }
}
