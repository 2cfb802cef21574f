//! Two models in a row: a small one reads everything, a large one reads again the sentences
//! of which the small one is not sure (Varshney & Baral 2022, "Model Cascading: Towards Jointly
//! Improving Efficiency and Accuracy of NLP Systems").
//!
//! A sentence goes to the large model by itself: that it misses its neighbours costs nothing
//! that the development passages show.

use std::ops::Range;

use ndarray::{Array2, ArrayView1, ArrayView2, Axis, concatenate, s};
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::segment::Word;

use super::engine::Engine;
use super::scheme::Scheme;
use super::scorer::{Limits, MARKS, Scorer};
use super::view::{Symbol, Unit};
use super::{batches, hexadecimal};

/// A sentence is read again if the small model gives the likeliest label of one of its
/// units less than this probability. Chosen on `training/labels/news.dev.jsonl`.
const DOUBT: f32 = 0.7;

/// Tokens that the small model reads before the large one is asked, so that the part which is
/// left for the large one still fills a batch.
const BATCH: usize = 1024;

/// A small model and the large one that helps it.
pub(super) struct Cascade {
    small: Engine,
    large: Engine,
}

impl Cascade {
    /// The two models, whose labels are the same.
    pub(super) fn new(small: Engine, large: Engine) -> Self {
        assert_eq!(small.scheme(), large.scheme(), "one scheme of labels");
        Self { small, large }
    }
}

impl Scorer for Cascade {
    fn scheme(&self) -> Scheme {
        self.small.scheme()
    }

    fn sha256(&self) -> Result<String> {
        let both = [self.small.sha256()?, self.large.sha256()?, DOUBT.to_string()].join("\n");
        Ok(hexadecimal(Sha256::digest(both)))
    }

    fn limits(&self) -> Limits {
        Limits {
            window: self.small.limits().window.min(self.large.limits().window),
            batch: BATCH,
            pads: false,
        }
    }

    fn read(&self, text: &str, words: &[Word<'_>]) -> Vec<Unit> {
        self.small.read(text, words)
    }

    fn score(&self, windows: &[&[Unit]]) -> Array2<f32> {
        let mut scores = score(&self.small, windows);
        let mut rows = Vec::new();
        let mut doubtful: Vec<Vec<Unit>> = Vec::new();
        let mut row = 0;
        for units in windows {
            let of_window = scores.slice(s![row..row + units.len(), ..]);
            for range in unsure(units, of_window) {
                doubtful.push(self.large.renumber(&units[range.clone()]));
                rows.push(row + range.start..row + range.end);
            }
            row += units.len();
        }
        let doubtful: Vec<&[Unit]> = doubtful.iter().map(Vec::as_slice).collect();
        let better = score(&self.large, &doubtful);
        let mut row = 0;
        for range in rows {
            let length = range.len();
            scores
                .slice_mut(s![range, ..])
                .assign(&better.slice(s![row..row + length, ..]));
            row += length;
        }
        scores
    }
}

/// The scores of any number of windows.
fn score(engine: &Engine, windows: &[&[Unit]]) -> Array2<f32> {
    let parts: Vec<Array2<f32>> = batches(windows, |units| units.len() + MARKS, engine.limits().batch)
        .into_iter()
        .map(|batch| engine.score(batch))
        .collect();
    let views: Vec<ArrayView2<'_, f32>> = parts.iter().map(|part| part.view()).collect();
    if views.is_empty() {
        return Array2::zeros((0, engine.scheme().count()));
    }
    concatenate(Axis(0), &views).expect("all have a column a label")
}

/// The runs of sentences that are to be read again.
fn unsure(units: &[Unit], scores: ArrayView2<'_, f32>) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for sentence in units.split_inclusive(|unit| ends_sentence(unit.symbol)) {
        let range = start..start + sentence.len();
        start = range.end;
        if !scores
            .slice(s![range.clone(), ..])
            .rows()
            .into_iter()
            .any(is_unsure)
        {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.end == range.start => run.end = range.end,
            _ => runs.push(range),
        }
    }
    runs
}

fn ends_sentence(symbol: Symbol) -> bool {
    matches!(symbol, Symbol::Break | Symbol::Char('。' | '!' | '?' | ';'))
}

/// Whether no label has a probability of [`DOUBT`].
fn is_unsure(logits: ArrayView1<'_, f32>) -> bool {
    let largest = logits.fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    logits.iter().map(|logit| (logit - largest).exp()).sum::<f32>() * DOUBT > 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::Segmenter;
    use crate::text::fold_str;

    fn unit(symbol: Symbol) -> Unit {
        Unit {
            symbol,
            id: 0,
            feature: 0,
            start: 0,
            end: 1,
        }
    }

    #[test]
    fn unsure_sentences_that_meet_are_one_run() {
        let units: Vec<Unit> = "一。二。三。四。"
            .chars()
            .map(|c| unit(Symbol::Char(c)))
            .collect();
        let mut scores = Array2::zeros((8, 2));
        scores.column_mut(0).fill(9.0);
        assert!(unsure(&units, scores.view()).is_empty());
        for row in [1, 2, 6] {
            scores[(row, 1)] = 9.0;
        }
        assert_eq!(unsure(&units, scores.view()), [0..4, 6..8]);
        assert!(unsure(&[], scores.slice(s![..0, ..])).is_empty());
    }

    #[test]
    fn doubtful_sentences_have_the_scores_of_the_large_model() {
        let text = fold_str("董军与奥斯汀会面。蘑菇头乐队在蒲公英社的老板阿强说好。\n好。");
        let segmenter = Segmenter::new();
        let words: Vec<Word<'_>> = segmenter.words(&text).collect();
        let cascade = Cascade::new(Engine::find("fast").unwrap(), Engine::find("accurate").unwrap());
        let units = cascade.read(&text, &words);
        let scores = cascade.score(&[&units]);
        let small = cascade.small.score(&[&units]);
        let again = unsure(&units, small.view());
        assert!(!again.is_empty());
        let mut expected = small;
        for range in again {
            let part = cascade.large.renumber(&units[range.clone()]);
            expected
                .slice_mut(s![range, ..])
                .assign(&cascade.large.score(&[&part]));
        }
        assert_eq!(scores, expected);
    }
}
