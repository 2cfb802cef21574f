//! Gold documents and the files they come in.

use std::fs;
use std::path::Path;

use serde::Serialize;

use super::{parse_bio, parse_inline, parse_jsonl};
use crate::document::{Mention, Published};
use crate::error::{Error, Result};

/// A text with its annotated mentions.
#[derive(Clone, Debug, PartialEq)]
pub struct GoldDocument {
    /// The file's own id, or `file:line` where it begins.
    pub id: String,
    /// When the text was published, if the file says so.
    pub published: Option<Published>,
    /// The text without any mark-up.
    pub text: String,
    /// The mentions in text order, of every type that is annotated.
    pub mentions: Vec<GoldMention>,
}

impl GoldDocument {
    /// The spans of the mentions.
    pub fn spans(&self) -> Vec<Span> {
        self.mentions.iter().map(Span::from).collect()
    }
}

/// An annotated mention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldMention {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// `PER`, `LOC`, `ORG`, `DATE`, …
    pub kind: String,
    /// The accepted canonical names or dates; empty if the file has none.
    pub values: Vec<String>,
}

/// A stretch of text with a type: what is compared. Half-open, in code points.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// Type.
    #[serde(rename = "type")]
    pub kind: String,
}

impl Span {
    /// The span `start..end` of type `kind`.
    pub fn new(start: usize, end: usize, kind: impl Into<String>) -> Self {
        Self {
            start,
            end,
            kind: kind.into(),
        }
    }
}

impl From<&GoldMention> for Span {
    fn from(mention: &GoldMention) -> Self {
        Self::new(mention.start, mention.end, mention.kind.as_str())
    }
}

impl From<&Mention> for Span {
    fn from(mention: &Mention) -> Self {
        Self::new(mention.start, mention.end, mention.kind.as_str())
    }
}

/// The formats of gold files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoldFormat {
    /// One character a line with its tag; see [`parse_bio`].
    Bio,
    /// Text with `[[surface|TYPE|value]]`; see [`parse_inline`].
    Inline,
    /// One JSON object a line; see [`parse_jsonl`].
    JsonLines,
}

impl GoldFormat {
    /// The format of a file, by its first line that is not blank.
    pub fn detect(text: &str) -> Self {
        let first = text
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        if first.trim_start().starts_with('{') {
            Self::JsonLines
        } else if first.starts_with("###") && !first.contains('\t') {
            Self::Inline
        } else {
            Self::Bio
        }
    }
}

/// Reads a gold file in any of the [`GoldFormat`]s, detected from its content.
///
/// # Errors
/// If the file cannot be read or is not UTF-8, or with the line that is malformed.
pub fn read_gold(path: &Path) -> Result<Vec<GoldDocument>> {
    let bytes = fs::read(path).map_err(|e| Error::io(path, e))?;
    let name = path.display().to_string();
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let line = 1 + e.as_bytes()[..at].iter().filter(|b| **b == b'\n').count();
        Error::input(format!("{name}:{line}"), "not UTF-8: convert the file to UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let documents = match GoldFormat::detect(text) {
        GoldFormat::Bio => parse_bio(text, &name),
        GoldFormat::Inline => parse_inline(text, &name),
        GoldFormat::JsonLines => parse_jsonl(text, &name),
    }?;
    if documents.is_empty() {
        return Err(Error::input(name, "holds no document"));
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> Result<Vec<GoldDocument>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), content).unwrap();
        read_gold(file.path())
    }

    #[test]
    fn formats_are_told_apart_and_agree() {
        let bio = read("\u{feff}中\tB-LOC\r\n#\tO\n".as_bytes()).unwrap();
        let inline = read("\n### a\n[[中|LOC|中国]]#".as_bytes()).unwrap();
        let json =
            read(r##"{"text":"中#","mentions":[{"start":0,"end":1,"type":"LOC"}]}"##.as_bytes()).unwrap();
        for documents in [&bio, &inline, &json] {
            assert_eq!(documents[0].text, "中#");
            assert_eq!(documents[0].spans(), [Span::new(0, 1, "LOC")]);
        }
        assert_eq!(GoldFormat::detect("#\tO"), GoldFormat::Bio);
        assert_eq!(GoldFormat::detect("###\tO"), GoldFormat::Bio);
    }

    #[test]
    fn unreadable_files_are_named_with_their_line() {
        assert!(
            read(b"a\tO\n\xff\tO\n")
                .unwrap_err()
                .to_string()
                .contains(":2: not UTF-8")
        );
        assert!(read(b"\n\n").unwrap_err().to_string().contains("no document"));
        assert!(matches!(
            read_gold(Path::new("does-not-exist")),
            Err(Error::Io { .. })
        ));
    }
}
