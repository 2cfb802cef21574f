//! The shipped model files are those that were measured: their checksums and their scores on a
//! small sample. `UPDATE=1 cargo test --release --test models` rewrites `tests/golden/models.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use shiji::eval::{GoldDocument, Scorer, Span, read_gold};
use shiji::recognise::Recogniser;
use shiji::resolve::Resolver;
use shiji::segment::Segmenter;
use shiji::{Article, Tagger, tagger};

const SAMPLE: &str = "tests/data/gold.inline.txt";
const PINNED: &str = "tests/golden/models.json";

/// What is pinned of a model file. Scores in per cent, one decimal.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Pinned {
    /// Of the file.
    sha256: String,
    /// Exact spans and types, micro average.
    f1: f64,
    /// By type.
    types: BTreeMap<String, f64>,
    /// [`Scorer::lenient`], micro average.
    lenient_f1: f64,
}

#[test]
fn the_shipped_models_are_those_that_were_measured() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let gold = read_gold(&root.join(SAMPLE)).unwrap();
    let models = model_files(&root.join("models"));
    assert!(!models.is_empty(), "no model in models/");
    let measured: BTreeMap<String, Pinned> = models
        .iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, measure(path, &gold))
        })
        .collect();
    let path = root.join(PINNED);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, serde_json::to_string_pretty(&measured).unwrap() + "\n").unwrap();
    }
    let pinned: BTreeMap<String, Pinned> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(
        measured, pinned,
        "{PINNED} differs; if the models were meant to change, run with UPDATE=1 and look at the difference"
    );
}

fn model_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "shiji"))
        .collect();
    files.sort();
    files
}

fn measure(path: &Path, gold: &[GoldDocument]) -> Pinned {
    let tagger = Tagger::with(
        Segmenter::new(),
        Recogniser::load(path).unwrap(),
        Resolver::embedded().unwrap(),
        tagger::Options::default(),
    );
    let (mut strict, mut lenient) = (Scorer::strict(), Scorer::lenient());
    for document in gold {
        let tagged = tagger.tag(Article {
            body: document.text.clone(),
            ..Article::default()
        });
        let predicted: Vec<Span> = tagged.mentions.iter().map(Span::from).collect();
        strict.add(&document.text, &document.spans(), &predicted);
        lenient.add(&document.text, &document.spans(), &predicted);
    }
    let (strict, lenient) = (strict.report(), lenient.report());
    let per_cent = |share: f64| (share * 1000.0).round() / 10.0;
    let digest = Sha256::digest(fs::read(path).unwrap());
    Pinned {
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        f1: per_cent(strict.micro.f1),
        types: strict
            .types
            .iter()
            .map(|score| (score.name.clone(), per_cent(score.f1)))
            .collect(),
        lenient_f1: per_cent(lenient.micro.f1),
    }
}
