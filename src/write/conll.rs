//! CoNLL columns with BIO tags.

use std::io::{self, Write};
use std::ops::Range;

use super::{Writer, layout};
use crate::document::{Document, EntityType};
use crate::segment::sentence::sentences;

/// One character a line, a tab, and its IOB2 tag; an empty line after each sentence.
///
/// White space and control characters are left out, as in the Chinese data sets.
/// A line `# id = …` (and `# published = …`) comes before each document; it cannot
/// be mistaken for the character `#`, which is followed by a tab. No sentence ends
/// inside a mention.
pub struct Conll;

impl Writer for Conll {
    fn document(&mut self, out: &mut dyn Write, document: &Document) -> io::Result<()> {
        let chars: Vec<char> = document.text.chars().collect();
        layout::check(document, chars.len())?;
        writeln!(out, "# id = {}", on_one_line(&document.id))?;
        if let Some(published) = document.published {
            writeln!(out, "# published = {published}")?;
        }
        let tags = tags(document, &chars);
        for sentence in whole_sentences(document) {
            for at in sentence.filter(|&at| is_kept(chars[at])) {
                match tags[at] {
                    Some((prefix, kind)) => writeln!(out, "{}\t{prefix}-{kind}", chars[at])?,
                    None => writeln!(out, "{}\tO", chars[at])?,
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

fn is_kept(c: char) -> bool {
    !c.is_whitespace() && !c.is_control()
}

/// For every character inside a mention, `B` or `I` and the type.
fn tags(document: &Document, chars: &[char]) -> Vec<Option<(char, EntityType)>> {
    let mut tags = vec![None; chars.len()];
    for mention in &document.mentions {
        let kept = (mention.start..mention.end).filter(|&at| is_kept(chars[at]));
        for (index, at) in kept.enumerate() {
            let prefix = if index == 0 { 'B' } else { 'I' };
            tags[at] = Some((prefix, mention.kind));
        }
    }
    tags
}

/// The sentences that have a character to write, joined where a mention goes over
/// the border.
fn whole_sentences(document: &Document) -> Vec<Range<usize>> {
    let chars: Vec<char> = document.text.chars().collect();
    let mut whole: Vec<Range<usize>> = Vec::new();
    let mut mentions = document.mentions.iter().peekable();
    for sentence in sentences(&document.text).filter(|s| s.clone().any(|at| is_kept(chars[at]))) {
        while mentions
            .next_if(|mention| mention.end <= sentence.start)
            .is_some()
        {}
        match whole.last_mut() {
            Some(last) if mentions.peek().is_some_and(|mention| mention.start < last.end) => {
                last.end = sentence.end;
            }
            _ => whole.push(sentence),
        }
    }
    whole
}

fn on_one_line(id: &str) -> String {
    id.replace(|c: char| c.is_control(), " ")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{document, rendered};
    use super::*;
    use EntityType::{Location, Person};

    #[test]
    fn characters_and_tags_are_in_columns_and_white_space_is_dropped() {
        let mentions = [("中", Location), ("美", Location), ("J. K. 罗", Person)];
        let document = document("#中美\n 见J. K. 罗。好", &mentions);
        let expected = "\
# id = a/1.md
# published = 2024-04-17T14:15:01Z
#\tO
中\tB-LOC
美\tB-LOC

见\tO
J\tB-PER
.\tI-PER
K\tI-PER
.\tI-PER
罗\tI-PER
。\tO

好\tO

";
        assert_eq!(rendered(Conll, &document), expected);
    }

    #[test]
    fn no_sentence_ends_inside_a_mention() {
        let text = rendered(
            Conll,
            &document("美\n国。快！讯", &[("美\n国", Location), ("快！讯", Location)]),
        );
        assert!(
            text.ends_with("美\tB-LOC\n国\tI-LOC\n。\tO\n\n快\tB-LOC\n！\tI-LOC\n讯\tI-LOC\n\n"),
            "{text}"
        );
    }

    #[test]
    fn a_document_without_text_has_its_heading_only() {
        let mut empty = document("\n \u{7}", &[]);
        empty.published = None;
        empty.id = "a\nb".into();
        assert_eq!(rendered(Conll, &empty), "# id = a b\n");
    }
}
