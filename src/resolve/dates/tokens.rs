//! Cuts folded text into the numbers, words and breaks that the parser reads;
//! everything else is skipped.

use std::sync::LazyLock;

use super::lexicon::{LEXICON, Word};
use super::numerals::{Number, is_chinese_numeral};
use super::period::Unit;

/// A piece of the text that matters for dates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

/// What a token is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Number(Number),
    Word(Word),
    Break(Break),
    /// A quotation opens or closes.
    Quote(bool),
}

/// A border in the text, from weak to strong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Break {
    /// A comma or colon.
    Clause,
    /// A full stop.
    Sentence,
    /// A line break.
    Paragraph,
}

impl Token {
    pub fn word(self) -> Option<Word> {
        match self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub fn number(self) -> Option<Number> {
        match self.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }
}

const DIGIT: u16 = 1 << 12;
const NUMERAL: u16 = 2 << 12;
const LETTER: u16 = 3 << 12;
const CLAUSE: u16 = 4 << 12;
const SENTENCE: u16 = 5 << 12;
const PARAGRAPH: u16 = 6 << 12;
const QUOTE: u16 = 7 << 12;
const CLASS: u16 = 0xf << 12;

/// What each character can begin: its class, and the bucket of the lexicon.
static CLASSES: LazyLock<Box<[u16]>> = LazyLock::new(|| {
    (0..0x1_0000u32)
        .map(|code| char::from_u32(code).map_or(0, |c| class(c) | LEXICON.bucket(c)))
        .collect()
});

fn class(c: char) -> u16 {
    match c {
        '0'..='9' => DIGIT,
        'a'..='z' | 'A'..='Z' => LETTER,
        ',' | ':' => CLAUSE,
        '。' | '!' | '?' | ';' => SENTENCE,
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => PARAGRAPH,
        '“' | '”' => QUOTE,
        _ if is_chinese_numeral(c) => NUMERAL,
        _ => 0,
    }
}

/// The tokens of `text`, which has been [folded](crate::text::fold), in order.
pub(super) fn tokenize(text: &[char]) -> Vec<Token> {
    let classes: &[u16] = &CLASSES;
    let mut tokens = Vec::with_capacity(text.len() / 4);
    let mut at = 0;
    while at < text.len() {
        let class = classes.get(text[at] as usize).copied().unwrap_or(0);
        if class == 0 {
            at += 1;
            continue;
        }
        let (kind, length) = match read(text, at, class, tokens.last()) {
            (Some(kind), length) => (kind, length),
            (None, length) => {
                at += length;
                continue;
            }
        };
        tokens.push(Token {
            start: at,
            end: at + length,
            kind,
        });
        at += length;
    }
    tokens
}

/// The token at `at`, if any, and how far to go on.
fn read(text: &[char], at: usize, class: u16, previous: Option<&Token>) -> (Option<Kind>, usize) {
    let bucket = class & !CLASS;
    if class & CLASS == LETTER {
        return english(text, at);
    }
    if let Some((word, length)) = LEXICON.longest(bucket, text, at).filter(|_| bucket != 0) {
        // 一周三次, 5周一次: a number of weeks, not a Monday.
        let counted = previous.is_some_and(|p| p.end == at && p.number().is_some());
        if matches!(word, Word::Weekday(_)) && counted && length < 3 {
            return (Some(Kind::Word(Word::Unit(Unit::Week))), 1);
        }
        return (Some(Kind::Word(word)), length);
    }
    let run = |belongs: fn(char) -> bool| text[at..].iter().take_while(|&&c| belongs(c)).count();
    match class & CLASS {
        DIGIT => {
            let length = run(|c| c.is_ascii_digit());
            (Some(Kind::Number(Number::arabic(&text[at..at + length]))), length)
        }
        NUMERAL => {
            let length = run(is_chinese_numeral);
            (
                Some(Kind::Number(Number::chinese(&text[at..at + length]))),
                length,
            )
        }
        CLAUSE => (Some(Kind::Break(Break::Clause)), 1),
        SENTENCE => (Some(Kind::Break(Break::Sentence)), 1),
        PARAGRAPH => (Some(Kind::Break(Break::Paragraph)), 1),
        QUOTE => (Some(Kind::Quote(text[at] == '“')), 1),
        _ => (None, 1),
    }
}

/// An English month or weekday; other runs of letters are passed over.
fn english(text: &[char], at: usize) -> (Option<Kind>, usize) {
    let length = text[at..].iter().take_while(|c| c.is_ascii_alphabetic()).count();
    if let (1, 'q' | 'Q', Some(digit @ '1'..='4')) = (length, text[at], text.get(at + 1)) {
        let longer = text.get(at + 2).is_some_and(char::is_ascii_alphanumeric);
        let code = Kind::Word(Word::QuarterCode(*digit as u8 - b'0'));
        return if longer { (None, 1) } else { (Some(code), 2) };
    }
    if !(3..=9).contains(&length) {
        return (None, length);
    }
    let mut lower = ['\0'; 9];
    for (to, from) in lower.iter_mut().zip(&text[at..at + length]) {
        *to = from.to_ascii_lowercase();
    }
    let lower = &lower[..length];
    let word = LEXICON
        .longest(LEXICON.bucket(lower[0]), lower, 0)
        .filter(|&(_, matched)| matched == length)
        .map(|(word, _)| Kind::Word(word));
    (word, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().map(crate::text::fold).collect();
        tokenize(&chars)
            .iter()
            .map(|token| chars[token.start..token.end].iter().collect())
            .collect()
    }

    #[test]
    fn words_and_numbers() {
        assert_eq!(spans("二〇二二 年十一月"), ["二〇二二", "年", "十一", "月"]);
        assert_eq!(spans("過去年間"), ["过去", "年", "间"]);
        assert_eq!(spans("说明天气，目前天津"), ["说", "天", ",", "前", "天"]);
        assert_eq!(spans("每週三三週一次"), ["每", "周三", "三", "周", "一"]);
        assert_eq!(spans("Fri, 16 Oct mayor"), ["Fri", ",", "16", "Oct"]);
    }
}
