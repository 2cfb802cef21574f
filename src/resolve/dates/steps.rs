//! How a date is narrowed down: year, month, day, weekday.

use super::Register;
use super::base::{days, months, quarters};
use super::expression::Step;
use super::lexicon::{Frame, Word};
use super::numerals::{Number, Script};
use super::parse::{Parsed, Parser};
use super::period::Unit;
use super::when::Modifier;

/// What narrows a period down: a step, a modifier, or both, with the index of
/// the token after it.
pub(super) type Narrowing = (Option<Step>, Option<Modifier>, usize);

impl Parser<'_> {
    /// Takes in everything that narrows `parsed` down.
    pub fn steps(&self, parsed: &mut Parsed) {
        // Each step makes the unit smaller, so there are few.
        while parsed.modifier.is_none() && parsed.time.is_none() && self.follows(parsed) {
            let unit = parsed.point.unit();
            let of = matches!(self.word(parsed.next), Some(Word::Of)) && self.joined(parsed.next + 1);
            let at = parsed.next + usize::from(of);
            let Some((step, modifier, next)) = self.narrowing(parsed, unit, at, of) else {
                return;
            };
            parsed.point.steps.extend(step);
            parsed.modifier = modifier;
            self.close(parsed, next);
            if parsed.point.unit() >= unit {
                return;
            }
        }
    }

    fn narrowing(&self, parsed: &mut Parsed, unit: Unit, at: usize, of: bool) -> Option<Narrowing> {
        match unit {
            Unit::Century => self.decade(at).or_else(|| self.edge(at)),
            Unit::Decade => self.edge(at),
            Unit::Year => self
                .in_year(at)
                .or_else(|| self.same_day(at, of))
                .or_else(|| self.edge(at)),
            Unit::Quarter | Unit::Half => self.counted(at).or_else(|| self.edge(at)),
            Unit::Month => self.in_month(parsed, at).or_else(|| self.edge(at)),
            Unit::Week => self.in_week(at, of),
            Unit::Day => self.weekday_beside(parsed, at, of),
            Unit::Clock => None,
        }
    }

    /// What a year can be narrowed down to; also what stands alone for a part of
    /// the year that the reader must know.
    pub fn in_year(&self, at: usize) -> Option<Narrowing> {
        if let Some((low, high, unit, next)) = self.numbers(at) {
            let step = match unit {
                Unit::Month => match self.lunar_day_after(at, low, next) {
                    Some(found) => return Some(found),
                    None => months(low, high)?,
                },
                Unit::Quarter => quarters(low, high)?,
                _ => return None,
            };
            return Some((Some(step), None, next));
        }
        match self.word(at) {
            Some(Word::HalfOf(Unit::Year, half)) => Some((Some(Step::Half(Unit::Year, half)), None, at + 1)),
            Some(Word::Season(season)) => Some((Some(Step::Season(season)), None, at + 1)),
            Some(Word::Holiday(rule, days, days_off)) => {
                let (days, next) = self.festive(at + 1, days, days_off);
                Some((Some(Step::Holiday(rule, days)), None, next))
            }
            Some(Word::WeakHoliday(rule)) => Some((Some(Step::Holiday(rule, 1)), None, at + 1)),
            Some(Word::NamedMonth(month)) => Some((Some(Step::Month(month)), None, at + 1)),
            Some(Word::QuarterCode(quarter)) => Some((Some(Step::Quarter(quarter)), None, at + 1)),
            Some(Word::Lunar) => self.lunar_step(at + 1, true),
            Some(Word::LunarMonth(_) | Word::Leap) => self.lunar_step(at, false),
            Some(Word::First) if self.adjacent(at + 1) => match self.word(at + 1) {
                Some(Word::Unit(Unit::Quarter)) => Some((Some(Step::Quarter(1)), None, at + 2)),
                Some(Word::Unit(Unit::Month)) => Some((Some(Step::Month(1)), None, at + 2)),
                _ => self.counted(at),
            },
            _ => self.number_edge(at).or_else(|| self.counted(at)),
        }
    }

    /// 4月初, 一季度末, and of the lunar month: 五月初五.
    pub fn number_edge(&self, at: usize) -> Option<Narrowing> {
        let number = self.number(at)?;
        let Word::Edge(Some(unit), modifier) = self.word(at + 1).filter(|_| self.joined(at + 1))? else {
            return None;
        };
        match unit {
            Unit::Month => {
                let month = number.within(1..=12)? as u8;
                let chinese = number.script != Script::Arabic && modifier == Modifier::Start;
                if let Some(day) = self.lunar_number(at + 2).filter(|day| chinese && *day <= 10) {
                    let leap = false;
                    return Some((Some(Step::LunarDay { month, leap, day }), None, at + 3));
                }
                Some((Some(Step::Month(month)), Some(modifier), at + 2))
            }
            Unit::Quarter => Some((
                Some(Step::Quarter(number.within(1..=4)? as u8)),
                Some(modifier),
                at + 2,
            )),
            _ => None,
        }
    }

    /// 初, 底, 年底 after the period they belong to.
    fn edge(&self, at: usize) -> Option<Narrowing> {
        match self.word(at)? {
            Word::Edge(None, modifier) if self.adjacent(at) => Some((None, Some(modifier), at + 1)),
            Word::Edge(Some(_), modifier) => Some((None, Some(modifier), at + 1)),
            _ => None,
        }
    }

    /// 第二周, 第三个月, 前10天, 最后一天, 最后3周, 第一个星期一.
    fn counted(&self, at: usize) -> Option<Narrowing> {
        let lead = self.word(at)?;
        let (number, unit_at) = match (lead, self.number(at + 1).filter(|_| self.joined(at + 1))) {
            (Word::Ordinal | Word::First | Word::Front | Word::Back | Word::Last, Some(number)) => {
                (number.within(1..=100)? as u8, at + 2)
            }
            (Word::Last, None) => (1, at + 1),
            _ => return None,
        };
        if !self.joined(unit_at) {
            return None;
        }
        let (unit, mut next) = match self.word(unit_at)? {
            Word::Unit(unit @ (Unit::Day | Unit::Week | Unit::Month | Unit::Quarter)) | Word::Count(unit) => {
                (unit, unit_at + 1)
            }
            _ => return None,
        };
        if unit == Unit::Clock {
            return None;
        }
        let nth = match lead {
            Word::Ordinal => i8::try_from(number).ok(),
            Word::Last if number == 1 => Some(-1),
            _ => None,
        };
        let step = match (nth, self.weekday_number(next)) {
            (Some(nth), Some(weekday)) if unit == Unit::Week => {
                next += 1;
                Step::NthWeekday(nth, weekday)
            }
            (Some(nth), _) => Step::Nth(nth, unit),
            (None, _) if matches!(lead, Word::Front | Word::First) => Step::First(number, unit),
            (None, _) => Step::Last(number, unit),
        };
        Some((Some(step), None, next))
    }

    fn in_month(&self, parsed: &mut Parsed, at: usize) -> Option<Narrowing> {
        if let Some((low, high, Unit::Day, next)) = self.numbers(at) {
            return Some((Some(days(low, high)?), None, next));
        }
        match self.word(at) {
            Some(Word::Third(modifier)) => return Some((None, Some(modifier), at + 1)),
            Some(Word::HalfOf(Unit::Month, half)) => {
                return Some((Some(Step::Half(Unit::Month, half)), None, at + 1));
            }
            Some(_) => return self.counted(at),
            None => {}
        }
        // 5月31到6月2日.
        if let (Some(day), Some(Word::To)) =
            (self.number(at).filter(|_| self.adjacent(at)), self.word(at + 1))
        {
            let other_month = matches!(self.numbers(at + 2), Some((_, None, Unit::Month, _)));
            if other_month && self.joined(at + 1) && self.joined(at + 2) {
                return Some((Some(Step::Day(day.within(1..=31)? as u8)), None, at + 1));
            }
        }
        // 去年八月十五.
        if let Some(day) = self.untold_lunar_day(parsed, at) {
            let Some(Step::Month(month)) = parsed.point.steps.pop() else {
                return None;
            };
            return Some((
                Some(Step::LunarDay {
                    month,
                    leap: false,
                    day,
                }),
                None,
                at + 1,
            ));
        }
        // 八月十五, 1月3.
        let number = self
            .number(at)
            .filter(|_| self.options.register == Register::Query && self.adjacent(at))?;
        let day = number.within(1..=31)?;
        let unit_follows =
            self.adjacent(at + 1) && matches!(self.word(at + 1), Some(Word::Unit(_) | Word::Count(_)));
        (!unit_follows).then_some((Some(Step::Day(day as u8)), None, at + 1))
    }

    /// 上周三, 下下周末, 本周一至周五.
    fn in_week(&self, at: usize, of: bool) -> Option<Narrowing> {
        if let Some(Word::Weekday(weekday)) = self.word(at).filter(|_| of || self.adjacent(at)) {
            return Some((Some(Step::Weekday(weekday)), None, at + 1));
        }
        if !self.adjacent(at) {
            return None;
        }
        if let Some(Word::Edge(None, Modifier::End)) = self.word(at) {
            return Some((Some(Step::Weekend), None, at + 1));
        }
        let weekday = self.weekday_number(at)?;
        if let Some(last) = self.last_weekday(weekday, at + 1) {
            return Some((Some(Step::Weekdays(weekday, last)), None, at + 3));
        }
        Some((Some(Step::Weekday(weekday)), None, at + 1))
    }

    /// The other end of 周一至周五.
    pub fn last_weekday(&self, first: u8, at: usize) -> Option<u8> {
        let joined = matches!(self.word(at)?, Word::To) && self.joined(at) && self.joined(at + 1);
        match self.word(at + 1)? {
            Word::Weekday(last) if joined && last > first => Some(last),
            _ => None,
        }
    }

    /// The last character of 周三 where the lexicon has taken the rest.
    fn weekday_number(&self, at: usize) -> Option<u8> {
        if !self.adjacent(at) {
            return None;
        }
        if let Some(number) = self.number(at) {
            // 上星期一名少年.
            let counts = self
                .after(at + 1)
                .is_some_and(|c| "名个位家条件起艘架辆座所岁".contains(c));
            let single = number.script == Script::Positional && number.digits == 1 && !counts;
            return number.within(1..=6).filter(|_| single).map(|n| n as u8);
        }
        let sunday = "日天".contains(self.text[self.tokens[at].start]) && self.length(at) == 1;
        sunday.then_some(7)
    }

    /// 2020年8月23日星期日: the weekday adds nothing but belongs to the span.
    fn weekday_beside(&self, parsed: &Parsed, at: usize, of: bool) -> Option<Narrowing> {
        let weekday = matches!(self.word(at), Some(Word::Weekday(_)));
        let day_named = !matches!(parsed.point.steps.last(), Some(Step::Weekday(_) | Step::Weekend));
        if weekday && day_named && !of {
            return Some((None, None, at + 1));
        }
        None
    }

    fn decade(&self, at: usize) -> Option<Narrowing> {
        let (_, _, Unit::Decade, next) = self.numbers(at)? else {
            return None;
        };
        let step = match self.decades(at)? {
            (first, Some(last)) => Step::Decades(first, last),
            (first, None) => Step::Decade(first),
        };
        Some((Some(step), None, next))
    }

    /// The tens of 90年代, 80至90年代, 八九十年代.
    pub fn decades(&self, at: usize) -> Option<(u8, Option<u8>)> {
        let tens = |value: u32| (value.is_multiple_of(10) && value < 100).then_some((value / 10) as u8);
        let token = self.tokens[at];
        if let &[first, last, '十'] = &self.text[token.start..token.end] {
            let digit = |c: char| u8::try_from(Number::chinese(&[c]).value).ok();
            let (first, last) = (digit(first)?, digit(last)?);
            return (first < last && last < 10).then_some((first, Some(last)));
        }
        let (low, high, ..) = self.numbers(at)?;
        match high {
            Some(high) => Some((tens(low)?, Some(tens(high)?))),
            None => Some((tens(low)?, None)),
        }
    }

    /// 2019年的今天, 31年前的今天, 去年今日.
    fn same_day(&self, at: usize, of: bool) -> Option<Narrowing> {
        match self.word(at)? {
            Word::Relative(Unit::Day, shift, Frame::Publication) if of || self.adjacent(at) => {
                Some((Some(Step::SameDay(shift)), None, at + 1))
            }
            _ => None,
        }
    }
}
