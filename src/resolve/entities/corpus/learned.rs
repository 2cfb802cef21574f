//! What was learned from a corpus: written into its records, and into a file.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use super::articles::{ArticleKey, article_key};
use super::clusters::Clusters;
use super::decide::Reasons;
use super::gather::{Node, Nodes, is_qid};
use super::short::Shorts;
use crate::document::{Document, EntityType};
use crate::resolve::entities::key::{has_han, is_dot, key};
use crate::resolve::entities::{Entity, KnowledgeBase, traditional_of};

/// Which names of a corpus are one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learned {
    people_and_bodies: Vec<Target>,
    /// Entity id → index of what it is, in every article.
    everywhere: BTreeMap<String, usize>,
    /// The same for bare family names, article by article.
    here: BTreeMap<(ArticleKey, String), usize>,
    merges: Vec<Merge>,
}

/// An entity under which others go.
#[derive(Clone, Debug, PartialEq)]
struct Target {
    id: String,
    kind: EntityType,
    name: String,
    hant: Option<String>,
    english: Option<String>,
    known: bool,
}

/// A name that was joined to an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// Type of both.
    pub kind: EntityType,
    /// The name.
    pub name: String,
    /// Id and canonical name of the entity.
    pub into: (String, String),
    /// What tells that they are one.
    pub reason: Reason,
    /// Articles that say so; 0 where the names themselves do.
    pub articles: usize,
}

/// What tells that two names are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// They differ in punctuation, case or width.
    Writing,
    /// Articles gloss one by the other.
    Gloss,
    /// Transliterations of one sound.
    Sound,
    /// One family name and like given names in one office.
    GivenName,
    /// A bare family name of which the corpus has one bearer.
    FamilyName,
}

impl Reason {
    fn describe(self) -> &'static str {
        match self {
            Self::Writing => "another way of writing",
            Self::Gloss => "gloss",
            Self::Sound => "sounds alike",
            Self::GivenName => "given name alike, same office",
            Self::FamilyName => "family name, by title or company",
        }
    }
}

impl Learned {
    pub(super) fn new(
        nodes: &Nodes<'_>,
        clusters: &Clusters,
        reasons: &Reasons,
        shorts: &Shorts,
        kb: &KnowledgeBase,
    ) -> Self {
        let mut learned = Self::default();
        let mut target_of: HashMap<usize, usize> = HashMap::new();
        let bearers = shorts.values().copied();
        let joined = (0..nodes.all().len()).filter(|&node| clusters.members(node).len() > 1);
        for node in joined.chain(bearers) {
            target_of.entry(clusters.root(node)).or_insert_with(|| {
                learned
                    .people_and_bodies
                    .push(target(nodes, clusters.members(node), kb));
                learned.people_and_bodies.len() - 1
            });
        }
        for (at, node) in nodes.all().iter().enumerate() {
            let Some(&target) = target_of.get(&clusters.root(at)).filter(|_| !node.known) else {
                continue;
            };
            let into = &learned.people_and_bodies[target];
            if into.id != node.id {
                let (reason, articles) = reasons.get(&at).copied().unwrap_or((Reason::Writing, 0));
                learned.merges.push(Merge::new(node, into, reason, articles));
            }
            if node.facts().is_some() {
                learned.everywhere.insert(node.id.clone(), target);
            }
        }
        learned.add_shorts(nodes, clusters, shorts, &target_of);
        learned
            .merges
            .sort_by(|a, b| (a.kind, &a.into, &a.name).cmp(&(b.kind, &b.into, &b.name)));
        learned
    }

    fn add_shorts(
        &mut self,
        nodes: &Nodes<'_>,
        clusters: &Clusters,
        shorts: &Shorts,
        target_of: &HashMap<usize, usize>,
    ) {
        let mut articles: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for (&(article, bare), &bearer) in shorts {
            let target = target_of[&clusters.root(bearer)];
            self.here.insert((article, nodes.all()[bare].id.clone()), target);
            *articles.entry((bare, target)).or_default() += 1;
        }
        for ((bare, target), articles) in articles {
            let into = &self.people_and_bodies[target];
            let merge = Merge::new(&nodes.all()[bare], into, Reason::FamilyName, articles);
            self.merges.push(merge);
        }
    }

    /// The names that were joined, by type, entity and name.
    pub fn merges(&self) -> &[Merge] {
        &self.merges
    }

    /// Writes what was learned into a record; returns how many mentions now stand for
    /// another entity.
    pub fn apply(&self, document: &mut Document) -> usize {
        let article = article_key(document);
        let moved: BTreeMap<String, &Target> = document
            .entities
            .iter()
            .filter_map(|entity| Some((entity.id.clone(), self.target(article, &entity.id)?)))
            .collect();
        if moved.is_empty() {
            return 0;
        }
        let mut changed = 0;
        for mention in &mut document.mentions {
            let Some(target) = mention.entity.as_ref().and_then(|id| moved.get(id)) else {
                continue;
            };
            changed += usize::from(mention.entity.as_ref() != Some(&target.id));
            mention.entity = Some(target.id.clone());
        }
        rewrite_entities(document, &moved);
        changed
    }

    fn target(&self, article: ArticleKey, id: &str) -> Option<&Target> {
        let target = self.everywhere.get(id);
        let target = target.or_else(|| self.here.get(&(article, id.to_owned())));
        target.map(|&target| &self.people_and_bodies[target])
    }

    /// What was learned as a file for `--kb`: entities with their other names; bare
    /// family names, which hold for some articles only, as comments.
    pub fn to_toml(&self) -> String {
        let mut out = String::from(
            "# Learned by `shiji link`. Edit it as you like and give it to `--kb`.\n\
             # Format: src/resolve/entities/overrides/mod.rs in shiji's sources.\n",
        );
        let targets: HashMap<&str, &Target> = self
            .people_and_bodies
            .iter()
            .map(|target| (target.id.as_str(), target))
            .collect();
        for merges in self.merges.chunk_by(|a, b| a.into == b.into) {
            if let Some(target) = targets.get(merges[0].into.0.as_str()) {
                target.write(merges, &mut out);
            }
        }
        out
    }
}

/// Replaces entities by their targets; those that become one share the place of the first.
fn rewrite_entities(document: &mut Document, moved: &BTreeMap<String, &Target>) {
    let renamed: BTreeMap<String, String> = document
        .entities
        .iter()
        .filter_map(|entity| Some((entity.name.clone(), moved.get(&entity.id)?.name.clone())))
        .collect();
    let mut entities: Vec<Entity> = Vec::with_capacity(document.entities.len());
    for mut entity in std::mem::take(&mut document.entities) {
        if let Some(target) = moved.get(&entity.id) {
            entity.id.clone_from(&target.id);
            entity.name.clone_from(&target.name);
            entity.name_hant = target.hant.clone();
            entity.name_en = target.english.clone().or(entity.name_en);
        }
        for role in &mut entity.roles {
            if let Some(name) = role.of.as_ref().and_then(|of| renamed.get(of)) {
                role.of = Some(name.clone());
            }
        }
        let Some(same) = entities.iter_mut().find(|same| same.id == entity.id) else {
            entities.push(entity);
            continue;
        };
        same.variants.extend(entity.variants);
        for role in entity.roles {
            if !same.roles.contains(&role) {
                same.roles.push(role);
            }
        }
    }
    for entity in &mut entities {
        if !moved.values().any(|target| target.id == entity.id) {
            continue;
        }
        entity.variants.clear();
        for mention in document
            .mentions
            .iter()
            .filter(|m| m.entity.as_ref() == Some(&entity.id))
        {
            if !entity.variants.contains(&mention.text) {
                entity.variants.push(mention.text.clone());
            }
        }
        if entity.name_hant.is_none() {
            entity.name_hant = traditional_of(entity);
        }
    }
    document.entities = entities;
}

impl Merge {
    fn new(node: &Node<'_>, into: &Target, reason: Reason, articles: usize) -> Self {
        Self {
            kind: node.kind,
            name: node.name.clone(),
            into: (into.id.clone(), into.name.clone()),
            reason,
            articles,
        }
    }
}

/// The entity under which a set of names goes.
fn target(nodes: &Nodes<'_>, members: &[usize], kb: &KnowledgeBase) -> Target {
    let members: Vec<&Node<'_>> = members.iter().map(|&member| &nodes.all()[member]).collect();
    let known = members.iter().find(|node| node.known);
    let best = match known {
        Some(known) => known,
        None => members
            .iter()
            .max_by_key(|node| fitness(node))
            .unwrap_or(&members[0]),
    };
    let same = members
        .iter()
        .filter(|node| node.id == best.id)
        .filter_map(|node| node.facts());
    let (mut hant, mut english) = (BTreeMap::new(), BTreeMap::new());
    for facts in same {
        for (counts, more) in [(&mut hant, &facts.hant), (&mut english, &facts.english)] {
            for (name, count) in more {
                *counts.entry(name.clone()).or_insert(0) += count;
            }
        }
    }
    let filled = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
    let latin = || {
        let latin = members.iter().filter(|node| !has_han(&node.name));
        latin
            .max_by_key(|node| {
                (
                    node.name.contains(' '),
                    node.articles().len(),
                    Reverse(&node.name),
                )
            })
            .map(|node| node.name.clone())
    };
    let number = best.number;
    Target {
        id: best.id.clone(),
        kind: best.kind,
        name: best.name.clone(),
        hant: number.map_or_else(|| most(&hant), |number| filled(kb.hant(number))),
        english: number.map_or_else(
            || most(&english).or_else(latin),
            |number| filled(kb.english(number)),
        ),
        known: best.known,
    }
}

/// How well a name stands for the whole: Chinese, whole, full, usual.
fn fitness<'n>(node: &'n Node<'_>) -> (bool, Reverse<usize>, bool, usize, usize, Reverse<&'n str>) {
    let length = if node.is_person() { 0 } else { node.length() };
    let odd = node
        .name
        .chars()
        .filter(|&c| !c.is_alphanumeric() && !is_dot(c))
        .count();
    (
        has_han(&node.name),
        Reverse(if has_han(&node.name) { odd } else { 0 }),
        node.is_dotted(),
        length,
        node.articles().len(),
        Reverse(&node.name),
    )
}

/// The form with the highest count, the first of several.
fn most(counts: &BTreeMap<String, u32>) -> Option<String> {
    counts
        .iter()
        .max_by_key(|&(name, count)| (count, Reverse(name)))
        .map(|(name, _)| name.clone())
}

impl Target {
    fn write(&self, merges: &[Merge], out: &mut String) {
        out.push('\n');
        for merge in merges {
            let Merge {
                name,
                reason,
                articles,
                ..
            } = merge;
            let _ = match articles {
                0 => writeln!(out, "# {name}: {}", reason.describe()),
                _ => writeln!(out, "# {name}: {}, {articles} articles", reason.describe()),
            };
        }
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let own = key(&self.name);
        let mut variants: Vec<&str> = merges
            .iter()
            .filter(|merge| merge.reason != Reason::FamilyName && key(&merge.name) != own)
            .map(|merge| merge.name.as_str())
            .collect();
        variants.dedup_by_key(|name| key(name));
        if self.known {
            for name in variants {
                let _ = writeln!(
                    out,
                    "[[merge]]\nfrom = {}\ninto = {} # {}\ntype = \"{}\"",
                    quoted(name),
                    quoted(if is_qid(&self.id) { &self.id } else { &self.name }),
                    self.name,
                    self.kind
                );
            }
            return;
        }
        let variants: Vec<String> = variants.into_iter().map(quoted).collect();
        let _ = writeln!(
            out,
            "[[add]]\nname = {}\ntype = \"{}\"\nvariants = [{}]\nlearned = true",
            quoted(&self.name),
            self.kind,
            variants.join(", ")
        );
        for (field, name) in [("traditional", &self.hant), ("english", &self.english)] {
            if let Some(name) = name {
                let _ = writeln!(out, "{field} = {}", quoted(name));
            }
        }
    }
}
