//! Which format an input is in.

use std::fmt;
use std::str::FromStr;

use super::archive;
use crate::error::{Error, Result};

/// Formats that articles are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A feed item as a file: `<!--milliseconds-->` or front matter,
    /// `[title](url)`, a line of dashes, HTML.
    Archive,
    /// A page as a browser gets it.
    Html,
    /// JSON Lines: a record a line.
    JsonLines,
    /// JSON: an array of records, or records that follow each other.
    Json,
    /// Plain text: a file is an article, a line a paragraph.
    Plain,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 5] = [
        Self::Archive,
        Self::Html,
        Self::JsonLines,
        Self::Json,
        Self::Plain,
    ];

    /// `archive`, `html`, `jsonl`, `json` or `text`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Html => "html",
            Self::JsonLines => "jsonl",
            Self::Json => "json",
            Self::Plain => "text",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| {
                Error::Usage(format!(
                    "unknown format {name:?}: expected archive, html, jsonl, json or text"
                ))
            })
    }
}

const FEED: &str = "an RSS or Atom feed: save its items as pages or convert it to JSON Lines";

/// Finds the format from the beginning of an input and, where that leaves it
/// open, from the ending of its name. The reason is given for known formats
/// that are not articles.
pub(super) fn detect(name: &str, head: &str) -> Result<Format, &'static str> {
    let head = head.trim_start_matches('\u{FEFF}').trim_start();
    let ending = ending(name);
    if archive::is_archive(head) {
        return Ok(Format::Archive);
    }
    if matches!(ending.as_str(), "jsonl" | "ndjson" | "jsonlines") || is_json_lines(head) {
        return Ok(Format::JsonLines);
    }
    if begins_json(head) {
        return Ok(Format::Json);
    }
    if head.starts_with('<') {
        return markup(head);
    }
    if matches!(ending.as_str(), "html" | "htm" | "xhtml") {
        return Ok(Format::Html);
    }
    Ok(Format::Plain)
}

/// Lower-case ending of a file name, that of the compression taken off.
fn ending(name: &str) -> String {
    let name = name.to_lowercase();
    let name = name
        .strip_suffix(".gz")
        .or_else(|| name.strip_suffix(".zst"))
        .unwrap_or(&name);
    name.rsplit_once('.').map_or("", |(_, ending)| ending).to_owned()
}

/// A whole object in the first line, or an object's beginning in each of the
/// first two: some line may be broken.
fn is_json_lines(head: &str) -> bool {
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    if !begins_json(first) || first.starts_with('[') {
        let objects = lines
            .take(4)
            .filter(|line| line.starts_with("{\"") && line.ends_with('}'))
            .count();
        return objects >= 3;
    }
    let whole = first.ends_with('}') && serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok();
    let mut next = lines.next().map(|second| second.starts_with("{\""));
    whole || *next.get_or_insert(first.len() == head.trim_end().len() && first.starts_with("{\""))
}

/// `{` and a name, or `[` and an object.
fn begins_json(head: &str) -> bool {
    let after = |bracket: char| head.strip_prefix(bracket).map(str::trim_start);
    after('{').is_some_and(|rest| rest.starts_with(['"', '}']))
        || after('[').is_some_and(|rest| rest.starts_with('{') || rest == "]")
}

fn markup(head: &str) -> Result<Format, &'static str> {
    let lower = head.chars().take(1024).collect::<String>().to_ascii_lowercase();
    if !lower.contains("<html")
        && ["<rss", "<feed", "<rdf:rdf"]
            .iter()
            .any(|tag| lower.contains(tag))
    {
        return Err(FEED);
    }
    let tag = lower[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?'));
    Ok(if tag { Format::Html } else { Format::Plain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_by_content() {
        for (head, expected) in [
            (
                "<!--1713363301000-->\n[题](https://a.example)\n------\n",
                Format::Archive,
            ),
            ("---\ntitle: 题\n---\n<p>文", Format::Archive),
            ("<!DOCTYPE html><html>", Format::Html),
            ("<?xml version=\"1.0\"?><html>", Format::Html),
            ("\u{FEFF} <p>文</p>", Format::Html),
            ("{\"text\":\"文\"}\n{\"text\":\"文\"}", Format::JsonLines),
            ("{\"text\":\"文\"}", Format::JsonLines),
            ("{\"text\":\n{\"text\":\"文\"}", Format::JsonLines),
            ("{\"text\":\"一行没有读完的长记录", Format::JsonLines),
            ("坏行\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n", Format::JsonLines),
            ("{\n  \"text\": \"文\"\n}", Format::Json),
            ("[\n {\"text\": \"文\"}]", Format::Json),
            ("[图] 新闻", Format::Plain),
            ("{图} 新闻", Format::Plain),
            ("新闻", Format::Plain),
            ("<完> 新闻", Format::Plain),
            ("", Format::Plain),
        ] {
            assert_eq!(detect("-", head), Ok(expected), "{head}");
        }
        assert_eq!(detect("a.JSONL.gz", "坏行"), Ok(Format::JsonLines));
        assert_eq!(detect("a.htm", "文"), Ok(Format::Html));
        assert_eq!(
            detect("a.xml", "<?xml version='1.0'?>\n<rss version='2.0'>"),
            Err(FEED)
        );
    }

    #[test]
    fn names_are_read_back() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse::<Format>().unwrap(), format);
        }
        assert!("docx".parse::<Format>().is_err());
    }
}
