//! Entries as TOML.

use serde::Deserialize;
use toml::Spanned;

use super::{Add, Entry, Line, Merge, Rename, Split, Suppress};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    add: Vec<Spanned<Add>>,
    #[serde(default)]
    merge: Vec<Spanned<Merge>>,
    #[serde(default)]
    split: Vec<Spanned<Split>>,
    #[serde(default)]
    rename: Vec<Spanned<Rename>>,
    #[serde(default)]
    suppress: Vec<Spanned<Suppress>>,
}

/// Reads the entries of a file.
///
/// # Errors
/// With the line and what is wrong there.
pub(super) fn read(text: &str) -> Result<Vec<Line>, (usize, String)> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        (line, error.message().to_owned())
    })?;
    let mut lines = Vec::new();
    collect(file.add, Entry::Add, text, &mut lines);
    collect(file.merge, Entry::Merge, text, &mut lines);
    collect(file.split, Entry::Split, text, &mut lines);
    collect(file.rename, Entry::Rename, text, &mut lines);
    collect(file.suppress, Entry::Suppress, text, &mut lines);
    Ok(lines)
}

fn collect<T>(entries: Vec<Spanned<T>>, entry: fn(T) -> Entry, text: &str, lines: &mut Vec<Line>) {
    lines.extend(entries.into_iter().map(|spanned| {
        let line = line_of(text, spanned.span().start);
        (line, Ok(entry(spanned.into_inner())))
    }));
}

/// Line of a byte offset, from 1.
fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&b| b == b'\n').count() + 1
}
