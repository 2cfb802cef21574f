//! The JSON of Knight Lab's TimelineJS 3, <https://timeline.knightlab.com/docs/json-format.html>.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::lang::Lang;
use super::super::markup::{escape, highlighted, link};
use super::Timeline;
use crate::resolve::dates::Precision;

/// Headlines are cut after this many characters.
const MAX_HEADLINE: usize = 60;

/// TimelineJS takes texts for HTML, so all that is from the corpus is escaped.
pub(super) fn timeline(timelines: &[Timeline], lang: Lang) -> Value {
    let names: Vec<&str> = timelines
        .iter()
        .map(|timeline| lang.name(&timeline.entity))
        .collect();
    let mut events = Vec::new();
    let mut eras = Vec::new();
    for timeline in timelines {
        let name = lang.name(&timeline.entity);
        for (number, event) in timeline.events.iter().enumerate() {
            let mut slide = json!({
                "start_date": date(event.first, event.precision),
                "display_date": lang.date(event),
                "text": {
                    "headline": escape(&headline(event)),
                    "text": text(event),
                },
                "unique_id": format!("{}-{number}", timeline.entity.id),
            });
            if event.first != event.last {
                slide["end_date"] = date(event.last, Precision::Day);
            }
            if timelines.len() > 1 {
                slide["group"] = json!(escape(name));
            }
            events.push(slide);
        }
        for burst in &timeline.bursts {
            let terms = lang.terms(&burst.terms[..burst.terms.len().min(3)]);
            eras.push(json!({
                "start_date": date(burst.start, Precision::Day),
                "end_date": date(burst.end, Precision::Day),
                "text": {"headline": escape(&format!("{name} {terms}"))},
            }));
        }
    }
    json!({
        "title": {"text": {"headline": escape(&names.join(" · ")), "text": lang.timeline()}},
        "events": events,
        "eras": eras,
    })
}

fn date(date: Date, precision: Precision) -> Value {
    match precision {
        Precision::Year => json!({"year": date.year()}),
        Precision::Month => json!({"year": date.year(), "month": date.month()}),
        _ => json!({"year": date.year(), "month": date.month(), "day": date.day()}),
    }
}

/// The headline of an article that tells the event, else the beginning of its best sentence.
fn headline(event: &super::super::Event) -> String {
    let best = event.sentences.first();
    let article = event
        .articles
        .iter()
        .find(|article| best.is_some_and(|best| best.article == article.id));
    let title = article.and_then(|article| article.title.clone());
    let text = title
        .or_else(|| best.map(|best| best.text.clone()))
        .unwrap_or_default();
    match text.char_indices().nth(MAX_HEADLINE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn text(event: &super::super::Event) -> String {
    let mut html: String = event
        .sentences
        .iter()
        .map(|sentence| format!("<p>{}</p>", highlighted(&sentence.text, &sentence.mentions)))
        .collect();
    let links: Vec<String> = event.articles.iter().take(5).map(link).collect();
    html.push_str(&format!("<p>{}</p>", links.join("<br>")));
    html
}
