//! Embedding tables in 8 bits: of characters and of pairs of neighbours.

use crate::error::Result;
use crate::recognise::container::Container;

use super::linear::LINE;
use super::simd::{Floats, LANES, Simd};

/// Rows of `i8`, each with its scale.
#[derive(Debug)]
pub(super) struct Table {
    /// Lines of a row.
    width: usize,
    codes: Vec<Codes>,
    scales: Vec<f32>,
}

/// A cache line of codes.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Codes([[i8; LANES]; LINE / LANES]);

impl Table {
    /// The tensor `name` of `rows` rows of `width` values.
    pub(super) fn load(file: &Container<'_>, name: &str, rows: usize, width: usize) -> Result<Self> {
        let codes = file.i8(name, &[rows, width])?;
        Ok(Self {
            width: width / LINE,
            codes: codes.as_chunks().0.iter().map(Codes::new).collect(),
            scales: file.f32(&format!("{name}.scale"), &[rows])?,
        })
    }

    /// Writes a row to `out`.
    #[inline(always)]
    fn copy<S: Simd>(&self, simd: S, row: usize, out: &mut [Floats]) {
        let scale = simd.splat(self.scales[row]);
        for (codes, out) in self.row(row).zip(out) {
            let codes = simd.load(&Floats(codes.map(f32::from)));
            simd.store(simd.mul(codes, scale), out);
        }
    }

    /// Adds a row to `out`.
    #[inline(always)]
    fn add<S: Simd>(&self, simd: S, row: usize, out: &mut [Floats]) {
        let scale = simd.splat(self.scales[row]);
        for (codes, out) in self.row(row).zip(out) {
            let codes = simd.load(&Floats(codes.map(f32::from)));
            simd.store(simd.fma(codes, scale, simd.load(out)), out);
        }
    }

    #[inline(always)]
    fn row(&self, row: usize) -> impl Iterator<Item = &[i8; LANES]> {
        self.codes[row * self.width..][..self.width]
            .iter()
            .flat_map(|line| &line.0)
    }

    #[inline(always)]
    fn prefetch<S: Simd>(&self, simd: S, row: usize) {
        let first = self.codes.as_ptr().wrapping_add(row * self.width);
        for line in 0..self.width {
            simd.prefetch(first.wrapping_add(line).cast());
        }
        simd.prefetch(self.scales.as_ptr().wrapping_add(row).cast());
    }
}

impl Codes {
    fn new(bytes: &[u8; LINE]) -> Self {
        let mut codes = [[0; LANES]; LINE / LANES];
        for (code, &byte) in codes.as_flattened_mut().iter_mut().zip(bytes) {
            *code = byte as i8;
        }
        Self(codes)
    }
}

/// What is known of a token from its own id and, if the model has tables of pairs,
/// from the ids beside it.
#[derive(Debug)]
pub(super) struct Characters {
    single: Table,
    pairs: Option<Pairs>,
}

/// Two tables with one row for many pairs each: a pair's hash tells its row.
#[derive(Debug)]
struct Pairs {
    rows: usize,
    with_previous: Table,
    with_next: Table,
}

impl Characters {
    pub(super) fn load(file: &Container<'_>) -> Result<Self> {
        let header = file.header();
        let (hidden, rows) = (header.architecture.hidden, header.architecture.bigrams);
        let pairs = || {
            Ok(Pairs {
                rows,
                with_previous: Table::load(file, "emb.bigram", rows, hidden)?,
                with_next: Table::load(file, "emb.bigram2", rows, hidden)?,
            })
        };
        Ok(Self {
            single: Table::load(file, "emb.char", header.vocabulary.len(), hidden)?,
            pairs: (rows > 0).then(pairs).transpose()?,
        })
    }

    /// Writes the embedding of token `at` of the sequence `ids` to `out`.
    #[inline(always)]
    pub(super) fn embed<S: Simd>(&self, simd: S, ids: &[u16], at: usize, out: &mut [Floats]) {
        self.single.copy(simd, ids[at].into(), out);
        if let Some(pairs) = &self.pairs {
            let [previous, next] = pairs.rows_at(ids, at);
            pairs.with_previous.add(simd, previous, out);
            pairs.with_next.add(simd, next, out);
        }
    }

    /// Asks for the embedding of token `at`, if there is such a token.
    #[inline(always)]
    pub(super) fn prefetch<S: Simd>(&self, simd: S, ids: &[u16], at: usize) {
        let Some(&id) = ids.get(at) else { return };
        self.single.prefetch(simd, id.into());
        if let Some(pairs) = &self.pairs {
            let [previous, next] = pairs.rows_at(ids, at);
            pairs.with_previous.prefetch(simd, previous);
            pairs.with_next.prefetch(simd, next);
        }
    }
}

impl Pairs {
    /// Rows for token `at` with the one before and with the one after it. The first and
    /// the last token are their own neighbours.
    #[inline(always)]
    fn rows_at(&self, ids: &[u16], at: usize) -> [usize; 2] {
        let previous = ids[at.saturating_sub(1)];
        let next = ids[(at + 1).min(ids.len() - 1)];
        [
            pair_row(previous, ids[at], self.rows),
            pair_row(ids[at], next, self.rows),
        ]
    }
}

/// Row of the pair tables for two neighbours: a multiplicative hash.
/// `bigram_rows` in `training/shiji_model.py` computes the same.
#[inline]
pub(super) fn pair_row(left: u16, right: u16, rows: usize) -> usize {
    let left = u32::from(left).wrapping_mul(0x9E37_79B1);
    let hash = left ^ u32::from(right).wrapping_mul(0x85EB_CA6B);
    ((hash ^ (hash >> 15)) % rows as u32) as usize
}

#[cfg(test)]
mod tests {
    use super::pair_row;

    /// The values of the test in `training/shiji_model.py`.
    #[test]
    fn pairs_have_the_rows_that_training_gives_them() {
        let pairs = [(0, 0), (1, 2), (2, 1), (8999, 17), (65535, 65535)];
        let rows = pairs.map(|(left, right)| pair_row(left, right, 8192));
        assert_eq!(rows, [0, 1702, 2563, 1169, 3543]);
    }
}
