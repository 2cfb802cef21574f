//! What goes in and what comes out.

use serde::{Deserialize, Serialize};

use super::matcher::LinkedEntity;
use crate::document::Mention;

/// A topic of an article, as it stands in the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// Where the topic comes from.
    pub scheme: Scheme,
    /// Identifier in the scheme: the issue's slug, `medtop:…`, or the keyphrase in
    /// simplified characters.
    pub id: String,
    /// Chinese name; a keyphrase as it stands in the text.
    pub name: String,
    /// English name, where there is one.
    pub name_en: Option<String>,
    /// Between 0 and 1, rounded to three decimals. Of an issue, how far the article deals
    /// with it, about the probability that a reader says so; of a subject, its strength.
    /// Subjects that just reached their threshold have 0.5; issues are in the record from 0.35 on.
    pub score: f64,
    /// Code points of the text that speak for the topic, half-open, in text order.
    pub evidence: Vec<[usize; 2]>,
}

/// Where a topic comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// A named issue.
    Issue,
    /// IPTC Media Topics, first or second level.
    Iptc,
    /// A phrase of the article itself.
    Keyphrase,
}

impl Scheme {
    /// `issue`, `iptc` or `keyphrase`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Iptc => "iptc",
            Self::Keyphrase => "keyphrase",
        }
    }
}

/// What topics are found in.
#[derive(Clone, Copy, Debug)]
pub struct TopicInput<'a> {
    /// Headline, line break, body: [`Document::text`](crate::Document::text).
    pub text: &'a str,
    /// Its named entities.
    pub mentions: &'a [Mention],
    /// Its words, as code points, half-open, in text order; keyphrases are made of
    /// them and of the entities.
    pub words: &'a [(usize, usize)],
    /// Its linked entities.
    pub entities: &'a [LinkedEntity<'a>],
}

impl<'a> TopicInput<'a> {
    /// A text of which nothing else is known: it gets no keyphrases.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            mentions: &[],
            words: &[],
            entities: &[],
        }
    }
}

/// Why a topic was or was not assigned to a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// `issue` or `iptc`.
    pub scheme: Scheme,
    /// Identifier of the topic.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// Whether the topic is assigned.
    pub assigned: bool,
    /// Issues and the second level: the sum of the weights that fired. The first
    /// level: the classifier's logit.
    pub score: f64,
    /// What the score must reach.
    pub threshold: f64,
    /// Whether the text only mentions it, in passing.
    pub in_passing: bool,
    /// Of issues, how far the text deals with it; from 0.5 on it may be assigned.
    pub centrality: Option<f64>,
    /// What fired, the heaviest first.
    pub fired: Vec<FiredRule>,
    /// Terms that ruled the topic out, with their places.
    pub excluded_by: Vec<(String, [usize; 2])>,
    /// Terms that did not count for standing in a phrase of `except`.
    pub excepted: Vec<(String, [usize; 2])>,
}

/// A term or combination that fired.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FiredRule {
    /// The term as it stands in the text, or those of the combination joined by ` + `.
    pub terms: String,
    /// What it adds to the score.
    pub weight: f64,
    /// Where, in code points.
    pub evidence: Vec<[usize; 2]>,
}

/// Maps a ratio of score and threshold to 0..1, with 0.5 at the threshold.
pub(super) fn strength(ratio: f32) -> f64 {
    rounded(1.0 - 0.5f64.powf(f64::from(ratio)))
}

pub(super) fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

pub(super) fn places((start, end): (u32, u32)) -> [usize; 2] {
    [start as usize, end as usize]
}

/// Spans as evidence: sorted, each once.
pub(super) fn evidence(spans: impl IntoIterator<Item = (u32, u32)>) -> Vec<[usize; 2]> {
    let mut evidence: Vec<[usize; 2]> = spans.into_iter().map(places).collect();
    evidence.sort_unstable();
    evidence.dedup();
    evidence
}
