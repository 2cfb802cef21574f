//! Combinations: terms that must occur close together.

use super::definition::{Unit, Within};
use super::folded::FoldedText;
use super::matcher::{Hit, Role};

/// A combination of a definition, ready to be looked for.
pub(super) struct Combination {
    /// Number of lists of which a term must occur.
    pub groups: u8,
    /// How close.
    pub within: Within,
    /// What it adds to the score.
    pub weight: f32,
}

impl Combination {
    /// Non-overlapping places where one term of every group stands close enough,
    /// each with the spans of these terms in text order.
    pub fn windows(&self, number: u8, hits: &[Hit], text: &FoldedText) -> Vec<Vec<(u32, u32)>> {
        let mut windows = Vec::new();
        let mut latest: Vec<Option<(u32, u32)>> = vec![None; usize::from(self.groups)];
        for hit in hits {
            let Role::Near { combination, group } = hit.role else {
                continue;
            };
            if combination != number {
                continue;
            }
            // Of two terms that begin at one place the longer came first.
            let slot = &mut latest[usize::from(group)];
            if slot.is_none_or(|known| known.0 != hit.start) {
                *slot = Some((hit.start, hit.end));
            }
            if let Some(window) = self.close(&latest, text) {
                windows.push(window);
                latest.fill(None);
            }
        }
        windows
    }

    fn close(&self, latest: &[Option<(u32, u32)>], text: &FoldedText) -> Option<Vec<(u32, u32)>> {
        let mut spans: Vec<(u32, u32)> = latest.iter().copied().collect::<Option<_>>()?;
        spans.sort_unstable();
        if spans.windows(2).any(|pair| pair[1].0 < pair[0].1) {
            return None;
        }
        let (start, end) = (spans[0].0, spans[spans.len() - 1].1);
        let close = match self.within {
            Within::Characters(most) => end - start <= most,
            Within::Unit(Unit::Document) => true,
            Within::Unit(Unit::Sentence) => text.sentence(start) == text.sentence(end - 1),
        };
        close.then_some(spans)
    }
}
