//! AVX2 with FMA: two instructions a vector of sixteen lanes; with AVX-VNNI
//! where the processor has it.

use std::arch::x86_64::*;

use super::tile::{PairTile, QuadTile};
use super::{Floats, Ints, LANES, Simd, Task};

/// Proof that the processor has AVX2 and FMA and, if `VNNI`, AVX-VNNI.
#[derive(Clone, Copy)]
pub(super) struct Avx2<const VNNI: bool>(());

impl<const VNNI: bool> Avx2<VNNI> {
    pub(super) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && (!VNNI || is_x86_feature_detected!("avxvnni"));
        found.then_some(Self(()))
    }
}

/// # Safety
/// The processor must have the features; an [`Avx2`] proves it.
#[target_feature(enable = "avx2,fma")]
unsafe fn call_avx2<S: Simd, T: Task>(simd: S, task: T) -> T::Output {
    task.run(simd)
}

/// # Safety
/// The processor must have the features; an [`Avx2<true>`] proves it.
#[target_feature(enable = "avx2,fma,avxvnni")]
unsafe fn call_avx_vnni<S: Simd, T: Task>(simd: S, task: T) -> T::Output {
    task.run(simd)
}

type F = [__m256; 2];
type I = [__m256i; 2];

/// Numbers of the lanes, to compare with a count.
static IOTA: Ints = Ints([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);

/// All ones in the first `count` lanes.
#[inline(always)]
fn mask<const VNNI: bool>(simd: Avx2<VNNI>, count: usize) -> I {
    let count = simd.splat_int(count.min(LANES) as i32);
    let iota = simd.load_ints(&IOTA);
    each(count, iota, |count, iota| unsafe {
        _mm256_cmpgt_epi32(count, iota)
    })
}

#[inline(always)]
fn each<A: Copy, B: Copy, T>(a: [A; 2], b: [B; 2], f: impl Fn(A, B) -> T) -> [T; 2] {
    [f(a[0], b[0]), f(a[1], b[1])]
}

// SAFETY of every block below: `self` proves that the instructions exist, and
// memory is only reached through references to whole, aligned vectors.
impl<const VNNI: bool> Simd for Avx2<VNNI> {
    type F = F;
    type I = I;
    /// The first and third byte of a group as `i16`, and the second and fourth;
    /// with VNNI twice the group as it is.
    type Left = [__m256i; 2];
    /// The same of sixteen groups.
    type Right = [[__m256i; 2]; 2];

    const TILE_ROWS: usize = if VNNI { 6 } else { 4 };

    #[inline(always)]
    fn call<T: Task>(self, task: T) -> T::Output {
        if VNNI {
            unsafe { call_avx_vnni(self, task) }
        } else {
            unsafe { call_avx2(self, task) }
        }
    }

    #[inline(always)]
    fn splat(self, value: f32) -> F {
        unsafe { [_mm256_set1_ps(value); 2] }
    }
    #[inline(always)]
    fn load(self, from: &Floats) -> F {
        let [low, high] = halves(&from.0);
        unsafe { [_mm256_load_ps(low.as_ptr()), _mm256_load_ps(high.as_ptr())] }
    }
    #[inline(always)]
    fn store(self, value: F, to: &mut Floats) {
        let (low, high) = to.0.split_at_mut(LANES / 2);
        unsafe {
            _mm256_store_ps(low.as_mut_ptr(), value[0]);
            _mm256_store_ps(high.as_mut_ptr(), value[1]);
        }
    }
    #[inline(always)]
    fn add(self, a: F, b: F) -> F {
        each(a, b, |a, b| unsafe { _mm256_add_ps(a, b) })
    }
    #[inline(always)]
    fn sub(self, a: F, b: F) -> F {
        each(a, b, |a, b| unsafe { _mm256_sub_ps(a, b) })
    }
    #[inline(always)]
    fn mul(self, a: F, b: F) -> F {
        each(a, b, |a, b| unsafe { _mm256_mul_ps(a, b) })
    }
    #[inline(always)]
    fn fma(self, a: F, b: F, c: F) -> F {
        unsafe {
            [
                _mm256_fmadd_ps(a[0], b[0], c[0]),
                _mm256_fmadd_ps(a[1], b[1], c[1]),
            ]
        }
    }
    #[inline(always)]
    fn max(self, a: F, b: F) -> F {
        each(a, b, |a, b| unsafe { _mm256_max_ps(a, b) })
    }
    #[inline(always)]
    fn min(self, a: F, b: F) -> F {
        each(a, b, |a, b| unsafe { _mm256_min_ps(a, b) })
    }
    #[inline(always)]
    fn keep(self, a: F, count: usize) -> F {
        each(a, mask(self, count), |a, mask| unsafe {
            _mm256_and_ps(a, _mm256_castsi256_ps(mask))
        })
    }
    #[inline(always)]
    fn round(self, a: F) -> I {
        a.map(|a| unsafe { _mm256_cvtps_epi32(a) })
    }
    #[inline(always)]
    fn round_float(self, a: F) -> F {
        a.map(|a| unsafe { _mm256_round_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(a) })
    }
    #[inline(always)]
    fn float(self, a: I) -> F {
        a.map(|a| unsafe { _mm256_cvtepi32_ps(a) })
    }
    #[inline(always)]
    fn scale_by_power(self, a: F, exponent: F) -> F {
        each(a, exponent, |a, exponent| unsafe {
            let shift = _mm256_slli_epi32::<23>(_mm256_cvtps_epi32(exponent));
            _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), shift))
        })
    }
    #[inline(always)]
    fn to_array(self, a: F) -> [f32; LANES] {
        let mut out = Floats::default();
        self.store(a, &mut out);
        out.0
    }

    #[inline(always)]
    fn splat_int(self, value: i32) -> I {
        unsafe { [_mm256_set1_epi32(value); 2] }
    }
    #[inline(always)]
    fn load_ints(self, from: &Ints) -> I {
        let [low, high] = halves(&from.0);
        unsafe {
            [
                _mm256_load_si256(low.as_ptr().cast()),
                _mm256_load_si256(high.as_ptr().cast()),
            ]
        }
    }
    #[inline(always)]
    fn store_ints(self, value: I, to: &mut Ints) {
        let (low, high) = to.0.split_at_mut(LANES / 2);
        unsafe {
            _mm256_store_si256(low.as_mut_ptr().cast(), value[0]);
            _mm256_store_si256(high.as_mut_ptr().cast(), value[1]);
        }
    }
    #[inline(always)]
    fn sub_ints(self, a: I, b: I) -> I {
        each(a, b, |a, b| unsafe { _mm256_sub_epi32(a, b) })
    }
    #[inline(always)]
    fn max_ints(self, a: I, b: I) -> I {
        each(a, b, |a, b| unsafe { _mm256_max_epi32(a, b) })
    }
    #[inline(always)]
    fn keep_ints(self, a: I, count: usize) -> I {
        each(a, mask(self, count), |a, mask| unsafe {
            _mm256_blendv_epi8(_mm256_set1_epi32(i32::MIN), a, mask)
        })
    }
    #[inline(always)]
    fn ints_to_array(self, a: I) -> [i32; LANES] {
        let mut out = Ints::default();
        self.store_ints(a, &mut out);
        out.0
    }
    #[inline(always)]
    fn join_pairs(self, low: I, high: I) -> I {
        each(low, high, |low, high| unsafe {
            _mm256_blend_epi16::<0b1010_1010>(low, _mm256_slli_epi32::<16>(high))
        })
    }
    #[inline(always)]
    fn join_quads(self, [a, b, c, d]: [I; 4]) -> I {
        let low = each(a, b, |a, b| unsafe {
            _mm256_or_si256(a, _mm256_slli_epi32::<8>(b))
        });
        let high = each(c, d, |c, d| unsafe {
            _mm256_or_si256(_mm256_slli_epi32::<16>(c), _mm256_slli_epi32::<24>(d))
        });
        each(low, high, |low, high| unsafe { _mm256_or_si256(low, high) })
    }

    #[inline(always)]
    fn left(self, group: i32) -> Self::Left {
        unsafe {
            let group = _mm256_set1_epi32(group);
            if VNNI {
                return [group; 2];
            }
            let even = _mm256_and_si256(group, _mm256_set1_epi16(0xFF));
            [even, _mm256_srli_epi16::<8>(group)]
        }
    }
    #[inline(always)]
    fn right(self, groups: I) -> Self::Right {
        groups.map(|groups| unsafe {
            if VNNI {
                return [groups; 2];
            }
            let even = _mm256_srai_epi16::<8>(_mm256_slli_epi16::<8>(groups));
            [even, _mm256_srai_epi16::<8>(groups)]
        })
    }
    #[inline(always)]
    fn dot4(self, sum: I, left: Self::Left, right: Self::Right) -> I {
        each(sum, right, |sum, right| unsafe {
            if VNNI {
                return _mm256_dpbusd_avx_epi32(sum, left[0], right[0]);
            }
            let even = _mm256_madd_epi16(left[0], right[0]);
            let odd = _mm256_madd_epi16(left[1], right[1]);
            _mm256_add_epi32(_mm256_add_epi32(sum, even), odd)
        })
    }
    #[inline(always)]
    fn dot2(self, sum: I, left: i32, right: I) -> I {
        each(sum, right, |sum, right| unsafe {
            let left = _mm256_set1_epi32(left);
            if VNNI {
                return _mm256_dpwssd_avx_epi32(sum, left, right);
            }
            _mm256_add_epi32(sum, _mm256_madd_epi16(left, right))
        })
    }

    #[inline(always)]
    fn quad_tile(self, tile: QuadTile<'_>) {
        match tile.rows() {
            1 => self.call(tile.sized::<1, 1>()),
            2 => self.call(tile.sized::<2, 1>()),
            3 => self.call(tile.sized::<3, 1>()),
            4 => self.call(tile.sized::<4, 1>()),
            5 => self.call(tile.sized::<5, 1>()),
            _ => self.call(tile.sized::<6, 1>()),
        }
    }
    #[inline(always)]
    fn pair_tile(self, tile: PairTile<'_>) {
        match tile.rows() {
            1 => self.call(tile.sized::<1, 1>()),
            2 => self.call(tile.sized::<2, 1>()),
            3 => self.call(tile.sized::<3, 1>()),
            4 => self.call(tile.sized::<4, 1>()),
            5 => self.call(tile.sized::<5, 1>()),
            _ => self.call(tile.sized::<6, 1>()),
        }
    }
}

fn halves<T>(lanes: &[T; LANES]) -> [&[T]; 2] {
    let (low, high) = lanes.split_at(LANES / 2);
    [low, high]
}
