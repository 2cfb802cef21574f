//! `shiji explain`: what decided each span of a text.

use clap::Args;

use shiji::resolve::entities::{EntityRef, Linked};
use shiji::resolve::topics;
use shiji::tagger::{Explanation, Options};
use shiji::{Mention, Published, Result, Tagger, Token};

use super::{DictionaryArgs, ModelArgs, Outcome, ResolverArgs};

/// Show what decided the mentions, entities and topics of a text.
#[derive(Args)]
pub struct ExplainArgs {
    /// The text.
    text: String,
    /// Day of publication; offices and dates count from it.
    #[arg(long, value_name = "DATE")]
    published: Option<Published>,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    dictionaries: DictionaryArgs,
    #[command(flatten)]
    resolver: ResolverArgs,
}

pub fn run(args: ExplainArgs) -> Result<Outcome> {
    let (segmenter, recogniser) = (args.dictionaries.segmenter()?, args.model.recogniser(1)?);
    let tagger = Tagger::with(
        segmenter,
        recogniser,
        args.resolver.resolver()?,
        Options::default(),
    );
    let Explanation {
        tokens,
        mentions,
        links,
        topics,
    } = tagger.explain(&args.text, args.published);
    println!("words: {}", words(&tokens));
    for (mention, reference) in mentions.iter().zip(&links.refs) {
        print_mention(mention, reference, &links);
    }
    topics.iter().for_each(print_topic);
    Ok(Outcome::Complete)
}

fn words(tokens: &[Token]) -> String {
    tokens
        .iter()
        .map(|token| format!("{}/{}", token.text, token.pos))
        .collect::<Vec<_>>()
        .join(" ")
}

fn print_mention(mention: &Mention, reference: &EntityRef, links: &Linked) {
    let Mention {
        start,
        end,
        text,
        kind,
        confidence,
        ..
    } = mention;
    println!("{start}..{end} {text}: {kind}, model confidence {confidence}");
    let name = reference
        .entity
        .map_or("undecided", |at| links.entities[at].name.as_str());
    println!("    {name} by rule {:?}", reference.rule);
    for candidate in &reference.candidates {
        println!(
            "    candidate {} {} {:.2}",
            candidate.id, candidate.name, candidate.score
        );
    }
}

fn print_topic(topic: &topics::Explanation) {
    let verdict = if topic.assigned {
        "assigned"
    } else {
        "not assigned"
    };
    println!(
        "{} {}: {verdict}, score {:.2} of {:.2}",
        topic.id, topic.name, topic.score, topic.threshold
    );
    for rule in &topic.fired {
        println!("    {} {:+.2}", rule.terms, rule.weight);
    }
    for (term, _) in topic.excluded_by.iter().chain(&topic.excepted) {
        println!("    ruled out by {term}");
    }
}
