//! What a date can begin with.

use super::Register;
use super::amounts::Length;
use super::expression::{Amount, Base, Point, Step};
use super::lexicon::{Frame, Word};
use super::numerals::Script;
use super::numeric;
use super::parse::{Found, Parsed, Parser};
use super::period::{Modifier, Period, Unit, day, days_between};

/// Years that may stand without 公元: 1000年 to 2199年.
const YEARS: std::ops::RangeInclusive<u32> = 1000..=2199;

impl Parser<'_> {
    /// The date, or what is recognised as none, that begins at a token.
    pub fn base(&self, at: usize) -> Option<Found> {
        if let Some(number) = self.number(at) {
            if !self.free(at) {
                return None;
            }
            if number.script == Script::Arabic {
                if let Some(parsed) = self.figures(at) {
                    return Some(Found::Date(parsed));
                }
            }
            return self.numbered(at);
        }
        self.worded(at)
    }

    fn found(&self, point: Point, next: usize, certainty: f64) -> Option<Found> {
        Some(Found::Date(self.parsed(point, next, certainty)))
    }

    fn parsed(&self, point: Point, next: usize, certainty: f64) -> Parsed {
        Parsed {
            point,
            next,
            end: self.tokens[next - 1].end,
            modifier: None,
            time: None,
            certainty,
        }
    }

    fn figures(&self, at: usize) -> Option<Parsed> {
        let figures = numeric::read(self.text, self.tokens[at].start, self.options.register)?;
        // 2018年 is for the parser of words.
        if figures.end == self.tokens[at].end
            && matches!(self.word(at + 1), Some(Word::Unit(_)))
            && self.joined(at + 1)
        {
            return None;
        }
        let next = at
            + self.tokens[at..]
                .iter()
                .take_while(|token| token.start < figures.end)
                .count();
        Some(Parsed {
            point: figures.point,
            next,
            end: figures.end,
            modifier: None,
            time: figures.time,
            certainty: figures.certainty,
        })
    }

    /// A number, and perhaps another (`12-19日`, `2至4月`), before a unit, with
    /// the unit and the index of the token after it.
    pub fn numbers(&self, at: usize) -> Option<(u32, Option<u32>, Unit, usize)> {
        let low = self.number(at)?;
        if let (true, Some(Word::Unit(unit))) = (self.joined(at + 1), self.word(at + 1)) {
            return Some((low.value, None, unit, at + 2));
        }
        let listed = self.number(at + 1).is_some() && self.text[self.tokens[at].end] == '、';
        let other = match self.word(at + 1) {
            Some(Word::To) if self.joined(at + 1) && self.joined(at + 2) => at + 2,
            _ if listed && self.tokens[at + 1].start == self.tokens[at].end + 1 => at + 1,
            _ => return None,
        };
        let high = self.number(other)?;
        let Some(Word::Unit(unit)) = self.word(other + 1).filter(|_| self.joined(other + 1)) else {
            return None;
        };
        let consecutive = low.value.checked_add(1) == Some(high.value);
        (low.value < high.value && (!listed || consecutive)).then_some((
            low.value,
            Some(high.value),
            unit,
            other + 2,
        ))
    }

    fn numbered(&self, at: usize) -> Option<Found> {
        if let Some(found) = self.offset(at) {
            return Some(found);
        }
        if let Some(Word::EnglishMonth(month)) = self.word(at + 1).filter(|_| self.joined(at + 1)) {
            return self.english_day_first(at, month);
        }
        let query = self.options.register == Register::Query;
        if let Some(found) = self.year_edge(at).or_else(|| self.in_open_year(at)) {
            return Some(found);
        }
        let Some((low, high, unit, next)) = self.numbers(at) else {
            return self.taiwan_stamp(at).or_else(|| self.bare_year(at));
        };
        let number = self.number(at)?;
        match unit {
            Unit::Year => self.year(at, low, high, next),
            Unit::Day => {
                if !query && !self.bare_day(at, next) {
                    return Some(Found::Skip(next));
                }
                let step = days(low, high)?;
                self.found(Point::new(Base::Open(Unit::Month)).then(step), next, 0.85)
            }
            Unit::Century => {
                let century = i16::try_from(low.checked_sub(1)?).ok().filter(|c| *c < 30)?;
                let decade = self.joined(next)
                    && self
                        .numbers(next)
                        .is_some_and(|(_, _, unit, _)| unit == Unit::Decade);
                // In the news a century is too long to be a date.
                if !query && !decade {
                    return Some(Found::Skip(next));
                }
                self.found(Point::new(Base::Fixed(Period::Century(century))), next, 0.95)
            }
            Unit::Decade if number.digits == 4 => {
                let year = i16::try_from(low).ok().filter(|year| year % 10 == 0)?;
                self.found(Point::new(Base::Fixed(Period::Decade(year / 10))), next, 0.95)
            }
            Unit::Decade => {
                // 90年代 without a century is the twentieth, 20年代 of the present one.
                let tens = low.checked_div(10).filter(|tens| low % 10 == 0 && *tens < 10)? as i16;
                let decade = if tens < 3 { 200 + tens } else { 190 + tens };
                let last = high.map(|high| Period::Decade(190 + (high / 10) as i16));
                let base = last.map_or(Base::Fixed(Period::Decade(decade)), |last| {
                    Base::FixedRange(Period::Decade(decade), last)
                });
                self.found(Point::new(base), next, 0.8)
            }
            _ => None,
        }
    }

    /// 8月, 4月初, 三季度: of a year that the reader must know.
    fn in_open_year(&self, at: usize) -> Option<Found> {
        let (step, modifier, next) = self.in_year(at)?;
        let after = self.after(next);
        // 十月革命, 五月花, 五月天; 一月一次.
        let spelled = self.number(at).is_some_and(|n| n.script != Script::Arabic);
        let monthly = self.number(at).is_some_and(|n| n.value == 1) && after == Some('一');
        if spelled
            && matches!(step, Some(Step::Month(_)))
            && (monthly || after.is_some_and(|c| "革花天河".contains(c)))
        {
            return Some(Found::Skip(next));
        }
        // 三季 is a season of television.
        let quarter = matches!(step, Some(Step::Quarter(_) | Step::Quarters(..)));
        if quarter && modifier.is_none() && self.length(next - 1) == 1 {
            return None;
        }
        let mut parsed = self.parsed(Point::new(Base::Open(Unit::Year)).then(step?), next, 0.9);
        parsed.modifier = modifier;
        Some(Found::Date(parsed))
    }

    /// 2023年初, 98年底.
    fn year_edge(&self, at: usize) -> Option<Found> {
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

    /// 农历八月十五, 阴历二〇二一年六月, 腊月, 闰四月.
    fn lunar(&self, at: usize, marked: bool) -> Option<Found> {
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

    /// 2022年, 98年4月, 109年11月, 1995-1997年.
    fn year(&self, at: usize, low: u32, high: Option<u32>, next: usize) -> Option<Found> {
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

    /// `1100119`: the stamp that the Central News Agency puts under its reports.
    fn taiwan_stamp(&self, at: usize) -> Option<Found> {
        let number = self
            .number(at)
            .filter(|n| n.script == Script::Arabic && n.digits == 7)?;
        let (year, rest) = (number.value / 10_000, number.value % 10_000);
        let date = day((year + 1911) as i16, (rest / 100) as i8, (rest % 100) as i8)?;
        let near = days_between(date, self.reference).abs() <= 30;
        near.then(|| self.found(Point::new(Base::Fixed(Period::Day(date))), at + 1, 0.9))?
    }

    /// A year without 年 in running text: 2020美国大选, 预估2021成长近60%.
    fn bare_year(&self, at: usize) -> Option<Found> {
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
            .is_some_and(|c| !(c.is_whitespace() || "(“《[【,。".contains(c)) && !YEAR_LEADS.contains(c));
        if !follows || named {
            return None;
        }
        self.found(Point::new(Base::Fixed(Period::Year(year as i16))), at + 1, 0.5)
    }

    /// 2021和2022年, 2018、2019年.
    fn year_follows(&self, at: usize) -> bool {
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

    /// Whether `N日` without a month is a day of the month and not a length of time.
    fn bare_day(&self, at: usize, next: usize) -> bool {
        let Some(number) = self.number(at) else {
            return false;
        };
        let after = self.after(next);
        let number_sign = self.text[self.tokens[next - 1].start] == '号';
        if number_sign {
            let before = self.before(at);
            let lead = before
                .is_none_or(|c| !c.is_alphanumeric() && !"“《〈".contains(c) || "在于从到至是本".contains(c));
            return lead && !after.is_some_and(|c| NUMBER_SIGN_STOP.contains(c));
        }
        if after.is_some_and(|c| "内游间龄均元圆线".contains(c)) {
            return false;
        }
        if number.script != Script::Arabic {
            let long = number.value >= 10 || number.digits > 1;
            let dateline = self.after(next).is_some_and(|c| "电讯".contains(c));
            let hour = matches!(self.word(next), Some(Word::Part(_))) && self.adjacent(next);
            let clause = number.value > 1
                && self.before(at).is_none_or(|c| !c.is_alphanumeric())
                && after.is_some_and(|c| !c.is_alphanumeric());
            return (long || dateline || hour || clause) && !after.is_some_and(|c| "前后".contains(c));
        }
        // 连续10日, 第5日.
        !self.before(at).is_some_and(|c| "续第满共近每达逾".contains(c))
    }

    /// A length of time: with a direction it is a date (三天后), else none.
    fn offset(&self, at: usize) -> Option<Found> {
        let (length, next) = self.duration(at)?;
        let query = self.options.register == Register::Query;
        let unit = length.unit;
        let sign = match self.word(next).filter(|_| self.joined(next)) {
            Some(Word::Front | Word::Bound(Modifier::Before)) => -1,
            Some(Word::Back | Word::Bound(Modifier::After)) => 1,
            Some(Word::EverSince) if query => return self.ever_since(&length, next + 1),
            Some(Word::Within) if query && length.count.is_some() && unit > Unit::Day => {
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
            (Some(count), _) if self.options.offset_spans => Base::Stretch {
                from: sign,
                to: count * sign,
                unit,
            },
            (Some(count), _) => Base::Offset(Amount {
                count: count * sign,
                unit,
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
    fn ever_since(&self, length: &Length, next: usize) -> Option<Found> {
        let count = length.count.or(length.about.map(|(least, _)| least))?;
        let amount = Amount {
            count: -count,
            unit: length.unit,
        };
        let mut parsed = self.parsed(Point::new(Base::Offset(amount)), next, 0.6);
        parsed.modifier = Some(Modifier::OnOrAfter);
        Some(Found::Date(parsed))
    }

    /// Whether the word before belongs to the same phrase: 投票三天后.
    fn continues_a_phrase(&self, at: usize) -> bool {
        self.before(at).is_some_and(|c| {
            c.is_alphabetic() && !"在于是从到至自约早已就说称的将而且但又他她它们我你".contains(c)
        })
    }

    /// 过去三天, 前两天, 未来5年: a stretch up to or from now.
    fn span(&self, at: usize, sign: i32) -> Option<Found> {
        let (length, next) = self.duration(at + 1).filter(|_| self.joined(at + 1))?;
        let count = length
            .count
            .filter(|count| *count > 0 && length.unit > Unit::Clock);
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

    fn worded(&self, at: usize) -> Option<Found> {
        let open = |unit| Point::new(Base::Open(unit));
        let this = |unit| Point::new(Base::Relative(unit, 0, Frame::Publication));
        let query = self.options.register == Register::Query;
        match self.word(at)? {
            Word::Relative(unit, shift, frame) => {
                self.found(Point::new(Base::Relative(unit, shift, frame)), at + 1, 0.95)
            }
            Word::DayWithPart(shift, frame, part) => {
                let point = Point::new(Base::Relative(Unit::Day, shift, frame));
                let mut parsed = self.parsed(point, at + 1, 0.95);
                parsed.time = Some(super::expression::TimeOfDay::Part(part));
                Some(Found::Date(parsed))
            }
            Word::YearSeason(shift, season) => {
                let year = Point::new(Base::Relative(Unit::Year, shift, Frame::Publication));
                self.found(year.then(Step::Season(season)), at + 1, 0.85)
            }
            Word::Weekday(weekday) => self.weekday(at, weekday),
            Word::Weekend => self.found(open(Unit::Week).then(Step::Weekend), at + 1, 0.8),
            Word::HalfOf(unit, half) => self.found(this(unit).then(Step::Half(unit, half)), at + 1, 0.85),
            Word::Season(season) if query => {
                self.found(this(Unit::Year).then(Step::Season(season)), at + 1, 0.5)
            }
            Word::Edge(Some(unit), modifier) => {
                // 三年中, 第三季度末.
                if self.adjacent(at)
                    && at
                        .checked_sub(1)
                        .is_some_and(|before| self.number(before).is_some())
                {
                    return None;
                }
                // 年中人口, 月中旬.
                let goes_on = self
                    .after(at + 1)
                    .is_some_and(|c| c.is_alphabetic() && !"前后将的会起时以至到".contains(c));
                if modifier == Modifier::Mid && goes_on {
                    return None;
                }
                let mut parsed = self.parsed(this(unit), at + 1, 0.8);
                parsed.modifier = Some(modifier);
                Some(Found::Date(parsed))
            }
            Word::WeakHoliday(rule) if query => {
                self.found(open(Unit::Year).then(Step::Holiday(rule, 1)), at + 1, 0.6)
            }
            Word::Holiday(rule, days, days_off) => {
                let (days, next) = self.festive(at + 1, days, days_off);
                self.found(open(Unit::Year).then(Step::Holiday(rule, days)), next, 0.8)
            }
            Word::Lunar => self.lunar(at + 1, true),
            Word::Leap | Word::LunarMonth(_) => self.lunar(at, false),
            Word::NamedMonth(_) | Word::QuarterCode(_) => self.in_open_year(at),
            Word::Era(before_first) => self.era(at + 1, before_first),
            Word::BeforeChrist => {
                let (value, None, unit, next) = self.numbers(at + 1).filter(|_| self.joined(at + 1))? else {
                    return None;
                };
                let year = i16::try_from(value).ok().filter(|year| *year > 0)?;
                let period = match unit {
                    Unit::Year => Period::Year(1 - year),
                    Unit::Century if query => Period::Century(-year),
                    Unit::Century => return Some(Found::Skip(next)),
                    _ => return None,
                };
                period
                    .is_representable()
                    .then(|| self.found(Point::new(Base::Fixed(period)), next, 0.95))?
            }
            Word::Ordinal => self.ordinal(at),
            Word::First => match self.word(at + 1).filter(|_| self.adjacent(at + 1))? {
                Word::Unit(Unit::Quarter) => self.found(open(Unit::Year).then(Step::Quarter(1)), at + 2, 0.8),
                _ => None,
            },
            Word::Front | Word::Over(-1) | Word::Past | Word::Bound(Modifier::Before) => {
                self.first_of_year(at).or_else(|| self.span(at, -1))
            }
            Word::Back | Word::Over(_) | Word::Coming => self.span(at, 1),
            Word::HalfA => self.offset(at),
            Word::Vague => self.offset(at),
            Word::Each => Some(Found::Skip(self.frequency(at))),
            Word::EnglishWeekday => self.english_weekday(at),
            Word::EnglishMonth(month) => self.english_month_first(at, month),
            _ => None,
        }
    }

    /// 周三, 周三周四, 周一至周五.
    fn weekday(&self, at: usize, weekday: u8) -> Option<Found> {
        let open = Point::new(Base::Open(Unit::Week));
        if let (Some(Word::To), Some(Word::Weekday(last))) = (self.word(at + 1), self.word(at + 2)) {
            if self.joined(at + 1) && self.joined(at + 2) && last > weekday {
                return self.found(open.then(Step::Weekdays(weekday, last)), at + 3, 0.8);
            }
        }
        self.found(open.then(Step::Weekday(weekday)), at + 1, 0.85)
    }

    /// 前三季度, 前11个月: of this year.
    fn first_of_year(&self, at: usize) -> Option<Found> {
        if !matches!(self.word(at)?, Word::Front) || !self.joined(at + 1) {
            return None;
        }
        let count = self.number(at + 1)?;
        let unit = match self.word(at + 2).filter(|_| self.joined(at + 2))? {
            Word::Unit(Unit::Quarter) | Word::Count(Unit::Quarter) => Unit::Quarter,
            Word::Count(Unit::Month) if self.options.register == Register::News => Unit::Month,
            _ => return None,
        };
        let most = if unit == Unit::Quarter { 4 } else { 12 };
        let count = count.within(2..=most)? as u8;
        let year = Point::new(Base::Relative(Unit::Year, 0, Frame::Publication));
        self.found(year.then(Step::First(count, unit)), at + 3, 0.75)
    }

    /// 第三季度; 第三天 and the like are no dates in the news.
    fn ordinal(&self, at: usize) -> Option<Found> {
        let number = self.number(at + 1).filter(|_| self.adjacent(at + 1))?;
        let unit = self.word(at + 2).filter(|_| self.joined(at + 2))?;
        if let (Word::Edge(Some(Unit::Quarter), modifier), Some(quarter)) = (unit, number.within(1..=4)) {
            let year = Point::new(Base::Open(Unit::Year));
            let mut parsed = self.parsed(year.then(Step::Quarter(quarter as u8)), at + 3, 0.8);
            parsed.modifier = Some(modifier);
            return Some(Found::Date(parsed));
        }
        if let (Word::Unit(Unit::Quarter), 2, Some(quarter)) =
            (unit, self.length(at + 2), number.within(1..=4))
        {
            let year = Point::new(Base::Open(Unit::Year));
            return self.found(year.then(Step::Quarter(quarter as u8)), at + 3, 0.8);
        }
        let unit = match unit {
            Word::Unit(Unit::Year) => Unit::Year,
            Word::Count(Unit::Day) => Unit::Day,
            Word::Unit(_) | Word::Count(_) => return Some(Found::Skip(at + 3)),
            _ => return None,
        };
        let relative = match self.options.register {
            Register::News => None,
            // 第三天 counts today, 第七年 does not count this year.
            Register::Query => number.within(1..=100).map(|n| {
                if unit == Unit::Day {
                    n as i8 - 1
                } else {
                    n as i8 - 1
                }
            }),
        };
        match relative {
            Some(shift) => self.found(
                Point::new(Base::Relative(unit, shift, Frame::Narrative)),
                at + 3,
                0.5,
            ),
            None => Some(Found::Skip(at + 3)),
        }
    }

    /// 民国109年, 昭和元年, 公元618年.
    fn era(&self, at: usize, before_first: i16) -> Option<Found> {
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

    /// The index after 每周三, 每年9月, 每隔两天, 每月15日.
    fn frequency(&self, at: usize) -> usize {
        let mut next = at + 1;
        let part = |word| {
            matches!(
                word,
                Word::Unit(_)
                    | Word::Count(_)
                    | Word::HalfA
                    | Word::Vague
                    | Word::Weekday(_)
                    | Word::Weekend
                    | Word::Of
                    | Word::Edge(..)
                    | Word::Third(_)
                    | Word::Season(_)
                    | Word::HalfOf(..)
                    | Word::Holiday(..)
                    | Word::Festive
                    | Word::Part(_)
                    | Word::To
                    | Word::Ordinal
                    | Word::Lunar
                    | Word::LunarMonth(_)
            )
        };
        while next < at + 12 && self.joined(next) {
            let belongs = self.number(next).is_some() || self.word(next).is_some_and(part);
            if !belongs {
                break;
            }
            next += 1;
        }
        next
    }

    /// The length of a holiday, more when 假期 or 期间 follows.
    pub fn festive(&self, at: usize, days: u8, days_off: u8) -> (u8, usize) {
        match self.word(at) {
            Some(Word::Festive) if self.adjacent(at) => (days_off, at + 1),
            _ => (days, at),
        }
    }

    /// 3.15 style names are holidays, but so is 15 October 2020 a date.
    fn english_day_first(&self, at: usize, month: i8) -> Option<Found> {
        let in_month = self.number(at)?.within(1..=31)? as i8;
        let year = self
            .number(at + 2)
            .filter(|n| self.joined(at + 2) && n.digits == 4)?;
        let date = day(i16::try_from(year.value).ok()?, month, in_month)?;
        self.english(Period::Day(date), at + 3)
    }

    /// October 15, 2020; Oct 2020.
    fn english_month_first(&self, at: usize, month: i8) -> Option<Found> {
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

    fn english_weekday(&self, at: usize) -> Option<Found> {
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
    fn spaced(&self, at: usize) -> bool {
        let (Some(token), Some(before)) = (self.tokens.get(at), at.checked_sub(1)) else {
            return false;
        };
        let gap = &self.text[self.tokens[before].end..token.start];
        gap.len() <= 2 && gap.iter().all(|&c| c.is_whitespace() || c == '.')
    }

    fn english(&self, period: Period, next: usize) -> Option<Found> {
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

/// Characters that make a preceding 2020 an amount.
const MEASURES: &str = "年万亿千百元名人个件家只股点米里吨台次例余多位部所座项辆架艘公平亩度克升瓦岁户幢套张条吋英寸分秒时天周月号届版款系型集字词页章楼室房级倍层种宗起枚颗粒头匹场班列节口";
/// What may stand in front of a year without 年.
const YEAR_LEADS: &str = "估在于到至从自年由计望迎启对";
/// What follows 3号 when it is the number of a thing.
const NUMBER_SIGN_STOP: &str =
    "线楼馆院文机位室店门车人桥坑井厅令公码球路仓展种首选台站区厂库舰艇墙病候药航飞电手星箭火探发船字";

/// A month, or from one to another.
pub(super) fn months(low: u32, high: Option<u32>) -> Option<Step> {
    let range = 1..=12;
    let low = range.contains(&low).then_some(low as u8)?;
    Some(match high {
        Some(high) => Step::Months(low, range.contains(&high).then_some(high as u8)?),
        None => Step::Month(low),
    })
}

/// A day of the month, or from one to another.
pub(super) fn days(low: u32, high: Option<u32>) -> Option<Step> {
    let range = 1..=31;
    let low = range.contains(&low).then_some(low as u8)?;
    Some(match high {
        Some(high) => Step::Days(low, range.contains(&high).then_some(high as u8)?),
        None => Step::Day(low),
    })
}

/// A quarter, or from one to another.
pub(super) fn quarters(low: u32, high: Option<u32>) -> Option<Step> {
    let range = 1..=4;
    let low = range.contains(&low).then_some(low as u8)?;
    Some(match high {
        Some(high) => Step::Quarters(low, range.contains(&high).then_some(high as u8)?),
        None => Step::Quarter(low),
    })
}
