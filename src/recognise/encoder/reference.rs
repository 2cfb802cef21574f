//! The encoder as the textbooks write it, in `f32` on ndarray, to test the engine against.

use ndarray::{Array1, Array2, ArrayView1, Axis, concatenate, s};

use super::Batch;
use super::embedding::pair_row;
use crate::recognise::container::{Architecture, Container};

/// Logits of a batch from the weights of a model file as they were stored.
pub(in crate::recognise) fn forward(file: &Container<'_>, batch: &Batch<'_>) -> Array2<f32> {
    let mut first = 0;
    let sequences: Vec<_> = batch
        .lengths
        .iter()
        .map(|&length| {
            let tokens = first..first + length;
            first += length;
            sequence(file, &batch.ids[tokens.clone()], &batch.features[tokens])
        })
        .collect();
    let views: Vec<_> = sequences.iter().map(|logits| logits.view()).collect();
    concatenate(Axis(0), &views).unwrap()
}

fn sequence(file: &Container<'_>, ids: &[u16], features: &[u8]) -> Array2<f32> {
    let header = file.header();
    let Architecture {
        layers,
        hidden,
        heads,
        ffn,
        positions,
        bigrams,
        ..
    } = header.architecture;
    let characters = matrix(file, "emb.char", header.vocabulary.len(), hidden);
    let position = floats(file, "emb.pos", positions, hidden);
    let feature = floats(file, "emb.feature", header.features.len(), hidden);
    let mut x = Array2::zeros((ids.len(), hidden));
    for (at, mut row) in x.rows_mut().into_iter().enumerate() {
        let parts = (&characters.row(ids[at].into()) + &position.row(at)) + feature.row(features[at].into());
        row.assign(&parts);
    }
    if bigrams > 0 {
        let left = matrix(file, "emb.bigram", bigrams, hidden);
        let right = matrix(file, "emb.bigram2", bigrams, hidden);
        for (at, mut row) in x.rows_mut().into_iter().enumerate() {
            let id = |at: usize| ids[at.min(ids.len() - 1)];
            row += &left.row(pair_row(id(at.saturating_sub(1)), id(at), bigrams));
            row += &right.row(pair_row(id(at), id(at + 1), bigrams));
        }
    }
    x = norm(file, "emb.ln", x);
    for i in 0..layers {
        let name = |part: &str| format!("layer{i}.{part}");
        let qkv = linear(file, &name("qkv"), &x, 3 * hidden);
        let context = attention(&qkv, hidden, heads);
        x = norm(
            file,
            &name("attn_ln"),
            x + linear(file, &name("attn_out"), &context, hidden),
        );
        let wide = linear(file, &name("ffn_in"), &x, ffn).mapv(gelu);
        x = norm(
            file,
            &name("ffn_ln"),
            x + linear(file, &name("ffn_out"), &wide, hidden),
        );
    }
    let head = floats(file, "head.w", header.labels.len(), hidden);
    x.dot(&head.t()) + Array1::from(file.f32("head.b", &[header.labels.len()]).unwrap())
}

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

fn norm(file: &Container<'_>, name: &str, mut x: Array2<f32>) -> Array2<f32> {
    let width = x.ncols();
    let weight = Array1::from(file.f32(&format!("{name}.w"), &[width]).unwrap());
    let bias = Array1::from(file.f32(&format!("{name}.b"), &[width]).unwrap());
    for mut row in x.rows_mut() {
        let deviation = (variance(row.view()) + file.header().architecture.eps).sqrt();
        let mean = row.mean().unwrap();
        row.mapv_inplace(|x| (x - mean) / deviation);
    }
    x * weight + bias
}

fn variance(row: ArrayView1<'_, f32>) -> f32 {
    let mean = row.mean().unwrap();
    row.mapv(|x| (x - mean).powi(2)).mean().unwrap()
}

fn linear(file: &Container<'_>, name: &str, x: &Array2<f32>, outputs: usize) -> Array2<f32> {
    let weights = matrix(file, &format!("{name}.w"), outputs, x.ncols());
    x.dot(&weights.t()) + Array1::from(file.f32(&format!("{name}.b"), &[outputs]).unwrap())
}

fn matrix(file: &Container<'_>, name: &str, rows: usize, columns: usize) -> Array2<f32> {
    let codes = file.i8(name, &[rows, columns]).unwrap();
    let scale = Array1::from(file.f32(&format!("{name}.scale"), &[rows]).unwrap());
    let codes = codes.iter().map(|&code| f32::from(code as i8)).collect();
    Array2::from_shape_vec((rows, columns), codes).unwrap() * scale.insert_axis(Axis(1))
}

fn floats(file: &Container<'_>, name: &str, rows: usize, columns: usize) -> Array2<f32> {
    Array2::from_shape_vec((rows, columns), file.f32(name, &[rows, columns]).unwrap()).unwrap()
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
