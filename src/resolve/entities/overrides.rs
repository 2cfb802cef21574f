//! The user's word over the knowledge base: entities added, merged, split,
//! renamed and suppressed by a TOML file.
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

use std::fmt;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::key::{key, last_part};
use super::knowledge::{KnowledgeBase, UserEntity};
use super::table::{Number, Strength};
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    add: Vec<Spanned<Add>>,
    #[serde(default)]
    merge: Vec<Spanned<Merge>>,
    #[serde(default)]
    split: Vec<Spanned<Split>>,
    #[serde(default)]
    rename: Vec<Spanned<Rename>>,
    #[serde(default)]
    suppress: Vec<Spanned<Suppress>>,
}

#[derive(Deserialize)]
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    from: String,
    into: String,
    #[serde(rename = "type")]
    kind: Option<EntityType>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Split {
    name: String,
    of: String,
    #[serde(rename = "type")]
    kind: Option<EntityType>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rename {
    from: String,
    to: String,
    #[serde(rename = "type")]
    kind: Option<EntityType>,
}

#[derive(Deserialize)]
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
        let file: File = toml::from_str(&text).map_err(|e| {
            let line = e.span().map_or(1, |span| line_of(&text, span.start));
            Error::input(format!("{}:{line}", path.display()), e.message())
        })?;
        let mut idle = Vec::new();
        let mut report = |start: usize, outcome: Result<(), String>| {
            if let Err(reason) = outcome {
                idle.push(NoEffect {
                    line: line_of(&text, start),
                    reason,
                });
            }
        };
        for entry in &file.add {
            report(entry.span().start, self.add(entry.get_ref()));
        }
        for entry in &file.merge {
            report(entry.span().start, self.merge(entry.get_ref()));
        }
        for entry in &file.split {
            report(entry.span().start, self.split(entry.get_ref()));
        }
        for entry in &file.rename {
            report(entry.span().start, self.rename(entry.get_ref()));
        }
        for entry in &file.suppress {
            report(entry.span().start, self.suppress(entry.get_ref()));
        }
        idle.sort_by_key(|entry| entry.line);
        Ok((self, idle))
    }

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

    fn add(&mut self, entry: &Add) -> Result<(), String> {
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
        if changed {
            return Ok(());
        }
        Err(format!("{:?} is known with all these names already", entry.name))
    }

    fn add_name(&mut self, name: &str, entity: Number, strength: Strength) -> bool {
        let key = key(name);
        if key.is_empty() || self.find(&key).iter().any(|&(e, s)| e == entity && s <= strength) {
            return false;
        }
        self.user.removed.remove(&(key.clone(), entity));
        self.user.names.entry(key).or_default().push((entity, strength));
        true
    }

    fn merge(&mut self, entry: &Merge) -> Result<(), String> {
        let into = self.the(&entry.into, entry.kind)?;
        match self.the(&entry.from, entry.kind) {
            Ok(from) if from == into => Err(format!("{:?} is {:?} already", entry.from, entry.into)),
            Ok(from) => {
                self.user.merged.insert(from, into);
                Ok(())
            }
            // A name that nobody has yet becomes a variant.
            Err(_)
                if self.find(&key(&entry.from)).is_empty()
                    && self.add_name(&entry.from, into, Strength::Variant) =>
            {
                Ok(())
            }
            Err(reason) => Err(reason),
        }
    }

    fn split(&mut self, entry: &Split) -> Result<(), String> {
        let of = self.the(&entry.of, entry.kind)?;
        let name = key(&entry.name);
        if !self.find(&name).iter().any(|&(e, _)| e == of) {
            return Err(format!("{:?} does not stand for {:?}", entry.name, entry.of));
        }
        self.user.removed.insert((name, of));
        Ok(())
    }

    fn rename(&mut self, entry: &Rename) -> Result<(), String> {
        let entity = self.the(&entry.from, entry.kind)?;
        if self.name(entity) == entry.to {
            return Err(format!("{:?} has that name already", entry.from));
        }
        self.add_name(&entry.to, entity, Strength::Canonical);
        self.user.renamed.insert(entity, entry.to.clone());
        Ok(())
    }

    fn suppress(&mut self, entry: &Suppress) -> Result<(), String> {
        let entity = self.the(&entry.name, entry.kind)?;
        self.user.suppressed.insert(entity);
        Ok(())
    }
}

fn parse_qid(qid: &str) -> Result<u32, String> {
    qid.strip_prefix('Q')
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| format!("{qid:?} is not a Wikidata identifier such as Q22686"))
}

/// Line of a byte offset, from 1.
fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&b| b == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Mention;
    use crate::resolve::entities::link;

    fn base(file: &str) -> Result<(KnowledgeBase, Vec<NoEffect>)> {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("kb.toml");
        std::fs::write(&path, file).expect("written");
        KnowledgeBase::embedded()?.with_overrides(path)
    }

    fn name(kb: &KnowledgeBase, text: &str, kind: EntityType) -> String {
        let mention = Mention {
            start: 0,
            end: text.chars().count(),
            text: text.to_owned(),
            kind,
            confidence: 1.0,
            entity: None,
        };
        let linked = link(text, &[mention], None, kb);
        linked
            .entities
            .first()
            .map_or(String::new(), |entity| entity.name.clone())
    }

    #[test]
    fn the_user_decides_last() {
        let (kb, idle) = base(
            "[[add]]\nname = \"甲·乙丙\"\ntype = \"PER\"\nvariants = [\"老乙\"]\n\
             [[merge]]\nfrom = \"大胡子\"\ninto = \"普京\"\n\
             [[split]]\nname = \"五角大楼\"\nof = \"美国国防部\"\n\
             [[rename]]\nfrom = \"菅义伟\"\nto = \"菅先生\"\n\
             [[suppress]]\nname = \"钓鱼岛\"\n",
        )
        .unwrap();
        assert_eq!(idle, []);
        use EntityType::{Organization, Person};
        assert_eq!(name(&kb, "老乙", Person), "甲·乙丙");
        assert_eq!(name(&kb, "乙丙", Person), "甲·乙丙");
        assert_eq!(name(&kb, "大胡子", Person), "弗拉基米尔·普京");
        assert_eq!(name(&kb, "五角大楼", Organization), "五角大楼");
        assert_eq!(name(&kb, "菅义伟", Person), "菅先生");
        assert_eq!(name(&kb, "尖阁诸岛", EntityType::Location), "尖阁诸岛");
    }

    #[test]
    fn entries_without_effect_are_reported_with_their_line() {
        let (_, idle) = base(
            "# mine\n[[suppress]]\nname = \"查无此人甲乙丙\"\n\n[[split]]\nname = \"白宫\"\nof = \"普京\"\n\n\
             [[merge]]\nfrom = \"川普\"\ninto = \"特朗普\"\n",
        )
        .unwrap();
        assert_eq!(idle.iter().map(|entry| entry.line).collect::<Vec<_>>(), [2, 5, 9]);
        assert!(idle[0].reason.contains("no entity is named"));
    }

    #[test]
    fn a_wrong_key_names_its_line() {
        let error = base("[[add]]\nname = \"甲\"\ntype = \"PER\"\nvariant = [\"乙\"]\n").unwrap_err();
        assert!(error.to_string().contains("kb.toml:4"), "{error}");
    }
}
