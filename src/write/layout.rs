//! What the formats for people and annotators share: the text cut at its mentions
//! and lines, and the list of what was found.

use std::collections::HashMap;
use std::io;

use crate::document::{Document, EntityType, Mention};
use crate::text::CharOffsets;

/// A stretch of one line that is one mention, part of one, or none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece<'d> {
    pub(super) text: &'d str,
    pub(super) mention: Option<&'d Mention>,
}

/// Checks that the mentions are in order, inside the text and do not overlap.
pub(super) fn check(document: &Document, length: usize) -> io::Result<()> {
    let mut last = 0;
    for mention in &document.mentions {
        let (start, end) = (mention.start, mention.end);
        if start < last || end <= start || end > length {
            let reason = format!(
                "article {}: the mention {start}..{end} does not fit: expected code points in order, \
                 without overlap, in a text of {length}",
                document.id
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        last = end;
    }
    Ok(())
}

/// The text, line by line, cut into pieces. Empty pieces are left out; a mention
/// that goes over a line break has a piece in each line.
pub(super) fn lines(document: &Document) -> io::Result<Vec<Vec<Piece<'_>>>> {
    let offsets = CharOffsets::new(&document.text);
    check(document, offsets.len())?;
    let mut lines = vec![vec![]];
    let mut at = 0;
    for mention in &document.mentions {
        push(&mut lines, offsets.slice(&document.text, at, mention.start), None);
        push(
            &mut lines,
            offsets.slice(&document.text, mention.start, mention.end),
            Some(mention),
        );
        at = mention.end;
    }
    push(&mut lines, offsets.slice(&document.text, at, offsets.len()), None);
    Ok(lines)
}

fn push<'d>(lines: &mut Vec<Vec<Piece<'d>>>, text: &'d str, mention: Option<&'d Mention>) {
    for (index, text) in text.split('\n').enumerate() {
        if index > 0 {
            lines.push(vec![]);
        }
        if let Some(line) = lines.last_mut().filter(|_| !text.is_empty()) {
            line.push(Piece { text, mention });
        }
    }
}

/// The different forms of each type with their counts, the most frequent first,
/// equally frequent ones in text order. Types that do not occur are left out.
pub(super) fn forms(document: &Document) -> Vec<(EntityType, Vec<(&str, usize)>)> {
    let found = EntityType::ALL.map(|kind| {
        let mut forms: Vec<(&str, usize)> = Vec::new();
        let mut place: HashMap<&str, usize> = HashMap::new();
        for mention in document.mentions.iter().filter(|mention| mention.kind == kind) {
            let at = *place.entry(&mention.text).or_insert_with(|| {
                forms.push((&mention.text, 0));
                forms.len() - 1
            });
            forms[at].1 += 1;
        }
        forms.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        (kind, forms)
    });
    found.into_iter().filter(|(_, forms)| !forms.is_empty()).collect()
}

/// Date, outlet and address, as far as they are known.
pub(super) fn origin(document: &Document) -> Vec<String> {
    let published = document.published.map(|published| published.to_string());
    [published, document.source.clone(), document.url.clone()]
        .into_iter()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::document;
    use super::*;
    use EntityType::{Location, Person};

    #[test]
    fn pieces_give_the_text_back() {
        let text = "\n中国的董军\n\n董军\n";
        let document = document(text, &[("中国", Location), ("董军\n\n董", Person)]);
        let lines = lines(&document).unwrap();
        let joined: Vec<String> = lines
            .iter()
            .map(|line| line.iter().map(|piece| piece.text).collect())
            .collect();
        assert_eq!(joined.join("\n"), text);
        let marked: Vec<&str> = lines
            .iter()
            .flatten()
            .filter(|p| p.mention.is_some())
            .map(|p| p.text)
            .collect();
        assert_eq!(marked, ["中国", "董军", "董"]);
    }

    #[test]
    fn forms_are_ordered_by_count_and_then_by_place() {
        let document = document(
            "甲乙丙丙乙",
            &[
                ("甲", Person),
                ("乙", Person),
                ("丙", Person),
                ("丙", Location),
                ("乙", Person),
            ],
        );
        assert_eq!(
            forms(&document),
            [
                (Person, vec![("乙", 2), ("甲", 1), ("丙", 1)]),
                (Location, vec![("丙", 1)])
            ]
        );
    }
}
