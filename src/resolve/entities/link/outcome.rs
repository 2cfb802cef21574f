//! From decisions to entities.

use std::collections::HashMap;

use super::Linker;
use crate::resolve::entities::roles::Body;
use crate::resolve::entities::target::{Target, TargetId};
use crate::resolve::entities::{
    Entity, EntityRef, Linked, Role, Rule, canonical_form, roles, score, traditional_of,
};

impl Linker<'_> {
    /// Mentions of suppressed entities go by their longest form in the document.
    pub(super) fn release_suppressed(&mut self) {
        let mut released: HashMap<TargetId, TargetId> = HashMap::new();
        for at in 0..self.decisions.len() {
            let Some(target) = self.decisions[at].target else {
                continue;
            };
            let suppressed = self
                .targets
                .number(target)
                .is_some_and(|e| self.kb.is_suppressed(e));
            if !suppressed {
                continue;
            }
            let made = *released.entry(target).or_insert_with(|| {
                let forms = self.decisions.iter().zip(self.mentions);
                let own = forms.filter(|(decision, _)| decision.target == Some(target));
                let longest = own.max_by_key(|(_, mention)| {
                    (mention.text.chars().count(), std::cmp::Reverse(mention.start))
                });
                let mention = longest.map_or(&self.mentions[at], |(_, mention)| mention);
                self.targets.made(mention.kind, canonical_form(&mention.text))
            });
            self.decisions[at].target = Some(made);
            self.decisions[at].rule = Rule::New;
        }
    }

    pub(super) fn finish(mut self) -> Linked {
        if self.kb.suppresses() {
            self.release_suppressed();
        }
        let mut linked = Linked::default();
        let mut index: HashMap<TargetId, usize> = HashMap::new();
        for (at, decision) in self.decisions.iter().enumerate() {
            let entity = decision.target.map(|target| {
                *index.entry(target).or_insert_with(|| {
                    linked.entities.push(self.entity(target));
                    linked.entities.len() - 1
                })
            });
            if let Some(entity) = entity {
                let surface = &self.mentions[at].text;
                let variants = &mut linked.entities[entity].variants;
                if !variants.contains(surface) {
                    variants.push(surface.clone());
                }
            }
            linked.refs.push(EntityRef {
                entity,
                rule: decision.rule,
                candidates: score::explain(self.kb, &decision.candidates),
                roles: Vec::new(),
            });
        }
        self.add_roles(&mut linked);
        for entity in &mut linked.entities {
            if entity.name_hant.is_none() {
                entity.name_hant = traditional_of(entity);
            }
        }
        linked
    }

    pub(super) fn add_roles(&self, linked: &mut Linked) {
        for title in self.titles.iter().filter(|title| roles::is_title(&title.title)) {
            let of = title.of.as_ref().map(|of| match of {
                Body::Text(name) => name.clone(),
                Body::Mention(of) => match self.decisions[*of].target {
                    Some(target) => self.targets.name(target, self.kb).to_owned(),
                    None => canonical_form(&self.mentions[*of].text),
                },
            });
            let role = Role {
                title: title.title.clone(),
                of,
                former: title.former,
            };
            let mention = &mut linked.refs[title.person];
            mention.roles.push(role.clone());
            let Some(person) = mention.entity else { continue };
            let roles = &mut linked.entities[person].roles;
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
    }

    pub(super) fn entity(&self, target: TargetId) -> Entity {
        let filled = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
        let (id, kind, name, hant, english) = match self.targets.get(target) {
            Target::Known(number) => (
                self.kb.id(*number),
                self.kb.kind(*number),
                self.kb.name(*number).to_owned(),
                filled(self.kb.hant(*number)),
                filled(self.kb.english(*number)),
            ),
            Target::Made { kind, name } => (
                format!("{kind}:{name}"),
                *kind,
                name.clone(),
                None,
                self.targets.english.get(&target).cloned(),
            ),
        };
        Entity {
            id,
            kind,
            name,
            name_hant: hant,
            name_en: english,
            variants: Vec::new(),
            roles: Vec::new(),
        }
    }
}
