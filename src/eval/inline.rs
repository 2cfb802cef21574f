//! Text with inline annotations.

use super::gold::{GoldDocument, GoldMention};
use crate::document::Published;
use crate::error::{Error, Result};

const HEADING: &str = "### ";
const OPEN: &str = "[[";
const CLOSE: &str = "]]";

/// Parses text that is annotated inline.
///
/// A document begins with a line `### id date` (the date in ISO 8601, and
/// optional), its mentions are marked `[[surface|TYPE|value]]`. The text of the
/// document is everything else, without blank lines at its ends; taking the marks
/// away changes nothing else. `value` holds the accepted names separated by `/`;
/// of a `DATE` it is one value, in which `/` joins the ends of a range. Marks do not
/// nest. `name` stands for the file in messages.
///
/// # Errors
/// With the line, if a mark is not closed on it or has not three parts, or text
/// comes before the first heading.
pub fn parse_inline(text: &str, name: &str) -> Result<Vec<GoldDocument>> {
    let mut documents: Vec<Builder> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let refused = |reason: String| Error::input(format!("{name}:{}", number + 1), reason);
        if let Some(heading) = line.strip_prefix(HEADING) {
            documents.push(Builder::new(heading).map_err(refused)?);
            continue;
        }
        match documents.last_mut() {
            Some(document) => document.push_line(line).map_err(refused)?,
            None if line.trim().is_empty() => {}
            None => {
                return Err(refused(
                    "text before the first heading: expected `### id date`".into(),
                ));
            }
        }
    }
    Ok(documents.into_iter().map(Builder::finish).collect())
}

/// A document whose lines are being read.
struct Builder {
    document: GoldDocument,
    /// Code points of the text so far.
    length: usize,
    /// Line breaks to add before the next line that is not blank.
    breaks: usize,
}

impl Builder {
    fn new(heading: &str) -> Result<Self, String> {
        let heading = heading.trim();
        let dated = heading.rsplit_once(char::is_whitespace);
        let dated = dated.and_then(|(id, date)| Some((id.trim_end(), date.parse::<Published>().ok()?)));
        let (id, published) = match dated {
            Some((id, date)) => (id, Some(date)),
            None => (heading, None),
        };
        if id.is_empty() {
            return Err("a heading without id: expected `### id date`".into());
        }
        let document = GoldDocument {
            id: id.to_owned(),
            published,
            text: String::new(),
            mentions: vec![],
        };
        Ok(Self {
            document,
            length: 0,
            breaks: 0,
        })
    }

    fn push_line(&mut self, line: &str) -> Result<(), String> {
        if line.trim().is_empty() {
            self.breaks += usize::from(self.length > 0);
            return Ok(());
        }
        for _ in 0..self.breaks {
            self.push("\n");
        }
        self.breaks = 1;
        let mut rest = line;
        while let Some((before, marked)) = rest.split_once(OPEN) {
            self.push(before);
            let (mark, after) = marked
                .split_once(CLOSE)
                .ok_or_else(|| format!("[[{marked}: the mark is not closed by ]]"))?;
            self.push_mark(mark)?;
            rest = after;
        }
        self.push(rest);
        Ok(())
    }

    fn push_mark(&mut self, mark: &str) -> Result<(), String> {
        let parts: Vec<&str> = mark.rsplitn(3, '|').collect();
        let &[value, kind, surface] = parts.as_slice() else {
            return Err(format!("[[{mark}]]: expected [[surface|TYPE|value]]"));
        };
        if surface.is_empty() || surface.contains(OPEN) {
            return Err(format!("[[{mark}]]: the surface is empty or holds another mark"));
        }
        if kind.is_empty() || !kind.chars().all(|c| c.is_ascii_uppercase()) {
            return Err(format!(
                "[[{mark}]]: expected a type in capitals such as PER, not {kind:?}"
            ));
        }
        let start = self.length;
        self.push(surface);
        self.document.mentions.push(GoldMention {
            start,
            end: self.length,
            kind: kind.to_owned(),
            values: values_of(kind, value),
        });
        Ok(())
    }

    fn push(&mut self, text: &str) {
        self.document.text.push_str(text);
        self.length += text.chars().count();
    }

    fn finish(self) -> GoldDocument {
        self.document
    }
}

/// The accepted values of a mark.
fn values_of(kind: &str, value: &str) -> Vec<String> {
    if kind == "DATE" {
        return Some(value)
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .into_iter()
            .collect();
    }
    value
        .split('/')
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_become_mentions_and_the_rest_stays() {
        let text = "\n### a 2024-04-17\n\n😀[[董军|PER|董军/董將軍]]访[[美|LOC|美国]]\n\n[[今年头三个月|DATE|2024-01/2024-03]]|[完]\n\n### b c\n好\n";
        let documents = parse_inline(text, "x").unwrap();
        assert_eq!(documents.len(), 2);
        let first = &documents[0];
        assert_eq!(first.text, "😀董军访美\n\n今年头三个月|[完]");
        assert_eq!(
            (first.id.as_str(), first.published),
            ("a", "2024-04-17".parse().ok())
        );
        let chars: Vec<char> = first.text.chars().collect();
        let found: Vec<(String, &str, Vec<&str>)> = first
            .mentions
            .iter()
            .map(|m| {
                let values = m.values.iter().map(String::as_str).collect();
                (chars[m.start..m.end].iter().collect(), m.kind.as_str(), values)
            })
            .collect();
        assert_eq!(
            found,
            [
                ("董军".into(), "PER", vec!["董军", "董將軍"]),
                ("美".into(), "LOC", vec!["美国"]),
                ("今年头三个月".into(), "DATE", vec!["2024-01/2024-03"]),
            ]
        );
        assert_eq!((documents[1].id.as_str(), documents[1].published), ("b c", None));
    }

    #[test]
    fn malformed_marks_are_named() {
        for (text, reason) in [
            ("好", "x:1: text before the first heading"),
            (
                "### a\n[[中|LOC|中国",
                "x:2: [[中|LOC|中国: the mark is not closed",
            ),
            ("### a\n[[中|LOC]]", "expected [[surface|TYPE|value]]"),
            ("### a\n[[中|loc|中国]]", "a type in capitals"),
            ("### a\n[[|LOC|中国]]", "the surface is empty"),
            ("### a\n[[[[中|LOC|中国]]|ORG|x]]", "holds another mark"),
            ("###  ", "a heading without id"),
        ] {
            let error = parse_inline(text, "x").unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    proptest! {
        #[test]
        fn offsets_fit_whatever_is_read(text in "### a\n([中|\\[\\]#A/ ]|\\[\\[中A\\|PER\\|x\\]\\]|\n){0,40}") {
            if let Ok(documents) = parse_inline(&text, "x") {
                for document in documents {
                    let length = document.text.chars().count();
                    prop_assert!(document.mentions.iter().all(|m| m.start < m.end && m.end <= length));
                }
            }
        }
    }
}
