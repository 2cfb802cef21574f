//! Features for `training/topics/train.py`: reads articles as JSON Lines from
//! standard input (`id`, `title`, `text`), writes one line an article: buckets of the
//! headline and of the body, and the strength of the terms a class.

use std::io::{BufRead, Write};

use serde_json::{Value, json};
use shiji::resolve::topics::Topics;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let topics = Topics::embedded()?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let article: Value = serde_json::from_str(&line?)?;
        let field = |name: &str| article[name].as_str().unwrap_or_default().trim();
        let text = match (field("title"), field("text")) {
            (title, "") => title.to_owned(),
            ("", text) => text.to_owned(),
            (title, text) => format!("{title}\n{text}"),
        };
        let found = topics.features(&text);
        let row = json!({"headline": found.headline, "body": found.body, "terms": found.terms});
        writeln!(out, "{row}")?;
    }
    Ok(())
}
