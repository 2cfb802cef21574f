//! The command line: a thin layer over the library.
//!
//! Exit codes: 0 all went well, 1 some articles could not be read (the others
//! were written), 2 the run could not be done.

/// `println!` for results: a reader who has left (`| head`) ends the program in peace.
macro_rules! outln {
    ($($argument:tt)*) => { $crate::cli::write_out(format_args!("{}\n", format_args!($($argument)*))) };
}

/// `print!` for results, see `outln!`.
macro_rules! out {
    ($($argument:tt)*) => { $crate::cli::write_out(format_args!($($argument)*)) };
}

mod corpus;
mod dates;
mod entities;
mod eval;
mod eval_entities;
mod eval_topics;
mod explain;
mod index;
mod link;
mod segment;
mod tag;
mod timeline;

use std::io::IsTerminal;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use std::{fmt, process};

use clap::{Args, Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use shiji::recognise::{DEFAULT_MODEL, Recogniser};
use shiji::resolve::Resolver;
use shiji::resolve::entities::KnowledgeBase;
use shiji::resolve::topics::Topics;
use shiji::segment::Segmenter;
use shiji::write::is_broken_pipe;
use shiji::{Error, Result};

/// Reads a Chinese news corpus and says who, where, what and when.
#[derive(Parser)]
#[command(name = "shiji", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Tag(tag::TagArgs),
    Link(link::LinkArgs),
    Index(index::IndexArgs),
    Entities(entities::EntitiesArgs),
    Timeline(timeline::TimelineArgs),
    Dates(dates::DatesArgs),
    Explain(explain::ExplainArgs),
    Segment(segment::SegmentArgs),
    Eval(eval::EvalArgs),
}

/// Options that choose the model.
#[derive(Args)]
struct ModelArgs {
    /// Model: `cascade` (`fast`, and `accurate` where `fast` is in doubt), `accurate`, `fast`, a name that the
    /// models folder holds, or the path of a model file; with `--backend bert` the folder of a checkpoint.
    #[arg(long, value_name = "NAME|PATH", default_value = DEFAULT_MODEL)]
    model: String,
    /// What runs the model: shiji's own encoder, or libtorch for any BERT token classifier.
    #[arg(long, value_enum, default_value_t = Backend::Shiji)]
    backend: Backend,
    /// Where `--backend bert` computes: `cpu`, `cuda` or `cuda:N`.
    #[arg(long, value_name = "DEVICE")]
    device: Option<String>,
    /// Says what the labels and tokens of a `--backend bert` are, in the format of its `shiji.toml`.
    #[arg(long, value_name = "FILE")]
    model_settings: Option<PathBuf>,
}

/// What runs the model.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Backend {
    Shiji,
    Bert,
}

impl ModelArgs {
    /// The recogniser, for as many threads; 0 for one a core.
    fn recogniser(&self, threads: usize) -> Result<Recogniser> {
        match self.backend {
            Backend::Bert => self.bert(threads),
            Backend::Shiji if self.device.is_some() || self.model_settings.is_some() => Err(Error::Usage(
                "--device and --model-settings are for --backend bert".into(),
            )),
            Backend::Shiji => Recogniser::find(&self.model),
        }
    }

    #[cfg(feature = "bert")]
    fn bert(&self, threads: usize) -> Result<Recogniser> {
        use shiji::recognise::bert::{Bert, Options};
        let options = Options {
            device: self.device.clone(),
            threads,
            settings: self.model_settings.clone(),
        };
        let bert = Bert::load(self.model.as_ref(), &options)?;
        if !bert.unknown_types().is_empty() {
            eprintln!(
                "shiji: {}: entities of these types are left out, [types] in shiji.toml can change it: {}",
                self.model,
                bert.unknown_types().join(", ")
            );
        }
        Ok(bert.into())
    }

    #[cfg(not(feature = "bert"))]
    fn bert(&self, _: usize) -> Result<Recogniser> {
        Err(Error::Usage(
            "this shiji has no --backend bert; in a clone of its repository, build one that has: \
             eval \"$(tools/libtorch.sh)\" && cargo build --release --features bert"
                .into(),
        ))
    }
}

/// Options that choose the dictionaries.
#[derive(Args)]
struct DictionaryArgs {
    /// User dictionary in jieba's format, `word [frequency] [part of speech]` a line; may be repeated.
    #[arg(long, value_name = "FILE")]
    dict: Vec<PathBuf>,
}

impl DictionaryArgs {
    fn segmenter(&self) -> Result<Segmenter> {
        let mut segmenter = Segmenter::new();
        for path in &self.dict {
            let report = segmenter.add_dictionary(path)?;
            for issue in &report.issues {
                eprintln!("shiji: {}: {issue}", path.display());
            }
            eprintln!(
                "shiji: {}: {} words added, {} lines unused",
                path.display(),
                report.added,
                report.issues.len()
            );
        }
        Ok(segmenter)
    }
}

/// Options of what the mentions, dates and topics are resolved with.
#[derive(Args)]
struct ResolverArgs {
    /// Your own topics, in the format of data/topics/README.md; those with an id of ours replace it.
    #[arg(long, value_name = "FILE")]
    topics: Option<PathBuf>,
    /// Your own entities, and corrections of ours: TOML or CSV that adds, merges, splits, renames and suppresses.
    #[arg(long, value_name = "FILE")]
    kb: Option<PathBuf>,
}

impl ResolverArgs {
    fn resolver(&self) -> Result<Resolver> {
        let topics = match &self.topics {
            Some(path) => Topics::with_user(path)?,
            None => Topics::embedded()?,
        };
        Ok(Resolver::with(knowledge(self.kb.as_deref())?, topics))
    }
}

/// The knowledge base that ships, with the user's file over it.
fn knowledge(overrides: Option<&Path>) -> Result<KnowledgeBase> {
    let shipped = KnowledgeBase::embedded()?;
    let Some(path) = overrides else { return Ok(shipped) };
    let (knowledge, idle) = shipped.with_overrides(path)?;
    for entry in idle {
        eprintln!("shiji: {}: {entry}", path.display());
    }
    Ok(knowledge)
}

/// Writes to standard output; see `outln!`.
fn write_out(text: fmt::Arguments<'_>) {
    if let Err(error) = io::stdout().lock().write_fmt(text) {
        if error.kind() == io::ErrorKind::BrokenPipe {
            process::exit(0);
        }
        eprintln!("shiji: standard output: {error}");
        process::exit(2);
    }
}

/// How a command ended when it could be done.
enum Outcome {
    Complete,
    /// Some inputs failed; each was reported.
    Partial,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Tag(args) => tag::run(args),
        Command::Link(args) => link::run(args),
        Command::Index(args) => index::run(args),
        Command::Entities(args) => entities::run(args),
        Command::Timeline(args) => timeline::run(args),
        Command::Dates(args) => dates::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Segment(args) => segment::run(args),
        Command::Eval(args) => eval::run(args),
    };
    match outcome {
        Ok(Outcome::Complete) => ExitCode::SUCCESS,
        Ok(Outcome::Partial) => ExitCode::from(1),
        // The reader of our output has had enough, as `head` does.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("shiji: {error}");
            ExitCode::from(2)
        }
    }
}

/// Counts articles on a terminal; nothing is shown in a pipe or if `quiet`.
fn progress_bar(quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {human_pos} articles, {per_sec}, {elapsed}");
    let bar =
        ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
