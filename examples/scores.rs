//! Writes what a model thinks of each character, for distillation.
//!
//! ```text
//! cargo run --release --example scores -- MODEL < texts.txt > scores.bin
//! ```
//!
//! Reads folded lines without white space; writes for each character the negative
//! log-probabilities of the labels, one byte each in steps of 1/16.

use std::io::{self, BufRead, BufWriter, Write};

use rayon::prelude::*;
use shiji::recognise::Recogniser;
use shiji::segment::{Segmenter, Word};

const LINES: usize = 4096;
const STEP: f32 = 16.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = std::env::args().nth(1).ok_or("usage: scores MODEL")?;
    let recogniser = Recogniser::find(&model)?;
    let segmenter = Segmenter::new();
    let mut output = BufWriter::new(io::stdout().lock());
    let mut lines = io::stdin().lock().lines();
    loop {
        let chunk: Vec<String> = lines.by_ref().take(LINES).collect::<Result<_, _>>()?;
        if chunk.is_empty() {
            break;
        }
        let scores: Vec<Vec<u8>> = chunk
            .par_chunks(64)
            .map(|lines| bytes(&recogniser, &segmenter, lines))
            .collect();
        for part in scores {
            output.write_all(&part)?;
        }
    }
    output.flush()?;
    Ok(())
}

fn bytes(recogniser: &Recogniser, segmenter: &Segmenter, lines: &[String]) -> Vec<u8> {
    let words: Vec<Vec<Word<'_>>> = lines.iter().map(|line| segmenter.words(line).collect()).collect();
    let texts: Vec<(&str, &[Word<'_>])> = lines
        .iter()
        .map(String::as_str)
        .zip(words.iter().map(Vec::as_slice))
        .collect();
    let mut bytes = Vec::new();
    for (scores, line) in recogniser.scores(&texts).iter().zip(lines) {
        let scores = &scores.logits;
        assert_eq!(
            scores.nrows(),
            line.chars().count(),
            "not folded, or with white space: {line:?}"
        );
        for row in scores.rows() {
            let largest = row.fold(f32::NEG_INFINITY, |a, &b| a.max(b));
            let total = row.iter().map(|score| (score - largest).exp()).sum::<f32>().ln() + largest;
            bytes.extend(
                row.iter()
                    .map(|score| ((total - score) * STEP).round().clamp(0.0, 255.0) as u8),
            );
        }
    }
    bytes
}
