//! Entities: one for 特朗普, 川普, 唐纳德·特朗普 and Trump.
//!
//! [`link`] joins the mentions of one document into entities with the help of the
//! [`KnowledgeBase`]: it is a pure function of the document. What the documents of a
//! corpus explain to each other, [`corpus`] learns and writes into their records.

mod compose;
mod context;
pub mod corpus;
mod form;
mod gloss;
mod institutions;
mod key;
mod knowledge;
mod known_as;
mod link;
mod overrides;
mod person;
mod place;
mod roles;
mod score;
mod table;
mod target;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use key::key;
pub use knowledge::KnowledgeBase;
pub use known_as::{KnownAs, NameStrength};
pub use link::{explain, link};
pub use overrides::NoEffect;

use crate::document::EntityType;
use form::{canonical_form, traditional_of};
use roles::same_office;

/// What the mentions of a document stand for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Linked {
    /// One for every mention, in their order.
    pub refs: Vec<EntityRef>,
    /// The entities, in the order of their first mention.
    pub entities: Vec<Entity>,
}

/// What one mention stands for and what decided it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityRef {
    /// Index into [`Linked::entities`]; `None` where it cannot be decided.
    pub entity: Option<usize>,
    /// What decided.
    pub rule: Rule,
    /// The entities that came into question with their scores, the best first; only
    /// [`explain`] fills this in, and not where a rule made the name.
    pub candidates: Vec<Candidate>,
    /// The titles that stand beside this mention of a person.
    pub roles: Vec<Role>,
}

/// An entity that came into question for a mention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its identifier.
    pub id: String,
    /// Its canonical name.
    pub name: String,
    /// How well it fits; only the order and the distances mean something.
    pub score: f32,
}

/// What decided a mention's entity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A name in the knowledge base, the only one or clearly the best by context.
    Name,
    /// A longer form elsewhere in the document.
    InDocument,
    /// A gloss: 世界卫生组织（世卫组织，WHO）, 以下简称.
    Gloss,
    /// A full name that differs from a known one in the transliteration.
    Transliteration,
    /// Body and country put together: 国防部 of 美国.
    Institution,
    /// The parts of a name expanded: 港大教职员工会, 南京市委.
    Composed,
    /// No entity known: the mention's own name makes one.
    New,
    /// Several entities known and no context to decide.
    #[default]
    Undecided,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Name => "a name in the knowledge base",
            Self::InDocument => "a longer form in the document",
            Self::Gloss => "a gloss in the text",
            Self::Transliteration => "another transliteration of a known name",
            Self::Institution => "country and body put together",
            Self::Composed => "parts of the name expanded",
            Self::New => "no entity known, the mention names one",
            Self::Undecided => "several possible, nothing decides",
        })
    }
}

/// An entity of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// `Q…` (Wikidata) or type and canonical name, `PER:帕特·莱德`.
    pub id: String,
    /// What kind of entity it is.
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// Canonical name, simplified.
    pub name: String,
    /// The same in traditional characters, where known.
    pub name_hant: Option<String>,
    /// English name, where known.
    pub name_en: Option<String>,
    /// The forms in the document, in the order of their appearance.
    pub variants: Vec<String>,
    /// Titles that stand beside its mentions.
    pub roles: Vec<Role>,
}

/// A title that stands beside a person's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Role {
    /// 国防部长, as in the text, simplified.
    pub title: String,
    /// The place or body that it belongs to, by its canonical name.
    pub of: Option<String>,
    /// Whether it is over: 前, 原, 时任.
    pub former: bool,
}
