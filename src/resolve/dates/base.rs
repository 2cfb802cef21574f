//! What a date can begin with.

use super::Register;
use super::expression::{Base, Point, Step};
use super::lexicon::{Frame, Word};
use super::numerals::Script;
use super::numeric;
use super::parse::{Found, Parsed, Parser};
use super::period::{Period, Unit};
use super::when::Modifier;

impl Parser<'_> {
    /// The date, or what is recognised as none, that begins at a token.
    pub fn base(&self, at: usize) -> Option<Found> {
        if let Some(number) = self.number(at) {
            if !self.free(at) {
                return None;
            }
            if number.script == Script::Arabic
                && let Some(parsed) = self.figures(at)
            {
                return Some(Found::Date(parsed));
            }
            return self.numbered(at);
        }
        self.worded(at)
    }

    /// A date read up to the token before `next`.
    pub fn found(&self, point: Point, next: usize, certainty: f64) -> Option<Found> {
        Some(Found::Date(self.parsed(point, next, certainty)))
    }

    /// A date read up to the token before `next`.
    pub fn parsed(&self, point: Point, next: usize, certainty: f64) -> Parsed {
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
                self.found(Point::new(Base::Fixed(Period::Century(century))), next, 0.95)
            }
            Unit::Decade if number.digits == 4 => {
                let year = i16::try_from(low).ok().filter(|year| year % 10 == 0)?;
                self.found(Point::new(Base::Fixed(Period::Decade(year / 10))), next, 0.95)
            }
            Unit::Decade => {
                // 90年代 without a century is the twentieth, 20年代 of the present one.
                let (first, last) = self.decades(at)?;
                let century = if first < 3 { 200 } else { 190 };
                let decade = |tens: u8| Period::Decade(century + i16::from(tens));
                let base = match last {
                    Some(last) => Base::FixedRange(decade(first), decade(last)),
                    None => Base::Fixed(decade(first)),
                };
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
            Word::HalfOf(Unit::Year, half) => {
                self.found(open(Unit::Year).then(Step::Half(Unit::Year, half)), at + 1, 0.85)
            }
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
                    Unit::Century => Period::Century(-year),
                    _ => return None,
                };
                period
                    .is_representable()
                    .then(|| self.found(Point::new(Base::Fixed(period)), next, 0.95))?
            }
            Word::Ordinal => self.ordinal(at),
            Word::First => match self.word(at + 1).filter(|_| self.adjacent(at + 1)) {
                Some(Word::Unit(Unit::Quarter)) => {
                    self.found(open(Unit::Year).then(Step::Quarter(1)), at + 2, 0.8)
                }
                _ => self.first_of_year(at),
            },
            Word::Bracketed(shift) => self.bracketed_day(at, shift),
            Word::Front | Word::Over(-1) | Word::Past | Word::Bound(Modifier::Before) => {
                self.first_of_year(at).or_else(|| self.span(at, -1))
            }
            Word::Back | Word::Over(_) | Word::Coming => self.span(at, 1),
            Word::HalfA | Word::Vague => self.offset(at),
            Word::Each => Some(Found::Skip(self.frequency(at))),
            Word::EnglishWeekday => self.english_weekday(at),
            Word::EnglishMonth(month) => self.english_month_first(at, month),
            _ => None,
        }
    }

    /// 周三, 周三周四, 周一至周五.
    fn weekday(&self, at: usize, weekday: u8) -> Option<Found> {
        let open = Point::new(Base::Open(Unit::Week));
        if let Some(last) = self.last_weekday(weekday, at + 1) {
            return self.found(open.then(Step::Weekdays(weekday, last)), at + 3, 0.8);
        }
        self.found(open.then(Step::Weekday(weekday)), at + 1, 0.85)
    }

    /// 今(17)日, 昨（16）天.
    fn bracketed_day(&self, at: usize, shift: i8) -> Option<Found> {
        self.number(at + 1)
            .filter(|n| self.adjacent(at + 1) && (1..=31).contains(&n.value))?;
        let unit = self.tokens.get(at + 2)?;
        let closed =
            self.text.get(self.tokens[at + 1].end) == Some(&')') && unit.start == self.tokens[at + 1].end + 1;
        let day = matches!(unit.word()?, Word::Unit(Unit::Day) | Word::Count(Unit::Day));
        let point = Point::new(Base::Relative(Unit::Day, shift, Frame::Publication));
        (closed && day).then(|| self.found(point, at + 3, 0.95))?
    }

    /// 前三季度, 前11个月, 首两个月.
    fn first_of_year(&self, at: usize) -> Option<Found> {
        if !matches!(self.word(at)?, Word::Front | Word::First) || !self.joined(at + 1) {
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
        let year = Point::new(Base::Open(Unit::Year));
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
            // The first is the present one.
            Register::Query => number.within(1..=100).map(|n| n as i8 - 1),
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
}

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
