//! A trained tagger model: its vocabulary, labels and encoder.
//!
//! # Tensors
//! `H` hidden width, `F` feed-forward width, `V` characters, `P` positions, matrices as `[out, in]`:
//!
//! | name | shape | type |
//! |---|---|---|
//! | `emb.char` | `[V, H]` | `i8`, with `emb.char.scale` `[V]` |
//! | `emb.bigram`, `emb.bigram2`, if `bigrams` is not 0 | `[bigrams, H]` | `i8`, with `.scale` `[bigrams]` |
//! | `emb.pos`, `emb.feature` | `[P, H], [features, H]` | `f32` |
//! | `emb.ln.w`, `emb.ln.b` | `[H]` | `f32` |
//! | `layer{i}.qkv.w` (rows: all of Q, of K, of V) | `[3 H, H]` | `i8`, with `.w.scale` `[out]`; `.b` `[out]` |
//! | `layer{i}.attn_out.w` | `[H, H]` | as above |
//! | `layer{i}.ffn_in.w`, `layer{i}.ffn_out.w` | `[F, H], [H, F]` | as above |
//! | `layer{i}.attn_ln.{w,b}`, `layer{i}.ffn_ln.{w,b}` | `[H]` | `f32` |
//! | `head.w`, `head.b` | `[labels, H], [labels]` | `f32` |
//!
//! An `i8` row is its bytes times its `f32` scale. The computation:
//! `x = LN(char[id] + pos[position] + feature[feature] + bigram[h(previous, id)] + bigram2[h(id, next)])`,
//! where `h(a, b)` hashes two ids (`(x ^ x >> 15) % bigrams` with
//! `x = 0x9E3779B1 a ^ 0x85EBCA6B b` in 32 bits) and the first and the last token of a
//! sequence are their own neighbours; then for each layer
//! `x = LN(x + attn_out(attention(qkv(x))))`, with softmax(QKᵀ/√d)V a head, and
//! `x = LN(x + ffn_out(GELU(ffn_in(x))))`, then `head(x)`.

use crate::error::{Error, Result};
use crate::recognise::container::{Architecture, Container, Header};
use crate::recognise::encoder::Encoder;

mod random;
#[cfg(test)]
mod tests;

pub use random::random_file;

/// A loaded model; immutable, to be shared between threads.
#[derive(Debug)]
pub struct Model {
    name: String,
    header: Header,
    sha256: String,
    encoder: Encoder,
}

impl Model {
    /// Loads a model file that has been read into memory. `name` is what errors call it.
    ///
    /// # Errors
    /// [`Error::Resource`] if the file is damaged, of another version, or its tensors do not
    /// fit the architecture in its header.
    pub fn load(bytes: &[u8], name: &str) -> Result<Self> {
        let file = Container::parse(bytes, name)?;
        check_header(file.header()).map_err(|reason| Error::resource(name, reason))?;
        let encoder = Encoder::load(&file)?;
        let (header, sha256) = file.into_parts();
        Ok(Self {
            name: name.to_owned(),
            header,
            sha256,
            encoder,
        })
    }

    /// What the model was called when it was loaded.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Size and shape of the encoder.
    pub fn architecture(&self) -> &Architecture {
        &self.header.architecture
    }

    /// What each character id stands for: a character, or the name of a special token.
    pub fn vocabulary(&self) -> &[String] {
        &self.header.vocabulary
    }

    /// What each value of the segmentation feature stands for.
    pub fn features(&self) -> &[String] {
        &self.header.features
    }

    /// Names of the labels, in the order of the logits.
    pub fn labels(&self) -> &[String] {
        &self.header.labels
    }

    /// What the training code passed on.
    pub fn meta(&self) -> &serde_json::Map<String, serde_json::Value> {
        &self.header.meta
    }

    /// SHA-256 of the file's content after its prefix, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    pub(super) fn encoder(&self) -> &Encoder {
        &self.encoder
    }
}

/// Bounds that keep sums within 32 bits and ids within their types.
fn check_header(header: &Header) -> Result<(), String> {
    let Architecture {
        layers,
        hidden,
        heads,
        ffn,
        positions,
        eps,
        bigrams,
    } = header.architecture;
    let bounds = [
        ("layers", layers, 64),
        ("hidden", hidden, 4096),
        ("heads", heads, 128),
        ("ffn", ffn, 16384),
        ("positions", positions, 4096),
        ("number of characters", header.vocabulary.len(), 1 << 16),
        ("number of features", header.features.len(), 1 << 8),
        ("number of labels", header.labels.len(), 1 << 10),
    ];
    for (what, value, most) in bounds {
        if value == 0 || value > most {
            return Err(format!("{what} is {value}; possible is 1 to {most}"));
        }
    }
    if bigrams > 1 << 20 {
        return Err(format!("bigrams is {bigrams}; possible is 0 to {}", 1 << 20));
    }
    if !hidden.is_multiple_of(64) || !ffn.is_multiple_of(64) {
        return Err(format!(
            "hidden and ffn are {hidden} and {ffn}; both must be multiples of 64"
        ));
    }
    if !hidden.is_multiple_of(heads * 32) {
        return Err(format!(
            "hidden is {hidden}, which {heads} heads do not cut into multiples of 32"
        ));
    }
    if !(0.0..1.0).contains(&eps) {
        return Err(format!("eps is {eps}; possible is 0 to 1"));
    }
    Ok(())
}
