//! User dictionaries in jieba's format.

use std::fmt;
use std::fs;
use std::path::Path;

use crate::error::{Error, Result};
use crate::text::fold_str;

/// What became of a user dictionary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DictionaryReport {
    /// Number of words added or changed.
    pub added: usize,
    /// Lines that had no effect.
    pub issues: Vec<DictionaryIssue>,
}

/// A line of a user dictionary that had no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DictionaryIssue {
    /// Line number, from 1.
    pub line: usize,
    /// Why, and what was expected.
    pub reason: String,
}

impl fmt::Display for DictionaryIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// A word of a user dictionary, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub word: String,
    pub frequency: Option<usize>,
    pub pos: Option<String>,
    pub line: usize,
}

/// Reads the file at `path`.
pub(super) fn read(path: &Path) -> Result<(Vec<Entry>, DictionaryReport)> {
    let bytes = fs::read(path).map_err(|error| Error::io(path, error))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::input(
            path.display(),
            "a user dictionary must be UTF-8; convert it first",
        )
    })?;
    let mut entries = Vec::new();
    let mut report = DictionaryReport::default();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match parse(line) {
            Ok(entry) => entries.push(Entry {
                line: number + 1,
                ..entry
            }),
            Err(reason) => report.issues.push(DictionaryIssue {
                line: number + 1,
                reason,
            }),
        }
    }
    report.added = entries.len();
    Ok((entries, report))
}

/// Reads `word [frequency] [part of speech]`, either of the last two optional.
fn parse(line: &str) -> Result<Entry, String> {
    let mut fields = line.split_whitespace();
    let word = fold_str(fields.next().unwrap_or_default());
    let rest: Vec<&str> = fields.collect();
    let (frequency, pos) = match rest[..] {
        [] => (None, None),
        [one] if one.starts_with(|c: char| c.is_ascii_digit()) => (Some(one), None),
        [one] => (None, Some(one)),
        [frequency, pos] => (Some(frequency), Some(pos)),
        _ => {
            let count = rest.len() + 1;
            return Err(format!(
                "{line:?} has {count} fields; expected `word [frequency] [part of speech]`"
            ));
        }
    };
    let frequency = frequency
        .map(|f| {
            f.parse()
                .map_err(|_| format!("frequency {f:?} of {word:?} is not a whole number"))
        })
        .transpose()?;
    if let Some(pos) = pos.filter(|p| !p.chars().all(|c| c.is_ascii_alphanumeric())) {
        return Err(format!(
            "part of speech {pos:?} of {word:?} is not one of jieba's, such as nr, ns, nt, n"
        ));
    }
    Ok(Entry {
        word,
        frequency,
        pos: pos.map(str::to_owned),
        line: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_optional_and_errors_say_what_was_expected() {
        let entry = |frequency, pos: Option<&str>| {
            Ok(Entry {
                word: "董军".to_owned(),
                frequency,
                pos: pos.map(str::to_owned),
                line: 0,
            })
        };
        assert_eq!(parse("董軍 5 nr"), entry(Some(5), Some("nr")));
        assert_eq!(parse("董军 nr"), entry(None, Some("nr")));
        assert_eq!(parse("董军"), entry(None, None));
        assert!(parse("董军 many nr").unwrap_err().contains("whole number"));
        assert!(parse("a b c d").unwrap_err().contains("fields"));
        assert!(parse("董军 5 人名").unwrap_err().contains("part of speech"));
    }
}
