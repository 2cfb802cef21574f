//! Filling a store from files of records.

use std::path::{Path, PathBuf};

use super::{Added, Counts, Record, Store};
use crate::document::SCHEMA;
use crate::error::{Error, Result};
use crate::pipeline;
use crate::read::open::open;
use crate::read::{TaggedLine, tagged_lines};

/// Adds the records of JSON Lines files, plain or compressed (`.gz`, `.zst`); `-` is
/// standard input. `report` hears of each record in the order of the files, also of
/// those that cannot be read, which are left out.
///
/// # Errors
/// If a file cannot be opened or read, or the store cannot be written.
pub fn add_files(
    store: &mut Store,
    paths: &[PathBuf],
    pool: &rayon::ThreadPool,
    mut report: impl FnMut(&Result<Added>),
) -> Result<Counts> {
    let mut writer = store.writer()?;
    let lines = paths.iter().flat_map(|path| tagged_lines(path));
    pipeline::map_ordered(
        pool,
        lines,
        |lines| {
            lines
                .into_iter()
                .map(|line| line.map(|line| record(&line)))
                .collect()
        },
        |record: Result<Result<Record>>| {
            let added = match record? {
                Ok(record) => Ok(writer.add(&record)?),
                Err(error) => Err(error),
            };
            report(&added);
            Ok(())
        },
    )?;
    writer.finish()
}

/// What a path of a corpus holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A store.
    Store,
    /// Records of `shiji tag`, which can be added to a store.
    Records,
    /// Anything else: articles, or a folder of them, or a pattern.
    Articles,
}

impl Content {
    /// Finds out from the beginning of the file. Standard input, `-`, holds records.
    ///
    /// # Errors
    /// If there is no such file, or it cannot be read.
    pub fn of(path: &Path) -> Result<Self> {
        let io = |error| Error::io(path, error);
        if path == Path::new("-") {
            return Ok(Self::Records);
        }
        if !path.exists() && path.to_string_lossy().contains(['*', '?', '[']) || path.is_dir() {
            return Ok(Self::Articles);
        }
        let head = open(Some(path)).map_err(io)?.head;
        Ok(if head.starts_with(SQLITE) {
            Self::Store
        } else if is_record(&head) {
            Self::Records
        } else {
            Self::Articles
        })
    }
}

/// How files of SQLite begin.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Whether the first line is, or begins as, an object with our schema.
fn is_record(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    let line = head.trim_start_matches('\u{feff}').trim_start();
    let line = line.lines().next().unwrap_or_default();
    let layout = SCHEMA.split('/').next().unwrap_or_default();
    line.starts_with('{')
        && line.split("\"schema\"").skip(1).any(|after| {
            let value = after.trim_start().strip_prefix(':').map(str::trim_start);
            value.is_some_and(|value| value.starts_with(&format!("\"{layout}/")))
        })
}

fn record(line: &TaggedLine) -> Result<Record> {
    Record::new(line.parse()?).map_err(|error| Error::input(line.location(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_is_told_from_its_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let content = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            Content::of(&path).unwrap()
        };
        assert_eq!(
            content("a", b"{\"schema\":\"shiji/1\",\"id\":\"a\"}\n"),
            Content::Records
        );
        assert_eq!(
            content("b", b"\xEF\xBB\xBF\n{\"id\": \"a\", \"schema\" : \"shiji/1\"}"),
            Content::Records
        );
        assert_eq!(content("c", b"{\"text\":\"schema shiji/1\"}"), Content::Articles);
        assert_eq!(content("d", "董军访美".as_bytes()), Content::Articles);
        assert_eq!(content("e", b""), Content::Articles);
        let path = folder.path().join("f");
        Store::open(&path).unwrap();
        assert_eq!(Content::of(&path).unwrap(), Content::Store);
        assert_eq!(Content::of(folder.path()).unwrap(), Content::Articles);
        assert_eq!(
            Content::of(&folder.path().join("*.md")).unwrap(),
            Content::Articles
        );
        assert!(Content::of(&folder.path().join("none")).is_err());
    }
}
