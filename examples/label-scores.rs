//! What a model says of each line of standard input before it is decoded, and its mentions: JSON Lines with
//! `spans`, `logits` and `mentions`. `training/compare_bert.py` compares them with PyTorch's.
//!
//! `label-scores MODEL [--f32]`: the path of a model file, computed in `f32` instead of in 8 bits if so wanted, or
//! with the feature `bert` the folder of a checkpoint.

use std::io::{self, BufRead, Write};
use std::path::Path;

use serde_json::json;
use shiji::recognise::Recogniser;
use shiji::segment::{Segmenter, Word};
use shiji::text::fold_str;
use shiji::{Error, Result};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let recogniser = match arguments[..] {
        [model] => load(Path::new(model))?,
        [model, "--f32"] => Recogniser::reference(Path::new(model))?,
        _ => return Err(Error::Usage("usage: label-scores MODEL [--f32] < LINES".into())),
    };
    let segmenter = Segmenter::new();
    let mut output = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let text = line.map_err(|error| Error::io("standard input", error))?;
        let folded = fold_str(&text);
        let words: Vec<Word<'_>> = segmenter.words(&folded).collect();
        let texts = [(text.as_str(), words.as_slice())];
        let (scores, mentions) = recogniser.scores_and_mentions(&texts).remove(0);
        let spans: Vec<_> = scores.spans.iter().map(|span| [span.start, span.end]).collect();
        let logits: Vec<_> = scores.logits.rows().into_iter().map(|row| row.to_vec()).collect();
        let record = json!({"labels": scores.labels, "spans": spans, "logits": logits, "mentions": mentions});
        writeln!(output, "{record}").map_err(|error| Error::io("standard output", error))?;
    }
    output
        .flush()
        .map_err(|error| Error::io("standard output", error))
}

fn load(model: &Path) -> Result<Recogniser> {
    #[cfg(feature = "bert")]
    if model.is_dir() {
        let options = shiji::recognise::bert::Options {
            threads: 1,
            ..Default::default()
        };
        return Recogniser::bert(model, &options);
    }
    Recogniser::load(model)
}
