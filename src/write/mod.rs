//! Records out: tagged articles as JSON Lines, as text for people, and in the
//! formats of other tools.
//!
//! ```no_run
//! # fn main() -> shiji::Result<()> {
//! # let documents: Vec<shiji::Document> = vec![];
//! use shiji::write::{Format, Output, Style};
//!
//! let mut output = Output::create(Format::JsonLines, Some("tagged.jsonl".as_ref()), Style::plain())?;
//! for document in &documents {
//!     output.write(document)?;
//! }
//! output.finish()?; // Only now does tagged.jsonl appear.
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::document::Document;
use crate::error::{Error, Result};

mod brat;
mod conll;
mod html;
mod jsonl;
mod layout;
mod output;
mod style;
mod table;

pub use brat::BratFolder;
pub use conll::Conll;
pub use html::Html;
pub use jsonl::JsonLines;
pub use output::{OutputFile, is_broken_pipe};
pub use style::Style;
pub use table::Table;

/// Writes documents one after the other into a stream.
///
/// The documents must be what [`Document`] promises: mentions in order, inside the
/// text, without overlap. Another document is refused with
/// [`io::ErrorKind::InvalidData`] (except by [`JsonLines`], which needs no offsets).
pub trait Writer {
    /// What comes before the first document.
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let _ = out;
        Ok(())
    }

    /// One document.
    fn document(&mut self, out: &mut dyn Write, document: &Document) -> io::Result<()>;

    /// What comes after the last document.
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let _ = out;
        Ok(())
    }
}

/// The output formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line, the format to build on.
    #[default]
    JsonLines,
    /// For people: the text with its entities marked, and what was found.
    Table,
    /// One character a line with its BIO tag.
    Conll,
    /// BRAT standoff, a folder of `.txt` and `.ann` files.
    Brat,
    /// A web page with the entities highlighted.
    Html,
}

impl Format {
    /// All formats, the default first.
    pub const ALL: [Self; 5] = [Self::JsonLines, Self::Table, Self::Conll, Self::Brat, Self::Html];

    /// Name by which the format is chosen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Table => "table",
            Self::Conll => "conll",
            Self::Brat => "brat",
            Self::Html => "html",
        }
    }

    /// What the format is, in one line.
    pub fn description(self) -> &'static str {
        match self {
            Self::JsonLines => "one JSON record a line",
            Self::Table => "for people: the text with its entities marked, and a list of them",
            Self::Conll => "one character a line, a tab, its BIO tag",
            Self::Brat => "BRAT standoff: a folder of .txt and .ann files",
            Self::Html => "a web page with the entities highlighted",
        }
    }

    /// Whether the format is a folder of files, which standard output cannot take.
    pub fn is_folder(self) -> bool {
        self == Self::Brat
    }

    /// The names of all formats, the default first.
    pub fn names() -> [&'static str; 5] {
        Self::ALL.map(Self::as_str)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| {
                Error::Usage(format!(
                    "unknown output format {name:?}: expected one of {}",
                    Self::names().join(", ")
                ))
            })
    }
}

/// Where the documents of a run go, in one of the [`Format`]s.
///
/// Nothing is at the destination before [`Output::finish`]: an output that is
/// dropped earlier leaves no trace, except on standard output.
pub struct Output(Destination);

enum Destination {
    Stream {
        writer: Box<dyn Writer + Send>,
        out: OutputFile,
    },
    Folder(BratFolder),
}

impl Output {
    /// Opens the output: a file, a folder for [`Format::Brat`], or standard output
    /// for `None` and `-`. `style` is for [`Format::Table`].
    ///
    /// # Errors
    /// If the destination cannot be written, or the format is a folder and no path
    /// is given.
    pub fn create(format: Format, path: Option<&Path>, style: Style) -> Result<Self> {
        let path = path.filter(|path| *path != Path::new("-"));
        let mut writer: Box<dyn Writer + Send> = match format {
            Format::JsonLines => Box::new(JsonLines),
            Format::Table => Box::new(Table::new(style)),
            Format::Conll => Box::new(Conll),
            Format::Html => Box::new(Html),
            Format::Brat => {
                let path = path.ok_or_else(|| {
                    Error::Usage("the format brat is a folder of files: name it with -o FOLDER".into())
                })?;
                return BratFolder::create(path).map(Destination::Folder).map(Self);
            }
        };
        let mut out = OutputFile::create(path)?;
        writer.begin(&mut out).map_err(|e| Error::io(out.path(), e))?;
        Ok(Self(Destination::Stream { writer, out }))
    }

    /// Writes one document.
    ///
    /// # Errors
    /// If the destination cannot be written (see [`is_broken_pipe`]), or the
    /// document's mentions do not fit its text.
    pub fn write(&mut self, document: &Document) -> Result<()> {
        match &mut self.0 {
            Destination::Stream { writer, out } => writer
                .document(out, document)
                .map_err(|e| Error::io(out.path(), e)),
            Destination::Folder(folder) => folder.write(document),
        }
    }

    /// Passes on to the reader of a pipe what has been written so far. A file is
    /// complete only after [`Output::finish`].
    pub fn flush(&mut self) -> Result<()> {
        match &mut self.0 {
            Destination::Stream { out, .. } => out.flush().map_err(|e| Error::io(out.path(), e)),
            Destination::Folder(_) => Ok(()),
        }
    }

    /// Completes the output and puts it into its place.
    pub fn finish(self) -> Result<()> {
        match self.0 {
            Destination::Stream { mut writer, mut out } => {
                writer.end(&mut out).map_err(|e| Error::io(out.path(), e))?;
                out.finish()
            }
            Destination::Folder(folder) => folder.finish(),
        }
    }
}

/// The folder a file is in, as a path that can be opened.
fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::document::{EntityType, Mention, SCHEMA};

    /// A document with the given mentions, each the first occurrence of its text
    /// after the one before.
    pub(crate) fn document(text: &str, mentions: &[(&str, EntityType)]) -> Document {
        let chars: Vec<char> = text.chars().collect();
        let mut from = 0;
        let mentions = mentions
            .iter()
            .map(|&(surface, kind)| {
                let wanted: Vec<char> = surface.chars().collect();
                let found = chars[from..].windows(wanted.len()).position(|w| w == wanted);
                let start = from + found.expect("mention is in the text");
                from = start + wanted.len();
                Mention {
                    start,
                    end: from,
                    text: surface.into(),
                    kind,
                    confidence: 0.998,
                    entity: None,
                }
            })
            .collect();
        Document {
            schema: SCHEMA.into(),
            id: "a/1.md".into(),
            url: Some("https://example.org/1?a=1&b=2".into()),
            source: Some("示例".into()),
            title: text
                .contains('\n')
                .then(|| text.lines().next().unwrap_or_default().into()),
            published: "2024-04-17T14:15:01Z".parse().ok(),
            text: text.into(),
            mentions,
            entities: vec![],
            dates: vec![],
            topics: vec![],
            tokens: None,
        }
    }

    pub(crate) fn rendered(mut writer: impl Writer, document: &Document) -> String {
        let mut out = Vec::new();
        writer.begin(&mut out).unwrap();
        writer.document(&mut out, document).unwrap();
        writer.end(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formats_are_found_by_name() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse::<Format>().unwrap(), format);
        }
        let error = "xml".parse::<Format>().unwrap_err().to_string();
        assert!(error.contains("jsonl, table, conll, brat, html"), "{error}");
    }

    #[test]
    fn a_file_appears_only_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        std::fs::write(&path, "old").unwrap();
        let document = document("中国", &[("中国", EntityType::Location)]);
        for format in [Format::JsonLines, Format::Table, Format::Conll, Format::Html] {
            let before = std::fs::read(&path).unwrap();
            let mut output = Output::create(format, Some(&path), Style::plain()).unwrap();
            output.write(&document).unwrap();
            output.flush().unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), before);
            output.finish().unwrap();
            assert!(std::fs::read_to_string(&path).unwrap().contains('中'));
        }
        let mut abandoned = Output::create(Format::JsonLines, Some(&path), Style::plain()).unwrap();
        abandoned.write(&document).unwrap();
        drop(abandoned);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_format_needs_a_path() {
        for path in [None, Some(Path::new("-"))] {
            let error = Output::create(Format::Brat, path, Style::plain()).err().unwrap();
            assert!(error.to_string().contains("-o FOLDER"));
        }
    }

    #[test]
    fn mentions_that_do_not_fit_are_refused() {
        let mut document = document("中国", &[("中国", EntityType::Location)]);
        document.mentions[0].end = 3;
        let mut out = Vec::new();
        for error in [
            Table::new(Style::plain())
                .document(&mut out, &document)
                .unwrap_err(),
            Conll.document(&mut out, &document).unwrap_err(),
            Html.document(&mut out, &document).unwrap_err(),
        ] {
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
            assert!(error.to_string().contains("a/1.md"), "{error}");
        }
        assert!(out.is_empty());
    }
}
