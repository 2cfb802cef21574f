//! What timelines ask of a store, a row type a question.

use std::collections::HashSet;

use jiff::civil::Date;
use rusqlite::{Params, Row, params};

use super::Store;
use super::period::{Day, Period, date_of};
use super::record::Fingerprint;
use crate::error::Result;
use crate::text::CharOffsets;

/// An entity, or a topic, with its sums over the corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityRow {
    /// Number within this store.
    pub number: i64,
    /// Identifier: `Q…`, `PER:…`, or scheme and identifier of a topic.
    pub id: String,
    /// `PER`, `LOC`, `ORG`, or the scheme of a topic: `iptc`, `issue`, `keyphrase`.
    pub kind: String,
    /// Canonical name in simplified script.
    pub name: String,
    /// Canonical name in traditional script.
    pub name_hant: Option<String>,
    /// English name.
    pub name_en: Option<String>,
    /// Articles that mention it.
    pub articles: u64,
    /// Mentions in all of them.
    pub mentions: u64,
    /// First and last day of publication, where any is known.
    pub seen: Option<(Date, Date)>,
}

pub(super) const ENTITY_COLUMNS: &str =
    "id, key, kind, name, name_hant, name_en, articles, entity.mentions AS mentions, first_day, last_day";

impl EntityRow {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let first: Option<Day> = row.get(8)?;
        let last: Option<Day> = row.get(9)?;
        Ok(Self {
            number: row.get(0)?,
            id: row.get(1)?,
            kind: row.get(2)?,
            name: row.get(3)?,
            name_hant: row.get(4)?,
            name_en: row.get(5)?,
            articles: row.get(6)?,
            mentions: row.get(7)?,
            seen: first.map(date_of).zip(last.map(date_of)),
        })
    }
}

/// That an article mentions an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appearance {
    /// Number of the article.
    pub article: i64,
    /// Day of publication.
    pub day: Option<Day>,
    /// Number of the outlet.
    pub source: i64,
    /// Mentions in the article.
    pub mentions: u32,
}

/// A sentence that mentions an entity and says when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatedSentence {
    /// Number of the article.
    pub article: i64,
    /// Number of the sentence within the article.
    pub sentence: u32,
    /// When.
    pub period: Period,
}

/// What readers see of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleInfo {
    /// Identifier in the corpus.
    pub id: String,
    /// Headline.
    pub title: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Outlet.
    pub source: Option<String>,
    /// ISO 8601 date or moment of publication.
    pub published: Option<String>,
}

/// A sentence that mentions an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Number within the article.
    pub number: u32,
    /// The text.
    pub text: String,
    /// The mentions of the entity, in code points of the text.
    pub mentions: Vec<(usize, usize)>,
}

/// A title that an article gives an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRow {
    /// The title.
    pub title: String,
    /// The body or place it belongs to.
    pub of: Option<String>,
    /// Whether the article says that it is over.
    pub former: bool,
    /// Day of publication.
    pub day: Option<Day>,
}

impl Store {
    /// How many articles the store holds.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn articles(&self) -> Result<u64> {
        self.one("SELECT count(*) FROM article")
    }

    /// What the articles were tagged from, see [`Record::tagged_from`](super::Record::tagged_from).
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn inputs(&self) -> Result<HashSet<Fingerprint>> {
        let inputs = self.rows("SELECT input FROM article WHERE input IS NOT NULL", (), |row| {
            row.get(0)
        })?;
        Ok(inputs.into_iter().collect())
    }

    /// How many articles were published on each day, in the order of days.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn totals(&self) -> Result<Vec<(Day, u64)>> {
        self.rows(
            "SELECT day, articles FROM total WHERE articles > 0 ORDER BY day",
            (),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// The articles that mention an entity, in the order they were added.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn appearances(&self, entity: &EntityRow) -> Result<Vec<Appearance>> {
        self.rows(
            "SELECT article, day, source, mentions FROM appearance WHERE entity = ?1 ORDER BY article",
            params![entity.number],
            |row| {
                Ok(Appearance {
                    article: row.get(0)?,
                    day: row.get(1)?,
                    source: row.get(2)?,
                    mentions: row.get(3)?,
                })
            },
        )
    }

    /// The sentences about an entity that say when.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn dated_sentences(&self, entity: &EntityRow) -> Result<Vec<DatedSentence>> {
        let rows = self.rows(
            "SELECT article, sentence, value FROM event WHERE entity = ?1 ORDER BY article, sentence",
            params![entity.number],
            |row| {
                let period = Period::parse(row.get_ref(2)?.as_str()?);
                Ok(period.map(|period| (row.get(0), row.get(1), period)))
            },
        )?;
        rows.into_iter()
            .flatten()
            .map(|(article, sentence, period)| {
                Ok(DatedSentence {
                    article: article.map_err(|error| self.failure(error))?,
                    sentence: sentence.map_err(|error| self.failure(error))?,
                    period,
                })
            })
            .collect()
    }

    /// What readers see of an article.
    ///
    /// # Errors
    /// If the store cannot be read or has no such article.
    pub fn article(&self, number: i64) -> Result<ArticleInfo> {
        self.row(
            "SELECT a.key, a.title, a.url, nullif(s.name, ''), a.published
             FROM article a JOIN source s ON s.id = a.source WHERE a.id = ?1",
            params![number],
            |row| {
                Ok(ArticleInfo {
                    id: row.get(0)?,
                    title: row.get(1)?,
                    url: row.get(2)?,
                    source: row.get(3)?,
                    published: row.get(4)?,
                })
            },
        )
    }

    /// The headline of an article.
    ///
    /// # Errors
    /// If the store cannot be read or has no such article.
    pub fn title(&self, number: i64) -> Result<Option<String>> {
        self.row(
            "SELECT title FROM article WHERE id = ?1",
            params![number],
            |row| row.get(0),
        )
    }

    /// The sentences of an article that mention an entity. Where nothing in it does (a
    /// topic without evidence), its first sentence.
    ///
    /// # Errors
    /// If the store cannot be read or has no such article.
    pub fn sentences_about(&self, article: i64, entity: &EntityRow) -> Result<Vec<Sentence>> {
        let text: String = self.row(
            "SELECT text FROM body WHERE article = ?1",
            params![article],
            |row| row.get(0),
        )?;
        let spans: Vec<(u32, usize, usize)> = self.rows(
            "SELECT sentence, start, end FROM mention WHERE article = ?1 AND entity = ?2 ORDER BY start",
            params![article, entity.number],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        let offsets = CharOffsets::new(&text);
        let mut sentences: Vec<Sentence> = Vec::new();
        if spans.is_empty() {
            sentences.extend(
                self.bounds(article, 0)?
                    .map(|bounds| cut(&text, &offsets, 0, bounds, &[])),
            );
        }
        for group in spans.chunk_by(|a, b| a.0 == b.0) {
            let number = group[0].0;
            let bounds = self.bounds(article, number)?;
            sentences.extend(bounds.map(|bounds| cut(&text, &offsets, number, bounds, group)));
        }
        Ok(sentences)
    }

    fn bounds(&self, article: i64, number: u32) -> Result<Option<(usize, usize)>> {
        let rows = self.rows(
            "SELECT start, end FROM sentence WHERE article = ?1 AND number = ?2",
            params![article, number],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(rows.into_iter().next())
    }

    /// Calls `visit` with each entity of each of `articles`: the place in `articles`, the
    /// entity's number.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn visit_entities(&self, articles: &[i64], mut visit: impl FnMut(usize, i64)) -> Result<()> {
        let mut visit_all = || -> rusqlite::Result<()> {
            let mut statement = self
                .connection
                .prepare_cached("SELECT entity FROM appearance WHERE article = ?1 ORDER BY entity")?;
            for (place, article) in articles.iter().enumerate() {
                let mut rows = statement.query(params![article])?;
                while let Some(row) = rows.next()? {
                    visit(place, row.get(0)?);
                }
            }
            Ok(())
        };
        visit_all().map_err(|error| self.failure(error))
    }

    /// The entities with a mention in one of the sentences of an article.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn entities_in(&self, article: i64, sentences: &[u32]) -> Result<Vec<i64>> {
        let rows: Vec<(i64, u32)> = self.rows(
            "SELECT DISTINCT entity, sentence FROM mention WHERE article = ?1 ORDER BY entity",
            params![article],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let mut entities: Vec<i64> = rows
            .into_iter()
            .filter(|row| sentences.contains(&row.1))
            .map(|row| row.0)
            .collect();
        entities.dedup();
        Ok(entities)
    }

    /// The entity with the number `number`.
    ///
    /// # Errors
    /// If the store cannot be read or has no such entity.
    pub fn entity_by_number(&self, number: i64) -> Result<EntityRow> {
        let sql = format!("SELECT {ENTITY_COLUMNS} FROM entity WHERE id = ?1");
        self.row(&sql, params![number], EntityRow::read)
    }

    /// The titles that articles give an entity.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn roles(&self, entity: &EntityRow) -> Result<Vec<RoleRow>> {
        self.rows(
            "SELECT r.title, nullif(r.of, ''), r.former, a.day FROM role r JOIN article a ON a.id = r.article
             WHERE r.entity = ?1 ORDER BY r.title, r.of, r.former, a.day",
            params![entity.number],
            |row| {
                Ok(RoleRow {
                    title: row.get(0)?,
                    of: row.get(1)?,
                    former: row.get(2)?,
                    day: row.get(3)?,
                })
            },
        )
    }

    pub(super) fn rows<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(parameters, read)?.collect())
            .map_err(|error| self.failure(error))
    }

    fn row<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(parameters, read))
            .map_err(|error| self.failure(error))
    }
}

/// The sentence at `bounds`, with the mentions (`(sentence, start, end)` in code points
/// of the whole text) moved into it; a mention that goes on behind it is cut.
fn cut(
    text: &str,
    offsets: &CharOffsets,
    number: u32,
    (start, end): (usize, usize),
    mentions: &[(u32, usize, usize)],
) -> Sentence {
    let end = end.min(offsets.len());
    let start = start.min(end);
    let mentions = mentions
        .iter()
        .map(|&(_, from, to)| (from.clamp(start, end) - start, to.clamp(start, end) - start))
        .filter(|(from, to)| from < to)
        .collect();
    Sentence {
        number,
        text: offsets.slice(text, start, end).to_owned(),
        mentions,
    }
}
