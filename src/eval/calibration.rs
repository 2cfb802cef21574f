//! Whether confidences can be trusted.

use std::fmt;

use serde::Serialize;

/// Expected calibration error and the bins it is computed from.
///
/// The predictions are sorted by confidence and divided into bins of equal size;
/// equal confidences stay in one bin, so bins can be larger and fewer. The error is
/// the mean distance of accuracy and mean confidence of a bin, weighted by its size
/// (Naeini et al. 2015, with equal-mass bins as in Nixon et al. 2019).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// Expected calibration error, from 0 (confidences are frequencies) to 1.
    pub error: f64,
    /// The bins, by rising confidence.
    pub bins: Vec<Bin>,
}

/// Predictions of about the same confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// How many.
    pub count: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// Share of them that is correct.
    pub accuracy: f64,
}

impl Calibration {
    /// From the confidence of each prediction and whether it is correct, with at most
    /// `bins` bins (10 and 15 are usual). Confidences that are not numbers are left
    /// out; without predictions the error is 0.
    pub fn new(predictions: &[(f64, bool)], bins: usize) -> Self {
        let mut sorted: Vec<(f64, bool)> = predictions.iter().copied().filter(|p| !p.0.is_nan()).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let bins = bins_of(&sorted, bins.max(1));
        let distance = |bin: &Bin| bin.count as f64 * (bin.accuracy - bin.confidence).abs();
        let error = bins.iter().map(distance).sum::<f64>() / sorted.len().max(1) as f64;
        Self { error, bins }
    }
}

fn bins_of(sorted: &[(f64, bool)], wanted: usize) -> Vec<Bin> {
    let mut bins = Vec::with_capacity(wanted);
    let mut start = 0;
    for index in 1..=wanted {
        let end = between_ties(sorted, sorted.len() * index / wanted);
        if end <= start {
            continue;
        }
        bins.push(Bin::of(&sorted[start..end]));
        start = end;
    }
    bins
}

/// The place nearest to `at` that does not part equal confidences.
fn between_ties(sorted: &[(f64, bool)], at: usize) -> usize {
    let (Some(before), Some(after)) = (at.checked_sub(1).map(|last| sorted[last]), sorted.get(at)) else {
        return at;
    };
    if before.0 != after.0 {
        return at;
    }
    let first = sorted.partition_point(|p| p.0 < after.0);
    let end = sorted.partition_point(|p| p.0 <= after.0);
    if at - first < end - at { first } else { end }
}

impl Bin {
    fn of(predictions: &[(f64, bool)]) -> Self {
        let count = predictions.len();
        let correct = predictions.iter().filter(|p| p.1).count();
        Self {
            count,
            confidence: predictions.iter().map(|p| p.0).sum::<f64>() / count as f64,
            accuracy: correct as f64 / count as f64,
        }
    }
}

impl fmt::Display for Calibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "expected calibration error {:.4}", self.error)?;
        writeln!(f, "confidence  accuracy  mentions")?;
        for bin in &self.bins {
            writeln!(
                f,
                "{:>10.3}  {:>8.3}  {:>8}",
                bin.confidence, bin.accuracy, bin.count
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_the_weighted_distance() {
        let predictions = [(0.5, true), (0.5, false), (0.9, true), (0.9, false)];
        let calibration = Calibration::new(&predictions, 2);
        assert_eq!(calibration.bins.len(), 2);
        assert!((calibration.error - 0.2).abs() < 1e-12);
        assert_eq!(Calibration::new(&[], 10).error, 0.0);
        assert_eq!(Calibration::new(&[(f64::NAN, true)], 10).bins, []);
    }

    #[test]
    fn equal_confidences_are_one_bin_in_any_order() {
        let mut predictions: Vec<(f64, bool)> = (0..100).map(|index| (1.0, index >= 10)).collect();
        predictions.push((0.2, false));
        let calibration = Calibration::new(&predictions, 10);
        predictions.reverse();
        assert_eq!(Calibration::new(&predictions, 10), calibration);
        let accuracies: Vec<f64> = calibration.bins.iter().map(|bin| bin.accuracy).collect();
        assert_eq!(accuracies, [0.0, 0.9]);
    }

    #[test]
    fn bins_have_equal_mass() {
        let predictions: Vec<(f64, bool)> = (0..150).map(|i| (f64::from(i) / 150.0, i % 2 == 0)).collect();
        let calibration = Calibration::new(&predictions, 15);
        assert!(calibration.bins.iter().all(|bin| bin.count == 10) && calibration.bins.len() == 15);
    }
}
