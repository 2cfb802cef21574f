//! `shiji timeline`: what happened to a person, place, organisation or topic, and when.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use jiff::civil::Date;

use shiji::store::{EntityRow, Period, Resolved, Store, date_of};
use shiji::timeline::output::{self, Format, Look};
use shiji::timeline::{By, Lang, Options, page, timeline};
use shiji::{Error, Result};

use super::Outcome;
use super::corpus::CorpusArgs;

/// Show the timeline of a person, place, organisation or topic.
#[derive(Args)]
pub struct TimelineArgs {
    /// Whose: a name or variant in any script, or an identifier such as Q22686 or PER:董军.
    #[arg(value_name = "NAME", required_unless_present = "compare")]
    name: Option<String>,
    /// Lay the timeline of this one over it; may be repeated.
    #[arg(long, value_name = "NAME")]
    compare: Vec<String>,
    #[command(flatten)]
    corpus: CorpusArgs,
    /// Type of the entity, where a name is that of several: PER, LOC, ORG, iptc, issue, keyphrase.
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// First day, month or year.
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Last day, month or year.
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Width of the bins of the series.
    #[arg(long, value_name = "WIDTH", default_value = "auto", value_parser = PossibleValuesParser::new(By::ALL.map(By::as_str)))]
    by: String,
    /// How many of the most salient dates; `all` gives every event of every date.
    #[arg(long, value_name = "N|all", default_value = "25")]
    top: String,
    /// Most sentences for an event.
    #[arg(long, value_name = "N", default_value_t = 2)]
    sentences: usize,
    /// Newest event first.
    #[arg(long)]
    newest_first: bool,
    /// How to write.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = PossibleValuesParser::new(Format::names()))]
    format: String,
    /// Where to write; standard output if left out.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the picture too.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the page too: one file that needs no net.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Language of the words around it.
    #[arg(long, value_name = "zh|en", default_value = "zh", value_parser = PossibleValuesParser::new(["zh", "en"]))]
    lang: String,
}

pub fn run(args: TimelineArgs) -> Result<Outcome> {
    let options = options(&args)?;
    let (format, lang): (Format, Lang) = (args.format.parse()?, args.lang.parse()?);
    let (store, outcome) = args.corpus.open()?;
    let names = args.name.iter().chain(&args.compare);
    let entities: Vec<EntityRow> = names
        .map(|name| find(&store, name, args.kind.as_deref()))
        .collect::<Result<_>>()?;
    let timelines: Vec<_> = entities
        .iter()
        .map(|entity| timeline(&store, entity, &options))
        .collect::<Result<_>>()?;
    if let Some(path) = &args.svg {
        save(path, page::svg(&timelines, lang).as_bytes())?;
    }
    if let Some(path) = &args.html {
        save(path, page::html(&timelines, lang).as_bytes())?;
    }
    let is_text = format == Format::Text;
    match &args.output {
        Some(path) => {
            let mut bytes = Vec::new();
            output::write(&mut bytes, &timelines, format, lang, Look::default())
                .map_err(|error| Error::io(path, error))?;
            save(path, &bytes)?;
        }
        // A picture or page was asked for, a summary was not.
        None if is_text && (args.svg.is_some() || args.html.is_some()) => {}
        None => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            output::write(&mut out, &timelines, format, lang, look())
                .and_then(|()| out.flush())
                .map_err(|error| Error::io("standard output", error))?;
        }
    }
    Ok(outcome)
}

fn options(args: &TimelineArgs) -> Result<Options> {
    let top =
        match args.top.as_str() {
            "all" => None,
            number => Some(number.parse().map_err(|_| {
                Error::Usage(format!("--top {number:?}: expected a number of dates, or all"))
            })?),
        };
    let from = args
        .from
        .as_deref()
        .map(|text| period("--from", text))
        .transpose()?;
    let to = args.to.as_deref().map(|text| period("--to", text)).transpose()?;
    let (from, to): (Option<Date>, Option<Date>) = (
        from.map(|period| date_of(period.first)),
        to.map(|period| date_of(period.last)),
    );
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Error::Usage(format!(
            "the period ends on {to}, before it begins on {from}"
        )));
    }
    Ok(Options {
        from,
        to,
        by: args.by.parse()?,
        top,
        sentences: args.sentences,
        newest_first: args.newest_first,
        ..Options::default()
    })
}

fn period(option: &str, text: &str) -> Result<Period> {
    Period::parse(text.trim()).ok_or_else(|| {
        Error::Usage(format!(
            "{option} {text:?}: expected a date such as 2019-06-09, 2019-06 or 2019"
        ))
    })
}

/// The entity that `name` means; if that is not clear, an error that lists what it may mean.
fn find(store: &Store, name: &str, kind: Option<&str>) -> Result<EntityRow> {
    let line = |entity: &EntityRow| {
        format!(
            "\n  {}  {} {}  {} articles",
            entity.id, entity.kind, entity.name, entity.articles
        )
    };
    match store.resolve(name, kind)? {
        Resolved::One(entity) => Ok(entity),
        Resolved::Several(candidates) => {
            let list: String = candidates
                .iter()
                .map(|candidate| line(&candidate.entity))
                .collect();
            Err(Error::Usage(format!(
                "{name:?} may be several; give an identifier, or --type:{list}"
            )))
        }
        Resolved::Unknown(similar) if similar.is_empty() => Err(Error::Usage(format!(
            "nobody and nothing called {name:?} is in this corpus; `shiji entities` lists who is"
        ))),
        Resolved::Unknown(similar) => {
            let list: String = similar.iter().map(line).collect();
            Err(Error::Usage(format!(
                "nobody and nothing called {name:?} is in this corpus; similar are:{list}"
            )))
        }
    }
}

fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).map_err(|error| Error::io(path, error))
}

fn look() -> Look {
    let is_terminal = io::stdout().is_terminal();
    let choice = anstream::AutoStream::auto(io::stdout()).current_choice();
    let color = is_terminal && choice != anstream::ColorChoice::Never;
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    Look {
        color,
        width: columns
            .unwrap_or(if is_terminal { 100 } else { 80 })
            .clamp(40, 160),
    }
}
