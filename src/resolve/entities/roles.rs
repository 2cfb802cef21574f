//! Titles beside the names of people: 美国国防部长 奥斯汀, 时任国防部长魏凤和,
//! 习近平主席, 帕特·莱德（五角大楼发言人）.
//!
//! A small grammar, read from the name outwards: a title is a head (部长) with
//! modifiers before it (国防), up to the mention of the country or body that it
//! belongs to; words of time (前, 时任) stand before or inside; titles of one
//! person are strung together by 、 and 兼.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::document::{EntityType, Mention};
use crate::text::{CharOffsets, fold};

/// The words of titles; its head explains the sections.
const WORDS: &str = include_str!("../../../data/kb/titles.txt");

/// How far left of a name its titles may begin, in code points.
const WINDOW: usize = 60;

/// A title that stands beside a mention of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TitleBeside {
    /// The mention of the person.
    pub person: usize,
    pub title: String,
    /// The mention of the country or body that it belongs to.
    pub of: Option<usize>,
    pub former: bool,
}

struct Lexicon {
    heads: Words,
    plain: HashSet<&'static str>,
    modifiers: Words,
    former: Words,
    current: Words,
    after: Words,
}

/// Words that are looked for at a position, the longest first.
#[derive(Default)]
struct Words {
    words: HashSet<&'static str>,
    longest: usize,
}

impl Words {
    fn add(&mut self, word: &'static str) {
        self.longest = self.longest.max(word.chars().count());
        self.words.insert(word);
    }

    /// Length of the longest word that ends at the end of `chars`.
    fn ending(&self, chars: &[char]) -> Option<usize> {
        (1..=self.longest.min(chars.len()))
            .rev()
            .find(|&length| self.has(&chars[chars.len() - length..]))
    }

    /// Length of the longest word that begins `chars`.
    fn beginning(&self, chars: &[char]) -> Option<usize> {
        (1..=self.longest.min(chars.len()))
            .rev()
            .find(|&length| self.has(&chars[..length]))
    }

    fn has(&self, chars: &[char]) -> bool {
        let word: String = chars.iter().collect();
        self.words.contains(word.as_str())
    }
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon {
        heads: Words::default(),
        plain: HashSet::new(),
        modifiers: Words::default(),
        former: Words::default(),
        current: Words::default(),
        after: Words::default(),
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
                "[modifiers]" => lexicon.modifiers.add(word),
                "[former]" => lexicon.former.add(word),
                "[current]" => lexicon.current.add(word),
                "[after]" => lexicon.after.add(word),
                _ => {
                    lexicon.plain.insert(word);
                }
            }
        }
    }
    lexicon
});

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

struct Reader<'a> {
    text: &'a str,
    offsets: &'a CharOffsets,
    mentions: &'a [Mention],
}

/// A title as read, with where it begins.
struct Found {
    start: usize,
    title: String,
    of: Option<usize>,
    former: bool,
}

impl Reader<'_> {
    /// The folded characters of `start..end`.
    fn chars(&self, start: usize, end: usize) -> Vec<char> {
        self.offsets
            .slice(self.text, start, end)
            .chars()
            .map(fold)
            .collect()
    }

    /// The mention that ends at a position, looking left from `near`.
    fn ending_at(&self, position: usize, near: usize) -> Option<usize> {
        (0..near)
            .rev()
            .take(8)
            .find(|&at| self.mentions[at].end == position)
    }

    fn before(&self, person: usize) -> Vec<TitleBeside> {
        let start = self.mentions[person].start;
        self.chain(start, person)
            .into_iter()
            .map(|found| found.of_person(person))
            .collect()
    }

    /// Titles that end at a position, from right to left, joined by 、 or 兼.
    fn chain(&self, end: usize, near: usize) -> Vec<Found> {
        let floor = end.saturating_sub(WINDOW);
        let window = self.chars(floor, end);
        let mut found: Vec<Found> = Vec::new();
        let mut at = end;
        loop {
            while at > floor && matches!(window[at - floor - 1], ' ' | '\u{3000}' | '\u{a0}') {
                at -= 1;
            }
            let Some(title) = self.title_ending(&window, floor, at, near) else {
                break;
            };
            at = title.start;
            found.push(title);
            if at > floor && matches!(window[at - floor - 1], '、' | '兼' | '暨') {
                at -= 1;
                continue;
            }
            break;
        }
        inherit_places(&mut found, self.mentions);
        found
    }

    fn title_ending(&self, window: &[char], floor: usize, end: usize, near: usize) -> Option<Found> {
        let lexicon = &*LEXICON;
        let upto = |at: usize| &window[..at - floor];
        let mut at = end - self.head(upto(end), end, near)?;
        // A mention may end inside what looks like the head: 中央社记者.
        let inside = (0..near)
            .rev()
            .take(8)
            .any(|m| self.mentions[m].end > at && self.mentions[m].end < end);
        if inside {
            return None;
        }
        let mut title_start = at;
        let (mut of, mut former) = (None, false);
        while of.is_none() && at > floor {
            if let Some(mention) = self.ending_at(at, near) {
                match self.mentions[mention].kind {
                    // 菅义伟首相: the title is that person's.
                    EntityType::Person if at == title_start => return None,
                    EntityType::Person => break,
                    _ => of = Some(mention),
                }
                at = self.mentions[mention].start;
                continue;
            }
            if let Some(length) = lexicon
                .former
                .ending(upto(at))
                .filter(|&n| is_former(upto(at), n))
            {
                former = true;
                at -= length;
                continue;
            }
            if at == title_start
                && let Some(length) = lexicon.modifiers.ending(upto(at))
            {
                at -= length;
                title_start = at;
                continue;
            }
            // 美国的国防部长, 美国现任国防部长
            let skipped = lexicon.current.ending(upto(at))?.min(at - floor);
            let beyond = at - skipped;
            if self
                .ending_at(beyond, near)
                .is_some_and(|m| self.mentions[m].kind != EntityType::Person)
                && window[at - floor - 1] != '和'
                && window[at - floor - 1] != '与'
                && window[at - floor - 1] != '对'
                && window[at - floor - 1] != '在'
            {
                at = beyond;
                continue;
            }
            break;
        }
        at = at.max(floor);
        if of.is_some()
            && let Some(length) = lexicon
                .former
                .ending(upto(at))
                .filter(|&n| is_former(upto(at), n))
        {
            former = true;
            at -= length;
        }
        let title: String = window[title_start - floor..end - floor].iter().collect();
        Some(Found {
            start: at,
            title: title.trim().to_owned(),
            of,
            former,
        })
    }

    /// Length of the head that ends at a position; 长 after a body (国防部[长]).
    fn head(&self, upto: &[char], end: usize, near: usize) -> Option<usize> {
        if let Some(length) = LEXICON.heads.ending(upto) {
            return Some(length);
        }
        let body = self.ending_at(end.checked_sub(1)?, near)?;
        let office = upto.len() >= 2
            && matches!(
                upto[upto.len() - 2],
                '部' | '局' | '署' | '厅' | '院' | '处' | '省' | '市' | '州'
            );
        (upto.last() == Some(&'长') && office && self.mentions[body].kind != EntityType::Person).then_some(1)
    }

    /// 习近平主席, unless the title begins another word (总统府) or belongs to the
    /// name that follows.
    fn after(&self, person: usize) -> Option<TitleBeside> {
        let end = self.mentions[person].end;
        let chars = self.chars(end, (end + 10).min(self.offsets.len()));
        let length = LEXICON.after.beginning(&chars)?;
        const CONTINUES: &[char] = &[
            '府', '团', '候', '选', '令', '级', '夫', '们', '大', '处', '办', '学', '制', '会', '部', '院',
            '楼',
        ];
        if chars.get(length).is_some_and(|c| CONTINUES.contains(c)) {
            return None;
        }
        let next = self.mentions.get(person + 1);
        if next.is_some_and(|next| {
            next.start < end + length || next.kind == EntityType::Person && next.start == end + length
        }) {
            return None;
        }
        Some(TitleBeside {
            person,
            title: chars[..length].iter().collect(),
            of: None,
            former: false,
        })
    }

    /// 帕特·莱德（五角大楼发言人）
    fn in_brackets(&self, person: usize) -> Vec<TitleBeside> {
        let end = self.mentions[person].end;
        let chars = self.chars(end, (end + 30).min(self.offsets.len()));
        if chars.first() != Some(&'(') {
            return Vec::new();
        }
        let Some(close) = chars.iter().position(|&c| matches!(c, ')' | ',' | ';' | '\n')) else {
            return Vec::new();
        };
        let near = self.mentions.partition_point(|m| m.start < end + close);
        let mut found = self.chain(end + close, near);
        // The whole bracket must be titles.
        if found.last().is_none_or(|first| first.start != end + 1) {
            found.clear();
        }
        found.into_iter().map(|title| title.of_person(person)).collect()
    }
}

impl Found {
    fn of_person(self, person: usize) -> TitleBeside {
        TitleBeside {
            person,
            title: self.title,
            of: self.of,
            former: self.former,
        }
    }
}

/// 前 is a word of its own, not the end of 目前 or 此前.
fn is_former(upto: &[char], length: usize) -> bool {
    if length > 1 {
        return true;
    }
    let before = upto.len().checked_sub(2).map(|at| upto[at]);
    match upto.last() {
        Some('前') => !before.is_some_and(|c| "目此日之以先会赛战事生空年天月周期提面门眼跟从".contains(c)),
        Some('原') => !before.is_some_and(|c| "中草高平太复还".contains(c)),
        _ => true,
    }
}

/// 美国国务卿、国家安全顾问基辛格: the country goes for both.
fn inherit_places(found: &mut [Found], mentions: &[Mention]) {
    let mut place = None;
    for title in found.iter_mut().rev() {
        if title.of.is_none() {
            title.of = place;
        }
        place = title.of.filter(|&of| mentions[of].kind == EntityType::Location);
    }
}
