//! The corpus that `timeline` and `entities` answer from.

use std::path::{Path, PathBuf};

use clap::Args;

use shiji::read::{Inputs, Options};
use shiji::store::{Content, Store, add_files};
use shiji::{Error, Result, pipeline};

use super::tag::{Progress, TaggerArgs, fill};
use super::{Outcome, progress_bar};

/// Options of the corpus.
#[derive(Args)]
pub(super) struct CorpusArgs {
    /// The corpus: a store, records of `shiji tag`, or articles (files, folders or patterns), which are
    /// tagged on the fly; may be repeated.
    #[arg(long = "in", value_name = "PATH", default_value = "corpus.db")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    tagger: TaggerArgs,
}

impl CorpusArgs {
    /// Opens the store; what is no store is read into one in memory. What cannot be read is
    /// reported and left out.
    pub fn open(&self) -> Result<(Store, Outcome)> {
        if let [path] = self.paths.as_slice()
            && content(path)? == Content::Store
        {
            return Ok((Store::open_read_only(path)?, Outcome::Complete));
        }
        let mut records = Vec::new();
        let mut articles = Vec::new();
        for path in &self.paths {
            match content(path)? {
                Content::Store => return Err(alone(path)),
                Content::Records => records.push(path.clone()),
                Content::Articles => articles.push(path.clone()),
            }
        }
        let mut store = Store::in_memory()?;
        let mut failures = 0;
        if !records.is_empty() {
            failures += add_records(&mut store, &records)?;
        }
        if !articles.is_empty() {
            failures += self.add_articles(&mut store, &articles)?;
        }
        let outcome = if failures == 0 {
            Outcome::Complete
        } else {
            Outcome::Partial
        };
        Ok((store, outcome))
    }

    fn add_articles(&self, store: &mut Store, paths: &[PathBuf]) -> Result<u64> {
        let inputs = Inputs::new(paths, Options::default());
        let notices = inputs.notices();
        let mut progress = Progress::new(false);
        fill(
            store,
            &self.tagger.build()?,
            "",
            inputs,
            &pipeline::pool(0)?,
            &mut progress,
        )?;
        progress.report(|message| eprintln!("shiji: {message}"));
        notices
            .to_string()
            .lines()
            .for_each(|notice| eprintln!("shiji: {notice}"));
        Ok(progress.failures())
    }
}

fn add_records(store: &mut Store, paths: &[PathBuf]) -> Result<u64> {
    let bar = progress_bar(false);
    let mut failures = 0;
    add_files(store, paths, &pipeline::pool(0)?, |added| match added {
        Ok(_) => bar.inc(1),
        Err(error) => {
            failures += 1;
            bar.suspend(|| eprintln!("shiji: {error}"));
        }
    })?;
    bar.finish_and_clear();
    Ok(failures)
}

fn content(path: &Path) -> Result<Content> {
    if path != Path::new("-") && !path.exists() && !path.to_string_lossy().contains(['*', '?', '[']) {
        return Err(Error::resource(
            path.display(),
            "there is no such file; make a store with `shiji tag ARTICLES --into FILE`, or name records or articles with --in",
        ));
    }
    Content::of(path)
}

fn alone(path: &Path) -> Error {
    Error::Usage(format!(
        "{} is a store, which cannot be read together with others; add them to it with `shiji index` or `shiji tag --into`",
        path.display()
    ))
}
