//! How strongly two things go together.

/// How often two things occur, alone and together, among `all`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    /// With both.
    pub both: u64,
    /// With the first.
    pub first: u64,
    /// With the second.
    pub second: u64,
    /// All there are.
    pub all: u64,
}

impl Counts {
    /// T. Dunning's log-likelihood ratio, “Accurate methods for the statistics of surprise
    /// and coincidence” (1993); negative where the two avoid each other.
    pub fn llr(self) -> f64 {
        let table = [
            [self.both, self.first.saturating_sub(self.both)],
            [
                self.second.saturating_sub(self.both),
                (self.all + self.both).saturating_sub(self.first + self.second),
            ],
        ];
        let all: u64 = table.iter().flatten().sum();
        let mut sum = 0.0;
        for row in 0..2 {
            for column in 0..2 {
                let observed = table[row][column] as f64;
                let expected = (table[row][0] + table[row][1]) as f64
                    * (table[0][column] + table[1][column]) as f64
                    / all as f64;
                if observed > 0.0 {
                    sum += observed * (observed / expected).ln();
                }
            }
        }
        let attracts = self.both as f64 * self.all as f64 >= self.first as f64 * self.second as f64;
        if attracts { 2.0 * sum } else { -2.0 * sum }
    }

    /// Normalised pointwise mutual information, G. Bouma (2009).
    pub fn npmi(self) -> f64 {
        if self.both == 0 {
            return -1.0;
        }
        if self.both >= self.all {
            return 1.0;
        }
        let all = self.all as f64;
        let both = self.both as f64 / all;
        (both / (self.first as f64 / all * (self.second as f64 / all))).ln() / -both.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_grows_with_evidence_and_has_a_sign() {
        let counts = |both, first, second| Counts {
            both,
            first,
            second,
            all: 1000,
        };
        assert!(counts(10, 100, 100).llr().abs() < 1e-6);
        assert!(counts(50, 100, 100).llr() > counts(20, 100, 100).llr());
        assert!(counts(1, 100, 100).llr() < 0.0);
        // Dunning's 2×2 table of 110, 2442, 111, 29114 has 270.72.
        let swiss = Counts {
            both: 110,
            first: 110 + 2442,
            second: 110 + 111,
            all: 110 + 2442 + 111 + 29114,
        };
        assert!((swiss.llr() - 270.72).abs() < 0.01);
    }

    #[test]
    fn npmi_is_bounded() {
        let counts = |both, first, second| {
            Counts {
                both,
                first,
                second,
                all: 1000,
            }
            .npmi()
        };
        assert_eq!(counts(0, 5, 5), -1.0);
        assert!((counts(5, 5, 5) - 1.0).abs() < 1e-9);
        assert!(counts(10, 100, 100).abs() < 1e-9);
    }
}
