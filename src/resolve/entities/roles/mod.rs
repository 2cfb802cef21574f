//! Titles beside the names of people: 美国国防部长 奥斯汀, 时任国防部长魏凤和,
//! 习近平主席, 帕特·莱德（五角大楼发言人）.
//!
//! A reader asks what a person is, a timeline who held which office when. So, as
//! labels and output have it:
//!
//! - **A title** is a word for an office, rank, profession or dignity that stands
//!   beside a name: before it, also across 、 / 兼 from another title, after it, in
//!   brackets behind it, or before it in the credits (记者/张萍). It goes to that name
//!   alone: in 副总理何立峰、张国清 the second has none, in 拉布（Dominic Raab） neither.
//!   Kinship (夫人), words for anybody (男子, 居民, 被告), mere membership (成员),
//!   prizes (得主), courtesy (先生) and relative clauses (担任部长的某某) are none.
//! - **It begins** where its noun phrase does, behind the name of what it belongs to:
//!   国库司副司长 of 财政部, 女子赛艇选手 of 中国, 集团董事长. Words that tell posts
//!   apart or praise are in it (首席, 驻华, 著名); 新任, 现任, 候任, 该 are not.
//! - **What it belongs to** (`of`) is the nearest country, place, party or body by its
//!   canonical name, if one stands directly before it: 议员 of 立法会 in
//!   民主派立法会议员. Titles in a row share a country (美国国务卿、国家安全顾问), and
//!   a body if the second has no meaning without (工信部党组书记、部长).
//! - **Former** are 前, 原, 时任 and the like, not 已故.
//!
//! What is read is a small grammar, from the name outwards: a head (部长) with modifiers
//! before it (国防), up to the mention of what it belongs to. Where the words before the
//! head are unknown, the phrase is taken up to the next bound (`phrase`); if none is
//! near, there is no title rather than a wrong one.

mod lexicon;
mod phrase;
mod reader;
#[cfg(test)]
mod tests;
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
