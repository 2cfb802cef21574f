//! One title, read from its head leftwards to the body that it belongs to.

use super::lexicon::LEXICON;
use super::reader::{Found, Reader};
use crate::document::EntityType;
use crate::resolve::entities::key::is_han;

impl Reader<'_> {
    pub(super) fn title_ending(
        &self,
        window: &[char],
        floor: usize,
        end: usize,
        near: usize,
    ) -> Option<Found> {
        let lexicon = &*LEXICON;
        let upto = |at: usize| &window[..at - floor];
        let mut at = end - lexicon.heads.ending(upto(end))?;
        let mut title_start = at;
        let (mut of, mut former) = (None, false);
        // Where 前 stands inside: 驻新加坡前大使.
        let mut cut = end..end;
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
                    at -= if upto(at).ends_with(&['常', '驻']) { 2 } else { 1 };
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
                cut = at - length..at;
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
            let beside = place.is_some_and(|m| self.mentions[m].kind != EntityType::Person);
            if !beside && self.bracketed(window, floor, at - skipped, near).is_none() {
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
        let title: Vec<char> = (title_start..end)
            .filter(|at| !cut.contains(at))
            .map(|at| window[at - floor])
            .collect();
        Some(Found {
            start: at,
            title: String::from_iter(without_new(&title)).trim().to_owned(),
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
            .all(|&c| is_han(c) && !"的了在和与及是对向将被于".contains(c));
        (begin.kind == EntityType::Organization && plain && (2..=12).contains(&unit.len()))
            .then_some(begin.end)
    }
}

/// 新特首 → 特首.
fn without_new(title: &[char]) -> &[char] {
    let rest = title.strip_prefix(&['新']);
    rest.filter(|rest| LEXICON.heads.has(rest)).unwrap_or(title)
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
