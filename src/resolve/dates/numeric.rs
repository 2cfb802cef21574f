//! Dates in figures: `2019-05-27`, `23/08/2020 - 21:59`, `20240307`.

use super::Register;
use super::expression::{Base, Point, Step, TimeOfDay, fixed_day};
use super::period::{Period, Unit, day};

/// A date in figures with the position after it.
pub(super) struct Figures {
    pub point: Point,
    pub end: usize,
    pub time: Option<TimeOfDay>,
    pub certainty: f64,
}

impl Figures {
    fn new(point: Point, end: usize, certainty: f64) -> Self {
        Self {
            point,
            end,
            time: None,
            certainty,
        }
    }
}

/// Reads a date in figures that begins at `at`, a digit that does not continue a number.
pub(super) fn read(text: &[char], at: usize, register: Register) -> Option<Figures> {
    let scan = Scanner { text };
    let (first, digits, end) = scan.number(at)?;
    let figures = match digits {
        4 => scan.year_first(first, end, register),
        8 => scan.compact(at, end),
        1 | 2 => scan.day_first(first, end).or_else(|| match register {
            Register::News => None,
            Register::Query => scan.short(first, digits, end),
        }),
        _ => None,
    }?;
    Some(scan.with_time(figures))
}

struct Scanner<'t> {
    text: &'t [char],
}

impl Scanner<'_> {
    fn at(&self, at: usize) -> Option<char> {
        self.text.get(at).copied()
    }

    /// Value, number of digits and end of the digits at `at` (at most nine).
    fn number(&self, at: usize) -> Option<(i32, usize, usize)> {
        let mut value = 0;
        let mut end = at;
        while let Some(digit) = self.at(end).and_then(|c| c.to_digit(10)) {
            if end - at == 9 {
                return None;
            }
            value = value * 10 + digit as i32;
            end += 1;
        }
        (end > at).then_some((value, end - at, end))
    }

    /// A number of one or two digits; of a longer run (`1209:03`) the first two.
    fn short_number(&self, at: usize) -> Option<(i8, usize)> {
        let (value, digits, end) = self.number(at)?;
        if digits <= 2 {
            return Some((value as i8, end));
        }
        let glued_clock = digits == 4 && self.at(end) == Some(':');
        let two = self.text.get(at..at + 2)?;
        glued_clock
            .then(|| {
                two.iter()
                    .fold(0, |value, &c| value * 10 + (c as u8 - b'0') as i8)
            })
            .map(|v| (v, at + 2))
    }

    fn separator(&self, at: usize) -> Option<char> {
        self.at(at).filter(|c| "-/.·‐–".contains(*c))
    }

    /// Nothing at `end` continues the number.
    fn closed(&self, end: usize) -> bool {
        let continues = |c: char| c.is_ascii_digit() || c.is_ascii_alphabetic() || "%/_".contains(c);
        match self.at(end) {
            Some(c) if "-.·".contains(c) => !self.at(end + 1).is_some_and(|c| c.is_ascii_digit()),
            Some(c) => !continues(c),
            None => true,
        }
    }

    /// `2019-05-27`, `2019/5/27`, `2019-05`, `2018`.
    fn year_first(&self, year: i32, end: usize, register: Register) -> Option<Figures> {
        let year = i16::try_from(year)
            .ok()
            .filter(|year| (1000..=2999).contains(year))?;
        if let Some(figures) = self.year_month(year, end, register) {
            return Some(figures);
        }
        if register == Register::Query && self.closed(end) {
            return self.spaced_day(year, end).or_else(|| {
                Some(Figures::new(
                    Point::new(Base::Fixed(Period::Year(year))),
                    end,
                    0.6,
                ))
            });
        }
        None
    }

    fn year_month(&self, year: i16, end: usize, register: Register) -> Option<Figures> {
        let separator = self.separator(end)?;
        let (month, month_end) = self.short_number(end + 1)?;
        if !(1..=12).contains(&month) {
            return None;
        }
        if self.separator(month_end) == Some(separator) {
            let (in_month, day_end) = self.short_number(month_end + 1)?;
            let date = day(year, month, in_month)?;
            let closed = match self.at(day_end) {
                Some('T') => true,
                // Query: 2018-12-1209:03.
                Some(c) if c.is_ascii_digit() => register == Register::Query,
                _ => self.closed(day_end) || self.separator(day_end) == Some('-'),
            };
            return closed.then(|| Figures::new(fixed_day(date), day_end, 0.98));
        }
        // 2018-19 is a season, 2019.05 a number.
        let two_digits = month_end - end == 3;
        let another = self.at(month_end).is_some_and(|c| "年赛学财".contains(c));
        if !two_digits || !"-/".contains(separator) || another || !self.closed(month_end) {
            return None;
        }
        let month = Point::new(Base::Fixed(Period::Month(year, month)));
        (1900..=2100)
            .contains(&year)
            .then(|| Figures::new(month, month_end, 0.8))
    }

    /// `2022 11 23`.
    fn spaced_day(&self, year: i16, end: usize) -> Option<Figures> {
        self.at(end).filter(|c| *c == ' ')?;
        let (month, month_end) = self.short_number(end + 1)?;
        self.at(month_end).filter(|c| *c == ' ')?;
        let (in_month, day_end) = self.short_number(month_end + 1)?;
        Some(Figures::new(fixed_day(day(year, month, in_month)?), day_end, 0.8))
    }

    /// `20240307`.
    fn compact(&self, at: usize, end: usize) -> Option<Figures> {
        let (value, ..) = self.number(at)?;
        let (year, rest) = (value / 10_000, value % 10_000);
        let date = day(year as i16, (rest / 100) as i8, (rest % 100) as i8)?;
        ((1900..=2100).contains(&year) && self.closed(end)).then(|| Figures::new(fixed_day(date), end, 0.8))
    }

    /// `23/08/2020`; month first where only that makes a date.
    fn day_first(&self, first: i32, end: usize) -> Option<Figures> {
        let separator = self.separator(end)?;
        let (second, second_end) = self.short_number(end + 1)?;
        if self.separator(second_end) != Some(separator) {
            return None;
        }
        let (year, digits, year_end) = self.number(second_end + 1)?;
        let year = i16::try_from(year)
            .ok()
            .filter(|year| digits == 4 && (1900..=2100).contains(year))?;
        let date = day(year, second, first as i8).or_else(|| day(year, first as i8, second))?;
        self.closed(year_end)
            .then(|| Figures::new(fixed_day(date), year_end, 0.95))
            .or_else(|| {
                let range = self.at(year_end) == Some('-');
                range.then(|| Figures::new(fixed_day(date), year_end, 0.9))
            })
    }

    /// `12/1`, `6·30`, `09-01`, and with a short year `12-11-10`.
    fn short(&self, first: i32, digits: usize, end: usize) -> Option<Figures> {
        let separator = self.separator(end)?;
        let (second, second_end) = self.short_number(end + 1)?;
        if self.separator(second_end) == Some(separator) {
            let (third, third_end) = self.short_number(second_end + 1)?;
            let date = day(two_digit_year(first), second, third)?;
            return (digits == 2 && self.closed(third_end))
                .then(|| Figures::new(fixed_day(date), third_end, 0.6));
        }
        let (month, in_month) = (first as i8, second);
        // 29 February is one, too.
        day(2000, month, in_month)?;
        if !self.closed(second_end) || separator == '.' {
            return None;
        }
        let point = Point::new(Base::Open(Unit::Year))
            .then(Step::Month(month as u8))
            .then(Step::Day(in_month as u8));
        Some(Figures::new(point, second_end, 0.5))
    }

    /// Takes in a clock time and a zone: `T14:50:33.129Z`, ` - 21:59`, ` 20:01`.
    fn with_time(&self, mut figures: Figures) -> Figures {
        let rest = &self.text[figures.end..];
        let lead = match rest {
            ['T', ..] => 1,
            [' ', '-', ' ', ..] => 3,
            [' ', ' ', ..] => 2,
            [' ', ..] => 1,
            _ => 0,
        };
        let Some((hour, minute, end)) = self.clock(figures.end + lead) else {
            return figures;
        };
        figures.time = Some(TimeOfDay::Clock(hour, minute));
        figures.end = self.zone(end);
        figures
    }

    /// `21:59`, `14:50:33.129`.
    fn clock(&self, at: usize) -> Option<(u8, u8, usize)> {
        let (hour, digits, end) = self.number(at)?;
        let (minute, minute_digits, minute_end) =
            self.number(end + 1).filter(|_| self.at(end) == Some(':'))?;
        if digits > 2 || hour > 24 || minute_digits != 2 || minute > 59 {
            return None;
        }
        let mut end = minute_end;
        if let Some((_, 2, second_end)) = self.number(end + 1).filter(|_| self.at(end) == Some(':')) {
            end = second_end;
            if let Some((.., fraction_end)) = self.number(end + 1).filter(|_| self.at(end) == Some('.')) {
                end = fraction_end;
            }
        }
        Some((hour as u8, minute as u8, end))
    }

    /// `Z`, `+08:00`, `-0400`, ` GMT`.
    fn zone(&self, end: usize) -> usize {
        match &self.text[end..] {
            ['Z', ..] => end + 1,
            [' ', 'G', 'M', 'T', ..] | [' ', 'U', 'T', 'C', ..] => end + 4,
            ['+' | '-', a, b, ':', c, d, ..] if [a, b, c, d].iter().all(|c| c.is_ascii_digit()) => end + 6,
            ['+' | '-', a, b, c, d, ..] if [a, b, c, d].iter().all(|c| c.is_ascii_digit()) => end + 5,
            _ => end,
        }
    }
}

/// The year that two digits stand for: 07 is 2007, 98 is 1998.
pub(super) fn two_digit_year(value: i32) -> i16 {
    (value + if value < 50 { 2000 } else { 1900 }) as i16
}

/// A clock time after an English date, with its zone.
pub(super) fn time_after(text: &[char], end: usize) -> Option<(TimeOfDay, usize)> {
    let scan = Scanner { text };
    let (hour, minute, clock_end) = scan.clock(end + usize::from(text.get(end) == Some(&' ')))?;
    Some((TimeOfDay::Clock(hour, minute), scan.zone(clock_end)))
}
