//! Text for people, on a terminal or in a file.

use std::fmt::Write as _;
use std::io::{self, Write};

use unicode_linebreak::linebreaks;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Writer;
use super::layout::{self, Piece};
use super::style::{Style, color_of};
use crate::document::Document;

const RULE_WIDTH: usize = 40;

/// An article a block: headline, origin, text with its entities marked, and the
/// entities of each type with their counts.
pub struct Table {
    style: Style,
    first: bool,
}

impl Table {
    /// A table in the given style.
    pub fn new(style: Style) -> Self {
        Self { style, first: true }
    }

    fn block(&self, document: &Document) -> io::Result<String> {
        let lines = layout::lines(document)?;
        let (headline, body) = match &document.title {
            Some(_) => lines.split_at(1),
            None => lines.split_at(0),
        };
        let mut block = String::new();
        for line in headline {
            self.push_line(&mut block, line, anstyle::Style::new().bold());
        }
        let origin = layout::origin(document).join("  ");
        let origin = if origin.is_empty() { &document.id } else { &origin };
        let origin = Piece {
            text: origin,
            mention: None,
        };
        self.push_line(&mut block, &[origin], anstyle::Style::new().dimmed());
        if !body.is_empty() {
            block.push('\n');
        }
        for line in body {
            self.push_line(&mut block, line, anstyle::Style::new());
        }
        block.push('\n');
        self.push_forms(&mut block, document);
        Ok(block)
    }

    /// Appends one line of text, broken to the width.
    fn push_line(&self, block: &mut String, pieces: &[Piece], ground: anstyle::Style) {
        let mut line = Styled::default();
        for piece in pieces {
            let text = printable(piece.text);
            match piece.mention {
                None => line.push(&text, ground),
                Some(mention) if self.style.color => line.push(&text, color_of(mention.kind)),
                Some(mention) => line.push(&format!("[{text} {}]", mention.kind), ground),
            }
        }
        line.render(block, self.style, 0);
    }

    /// Appends a line for each type: `PER  董军 3, 奥斯汀 2`.
    fn push_forms(&self, block: &mut String, document: &Document) {
        let forms = layout::forms(document);
        if forms.is_empty() {
            block.push_str("nothing found\n");
        }
        for (kind, forms) in forms {
            let mut line = Styled::default();
            let total: usize = forms.iter().map(|(_, count)| count).sum();
            line.push(kind.as_str(), color_of(kind));
            line.push(&format!(" {total:>3}  "), anstyle::Style::new());
            let indent = line.text.width();
            for (index, (form, count)) in forms.iter().enumerate() {
                let comma = if index == 0 { "" } else { ", " };
                line.push(comma, anstyle::Style::new());
                line.push(&printable(form).replace('\n', " "), anstyle::Style::new());
                if *count > 1 {
                    line.push(&format!(" ×{count}"), anstyle::Style::new().dimmed());
                }
            }
            line.render(block, self.style, indent);
        }
    }
}

impl Writer for Table {
    fn document(&mut self, out: &mut dyn Write, document: &Document) -> io::Result<()> {
        let block = self.block(document)?;
        if !self.first {
            writeln!(
                out,
                "\n{}\n",
                "─".repeat(self.style.width.map_or(RULE_WIDTH, |w| w.min(RULE_WIDTH)))
            )?;
        }
        self.first = false;
        out.write_all(block.as_bytes())
    }
}

/// The text without characters that a terminal would obey.
fn printable(text: &str) -> String {
    let visible = |c: char| match c {
        '\t' => ' ',
        '\n' => c,
        // Bidirectional controls can make a line read as another one.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(visible).collect()
}

/// A line of text with the style of each stretch.
#[derive(Default)]
struct Styled {
    text: String,
    /// Where each stretch ends in `text`, in bytes.
    stretches: Vec<(usize, anstyle::Style)>,
}

impl Styled {
    fn push(&mut self, text: &str, style: anstyle::Style) {
        self.text.push_str(text);
        self.stretches.push((self.text.len(), style));
    }

    /// Appends the line, broken to the width, all lines after the first indented.
    fn render(&self, out: &mut String, style: Style, indent: usize) {
        let breaks = match style.width {
            Some(width) => wrap(&self.text, width, indent),
            None => vec![],
        };
        let mut start = 0;
        for end in breaks.into_iter().chain([self.text.len()]) {
            let row_end = start + self.text[start..end].trim_end().len();
            if start > 0 {
                out.extend(std::iter::repeat_n(' ', indent));
            }
            self.render_row(out, start, row_end, style.color);
            out.push('\n');
            start = end;
        }
    }

    fn render_row(&self, out: &mut String, start: usize, end: usize, color: bool) {
        let mut from = start;
        for &(until, style) in self.stretches.iter().filter(|(until, _)| *until > start) {
            let until = until.min(end);
            if until <= from {
                continue;
            }
            let text = &self.text[from..until];
            // Writing into a String cannot fail.
            let _ = match color && style != anstyle::Style::new() {
                true => write!(out, "{style}{text}{style:#}"),
                false => write!(out, "{text}"),
            };
            from = until;
        }
    }
}

/// Where to break `text` so that no row is wider than `width` cells: at the
/// opportunities of UAX #14, within a word only if it alone is too wide.
fn wrap(text: &str, width: usize, indent: usize) -> Vec<usize> {
    let mut breaks = Vec::new();
    let mut row_width = 0;
    let mut from = 0;
    for (until, _) in linebreaks(text) {
        let chunk = &text[from..until];
        let chunk_width = chunk.trim_end().width();
        if row_width > 0 && row_width + chunk_width > width {
            breaks.push(from);
            row_width = indent;
        }
        if row_width + chunk_width > width {
            for (at, c) in chunk.char_indices() {
                let cells = c.width().unwrap_or(0);
                if row_width + cells > width && row_width > indent {
                    breaks.push(from + at);
                    row_width = indent;
                }
                row_width += cells;
            }
        } else {
            row_width += chunk.width();
        }
        from = until;
    }
    breaks.dedup();
    breaks.retain(|&at| at > 0 && at < text.len());
    breaks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{document, rendered};
    use super::*;
    use crate::document::EntityType::{Location, Organization, Person};

    #[test]
    fn plain_text_marks_entities_with_brackets() {
        let document = document(
            "董军访美\n新华社说，美国。",
            &[
                ("董军", Person),
                ("美", Location),
                ("新华社", Organization),
                ("美国", Location),
            ],
        );
        let expected = "\
[董军 PER]访[美 LOC]
2024-04-17T14:15:01Z  示例  https://example.org/1?a=1&b=2

[新华社 ORG]说，[美国 LOC]。

PER   1  董军
LOC   2  美, 美国
ORG   1  新华社
";
        assert_eq!(rendered(Table::new(Style::plain()), &document), expected);
    }

    #[test]
    fn colours_differ_by_type_and_do_not_change_the_text() {
        let style = Style {
            color: true,
            width: None,
        };
        let document = document("董军在美国", &[("董军", Person), ("美国", Location)]);
        let text = rendered(Table::new(style), &document);
        let (person, place) = (color_of(Person), color_of(Location));
        assert!(
            text.contains(&format!("{person}董军{person:#}在{place}美国{place:#}\n")),
            "{text}"
        );
        assert_ne!(person, place);
        let stripped = anstream::adapter::strip_str(&text).to_string();
        assert!(stripped.contains("董军在美国\n"));
    }

    #[test]
    fn lines_break_at_the_width_in_cells_and_not_before_a_full_stop() {
        let style = Style {
            color: false,
            width: Some(20),
        };
        let document = document("中国人民解放军今天晨。在Washington访问", &[]);
        let text = rendered(Table::new(style), &document);
        assert!(
            text.contains("中国人民解放军今天\n晨。在Washington访问\n"),
            "{text}"
        );
    }

    #[test]
    fn a_terminal_is_not_obeyed() {
        let document = document("红\u{1b}[31m色\u{202e}反", &[("色", Location)]);
        let text = rendered(Table::new(Style::plain()), &document);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    }

    proptest! {
        #[test]
        fn no_row_is_too_wide_and_nothing_is_lost(text in "[a-c 中国，。“”…é😀\u{300}\u{200b}]{0,80}", width in 4usize..30) {
            let mut line = Styled::default();
            line.push(&text, anstyle::Style::new());
            let mut out = String::new();
            line.render(&mut out, Style { color: false, width: Some(width) }, 2);
            let kept: String = out.chars().filter(|c| !c.is_whitespace()).collect();
            let wanted: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            prop_assert_eq!(kept, wanted);
            for row in out.lines() {
                prop_assert!(row.width() <= width, "{row:?} is {} wide", row.width());
            }
        }
    }
}
