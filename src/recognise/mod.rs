//! Named entities: what a model reads of a text → windows → scores → decoder → mentions.
//!
//! The model is shiji's own encoder, or with the feature `bert` any BERT-family token
//! classifier; both are a `Scorer`, and all the rest is common to them.

#[cfg(feature = "bert")]
pub mod bert;
pub mod container;
pub mod encoder;
mod engine;
mod gazetteer;
pub mod model;
mod scheme;
mod scorer;
mod view;
mod viterbi;
mod window;

use std::ops::Range;
use std::path::Path;

use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use crate::document::Mention;
use crate::error::Result;
use crate::segment::Word;
use crate::segment::sentence::sentences;
use crate::text::CharOffsets;

use engine::Engine;
use scorer::{MARKS, Scorer};
use view::{Symbol, Unit};
use viterbi::{Constraint, Decoder};
use window::{Window, windows};

pub use engine::DEFAULT_MODEL;

/// Finds named entities with a model. Immutable and shared by all threads.
pub struct Recogniser {
    scorer: Box<dyn Scorer>,
    decoder: Decoder,
}

/// What a model says of a text before it is decoded.
#[derive(Clone, Debug)]
pub struct Scores {
    /// The code points of what the model scored (a character, or a word), half-open, in text order.
    pub spans: Vec<Range<usize>>,
    /// Names of the labels.
    pub labels: Vec<String>,
    /// The logits, as [spans, labels].
    pub logits: Array2<f32>,
}

/// A text that is ready to be recognised.
struct Prepared<'t> {
    text: &'t str,
    words: &'t [Word<'t>],
    units: Vec<Unit>,
    windows: Vec<Window>,
}

/// A window of one of several texts.
#[derive(Clone, Copy)]
struct Job<'w> {
    text: usize,
    window: &'w Window,
}

impl Job<'_> {
    fn tokens(&self) -> usize {
        self.window.reads.len() + MARKS
    }
}

impl Recogniser {
    /// The compiled-in model.
    ///
    /// # Errors
    /// If the model in this binary is damaged.
    pub fn embedded() -> Result<Self> {
        Ok(Self::with(Engine::embedded()?))
    }

    /// The model of that name or at that path. Names are looked up as `NAME.shiji`
    /// in the folder `models` beside the running program and in the current folder.
    ///
    /// # Errors
    /// If there is no such model, or its file is damaged.
    pub fn find(name: &str) -> Result<Self> {
        Ok(Self::with(Engine::find(name)?))
    }

    /// The model in a file.
    ///
    /// # Errors
    /// If the file cannot be read or is no sound model.
    pub fn load(path: &Path) -> Result<Self> {
        Ok(Self::with(Engine::load(path)?))
    }

    fn with(scorer: impl Scorer + 'static) -> Self {
        Self {
            decoder: Decoder::new(scorer.scheme()),
            scorer: Box::new(scorer),
        }
    }

    /// The mentions of each text, in text order. `words` are those of the folded
    /// text, covering it. Texts are batched together; what else is in the batch
    /// does not change a text's mentions.
    pub fn mentions(&self, texts: &[(&str, &[Word<'_>])]) -> Vec<Vec<Mention>> {
        let prepared: Vec<Prepared<'_>> = texts
            .iter()
            .map(|(text, words)| self.prepare(text, words))
            .collect();
        let logits = self.logits(&prepared);
        prepared
            .into_iter()
            .zip(logits)
            .map(|(prepared, logits)| self.decode(prepared, logits))
            .collect()
    }

    /// The label scores of each text, which [`Recogniser::mentions`] decodes; for its arguments.
    pub fn scores(&self, texts: &[(&str, &[Word<'_>])]) -> Vec<Scores> {
        let prepared: Vec<Prepared<'_>> = texts
            .iter()
            .map(|(text, words)| self.prepare(text, words))
            .collect();
        let logits = self.logits(&prepared);
        prepared
            .into_iter()
            .zip(logits)
            .map(|(prepared, logits)| {
                let (units, logits) = whole_words(prepared.units, logits);
                Scores {
                    spans: units.iter().map(|unit| unit.start..unit.end).collect(),
                    labels: self.scorer.scheme().names(),
                    logits,
                }
            })
            .collect()
    }

    fn prepare<'t>(&self, text: &'t str, words: &'t [Word<'t>]) -> Prepared<'t> {
        let units = self.scorer.read(text, words);
        let starts = sentences(text).map(|sentence| sentence.start);
        let ends = starts.map(|start| units.partition_point(|unit| unit.start < start));
        let windows = windows(units.len(), ends.collect::<Vec<_>>(), self.scorer.limits().window);
        Prepared {
            text,
            words,
            units,
            windows,
        }
    }

    /// The label scores of each text's units.
    fn logits(&self, prepared: &[Prepared<'_>]) -> Vec<Array2<f32>> {
        let mut logits: Vec<Array2<f32>> = prepared
            .iter()
            .map(|p| Array2::zeros((p.units.len(), self.scorer.scheme().count())))
            .collect();
        let mut jobs: Vec<Job<'_>> = prepared
            .iter()
            .enumerate()
            .flat_map(|(text, p)| p.windows.iter().map(move |window| Job { text, window }))
            .collect();
        // Windows of like length share a batch: a model that pads them wastes little.
        jobs.sort_by_key(Job::tokens);
        let batches = batches(&jobs, self.scorer.limits().batch);
        let scored: Vec<Array2<f32>> = batches
            .par_iter()
            .map(|batch| {
                let units = |job: &Job<'_>| &prepared[job.text].units[job.window.reads.clone()];
                self.scorer.score(&batch.iter().map(units).collect::<Vec<_>>())
            })
            .collect();
        for (batch, rows) in batches.into_iter().zip(scored) {
            let mut row = 0;
            for &Job { text, window } in batch {
                let from = row + window.keeps.start - window.reads.start;
                logits[text]
                    .slice_mut(s![window.keeps.clone(), ..])
                    .assign(&rows.slice(s![from..from + window.keeps.len(), ..]));
                row += window.reads.len();
            }
        }
        logits
    }

    fn decode(&self, prepared: Prepared<'_>, logits: Array2<f32>) -> Vec<Mention> {
        let Prepared {
            text, words, units, ..
        } = prepared;
        let (units, logits) = whole_words(units, logits);
        let offsets = CharOffsets::new(text);
        let mut mentions = self.spans(text, words, &units, logits.view(), &offsets);
        gazetteer::apply(&mut mentions, words, text, &offsets);
        mentions
    }

    fn spans(
        &self,
        text: &str,
        words: &[Word<'_>],
        units: &[Unit],
        logits: ArrayView2<'_, f32>,
        offsets: &CharOffsets,
    ) -> Vec<Mention> {
        self.decoder
            .decode(logits, &constraints(units, words))
            .into_iter()
            .filter_map(|span| {
                let Range { start, end } = trim(units, span.start..span.end)?;
                let (start, end) = (units[start].start, units[end - 1].end);
                Some(Mention {
                    start,
                    end,
                    text: offsets.slice(text, start, end).to_owned(),
                    kind: span.kind,
                    confidence: (span.probability * 1000.0).round() / 1000.0,
                    entity: None,
                })
            })
            .collect()
    }
}

/// Groups windows, in order, into batches of about `most` tokens.
fn batches<'j, 'w>(jobs: &'j [Job<'w>], most: usize) -> Vec<&'j [Job<'w>]> {
    let mut batches = Vec::new();
    let mut tokens = 0;
    let mut start = 0;
    for (at, job) in jobs.iter().enumerate() {
        if tokens + job.tokens() > most && at > start {
            batches.push(&jobs[start..at]);
            (start, tokens) = (at, 0);
        }
        tokens += job.tokens();
    }
    if start < jobs.len() {
        batches.push(&jobs[start..]);
    }
    batches
}

/// Units and scores without the later pieces of words: the first piece speaks for its word.
fn whole_words(units: Vec<Unit>, scores: Array2<f32>) -> (Vec<Unit>, Array2<f32>) {
    let kept: Vec<usize> = (0..units.len())
        .filter(|&at| units[at].symbol != Symbol::Rest)
        .collect();
    if kept.len() == units.len() {
        return (units, scores);
    }
    let words = kept.iter().map(|&at| units[at]).collect();
    (words, scores.select(Axis(0), &kept))
}

/// Line breaks and offices are outside entities (国防部长 is no body), and Latin
/// words are not cut.
fn constraints(units: &[Unit], words: &[Word<'_>]) -> Vec<Constraint> {
    let is_latin = |unit: &Unit| matches!(unit.symbol, Symbol::Char(c) if c.is_ascii_alphanumeric());
    let mut words = words.iter().peekable();
    let mut constraints = vec![Constraint::Free; units.len()];
    for (at, unit) in units.iter().enumerate() {
        while words.next_if(|word| word.end <= unit.start).is_some() {}
        let is_office = words
            .peek()
            .is_some_and(|word| word.is_office && word.start <= unit.start);
        let follows = at > 0 && units[at - 1].end == unit.start;
        if unit.symbol == Symbol::Break || is_office {
            constraints[at] = Constraint::Outside;
        } else if follows && is_latin(unit) && is_latin(&units[at - 1]) {
            constraints[at] = Constraint::Continues;
        }
    }
    constraints
}

/// The span without white space at its ends; none if nothing is left.
fn trim(units: &[Unit], span: Range<usize>) -> Option<Range<usize>> {
    let is_char = |unit: &Unit| matches!(unit.symbol, Symbol::Char(_));
    let first = units[span.clone()].iter().position(is_char)?;
    let last = units[span.clone()].iter().rposition(is_char)?;
    Some(span.start + first..span.start + last + 1)
}
