//! The time of day that belongs to a date: 晚上8点半, 20时15分许, 20:15.

use super::expression::TimeOfDay;
use super::lexicon::{DayPart, Word};
use super::parse::{Parsed, Parser};
use super::period::Unit;
use super::tokens::{Break, Kind};
use super::when::Modifier;

impl Parser<'_> {
    /// 上午, 晚上8点, 20:15 after a day.
    pub fn time_of_day(&self, parsed: &mut Parsed) {
        if parsed.point.unit() != Unit::Day || !self.follows(parsed) {
            return;
        }
        let mut at = parsed.next;
        if matches!(self.word(at), Some(Word::Of)) && self.joined(at + 1) {
            at += 1;
        }
        // 今晚 has its part of the day already.
        let mut part = parsed.time.filter(|time| matches!(time, TimeOfDay::Part(_)));
        if let Some(Word::Part(read)) = self.word(at) {
            part = Some(TimeOfDay::Part(read));
            at += 1;
            self.close(parsed, at);
            if !self.follows(parsed) {
                parsed.time = parsed.time.or(part);
                return;
            }
        } else if at > parsed.next {
            return;
        }
        let mut time = part;
        if let Some((clock, next)) = self.clock(at) {
            time = Some(clock.unwrap_or_else(|| part.unwrap_or(TimeOfDay::Clock(0, 0))));
            if let (Some(TimeOfDay::Clock(hour @ 1..=11, minute)), Some(TimeOfDay::Part(read))) = (time, part)
                && matches!(read, DayPart::Afternoon | DayPart::Evening)
            {
                time = Some(TimeOfDay::Clock(hour + 12, minute));
            }
            self.close(parsed, next);
            let range =
                matches!(self.word(next), Some(Word::To)) && self.joined(next) && self.joined(next + 1);
            let part_again = usize::from(matches!(self.word(next + 1), Some(Word::Part(_))));
            if let Some((_, last)) = self.clock(next + 1 + part_again).filter(|_| range) {
                self.close(parsed, last);
            }
        }
        parsed.time = time.or(parsed.time);
    }

    /// 8点半, 20时15分许, 20:15; `None` inside for a range of hours such as 9~11点.
    pub fn clock(&self, at: usize) -> Option<(Option<TimeOfDay>, usize)> {
        let hour = self.number(at)?.within(0..=24)? as u8;
        if !self.joined(at + 1) {
            return None;
        }
        match self.tokens.get(at + 1)?.kind {
            Kind::Word(Word::Unit(Unit::Clock)) => {
                let (minute, next) = self.minutes(at + 2);
                Some((Some(TimeOfDay::Clock(hour, minute)), next))
            }
            Kind::Word(Word::To) if self.joined(at + 2) => {
                self.number(at + 2)?.within(0..=24)?;
                let unit = self.word(at + 3).filter(|_| self.adjacent(at + 3))?;
                matches!(unit, Word::Unit(Unit::Clock)).then_some((None, at + 4))
            }
            Kind::Break(Break::Clause)
                if self.adjacent(at + 1) && self.text[self.tokens[at + 1].start] == ':' =>
            {
                let minute = self
                    .number(at + 2)
                    .filter(|n| self.adjacent(at + 2) && n.digits == 2)?;
                let minute = minute.within(0..=59)? as u8;
                let mut next = at + 3;
                let seconds = self.adjacent(next)
                    && self
                        .tokens
                        .get(next)
                        .is_some_and(|token| self.text[token.start] == ':')
                    && self.number(next + 1).is_some_and(|n| n.digits == 2)
                    && self.adjacent(next + 1);
                if seconds {
                    next += 2;
                }
                Some((Some(TimeOfDay::Clock(hour, minute)), next))
            }
            _ => None,
        }
    }

    /// What may follow 8点: 半, 15分, 一刻, 许.
    pub fn minutes(&self, mut at: usize) -> (u8, usize) {
        let mut minute = 0;
        if self.adjacent(at) {
            match self.tokens.get(at).map(|token| token.kind) {
                Some(Kind::Word(Word::HalfA)) => {
                    minute = 30;
                    at += 1;
                }
                Some(Kind::Number(number)) => {
                    let unit = self.adjacent(at + 1)
                        && matches!(
                            self.word(at + 1),
                            Some(Word::Count(Unit::Clock) | Word::Unit(Unit::Clock))
                        );
                    if unit || number.digits == 2 {
                        minute = number.within(0..=59).unwrap_or(0) as u8;
                        at += if unit { 2 } else { 1 };
                    }
                }
                _ => {}
            }
        }
        // 57.9秒.
        let fraction = self
            .number(at + 1)
            .filter(|_| self.text.get(self.tokens[at].end) == Some(&'.'))
            .is_some();
        let second = at + 1 + usize::from(fraction);
        if self.adjacent(at)
            && self.number(at).is_some()
            && matches!(self.word(second), Some(Word::Count(Unit::Clock)))
            && self.adjacent(second)
        {
            at = second + 1;
        }
        // 许, 左右, 多.
        while self.adjacent(at) && matches!(self.word(at), Some(Word::Vague | Word::Bound(Modifier::Approx)))
        {
            at += 1;
        }
        (minute, at)
    }
}
