//! The words that titles are made of.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The words of titles; its head explains the sections.
const WORDS: &str = include_str!("../../../../data/kb/titles.txt");

pub(super) struct Lexicon {
    pub heads: Words,
    pub plain: HashSet<&'static str>,
    pub common: HashSet<&'static str>,
    pub modifiers: Words,
    pub former: Words,
    pub current: Words,
    pub after: Words,
    pub aides: Words,
    pub alone: Words,
    pub bounds: Words,
    pub credits: Words,
    pub of_body: HashSet<&'static str>,
}

/// Words that are looked for at a position, the longest first.
#[derive(Default)]
pub(super) struct Words {
    by_first: HashMap<char, Vec<Box<[char]>>>,
    by_last: HashMap<char, Vec<Box<[char]>>>,
}

impl Words {
    fn add(&mut self, word: &str) {
        let chars: Box<[char]> = word.chars().collect();
        let (Some(&first), Some(&last)) = (chars.first(), chars.last()) else {
            return;
        };
        for words in [
            self.by_first.entry(first).or_default(),
            self.by_last.entry(last).or_default(),
        ] {
            let at = words.partition_point(|known| known.len() >= chars.len());
            words.insert(at, chars.clone());
        }
    }

    /// Length of the longest word that ends at the end of `chars`.
    pub fn ending(&self, chars: &[char]) -> Option<usize> {
        let words = self.by_last.get(chars.last()?)?;
        words
            .iter()
            .find(|word| chars.ends_with(word))
            .map(|word| word.len())
    }

    /// Length of the longest word that begins `chars`.
    pub fn beginning(&self, chars: &[char]) -> Option<usize> {
        let words = self.by_first.get(chars.first()?)?;
        words
            .iter()
            .find(|word| chars.starts_with(word))
            .map(|word| word.len())
    }

    /// Whether `chars` are one of the words.
    pub fn has(&self, chars: &[char]) -> bool {
        self.beginning(chars) == Some(chars.len()) && !chars.is_empty()
    }
}

pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon {
        heads: Words::default(),
        plain: HashSet::new(),
        common: HashSet::new(),
        modifiers: Words::default(),
        former: Words::default(),
        current: Words::default(),
        after: Words::default(),
        aides: Words::default(),
        alone: Words::default(),
        bounds: Words::default(),
        credits: Words::default(),
        of_body: HashSet::new(),
    };
    let mut section = "";
    for line in WORDS.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with('[') {
            section = line;
            continue;
        }
        for word in line.split_whitespace() {
            match section {
                "[heads]" => lexicon.heads.add(word),
                "[common]" => {
                    lexicon.heads.add(word);
                    lexicon.plain.insert(word);
                    lexicon.common.insert(word);
                }
                "[modifiers]" => lexicon.modifiers.add(word),
                "[former]" => lexicon.former.add(word),
                "[current]" => lexicon.current.add(word),
                "[after]" => lexicon.after.add(word),
                "[aides]" => lexicon.aides.add(word),
                "[alone]" => lexicon.alone.add(word),
                "[bounds]" => lexicon.bounds.add(word),
                "[credits]" => lexicon.credits.add(word),
                "[of body]" => {
                    lexicon.of_body.insert(word);
                }
                _ => {
                    lexicon.plain.insert(word);
                }
            }
        }
    }
    lexicon
});
