//! Checkpoints against what PyTorch gets out of them, and against our own encoder.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ndarray::{Array2, Axis, s};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::json;
use tch::Tensor;
use tempfile::TempDir;

use super::*;
use crate::document::Mention;
use crate::eval::read_gold;
use crate::recognise::container::{Architecture, Container};
use crate::recognise::encoder::Batch;
use crate::recognise::encoder::reference::Reference;
use crate::recognise::model::random_file;
use crate::recognise::view::Symbol;
use crate::recognise::window::windows;
use crate::segment::Segmenter;
use crate::segment::sentence::sentences;
use crate::text::fold_str;

/// What transformers gets out of a checkpoint in `tests/data/bert`.
#[derive(Deserialize)]
struct Expected {
    text: String,
    tokens: Vec<String>,
    offsets: Vec<(usize, usize)>,
    logits: Vec<Vec<f32>>,
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/bert")
        .join(name)
}

/// A copy of a fixture that may be changed; with weights that can be loaded.
fn copy(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(fixture(name)).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    if folder.path().join("pytorch_model.bin").is_file() {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/convert_checkpoint.py");
        let done = Command::new("python3")
            .arg(script)
            .arg(folder.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    folder
}

fn load(folder: &Path, threads: usize) -> Bert {
    let options = Options {
        threads,
        ..Options::default()
    };
    Bert::load(folder, &options).unwrap()
}

fn refused(folder: &Path) -> String {
    Bert::load(folder, &Options::default())
        .err()
        .expect("refused")
        .to_string()
}

/// The checkpoint's own logits of the tokens of one window.
fn logits(bert: &Bert, units: &[Unit]) -> Vec<Vec<f32>> {
    let all = bert.logits(&[units]);
    let rows = all.chunks(bert.labels.inputs()).map(<[f32]>::to_vec);
    rows.skip(1).take(units.len()).collect()
}

fn largest_difference<'a>(a: impl IntoIterator<Item = &'a f32>, b: impl IntoIterator<Item = &'a f32>) -> f32 {
    a.into_iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

#[test]
fn tokens_and_logits_are_those_of_transformers() {
    for (name, scheme) in [
        ("bert", Scheme::Bio),
        ("electra", Scheme::Bioes),
        ("albert", Scheme::Bio),
    ] {
        let folder = copy(name);
        let bert = load(folder.path(), 1);
        assert_eq!(bert.scheme(), scheme);
        let expected = fs::read_to_string(folder.path().join("expected.json")).unwrap();
        for wanted in serde_json::from_str::<Vec<Expected>>(&expected).unwrap() {
            let units = bert.read(&wanted.text, &[]);
            let names: HashMap<u32, &str> = bert
                .reader
                .vocabulary()
                .iter()
                .map(|(token, &id)| (id, token.as_str()))
                .collect();
            let tokens: Vec<&str> = units.iter().map(|unit| names[&unit.id]).collect();
            assert_eq!(tokens, wanted.tokens, "{name}: {}", wanted.text);
            for (unit, &offsets) in units.iter().zip(&wanted.offsets) {
                assert_eq!(unit.start, offsets.0, "{name}: {}", wanted.text);
                assert!(unit.end >= offsets.1);
            }
            let got = logits(&bert, &units);
            let difference = largest_difference(got.iter().flatten(), wanted.logits.iter().flatten());
            assert!(difference < 1e-4, "{name}: {difference}");
        }
    }
    assert_eq!(load(copy("electra").path(), 1).unknown_types(), ["SHIP"]);
}

#[test]
fn weights_of_rust_bert_give_the_same() {
    let folder = copy("electra");
    let path = folder.path().join("model.safetensors");
    let units = load(folder.path(), 1).read("董军访美", &[]);
    let wanted = logits(&load(folder.path(), 1), &units);
    let tensors = Tensor::read_safetensors(&path).unwrap();
    Tensor::save_multi(&tensors, folder.path().join("rust_model.ot")).unwrap();
    fs::remove_file(path).unwrap();
    assert_eq!(logits(&load(folder.path(), 1), &units), wanted);
}

/// Texts that differ, from 1 to some 300 characters.
fn texts(count: usize) -> Vec<String> {
    let words = [
        "中国",
        "国防部长",
        "董军",
        "Nancy",
        "Pelosi",
        "访",
        "美国",
        "(2022)",
        "。",
        "台灣",
        " ",
        "\n",
        "😀",
        "NATO",
    ];
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize
    };
    (0..count)
        .map(|_| {
            (0..1 + next() % 100)
                .map(|_| words[next() % words.len()])
                .collect()
        })
        .collect()
}

fn mentions(recogniser: &Recogniser, texts: &[String]) -> Vec<Vec<Mention>> {
    let inputs: Vec<(&str, &[Word<'_>])> = texts.iter().map(|text| (text.as_str(), &[][..])).collect();
    recogniser.mentions(&inputs)
}

fn spans(mentions: &[Mention]) -> Vec<(usize, usize, &str)> {
    mentions
        .iter()
        .map(|m| (m.start, m.end, m.kind.as_str()))
        .collect()
}

/// rust-bert's own pipeline mixes up its windows from the 65th on.
#[test]
fn two_hundred_texts_together_or_alone() {
    let folder = copy("bert");
    let recogniser = Recogniser::from(load(folder.path(), 1));
    let texts = texts(200);
    let together = mentions(&recogniser, &texts);
    assert!(
        together.iter().map(Vec::len).sum::<usize>() > 200,
        "there is something to mix up"
    );
    for (text, found) in texts.iter().zip(&together) {
        let alone = &mentions(&recogniser, std::slice::from_ref(text))[0];
        assert_eq!(spans(found), spans(alone), "{text}");
        for (a, b) in found.iter().zip(alone) {
            assert!((a.confidence - b.confidence).abs() < 0.002, "{a:?} {b:?}");
            assert_eq!(
                a.text,
                text.chars()
                    .skip(a.start)
                    .take(a.end - a.start)
                    .collect::<String>()
            );
        }
    }
}

#[test]
fn a_text_of_thirty_thousand_characters_is_windowed() {
    let folder = copy("bert");
    let text: String = texts(1000).concat().chars().take(30_000).collect();
    assert_eq!(text.chars().count(), 30_000);
    let bert = load(folder.path(), 1);
    let units = bert.read(&text, &[]);
    // Every character that is no white space is read, once and in order.
    let read: usize = units
        .iter()
        .filter(|unit| !matches!(unit.symbol, Symbol::Rest | Symbol::Break))
        .map(|unit| unit.end - unit.start)
        .sum();
    assert_eq!(read, text.chars().filter(|c| !c.is_whitespace()).count());

    // The scores of each unit are those of its window alone.
    let ends: Vec<usize> = sentences(&text)
        .map(|sentence| units.partition_point(|unit| unit.start < sentence.start))
        .collect();
    let mut wanted = Array2::zeros((units.len(), bert.scheme().count()));
    let most = bert.limits().window;
    for window in windows(units.len(), most, ends) {
        assert!(window.reads.len() <= most);
        let scores = bert.score(&[&units[window.reads.clone()]]);
        let from = window.keeps.start - window.reads.start;
        wanted
            .slice_mut(s![window.keeps.clone(), ..])
            .assign(&scores.slice(s![from..from + window.keeps.len(), ..]));
    }
    let heads: Vec<usize> = (0..units.len())
        .filter(|&at| units[at].symbol != Symbol::Rest)
        .collect();
    let wanted = wanted.select(Axis(0), &heads);
    let recogniser = Recogniser::from(bert);
    let got = recogniser.scores(&[(&text, &[])]).remove(0);
    assert_eq!(got.spans.len(), heads.len());
    let difference = largest_difference(&got.logits, &wanted);
    assert!(difference < 1e-4, "{difference}");
}

/// More callers than networks: they wait for each other, and get what one alone gets.
#[test]
fn threads_share_the_weights() {
    let folder = copy("bert");
    let texts = texts(60);
    let recogniser = Recogniser::from(load(folder.path(), 2));
    let wanted = mentions(&recogniser, &texts);
    let pool = crate::pipeline::pool(4).unwrap();
    let found: Vec<_> = pool.install(|| {
        (0..8)
            .into_par_iter()
            .map(|_| mentions(&recogniser, &texts))
            .collect()
    });
    assert!(found.iter().all(|found| *found == wanted));
}

/// Our encoder's weights under the names of transformers: `training/export_bert.py` in Rust.
fn export(file: &Container<'_>, folder: &Path, vocabulary: &[&str], settings: &str) {
    let Architecture {
        layers,
        hidden,
        ffn,
        positions,
        heads,
        ..
    } = file.header().architecture;
    let (characters, features) = (file.header().vocabulary.len(), file.header().features.len());
    let labels = Scheme::Bio.names();
    let tensor = |values: Vec<f32>, shape: &[usize]| {
        let shape: Vec<i64> = shape.iter().map(|&n| n as i64).collect();
        Tensor::from_slice(&values).reshape(shape)
    };
    let floats = |name: &str, shape: &[usize]| tensor(file.f32(name, shape).unwrap(), shape);
    let codes = |name: &str, rows: usize, columns: usize| {
        let scales = file.f32(&format!("{name}.scale"), &[rows]).unwrap();
        let codes = file.i8(name, &[rows, columns]).unwrap();
        let values = codes
            .iter()
            .enumerate()
            .map(|(at, &code)| f32::from(code as i8) * scales[at / columns]);
        tensor(values.collect(), &[rows, columns])
    };
    let mut out = vec![
        (
            "bert.embeddings.word_embeddings.weight".to_owned(),
            codes("emb.char", characters, hidden),
        ),
        (
            "bert.embeddings.position_embeddings.weight".to_owned(),
            floats("emb.pos", &[positions, hidden]),
        ),
        (
            "bert.embeddings.token_type_embeddings.weight".to_owned(),
            floats("emb.feature", &[features, hidden]),
        ),
        (
            "classifier.weight".to_owned(),
            floats("head.w", &[labels.len(), hidden]),
        ),
        ("classifier.bias".to_owned(), floats("head.b", &[labels.len()])),
    ];
    let mut norms = vec![("emb.ln".to_owned(), "bert.embeddings.LayerNorm".to_owned())];
    for i in 0..layers {
        let (ours, theirs) = (format!("layer{i}"), format!("bert.encoder.layer.{i}"));
        norms.push((
            format!("{ours}.attn_ln"),
            format!("{theirs}.attention.output.LayerNorm"),
        ));
        norms.push((format!("{ours}.ffn_ln"), format!("{theirs}.output.LayerNorm")));
        let weights = codes(&format!("{ours}.qkv.w"), 3 * hidden, hidden).chunk(3, 0);
        let biases = floats(&format!("{ours}.qkv.b"), &[3 * hidden]).chunk(3, 0);
        for ((part, weight), bias) in ["query", "key", "value"].iter().zip(weights).zip(biases) {
            out.push((format!("{theirs}.attention.self.{part}.weight"), weight.copy()));
            out.push((format!("{theirs}.attention.self.{part}.bias"), bias.copy()));
        }
        for (from, to, rows, columns) in [
            ("attn_out", "attention.output", hidden, hidden),
            ("ffn_in", "intermediate", ffn, hidden),
            ("ffn_out", "output", hidden, ffn),
        ] {
            out.push((
                format!("{theirs}.{to}.dense.weight"),
                codes(&format!("{ours}.{from}.w"), rows, columns),
            ));
            out.push((
                format!("{theirs}.{to}.dense.bias"),
                floats(&format!("{ours}.{from}.b"), &[rows]),
            ));
        }
    }
    for (ours, theirs) in norms {
        out.push((
            format!("{theirs}.weight"),
            floats(&format!("{ours}.w"), &[hidden]),
        ));
        out.push((format!("{theirs}.bias"), floats(&format!("{ours}.b"), &[hidden])));
    }
    Tensor::write_safetensors(&out, folder.join("model.safetensors")).unwrap();
    let id2label: HashMap<String, &String> = (0..).map(|id: usize| id.to_string()).zip(&labels).collect();
    let config = json!({
        "model_type": "bert", "vocab_size": characters, "hidden_size": hidden, "num_hidden_layers": layers,
        "num_attention_heads": heads, "intermediate_size": ffn, "max_position_embeddings": positions,
        "type_vocab_size": features, "id2label": id2label,
    });
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    fs::write(folder.join("vocab.txt"), vocabulary.join("\n")).unwrap();
    let tokenizer = json!({"do_lower_case": false, "strip_accents": false});
    fs::write(folder.join("tokenizer_config.json"), tokenizer.to_string()).unwrap();
    fs::write(folder.join("shiji.toml"), settings).unwrap();
}

/// The same weights through libtorch and through the textbook encoder in `f32`.
#[test]
fn our_encoder_is_a_bert() {
    let architecture: Architecture = serde_json::from_value(json!({
        "layers": 3, "hidden": 128, "heads": 4, "ffn": 256, "positions": 320, "eps": 1e-12
    }))
    .unwrap();
    let bytes = random_file(architecture, 300, FEATURE_NAMES.len(), Scheme::Bio.count(), 5);
    let container = Container::parse(&bytes, "random").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut vocabulary: Vec<&str> = container.header().vocabulary.iter().map(String::as_str).collect();
    vocabulary[..4].copy_from_slice(&["[PAD]", "[UNK]", "[CLS]", "[SEP]"]);
    export(&container, folder.path(), &vocabulary, "word_features = true\n");
    let bert = load(folder.path(), 1);
    let lengths = [1, 40, 7, 220];
    let sequences: Vec<Vec<Unit>> = lengths
        .iter()
        .map(|&length| {
            let unit = |at: usize| Unit {
                symbol: Symbol::Char('中'),
                id: (at * 7919 % 300) as u32,
                feature: (at * 31 % FEATURE_NAMES.len()) as u8,
                start: at,
                end: at + 1,
            };
            (0..length).map(unit).collect()
        })
        .collect();
    let got = bert.score(&sequences.iter().map(Vec::as_slice).collect::<Vec<_>>());

    let (mut ids, mut features, mut kept) = (vec![], vec![], vec![]);
    for units in &sequences {
        ids.push(2);
        features.push(0);
        kept.extend(ids.len()..ids.len() + units.len());
        ids.extend(units.iter().map(|unit| unit.id as u16));
        features.extend(units.iter().map(|unit| unit.feature));
        ids.push(3);
        features.push(0);
    }
    let batch = Batch {
        ids: &ids,
        features: &features,
        lengths: &lengths.map(|length| length + MARKS),
    };
    let reference = Reference::load(&container).unwrap();
    let wanted = reference.forward(&batch).select(Axis(0), &kept);
    let difference = largest_difference(&got, &wanted);
    assert!(
        difference < 1e-4 * wanted.iter().copied().fold(1.0, f32::max),
        "{difference}"
    );
}

/// The same of the shipped model, on real articles: before the 8 bits it is the same model.
#[test]
fn the_shipped_model_finds_the_same_through_libtorch() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("models/accurate.shiji");
    let bytes = fs::read(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let container = Container::parse(&bytes, "accurate").unwrap();
    let vocabulary: Vec<&str> = container
        .header()
        .vocabulary
        .iter()
        .map(|token| match token.as_str() {
            "<pad>" => "[PAD]",
            "<unk>" => "[UNK]",
            "<s>" => "[CLS]",
            "</s>" => "[SEP]",
            character => character,
        })
        .collect();
    let settings =
        "tokens = \"characters\"\nfold = true\nword_features = true\nspace = \"▁\"\nwindow = 220\n";
    export(&container, folder.path(), &vocabulary, settings);

    let gold = read_gold(&root.join("tests/data/gold.inline.txt")).unwrap();
    let folded: Vec<String> = gold.iter().map(|document| fold_str(&document.text)).collect();
    let segmenter = Segmenter::new();
    let words: Vec<Vec<Word<'_>>> = folded
        .iter()
        .map(|text| segmenter.words(text).collect())
        .collect();
    let inputs: Vec<(&str, &[Word<'_>])> = gold
        .iter()
        .zip(&words)
        .map(|(document, words)| (document.text.as_str(), words.as_slice()))
        .collect();
    let (ours, theirs) = (
        Recogniser::reference(&path).unwrap(),
        Recogniser::from(load(folder.path(), 2)),
    );
    let (wanted, found) = (ours.mentions(&inputs), theirs.mentions(&inputs));
    assert!(wanted.iter().map(Vec::len).sum::<usize>() > 50);
    for (wanted, found) in wanted.iter().zip(&found) {
        assert_eq!(spans(found), spans(wanted));
    }
}

#[test]
fn errors_say_what_was_expected_and_found() {
    let missing = refused(Path::new("/nowhere"));
    assert!(
        missing.contains("/nowhere: no such folder: expected one with config.json"),
        "{missing}"
    );

    let folder = copy("bert");
    let path = |name: &str| folder.path().join(name);
    let config: serde_json::Value = serde_json::from_slice(&fs::read(path("config.json")).unwrap()).unwrap();
    let with = |key: &str, value: serde_json::Value| {
        let mut changed = config.clone();
        changed[key] = value;
        fs::write(path("config.json"), changed.to_string()).unwrap();
        refused(folder.path())
    };
    assert!(with("model_type", json!("xlnet")).contains("model_type \"xlnet\": expected one of bert"));
    assert!(with("id2label", json!({"0": "LABEL_0"})).contains("label \"LABEL_0\" of id2label: expected O"));
    assert!(with("id2label", json!(null)).contains("no id2label"));
    assert!(with("vocab_size", json!(30)).contains("the files are of different models"));
    assert!(with("hidden_size", json!(18)).contains("model.safetensors: "));
    assert!(with("hidden_size", json!(17)).contains("hidden_size 17 is not a multiple"));
    assert!(with("num_hidden_layers", json!(3)).contains("expected the weights of a token classifier"));
    assert!(
        with("max_position_embeddings", json!(60))
            .contains("max_position_embeddings 60: expected 130 or more")
    );
    assert!(with("hidden_act", json!("sine")).contains("config.json: "));
    fs::write(path("config.json"), "[]").unwrap();
    assert!(refused(folder.path()).contains("config.json: not a JSON object"));
    fs::write(path("config.json"), config.to_string()).unwrap();

    let settings = |text: &str| {
        fs::write(path("shiji.toml"), text).unwrap();
        refused(folder.path())
    };
    assert!(settings("window = 300").contains("window = 300 in shiji.toml: expected 128 to 138"));
    assert!(settings("word_features = true").contains("type_vocab_size 2, but word_features"));
    assert!(settings("space = \"▁\"").contains("no ▁"));
    assert!(settings("windows = 3").contains("unknown field `windows`"));
    assert!(settings("[types]\nPER = \"person\"").contains("expected PER, LOC, ORG or none"));
    fs::remove_file(path("shiji.toml")).unwrap();

    let device = |name: &str| {
        let options = Options {
            device: Some(name.into()),
            ..Options::default()
        };
        Bert::load(folder.path(), &options)
            .err()
            .expect("refused")
            .to_string()
    };
    assert!(device("gpu").contains("no device \"gpu\": expected cpu, cuda or cuda:N"));
    assert!(device("cuda:99").contains("no device \"cuda:99\""));

    fs::remove_file(path("model.safetensors")).unwrap();
    assert!(refused(folder.path()).contains("tools/convert_checkpoint.py"));
    fs::remove_file(path("pytorch_model.bin")).unwrap();
    let found = refused(folder.path());
    assert!(
        found.contains(
            "no model.safetensors or rust_model.ot; the folder has config.json, expected.json, vocab.txt"
        ),
        "{found}"
    );
    fs::write(path("model.safetensors"), "cut").unwrap();
    assert!(refused(folder.path()).contains("model.safetensors: "));
    fs::remove_file(path("vocab.txt")).unwrap();
    assert!(refused(folder.path()).contains("no vocab.txt or tokenizer.json"));
    fs::remove_file(path("config.json")).unwrap();
    assert!(refused(folder.path()).contains("no config.json; the folder has"));
}

/// A checkpoint whose labels mean nothing to us is of use once the user says what they mean.
#[test]
fn the_user_says_what_types_are() {
    let folder = copy("electra");
    let file = folder.path().join("own.toml");
    fs::write(&file, "[types]\nSHIP = \"ORG\"\n").unwrap();
    let options = Options {
        settings: Some(file),
        ..Options::default()
    };
    assert!(
        Bert::load(folder.path(), &options)
            .unwrap()
            .unknown_types()
            .is_empty()
    );
}
