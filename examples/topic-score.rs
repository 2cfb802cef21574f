//! Scores topics: `topic-score LABELS ARTICLES [--differences]`, both JSON Lines,
//! articles with `id`, `title` and `text`.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;
use shiji::resolve::topics::Topics;
use shiji::resolve::topics::score::{Labels, Report};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [labels, articles, flags @ ..] = arguments.as_slice() else {
        return Err("usage: topic-score LABELS ARTICLES [--differences]".into());
    };
    let mut texts = HashMap::new();
    for line in std::fs::read_to_string(articles)?.lines() {
        let article: Value = serde_json::from_str(line)?;
        let field = |name: &str| article[name].as_str().unwrap_or_default().to_owned();
        texts.insert(field("id"), format!("{}\n{}", field("title"), field("text")));
    }
    let report = Report::new(&Topics::embedded()?, &Labels::read(Path::new(labels))?, &texts);
    println!("{report}");
    if flags.iter().any(|flag| flag == "--differences") {
        for (article, scheme, sign, topic) in &report.differences {
            println!("{sign} {scheme:?} {topic} {article}");
        }
    }
    Ok(())
}
