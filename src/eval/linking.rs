//! Scores canonical names: whether mentions stand for whom the gold file says.

use std::collections::BTreeMap;

use serde::Serialize;

use super::gold::GoldDocument;
use super::score::{Counts, Report};
use crate::document::{EntityType, Mention};
use crate::resolve::entities::{Linked, Rule};
use crate::text::CharOffsets;

/// Compares linked mentions with gold mentions that have canonical names.
///
/// A mention is correct if start, end and type are those of a gold mention and the
/// name of its entity is one of the names accepted there. With the gold file's own
/// spans (see [`GoldDocument::mentions_to_link`]) this measures linking alone, with
/// the mentions of a [`Tagger`](crate::Tagger) the way from raw text to names.
#[derive(Clone, Debug, Default)]
pub struct LinkingScorer {
    counts: BTreeMap<EntityType, Counts>,
    nil: BTreeMap<EntityType, Nil>,
    differences: Vec<Difference>,
    documents: usize,
    characters: usize,
}

/// How well names are found.
#[derive(Clone, Debug, Serialize)]
pub struct LinkingReport {
    /// Precision, recall and F1 of span, type and canonical name.
    pub scores: Report,
    /// Mentions that no known entity was found for, by type.
    pub nil: BTreeMap<EntityType, Nil>,
    /// What is missed or wrong.
    #[serde(skip)]
    pub differences: Vec<Difference>,
}

/// Mentions that no entity of the knowledge base was found for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Nil {
    /// Several entities are possible and nothing decides.
    pub undecided: usize,
    /// None is known: the mention's own name stands for it.
    pub unknown: usize,
}

/// A mention that is missed, or that stands for something else than it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// [`GoldDocument::id`].
    pub document: String,
    /// Type of the mention.
    pub kind: EntityType,
    /// The mention as it stands in the text.
    pub text: String,
    /// The accepted names; empty for a mention that should not be there.
    pub expected: Vec<String>,
    /// The name and rule found; `None` for a mention that was not found.
    pub found: Option<(String, Rule)>,
}

impl LinkingScorer {
    /// Adds a document with its mentions and what they were linked to.
    pub fn add(&mut self, gold: &GoldDocument, mentions: &[Mention], linked: &Linked) {
        self.documents += 1;
        self.characters += gold.text.chars().count();
        let mut missing: BTreeMap<(usize, usize, EntityType), &[String]> = gold
            .mentions
            .iter()
            .filter_map(|m| Some(((m.start, m.end, m.kind.parse().ok()?), m.values.as_slice())))
            .collect();
        for &(_, _, kind) in missing.keys() {
            self.counts.entry(kind).or_default().gold += 1;
        }
        for (mention, reference) in mentions.iter().zip(&linked.refs) {
            let name = reference
                .entity
                .map_or("", |entity| linked.entities[entity].name.as_str());
            let expected = missing.remove(&(mention.start, mention.end, mention.kind));
            let right = expected.is_some_and(|names| names.iter().any(|accepted| accepted == name));
            let counts = self.counts.entry(mention.kind).or_default();
            counts.predicted += 1;
            counts.found += usize::from(right);
            counts.correct += usize::from(right);
            let nil = self.nil.entry(mention.kind).or_default();
            nil.undecided += usize::from(reference.rule == Rule::Undecided);
            nil.unknown += usize::from(reference.rule == Rule::New);
            if !right {
                self.differences.push(Difference {
                    document: gold.id.clone(),
                    kind: mention.kind,
                    text: mention.text.clone(),
                    expected: expected.unwrap_or_default().to_vec(),
                    found: Some((name.to_owned(), reference.rule)),
                });
            }
        }
        let offsets = CharOffsets::new(&gold.text);
        self.differences.extend(
            missing
                .into_iter()
                .map(|((start, end, kind), expected)| Difference {
                    document: gold.id.clone(),
                    kind,
                    text: offsets.slice(&gold.text, start, end).to_owned(),
                    expected: expected.to_vec(),
                    found: None,
                }),
        );
    }

    /// The figures for all documents so far.
    pub fn report(self) -> LinkingReport {
        let counts = EntityType::ALL
            .into_iter()
            .map(|kind| (kind.as_str(), self.counts.get(&kind).copied().unwrap_or_default()));
        LinkingReport {
            scores: Report::new(counts, self.documents, self.characters),
            nil: self.nil,
            differences: self.differences,
        }
    }
}

impl GoldDocument {
    /// The gold mentions of people, places and organisations, to be linked as they are.
    pub fn mentions_to_link(&self) -> Vec<Mention> {
        let offsets = CharOffsets::new(&self.text);
        self.mentions
            .iter()
            .filter_map(|mention| {
                Some(Mention {
                    start: mention.start,
                    end: mention.end,
                    text: offsets.slice(&self.text, mention.start, mention.end).to_owned(),
                    kind: mention.kind.parse().ok()?,
                    confidence: 1.0,
                    entity: None,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::parse_inline;
    use crate::resolve::entities::{KnowledgeBase, link};

    #[test]
    fn span_type_and_name_must_be_right() {
        let marked = "### a 2024-04-17\n[[川普|PER|唐纳德·特朗普]]在[[白宫|ORG|美国白宫]]说[[美|LOC|美国]]军";
        let gold = parse_inline(marked, "gold").unwrap().remove(0);
        let kb = KnowledgeBase::embedded().unwrap();
        let mut mentions = gold.mentions_to_link();
        mentions[2].end += 1;
        mentions[2].text.push('军');
        let linked = link(&gold.text, &mentions, gold.published, &kb);
        let mut scorer = LinkingScorer::default();
        scorer.add(&gold, &mentions, &linked);
        let report = scorer.report();
        let micro = &report.scores.micro;
        assert_eq!((micro.correct, micro.predicted, micro.support), (1, 3, 3));
        let found: Vec<_> = report
            .differences
            .iter()
            .map(|d| (d.text.as_str(), d.found.as_ref().map(|f| f.0.as_str())))
            .collect();
        // 白宫 has another name here, 美军 another span, 美 is missed.
        assert_eq!(found[0], ("白宫", Some("白宫")));
        assert_eq!(found[1].0, "美军");
        assert_eq!(found[2], ("美", None));
    }
}
