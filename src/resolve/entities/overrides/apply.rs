//! What the entries do to the knowledge base. Each says why if it changes nothing.

use super::{Add, Merge, Rename, Split, Suppress};
use crate::document::EntityType;
use crate::resolve::entities::KnowledgeBase;
use crate::resolve::entities::key::{key, last_part};
use crate::resolve::entities::knowledge::UserEntity;
use crate::resolve::entities::table::{Number, Strength};

impl KnowledgeBase {
    /// The one entity that a name stands for most strongly, or that has the identifier.
    fn the(&self, name: &str, kind: Option<EntityType>) -> Result<Number, String> {
        if let Ok(qid) = parse_qid(name) {
            let entity = (0..self.len() as Number).find(|&entity| self.qid(entity) == Some(qid));
            return entity.ok_or_else(|| format!("no entity has the identifier {name}"));
        }
        let found = self.find(&key(name));
        let mut fitting = found
            .iter()
            .filter(|&&(e, _)| kind.is_none_or(|kind| self.kind(e) == kind));
        let Some(&(first, strength)) = fitting.next() else {
            return Err(format!(
                "no entity is named {name:?}; add it, or use its canonical name"
            ));
        };
        if let Some(&(second, _)) = fitting.find(|&&(_, s)| s == strength) {
            return Err(format!(
                "{name:?} may be {} or {}: use the canonical name or give the type",
                self.id(first),
                self.id(second)
            ));
        }
        Ok(first)
    }

    pub(super) fn add(&mut self, entry: &Add) -> Result<(), String> {
        let name_key = key(&entry.name);
        if name_key.is_empty() {
            return Err("the name has no letter or character".to_owned());
        }
        let known = self
            .find(&name_key)
            .iter()
            .find(|&&(e, s)| s == Strength::Canonical && self.kind(e) == entry.kind)
            .map(|&(e, _)| e);
        let mut changed = known.is_none();
        let entity = match known {
            Some(entity) => entity,
            None => {
                let place = entry
                    .place
                    .as_deref()
                    .map(|place| self.the(place, None))
                    .transpose()?;
                let qid = entry.qid.as_deref().map(parse_qid).transpose()?;
                self.user.entities.push(UserEntity {
                    kind: Some(entry.kind),
                    name: entry.name.clone(),
                    hant: entry.traditional.clone(),
                    english: entry.english.clone(),
                    place,
                    qid,
                    learned: entry.learned,
                });
                let entity = (self.len() - 1) as Number;
                self.note_line(&name_key, entity);
                self.user
                    .names
                    .entry(name_key)
                    .or_default()
                    .push((entity, Strength::Canonical));
                entity
            }
        };
        let short = last_part(&entry.name).filter(|_| entry.kind == EntityType::Person);
        let variants = entry.variants.iter().map(|v| (v.as_str(), Strength::Variant));
        let others = [
            (entry.traditional.as_str(), Strength::Variant),
            (entry.english.as_str(), Strength::Variant),
        ];
        for (variant, strength) in variants.chain(others).chain(short.map(|s| (s, Strength::Short))) {
            changed |= self.add_name(variant, entity, strength);
        }
        let ignored = known.is_some() && (entry.place.is_some() || entry.qid.is_some() || entry.learned);
        match (changed, ignored) {
            (true, false) => Ok(()),
            (true, true) => Err(format!(
                "{:?} is known: its names were added, place and identifier stay as they are",
                entry.name
            )),
            (false, _) => Err(format!("{:?} is known with all these names already", entry.name)),
        }
    }

    fn add_name(&mut self, name: &str, entity: Number, strength: Strength) -> bool {
        let key = key(name);
        if key.is_empty() || self.find(&key).iter().any(|&(e, s)| e == entity && s <= strength) {
            return false;
        }
        self.user.removed.remove(&(key.clone(), entity));
        self.note_line(&key, entity);
        self.user.names.entry(key).or_default().push((entity, strength));
        true
    }

    /// Whether an entity of a kind goes by a name.
    fn has_name(&self, name: &str, kind: EntityType) -> bool {
        self.find(&key(name))
            .iter()
            .any(|&(entity, _)| self.kind(entity) == kind)
    }

    fn note_line(&mut self, key: &str, entity: Number) {
        if let Some(line) = self.user.current.clone() {
            self.user.lines.insert((key.to_owned(), entity), line);
        }
    }

    pub(super) fn merge(&mut self, entry: &Merge) -> Result<(), String> {
        let into = self.the(&entry.into, entry.kind)?;
        match self.the(&entry.from, entry.kind) {
            Ok(from) if from == into => Err(format!("{:?} is {:?} already", entry.from, entry.into)),
            Ok(from) => {
                self.user.merged.insert(from, into);
                self.note_line(&key(&entry.from), into);
                Ok(())
            }
            // A name that nobody of the kind has yet becomes a variant.
            Err(_)
                if !self.has_name(&entry.from, self.kind(into))
                    && self.add_name(&entry.from, into, Strength::Variant) =>
            {
                Ok(())
            }
            Err(reason) => Err(reason),
        }
    }

    pub(super) fn split(&mut self, entry: &Split) -> Result<(), String> {
        let of = self.the(&entry.of, entry.kind)?;
        let name = key(&entry.name);
        if !self.find(&name).iter().any(|&(e, _)| e == of) {
            return Err(format!("{:?} does not stand for {:?}", entry.name, entry.of));
        }
        self.user.removed.insert((name, of));
        Ok(())
    }

    pub(super) fn rename(&mut self, entry: &Rename) -> Result<(), String> {
        let entity = self.the(&entry.from, entry.kind)?;
        if self.name(entity) == entry.to {
            return Err(format!("{:?} has that name already", entry.from));
        }
        self.add_name(&entry.to, entity, Strength::Canonical);
        self.user.renamed.insert(entity, entry.to.clone());
        Ok(())
    }

    pub(super) fn suppress(&mut self, entry: &Suppress) -> Result<(), String> {
        let entity = self.the(&entry.name, entry.kind)?;
        if self.user.suppressed.insert(entity) {
            return Ok(());
        }
        Err(format!("{:?} is suppressed already", entry.name))
    }
}

/// The number of `Q22686`.
fn parse_qid(qid: &str) -> Result<u32, String> {
    qid.strip_prefix('Q')
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| format!("{qid:?} is not a Wikidata identifier such as Q22686"))
}
