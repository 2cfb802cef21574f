//! Embeddings, layers and head, and the order in which they run.

use crate::error::Result;
use crate::recognise::container::{Architecture, Container};

use super::attention::Attend;
use super::elementwise::{NORM_ROWS, Norm, gelu, quantise, range};
use super::embedding::Characters;
use super::linear::{Apply, LINE, Linear};
use super::simd::{Floats, Ints, LANES, RowScale, Simd, Task};
use super::{Batch, Scratch};

/// Rows that go through the feed-forward layers together: few enough for their
/// activations to stay in the second-level cache, enough to pay for reading the weights.
pub(super) const CHUNK: usize = 48;

/// The weights of a model, ready to run.
#[derive(Debug)]
pub(crate) struct Encoder {
    architecture: Architecture,
    characters: Characters,
    positions: Vec<Floats>,
    features: Vec<Floats>,
    norm: Norm,
    layers: Vec<Layer>,
    head: Head,
}

#[derive(Debug)]
struct Layer {
    qkv: Linear,
    attention_out: Linear,
    attention_norm: Norm,
    ffn_in: Linear,
    ffn_out: Linear,
    ffn_norm: Norm,
}

/// The classifier, in `f32`: blocks of sixteen labels, in each one vector a hidden dimension.
#[derive(Debug)]
struct Head {
    labels: usize,
    weights: Vec<Floats>,
    bias: Vec<Floats>,
}

impl Encoder {
    /// Reads and packs the weights. The architecture has been checked.
    pub(crate) fn load(file: &Container<'_>) -> Result<Self> {
        let header = file.header();
        let architecture = header.architecture;
        let Architecture {
            layers,
            hidden,
            ffn,
            positions,
            ..
        } = architecture;
        let loader = Loader { file, architecture };
        Ok(Self {
            architecture,
            characters: Characters::load(file)?,
            positions: vectors(&file.f32("emb.pos", &[positions, hidden])?),
            features: vectors(&file.f32("emb.feature", &[header.features.len(), hidden])?),
            norm: loader.norm("emb.ln")?,
            layers: (0..layers)
                .map(|i| {
                    Ok(Layer {
                        qkv: loader.linear(&format!("layer{i}.qkv"), hidden, 3 * hidden)?,
                        attention_out: loader.linear(&format!("layer{i}.attn_out"), hidden, hidden)?,
                        attention_norm: loader.norm(&format!("layer{i}.attn_ln"))?,
                        ffn_in: loader.linear(&format!("layer{i}.ffn_in"), hidden, ffn)?,
                        ffn_out: loader.linear(&format!("layer{i}.ffn_out"), ffn, hidden)?,
                        ffn_norm: loader.norm(&format!("layer{i}.ffn_ln"))?,
                    })
                })
                .collect::<Result<_>>()?,
            head: loader.head(header.labels.len())?,
        })
    }
}

struct Loader<'a> {
    file: &'a Container<'a>,
    architecture: Architecture,
}

impl Loader<'_> {
    fn linear(&self, name: &str, inputs: usize, outputs: usize) -> Result<Linear> {
        let weights = self.file.i8(&format!("{name}.w"), &[outputs, inputs])?;
        let scale = self.file.f32(&format!("{name}.w.scale"), &[outputs])?;
        let bias = self.file.f32(&format!("{name}.b"), &[outputs])?;
        Ok(Linear::new(inputs, weights, &scale, &bias))
    }

    fn norm(&self, name: &str) -> Result<Norm> {
        let shape = [self.architecture.hidden];
        Ok(Norm {
            weight: vectors(&self.file.f32(&format!("{name}.w"), &shape)?),
            bias: vectors(&self.file.f32(&format!("{name}.b"), &shape)?),
            eps: self.architecture.eps,
        })
    }

    fn head(&self, labels: usize) -> Result<Head> {
        let hidden = self.architecture.hidden;
        let rows = self.file.f32("head.w", &[labels, hidden])?;
        let biases = self.file.f32("head.b", &[labels])?;
        let mut weights = vec![Floats::default(); labels.div_ceil(LANES) * hidden];
        let mut bias = vec![Floats::default(); labels.div_ceil(LANES)];
        for (label, row) in rows.chunks_exact(hidden).enumerate() {
            let (block, lane) = (label / LANES, label % LANES);
            bias[block].0[lane] = biases[label];
            for (vector, &weight) in weights[block * hidden..].iter_mut().zip(row) {
                vector.0[lane] = weight;
            }
        }
        Ok(Head {
            labels,
            weights,
            bias,
        })
    }
}

fn vectors(values: &[f32]) -> Vec<Floats> {
    values.as_chunks().0.iter().map(|&chunk| Floats(chunk)).collect()
}

/// A micro-batch from ids to logits.
pub(super) struct Forward<'a> {
    pub encoder: &'a Encoder,
    pub batch: Batch<'a>,
    pub scratch: &'a mut Scratch,
    /// [tokens, labels], row-major.
    pub logits: &'a mut [f32],
}

impl Task for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self {
            encoder,
            batch,
            scratch,
            logits,
        } = self;
        simd.call(Embed {
            encoder,
            batch,
            scratch,
        });
        for layer in &encoder.layers {
            simd.call(LayerPass {
                layer,
                architecture: &encoder.architecture,
                lengths: batch.lengths,
                scratch,
            });
        }
        simd.call(Classify {
            encoder,
            hidden: &scratch.hidden,
            logits,
        });
    }
}

/// So many tokens before they are needed, embeddings are fetched from memory.
const AHEAD: usize = 8;

struct Embed<'a> {
    encoder: &'a Encoder,
    batch: Batch<'a>,
    scratch: &'a mut Scratch,
}

impl Task for Embed<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self {
            encoder,
            batch,
            scratch,
        } = self;
        let hidden = encoder.architecture.hidden;
        let width = hidden / LANES;
        let Scratch {
            hidden: rows,
            context,
            codes,
            scales,
            ..
        } = scratch;
        let mut first = 0;
        for &length in batch.lengths {
            let ids = &batch.ids[first..first + length];
            for position in 0..length {
                let token = first + position;
                encoder.characters.prefetch(simd, ids, position + AHEAD);
                encoder
                    .characters
                    .embed(simd, ids, position, &mut context[token * width..][..width]);
                let feature = usize::from(batch.features[token]) * width;
                let added = encoder.positions[position * width..]
                    .iter()
                    .zip(&encoder.features[feature..]);
                let row = &mut rows[token * width..][..width];
                for (x, (position, feature)) in row.iter_mut().zip(added) {
                    simd.store(simd.add(simd.load(position), simd.load(feature)), x);
                }
            }
            first += length;
        }
        normalise(
            simd,
            &encoder.norm,
            context,
            &mut rows[..first * width],
            codes,
            scales,
        );
    }
}

/// Normalises the sums of `added` and `rows` into `rows`, and codes them.
#[inline(always)]
fn normalise<S: Simd>(
    simd: S,
    norm: &Norm,
    added: &[Floats],
    rows: &mut [Floats],
    codes: &mut [Ints],
    scales: &mut [RowScale],
) {
    let width = norm.weight.len();
    let count = rows.len() / width;
    let whole = count - count % NORM_ROWS;
    for first in (0..whole).step_by(NORM_ROWS) {
        normalise_block::<S, NORM_ROWS>(simd, norm, added, rows, codes, scales, first);
    }
    for first in whole..count {
        normalise_block::<S, 1>(simd, norm, added, rows, codes, scales, first);
    }
}

/// The `R` rows from row `first` on.
#[inline(always)]
fn normalise_block<S: Simd, const R: usize>(
    simd: S,
    norm: &Norm,
    added: &[Floats],
    rows: &mut [Floats],
    codes: &mut [Ints],
    scales: &mut [RowScale],
    first: usize,
) {
    let width = norm.weight.len();
    let depth = width * LANES / LINE;
    let rows = &mut rows[first * width..][..R * width];
    let ranges = norm.apply::<S, R>(simd, &added[first * width..][..R * width], rows);
    for (r, range) in ranges.iter().enumerate() {
        let codes = &mut codes[(first + r) * depth..][..depth];
        scales[first + r] = quantise(simd, &rows[r * width..][..width], range, codes);
    }
}

struct LayerPass<'a> {
    layer: &'a Layer,
    architecture: &'a Architecture,
    lengths: &'a [usize],
    scratch: &'a mut Scratch,
}

impl Task for LayerPass<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self {
            layer,
            architecture,
            lengths,
            scratch,
        } = self;
        let rows: usize = lengths.iter().sum();
        let width = architecture.hidden / LANES;
        simd.call(Apply {
            weights: &layer.qkv,
            codes: &scratch.codes,
            scales: &scratch.scales[..rows],
            out: &mut scratch.qkv,
        });
        let mut first = 0;
        for &length in lengths {
            simd.call(Attend {
                heads: architecture.heads,
                width,
                qkv: &scratch.qkv[first * 3 * width..][..length * 3 * width],
                out: &mut scratch.context[first * width..][..length * width],
                buffers: &mut scratch.attention,
            });
            first += length;
        }
        let chunks = rows.div_ceil(CHUNK);
        for chunk in 0..chunks {
            let (first, end) = (rows * chunk / chunks, rows * (chunk + 1) / chunks);
            after_attention(simd, layer, architecture, scratch, first, end);
        }
    }
}

/// The rest of a layer, which looks at one row at a time: rows `first` to `end`.
#[inline(always)]
fn after_attention<S: Simd>(
    simd: S,
    layer: &Layer,
    architecture: &Architecture,
    scratch: &mut Scratch,
    first: usize,
    end: usize,
) {
    let rows = end - first;
    let (width, depth) = (architecture.hidden / LANES, architecture.hidden / LINE);
    let (wide_width, wide_depth) = (architecture.ffn / LANES, architecture.ffn / LINE);
    let hidden = &mut scratch.hidden[first * width..end * width];
    let codes = &mut scratch.codes[first * depth..end * depth];
    let scales = &mut scratch.scales[first..end];
    let context = &mut scratch.context[first * width..end * width];
    let wide = &mut scratch.wide[..rows * wide_width];
    let wide_codes = &mut scratch.wide_codes[..rows * wide_depth];
    let wide_scales = &mut scratch.wide_scales[..rows];

    let coded = codes.chunks_exact_mut(depth).zip(&mut *scales);
    for (row, (codes, scale)) in context.chunks_exact(width).zip(coded) {
        *scale = quantise(simd, row, &range(simd, row), codes);
    }
    simd.call(Apply {
        weights: &layer.attention_out,
        codes,
        scales,
        out: context,
    });
    normalise(simd, &layer.attention_norm, context, hidden, codes, scales);

    simd.call(Apply {
        weights: &layer.ffn_in,
        codes,
        scales,
        out: wide,
    });
    let coded = wide_codes.chunks_exact_mut(wide_depth).zip(&mut *wide_scales);
    for (row, (codes, scale)) in wide.chunks_exact_mut(wide_width).zip(coded) {
        let range = gelu(simd, row);
        *scale = quantise(simd, row, &range, codes);
    }
    simd.call(Apply {
        weights: &layer.ffn_out,
        codes: wide_codes,
        scales: wide_scales,
        out: context,
    });
    normalise(simd, &layer.ffn_norm, context, hidden, codes, scales);
}

/// Rows that the classifier works on together, to hide the latency of multiply-add.
const HEAD_ROWS: usize = 8;

struct Classify<'a> {
    encoder: &'a Encoder,
    hidden: &'a [Floats],
    logits: &'a mut [f32],
}

impl Task for Classify<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self {
            encoder,
            hidden,
            logits,
        } = self;
        let width = encoder.architecture.hidden / LANES;
        let labels = encoder.head.labels;
        let rows = logits.len() / labels;
        let whole = rows - rows % HEAD_ROWS;
        let (blocks, rest) = logits.split_at_mut(whole * labels);
        let hidden = &hidden[..rows * width];
        let blocks = hidden
            .chunks_exact(HEAD_ROWS * width)
            .zip(blocks.chunks_exact_mut(HEAD_ROWS * labels));
        for (rows, logits) in blocks {
            encoder.head.apply::<S, HEAD_ROWS>(simd, rows, width, logits);
        }
        for (row, logits) in hidden[whole * width..]
            .chunks_exact(width)
            .zip(rest.chunks_exact_mut(labels))
        {
            encoder.head.apply::<S, 1>(simd, row, width, logits);
        }
    }
}

impl Head {
    #[inline(always)]
    fn apply<S: Simd, const R: usize>(&self, simd: S, rows: &[Floats], width: usize, logits: &mut [f32]) {
        let blocks = self.weights.chunks_exact(width * LANES).zip(&self.bias);
        for (block, (weights, bias)) in blocks.enumerate() {
            let mut sums = [simd.load(bias); R];
            for (at, weights) in weights.as_chunks::<LANES>().0.iter().enumerate() {
                for (lane, weight) in weights.iter().enumerate() {
                    let weight = simd.load(weight);
                    for r in 0..R {
                        sums[r] = simd.fma(simd.splat(rows[r * width + at].0[lane]), weight, sums[r]);
                    }
                }
            }
            let first = block * LANES;
            let count = LANES.min(self.labels - first);
            for r in 0..R {
                logits[r * self.labels + first..][..count].copy_from_slice(&simd.to_array(sums[r])[..count]);
            }
        }
    }
}
