//! `shiji dates`: the date expressions of a text, resolved.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use shiji::resolve::dates::eval::{DataSet, score};
use shiji::resolve::dates::{DateMention, Options, Prefer, Register, resolve};
use shiji::{Error, Published, Result};

use super::Outcome;

/// Find the expressions of a text that say when, and resolve them.
#[derive(Args)]
pub struct DatesArgs {
    /// The text.
    #[arg(required_unless_present = "score")]
    text: Option<String>,
    /// Day that 昨天 and the like count from: the day of publication. Without it they are left out:
    /// today's date would be a guess.
    #[arg(long, value_name = "DATE")]
    reference: Option<Published>,
    /// Which year or week is meant where the text leaves it open.
    #[arg(long, value_enum, default_value = "context")]
    prefer: Preference,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    output: Layout,
    /// Score the resolver on a data set instead: recognizers, jionlp, duckling or gold, and its file.
    #[arg(long, num_args = 2, value_names = ["SET", "FILE"])]
    score: Option<Vec<String>>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Preference {
    /// What the sentence suggests, else the nearest past.
    Context,
    Past,
    Future,
}

#[derive(Clone, Copy, ValueEnum)]
enum Layout {
    Table,
    Json,
}

pub fn run(args: DatesArgs) -> Result<Outcome> {
    if let Some([set, file]) = args.score.as_deref() {
        out!("{}", score(set.parse::<DataSet>()?, &PathBuf::from(file))?);
        return Ok(Outcome::Complete);
    }
    let prefer = match args.prefer {
        Preference::Context => Prefer::Context,
        Preference::Past => Prefer::Past,
        Preference::Future => Prefer::Future,
    };
    let options = Options {
        prefer,
        register: Register::News,
        ..Options::default()
    };
    let text = args.text.unwrap_or_default();
    let dates = resolve(&text, args.reference.map(Published::date), &options);
    match args.output {
        Layout::Json => outln!(
            "{}",
            serde_json::to_string(&dates).map_err(|e| Error::Usage(e.to_string()))?
        ),
        Layout::Table => dates.iter().for_each(print),
    }
    Ok(Outcome::Complete)
}

fn print(date: &DateMention) {
    let DateMention {
        start,
        end,
        text,
        value,
        confidence,
        ..
    } = date;
    outln!(
        "{start}..{end}\t{text}\t{value}\t{}\t{confidence}",
        date.precision.as_str()
    );
}
