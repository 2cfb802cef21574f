//! `shiji eval`: how well we do on labelled texts.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::Serialize;

use shiji::eval::{Calibration, GoldDocument, Report, Scorer, Span, read_gold};
use shiji::{Article, Document, Error, Result, Tagger, pipeline, tagger};

use super::eval_topics::{self, TopicsArgs};
use super::{DictionaryArgs, ModelArgs, Outcome, ResolverArgs, eval_entities};

/// Score mentions on gold files (BIO, inline marks, or JSON Lines), or topics on labelled articles.
#[derive(Args)]
pub struct EvalArgs {
    /// Gold file; may be repeated.
    #[arg(long, required_unless_present_any = ["topic_labels", "titles", "roles"], value_name = "FILE")]
    gold: Vec<PathBuf>,
    #[command(flatten)]
    topic_scores: TopicsArgs,
    /// Print one JSON object a gold file instead of tables.
    #[arg(long)]
    pub json: bool,
    /// Print every mention or topic that is missed or wrong.
    #[arg(long)]
    pub errors: bool,
    /// Score canonical names instead (gold files with names: inline marks, JSON Lines with
    /// `value`), given the gold spans and end to end.
    #[arg(long)]
    entities: bool,
    /// Score the titles beside names instead, against these labels (tests/data/roles.jsonl).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["gold", "entities"], requires = "articles")]
    roles: Option<PathBuf>,
    /// Articles that the labels of --roles belong to: JSON Lines named after their corpus.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub articles: Vec<PathBuf>,
    /// Score the mentions in this file instead of a model's: the same texts in the same order, in any
    /// of the formats of gold files; one for each gold file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["entities", "model", "backend", "device", "model_settings", "dict", "threads"])]
    predicted: Vec<PathBuf>,
    /// Threads; 0 takes one for each core.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    dictionaries: DictionaryArgs,
    #[command(flatten)]
    resolver: ResolverArgs,
}

/// The figures for one gold file.
#[derive(Serialize)]
struct Evaluation {
    gold: String,
    /// Exact spans and types.
    strict: Report,
    /// Forgives differences of guidelines, see [`Scorer::lenient`].
    lenient: Report,
    /// Of a model's confidences; none for predictions from a file.
    calibration: Option<Calibration>,
    /// How long the model took.
    seconds: Option<f64>,
}

pub fn run(args: EvalArgs) -> Result<Outcome> {
    if let Some(titles) = &args.topic_scores.titles {
        return eval_topics::titles(titles);
    }
    if !args.predicted.is_empty() {
        score_files(&args)?;
        return Ok(Outcome::Complete);
    }
    let resolver = args.resolver.resolver()?;
    let knowledge = resolver.knowledge().clone();
    let tagger = Tagger::with(
        args.dictionaries.segmenter()?,
        args.model.recogniser(args.threads)?,
        resolver,
        tagger::Options::default(),
    );
    let pool = pipeline::pool(args.threads)?;
    if let Some(labels) = &args.topic_scores.topic_labels {
        return eval_topics::run(labels, &args.topic_scores, &tagger, &pool, args.errors);
    }
    if let Some(labels) = &args.roles {
        eval_entities::roles(&args, labels, &tagger, &pool, &knowledge)?;
    }
    for path in &args.gold {
        let gold = read_gold(path)?;
        let started = Instant::now();
        let documents = tag(&tagger, &pool, &gold)?;
        let seconds = started.elapsed().as_secs_f64();
        if args.entities {
            eval_entities::names(&args, path, &gold, &documents, &knowledge)?;
            continue;
        }
        let predicted: Vec<Vec<Span>> = documents.iter().map(spans_of).collect();
        let evaluation = Evaluation {
            calibration: Some(calibration(&gold, &documents)),
            seconds: Some(seconds),
            ..evaluate(path, &gold, &predicted)
        };
        show(&args, &evaluation, &gold, &predicted)?;
    }
    Ok(Outcome::Complete)
}

/// Scores files of predictions, whatever made them.
fn score_files(args: &EvalArgs) -> Result<()> {
    if args.gold.len() != args.predicted.len() {
        return Err(Error::Usage(format!(
            "{} gold files and {} of predictions: expected one --predicted for each --gold, in the same order",
            args.gold.len(),
            args.predicted.len()
        )));
    }
    for (path, predicted) in args.gold.iter().zip(&args.predicted) {
        let gold = read_gold(path)?;
        let found = read_gold(predicted)?;
        check_texts(&gold, &found, predicted)?;
        let found: Vec<Vec<Span>> = found.iter().map(GoldDocument::spans).collect();
        show(args, &evaluate(path, &gold, &found), &gold, &found)?;
    }
    Ok(())
}

/// Spans can only be compared over the same texts.
fn check_texts(gold: &[GoldDocument], found: &[GoldDocument], path: &Path) -> Result<()> {
    let differing = gold.iter().zip(found).find(|(g, f)| g.text != f.text);
    if let Some((gold, found)) = differing {
        return Err(Error::input(
            format!("{}, document {}", path.display(), found.id),
            format!("its text is not that of {} in the gold file", gold.id),
        ));
    }
    if gold.len() != found.len() {
        return Err(Error::input(
            path.display().to_string(),
            format!("{} documents, the gold file has {}", found.len(), gold.len()),
        ));
    }
    Ok(())
}

/// Prints what was asked for.
fn show(
    args: &EvalArgs,
    evaluation: &Evaluation,
    gold: &[GoldDocument],
    predicted: &[Vec<Span>],
) -> Result<()> {
    if args.json {
        print_json(evaluation)?;
    } else {
        print(evaluation);
    }
    if args.errors {
        gold.iter()
            .zip(predicted)
            .for_each(|(gold, predicted)| print_errors(gold, predicted));
    }
    Ok(())
}

pub fn print_json(evaluation: &impl Serialize) -> Result<()> {
    let json = serde_json::to_string(evaluation).map_err(|error| Error::Usage(error.to_string()))?;
    outln!("{json}");
    Ok(())
}

fn tag(tagger: &Tagger, pool: &rayon::ThreadPool, gold: &[GoldDocument]) -> Result<Vec<Document>> {
    // The text of a gold document is the whole text: an article without a title.
    let articles = gold.iter().map(|g| Article {
        id: g.id.clone(),
        body: g.text.clone(),
        published: g.published,
        ..Article::default()
    });
    tag_articles(tagger, pool, articles.collect())
}

pub fn tag_articles(
    tagger: &Tagger,
    pool: &rayon::ThreadPool,
    articles: Vec<Article>,
) -> Result<Vec<Document>> {
    let mut documents = Vec::with_capacity(articles.len());
    pipeline::map_ordered(
        pool,
        articles.into_iter(),
        |group| tagger.tag_all(group),
        |document| {
            documents.push(document);
            Ok(())
        },
    )?;
    Ok(documents)
}

fn spans_of(document: &Document) -> Vec<Span> {
    document.mentions.iter().map(Span::from).collect()
}

fn evaluate(path: &Path, gold: &[GoldDocument], predicted: &[Vec<Span>]) -> Evaluation {
    let (mut strict, mut lenient) = (Scorer::strict(), Scorer::lenient());
    for (gold, predicted) in gold.iter().zip(predicted) {
        let expected = gold.spans();
        strict.add(&gold.text, &expected, predicted);
        lenient.add(&gold.text, &expected, predicted);
    }
    Evaluation {
        gold: path.display().to_string(),
        strict: strict.report(),
        lenient: lenient.report(),
        calibration: None,
        seconds: None,
    }
}

fn calibration(gold: &[GoldDocument], documents: &[Document]) -> Calibration {
    let mut predictions = Vec::new();
    for (gold, document) in gold.iter().zip(documents) {
        let expected = gold.spans();
        let outcomes = document
            .mentions
            .iter()
            .map(|m| (m.confidence, expected.contains(&Span::from(m))));
        predictions.extend(outcomes);
    }
    Calibration::new(&predictions, 15)
}

fn print(evaluation: &Evaluation) {
    let Evaluation {
        gold,
        strict,
        lenient,
        calibration,
        seconds,
    } = evaluation;
    let time = seconds.map_or_else(String::new, |seconds| format!(", {seconds:.1} s"));
    outln!(
        "{gold}: {} documents, {} characters{time}",
        strict.documents,
        strict.characters
    );
    out!("{strict}");
    let error = calibration.as_ref().map_or_else(String::new, |calibration| {
        format!(", expected calibration error {:.3}", calibration.error)
    });
    outln!("lenient F1 {:.2}{error}\n", lenient.micro.f1 * 100.0);
}

fn print_errors(gold: &GoldDocument, predicted: &[Span]) {
    let expected = gold.spans();
    let chars: Vec<char> = gold.text.chars().collect();
    let show = |sign: char, span: &Span| {
        let context = |from: usize, to: usize| chars[from..to].iter().collect::<String>().replace('\n', "⏎");
        let before = context(span.start.saturating_sub(12), span.start);
        let after = context(span.end, (span.end + 12).min(chars.len()));
        outln!(
            "{}\t{sign}{}\t{before}[{}]{after}",
            gold.id,
            span.kind,
            context(span.start, span.end)
        );
    };
    expected
        .iter()
        .filter(|span| is_scored(span) && !predicted.contains(span))
        .for_each(|span| show('-', span));
    predicted
        .iter()
        .filter(|span| !expected.contains(span))
        .for_each(|span| show('+', span));
}

fn is_scored(span: &Span) -> bool {
    shiji::eval::KINDS.contains(&span.kind.as_str())
}
