//! Plain Rust on arrays. The compiler turns the loops into NEON or SSE2.

use super::tile::{PairTile, QuadTile};
use super::{Floats, Ints, LANES, Simd, Task};

/// Runs anywhere.
#[derive(Clone, Copy)]
pub(super) struct Portable;

#[inline(always)]
fn zip<A: Copy, B: Copy, T: Copy + Default>(
    a: [A; LANES],
    b: [B; LANES],
    f: impl Fn(A, B) -> T,
) -> [T; LANES] {
    let mut out = [T::default(); LANES];
    for i in 0..LANES {
        out[i] = f(a[i], b[i]);
    }
    out
}

#[inline(always)]
fn each<A: Copy, T: Copy + Default>(a: [A; LANES], f: impl Fn(A) -> T) -> [T; LANES] {
    zip(a, a, |a, _| f(a))
}

#[inline(always)]
fn first<T: Copy>(mut a: [T; LANES], count: usize, rest: T) -> [T; LANES] {
    for lane in a.iter_mut().skip(count) {
        *lane = rest;
    }
    a
}

impl Simd for Portable {
    type F = [f32; LANES];
    type I = [i32; LANES];
    type Left = [i32; 4];
    /// First bytes of all groups, second bytes, ...
    type Right = [[i32; LANES]; 4];

    const TILE_ROWS: usize = 4;

    #[inline(always)]
    fn call<T: Task>(self, task: T) -> T::Output {
        task.run(self)
    }

    #[inline(always)]
    fn splat(self, value: f32) -> Self::F {
        [value; LANES]
    }
    #[inline(always)]
    fn load(self, from: &Floats) -> Self::F {
        from.0
    }
    #[inline(always)]
    fn store(self, value: Self::F, to: &mut Floats) {
        to.0 = value;
    }
    #[inline(always)]
    fn add(self, a: Self::F, b: Self::F) -> Self::F {
        zip(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, a: Self::F, b: Self::F) -> Self::F {
        zip(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, a: Self::F, b: Self::F) -> Self::F {
        zip(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn fma(self, a: Self::F, b: Self::F, c: Self::F) -> Self::F {
        let mut out = c;
        for i in 0..LANES {
            out[i] = a[i].mul_add(b[i], c[i]);
        }
        out
    }
    #[inline(always)]
    fn max(self, a: Self::F, b: Self::F) -> Self::F {
        zip(a, b, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn min(self, a: Self::F, b: Self::F) -> Self::F {
        zip(a, b, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    fn keep(self, a: Self::F, count: usize) -> Self::F {
        first(a, count, 0.0)
    }
    #[inline(always)]
    fn round(self, a: Self::F) -> Self::I {
        each(a, |a| a.round_ties_even() as i32)
    }
    #[inline(always)]
    fn round_float(self, a: Self::F) -> Self::F {
        each(a, f32::round_ties_even)
    }
    #[inline(always)]
    fn float(self, a: Self::I) -> Self::F {
        each(a, |a| a as f32)
    }
    #[inline(always)]
    fn scale_by_power(self, a: Self::F, exponent: Self::F) -> Self::F {
        zip(a, exponent, |a, e| {
            f32::from_bits(a.to_bits().wrapping_add((e as i32 as u32) << 23))
        })
    }
    #[inline(always)]
    fn to_array(self, a: Self::F) -> [f32; LANES] {
        a
    }

    #[inline(always)]
    fn splat_int(self, value: i32) -> Self::I {
        [value; LANES]
    }
    #[inline(always)]
    fn load_ints(self, from: &Ints) -> Self::I {
        from.0
    }
    #[inline(always)]
    fn store_ints(self, value: Self::I, to: &mut Ints) {
        to.0 = value;
    }
    #[inline(always)]
    fn sub_ints(self, a: Self::I, b: Self::I) -> Self::I {
        zip(a, b, i32::wrapping_sub)
    }
    #[inline(always)]
    fn max_ints(self, a: Self::I, b: Self::I) -> Self::I {
        zip(a, b, Ord::max)
    }
    #[inline(always)]
    fn keep_ints(self, a: Self::I, count: usize) -> Self::I {
        first(a, count, i32::MIN)
    }
    #[inline(always)]
    fn ints_to_array(self, a: Self::I) -> [i32; LANES] {
        a
    }
    #[inline(always)]
    fn join_pairs(self, low: Self::I, high: Self::I) -> Self::I {
        zip(low, high, |low, high| low & 0xFFFF | high << 16)
    }
    #[inline(always)]
    fn join_quads(self, [a, b, c, d]: [Self::I; 4]) -> Self::I {
        zip(
            zip(a, b, |a, b| a | b << 8),
            zip(c, d, |c, d| c << 16 | d << 24),
            |low, high| low | high,
        )
    }

    #[inline(always)]
    fn left(self, group: i32) -> [i32; 4] {
        group.to_le_bytes().map(i32::from)
    }
    #[inline(always)]
    fn right(self, groups: Self::I) -> Self::Right {
        let mut bytes = [[0; LANES]; 4];
        for (shift, bytes) in [24, 16, 8, 0].into_iter().zip(&mut bytes) {
            *bytes = each(groups, |group| group << shift >> 24);
        }
        bytes
    }
    #[inline(always)]
    fn dot4(self, mut sum: Self::I, left: [i32; 4], right: Self::Right) -> Self::I {
        for (left, right) in left.into_iter().zip(right) {
            for (sum, right) in sum.iter_mut().zip(right) {
                *sum = sum.wrapping_add(left * right);
            }
        }
        sum
    }
    #[inline(always)]
    fn dot2(self, mut sum: Self::I, left: i32, right: Self::I) -> Self::I {
        let (low, high) = (i32::from(left as i16), left >> 16);
        for (sum, pair) in sum.iter_mut().zip(right) {
            let products = (low * i32::from(pair as i16)).wrapping_add(high * (pair >> 16));
            *sum = sum.wrapping_add(products);
        }
        sum
    }

    #[inline(always)]
    fn quad_tile(self, tile: QuadTile<'_>) {
        match tile.rows() {
            1 => self.call(tile.sized::<1, 1>()),
            2 => self.call(tile.sized::<2, 1>()),
            3 => self.call(tile.sized::<3, 1>()),
            _ => self.call(tile.sized::<4, 1>()),
        }
    }
    #[inline(always)]
    fn pair_tile(self, tile: PairTile<'_>) {
        match tile.rows() {
            1 => self.call(tile.sized::<1, 1>()),
            2 => self.call(tile.sized::<2, 1>()),
            3 => self.call(tile.sized::<3, 1>()),
            _ => self.call(tile.sized::<4, 1>()),
        }
    }
}
