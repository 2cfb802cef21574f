//! `shiji index`: tagged records into a store.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use indicatif::HumanCount;

use shiji::store::{Store, add_files};
use shiji::{Result, pipeline};

use super::{Outcome, progress_bar};

/// Fill a store with the records of `shiji tag`, for `timeline` and `entities`.
///
/// Adding the same records again changes nothing; a record of an article that has changed
/// replaces the old one. An interrupted run is continued by running it again.
#[derive(Args)]
pub struct IndexArgs {
    /// Files of records (JSON Lines; .gz and .zst too), or `-` for standard input.
    #[arg(required = true, value_name = "RECORDS")]
    records: Vec<PathBuf>,
    /// The store; made if it is not there.
    #[arg(long, value_name = "FILE", default_value = "corpus.db")]
    into: PathBuf,
    /// Threads; 0 takes one for each core.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Say nothing on standard error but errors.
    #[arg(short, long)]
    quiet: bool,
}

pub fn run(args: IndexArgs) -> Result<Outcome> {
    let started = Instant::now();
    let bar = progress_bar(args.quiet);
    let mut failures = 0u64;
    let mut store = Store::open(&args.into)?;
    let counts = add_files(
        &mut store,
        &args.records,
        &pipeline::pool(args.threads)?,
        |added| match added {
            Ok(_) => bar.inc(1),
            Err(error) => {
                failures += 1;
                bar.suspend(|| eprintln!("shiji: {error}"));
            }
        },
    )?;
    bar.finish_and_clear();
    if !args.quiet {
        eprintln!(
            "shiji: {} articles added, {} replaced, {} unchanged in {:.1} s; {failures} records failed",
            HumanCount(counts.added),
            HumanCount(counts.replaced),
            HumanCount(counts.unchanged),
            started.elapsed().as_secs_f64(),
        );
    }
    Ok(if failures == 0 {
        Outcome::Complete
    } else {
        Outcome::Partial
    })
}
