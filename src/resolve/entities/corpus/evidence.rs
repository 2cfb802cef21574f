//! What the records of a corpus say about its names.

use std::collections::BTreeMap;

use super::articles::{ArticleKey, Articles, article_key};
use super::decide;
use super::learned::Learned;
use crate::document::{Document, EntityType};
use crate::resolve::entities::{KnowledgeBase, Role, canonical_form, gloss};
use crate::text::CharOffsets;

/// What some records say about the names in them. Adding up ([`merge`](Self::merge))
/// is associative and commutative, so the order and the sharding of the records
/// change nothing. It holds names, titles and counts, not texts.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Entity id → what is known of it.
    pub(super) entities: BTreeMap<String, Facts>,
    /// Entity id and a form that a gloss says is the same → the articles that do.
    pub(super) glosses: BTreeMap<(String, String), Articles>,
    /// Days of publication, counted from the year 0.
    pub(super) days: BTreeMap<ArticleKey, i32>,
}

/// What the records say about an entity.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Facts {
    pub kind: EntityType,
    pub name: String,
    /// Traditional and English forms with the number of records that give them.
    pub hant: BTreeMap<String, u32>,
    pub english: BTreeMap<String, u32>,
    pub articles: Articles,
    pub roles: BTreeMap<Role, Articles>,
}

impl Evidence {
    /// The evidence of one record.
    pub fn of(document: &Document) -> Self {
        let article = article_key(document);
        let mut evidence = Self::default();
        for entity in &document.entities {
            let one = |name: &Option<String>| name.iter().map(|name| (name.clone(), 1)).collect();
            let mut facts = Facts {
                kind: entity.kind,
                name: entity.name.clone(),
                hant: one(&entity.name_hant),
                english: one(&entity.name_en),
                articles: Articles::default(),
                roles: BTreeMap::new(),
            };
            facts.articles.add(article);
            for role in &entity.roles {
                facts.roles.entry(role.clone()).or_default().add(article);
            }
            evidence.entities.insert(entity.id.clone(), facts);
        }
        if let Some(published) = document.published {
            let day = published
                .date()
                .duration_since(jiff::civil::Date::ZERO)
                .as_hours()
                / 24;
            evidence.days.insert(article, day as i32);
        }
        evidence.read_glosses(document, article);
        evidence
    }

    fn read_glosses(&mut self, document: &Document, article: ArticleKey) {
        let offsets = CharOffsets::new(&document.text);
        let mentions = &document.mentions;
        let sound = mentions.iter().all(|m| m.start < m.end && m.end <= offsets.len())
            && mentions.windows(2).all(|pair| pair[0].end <= pair[1].start);
        if !sound {
            return;
        }
        for (name, gloss) in gloss::pairs(&document.text, &offsets, mentions) {
            let (name, gloss) = (&mentions[name], &mentions[gloss]);
            let Some(id) = name
                .entity
                .as_ref()
                .filter(|id| gloss.entity.as_ref() == Some(id))
            else {
                continue;
            };
            let Some(facts) = self.entities.get(id) else {
                continue;
            };
            for form in [canonical_form(&name.text), canonical_form(&gloss.text)] {
                if form != facts.name && facts.kind != EntityType::Location {
                    self.glosses.entry((id.clone(), form)).or_default().add(article);
                }
            }
        }
    }

    /// Adds other evidence.
    pub fn merge(&mut self, other: Self) {
        for (id, facts) in other.entities {
            match self.entities.entry(id) {
                std::collections::btree_map::Entry::Vacant(slot) => {
                    slot.insert(facts);
                }
                std::collections::btree_map::Entry::Occupied(mut slot) => slot.get_mut().merge(facts),
            }
        }
        for (gloss, articles) in other.glosses {
            self.glosses.entry(gloss).or_default().extend(articles);
        }
        for (article, day) in other.days {
            let known = self.days.entry(article).or_insert(day);
            *known = day.min(*known);
        }
    }

    /// Decides which names are one. `kb` must be the knowledge base that the records
    /// were tagged with; what it names is not moved.
    pub fn decide(mut self, kb: &KnowledgeBase) -> Learned {
        for facts in self.entities.values_mut() {
            facts.articles.settle();
            facts.roles.values_mut().for_each(Articles::settle);
        }
        self.glosses.values_mut().for_each(Articles::settle);
        decide::decide(&self, kb)
    }
}

impl Facts {
    fn merge(&mut self, other: Self) {
        // Records of different knowledge bases may name an entity differently.
        if (other.kind, &other.name) < (self.kind, &self.name) {
            (self.kind, self.name) = (other.kind, other.name);
        }
        for (counts, more) in [(&mut self.hant, other.hant), (&mut self.english, other.english)] {
            for (name, count) in more {
                *counts.entry(name).or_default() += count;
            }
        }
        self.articles.extend(other.articles);
        for (role, articles) in other.roles {
            self.roles.entry(role).or_default().extend(articles);
        }
    }
}
