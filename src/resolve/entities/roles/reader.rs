//! Where titles stand: before a name, after it, in brackets behind it.

use super::lexicon::LEXICON;
use super::{Body, TitleBeside, is_title};
use crate::document::{EntityType, Mention};
use crate::text::{CharOffsets, fold};

/// How far left of a name its titles may begin, in code points.
const WINDOW: usize = 60;

pub(super) struct Reader<'a> {
    pub text: &'a str,
    pub offsets: &'a CharOffsets,
    pub mentions: &'a [Mention],
}

/// A title as read, with where it begins.
pub(super) struct Found {
    pub start: usize,
    pub title: String,
    pub of: Option<Body>,
    pub former: bool,
    /// Whether it is a head with nothing before it: 部长, not 国防部长.
    pub is_bare: bool,
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
    pub(super) fn ending_at(&self, position: usize, near: usize) -> Option<usize> {
        (0..near)
            .rev()
            .take(8)
            .find(|&at| self.mentions[at].end == position)
    }

    pub(super) fn before(&self, person: usize) -> Vec<TitleBeside> {
        let mention = &self.mentions[person];
        self.chain(mention.start - self.credit_mark(mention), person)
            .into_iter()
            .map(|found| found.of_person(person))
            .collect()
    }

    /// 记者/张萍, 编辑｜余甜, 责任编辑：钟元）: how long the mark is between a title in the
    /// credits and the name. What follows a colon may be said (记者：王毅外长是否…), unless
    /// the name stands alone.
    fn credit_mark(&self, name: &Mention) -> usize {
        let before = self.chars(name.start.saturating_sub(WINDOW), name.start);
        let after = self.chars(name.end, (name.end + 1).min(self.offsets.len()));
        let alone = after
            .first()
            .is_none_or(|c| c.is_whitespace() || "、,;)]/|".contains(*c));
        let blank = before.iter().rev().take_while(|&&c| c == ' ').count();
        match before[..before.len() - blank].split_last() {
            Some((&mark, title)) if mark != ':' || alone => {
                let credited = "/|丨:".contains(mark) && LEXICON.credits.ending(title).is_some();
                if credited { blank + 1 } else { 0 }
            }
            _ => 0,
        }
    }

    /// Titles that end at a position, from right to left, joined by 、, / or 兼, or side
    /// by side.
    fn chain(&self, end: usize, near: usize) -> Vec<Found> {
        let floor = end.saturating_sub(WINDOW);
        let window = self.chars(floor, end);
        let mut found: Vec<Found> = Vec::new();
        // Whether 兼 rather than 、 stands before the title.
        let mut joined = Vec::new();
        let mut at = end;
        loop {
            if found.is_empty() {
                // An ideographic space separates the clauses of a headline.
                while at > floor && matches!(self.offsets.slice(self.text, at - 1, at), " " | "\u{a0}") {
                    at -= 1;
                }
            }
            let Some(title) = self.title_ending(&window, floor, at, near) else {
                break;
            };
            at = title.start;
            // 总统夫人, 当事人: what stands before is another's.
            let goes_on = is_title(&title.title);
            found.push(title);
            if !goes_on {
                break;
            }
            match window[..at - floor].last() {
                Some(&mark @ ('、' | '兼' | '暨' | '/')) => {
                    joined.push(matches!(mark, '兼' | '暨'));
                    at -= 1;
                }
                _ if found
                    .last()
                    .is_some_and(|title| title.of.is_none() && !title.former) =>
                {
                    joined.push(false)
                }
                _ => break,
            }
        }
        inherit_bodies(&mut found, &joined, self.mentions);
        found
    }

    /// 习近平主席, unless the title begins another word (总统府) or belongs to the
    /// name that follows.
    pub(super) fn after(&self, person: usize) -> Option<TitleBeside> {
        let end = self.mentions[person].end;
        let chars = self.chars(end, (end + 10).min(self.offsets.len()));
        let length = LEXICON.after.beginning(&chars)?;
        const CONTINUES: &[char] = &[
            '府', '团', '候', '选', '令', '级', '夫', '们', '大', '处', '办', '学', '制', '会', '部', '院',
            '楼', '事', '行', '馆', '生', '后',
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
    pub(super) fn in_brackets(&self, person: usize) -> Vec<TitleBeside> {
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

/// 美国国务卿、国家安全顾问基辛格: the country goes for both; a body where 兼 joins them
/// (研究中心创始人兼主任), or where the second title has no meaning without one
/// (工业和信息化部党组书记、部长).
fn inherit_bodies(found: &mut [Found], joined: &[bool], mentions: &[Mention]) {
    for at in (0..found.len().saturating_sub(1)).rev() {
        let needs = found[at].is_bare && LEXICON.of_body.contains(found[at].title.as_str());
        if found[at].of.is_some() {
            continue;
        }
        let (body, former) = (found[at + 1].of.clone(), found[at + 1].former);
        found[at].of = match body {
            Some(Body::Mention(of)) if mentions[of].kind == EntityType::Location => Some(Body::Mention(of)),
            // 原党组书记、主席: over are both.
            Some(body) if needs => {
                found[at].former |= former;
                Some(match body {
                    Body::Mention(of) => without_party_committee(of, mentions),
                    text => text,
                })
            }
            body if joined.get(at) == Some(&true) => body,
            _ => None,
        };
    }
}

/// 工业和信息化部党组 → 工业和信息化部, whose minister leads it.
fn without_party_committee(of: usize, mentions: &[Mention]) -> Body {
    let name: String = mentions[of].text.chars().map(fold).collect();
    match name.strip_suffix("党组").or_else(|| name.strip_suffix("党委")) {
        Some(body) => Body::Text(body.to_owned()),
        None => Body::Mention(of),
    }
}
