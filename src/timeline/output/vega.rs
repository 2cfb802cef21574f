//! A specification for Vega-Lite 5: the share of all articles over time, bursts shaded,
//! events as points with their sentences as tooltips.

use serde_json::{Value, json};

use super::super::lang::Lang;
use super::Timeline;

pub(super) fn specification(timelines: &[Timeline], lang: Lang) -> Value {
    let name = |timeline: &Timeline| lang.name(&timeline.entity).to_owned();
    let mut points = Vec::new();
    let mut bursts = Vec::new();
    let mut events = Vec::new();
    for timeline in timelines {
        for point in &timeline.series {
            points.push(json!({
                "entity": name(timeline), "date": point.date, "share": point.share,
                "articles": point.articles, "mentions": point.mentions, "sources": point.sources,
            }));
        }
        for burst in &timeline.bursts {
            let end = burst.end.tomorrow().unwrap_or(burst.end);
            bursts.push(json!({
                "entity": name(timeline), "start": burst.start, "end": end,
                "strength": burst.strength, "terms": lang.terms(&burst.terms),
            }));
        }
        for event in &timeline.events {
            let sentence = event.sentences.first().map(|sentence| sentence.text.as_str());
            events.push(json!({
                "entity": name(timeline), "date": event.first, "when": event.date,
                "sentence": sentence, "count": event.count,
            }));
        }
    }
    let x = json!({"field": "date", "type": "temporal", "timeUnit": "utcyearmonthdate", "title": null});
    let color = json!({"field": "entity", "type": "nominal", "title": null, "legend": if timelines.len() > 1 { json!({}) } else { Value::Null }});
    json!({
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "usermeta": {"schema": "shiji.vega-lite/1"},
        "width": "container",
        "height": 260,
        "layer": [
            {
                "data": {"values": bursts},
                "mark": {"type": "rect", "opacity": 0.15},
                "encoding": {
                    "x": {"field": "start", "type": "temporal", "timeUnit": "utcyearmonthdate"},
                    "x2": {"field": "end", "timeUnit": "utcyearmonthdate"},
                    "color": color.clone(),
                    "tooltip": [{"field": "terms"}, {"field": "strength"}],
                },
            },
            {
                "data": {"values": points},
                "mark": {"type": "line", "interpolate": "step-after"},
                "encoding": {
                    "x": x.clone(),
                    "y": {"field": "share", "type": "quantitative", "axis": {"format": "%"}, "title": lang.share_axis()},
                    "color": color.clone(),
                    "tooltip": [{"field": "date", "type": "temporal"}, {"field": "articles"}, {"field": "mentions"}, {"field": "share", "format": ".2%"}],
                },
            },
            {
                "data": {"values": events},
                "mark": {"type": "tick", "thickness": 2},
                "encoding": {
                    "x": x,
                    "y": {"value": 4},
                    "color": color,
                    "tooltip": [{"field": "when"}, {"field": "sentence"}, {"field": "count"}],
                },
            },
        ],
    })
}
