//! From expressions to calendar dates, in text order.

use jiff::civil::Date;

use super::calendar::narrow;
use super::context::{Setting, Tense};
use super::expression::{Amount, Base, Expression, Point, Shape, Step};
use super::lexicon::Frame;
use super::period::{Period, Unit, add_days, days_between};
use super::when::When;
use super::{Options, Prefer, Register, Resolution};

/// What an expression was found to mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolved {
    pub when: When,
    pub resolution: Resolution,
    pub confidence: f64,
}

/// A date that later expressions may count from.
#[derive(Clone, Copy)]
struct Anchor {
    period: Period,
    sentence: usize,
    paragraph: usize,
    opens_sentence: bool,
}

/// Resolves the expressions of one text one after the other.
pub(super) struct Resolver<'o> {
    reference: Date,
    options: &'o Options,
    /// The last date of any precision, and the last day.
    last: Option<Anchor>,
    last_day: Option<Anchor>,
}

/// A day is taken to lie ahead, with nothing said, if it is at most so many days
/// away and the last one was [`HALF_A_YEAR`] ago.
const SHORTLY: i32 = 60;
/// With a weak cue a date this close lies ahead even if the last one is closer.
const SOON: i32 = 10;
const HALF_A_YEAR: i32 = 180;
const HALF_A_MONTH: i32 = 15;

/// How many sentences back 次日 looks for its day.
const NARRATIVE_REACH: usize = 3;

impl<'o> Resolver<'o> {
    pub fn new(reference: Date, options: &'o Options) -> Self {
        Self {
            reference,
            options,
            last: None,
            last_day: None,
        }
    }

    /// The date of an expression; `None` if it names no day that exists.
    pub fn resolve(&self, expression: &Expression, setting: Setting) -> Option<Resolved> {
        let mut resolved = match &expression.shape {
            Shape::Point(point) => self.point(point, setting)?,
            Shape::Range(from, to) => self.range(from, to, setting)?,
        };
        resolved.when.first()?;
        resolved.when.last()?;
        resolved.confidence = (resolved.confidence * expression.certainty * 1000.0).round() / 1000.0;
        Some(resolved)
    }

    /// Lets later expressions count from `when`.
    pub fn remember(&mut self, when: When, setting: Setting) {
        let period = match when {
            When::Period(period) => period,
            When::Range(_, to) => to,
        };
        if setting.quoted {
            return;
        }
        let anchor = Some(Anchor {
            period,
            sentence: setting.sentence,
            paragraph: setting.paragraph,
            opens_sentence: setting.opens_sentence,
        });
        self.last = anchor;
        if matches!(period, Period::Day(_)) {
            self.last_day = anchor;
        }
    }

    fn point(&self, point: &Point, setting: Setting) -> Option<Resolved> {
        let done = |when, resolution, confidence| Resolved {
            when,
            resolution,
            confidence,
        };
        let within = |when: When| narrow_all(when, &point.steps, self.reference);
        match point.base {
            Base::Fixed(period) => {
                let like_today = matches!(point.steps.last(), Some(Step::SameDay(_)));
                let resolution = if like_today {
                    Resolution::Publication
                } else {
                    Resolution::Absolute
                };
                Some(done(within(When::Period(period))?, resolution, 1.0))
            }
            Base::FixedRange(from, to) => {
                Some(done(within(When::Range(from, to))?, Resolution::Absolute, 1.0))
            }
            Base::Relative(unit, shift, Frame::Publication) => {
                let period = Period::containing(self.reference, unit)?.shift(i32::from(shift))?;
                Some(done(within(When::Period(period))?, Resolution::Publication, 0.97))
            }
            Base::Relative(unit, shift, frame) => {
                let (anchor, resolution, confidence) = self.narrative(unit, setting)?;
                if frame == Frame::Bygone
                    && Period::containing(anchor, unit) == Period::containing(self.reference, unit)
                    && self.options.register == Register::News
                {
                    return None;
                }
                let period = Period::containing(anchor, unit)?.shift(i32::from(shift))?;
                Some(done(within(When::Period(period))?, resolution, confidence))
            }
            Base::Stretch { from, to, unit } => {
                Some(done(self.stretch(from, to, unit)?, Resolution::Publication, 0.9))
            }
            Base::Rolling(amount) => Some(done(self.rolling(amount)?, Resolution::Publication, 0.9)),
            Base::Offset(amount) => {
                let (period, resolution, confidence) = self.offset(amount, setting)?;
                Some(done(within(When::Period(period))?, resolution, confidence))
            }
            Base::Open(unit) => self.open(unit, &point.steps, setting),
        }
    }

    /// The day that 当天, 同月 or 次年 count from.
    fn narrative(&self, unit: Unit, setting: Setting) -> Option<(Date, Resolution, f64)> {
        let last = if unit == Unit::Day {
            self.last_day
        } else {
            self.last
        };
        let near = |anchor: &Anchor| setting.sentence - anchor.sentence <= NARRATIVE_REACH;
        let fine = |anchor: &Anchor| size(anchor.period) <= unit;
        if let Some(anchor) = last.filter(|anchor| near(anchor) && fine(anchor)) {
            return Some((anchor.period.first()?, Resolution::Narrative, 0.85));
        }
        let guess = unit == Unit::Day || self.options.register == Register::Query;
        guess.then_some((self.reference, Resolution::Publication, 0.6))
    }

    /// 三天后, 两年前.
    fn offset(&self, amount: Amount, setting: Setting) -> Option<(Period, Resolution, f64)> {
        let told = self.last_day.filter(|anchor| {
            amount.count > 0
                && !setting.tense.is_future()
                && anchor.paragraph == setting.paragraph
                && setting.sentence - anchor.sentence <= 1
        });
        let (from, resolution, confidence) = match told {
            Some(anchor) => (anchor.period.first()?, Resolution::Narrative, 0.8),
            None => (self.reference, Resolution::Publication, 0.9),
        };
        // Years later than when, the text does not say.
        let untold = told.is_none() && amount.count > 0 && !setting.tense.is_future();
        if untold && amount.unit >= Unit::Year && self.options.register == Register::News {
            return None;
        }
        if told.is_some() && amount.unit == Unit::Week {
            let day = add_days(from, amount.count.checked_mul(7)?)?;
            return Some((Period::Day(day), resolution, confidence));
        }
        let from = match amount.half {
            true => add_days(from, HALF_A_MONTH * amount.count.signum())?,
            false => from,
        };
        let period = Period::containing(from, amount.unit)?.shift(amount.count)?;
        (amount.unit > Unit::Clock).then_some((period, resolution, confidence))
    }

    /// The units from `from` to `to`, counted from the present one.
    fn stretch(&self, from: i32, to: i32, unit: Unit) -> Option<When> {
        let now = Period::containing(self.reference, unit)?;
        let (from, to) = (now.shift(from.min(to))?, now.shift(from.max(to))?);
        Some(if from == to {
            When::Period(from)
        } else {
            When::Range(from, to)
        })
    }

    /// From so long ago to today, or from today until so long is over.
    fn rolling(&self, amount: Amount) -> Option<When> {
        let far = shift_day(self.reference, amount)?;
        let today = Period::Day(self.reference);
        Some(if amount.count > 0 {
            When::Range(today, Period::Day(add_days(far, -1)?))
        } else {
            When::Range(Period::Day(far), today)
        })
    }

    /// 16日, 周三, 4月, 春节: of which month, week or year?
    fn open(&self, unit: Unit, steps: &[Step], setting: Setting) -> Option<Resolved> {
        let past = self.nearest(unit, steps, false, self.options.prefer == Prefer::Past);
        let future = self.nearest(unit, steps, true, self.options.prefer == Prefer::Future);
        let resolved = |when, resolution, confidence| Resolved {
            when,
            resolution,
            confidence,
        };
        let as_past = |confidence| past.map(|when| resolved(when, Resolution::NearestPast, confidence));
        let as_future = |confidence| future.map(|when| resolved(when, Resolution::NearestFuture, confidence));
        match self.options.prefer {
            Prefer::Past => return as_past(0.9),
            Prefer::Future => return as_future(0.9),
            Prefer::Current => {
                let current = Period::containing(self.reference, unit)?;
                let when = narrow_all(When::Period(current), steps, self.reference)?;
                return Some(resolved(when, Resolution::Publication, 0.9));
            }
            Prefer::Context => {}
        }
        if let Some(when) = self.inherited(unit, steps, setting) {
            return Some(resolved(when, Resolution::Narrative, 0.85));
        }
        let (Some(last), Some(next)) = (past, future) else {
            return as_past(0.5).or(as_future(0.5));
        };
        let (since, until) = (self.distance(last), self.distance(next));
        let ahead = match setting.tense {
            Tense::Future => until <= HALF_A_YEAR || since > until,
            Tense::LikelyFuture => until <= since.max(SOON),
            // 19日 on the 17th is in two days, not four weeks ago.
            Tense::Unknown if unit == Unit::Month => until * 2 <= since,
            Tense::Unknown => {
                until <= SHORTLY && since >= HALF_A_YEAR && matches!(last, When::Period(Period::Day(_)))
            }
            Tense::Past => false,
        };
        if ahead {
            return as_future(if setting.tense == Tense::Unknown {
                0.7
            } else {
                0.92
            });
        }
        as_past(0.87)
    }

    /// The closest date before or after the reference that `steps` name in some
    /// `unit`; the reference day itself counts unless `strictly`.
    fn nearest(&self, unit: Unit, steps: &[Step], later: bool, strictly: bool) -> Option<When> {
        let now = Period::containing(self.reference, unit)?;
        let reach = if unit == Unit::Week { 2 } else { 9 };
        let sign = if later { 1 } else { -1 };
        // Chinese holidays lie in the Gregorian year after that of their name.
        (-1..=reach)
            .filter_map(|distance| {
                narrow_all(When::Period(now.shift(distance * sign)?), steps, self.reference)
            })
            .find(|when| {
                let (Some(first), Some(last)) = (when.first(), when.last()) else {
                    return false;
                };
                match (later, strictly) {
                    (true, true) => first > self.reference,
                    (true, false) => last >= self.reference,
                    (false, true) => last < self.reference,
                    (false, false) => self.begun(*when),
                }
            })
    }

    /// Days between the reference and the nearest day of a date.
    fn distance(&self, when: When) -> i32 {
        match (when.first(), when.last()) {
            (Some(first), _) if first > self.reference => days_between(self.reference, first),
            (_, Some(last)) if last < self.reference => days_between(last, self.reference),
            _ => 0,
        }
    }

    /// Whether all parts of a date have begun by the reference day.
    fn begun(&self, when: When) -> bool {
        let (When::Period(last) | When::Range(_, last)) = when;
        last.first().is_some_and(|first| first <= self.reference)
    }

    /// The date that a weekday and a day without year name together, as in
    /// 星期二（1月12日）: the closest one on which both agree.
    pub fn dated_weekday(&self, weekday: i8, expression: &Expression) -> Option<When> {
        let Shape::Point(Point {
            base: Base::Open(unit),
            steps,
        }) = &expression.shape
        else {
            return None;
        };
        let on_weekday = |when: &When| match when {
            When::Period(Period::Day(date)) => date.weekday().to_monday_one_offset() == weekday,
            _ => false,
        };
        [false, true]
            .into_iter()
            .filter_map(|later| self.nearest(*unit, steps, later, false))
            .filter(on_weekday)
            .min_by_key(|when| self.distance(*when))
    }

    /// In 2015年3月…，8月… the second month is of the same year, and so on.
    fn inherited(&self, unit: Unit, steps: &[Step], setting: Setting) -> Option<When> {
        let anchor = self.last.filter(|anchor| anchor.paragraph == setting.paragraph)?;
        let distance = setting.sentence - anchor.sentence;
        let scene = anchor.opens_sentence && setting.opens_sentence && distance == 1;
        let close = match unit {
            Unit::Year => distance == 0 || scene,
            Unit::Month => distance <= 1,
            _ => false,
        };
        let precise = size(anchor.period) < unit || size(anchor.period) == unit && anchor.opens_sentence;
        if !close || !precise {
            return None;
        }
        let begin = anchor.period.first()?;
        let container = Period::containing(begin, unit)?;
        let when = narrow_all(When::Period(container), steps, self.reference)?;
        let (first, onward) = (when.first()?, begin > self.reference || setting.tense.is_future());
        let ordered = first >= begin || when.last()? >= begin;
        (ordered && (self.begun(when) || onward)).then_some(when)
    }

    fn range(&self, from: &Point, to: &Point, setting: Setting) -> Option<Resolved> {
        let right_open = matches!(to.base, Base::Open(_));
        if let (Base::Open(unit), false) = (from.base, right_open) {
            let right = self.point(to, setting)?;
            let limit = right.when.last()?;
            let latest = Period::containing(limit, unit)?;
            let left = (0..=8)
                .filter_map(|back| {
                    narrow_all(When::Period(latest.shift(-back)?), &from.steps, self.reference)
                })
                .find(|when| when.first().is_some_and(|first| first <= limit))?;
            return join(left, right.when).map(|when| Resolved { when, ..right });
        }
        let left = self.point(from, setting)?;
        let right = match to.base {
            Base::Open(unit) => {
                let begin = left.when.first()?;
                let container = Period::containing(begin, unit)?;
                (0..=8)
                    .filter_map(|on| {
                        narrow_all(When::Period(container.shift(on)?), &to.steps, self.reference)
                    })
                    .find(|when| when.last().is_some_and(|last| last >= begin))?
            }
            _ => self.point(to, setting)?.when,
        };
        join(left.when, right).map(|when| Resolved { when, ..left })
    }
}

/// The same day so many units later or earlier.
fn shift_day(date: Date, amount: Amount) -> Option<Date> {
    let (years, months, days) = match amount.unit {
        Unit::Year => (amount.count, 0, 0),
        Unit::Quarter => (0, amount.count.checked_mul(3)?, 0),
        Unit::Month => (0, amount.count, 0),
        Unit::Week => (0, 0, amount.count.checked_mul(7)?),
        Unit::Day => (0, 0, amount.count),
        _ => return None,
    };
    let span = jiff::Span::new()
        .try_years(years)
        .ok()?
        .try_months(months)
        .ok()?
        .try_days(days)
        .ok()?;
    date.checked_add(span).ok()
}

/// From the beginning of the one to the end of the other.
fn join(left: When, right: When) -> Option<When> {
    let (When::Period(from) | When::Range(from, _)) = left;
    let (When::Period(to) | When::Range(_, to)) = right;
    (from.first()? <= to.first()?).then_some(When::Range(from, to))
}

fn narrow_all(when: When, steps: &[Step], reference: Date) -> Option<When> {
    steps.iter().try_fold(when, |when, &step| match when {
        When::Period(period) => narrow(period, step, reference),
        When::Range(..) => None,
    })
}

/// The size of a period, to tell whether it says enough.
fn size(period: Period) -> Unit {
    match period {
        Period::Day(_) | Period::Weekend(_) => Unit::Day,
        Period::Week(_) => Unit::Week,
        Period::Month(..) => Unit::Month,
        Period::Quarter(..) => Unit::Quarter,
        Period::Half(..) | Period::Season(..) => Unit::Half,
        Period::Year(_) => Unit::Year,
        Period::Decade(_) => Unit::Decade,
        Period::Century(_) => Unit::Century,
    }
}
