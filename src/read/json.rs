//! Articles as JSON records: one a line, or values in an array or one after the
//! other.

use std::io::{self, BufRead};

use serde_json::{Map, Value};

use super::date;
use crate::document::Article;

/// Names of the fields of a JSON record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// Field with the article's identifier (a string or a number).
    pub id: String,
    /// Field with the title.
    pub title: String,
    /// Field with the body text, plain, a paragraph a line.
    pub text: String,
    /// Field with the publication date.
    pub published: String,
    /// Field with the address.
    pub url: String,
    /// Field with the outlet's name.
    pub source: String,
}

impl Default for Fields {
    fn default() -> Self {
        let [id, title, text, published, url, source] =
            ["id", "title", "text", "published", "url", "source"].map(String::from);
        Self {
            id,
            title,
            text,
            published,
            url,
            source,
        }
    }
}

/// A record, with the date that could not be read if there is one.
#[derive(Debug)]
pub(super) struct Record {
    pub article: Article,
    pub unreadable_date: Option<String>,
}

/// Reads one record; the article's `id` is empty if the record has none.
///
/// Text is taken as it is, since other fields of a corpus may point into it.
/// Only a first line that repeats the title goes: records as this crate writes
/// them carry the title at the head of the text, and are read back unchanged.
pub(super) fn parse(record: &str, fields: &Fields) -> Result<Record, String> {
    let record: Value = serde_json::from_str(record).map_err(|error| format!("not valid JSON: {error}"))?;
    let Value::Object(record) = record else {
        return Err(format!("expected a JSON object, found {}", kind(&record)));
    };
    let title = string(&record, &fields.title)?
        .map(|title| one_line(&title))
        .filter(|title| !title.is_empty());
    let Some(text) = record.get(&fields.text) else {
        return Err(missing(&record, &fields.text));
    };
    let text = match text {
        Value::Null => "",
        Value::String(text) => text,
        other => {
            return Err(format!(
                "field {:?} should be a string, but is {}",
                fields.text,
                kind(other)
            ));
        }
    };
    let published = record.get(&fields.published).map_or(Ok(None), date::from_json);
    let article = Article {
        id: string(&record, &fields.id)?.unwrap_or_default(),
        url: string(&record, &fields.url)?.filter(|url| !url.is_empty()),
        source: string(&record, &fields.source)?.filter(|source| !source.is_empty()),
        body: body(text, title.as_deref()).to_owned(),
        title,
        published: published.clone().unwrap_or_default(),
    };
    Ok(Record {
        article,
        unreadable_date: published.err(),
    })
}

fn string(record: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match record.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(format!(
            "field {name:?} should be a string, but is {}",
            kind(other)
        )),
    }
}

fn missing(record: &Map<String, Value>, name: &str) -> String {
    let names: Vec<&str> = record.keys().take(12).map(String::as_str).collect();
    format!("no field {name:?} among {}", names.join(", "))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A title without line breaks, of the same length.
fn one_line(title: &str) -> String {
    let space = |c| {
        if matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}') {
            ' '
        } else {
            c
        }
    };
    title.trim().chars().map(space).collect()
}

fn body<'t>(text: &'t str, title: Option<&str>) -> &'t str {
    let rest = title.and_then(|title| text.strip_prefix(title));
    let rest = match rest {
        Some("") => "",
        Some(rest) => rest
            .strip_prefix("\r\n")
            .or_else(|| rest.strip_prefix('\n'))
            .unwrap_or(text),
        None => text,
    };
    rest.trim_end_matches(['\n', '\r'])
}

/// Largest record, in bytes.
pub(super) const LONGEST_RECORD: usize = 64 << 20;

const TOO_LONG: &str = "record is longer than 64 MiB";

/// One piece of a stream of records: the line it begins in, and its bytes or
/// what is wrong with them.
pub(super) type Piece = (u64, Result<Vec<u8>, String>);

/// Reads the next line that is not blank.
pub(super) fn next_line(reader: &mut dyn BufRead, line: &mut u64) -> io::Result<Option<Piece>> {
    loop {
        let mut bytes = Vec::new();
        let limit = LONGEST_RECORD as u64 + 1;
        let count = io::Read::take(&mut *reader, limit).read_until(b'\n', &mut bytes)?;
        if count == 0 {
            return Ok(None);
        }
        *line += 1;
        if bytes.len() > LONGEST_RECORD && bytes.last() != Some(&b'\n') {
            reader.skip_until(b'\n')?;
            return Ok(Some((*line, Err(TOO_LONG.into()))));
        }
        let end = bytes.len() - bytes.iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
        bytes.truncate(end);
        if !bytes.is_empty() {
            return Ok(Some((*line, Ok(bytes))));
        }
    }
}

/// Reads the next value of an array, or of values that follow each other, by
/// counting brackets, so that one broken value does not spoil the rest.
pub(super) fn next_value(reader: &mut dyn BufRead, line: &mut u64) -> io::Result<Option<Piece>> {
    let mut scan = Scan::default();
    let mut start = 0;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            let rest = std::mem::take(&mut scan.value);
            let cut = || Err("the file ends inside this value".to_owned());
            return Ok((!rest.is_empty()).then(|| (start, if scan.depth > 0 { cut() } else { Ok(rest) })));
        }
        let mut finished = false;
        let mut used = 0;
        for &byte in buffer {
            used += 1;
            let before = scan.value.len();
            finished = scan.step(byte);
            if before == 0 && !scan.value.is_empty() {
                start = u64::max(*line, 1);
            }
            if byte == b'\n' {
                *line = u64::max(*line, 1) + 1;
            }
            if finished {
                break;
            }
        }
        reader.consume(used);
        if finished {
            let value = std::mem::take(&mut scan.value);
            let value = if value.len() > LONGEST_RECORD {
                Err(TOO_LONG.to_owned())
            } else {
                Ok(value)
            };
            return Ok(Some((u64::max(start, 1), value)));
        }
    }
}

#[derive(Default)]
struct Scan {
    value: Vec<u8>,
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Scan {
    /// Takes one byte; `true` if it ends the value.
    fn step(&mut self, byte: u8) -> bool {
        if self.depth == 0 && !self.in_string {
            return self.between(byte);
        }
        // Past the limit the rest is only counted, not kept.
        if self.value.len() <= LONGEST_RECORD {
            self.value.push(byte);
        }
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth -= 1,
            _ => {}
        }
        self.depth == 0
    }

    /// A byte outside of objects: the array's own brackets, commas and white
    /// space separate values; anything else is a value that is no object.
    fn between(&mut self, byte: u8) -> bool {
        let separates = matches!(byte, b'[' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n');
        if separates {
            return !self.value.is_empty();
        }
        if self.value.len() <= LONGEST_RECORD {
            self.value.push(byte);
        }
        match byte {
            b'{' => self.depth = 1,
            b'"' => self.in_string = true,
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(record: &str) -> Article {
        parse(record, &Fields::default()).expect("a record").article
    }

    #[test]
    fn records_are_taken_as_they_are() {
        let article = read(
            r#"{"id":7,"title":" 题\n目 ","text":"　甲\u00a0乙 。\n丙\n","published":"2024-04-17","url":"","extra":[1]}"#,
        );
        assert_eq!(article.id, "7");
        assert_eq!(article.title.as_deref(), Some("题 目"));
        assert_eq!(article.body, "　甲\u{a0}乙 。\n丙");
        assert_eq!((article.url, article.source), (None, None));
        assert_eq!(article.published.unwrap().to_string(), "2024-04-17");
    }

    #[test]
    fn a_title_at_the_head_of_the_text_is_not_doubled() {
        assert_eq!(read(r#"{"title":"题","text":"题\n文"}"#).text(), "题\n文");
        assert_eq!(read(r#"{"title":"题","text":"题目\n文"}"#).text(), "题\n题目\n文");
        assert_eq!(read(r#"{"title":"题","text":"题"}"#).text(), "题");
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let reason = |record| parse(record, &Fields::default()).expect_err("an error");
        assert!(reason("{\"text\":").contains("not valid JSON"));
        assert!(reason("[1]").contains("an array"));
        assert!(reason(r#"{"body":"x","head":1}"#).contains("no field \"text\" among body, head"));
        assert!(reason(r#"{"text":["x"]}"#).contains("an array"));
        let record = parse(r#"{"text":"x","published":"someday"}"#, &Fields::default())
            .ok()
            .unwrap();
        assert_eq!(record.unreadable_date.as_deref(), Some("\"someday\""));
    }

    #[test]
    fn values_of_an_array_one_by_one() {
        let text =
            "[\n {\"text\": \"}\\\"]{\"},\n {\"a\": [{}]}, 7,\n\"x,y\", {\"bad\" 1}\n]\n{\"b\":1}{\"c\":";
        let mut reader = io::BufReader::with_capacity(3, text.as_bytes());
        let (mut line, mut pieces) = (0, Vec::new());
        while let Some((line, piece)) = next_value(&mut reader, &mut line).unwrap() {
            pieces.push((line, piece.map(|bytes| String::from_utf8(bytes).unwrap())));
        }
        let values: Vec<(u64, Option<&str>)> = pieces
            .iter()
            .map(|(line, piece)| (*line, piece.as_deref().ok()))
            .collect();
        let expected = [
            (2, Some("{\"text\": \"}\\\"]{\"}")),
            (3, Some("{\"a\": [{}]}")),
            (3, Some("7")),
            (4, Some("\"x,y\"")),
            (4, Some("{\"bad\" 1}")),
            (6, Some("{\"b\":1}")),
            (6, None),
        ];
        assert_eq!(values, expected);
    }

    #[test]
    fn lines_are_counted_and_blank_ones_skipped() {
        let mut reader = &b"\n{1}\r\n \n{2}"[..];
        let mut line = 0;
        let mut next = || next_line(&mut reader, &mut line).unwrap();
        assert_eq!(next(), Some((2, Ok(b"{1}".to_vec()))));
        assert_eq!(next(), Some((4, Ok(b"{2}".to_vec()))));
        assert_eq!(next(), None);
    }
}
