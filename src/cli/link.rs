//! `shiji link`: what the articles of a corpus explain to each other.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use indicatif::{HumanCount, ProgressBar};
use tempfile::NamedTempFile;

use shiji::read::{TaggedLine, tagged_lines};
use shiji::resolve::entities::corpus::{Evidence, Learned};
use shiji::write::{Format, Output, OutputFile, Style};
use shiji::{Document, Error, Result, pipeline};

use super::{Outcome, knowledge, progress_bar};

/// Join names of people and organisations across the articles of a corpus.
///
/// `shiji tag` links each article by itself. This second pass over its records learns which
/// names that the knowledge base lacks are one (by glosses, family names, transliterations that
/// sound alike) and writes them again with the entities updated. The result does not depend on
/// the number of threads, on how the records are split into files, or on the files' order.
/// Records are read twice; memory grows with the number of names, not of articles.
#[derive(Args)]
pub struct LinkArgs {
    /// Files of records (JSON Lines; .gz and .zst too), or `-` for standard input.
    #[arg(required = true, value_name = "RECORDS")]
    records: Vec<PathBuf>,
    /// Where to write the records; standard output if left out.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write what was learned to this file, in the form that `--kb` reads.
    #[arg(long, value_name = "FILE")]
    learned: Option<PathBuf>,
    /// The file of entities that the records were tagged with.
    #[arg(long, value_name = "FILE")]
    kb: Option<PathBuf>,
    /// Threads; 0 takes one for each core.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Say nothing on standard error but errors.
    #[arg(short, long)]
    quiet: bool,
}

pub fn run(args: LinkArgs) -> Result<Outcome> {
    let started = Instant::now();
    let knowledge = knowledge(args.kb.as_deref())?;
    let corpus = Corpus::new(&args.records)?;
    let pool = pipeline::pool(args.threads)?;
    let bar = progress_bar(args.quiet);
    let (evidence, counts) = read(&corpus, &pool, &bar)?;
    let learned = evidence.decide(&knowledge);
    if let Some(path) = &args.learned {
        let mut file = OutputFile::create(Some(path))?;
        file.write_all(learned.to_toml().as_bytes())
            .map_err(|error| Error::io(path, error))?;
        file.finish()?;
    }
    bar.set_position(0);
    let changed = rewrite(&corpus, &learned, args.output.as_deref(), &pool, &bar)?;
    bar.finish_and_clear();
    if !args.quiet {
        eprintln!(
            "shiji: {} articles, {} names joined, {} mentions linked anew in {:.1} s; {} records failed",
            HumanCount(counts.articles),
            HumanCount(learned.merges().len() as u64),
            HumanCount(changed),
            started.elapsed().as_secs_f64(),
            counts.failures
        );
    }
    Ok(if counts.failures == 0 {
        Outcome::Complete
    } else {
        Outcome::Partial
    })
}

#[derive(Default)]
struct Counts {
    articles: u64,
    failures: u64,
}

/// First pass: what the records say.
fn read(corpus: &Corpus, pool: &rayon::ThreadPool, bar: &ProgressBar) -> Result<(Evidence, Counts)> {
    let (mut evidence, mut counts) = (Evidence::default(), Counts::default());
    pipeline::map_ordered(
        pool,
        corpus.lines(),
        |lines| lines.into_iter().map(|line| evidence_of(&line?)).collect(),
        |one| {
            match one {
                Ok(one) => {
                    evidence.merge(one);
                    counts.articles += 1;
                    bar.inc(1);
                }
                Err(error @ Error::Input { .. }) => {
                    counts.failures += 1;
                    bar.suspend(|| eprintln!("shiji: {error}"));
                }
                Err(error) => return Err(error),
            }
            Ok(())
        },
    )?;
    Ok((evidence, counts))
}

fn evidence_of(line: &TaggedLine) -> Result<Evidence> {
    line.parse().map(|document| Evidence::of(&document))
}

/// Second pass: the records with what was learned. Those that failed before are left out.
fn rewrite(
    corpus: &Corpus,
    learned: &Learned,
    output: Option<&Path>,
    pool: &rayon::ThreadPool,
    bar: &ProgressBar,
) -> Result<u64> {
    let mut output = Output::create(Format::JsonLines, output, Style::plain())?;
    let mut changed = 0;
    pipeline::map_ordered(
        pool,
        corpus.lines(),
        |lines| lines.into_iter().map(|line| linked(&line?, learned)).collect(),
        |record: Result<(Document, usize)>| match record {
            Ok((document, count)) => {
                changed += count as u64;
                bar.inc(1);
                output.write(&document)
            }
            Err(Error::Input { .. }) => Ok(()),
            Err(error) => Err(error),
        },
    )?;
    output.finish()?;
    Ok(changed)
}

fn linked(line: &TaggedLine, learned: &Learned) -> Result<(Document, usize)> {
    let mut document = line.parse()?;
    let changed = learned.apply(&mut document);
    Ok((document, changed))
}

/// Records that can be read twice: pipes are copied to temporary files.
struct Corpus {
    paths: Vec<PathBuf>,
    _copies: Vec<NamedTempFile>,
}

impl Corpus {
    fn new(paths: &[PathBuf]) -> Result<Self> {
        let mut corpus = Self {
            paths: Vec::new(),
            _copies: Vec::new(),
        };
        for path in paths {
            let is_stdin = path == Path::new("-");
            if !is_stdin
                && fs::metadata(path)
                    .map_err(|error| Error::io(path, error))?
                    .is_file()
            {
                corpus.paths.push(path.clone());
                continue;
            }
            let copy = copy(path, is_stdin).map_err(|error| Error::io(path, error))?;
            corpus.paths.push(copy.path().to_owned());
            corpus._copies.push(copy);
        }
        Ok(corpus)
    }

    fn lines(&self) -> impl Iterator<Item = Result<TaggedLine>> + Send {
        self.paths.iter().flat_map(|path| tagged_lines(path))
    }
}

fn copy(path: &Path, is_stdin: bool) -> io::Result<NamedTempFile> {
    let mut copy = NamedTempFile::with_prefix("shiji-records-")?;
    if is_stdin {
        io::copy(&mut io::stdin().lock(), &mut copy)?;
    } else {
        io::copy(&mut File::open(path)?, &mut copy)?;
    }
    copy.flush()?;
    Ok(copy)
}
