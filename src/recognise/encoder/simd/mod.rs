//! Vectors of sixteen lanes, the same on every processor.
//!
//! Everything above this module is written once against [`Simd`]. Every
//! implementation has sixteen lanes, adds lanes in the same order and fuses
//! multiply-add where told to, so the encoder's results are the same to the last
//! bit whichever of them runs.
//!
//! All `unsafe` code of the encoder is in this folder. A value of an
//! implementing type is the proof that its instructions exist: it is only made
//! after `is_x86_feature_detected!` said so.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;
mod tile;

pub(crate) use tile::{ColumnScale, Operand, PairTile, QuadTile, ROW_LIMIT, RowScale};

/// Lanes of a vector.
pub(crate) const LANES: usize = 16;

/// Sixteen `f32`, a cache line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Floats(pub [f32; LANES]);

/// Sixteen `i32`, a cache line. Also sixteen groups of four `u8`/`i8` or of two
/// `i16`, lowest byte first: what an integer dot-product instruction takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(64))]
pub(crate) struct Ints(pub [i32; LANES]);

/// Instruction set that the encoder can run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kernel {
    /// AVX-512 with VNNI: 64 multiply-adds an instruction.
    Avx512Vnni,
    /// AVX2 with AVX-VNNI: 32 multiply-adds an instruction.
    AvxVnni,
    /// AVX2 with FMA.
    Avx2,
    /// Plain Rust; the compiler vectorises it for the target.
    Portable,
}

impl Kernel {
    const ALL: [Self; 4] = [Self::Avx512Vnni, Self::AvxVnni, Self::Avx2, Self::Portable];

    /// Whether this processor has the instructions.
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => avx512::Avx512::detect().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni => avx2::Avx2::<true>::detect().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::Avx2::<false>::detect().is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx512Vnni | Self::AvxVnni | Self::Avx2 => false,
            Self::Portable => true,
        }
    }

    /// The kernels that this processor can run, fastest first.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|kernel| kernel.is_available())
    }

    /// The fastest kernel that this processor can run.
    pub fn best() -> Self {
        Self::available().next().unwrap_or(Self::Portable)
    }

    /// A short lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avx512Vnni => "avx512-vnni",
            Self::AvxVnni => "avx-vnni",
            Self::Avx2 => "avx2",
            Self::Portable => "portable",
        }
    }

    /// Runs `task` with the instructions of this kernel, or portably if the processor lacks them.
    pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
        #[cfg(target_arch = "x86_64")]
        match self {
            Self::Avx512Vnni => {
                if let Some(simd) = avx512::Avx512::detect() {
                    return simd.call(task);
                }
            }
            Self::AvxVnni => {
                if let Some(simd) = avx2::Avx2::<true>::detect() {
                    return simd.call(task);
                }
            }
            Self::Avx2 => {
                if let Some(simd) = avx2::Avx2::<false>::detect() {
                    return simd.call(task);
                }
            }
            Self::Portable => {}
        }
        portable::Portable.call(task)
    }
}

/// A piece of work to be compiled for each instruction set. `run` must be
/// `#[inline(always)]`, as must be every function below it that takes a [`Simd`].
pub(crate) trait Task {
    type Output;
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// Sixteen-lane arithmetic and the matrix tiles built on it.
pub(crate) trait Simd: Copy {
    /// Sixteen `f32`.
    type F: Copy;
    /// Sixteen `i32`.
    type I: Copy;
    /// Four `u8` of the left operand, ready to meet [`Self::Right`].
    type Left: Copy;
    /// Sixteen groups of four `i8` of the right operand, ready for [`Self::dot4`].
    type Right: Copy;

    /// Compiles `task` for this instruction set and runs it.
    fn call<T: Task>(self, task: T) -> T::Output;

    fn splat(self, value: f32) -> Self::F;
    fn load(self, from: &Floats) -> Self::F;
    fn store(self, value: Self::F, to: &mut Floats);
    fn add(self, a: Self::F, b: Self::F) -> Self::F;
    fn sub(self, a: Self::F, b: Self::F) -> Self::F;
    fn mul(self, a: Self::F, b: Self::F) -> Self::F;
    /// `a * b + c` with one rounding.
    fn fma(self, a: Self::F, b: Self::F, c: Self::F) -> Self::F;
    /// `a > b ? a : b`.
    fn max(self, a: Self::F, b: Self::F) -> Self::F;
    /// `a < b ? a : b`.
    fn min(self, a: Self::F, b: Self::F) -> Self::F;
    /// The first `count` lanes, zero in the others.
    fn keep(self, a: Self::F, count: usize) -> Self::F;
    /// Nearest integer, ties to even.
    fn round(self, a: Self::F) -> Self::I;
    /// Nearest integer as a float, ties to even.
    fn round_float(self, a: Self::F) -> Self::F;
    fn float(self, a: Self::I) -> Self::F;
    /// `a * 2^exponent` for whole exponents, where the result is a normal number.
    fn scale_by_power(self, a: Self::F, exponent: Self::F) -> Self::F;
    fn to_array(self, a: Self::F) -> [f32; LANES];

    fn splat_int(self, value: i32) -> Self::I;
    fn load_ints(self, from: &Ints) -> Self::I;
    fn store_ints(self, value: Self::I, to: &mut Ints);
    fn sub_ints(self, a: Self::I, b: Self::I) -> Self::I;
    fn max_ints(self, a: Self::I, b: Self::I) -> Self::I;
    /// The first `count` lanes, `i32::MIN` in the others.
    fn keep_ints(self, a: Self::I, count: usize) -> Self::I;
    fn ints_to_array(self, a: Self::I) -> [i32; LANES];
    /// Lane by lane, two `i16` in one group.
    fn join_pairs(self, low: Self::I, high: Self::I) -> Self::I;
    /// Lane by lane, four bytes in one group.
    fn join_quads(self, parts: [Self::I; 4]) -> Self::I;

    fn left(self, group: i32) -> Self::Left;
    fn right(self, groups: Self::I) -> Self::Right;
    /// Adds the products of four `u8` with four `i8`, exactly.
    fn dot4(self, sum: Self::I, left: Self::Left, right: Self::Right) -> Self::I;
    /// Adds the products of two `i16` with two `i16`, exactly.
    fn dot2(self, sum: Self::I, left: i32, right: Self::I) -> Self::I;

    /// Most rows of a tile.
    const TILE_ROWS: usize;
    /// Multiplies up to `TILE_ROWS` rows by 32 columns.
    fn quad_tile(self, tile: QuadTile<'_>);
    /// Multiplies up to `TILE_ROWS` rows by 32 columns.
    fn pair_tile(self, tile: PairTile<'_>);

    /// Asks for a line to be brought into the cache; any address will do.
    #[inline(always)]
    fn prefetch(self, _line: *const Ints) {}

    /// Lane `j` of vector `i` becomes lane `i` of vector `j`.
    #[inline(always)]
    fn transpose(self, vectors: &mut [Self::I; LANES]) {
        let mut rows = [Ints::default(); LANES];
        for (row, vector) in rows.iter_mut().zip(&*vectors) {
            self.store_ints(*vector, row);
        }
        for (lane, vector) in vectors.iter_mut().enumerate() {
            let mut column = Ints::default();
            for (to, row) in column.0.iter_mut().zip(&rows) {
                *to = row.0[lane];
            }
            *vector = self.load_ints(&column);
        }
    }

    /// Sum of the lanes, always in the same order.
    #[inline(always)]
    fn sum(self, a: Self::F) -> f32 {
        fold(self.to_array(a), |x, y| x + y)
    }

    /// Greatest lane.
    #[inline(always)]
    fn greatest(self, a: Self::F) -> f32 {
        fold(self.to_array(a), |x, y| if x > y { x } else { y })
    }

    /// Least lane.
    #[inline(always)]
    fn least(self, a: Self::F) -> f32 {
        fold(self.to_array(a), |x, y| if x < y { x } else { y })
    }

    /// Greatest lane.
    #[inline(always)]
    fn greatest_int(self, a: Self::I) -> i32 {
        fold(self.ints_to_array(a), Ord::max)
    }
}

/// Folds lane i with lane i + 8, then + 4, + 2, + 1.
#[inline(always)]
fn fold<T: Copy>(mut lanes: [T; LANES], f: impl Fn(T, T) -> T) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] = f(lanes[i], lanes[i + half]);
        }
        half /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Transpose<'a>(&'a mut [Ints; LANES]);

    impl Task for Transpose<'_> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) {
            let mut vectors = [simd.splat_int(0); LANES];
            for (vector, row) in vectors.iter_mut().zip(&*self.0) {
                *vector = simd.load_ints(row);
            }
            simd.transpose(&mut vectors);
            for (vector, row) in vectors.into_iter().zip(self.0) {
                simd.store_ints(vector, row);
            }
        }
    }

    #[test]
    fn rows_become_columns() {
        let entry = |row: usize, column: usize| (row * 100 + column) as i32;
        for kernel in Kernel::available() {
            let mut rows = std::array::from_fn(|row| Ints(std::array::from_fn(|column| entry(row, column))));
            kernel.run(Transpose(&mut rows));
            let wanted = std::array::from_fn(|row| Ints(std::array::from_fn(|column| entry(column, row))));
            assert_eq!(rows, wanted, "{}", kernel.name());
        }
    }
}
