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

mod centrality;
mod classify;
mod definition;
mod explain;
mod features;
mod folded;
pub mod iptc;
mod keyphrase;
mod matcher;
mod near;
mod record;
pub mod score;
mod subjects;
mod words;

use std::path::Path;

use crate::error::{Error, Result};

use classify::Classifier;
use definition::Definitions;
pub use definition::{Definition, Kind, Near, Unit, Within};
use features::Features;
use folded::FoldedText;
use keyphrase::Keyphrases;
pub use matcher::LinkedEntity;
use matcher::{Finding, Matcher};
pub use record::{Explanation, FiredRule, Scheme, Topic, TopicInput};
use record::{evidence, rounded};

/// The definitions that ship, by file name.
const BUILT_IN: [(&str, &str); 11] = [
    ("lists.toml", include_str!("../../../data/topics/lists.toml")),
    (
        "1-arts-to-health.toml",
        include_str!("../../../data/topics/subjects/1-arts-to-health.toml"),
    ),
    (
        "2-human-interest-to-weather.toml",
        include_str!("../../../data/topics/subjects/2-human-interest-to-weather.toml"),
    ),
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

/// Finds the topics of articles.
pub struct Topics {
    matcher: Matcher,
    classifier: Classifier,
    keyphrases: Keyphrases,
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
            classifier: Classifier::embedded()?,
            keyphrases: Keyphrases::embedded()?,
        })
    }

    /// All definitions, in the order of the files.
    pub fn definitions(&self) -> impl Iterator<Item = (Kind, &Definition)> {
        self.matcher
            .definitions
            .iter()
            .map(|compiled| (compiled.kind, &compiled.definition))
    }

    /// The topics of a text: issues, subjects (the narrower ones after their wider
    /// one), keyphrases; each scheme by falling score.
    pub fn assign(&self, input: &TopicInput) -> Vec<Topic> {
        let text = FoldedText::new(input.text);
        let findings = self.matcher.find(&text, input);
        let issues = findings.iter().filter(|finding| finding.is_assigned());
        let mut topics: Vec<Topic> = issues.filter_map(|finding| self.issue(finding)).collect();
        topics.sort_by(|a, b| b.score.total_cmp(&a.score));
        topics.extend(self.subjects(&text, &findings));
        if !input.words.is_empty() {
            topics.extend(self.keyphrases.find(&text, input));
        }
        topics
    }

    /// Training features of a text; see `examples/topic-features.rs`.
    #[doc(hidden)]
    pub fn features(&self, text: &str) -> TrainingFeatures {
        let input = TopicInput::new(text);
        let text = FoldedText::new(text);
        let findings = self.matcher.find(&text, &input);
        let Features { headline, body } = Features::new(&text);
        let tops = iptc::concepts().iter().filter(|concept| concept.parent.is_none());
        let terms = tops.map(|concept| {
            let terms = self.term_evidence(concept.code, &findings);
            (concept.code, [terms.subjects, terms.issues])
        });
        TrainingFeatures {
            headline,
            body,
            terms: terms.collect(),
        }
    }

    /// What the n-grams of a title say for every class of the first level.
    fn title_scores(&self, title: &str) -> Vec<(&'static str, f32)> {
        self.classifier
            .ngram_scores(&Features::new(&FoldedText::new(title)))
    }

    fn issue(&self, finding: &Finding) -> Option<Topic> {
        let compiled = &self.matcher.definitions[finding.definition];
        let spans = finding.fired.iter().flat_map(|fired| fired.spans.iter().copied());
        (compiled.kind == Kind::Issue).then(|| Topic {
            scheme: Scheme::Issue,
            id: compiled.definition.id.clone(),
            name: compiled.definition.name.clone(),
            name_en: Some(compiled.definition.name_en.clone()).filter(|name| !name.is_empty()),
            score: rounded(f64::from(finding.centrality)),
            evidence: evidence(spans),
        })
    }
}

/// What the classifier of subjects learns from.
#[doc(hidden)]
pub struct TrainingFeatures {
    /// Buckets of the headline.
    pub headline: Vec<u32>,
    /// Buckets of the body.
    pub body: Vec<u32>,
    /// Strength of subject terms and issues a class.
    pub terms: Vec<(&'static str, [f32; 2])>,
}

fn built_in() -> Result<Definitions> {
    let mut definitions = Definitions::default();
    for (name, source) in BUILT_IN {
        definitions.add(name, source)?;
    }
    Ok(definitions)
}

#[cfg(test)]
mod tests;
