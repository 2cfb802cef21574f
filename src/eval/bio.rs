//! BIO files.

use super::gold::{GoldDocument, GoldMention, Span};
use crate::document::Published;
use crate::error::{Error, Result};

/// Parses a BIO (IOB2) file: a character and its tag a line, separated by a tab or
/// blanks; an empty line ends a sentence, and each sentence is a document.
///
/// The text of a document is its characters, joined; white space that the file
/// dropped is not there. A tag is `O`, `B-TYPE` or `I-TYPE`, and `TYPE` is cut at a
/// dot: `B-LOC.address` is `LOC`. Lines `# id = …` and `# published = …`, as
/// [`Conll`](crate::write::Conll) writes them, name the document of the sentences
/// that follow. `name` stands for the file in messages.
///
/// # Errors
/// With the line, if it is not a character and a tag of this scheme.
pub fn parse_bio(text: &str, name: &str) -> Result<Vec<GoldDocument>> {
    let mut documents = Vec::new();
    let mut heading = Heading::default();
    let mut sentence = Sentence::default();
    for (number, line) in text.lines().enumerate() {
        let location = || format!("{name}:{}", number + 1);
        if line.trim().is_empty() || line.starts_with("-DOCSTART-") {
            documents.extend(sentence.finish(&mut heading));
            continue;
        }
        if let Some((key, value)) = line.strip_prefix("# ").and_then(|line| line.split_once(" = ")) {
            documents.extend(sentence.finish(&mut heading));
            match key {
                "id" => heading = Heading::new(value),
                "published" => heading.published = value.parse().ok(),
                _ => {}
            }
            continue;
        }
        let (token, tag) = row(line).map_err(|reason| Error::input(location(), reason))?;
        if sentence.rows.is_empty() {
            sentence.location = location();
        }
        sentence.rows.push((token, tag));
    }
    documents.extend(sentence.finish(&mut heading));
    Ok(documents)
}

/// The entities of a sequence of tags, as seqeval finds them in strict mode with
/// the scheme IOB2: one begins at `B-` and goes on while `I-` of the same type
/// follows; `I-` anywhere else is no entity.
///
/// The offsets count tags, the type is what follows `B-`.
pub fn spans_of_tags<S: AsRef<str>>(tags: &[S]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut inside = false;
    for (at, tag) in tags.iter().enumerate() {
        match (tag.as_ref().split_once('-'), spans.last_mut()) {
            (Some(("B", kind)), _) => {
                spans.push(Span::new(at, at + 1, kind));
                inside = true;
            }
            (Some(("I", kind)), Some(span)) if inside && span.kind == kind => span.end = at + 1,
            _ => inside = false,
        }
    }
    spans
}

#[derive(Default)]
struct Heading {
    id: Option<String>,
    published: Option<Published>,
    sentences: usize,
}

impl Heading {
    fn new(id: &str) -> Self {
        Self {
            id: Some(id.to_owned()),
            ..Self::default()
        }
    }
}

#[derive(Default)]
struct Sentence<'t> {
    rows: Vec<(&'t str, &'t str)>,
    location: String,
}

impl Sentence<'_> {
    /// Turns the rows so far into a document, if there are any.
    fn finish(&mut self, heading: &mut Heading) -> Option<GoldDocument> {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return None;
        }
        heading.sentences += 1;
        let id = match &heading.id {
            Some(id) => format!("{id}:{}", heading.sentences),
            None => std::mem::take(&mut self.location),
        };
        let mut starts = vec![0];
        for (token, _) in &rows {
            starts.push(starts[starts.len() - 1] + token.chars().count());
        }
        let tags: Vec<&str> = rows.iter().map(|(_, tag)| *tag).collect();
        let mentions = spans_of_tags(&tags).into_iter().map(|span| GoldMention {
            start: starts[span.start],
            end: starts[span.end],
            kind: span.kind,
            values: vec![],
        });
        Some(GoldDocument {
            id,
            published: heading.published,
            mentions: mentions.collect(),
            text: rows.iter().map(|(token, _)| *token).collect(),
        })
    }
}

/// Token and tag of a line, the fine part of the type cut off.
fn row(line: &str) -> Result<(&str, &str), String> {
    let line = line.trim_end_matches(['\r', ' ', '\t']);
    let columns = line.rsplit_once('\t').or_else(|| line.rsplit_once(' '));
    let (token, tag) = columns.ok_or_else(|| format!("{line:?}: expected a character, a tab and its tag"))?;
    let token = match token.trim() {
        "" => token,
        token => token.split(['\t', ' ']).next().unwrap_or(token),
    };
    let tag = tag.split('.').next().unwrap_or(tag);
    let is_known = tag == "O"
        || tag
            .strip_prefix("B-")
            .or(tag.strip_prefix("I-"))
            .is_some_and(|kind| !kind.is_empty());
    if token.is_empty() {
        return Err(format!("{line:?}: no character before the tag"));
    }
    if !is_known {
        return Err(format!("tag {tag:?}: expected O, B-TYPE or I-TYPE (IOB2)"));
    }
    Ok((token, tag))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::write::{Conll, Writer};

    #[test]
    fn sentences_are_documents_and_types_are_cut_at_the_dot() {
        let text = "中\tB-LOC.gpe\n国\tI-LOC.gpe\n\n\n董 B-PER\nAB I-PER\n！ O";
        let documents = parse_bio(text, "x.bio").unwrap();
        assert_eq!(documents.len(), 2);
        assert_eq!(
            (documents[0].id.as_str(), documents[1].id.as_str()),
            ("x.bio:1", "x.bio:5")
        );
        assert_eq!(documents[0].spans(), [Span::new(0, 2, "LOC")]);
        assert_eq!(documents[1].text, "董AB！");
        assert_eq!(documents[1].spans(), [Span::new(0, 3, "PER")]);
    }

    #[test]
    fn malformed_lines_are_named() {
        for (text, reason) in [
            ("中\tO\n国", "x.bio:2: \"国\": expected a character"),
            ("中\tM-LOC", "x.bio:1: tag \"M-LOC\": expected O"),
            ("中\tB-", "tag \"B-\""),
            ("\tO", "no character before"),
        ] {
            let error = parse_bio(text, "x.bio").unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn strict_iob2_needs_a_beginning() {
        // Expected values: seqeval 1.2.2, Tokens(tags, IOB2).entities.
        let cases: [(&[&str], &[Span]); 5] = [
            (&["I-PER", "I-PER", "O"], &[]),
            (&["B-PER", "I-LOC", "I-PER"], &[Span::new(0, 1, "PER")]),
            (
                &["B-PER", "I-PER", "B-PER"],
                &[Span::new(0, 2, "PER"), Span::new(2, 3, "PER")],
            ),
            (&["B-PER", "O", "I-PER"], &[Span::new(0, 1, "PER")]),
            (&["O", "B-LOC", "I-LOC"], &[Span::new(1, 3, "LOC")]),
        ];
        for (tags, spans) in cases {
            assert_eq!(spans_of_tags(tags), spans, "{tags:?}");
        }
    }

    #[test]
    fn what_conll_writes_is_read_again() {
        let kind = crate::document::EntityType::Person;
        let document =
            crate::write::tests::document("#董军。\n O 董军来了", &[("董军", kind), ("董军", kind)]);
        let mut out = Vec::new();
        Conll.document(&mut out, &document).unwrap();
        let read = parse_bio(std::str::from_utf8(&out).unwrap(), "x").unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(
            (read[1].id.as_str(), read[1].published),
            ("a/1.md:2", document.published)
        );
        assert_eq!(
            (read[0].text.as_str(), read[1].text.as_str()),
            ("#董军。", "O董军来了")
        );
        assert_eq!(read[0].spans(), [Span::new(1, 3, "PER")]);
        assert_eq!(read[1].spans(), [Span::new(1, 3, "PER")]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "([中#.\\- \t=OBIid]{0,6}\n){0,8}") {
            if let Ok(documents) = parse_bio(&text, "x") {
                for document in documents {
                    let length = document.text.chars().count();
                    prop_assert!(document.mentions.iter().all(|m| m.start < m.end && m.end <= length));
                }
            }
        }
    }
}
