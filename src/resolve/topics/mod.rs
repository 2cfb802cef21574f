//! What an article is about: named issues, IPTC subject codes and keyphrases.
//!
//! ```
//! use shiji::resolve::topics::{TopicInput, Topics};
//!
//! let topics = Topics::embedded()?;
//! let text = "俄军对基辅发动新一轮导弹袭击";
//! let found = topics.assign(&TopicInput::new(text));
//! assert!(found.iter().any(|topic| topic.name == "俄乌战争" && topic.evidence == [[0, 2], [3, 5]]));
//! # Ok::<(), shiji::Error>(())
//! ```

mod definition;
mod folded;
pub mod iptc;
mod matcher;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::document::Mention;
use crate::error::{Error, Result};

use definition::Definitions;
pub use definition::{Definition, Kind, Near, Unit, Within};
use folded::FoldedText;
pub use matcher::LinkedEntity;
use matcher::{Finding, Matcher};

/// The definitions that ship, by file name.
const BUILT_IN: [(&str, &str); 9] = [
    ("lists.toml", include_str!("../../../data/topics/lists.toml")),
    (
        "1-taiwan-hongkong.toml",
        include_str!("../../../data/topics/issues/1-taiwan-hongkong.toml"),
    ),
    (
        "2-china.toml",
        include_str!("../../../data/topics/issues/2-china.toml"),
    ),
    (
        "3-us-china.toml",
        include_str!("../../../data/topics/issues/3-us-china.toml"),
    ),
    (
        "4-asia.toml",
        include_str!("../../../data/topics/issues/4-asia.toml"),
    ),
    (
        "5-middle-east-africa.toml",
        include_str!("../../../data/topics/issues/5-middle-east-africa.toml"),
    ),
    (
        "6-europe-russia.toml",
        include_str!("../../../data/topics/issues/6-europe-russia.toml"),
    ),
    (
        "7-americas.toml",
        include_str!("../../../data/topics/issues/7-americas.toml"),
    ),
    (
        "8-global.toml",
        include_str!("../../../data/topics/issues/8-global.toml"),
    ),
];

/// A topic of an article, as it stands in the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// Where the topic comes from.
    pub scheme: Scheme,
    /// Identifier in the scheme: the issue's slug, `medtop:…`, or the keyphrase itself.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// English name, where there is one.
    pub name_en: Option<String>,
    /// Strength between 0 and 1, rounded to three decimals. What reached its
    /// threshold exactly has 0.5.
    pub score: f64,
    /// Code points of the text that speak for the topic, half-open, in text order.
    pub evidence: Vec<[usize; 2]>,
}

/// Where a topic comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// IPTC Media Topics, first or second level.
    Iptc,
    /// A named issue.
    Issue,
    /// A phrase of the article itself.
    Keyphrase,
}

/// What topics are found in.
#[derive(Clone, Copy, Debug)]
pub struct TopicInput<'a> {
    /// Headline, line break, body: [`Document::text`](crate::Document::text).
    pub text: &'a str,
    /// Its named entities.
    pub mentions: &'a [Mention],
    /// Its words, as code points, half-open, in text order.
    pub words: &'a [(usize, usize)],
    /// Its linked entities.
    pub entities: &'a [LinkedEntity<'a>],
}

impl<'a> TopicInput<'a> {
    /// A text of which nothing else is known.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            mentions: &[],
            words: &[],
            entities: &[],
        }
    }
}

/// Finds the topics of articles.
pub struct Topics {
    matcher: Matcher,
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
    /// Sum of the weights that fired.
    pub score: f64,
    /// The sum that it takes.
    pub threshold: f64,
    /// What fired, the heaviest first.
    pub fired: Vec<FiredRule>,
    /// Terms that ruled the topic out, with their places.
    pub excluded_by: Vec<(String, [usize; 2])>,
    /// Places where a term did not count, for standing in a phrase of `except`.
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

impl Topics {
    /// The topics that ship with this version.
    ///
    /// # Errors
    /// None in a released build; the tests load them all.
    pub fn embedded() -> Result<Self> {
        Self::from_definitions(built_in()?, "built-in topics")
    }

    /// The topics that ship, with the definitions of `file` added. A definition
    /// with the kind and id of an earlier one replaces it.
    ///
    /// # Errors
    /// If the file cannot be read, or a definition in it is wrong: the error names
    /// file and entry.
    pub fn with_user(file: &Path) -> Result<Self> {
        let source = std::fs::read_to_string(file).map_err(|error| Error::io(file, error))?;
        let name = file.display().to_string();
        let mut definitions = built_in()?;
        definitions.add(&name, &source)?;
        Self::from_definitions(definitions, &name)
    }

    fn from_definitions(definitions: Definitions, name: &str) -> Result<Self> {
        definitions.finish(name)?;
        Ok(Self {
            matcher: Matcher::new(definitions)?,
        })
    }

    /// All definitions, in the order of the files.
    pub fn definitions(&self) -> impl Iterator<Item = (Kind, &Definition)> {
        self.matcher
            .definitions
            .iter()
            .map(|compiled| (compiled.kind, &compiled.definition))
    }

    /// The topics of a text, issues first, each scheme by falling score.
    pub fn assign(&self, input: &TopicInput) -> Vec<Topic> {
        let text = FoldedText::new(input.text);
        let mut topics: Vec<Topic> = self
            .matcher
            .find(&text, input.entities)
            .into_iter()
            .filter(|finding| self.assigned(finding))
            .map(|finding| self.topic(&finding))
            .collect();
        topics.sort_by(|a, b| b.score.total_cmp(&a.score));
        topics
    }

    /// Every issue of which anything was found in the text, assigned or not, with
    /// the reasons; assigned ones first.
    pub fn explain(&self, input: &TopicInput) -> Vec<Explanation> {
        let text = FoldedText::new(input.text);
        let original: Vec<char> = input.text.chars().collect();
        let findings = self.matcher.find(&text, input.entities);
        let mut explanations: Vec<_> = findings
            .iter()
            .map(|finding| self.explanation(finding, &original))
            .collect();
        explanations.sort_by(|a, b| {
            (b.assigned, b.score)
                .partial_cmp(&(a.assigned, a.score))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        explanations
    }

    fn assigned(&self, finding: &Finding) -> bool {
        finding.excluded.is_empty()
            && finding.score >= self.matcher.definitions[finding.definition].threshold - 1e-4
    }

    fn topic(&self, finding: &Finding) -> Topic {
        let compiled = &self.matcher.definitions[finding.definition];
        let mut evidence: Vec<[usize; 2]> = finding
            .fired
            .iter()
            .flat_map(|fired| &fired.spans)
            .map(|&span| places(span))
            .collect();
        evidence.sort_unstable();
        evidence.dedup();
        Topic {
            scheme: Scheme::Issue,
            id: compiled.definition.id.clone(),
            name: compiled.definition.name.clone(),
            name_en: Some(compiled.definition.name_en.clone()).filter(|name| !name.is_empty()),
            score: strength(finding.score / compiled.threshold),
            evidence,
        }
    }

    fn explanation(&self, finding: &Finding, original: &[char]) -> Explanation {
        let compiled = &self.matcher.definitions[finding.definition];
        let at = |&span: &(u32, u32)| (slice(original, span), places(span));
        Explanation {
            scheme: Scheme::Issue,
            id: compiled.definition.id.clone(),
            name: compiled.definition.name.clone(),
            assigned: self.assigned(finding),
            score: rounded(f64::from(finding.score)),
            threshold: rounded(f64::from(compiled.threshold)),
            fired: finding
                .fired
                .iter()
                .map(|fired| FiredRule {
                    terms: match fired.combination {
                        None => slice(original, fired.spans[0]),
                        Some(number) => {
                            let terms = fired
                                .spans
                                .iter()
                                .take(compiled.definition.near[number].all.len());
                            terms
                                .map(|&span| slice(original, span))
                                .collect::<Vec<_>>()
                                .join(" + ")
                        }
                    },
                    weight: rounded(f64::from(fired.weight)),
                    evidence: fired.spans.iter().map(|&span| places(span)).collect(),
                })
                .collect(),
            excluded_by: finding.excluded.iter().map(at).collect(),
            excepted: finding.excepted.iter().map(at).collect(),
        }
    }
}

fn built_in() -> Result<Definitions> {
    let mut definitions = Definitions::default();
    for (name, source) in BUILT_IN {
        definitions.add(name, source)?;
    }
    Ok(definitions)
}

/// Maps a ratio of score and threshold to 0..1, with 0.5 at the threshold.
fn strength(ratio: f32) -> f64 {
    rounded(1.0 - 0.5f64.powf(f64::from(ratio)))
}

fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

fn places((start, end): (u32, u32)) -> [usize; 2] {
    [start as usize, end as usize]
}

fn slice(original: &[char], (start, end): (u32, u32)) -> String {
    original
        .get(start as usize..end as usize)
        .unwrap_or_default()
        .iter()
        .collect()
}

#[cfg(test)]
mod tests;
