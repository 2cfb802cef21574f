//! The user's word over the knowledge base: entities added, merged, split,
//! renamed and suppressed by a file, TOML or CSV (a file whose name ends in `.csv`).
//!
//! ```toml
//! [[add]]
//! name = "帕特·莱德"            # canonical, simplified
//! type = "PER"                  # PER, LOC or ORG
//! variants = ["莱德", "Pat Ryder"]
//! traditional = "帕特·萊德"     # these four may be left out
//! english = "Pat Ryder"
//! place = "美国"
//! qid = "Q123"
//! learned = true                # written by `shiji link`: the family name alone needs context
//!
//! [[merge]]                     # `from` becomes another name of `into`
//! from = "唐纳德·川普集团"
//! into = "特朗普集团"
//! type = "ORG"                  # only if the names are of several types
//!
//! [[split]]                     # `name` no longer stands for `of`
//! name = "民主党"
//! of = "共同民主党"
//!
//! [[rename]]                    # another canonical name
//! from = "菅义伟"
//! to = "菅義偉"
//!
//! [[suppress]]                  # never linked
//! name = "基地组织"
//! ```
//!
//! Where TOML asks for the name of a known entity, its Wikidata identifier does as well.
//!
//! CSV has a header and an entry a line; columns that are empty may be left out, several
//! variants have `|` between them. `target` is `into` of a merge, `of` of a split, `to` of
//! a renaming:
//!
//! ```csv
//! action,name,target,type,variants,traditional,english,place,qid
//! add,帕特·莱德,,PER,莱德|Pat Ryder,帕特·萊德,Pat Ryder,美国,Q123
//! merge,唐纳德·川普集团,特朗普集团,ORG
//! split,民主党,共同民主党
//! rename,菅义伟,菅義偉
//! suppress,基地组织
//! ```
//!
//! Lines that begin with `#` are comments.

mod apply;
mod from_csv;
mod from_toml;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;

use serde::Deserialize;

use super::knowledge::KnowledgeBase;
use crate::document::EntityType;
use crate::error::{Error, Result};

/// An entry of the user's file that changes nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoEffect {
    /// Line of the file, from 1.
    pub line: usize,
    /// Why it has no effect and what to do.
    pub reason: String,
}

impl fmt::Display for NoEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// What the user wants, in the order in which the kinds of entries work.
#[derive(Clone, Debug, PartialEq)]
enum Entry {
    Add(Add),
    Merge(Merge),
    Split(Split),
    Rename(Rename),
    Suppress(Suppress),
}

/// An entry with its line, or why the line is none.
type Line = (usize, Result<Entry, String>);

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    name: String,
    #[serde(rename = "type")]
    kind: EntityType,
    #[serde(default)]
    variants: Vec<String>,
    #[serde(default)]
    traditional: String,
    #[serde(default)]
    english: String,
    place: Option<String>,
    qid: Option<String>,
    #[serde(default)]
    learned: bool,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    from: String,
    into: String,
    #[serde(rename = "type")]
    kind: Option<EntityType>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Split {
    name: String,
    of: String,
    #[serde(rename = "type")]
    kind: Option<EntityType>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rename {
    from: String,
    to: String,
    #[serde(rename = "type")]
    kind: Option<EntityType>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Suppress {
    name: String,
    #[serde(rename = "type")]
    kind: Option<EntityType>,
}

impl KnowledgeBase {
    /// Lays the user's file over the knowledge base; the entries that change
    /// nothing come back with the reason. Entries work in the order add, merge,
    /// split, rename, suppress.
    ///
    /// # Errors
    /// If the file cannot be read or is not of the form that this module's
    /// documentation shows.
    pub fn with_overrides(mut self, path: impl AsRef<Path>) -> Result<(Self, Vec<NoEffect>)> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, e))?;
        let text = text.trim_start_matches('\u{feff}');
        let is_csv = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let read = if is_csv {
            from_csv::read(text)
        } else {
            from_toml::read(text)
        };
        let mut lines =
            read.map_err(|(line, reason)| Error::input(format!("{}:{line}", path.display()), reason))?;
        lines.sort_by_key(|(line, entry)| (entry.as_ref().map_or(0, Entry::turn), *line));
        let mut idle = Vec::new();
        for (line, entry) in lines {
            self.user.current = Some(format!("{}:{line}", path.display()));
            if let Err(reason) = entry.and_then(|entry| self.apply(&entry)) {
                idle.push(NoEffect { line, reason });
            }
        }
        self.user.current = None;
        idle.sort_by_key(|entry| entry.line);
        Ok((self, idle))
    }

    fn apply(&mut self, entry: &Entry) -> Result<(), String> {
        match entry {
            Entry::Add(entry) => self.add(entry),
            Entry::Merge(entry) => self.merge(entry),
            Entry::Split(entry) => self.split(entry),
            Entry::Rename(entry) => self.rename(entry),
            Entry::Suppress(entry) => self.suppress(entry),
        }
    }
}

impl Entry {
    fn turn(&self) -> u8 {
        match self {
            Self::Add(_) => 0,
            Self::Merge(_) => 1,
            Self::Split(_) => 2,
            Self::Rename(_) => 3,
            Self::Suppress(_) => 4,
        }
    }
}
