//! Multi-head attention within one sequence, in 16-bit integers.
//!
//! Query, key and value are coded with one scale a head and sequence, so that the
//! products are exact integers (the same on every processor) and their error is
//! far below that of the 8-bit linear layers.

use super::elementwise::{Range, exp2};
use super::simd::{Floats, Ints, LANES, Operand, PairTile, ROW_LIMIT, Simd, Task};

/// Keys of a panel; also what a line of attention weights covers, in sixteen pairs.
const PANEL: usize = 2 * LANES;

/// Greatest code of an attention weight and of a value. The weights of a row add
/// up to about this, so no sum of products leaves `i32`.
const UNIT: f32 = i16::MAX as f32;

/// Buffers for one head of one sequence.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// Row per token, `head / 32` lines: line `l` pairs the dimensions 32 l + i and 32 l + i + 16.
    query: Vec<Ints>,
    /// Panel per 32 tokens; within it, two vectors of 16 tokens for each pair of dimensions.
    key: Vec<Ints>,
    /// Panel per 32 dimensions; within it, two vectors of 16 dimensions for each pair of
    /// tokens 32 b + i and 32 b + i + 16.
    value: Vec<Ints>,
    /// Scores of a block of rows.
    scores: Vec<Ints>,
    /// Exponentials of a block of rows.
    exponentials: Vec<Floats>,
    /// Attention weights of a block of rows, paired as the tokens of `value` are.
    weights: Vec<Ints>,
    /// Products of weights and values of a block of rows.
    products: Vec<Ints>,
}

impl Buffers {
    /// Makes room for sequences of `tokens` and heads of `head` dimensions.
    pub(super) fn reserve(&mut self, tokens: usize, head: usize) {
        let lines = tokens.div_ceil(PANEL);
        let depth = head / PANEL;
        grow(&mut self.query, tokens * depth);
        grow(&mut self.key, lines * depth * LANES * 2);
        grow(&mut self.value, lines * depth * LANES * 2);
        grow(&mut self.scores, ROW_LIMIT * lines * 2);
        grow(&mut self.exponentials, ROW_LIMIT * lines * 2);
        grow(&mut self.weights, ROW_LIMIT * lines);
        grow(&mut self.products, ROW_LIMIT * depth * 2);
    }
}

/// Lengthens `buffer` to at least `length`.
pub(super) fn grow<T: Clone + Default>(buffer: &mut Vec<T>, length: usize) {
    if buffer.len() < length {
        buffer.resize(length, T::default());
    }
}

/// Attention over one sequence.
pub(super) struct Attend<'a> {
    pub heads: usize,
    /// Vectors of a row of hidden state.
    pub width: usize,
    /// Rows of query, key and value, `3 * width` vectors each.
    pub qkv: &'a [Floats],
    /// Rows of `width` vectors.
    pub out: &'a mut [Floats],
    pub buffers: &'a mut Buffers,
}

impl Task for Attend<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self {
            heads,
            width,
            qkv,
            out,
            buffers,
        } = self;
        let vectors = width / heads;
        for head in 0..heads {
            let part = |part: usize| Part {
                rows: qkv,
                stride: 3 * width,
                first: part * width + head * vectors,
                vectors,
            };
            attend_head(
                simd,
                [part(0), part(1), part(2)],
                buffers,
                &mut out[head * vectors..],
                width,
            );
        }
    }
}

static ZERO: Floats = Floats([0.0; LANES]);

/// The query, key or value of one head: some columns of all rows.
#[derive(Clone, Copy)]
struct Part<'a> {
    rows: &'a [Floats],
    stride: usize,
    first: usize,
    vectors: usize,
}

impl<'a> Part<'a> {
    #[inline(always)]
    fn rows(self) -> impl Iterator<Item = &'a [Floats]> {
        self.rows
            .chunks_exact(self.stride)
            .map(move |row| &row[self.first..self.first + self.vectors])
    }

    /// A vector of a token's row, zero beyond the last token.
    #[inline(always)]
    fn vector(self, token: usize, vector: usize) -> &'a Floats {
        self.rows
            .get(token * self.stride + self.first + vector)
            .unwrap_or(&ZERO)
    }

    /// (unit, 1 / unit) such that no value has a code beyond ±`limit`.
    #[inline(always)]
    fn unit<S: Simd>(self, simd: S, limit: f32) -> (f32, f32) {
        let mut range = Range::new(simd);
        for row in self.rows() {
            for vector in row {
                range.add(simd, simd.load(vector));
            }
        }
        let magnitude = range.magnitude(simd);
        if magnitude > 1e-30 {
            (magnitude / limit, limit / magnitude)
        } else {
            (0.0, 0.0)
        }
    }
}

#[inline(always)]
fn attend_head<S: Simd>(
    simd: S,
    parts: [Part<'_>; 3],
    buffers: &mut Buffers,
    out: &mut [Floats],
    width: usize,
) {
    let [query, key, value] = parts;
    let tokens = query.rows.len() / query.stride;
    let dimensions = (query.vectors * LANES) as f32;
    // |score| < 2^30, so that the difference of two scores is an i32.
    let limit = ((1 << 30) as f32 / dimensions).sqrt().floor() - 1.0;
    let (query_unit, query_inverse) = query.unit(simd, limit);
    let (key_unit, key_inverse) = key.unit(simd, limit);
    let (value_unit, value_inverse) = value.unit(simd, UNIT);
    code_query(simd, query, query_inverse, &mut buffers.query);
    code_key(simd, key, tokens, key_inverse, &mut buffers.key);
    code_value(simd, value, tokens, value_inverse, &mut buffers.value);

    let depth = query.vectors / 2;
    let lines = tokens.div_ceil(PANEL);
    let factor = query_unit * key_unit * (std::f32::consts::LOG2_E / dimensions.sqrt());
    let unit = simd.splat(value_unit / UNIT);
    let blocks = tokens.div_ceil(S::TILE_ROWS);
    for block in 0..blocks {
        let first = tokens * block / blocks;
        let rows = tokens * (block + 1) / blocks - first;
        for (at, panel) in buffers
            .key
            .chunks_exact(depth * LANES * 2)
            .take(lines)
            .enumerate()
        {
            simd.pair_tile(PairTile {
                left: Operand {
                    lines: &buffers.query[first * depth..],
                    stride: depth,
                    depth,
                    rows,
                },
                right: panel,
                out: &mut buffers.scores[at * 2..],
                out_stride: lines * 2,
            });
        }
        softmax(
            simd,
            rows,
            &buffers.scores[..rows * lines * 2],
            tokens,
            factor,
            &mut buffers.exponentials[..rows * lines * 2],
            &mut buffers.weights[..rows * lines],
        );
        for (at, panel) in buffers
            .value
            .chunks_exact(lines * LANES * 2)
            .take(depth)
            .enumerate()
        {
            simd.pair_tile(PairTile {
                left: Operand {
                    lines: &buffers.weights,
                    stride: lines,
                    depth: lines,
                    rows,
                },
                right: panel,
                out: &mut buffers.products[at * 2..],
                out_stride: depth * 2,
            });
        }
        let products = buffers.products.chunks_exact(depth * 2).take(rows);
        for (products, out) in products.zip(out[first * width..].chunks_mut(width)) {
            for (product, out) in products.iter().zip(out) {
                simd.store(simd.mul(simd.float(simd.load_ints(product)), unit), out);
            }
        }
    }
}

#[inline(always)]
fn code<S: Simd>(simd: S, vector: &Floats, inverse: S::F) -> S::I {
    simd.round(simd.mul(simd.load(vector), inverse))
}

#[inline(always)]
fn code_query<S: Simd>(simd: S, query: Part<'_>, inverse: f32, out: &mut [Ints]) {
    let inverse = simd.splat(inverse);
    for (row, out) in query.rows().zip(out.chunks_exact_mut(query.vectors / 2)) {
        for (pair, out) in row.chunks_exact(2).zip(out) {
            simd.store_ints(
                simd.join_pairs(code(simd, &pair[0], inverse), code(simd, &pair[1], inverse)),
                out,
            );
        }
    }
}

#[inline(always)]
fn code_key<S: Simd>(simd: S, key: Part<'_>, tokens: usize, inverse: f32, out: &mut [Ints]) {
    let inverse = simd.splat(inverse);
    let panel = key.vectors / 2 * LANES * 2;
    for block in 0..tokens.div_ceil(LANES) {
        let out = &mut out[block / 2 * panel..][..panel];
        for (pair, out) in out.chunks_exact_mut(LANES * 2).enumerate() {
            let mut groups = [simd.splat_int(0); LANES];
            for (i, group) in groups.iter_mut().enumerate() {
                let vector = |part: usize| key.vector(block * LANES + i, pair * 2 + part);
                *group = simd.join_pairs(code(simd, vector(0), inverse), code(simd, vector(1), inverse));
            }
            simd.transpose(&mut groups);
            for (out, group) in out.chunks_exact_mut(2).zip(groups) {
                simd.store_ints(group, &mut out[block % 2]);
            }
        }
    }
}

#[inline(always)]
fn code_value<S: Simd>(simd: S, value: Part<'_>, tokens: usize, inverse: f32, out: &mut [Ints]) {
    let inverse = simd.splat(inverse);
    let lines = tokens.div_ceil(PANEL);
    for (panel, out) in out
        .chunks_exact_mut(lines * LANES * 2)
        .take(value.vectors / 2)
        .enumerate()
    {
        for (pair, out) in out.chunks_exact_mut(2).enumerate() {
            let token = pair / LANES * PANEL + pair % LANES;
            for (c, out) in out.iter_mut().enumerate() {
                let vector = panel * 2 + c;
                let low = code(simd, value.vector(token, vector), inverse);
                let high = code(simd, value.vector(token + LANES, vector), inverse);
                simd.store_ints(simd.join_pairs(low, high), out);
            }
        }
    }
}

/// 2^(factor · (score - greatest score of the row)) of the first `tokens` scores of each
/// row, scaled to add up to [`UNIT`].
///
/// Each step is taken for all rows before the next: within a row the steps wait for each other.
#[inline(always)]
fn softmax<S: Simd>(
    simd: S,
    rows: usize,
    scores: &[Ints],
    tokens: usize,
    factor: f32,
    exponentials: &mut [Floats],
    weights: &mut [Ints],
) {
    let (full, rest) = (tokens / LANES, tokens % LANES);
    let width = scores.len() / rows;
    let mut greatest = [simd.splat_int(i32::MIN); ROW_LIMIT];
    for (greatest, scores) in greatest.iter_mut().zip(scores.chunks_exact(width)) {
        for score in &scores[..full] {
            *greatest = simd.max_ints(*greatest, simd.load_ints(score));
        }
        if rest > 0 {
            *greatest = simd.max_ints(*greatest, simd.keep_ints(simd.load_ints(&scores[full]), rest));
        }
    }
    for greatest in &mut greatest[..rows] {
        *greatest = simd.splat_int(simd.greatest_int(*greatest));
    }

    let factor = simd.splat(factor);
    let mut sums = [simd.splat(0.0); ROW_LIMIT];
    let outputs = exponentials.chunks_exact_mut(width);
    for (r, (scores, out)) in scores.chunks_exact(width).zip(outputs).enumerate() {
        for (score, out) in scores[..full].iter().zip(&mut *out) {
            let value = exponential(simd, score, greatest[r], factor);
            simd.store(value, out);
            sums[r] = simd.add(sums[r], value);
        }
        if rest > 0 {
            let value = simd.keep(exponential(simd, &scores[full], greatest[r], factor), rest);
            simd.store(value, &mut out[full]);
            sums[r] = simd.add(sums[r], value);
        }
        for out in &mut out[tokens.div_ceil(LANES)..] {
            *out = Floats::default();
        }
    }

    let mut scales = [factor; ROW_LIMIT];
    for (scale, &sum) in scales[..rows].iter_mut().zip(&sums) {
        *scale = simd.splat(UNIT / simd.sum(sum));
    }
    let pairs = exponentials
        .chunks_exact(width)
        .zip(weights.chunks_exact_mut(width / 2));
    for ((exponentials, weights), scale) in pairs.zip(scales) {
        for (pair, out) in exponentials.chunks_exact(2).zip(weights) {
            simd.store_ints(
                simd.join_pairs(code(simd, &pair[0], scale), code(simd, &pair[1], scale)),
                out,
            );
        }
    }
}

/// 2^(factor · (score - greatest))
#[inline(always)]
fn exponential<S: Simd>(simd: S, score: &Ints, greatest: S::I, factor: S::F) -> S::F {
    let difference = simd.sub_ints(simd.load_ints(score), greatest);
    exp2(simd, simd.mul(simd.float(difference), factor))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, s};

    use super::super::reference;
    use super::super::simd::Kernel;
    use super::*;

    /// Flat, ordinary and sharp distributions, short and long: within a thousandth of the
    /// greatest value, and the same for every kernel.
    #[test]
    fn stays_close_to_the_reference() {
        let (hidden, heads) = (128, 2);
        let width = hidden / LANES;
        for (tokens, sharpness) in [
            (1, 1.0),
            (7, 0.1),
            (32, 1.0),
            (33, 4.0),
            (100, 0.0),
            (200, 1.0),
            (512, 2.0),
        ] {
            let value = |i: usize| {
                (i as f32 * 12.9898).sin() * 43.75 % 1.0 * if i.is_multiple_of(97) { 3.0 } else { 1.0 }
            };
            let scale = |column: usize| if column < 2 * hidden { sharpness } else { 1.0 };
            let plain = Array2::from_shape_fn((tokens, 3 * hidden), |(row, column)| {
                value(row * 3 * hidden + column) * scale(column)
            });
            let wanted = reference::attention(&plain, hidden, heads);
            let qkv: Vec<Floats> = plain
                .as_slice()
                .unwrap()
                .as_chunks()
                .0
                .iter()
                .map(|&chunk| Floats(chunk))
                .collect();
            let mut first = None;
            for kernel in Kernel::available() {
                let mut buffers = Buffers::default();
                buffers.reserve(tokens, hidden / heads);
                let mut out = vec![Floats::default(); tokens * width];
                kernel.run(Attend {
                    heads,
                    width,
                    qkv: &qkv,
                    out: &mut out,
                    buffers: &mut buffers,
                });
                let got: Vec<f32> = out.iter().flat_map(|vector| vector.0).collect();
                let greatest = plain
                    .slice(s![.., 2 * hidden..])
                    .fold(0f32, |a, b| a.max(b.abs()));
                for (got, wanted) in got.iter().zip(&wanted) {
                    let error = (got - wanted).abs() / greatest;
                    assert!(
                        error < 1e-3,
                        "{} tokens {tokens}: {got} for {wanted}",
                        kernel.name()
                    );
                }
                assert_eq!(first.get_or_insert(out.clone()), &out, "{}", kernel.name());
            }
        }
    }
}
