//! Titles beside the names of people: 美国国防部长 奥斯汀, 时任国防部长魏凤和,
//! 习近平主席, 帕特·莱德（五角大楼发言人）.
//!
//! A small grammar, read from the name outwards: a title is a head (部长) with
//! modifiers before it (国防), up to the mention of the country or body that it
//! belongs to; words of time (前, 时任) stand before or inside; titles of one
//! person are strung together by 、 and 兼.

mod lexicon;
mod phrase;
mod reader;
mod title;

use crate::document::{EntityType, Mention};
use crate::text::CharOffsets;

use lexicon::LEXICON;
use reader::Reader;

/// A title that stands beside a mention of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TitleBeside {
    /// The mention of the person.
    pub person: usize,
    pub title: String,
    /// The country or body that it belongs to.
    pub of: Option<Body>,
    pub former: bool,
}

/// The country or body that a title belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// A mention of it.
    Mention(usize),
    /// Its name, where the recogniser has no mention: 《新闻周刊》.
    Text(String),
}

/// Whether it is a title rather than a word for anybody (男子, 父亲), which only
/// speaks against a known person of the name.
pub(super) fn is_title(title: &str) -> bool {
    let chars: Vec<char> = title.chars().collect();
    let word = |length: usize| String::from_iter(&chars[chars.len() - length..]);
    LEXICON
        .heads
        .ending(&chars)
        .is_none_or(|length| !LEXICON.common.contains(word(length).as_str()))
}

/// Whether a title is one that few people hold, so that it speaks for a known
/// person of the name.
pub(super) fn is_high(title: &str) -> bool {
    let chars: Vec<char> = title.chars().collect();
    LEXICON.heads.ending(&chars).is_some_and(|length| {
        !LEXICON
            .plain
            .contains(String::from_iter(&chars[chars.len() - length..]).as_str())
    })
}

/// The titles beside all mentions of people.
pub(super) fn titles(text: &str, offsets: &CharOffsets, mentions: &[Mention]) -> Vec<TitleBeside> {
    let reader = Reader {
        text,
        offsets,
        mentions,
    };
    let mut found = Vec::new();
    for (person, mention) in mentions.iter().enumerate() {
        if mention.kind != EntityType::Person || mention.end > offsets.len() || mention.start >= mention.end {
            continue;
        }
        found.extend(reader.before(person));
        found.extend(reader.after(person));
        found.extend(reader.in_brackets(person));
    }
    found
}

/// Whether two titles name one office: 国防部长 and 美国国防部长, 外长 and 外交部长.
pub(super) fn same_office(known: &str, seen: &str) -> bool {
    known.contains(seen) || seen.contains(known) || {
        let short = |title: &str| title.replace("交部", "").replace("防部", "").replace("相", "");
        short(known) == short(seen)
    }
}
