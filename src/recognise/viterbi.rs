//! Decoding of label scores into entity spans: the best sequence that the label
//! scheme allows (Viterbi), and the probability of each of its spans (forward-backward).

use ndarray::{Array1, Array2, ArrayView2, Axis};

use crate::document::EntityType;

use super::scheme::{OUTSIDE, Scheme};

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

/// Decodes scores of one label scheme.
#[derive(Debug)]
pub struct Decoder {
    scheme: Scheme,
    usual: Neighbours,
    continuing: Neighbours,
}

/// Which labels may stand before and after each label.
#[derive(Debug)]
struct Neighbours {
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

impl Neighbours {
    fn new(count: usize, allowed: impl Fn(usize, usize) -> bool) -> Self {
        let all = || 0..count;
        Self {
            before: all()
                .map(|to| all().filter(|&from| allowed(from, to)).collect())
                .collect(),
            after: all()
                .map(|from| all().filter(|&to| allowed(from, to)).collect())
                .collect(),
        }
    }
}

impl Decoder {
    /// A decoder of scores for the labels of `scheme`.
    pub fn new(scheme: Scheme) -> Self {
        let goes_on_as_before = |from, to| {
            if from == OUTSIDE {
                to == OUTSIDE
            } else {
                scheme.goes_on(to)
            }
        };
        Self {
            scheme,
            usual: Neighbours::new(scheme.count(), |from, to| scheme.allows(from, to)),
            continuing: Neighbours::new(scheme.count(), |from, to| {
                scheme.allows(from, to) && goes_on_as_before(from, to)
            }),
        }
    }

    /// Decodes `[units × labels]` scores (logits) under one constraint a unit.
    pub fn decode(&self, logits: ArrayView2<'_, f32>, constraints: &[Constraint]) -> Vec<Span> {
        if logits.is_empty() {
            return Vec::new();
        }
        let emissions = log_softmax(logits, constraints);
        let path = self.best_path(&emissions, constraints);
        let entities = self.spans(&path);
        if entities.is_empty() {
            return entities;
        }
        let lattice = Lattice::new(self, &emissions, constraints);
        entities
            .into_iter()
            .map(|span| Span {
                probability: lattice.probability(&span),
                ..span
            })
            .collect()
    }

    fn neighbours(&self, constraint: Constraint) -> &Neighbours {
        match constraint {
            Constraint::Continues => &self.continuing,
            Constraint::Free | Constraint::Outside => &self.usual,
        }
    }

    /// Most probable valid sequence of labels.
    fn best_path(&self, emissions: &Array2<f64>, constraints: &[Constraint]) -> Vec<usize> {
        let (length, count) = emissions.dim();
        let mut best: Array1<f64> = self.start_scores(emissions);
        let mut back = Array2::<usize>::zeros((length, count));
        for t in 1..length {
            let mut next = Array1::from_elem(count, f64::NEG_INFINITY);
            for (to, before) in self.neighbours(constraints[t]).before.iter().enumerate() {
                for &from in before {
                    if best[from] > next[to] {
                        next[to] = best[from];
                        back[[t, to]] = from;
                    }
                }
                next[to] += emissions[[t, to]];
            }
            best = next;
        }
        let endings = (0..count).filter(|&label| self.scheme.may_end(label));
        let mut label = endings.fold(OUTSIDE, |top, l| if best[l] > best[top] { l } else { top });
        let mut path = vec![label; length];
        for t in (1..length).rev() {
            label = back[[t, label]];
            path[t - 1] = label;
        }
        path
    }

    /// Scores of the first unit, where no entity can go on.
    fn start_scores(&self, emissions: &Array2<f64>) -> Array1<f64> {
        let mut first = emissions.row(0).to_owned();
        for label in (0..first.len()).filter(|&label| self.scheme.goes_on(label)) {
            first[label] = f64::NEG_INFINITY;
        }
        first
    }

    fn spans(&self, path: &[usize]) -> Vec<Span> {
        let mut found: Vec<Span> = Vec::new();
        for (t, &label) in path.iter().enumerate() {
            let Some((_, kind)) = self.scheme.meaning(label) else {
                continue;
            };
            match found.last_mut() {
                Some(span) if self.scheme.goes_on(label) => span.end = t + 1,
                _ => found.push(Span {
                    start: t,
                    end: t + 1,
                    kind,
                    probability: 1.0,
                }),
            }
        }
        found
    }
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

/// Logarithm of the sum of the exponentials; −∞ of nothing.
pub(super) fn log_sum(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + values.map(|v| (v - largest).exp()).sum::<f64>().ln()
}

/// Sums over all valid label sequences of a text.
struct Lattice<'e> {
    decoder: &'e Decoder,
    emissions: &'e Array2<f64>,
    constraints: &'e [Constraint],
    /// `forward[[t, l]]`: log-sum of all prefixes that end at unit t with label l.
    forward: Array2<f64>,
    /// `backward[[t, l]]`: log-sum of all continuations after unit t with label l.
    backward: Array2<f64>,
    total: f64,
}

impl<'e> Lattice<'e> {
    fn new(decoder: &'e Decoder, emissions: &'e Array2<f64>, constraints: &'e [Constraint]) -> Self {
        let (length, count) = emissions.dim();
        let mut forward = Array2::zeros((length, count));
        forward.row_mut(0).assign(&decoder.start_scores(emissions));
        for t in 1..length {
            for (to, before) in decoder.neighbours(constraints[t]).before.iter().enumerate() {
                let sum = log_sum(before.iter().map(|&from| forward[[t - 1, from]]));
                forward[[t, to]] = sum + emissions[[t, to]];
            }
        }
        let mut backward = Array2::zeros((length, count));
        for label in (0..count).filter(|&label| !decoder.scheme.may_end(label)) {
            backward[[length - 1, label]] = f64::NEG_INFINITY;
        }
        for t in (0..length - 1).rev() {
            for (from, after) in decoder.neighbours(constraints[t + 1]).after.iter().enumerate() {
                backward[[t, from]] = log_sum(
                    after
                        .iter()
                        .map(|&to| emissions[[t + 1, to]] + backward[[t + 1, to]]),
                );
            }
        }
        let total =
            log_sum((0..count).map(|label| forward[[length - 1, label]] + backward[[length - 1, label]]));
        Self {
            decoder,
            emissions,
            constraints,
            forward,
            backward,
            total,
        }
    }

    /// Probability of exactly this span: it begins, goes on and ends there.
    fn probability(&self, span: &Span) -> f64 {
        let scheme = self.decoder.scheme;
        let length = span.end - span.start;
        let label = |t: usize| scheme.spelling(span.kind, t - span.start, length);
        let mut score = self.forward[[span.start, label(span.start)]];
        for t in span.start + 1..span.end {
            score += self.emissions[[t, label(t)]];
        }
        score += match span.end {
            end if end == self.emissions.nrows() => 0.0,
            end => log_sum(
                self.decoder.neighbours(self.constraints[end]).after[label(end - 1)]
                    .iter()
                    .filter(|&&to| !scheme.goes_on(to))
                    .map(|&to| self.emissions[[end, to]] + self.backward[[end, to]]),
            ),
        };
        (score - self.total).exp().clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::EntityType::Location;
    use crate::recognise::scheme::Part;
    use ndarray::array;
    use proptest::prelude::*;

    use Constraint::{Continues, Free, Outside};

    const COUNT: usize = 7;

    fn decode(logits: ArrayView2<'_, f32>, constraints: &[Constraint]) -> Vec<Span> {
        Decoder::new(Scheme::Bio).decode(logits, constraints)
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
        let spans = Decoder::new(Scheme::Bioes).decode(logits.view(), &[Free; 4]);
        let found: Vec<_> = spans.iter().map(|s| (s.start, s.end)).collect();
        // An entity cannot begin at the last unit and not end.
        assert_eq!(found[..2], [(0, 1), (1, 3)]);
        assert!(spans[0].probability > 0.9 && spans[1].probability > 0.9);
    }

    /// All valid sequences of a short text, with their probabilities.
    fn enumerate(
        scheme: Scheme,
        emissions: &Array2<f64>,
        constraints: &[Constraint],
    ) -> Vec<(Vec<usize>, f64)> {
        let (length, count) = emissions.dim();
        let allowed = |from: usize, to: usize, constraint: Constraint| {
            let follows = scheme.allows(from, to);
            match constraint {
                Continues if from == OUTSIDE => follows && to == OUTSIDE,
                Continues => follows && scheme.goes_on(to),
                _ => follows,
            }
        };
        let mut all = vec![(vec![], 0.0)];
        for t in 0..length {
            let extend = |(path, score): (Vec<usize>, f64)| {
                let fits = |&l: &usize| match path.last() {
                    Some(&previous) => allowed(previous, l, constraints[t]),
                    None => !scheme.goes_on(l),
                };
                (0..count)
                    .filter(fits)
                    .map(|l| ([path.clone(), vec![l]].concat(), score + emissions[[t, l]]))
                    .collect::<Vec<_>>()
            };
            all = all.into_iter().flat_map(extend).collect();
        }
        all.retain(|(path, _)| path.last().is_none_or(|&last| scheme.may_end(last)));
        let total = log_sum(all.iter().map(|(_, s)| *s));
        all.into_iter().map(|(p, s)| (p, (s - total).exp())).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn agrees_with_enumeration(
            values in proptest::collection::vec(-4f32..4.0, 4 * 13),
            third in proptest::sample::select(vec![Free, Continues, Outside]),
            scheme in proptest::sample::select(vec![Scheme::Bio, Scheme::Bioes]),
        ) {
            let constraints = [Free, Free, third, Free];
            let values = values[..4 * scheme.count()].to_vec();
            let logits = Array2::from_shape_vec((4, scheme.count()), values).unwrap();
            let emissions = log_softmax(logits.view(), &constraints);
            let decoder = Decoder::new(scheme);
            let all = enumerate(scheme, &emissions, &constraints);
            let best = all.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            prop_assert_eq!(&decoder.best_path(&emissions, &constraints), &best.0);
            for span in decoder.decode(logits.view(), &constraints) {
                let same = |s: &Span| (s.start, s.end, s.kind) == (span.start, span.end, span.kind);
                let sum: f64 = all.iter().filter(|(p, _)| decoder.spans(p).iter().any(same)).map(|(_, p)| p).sum();
                prop_assert!((sum - span.probability).abs() < 1e-9, "{} {}", sum, span.probability);
            }
        }
    }
}
