//! Which date a sentence about somebody talks of.

use super::period::{Day, Period, day_of};
use crate::document::Document;
use crate::resolve::dates::{DateMention, EventDate, EventSource, Precision, event_at, event_dates};

/// Dates that are less sure than this say nothing about an event.
const MIN_CONFIDENCE: f64 = 0.5;

/// Longer periods do not date an event.
const MAX_DAYS: i32 = 366;

/// Longer periods in the future are aims (到2035年), not events.
const MAX_DAYS_AHEAD: i32 = 31;

/// The stretches of an article that a date of its text governs.
pub(super) struct Governing {
    events: Vec<EventDate>,
}

impl Governing {
    /// Finds which date governs which part of the document.
    pub fn new(document: &Document) -> Self {
        let published = document.published.map(|published| published.date());
        let sure: Vec<DateMention> = document
            .dates
            .iter()
            .filter(|date| date.confidence >= MIN_CONFIDENCE)
            .cloned()
            .collect();
        let mut events = match sure.is_empty() {
            true => Vec::new(),
            false => event_dates(&document.text, &sure, published),
        };
        let today = published.map(day_of);
        events.retain(|event| event.source != EventSource::Publication && dates_events(&event.value, today));
        Self { events }
    }

    /// For each sentence that `mentions` (`(start, end, sentence)`, sorted) fall in, the
    /// value of the date that governs one of them: a day if there is one, else the first.
    pub fn of(&self, mentions: &[(usize, usize, usize)]) -> Vec<(usize, String)> {
        let mut dated = Vec::new();
        for sentence in mentions.chunk_by(|a, b| a.2 == b.2) {
            let governing = sentence
                .iter()
                .filter_map(|mention| event_at(&self.events, mention.0));
            let best = governing.min_by_key(|event| event.precision != Precision::Day);
            dated.extend(best.map(|event| (sentence[0].2, event.value.clone())));
        }
        dated
    }
}

fn dates_events(value: &str, today: Option<Day>) -> bool {
    Period::parse(value).is_some_and(|period| {
        let is_aim = period.days() > MAX_DAYS_AHEAD && today.is_some_and(|today| period.first > today);
        period.days() <= MAX_DAYS && !is_aim
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{dated, document};
    use super::*;

    /// The dates of the sentences about 董军; the text is one sentence, or some.
    fn governed(document: &Document) -> Vec<(usize, String)> {
        let mentions: Vec<_> = document
            .mentions
            .iter()
            .map(|mention| (mention.start, mention.end, 0))
            .collect();
        Governing::new(document).of(&mentions)
    }

    #[test]
    fn the_date_of_the_clause_governs_and_a_day_before_a_month() {
        let text = "奥斯汀昨天通话，董军去年11月访美，董军4月1日回国。";
        let first = document("a", "2024-04-17", text, &["董军"]);
        let first = dated(dated(first, "昨天", "2024-04-16"), "去年11月", "2023-11");
        assert_eq!(governed(&first), [(0, "2023-11".to_owned())]);
        let second = dated(first, "4月1日", "2024-04-01");
        assert_eq!(governed(&second), [(0, "2024-04-01".to_owned())]);
    }

    #[test]
    fn unsure_long_and_vague_future_dates_do_not() {
        let text = "董军昨天通话。";
        for value in ["202X", "2035", "2012/2022", "FUTURE_REF"] {
            let document = dated(document("a", "2024-04-17", text, &["董军"]), "昨天", value);
            assert_eq!(governed(&document), [], "{value}");
        }
        let mut document = dated(document("a", "2024-04-17", text, &["董军"]), "昨天", "2024-04-16");
        assert_eq!(governed(&document).len(), 1);
        document.dates[0].confidence = 0.3;
        assert_eq!(governed(&document), []);
    }
}
