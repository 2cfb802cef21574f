//! Scores titles beside the names of people against labels.

use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::score::{Counts, Score};
use crate::document::{Article, Document, EntityType, Mention, Published};
use crate::error::{Error, Result};
use crate::read::open::open;
use crate::resolve::entities::{Entity, KnowledgeBase, Role, link};
use crate::text::{CharOffsets, fold_str};

/// A mention of a person in an article of a corpus, with the titles beside it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RoleLabel {
    /// `corpus:id`.
    pub article: String,
    /// First code point of title, line break and text.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// What stands beside the name; empty for a name alone. Forms of one body that are
    /// equally right stand with `|` between them: `国务院|中国国务院`.
    pub roles: Vec<Role>,
}

/// Reads labels, one JSON object a line.
///
/// # Errors
/// If the file cannot be read, or with the line that is not a label.
pub fn read_role_labels(path: &Path) -> Result<Vec<RoleLabel>> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let location = format!("{}:{}", path.display(), number + 1);
            serde_json::from_str(line).map_err(|error| Error::input(location, error))
        })
        .collect()
}

/// The labelled articles of a corpus, with the ids that the labels use: JSON Lines with
/// `id`, `title`, `text` and `published`, plain or compressed, in a file that is named
/// after the corpus (`waimei.jsonl.zst`).
///
/// # Errors
/// If the file cannot be read, or with the line that is not such an article.
pub fn labelled_articles(path: &Path, labels: &[RoleLabel]) -> Result<Vec<Article>> {
    #[derive(Deserialize)]
    struct Line {
        id: String,
        title: Option<String>,
        text: String,
        published: Option<Published>,
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let corpus = name.split('.').next().unwrap_or_default();
    let wanted: HashMap<&str, ()> = labels.iter().map(|label| (label.article.as_str(), ())).collect();
    let reader = open(Some(path)).map_err(|error| Error::io(path, error))?.reader;
    let mut articles = Vec::new();
    for (number, line) in reader.lines().enumerate() {
        let line = line.map_err(|error| Error::io(path, error))?;
        if line.trim().is_empty() {
            continue;
        }
        let location = format!("{}:{}", path.display(), number + 1);
        let line: Line = serde_json::from_str(&line).map_err(|error| Error::input(location, error))?;
        let id = format!("{corpus}:{}", line.id);
        if wanted.contains_key(id.as_str()) {
            // The labels count from the title on; as one body the text stays as it is.
            let body = format!("{}\n{}", line.title.unwrap_or_default(), line.text);
            articles.push(Article {
                id,
                body,
                published: line.published,
                ..Article::default()
            });
        }
    }
    Ok(articles)
}

/// How well titles are found.
#[derive(Clone, Debug, Serialize)]
pub struct RoleReport {
    /// Labelled mentions whose article was there.
    pub mentions: usize,
    /// Title, what it belongs to, and whether it is over; where the one ends and the other
    /// begins does not count. What it belongs to may be labelled as the text has it
    /// or by its canonical name: how well names are linked is measured elsewhere.
    pub roles: Score,
    /// The same with the border between title and body, and the canonical name where the
    /// label has that.
    pub exact: Score,
    /// What is missed (`-`) or wrong (`+`), by article and mention.
    #[serde(skip)]
    pub differences: Vec<String>,
}

/// Compares the titles that linking finds beside the labelled mentions with the labels.
/// The other mentions are the documents' own; a labelled one that the recogniser missed
/// is put in, so that recognition is not measured here.
pub fn score_roles(labels: &[RoleLabel], documents: &[Document], kb: &KnowledgeBase) -> RoleReport {
    let documents: BTreeMap<&str, &Document> = documents.iter().map(|d| (d.id.as_str(), d)).collect();
    let (mut roles, mut exact) = (Counts::default(), Counts::default());
    let (mut mentions, mut differences) = (0, Vec::new());
    for label in labels {
        let Some(document) = documents.get(label.article.as_str()) else {
            continue;
        };
        let Some((surface, found)) = roles_beside(document, label, kb) else {
            continue;
        };
        mentions += 1;
        let same = |label: &Role, found: &Found| {
            let mut labels = forms_of(label);
            labels.any(|label| found.forms.iter().any(|form| office(&label) == office(form)))
        };
        let identical =
            |label: &Role, found: &Found| forms_of(label).any(|label| found.forms.contains(&label));
        count(&mut roles, &label.roles, &found, same);
        count(&mut exact, &label.roles, &found, identical);
        let missed = label
            .roles
            .iter()
            .filter(|label| !found.iter().any(|found| same(label, found)))
            .map(|role| ('-', role));
        let wrong = found
            .iter()
            .filter(|found| !label.roles.iter().any(|label| same(label, found)))
            .map(|found| ('+', &found.forms[0]));
        differences.extend(missed.chain(wrong).map(|(sign, role)| {
            let Role { title, of, former } = role;
            let of = of.as_deref().unwrap_or("-");
            let former = if *former { ", former" } else { "" };
            format!("{sign}{title} of {of}{former}\t{surface}\t{}", label.article)
        }));
    }
    RoleReport {
        mentions,
        roles: roles.score("roles"),
        exact: exact.score("exact"),
        differences,
    }
}

/// Body and title as one, so that it does not matter where the recogniser ends the body:
/// 财政部 + 国库司副司长 is 财政部国库司 + 副司长, 外交部 + 部长 is 外交部长.
fn office(role: &Role) -> (String, bool) {
    let joined: Vec<char> = role
        .of
        .iter()
        .flat_map(|of| of.chars())
        .chain(role.title.chars())
        .collect();
    let doubled = |at: usize| joined.get(at + 1) == Some(&joined[at]) && joined.get(at + 2) == Some(&'长');
    let kept = (0..joined.len()).filter(|&at| !doubled(at)).map(|at| joined[at]);
    (kept.collect(), role.former)
}

fn count(counts: &mut Counts, labels: &[Role], found: &[Found], same: impl Fn(&Role, &Found) -> bool) {
    let right = found
        .iter()
        .filter(|found| labels.iter().any(|label| same(label, found)))
        .count();
    counts.gold += labels.len();
    counts.predicted += found.len();
    counts.found += right;
    counts.correct += right;
}

/// A labelled role with each of the forms of its body.
fn forms_of(label: &Role) -> impl Iterator<Item = Role> {
    let bodies = label
        .of
        .iter()
        .flat_map(|of| of.split('|'))
        .map(|of| Some(of.to_owned()));
    let none = label.of.is_none().then_some(None);
    bodies.chain(none).map(|of| Role { of, ..label.clone() })
}

/// A role that linking found.
struct Found {
    /// With the canonical name of what it belongs to first, then as the document has it.
    forms: Vec<Role>,
}

impl Found {
    fn new(role: Role, entities: &[Entity]) -> Self {
        let entity = entities
            .iter()
            .find(|entity| Some(&entity.name) == role.of.as_ref());
        let variants: Vec<String> = entity
            .iter()
            .flat_map(|entity| &entity.variants)
            .map(|variant| fold_str(variant))
            .collect();
        let as_in_text = variants.into_iter().map(|variant| Role {
            of: Some(variant),
            ..role.clone()
        });
        let forms = std::iter::once(role.clone()).chain(as_in_text).collect();
        Self { forms }
    }
}

/// The labelled mention as it stands in the text and the roles found there; `None` if it
/// is not inside the text.
fn roles_beside(document: &Document, label: &RoleLabel, kb: &KnowledgeBase) -> Option<(String, Vec<Found>)> {
    let offsets = CharOffsets::new(&document.text);
    if label.start >= label.end || label.end > offsets.len() {
        return None;
    }
    let surface = offsets.slice(&document.text, label.start, label.end).to_owned();
    let apart = |mention: &&Mention| mention.end <= label.start || label.end <= mention.start;
    let mut mentions: Vec<Mention> = document.mentions.iter().filter(apart).cloned().collect();
    let at = mentions.partition_point(|mention| mention.start < label.start);
    mentions.insert(
        at,
        Mention {
            start: label.start,
            end: label.end,
            text: surface.clone(),
            kind: EntityType::Person,
            confidence: 1.0,
            entity: None,
        },
    );
    let linked = link(&document.text, &mentions, document.published, kb);
    let roles = linked.refs[at].roles.iter().cloned();
    let found = roles.map(|role| Found::new(role, &linked.entities)).collect();
    Some((surface, found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::EntityType::Location;
    use crate::write::tests::document;

    #[test]
    fn labels_are_compared_with_what_linking_finds() {
        let document = document("美国国防部长奥斯汀与前总统某某", &[("美国", Location)]);
        let label = |start, end, roles: &str| RoleLabel {
            article: document.id.clone(),
            start,
            end,
            roles: serde_json::from_str(roles).unwrap(),
        };
        let labels = [
            label(6, 9, r#"[{"title":"国防部长","of":"美国","former":false}]"#),
            label(13, 15, r#"[{"title":"总统","of":null,"former":false}]"#),
            label(90, 95, "[]"),
        ];
        let kb = KnowledgeBase::embedded().unwrap();
        let report = score_roles(&labels, &[document], &kb);
        assert_eq!(report.mentions, 2);
        assert_eq!((report.roles.correct, report.roles.predicted), (1, 2));
        assert_eq!(report.exact.correct, 1, "{:?}", report.differences);
    }
}
