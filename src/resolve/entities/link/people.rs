//! Which people are meant: full names first, they explain the short ones.

use std::collections::HashMap;

use super::Linker;
use crate::document::EntityType;
use crate::resolve::entities::key::{is_han, last_part};
use crate::resolve::entities::person::{self, FullNames};
use crate::resolve::entities::score::{self, Scored};
use crate::resolve::entities::table::{Number, Strength};
use crate::resolve::entities::target::TargetId;
use crate::resolve::entities::{Rule, roles, same_office};

impl Linker<'_> {
    pub(super) fn people(&mut self) {
        let people = self.of_kind(EntityType::Person);
        let mut names = FullNames::default();
        let mut short = Vec::new();
        let mut decided: HashMap<String, (TargetId, Rule)> = HashMap::new();
        // Full names first: they explain the short ones.
        for &at in &people {
            if let Some(&(target, rule)) = decided.get(&self.keys[at]) {
                self.decide(at, target, rule, &[]);
                continue;
            }
            match self.full_person(at) {
                Some((target, rule, scored)) => {
                    names.add(self.mentions[at].start, &self.mentions[at].text, target);
                    decided.insert(self.keys[at].clone(), (target, rule));
                    self.decide(at, target, rule, &scored);
                }
                None => short.push(at),
            }
        }
        // The longer a name, the more it explains.
        short.sort_by_key(|&at| (std::cmp::Reverse(self.keys[at].chars().count()), at));
        for at in short {
            let (target, rule, scored) = self.short_person(at, &names);
            match target {
                Some(target) => {
                    if rule == Rule::New {
                        names.add(self.mentions[at].start, &self.mentions[at].text, target);
                    }
                    self.decide(at, target, rule, &scored);
                }
                None => self.undecided(at, &scored),
            }
        }
    }

    /// A person whose name stands in full, or whom a gloss decides.
    pub(super) fn full_person(&mut self, at: usize) -> Option<(TargetId, Rule, Vec<Scored>)> {
        if let Some(target) = self.gloss_of(at) {
            return Some((target, Rule::Gloss, Vec::new()));
        }
        let mention = &self.mentions[at];
        let found = self.kb.find(&self.keys[at]);
        let strongest = found
            .iter()
            .filter(|&&(entity, _)| self.kb.kind(entity) == EntityType::Person)
            .map(|&(_, strength)| strength)
            .min();
        let dotted = last_part(&mention.text).is_some();
        match strongest {
            Some(strength) if strength == Strength::Canonical || dotted && strength == Strength::Variant => {
                let scored = self.person_candidates(at);
                let entity = score::decide(&scored)?;
                let stranger = self.is_stranger(at, entity);
                let target = if stranger {
                    self.new_entity(at)
                } else {
                    self.targets.known(entity)
                };
                let rule = if stranger { Rule::New } else { Rule::Name };
                Some((target, rule, scored))
            }
            Some(_) => None,
            None if dotted => {
                if let Some(entity) = person::transliteration(self.kb, &mention.text) {
                    return Some((self.targets.known(entity), Rule::Transliteration, Vec::new()));
                }
                Some((self.new_entity(at), Rule::New, Vec::new()))
            }
            None => None,
        }
    }

    pub(super) fn short_person(
        &mut self,
        at: usize,
        names: &FullNames,
    ) -> (Option<TargetId>, Rule, Vec<Scored>) {
        let scored = self.person_candidates(at);
        let best = score::decide(&scored);
        let in_document = names.find(&self.keys[at], self.mentions[at].start);
        if let Some(found) = in_document {
            let known = best.map(|entity| self.targets.known(entity));
            // A president goes by the family name beside his son, too.
            let lesser = self
                .targets
                .number(found.target)
                .is_some_and(|e| !self.kb.is_prominent(e));
            let rival = known.is_some_and(|known| {
                let entity = self.targets.number(known);
                known != found.target
                    && (!found.before || lesser)
                    && entity.is_some_and(|e| self.kb.is_prominent(e))
            });
            if !rival {
                return (Some(found.target), Rule::InDocument, scored);
            }
        }
        match best {
            Some(entity) => {
                // A guess needs the context's support.
                let supported = scored[0].0 > 3.0 || self.held_title(at, entity);
                let target = if supported {
                    self.targets.known(entity)
                } else {
                    self.new_entity(at)
                };
                (
                    Some(target),
                    if supported { Rule::Name } else { Rule::New },
                    scored,
                )
            }
            None if scored.is_empty() => (Some(self.new_entity(at)), Rule::New, scored),
            None => (None, Rule::Undecided, scored),
        }
    }

    /// Candidates of a person, with the titles beside the mention as evidence.
    pub(super) fn person_candidates(&self, at: usize) -> Vec<Scored> {
        let mention = &self.mentions[at];
        let mut scored = score::candidates(
            self.kb,
            &self.context,
            EntityType::Person,
            &self.keys[at],
            mention.start,
        );
        for (score, entity) in &mut scored {
            if self.held_title(at, *entity) {
                *score += 2.0;
            }
        }
        score::sort(&mut scored);
        scored
    }

    /// Whether a title beside the mention is an office that the person held.
    pub(super) fn held_title(&self, at: usize, entity: Number) -> bool {
        self.titles
            .iter()
            .filter(|title| title.person == at)
            .any(|title| {
                self.kb
                    .offices(entity)
                    .any(|office| same_office(office.title, &title.title))
            })
    }

    /// Whether a common short name beside a plain title is somebody else: 居民李强.
    pub(super) fn is_stranger(&self, at: usize, entity: Number) -> bool {
        let name = &self.mentions[at].text;
        if name.chars().count() > 2 || !name.chars().all(is_han) {
            return false;
        }
        let titled = self.titles.iter().any(|title| title.person == at);
        let fits = self.held_title(at, entity);
        (titled || !self.kb.is_prominent(entity))
            && !fits
            && !self
                .titles
                .iter()
                .any(|t| t.person == at && roles::is_high(&t.title))
    }
}
