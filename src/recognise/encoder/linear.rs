//! Linear layers in 8 bits: packed weights and the loop over tiles.

use super::simd::Floats;
use super::simd::{ColumnScale, Ints, LANES, Operand, QuadTile, RowScale, Simd, Task};

/// Values that a line of codes holds: sixteen groups of four.
pub(super) const LINE: usize = 4 * LANES;

/// Columns of a panel.
const PANEL: usize = 2 * LANES;

/// A weight matrix in the order in which the tiles read it, 32 columns after 32.
///
/// Within a line of 64 inputs, group `g` holds the inputs `g`, `g + 16`, `g + 32`
/// and `g + 48`, since that is how four vectors join into groups without a shuffle.
#[derive(Debug)]
pub(super) struct Linear {
    depth: usize,
    panels: Vec<Ints>,
    columns: Vec<[ColumnScale; 2]>,
}

impl Linear {
    /// Packs `weights`, `i8` as [outputs, inputs], row `o` in units of `scale[o]`.
    /// `inputs` is a multiple of 64, the number of outputs one of 32.
    pub(super) fn new(inputs: usize, weights: &[u8], scale: &[f32], bias: &[f32]) -> Self {
        let depth = inputs / LINE;
        let mut panels = vec![Ints::default(); scale.len() / PANEL * depth * LANES * 2];
        let mut columns = vec![[ColumnScale::default(); 2]; scale.len() / PANEL];
        for (output, row) in weights.chunks_exact(inputs).enumerate() {
            let (panel, vector, lane) = (output / PANEL, output % PANEL / LANES, output % LANES);
            let sum: i32 = row.iter().map(|&w| i32::from(w as i8)).sum();
            let column = &mut columns[panel][vector];
            column.scale.0[lane] = scale[output];
            column.sum.0[lane] = scale[output] * sum as f32;
            column.bias.0[lane] = bias[output];

            let groups = &mut panels[panel * depth * LANES * 2..][..depth * LANES * 2];
            for (line, inputs) in row.chunks_exact(LINE).enumerate() {
                for group in 0..LANES {
                    let bytes = [0, 1, 2, 3].map(|quarter| inputs[quarter * LANES + group]);
                    groups[(line * LANES + group) * 2 + vector].0[lane] = i32::from_le_bytes(bytes);
                }
            }
        }
        Self {
            depth,
            panels,
            columns,
        }
    }

    /// Vectors of a row of output.
    fn width(&self) -> usize {
        self.columns.len() * 2
    }
}

/// Computes `out = weights · input + bias` for as many rows as `scales` has.
pub(super) struct Apply<'a> {
    pub weights: &'a Linear,
    /// Rows of codes, `weights.depth` lines each.
    pub codes: &'a [Ints],
    pub scales: &'a [RowScale],
    pub out: &'a mut [Floats],
}

impl Task for Apply<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self {
            weights,
            codes,
            scales,
            out,
        } = self;
        let (depth, width) = (weights.depth, weights.width());
        let blocks = scales.len().div_ceil(S::TILE_ROWS);
        let panels = weights.panels.chunks_exact(depth * LANES * 2);
        for (at, (panel, columns)) in panels.zip(&weights.columns).enumerate() {
            for block in 0..blocks {
                let first = scales.len() * block / blocks;
                let rows = scales.len() * (block + 1) / blocks - first;
                simd.quad_tile(QuadTile {
                    left: Operand {
                        lines: &codes[first * depth..],
                        stride: depth,
                        depth,
                        rows,
                    },
                    right: panel,
                    rows: &scales[first..first + rows],
                    columns,
                    out: &mut out[first * width + at * 2..],
                    out_stride: width,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::simd::Kernel;
    use super::*;

    /// Codes in the order of the groups of a line.
    fn lines(row: &[u8]) -> Vec<Ints> {
        let line = |inputs: &[u8]| {
            let group = |g: usize| i32::from_le_bytes([0, 1, 2, 3].map(|q| inputs[q * LANES + g]));
            Ints(std::array::from_fn(group))
        };
        row.chunks_exact(LINE).map(line).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Sums are exact for any number of rows and for the greatest codes and weights.
        #[test]
        fn sums_are_exact(rows in 1usize..30, depth in 1usize..8, panels in 1usize..3, seed: u64, extreme: bool) {
            let (inputs, outputs) = (depth * LINE, panels * PANEL);
            let mut state = seed;
            let mut byte = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let byte = (state >> 56) as u8;
                if extreme { [0, 255, 127, 128][usize::from(byte % 4)] } else { byte }
            };
            let codes: Vec<u8> = (0..rows * inputs).map(|_| byte()).collect();
            let weights: Vec<u8> = (0..outputs * inputs).map(|_| byte()).collect();
            let linear = Linear::new(inputs, &weights, &vec![1.0; outputs], &vec![0.5; outputs]);
            let coded: Vec<Ints> = codes.chunks_exact(inputs).flat_map(lines).collect();
            let scales = vec![RowScale { scale: 1.0, offset: 0.0 }; rows];
            for kernel in Kernel::available() {
                let mut out = vec![Floats::default(); rows * linear.width()];
                kernel.run(Apply { weights: &linear, codes: &coded, scales: &scales, out: &mut out });
                for (row, codes) in codes.chunks_exact(inputs).enumerate() {
                    for (output, weights) in weights.chunks_exact(inputs).enumerate() {
                        let products = codes.iter().zip(weights).map(|(&c, &w)| i32::from(c) * i32::from(w as i8));
                        let wanted = products.sum::<i32>() as f32 + 0.5;
                        let got = out[row * linear.width() + output / LANES].0[output % LANES];
                        prop_assert_eq!(got, wanted, "{} row {} output {}", kernel.name(), row, output);
                    }
                }
            }
        }
    }
}
