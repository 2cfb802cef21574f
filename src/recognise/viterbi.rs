//! Decoding of label scores into entity spans: the best sequence that BIO allows
//! (Viterbi), and the probability of each of its spans (forward-backward).

use ndarray::{Array1, Array2, ArrayView2, Axis};

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

fn is_begin(label: usize) -> bool {
    label % 2 == 1
}

fn is_inside(label: usize) -> bool {
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
fn allowed(from: usize, to: usize, constraint: Constraint) -> bool {
    match constraint {
        Constraint::Continues if from == OUTSIDE => to == OUTSIDE,
        Constraint::Continues => is_inside(to) && (from == to || from + 1 == to),
        _ => !is_inside(to) || from == to || from + 1 == to,
    }
}

/// Decodes `[units × labels]` scores (logits) under one constraint a unit.
pub fn decode(logits: ArrayView2<'_, f32>, constraints: &[Constraint]) -> Vec<Span> {
    if logits.is_empty() {
        return Vec::new();
    }
    let emissions = log_softmax(logits, constraints);
    let path = best_path(&emissions, constraints);
    let entities = spans(&path);
    if entities.is_empty() {
        return entities;
    }
    let lattice = Lattice::new(&emissions, constraints);
    entities
        .into_iter()
        .map(|span| Span {
            probability: lattice.probability(&span),
            ..span
        })
        .collect()
}

fn log_softmax(logits: ArrayView2<'_, f32>, constraints: &[Constraint]) -> Array2<f64> {
    let mut scores = logits.mapv(f64::from);
    for (mut row, &constraint) in scores.axis_iter_mut(Axis(0)).zip(constraints) {
        if constraint == Constraint::Outside {
            row.fill(f64::NEG_INFINITY);
            row[OUTSIDE] = 0.0;
            continue;
        }
        let total = log_sum(row.iter().copied());
        row -= total;
    }
    scores
}

fn log_sum(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + values.map(|v| (v - largest).exp()).sum::<f64>().ln()
}

/// Most probable valid sequence of labels.
fn best_path(emissions: &Array2<f64>, constraints: &[Constraint]) -> Vec<usize> {
    let length = emissions.nrows();
    let mut best: Array1<f64> = start_scores(emissions);
    let mut back = Array2::<usize>::zeros((length, COUNT));
    for t in 1..length {
        let mut next = Array1::from_elem(COUNT, f64::NEG_INFINITY);
        for to in 0..COUNT {
            for from in (0..COUNT).filter(|&from| allowed(from, to, constraints[t])) {
                if best[from] > next[to] {
                    next[to] = best[from];
                    back[[t, to]] = from;
                }
            }
            next[to] += emissions[[t, to]];
        }
        best = next;
    }
    let mut label = (0..COUNT).fold(0, |top, l| if best[l] > best[top] { l } else { top });
    let mut path = vec![label; length];
    for t in (1..length).rev() {
        label = back[[t, label]];
        path[t - 1] = label;
    }
    path
}

/// Scores of the first unit, where no entity can go on.
fn start_scores(emissions: &Array2<f64>) -> Array1<f64> {
    let mut first = emissions.row(0).to_owned();
    for label in (0..COUNT).filter(|&l| is_inside(l)) {
        first[label] = f64::NEG_INFINITY;
    }
    first
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

/// Sums over all valid label sequences of a text.
struct Lattice<'e> {
    emissions: &'e Array2<f64>,
    constraints: &'e [Constraint],
    /// `forward[[t, l]]`: log-sum of all prefixes that end at unit t with label l.
    forward: Array2<f64>,
    /// `backward[[t, l]]`: log-sum of all continuations after unit t with label l.
    backward: Array2<f64>,
    total: f64,
}

impl<'e> Lattice<'e> {
    fn new(emissions: &'e Array2<f64>, constraints: &'e [Constraint]) -> Self {
        let length = emissions.nrows();
        let mut forward = Array2::zeros((length, COUNT));
        forward.row_mut(0).assign(&start_scores(emissions));
        for t in 1..length {
            for to in 0..COUNT {
                let sum = log_sum(
                    (0..COUNT)
                        .filter(|&from| allowed(from, to, constraints[t]))
                        .map(|from| forward[[t - 1, from]]),
                );
                forward[[t, to]] = sum + emissions[[t, to]];
            }
        }
        let mut backward = Array2::zeros((length, COUNT));
        for t in (0..length - 1).rev() {
            for from in 0..COUNT {
                backward[[t, from]] = log_sum(
                    (0..COUNT)
                        .filter(|&to| allowed(from, to, constraints[t + 1]))
                        .map(|to| emissions[[t + 1, to]] + backward[[t + 1, to]]),
                );
            }
        }
        let total = log_sum(forward.row(length - 1).iter().copied());
        Self {
            emissions,
            constraints,
            forward,
            backward,
            total,
        }
    }

    /// Probability of exactly this span: it begins, goes on and ends there.
    fn probability(&self, span: &Span) -> f64 {
        let begin = EntityType::ALL.iter().position(|&k| k == span.kind).unwrap_or(0) * 2 + 1;
        let inside = begin + 1;
        let mut score = self.forward[[span.start, begin]];
        for t in span.start + 1..span.end {
            score += self.emissions[[t, inside]];
        }
        score += match span.end {
            end if end == self.emissions.nrows() => 0.0,
            end => log_sum(
                (0..COUNT)
                    .filter(|&to| !is_inside(to) && allowed(inside, to, self.constraints[end]))
                    .map(|to| self.emissions[[end, to]] + self.backward[[end, to]]),
            ),
        };
        (score - self.total).exp().clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
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

    /// All valid sequences of a short text, with their probabilities.
    fn enumerate(emissions: &Array2<f64>, constraints: &[Constraint]) -> Vec<(Vec<usize>, f64)> {
        let length = emissions.nrows();
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
                        .map(|l| ([path.clone(), vec![l]].concat(), score + emissions[[t, l]]))
                        .collect::<Vec<_>>()
                })
                .collect();
        }
        let total = log_sum(all.iter().map(|(_, s)| *s));
        all.into_iter().map(|(p, s)| (p, (s - total).exp())).collect()
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
            let emissions = log_softmax(logits.view(), &constraints);
            let all = enumerate(&emissions, &constraints);
            let best = all.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            prop_assert_eq!(&best_path(&emissions, &constraints), &best.0);
            for span in decode(logits.view(), &constraints) {
                let same = |s: &Span| (s.start, s.end, s.kind) == (span.start, span.end, span.kind);
                let sum: f64 = all.iter().filter(|(p, _)| spans(p).iter().any(same)).map(|(_, p)| p).sum();
                prop_assert!((sum - span.probability).abs() < 1e-9, "{} {}", sum, span.probability);
            }
        }
    }
}
