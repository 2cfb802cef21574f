//! `shiji eval`: how well a model does on a gold file.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::Serialize;

use shiji::eval::{Calibration, GoldDocument, Report, Scorer, Span, read_gold};
use shiji::resolve::Resolver;
use shiji::resolve::entities::{KnowledgeBase, evaluate_linking};
use shiji::{Article, Document, Error, Result, Tagger, pipeline, tagger};

use super::{DictionaryArgs, ModelArgs, Outcome};

/// Score a model on gold files: BIO, inline marks, or JSON Lines.
#[derive(Args)]
pub struct EvalArgs {
    /// Gold file; may be repeated.
    #[arg(long, required = true, value_name = "FILE")]
    gold: Vec<PathBuf>,
    /// Print one JSON object a gold file instead of tables.
    #[arg(long)]
    json: bool,
    /// Print every mention that is missed, wrong or of the wrong type.
    #[arg(long)]
    errors: bool,
    /// Score the canonical names of the gold mentions instead (JSON Lines with `value`).
    #[arg(long, conflicts_with_all = ["json", "model", "dict"])]
    entities: bool,
    /// Threads; 0 takes one for each core.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    dictionaries: DictionaryArgs,
}

/// The figures for one gold file.
#[derive(Serialize)]
struct Evaluation {
    gold: String,
    /// Exact spans and types.
    strict: Report,
    /// Forgives differences of guidelines, see [`Scorer::lenient`].
    lenient: Report,
    calibration: Calibration,
    seconds: f64,
}

pub fn run(args: EvalArgs) -> Result<Outcome> {
    if args.entities {
        let knowledge = KnowledgeBase::embedded()?;
        args.gold
            .iter()
            .try_for_each(|path| score_entities(path, &knowledge, args.errors))?;
        return Ok(Outcome::Complete);
    }
    let tagger = Tagger::with(
        args.dictionaries.segmenter()?,
        args.model.recogniser(args.threads)?,
        Resolver::embedded()?,
        tagger::Options::default(),
    );
    let pool = pipeline::pool(args.threads)?;
    for path in &args.gold {
        let gold = read_gold(path)?;
        let started = Instant::now();
        let documents = tag(&tagger, &pool, &gold)?;
        let seconds = started.elapsed().as_secs_f64();
        let evaluation = evaluate(path.display().to_string(), &gold, &documents, seconds);
        if args.json {
            println!(
                "{}",
                serde_json::to_string(&evaluation).map_err(|error| Error::Usage(error.to_string()))?
            );
        } else {
            print(&evaluation);
        }
        if args.errors {
            gold.iter()
                .zip(&documents)
                .for_each(|(gold, document)| print_errors(gold, document));
        }
    }
    Ok(Outcome::Complete)
}

/// How many gold mentions get their canonical name, given their spans.
fn score_entities(path: &Path, knowledge: &KnowledgeBase, errors: bool) -> Result<()> {
    let evaluation = evaluate_linking(path, knowledge)?;
    println!("{}: canonical names, given the spans", path.display());
    for (kind, (right, all, unknown)) in &evaluation.by_type {
        println!("{kind}  {right} of {all} right, {unknown} undecided or not in the knowledge base");
    }
    if errors {
        evaluation
            .wrong
            .iter()
            .for_each(|[article, kind, surface, expected, got]| {
                println!("{article}\t{kind}\t{surface}\texpected {expected}\tgot {got}");
            });
    }
    Ok(())
}

fn tag(tagger: &Tagger, pool: &rayon::ThreadPool, gold: &[GoldDocument]) -> Result<Vec<Document>> {
    let mut documents = Vec::with_capacity(gold.len());
    // The text of a gold document is the whole text: an article without a title.
    let articles = gold.iter().map(|g| Article {
        id: g.id.clone(),
        body: g.text.clone(),
        ..Article::default()
    });
    pipeline::map_ordered(
        pool,
        articles,
        |group| tagger.tag_all(group),
        |document| {
            documents.push(document);
            Ok(())
        },
    )?;
    Ok(documents)
}

fn evaluate(name: String, gold: &[GoldDocument], documents: &[Document], seconds: f64) -> Evaluation {
    let (mut strict, mut lenient) = (Scorer::strict(), Scorer::lenient());
    let mut predictions = Vec::new();
    for (gold, document) in gold.iter().zip(documents) {
        let expected = gold.spans();
        let predicted: Vec<Span> = document.mentions.iter().map(Span::from).collect();
        strict.add(&gold.text, &expected, &predicted);
        lenient.add(&gold.text, &expected, &predicted);
        predictions.extend(
            document
                .mentions
                .iter()
                .zip(&predicted)
                .map(|(m, span)| (m.confidence, expected.contains(span))),
        );
    }
    Evaluation {
        gold: name,
        strict: strict.report(),
        lenient: lenient.report(),
        calibration: Calibration::new(&predictions, 15),
        seconds,
    }
}

fn print(evaluation: &Evaluation) {
    let Evaluation {
        gold,
        strict,
        lenient,
        calibration,
        seconds,
    } = evaluation;
    println!(
        "{gold}: {} documents, {} characters, {seconds:.1} s",
        strict.documents, strict.characters
    );
    print!("{strict}");
    println!(
        "lenient F1 {:.2}, expected calibration error {:.3}\n",
        lenient.micro.f1 * 100.0,
        calibration.error
    );
}

fn print_errors(gold: &GoldDocument, document: &Document) {
    let expected = gold.spans();
    let predicted: Vec<Span> = document.mentions.iter().map(Span::from).collect();
    let chars: Vec<char> = gold.text.chars().collect();
    let show = |sign: char, span: &Span| {
        let context = |from: usize, to: usize| chars[from..to].iter().collect::<String>().replace('\n', "⏎");
        let before = context(span.start.saturating_sub(12), span.start);
        let after = context(span.end, (span.end + 12).min(chars.len()));
        println!(
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
