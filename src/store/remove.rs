//! Taking an article out of a store, before a changed record takes its place.

use rusqlite::params;

use super::writer::{Writer, execute};
use crate::error::Result;

impl Writer<'_> {
    /// Takes an article out of the store again.
    pub(super) fn remove(&mut self, article: i64) -> Result<()> {
        self.write_sums()?;
        let store = self.store;
        for sql in [
            "UPDATE total SET articles = articles - 1 WHERE day = (SELECT day FROM article WHERE id = ?1)",
            "UPDATE variant SET mentions = variant.mentions - used.count FROM (
                 SELECT m.entity, substr(b.text, m.start + 1, m.end - m.start) AS text, count(*) AS count
                 FROM mention m JOIN body b USING (article) JOIN entity e ON e.id = m.entity
                 WHERE m.article = ?1 AND e.kind IN ('PER', 'LOC', 'ORG') GROUP BY 1, 2) AS used
             WHERE variant.entity = used.entity AND variant.text = used.text",
            "UPDATE variant SET mentions = variant.mentions - a.mentions
             FROM appearance a JOIN entity e ON e.id = a.entity
             WHERE a.article = ?1 AND e.kind NOT IN ('PER', 'LOC', 'ORG')
                 AND variant.entity = e.id AND variant.text = e.name",
            "UPDATE entity SET articles = entity.articles - 1, mentions = entity.mentions - a.mentions
             FROM appearance a WHERE a.article = ?1 AND a.entity = entity.id",
            "DELETE FROM event WHERE article = ?1 AND entity IN (SELECT entity FROM appearance WHERE article = ?1)",
            "DELETE FROM role WHERE article = ?1",
            "DELETE FROM mention WHERE article = ?1",
            "DELETE FROM date WHERE article = ?1",
            "DELETE FROM sentence WHERE article = ?1",
            "DELETE FROM body WHERE article = ?1",
        ] {
            execute!(store, sql, params![article])?;
        }
        let entities = self.entities_of(article)?;
        for sql in [
            "DELETE FROM appearance WHERE article = ?1",
            "DELETE FROM article WHERE id = ?1",
        ] {
            execute!(store, sql, params![article])?;
        }
        for entity in entities {
            for sql in [
                "UPDATE entity SET (first_day, last_day) =
                     (SELECT min(day), max(day) FROM appearance WHERE entity = ?1) WHERE id = ?1",
                "DELETE FROM variant WHERE entity = (SELECT id FROM entity WHERE id = ?1 AND articles = 0)",
                "DELETE FROM entity WHERE id = ?1 AND articles = 0",
            ] {
                execute!(store, sql, params![entity])?;
            }
        }
        self.entities.clear();
        Ok(())
    }

    fn entities_of(&self, article: i64) -> Result<Vec<i64>> {
        self.store
            .connection
            .prepare_cached("SELECT entity FROM appearance WHERE article = ?1")
            .and_then(|mut statement| statement.query_map(params![article], |row| row.get(0))?.collect())
            .map_err(|error| self.store.failure(error))
    }
}
