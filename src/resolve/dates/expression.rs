//! What the parser finds: dates as they are said, before they are resolved.

use jiff::civil::Date;

use super::holidays::Rule;
use super::lexicon::{DayPart, Frame};
use super::period::{Period, Season, Unit};
use super::when::Modifier;

/// A date in the text.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// Index of the first token.
    pub token: usize,
    /// Index of the token after it.
    pub next: usize,
    pub shape: Shape,
    pub modifier: Option<Modifier>,
    pub time: Option<TimeOfDay>,
    /// 以来 or 至今 follows, whatever the tense of the sentence.
    pub lies_in_the_past: bool,
    /// How far to trust the form itself; bare numbers are less sure than 2024年.
    pub certainty: f64,
}

/// One date, or from one to another.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    Point(Point),
    Range(Point, Point),
}

/// Where to begin, and how to narrow it down: 去年11月 is the year before
/// publication, then its eleventh month.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub base: Base,
    pub steps: Vec<Step>,
}

impl Point {
    pub fn new(base: Base) -> Self {
        Self {
            base,
            steps: Vec::new(),
        }
    }

    pub fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// The size of the period that the point stands for, as far as that decides
    /// what may follow.
    pub fn unit(&self) -> Unit {
        self.steps.last().map_or(self.base.unit(), |step| step.unit())
    }
}

/// The period that an expression begins with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Base {
    Fixed(Period),
    /// From the first to the second, both of the same unit.
    FixedRange(Period, Period),
    Relative(Unit, i8, Frame),
    /// Not said: 16日 is in some month, 周三 in some week.
    Open(Unit),
    /// So long before or after: 三天后.
    Offset(Amount),
    /// Whole units counted from the present one: the three weeks to come.
    Stretch {
        from: i32,
        to: i32,
        unit: Unit,
    },
    /// From today back or on: 过去三个月.
    Rolling(Amount),
}

/// A length of time with its direction; positive is later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amount {
    pub count: i32,
    pub unit: Unit,
    /// Half a month more: 两个半月. Of years, the half is told in months.
    pub half: bool,
}

/// One step of narrowing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Month(u8),
    Months(u8, u8),
    Day(u8),
    Days(u8, u8),
    Weekday(u8),
    Weekdays(u8, u8),
    Weekend,
    Quarter(u8),
    Quarters(u8, u8),
    Half(Unit, u8),
    Season(Season),
    /// Tens of the year within its century.
    Decade(u8),
    Decades(u8, u8),
    /// The `n`th unit of the period; negative from its end.
    Nth(i8, Unit),
    /// The `n`th weekday of the month; negative from its end.
    NthWeekday(i8, u8),
    First(u8, Unit),
    Last(u8, Unit),
    Holiday(Rule, u8),
    LunarMonth {
        month: u8,
        leap: bool,
    },
    LunarDay {
        month: u8,
        leap: bool,
        day: u8,
    },
    /// The day of the year that is so many days from publication: 的今天.
    SameDay(i8),
}

impl Base {
    fn unit(self) -> Unit {
        match self {
            Self::Fixed(period) | Self::FixedRange(period, _) => match period {
                Period::Day(_) | Period::Weekend(_) => Unit::Day,
                Period::Week(_) => Unit::Week,
                Period::Month(..) => Unit::Month,
                Period::Quarter(..) => Unit::Quarter,
                Period::Half(..) | Period::Season(..) => Unit::Half,
                Period::Year(_) => Unit::Year,
                Period::Decade(_) => Unit::Decade,
                Period::Century(_) => Unit::Century,
            },
            Self::Relative(unit, ..) | Self::Open(unit) => unit,
            Self::Stretch { unit, .. } => unit,
            Self::Offset(amount) | Self::Rolling(amount) => amount.unit,
        }
    }
}

impl Step {
    fn unit(self) -> Unit {
        match self {
            Self::Month(_) | Self::Months(..) | Self::LunarMonth { .. } => Unit::Month,
            Self::Quarter(_) | Self::Quarters(..) => Unit::Quarter,
            Self::Half(..) | Self::Season(_) => Unit::Half,
            Self::Decade(_) | Self::Decades(..) => Unit::Decade,
            Self::Nth(_, unit) | Self::First(_, unit) | Self::Last(_, unit) => unit,
            Self::Day(_)
            | Self::Days(..)
            | Self::Weekday(_)
            | Self::Weekdays(..)
            | Self::Weekend
            | Self::NthWeekday(..)
            | Self::Holiday(..)
            | Self::LunarDay { .. }
            | Self::SameDay(_) => Unit::Day,
        }
    }
}

/// The time of day that belongs to a date's span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeOfDay {
    Part(DayPart),
    Clock(u8, u8),
}

impl TimeOfDay {
    /// What TIMEX3 appends to the date.
    pub fn timex(self) -> String {
        match self {
            Self::Part(part) => part.code().to_owned(),
            Self::Clock(hour, minute) => format!("T{hour:02}:{minute:02}"),
        }
    }
}

/// A day that a numeric form such as `2019-05-27` names.
pub(super) fn fixed_day(date: Date) -> Point {
    Point::new(Base::Fixed(Period::Day(date)))
}
