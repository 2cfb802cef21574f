//! Models with random weights.

use crate::recognise::container::{Architecture, DType, Header, Tensor, write};

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
        bigrams,
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
    if bigrams > 0 {
        random.matrix("emb.bigram", bigrams, hidden, 0.3);
        random.matrix("emb.bigram2", bigrams, hidden, 0.3);
    }
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
