//! Names that the text itself explains.

use super::Linker;
use crate::document::EntityType;
use crate::resolve::entities::key::has_han;
use crate::resolve::entities::table::Number;
use crate::resolve::entities::target::TargetId;
use crate::resolve::entities::{gloss, person, score};

impl Linker<'_> {
    /// What a name alone says, for the two sides of a gloss.
    pub(super) fn by_name(&self, at: usize) -> Option<Number> {
        let mention = &self.mentions[at];
        let scored = score::candidates(
            self.kb,
            &self.context,
            mention.kind,
            &self.keys[at],
            mention.start,
        );
        score::decide(&scored).or_else(|| {
            (mention.kind == EntityType::Person)
                .then(|| person::transliteration(self.kb, &mention.text))
                .flatten()
        })
    }

    pub(super) fn glosses(&mut self) {
        for (name, gloss) in gloss::pairs(self.text, &self.offsets, self.mentions) {
            let kind = self.mentions[name].kind;
            if kind == EntityType::Location {
                continue;
            }
            let sides = [self.entry(name), self.entry(gloss)];
            let known = sides.iter().find_map(|side| self.glossed.get(side).copied());
            let target = match known {
                Some(target) => target,
                None => match (self.by_name(name), self.by_name(gloss)) {
                    // Two known ones that differ: not a gloss after all.
                    (Some(a), Some(b)) if a != b && kind == EntityType::Person => continue,
                    (Some(entity), _) | (None, Some(entity)) => self.targets.known(entity),
                    (None, None) => {
                        let composed = self.composed(name).map(|(target, _)| target);
                        let named = if has_han(&self.mentions[name].text) {
                            name
                        } else {
                            gloss
                        };
                        composed.unwrap_or_else(|| self.new_entity(named))
                    }
                },
            };
            for side in sides {
                self.glossed.entry(side).or_insert(target);
            }
        }
    }

    pub(super) fn entry(&self, at: usize) -> (EntityType, String) {
        (self.mentions[at].kind, self.keys[at].clone())
    }

    pub(super) fn gloss_of(&self, at: usize) -> Option<TargetId> {
        if self.glossed.is_empty() {
            return None;
        }
        self.glossed.get(&self.entry(at)).copied()
    }
}
