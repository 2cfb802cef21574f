//! `shiji explain`: what decided each span of a text.

use clap::Args;

use shiji::resolve::entities::{EntityRef, KnowledgeBase, KnownAs, Linked};
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
    let resolver = args.resolver.resolver()?;
    let knowledge = resolver.knowledge().clone();
    let tagger = Tagger::with(segmenter, recogniser, resolver, Options::default());
    let Explanation {
        tokens,
        mentions,
        dictionary_lines,
        links,
        topics,
    } = tagger.explain(&args.text, args.published);
    outln!("words: {}", words(&tokens));
    for (at, mention) in mentions.iter().enumerate() {
        print_mention(mention, dictionary_lines[at].as_deref());
        print_known(mention, &knowledge);
        print_link(&links, at);
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

fn print_mention(mention: &Mention, dictionary_line: Option<&str>) {
    let Mention {
        start,
        end,
        text,
        kind,
        confidence,
        ..
    } = mention;
    outln!("{start}..{end} {text}: {kind}, confidence {confidence}");
    if let Some(line) = dictionary_line {
        outln!("    dictionary: {line}");
    }
}

/// What the knowledge base has under the name, with the line that says so.
fn print_known(mention: &Mention, knowledge: &KnowledgeBase) {
    for known in knowledge.known_as(&mention.text) {
        let KnownAs {
            id,
            kind,
            name,
            strength,
            line,
        } = known;
        let line = line.unwrap_or_else(|| "data/kb/kb.bin, from a package".to_owned());
        outln!("    knowledge base: {strength:?} name of {id} {name}, {kind} ({line})");
    }
}

/// What the mention stands for, by which rule, and what else came into question.
fn print_link(links: &Linked, at: usize) {
    let reference = &links.refs[at];
    let EntityRef {
        rule,
        candidates,
        roles,
        ..
    } = reference;
    match reference.entity.map(|entity| &links.entities[entity]) {
        Some(entity) => outln!("    stands for {} {}: {rule}", entity.id, entity.name),
        None => outln!("    undecided: {rule}"),
    }
    for candidate in candidates {
        outln!(
            "    candidate {} {}: score {:.2}",
            candidate.id,
            candidate.name,
            candidate.score
        );
    }
    for role in roles {
        let of = role
            .of
            .as_deref()
            .map(|of| format!(" of {of}"))
            .unwrap_or_default();
        let former = if role.former { ", former" } else { "" };
        outln!("    title {}{of}{former}", role.title);
    }
}

fn print_topic(topic: &topics::Explanation) {
    let enough = topic.score >= topic.threshold;
    let verdict = match (topic.assigned, topic.in_passing && enough) {
        (true, _) => "assigned",
        (false, true) => "mentioned in passing",
        (false, false) => "not assigned",
    };
    let central = topic
        .centrality
        .map(|central| format!(", dealt with {central:.2}"));
    outln!(
        "{} {}: {verdict}, score {:.2} of {:.2}{}",
        topic.id,
        topic.name,
        topic.score,
        topic.threshold,
        central.unwrap_or_default()
    );
    for rule in &topic.fired {
        outln!("    {} {:+.2}", rule.terms, rule.weight);
    }
    for (term, _) in topic.excluded_by.iter().chain(&topic.excepted) {
        outln!("    ruled out by {term}");
    }
}
