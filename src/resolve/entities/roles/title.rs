//! One title, read from its head leftwards to the body that it belongs to.

use super::lexicon::{LEXICON, Lexicon};
use super::reader::{Found, Reader};
use super::{Body, phrase};
use crate::document::EntityType;
use crate::resolve::entities::key::is_han;

/// A title while it is read: `at` is how far left the reading has come.
struct Reading<'w> {
    /// The folded characters up to the end of the title.
    window: &'w [char],
    /// Position of the first of them.
    floor: usize,
    at: usize,
    /// Where the title itself begins, without body and words of time.
    start: usize,
    of: Option<Body>,
    former: bool,
    /// Where 前 stands inside: 驻新加坡前大使.
    cut: std::ops::Range<usize>,
    /// The head with nothing before it.
    head: usize,
}

impl Reading<'_> {
    /// What stands left of the part that has been read.
    fn rest(&self) -> &[char] {
        &self.window[..self.at - self.floor]
    }

    /// Takes `length` more characters into the title.
    fn take(&mut self, length: usize) {
        self.at -= length;
        self.start = self.at;
    }
}

impl Reader<'_> {
    /// The title that ends at `end`; `None` also where it is doubtful where it begins.
    pub(super) fn title_ending(
        &self,
        window: &[char],
        floor: usize,
        end: usize,
        near: usize,
    ) -> Option<Found> {
        let lexicon = &*LEXICON;
        let window = &window[..end - floor];
        let head = end - lexicon.heads.ending(window)?;
        let mut title = Reading {
            window,
            floor,
            at: head,
            start: head,
            of: None,
            former: false,
            cut: end..end,
            head,
        };
        self.mention_in_head(&mut title, end, near)?;
        while title.of.is_none() && title.at > floor {
            if !self.step(&mut title, end, near)? {
                break;
            }
        }
        if title.of.is_some() {
            take_former(&mut title, lexicon);
        }
        let words: Vec<char> = (title.start..end)
            .filter(|at| !title.cut.contains(at))
            .map(|at| window[at - floor])
            .collect();
        let words = without_new(&words);
        // 代表 without a body is a verb: 代表习近平.
        if title.of.is_none() && words == ['代', '表'] {
            return None;
        }
        Some(Found {
            start: title.at,
            title: String::from_iter(words).trim().to_owned(),
            of: title.of,
            former: title.former,
            is_bare: title.start == head,
        })
    }

    /// A mention may end inside what looks like the head (台北市[长], 卫生部[长]) or
    /// with it (中央社[记者]). `None` if it leaves no title.
    fn mention_in_head(&self, title: &mut Reading<'_>, end: usize, near: usize) -> Option<()> {
        let inside = (0..near)
            .rev()
            .take(8)
            // [港]督 is one word.
            .find(|&m| {
                self.mentions[m].end > title.at
                    && self.mentions[m].end <= end
                    && self.mentions[m].start < title.at
            });
        let Some(mention) = inside else { return Some(()) };
        let (window, floor) = (title.window, title.floor);
        let body = &self.mentions[mention];
        if body.end == end {
            // Elsewhere a mention that holds a title is a mistake.
            let credited = LEXICON.credits.has(&window[title.at - floor..]);
            if credited && body.kind == EntityType::Organization && (floor..title.at).contains(&body.start) {
                title.at = body.start;
                title.of = Some(Body::Mention(mention));
            }
            return Some(());
        }
        // 民众党[主席]: a shorter head stands beside the body.
        let shorter = LEXICON.heads.has(&window[body.end.saturating_sub(floor)..]);
        if shorter {
            title.at = body.end;
            title.start = title.at;
            title.head = title.at;
        } else if body.end + 1 != end || window.last() != Some(&'长') || body.start < floor {
            return None;
        } else {
            title.at = body.start;
            // 美国|国防部|长 has the country before, 卫生部|长 is the minister of the ministry.
            if body.kind == EntityType::Organization && self.ending_at(body.start, mention).is_some() {
                title.start = title.at;
            } else {
                title.of = Some(Body::Mention(mention));
                title.start = end - 2;
            }
        }
        Some(())
    }

    /// Reads one more word to the left; whether there was one. `None` if the title is
    /// somebody else's or it is doubtful where it begins.
    fn step(&self, title: &mut Reading<'_>, end: usize, near: usize) -> Option<bool> {
        let lexicon = &*LEXICON;
        let floor = title.floor;
        if let Some(mention) = self.ending_at(title.at, near) {
            let start = self.mentions[mention].start;
            match self.mentions[mention].kind {
                // 菅义伟首相: the title is that person's.
                EntityType::Person if title.at == title.start => return None,
                EntityType::Person => return Some(false),
                _ if start < floor => return Some(false),
                _ => {}
            }
            if self.is_in_title(title, mention) {
                title.take(title.at - start);
                return Some(true);
            }
            title.at = start;
            // 美国驻荷兰大使: sent there, of the country before.
            if title.rest().ends_with(&['常', '驻']) {
                title.take(2);
            } else if title.rest().ends_with(&['驻']) {
                title.take(1);
            } else {
                title.of = Some(Body::Mention(mention));
            }
            return Some(true);
        }
        if take_former(title, lexicon) {
            return Some(true);
        }
        let whole = title.at == title.start;
        if whole && let Some(length) = lexicon.modifiers.ending(title.rest()) {
            title.take(length);
            return Some(true);
        }
        // 卫生及公共服务部长
        if whole
            && title.start < end
            && let Some(('及' | '和' | '与', words)) = title.rest().split_last().map(|(&c, words)| (c, words))
            && let Some(length) = lexicon.modifiers.ending(words).filter(|&n| n > 1)
        {
            title.take(length + 1);
            return Some(true);
        }
        if let Some((body, opened)) = self.bracketed(title.window, floor, title.at, near) {
            title.of = Some(body);
            title.at = opened;
            return Some(true);
        }
        if whole && let Some(length) = lexicon.heads.ending(title.rest()).filter(|&n| n > 1) {
            // 总统国家安全事务助理 is one office and 明星前锋 one title, 反对派领袖律师 are two.
            let aide = lexicon.aides.has(&title.window[title.head - floor..end - floor]);
            let one = aide || length < 3;
            if one {
                title.take(length);
            }
            return Some(one);
        }
        // 字节跳动 CEO
        if title.rest().ends_with(&[' '])
            && title.window[title.start - floor].is_ascii_alphabetic()
            && let Some(mention) = self.ending_at(title.at - 1, near)
            && self.mentions[mention].kind == EntityType::Organization
            && self.mentions[mention].start >= floor
        {
            title.at = self.mentions[mention].start;
            title.of = Some(Body::Mention(mention));
            return Some(true);
        }
        // 美国的国防部长, 美国现任国防部长
        if let Some(skipped) = lexicon.current.ending(title.rest()) {
            let at = title.at - skipped;
            let place = self.ending_at(at, near);
            let beside = place.is_some_and(|m| self.mentions[m].kind != EntityType::Person);
            // 代表某公司的大律师 is not the company's.
            let represents = place.is_some_and(|m| {
                let start = self.mentions[m].start.saturating_sub(floor);
                title.window[..start.min(title.window.len())].ends_with(&['代', '表'])
            });
            if represents {
                return Some(false);
            }
            if beside || self.bracketed(title.window, floor, at, near).is_some() {
                title.at = at;
                return Some(true);
            }
        }
        if !whole || title.former {
            return Some(false);
        }
        match phrase::beginning(self, title.window, floor, title.at, near) {
            phrase::Beginning::Here => Some(false),
            // 应特首, 质询国防部长: what stands before is no part of these.
            phrase::Beginning::At(_) if LEXICON.alone.has(&title.window[title.start - floor..]) => {
                Some(false)
            }
            phrase::Beginning::At(start) => {
                title.take(title.at - start);
                Some(true)
            }
            phrase::Beginning::Name { start, name } => {
                title.at = start;
                title.of = Some(Body::Text(name));
                Some(true)
            }
            phrase::Beginning::Doubtful => {
                let words = &title.window[title.start - floor..];
                lexicon.alone.has(words).then_some(false)
            }
        }
    }

    /// Whether a place says what the office is about, not whose it is: [朝鲜]问题特使,
    /// 对[华]特使.
    fn is_in_title(&self, title: &Reading<'_>, mention: usize) -> bool {
        let mention = &self.mentions[mention];
        if mention.kind != EntityType::Location || title.at != title.start {
            return false;
        }
        let words = &title.window[title.start - title.floor..];
        let before = &title.window[..mention.start - title.floor];
        words.starts_with(&['问', '题'])
            || words.starts_with(&['事', '务'])
            || mention.end - mention.start == 1 && before.ends_with(&['对'])
    }

    /// A body whose abbreviation stands in brackets before the title, or that
    /// stands in brackets itself: 石油输出国组织（欧佩克）[主席], （联合国）[秘书长],
    /// 《新闻周刊》[总编辑], “温哥华支援民主联合会”[主席].
    fn bracketed(&self, window: &[char], floor: usize, at: usize, near: usize) -> Option<(Body, usize)> {
        let opening = match window.get((at - floor).checked_sub(1)?)? {
            ')' => '(',
            '》' => '《',
            '”' => '“',
            _ => return None,
        };
        let open = window[..at - floor].iter().rposition(|&c| c == opening)? + floor;
        let body = |end: usize| {
            let mention = self.ending_at(end, near)?;
            (self.mentions[mention].kind != EntityType::Person && self.mentions[mention].start >= floor)
                .then_some(mention)
        };
        let inside = body(at - 1).filter(|&inside| self.mentions[inside].start == open + 1);
        if opening != '(' {
            let name = &window[open + 1 - floor..at - 1 - floor];
            // What else stands in quotation marks was mostly said.
            let plain = opening == '《' && !name.is_empty()
                || name.iter().all(|&c| is_han(c)) && phrase::is_unit(name);
            let text = || Body::Text(name.iter().collect());
            return (plain || inside.is_some()).then(|| (inside.map_or_else(text, Body::Mention), open));
        }
        if let Some(before) = body(open) {
            return Some((Body::Mention(before), self.mentions[before].start));
        }
        inside.map(|inside| (Body::Mention(inside), open))
    }
}

/// Reads 前, 原, 时任 that end the part to the left; whether there was one.
fn take_former(title: &mut Reading<'_>, lexicon: &Lexicon) -> bool {
    let rest = title.rest();
    let found = lexicon.former.ending(rest).filter(|&n| is_former(rest, n));
    let Some(length) = found else { return false };
    title.former = true;
    title.cut = title.at - length..title.at;
    title.at -= length;
    true
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
        Some('前') => !before.is_some_and(|c| "目此日之以先赛战事生空年天月周期提面门眼跟从".contains(c)),
        Some('原') => !before.is_some_and(|c| "中草高平太复还".contains(c)),
        _ => true,
    }
}
