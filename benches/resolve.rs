//! What dates and topics cost, on one thread, beside segmentation.
//!
//! `cargo bench --bench resolve [-- PATH]` prints nanoseconds a character, on the sample articles or on those of
//! a path. Words come from the segmenter, as in the tagger, and are not part of the time. On Linux it is the
//! thread's own time, so that other programs on the core do not matter.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use shiji::read::{self, articles};
use shiji::resolve::dates;
use shiji::resolve::topics::{TopicInput, Topics};
use shiji::segment::Segmenter;
use shiji::text::fold_str;
use shiji::{Article, Published, Result};

/// How long each figure is measured at least.
const LONG_ENOUGH: Duration = Duration::from_secs(1);

/// A text with what its resolvers are given.
struct Input {
    text: String,
    folded: String,
    published: Option<Published>,
    words: Vec<(usize, usize)>,
}

fn main() -> Result<()> {
    // Cargo passes `--bench`.
    let file = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/data/samples");
    let path = PathBuf::from(file.as_deref().unwrap_or(samples));
    let segmenter = Segmenter::new();
    let read: Vec<Article> = articles([path], read::Options::default()).collect::<Result<_>>()?;
    let inputs: Vec<Input> = read.iter().map(|article| input(article, &segmenter)).collect();
    let (topics, options) = (Topics::embedded()?, dates::Options::default());
    let articles = inputs.len();
    let characters: usize = inputs.iter().map(|input| input.text.chars().count()).sum();
    println!("{articles} articles, {characters} characters; nanoseconds a character");
    measure("segmentation", characters, &inputs, |input| {
        segmenter.words(&input.folded).count()
    });
    measure("dates", characters, &inputs, |input| {
        dates::resolve(&input.text, input.published.map(Published::date), &options).len()
    });
    measure("issues and subjects", characters, &inputs, |input| {
        topics.assign(&TopicInput::new(&input.text)).len()
    });
    measure("topics with keyphrases", characters, &inputs, |input| {
        let words = TopicInput {
            words: &input.words,
            ..TopicInput::new(&input.text)
        };
        topics.assign(&words).len()
    });
    Ok(())
}

fn input(article: &Article, segmenter: &Segmenter) -> Input {
    let text = article.text();
    let folded = fold_str(&text);
    let words = segmenter
        .words(&folded)
        .map(|word| (word.start, word.end))
        .collect();
    Input {
        text,
        words,
        folded,
        published: article.published,
    }
}

/// Runs `work` over all inputs again and again, after one round that warms the caches.
fn measure(name: &str, characters: usize, inputs: &[Input], work: impl Fn(&Input) -> usize) {
    let round = || inputs.iter().map(&work).map(black_box).sum::<usize>();
    black_box(round());
    let (clock, started) = (Instant::now(), on_core(Instant::now()));
    let spent = || on_core(clock) - started;
    let mut rounds = 0;
    while spent() < LONG_ENOUGH {
        black_box(round());
        rounds += 1;
    }
    let nanoseconds = spent().as_nanos() as f64;
    println!(
        "  {name:<24} {:>8.0}",
        nanoseconds / (rounds * characters.max(1)) as f64
    );
}

/// Time that this thread has been running, else the time since `clock`.
fn on_core(clock: Instant) -> Duration {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = statistics.split(' ').next().and_then(|first| first.parse().ok());
    nanoseconds.map_or_else(|| clock.elapsed(), Duration::from_nanos)
}
