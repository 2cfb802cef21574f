//! Files that must be refused, with the reason.

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::recognise::encoder::{Batch, Scratch};

const ARCHITECTURE: Architecture = Architecture {
    layers: 2,
    hidden: 64,
    heads: 2,
    ffn: 64,
    positions: 16,
    eps: 1e-12,
    bigrams: 0,
};

fn file() -> Vec<u8> {
    random_file(ARCHITECTURE, 10, 3, 5, 1)
}

/// The error of loading `bytes`.
fn refusal(bytes: &[u8]) -> String {
    let error = Model::load(bytes, "models/some.shiji").expect_err("must be refused");
    assert!(matches!(error, Error::Resource { .. }), "{error:?}");
    let message = error.to_string();
    assert!(message.starts_with("models/some.shiji: "), "{message}");
    message
}

/// The file with its JSON header changed and its lengths and checksum made right again.
fn with_header(change: impl Fn(&mut serde_json::Value)) -> Vec<u8> {
    let file = file();
    let length = u32::from_le_bytes(file[12..16].try_into().unwrap()) as usize;
    let mut header = serde_json::from_slice(&file[64..64 + length]).unwrap();
    change(&mut header);
    let mut payload = serde_json::to_vec(&header).unwrap();
    payload.resize(payload.len().next_multiple_of(64), b' ');
    let header_length = payload.len() as u32;
    payload.extend_from_slice(&file[64 + length..]);
    seal(header_length, &payload)
}

fn seal(header_length: u32, payload: &[u8]) -> Vec<u8> {
    let mut file = b"SHIJIENC".to_vec();
    file.extend(1u32.to_le_bytes());
    file.extend(header_length.to_le_bytes());
    file.extend((payload.len() as u64).to_le_bytes());
    file.extend(Sha256::digest(payload));
    file.resize(64, 0);
    file.extend(payload);
    file
}

#[test]
fn loads_what_was_written() {
    let model = Model::load(&file(), "tiny").unwrap();
    assert_eq!(*model.architecture(), ARCHITECTURE);
    assert_eq!(model.vocabulary().len(), 10);
    assert_eq!(model.features(), ["f0", "f1", "f2"]);
    assert_eq!(model.labels().last().unwrap(), "l4");
    assert_eq!(model.sha256().len(), 64);
    assert!(Model::load(&with_header(|_| ()), "tiny").is_ok());
    let meta = with_header(|header| header["meta"] = serde_json::json!({"scheme": "BIO"}));
    assert_eq!(Model::load(&meta, "tiny").unwrap().meta()["scheme"], "BIO");
}

#[test]
fn refuses_what_is_no_model() {
    assert!(refusal(b"").contains("not a shiji model"));
    assert!(refusal(&[0; 1000]).contains("does not begin with SHIJIENC"));
    let mut other = file();
    other[8] = 2;
    assert!(refusal(&other).contains("format version 2, this program reads version 1"));
}

#[test]
fn refuses_truncated_and_altered_files() {
    let file = file();
    for length in [8, 63, 64, 65, 500, file.len() / 2, file.len() - 1] {
        let reason = refusal(&file[..length]);
        assert!(
            reason.contains("damaged") || reason.contains("not a shiji model"),
            "{length}: {reason}"
        );
    }
    let mut longer = file.clone();
    longer.push(0);
    assert!(refusal(&longer).contains("damaged"));
    for at in [20, 30, 60, 64, 700, file.len() / 2, file.len() - 1] {
        let mut altered = file.clone();
        altered[at] ^= 0x10;
        assert!(refusal(&altered).contains("damaged"), "byte {at}");
    }
    // The length of the header is outside the checksum, but ends within the tensors or the JSON.
    let mut altered = file;
    altered[13] ^= 0x10;
    assert!(refusal(&altered).contains("the header is not as documented"));
}

#[test]
fn refuses_headers_that_lie() {
    let huge = 1u64 << 62;
    let architecture = |key: &'static str, value: serde_json::Value| {
        refusal(&with_header(move |header| {
            header["architecture"][key] = value.clone()
        }))
    };
    assert!(architecture("layers", 3.into()).contains("tensor layer2.qkv.w is missing"));
    assert!(architecture("layers", 0.into()).contains("layers is 0"));
    assert!(architecture("layers", huge.into()).contains("possible is 1 to 64"));
    assert!(architecture("hidden", 4096.into()).contains("the architecture needs I8 [10, 4096]"));
    assert!(architecture("hidden", 96.into()).contains("multiples of 64"));
    assert!(architecture("heads", 4.into()).contains("4 heads do not cut"));
    assert!(architecture("positions", 17.into()).contains("tensor emb.pos is F32 [16, 64]"));
    assert!(architecture("eps", (-1).into()).contains("eps is -1"));
    assert!(architecture("bigrams", 4.into()).contains("tensor emb.bigram is missing"));
    assert!(architecture("bigrams", huge.into()).contains("possible is 0 to 1048576"));
    assert!(architecture("ffn", (-64).into()).contains("the header is not as documented"));

    let tensor = |key: &'static str, value: serde_json::Value| {
        refusal(&with_header(move |header| {
            header["tensors"][0][key] = value.clone()
        }))
    };
    assert!(tensor("name", "emb.pos".into()).contains("tensor emb.pos is listed twice"));
    assert!(tensor("offset", huge.into()).contains("reaches beyond the end"));
    assert!(tensor("offset", 32.into()).contains("not aligned"));
    assert!(tensor("shape", vec![huge, 64].into()).contains("reaches beyond the end"));
    assert!(tensor("shape", vec![5, 128].into()).contains("tensor emb.char is I8 [5, 128]"));
    assert!(tensor("dtype", "f64".into()).contains("the header is not as documented"));
    assert!(refusal(&with_header(|header| header["labels"] = serde_json::json!([]))).contains("labels is 0"));
    assert!(refusal(&seal(1 << 30, &[b' '; 64])).contains("impossible header length"));
    assert!(refusal(&seal(64, &[b'['; 64])).contains("the header is not as documented"));
}

#[test]
fn refuses_weights_that_are_not_finite() {
    let file = file();
    let mut payload = file[64..].to_vec();
    let header_length = u32::from_le_bytes(file[12..16].try_into().unwrap());
    let end = payload.len();
    // head.b comes last, five values in a line of 64 bytes.
    payload[end - 64..end - 60].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(refusal(&seal(header_length, &payload)).contains("head.b has values that are not finite"));
}

/// Weights of any size, even such that sums overflow, are run without a panic.
#[test]
fn survives_absurd_weights() {
    let file = file();
    let header_length = u32::from_le_bytes(file[12..16].try_into().unwrap()) as usize;
    let mut payload = file[64..].to_vec();
    for value in payload[header_length..].as_chunks_mut::<4>().0 {
        *value = if value[0] & 1 == 0 { f32::MAX } else { -f32::MAX }.to_le_bytes();
    }
    let model = Model::load(&seal(header_length as u32, &payload), "absurd").unwrap();
    for kernel in crate::recognise::encoder::Kernel::available() {
        let batch = Batch {
            ids: &[1; 16],
            features: &[0; 16],
            lengths: &[16],
        };
        assert_eq!(
            model
                .forward(&mut Scratch::with_kernel(kernel), &batch)
                .unwrap()
                .dim(),
            (16, 5)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the payload, loading ends in an error and not in a panic.
    #[test]
    fn never_panics(payload in prop::collection::vec(any::<u8>(), 0..300), header_length in 0u32..6) {
        refusal(&seal(header_length * 64, &payload));
    }
}
