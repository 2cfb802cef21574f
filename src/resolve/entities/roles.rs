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
    common: HashSet<&'static str>,
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
        common: HashSet::new(),
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
                "[common]" => {
                    lexicon.heads.add(word);
                    lexicon.plain.insert(word);
                    lexicon.common.insert(word);
                }
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
        // Whether 兼 rather than 、 stands before the title.
        let mut joined = Vec::new();
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
                joined.push(window[at - floor - 1] != '、');
                at -= 1;
                continue;
            }
            break;
        }
        inherit_places(&mut found, &joined, self.mentions);
        found
    }

    fn title_ending(&self, window: &[char], floor: usize, end: usize, near: usize) -> Option<Found> {
        let lexicon = &*LEXICON;
        let upto = |at: usize| &window[..at - floor];
        let mut at = end - lexicon.heads.ending(upto(end))?;
        let mut title_start = at;
        let (mut of, mut former) = (None, false);
        // A mention may end inside what looks like the head: 台北市[长], 卫生部[长].
        let inside = (0..near)
            .rev()
            .take(8)
            .find(|&m| self.mentions[m].end > at && self.mentions[m].end < end);
        if let Some(mention) = inside {
            let body = &self.mentions[mention];
            // 民众党[主席]: a shorter head stands beside the body.
            let shorter = lexicon
                .heads
                .has(&window[body.end.saturating_sub(floor)..end - floor]);
            if shorter {
                at = body.end;
                title_start = at;
            } else if body.end + 1 != end || window[end - floor - 1] != '长' || body.start < floor {
                return None;
            } else if body.kind == EntityType::Organization && self.ending_at(body.start, mention).is_some() {
                at = body.start;
                title_start = at;
            } else {
                at = body.start;
                of = Some(mention);
                title_start = end - 2;
            }
        }
        while of.is_none() && at > floor {
            if let Some(mention) = self.ending_at(at, near) {
                match self.mentions[mention].kind {
                    // 菅义伟首相: the title is that person's.
                    EntityType::Person if at == title_start => return None,
                    EntityType::Person => break,
                    _ if self.mentions[mention].start < floor => break,
                    _ => of = Some(mention),
                }
                at = self.mentions[mention].start;
                // 美国驻荷兰大使: sent there, of the country before.
                if at > floor && window[at - floor - 1] == '驻' {
                    at -= 1;
                    title_start = at;
                    of = None;
                }
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
            // 卫生及公共服务部长
            if at == title_start
                && let Some(('及' | '和' | '与', words)) = upto(at).split_last().map(|(&c, words)| (c, words))
                && title_start < end
                && let Some(length) = lexicon.modifiers.ending(words).filter(|&n| n > 1)
            {
                at -= length + 1;
                title_start = at;
                continue;
            }
            if let Some((body, opened)) = self.bracketed(window, floor, at, near) {
                of = Some(body);
                at = opened;
                continue;
            }
            if at == title_start
                && let Some(unit) = self.unit_before(window, floor, at, near)
            {
                at = unit;
                title_start = at;
                continue;
            }
            let Some(skipped) = lexicon.current.ending(upto(at)) else {
                break;
            };
            let place = self.ending_at(at - skipped, near);
            if place.is_none_or(|m| self.mentions[m].kind == EntityType::Person) {
                break;
            }
            at -= skipped;
        }
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

    /// A body whose abbreviation stands in brackets before the title, or that
    /// stands in brackets itself: 石油输出国组织（欧佩克）[主席], （联合国）[秘书长].
    fn bracketed(&self, window: &[char], floor: usize, at: usize, near: usize) -> Option<(usize, usize)> {
        if window.get((at - floor).checked_sub(1)?) != Some(&')') {
            return None;
        }
        let open = window[..at - floor].iter().rposition(|&c| c == '(')? + floor;
        let body = |end: usize| {
            let mention = self.ending_at(end, near)?;
            (self.mentions[mention].kind != EntityType::Person && self.mentions[mention].start >= floor)
                .then_some(mention)
        };
        if let Some(before) = body(open) {
            return Some((before, self.mentions[before].start));
        }
        body(at - 1)
            .filter(|&inside| self.mentions[inside].start == open + 1)
            .map(|inside| (inside, open))
    }

    /// Where a part of a body begins that stands between the body and the head:
    /// 财政部[国库司]副司长, 加州大学[河滨分校]教授.
    fn unit_before(&self, window: &[char], floor: usize, at: usize, near: usize) -> Option<usize> {
        const UNITS: &[char] = &[
            '司', '处', '科', '室', '部', '局', '厅', '院', '系', '所', '心', '会', '组', '校', '站', '队',
            '团', '党', '社', '线',
        ];
        let last = window.get((at - floor).checked_sub(1)?)?;
        if !UNITS.contains(last) {
            return None;
        }
        let begin = (0..near)
            .rev()
            .take(3)
            .map(|m| &self.mentions[m])
            .find(|m| m.end < at)?;
        let unit = window.get(begin.end.checked_sub(floor)?..at - floor)?;
        let plain = unit
            .iter()
            .all(|&c| super::key::is_han(c) && !"的了在和与及是对向将被于".contains(c));
        (begin.kind == EntityType::Organization && plain && (2..=12).contains(&unit.len()))
            .then_some(begin.end)
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

/// 美国国务卿、国家安全顾问基辛格: the country goes for both; a body only where 兼
/// joins them (研究中心创始人兼主任).
fn inherit_places(found: &mut [Found], joined: &[bool], mentions: &[Mention]) {
    for at in (0..found.len().saturating_sub(1)).rev() {
        let before = found[at + 1].of;
        let goes_on = before
            .is_some_and(|of| mentions[of].kind == EntityType::Location || joined.get(at) == Some(&true));
        if found[at].of.is_none() && goes_on {
            found[at].of = before;
        }
    }
}
