//! What linking the mentions of an article costs, and loading the knowledge base.
//!
//! ```sh
//! cargo bench --bench link                    # the tagged sample articles
//! cargo bench --bench link -- tagged.jsonl    # records of `shiji tag`
//! ```

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use shiji::read::tagged_lines;
use shiji::resolve::entities::{KnowledgeBase, link};
use shiji::{Document, Result};

/// At least as long is measured.
const LONG: Duration = Duration::from_secs(2);

fn main() -> Result<()> {
    let samples = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/samples.jsonl"));
    let path = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let path = path.map_or(samples, PathBuf::from);
    let documents = tagged_lines(&path)
        .map(|line| line.and_then(|line| line.parse()))
        .collect::<Result<Vec<Document>>>()?;
    let started = Instant::now();
    let knowledge = KnowledgeBase::embedded()?;
    println!(
        "knowledge base: {:.2} ms to load",
        started.elapsed().as_secs_f64() * 1e3
    );
    let characters: usize = documents.iter().map(|d| d.text.chars().count()).sum();
    let mentions: usize = documents.iter().map(|d| d.mentions.len()).sum();
    // The first round fills the tables that are made on demand.
    let mut best = Duration::MAX;
    let started = Instant::now();
    while started.elapsed() < LONG {
        let round = Instant::now();
        for document in &documents {
            black_box(link(
                &document.text,
                &document.mentions,
                document.published,
                &knowledge,
            ));
        }
        best = best.min(round.elapsed());
    }
    println!(
        "{} articles, {characters} characters, {mentions} mentions: {:.3} µs a character, {:.2} µs a mention",
        documents.len(),
        best.as_secs_f64() * 1e6 / characters as f64,
        best.as_secs_f64() * 1e6 / mentions as f64
    );
    Ok(())
}
