//! Where the noun phrase begins that a title ends, when its words are not in the lexicon:
//! 听取 | 大会秘书处法案组组长, 财政部 | 国库司副司长.

use super::lexicon::LEXICON;
use super::reader::Reader;
use crate::document::EntityType;
use crate::resolve::entities::key::is_han;

/// Longer runs of unknown words are rather sentences.
const LONGEST: usize = 9;
/// … also if they name a part of a body: 财政部[国库司]副司长, 加州大学[河滨分校]教授.
const LONGEST_UNIT: usize = 12;
/// … and behind a place, which may just be where something happens.
const LONGEST_BEHIND_PLACE: usize = 4;
/// The last characters of parts of bodies.
const UNITS: &[char] = &[
    '司', '处', '科', '室', '部', '局', '厅', '院', '系', '所', '心', '会', '组', '校', '站', '队', '团',
    '党', '社', '线',
];

/// Where a title's phrase begins.
pub(super) enum Beginning {
    /// Where the known words begin.
    Here,
    /// Further to the left.
    At(usize),
    /// Here, and a name in Latin letters that is no mention stands before it.
    Name { start: usize, name: String },
    /// It cannot be told.
    Doubtful,
}

/// Reads Chinese characters leftwards from `at`, up to a mark, a mention or a word that
/// cannot be a part of a title.
pub(super) fn beginning(
    reader: &Reader<'_>,
    window: &[char],
    floor: usize,
    at: usize,
    near: usize,
) -> Beginning {
    let rest = &window[..at - floor];
    let latin = rest.iter().rev().take_while(|c| c.is_ascii_alphabetic()).count();
    if latin > 0 {
        let before = rest.len() - latin;
        let is_word = latin > 1
            && !rest[..before]
                .last()
                .is_some_and(|c| c.is_alphanumeric() && !is_han(*c));
        if !is_word
            || rest[..before].last() == Some(&' ')
                && rest[..before]
                    .iter()
                    .rev()
                    .nth(1)
                    .is_some_and(char::is_ascii_alphabetic)
        {
            return Beginning::Doubtful;
        }
        let name = rest[before..].iter().collect();
        return Beginning::Name {
            start: floor + before,
            name,
        };
    }
    let mut start = at;
    let longest = if is_unit(rest) { LONGEST_UNIT } else { LONGEST };
    loop {
        let run = &window[start - floor..at - floor];
        if run.len() > longest {
            return Beginning::Doubtful;
        }
        if let Some(mention) = reader.ending_at(start, near) {
            let mention = &reader.mentions[mention];
            return match mention.kind {
                EntityType::Person => Beginning::Doubtful,
                // [港]府专家顾问, [澳]网冠军: the place is a part of the word.
                EntityType::Location if mention.end - mention.start == 1 => Beginning::At(mention.start),
                EntityType::Location if run.len() > LONGEST_BEHIND_PLACE => Beginning::Doubtful,
                _ => Beginning::At(start),
            };
        }
        let rest = &window[..start - floor];
        // 会计 and 数据 are words, though 会 and 据 are bounds.
        if start < at
            && let Some(length) = LEXICON.modifiers.ending(rest).filter(|&length| length > 1)
        {
            start -= length;
            continue;
        }
        let Some(&last) = rest.last() else {
            // The window ends where the text begins, or in the middle of a sentence.
            return if floor == 0 {
                found(start, at)
            } else {
                Beginning::Doubtful
            };
        };
        let bound = LEXICON.bounds.ending(rest).is_some()
            || LEXICON.former.ending(rest).is_some()
            || LEXICON.current.ending(rest).is_some_and(|length| length > 1);
        if !is_han(last) || bound {
            return found(start, at);
        }
        // 28日, 2017年
        if matches!(last, '年' | '月' | '日' | '号' | '时' | '岁')
            && rest.iter().rev().nth(1).is_some_and(char::is_ascii_digit)
        {
            return found(start, at);
        }
        start -= 1;
    }
}

/// Whether a phrase names a part of a body, or a body, by its last character.
pub(super) fn is_unit(phrase: &[char]) -> bool {
    phrase.last().is_some_and(|c| UNITS.contains(c))
}

fn found(start: usize, at: usize) -> Beginning {
    if start == at {
        Beginning::Here
    } else {
        Beginning::At(start)
    }
}
