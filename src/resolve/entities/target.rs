//! What a mention may stand for while a document is being linked.

use std::collections::HashMap;

use super::knowledge::KnowledgeBase;
use super::table::Number;
use crate::document::EntityType;

/// Index into [`Targets`].
pub(super) type TargetId = usize;

/// An entity of the knowledge base, or one that the document makes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Target {
    Known(Number),
    Made { kind: EntityType, name: String },
}

/// The entities of a document.
#[derive(Debug, Default)]
pub(super) struct Targets {
    all: Vec<Target>,
    index: HashMap<Target, TargetId>,
    /// English names of made entities that a rule can name.
    pub english: HashMap<TargetId, String>,
}

impl Targets {
    pub fn known(&mut self, entity: Number) -> TargetId {
        self.intern(Target::Known(entity))
    }

    pub fn made(&mut self, kind: EntityType, name: impl Into<String>) -> TargetId {
        self.intern(Target::Made {
            kind,
            name: name.into(),
        })
    }

    fn intern(&mut self, target: Target) -> TargetId {
        if let Some(&known) = self.index.get(&target) {
            return known;
        }
        self.all.push(target.clone());
        self.index.insert(target, self.all.len() - 1);
        self.all.len() - 1
    }

    pub fn get(&self, id: TargetId) -> &Target {
        &self.all[id]
    }

    pub fn number(&self, id: TargetId) -> Option<Number> {
        match self.all[id] {
            Target::Known(number) => Some(number),
            Target::Made { .. } => None,
        }
    }

    pub fn name<'a>(&'a self, id: TargetId, kb: &'a KnowledgeBase) -> &'a str {
        match &self.all[id] {
            Target::Known(number) => kb.name(*number),
            Target::Made { name, .. } => name,
        }
    }
}
