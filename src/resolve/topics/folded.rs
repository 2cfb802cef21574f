//! The form of a text that topics are found in.

use crate::read::related_from;
use crate::text::fold;

/// A first line longer than this is no headline.
const HEADLINE: usize = 80;
/// Characters of a heading inside the text.
const HEADING: std::ops::RangeInclusive<usize> = 4..=40;
/// So many characters after the headline count as the lead.
const LEAD: usize = 120;

/// A text with scripts, widths and letter case folded, character by character:
/// positions are those of the original, in code points.
pub(super) struct FoldedText {
    /// The folded characters.
    pub chars: Vec<char>,
    /// The same as a string.
    pub text: String,
    /// End of the first line, the headline; 0 where it is too long for one.
    pub headline: u32,
    /// End of the headline and of what a reader takes in with it.
    pub lead: u32,
    /// Where the list of other articles below the text begins: nothing from there on
    /// is what the article is about.
    pub related: u32,
    /// Headings inside the text, ascending: short lines without a full stop above a
    /// longer one.
    headings: Vec<(u32, u32)>,
    /// Where sentences end, ascending.
    sentence_ends: Vec<u32>,
}

impl FoldedText {
    pub fn new(text: &str) -> Self {
        let chars: Vec<char> = text.chars().map(|c| fold(c).to_ascii_lowercase()).collect();
        let line = chars.iter().position(|&c| c == '\n').unwrap_or(chars.len());
        let headline = if line <= HEADLINE { line } else { 0 };
        let ends = chars
            .iter()
            .enumerate()
            .filter(|(_, c)| matches!(c, '。' | '!' | '?' | ';' | '\n'));
        Self {
            sentence_ends: ends.map(|(at, _)| at as u32).collect(),
            headings: headings(&chars),
            text: chars.iter().collect(),
            headline: headline as u32,
            lead: (headline + LEAD) as u32,
            related: related(text).unwrap_or(chars.len()) as u32,
            chars,
        }
    }

    /// Whether character `at` stands in a heading inside the text.
    pub fn is_heading(&self, at: u32) -> bool {
        let after = self.headings.partition_point(|&(_, end)| end <= at);
        self.headings.get(after).is_some_and(|&(start, _)| start <= at)
    }

    /// Number of the sentence that character `at` belongs to.
    pub fn sentence(&self, at: u32) -> u32 {
        self.sentence_ends.partition_point(|&end| end < at) as u32
    }
}

fn headings(chars: &[char]) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut lines = chars.split(|&c| c == '\n').peekable();
    while let Some(line) = lines.next() {
        let last = line.iter().rev().find(|c| !c.is_whitespace());
        let closed = last.is_none_or(|c| "。!?;:”\"".contains(*c));
        let longer = lines.peek().is_some_and(|next| 2 * next.len() > 3 * line.len());
        if start > 0 && HEADING.contains(&line.len()) && !closed && longer {
            found.push((start as u32, (start + line.len()) as u32));
        }
        start += line.len() + 1;
    }
    found
}

/// First character of the list of other articles below a text.
fn related(text: &str) -> Option<usize> {
    let lines: Vec<&str> = text.split('\n').collect();
    let at = related_from(lines.iter().copied())?;
    Some(lines[..at].iter().map(|line| line.chars().count() + 1).sum())
}

#[cfg(test)]
mod tests {
    use super::FoldedText;

    #[test]
    fn headings_are_short_lines_above_longer_ones() {
        let text =
            FoldedText::new("标题\n第一段说了很多话。\n小标题在此\n第二段也说了很多别的话。\n记者甲乙\n完");
        assert!(text.is_heading(13) && text.is_heading(17));
        assert!([1, 12, 18, 33].iter().all(|&at| !text.is_heading(at)));
    }

    #[test]
    fn the_list_of_other_articles_is_known() {
        let text = FoldedText::new("題\n正文。\n延伸閱讀\n別的事");
        assert_eq!(text.related, 6);
        assert_eq!(FoldedText::new("題\n正文").related, 4);
    }
}
