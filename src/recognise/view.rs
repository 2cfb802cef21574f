//! The model's view of a text: the characters it reads, and where they stand.
//!
//! The view drops what the model was not trained on (white space, control and
//! format characters) and keeps the position of everything else, so no offset
//! can shift. A line break becomes a separator; white space between two Han
//! characters, which separates phrases in headlines, becomes a space symbol.

use crate::segment::Word;
use crate::segment::word_feature;
use crate::text::fold;

/// What a unit stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A character of the text, folded.
    Char(char),
    /// White space between two Han characters.
    Space,
    /// One or more line breaks.
    Break,
    /// A later piece of the word that the unit before begins; it has no label of its own.
    Rest,
}

/// One unit that the model reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// What it stands for; for a whole word, its first character.
    pub symbol: Symbol,
    /// The model's number for it.
    pub id: u32,
    /// Word feature, see [`word_feature`].
    pub feature: u8,
    /// First code point of the text that the unit stands for.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

/// The word feature of each code point of a text that `words` cover.
pub fn features(words: &[Word<'_>]) -> Vec<u8> {
    let mut features = Vec::with_capacity(words.last().map_or(0, |word| word.end));
    for word in words {
        let length = word.end - word.start;
        features.extend((0..length).map(|place| word_feature(word.pos, place, length)));
    }
    features
}

/// Builds the view of `text`, a unit a character, from its words (which cover the text).
/// `id` numbers what the units stand for, given with the text's own character; what it
/// has no number for is left out.
pub fn view(text: &str, words: &[Word<'_>], id: impl Fn(Symbol, char) -> Option<u32>) -> Vec<Unit> {
    let features = features(words);
    let mut units: Vec<Unit> = Vec::with_capacity(features.len());
    let mut gap: Option<(Symbol, usize)> = None;
    for (position, c) in text.chars().enumerate() {
        let folded = fold(c);
        if is_break(folded) || folded.is_whitespace() {
            let symbol = if is_break(folded) {
                Symbol::Break
            } else {
                Symbol::Space
            };
            match &mut gap {
                Some((first, _)) if symbol == Symbol::Break => *first = symbol,
                Some(_) => {}
                None => gap = Some((symbol, position)),
            }
            continue;
        }
        if is_invisible(folded) {
            continue;
        }
        let unit = |symbol, c, feature, start| {
            let end = start + 1;
            id(symbol, c).map(|id| Unit {
                symbol,
                id,
                feature,
                start,
                end,
            })
        };
        if let Some((symbol, start)) = gap.take()
            && keeps(symbol, units.last(), folded)
        {
            units.extend(unit(symbol, ' ', 0, start));
        }
        let feature = features.get(position).copied().unwrap_or(0);
        units.extend(unit(Symbol::Char(folded), c, feature, position));
    }
    units
}

/// Whether white space between `before` and the character `after` is read.
fn keeps(symbol: Symbol, before: Option<&Unit>, after: char) -> bool {
    match (symbol, before.map(|unit| unit.symbol)) {
        (_, None) => false,
        (Symbol::Break, _) => true,
        (_, Some(Symbol::Char(before))) => is_han(before) && is_han(after),
        _ => false,
    }
}

/// Whether the character ends a line.
pub fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Control and format characters, and characters that only modify others.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(text: &str) -> String {
        view(text, &[], |_, _| Some(0))
            .iter()
            .map(|unit| match unit.symbol {
                Symbol::Char(c) => c,
                Symbol::Space => '▁',
                Symbol::Break => '⏎',
                Symbol::Rest => unreachable!("a unit is a character"),
            })
            .collect()
    }

    #[test]
    fn white_space_is_read_only_where_it_separates() {
        assert_eq!(symbols("  于 2022 年 11 月\u{3000}"), "于2022年11月");
        assert_eq!(symbols("筑人墙 總統加入"), "筑人墙▁总统加入");
        assert_eq!(symbols("佩洛西 (Nancy Pelosi) 访台"), "佩洛西(NancyPelosi)访台");
        assert_eq!(symbols("\n标题 \r\n\n 正文\n"), "标题⏎正文");
        assert_eq!(symbols("董\u{200b}军\u{feff}"), "董军");
        assert_eq!(symbols(""), "");
    }

    #[test]
    fn positions_are_code_points_of_the_text() {
        let text = "😀 ＵＳＡ\n 董軍";
        let chars: Vec<char> = text.chars().collect();
        for unit in view(text, &[], |_, c| Some(c as u32)) {
            if let Symbol::Char(c) = unit.symbol {
                assert_eq!(fold(chars[unit.start]), c);
                assert_eq!(chars[unit.start] as u32, unit.id);
            }
        }
    }
}
