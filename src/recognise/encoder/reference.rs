//! The encoder as the textbooks write it, in `f32` on ndarray: what the engine is measured against.

use ndarray::{Array1, Array2, ArrayView1, Axis, concatenate, s};

use super::Batch;
use super::embedding::pair_row;
use crate::error::Result;
use crate::recognise::container::{Architecture, Container};

/// A model's weights as its file has them, none rounded further.
#[derive(Debug)]
pub(in crate::recognise) struct Reference {
    architecture: Architecture,
    characters: Array2<f32>,
    positions: Array2<f32>,
    features: Array2<f32>,
    /// Tables of character pairs: with the one before, with the one after.
    pairs: Option<[Array2<f32>; 2]>,
    norm: Norm,
    layers: Vec<Layer>,
    head: Linear,
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

#[derive(Debug)]
struct Linear {
    /// As [out, in].
    weights: Array2<f32>,
    bias: Array1<f32>,
}

#[derive(Debug)]
struct Norm {
    weight: Array1<f32>,
    bias: Array1<f32>,
    eps: f32,
}

impl Reference {
    /// Reads the weights. The header has been checked.
    ///
    /// # Errors
    /// If a tensor is missing, damaged or of another shape.
    pub(in crate::recognise) fn load(file: &Container<'_>) -> Result<Self> {
        let header = file.header();
        let architecture = header.architecture;
        let Architecture {
            layers,
            hidden,
            ffn,
            positions,
            bigrams,
            ..
        } = architecture;
        let table = |name: &str| codes(file, name, bigrams, hidden);
        let layer = |i: usize| {
            let name = |part: &str| format!("layer{i}.{part}");
            Ok(Layer {
                qkv: linear(file, &name("qkv"), hidden, 3 * hidden)?,
                attention_out: linear(file, &name("attn_out"), hidden, hidden)?,
                attention_norm: norm(file, &name("attn_ln"))?,
                ffn_in: linear(file, &name("ffn_in"), hidden, ffn)?,
                ffn_out: linear(file, &name("ffn_out"), ffn, hidden)?,
                ffn_norm: norm(file, &name("ffn_ln"))?,
            })
        };
        Ok(Self {
            architecture,
            characters: codes(file, "emb.char", header.vocabulary.len(), hidden)?,
            positions: floats(file, "emb.pos", positions, hidden)?,
            features: floats(file, "emb.feature", header.features.len(), hidden)?,
            pairs: (bigrams > 0)
                .then(|| Ok([table("emb.bigram")?, table("emb.bigram2")?]))
                .transpose()?,
            norm: norm(file, "emb.ln")?,
            layers: (0..layers).map(layer).collect::<Result<_>>()?,
            head: Linear {
                weights: floats(file, "head.w", header.labels.len(), hidden)?,
                bias: file.f32("head.b", &[header.labels.len()])?.into(),
            },
        })
    }

    /// The logits of every token of `batch`, as [tokens, labels].
    ///
    /// # Panics
    /// If the batch does not fit the model.
    pub(in crate::recognise) fn forward(&self, batch: &Batch<'_>) -> Array2<f32> {
        let mut first = 0;
        let sequences: Vec<_> = batch
            .lengths
            .iter()
            .map(|&length| {
                let tokens = first..first + length;
                first += length;
                self.sequence(&batch.ids[tokens.clone()], &batch.features[tokens])
            })
            .collect();
        let views: Vec<_> = sequences.iter().map(|logits| logits.view()).collect();
        concatenate(Axis(0), &views).expect("as many labels for every sequence")
    }

    fn sequence(&self, ids: &[u16], features: &[u8]) -> Array2<f32> {
        let mut x = self.norm.apply(self.embed(ids, features));
        for layer in &self.layers {
            let qkv = layer.qkv.apply(&x);
            let context = attention(&qkv, self.architecture.hidden, self.architecture.heads);
            x = layer
                .attention_norm
                .apply(x + layer.attention_out.apply(&context));
            let wide = layer.ffn_in.apply(&x).mapv(gelu);
            x = layer.ffn_norm.apply(x + layer.ffn_out.apply(&wide));
        }
        self.head.apply(&x)
    }

    fn embed(&self, ids: &[u16], features: &[u8]) -> Array2<f32> {
        let mut x = Array2::zeros((ids.len(), self.architecture.hidden));
        for (at, mut row) in x.rows_mut().into_iter().enumerate() {
            row += &self.characters.row(ids[at].into());
            row += &self.positions.row(at);
            row += &self.features.row(features[at].into());
            if let Some([left, right]) = &self.pairs {
                let id = |at: usize| ids[at.min(ids.len() - 1)];
                let pair = |a, b| pair_row(a, b, self.architecture.bigrams);
                row += &left.row(pair(id(at.saturating_sub(1)), id(at)));
                row += &right.row(pair(id(at), id(at + 1)));
            }
        }
        x
    }
}

impl Linear {
    fn apply(&self, x: &Array2<f32>) -> Array2<f32> {
        x.dot(&self.weights.t()) + &self.bias
    }
}

impl Norm {
    fn apply(&self, mut x: Array2<f32>) -> Array2<f32> {
        for mut row in x.rows_mut() {
            let mean = mean(row.view());
            row -= mean;
            let deviation = (mean_square(row.view()) + self.eps).sqrt();
            row /= deviation;
        }
        x * &self.weight + &self.bias
    }
}

fn mean(row: ArrayView1<'_, f32>) -> f32 {
    row.sum() / row.len() as f32
}

fn mean_square(row: ArrayView1<'_, f32>) -> f32 {
    row.dot(&row) / row.len() as f32
}

/// Softmax(QKᵀ/√d)V of each head, side by side.
pub(super) fn attention(qkv: &Array2<f32>, hidden: usize, heads: usize) -> Array2<f32> {
    let size = hidden / heads;
    let mut context = Array2::zeros((qkv.nrows(), hidden));
    for head in 0..heads {
        let part = |part: usize| {
            qkv.slice(s![
                ..,
                part * hidden + head * size..part * hidden + (head + 1) * size
            ])
        };
        let mut scores = part(0).dot(&part(1).t()) / (size as f32).sqrt();
        for mut row in scores.rows_mut() {
            let greatest = row.fold(f32::MIN, |a, &b| a.max(b));
            row.mapv_inplace(|score| (score - greatest).exp());
            let sum = row.sum();
            row /= sum;
        }
        context
            .slice_mut(s![.., head * size..(head + 1) * size])
            .assign(&scores.dot(&part(2)));
    }
    context
}

fn gelu(x: f32) -> f32 {
    (f64::from(x) * normal_distribution(f64::from(x))) as f32
}

/// Φ(x) by its series φ(x) Σ x^(2n+1) / (1·3·…·(2n+1)), whose terms all have one sign.
pub(super) fn normal_distribution(x: f64) -> f64 {
    if x.abs() > 9.0 {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    let (mut term, mut sum, mut n) = (x, 0.0, 1.0);
    while term.abs() > 1e-18 * f64::abs(sum) && term != 0.0 {
        sum += term;
        n += 2.0;
        term *= x * x / n;
    }
    0.5 + sum * (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt()
}

fn norm(file: &Container<'_>, name: &str) -> Result<Norm> {
    let Architecture { hidden, eps, .. } = file.header().architecture;
    Ok(Norm {
        weight: file.f32(&format!("{name}.w"), &[hidden])?.into(),
        bias: file.f32(&format!("{name}.b"), &[hidden])?.into(),
        eps,
    })
}

fn linear(file: &Container<'_>, name: &str, inputs: usize, outputs: usize) -> Result<Linear> {
    Ok(Linear {
        weights: codes(file, &format!("{name}.w"), outputs, inputs)?,
        bias: file.f32(&format!("{name}.b"), &[outputs])?.into(),
    })
}

/// A matrix that is stored in 8 bits with one scale a row.
fn codes(file: &Container<'_>, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>> {
    let codes = file.i8(name, &[rows, columns])?;
    let scales = file.f32(&format!("{name}.scale"), &[rows])?;
    let value = |(row, column): (usize, usize)| f32::from(codes[row * columns + column] as i8) * scales[row];
    Ok(Array2::from_shape_fn((rows, columns), value))
}

fn floats(file: &Container<'_>, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>> {
    let values = file.f32(name, &[rows, columns])?;
    Ok(Array2::from_shape_fn((rows, columns), |(row, column)| {
        values[row * columns + column]
    }))
}
