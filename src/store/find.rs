//! Finding entities by name.

use rusqlite::types::Value;
use rusqlite::{params, params_from_iter};

use super::Store;
use super::query::{ENTITY_COLUMNS, EntityRow};
use super::record::is_entity_kind;
use crate::error::Result;
use crate::text::fold_str;

/// An entity that a name may mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The entity.
    pub entity: EntityRow,
    /// How many of its mentions use the name.
    pub mentions: u64,
}

/// What a name means in a corpus.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved {
    /// One entity, or one that nearly all mentions of the name mean.
    One(EntityRow),
    /// Several, none of them by far; the one that the name means most often first.
    Several(Vec<Candidate>),
    /// None; these have similar names.
    Unknown(Vec<EntityRow>),
}

/// An entity that has this share of the mentions of a name is what the name means.
const CLEAR_SHARE: f64 = 0.9;

/// How many entities with similar names are named.
const SUGGESTIONS: usize = 8;

/// Which entities to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntityFilter {
    /// Part of a name or variant, in any script.
    pub name: Option<String>,
    /// `PER`, `LOC`, `ORG`, or a scheme of topics; none lists entities, not topics.
    pub kinds: Vec<String>,
    /// Fewest articles.
    pub min_articles: u64,
    /// How many to list; none lists all.
    pub limit: Option<usize>,
}

/// The form in which names are compared: one script, one width, lower case, without
/// white space around.
pub(super) fn fold_name(name: &str) -> String {
    fold_str(name.trim()).to_lowercase()
}

impl Store {
    /// The entity with the identifier `id`.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn entity(&self, id: &str) -> Result<Option<EntityRow>> {
        let sql = format!("SELECT {ENTITY_COLUMNS} FROM entity WHERE key = ?1");
        Ok(self.rows(&sql, params![id], EntityRow::read)?.pop())
    }

    /// The entities that go by `name`, in any script and case; the one that the name
    /// means most often first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn candidates(&self, name: &str) -> Result<Vec<Candidate>> {
        let sql = format!(
            "SELECT {ENTITY_COLUMNS}, v.count FROM entity JOIN (
                 SELECT entity, sum(mentions) AS count FROM variant WHERE folded = ?1 GROUP BY entity
             ) v ON v.entity = entity.id
             ORDER BY v.count DESC, articles DESC, key"
        );
        self.rows(&sql, params![fold_name(name)], |row| {
            Ok(Candidate {
                entity: EntityRow::read(row)?,
                mentions: row.get("count")?,
            })
        })
    }

    /// What `name`, an identifier or a name in any script, means; with `kind`, among the
    /// entities of that kind.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn resolve(&self, name: &str, kind: Option<&str>) -> Result<Resolved> {
        if let Some(entity) = self.entity(name.trim())? {
            return Ok(Resolved::One(entity));
        }
        let mut candidates = self.candidates(name)?;
        candidates.retain(|candidate| kind.is_none_or(|kind| candidate.entity.kind == kind));
        // Who is looked up by name is meant before the topic of that name.
        if kind.is_none()
            && candidates
                .iter()
                .any(|candidate| is_entity_kind(&candidate.entity.kind))
        {
            candidates.retain(|candidate| is_entity_kind(&candidate.entity.kind));
        }
        if candidates.is_empty() {
            let filter = EntityFilter {
                name: Some(name.to_owned()),
                kinds: kind.map(str::to_owned).into_iter().collect(),
                limit: Some(SUGGESTIONS),
                ..EntityFilter::default()
            };
            return Ok(Resolved::Unknown(self.entities(&filter)?));
        }
        let all: u64 = candidates.iter().map(|candidate| candidate.mentions).sum();
        let is_clear = candidates.len() == 1 || candidates[0].mentions as f64 > CLEAR_SHARE * all as f64;
        Ok(match is_clear {
            true => Resolved::One(candidates.swap_remove(0).entity),
            false => Resolved::Several(candidates),
        })
    }

    /// The entities that pass `filter`, the most frequent first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn entities(&self, filter: &EntityFilter) -> Result<Vec<EntityRow>> {
        let mut conditions = vec!["articles >= ?".to_owned()];
        let mut parameters = vec![Value::from(
            i64::try_from(filter.min_articles.max(1)).unwrap_or(i64::MAX),
        )];
        if filter.kinds.is_empty() {
            conditions.push("kind IN ('PER', 'LOC', 'ORG')".to_owned());
        } else {
            conditions.push(format!("kind IN ({})", vec!["?"; filter.kinds.len()].join(", ")));
            parameters.extend(filter.kinds.iter().cloned().map(Value::from));
        }
        if let Some(name) = &filter.name {
            conditions.push("id IN (SELECT entity FROM variant WHERE instr(folded, ?) > 0)".to_owned());
            parameters.push(Value::from(fold_name(name)));
        }
        let limit = filter
            .limit
            .map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        parameters.push(Value::from(limit));
        let sql = format!(
            "SELECT {ENTITY_COLUMNS} FROM entity WHERE {} ORDER BY articles DESC, mentions DESC, key LIMIT ?",
            conditions.join(" AND ")
        );
        self.rows(&sql, params_from_iter(parameters), EntityRow::read)
    }

    /// What an entity is called, the most frequent form first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn variants(&self, entity: &EntityRow) -> Result<Vec<(String, u64)>> {
        self.rows(
            "SELECT text, mentions FROM variant WHERE entity = ?1 AND mentions > 0 ORDER BY mentions DESC, text",
            params![entity.number],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}
