//! `shiji segment`: words of a text, to see what the dictionaries do.

use std::io::{self, BufRead, Write};

use clap::Args;

use shiji::segment::{Segmenter, word_feature};
use shiji::text::fold_str;
use shiji::{Error, Result};

use super::{DictionaryArgs, Outcome};

/// Segment standard input, a line at a time, into words with parts of speech.
#[derive(Args)]
pub struct SegmentArgs {
    #[command(flatten)]
    dictionaries: DictionaryArgs,
    /// Print the word feature of each character instead, as one ASCII character from '0' on (for training).
    #[arg(long)]
    features: bool,
}

pub fn run(args: SegmentArgs) -> Result<Outcome> {
    let segmenter = args.dictionaries.segmenter()?;
    let mut output = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| Error::io("standard input", error))?;
        let segmented = if args.features {
            features(&segmenter, &line)
        } else {
            words(&segmenter, &line)
        };
        writeln!(output, "{segmented}").map_err(|error| Error::io("standard output", error))?;
    }
    output
        .flush()
        .map_err(|error| Error::io("standard output", error))?;
    Ok(Outcome::Complete)
}

fn words(segmenter: &Segmenter, line: &str) -> String {
    let tokens = segmenter.tokens(line);
    tokens
        .iter()
        .map(|token| format!("{}/{}", token.text, token.pos))
        .collect::<Vec<_>>()
        .join(" ")
}

fn features(segmenter: &Segmenter, line: &str) -> String {
    segmenter
        .words(&fold_str(line))
        .flat_map(|word| {
            let length = word.end - word.start;
            (0..length).map(move |place| char::from(b'0' + word_feature(word.pos, place, length)))
        })
        .collect()
}
