//! The mentions of one document become entities.
//!
//! The order matters: places first, they tell whose bodies are meant; glosses before the
//! names that they explain; people last.

mod glosses;
mod organizations;
mod outcome;
mod people;
mod places;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::context::Context;
use super::key::key;
use super::knowledge::KnowledgeBase;
use super::roles::{self, TitleBeside};
use super::score::{self, Scored};
use super::target::{TargetId, Targets};
use super::{EntityRef, Linked, Rule, canonical_form};
use crate::document::{EntityType, Mention, Published};
use crate::text::CharOffsets;

/// Joins the mentions of a document into entities.
///
/// `mentions` must be in text order, not overlap and lie inside the text; others are
/// left out of account. Pure: the same document gives the same result, whatever was
/// linked before.
///
/// ```
/// use shiji::resolve::entities::{KnowledgeBase, link};
/// use shiji::{EntityType, Mention};
///
/// let text = "特朗普說：川普回來了";
/// let mention = |start, end: usize| Mention {
///     start,
///     end,
///     text: text.chars().skip(start).take(end - start).collect(),
///     kind: EntityType::Person,
///     confidence: 1.0,
///     entity: None,
/// };
/// let linked = link(text, &[mention(0, 3), mention(5, 7)], None, &KnowledgeBase::embedded()?);
/// assert_eq!(linked.entities.len(), 1);
/// assert_eq!(linked.entities[0].name, "唐纳德·特朗普");
/// # Ok::<(), shiji::Error>(())
/// ```
pub fn link(text: &str, mentions: &[Mention], published: Option<Published>, kb: &KnowledgeBase) -> Linked {
    link_all(text, mentions, published, kb, false)
}

/// The same with the candidates of each mention, for people who wonder.
pub fn explain(text: &str, mentions: &[Mention], published: Option<Published>, kb: &KnowledgeBase) -> Linked {
    link_all(text, mentions, published, kb, true)
}

fn link_all(
    text: &str,
    mentions: &[Mention],
    published: Option<Published>,
    kb: &KnowledgeBase,
    explain: bool,
) -> Linked {
    let offsets = CharOffsets::new(text);
    let sound = mentions.iter().all(|m| m.start < m.end && m.end <= offsets.len())
        && mentions.windows(2).all(|pair| pair[0].end <= pair[1].start);
    if !sound {
        return link_sound(text, mentions, published, kb, explain);
    }
    let year = published.and_then(|date| u16::try_from(date.date().year()).ok());
    let mut linker = Linker {
        kb,
        text,
        keys: mentions.iter().map(|mention| key(&mention.text)).collect(),
        decisions: vec![Decision::default(); mentions.len()],
        titles: roles::titles(text, &offsets, mentions),
        context: Context::new(year),
        targets: Targets::default(),
        glossed: HashMap::new(),
        offsets,
        mentions,
        explain,
    };
    linker.read_context();
    linker.places();
    linker.glosses();
    linker.organizations();
    linker.people();
    linker.finish()
}

/// Links the mentions that lie inside the text in order; the others stay undecided.
fn link_sound(
    text: &str,
    mentions: &[Mention],
    published: Option<Published>,
    kb: &KnowledgeBase,
    explain: bool,
) -> Linked {
    let length = text.chars().count();
    let mut free = 0;
    let mut kept = Vec::new();
    for (at, mention) in mentions.iter().enumerate() {
        if mention.start >= free && mention.start < mention.end && mention.end <= length {
            free = mention.end;
            kept.push(at);
        }
    }
    let sound: Vec<Mention> = kept.iter().map(|&at| mentions[at].clone()).collect();
    let mut linked = link_all(text, &sound, published, kb, explain);
    let mut refs = vec![EntityRef::default(); mentions.len()];
    for (&at, found) in kept.iter().zip(linked.refs) {
        refs[at] = found;
    }
    linked.refs = refs;
    linked
}

/// What one mention was decided to be.
#[derive(Clone, Debug)]
struct Decision {
    target: Option<TargetId>,
    rule: Rule,
    candidates: Vec<Scored>,
}

impl Default for Decision {
    fn default() -> Self {
        Self {
            target: None,
            rule: Rule::Undecided,
            candidates: Vec::new(),
        }
    }
}

struct Linker<'a> {
    kb: &'a KnowledgeBase,
    text: &'a str,
    offsets: CharOffsets,
    mentions: &'a [Mention],
    keys: Vec<String>,
    decisions: Vec<Decision>,
    titles: Vec<TitleBeside>,
    context: Context,
    targets: Targets,
    /// Names that a gloss decides.
    glossed: HashMap<(EntityType, String), TargetId>,
    /// Whether to keep the candidates.
    explain: bool,
}

impl Linker<'_> {
    fn of_kind(&self, kind: EntityType) -> Vec<usize> {
        (0..self.mentions.len())
            .filter(|&at| self.mentions[at].kind == kind && !self.keys[at].is_empty())
            .collect()
    }

    fn decide(&mut self, at: usize, target: TargetId, rule: Rule, scored: &[Scored]) {
        self.decisions[at].target = Some(target);
        self.decisions[at].rule = rule;
        self.undecided(at, scored);
    }

    fn undecided(&mut self, at: usize, scored: &[Scored]) {
        if self.explain {
            self.decisions[at].candidates = scored.to_vec();
        }
    }

    /// Takes the best candidate; without any, one of the kind that it is often
    /// confused with, or makes an entity of the name itself.
    fn choose(&mut self, at: usize, scored: Vec<Scored>, confused_with: EntityType) {
        if let Some(entity) = score::decide(&scored) {
            let target = self.targets.known(entity);
            return self.decide(at, target, Rule::Name, &scored);
        }
        if !scored.is_empty() {
            return self.undecided(at, &scored);
        }
        let start = self.mentions[at].start;
        let other = score::candidates(self.kb, &self.context, confused_with, &self.keys[at], start);
        if let Some(entity) = score::decide(&other).filter(|_| self.keys[at].chars().count() > 1) {
            let target = self.targets.known(entity);
            return self.decide(at, target, Rule::Name, &other);
        }
        let target = self.new_entity(at);
        self.decide(at, target, Rule::New, &[]);
    }

    /// An entity that only this document knows, named as the text names it.
    fn new_entity(&mut self, at: usize) -> TargetId {
        let mention = &self.mentions[at];
        self.targets.made(mention.kind, canonical_form(&mention.text))
    }
}
