//! Topic definitions: the readable TOML that says which terms make a topic.
//!
//! The format is described in `data/topics/README.md`. Everything is checked on
//! loading, so that a typo names its file and entry instead of going unnoticed.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::iptc::{Concept, concept};
use crate::error::{Error, Result};
use crate::text::fold;

/// Score that a definition must reach when it names no threshold of its own.
const THRESHOLD: f32 = 1.0;
/// Weight of an entry of `hints` that carries no weight of its own.
const HINT_WEIGHT: f32 = 0.4;

/// A combination has at most so many lists, a definition so many combinations.
const MOST_LISTS: usize = 64;
const MOST_COMBINATIONS: usize = 255;

/// Which list of topics a definition belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A matter that newsrooms follow; `[[issue]]`.
    Issue,
    /// A concept of the IPTC Media Topics; `[[subject]]`.
    Subject,
}

/// One `[[issue]]` or `[[subject]]`, as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Definition {
    /// Identifier, unique in its kind; a user's definition replaces the one of this id.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Identifier of the wider issue.
    pub parent: Option<String>,
    /// IPTC Media Topic codes, without the prefix `medtop:`.
    pub iptc: Vec<String>,
    /// Wikidata item.
    pub qid: Option<String>,
    /// Score at which the topic is assigned; 1 unless given.
    pub threshold: Option<f32>,
    /// Terms of which one is enough (weight 1 unless `term^weight`).
    pub terms: Vec<String>,
    /// Terms that only count together with others (weight 0.4 unless `term^weight`).
    pub hints: Vec<String>,
    /// Wikidata items of which one is enough, where entities are linked.
    pub entities: Vec<String>,
    /// Combinations of terms.
    pub near: Vec<Near>,
    /// Longer phrases inside which terms do not count.
    pub except: Vec<String>,
    /// Terms whose presence anywhere rules the topic out.
    pub exclude: Vec<String>,
    /// Sentences to which the topic must be assigned.
    pub positive: Vec<String>,
    /// Sentences to which it must not be assigned.
    pub negative: Vec<String>,
}

/// Terms that must occur together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Near {
    /// One term of every list must occur.
    pub all: Vec<Vec<String>>,
    /// How close.
    pub within: Within,
    /// What the combination adds to the score; 1 unless given.
    #[serde(default = "one")]
    pub weight: f32,
}

fn one() -> f32 {
    1.0
}

/// How close the terms of a combination must be.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Within {
    /// In so many characters, from the start of the first to the end of the last.
    Characters(u32),
    /// In the unit of that name.
    Unit(Unit),
}

/// A part of the text that holds a combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Up to a full stop, question mark, exclamation mark, semicolon or line break.
    Sentence,
    /// The whole text.
    Document,
}

/// A term with its weight; lists are resolved, the text is folded.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    pub text: String,
    pub weight: f32,
}

impl Definition {
    pub(super) fn threshold(&self) -> f32 {
        self.threshold.unwrap_or(THRESHOLD)
    }
}

/// The definitions of one or several files.
#[derive(Clone, Debug, Default)]
pub(super) struct Definitions {
    lists: BTreeMap<String, Vec<String>>,
    pub entries: Vec<(Kind, Definition)>,
}

impl Definitions {
    /// Adds the definitions of `source`. An entry of an earlier file with the
    /// same kind and id is replaced; twice in one file is an error.
    pub fn add(&mut self, name: &str, source: &str) -> Result<()> {
        let file: toml::Table = source
            .parse()
            .map_err(|error| Error::resource(name, format!("not TOML: {error}")))?;
        let mut added = Vec::new();
        for (key, value) in file {
            match key.as_str() {
                "lists" => self.add_lists(name, value)?,
                "issue" => read_entries(name, Kind::Issue, value, &mut added)?,
                "subject" => read_entries(name, Kind::Subject, value, &mut added)?,
                _ => {
                    return Err(Error::resource(
                        name,
                        format!("unknown table {key:?}: expected [lists], [[issue]] or [[subject]]"),
                    ));
                }
            }
        }
        let mut seen = HashSet::new();
        for (kind, entry) in added {
            if !seen.insert((kind, entry.id.clone())) {
                return Err(at_entry(name, &entry.id, "the id is used twice in this file"));
            }
            match self
                .entries
                .iter_mut()
                .find(|(k, e)| *k == kind && e.id == entry.id)
            {
                Some(earlier) => *earlier = (kind, entry),
                None => self.entries.push((kind, entry)),
            }
        }
        self.check(name)
    }

    fn add_lists(&mut self, name: &str, value: toml::Value) -> Result<()> {
        let lists: BTreeMap<String, Vec<String>> = value.try_into().map_err(|error: toml::de::Error| {
            Error::resource(name, format!("[lists]: {}", error.message()))
        })?;
        self.lists.extend(lists);
        Ok(())
    }

    fn check(&self, name: &str) -> Result<()> {
        for (_, entry) in &self.entries {
            let fail = |reason: String| Err(at_entry(name, &entry.id, reason));
            self.terms(&entry.terms, 1.0).or_else(fail)?;
            self.terms(&entry.hints, 1.0).or_else(fail)?;
            self.terms(&entry.except, 1.0).or_else(fail)?;
            self.terms(&entry.exclude, 1.0).or_else(fail)?;
            if entry.terms.is_empty()
                && entry.hints.is_empty()
                && entry.near.is_empty()
                && entry.entities.is_empty()
            {
                return Err(at_entry(
                    name,
                    &entry.id,
                    "nothing to match: give terms, hints, entities or near",
                ));
            }
            if let Some(bad) = entry.entities.iter().chain(&entry.qid).find(|id| !is_qid(id)) {
                return Err(at_entry(
                    name,
                    &entry.id,
                    format!("{bad:?} is not a Wikidata item such as \"Q148\""),
                ));
            }
            if !(entry.threshold() > 0.0 && entry.threshold().is_finite()) {
                return Err(at_entry(name, &entry.id, "threshold must be a number above 0"));
            }
            if entry.near.len() > MOST_COMBINATIONS {
                return Err(at_entry(
                    name,
                    &entry.id,
                    format!("near: more than {MOST_COMBINATIONS} combinations"),
                ));
            }
            for near in &entry.near {
                if near.all.len() > MOST_LISTS {
                    return Err(at_entry(
                        name,
                        &entry.id,
                        format!("near: more than {MOST_LISTS} lists"),
                    ));
                }
                if near.all.len() < 2 {
                    return Err(at_entry(
                        name,
                        &entry.id,
                        "near: `all` needs two lists of terms or more",
                    ));
                }
                if !near.weight.is_finite() || near.weight == 0.0 {
                    return Err(at_entry(
                        name,
                        &entry.id,
                        "near: weight must be a number other than 0",
                    ));
                }
                for group in &near.all {
                    if self.terms(group, 1.0).or_else(fail)?.is_empty() {
                        return Err(at_entry(name, &entry.id, "near: a list of terms is empty"));
                    }
                }
            }
        }
        Ok(())
    }

    /// Checks what can only be checked when all files are read.
    pub fn finish(&self, name: &str) -> Result<()> {
        for (kind, entry) in &self.entries {
            let Some(parent) = &entry.parent else { continue };
            if !self.entries.iter().any(|(k, e)| k == kind && e.id == *parent) {
                return Err(at_entry(
                    name,
                    &entry.id,
                    format!("parent {parent:?} is not defined"),
                ));
            }
        }
        Ok(())
    }

    /// The IPTC concepts of an entry: a subject is one, an issue names some.
    pub fn codes(&self, kind: Kind, entry: &Definition) -> Result<Vec<&'static Concept>> {
        let codes = match kind {
            Kind::Subject => std::slice::from_ref(&entry.id),
            Kind::Issue => &entry.iptc,
        };
        let unknown = |code: &String| {
            at_entry(
                "topics",
                &entry.id,
                format!("{code:?} is no IPTC Media Topic of the first two levels"),
            )
        };
        codes
            .iter()
            .map(|code| concept(code).ok_or_else(|| unknown(code)))
            .collect()
    }

    pub fn strong(&self, entry: &Definition) -> Vec<Term> {
        self.terms(&entry.terms, 1.0).unwrap_or_default()
    }

    pub fn hints(&self, entry: &Definition) -> Vec<Term> {
        self.terms(&entry.hints, HINT_WEIGHT).unwrap_or_default()
    }

    pub fn plain(&self, terms: &[String]) -> Vec<String> {
        let terms = self.terms(terms, 1.0).unwrap_or_default();
        terms.into_iter().map(|term| term.text).collect()
    }

    /// Resolves `@list` and `^weight` and folds; the error is the reason alone.
    fn terms(&self, written: &[String], default: f32) -> std::result::Result<Vec<Term>, String> {
        let mut terms = Vec::with_capacity(written.len());
        for entry in written {
            let (text, weight) = match entry.rsplit_once('^') {
                None => (entry.as_str(), default),
                Some((text, weight)) => match weight.parse::<f32>() {
                    Ok(weight) if weight.is_finite() && weight != 0.0 => (text, weight),
                    _ => {
                        return Err(format!(
                            "{entry:?}: the weight after ^ must be a number other than 0"
                        ));
                    }
                },
            };
            let Some(list) = text.strip_prefix('@') else {
                terms.push(Term {
                    text: folded(text).ok_or("an empty term")?,
                    weight,
                });
                continue;
            };
            let Some(members) = self.lists.get(list) else {
                return Err(format!("the list @{list} is not defined"));
            };
            for member in members {
                if member.starts_with('@') {
                    return Err(format!(
                        "the list @{list} names another list, {member}: lists do not nest"
                    ));
                }
                let text = folded(member).ok_or_else(|| format!("the list @{list} has an empty term"))?;
                terms.push(Term { text, weight });
            }
        }
        Ok(terms)
    }
}

fn read_entries(
    name: &str,
    kind: Kind,
    value: toml::Value,
    into: &mut Vec<(Kind, Definition)>,
) -> Result<()> {
    let toml::Value::Array(entries) = value else {
        return Err(Error::resource(
            name,
            "expected [[issue]] or [[subject]], with two brackets",
        ));
    };
    for (number, entry) in entries.into_iter().enumerate() {
        let id = entry
            .get("id")
            .and_then(toml::Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let shown = if id.is_empty() {
            format!("number {}", number + 1)
        } else {
            id
        };
        let definition: Definition = entry
            .try_into()
            .map_err(|error: toml::de::Error| at_entry(name, &shown, error.message()))?;
        if definition.id.is_empty() {
            return Err(at_entry(name, &shown, "it has no id"));
        }
        if kind == Kind::Issue && definition.name.is_empty() {
            return Err(at_entry(name, &shown, "it has no name"));
        }
        into.push((kind, definition));
    }
    Ok(())
}

fn at_entry(name: &str, id: &str, reason: impl std::fmt::Display) -> Error {
    Error::resource(name, format!("topic {id:?}: {reason}"))
}

fn is_qid(text: &str) -> bool {
    text.strip_prefix('Q')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The form in which terms and texts are compared; `None` if nothing is left.
fn folded(term: &str) -> Option<String> {
    let text: String = term
        .trim()
        .chars()
        .map(fold)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    (!text.is_empty()).then_some(text)
}
