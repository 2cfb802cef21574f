//! Tagged records, read back.

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::open::open;
use crate::document::{Document, SCHEMA};
use crate::error::{Error, Result};

/// A line of a file of records.
pub struct TaggedLine {
    path: Arc<PathBuf>,
    number: usize,
    text: String,
}

/// The lines of a JSON Lines file of `shiji tag`, plain or compressed (`.gz`, `.zst`),
/// that are not empty; `-` is standard input. A file that cannot be opened is one error.
pub fn tagged_lines(path: &Path) -> Box<dyn Iterator<Item = Result<TaggedLine>> + Send> {
    let shared = Arc::new(path.to_owned());
    let file = Some(path).filter(|path| *path != Path::new("-"));
    let reader = match open(file) {
        Ok(opened) => opened.reader,
        Err(error) => return Box::new(std::iter::once(Err(Error::io(path, error)))),
    };
    let lines = reader.lines().enumerate();
    Box::new(lines.filter_map(move |(at, text)| match text {
        Ok(text) if text.trim().is_empty() => None,
        Ok(text) => Some(Ok(TaggedLine {
            path: shared.clone(),
            number: at + 1,
            text,
        })),
        Err(error) => Some(Err(Error::io(&*shared, error))),
    }))
}

impl TaggedLine {
    /// `path:line`, for messages.
    pub fn location(&self) -> String {
        format!("{}:{}", self.path.display(), self.number)
    }

    /// Parses the record.
    ///
    /// # Errors
    /// If it is not a record of `shiji tag`, or one of another layout.
    pub fn parse(&self) -> Result<Document> {
        let document: Document =
            serde_json::from_str(self.text.trim_start_matches('\u{feff}')).map_err(|error| {
                Error::input(self.location(), format!("not a record of `shiji tag`: {error}"))
            })?;
        if document.schema != SCHEMA {
            let reason = format!(
                "the record has the layout {:?}, this program reads {SCHEMA:?}",
                document.schema
            );
            return Err(Error::input(self.location(), reason));
        }
        Ok(document)
    }
}
