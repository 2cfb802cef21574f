//! Adding records to a store.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::period::Day;
use super::record::{Record, Subject};
use crate::error::Result;

/// Articles that are committed together, and how long their transaction may last at
/// most: what an interrupted run has to do again.
const BATCH: usize = 2_000;
const BATCH_TIME: Duration = Duration::from_secs(1);

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// The article is new.
    New,
    /// The store has the same record already.
    Unchanged,
    /// The store had another record of the article (same id and source), which this
    /// one replaces.
    Replaced,
}

/// How many records a [`Writer`] has taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Articles that were not in the store before.
    pub added: u64,
    /// Articles that were in the store and have not changed.
    pub unchanged: u64,
    /// Articles whose record has changed.
    pub replaced: u64,
}

/// Adds records, some thousand in a transaction.
///
/// Records are kept when their transaction is committed; if the process dies before
/// that, adding the same records again continues where the last commit was.
pub struct Writer<'s> {
    pub(super) store: &'s Store,
    counts: Counts,
    in_batch: usize,
    batch_began: Instant,
    sources: HashMap<String, i64>,
    pub(super) entities: HashMap<String, i64>,
    /// Sums that this batch changes, written with it.
    sums: BTreeMap<i64, Sums>,
    totals: BTreeMap<Day, i64>,
}

#[derive(Default)]
struct Sums {
    articles: i64,
    mentions: i64,
    days: Option<(Day, Day)>,
}

/// Runs a cached statement and returns how many rows it changed.
macro_rules! execute {
    ($store:expr, $sql:expr, $parameters:expr) => {
        $store
            .connection
            .prepare_cached($sql)
            .and_then(|mut statement| statement.execute($parameters))
            .map_err(|error| $store.failure(error))
    };
}

pub(super) use execute;

impl<'s> Writer<'s> {
    pub(super) fn new(store: &'s mut Store) -> Result<Self> {
        // The log keeps readers and a killed writer from seeing half a batch; without
        // a sync at each commit, a power cut loses the last batches, nothing else.
        store.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE;")?;
        Ok(Self {
            store,
            counts: Counts::default(),
            in_batch: 0,
            batch_began: Instant::now(),
            sources: HashMap::new(),
            entities: HashMap::new(),
            sums: BTreeMap::new(),
            totals: BTreeMap::new(),
        })
    }

    /// Adds a record. Adding the same record again changes nothing.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn add(&mut self, record: &Record) -> Result<Added> {
        let source = self.source(&record.source)?;
        let added = match self.find(&record.key, source)? {
            None => Added::New,
            Some((_, digest)) if digest == record.digest => Added::Unchanged,
            Some((article, _)) => {
                self.remove(article)?;
                Added::Replaced
            }
        };
        match added {
            Added::New => self.counts.added += 1,
            Added::Replaced => self.counts.replaced += 1,
            Added::Unchanged => {
                self.counts.unchanged += 1;
                self.note_input(record, source)?;
                return Ok(added);
            }
        }
        self.insert(record, source)?;
        self.in_batch += 1;
        if self.in_batch == BATCH || self.batch_began.elapsed() >= BATCH_TIME {
            self.commit()?;
            self.store.run("BEGIN IMMEDIATE")?;
            self.batch_began = Instant::now();
        }
        Ok(added)
    }

    /// The same record may come from another tagger.
    fn note_input(&self, record: &Record, source: i64) -> Result<()> {
        if record.input.is_some() {
            execute!(
                self.store,
                "UPDATE article SET input = ?3 WHERE key = ?1 AND source = ?2 AND input IS NOT ?3",
                params![record.key, source, record.input]
            )?;
        }
        Ok(())
    }

    /// Commits what is left, and leaves a single file.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn finish(mut self) -> Result<Counts> {
        self.commit()?;
        self.store
            .run("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize;")?;
        // Fails while somebody reads; the log is then left for the next writer.
        let _ = self.store.run("PRAGMA journal_mode = DELETE");
        Ok(self.counts)
    }

    fn find(&self, key: &str, source: i64) -> Result<Option<(i64, Vec<u8>)>> {
        let connection = &self.store.connection;
        connection
            .prepare_cached("SELECT id, digest FROM article WHERE key = ?1 AND source = ?2")
            .and_then(|mut statement| {
                statement
                    .query_row(params![key, source], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            })
            .map_err(|error| self.store.failure(error))
    }

    fn source(&mut self, name: &str) -> Result<i64> {
        if let Some(&id) = self.sources.get(name) {
            return Ok(id);
        }
        execute!(
            self.store,
            "INSERT OR IGNORE INTO source (name) VALUES (?1)",
            params![name]
        )?;
        let id = self.number("SELECT id FROM source WHERE name = ?1", name)?;
        self.sources.insert(name.to_owned(), id);
        Ok(id)
    }

    fn number(&self, sql: &str, key: &str) -> Result<i64> {
        let connection = &self.store.connection;
        connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(params![key], |row| row.get(0)))
            .map_err(|error| self.store.failure(error))
    }

    fn insert(&mut self, record: &Record, source: i64) -> Result<()> {
        let store = self.store;
        execute!(
            store,
            "INSERT INTO article (key, source, digest, input, day, published, url, title)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                record.key,
                source,
                record.digest,
                record.input,
                record.day,
                record.published,
                record.url,
                record.title
            ]
        )?;
        let article = store.connection.last_insert_rowid();
        execute!(
            store,
            "INSERT INTO body (article, text) VALUES (?1, ?2)",
            params![article, record.text]
        )?;
        for (number, (start, end)) in record.sentences.iter().enumerate() {
            execute!(
                store,
                "INSERT INTO sentence VALUES (?1, ?2, ?3, ?4)",
                params![article, number, start, end]
            )?;
        }
        for date in &record.dates {
            execute!(
                store,
                "INSERT OR REPLACE INTO date VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    article,
                    date.start,
                    date.end,
                    date.value,
                    date.timex,
                    date.precision.as_str(),
                    date.confidence
                ]
            )?;
        }
        for subject in &record.subjects {
            self.insert_subject(subject, article, record.day, source)?;
        }
        if let Some(day) = record.day {
            *self.totals.entry(day).or_default() += 1;
        }
        Ok(())
    }

    fn insert_subject(
        &mut self,
        subject: &Subject,
        article: i64,
        day: Option<Day>,
        source: i64,
    ) -> Result<()> {
        let entity = self.entity(subject)?;
        let store = self.store;
        execute!(
            store,
            "INSERT INTO appearance VALUES (?1, ?2, ?3, ?4, ?5)",
            params![entity, article, day, source, subject.mentions.len()]
        )?;
        for (start, end, sentence) in &subject.mentions {
            execute!(
                store,
                "INSERT INTO mention VALUES (?1, ?2, ?3, ?4, ?5)",
                params![article, entity, start, end, sentence]
            )?;
        }
        for (sentence, value) in &subject.events {
            execute!(
                store,
                "INSERT INTO event VALUES (?1, ?2, ?3, ?4)",
                params![entity, article, sentence, value]
            )?;
        }
        for role in &subject.roles {
            execute!(
                store,
                "INSERT INTO role VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    entity,
                    role.title,
                    role.of.as_deref().unwrap_or_default(),
                    role.former,
                    article
                ]
            )?;
        }
        for (text, count) in &subject.variants {
            self.count_variant(entity, text, *count)?;
        }
        let sums = self.sums.entry(entity).or_default();
        sums.articles += 1;
        sums.mentions += subject.mentions.len() as i64;
        if let Some(day) = day {
            sums.days = Some(
                sums.days
                    .map_or((day, day), |(first, last)| (first.min(day), last.max(day))),
            );
        }
        Ok(())
    }

    /// The number of an entity; one that is not known yet is added with its names.
    fn entity(&mut self, subject: &Subject) -> Result<i64> {
        if let Some(&id) = self.entities.get(&subject.key) {
            return Ok(id);
        }
        let store = self.store;
        let is_new = execute!(
            store,
            "INSERT OR IGNORE INTO entity (key, kind, name, name_hant, name_en) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                subject.key,
                subject.kind,
                subject.name,
                subject.name_hant,
                subject.name_en
            ]
        )? == 1;
        let id = if is_new {
            store.connection.last_insert_rowid()
        } else {
            self.number("SELECT id FROM entity WHERE key = ?1", &subject.key)?
        };
        if is_new {
            let names = [
                Some(&subject.name),
                subject.name_hant.as_ref(),
                subject.name_en.as_ref(),
            ];
            for name in names.into_iter().flatten() {
                self.count_variant(id, name, 0)?;
            }
        }
        self.entities.insert(subject.key.clone(), id);
        Ok(id)
    }

    fn count_variant(&self, entity: i64, text: &str, count: usize) -> Result<()> {
        execute!(
            self.store,
            "INSERT INTO variant VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (entity, text) DO UPDATE SET mentions = mentions + excluded.mentions",
            params![entity, text, super::find::fold_name(text), count]
        )?;
        Ok(())
    }

    pub(super) fn write_sums(&mut self) -> Result<()> {
        let store = self.store;
        for (entity, sums) in std::mem::take(&mut self.sums) {
            let (first, last) = sums.days.unzip();
            execute!(
                store,
                "UPDATE entity SET articles = articles + ?2, mentions = mentions + ?3,
                     first_day = min(coalesce(first_day, ?4), coalesce(?4, first_day)),
                     last_day = max(coalesce(last_day, ?5), coalesce(?5, last_day)) WHERE id = ?1",
                params![entity, sums.articles, sums.mentions, first, last]
            )?;
        }
        for (day, articles) in std::mem::take(&mut self.totals) {
            execute!(
                store,
                "INSERT INTO total VALUES (?1, ?2) ON CONFLICT (day) DO UPDATE SET articles = articles + excluded.articles",
                params![day, articles]
            )?;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<()> {
        self.write_sums()?;
        self.in_batch = 0;
        self.store.run("COMMIT")
    }
}

impl Drop for Writer<'_> {
    /// Gives up what is not committed.
    fn drop(&mut self) {
        if !self.store.connection.is_autocommit() {
            let _ = self.store.run("ROLLBACK");
        }
    }
}
