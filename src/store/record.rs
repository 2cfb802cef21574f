//! What the store keeps of one tagged article, worked out before it is written so
//! that many threads can do it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest, Sha256};

use super::governing::Governing;
use super::period::{Day, day_of};
use crate::document::{Article, Document, EntityType};
use crate::error::{Error, Result};
use crate::resolve::dates::DateMention;
use crate::resolve::entities::Role;
use crate::segment::sentence::sentences;
use crate::text::{CharOffsets, fold_str};

/// Identifies some content: the first half of its SHA-256.
pub type Fingerprint = [u8; 16];

/// Identifies an article and what it is tagged with (`tagger`: whatever tells this tagger
/// from others), so that a later run need not tag it again.
pub fn fingerprint(article: &Article, tagger: &str) -> Fingerprint {
    let published = article.published.map(|published| published.to_string());
    let optional = [&article.url, &article.source, &article.title, &published];
    let mut hasher = Sha256::new();
    for part in [tagger, &article.id, &article.body] {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    for part in optional {
        let length = part.as_ref().map_or(u64::MAX, |part| part.len() as u64);
        hasher.update(length.to_le_bytes());
        hasher.update(part.as_deref().unwrap_or_default());
    }
    first_half(hasher)
}

fn first_half(hasher: Sha256) -> Fingerprint {
    let mut half = [0; 16];
    half.copy_from_slice(&hasher.finalize()[..16]);
    half
}

/// One article, ready to be written.
#[derive(Debug)]
pub struct Record {
    pub(super) key: String,
    pub(super) source: String,
    pub(super) digest: Fingerprint,
    pub(super) input: Option<Fingerprint>,
    pub(super) day: Option<Day>,
    pub(super) published: Option<String>,
    pub(super) url: Option<String>,
    pub(super) title: Option<String>,
    pub(super) text: String,
    /// Half-open, in order.
    pub(super) sentences: Vec<(usize, usize)>,
    /// Sorted by key.
    pub(super) subjects: Vec<Subject>,
    pub(super) dates: Vec<DateMention>,
}

/// An entity or topic of the article.
#[derive(Debug, Default)]
pub(super) struct Subject {
    pub key: String,
    pub kind: String,
    pub name: String,
    pub name_hant: Option<String>,
    pub name_en: Option<String>,
    /// `(start, end, sentence)`, sorted.
    pub mentions: Vec<(usize, usize, usize)>,
    /// How often it is called what.
    pub variants: BTreeMap<String, usize>,
    pub roles: BTreeSet<Role>,
    /// The date value that governs a sentence about it.
    pub events: Vec<(usize, String)>,
}

impl Record {
    /// Works out what the store keeps of `document`.
    ///
    /// A mention without an entity (the record was not linked, or the mention stayed
    /// undecided) counts for an entity of its own, made of type and folded text:
    /// `PER:董军`.
    ///
    /// # Errors
    /// If offsets of the record are not those of its text.
    pub fn new(document: Document) -> Result<Self> {
        let length = document.text.chars().count();
        check_offsets(&document, length)?;
        let sentences: Vec<_> = sentences(&document.text)
            .map(|range| (range.start, range.end))
            .collect();
        let digest = digest(&document)?;
        let subjects = Subjects {
            offsets: CharOffsets::new(&document.text),
            sentences: &sentences,
        }
        .of(&document);
        Ok(Self {
            key: document.id,
            source: document.source.unwrap_or_default(),
            digest,
            input: None,
            day: document.published.map(|published| day_of(published.date())),
            published: document.published.map(|published| published.to_string()),
            url: document.url,
            title: document.title,
            text: document.text,
            sentences,
            subjects,
            dates: document.dates,
        })
    }

    /// Says what was tagged and what with, see [`fingerprint`].
    #[must_use]
    pub fn tagged_from(mut self, input: Fingerprint) -> Self {
        self.input = Some(input);
        self
    }

    /// Identifier of the article.
    pub fn id(&self) -> &str {
        &self.key
    }
}

fn check_offsets(document: &Document, length: usize) -> Result<()> {
    let mentions = document.mentions.iter().map(|m| ("mentions", m.start, m.end));
    let dates = document.dates.iter().map(|d| ("dates", d.start, d.end));
    let evidence = document
        .topics
        .iter()
        .flat_map(|t| t.evidence.iter().map(|&[start, end]| ("topics", start, end)));
    for (field, start, end) in mentions.chain(dates).chain(evidence) {
        if start >= end || end > length {
            return Err(Error::input(
                format!("record {:?}", document.id),
                format!(
                    "{field} has the span {start}..{end}, but the text is {length} characters long; tag it again"
                ),
            ));
        }
    }
    Ok(())
}

/// Identifies the content of a record: equal records are equal articles.
fn digest(document: &Document) -> Result<Fingerprint> {
    let bytes = serde_json::to_vec(document).map_err(|error| Error::input(&document.id, error))?;
    let mut hasher = Sha256::new();
    hasher.update(&bytes);
    Ok(first_half(hasher))
}

/// Whether `kind` is a type of entity, not a scheme of topics.
pub(super) fn is_entity_kind(kind: &str) -> bool {
    kind.parse::<EntityType>().is_ok()
}

struct Subjects<'d> {
    offsets: CharOffsets,
    sentences: &'d [(usize, usize)],
}

impl Subjects<'_> {
    fn of(&self, document: &Document) -> Vec<Subject> {
        let mut subjects = BTreeMap::new();
        self.add_entities(document, &mut subjects);
        self.add_topics(document, &mut subjects);
        let governing = Governing::new(document);
        subjects
            .into_values()
            .map(|mut subject| {
                subject.mentions.sort_unstable();
                subject.mentions.dedup_by_key(|mention| mention.0);
                subject.variants = self.variants(&subject, &document.text);
                subject.events = governing.of(&subject.mentions);
                subject
            })
            .collect()
    }

    fn add_entities(&self, document: &Document, subjects: &mut BTreeMap<String, Subject>) {
        let known: HashMap<_, _> = document
            .entities
            .iter()
            .map(|entity| (entity.id.as_str(), entity))
            .collect();
        for mention in &document.mentions {
            let folded = fold_str(mention.text.trim());
            let entity = mention.entity.as_deref().and_then(|id| known.get(id));
            let key = match entity {
                Some(entity) => entity.id.clone(),
                None => format!("{}:{folded}", mention.kind),
            };
            let subject = subjects.entry(key.clone()).or_insert_with(|| match entity {
                Some(entity) => Subject {
                    key,
                    kind: entity.kind.to_string(),
                    name: entity.name.clone(),
                    name_hant: entity.name_hant.clone(),
                    name_en: entity.name_en.clone(),
                    roles: entity.roles.iter().cloned().collect(),
                    ..Subject::default()
                },
                None => Subject {
                    key,
                    kind: mention.kind.to_string(),
                    name: folded,
                    ..Subject::default()
                },
            });
            subject.mentions.push(self.mention(mention.start, mention.end));
        }
    }

    fn add_topics(&self, document: &Document, subjects: &mut BTreeMap<String, Subject>) {
        for topic in &document.topics {
            let key = format!("{}:{}", topic.scheme.as_str(), topic.id);
            let subject = subjects.entry(key.clone()).or_insert_with(|| Subject {
                key,
                kind: topic.scheme.as_str().to_owned(),
                name: topic.name.clone(),
                name_en: topic.name_en.clone(),
                ..Subject::default()
            });
            subject.mentions.extend(
                topic
                    .evidence
                    .iter()
                    .map(|&[start, end]| self.mention(start, end)),
            );
        }
    }

    /// How often the mentions say what. The evidence of a topic is what speaks for it,
    /// not what it is called.
    fn variants(&self, subject: &Subject, text: &str) -> BTreeMap<String, usize> {
        if !is_entity_kind(&subject.kind) {
            return BTreeMap::from([(subject.name.clone(), subject.mentions.len())]);
        }
        let mut variants = BTreeMap::new();
        for &(start, end, _) in &subject.mentions {
            *variants
                .entry(self.offsets.slice(text, start, end).to_owned())
                .or_default() += 1;
        }
        variants
    }

    /// The span with its sentence: the one it begins in, or the last one before it.
    fn mention(&self, start: usize, end: usize) -> (usize, usize, usize) {
        let after = self.sentences.partition_point(|sentence| sentence.0 <= start);
        (start, end, after.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::document;
    use super::*;

    #[test]
    fn unlinked_mentions_fall_back_to_type_and_folded_text() {
        let record = Record::new(document(
            "a",
            "2024-04-17",
            "董軍來了。董军走了。",
            &["董軍", "董军"],
        ))
        .unwrap();
        assert_eq!(record.subjects.len(), 1);
        let subject = &record.subjects[0];
        assert_eq!(
            (subject.key.as_str(), subject.name.as_str()),
            ("PER:董军", "董军")
        );
        assert_eq!(subject.mentions, [(0, 2, 0), (5, 7, 1)]);
        assert_eq!(subject.variants.len(), 2);
    }

    #[test]
    fn offsets_outside_of_the_text_are_an_error() {
        let mut wrong = document("a", "2024-04-17", "董军", &["董军"]);
        wrong.mentions[0].end = 3;
        assert!(Record::new(wrong).unwrap_err().to_string().contains("0..3"));
    }

    #[test]
    fn the_fingerprint_follows_article_and_tagger() {
        let article = Article {
            id: "a".to_owned(),
            body: "董军".to_owned(),
            ..Article::default()
        };
        let with_title = Article {
            title: Some(String::new()),
            ..article.clone()
        };
        let known = fingerprint(&article, "model");
        assert_eq!(known, fingerprint(&article.clone(), "model"));
        assert_ne!(known, fingerprint(&article, "other model"));
        assert_ne!(known, fingerprint(&with_title, "model"));
    }

    #[test]
    fn the_digest_follows_the_content() {
        let digest = |text| {
            Record::new(document("a", "2024-04-17", text, &[]))
                .unwrap()
                .digest
        };
        assert_eq!(digest("甲"), digest("甲"));
        assert_ne!(digest("甲"), digest("乙"));
    }
}
