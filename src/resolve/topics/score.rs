//! How good topics are, on articles that people labelled by reading.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::{Scheme, TopicInput, Topics, iptc};
use crate::error::{Error, Result};

/// The labels of one article: `{"corpus":…,"id":…,"iptc":[…],"issues":[…]}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// Corpus that the article is in.
    pub corpus: String,
    /// Identifier in that corpus: its `id`, or the name of its file without ending.
    pub id: String,
    /// Codes of the first level of the IPTC Media Topics, without prefix.
    pub iptc: Vec<String>,
    /// Issues.
    #[serde(default)]
    pub issues: Vec<String>,
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
}

/// Counts of right, superfluous and missed labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Assigned and labelled.
    pub right: usize,
    /// Assigned but not labelled.
    pub superfluous: usize,
    /// Labelled but not assigned.
    pub missed: usize,
}

impl Counts {
    /// Share of the assigned that are labelled.
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
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Scores of a set of articles.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Articles that were found and scored.
    pub articles: usize,
    /// Labelled articles whose text was not found.
    pub absent: usize,
    /// Characters of their texts.
    pub characters: usize,
    /// Time that finding the topics took, without segmentation.
    pub time: Duration,
    /// Counts a class of the first level.
    pub subjects: BTreeMap<String, Counts>,
    /// Counts an issue.
    pub issues: BTreeMap<String, Counts>,
    /// Every difference, for reading: article, scheme, `+` or `-`, topic.
    pub differences: Vec<(String, Scheme, char, String)>,
}

impl Report {
    /// Scores `topics` on those of the `labels` whose article is in `texts`
    /// (identifier to [`Document::text`](crate::Document::text)). `segment` finds the
    /// words of a text, in code points.
    pub fn new(
        topics: &Topics,
        labels: &[Labels],
        texts: &HashMap<String, String>,
        segment: impl Fn(&str) -> Vec<(usize, usize)>,
    ) -> Self {
        let mut report = Self::default();
        for label in labels {
            let Some(text) = texts.get(&label.id) else {
                report.absent += 1;
                continue;
            };
            report.articles += 1;
            let words = segment(text);
            report.characters += text.chars().count();
            let start = Instant::now();
            let found = topics.assign(&TopicInput {
                words: &words,
                ..TopicInput::new(text)
            });
            report.time += start.elapsed();
            let of = |scheme: Scheme| found.iter().filter(move |topic| topic.scheme == scheme);
            let subjects = of(Scheme::Iptc).filter_map(|topic| iptc::concept(&topic.id));
            let tops = subjects.filter(|concept| concept.parent.is_none());
            let assigned: BTreeSet<&str> = tops.map(|concept| concept.code).collect();
            report.count(Scheme::Iptc, &label.id, &label.iptc, &assigned);
            let assigned: BTreeSet<&str> = of(Scheme::Issue).map(|topic| topic.id.as_str()).collect();
            report.count(Scheme::Issue, &label.id, &label.issues, &assigned);
        }
        report
    }

    fn count(&mut self, scheme: Scheme, article: &str, labelled: &[String], assigned: &BTreeSet<&str>) {
        let counts = match scheme {
            Scheme::Iptc => &mut self.subjects,
            _ => &mut self.issues,
        };
        let labelled: BTreeSet<&str> = labelled.iter().map(String::as_str).collect();
        for &topic in labelled.union(assigned) {
            let of_topic = counts.entry(topic.to_owned()).or_default();
            let sign = match (labelled.contains(topic), assigned.contains(topic)) {
                (true, true) => {
                    of_topic.right += 1;
                    continue;
                }
                (true, false) => {
                    of_topic.missed += 1;
                    '-'
                }
                _ => {
                    of_topic.superfluous += 1;
                    '+'
                }
            };
            self.differences
                .push((article.to_owned(), scheme, sign, topic.to_owned()));
        }
    }

    /// All classes or issues together.
    pub fn micro(counts: &BTreeMap<String, Counts>) -> Counts {
        counts.values().fold(Counts::default(), |sum, one| Counts {
            right: sum.right + one.right,
            superfluous: sum.superfluous + one.superfluous,
            missed: sum.missed + one.missed,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.characters as f64 / self.time.as_secs_f64().max(1e-9) / 1e6;
        writeln!(
            f,
            "{} articles, {} absent, {rate:.1} million characters/s",
            self.articles, self.absent
        )?;
        for (title, counts) in [("IPTC, first level", &self.subjects), ("issues", &self.issues)] {
            writeln!(f, "{title:<34}     P     R    F1  labelled")?;
            let all = ("all (micro)".to_owned(), Self::micro(counts));
            for (topic, counts) in std::iter::once(all).chain(counts.clone()) {
                let (p, r, f1) = (counts.precision(), counts.recall(), counts.f1());
                let labelled = counts.right + counts.missed;
                writeln!(f, "  {topic:<32} {p:5.3} {r:5.3} {f1:5.3} {labelled:9}")?;
            }
        }
        Ok(())
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
    /// Scores the lines `class<TAB>title` of `file`. The answer is the likeliest of
    /// the IPTC classes that correspond to some class of the file.
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
            let logits = topics
                .logits(title)
                .into_iter()
                .filter(|(code, _)| possible.contains(code));
            let best = logits.max_by(|a, b| a.1.total_cmp(&b.1));
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
    use super::*;

    #[test]
    fn counts_right_superfluous_and_missed() {
        let topics = Topics::embedded().unwrap();
        let label = |id: &str, issues: &[&str]| Labels {
            corpus: String::new(),
            id: id.to_owned(),
            iptc: Vec::new(),
            issues: issues.iter().map(|&issue| issue.to_owned()).collect(),
        };
        let labels = [
            label("a", &["spy-balloon", "brexit"]),
            label("b", &[]),
            label("c", &["brexit"]),
        ];
        let texts = [("a", "美军击落间谍气球"), ("b", "英国脱欧")];
        let texts = texts.map(|(id, text)| (id.to_owned(), text.to_owned())).into();
        let report = Report::new(&topics, &labels, &texts, |_| Vec::new());
        assert_eq!((report.articles, report.absent), (2, 1));
        assert_eq!(report.issues["spy-balloon"].right, 1);
        assert_eq!(
            report.issues["brexit"],
            Counts {
                right: 0,
                superfluous: 1,
                missed: 1
            }
        );
        assert!(report.to_string().contains("spy-balloon"));
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
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let topics = Topics::embedded().unwrap();
        let labels = Labels::read(&folder.join("tests/data/topics-200.jsonl")).unwrap();
        assert_eq!(labels.len(), 200);
        for label in labels {
            assert!(
                label
                    .iptc
                    .iter()
                    .all(|code| iptc::concept(code).is_some_and(|c| c.parent.is_none()))
            );
            assert!(
                label
                    .issues
                    .iter()
                    .all(|id| topics.definitions().any(|(_, d)| d.id == *id))
            );
        }
    }
}
