//! Text → tokens of a checkpoint, each with the code points that it stands for.

use std::io::Write;

use rust_tokenizers::tokenizer::{BertTokenizer, Tokenizer};
use rust_tokenizers::{Mask, TokensWithOffsets};
use tempfile::NamedTempFile;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use crate::recognise::view::{Symbol, Unit, features, is_break, view};
use crate::segment::Word;
use crate::text::fold;

use super::folder::{Settings, Tokens, Vocabulary};

/// What begins the later pieces of a word in the vocabulary.
const CONTINUATION: &str = "##";

const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/// Turns text into the units that a checkpoint reads.
pub(super) struct Reader {
    vocabulary: Vocabulary,
    fold: bool,
    /// BERT's own tokeniser, unless every character is a token.
    words: Option<BertTokenizer>,
    space: Option<u32>,
    pub specials: Specials,
}

/// Ids of the tokens that are no text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Specials {
    pub begin: u32,
    pub end: u32,
    pub unknown: u32,
    pub pad: u32,
}

impl Reader {
    /// The error says what the vocabulary lacks.
    pub(super) fn new(vocabulary: Vocabulary, settings: &Settings) -> Result<Self, String> {
        let id = |token: &str| vocabulary.ids.get(token).copied();
        let required = |token: &str| {
            id(token).ok_or_else(|| format!("the vocabulary has no {token}: expected a BERT vocabulary"))
        };
        let [pad, unknown, begin, end, _] = SPECIAL;
        let specials = Specials {
            begin: required(begin)?,
            end: required(end)?,
            unknown: required(unknown)?,
            pad: id(pad).unwrap_or(0),
        };
        let space = settings.space.as_deref().map(required).transpose()?;
        let has_pieces = || {
            vocabulary
                .ids
                .keys()
                .any(|token| token.len() > 3 && token.starts_with(CONTINUATION))
        };
        let is_words = match settings.tokens {
            Some(tokens) => tokens == Tokens::Words,
            None => has_pieces(),
        };
        Ok(Self {
            words: is_words.then(|| word_tokenizer(&vocabulary)).transpose()?,
            fold: settings.fold.unwrap_or(false),
            space,
            specials,
            vocabulary,
        })
    }

    /// What the checkpoint reads of `text`; `words` are those of the folded text.
    pub(super) fn read(&self, text: &str, words: &[Word<'_>]) -> Vec<Unit> {
        match &self.words {
            Some(tokenizer) => self.read_words(tokenizer, text, words),
            None => view(text, words, |symbol, c| self.id(symbol, c)),
        }
    }

    /// Ids of the tokens.
    #[cfg(test)]
    pub(super) fn vocabulary(&self) -> &std::collections::HashMap<String, u32> {
        &self.vocabulary.ids
    }

    fn id(&self, symbol: Symbol, c: char) -> Option<u32> {
        match symbol {
            Symbol::Char(folded) => Some(self.character(if self.fold { folded } else { c })),
            Symbol::Space => self.space,
            Symbol::Break => Some(self.specials.end),
            Symbol::Rest => None,
        }
    }

    /// The token of a single character, normalised as BERT's tokeniser does.
    fn character(&self, c: char) -> u32 {
        let mut buffer = [0; 4];
        let mut token: &str = c.encode_utf8(&mut buffer);
        let lower: String;
        if self.vocabulary.lower_case {
            lower = c.to_lowercase().collect();
            token = &lower;
        }
        let mut plain = String::new();
        if self.vocabulary.strip_accents {
            token.chars().for_each(|c| {
                decompose_canonical(c, |part| {
                    if !is_combining_mark(part) {
                        plain.push(part);
                    }
                });
            });
            token = &plain;
        }
        self.vocabulary
            .ids
            .get(token)
            .copied()
            .unwrap_or(self.specials.unknown)
    }

    /// Line by line, so that a line break can stand between the tokens.
    fn read_words(&self, tokenizer: &BertTokenizer, text: &str, words: &[Word<'_>]) -> Vec<Unit> {
        let features = features(words);
        let mut units: Vec<Unit> = Vec::with_capacity(features.len());
        let mut first = 0;
        for line in text.split(is_break) {
            let length = line.chars().count();
            let folded: String;
            let read = if self.fold {
                folded = line.chars().map(fold).collect();
                folded.as_str()
            } else {
                line
            };
            let start = units.len();
            self.read_line(tokenizer, read, first, &features, &mut units);
            if start > 0 && units.len() > start {
                units.insert(start, self.separator(first - 1));
            }
            first += length + 1;
        }
        units
    }

    /// The line break at code point `position`.
    fn separator(&self, position: usize) -> Unit {
        Unit {
            symbol: Symbol::Break,
            id: self.specials.end,
            feature: 0,
            start: position,
            end: position + 1,
        }
    }

    /// Adds the tokens of a line that begins at code point `first`.
    fn read_line(
        &self,
        tokenizer: &BertTokenizer,
        line: &str,
        first: usize,
        features: &[u8],
        units: &mut Vec<Unit>,
    ) {
        let characters: Vec<char> = line.chars().collect();
        let TokensWithOffsets {
            tokens,
            reference_offsets,
            masks,
            ..
        } = tokenizer.tokenize_with_offsets(line);
        let mut head = None;
        for ((token, places), mask) in tokens.iter().zip(&reference_offsets).zip(&masks) {
            let (Some(&from), Some(&to)) = (places.first(), places.last()) else {
                continue;
            };
            let (start, end) = (first + from as usize, first + to as usize + 1);
            let is_rest = *mask == Mask::Continuation && head.is_some();
            let symbol = if is_rest {
                Symbol::Rest
            } else {
                Symbol::Char(fold(characters[from as usize]))
            };
            match head {
                Some(head) if is_rest => {
                    let word: &mut Unit = &mut units[head];
                    word.end = end;
                }
                _ => head = Some(units.len()),
            }
            units.push(Unit {
                symbol,
                id: self
                    .vocabulary
                    .ids
                    .get(token)
                    .copied()
                    .unwrap_or(self.specials.unknown),
                feature: features.get(start).copied().unwrap_or(0),
                start,
                end,
            });
        }
    }
}

/// BERT's tokeniser. It can only be made of a file; of its ids nothing is used, so the
/// order is free, and it asks for special tokens that a vocabulary may lack.
fn word_tokenizer(vocabulary: &Vocabulary) -> Result<BertTokenizer, String> {
    let others = vocabulary.ids.keys().map(String::as_str);
    let tokens: Vec<&str> = SPECIAL.into_iter().chain(others).collect();
    let mut file = NamedTempFile::new().map_err(|error| error.to_string())?;
    file.write_all(tokens.join("\n").as_bytes())
        .map_err(|error| error.to_string())?;
    BertTokenizer::from_file(file.path(), vocabulary.lower_case, vocabulary.strip_accents)
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use proptest::prelude::*;

    const TOKENS: &str =
        "[PAD] [UNK] [CLS] [SEP] [MASK] 董 军 访 美 国 2022 nan ##cy pe ##lo ##si , ( ) usa ▁ a ##bc";

    fn reader(settings: Settings, lower_case: bool) -> Reader {
        let ids = TOKENS.split(' ').map(str::to_owned).zip(0..).collect();
        let vocabulary = Vocabulary {
            ids,
            lower_case,
            strip_accents: lower_case,
        };
        Reader::new(vocabulary, &settings).unwrap()
    }

    fn characters() -> Settings {
        Settings {
            tokens: Some(Tokens::Characters),
            ..Settings::default()
        }
    }

    /// Token and the text it stands for; `=` before the later pieces of words.
    fn read(reader: &Reader, text: &str) -> Vec<String> {
        let names: Vec<&str> = TOKENS.split(' ').collect();
        let chars: Vec<char> = text.chars().collect();
        let show = |unit: Unit| {
            let rest = if unit.symbol == Symbol::Rest { "=" } else { "" };
            let surface: String = chars[unit.start..unit.end].iter().collect();
            format!("{rest}{}:{surface}", names[unit.id as usize])
        };
        reader.read(text, &[]).into_iter().map(show).collect()
    }

    #[test]
    fn words_cover_exactly_what_they_stand_for() {
        let words = reader(Settings::default(), true);
        assert_eq!(
            read(&words, "董军 (Nancy Pelosi)，2022\u{3000}訪美😀\u{200b}国"),
            [
                "董:董",
                "军:军",
                "(:(",
                "nan:Nancy",
                "=##cy:cy",
                "pe:Pelosi",
                "=##lo:lo",
                "=##si:si",
                "):)",
                "[UNK]:，",
                "2022:2022",
                "[UNK]:訪",
                "美:美",
                "[UNK]:😀",
                "国:国",
            ]
        );
        assert_eq!(
            read(&words, "\n 董军\r\n\n 访 美\n"),
            ["董:董", "军:军", "[SEP]:\n", "访:访", "美:美"]
        );
        assert_eq!(read(&words, " \u{200b}\n"), Vec::<String>::new());
        assert_eq!(read(&words, "é 中"), ["[UNK]:é", "[UNK]:中"]);
    }

    #[test]
    fn folding_is_optional() {
        let folds = reader(
            Settings {
                fold: Some(true),
                ..Settings::default()
            },
            true,
        );
        assert_eq!(read(&folds, "訪ＵＳＡ，"), ["访:訪", "usa:ＵＳＡ", ",:，"]);
        let folds = reader(
            Settings {
                fold: Some(true),
                space: Some("▁".into()),
                ..characters()
            },
            true,
        );
        assert_eq!(read(&folds, "訪 美Ａ"), ["访:訪", "▁: ", "美:美", "a:Ａ"]);
    }

    #[test]
    fn case_is_kept_where_the_tokeniser_keeps_it() {
        assert_eq!(read(&reader(characters(), false), "aA"), ["a:a", "[UNK]:A"]);
        assert_eq!(
            read(&reader(characters(), true), "aÁ 访"),
            ["a:a", "a:Á", "访:访"]
        );
        assert_eq!(
            read(&reader(Settings::default(), false), "USA usa"),
            ["[UNK]:USA", "usa:usa"]
        );
    }

    #[test]
    fn errors_name_the_missing_token() {
        let vocabulary = Vocabulary {
            ids: HashMap::from([("[UNK]".to_owned(), 0)]),
            lower_case: true,
            strip_accents: true,
        };
        let refused = Reader::new(vocabulary, &Settings::default()).err().unwrap();
        assert!(refused.contains("no [CLS]"), "{refused}");
    }

    proptest! {
        /// Whatever the text: in order, inside the text, never on white space, words never overlap.
        #[test]
        fn units_are_in_order(text in "[董军访aBnNcy é，😀\u{200b}\u{3000}\u{fe0f}İß\n\r\t \u{300}가]{0,40}", fold in any::<bool>(), words in any::<bool>()) {
            let tokens = if words { Tokens::Words } else { Tokens::Characters };
            let settings = Settings { tokens: Some(tokens), fold: Some(fold), ..Settings::default() };
            let units = reader(settings, true).read(&text, &[]);
            let chars: Vec<char> = text.chars().collect();
            let heads: Vec<&Unit> = units.iter().filter(|unit| unit.symbol != Symbol::Rest).collect();
            for unit in &units {
                prop_assert!(unit.start < unit.end && unit.end <= chars.len());
            }
            for pair in heads.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start, "{:?}", pair);
            }
            for unit in heads.iter().filter(|unit| unit.symbol != Symbol::Break) {
                prop_assert!(!chars[unit.start].is_whitespace() && !chars[unit.end - 1].is_whitespace());
            }
        }
    }
}
