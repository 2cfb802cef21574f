//! Articles in: from command-line paths to [`Article`]s.
//!
//! Reading has two steps, so that the costly one can run on many threads:
//! [`Inputs`] goes through the files and hands out [`RawItem`]s, which are bytes
//! with a place; [`RawItem::parse`] decodes and parses them. [`articles`] does
//! both in one go.
//!
//! ```
//! use rayon::prelude::*;
//! use shiji::read::{Inputs, Options};
//!
//! let inputs = Inputs::new(["does-not-exist.txt"], Options::default());
//! let articles: Vec<_> = inputs.par_bridge().map(|item| item.and_then(|item| item.parse())).collect();
//! assert!(articles[0].is_err());
//! ```
//!
//! An error is one item of the iterator, always an [`Error::Input`] that names
//! the file (and the line where there is one); reading goes on behind it.

mod archive;
mod clean;
mod date;
mod decode;
mod detect;
mod dom;
mod facts;
mod furniture;
mod html;
mod input;
mod json;
mod main_part;
mod notices;
pub(crate) mod open;
mod outlets;
mod phrases;
mod plain;
mod related;
mod tagged;

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::document::Article;
use crate::error::{Error, Result};

pub use detect::Format;
pub use json::Fields;
pub use notices::Notices;
pub(crate) use related::related_from;
pub use tagged::{TaggedLine, tagged_lines};

/// Largest file that is one article, in bytes after decompression.
const LARGEST_ARTICLE: usize = 64 << 20;

/// How to read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Format of every input; found from the content of each if it is `None`.
    pub format: Option<Format>,
    /// Names of the fields of JSON records.
    pub fields: Fields,
}

/// Reads and parses the articles of files, folders, patterns and standard input
/// (see [`Inputs::new`]) on the calling thread.
pub fn articles<P: Into<PathBuf>>(
    paths: impl IntoIterator<Item = P>,
    options: Options,
) -> impl Iterator<Item = Result<Article>> + Send {
    Inputs::new(paths, options).map(|item| item.and_then(RawItem::parse))
}

/// Goes through the inputs and hands out their articles unparsed, in order.
///
/// At most one file of a single article, or one record, is in memory at a time.
pub struct Inputs {
    sources: input::Sources,
    records: Option<Records>,
    items: VecDeque<RawItem>,
    format: Option<Format>,
    shared: Arc<Shared>,
}

/// What parsing needs to know and to report.
struct Shared {
    fields: Fields,
    notices: Arc<Notices>,
}

/// A stream of JSON records that is being read.
struct Records {
    name: String,
    reader: Box<dyn BufRead + Send>,
    /// Encoding of lines, if it is known.
    encoding: Option<&'static Encoding>,
    lines: bool,
    line: u64,
}

impl Inputs {
    /// Inputs named by `paths`, in that order: files; folders, with all files
    /// below them by name; patterns with `*`, `?`, `[…]`, `**`; `-` for standard
    /// input. Gzip and Zstandard are decompressed whatever the file is called.
    ///
    /// Files of a folder that are hidden or not text are skipped and counted in
    /// [`Inputs::notices`]; a path that leads nowhere is an error item.
    pub fn new<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>, options: Options) -> Self {
        let notices = Arc::new(Notices::default());
        let paths = paths.into_iter().map(Into::into).collect();
        Self {
            sources: input::Sources::new(paths, Arc::clone(&notices)),
            records: None,
            items: VecDeque::new(),
            format: options.format,
            shared: Arc::new(Shared {
                fields: options.fields,
                notices,
            }),
        }
    }

    /// Counts of what was passed over so far; complete after the last item was
    /// parsed.
    pub fn notices(&self) -> Arc<Notices> {
        Arc::clone(&self.shared.notices)
    }

    fn item(&self, location: String, content: Content) -> RawItem {
        RawItem {
            location,
            content,
            shared: Arc::clone(&self.shared),
        }
    }

    /// Opens a source and takes up what it holds.
    fn take_up(&mut self, source: input::Source) -> Result<(), Error> {
        let failed = |reason: &dyn std::fmt::Display| Error::input(&source.name, reason);
        let opened = open::open(source.path.as_deref()).map_err(|error| failed(&error))?;
        let (format, encoding) = match self.examine(&source.name, &opened.head) {
            Ok(found) => found,
            Err(reason) if source.found => {
                self.shared.notices.skip(&source.name, reason);
                return Ok(());
            }
            Err(reason) => return Err(failed(&reason)),
        };
        if matches!(format, Format::JsonLines | Format::Json) {
            let lines = format == Format::JsonLines;
            self.records = Some(Records::new(source.name, opened, encoding, lines));
            return Ok(());
        }
        let mut bytes = Vec::new();
        let limit = LARGEST_ARTICLE as u64 + 1;
        opened
            .reader
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(|error| failed(&error))?;
        if bytes.len() > LARGEST_ARTICLE {
            return Err(failed(
                &"larger than 64 MiB: a file holds one article; convert collections to JSON Lines",
            ));
        }
        self.add_file(source.name, format, encoding, bytes);
        Ok(())
    }

    /// Format and encoding of an input by its beginning.
    fn examine(&self, name: &str, head: &[u8]) -> Result<(Format, &'static Encoding), &'static str> {
        if head.is_empty() {
            return Ok((self.format.unwrap_or(Format::Plain), UTF_8));
        }
        if head.get(257..262) == Some(b"ustar") {
            return Err("a tar archive: unpack it first");
        }
        let encoding = decode::detect(head)?;
        let format = match self.format {
            Some(format) => format,
            None => detect::detect(name, &encoding.decode(head).0)?,
        };
        Ok((format, encoding))
    }

    fn add_file(&mut self, name: String, format: Format, encoding: &'static Encoding, bytes: Vec<u8>) {
        let content = |bytes| Content::File { format, bytes };
        // The pieces of UTF-16 cannot be found in bytes.
        let splittable = format == Format::Archive && ![UTF_16LE, UTF_16BE].contains(&encoding);
        let pieces: Vec<Vec<u8>> = match splittable.then(|| archive::split(&bytes)) {
            Some(pieces) if pieces.len() > 1 => pieces.into_iter().map(<[u8]>::to_vec).collect(),
            _ => {
                let item = self.item(name, content(bytes));
                self.items.push_back(item);
                return;
            }
        };
        for (at, piece) in pieces.into_iter().enumerate() {
            let item = self.item(format!("{name}#{}", at + 1), content(piece));
            self.items.push_back(item);
        }
    }

    fn next_record(&mut self) -> Option<Result<RawItem>> {
        let records = self.records.as_mut()?;
        let next = records.next();
        if !matches!(next, Some(Ok(_))) {
            let name = self.records.take()?.name;
            let error = next?.expect_err("matched above");
            return Some(Err(Error::input(name, error)));
        }
        let (line, piece) = next?.expect("matched above");
        let location = format!("{}:{line}", records.name);
        let encoding = records.encoding;
        Some(match piece {
            Ok(bytes) => Ok(self.item(location, Content::Record { bytes, encoding })),
            Err(reason) => Err(Error::input(location, reason)),
        })
    }
}

impl Iterator for Inputs {
    type Item = Result<RawItem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Some(Ok(item));
            }
            if let Some(record) = self.next_record() {
                return Some(record);
            }
            let taken = self.sources.next()?.and_then(|source| self.take_up(source));
            if let Err(error) = taken {
                return Some(Err(error));
            }
        }
    }
}

impl Records {
    fn new(name: String, opened: open::Opened, encoding: &'static Encoding, lines: bool) -> Self {
        // Bytes of GB18030 and Big5 characters are never line breaks, so lines
        // are cut first and decoded later, on the thread that parses them; but
        // they may be brackets.
        let transcode = encoding != UTF_8 && (!lines || [UTF_16LE, UTF_16BE].contains(&encoding));
        let known = encoding != UTF_8 || !opened.head.is_ascii();
        let reader: Box<dyn BufRead + Send> = if transcode {
            Box::new(BufReader::new(decode::Transcoder::new(opened.reader, encoding)))
        } else {
            opened.reader
        };
        let encoding = if transcode { UTF_8 } else { encoding };
        Self {
            name,
            reader,
            encoding: known.then_some(encoding),
            lines,
            line: 0,
        }
    }

    fn next(&mut self) -> Option<std::io::Result<json::Piece>> {
        let next = if self.lines {
            json::next_line
        } else {
            json::next_value
        };
        next(&mut *self.reader, &mut self.line).transpose()
    }
}

/// An article that is read but not parsed.
pub struct RawItem {
    location: String,
    content: Content,
    shared: Arc<Shared>,
}

enum Content {
    File {
        format: Format,
        bytes: Vec<u8>,
    },
    Record {
        bytes: Vec<u8>,
        encoding: Option<&'static Encoding>,
    },
}

impl RawItem {
    /// Where it comes from: `path`, `path:line` for a record, `path#number` for
    /// one of several articles in a file. Paths are as the user gave them.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// How many bytes it has.
    pub fn size(&self) -> usize {
        match &self.content {
            Content::File { bytes, .. } | Content::Record { bytes, .. } => bytes.len(),
        }
    }

    /// Decodes and parses the article. Its `id` is that of the record if it has
    /// one, else the location.
    ///
    /// # Errors
    /// [`Error::Input`] if it is no text in a known encoding, no record, or has
    /// neither title nor body.
    pub fn parse(self) -> Result<Article> {
        let mut article = self
            .parse_content()
            .map_err(|reason| Error::input(&self.location, reason))?;
        if article.title.is_none() && article.body.trim().is_empty() {
            return Err(Error::input(&self.location, "no text: neither title nor body"));
        }
        if article.id.is_empty() {
            article.id = self.location;
        }
        Ok(article)
    }

    fn parse_content(&self) -> Result<Article, String> {
        let (format, bytes) = match &self.content {
            Content::Record { bytes, encoding } => return self.parse_record(bytes, *encoding),
            Content::File { format, bytes } => (format, bytes),
        };
        let text = decode::decode(bytes)?;
        Ok(match format {
            Format::Archive => archive::parse(&text),
            Format::Html => html::parse(&text),
            _ => plain::parse(&text),
        })
    }

    fn parse_record(&self, bytes: &[u8], encoding: Option<&'static Encoding>) -> Result<Article, String> {
        let text = match encoding {
            None => decode::decode(bytes)?,
            Some(encoding) => decode::decode_strictly(bytes, encoding)?,
        };
        let record = json::parse(&text, &self.shared.fields)?;
        if let Some(date) = record.unreadable_date {
            self.shared.notices.unreadable_date(&self.location, &date);
        }
        Ok(record.article)
    }
}

#[cfg(test)]
mod tests;
