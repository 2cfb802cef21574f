//! Lengths of time: 三年, 两个月, 半年, 十多天.

use super::Register;
use super::expression::{Amount, Base, Point};
use super::lexicon::Word;
use super::numerals::Script;
use super::parse::{Found, Parser};
use super::period::Unit;
use super::when::Modifier;

/// A length of time in the text.
pub(super) struct Length {
    /// `None` if it is not exact.
    pub count: Option<i32>,
    /// Least and greatest count of 二十多年 or 几十年.
    pub about: Option<(i32, i32)>,
    pub unit: Unit,
    /// Half a month more: 两个半月.
    pub half: bool,
    /// It can be nothing but a length of time: 三个月, but not 98年.
    pub certain: bool,
    /// With 前 or 后 it still is the name of a day: 31日前.
    pub name_like: bool,
}

impl Parser<'_> {
    /// A length of time: with a direction it is a date (三天后), else none.
    pub fn offset(&self, at: usize) -> Option<Found> {
        let (length, next) = self.duration(at)?;
        let query = self.options.register == Register::Query;
        let unit = length.unit;
        let sign = match self.word(next).filter(|_| self.joined(next)) {
            Some(Word::Front | Word::Bound(Modifier::Before)) => -1,
            Some(Word::Back | Word::Bound(Modifier::After)) => 1,
            Some(Word::EverSince) if query => return self.ever_since(&length, next + 1),
            Some(Word::Within) if query && length.count.is_some() && !length.half && unit > Unit::Day => {
                let to = length.count?;
                return self.found(Point::new(Base::Stretch { from: 0, to, unit }), next + 1, 0.6);
            }
            _ => return length.certain.then_some(Found::Skip(next)),
        };
        if unit == Unit::Clock {
            return Some(Found::Skip(next + 1));
        }
        // 2000年前 is a year, 31日前 a day of the month.
        if length.name_like {
            return None;
        }
        let base = match (length.count.filter(|count| *count > 0), length.about) {
            // 离婚两年后 counts from a thing that happened, not from now.
            (Some(_), _) if sign > 0 && !query && self.continues_a_phrase(at) => {
                return Some(Found::Skip(next + 1));
            }
            (Some(count), _) if self.options.offset_spans && !length.half => Base::Stretch {
                from: sign,
                to: count * sign,
                unit,
            },
            (Some(count), _) => Base::Offset(Amount {
                count: count * sign,
                unit,
                half: length.half,
            }),
            (None, Some((least, most))) if query => Base::Stretch {
                from: least * sign,
                to: most * sign,
                unit,
            },
            _ => return Some(Found::Skip(next + 1)),
        };
        self.found(Point::new(base), next + 1, 0.75)
    }

    /// 三个月以来, 3年多以来.
    pub fn ever_since(&self, length: &Length, next: usize) -> Option<Found> {
        let count = length.count.or(length.about.map(|(least, _)| least))?;
        let amount = Amount {
            count: -count,
            unit: length.unit,
            half: length.half,
        };
        let mut parsed = self.parsed(Point::new(Base::Offset(amount)), next, 0.6);
        parsed.modifier = Some(Modifier::OnOrAfter);
        Some(Found::Date(parsed))
    }

    /// Whether the word before belongs to the same phrase: 投票三天后.
    pub fn continues_a_phrase(&self, at: usize) -> bool {
        self.before(at).is_some_and(|c| {
            c.is_alphabetic() && !"在于是从到至自约早已就说称的将而且但又他她它们我你".contains(c)
        })
    }

    /// 过去三天, 前两天, 未来5年: a stretch up to or from now.
    pub fn span(&self, at: usize, sign: i32) -> Option<Found> {
        let (length, next) = self.duration(at + 1).filter(|_| self.joined(at + 1))?;
        let count = length
            .count
            .filter(|count| *count > 0 && length.unit > Unit::Clock && !length.half);
        let next = match self.word(next) {
            Some(Word::Within) if self.adjacent(next) => next + 1,
            _ => next,
        };
        let Some(count) = count.filter(|_| self.options.register == Register::Query) else {
            return Some(Found::Skip(next));
        };
        let amount = Amount {
            count: count * sign,
            unit: length.unit,
            half: false,
        };
        let base = match self.word(at)? {
            Word::Past | Word::Coming => Base::Rolling(amount),
            _ => Base::Stretch {
                from: sign,
                to: amount.count,
                unit: amount.unit,
            },
        };
        self.found(Point::new(base), next, 0.7)
    }

    /// The length of time at a token, and the index of the token after it.
    pub fn duration(&self, at: usize) -> Option<(Length, usize)> {
        let (mut length, mut next) = self.duration_part(at)?;
        // 三年零两个月.
        while self.adjacent(next) && next < at + 12 {
            let Some((more, after)) = self.duration_part(next) else {
                break;
            };
            length = match (length.count, more.count, length.unit, more.unit) {
                (Some(years), Some(months), Unit::Year, Unit::Month) => Length {
                    count: years.checked_mul(12).and_then(|n| n.checked_add(months)),
                    unit: Unit::Month,
                    ..more
                },
                _ => Length {
                    count: None,
                    certain: true,
                    ..more
                },
            };
            next = after;
        }
        Some((length, next))
    }

    fn duration_part(&self, at: usize) -> Option<(Length, usize)> {
        match self.word(at) {
            Some(Word::HalfA) => {
                let (unit, next) = self.duration_unit(at + 1)?;
                let half_year = (unit == Unit::Year).then_some(6);
                return Some((exact(half_year, Unit::Month), next));
            }
            // 几年, 数十天, 好几个月.
            Some(Word::Vague) => {
                let ten = self.number(at + 1).filter(|_| self.adjacent(at + 1));
                let (unit, next) = self.duration_unit(at + 1 + usize::from(ten.is_some()))?;
                let about = ten.filter(|ten| ten.value == 10).map(|_| (20, 100));
                return Some((
                    Length {
                        about,
                        ..exact(None, unit)
                    },
                    next,
                ));
            }
            _ => {}
        }
        let number = self.number(at)?;
        let more = matches!(self.word(at + 1), Some(Word::Vague)) && self.adjacent(at + 1);
        let unit_at = at + 1 + usize::from(more);
        let vague = more || matches!(self.word(unit_at), Some(Word::CountOver(_)));
        let (unit, mut next) = self.duration_unit(unit_at)?;
        let mut count = i32::try_from(number.value).ok().filter(|n| *n < 10_000 && !vague);
        let about = i32::try_from(number.value)
            .ok()
            .filter(|n| *n < 1_000 && vague)
            .map(|n| match n % 10 {
                0 => (n, n + 10),
                _ => (n, n + 1),
            });
        // 百年, 千百年.
        let round = number.script == Script::Additive && number.value >= 100 && !self.has_digit(at);
        if round {
            count = None;
        }
        let word = self.word(unit_at)?;
        let named = match word {
            Word::Unit(Unit::Year) => {
                let leading_zero = number.digits > 1 && number.value < 10;
                (number.digits >= 4 || leading_zero) && number.script != Script::Additive
            }
            Word::Unit(Unit::Month) => self.text[self.tokens[at].start] != '两',
            Word::Unit(Unit::Day) => self.text[self.tokens[unit_at].start] == '号' || number.value > 31,
            _ => false,
        };
        if named && !vague {
            return None;
        }
        let mut length = Length {
            count,
            about,
            unit,
            half: matches!(word, Word::CountAndHalf(_)),
            certain: vague
                || matches!(
                    word,
                    Word::Count(_) | Word::CountAndHalf(_) | Word::Unit(Unit::Week)
                ),
            name_like: false,
        };
        if let Word::Unit(Unit::Day) = word {
            let later = matches!(self.word(next), Some(Word::Back)) && number.value < 10;
            length.name_like = number.script == Script::Arabic && !later && !vague;
        }
        if let Word::Unit(Unit::Year) = word {
            let month_follows = self.joined(next)
                && self
                    .numbers(next)
                    .is_some_and(|(_, _, unit, _)| matches!(unit, Unit::Month | Unit::Quarter));
            if month_follows && number.digits >= 2 {
                return None;
            }
        }
        if self.adjacent(next) && matches!(self.word(next), Some(Word::HalfA)) {
            let years = (unit == Unit::Year).then_some(()).and(length.count);
            length = exact(years.map(|years| years * 12 + 6), Unit::Month);
            next += 1;
        }
        if self.adjacent(next) && matches!(self.word(next), Some(Word::Vague)) {
            let about = length.count.map(|n| (n, n + 1));
            length = Length {
                about,
                ..exact(None, unit)
            };
            next += 1;
        }
        Some((length, next))
    }

    /// Whether a number is more than 百 and 千.
    fn has_digit(&self, at: usize) -> bool {
        let token = self.tokens[at];
        self.text[token.start..token.end]
            .iter()
            .any(|c| !"十百千万亿".contains(*c))
    }

    fn duration_unit(&self, at: usize) -> Option<(Unit, usize)> {
        if !self.joined(at) {
            return None;
        }
        match self.word(at)? {
            Word::Unit(unit @ (Unit::Day | Unit::Week | Unit::Month)) => Some((unit, at + 1)),
            Word::Unit(Unit::Year) if self.length(at) == 1 => Some((Unit::Year, at + 1)),
            Word::Count(unit) | Word::CountOver(unit) | Word::CountAndHalf(unit) => Some((unit, at + 1)),
            _ => None,
        }
    }
}

fn exact(count: Option<i32>, unit: Unit) -> Length {
    Length {
        count,
        about: None,
        unit,
        half: false,
        certain: true,
        name_like: false,
    }
}
