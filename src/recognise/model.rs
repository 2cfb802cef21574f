//! A trained tagger model: its vocabulary, labels and encoder.
//!
//! # Tensors
//! `H` hidden width, `F` feed-forward width, `V` characters, `P` positions, matrices as [out, in]:
//!
//! | name | shape | type |
//! |---|---|---|
//! | `emb.char` | [V, H] | `i8`, with `emb.char.scale` [V] |
//! | `emb.pos`, `emb.feature` | [P, H], [features, H] | `f32` |
//! | `emb.ln.w`, `emb.ln.b` | [H] | `f32` |
//! | `layer{i}.qkv.w` (rows: all of Q, of K, of V) | [3 H, H] | `i8`, with `.w.scale` [out]; `.b` [out] |
//! | `layer{i}.attn_out.w` | [H, H] | as above |
//! | `layer{i}.ffn_in.w`, `layer{i}.ffn_out.w` | [F, H], [H, F] | as above |
//! | `layer{i}.attn_ln.{w,b}`, `layer{i}.ffn_ln.{w,b}` | [H] | `f32` |
//! | `head.w`, `head.b` | [labels, H], [labels] | `f32` |
//!
//! An `i8` row is its bytes times its `f32` scale. The computation:
//! `x = LN(char[id] + pos[position] + feature[feature])`, then for each layer
//! `x = LN(x + attn_out(attention(qkv(x))))`, with softmax(QKᵀ/√d)V a head, and
//! `x = LN(x + ffn_out(GELU(ffn_in(x))))`, then `head(x)`.

use crate::error::{Error, Result};
use crate::recognise::container::{Architecture, Container, DType, Header, Tensor, write};
use crate::recognise::encoder::Encoder;

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

/// A model file with random weights of a trained model's magnitude, to measure
/// speed with: one letter a character, as many features and labels as asked for.
pub fn random_file(
    architecture: Architecture,
    characters: usize,
    features: usize,
    labels: usize,
    seed: u64,
) -> Vec<u8> {
    let Architecture {
        layers,
        hidden,
        ffn,
        positions,
        ..
    } = architecture;
    let names = |prefix: &str, count: usize| (0..count).map(|i| format!("{prefix}{i}")).collect();
    let header = Header {
        architecture,
        vocabulary: names("c", characters),
        features: names("f", features),
        labels: names("l", labels),
        meta: serde_json::Map::new(),
        tensors: Vec::new(),
    };
    let mut random = RandomTensors {
        state: seed,
        tensors: Vec::new(),
    };
    random.matrix("emb.char", characters, hidden, 0.3);
    random.floats("emb.pos", &[positions, hidden], 0.0, 0.1);
    random.floats("emb.feature", &[features, hidden], 0.0, 0.1);
    random.norm("emb.ln", hidden);
    for i in 0..layers {
        random.linear(&format!("layer{i}.qkv"), 3 * hidden, hidden);
        random.linear(&format!("layer{i}.attn_out"), hidden, hidden);
        random.norm(&format!("layer{i}.attn_ln"), hidden);
        random.linear(&format!("layer{i}.ffn_in"), ffn, hidden);
        random.linear(&format!("layer{i}.ffn_out"), hidden, ffn);
        random.norm(&format!("layer{i}.ffn_ln"), hidden);
    }
    random.floats("head.w", &[labels, hidden], 0.0, 0.1);
    random.floats("head.b", &[labels], 0.0, 0.1);
    write(&header, &random.tensors)
}

struct RandomTensors {
    state: u64,
    tensors: Vec<Tensor>,
}

impl RandomTensors {
    /// SplitMix64 (Steele, Lea and Flood 2014).
    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform within [-1, 1).
    fn uniform(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    fn floats(&mut self, name: &str, shape: &[usize], centre: f32, spread: f32) {
        let count = shape.iter().product();
        let values = std::iter::repeat_with(|| centre + spread * self.uniform()).take(count);
        let data = values
            .collect::<Vec<_>>()
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        self.push(name, DType::F32, shape, data);
    }

    fn matrix(&mut self, name: &str, rows: usize, columns: usize, spread: f32) {
        let codes = std::iter::repeat_with(|| ((self.bits() >> 32) % 255) as u8).take(rows * columns);
        let data = codes.map(|code| code.wrapping_sub(127)).collect();
        self.push(name, DType::I8, &[rows, columns], data);
        self.floats(
            &format!("{name}.scale"),
            &[rows],
            spread / 127.0,
            0.2 * spread / 127.0,
        );
    }

    fn linear(&mut self, name: &str, outputs: usize, inputs: usize) {
        self.matrix(
            &format!("{name}.w"),
            outputs,
            inputs,
            1.7 / (inputs as f32).sqrt(),
        );
        self.floats(&format!("{name}.b"), &[outputs], 0.0, 0.1);
    }

    fn norm(&mut self, name: &str, width: usize) {
        self.floats(&format!("{name}.w"), &[width], 1.0, 0.2);
        self.floats(&format!("{name}.b"), &[width], 0.0, 0.1);
    }

    fn push(&mut self, name: &str, dtype: DType, shape: &[usize], data: Vec<u8>) {
        let (name, shape) = (name.to_owned(), shape.to_owned());
        self.tensors.push(Tensor {
            name,
            dtype,
            shape,
            data,
        });
    }
}
