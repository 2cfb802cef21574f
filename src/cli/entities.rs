//! `shiji entities`: who and what a corpus mentions.

use std::io::{self, Write};

use clap::Args;
use clap::builder::PossibleValuesParser;

use shiji::store::{EntityFilter, EntityRow, Store};
use shiji::{Error, Result};

use super::Outcome;
use super::corpus::CorpusArgs;

/// List the entities of a corpus, the most frequent first.
#[derive(Args)]
pub struct EntitiesArgs {
    /// Part of a name or variant, in simplified or traditional script.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    corpus: CorpusArgs,
    /// Only these types: PER, LOC, ORG, or a scheme of topics: iptc, issue, keyphrase.
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    kinds: Vec<String>,
    /// Only those in at least this many articles.
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_articles: u64,
    /// How many; 0 lists all.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// How to write.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = PossibleValuesParser::new(["text", "jsonl", "tsv"]))]
    format: String,
}

pub fn run(args: EntitiesArgs) -> Result<Outcome> {
    let (store, outcome) = args.corpus.open()?;
    let filter = EntityFilter {
        name: args.name,
        kinds: args.kinds,
        min_articles: args.min_articles,
        limit: (args.limit > 0).then_some(args.limit),
    };
    let mut output = io::BufWriter::new(io::stdout().lock());
    let failed = |error| Error::io("standard output", error);
    if args.format == "tsv" {
        writeln!(
            output,
            "id\ttype\tname\tname_hant\tname_en\tarticles\tmentions\tfirst\tlast\tvariants"
        )
        .map_err(failed)?;
    }
    for entity in store.entities(&filter)? {
        let line = match args.format.as_str() {
            "jsonl" => json(&store, &entity)?,
            "tsv" => tsv(&store, &entity)?,
            _ => text(&store, &entity)?,
        };
        writeln!(output, "{line}").map_err(failed)?;
    }
    output.flush().map_err(failed)?;
    Ok(outcome)
}

fn json(store: &Store, entity: &EntityRow) -> Result<String> {
    let variants: Vec<_> = store
        .variants(entity)?
        .into_iter()
        .map(|(text, mentions)| serde_json::json!({"text": text, "mentions": mentions}))
        .collect();
    Ok(serde_json::json!({
        "id": entity.id,
        "type": entity.kind,
        "name": entity.name,
        "name_hant": entity.name_hant,
        "name_en": entity.name_en,
        "articles": entity.articles,
        "mentions": entity.mentions,
        "first": entity.seen.map(|seen| seen.0),
        "last": entity.seen.map(|seen| seen.1),
        "variants": variants,
    })
    .to_string())
}

fn tsv(store: &Store, entity: &EntityRow) -> Result<String> {
    let date = |date: Option<String>| date.unwrap_or_default();
    let variants: Vec<String> = store
        .variants(entity)?
        .into_iter()
        .map(|(text, _)| text)
        .collect();
    let cells = [
        entity.id.clone(),
        entity.kind.clone(),
        entity.name.clone(),
        entity.name_hant.clone().unwrap_or_default(),
        entity.name_en.clone().unwrap_or_default(),
        entity.articles.to_string(),
        entity.mentions.to_string(),
        date(entity.seen.map(|seen| seen.0.to_string())),
        date(entity.seen.map(|seen| seen.1.to_string())),
        variants.join("|"),
    ];
    Ok(cells.map(|cell| cell.replace(['\t', '\n', '\r'], " ")).join("\t"))
}

fn text(store: &Store, entity: &EntityRow) -> Result<String> {
    let variants: Vec<String> = store
        .variants(entity)?
        .into_iter()
        .map(|(text, _)| text)
        .filter(|text| *text != entity.name)
        .take(6)
        .collect();
    let seen = entity
        .seen
        .map(|(first, last)| format!("{first}…{last}"))
        .unwrap_or_default();
    let line = format!(
        "{:>8} {:>9}  {:<4} {:<22} {}  {}  {}",
        entity.articles,
        entity.mentions,
        entity.kind,
        seen,
        entity.name,
        entity.id,
        variants.join(" ")
    );
    Ok(line
        .trim_end()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect())
}
