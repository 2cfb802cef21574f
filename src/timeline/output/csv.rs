//! Tables for spreadsheets, as RFC 4180 says.
//!
//! The first column names the layout, so that a later one can be told apart. Cells that a
//! spreadsheet would take for a formula (headlines are not ours) begin with an apostrophe.

use std::io::{self, Write};

use super::Timeline;

/// Layouts of the tables.
const EVENTS: &str = "shiji.events/1";
const SERIES: &str = "shiji.series/1";

/// One event a row; further sentences and articles stand in the same cell, with ` ¶ ` between.
pub(super) fn events(out: &mut dyn Write, timelines: &[Timeline]) -> io::Result<()> {
    let header = [
        "schema",
        "entity",
        "name",
        "date",
        "precision",
        "date_source",
        "first",
        "last",
        "count",
        "sources",
        "salience",
        "sentences",
        "titles",
        "urls",
        "outlets",
        "entities",
    ];
    row(out, &header.map(str::to_owned))?;
    for timeline in timelines {
        for event in &timeline.events {
            let outlets: Vec<&str> = event
                .articles
                .iter()
                .filter_map(|a| a.source.as_deref())
                .collect();
            row(
                out,
                &[
                    EVENTS.to_owned(),
                    timeline.entity.id.clone(),
                    timeline.entity.name.clone(),
                    event.date.clone(),
                    event.precision.as_str().to_owned(),
                    event.date_source.as_str().to_owned(),
                    event.first.to_string(),
                    event.last.to_string(),
                    event.count.to_string(),
                    event.sources.to_string(),
                    event.salience.to_string(),
                    joined(event.sentences.iter().map(|sentence| sentence.text.as_str())),
                    joined(
                        event
                            .articles
                            .iter()
                            .filter_map(|article| article.title.as_deref()),
                    ),
                    joined(event.articles.iter().filter_map(|article| article.url.as_deref())),
                    joined(outlets.into_iter()),
                    joined(event.entities.iter().map(|entity| entity.name.as_str())),
                ],
            )?;
        }
    }
    Ok(())
}

/// One bin of one entity a row.
pub(super) fn series(out: &mut dyn Write, timelines: &[Timeline]) -> io::Result<()> {
    let header = [
        "schema", "entity", "name", "by", "date", "mentions", "articles", "share", "sources",
    ];
    row(out, &header.map(str::to_owned))?;
    for timeline in timelines {
        for point in &timeline.series {
            row(
                out,
                &[
                    SERIES.to_owned(),
                    timeline.entity.id.clone(),
                    timeline.entity.name.clone(),
                    timeline.by.as_str().to_owned(),
                    point.date.to_string(),
                    point.mentions.to_string(),
                    point.articles.to_string(),
                    point.share.to_string(),
                    point.sources.to_string(),
                ],
            )?;
        }
    }
    Ok(())
}

/// The parts, each once, with a mark between.
fn joined<'t>(parts: impl Iterator<Item = &'t str>) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for part in parts {
        if !seen.contains(&part) {
            seen.push(part);
        }
    }
    seen.join(" ¶ ")
}

fn row(out: &mut dyn Write, cells: &[String]) -> io::Result<()> {
    for (at, text) in cells.iter().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        out.write_all(cell(text).as_bytes())?;
    }
    out.write_all(b"\r\n")
}

fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    let text = if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        assert_eq!(cell("他说，好"), "他说，好");
        assert_eq!(cell("a,\"b\"\nc"), "\"a,\"\"b\"\"\nc\"");
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell("-0.5"), "-0.5");
        assert_eq!(joined(["甲", "乙", "甲"].into_iter()), "甲 ¶ 乙");
    }
}
