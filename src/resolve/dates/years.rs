//! Years: 2022年, 零八年, 民國109年, and 2020 before an event.

use super::Register;
use super::expression::{Base, Point};
use super::lexicon::Word;
use super::numerals::Script;
use super::numeric;
use super::parse::{Found, Parser};
use super::period::{Period, Unit, day, days_between};

/// Years that may stand without 公元: 1000年 to 2199年.
const YEARS: std::ops::RangeInclusive<u32> = 1000..=2199;
/// Characters that make a preceding 2020 an amount.
const MEASURES: &str = "年万亿千百元名人个件家只股点米里吨台次例余多位部所座项辆架艘公平亩度克升瓦岁户幢套张条吋英寸分秒时天周月号届版款系型集字词页章楼室房级倍层种宗起枚颗粒头匹场班列节口";
/// What may stand in front of a year without 年.
const YEAR_LEADS: &str = "估在于到至从自年由计望迎启对";

impl Parser<'_> {
    /// 2022年, 98年4月, 109年11月, 1995-1997年.
    pub fn year(&self, at: usize, low: u32, high: Option<u32>, next: usize) -> Option<Found> {
        let number = self.number(at)?;
        let query = self.options.register == Register::Query;
        let full = |value: u32| i16::try_from(value).ok().map(Period::Year);
        if let Some(high) = high {
            if !YEARS.contains(&low) {
                return Some(Found::Skip(next));
            }
            // 2018-19年.
            let high = if high < 100 { low / 100 * 100 + high } else { high };
            return self.found(Point::new(Base::FixedRange(full(low)?, full(high)?)), next, 0.95);
        }
        let month_follows = self.joined(next)
            && self
                .numbers(next)
                .is_some_and(|(_, _, unit, _)| matches!(unit, Unit::Month | Unit::Quarter));
        if number.digits == 4 && number.script != Script::Additive {
            let history = low < 1800 && self.after(next).is_some_and(|c| "历的来前多以间".contains(c));
            if !YEARS.contains(&low) || history {
                return Some(Found::Skip(next));
            }
            return self.found(Point::new(Base::Fixed(full(low)?)), next, 0.97);
        }
        let two_digits = number.digits == 2 && number.script != Script::Additive;
        if two_digits {
            let leading_zero = low < 10;
            let spelled = number.script == Script::Positional && low >= 10;
            let stop = self
                .after(next)
                .is_some_and(|c| "来间内前后以历的期级".contains(c));
            let alone = leading_zero || query || (spelled && low >= 49 && !stop);
            if month_follows || alone {
                let year = numeric::two_digit_year(low as i32);
                let certainty = if month_follows { 0.9 } else { 0.6 };
                return self.found(Point::new(Base::Fixed(Period::Year(year))), next, certainty);
            }
        }
        // Taiwan counts from 1912; without a month it could be a length of time.
        let taiwan = number.script == Script::Arabic && (80..=130).contains(&low);
        let taiwan_year = self.length(next - 1) == 2;
        if taiwan && number.digits == 3 && (month_follows || taiwan_year) {
            return self.found(Point::new(Base::Fixed(full(low + 1911)?)), next, 0.85);
        }
        Some(Found::Skip(next))
    }

    /// 2023年初, 98年底.
    pub fn year_edge(&self, at: usize) -> Option<Found> {
        let number = self.number(at)?;
        let Word::Edge(Some(Unit::Year), modifier) = self.word(at + 1).filter(|_| self.joined(at + 1))?
        else {
            return None;
        };
        let year = match number.digits {
            4 if number.script != Script::Additive => i16::try_from(number.within(YEARS)?).ok()?,
            2 if number.script != Script::Additive => numeric::two_digit_year(number.value as i32),
            _ => return None,
        };
        let mut parsed = self.parsed(Point::new(Base::Fixed(Period::Year(year))), at + 2, 0.95);
        parsed.modifier = Some(modifier);
        Some(Found::Date(parsed))
    }

    /// `1100119`: the stamp that the Central News Agency puts under its reports.
    pub fn taiwan_stamp(&self, at: usize) -> Option<Found> {
        let number = self
            .number(at)
            .filter(|n| n.script == Script::Arabic && n.digits == 7)?;
        let (year, rest) = (number.value / 10_000, number.value % 10_000);
        let date = day((year + 1911) as i16, (rest / 100) as i8, (rest % 100) as i8)?;
        let near = days_between(date, self.reference).abs() <= 30;
        near.then(|| self.found(Point::new(Base::Fixed(Period::Day(date))), at + 1, 0.9))?
    }

    /// A year without 年 in running text: 2020美国大选, 预估2021成长近60%.
    pub fn bare_year(&self, at: usize) -> Option<Found> {
        let number = self.number(at)?;
        let year = number
            .within(1950..=2060)
            .filter(|_| number.script == Script::Arabic && number.digits == 4)?;
        let end = self.tokens[at].end;
        let after = self
            .text
            .get(end)
            .copied()
            .filter(|c| c.is_alphabetic() && !c.is_ascii());
        let money = self
            .text
            .get(end + 1)
            .is_some_and(|c| "元镑圆盾铢卢".contains(*c));
        let virus = after == Some('冠');
        let listed = self.year_follows(at);
        let follows = listed
            || after.is_some_and(|c| !money && !virus && !MEASURES.contains(c))
                && !matches!(self.word(at + 1), Some(Word::To | Word::Unit(_)) if self.adjacent(at + 1));
        let before = self.before(at);
        let named = before
            .is_some_and(|c| !c.is_whitespace() && !"(“《[【,。".contains(c) && !YEAR_LEADS.contains(c));
        if !follows || named {
            return None;
        }
        self.found(Point::new(Base::Fixed(Period::Year(year as i16))), at + 1, 0.5)
    }

    /// 2021和2022年, 2018、2019年.
    pub fn year_follows(&self, at: usize) -> bool {
        let and = matches!(self.word(at + 1), Some(Word::And)) && self.adjacent(at + 1);
        let comma = self.text.get(self.tokens[at].end) == Some(&'、');
        let other = at + 1 + usize::from(and);
        let close = self
            .tokens
            .get(other)
            .is_some_and(|token| token.start <= self.tokens[at].end + 1);
        let four = self.number(other).is_some_and(|n| n.digits == 4);
        let year = matches!(self.word(other + 1), Some(Word::Unit(Unit::Year))) && self.joined(other + 1);
        (and || comma) && close && four && year
    }

    /// 民国109年, 昭和元年, 公元618年.
    pub fn era(&self, at: usize, before_first: i16) -> Option<Found> {
        if !self.joined(at) {
            return None;
        }
        let (year, next) = match self.word(at) {
            Some(Word::FirstYear) => (1, at + 1),
            _ => match self.numbers(at)? {
                (year, None, Unit::Year, next) => (year, next),
                _ => return None,
            },
        };
        let year = i16::try_from(year).ok()?.checked_add(before_first)?;
        let plausible = before_first == 0 || year - before_first <= 150;
        plausible.then(|| self.found(Point::new(Base::Fixed(Period::Year(year))), next, 0.95))?
    }
}
