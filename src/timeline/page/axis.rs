//! Where the ticks of an axis are.

use jiff::ToSpan;
use jiff::civil::Date;

/// The steps between ticks of time, from the finest.
#[derive(Clone, Copy)]
enum Step {
    Days(i64),
    Months(i8),
    Years(i16),
}

const STEPS: [Step; 15] = [
    Step::Days(1),
    Step::Days(2),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(2),
    Step::Years(5),
    Step::Years(10),
    Step::Years(20),
    Step::Years(50),
    Step::Years(500),
];

/// At most `most` ticks from `first` to `last`, with their labels.
pub(super) fn dates(first: Date, last: Date, most: usize) -> Vec<(Date, String)> {
    for step in STEPS {
        let ticks: Vec<Date> = Ticks {
            next: start(first, step),
            step,
        }
        .skip_while(|tick| *tick < first)
        .take_while(|tick| *tick <= last)
        .take(most + 1)
        .collect();
        if ticks.len() <= most {
            return ticks.into_iter().map(|tick| (tick, label(tick, step))).collect();
        }
    }
    Vec::new()
}

struct Ticks {
    next: Option<Date>,
    step: Step,
}

impl Iterator for Ticks {
    type Item = Date;

    fn next(&mut self) -> Option<Date> {
        let tick = self.next?;
        let span = match self.step {
            Step::Days(days) => days.days(),
            Step::Months(months) => months.months(),
            Step::Years(years) => years.years(),
        };
        self.next = tick.checked_add(span).ok();
        Some(tick)
    }
}

/// The last tick that is not after `first`.
fn start(first: Date, step: Step) -> Option<Date> {
    match step {
        Step::Days(1 | 2) => Some(first),
        Step::Days(_) => first
            .checked_sub(i64::from(first.weekday().to_monday_zero_offset()).days())
            .ok(),
        Step::Months(months) => Date::new(first.year(), (first.month() - 1) / months * months + 1, 1).ok(),
        Step::Years(years) => Date::new(first.year().div_euclid(years) * years, 1, 1).ok(),
    }
}

fn label(tick: Date, step: Step) -> String {
    let format = match step {
        Step::Days(_) => "%m-%d",
        Step::Months(_) => "%Y-%m",
        Step::Years(_) => "%Y",
    };
    tick.strftime(format).to_string()
}

/// Two to five round values from 0 up to `highest`.
pub(super) fn values(highest: f64) -> Vec<f64> {
    if highest <= 0.0 {
        return vec![0.0];
    }
    let magnitude = 10f64.powf(highest.log10().floor());
    let step = [0.2, 0.5, 1.0, 2.0, 5.0]
        .into_iter()
        .map(|step| step * magnitude)
        .find(|step| highest / step < 4.0);
    let step = step.unwrap_or(highest);
    (0..6)
        .map(|at| f64::from(at) * step)
        .take_while(|value| *value <= highest * 1.000_001)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(first: &str, last: &str, most: usize) -> Vec<String> {
        dates(first.parse().unwrap(), last.parse().unwrap(), most)
            .into_iter()
            .map(|tick| tick.1)
            .collect()
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(
            labels("2012-07-02", "2026-05-01", 8),
            ["2014", "2016", "2018", "2020", "2022", "2024", "2026"]
        );
        assert_eq!(
            labels("2019-06-09", "2019-12-31", 8),
            ["2019-07", "2019-08", "2019-09", "2019-10", "2019-11", "2019-12"]
        );
        assert_eq!(labels("2019-06-09", "2019-06-13", 8).len(), 5);
        assert_eq!(labels("0001-01-01", "9999-12-31", 1).len(), 0);
        assert_eq!(values(37.0), [0.0, 10.0, 20.0, 30.0]);
        assert_eq!(values(1.0), [0.0, 0.5, 1.0]);
        assert_eq!(values(0.0), [0.0]);
    }
}
