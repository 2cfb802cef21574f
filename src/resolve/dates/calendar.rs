//! One step of narrowing a period of the calendar down.

use jiff::civil::{Date, ISOWeekDate, Weekday};

use super::expression::Step;
use super::holidays;
use super::lunar;
use super::period::{Period, Unit, add_days, day};
use super::when::When;

/// The part of `period` that `step` names, if it has such a part.
pub(super) fn narrow(period: Period, step: Step, reference: Date) -> Option<When> {
    let one = |part: Period| Some(When::Period(part));
    let range = |from: Period, to: Period| {
        Some(if from == to {
            When::Period(from)
        } else {
            When::Range(from, to)
        })
    };
    match (step, period) {
        (Step::Month(month), Period::Year(year)) => one(Period::Month(year, month as i8)),
        (Step::Months(from, to), Period::Year(year)) => {
            range(Period::Month(year, from as i8), Period::Month(year, to as i8))
        }
        (Step::Quarter(quarter), Period::Year(year)) => one(Period::Quarter(year, quarter as i8)),
        (Step::Quarters(from, to), Period::Year(year)) => {
            range(Period::Quarter(year, from as i8), Period::Quarter(year, to as i8))
        }
        (Step::Season(season), Period::Year(year)) => one(Period::Season(year, season)),
        (Step::Half(..), _) => half(period, step),
        (Step::Day(of_month), Period::Month(year, month)) => {
            one(Period::Day(day(year, month, of_month as i8)?))
        }
        (Step::Days(from, to), Period::Month(year, month)) => range(
            Period::Day(day(year, month, from as i8)?),
            Period::Day(day(year, month, to as i8)?),
        ),
        (Step::Weekday(weekday), Period::Week(monday)) => one(weekday_of(monday, weekday)?),
        (Step::Weekdays(from, to), Period::Week(monday)) => {
            range(weekday_of(monday, from)?, weekday_of(monday, to)?)
        }
        (Step::Weekend, Period::Week(monday)) => one(Period::Weekend(add_days(monday, 5)?)),
        (Step::Decade(tens), Period::Century(century)) => one(decade(century, tens)?),
        (Step::Decades(from, to), Period::Century(century)) => {
            range(decade(century, from)?, decade(century, to)?)
        }
        (Step::Nth(n, unit), _) => one(nth(period, n, unit)?),
        (Step::NthWeekday(n, weekday), Period::Month(year, month)) => {
            one(Period::Day(holidays::nth_weekday(year, month, n, weekday as i8)?))
        }
        (Step::First(count, unit), _) => {
            let first = Period::containing(period.first()?, unit)?;
            range(first, first.shift(i32::from(count).checked_sub(1)?)?)
        }
        (Step::Last(count, unit), _) => {
            let last = nth(period, -1, unit)?;
            range(last.shift(1 - i32::from(count))?, last)
        }
        (Step::Holiday(rule, days), Period::Year(year)) => holidays::when(rule, days, year),
        (Step::LunarMonth { month, leap }, Period::Year(year)) => {
            let (first, days) = lunar::month_span(year, month, leap)?;
            range(
                Period::Day(first),
                Period::Day(add_days(first, i32::from(days) - 1)?),
            )
        }
        (Step::LunarDay { month, leap, day }, Period::Year(year)) => {
            one(Period::Day(lunar::date(year, month, leap, day)?))
        }
        (Step::SameDay(shift), Period::Year(year)) => {
            let like = add_days(reference, i32::from(shift))?;
            let last = Period::Month(year, like.month()).last()?;
            one(Period::Day(day(year, like.month(), like.day().min(last.day()))?))
        }
        _ => None,
    }
}

fn weekday_of(monday: Date, weekday: u8) -> Option<Period> {
    add_days(monday, i32::from(weekday) - 1).map(Period::Day)
}

fn decade(century: i16, tens: u8) -> Option<Period> {
    Some(Period::Decade(
        century.checked_mul(10)?.checked_add(i16::from(tens))?,
    ))
}

/// 上半年, 下半月, 下半周 (from Thursday on).
fn half(period: Period, step: Step) -> Option<When> {
    let Step::Half(unit, half) = step else {
        return None;
    };
    let days = |from: Date, to: Date| Some(When::Range(Period::Day(from), Period::Day(to)));
    match (unit, period) {
        (Unit::Year, Period::Year(year)) => Some(When::Period(Period::Half(year, half as i8))),
        (Unit::Month, Period::Month(year, month)) if half == 1 => {
            days(day(year, month, 1)?, day(year, month, 15)?)
        }
        (Unit::Month, Period::Month(year, month)) => days(day(year, month, 16)?, period.last()?),
        (Unit::Week, Period::Week(monday)) if half == 1 => days(monday, add_days(monday, 2)?),
        (Unit::Week, Period::Week(monday)) => days(add_days(monday, 3)?, add_days(monday, 6)?),
        _ => None,
    }
}

/// The `n`th `unit` of a period, from its end if negative. The weeks of a year
/// are those of ISO 8601, the weeks of a month begin with its first Monday.
fn nth(period: Period, n: i8, unit: Unit) -> Option<Period> {
    let (first, last) = (period.first()?, period.last()?);
    let part = if n < 0 {
        let at_end = Period::containing(last, unit)?;
        let whole = at_end.last()? <= last;
        at_end.shift(i32::from(n) + i32::from(whole))?
    } else if let (Unit::Week, Period::Year(year)) = (unit, period) {
        Period::Week(ISOWeekDate::new(year, n, Weekday::Monday).ok()?.date())
    } else {
        let at_start = Period::containing(first, unit)?;
        let whole = at_start.first()? >= first;
        at_start.shift(i32::from(n) - i32::from(whole))?
    };
    let overlaps = part.first()? <= last && part.last()? >= first;
    overlaps.then_some(part)
}
