//! What happens row by row between the matrix products.

use super::linear::LINE;
use super::simd::{Floats, Ints, LANES, RowScale, Simd};

/// Least and greatest value seen so far, lane by lane.
#[derive(Clone, Copy)]
pub(super) struct Range<S: Simd> {
    low: S::F,
    high: S::F,
}

impl<S: Simd> Range<S> {
    #[inline(always)]
    pub(super) fn new(simd: S) -> Self {
        Self {
            low: simd.splat(f32::INFINITY),
            high: simd.splat(f32::NEG_INFINITY),
        }
    }

    #[inline(always)]
    pub(super) fn add(&mut self, simd: S, value: S::F) {
        self.low = simd.min(value, self.low);
        self.high = simd.max(value, self.high);
    }

    /// Greatest absolute value.
    #[inline(always)]
    pub(super) fn magnitude(&self, simd: S) -> f32 {
        simd.greatest(self.high).max(-simd.least(self.low))
    }
}

/// Codes a row in 8 bits, its least value as 0 and its greatest as 255.
#[inline(always)]
pub(super) fn quantise<S: Simd>(simd: S, row: &[Floats], range: &Range<S>, codes: &mut [Ints]) -> RowScale {
    let low = simd.least(range.low);
    let spread = simd.greatest(range.high) - low;
    // A spread so small that 255 / spread is not finite is none.
    let (scale, inverse) = if spread > 1e-30 {
        (spread / 255.0, 255.0 / spread)
    } else {
        (0.0, 0.0)
    };
    let (offset, inverse) = (simd.splat(low), simd.splat(inverse));
    for (vectors, line) in row.chunks_exact(LINE / LANES).zip(codes) {
        let mut parts = [simd.splat_int(0); 4];
        for (part, vector) in parts.iter_mut().zip(vectors) {
            *part = simd.round(simd.mul(simd.sub(simd.load(vector), offset), inverse));
        }
        simd.store_ints(simd.join_quads(parts), line);
    }
    RowScale { scale, offset: low }
}

/// Range of a row as it is.
#[inline(always)]
pub(super) fn range<S: Simd>(simd: S, row: &[Floats]) -> Range<S> {
    let mut range = Range::new(simd);
    for vector in row {
        range.add(simd, simd.load(vector));
    }
    range
}

/// Layer normalisation.
#[derive(Debug)]
pub(super) struct Norm {
    pub weight: Vec<Floats>,
    pub bias: Vec<Floats>,
    pub eps: f32,
}

/// Rows that are normalised together: the sums of one hide the latency of the others'.
pub(super) const NORM_ROWS: usize = 4;

impl Norm {
    /// Normalises `R` rows of `added + rows` into `rows`; returns their ranges.
    #[inline(always)]
    pub(super) fn apply<S: Simd, const R: usize>(
        &self,
        simd: S,
        added: &[Floats],
        rows: &mut [Floats],
    ) -> [Range<S>; R] {
        let width = self.weight.len();
        let (added, rows) = (&added[..R * width], &mut rows[..R * width]);
        let bias = &self.bias[..width];
        let scale = simd.splat(1.0 / (width * LANES) as f32);
        let mut sums = [simd.splat(0.0); R];
        for at in 0..width {
            for (r, sum) in sums.iter_mut().enumerate() {
                let x = &mut rows[r * width + at];
                let value = simd.add(simd.load(x), simd.load(&added[r * width + at]));
                simd.store(value, x);
                *sum = simd.add(*sum, value);
            }
        }
        // No closures here and below: they would not be compiled for the instruction set.
        let mut means = [scale; R];
        for (mean, sum) in means.iter_mut().zip(sums) {
            *mean = simd.mul(simd.splat(simd.sum(sum)), scale);
        }
        let mut squares = [simd.splat(0.0); R];
        for at in 0..width {
            for r in 0..R {
                let difference = simd.sub(simd.load(&rows[r * width + at]), means[r]);
                squares[r] = simd.fma(difference, difference, squares[r]);
            }
        }
        let mut inverses = [scale; R];
        for (inverse, squares) in inverses.iter_mut().zip(squares) {
            let variance = simd.sum(simd.mul(squares, scale));
            *inverse = simd.splat(1.0 / (variance + self.eps).sqrt());
        }
        let mut ranges = [Range::new(simd); R];
        for at in 0..width {
            let (weight, bias) = (simd.load(&self.weight[at]), simd.load(&bias[at]));
            for (r, range) in ranges.iter_mut().enumerate() {
                let x = &mut rows[r * width + at];
                let value = simd.mul(simd.sub(simd.load(x), means[r]), inverses[r]);
                let value = simd.fma(value, weight, bias);
                simd.store(value, x);
                range.add(simd, value);
            }
        }
        ranges
    }
}

/// Vectors that go through a polynomial together, to hide the latency of multiply-add.
const GELU_VECTORS: usize = 4;

/// Replaces `x` by `x · Φ(x)` (GELU with erf); returns the range of the result.
/// The row has a multiple of [`GELU_VECTORS`] vectors.
#[inline(always)]
pub(super) fn gelu<S: Simd>(simd: S, row: &mut [Floats]) -> Range<S> {
    let mut range = Range::new(simd);
    for vectors in row.as_chunks_mut::<GELU_VECTORS>().0 {
        let mut x = [simd.splat(0.0); GELU_VECTORS];
        for (x, vector) in x.iter_mut().zip(&*vectors) {
            *x = simd.load(vector);
        }
        let distribution = normal_distribution(simd, x);
        for ((out, x), distribution) in vectors.iter_mut().zip(x).zip(distribution) {
            let value = simd.mul(x, distribution);
            simd.store(value, out);
            range.add(simd, value);
        }
    }
    range
}

/// Beyond ±5 the normal distribution is 0 or 1 to within 3e-7.
const NORMAL_LIMIT: f32 = 5.0;

/// (Φ(x) - 1/2) / x as a polynomial in 2 (x / 5)² - 1: minimax fit by Lawson's
/// algorithm, error of Φ below 1.6e-7.
const NORMAL: [f32; 13] = [
    0.141_363_78,
    -0.070_296_28,
    0.051_520_523,
    -0.040_442_61,
    0.031_442_173,
    -0.023_268_653,
    0.016_402_174,
    -0.011_164_34,
    0.006_410_512,
    -0.002_685_574_3,
    0.001_722_797_6,
    -0.001_613_265_5,
    0.000_608_728,
];

/// Φ(x), the standard normal distribution.
#[inline(always)]
fn normal_distribution<S: Simd, const N: usize>(simd: S, mut x: [S::F; N]) -> [S::F; N] {
    let factor = simd.splat(2.0 / (NORMAL_LIMIT * NORMAL_LIMIT));
    let mut t = x;
    for (x, t) in x.iter_mut().zip(&mut t) {
        *x = simd.max(simd.min(*x, simd.splat(NORMAL_LIMIT)), simd.splat(-NORMAL_LIMIT));
        *t = simd.fma(simd.mul(*x, *x), factor, simd.splat(-1.0));
    }
    let mut values = polynomial(simd, t, &NORMAL);
    for (value, x) in values.iter_mut().zip(x) {
        *value = simd.fma(x, *value, simd.splat(0.5));
    }
    values
}

/// 2^x on [-1/2, 1/2]: minimax fit of the relative error, below 8e-8.
const EXP2: [f32; 6] = [
    1.000_000_1,
    0.693_146_94,
    0.240_221_2,
    0.055_507_13,
    0.009_675_541,
    0.001_327_647_1,
];

/// 2^x for x ≤ 0; 2^-126 for anything below -126.
#[inline(always)]
pub(super) fn exp2<S: Simd>(simd: S, x: S::F) -> S::F {
    let x = simd.max(x, simd.splat(-126.0));
    let whole = simd.round_float(x);
    let [value] = polynomial(simd, [simd.sub(x, whole)], &EXP2);
    simd.scale_by_power(value, whole)
}

/// Horner's scheme, for several values at once.
#[inline(always)]
fn polynomial<S: Simd, const N: usize, const K: usize>(
    simd: S,
    x: [S::F; N],
    coefficients: &[f32; K],
) -> [S::F; N] {
    let mut values = [simd.splat(coefficients[K - 1]); N];
    for &coefficient in coefficients[..K - 1].iter().rev() {
        let coefficient = simd.splat(coefficient);
        for (value, &x) in values.iter_mut().zip(&x) {
            *value = simd.fma(*value, x, coefficient);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::super::reference;
    use super::super::simd::{Kernel, Task};
    use super::*;

    #[derive(Clone, Copy)]
    enum Function {
        Gelu,
        Exp2,
    }

    struct Evaluate<'a>(Function, &'a mut [Floats]);

    impl Task for Evaluate<'_> {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self, simd: S) {
            match self.0 {
                Function::Gelu => drop(gelu(simd, self.1)),
                Function::Exp2 => {
                    for x in self.1 {
                        simd.store(exp2(simd, simd.load(x)), x);
                    }
                }
            }
        }
    }

    /// Checks `function` on a grid from `low` to `high`, for every kernel.
    fn check(function: Function, low: f64, high: f64, error: impl Fn(f64, f64) -> f64) {
        const POINTS: usize = 64_000;
        let grid = |i: usize| (low + (high - low) * i as f64 / POINTS as f64) as f32;
        let points: Vec<Floats> = (0..POINTS / LANES)
            .map(|v| Floats(std::array::from_fn(|lane| grid(v * LANES + lane))))
            .collect();
        for kernel in Kernel::available() {
            let mut values = points.clone();
            kernel.run(Evaluate(function, &mut values));
            for (x, y) in points
                .iter()
                .zip(&values)
                .flat_map(|(x, y)| x.0.into_iter().zip(y.0))
            {
                let error = error(x.into(), y.into());
                assert!(error < 1e-6, "{} at {x}: {y}, error {error}", kernel.name());
            }
        }
    }

    #[test]
    fn gelu_is_close() {
        let wanted = |x: f64| x * reference::normal_distribution(x);
        check(Function::Gelu, -12.0, 12.0, |x, y| {
            (y - wanted(x)).abs() / x.abs().max(1.0)
        });
    }

    #[test]
    fn exp2_is_close() {
        check(Function::Exp2, -125.0, 0.0, |x, y| (y / x.exp2() - 1.0).abs());
        check(Function::Exp2, -1.0, 0.0, |x, y| (y / x.exp2() - 1.0).abs());
        check(Function::Exp2, -1e9, -126.0, |_, y| y);
    }

    struct Quantise<'a>(&'a [Floats], &'a mut [Ints]);

    impl Task for Quantise<'_> {
        type Output = RowScale;
        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> RowScale {
            quantise(simd, self.0, &range(simd, self.0), self.1)
        }
    }

    #[test]
    fn codes_give_the_row_back() {
        let rows: [fn(usize) -> f32; 4] = [
            |i| (i as f32 * 0.37).sin() * 3.0 + 1.0,
            |i| if i == 5 { 1e6 } else { i as f32 },
            |i| 1e6 + (i % 3) as f32,
            |_| -2.5,
        ];
        for row in rows {
            let vectors: Vec<Floats> = (0..8)
                .map(|v| Floats(std::array::from_fn(|lane| row(v * LANES + lane))))
                .collect();
            for kernel in Kernel::available() {
                let mut codes = [Ints::default(); 2];
                let RowScale { scale, offset } = kernel.run(Quantise(&vectors, &mut codes));
                for i in 0..2 * LINE {
                    let (line, quarter, group) = (i / LINE, i % LINE / LANES, i % LANES);
                    let code = codes[line].0[group].to_le_bytes()[quarter];
                    let error = (f32::from(code) * scale + offset - row(i)).abs();
                    assert!(
                        error <= 0.5001 * scale + 1e-6 * row(i).abs(),
                        "{} at {i}: {error}",
                        kernel.name()
                    );
                }
            }
        }
    }
}
