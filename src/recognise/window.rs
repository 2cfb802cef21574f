//! Windows of bounded length over a view of any length, so that no article is too
//! long and no entity is cut.
//!
//! A window is filled with whole sentences. A sentence that is longer than a
//! window is covered by overlapping windows, and each unit takes its scores from
//! the window in which it stands farther from the edge.

use std::ops::Range;

/// Fewest units that a model must be able to read at once.
pub const SHORTEST: usize = 2 * OVERLAP;

/// Units that two windows of one long sentence share. No Chinese name is longer
/// than half of it.
pub const OVERLAP: usize = 64;

/// A part of a view that is encoded at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Units that the encoder reads.
    pub reads: Range<usize>,
    /// Units whose scores are taken from this window: within `reads`.
    pub keeps: Range<usize>,
}

/// Covers `0..length` with windows of at most `longest` units, which are at least
/// [`SHORTEST`]; `ends` are the positions after which a sentence ends, in order. The
/// `keeps` of all windows tile `0..length`.
pub fn windows(length: usize, longest: usize, ends: impl IntoIterator<Item = usize>) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut start = 0;
    let mut last_end = 0;
    for end in ends.into_iter().chain([length]) {
        let end = end.min(length);
        if end - start <= longest {
            last_end = end;
            continue;
        }
        if last_end > start {
            windows.push(Window {
                reads: start..last_end,
                keeps: start..last_end,
            });
            start = last_end;
        }
        if end - start > longest {
            overlapping(start..end, longest, &mut windows);
            start = end;
        }
        last_end = end;
    }
    if start < length {
        windows.push(Window {
            reads: start..length,
            keeps: start..length,
        });
    }
    windows
}

fn overlapping(sentence: Range<usize>, longest: usize, windows: &mut Vec<Window>) {
    let mut reads = sentence.start..sentence.start + longest;
    let mut kept = sentence.start;
    loop {
        let is_last = reads.end >= sentence.end;
        if is_last {
            reads = sentence.end - longest..sentence.end;
        }
        let keep_end = if is_last {
            sentence.end
        } else {
            reads.end - OVERLAP / 2
        };
        windows.push(Window {
            reads: reads.clone(),
            keeps: kept..keep_end,
        });
        if is_last {
            return;
        }
        kept = keep_end;
        reads = reads.end - OVERLAP..reads.end - OVERLAP + longest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LENGTH: usize = 220;

    #[test]
    fn sentences_stay_whole_where_they_fit() {
        let w = windows(300, LENGTH, [100, 210, 300]);
        assert_eq!(
            w,
            [
                Window {
                    reads: 0..210,
                    keeps: 0..210
                },
                Window {
                    reads: 210..300,
                    keeps: 210..300
                }
            ]
        );
        assert_eq!(windows(0, LENGTH, []), []);
    }

    proptest! {
        #[test]
        fn keeps_tile_and_stay_off_the_edges(
            length in 0usize..3000,
            longest in SHORTEST..600,
            mut ends in proptest::collection::vec(0usize..3000, 0..60),
        ) {
            ends.sort_unstable();
            let ends: Vec<usize> = ends.into_iter().filter(|&e| e <= length).collect();
            let all = windows(length, longest, ends.clone());
            let mut at = 0;
            for w in &all {
                prop_assert_eq!(w.keeps.start, at);
                prop_assert!(w.keeps.end > at && w.reads.len() <= longest);
                prop_assert!(w.reads.start <= w.keeps.start && w.keeps.end <= w.reads.end);
                let is_border = |p: usize| p == 0 || p == length || ends.contains(&p);
                // A cut inside a sentence has context on both sides.
                prop_assert!(is_border(w.keeps.start) || w.keeps.start - w.reads.start >= OVERLAP / 2);
                prop_assert!(is_border(w.keeps.end) || w.reads.end - w.keeps.end >= OVERLAP / 2);
                at = w.keeps.end;
            }
            prop_assert_eq!(at, length);
        }
    }
}
