//! Dates of the Chinese calendar: 农历八月十五, 腊月初十, 闰四月, 五月初五.

use super::expression::{Base, Point, Step};
use super::lexicon::Word;
use super::numerals::Script;
use super::parse::{Found, Parsed, Parser};
use super::period::{Period, Unit};
use super::steps::Narrowing;
use super::when::Modifier;

impl Parser<'_> {
    /// 农历八月十五, 阴历二〇二一年六月, 腊月, 闰四月.
    pub fn lunar(&self, at: usize, marked: bool) -> Option<Found> {
        let mut base = Base::Open(Unit::Year);
        let mut at = at;
        if let Some((year, None, Unit::Year, next)) = self.numbers(at).filter(|_| marked && self.joined(at)) {
            base = Base::Fixed(Period::Year(i16::try_from(year).ok()?));
            at = next;
        }
        let (step, modifier, next) = self.lunar_step(at, marked)?;
        // 大年 alone is no month.
        let named_year = matches!(step, Some(Step::LunarMonth { .. }))
            && self.before(next).is_some()
            && self.length(next - 1) == 2
            && self.text[self.tokens[next - 1].start] == '大';
        if named_year {
            return None;
        }
        let mut parsed = self.parsed(Point::new(base).then(step?), next, 0.85);
        parsed.modifier = modifier;
        Some(Found::Date(parsed))
    }

    /// Chinese month with its day: 腊月初十, 闰四月, 八月十五; `marked` by 农历.
    pub fn lunar_step(&self, at: usize, marked: bool) -> Option<Narrowing> {
        let leap = matches!(self.word(at), Some(Word::Leap));
        let at = at + usize::from(leap);
        if !self.joined(at) && (marked || leap) {
            return None;
        }
        if let Some(Word::LunarMonth(month)) = self.word(at) {
            return self.lunar_day(month, leap, at + 1);
        }
        if !marked && !leap {
            return None;
        }
        if let Some(found @ (Some(Step::LunarDay { .. }), ..)) = self.number_edge(at) {
            return Some(found);
        }
        let (month, None, Unit::Month, next) = self.numbers(at)? else {
            return None;
        };
        let month = u8::try_from(month)
            .ok()
            .filter(|month| (1..=12).contains(month))?;
        self.lunar_day(month, leap, next)
    }

    /// The day after a lunar month, if one is said.
    pub fn lunar_day(&self, month: u8, leap: bool, at: usize) -> Option<Narrowing> {
        let month_only = Some((Some(Step::LunarMonth { month, leap }), None, at));
        let first_ten = matches!(self.word(at), Some(Word::Edge(None, Modifier::Start))) && self.adjacent(at);
        let number_at = at + usize::from(first_ten);
        let Some(day) = self.lunar_number(number_at) else {
            return month_only;
        };
        let mut next = number_at + 1;
        if self.adjacent(next) && matches!(self.word(next), Some(Word::Unit(Unit::Day))) {
            next += 1;
        }
        Some((Some(Step::LunarDay { month, leap, day }), None, next))
    }

    pub fn lunar_number(&self, at: usize) -> Option<u8> {
        let number = self.number(at).filter(|_| self.adjacent(at))?;
        number.within(1..=30).map(|day| day as u8)
    }

    /// 八月初五 where 初 stands apart from 月.
    pub fn lunar_day_after(&self, at: usize, month: u32, next: usize) -> Option<Narrowing> {
        let chinese = self.number(at)?.script != Script::Arabic;
        let first_ten =
            matches!(self.word(next), Some(Word::Edge(None, Modifier::Start))) && self.adjacent(next);
        let day = self
            .lunar_number(next + 1)
            .filter(|day| chinese && first_ten && *day <= 10)?;
        let month = u8::try_from(month)
            .ok()
            .filter(|month| (1..=12).contains(month))?;
        Some((
            Some(Step::LunarDay {
                month,
                leap: false,
                day,
            }),
            None,
            next + 2,
        ))
    }

    /// 去年八月十五 without 日 is a day of the Chinese calendar.
    pub fn untold_lunar_day(&self, parsed: &Parsed, at: usize) -> Option<u8> {
        let ends = |c: char| !c.is_alphanumeric() || "的是那前之夜晚".contains(c);
        let relative = match parsed.point.base {
            Base::Relative(Unit::Year, ..) => true,
            Base::Open(Unit::Year) => self.after(at + 1).is_none_or(ends),
            _ => false,
        };
        let spelled = |at: usize| {
            self.number(at)
                .is_some_and(|n| n.script == Script::Additive || n.digits == 1)
        };
        let chinese = |at: usize| self.number(at).is_some_and(|n| n.script != Script::Arabic);
        let month_only = matches!(parsed.point.steps.last(), Some(Step::Month(_)));
        let unit_follows =
            self.adjacent(at + 1) && matches!(self.word(at + 1), Some(Word::Unit(_) | Word::Count(_)));
        let told = relative
            && month_only
            && !unit_follows
            && at >= 2
            && chinese(at - 2)
            && chinese(at)
            && spelled(at);
        self.lunar_number(at).filter(|day| told && *day >= 10)
    }
}
