//! Which date a sentence talks about.

use super::period::{Day, Period, Precision, day_of};
use crate::document::{DateMention, Published};

/// Dates that are less sure than this say nothing about an event.
const MIN_CONFIDENCE: f64 = 0.5;

/// Longer periods do not date an event.
const MAX_DAYS: i32 = 366;

/// The usable dates of each sentence.
pub(super) struct Governing<'d> {
    /// `(sentence, start, period, value)` in text order.
    dates: Vec<(usize, usize, Period, &'d str)>,
}

/// Finds the dates that can date an event: sure, a year or shorter, and not an
/// unprecise future (到2035年 is an aim, not an event).
pub(super) fn governing_dates<'d>(
    dates: &'d [DateMention],
    sentences: &[(usize, usize)],
    published: Option<Published>,
) -> Governing<'d> {
    let today = published.map(|published| day_of(published.date()));
    let mut usable: Vec<_> = dates
        .iter()
        .filter(|date| date.confidence >= MIN_CONFIDENCE)
        .filter_map(|date| {
            let period = Period::parse(&date.value).filter(|period| dates_events(period, today))?;
            let after = sentences.partition_point(|sentence| sentence.0 <= date.start);
            Some((after.checked_sub(1)?, date.start, period, date.value.as_str()))
        })
        .collect();
    usable.sort_by_key(|date| (date.0, date.1));
    Governing { dates: usable }
}

fn dates_events(period: &Period, today: Option<Day>) -> bool {
    let is_vague_future =
        period.precision > Precision::Month && today.is_some_and(|today| period.first > today);
    period.days() <= MAX_DAYS && !is_vague_future
}

impl Governing<'_> {
    /// For each sentence that `mentions` (`(start, end, sentence)`, sorted) fall in,
    /// the value of the date that governs it, where it names one: a day before
    /// anything coarser, then the one that stands nearest before a mention, as a
    /// Chinese clause puts time first, then the nearest after it.
    pub(super) fn of(&self, mentions: &[(usize, usize, usize)]) -> Vec<(usize, String)> {
        let mut events = Vec::new();
        for group in mentions.chunk_by(|a, b| a.2 == b.2) {
            let sentence = group[0].2;
            let from = self.dates.partition_point(|date| date.0 < sentence);
            let in_sentence = self.dates[from..].iter().take_while(|date| date.0 == sentence);
            let best = in_sentence.min_by_key(|(_, start, period, _)| {
                let distance = group.iter().map(|mention| distance(*start, mention.0)).min();
                (period.precision != Precision::Day, distance)
            });
            events.extend(best.map(|(.., value)| (sentence, (*value).to_owned())));
        }
        events
    }
}

/// Dates before the mention are nearer than all that follow it.
fn distance(date: usize, mention: usize) -> (bool, usize) {
    (date > mention, date.abs_diff(mention))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(start: usize, value: &str, confidence: f64) -> DateMention {
        DateMention {
            start,
            end: start + 1,
            text: String::new(),
            value: value.to_owned(),
            timex: value.to_owned(),
            precision: String::new(),
            confidence,
        }
    }

    fn governed(dates: &[DateMention], mentions: &[(usize, usize, usize)]) -> Vec<(usize, String)> {
        let published = Some("2024-04-17".parse().unwrap());
        governing_dates(dates, &[(0, 20), (20, 40)], published).of(mentions)
    }

    #[test]
    fn a_day_before_the_mention_governs() {
        let dates = [
            date(0, "2024-04-16", 0.9),
            date(8, "2022-11", 0.9),
            date(9, "2024-04-01", 0.9),
        ];
        assert_eq!(governed(&dates, &[(5, 7, 0)]), [(0, "2024-04-16".to_owned())]);
        assert_eq!(governed(&dates, &[(12, 13, 0)]), [(0, "2024-04-01".to_owned())]);
        assert_eq!(governed(&dates[1..2], &[(5, 7, 0)]), [(0, "2022-11".to_owned())]);
        assert_eq!(governed(&dates, &[(25, 27, 1)]), []);
    }

    #[test]
    fn unsure_long_and_vague_future_dates_do_not() {
        for (value, confidence) in [
            ("2024-04-16", 0.3),
            ("202X", 1.0),
            ("2035", 1.0),
            ("2012/2022", 1.0),
            ("FUTURE_REF", 1.0),
        ] {
            assert_eq!(
                governed(&[date(0, value, confidence)], &[(5, 7, 0)]),
                [],
                "{value}"
            );
        }
        assert_eq!(governed(&[date(0, "2024-05-01", 1.0)], &[(5, 7, 0)]).len(), 1);
    }
}
