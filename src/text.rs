//! Characters and offsets: the one-to-one folding of scripts and widths, and the
//! conversion between bytes and code points.
//!
//! Folding never changes the number of characters, so a position in the folded
//! text is the same position in the original.

use std::sync::LazyLock;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Traditional character and its simplified form, one pair a line; generated
/// from OpenCC (see `data/README.md`).
const TRADITIONAL_TO_SIMPLIFIED: &str = include_str!("../data/script/t2s.txt");

/// `FOLDED[c]` for every character of the Basic Multilingual Plane.
static FOLDED: LazyLock<Box<[char]>> = LazyLock::new(|| {
    let mut table: Vec<char> = (0..0x1_0000u32)
        .map(|c| char::from_u32(c).map_or('\0', normalize))
        .collect();
    let simplified: std::collections::HashMap<char, char> = pairs().collect();
    for entry in &mut table {
        if let Some(&simple) = simplified.get(entry) {
            *entry = simple;
        }
    }
    table.into_boxed_slice()
});

fn pairs() -> impl Iterator<Item = (char, char)> {
    TRADITIONAL_TO_SIMPLIFIED.lines().filter_map(|line| {
        let mut chars = line.chars();
        Some((chars.next()?, chars.next()?))
    })
}

/// Compatibility normalisation where it yields a single character (full-width
/// letters and punctuation, compatibility ideographs); other characters stay.
fn normalize(c: char) -> char {
    match c {
        // The dots that outlets put inside transliterated names.
        '•' | '‧' | '・' | '･' | '∙' | '⋅' | '●' | '．' => '·',
        '「' | '『' | '〝' | '﹁' | '﹃' => '“',
        '」' | '』' | '〞' | '〟' | '﹂' | '﹄' => '”',
        _ => {
            let (mut first, mut count) = (c, 0);
            decompose_compatible(c, |d| {
                if count == 0 {
                    first = d;
                }
                count += 1;
            });
            if count == 1 && !is_combining_mark(first) {
                first
            } else {
                c
            }
        }
    }
}

/// The simplified, half-width form of a character.
///
/// ```
/// use shiji::text::fold;
/// assert_eq!("鄧小平，ＵＳＡ・２０２４".chars().map(fold).collect::<String>(), "邓小平,USA·2024");
/// ```
pub fn fold(c: char) -> char {
    FOLDED.get(c as usize).copied().unwrap_or(c)
}

/// Folds a whole string; it keeps its number of characters, not of bytes.
pub fn fold_str(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// Byte offset of every code point of a text, with the length of the text as
/// last entry: `text[bytes[start]..bytes[end]]` is the span `start..end`.
#[derive(Clone, Debug)]
pub struct CharOffsets(Vec<u32>);

impl CharOffsets {
    /// Indexes `text`.
    ///
    /// # Panics
    /// If the text is 4 GiB or longer.
    pub fn new(text: &str) -> Self {
        let mut bytes = Vec::with_capacity(text.len() / 2 + 1);
        bytes.extend(
            text.char_indices()
                .map(|(at, _)| u32::try_from(at).expect("text under 4 GiB")),
        );
        bytes.push(u32::try_from(text.len()).expect("text under 4 GiB"));
        Self(bytes)
    }

    /// Number of code points.
    pub fn len(&self) -> usize {
        self.0.len() - 1
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Byte offset of code point `at`; the number of code points is allowed.
    pub fn byte(&self, at: usize) -> usize {
        self.0[at] as usize
    }

    /// Code point that begins at byte `at`, or that contains it.
    pub fn char(&self, at: usize) -> usize {
        match self.0.binary_search(&(at as u32)) {
            Ok(found) => found,
            Err(next) => next - 1,
        }
    }

    /// The part of `text` between two code points.
    pub fn slice<'t>(&self, text: &'t str, start: usize, end: usize) -> &'t str {
        &text[self.byte(start)..self.byte(end)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_one_to_one_and_idempotent() {
        let text = "中華民國總統蔡英文：「臺灣」ｱﾊﾟ﹐①㈱…é😀\u{3000}\n";
        let folded = fold_str(text);
        assert_eq!(folded.chars().count(), text.chars().count());
        assert_eq!(fold_str(&folded), folded);
        assert!(folded.starts_with("中华民国总统蔡英文:“台湾”"));
    }

    #[test]
    fn every_pair_folds_to_its_simplified_form() {
        let unfolded: Vec<_> = pairs()
            .filter(|&(t, s)| (t as u32) < 0x1_0000 && fold(t) != fold(s))
            .collect();
        assert!(unfolded.is_empty(), "{unfolded:?}");
    }

    #[test]
    fn offsets_convert_both_ways() {
        let text = "a史b记😀";
        let offsets = CharOffsets::new(text);
        assert_eq!(offsets.len(), 5);
        assert_eq!(offsets.slice(text, 1, 4), "史b记");
        for at in 0..=offsets.len() {
            assert_eq!(offsets.char(offsets.byte(at)), at);
        }
        assert_eq!(offsets.char(2), 1);
    }
}
