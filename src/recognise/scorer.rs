//! What the recogniser asks of a model, whichever engine runs it.

use ndarray::Array2;

use crate::error::Result;
use crate::segment::Word;

use super::scheme::Scheme;
use super::view::Unit;

/// Reads texts and scores the labels of what it read. Everything else (windows, batches,
/// decoding, dictionaries) is the recogniser's.
pub(super) trait Scorer: Send + Sync {
    /// The labels that [`Scorer::score`] scores.
    fn scheme(&self) -> Scheme;

    /// SHA-256 of what was loaded, in hexadecimal: tells the model from others.
    ///
    /// # Errors
    /// If its files can no longer be read.
    fn sha256(&self) -> Result<String>;

    /// How much the model takes at once.
    fn limits(&self) -> Limits;

    /// What the model reads of `text`, in text order; `words` are those of the folded text,
    /// covering it.
    fn read(&self, text: &str, words: &[Word<'_>]) -> Vec<Unit>;

    /// The scores (logits) of the units of some windows, one after another, as
    /// [units, labels]. A window's scores do not depend on the others.
    fn score(&self, windows: &[&[Unit]]) -> Array2<f32>;
}

/// How much a model takes at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Units of a window, [`super::window::SHORTEST`] or more.
    pub window: usize,
    /// Tokens of a batch, unless one window has more.
    pub batch: usize,
    /// Whether the windows of a batch are all made as long as the longest: those of like
    /// length then share one.
    pub pads: bool,
}

/// Tokens that a window has beside its units: the marks of beginning and end.
pub(super) const MARKS: usize = 2;
