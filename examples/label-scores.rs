//! What a model says of each line of standard input before it is decoded, and its mentions: JSON Lines with
//! `spans`, `logits` and `mentions`. `training/compare_bert.py` compares them with PyTorch's.
//!
//! `label-scores MODEL`: the path of a model file, or with the feature `bert` the folder of a checkpoint.

use std::io::{self, BufRead, Write};
use std::path::Path;

use serde_json::json;
use shiji::recognise::Recogniser;
use shiji::segment::{Segmenter, Word};
use shiji::text::fold_str;
use shiji::{Error, Result};

fn main() -> Result<()> {
    let model = std::env::args()
        .nth(1)
        .ok_or_else(|| Error::Usage("usage: label-scores MODEL < LINES".into()))?;
    let recogniser = load(Path::new(&model))?;
    let segmenter = Segmenter::new();
    let mut output = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let text = line.map_err(|error| Error::io("standard input", error))?;
        let folded = fold_str(&text);
        let words: Vec<Word<'_>> = segmenter.words(&folded).collect();
        let texts = [(text.as_str(), words.as_slice())];
        let (scores, mentions) = (&recogniser.scores(&texts)[0], &recogniser.mentions(&texts)[0]);
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
