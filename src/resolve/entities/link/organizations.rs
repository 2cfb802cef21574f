//! Which bodies are meant.

use super::Linker;
use crate::document::EntityType;
use crate::resolve::entities::compose::{self, Body};
use crate::resolve::entities::table::{Number, Strength};
use crate::resolve::entities::target::TargetId;
use crate::resolve::entities::{Rule, score};
use crate::text::fold_str;

/// How near a person must follow a body to tell whose it is, in code points.
const BESIDE: usize = 12;

impl Linker<'_> {
    pub(super) fn organizations(&mut self) {
        let bodies = self.of_kind(EntityType::Organization);
        let mut unknown = Vec::new();
        for &at in &bodies {
            if let Some(target) = self.gloss_of(at) {
                self.decide(at, target, Rule::Gloss, &[]);
                continue;
            }
            let is_institution = self.kb.institutions.find(&self.keys[at]).is_some();
            let start = self.mentions[at].start;
            let scored = score::candidates(
                self.kb,
                &self.context,
                EntityType::Organization,
                &self.keys[at],
                start,
            );
            if is_institution || scored.is_empty() {
                match self.composed(at) {
                    Some((target, rule)) => self.decide(at, target, rule, &[]),
                    None => unknown.push(at),
                }
                continue;
            }
            match score::decide(&scored) {
                Some(entity) => {
                    let target = self.targets.known(entity);
                    self.decide(at, target, Rule::Name, &scored);
                }
                None => self.undecided(at, &scored),
            }
        }
        for at in unknown {
            match self.longer_body(at, &bodies) {
                Some(target) => self.decide(at, target, Rule::InDocument, &[]),
                None => self.choose(at, Vec::new(), EntityType::Location),
            }
        }
    }

    pub(super) fn composed(&mut self, at: usize) -> Option<(TargetId, Rule)> {
        let mention = &self.mentions[at];
        if mention.kind != EntityType::Organization {
            return None;
        }
        let folded = fold_str(&mention.text);
        let person_country = self.mentions[at + 1..]
            .iter()
            .zip(&self.keys[at + 1..])
            .take_while(|(next, _)| next.start < mention.end + BESIDE)
            .filter(|(next, _)| next.kind == EntityType::Person)
            .find_map(|(next, key)| self.kb.country(self.only_one_or_first(next.kind, key)?));
        let body = Body {
            text: &folded,
            key: &self.keys[at],
            at: mention.start,
            person_country,
        };
        compose::compose(self.kb, &self.context, &mut self.targets, &body)
    }

    pub(super) fn only_one_or_first(&self, kind: EntityType, key: &str) -> Option<Number> {
        let found = self.kb.find(key);
        let mut known = found
            .iter()
            .filter(|&&(entity, strength)| self.kb.kind(entity) == kind && strength <= Strength::Short);
        let &(first, _) = known.next()?;
        known.next().is_none().then_some(first)
    }

    /// A longer name of a body in the document that this one shortens.
    pub(super) fn longer_body(&self, at: usize, bodies: &[usize]) -> Option<TargetId> {
        let short = self.keys[at].as_str();
        let length = short.chars().count();
        if length < 3 {
            return None;
        }
        let mut found = None;
        for &other in bodies {
            let long = self.keys[other].as_str();
            let Some(target) = self.decisions[other].target else {
                continue;
            };
            if long.len() <= short.len() || !(long.ends_with(short) || long.starts_with(short)) {
                continue;
            }
            match found {
                None => found = Some(target),
                Some(known) if known != target => return None,
                Some(_) => {}
            }
        }
        found
    }
}
