//! Bursts: periods in which an entity is written about unusually often.
//!
//! The two-state automaton for batched arrivals of J. Kleinberg, “Bursty and
//! hierarchical structure in streams” (KDD 2002), section 4: in each batch `r` of `d`
//! articles are relevant; in the base state that has the probability `p₀ = R/D`, in the
//! burst state `s·p₀`; entering the burst state costs `γ·ln n`. With the totals of each
//! day as `d`, a corpus that grows is not a burst of everybody in it.

/// How much more often than on average a burst needs to be.
const RATIO: f64 = 2.0;

/// How reluctantly a burst is begun.
const GAMMA: f64 = 1.0;

/// A run of batches in the burst state.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BurstSpan {
    /// First batch.
    pub first: usize,
    /// Last batch, included.
    pub last: usize,
    /// How much likelier the burst state makes these batches, as a logarithm.
    pub strength: f64,
}

/// Finds the bursts in batches of `(relevant, all)` articles, in the order of time.
pub(super) fn bursts(batches: &[(u64, u64)]) -> Vec<BurstSpan> {
    let relevant: u64 = batches.iter().map(|batch| batch.0).sum();
    let all: u64 = batches.iter().map(|batch| batch.1.max(batch.0)).sum();
    if relevant == 0 || relevant == all {
        return Vec::new();
    }
    let base = relevant as f64 / all as f64;
    // Where twice the rate would exceed certainty, halfway to it.
    let raised = (RATIO * base).min((1.0 + base) / 2.0);
    let gains: Vec<f64> = batches
        .iter()
        .map(|&(r, d)| {
            let (hits, misses) = (r as f64, d.saturating_sub(r) as f64);
            hits * (raised / base).ln() + misses * ((1.0 - raised) / (1.0 - base)).ln()
        })
        .collect();
    spans(&gains, GAMMA * (batches.len() as f64).ln())
}

/// The cheapest sequence of states, by Viterbi, where a burst costs `entry` and gains
/// what `gains` say of its batches. All is relative to the base state.
fn spans(gains: &[f64], entry: f64) -> Vec<BurstSpan> {
    let (mut base, mut burst) = (0.0, f64::NEG_INFINITY);
    // For each batch, whether each state was best reached from the burst state.
    let mut came_from_burst = Vec::with_capacity(gains.len());
    for gain in gains {
        let ends = burst > base;
        let continues = burst >= base - entry;
        came_from_burst.push((ends, continues));
        let next_base = if ends { burst } else { base };
        burst = gain + if continues { burst } else { base - entry };
        base = next_base;
    }
    let mut in_burst = burst > base;
    let mut found: Vec<BurstSpan> = Vec::new();
    for (at, (ends, continues)) in came_from_burst.into_iter().enumerate().rev() {
        if in_burst {
            match found.last_mut().filter(|span| span.first == at + 1) {
                Some(span) => {
                    span.first = at;
                    span.strength += gains[at];
                }
                None => found.push(BurstSpan {
                    first: at,
                    last: at,
                    strength: gains[at],
                }),
            }
        }
        in_burst = if in_burst { continues } else { ends };
    }
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_rise_is_a_burst_and_a_bigger_corpus_is_not() {
        let mut batches = vec![(1, 100); 60];
        batches[20..25].fill((30, 100));
        let found = bursts(&batches);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].first, found[0].last), (20, 24));
        assert!(found[0].strength > 10.0);

        let mut grown = vec![(1, 100); 60];
        grown[20..25].fill((30, 3000));
        assert_eq!(bursts(&grown), []);
    }

    #[test]
    fn days_without_articles_and_steady_series_have_none() {
        assert_eq!(bursts(&[]), []);
        assert_eq!(bursts(&[(0, 0); 9]), []);
        assert_eq!(bursts(&[(5, 5); 9]), []);
        assert_eq!(bursts(&[(2, 10); 99]), []);
    }

    /// The best set of bursts by trying all sequences of states.
    fn best_value(gains: &[f64], entry: f64) -> f64 {
        (0u32..1 << gains.len())
            .map(|states| {
                let is_burst = |at: usize| states >> at & 1 == 1;
                (0..gains.len())
                    .filter(|&at| is_burst(at))
                    .map(|at| gains[at] - if at > 0 && is_burst(at - 1) { 0.0 } else { entry })
                    .sum()
            })
            .fold(f64::NEG_INFINITY, f64::max)
    }

    proptest! {
        #[test]
        fn the_spans_are_the_optimum(gains in prop::collection::vec(-30..40i32, 0..11), entry in 1..40i32) {
            let gains: Vec<f64> = gains.into_iter().map(f64::from).collect();
            let found = spans(&gains, f64::from(entry));
            let value: f64 = found.iter().map(|span| span.strength - f64::from(entry)).sum();
            prop_assert_eq!(value, best_value(&gains, f64::from(entry)));
            prop_assert!(found.windows(2).all(|pair| pair[0].last + 1 < pair[1].first));
        }
    }
}
