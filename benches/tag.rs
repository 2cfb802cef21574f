//! End to end: JSON Lines in, JSON Lines out, in memory.
//!
//! `cargo bench --bench tag [-- FILE.jsonl]` prints characters and articles per second for one thread and for
//! all cores, on the sample articles (repeated) or on the records of a file.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use shiji::read::{self, articles};
use shiji::{Article, Result, Tagger, pipeline};

/// How long each figure is measured at least.
const LONG_ENOUGH: Duration = Duration::from_secs(4);

fn main() -> Result<()> {
    // Cargo passes `--bench`.
    let file = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/data/samples");
    let path = PathBuf::from(file.as_deref().unwrap_or(samples));
    let corpus: Vec<Article> = articles([path], read::Options::default()).collect::<Result<_>>()?;
    let tagger = Tagger::new()?;
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    println!("{:>7}  {:>12}  {:>10}", "threads", "characters/s", "articles/s");
    for threads in [1, cores] {
        let (characters, documents, seconds) = measure(&tagger, &corpus, threads)?;
        println!(
            "{threads:>7}  {:>12.0}  {:>10.1}",
            characters as f64 / seconds,
            documents as f64 / seconds
        );
    }
    Ok(())
}

fn measure(tagger: &Tagger, corpus: &[Article], threads: usize) -> Result<(usize, usize, f64)> {
    let pool = pipeline::pool(threads)?;
    let (mut characters, mut documents) = (0, 0);
    let started = Instant::now();
    // Time is looked at between articles, so that the pipeline runs without pause.
    let endless = corpus
        .iter()
        .cycle()
        .take_while(|_| started.elapsed() < LONG_ENOUGH)
        .cloned();
    pipeline::map_ordered(
        &pool,
        endless,
        |group| tagger.tag_all(group),
        |document| {
            characters += document.text.chars().count();
            documents += 1;
            black_box(
                serde_json::to_string(&document).map_err(|error| shiji::Error::Usage(error.to_string()))?,
            );
            Ok(())
        },
    )?;
    Ok((characters, documents, started.elapsed().as_secs_f64()))
}
