//! Self-written records for tests.

use crate::document::{Document, EntityType, Mention, SCHEMA};
use crate::resolve::dates::{DateMention, Precision, Resolution, When};

/// A record of `text`, whose first line is its headline if it has several, with every
/// occurrence of `names` as a mention of a person.
pub(crate) fn document(id: &str, day: &str, text: &str, names: &[&str]) -> Document {
    let mentions = names
        .iter()
        .flat_map(|name| occurrences(text, name))
        .map(|(start, text)| Mention {
            start,
            end: start + text.chars().count(),
            text,
            kind: EntityType::Person,
            confidence: 1.0,
            entity: None,
        });
    let mut mentions: Vec<Mention> = mentions.collect();
    mentions.sort_by_key(|mention| mention.start);
    Document {
        schema: SCHEMA.to_owned(),
        id: id.to_owned(),
        url: Some(format!("https://example.org/{id}")),
        source: Some("甲报".to_owned()),
        title: text.split_once('\n').map(|(title, _)| title.to_owned()),
        published: Some(day.parse().expect("a date")),
        text: text.to_owned(),
        mentions,
        tokens: None,
        entities: Vec::new(),
        dates: Vec::new(),
        topics: Vec::new(),
    }
}

/// The document with `expression` resolved to `value`.
pub(crate) fn dated(mut document: Document, expression: &str, value: &str) -> Document {
    for (start, text) in occurrences(&document.text, expression) {
        document.dates.push(DateMention {
            start,
            end: start + text.chars().count(),
            text,
            value: value.to_owned(),
            timex: value.to_owned(),
            precision: value.parse().map_or(Precision::Day, When::precision),
            confidence: 0.9,
            resolution: Resolution::Absolute,
            modifier: None,
        });
    }
    document
}

/// The document as another outlet has it.
pub(crate) fn of_outlet(mut document: Document, outlet: &str) -> Document {
    document.source = Some(outlet.to_owned());
    document
}

fn occurrences(text: &str, part: &str) -> Vec<(usize, String)> {
    text.match_indices(part)
        .map(|(at, part)| (text[..at].chars().count(), part.to_owned()))
        .collect()
}
