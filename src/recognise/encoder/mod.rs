//! The transformer encoder: post-LayerNorm BERT with 8-bit weights.
//!
//! Weights have one scale an output channel, activations one scale and offset a
//! row, found while the row is made. Sums are exact integers, so a sequence gets the same
//! logits, to the last bit, alone or among others and on every processor.
//! Linear layers run over the rows of several sequences without padding,
//! attention over each sequence by itself.

mod attention;
mod elementwise;
mod embedding;
mod layer;
mod linear;
pub(super) mod reference;
mod simd;
#[cfg(test)]
mod tests;

use ndarray::ArrayView2;

use crate::error::{Error, Result};
use crate::recognise::container::Architecture;
use crate::recognise::model::Model;

use attention::grow;
pub(super) use layer::Encoder;
use simd::{Floats, Ints, LANES, RowScale};

pub use simd::Kernel;

/// Rows worked on together. Longer sequences make longer micro-batches.
const MICRO_BATCH: usize = 256;

/// Sequences packed one after another, without padding.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Character id of each token.
    pub ids: &'a [u16],
    /// Segmentation feature of each token.
    pub features: &'a [u8],
    /// Tokens of each sequence, none of them 0.
    pub lengths: &'a [usize],
}

/// Working memory of one thread, reused from call to call and between models.
#[derive(Debug)]
pub struct Scratch {
    kernel: Kernel,
    hidden: Vec<Floats>,
    codes: Vec<Ints>,
    scales: Vec<RowScale>,
    qkv: Vec<Floats>,
    context: Vec<Floats>,
    wide: Vec<Floats>,
    wide_codes: Vec<Ints>,
    wide_scales: Vec<RowScale>,
    attention: attention::Buffers,
    logits: Vec<f32>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Scratch {
    /// Working memory that uses the fastest kernel of this processor.
    pub fn new() -> Self {
        Self::with_kernel(Kernel::best())
    }

    /// Working memory that uses `kernel`, or the portable one if the processor lacks it.
    pub fn with_kernel(kernel: Kernel) -> Self {
        Self {
            kernel: if kernel.is_available() {
                kernel
            } else {
                Kernel::Portable
            },
            hidden: Vec::new(),
            codes: Vec::new(),
            scales: Vec::new(),
            qkv: Vec::new(),
            context: Vec::new(),
            wide: Vec::new(),
            wide_codes: Vec::new(),
            wide_scales: Vec::new(),
            attention: attention::Buffers::default(),
            logits: Vec::new(),
        }
    }

    /// The kernel in use.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    fn reserve(&mut self, architecture: &Architecture, rows: usize, longest: usize) {
        let Architecture {
            hidden, heads, ffn, ..
        } = *architecture;
        let chunk = rows.min(layer::CHUNK);
        grow(&mut self.hidden, rows * hidden / LANES);
        grow(&mut self.codes, rows * hidden / linear::LINE);
        grow(&mut self.scales, rows);
        grow(&mut self.qkv, rows * 3 * hidden / LANES);
        grow(&mut self.context, rows * hidden / LANES);
        grow(&mut self.wide, chunk * ffn / LANES);
        grow(&mut self.wide_codes, chunk * ffn / linear::LINE);
        grow(&mut self.wide_scales, chunk);
        self.attention.reserve(longest, hidden / heads);
    }
}

impl Model {
    /// The logits of every token of `batch`, as [tokens, labels].
    ///
    /// Runs on the calling thread. A sequence's logits do not depend on the
    /// other sequences of the batch.
    ///
    /// # Errors
    /// [`Error::Input`] if the batch does not fit the model: lengths that are 0, beyond the
    /// model's positions or do not add up to the number of ids, or ids or features out of range.
    pub fn forward<'s>(&self, scratch: &'s mut Scratch, batch: &Batch<'_>) -> Result<ArrayView2<'s, f32>> {
        self.check(batch)?;
        let (tokens, labels) = (batch.ids.len(), self.labels().len());
        scratch.logits.clear();
        scratch.logits.resize(tokens * labels, 0.0);
        let mut logits = std::mem::take(&mut scratch.logits);
        let (mut sequence, mut token) = (0, 0);
        while sequence < batch.lengths.len() {
            let lengths = micro_batch(&batch.lengths[sequence..]);
            let rows: usize = lengths.iter().sum();
            let longest = lengths.iter().copied().max().unwrap_or(0);
            scratch.reserve(self.architecture(), rows, longest);
            let part = Batch {
                ids: &batch.ids[token..token + rows],
                features: &batch.features[token..token + rows],
                lengths,
            };
            scratch.kernel.run(layer::Forward {
                encoder: self.encoder(),
                batch: part,
                scratch: &mut *scratch,
                logits: &mut logits[token * labels..(token + rows) * labels],
            });
            sequence += lengths.len();
            token += rows;
        }
        scratch.logits = logits;
        Ok(ArrayView2::from_shape((tokens, labels), &scratch.logits).expect("one logit a token and label"))
    }

    /// Multiply-adds that a token of a sequence of `length` tokens costs.
    pub fn macs_per_token(&self, length: usize) -> usize {
        let Architecture {
            layers, hidden, ffn, ..
        } = *self.architecture();
        layers * (4 * hidden * hidden + 2 * hidden * ffn + 2 * hidden * length) + hidden * self.labels().len()
    }

    fn check(&self, batch: &Batch<'_>) -> Result<()> {
        let refuse = |reason: String| Err(Error::input(format!("batch for model {}", self.name()), reason));
        let Batch {
            ids,
            features,
            lengths,
        } = *batch;
        let positions = self.architecture().positions;
        if let Some(length) = lengths.iter().find(|&&length| length == 0 || length > positions) {
            return refuse(format!(
                "a sequence of {length} tokens; the model takes 1 to {positions}"
            ));
        }
        let total: usize = lengths.iter().sum();
        if ids.len() != total || features.len() != total {
            return refuse(format!(
                "{} ids and {} features for sequences of {total} tokens in all",
                ids.len(),
                features.len()
            ));
        }
        if let Some(id) = ids.iter().find(|&&id| usize::from(id) >= self.vocabulary().len()) {
            return refuse(format!("character id {id} of {}", self.vocabulary().len()));
        }
        if let Some(feature) = features
            .iter()
            .find(|&&feature| usize::from(feature) >= self.features().len())
        {
            return refuse(format!("feature {feature} of {}", self.features().len()));
        }
        Ok(())
    }
}

/// The first sequences that together have at most [`MICRO_BATCH`] tokens, but at least one.
fn micro_batch(lengths: &[usize]) -> &[usize] {
    let mut rows = 0;
    let fitting = lengths.iter().take_while(|&&length| {
        rows += length;
        rows <= MICRO_BATCH
    });
    &lengths[..fitting.count().clamp(1, lengths.len())]
}
