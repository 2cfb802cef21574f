//! How good topics are, on articles that people labelled by reading.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde::Deserialize;

use super::{Scheme, Topic, Topics, iptc};
use crate::document::Document;
use crate::error::{Error, Result};
use crate::text::CharOffsets;

/// The labels of one article:
/// `{"corpus":…,"id":…,"iptc":[…],"issues":[…],"possible":[…],"split":…}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// Corpus that the article is in.
    pub corpus: String,
    /// Identifier in that corpus: its `id`, or the name of its file without ending.
    pub id: String,
    /// Codes of the first level of the IPTC Media Topics, without prefix; where this is
    /// absent, subjects are not scored.
    #[serde(default)]
    pub iptc: Option<Vec<String>>,
    /// Issues.
    #[serde(default)]
    pub issues: Vec<String>,
    /// Issues of which readers may say so or so: neither demanded nor wrong.
    #[serde(default)]
    pub possible: Vec<String>,
    /// Part of the set that the article belongs to, such as `development` or `test`.
    #[serde(default)]
    pub split: Option<String>,
}

impl Labels {
    /// Reads labels as JSON Lines.
    ///
    /// # Errors
    /// If the file cannot be read or a line is not labels.
    pub fn read(file: &Path) -> Result<Vec<Self>> {
        let lines = std::fs::read_to_string(file).map_err(|error| Error::io(file, error))?;
        let parse = |(number, line): (usize, &str)| {
            let location = format!("{}:{}", file.display(), number + 1);
            serde_json::from_str(line).map_err(|error| Error::input(location, error))
        };
        lines.lines().enumerate().map(parse).collect()
    }

    /// Whether an article that was read as `id` is meant: the id is the same, or is
    /// the path of a file of that name.
    pub fn is_of(&self, id: &str) -> bool {
        self.id == id || name_of_file(id) == Some(&self.id)
    }
}

/// `0042` for `archive/0042.md`.
pub fn name_of_file(id: &str) -> Option<&str> {
    Path::new(id).file_stem()?.to_str()
}

/// Counts of right, superfluous and missed labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Assigned and labelled.
    pub right: usize,
    /// Assigned but not labelled.
    pub superfluous: usize,
    /// Assigned, and labelled as possible.
    pub possible: usize,
    /// Labelled but not assigned.
    pub missed: usize,
}

impl Counts {
    /// Share of the assigned that are labelled; those that are possible do not count.
    pub fn precision(&self) -> f64 {
        share(self.right, self.right + self.superfluous)
    }

    /// Share of the labelled that are assigned.
    pub fn recall(&self) -> f64 {
        share(self.right, self.right + self.missed)
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        share(2 * self.right, 2 * self.right + self.superfluous + self.missed)
    }

    /// The same with what is possible taken for wrong.
    pub fn strict(self) -> Self {
        Self {
            superfluous: self.superfluous + self.possible,
            possible: 0,
            ..self
        }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Scores of a set of articles.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Articles scored.
    pub articles: usize,
    /// Counts a class of the first level.
    pub subjects: BTreeMap<String, Counts>,
    /// Counts an issue.
    pub issues: BTreeMap<String, Counts>,
    /// Every difference, for reading.
    pub differences: Vec<Difference>,
}

/// A topic that was assigned but not labelled, or labelled but not assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Identifier of the article.
    pub article: String,
    /// Scheme of the topic.
    pub scheme: Scheme,
    /// `+` if it was assigned, `-` if it was missed.
    pub sign: char,
    /// Code or issue.
    pub topic: String,
    /// The words of the text that spoke for it, where it was assigned.
    pub evidence: Vec<String>,
}

impl Report {
    /// Scores the topics of a document against its labels.
    pub fn add(&mut self, labels: &Labels, document: &Document) {
        self.articles += 1;
        let mut subjects = BTreeMap::new();
        let mut issues = BTreeMap::new();
        for topic in &document.topics {
            match topic.scheme {
                Scheme::Issue => issues.insert(topic.id.as_str(), topic),
                Scheme::Iptc => match iptc::concept(&topic.id) {
                    Some(concept) if concept.parent.is_none() => subjects.insert(concept.code, topic),
                    _ => None,
                },
                Scheme::Keyphrase => None,
            };
        }
        if let Some(iptc) = &labels.iptc {
            self.count(Scheme::Iptc, document, iptc, &[], &subjects);
        }
        self.count(Scheme::Issue, document, &labels.issues, &labels.possible, &issues);
    }

    fn count(
        &mut self,
        scheme: Scheme,
        document: &Document,
        labelled: &[String],
        possible: &[String],
        assigned: &BTreeMap<&str, &Topic>,
    ) {
        let counts = match scheme {
            Scheme::Iptc => &mut self.subjects,
            _ => &mut self.issues,
        };
        let labelled: BTreeSet<&str> = labelled.iter().map(String::as_str).collect();
        let found: BTreeSet<&str> = assigned.keys().copied().collect();
        for &topic in labelled.union(&found) {
            let of_topic = counts.entry(topic.to_owned()).or_default();
            let sign = match (labelled.contains(topic), found.contains(topic)) {
                (true, true) => {
                    of_topic.right += 1;
                    continue;
                }
                (true, false) => {
                    of_topic.missed += 1;
                    '-'
                }
                _ if possible.iter().any(|id| id == topic) => {
                    of_topic.possible += 1;
                    continue;
                }
                _ => {
                    of_topic.superfluous += 1;
                    '+'
                }
            };
            self.differences.push(Difference {
                article: document.id.clone(),
                scheme,
                sign,
                topic: topic.to_owned(),
                evidence: assigned
                    .get(topic)
                    .map(|topic| words(topic, &document.text))
                    .unwrap_or_default(),
            });
        }
    }

    /// All classes or issues together.
    pub fn micro(counts: &BTreeMap<String, Counts>) -> Counts {
        counts.values().fold(Counts::default(), |sum, one| Counts {
            right: sum.right + one.right,
            superfluous: sum.superfluous + one.superfluous,
            possible: sum.possible + one.possible,
            missed: sum.missed + one.missed,
        })
    }
}

/// The places of the text that speak for a topic.
fn words(topic: &Topic, text: &str) -> Vec<String> {
    let offsets = CharOffsets::new(text);
    let spans = topic.evidence.iter();
    spans
        .map(|&[start, end]| offsets.slice(text, start, end).to_owned())
        .collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (title, counts) in [("IPTC, first level", &self.subjects), ("issues", &self.issues)] {
            if counts.is_empty() {
                continue;
            }
            writeln!(f, "{title:<34}     P     R    F1  labelled")?;
            let all = Self::micro(counts);
            let mut lines = vec![("all (micro)".to_owned(), all)];
            if all.possible > 0 {
                lines.push(("possible ones taken for wrong".to_owned(), all.strict()));
            }
            for (topic, counts) in lines.into_iter().chain(counts.clone()) {
                let (p, r, f1) = (counts.precision(), counts.recall(), counts.f1());
                let labelled = counts.right + counts.missed;
                writeln!(f, "  {topic:<32} {p:5.3} {r:5.3} {f1:5.3} {labelled:9}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            article,
            scheme,
            sign,
            topic,
            evidence,
        } = self;
        write!(
            f,
            "{sign}\t{}\t{topic}\t{article}\t{}",
            scheme.as_str(),
            evidence.join(" ")
        )
    }
}

/// Classes of the title collections TNEWS and THUCNews that correspond to one of the
/// first level of the IPTC Media Topics. `news_world` and `society` have no such class.
const TITLE_CLASSES: [(&str, &str); 19] = [
    ("news_agriculture", "04000000"),
    ("news_car", "04000000"),
    ("news_culture", "01000000"),
    ("news_edu", "05000000"),
    ("news_entertainment", "01000000"),
    ("news_finance", "04000000"),
    ("news_house", "04000000"),
    ("news_sports", "15000000"),
    ("news_stock", "04000000"),
    ("news_tech", "13000000"),
    ("news_travel", "10000000"),
    ("education", "05000000"),
    ("entertainment", "01000000"),
    ("finance", "04000000"),
    ("politics", "11000000"),
    ("realty", "04000000"),
    ("science", "13000000"),
    ("sports", "15000000"),
    ("stocks", "04000000"),
];

/// Accuracy on titles that have one class each.
#[derive(Clone, Debug, Default)]
pub struct TitleReport {
    /// Titles a class of the collection, and how many were put into the class of the
    /// IPTC Media Topics that corresponds to it.
    pub classes: BTreeMap<String, (usize, usize)>,
}

impl TitleReport {
    /// Scores the lines `class<TAB>title` of `file`. The answer is the one of the IPTC
    /// classes corresponding to some class of the file for which the n-grams of the
    /// title say most; how frequent a class is in the news does not count, as these
    /// collections are balanced.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn new(topics: &Topics, file: &Path) -> Result<Self> {
        let source = std::fs::read_to_string(file).map_err(|error| Error::io(file, error))?;
        let titles: Vec<(&str, &str, &str)> = source
            .lines()
            .filter_map(|line| {
                let (class, rest) = line.split_once('\t')?;
                let (_, code) = TITLE_CLASSES.iter().find(|(name, _)| *name == class)?;
                Some((class, *code, rest.split('\t').next()?))
            })
            .collect();
        let possible: BTreeSet<&str> = titles.iter().map(|title| title.1).collect();
        let mut report = Self::default();
        for (class, code, title) in titles {
            let scores = topics.title_scores(title).into_iter();
            let scores = scores.filter(|(code, _)| possible.contains(code));
            let best = scores.max_by(|a, b| a.1.total_cmp(&b.1));
            let counts = report.classes.entry(class.to_owned()).or_default();
            counts.0 += 1;
            counts.1 += usize::from(best.is_some_and(|best| best.0 == code));
        }
        Ok(report)
    }

    /// Share of right answers.
    pub fn accuracy(&self) -> f64 {
        let (all, right) = self
            .classes
            .values()
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        share(right, all)
    }
}

impl fmt::Display for TitleReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "accuracy {:.3}", self.accuracy())?;
        for (class, (all, right)) in &self.classes {
            writeln!(f, "  {class:<20} {:.3} of {all}", share(*right, *all))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::TopicInput;
    use super::*;

    #[test]
    fn counts_right_superfluous_and_missed() {
        let topics = Topics::embedded().unwrap();
        let mut report = Report::default();
        for (id, text, issues) in [
            (
                "a",
                "美军击落间谍气球。示威者闯国会",
                &["spy-balloon", "brexit"][..],
            ),
            ("b", "英国脱欧", &[]),
        ] {
            let labels = Labels {
                corpus: String::new(),
                id: id.to_owned(),
                iptc: None,
                issues: issues.iter().map(|&issue| issue.to_owned()).collect(),
                possible: vec!["us-politics".to_owned()],
                split: None,
            };
            let document = Document {
                schema: String::new(),
                id: format!("folder/{id}.md"),
                url: None,
                source: None,
                title: None,
                published: None,
                text: text.to_owned(),
                mentions: Vec::new(),
                entities: Vec::new(),
                dates: Vec::new(),
                topics: topics.assign(&TopicInput::new(text)),
                tokens: None,
            };
            assert!(labels.is_of(&document.id) && labels.is_of(id) && !labels.is_of("c"));
            report.add(&labels, &document);
        }
        assert_eq!(report.articles, 2);
        assert_eq!(report.issues["spy-balloon"].right, 1);
        let politics = report.issues["us-politics"];
        assert_eq!(
            (
                politics.possible,
                politics.superfluous,
                politics.strict().superfluous
            ),
            (1, 0, 1)
        );
        assert_eq!(
            report.issues["brexit"],
            Counts {
                right: 0,
                superfluous: 1,
                missed: 1,
                ..Counts::default()
            }
        );
        assert!(report.to_string().contains("spy-balloon"));
        let superfluous = report
            .differences
            .iter()
            .find(|d| d.sign == '+' && d.topic == "brexit");
        assert_eq!(superfluous.unwrap().evidence, ["脱欧"]);
    }

    #[test]
    fn titles_are_scored_on_classes_that_correspond() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(
            file.path(),
            "sports\t女足夺冠\nsports\t股市大跌\nfinance\t股市大跌\nsociety\t甲\n",
        )
        .unwrap();
        let report = TitleReport::new(&Topics::embedded().unwrap(), file.path()).unwrap();
        assert_eq!(report.classes["finance"], (1, 1));
        assert_eq!(report.classes["sports"], (2, 1));
        assert_eq!(report.classes.len(), 2);
    }

    #[test]
    fn the_committed_labels_name_what_exists() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        let topics = Topics::embedded().unwrap();
        let issues: BTreeSet<&str> = topics.definitions().map(|(_, d)| d.id.as_str()).collect();
        let of = |file: &str| Labels::read(&folder.join(file)).unwrap();
        let mut all = of("topics-fresh.jsonl");
        let test = all.iter().filter(|label| label.split.as_deref() == Some("test"));
        assert_eq!(test.count(), 100);
        all.extend(of("topics-200.jsonl"));
        assert!(all.iter().all(|label| label.iptc.is_some()));
        for sample in ["a", "b", "c", "d", "e"] {
            all.extend(of(&format!("topics-blind-{sample}.jsonl")));
        }
        assert_eq!(all.len(), 1400);
        let ids: BTreeSet<&str> = all.iter().map(|label| label.id.as_str()).collect();
        assert_eq!(ids.len(), all.len(), "an article is labelled twice");
        for label in &all {
            let is_top = |code: &String| iptc::concept(code).is_some_and(|c| c.parent.is_none());
            assert!(label.iptc.iter().flatten().all(is_top), "{}", label.id);
            let mut named = label.issues.iter().chain(&label.possible);
            assert!(named.all(|id| issues.contains(id.as_str())), "{}", label.id);
            let both = label.issues.iter().find(|id| label.possible.contains(id));
            assert_eq!(both, None, "{}", label.id);
        }
    }
}
