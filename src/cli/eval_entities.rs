//! `shiji eval --entities` and `--roles`: names, ids and titles.

use std::path::Path;

use serde::Serialize;

use shiji::eval::{
    Difference, GoldDocument, LinkingReport, LinkingScorer, labelled_articles, read_role_labels, score_roles,
};
use shiji::resolve::entities::{KnowledgeBase, link};
use shiji::{Document, Mention, Result, Tagger};

use super::eval::{EvalArgs, print_json, tag_articles};

/// How well the canonical names of one gold file are found.
#[derive(Serialize)]
struct EntityEvaluation {
    gold: String,
    given_spans: LinkingReport,
    end_to_end: LinkingReport,
}

/// Names given the gold spans, and from raw text.
fn evaluate(
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

/// Scores the canonical names of one gold file.
pub fn names(
    args: &EvalArgs,
    path: &Path,
    gold: &[GoldDocument],
    documents: &[Document],
    knowledge: &KnowledgeBase,
) -> Result<()> {
    let evaluation = evaluate(path.display().to_string(), gold, documents, knowledge);
    let EntityEvaluation {
        gold,
        given_spans,
        end_to_end,
    } = &evaluation;
    if args.json {
        return print_json(&evaluation);
    }
    for (way, report) in [("given the spans", given_spans), ("end to end", end_to_end)] {
        outln!("{gold}: canonical names, {way}");
        out!("{}", report.scores);
        for (kind, nil) in &report.nil {
            outln!(
                "{kind}: {} of the mentions undecided, {} not in the knowledge base",
                nil.undecided,
                nil.unknown
            );
        }
        outln!("");
        if args.errors {
            report.differences.iter().for_each(print_difference);
            outln!("");
        }
    }
    Ok(())
}

/// Titles beside the labelled names of the articles that are there.
pub fn roles(
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
    outln!(
        "{}: {} of {} labelled names found",
        labels.display(),
        report.mentions,
        labelled.len()
    );
    for score in [&report.roles, &report.exact] {
        outln!(
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
            .for_each(|difference| outln!("{difference}"));
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
    outln!("{document}\t{kind}\t{text}\t{expected}\t{found}");
}
