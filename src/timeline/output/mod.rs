//! Timelines as text: for programs, for spreadsheets, for other tools, for people.

mod csv;
mod markdown;
mod terminal;
mod timelinejs;
mod vega;

use std::io::{self, Write};

use serde::Serialize;

use super::lang::Lang;
use super::model::Timeline;
use crate::error::{Error, Result};

pub use terminal::Look;

/// Version of the layout of several timelines in one JSON object.
const COMPARISON: &str = "shiji.comparison/1";

/// How to write timelines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A summary for people at a terminal.
    #[default]
    Text,
    /// The whole of it: a [`Timeline`], or `{"schema","timelines":[…]}` for several.
    Json,
    /// The events, one a row.
    Csv,
    /// The series, one bin a row.
    SeriesCsv,
    /// What Knight Lab's TimelineJS reads; bursts are its eras.
    TimelineJs,
    /// A Vega-Lite specification of the picture.
    VegaLite,
    /// A text with headings and lists.
    Markdown,
}

impl Format {
    /// All formats with their names.
    pub const ALL: [(Format, &str); 7] = [
        (Self::Text, "text"),
        (Self::Json, "json"),
        (Self::Csv, "csv"),
        (Self::SeriesCsv, "series-csv"),
        (Self::TimelineJs, "timelinejs"),
        (Self::VegaLite, "vega-lite"),
        (Self::Markdown, "markdown"),
    ];

    /// The names of all formats.
    pub fn names() -> [&'static str; 7] {
        Self::ALL.map(|(_, name)| name)
    }
}

impl std::str::FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|(_, known)| *known == name);
        found.map(|(format, _)| format).ok_or_else(|| {
            Error::Usage(format!(
                "unknown format {name:?}: expected one of {}",
                Self::names().join(", ")
            ))
        })
    }
}

#[derive(Serialize)]
struct Comparison<'t> {
    schema: &'static str,
    timelines: &'t [Timeline],
}

/// Writes one timeline, or several to be compared.
///
/// # Errors
/// Those of `out`.
pub fn write(
    out: &mut dyn Write,
    timelines: &[Timeline],
    format: Format,
    lang: Lang,
    look: Look,
) -> io::Result<()> {
    match format {
        Format::Text => terminal::write(out, timelines, lang, look),
        Format::Json => match timelines {
            [timeline] => json(out, timeline),
            _ => json(
                out,
                &Comparison {
                    schema: COMPARISON,
                    timelines,
                },
            ),
        },
        Format::Csv => csv::events(out, timelines),
        Format::SeriesCsv => csv::series(out, timelines),
        Format::TimelineJs => json(out, &timelinejs::timeline(timelines, lang)),
        Format::VegaLite => json(out, &vega::specification(timelines, lang)),
        Format::Markdown => markdown::write(out, timelines, lang),
    }
}

fn json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
