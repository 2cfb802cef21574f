//! End to end: JSON Lines in, JSON Lines out, in memory.
//!
//! `cargo bench --bench tag -- [FILE.jsonl] [--model NAME|FILE] [--stages]` prints characters and articles per
//! second for one thread and for all cores, on the sample articles (repeated) or on the records of a file. With
//! `--stages`, what each stage costs on one thread instead, by processor time where the system tells (Linux), so
//! that a busy machine disturbs little.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use shiji::document::{Document, Mention};
use shiji::read::{self, articles};
use shiji::recognise::{DEFAULT_MODEL, Recogniser};
use shiji::resolve::Resolver;
use shiji::resolve::dates;
use shiji::resolve::entities::{self, KnowledgeBase};
use shiji::segment::{Segmenter, Word};
use shiji::text::fold_str;
use shiji::{Article, Result, Tagger, pipeline, tagger};

/// How long each figure is measured at least.
const LONG_ENOUGH: Duration = Duration::from_secs(4);

/// Articles that are tagged together, as in the program.
const GROUP: usize = 8;

struct Options {
    path: PathBuf,
    model: String,
    stages: bool,
}

fn main() -> Result<()> {
    let options = options();
    let read =
        || articles([options.path.clone()], read::Options::default()).collect::<Result<Vec<Article>>>();
    if options.stages {
        return stages(&options, read);
    }
    let corpus = read()?;
    let recogniser = Recogniser::find(&options.model)?;
    let tagger = Tagger::with(
        Segmenter::new(),
        recogniser,
        Resolver::embedded()?,
        tagger::Options::default(),
    );
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

fn options() -> Options {
    let mut options = Options {
        path: concat!(env!("CARGO_MANIFEST_DIR"), "/data/samples").into(),
        model: DEFAULT_MODEL.to_owned(),
        stages: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo passes it.
            "--bench" => {}
            "--model" => options.model = arguments.next().expect("--model has a value"),
            "--stages" => options.stages = true,
            _ => options.path = argument.into(),
        }
    }
    options
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
            black_box(json(&document)?);
            Ok(())
        },
    )?;
    Ok((characters, documents, started.elapsed().as_secs_f64()))
}

fn json(document: &Document) -> Result<String> {
    serde_json::to_string(document).map_err(|error| shiji::Error::Usage(error.to_string()))
}

/// Runs the parts of the pipeline one after another over all articles.
fn stages(options: &Options, read: impl Fn() -> Result<Vec<Article>>) -> Result<()> {
    let segmenter = Segmenter::new();
    let recogniser = Recogniser::find(&options.model)?;
    let (resolver, knowledge) = (Resolver::embedded()?, KnowledgeBase::embedded()?);
    // What is built on first use is not measured.
    let tagger = Tagger::with(
        Segmenter::new(),
        Recogniser::find(&options.model)?,
        Resolver::embedded()?,
        tagger::Options::default(),
    );
    let mut warm_up = read()?;
    warm_up.truncate(GROUP);
    black_box(tagger.tag_all(warm_up));

    let mut clock = Clock::start();
    let articles = read()?;
    let reading = clock.lap();
    let texts: Vec<String> = articles.iter().map(Article::text).collect();
    let folded: Vec<String> = texts.iter().map(|text| fold_str(text)).collect();
    let words: Vec<Vec<Word<'_>>> = folded
        .iter()
        .map(|text| segmenter.words(text).collect())
        .collect();
    let segmenting = clock.lap();
    let inputs: Vec<(&str, &[Word<'_>])> = texts
        .iter()
        .map(String::as_str)
        .zip(words.iter().map(Vec::as_slice))
        .collect();
    // On one thread, as everything here.
    let pool = pipeline::pool(1)?;
    let (mentions, recognising) = pool.install(|| {
        let mut clock = Clock::start();
        let groups = inputs.chunks(GROUP);
        let mentions: Vec<Vec<Mention>> = groups.flat_map(|group| recogniser.mentions(group)).collect();
        (mentions, clock.lap())
    });
    clock.lap();
    for (article, text) in articles.iter().zip(&texts) {
        let reference = article.published.map(|published| published.date());
        black_box(dates::resolve(text, reference, &dates::Options::default()));
    }
    let dating = clock.lap();
    for ((article, text), mentions) in articles.iter().zip(&texts).zip(&mentions) {
        black_box(entities::link(text, mentions, article.published, &knowledge));
    }
    let linking = clock.lap();
    let mut resolved_mentions = mentions.clone();
    clock.lap();
    let resolved: Vec<_> = (articles.iter().zip(&inputs))
        .zip(&mut resolved_mentions)
        .map(|((article, (text, words)), mentions)| {
            resolver.resolve(text, article.published, mentions, words)
        })
        .collect();
    // Topics need the linked entities, so they are measured with them.
    let topics = clock.lap().saturating_sub(dating + linking);
    drop(resolved);
    let documents = tagger.tag_all(articles);
    clock.lap();
    for document in &documents {
        black_box(json(document)?);
    }
    let writing = clock.lap();

    let characters: usize = texts.iter().map(|text| text.chars().count()).sum();
    let rows = [
        ("read", reading),
        ("segment", segmenting),
        ("recognise", recognising),
        ("dates", dating),
        ("link", linking),
        ("topics", topics),
        ("write", writing),
    ];
    let total: Duration = rows.iter().map(|(_, time)| *time).sum();
    println!("{:<10}  {:>12}  {:>6}", "stage", "µs/character", "share");
    for (stage, time) in rows.into_iter().chain([("all", total)]) {
        println!(
            "{stage:<10}  {:>12.3}  {:>5.1}%",
            time.as_secs_f64() * 1e6 / characters as f64,
            100.0 * time.as_secs_f64() / total.as_secs_f64()
        );
    }
    Ok(())
}

/// Time of this thread on a processor, or on the clock where the system does not tell.
struct Clock {
    last: Duration,
    wall: Instant,
}

impl Clock {
    fn start() -> Self {
        let wall = Instant::now();
        let mut clock = Self {
            last: Duration::ZERO,
            wall,
        };
        clock.lap();
        clock
    }

    /// Time since the last call.
    fn lap(&mut self) -> Duration {
        let status = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let processor = status.split(' ').next().and_then(|field| field.parse().ok());
        let now = processor.map_or_else(|| self.wall.elapsed(), Duration::from_nanos);
        now - std::mem::replace(&mut self.last, now)
    }
}
