//! Filling a store from files of records.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Added, Counts, Record, Store};
use crate::error::{Error, Result};
use crate::pipeline;
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

/// Opens a corpus for reading: one store, or files of records, which are read into a store
/// in memory. `report` hears of each record, see [`add_files`].
///
/// # Errors
/// If a file cannot be opened or read, or is neither.
pub fn open_corpus(
    paths: &[PathBuf],
    pool: &rayon::ThreadPool,
    report: impl FnMut(&Result<Added>),
) -> Result<Store> {
    if let [path] = paths
        && is_database(path)?
    {
        return Store::open_read_only(path);
    }
    let mut store = Store::in_memory()?;
    add_files(&mut store, paths, pool, report)?;
    Ok(store)
}

/// Whether the file begins as those of SQLite do.
fn is_database(path: &Path) -> Result<bool> {
    const MAGIC: &[u8; 16] = b"SQLite format 3\0";
    if path == Path::new("-") {
        return Ok(false);
    }
    let mut start = Vec::new();
    let file = File::open(path).map_err(|error| Error::io(path, error))?;
    file.take(MAGIC.len() as u64)
        .read_to_end(&mut start)
        .map_err(|error| Error::io(path, error))?;
    Ok(start == MAGIC)
}

fn record(line: &TaggedLine) -> Result<Record> {
    Record::new(line.parse()?).map_err(|error| Error::input(line.location(), error))
}
