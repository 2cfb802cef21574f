//! AVX-512 with VNNI: one instruction a vector of sixteen lanes.

use std::arch::asm;
use std::arch::x86_64::*;

use super::tile::{PairTile, QuadTile};
use super::{Floats, Ints, LANES, Simd, Task};

/// Proof that the processor has AVX-512 F, BW, DQ, VL and VNNI.
#[derive(Clone, Copy)]
pub(super) struct Avx512(());

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni")
            && is_x86_feature_detected!("fma");
        found.then_some(Self(()))
    }
}

/// # Safety
/// The processor must have the features; an [`Avx512`] proves it.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma")]
unsafe fn call<T: Task>(simd: Avx512, task: T) -> T::Output {
    task.run(simd)
}

/// `VPDPWSSD`. LLVM replaces the intrinsic by a multiplication and an addition, which is
/// slower wherever the instruction has the latency of a multiplication.
///
/// # Safety
/// The processor must have the features; an [`Avx512`] proves it.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma")]
unsafe fn dot2(mut sum: __m512i, left: __m512i, right: __m512i) -> __m512i {
    unsafe {
        asm!(
            "vpdpwssd {sum}, {left}, {right}",
            sum = inout(zmm_reg) sum,
            left = in(zmm_reg) left,
            right = in(zmm_reg) right,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sum
}

fn mask(count: usize) -> __mmask16 {
    if count >= LANES { !0 } else { (1 << count) - 1 }
}

// SAFETY of every block below: `self` proves that the instructions exist, and
// memory is only reached through references to whole, aligned vectors.
impl Simd for Avx512 {
    type F = __m512;
    type I = __m512i;
    type Left = __m512i;
    type Right = __m512i;

    const TILE_ROWS: usize = 12;

    #[inline(always)]
    fn call<T: Task>(self, task: T) -> T::Output {
        unsafe { call(self, task) }
    }

    #[inline(always)]
    fn splat(self, value: f32) -> __m512 {
        unsafe { _mm512_set1_ps(value) }
    }
    #[inline(always)]
    fn load(self, from: &Floats) -> __m512 {
        unsafe { _mm512_load_ps(from.0.as_ptr()) }
    }
    #[inline(always)]
    fn store(self, value: __m512, to: &mut Floats) {
        unsafe { _mm512_store_ps(to.0.as_mut_ptr(), value) }
    }
    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_add_ps(a, b) }
    }
    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_sub_ps(a, b) }
    }
    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_mul_ps(a, b) }
    }
    #[inline(always)]
    fn fma(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_max_ps(a, b) }
    }
    #[inline(always)]
    fn min(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_min_ps(a, b) }
    }
    #[inline(always)]
    fn keep(self, a: __m512, count: usize) -> __m512 {
        unsafe { _mm512_maskz_mov_ps(mask(count), a) }
    }
    #[inline(always)]
    fn round(self, a: __m512) -> __m512i {
        unsafe { _mm512_cvtps_epi32(a) }
    }
    #[inline(always)]
    fn round_float(self, a: __m512) -> __m512 {
        unsafe { _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(a) }
    }
    #[inline(always)]
    fn float(self, a: __m512i) -> __m512 {
        unsafe { _mm512_cvtepi32_ps(a) }
    }
    #[inline(always)]
    fn scale_by_power(self, a: __m512, exponent: __m512) -> __m512 {
        unsafe { _mm512_scalef_ps(a, exponent) }
    }
    #[inline(always)]
    fn to_array(self, a: __m512) -> [f32; LANES] {
        let mut out = Floats::default();
        self.store(a, &mut out);
        out.0
    }

    #[inline(always)]
    fn splat_int(self, value: i32) -> __m512i {
        unsafe { _mm512_set1_epi32(value) }
    }
    #[inline(always)]
    fn load_ints(self, from: &Ints) -> __m512i {
        unsafe { _mm512_load_si512(from.0.as_ptr().cast()) }
    }
    #[inline(always)]
    fn store_ints(self, value: __m512i, to: &mut Ints) {
        unsafe { _mm512_store_si512(to.0.as_mut_ptr().cast(), value) }
    }
    #[inline(always)]
    fn sub_ints(self, a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_sub_epi32(a, b) }
    }
    #[inline(always)]
    fn max_ints(self, a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_max_epi32(a, b) }
    }
    #[inline(always)]
    fn keep_ints(self, a: __m512i, count: usize) -> __m512i {
        unsafe { _mm512_mask_mov_epi32(_mm512_set1_epi32(i32::MIN), mask(count), a) }
    }
    #[inline(always)]
    fn ints_to_array(self, a: __m512i) -> [i32; LANES] {
        let mut out = Ints::default();
        self.store_ints(a, &mut out);
        out.0
    }
    #[inline(always)]
    fn join_pairs(self, low: __m512i, high: __m512i) -> __m512i {
        unsafe { _mm512_mask_blend_epi16(0xAAAA_AAAA, low, _mm512_slli_epi32::<16>(high)) }
    }
    #[inline(always)]
    fn join_quads(self, [a, b, c, d]: [__m512i; 4]) -> __m512i {
        unsafe {
            let low = _mm512_or_si512(a, _mm512_slli_epi32::<8>(b));
            let high = _mm512_or_si512(_mm512_slli_epi32::<16>(c), _mm512_slli_epi32::<24>(d));
            _mm512_or_si512(low, high)
        }
    }

    #[inline(always)]
    fn transpose(self, vectors: &mut [__m512i; LANES]) {
        unsafe {
            // Pairs, then fours of rows within each quarter of a vector: afterwards vector
            // 4 g + k has column 4 q + k of the rows 4 g .. 4 g + 4 in quarter q.
            for four in vectors.as_chunks_mut::<4>().0 {
                let [a, b, c, d] = *four;
                let (low, high) = (_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
                let (low2, high2) = (_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
                four[0] = _mm512_unpacklo_epi64(low, low2);
                four[1] = _mm512_unpackhi_epi64(low, low2);
                four[2] = _mm512_unpacklo_epi64(high, high2);
                four[3] = _mm512_unpackhi_epi64(high, high2);
            }
            // Quarters of the four vectors with the same k.
            for k in 0..4 {
                let (a, b, c, d) = (vectors[k], vectors[4 + k], vectors[8 + k], vectors[12 + k]);
                let (low, high) = (
                    _mm512_shuffle_i32x4::<0x44>(a, b),
                    _mm512_shuffle_i32x4::<0xEE>(a, b),
                );
                let (low2, high2) = (
                    _mm512_shuffle_i32x4::<0x44>(c, d),
                    _mm512_shuffle_i32x4::<0xEE>(c, d),
                );
                vectors[k] = _mm512_shuffle_i32x4::<0x88>(low, low2);
                vectors[4 + k] = _mm512_shuffle_i32x4::<0xDD>(low, low2);
                vectors[8 + k] = _mm512_shuffle_i32x4::<0x88>(high, high2);
                vectors[12 + k] = _mm512_shuffle_i32x4::<0xDD>(high, high2);
            }
        }
    }

    #[inline(always)]
    fn left(self, group: i32) -> __m512i {
        self.splat_int(group)
    }
    #[inline(always)]
    fn right(self, groups: __m512i) -> __m512i {
        groups
    }
    #[inline(always)]
    fn dot4(self, sum: __m512i, left: __m512i, right: __m512i) -> __m512i {
        unsafe { _mm512_dpbusd_epi32(sum, left, right) }
    }
    #[inline(always)]
    fn dot2(self, sum: __m512i, left: i32, right: __m512i) -> __m512i {
        unsafe { dot2(sum, _mm512_set1_epi32(left), right) }
    }

    #[inline(always)]
    fn prefetch(self, line: *const Ints) {
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.cast()) }
    }

    #[inline(always)]
    fn quad_tile(self, tile: QuadTile<'_>) {
        match tile.rows() {
            1 => self.call(tile.sized::<1, 2>()),
            2 => self.call(tile.sized::<2, 2>()),
            3 => self.call(tile.sized::<3, 2>()),
            4 => self.call(tile.sized::<4, 2>()),
            5 => self.call(tile.sized::<5, 2>()),
            6 => self.call(tile.sized::<6, 2>()),
            7 => self.call(tile.sized::<7, 2>()),
            8 => self.call(tile.sized::<8, 2>()),
            9 => self.call(tile.sized::<9, 2>()),
            10 => self.call(tile.sized::<10, 2>()),
            11 => self.call(tile.sized::<11, 2>()),
            _ => self.call(tile.sized::<12, 2>()),
        }
    }
    #[inline(always)]
    fn pair_tile(self, tile: PairTile<'_>) {
        match tile.rows() {
            1 => self.call(tile.sized::<1, 2>()),
            2 => self.call(tile.sized::<2, 2>()),
            3 => self.call(tile.sized::<3, 2>()),
            4 => self.call(tile.sized::<4, 2>()),
            5 => self.call(tile.sized::<5, 2>()),
            6 => self.call(tile.sized::<6, 2>()),
            7 => self.call(tile.sized::<7, 2>()),
            8 => self.call(tile.sized::<8, 2>()),
            9 => self.call(tile.sized::<9, 2>()),
            10 => self.call(tile.sized::<10, 2>()),
            11 => self.call(tile.sized::<11, 2>()),
            _ => self.call(tile.sized::<12, 2>()),
        }
    }
}
