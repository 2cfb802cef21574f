//! Entries as CSV.

use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord};

use super::{Add, Entry, Line, Merge, Rename, Split, Suppress};
use crate::document::EntityType;

/// The columns, in any order.
const COLUMNS: [&str; 10] = [
    "action",
    "name",
    "target",
    "type",
    "variants",
    "traditional",
    "english",
    "place",
    "qid",
    "learned",
];

/// Reads the entries of a file; a line that is no entry comes with the reason.
///
/// # Errors
/// With the line, if it is not CSV or the header lacks a column or has an unknown one.
pub(super) fn read(text: &str) -> Result<Vec<Line>, (usize, String)> {
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let broken = |error: csv::Error| {
        let line = error.position().map_or(1, |position| position.line() as usize);
        (line, error.to_string())
    };
    let header = reader.headers().map_err(broken)?.clone();
    check_header(&header).map_err(|reason| (1, reason))?;
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(1, |position| position.line() as usize);
        lines.push((line, entry(&header, &record)));
    }
    Ok(lines)
}

fn check_header(header: &StringRecord) -> Result<(), String> {
    let expected = COLUMNS.join(", ");
    if let Some(column) = header.iter().find(|column| !COLUMNS.contains(column)) {
        return Err(format!(
            "there is no column {column:?}; expected some of {expected}"
        ));
    }
    for needed in ["action", "name"] {
        if !header.iter().any(|column| column == needed) {
            return Err(format!(
                "the column {needed:?} is missing; expected some of {expected}"
            ));
        }
    }
    Ok(())
}

/// The filled cells of a line, taken one by one, so that those left over are noticed.
struct Cells<'r>(HashMap<&'r str, &'r str>);

impl Cells<'_> {
    fn take(&mut self, column: &str) -> Option<String> {
        self.0.remove(column).map(str::to_owned)
    }

    fn need(&mut self, column: &str) -> Result<String, String> {
        self.take(column)
            .ok_or_else(|| format!("the cell {column:?} is empty"))
    }

    fn kind(&mut self) -> Result<Option<EntityType>, String> {
        let kind = self.take("type").map(|kind| kind.parse());
        kind.transpose().map_err(|error: crate::Error| error.to_string())
    }
}

fn entry(header: &StringRecord, record: &StringRecord) -> Result<Entry, String> {
    if record.len() > header.len() {
        return Err(format!(
            "{} cells for {} columns: quote cells that contain a comma",
            record.len(),
            header.len()
        ));
    }
    let filled = header.iter().zip(record).filter(|(_, cell)| !cell.is_empty());
    let mut cells = Cells(filled.collect());
    let action = cells.need("action")?;
    let entry = match action.as_str() {
        "add" => Entry::Add(Add {
            name: cells.need("name")?,
            kind: cells
                .kind()?
                .ok_or("the cell \"type\" is empty: expected PER, LOC or ORG")?,
            variants: cells
                .take("variants")
                .iter()
                .flat_map(|variants| variants.split('|'))
                .map(|variant| variant.trim().to_owned())
                .filter(|variant| !variant.is_empty())
                .collect(),
            traditional: cells.take("traditional").unwrap_or_default(),
            english: cells.take("english").unwrap_or_default(),
            place: cells.take("place"),
            qid: cells.take("qid"),
            learned: cells.take("learned").is_some_and(|learned| learned == "true"),
        }),
        "merge" => Entry::Merge(Merge {
            from: cells.need("name")?,
            into: cells.need("target")?,
            kind: cells.kind()?,
        }),
        "split" => Entry::Split(Split {
            name: cells.need("name")?,
            of: cells.need("target")?,
            kind: cells.kind()?,
        }),
        "rename" => Entry::Rename(Rename {
            from: cells.need("name")?,
            to: cells.need("target")?,
            kind: cells.kind()?,
        }),
        "suppress" => Entry::Suppress(Suppress {
            name: cells.need("name")?,
            kind: cells.kind()?,
        }),
        _ => {
            return Err(format!(
                "no action {action:?}: expected add, merge, split, rename or suppress"
            ));
        }
    };
    match cells.0.keys().min() {
        Some(column) => Err(format!(
            "the column {column:?} means nothing to {action}: leave it empty"
        )),
        None => Ok(entry),
    }
}
