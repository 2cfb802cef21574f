//! `shiji eval`: how well a model does on a gold file.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::Serialize;

use shiji::eval::{
    Calibration, Difference, GoldDocument, LinkingReport, LinkingScorer, Report, Scorer, Span,
    labelled_articles, read_gold, read_role_labels, score_roles,
};
use shiji::resolve::entities::{KnowledgeBase, link};
use shiji::{Article, Document, Error, Mention, Result, Tagger, pipeline, tagger};

use super::{DictionaryArgs, ModelArgs, Outcome, ResolverArgs};

/// Score a model on gold files: BIO, inline marks, or JSON Lines.
#[derive(Args)]
pub struct EvalArgs {
    /// Gold file; may be repeated.
    #[arg(long, required_unless_present = "roles", value_name = "FILE")]
    gold: Vec<PathBuf>,
    /// Print one JSON object a gold file instead of tables.
    #[arg(long)]
    json: bool,
    /// Print every mention that is missed, wrong or of the wrong type.
    #[arg(long)]
    errors: bool,
    /// Score canonical names instead (gold files with names: inline marks, JSON Lines with
    /// `value`), given the gold spans and end to end.
    #[arg(long)]
    entities: bool,
    /// Score the titles beside names instead, against these labels (tests/data/roles.jsonl).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["gold", "entities"], requires = "articles")]
    roles: Option<PathBuf>,
    /// Articles that the labels of --roles belong to: JSON Lines named after their corpus.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    articles: Vec<PathBuf>,
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
    calibration: Calibration,
    seconds: f64,
}

/// How well the canonical names of one gold file are found.
#[derive(Serialize)]
struct EntityEvaluation {
    gold: String,
    given_spans: LinkingReport,
    end_to_end: LinkingReport,
}

pub fn run(args: EvalArgs) -> Result<Outcome> {
    let resolver = args.resolver.resolver()?;
    let knowledge = resolver.knowledge().clone();
    let tagger = Tagger::with(
        args.dictionaries.segmenter()?,
        args.model.recogniser()?,
        resolver,
        tagger::Options::default(),
    );
    let pool = pipeline::pool(args.threads)?;
    if let Some(labels) = &args.roles {
        evaluate_roles(&args, labels, &tagger, &pool, &knowledge)?;
    }
    for path in &args.gold {
        let gold = read_gold(path)?;
        let name = path.display().to_string();
        let started = Instant::now();
        let documents = tag(&tagger, &pool, &gold)?;
        let seconds = started.elapsed().as_secs_f64();
        if args.entities {
            show_entities(&args, evaluate_entities(name, &gold, &documents, &knowledge))?;
        } else {
            show(
                &args,
                &evaluate(name, &gold, &documents, seconds),
                &gold,
                &documents,
            )?;
        }
    }
    Ok(Outcome::Complete)
}

fn show(
    args: &EvalArgs,
    evaluation: &Evaluation,
    gold: &[GoldDocument],
    documents: &[Document],
) -> Result<()> {
    if args.json {
        print_json(evaluation)?;
    } else {
        print(evaluation);
    }
    if args.errors {
        gold.iter()
            .zip(documents)
            .for_each(|(gold, document)| print_errors(gold, document));
    }
    Ok(())
}

fn print_json(evaluation: &impl Serialize) -> Result<()> {
    let json = serde_json::to_string(evaluation).map_err(|error| Error::Usage(error.to_string()))?;
    println!("{json}");
    Ok(())
}

/// Names given the gold spans, and from raw text.
fn evaluate_entities(
    gold_file: String,
    gold: &[GoldDocument],
    documents: &[Document],
    knowledge: &KnowledgeBase,
) -> EntityEvaluation {
    let score = |mentions: &dyn Fn(usize) -> Vec<Mention>| {
        let mut scorer = LinkingScorer::default();
        for (at, gold) in gold.iter().enumerate() {
            let mentions = mentions(at);
            scorer.add(
                gold,
                &mentions,
                &link(&gold.text, &mentions, gold.published, knowledge),
            );
        }
        scorer.report()
    };
    EntityEvaluation {
        gold: gold_file,
        given_spans: score(&|at| gold[at].mentions_to_link()),
        end_to_end: score(&|at| documents[at].mentions.clone()),
    }
}

fn show_entities(args: &EvalArgs, evaluation: EntityEvaluation) -> Result<()> {
    let EntityEvaluation {
        gold,
        given_spans,
        end_to_end,
    } = &evaluation;
    if args.json {
        return print_json(&evaluation);
    }
    for (way, report) in [("given the spans", given_spans), ("end to end", end_to_end)] {
        println!("{gold}: canonical names, {way}");
        print!("{}", report.scores);
        for (kind, nil) in &report.nil {
            println!(
                "{kind}: {} of the mentions undecided, {} not in the knowledge base",
                nil.undecided, nil.unknown
            );
        }
        println!();
        if args.errors {
            report.differences.iter().for_each(print_difference);
            println!();
        }
    }
    Ok(())
}

/// Titles beside the labelled names of the articles that are there.
fn evaluate_roles(
    args: &EvalArgs,
    labels: &Path,
    tagger: &Tagger,
    pool: &rayon::ThreadPool,
    knowledge: &KnowledgeBase,
) -> Result<()> {
    let labelled = read_role_labels(labels)?;
    let mut articles = Vec::new();
    for path in &args.articles {
        articles.extend(labelled_articles(path, &labelled)?);
    }
    let documents = tag_articles(tagger, pool, articles)?;
    let report = score_roles(&labelled, &documents, knowledge);
    if args.json {
        return print_json(&report);
    }
    println!(
        "{}: {} of {} labelled names found",
        labels.display(),
        report.mentions,
        labelled.len()
    );
    for score in [&report.roles, &report.titles] {
        println!(
            "{:<6}  precision {:.3}  recall {:.3}  F1 {:.3}  ({} right of {} found, {} labelled)",
            score.name,
            score.precision,
            score.recall,
            score.f1,
            score.correct,
            score.predicted,
            score.support
        );
    }
    if args.errors {
        report
            .differences
            .iter()
            .for_each(|difference| println!("{difference}"));
    }
    Ok(())
}

fn print_difference(difference: &Difference) {
    let Difference {
        document,
        kind,
        text,
        expected,
        found,
    } = difference;
    let expected = match expected.as_slice() {
        [] => "no such mention".to_owned(),
        names => format!("expected {}", names.join("|")),
    };
    let found = found.as_ref().map_or("not found".to_owned(), |(name, rule)| {
        format!("got {name:?} ({rule:?})")
    });
    println!("{document}\t{kind}\t{text}\t{expected}\t{found}");
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

fn tag_articles(tagger: &Tagger, pool: &rayon::ThreadPool, articles: Vec<Article>) -> Result<Vec<Document>> {
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
