//! The innermost loop: a few rows times 32 columns, accumulated in registers.

use super::{Floats, Ints, LANES, Simd, Task};

/// No instruction set takes more rows at once.
pub(crate) const ROW_LIMIT: usize = 12;

/// Vectors of columns in a panel of the right operand.
const PANEL: usize = 2;

/// Rows of the left operand: row `r` is `lines[r * stride..][..depth]`, each
/// line sixteen groups along the summed axis.
#[derive(Clone, Copy)]
pub(crate) struct Operand<'a> {
    pub lines: &'a [Ints],
    pub stride: usize,
    pub depth: usize,
    pub rows: usize,
}

/// `u8` activations times a panel of `i8` weights, scaled back to `f32`.
pub(crate) struct QuadTile<'a> {
    pub left: Operand<'a>,
    /// Two vectors (32 columns) for each group of the summed axis.
    pub right: &'a [Ints],
    pub rows: &'a [RowScale],
    pub columns: &'a [ColumnScale; PANEL],
    /// Row `r` is written to `out[r * out_stride..][..2]`.
    pub out: &'a mut [Floats],
    pub out_stride: usize,
}

/// `i16` times `i16`, left as `i32`.
pub(crate) struct PairTile<'a> {
    pub left: Operand<'a>,
    /// Two vectors (32 columns) for each group of the summed axis.
    pub right: &'a [Ints],
    /// Row `r` is written to `out[r * out_stride..][..2]`.
    pub out: &'a mut [Ints],
    pub out_stride: usize,
}

/// A row of activations in 8 bits: `x = code * scale + offset`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct RowScale {
    pub scale: f32,
    pub offset: f32,
}

/// Sixteen columns of weights in 8 bits: `w = code * scale`, `sum` is the sum of
/// all `w` of a column.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct ColumnScale {
    pub scale: Floats,
    pub sum: Floats,
    pub bias: Floats,
}

/// How groups of the two operands are multiplied.
trait Product<S: Simd> {
    type Left: Copy;
    type Right: Copy;
    fn left(simd: S, group: i32) -> Self::Left;
    fn right(simd: S, groups: S::I) -> Self::Right;
    fn dot(simd: S, sum: S::I, left: Self::Left, right: Self::Right) -> S::I;
}

struct Quads;

impl<S: Simd> Product<S> for Quads {
    type Left = S::Left;
    type Right = S::Right;
    #[inline(always)]
    fn left(simd: S, group: i32) -> S::Left {
        simd.left(group)
    }
    #[inline(always)]
    fn right(simd: S, groups: S::I) -> S::Right {
        simd.right(groups)
    }
    #[inline(always)]
    fn dot(simd: S, sum: S::I, left: S::Left, right: S::Right) -> S::I {
        simd.dot4(sum, left, right)
    }
}

struct Pairs;

impl<S: Simd> Product<S> for Pairs {
    type Left = i32;
    type Right = S::I;
    #[inline(always)]
    fn left(_: S, group: i32) -> i32 {
        group
    }
    #[inline(always)]
    fn right(_: S, groups: S::I) -> S::I {
        groups
    }
    #[inline(always)]
    fn dot(simd: S, sum: S::I, left: i32, right: S::I) -> S::I {
        simd.dot2(sum, left, right)
    }
}

/// `R` rows times `C` vectors of columns, from vector `part` of the panel on.
#[inline(always)]
fn multiply<S: Simd, P: Product<S>, const R: usize, const C: usize>(
    simd: S,
    left: &Operand<'_>,
    right: &[Ints],
    part: usize,
) -> [[S::I; C]; R] {
    let Operand {
        lines, stride, depth, ..
    } = *left;
    assert!(part + C <= PANEL);
    assert!(right.len() >= depth * LANES * PANEL);
    assert!(depth > 0 && depth <= stride && lines.len() >= (R - 1) * stride + depth);
    let mut sums = [[simd.splat_int(0); C]; R];
    for line in 0..depth {
        for group in 0..LANES {
            let at = (line * LANES + group) * PANEL + part;
            // The panel after this one, so that it is there in time; beyond the last it does no harm.
            for c in 0..C {
                simd.prefetch(right.as_ptr().wrapping_add(depth * LANES * PANEL + at + c));
            }
            let mut columns = [P::right(simd, simd.splat_int(0)); C];
            for (c, column) in columns.iter_mut().enumerate() {
                // SAFETY: at + c < depth * LANES * PANEL, asserted above.
                *column = P::right(simd, simd.load_ints(unsafe { right.get_unchecked(at + c) }));
            }
            for (r, sums) in sums.iter_mut().enumerate() {
                // SAFETY: r * stride + line <= (R - 1) * stride + depth - 1, asserted above.
                let row = unsafe { lines.get_unchecked(r * stride + line) };
                let group = P::left(simd, row.0[group]);
                for (sum, &column) in sums.iter_mut().zip(&columns) {
                    *sum = P::dot(simd, *sum, group, column);
                }
            }
        }
    }
    sums
}

/// A tile whose number of rows `R` and of column vectors at once `C` are known to the compiler.
pub(super) struct Sized<T, const R: usize, const C: usize>(T);

impl<'a> QuadTile<'a> {
    pub(super) fn rows(&self) -> usize {
        self.left.rows
    }

    pub(super) fn sized<const R: usize, const C: usize>(self) -> Sized<Self, R, C> {
        Sized(self)
    }
}

impl<'a> PairTile<'a> {
    pub(super) fn rows(&self) -> usize {
        self.left.rows
    }

    pub(super) fn sized<const R: usize, const C: usize>(self) -> Sized<Self, R, C> {
        Sized(self)
    }
}

impl<const R: usize, const C: usize> Task for Sized<QuadTile<'_>, R, C> {
    type Output = ();

    /// With x = u·s + o and w = v·t: Σ x·w = s·t·Σ u·v + o·Σ w.
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let tile = self.0;
        for part in (0..PANEL).step_by(C) {
            let sums = multiply::<S, Quads, R, C>(simd, &tile.left, tile.right, part);
            let columns = &tile.columns[part..part + C];
            for (r, row) in tile.rows[..R].iter().enumerate() {
                let (scale, offset) = (simd.splat(row.scale), simd.splat(row.offset));
                let out = &mut tile.out[r * tile.out_stride + part..][..C];
                for c in 0..C {
                    let product = simd.mul(simd.float(sums[r][c]), simd.load(&columns[c].scale));
                    let rest = simd.fma(offset, simd.load(&columns[c].sum), simd.load(&columns[c].bias));
                    simd.store(simd.fma(product, scale, rest), &mut out[c]);
                }
            }
        }
    }
}

impl<const R: usize, const C: usize> Task for Sized<PairTile<'_>, R, C> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let tile = self.0;
        for part in (0..PANEL).step_by(C) {
            let sums = multiply::<S, Pairs, R, C>(simd, &tile.left, tile.right, part);
            for (r, row) in sums.iter().enumerate() {
                let out = &mut tile.out[r * tile.out_stride + part..][..C];
                for c in 0..C {
                    simd.store_ints(row[c], &mut out[c]);
                }
            }
        }
    }
}
