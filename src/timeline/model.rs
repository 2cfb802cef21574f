//! A timeline as data; its JSON is what these types serialise to.

use jiff::civil::Date;
use serde::Serialize;

use super::series::{By, Point};
use crate::error::Result;
use crate::resolve::dates::Precision;
use crate::store::{EntityRow, Store};

/// Version of the layout, the first field of the JSON.
pub const SCHEMA: &str = "shiji.timeline/1";

/// The timeline of an entity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timeline {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Whose it is.
    pub entity: EntityInfo,
    /// First day that is covered; none if no article has a date.
    pub from: Option<Date>,
    /// Last day that is covered.
    pub to: Option<Date>,
    /// Width of the bins of `series`.
    pub by: By,
    /// Articles of the period that mention the entity.
    pub articles: u64,
    /// Mentions in them.
    pub mentions: u64,
    /// Outlets that published them.
    pub sources: u64,
    /// Articles that mention the entity and have no date; they are in nothing below.
    pub undated: u64,
    /// How much was written, without gaps, in the order of time.
    pub series: Vec<Point>,
    /// What happened.
    pub events: Vec<Event>,
    /// Periods of unusual attention, in the order of time.
    pub bursts: Vec<Burst>,
    /// Who and what is most tied to the entity, the closest first.
    pub companions: Vec<Companion>,
    /// Which titles it bore, in the order of time.
    pub roles: Vec<RolePeriod>,
}

impl Timeline {
    pub(super) fn empty(entity: EntityInfo) -> Self {
        Self {
            schema: SCHEMA,
            entity,
            from: None,
            to: None,
            by: By::Day,
            articles: 0,
            mentions: 0,
            sources: 0,
            undated: 0,
            series: Vec::new(),
            events: Vec::new(),
            bursts: Vec::new(),
            companions: Vec::new(),
            roles: Vec::new(),
        }
    }
}

/// Whose timeline it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntityInfo {
    /// Identifier.
    pub id: String,
    /// `PER`, `LOC`, `ORG`, or the scheme of a topic.
    #[serde(rename = "type")]
    pub kind: String,
    /// Canonical name in simplified script.
    pub name: String,
    /// Canonical name in traditional script.
    pub name_hant: Option<String>,
    /// English name.
    pub name_en: Option<String>,
    /// What the corpus calls it, the most frequent form first.
    pub variants: Vec<Variant>,
}

impl EntityInfo {
    pub(super) fn read(store: &Store, entity: &EntityRow) -> Result<Self> {
        let variants = store.variants(entity)?;
        Ok(Self {
            id: entity.id.clone(),
            kind: entity.kind.clone(),
            name: entity.name.clone(),
            name_hant: entity.name_hant.clone(),
            name_en: entity.name_en.clone(),
            variants: variants
                .into_iter()
                .map(|(text, mentions)| Variant { text, mentions })
                .collect(),
        })
    }
}

/// A form of a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Variant {
    /// As it stands in articles.
    pub text: String,
    /// How often, in the whole corpus.
    pub mentions: u64,
}

/// Another entity or topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntityRef {
    /// Identifier.
    pub id: String,
    /// `PER`, `LOC`, `ORG`, or the scheme of a topic.
    #[serde(rename = "type")]
    pub kind: String,
    /// Canonical name in simplified script.
    pub name: String,
    /// English name.
    pub name_en: Option<String>,
}

impl From<EntityRow> for EntityRef {
    fn from(row: EntityRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            name_en: row.name_en,
        }
    }
}

/// Where the date of an event is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DateSource {
    /// A sentence names it.
    Text,
    /// No sentence does: it is the date of publication.
    Published,
}

impl DateSource {
    /// `text` or `published`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Published => "published",
        }
    }
}

/// One entry: what articles say of one date in much the same words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// ISO 8601 in its precision: `2022-11-22`, `2022-11`, `2022`, `2022-11-03/2022-11-05`.
    pub date: String,
    /// How precise `date` is.
    pub precision: Precision,
    /// Where `date` is from.
    pub date_source: DateSource,
    /// The sentences that say it best, the best first.
    pub sentences: Vec<EventSentence>,
    /// The articles that say it, in the order of publication.
    pub articles: Vec<ArticleRef>,
    /// How many articles that is.
    pub count: usize,
    /// How many outlets.
    pub sources: usize,
    /// Who and what else is in these sentences, the most frequent first.
    pub entities: Vec<EntityRef>,
    /// How salient the date is among those of the timeline.
    pub salience: f64,
    /// First day of `date`.
    #[serde(skip)]
    pub first: Date,
    /// Last day of `date`, included.
    #[serde(skip)]
    pub last: Date,
}

/// A sentence of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventSentence {
    /// As it stands in the article.
    pub text: String,
    /// Where it mentions the entity, half-open, in code points.
    pub mentions: Vec<(usize, usize)>,
    /// Identifier of the article.
    pub article: String,
}

/// An article that a reader can go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArticleRef {
    /// Identifier in the corpus.
    pub id: String,
    /// Headline.
    pub title: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Outlet.
    pub source: Option<String>,
    /// ISO 8601 date or moment of publication.
    pub published: Option<String>,
}

/// A period of unusual attention.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Burst {
    /// First day.
    pub start: Date,
    /// Last day, included.
    pub end: Date,
    /// How much likelier a raised rate is than the usual one, as a natural logarithm.
    pub strength: f64,
    /// Articles in it that mention the entity.
    pub articles: u64,
    /// What marks it, against the rest of the timeline, the most telling first.
    pub terms: Vec<Term>,
}

/// A word, entity or topic that marks a burst.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Term {
    /// The words, or the name.
    pub text: String,
    /// Identifier, where it is an entity or topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// English name of the entity or topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Articles of the burst that have it.
    pub articles: u64,
    /// Log-likelihood ratio.
    pub llr: f64,
}

/// An entity or topic that occurs in the same articles.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Companion {
    /// Who or what.
    #[serde(flatten)]
    pub entity: EntityRef,
    /// Articles with both.
    pub articles: u64,
    /// Log-likelihood ratio of their occurring together.
    pub llr: f64,
    /// Normalised pointwise mutual information, −1 to 1.
    pub npmi: f64,
    /// First day with both.
    pub first: Date,
    /// Last day with both.
    pub last: Date,
    /// Articles with both, by year.
    pub years: Vec<(i16, u64)>,
}

/// A title, and when the corpus gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RolePeriod {
    /// The title.
    pub title: String,
    /// The body or place it belongs to.
    pub of: Option<String>,
    /// First article that gives it as current.
    pub first: Option<Date>,
    /// Last article that gives it as current.
    pub last: Option<Date>,
    /// First article after `last` that calls it former.
    pub former_since: Option<Date>,
    /// How many articles give it.
    pub articles: u64,
}
