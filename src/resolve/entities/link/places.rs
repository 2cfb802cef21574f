//! Which places are meant, and which of them the context is made of.

use super::Linker;
use crate::document::EntityType;
use crate::resolve::entities::place::{self, PlaceMention};
use crate::resolve::entities::table::{Number, Strength};

impl Linker<'_> {
    /// The places that the document names beyond doubt, in names of bodies too.
    pub(super) fn read_context(&mut self) {
        for (mention, key) in self.mentions.iter().zip(&self.keys) {
            let found = match mention.kind {
                // Whose it is, the context is to say.
                EntityType::Organization if self.kb.institutions.find(key).is_some() => None,
                EntityType::Location => place::certain(self.kb, key),
                EntityType::Organization => place::prefix(self.kb, key)
                    .map(|(place, _)| place)
                    .or_else(|| self.only_one(mention.kind, key)),
                EntityType::Person => self
                    .only_one(mention.kind, key)
                    .filter(|&entity| self.kb.is_prominent(entity)),
            };
            if let Some(entity) = found {
                self.context.add(mention.start, entity, self.kb);
            }
        }
        self.context.finish();
    }

    /// The one entity of a kind that a key names.
    pub(super) fn only_one(&self, kind: EntityType, key: &str) -> Option<Number> {
        let found = self.kb.find(key);
        let mut known = found.iter().filter(|&&(entity, _)| self.kb.kind(entity) == kind);
        let &(first, strength) = known.next()?;
        (known.next().is_none() && strength <= Strength::Variant).then_some(first)
    }

    pub(super) fn places(&mut self) {
        for at in self.of_kind(EntityType::Location) {
            let mention = &self.mentions[at];
            let touching = |other: Option<usize>| {
                let other = other.filter(|&o| o < self.mentions.len())?;
                let (a, b) = (&self.mentions[at.min(other)], &self.mentions[at.max(other)]);
                (a.end == b.start).then_some(self.keys[other].as_str())
            };
            let scored = place::candidates(
                self.kb,
                &self.context,
                &PlaceMention {
                    key: &self.keys[at],
                    at: mention.start,
                    neighbours: [touching(at.checked_sub(1)), touching(Some(at + 1))],
                },
            );
            self.choose(at, scored, EntityType::Organization);
        }
    }
}
