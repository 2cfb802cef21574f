//! Words and sentences: jieba's dictionary segmentation with parts of speech,
//! user dictionaries, and the word features that the recogniser reads.

mod dictionary;
mod feature;
pub mod sentence;

use std::collections::HashMap;
use std::path::Path;

use jieba_rs::Jieba;

use crate::document::{EntityType, Token};
use crate::error::Result;
use crate::text::{CharOffsets, fold_str};

use dictionary::Entry;
pub use dictionary::{DictionaryIssue, DictionaryReport};
pub use feature::{FEATURE_NAMES, word_feature};

/// Names and offices of today, written by `data/kb/dictionary.py`.
const NAMES: &str = include_str!("../../data/dictionary.txt");

/// A word of a segmented text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<'s> {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// Part of speech in jieba's tag set.
    pub pos: &'s str,
    /// Set if a dictionary of names lists the word.
    pub name: Option<KnownName>,
    /// Whether the dictionary has it as one word for an office: 国防部长, 检察长. An
    /// office is never a part of a name.
    pub is_office: bool,
}

/// What a dictionary of names says of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownName {
    /// What kind of entity it names.
    pub kind: EntityType,
    /// Whether the user's dictionary says so, rather than ours.
    pub by_user: bool,
}

/// Splits text into words. Immutable once built and shared by all threads.
pub struct Segmenter {
    jieba: Jieba,
    names: HashMap<String, (KnownName, String)>,
    /// Word of a user dictionary → `file:line`.
    lines: HashMap<String, String>,
}

impl Default for Segmenter {
    fn default() -> Self {
        Self::new()
    }
}

impl Segmenter {
    /// A segmenter with jieba's own dictionary and the names of today that it lacks.
    pub fn new() -> Self {
        let mut segmenter = Self {
            jieba: Jieba::new(),
            names: HashMap::new(),
            lines: HashMap::new(),
        };
        for (name, pos) in NAMES.lines().filter_map(|line| line.split_once(' ')) {
            segmenter.add(name.to_owned(), None, Some(pos), false);
        }
        segmenter
    }

    /// Adds the words of a user dictionary in jieba's format, a word a line:
    /// `word [frequency] [part of speech]`. Lines that cannot be used are left
    /// out and listed in the report.
    ///
    /// # Errors
    /// If the file cannot be read or is not UTF-8.
    pub fn add_dictionary(&mut self, path: &Path) -> Result<DictionaryReport> {
        let (entries, report) = dictionary::read(path)?;
        for Entry {
            word,
            frequency,
            pos,
            line,
        } in entries
        {
            self.lines
                .insert(word.clone(), format!("{}:{line}", path.display()));
            self.add(word, frequency, pos.as_deref(), true);
        }
        Ok(report)
    }

    fn add(&mut self, word: String, frequency: Option<usize>, pos: Option<&str>, by_user: bool) {
        if by_user || !self.has(&word, pos) {
            self.jieba.add_word(&word, frequency, pos);
        }
        if let Some((pos, kind)) = pos.and_then(|pos| Some((pos, kind_of(pos)?))) {
            self.names
                .insert(word, (KnownName { kind, by_user }, pos.to_owned()));
        }
    }

    /// `file:line` of the dictionary that lists a word as a name: the user's, or ours.
    pub fn dictionary_line(&self, word: &str) -> Option<String> {
        let folded = fold_str(word);
        if let Some(line) = self.lines.get(&folded) {
            return Some(line.clone());
        }
        self.names.get(&folded)?;
        let of_word = |line: &str| line.split(' ').next() == Some(folded.as_str());
        let number = NAMES.lines().position(of_word)?;
        Some(format!("data/dictionary.txt:{}", number + 1))
    }

    /// Whether jieba knows the word with this part of speech; its frequency is
    /// better than a guess.
    fn has(&self, word: &str, pos: Option<&str>) -> bool {
        matches!(self.jieba.tag(word, false)[..], [ref only] if Some(only.tag) == pos)
    }

    /// Segments `folded`, a text that went through [`fold_str`]: jieba's
    /// dictionary is in simplified script. The words cover the whole text,
    /// white space included.
    pub fn words<'s>(&'s self, folded: &'s str) -> impl Iterator<Item = Word<'s>> + 's {
        self.jieba.tag(folded, true).into_iter().map(|tag| {
            // jieba keeps its own part of speech for words that it has: 美国之音 is "nz".
            let name = self.names.get(tag.word);
            Word {
                start: tag.start,
                end: tag.end,
                pos: name.map_or(tag.tag, |(_, pos)| pos),
                name: name.map(|&(name, _)| name),
                is_office: tag.tag == "n" && tag.end - tag.start >= 3 && tag.word.ends_with('长'),
            }
        })
    }

    /// The words of a text in any script, white space left out.
    pub fn tokens(&self, text: &str) -> Vec<Token> {
        let folded = fold_str(text);
        let offsets = CharOffsets::new(text);
        self.words(&folded)
            .map(|word| Token {
                start: word.start,
                end: word.end,
                text: offsets.slice(text, word.start, word.end).to_owned(),
                pos: word.pos.to_owned(),
            })
            .filter(|token| !token.text.trim().is_empty())
            .collect()
    }
}

/// The kind of entity that a part of speech stands for.
fn kind_of(pos: &str) -> Option<EntityType> {
    match pos {
        "nr" | "nrt" => Some(EntityType::Person),
        "ns" => Some(EntityType::Location),
        "nt" => Some(EntityType::Organization),
        _ => None,
    }
}
