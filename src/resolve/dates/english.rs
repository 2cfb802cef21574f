//! English dates in Chinese pages: `Fri, 16 Oct 2020 05:19:21 GMT`, `Oct. 16, 2020`.

use super::expression::{Base, Point};
use super::lexicon::Word;
use super::numeric;
use super::parse::{Found, Parser};
use super::period::{Period, day};

impl Parser<'_> {
    /// 3.15 style names are holidays, but so is 15 October 2020 a date.
    pub fn english_day_first(&self, at: usize, month: i8) -> Option<Found> {
        let in_month = self.number(at)?.within(1..=31)? as i8;
        let year = self
            .number(at + 2)
            .filter(|n| self.joined(at + 2) && n.digits == 4)?;
        let date = day(i16::try_from(year.value).ok()?, month, in_month)?;
        self.english(Period::Day(date), at + 3)
    }

    /// October 15, 2020; Oct 2020.
    pub fn english_month_first(&self, at: usize, month: i8) -> Option<Found> {
        let first = self.number(at + 1).filter(|_| self.spaced(at + 1))?;
        if first.digits == 4 {
            let year = first.within(1900..=2100)?;
            return self.english(Period::Month(year as i16, month), at + 2);
        }
        let comma = usize::from(
            self.tokens
                .get(at + 2)
                .is_some_and(|token| self.text[token.start] == ','),
        );
        let year = self
            .number(at + 2 + comma)
            .filter(|n| self.spaced(at + 2 + comma) && n.digits == 4)?;
        let date = day(
            i16::try_from(year.value).ok()?,
            month,
            first.within(1..=31)? as i8,
        )?;
        self.english(Period::Day(date), at + 3 + comma)
    }

    pub fn english_weekday(&self, at: usize) -> Option<Found> {
        let comma = usize::from(
            self.tokens
                .get(at + 1)
                .is_some_and(|token| self.text[token.start] == ','),
        );
        let next = at + 1 + comma;
        if !self.spaced(next) {
            return None;
        }
        match self.word(next) {
            Some(Word::EnglishMonth(month)) => self.english_month_first(next, month),
            _ => match self.word(next + 1)? {
                Word::EnglishMonth(month) if self.joined(next + 1) => self.english_day_first(next, month),
                _ => None,
            },
        }
    }

    /// Like `joined`, allowing the full stop of an abbreviation: `Oct. 15`.
    pub fn spaced(&self, at: usize) -> bool {
        let (Some(token), Some(before)) = (self.tokens.get(at), at.checked_sub(1)) else {
            return false;
        };
        let gap = &self.text[self.tokens[before].end..token.start];
        gap.len() <= 2 && gap.iter().all(|&c| c.is_whitespace() || c == '.')
    }

    pub fn english(&self, period: Period, next: usize) -> Option<Found> {
        let mut parsed = self.parsed(Point::new(Base::Fixed(period)), next, 0.95);
        if let Some((time, end)) = numeric::time_after(self.text, parsed.end) {
            parsed.time = Some(time);
            parsed.end = end;
            while self
                .tokens
                .get(parsed.next)
                .is_some_and(|token| token.start < end)
            {
                parsed.next += 1;
            }
        }
        Some(Found::Date(parsed))
    }
}
