//! The knowledge base: the embedded table and what the user adds to it.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::institutions::Institutions;
use super::key::key;
use super::table::{Number, Office, Strength, Table};
use crate::document::EntityType;
use crate::error::Result;

/// Written by `data/kb/build.py`.
static EMBEDDED: &[u8] = include_bytes!("../../../data/kb/kb.bin");

/// How much counts for an entity that was learned: its full name is enough, the family
/// name alone is not.
const LEARNED_WEIGHT: u8 = 40;

/// What is known about entities: names, variants, places, offices.
///
/// Cheap to open (the table is read in place) and to share between threads.
#[derive(Clone, Debug)]
pub struct KnowledgeBase {
    pub(super) table: Table,
    pub(super) institutions: Institutions,
    pub(super) user: UserLayer,
}

/// Entities and names that lie over the table.
#[derive(Clone, Debug, Default)]
pub(super) struct UserLayer {
    pub entities: Vec<UserEntity>,
    /// By key: names that the table does not have.
    pub names: HashMap<String, Vec<(Number, Strength)>>,
    /// Names that no longer stand for an entity.
    pub removed: HashSet<(String, Number)>,
    /// Entities that are found as all others, so that nobody inherits their names, but
    /// that no mention stands for in the end.
    pub suppressed: HashSet<Number>,
    pub renamed: HashMap<Number, String>,
    pub merged: HashMap<Number, Number>,
    /// `file:line` that gave a name to an entity.
    pub lines: HashMap<(String, Number), String>,
    /// The line that is being read.
    pub current: Option<String>,
}

impl UserLayer {
    /// Whether look-ups are as in the table.
    fn is_empty(&self) -> bool {
        self.names.is_empty() && self.removed.is_empty() && self.merged.is_empty()
    }
}

/// An entity that the user added, or that was learned from the corpus.
#[derive(Clone, Debug, Default)]
pub(super) struct UserEntity {
    pub kind: Option<EntityType>,
    pub name: String,
    pub hant: String,
    pub english: String,
    pub place: Option<Number>,
    pub qid: Option<u32>,
    /// Learned from a corpus rather than told by the user.
    pub learned: bool,
}

impl KnowledgeBase {
    /// The knowledge base that ships in the binary.
    ///
    /// # Errors
    /// If the embedded table is not of the layout that this version reads.
    pub fn embedded() -> Result<Self> {
        Ok(Self {
            table: Table::open(EMBEDDED)?,
            institutions: Institutions::embedded(),
            user: UserLayer::default(),
        })
    }

    /// Number of entities.
    pub fn len(&self) -> usize {
        self.table.len() + self.user.entities.len()
    }

    /// Whether it knows nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn own(&self, entity: Number) -> Option<&UserEntity> {
        let at = (entity as usize).checked_sub(self.table.len())?;
        self.user.entities.get(at)
    }

    pub(super) fn name(&self, entity: Number) -> &str {
        match (self.user.renamed.get(&entity), self.own(entity)) {
            (Some(name), _) => name,
            (None, Some(own)) => &own.name,
            (None, None) => self.table.name(entity),
        }
    }

    /// The name in the embedded table, whatever the user calls the entity.
    pub(super) fn table_name(&self, entity: Number) -> Option<&str> {
        self.own(entity).is_none().then(|| self.table.name(entity))
    }

    pub(super) fn hant(&self, entity: Number) -> &str {
        match self.own(entity) {
            Some(own) => &own.hant,
            None if self.user.renamed.contains_key(&entity) => "",
            None => self.table.hant(entity),
        }
    }

    pub(super) fn english(&self, entity: Number) -> &str {
        self.own(entity)
            .map_or_else(|| self.table.english(entity), |own| &own.english)
    }

    pub(super) fn kind(&self, entity: Number) -> EntityType {
        self.own(entity)
            .and_then(|own| own.kind)
            .unwrap_or_else(|| self.table.kind(entity))
    }

    pub(super) fn place(&self, entity: Number) -> Option<Number> {
        match self.own(entity) {
            Some(own) => own.place,
            None => self.table.place(entity),
        }
    }

    pub(super) fn qid(&self, entity: Number) -> Option<u32> {
        match self.own(entity) {
            Some(own) => own.qid,
            None => self.table.qid(entity),
        }
    }

    pub(super) fn weight(&self, entity: Number) -> u8 {
        match self.own(entity) {
            Some(own) if own.learned => LEARNED_WEIGHT,
            Some(_) => 255,
            None => self.table.weight(entity),
        }
    }

    pub(super) fn is_prominent(&self, entity: Number) -> bool {
        match self.own(entity) {
            Some(own) => !own.learned,
            None => self.table.is_prominent(entity),
        }
    }

    pub(super) fn is_country(&self, entity: Number) -> bool {
        self.own(entity).is_none() && self.table.is_country(entity)
    }

    pub(super) fn offices(&self, entity: Number) -> impl Iterator<Item = Office> + '_ {
        let known = self.own(entity).is_none();
        self.table.offices(entity).filter(move |_| known)
    }

    /// The country that an entity is or belongs to, through its province or body.
    pub(super) fn country(&self, entity: Number) -> Option<Number> {
        let mut at = entity;
        for _ in 0..5 {
            if self.is_country(at) {
                return Some(at);
            }
            at = self.place(at)?;
        }
        None
    }

    /// The stable identifier: `Q…` where Wikidata's is certain, else type and
    /// canonical name, with the place where another entity has the same name.
    pub(super) fn id(&self, entity: Number) -> String {
        if let Some(qid) = self
            .qid(entity)
            .filter(|_| !self.user.renamed.contains_key(&entity))
        {
            return format!("Q{qid}");
        }
        let (name, kind) = (self.name(entity), self.kind(entity));
        let namesakes = self
            .find(&key(name))
            .iter()
            .filter(|&&(other, strength)| {
                strength == Strength::Canonical && self.kind(other) == kind && self.name(other) == name
            })
            .count();
        match self.place(entity).filter(|_| namesakes > 1) {
            Some(place) => format!("{kind}:{name}@{}", self.name(place)),
            None => format!("{kind}:{name}"),
        }
    }

    /// The entities that a key may stand for, the strongest names first.
    pub(super) fn find(&self, key: &str) -> Vec<(Number, Strength)> {
        let mut found: Vec<(Number, Strength)> = self.table.find(key).collect();
        if !self.user.is_empty() {
            self.overrule(key, &mut found);
        }
        if found.len() > 1 {
            found.sort_by_key(|&(entity, strength)| (strength, entity));
            // Each once, under its strongest name; few share one, so a search beats a set.
            let mut unique: Vec<(Number, Strength)> = Vec::with_capacity(found.len());
            for (entity, strength) in found {
                if !unique.iter().any(|&(known, _)| known == entity) {
                    unique.push((entity, strength));
                }
            }
            return unique;
        }
        found
    }

    /// Lets the user's names, splits and merges work on what the table has.
    fn overrule(&self, key: &str, found: &mut Vec<(Number, Strength)>) {
        let user = &self.user;
        if let Some(names) = user.names.get(key) {
            found.extend(names);
        }
        if !user.removed.is_empty() {
            found.retain(|&(entity, _)| !user.removed.contains(&(key.to_owned(), entity)));
        }
        for (entity, _) in found {
            *entity = self.merged_into(*entity);
        }
    }

    /// The names of all entities of a kind: key, entity, strength.
    pub(super) fn names_of(&self, kind: EntityType) -> impl Iterator<Item = (String, Number, Strength)> + '_ {
        let mut keys: BTreeSet<&str> = self.user.names.keys().map(String::as_str).collect();
        for key in self.table.keys() {
            keys.insert(key);
        }
        keys.into_iter().flat_map(move |key| {
            self.find(key)
                .into_iter()
                .filter(move |&(entity, _)| self.kind(entity) == kind)
                .map(move |(entity, strength)| (key.to_owned(), entity, strength))
        })
    }

    pub(super) fn suppresses(&self) -> bool {
        !self.user.suppressed.is_empty()
    }

    pub(super) fn is_suppressed(&self, entity: Number) -> bool {
        self.user.suppressed.contains(&entity)
    }

    /// Follows the user's merges; a circle ends where it began.
    pub(super) fn merged_into(&self, entity: Number) -> Number {
        let mut at = entity;
        for _ in 0..self.user.merged.len() {
            match self.user.merged.get(&at) {
                Some(&next) if next != entity => at = next,
                _ => break,
            }
        }
        at
    }
}
