//! Scores canonical names against a hand-made set, given its spans.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{KnowledgeBase, Rule, link};
use crate::document::{EntityType, Mention, Published};
use crate::error::{Error, Result};

/// How many canonical names were right, by type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evaluation {
    /// Type → (right, all, left unlinked or unknown to the knowledge base).
    pub by_type: BTreeMap<EntityType, (usize, usize, usize)>,
    /// What was wrong: article, type, surface, expected, got.
    pub wrong: Vec<[String; 5]>,
}

#[derive(Deserialize)]
struct GoldArticle {
    id: String,
    published: Option<Published>,
    text: String,
    mentions: Vec<GoldMention>,
}

#[derive(Deserialize)]
struct GoldMention {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: String,
    text: String,
    value: Vec<String>,
}

/// Links the hand-marked mentions of a JSON Lines file (`id`, `published`, `text`,
/// `mentions` with `start`, `end`, `type`, `text` and the accepted names `value`;
/// other types than PER, LOC and ORG are skipped) and compares the names.
///
/// # Errors
/// If the file cannot be read or a line is not of that form.
pub fn evaluate_linking(path: impl AsRef<Path>, kb: &KnowledgeBase) -> Result<Evaluation> {
    let path = path.as_ref();
    let file = std::fs::read_to_string(path).map_err(|e| Error::io(path, e))?;
    let mut evaluation = Evaluation::default();
    for (at, line) in file
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let location = format!("{}:{}", path.display(), at + 1);
        let article: GoldArticle = serde_json::from_str(line).map_err(|e| Error::input(location, e))?;
        evaluation.add(&article, kb);
    }
    Ok(evaluation)
}

impl Evaluation {
    fn add(&mut self, article: &GoldArticle, kb: &KnowledgeBase) {
        let gold: Vec<(&GoldMention, EntityType)> = article
            .mentions
            .iter()
            .filter_map(|mention| Some((mention, mention.kind.parse().ok()?)))
            .collect();
        let mentions: Vec<Mention> = gold
            .iter()
            .map(|&(mention, kind)| Mention {
                start: mention.start,
                end: mention.end,
                text: mention.text.clone(),
                kind,
                confidence: 1.0,
            })
            .collect();
        let linked = link(&article.text, &mentions, article.published, kb);
        for ((mention, kind), found) in gold.iter().zip(&linked.refs) {
            let name = found.entity.map_or("", |entity| &linked.entities[entity].name);
            let right = mention.value.iter().any(|value| value == name);
            let count = self.by_type.entry(*kind).or_default();
            count.0 += usize::from(right);
            count.1 += 1;
            count.2 += usize::from(matches!(found.rule, Rule::New | Rule::Undecided));
            if !right {
                self.wrong.push([
                    article.id.clone(),
                    kind.to_string(),
                    mention.text.clone(),
                    mention.value.join("|"),
                    format!("{name} ({:?})", found.rule),
                ]);
            }
        }
    }
}
