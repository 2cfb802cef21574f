//! Named entities: what a model reads of a text → windows → scores → decoder → mentions.
//!
//! The model is shiji's own encoder, or with the feature `bert` any BERT-family token
//! classifier; both are a `Scorer`, and all the rest is common to them.

#[cfg(feature = "bert")]
pub mod bert;
mod cascade;
mod consistency;
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

use ndarray::{Array2, Axis, s};
use rayon::prelude::*;

use crate::document::Mention;
use crate::error::Result;
use crate::segment::sentence::sentences;
use crate::segment::{KnownName, Word};
use crate::text::CharOffsets;

use cascade::Cascade;
use engine::Engine;
use scheme::Scheme;
use scorer::{Limits, MARKS, Scorer};
use view::{Symbol, Unit};
use viterbi::{Constraint, Span};
use window::{Window, windows};

/// Name of the two compiled-in models in a row: `fast`, and `accurate` where `fast` is in doubt.
pub const CASCADE: &str = "cascade";

/// Name of the model that is used where none is named.
pub const DEFAULT_MODEL: &str = CASCADE;

/// Finds named entities with a model. Immutable and shared by all threads.
pub struct Recogniser {
    scorer: Box<dyn Scorer>,
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

impl Scores {
    fn of(prepared: &Prepared<'_>, scheme: Scheme, logits: Array2<f32>) -> Self {
        Self {
            spans: prepared.units.iter().map(|unit| unit.start..unit.end).collect(),
            labels: scheme.names(),
            logits,
        }
    }
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
    /// The default model, which is compiled in.
    ///
    /// # Errors
    /// If the model in this binary is damaged.
    pub fn embedded() -> Result<Self> {
        Self::find(DEFAULT_MODEL)
    }

    /// The model of that name or at that path. Names are [`CASCADE`] and those of the
    /// compiled-in models; others are looked up as `NAME.shiji` in the folder `models` beside the
    /// running program and in the current folder.
    ///
    /// # Errors
    /// If there is no such model, or its file is damaged.
    pub fn find(name: &str) -> Result<Self> {
        if name == CASCADE {
            return Ok(Self::with(Cascade::new(
                Engine::find("fast")?,
                Engine::find("accurate")?,
            )));
        }
        Ok(Self::with(Engine::find(name)?))
    }

    /// The model in a file.
    ///
    /// # Errors
    /// If the file cannot be read or is no sound model.
    pub fn load(path: &Path) -> Result<Self> {
        Ok(Self::with(Engine::load(path)?))
    }

    /// The model in a file, computed in `f32` by a textbook's encoder instead of in 8 bits by
    /// ours: many times slower, to see what the 8 bits change.
    ///
    /// # Errors
    /// If the file cannot be read or is no sound model.
    pub fn reference(path: &Path) -> Result<Self> {
        Ok(Self::with(Engine::load_reference(path)?))
    }

    fn with(scorer: impl Scorer + 'static) -> Self {
        Self {
            scorer: Box::new(scorer),
        }
    }

    /// SHA-256 of the model that this recogniser runs, in hexadecimal: tells it from others.
    ///
    /// # Errors
    /// If files of a model that is not held in memory can no longer be read.
    pub fn sha256(&self) -> Result<String> {
        self.scorer.sha256()
    }

    /// The mentions of each text, in text order. `words` are those of the folded
    /// text, covering it. Texts are batched together; what else is in the batch
    /// does not change a text's mentions.
    pub fn mentions(&self, texts: &[(&str, &[Word<'_>])]) -> Vec<Vec<Mention>> {
        let scheme = self.scorer.scheme();
        self.score(texts)
            .map(|(prepared, logits)| mentions(&prepared, scheme, &logits))
            .collect()
    }

    /// The label scores of each text, which [`Recogniser::mentions`] decodes; for its arguments.
    pub fn scores(&self, texts: &[(&str, &[Word<'_>])]) -> Vec<Scores> {
        let scheme = self.scorer.scheme();
        self.score(texts)
            .map(|(prepared, logits)| Scores::of(&prepared, scheme, logits))
            .collect()
    }

    /// What [`Recogniser::scores`] and [`Recogniser::mentions`] give, for one run of the model.
    pub fn scores_and_mentions(&self, texts: &[(&str, &[Word<'_>])]) -> Vec<(Scores, Vec<Mention>)> {
        let scheme = self.scorer.scheme();
        self.score(texts)
            .map(|(prepared, logits)| {
                let mentions = mentions(&prepared, scheme, &logits);
                (Scores::of(&prepared, scheme, logits), mentions)
            })
            .collect()
    }

    /// Each text with the scores of its units, which are whole words where the model reads
    /// pieces of them.
    fn score<'t>(
        &self,
        texts: &[(&'t str, &'t [Word<'t>])],
    ) -> impl Iterator<Item = (Prepared<'t>, Array2<f32>)> {
        let prepared: Vec<Prepared<'_>> = texts
            .iter()
            .map(|(text, words)| self.prepare(text, words))
            .collect();
        let logits = self.logits(&prepared);
        prepared.into_iter().zip(logits).map(|(prepared, logits)| {
            let (units, logits) = whole_words(prepared.units, logits);
            (Prepared { units, ..prepared }, logits)
        })
    }

    fn prepare<'t>(&self, text: &'t str, words: &'t [Word<'t>]) -> Prepared<'t> {
        let units = self.scorer.read(text, words);
        let starts = sentences(text).map(|sentence| sentence.start);
        let ends = starts.map(|start| units.partition_point(|unit| unit.start < start));
        let longest = self.scorer.limits().window;
        let windows = windows(units.len(), longest, ends.collect::<Vec<_>>());
        Prepared {
            text,
            words,
            units,
            windows,
        }
    }

    /// The label scores of each text's units, as the model reads them.
    fn logits(&self, prepared: &[Prepared<'_>]) -> Vec<Array2<f32>> {
        let Limits { batch, pads, .. } = self.scorer.limits();
        let mut logits: Vec<Array2<f32>> = prepared
            .iter()
            .map(|p| Array2::zeros((p.units.len(), self.scorer.scheme().count())))
            .collect();
        let mut jobs: Vec<Job<'_>> = prepared
            .iter()
            .enumerate()
            .flat_map(|(text, p)| p.windows.iter().map(move |window| Job { text, window }))
            .collect();
        if pads {
            jobs.sort_by_key(Job::tokens);
        }
        let batches = batches(&jobs, Job::tokens, batch);
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
}

/// A digest in hexadecimal.
fn hexadecimal(digest: impl AsRef<[u8]>) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Groups windows, in order, into batches of about `most` tokens.
fn batches<T>(windows: &[T], tokens: impl Fn(&T) -> usize, most: usize) -> Vec<&[T]> {
    let mut batches = Vec::new();
    let mut sum = 0;
    let mut start = 0;
    for (at, window) in windows.iter().enumerate() {
        let tokens = tokens(window);
        if sum + tokens > most && at > start {
            batches.push(&windows[start..at]);
            (start, sum) = (at, 0);
        }
        sum += tokens;
    }
    if start < windows.len() {
        batches.push(&windows[start..]);
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

fn mentions(prepared: &Prepared<'_>, scheme: Scheme, scores: &Array2<f32>) -> Vec<Mention> {
    let Prepared {
        text, words, units, ..
    } = prepared;
    let offsets = CharOffsets::new(text);
    let constraints = constraints(units, words);
    let mut spans: Vec<Span> = viterbi::decode(scheme, scores.view(), &constraints)
        .into_iter()
        .filter_map(|span| {
            let Range { start, end } = trim(units, span.start..span.end)?;
            Some(Span { start, end, ..span })
        })
        .collect();
    let signs = consistency::signs(units, text, &offsets);
    consistency::apply(&mut spans, &signs, &constraints, scheme, scores.view());
    let mut mentions: Vec<Mention> = spans
        .into_iter()
        .map(|span| {
            let (start, end) = (units[span.start].start, units[span.end - 1].end);
            Mention {
                start,
                end,
                text: offsets.slice(text, start, end).to_owned(),
                kind: span.kind,
                confidence: (span.probability * 1000.0).round() / 1000.0,
                entity: None,
            }
        })
        .collect();
    let admits = |word: &Word<'_>, name: KnownName| {
        let units = units.partition_point(|unit| unit.end <= word.start)
            ..units.partition_point(|unit| unit.start < word.end);
        let is_free = !constraints[units.clone()].contains(&Constraint::Outside);
        let is_sure = name.by_user || units.len() > SHORT;
        is_free && (is_sure || consistency::probability(scores.view(), units, name.kind, scheme) >= THINKABLE)
    };
    gazetteer::apply(&mut mentions, words, text, &offsets, admits);
    mentions
}

/// Names of our dictionary up to this length are also words of the language (高峰, 美的):
const SHORT: usize = 2;

/// they are taken where the model gives them this probability.
const THINKABLE: f64 = 0.0002;

/// Line breaks and offices are outside entities (国防部长 is no body), and Latin
/// words are not cut.
fn constraints(units: &[Unit], words: &[Word<'_>]) -> Vec<Constraint> {
    let is_latin = |unit: &Unit| matches!(unit.symbol, Symbol::Char(c) if c.is_ascii_alphanumeric());
    let mut words = words.iter().peekable();
    let mut before = None;
    let mut constraints = vec![Constraint::Free; units.len()];
    for (at, unit) in units.iter().enumerate() {
        while let Some(word) = words.next_if(|word| word.end <= unit.start) {
            before = Some(word);
        }
        let word = words.peek().filter(|word| word.start <= unit.start);
        let is_office = word.is_some_and(|word| word.is_office);
        if let (Some(word), Some(before)) = (word, before)
            && is_head(unit, word)
        {
            let start = title_start(before, &units[..at]);
            constraints[start..=at].fill(Constraint::Outside);
            continue;
        }
        let follows = at > 0 && units[at - 1].end == unit.start;
        if unit.symbol == Symbol::Break || is_office {
            constraints[at] = Constraint::Outside;
        } else if follows && is_latin(unit) && is_latin(&units[at - 1]) {
            constraints[at] = Constraint::Continues;
        }
    }
    constraints
}

/// Last characters of places and bodies that share them with the title of their head:
/// 高雄市|长 is the 市长 of 高雄.
const SHARED: &str = "市省县州区镇乡村郡会校社台馆团军队行所";
/// Last characters of bodies whose name is a part of that title: 外交部|长.
const SWALLOWED: &str = "部局院署厅处司";

/// Whether the unit is the 长 of an office that the segmenter cut off.
fn is_head(unit: &Unit, word: &Word<'_>) -> bool {
    unit.symbol == Symbol::Char('长') && word.end - word.start == 1
}

/// First unit of the title that a 长 after the word `before`, the last of `units`, ends.
fn title_start(before: &Word<'_>, units: &[Unit]) -> usize {
    let last = match units.last().map(|unit| unit.symbol) {
        Some(Symbol::Char(last)) if before.end - before.start > 1 => last,
        _ => return units.len(),
    };
    if SHARED.contains(last) {
        return units.len() - 1;
    }
    if SWALLOWED.contains(last) {
        return units.partition_point(|unit| unit.start < before.start);
    }
    units.len()
}

/// The span without white space at its ends; none if nothing is left.
fn trim(units: &[Unit], span: Range<usize>) -> Option<Range<usize>> {
    let is_char = |unit: &Unit| matches!(unit.symbol, Symbol::Char(_));
    let first = units[span.clone()].iter().position(is_char)?;
    let last = units[span.clone()].iter().rposition(is_char)?;
    Some(span.start + first..span.start + last + 1)
}
