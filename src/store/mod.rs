//! The store: tagged articles in one SQLite file, with the indices that timelines
//! need.
//!
//! ```no_run
//! use shiji::store::{Record, Store};
//!
//! # fn documents() -> Vec<shiji::Document> { Vec::new() }
//! let mut store = Store::open("corpus.db")?;
//! let mut writer = store.writer()?;
//! for document in documents() {
//!     writer.add(&Record::new(document)?)?;
//! }
//! println!("{} articles are new", writer.finish()?.added);
//! # Ok::<(), shiji::Error>(())
//! ```

mod fill;
mod find;
mod governing;
mod period;
mod query;
mod record;
mod remove;
#[cfg(test)]
pub(crate) mod samples;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::{Error, Result};

pub use fill::{Content, add_files};
pub use find::{Candidate, EntityFilter, Resolved};
pub use period::{Day, Period, date_of, day_of};
pub use query::{Appearance, ArticleInfo, DatedSentence, EntityRow, RoleRow, Sentence};
pub use record::{Fingerprint, Record, fingerprint};
pub use writer::{Added, Counts, Writer};

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A corpus of tagged articles.
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens the store at `path` for reading and writing; makes it if it is not there.
    ///
    /// # Errors
    /// If the file cannot be opened, is not a store, or is one of another version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let store = Self::connect(path.as_ref(), OpenFlags::default())?;
        let tables: i64 = store.one("SELECT count(*) FROM sqlite_schema")?;
        if tables == 0 {
            store.create()?;
        }
        store.check_version()?;
        Ok(store)
    }

    /// Opens the store at `path` for reading.
    ///
    /// # Errors
    /// If the file is not there, cannot be opened, is not a store, or is one of
    /// another version.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        std::fs::metadata(path).map_err(|error| Error::io(path, error))?;
        let store = Self::connect(
            path,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        store.check_version()?;
        Ok(store)
    }

    /// A store in memory, for records that need no file.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn in_memory() -> Result<Self> {
        Self::open(":memory:")
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self> {
        let connection = Connection::open_with_flags(path, flags).map_err(|error| failure(path, error))?;
        let store = Self {
            connection,
            path: path.to_owned(),
        };
        store
            .run("PRAGMA cache_size = -65536; PRAGMA mmap_size = 4294967296; PRAGMA temp_store = MEMORY;")?;
        store
            .connection
            .busy_timeout(PATIENCE)
            .map_err(|error| store.failure(error))?;
        store.connection.set_prepared_statement_cache_capacity(64);
        Ok(store)
    }

    /// In one transaction, so that whoever is first makes all of it.
    fn create(&self) -> Result<()> {
        self.run(&format!(
            "BEGIN IMMEDIATE; PRAGMA application_id = {}; PRAGMA user_version = {}; {} COMMIT;",
            schema::APPLICATION,
            schema::VERSION,
            schema::TABLES,
        ))
    }

    fn check_version(&self) -> Result<()> {
        let application: i32 = self.one("PRAGMA application_id")?;
        let version: i32 = self.one("PRAGMA user_version")?;
        if application != schema::APPLICATION {
            return Err(Error::resource(
                self.path.display(),
                "this is not a store of shiji; `shiji index` makes one",
            ));
        }
        if version != schema::VERSION {
            return Err(Error::resource(
                self.path.display(),
                format!(
                    "the store has version {version}, this program reads {}; fill a new one from the records",
                    schema::VERSION
                ),
            ));
        }
        Ok(())
    }

    /// Begins to add records. The writer keeps the store to itself until it is
    /// finished or dropped.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn writer(&mut self) -> Result<Writer<'_>> {
        Writer::new(self)
    }

    /// Lets everything that is read until the snapshot is dropped come from the same
    /// state of the store, whoever adds to it meanwhile; it also makes reading faster.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot<'_>> {
        let begins = self.connection.is_autocommit();
        if begins {
            self.run("BEGIN")?;
        }
        Ok(Snapshot { store: self, begins })
    }

    fn one<T: rusqlite::types::FromSql>(&self, sql: &str) -> Result<T> {
        self.connection
            .query_row(sql, (), |row| row.get(0))
            .map_err(|error| self.failure(error))
    }

    fn run(&self, sql: &str) -> Result<()> {
        self.connection
            .execute_batch(sql)
            .map_err(|error| self.failure(error))
    }

    fn failure(&self, error: rusqlite::Error) -> Error {
        failure(&self.path, error)
    }
}

/// A state of the store, see [`Store::snapshot`].
pub struct Snapshot<'s> {
    store: &'s Store,
    /// Whether it is not within another one.
    begins: bool,
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        if self.begins {
            let _ = self.store.run("COMMIT");
        }
    }
}

fn failure(path: &Path, error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{DatabaseBusy, DiskFull, NotADatabase, ReadOnly};
    let reason = match error.sqlite_error_code() {
        Some(DatabaseBusy) => "another process is writing to this store; wait until it is done".to_owned(),
        Some(NotADatabase) => "this is not a store of shiji; `shiji index` makes one".to_owned(),
        Some(ReadOnly) => "the store cannot be written; check the permissions of file and folder".to_owned(),
        Some(DiskFull) => {
            "the disk is full; free some space and run again, what was added is kept".to_owned()
        }
        _ => error.to_string(),
    };
    Error::resource(path.display(), reason)
}
