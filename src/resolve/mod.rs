//! From mentions to what they mean: entities, dates, topics.

pub mod dates;
pub mod entities;
pub mod topics;

use crate::document::{Mention, Published};
use crate::error::Result;
use crate::segment::Word;

use dates::DateMention;
use entities::{Entity, KnowledgeBase, Linked};
use topics::{LinkedEntity, Topic, TopicInput, Topics};

/// Resolves the mentions, dates and topics of articles, one article at a time.
/// Immutable: share one between all threads.
pub struct Resolver {
    knowledge: KnowledgeBase,
    dates: dates::Options,
    topics: Topics,
}

/// What an article is found to mean.
pub struct Resolved {
    /// Who and what the mentions name.
    pub entities: Vec<Entity>,
    /// When.
    pub dates: Vec<DateMention>,
    /// What it is about.
    pub topics: Vec<Topic>,
}

impl Resolver {
    /// A resolver with the knowledge base and the topics that ship.
    ///
    /// # Errors
    /// If either is damaged in this binary.
    pub fn embedded() -> Result<Self> {
        Ok(Self::with(KnowledgeBase::embedded()?, Topics::embedded()?))
    }

    /// A resolver of the given parts.
    pub fn with(knowledge: KnowledgeBase, topics: Topics) -> Self {
        Self {
            knowledge,
            dates: dates::Options::default(),
            topics,
        }
    }

    /// What the mentions are linked with.
    pub fn knowledge(&self) -> &KnowledgeBase {
        &self.knowledge
    }

    /// Resolves a text, and sets [`Mention::entity`] of its mentions.
    pub fn resolve(
        &self,
        text: &str,
        published: Option<Published>,
        mentions: &mut [Mention],
        words: &[Word<'_>],
    ) -> Resolved {
        let dates = dates::resolve(text, published.map(Published::date), &self.dates);
        let entities = self.link(text, published, mentions).entities;
        let topics = with_topic_input(text, mentions, words, |input| self.topics.assign(input));
        Resolved {
            entities,
            dates,
            topics,
        }
    }

    /// What decided the entities and topics of a text, for people who wonder.
    /// Sets [`Mention::entity`] too.
    pub fn explain(
        &self,
        text: &str,
        published: Option<Published>,
        mentions: &mut [Mention],
        words: &[Word<'_>],
    ) -> (Linked, Vec<topics::Explanation>) {
        let linked = entities::explain(text, mentions, published, &self.knowledge);
        set_entities(mentions, &linked);
        let topics = with_topic_input(text, mentions, words, |input| self.topics.explain(input));
        (linked, topics)
    }

    fn link(&self, text: &str, published: Option<Published>, mentions: &mut [Mention]) -> Linked {
        let linked = entities::link(text, mentions, published, &self.knowledge);
        set_entities(mentions, &linked);
        linked
    }
}

fn set_entities(mentions: &mut [Mention], linked: &Linked) {
    for (mention, reference) in mentions.iter_mut().zip(&linked.refs) {
        mention.entity = reference.entity.map(|at| linked.entities[at].id.clone());
    }
}

fn with_topic_input<T>(
    text: &str,
    mentions: &[Mention],
    words: &[Word<'_>],
    use_input: impl FnOnce(&TopicInput<'_>) -> T,
) -> T {
    let entities: Vec<LinkedEntity<'_>> = mentions
        .iter()
        .filter_map(|m| {
            Some(LinkedEntity {
                start: m.start,
                end: m.end,
                qid: m.entity.as_deref()?,
            })
        })
        .collect();
    let words: Vec<(usize, usize)> = words.iter().map(|word| (word.start, word.end)).collect();
    use_input(&TopicInput {
        text,
        mentions,
        words: &words,
        entities: &entities,
    })
}
