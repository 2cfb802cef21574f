//! `shiji tag`: articles in, tagged records out.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use clap::builder::PossibleValuesParser;
use indicatif::{HumanCount, ProgressBar};
use sha2::{Digest, Sha256};

use shiji::read::{self, Fields, Inputs, RawItem};
use shiji::store::{Fingerprint, Record, Store, fingerprint};
use shiji::write::{self, Output, Style};
use shiji::{Article, Document, Error, Result, Tagger, pipeline, tagger};

use super::{DictionaryArgs, ModelArgs, Outcome, ResolverArgs, progress_bar};

/// Tag people, places and organisations in articles.
#[derive(Args)]
pub struct TagArgs {
    /// Files, folders (read recursively), patterns such as `'news/**/*.md'`, or `-` for standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Where to write: a file, or a folder for brat; standard output if left out.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Fill this store instead, for `timeline` and `entities`; it is made if it is not there.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "output_format"])]
    into: Option<PathBuf>,
    /// How to write.
    #[arg(long, value_name = "FORMAT", default_value = "jsonl", value_parser = PossibleValuesParser::new(write::Format::names()))]
    output_format: String,
    /// Format of the input; found from its content if left out.
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(read::Format::ALL.map(read::Format::as_str)))]
    format: Option<String>,
    /// Names of JSON fields that differ from the defaults, such as `title=headline,text=content`.
    #[arg(long, value_name = "FIELD=NAME,…", value_delimiter = ',')]
    fields: Vec<String>,
    /// Add the words with their parts of speech.
    #[arg(long)]
    tokens: bool,
    /// Threads; 0 takes one for each core.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Say nothing on standard error but errors.
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    tagger: TaggerArgs,
}

/// Options of the tagger.
#[derive(Args)]
pub(super) struct TaggerArgs {
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    dictionaries: DictionaryArgs,
    #[command(flatten)]
    resolver: ResolverArgs,
}

impl TaggerArgs {
    /// A tagger that finds no tokens, for one thread a core.
    pub fn build(&self) -> Result<Tagger> {
        self.with(tagger::Options::default(), 0)
    }

    /// A tagger for as many threads; 0 for one a core.
    fn with(&self, options: tagger::Options, threads: usize) -> Result<Tagger> {
        let (segmenter, recogniser) = (self.dictionaries.segmenter()?, self.model.recogniser(threads)?);
        Ok(Tagger::with(
            segmenter,
            recogniser,
            self.resolver.resolver()?,
            options,
        ))
    }

    /// Tells `tagger`, which has these options, from others: all that is in this program, and
    /// the files it was given.
    fn fingerprint(&self, tagger: &Tagger, options: tagger::Options) -> Result<String> {
        let mut hasher = Sha256::new();
        hasher.update(env!("CARGO_PKG_VERSION"));
        hasher.update(tagger.recogniser().sha256()?);
        hasher.update([u8::from(options.tokens)]);
        let program = std::env::current_exe().ok();
        let given = self.dictionaries.dict.iter();
        let given = given.chain(&self.resolver.topics).chain(&self.resolver.kb);
        for path in given.chain(&program) {
            let bytes = fs::read(path).map_err(|error| Error::io(path, error))?;
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(&bytes);
        }
        Ok(hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect())
    }
}

pub fn run(args: TagArgs) -> Result<Outcome> {
    let options = tagger::Options { tokens: args.tokens };
    let tagger = args.tagger.with(options, args.threads)?;
    let inputs = Inputs::new(&args.paths, read_options(&args)?);
    let notices = inputs.notices();
    let pool = pipeline::pool(args.threads)?;
    let mut progress = Progress::new(args.quiet);
    match &args.into {
        Some(path) => {
            let name = args.tagger.fingerprint(&tagger, options)?;
            fill(
                &mut Store::open(path)?,
                &tagger,
                &name,
                inputs,
                &pool,
                &mut progress,
            )?;
        }
        None => write(&args, &tagger, inputs, &pool, &mut progress)?,
    }
    if !args.quiet {
        progress.report(|message| eprintln!("shiji: {message}"));
        notices
            .to_string()
            .lines()
            .for_each(|notice| eprintln!("shiji: {notice}"));
    }
    Ok(if progress.failures() == 0 {
        Outcome::Complete
    } else {
        Outcome::Partial
    })
}

/// Tags the inputs into the output file or standard output.
fn write(
    args: &TagArgs,
    tagger: &Tagger,
    inputs: Inputs,
    pool: &rayon::ThreadPool,
    progress: &mut Progress,
) -> Result<()> {
    let style = if args.output.is_some() {
        Style::plain()
    } else {
        Style::for_stdout()
    };
    let mut output = Output::create(args.output_format.parse()?, args.output.as_deref(), style)?;
    pipeline::map_ordered(
        pool,
        inputs,
        |items| tag(tagger, items),
        |result| match result {
            Ok(document) => {
                progress.tagged(Size::of(&document));
                output.write(&document)
            }
            Err(error) => {
                progress.failed(&error);
                Ok(())
            }
        },
    )?;
    output.finish()
}

/// Tags the inputs into a store, but for those that are in it as the tagger called `name`
/// has tagged them: an interrupted run goes on where it was.
pub(super) fn fill(
    store: &mut Store,
    tagger: &Tagger,
    name: &str,
    inputs: Inputs,
    pool: &rayon::ThreadPool,
    progress: &mut Progress,
) -> Result<()> {
    let known = store.inputs()?;
    let mut writer = store.writer()?;
    pipeline::map_ordered(
        pool,
        inputs,
        |items| records(tagger, name, &known, items),
        |result| match result {
            Ok(Some((size, record))) => {
                progress.tagged(size);
                writer.add(&record).map(drop)
            }
            Ok(None) => {
                progress.known();
                Ok(())
            }
            Err(error) => {
                progress.failed(&error);
                Ok(())
            }
        },
    )?;
    writer.finish().map(drop)
}

/// The records of some neighbouring inputs; none where the article is `known`.
fn records(
    tagger: &Tagger,
    name: &str,
    known: &HashSet<Fingerprint>,
    items: Vec<Result<RawItem>>,
) -> Vec<Result<Option<(Size, Record)>>> {
    let mut articles = Vec::with_capacity(items.len());
    let mut new_input = |article: Article| {
        let input = fingerprint(&article, name);
        let is_new = !known.contains(&input);
        is_new.then(|| {
            articles.push(article);
            input
        })
    };
    let inputs: Vec<Result<Option<Fingerprint>>> = items
        .into_iter()
        .map(|item| item.and_then(RawItem::parse).map(&mut new_input))
        .collect();
    let mut documents = tagger.tag_all(articles).into_iter();
    let mut record = |input: Fingerprint| {
        let record = |document| Ok((Size::of(&document), Record::new(document)?.tagged_from(input)));
        documents.next().map(record).transpose()
    };
    inputs
        .into_iter()
        .map(|input| input?.map_or(Ok(None), &mut record))
        .collect()
}

fn read_options(args: &TagArgs) -> Result<read::Options> {
    let fields = args
        .fields
        .iter()
        .try_fold(Fields::default(), |fields, assignment| assign(fields, assignment))?;
    Ok(read::Options {
        format: args.format.as_deref().map(str::parse).transpose()?,
        fields,
    })
}

/// Sets the name of one JSON field from `field=name`.
fn assign(mut fields: Fields, assignment: &str) -> Result<Fields> {
    let (field, name) = assignment
        .split_once('=')
        .ok_or_else(|| Error::Usage(format!("--fields {assignment:?}: expected FIELD=NAME")))?;
    let slot = match field {
        "id" => &mut fields.id,
        "title" => &mut fields.title,
        "text" => &mut fields.text,
        "published" => &mut fields.published,
        "url" => &mut fields.url,
        "source" => &mut fields.source,
        _ => {
            let known = "id, title, text, published, url, source";
            return Err(Error::Usage(format!(
                "--fields {assignment:?}: no field {field:?}; expected one of {known}"
            )));
        }
    };
    *slot = name.to_owned();
    Ok(fields)
}

/// Parses and tags some neighbouring inputs; an input that cannot be read keeps its place.
fn tag(tagger: &Tagger, items: Vec<Result<RawItem>>) -> Vec<Result<Document>> {
    let parsed: Vec<_> = items
        .into_iter()
        .map(|item| item.and_then(RawItem::parse))
        .collect();
    let mut errors = Vec::with_capacity(parsed.len());
    let mut articles = Vec::with_capacity(parsed.len());
    for article in parsed {
        errors.push(article.map(|article| articles.push(article)).err());
    }
    let mut documents = tagger.tag_all(articles).into_iter();
    errors
        .into_iter()
        .filter_map(|error| match error {
            Some(error) => Some(Err(error)),
            None => documents.next().map(Ok),
        })
        .collect()
}

/// What of a document is counted.
#[derive(Clone, Copy)]
struct Size {
    characters: u64,
    mentions: u64,
}

impl Size {
    fn of(document: &Document) -> Self {
        Self {
            characters: document.text.chars().count() as u64,
            mentions: document.mentions.len() as u64,
        }
    }
}

/// Counts what passes, and shows it on a terminal.
pub(super) struct Progress {
    bar: ProgressBar,
    started: Instant,
    articles: u64,
    known: u64,
    characters: u64,
    mentions: u64,
    failures: u64,
}

impl Progress {
    pub fn new(quiet: bool) -> Self {
        let bar = progress_bar(quiet);
        Self {
            bar,
            started: Instant::now(),
            articles: 0,
            known: 0,
            characters: 0,
            mentions: 0,
            failures: 0,
        }
    }

    fn tagged(&mut self, size: Size) {
        self.articles += 1;
        self.characters += size.characters;
        self.mentions += size.mentions;
        self.bar.inc(1);
    }

    /// An article is in the store already.
    fn known(&mut self) {
        self.known += 1;
        self.bar.inc(1);
    }

    pub fn failures(&self) -> u64 {
        self.failures
    }

    fn failed(&mut self, error: &Error) {
        self.failures += 1;
        self.bar.suspend(|| eprintln!("shiji: {error}"));
    }

    pub fn report(&self, print: impl Fn(String)) {
        self.bar.finish_and_clear();
        if self.known > 0 {
            print(format!(
                "{} articles were in the store already",
                HumanCount(self.known)
            ));
        }
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = |count: u64| HumanCount((count as f64 / seconds) as u64);
        print(format!(
            "{} articles, {} characters, {} mentions in {seconds:.1} s: {} characters/s, {:.1} articles/s; {} inputs failed",
            HumanCount(self.articles),
            HumanCount(self.characters),
            HumanCount(self.mentions),
            rate(self.characters),
            self.articles as f64 / seconds,
            self.failures,
        ));
    }
}
