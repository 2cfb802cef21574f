//! White space and invisible characters of running text.

/// Whether a character carries nothing: zero-width spaces and joiners, byte
/// order marks, directional marks, soft hyphens, control characters.
fn is_invisible(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' | '\x0b' | '\x0c' | '\u{85}' => false,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}' | '\u{FFFC}' => true,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => true,
        _ => c.is_control(),
    }
}

fn is_line_break(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\x0b' | '\x0c' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Whether a character is set full width, so that a line break of the page's
/// source beside it is not a space (CSS Text Module Level 3, section 4.1.3).
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{A4CF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}'
        | '\u{FF01}'..='\u{FF60}' | '\u{20000}'..='\u{3FFFF}')
}

/// Collects text and normalises its white space on the way: invisible
/// characters are dropped, a run of white space is one space, a line break
/// between two full-width characters is nothing, both ends are trimmed.
#[derive(Debug, Default)]
pub(super) struct Collapser {
    text: String,
    pending: Option<Gap>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Gap {
    Space,
    LineBreak,
}

impl Collapser {
    pub(super) fn push(&mut self, c: char) {
        if is_invisible(c) {
            return;
        }
        if !c.is_whitespace() {
            self.settle(c);
            self.text.push(c);
            return;
        }
        if self.text.is_empty() {
            return;
        }
        if is_line_break(c) {
            self.pending = Some(Gap::LineBreak);
        } else {
            self.pending.get_or_insert(Gap::Space);
        }
    }

    pub(super) fn push_str(&mut self, text: &str) {
        text.chars().for_each(|c| self.push(c));
    }

    /// Writes the space that is due before `next`.
    fn settle(&mut self, next: char) {
        let Some(gap) = self.pending.take() else {
            return;
        };
        let joined =
            gap == Gap::LineBreak && is_wide(next) && self.text.chars().next_back().is_some_and(is_wide);
        if !joined {
            self.text.push(' ');
        }
    }

    /// The text so far; the collapser is empty again.
    pub(super) fn take(&mut self) -> String {
        self.pending = None;
        std::mem::take(&mut self.text)
    }
}

/// Normalises the white space of one paragraph or title (see [`Collapser`]).
pub(super) fn collapse(text: &str) -> String {
    let mut collapser = Collapser::default();
    collapser.push_str(text);
    collapser.take()
}

/// Splits plain text into paragraphs, one a line, and normalises each; blank
/// lines are left out.
pub(super) fn paragraphs(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(is_line_break)
        .map(collapse)
        .filter(|paragraph| !paragraph.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_collapsed_and_invisible_characters_dropped() {
        assert_eq!(
            collapse("\u{FEFF}\u{3000}\u{3000}王\u{200B}小明\u{A0} \t到了 。\r\n"),
            "王小明 到了 。"
        );
        assert_eq!(collapse(" \u{200B} "), "");
    }

    #[test]
    fn a_source_line_break_is_a_space_only_beside_narrow_characters() {
        assert_eq!(collapse("北京\n  天津"), "北京天津");
        assert_eq!(collapse("New\nYork"), "New York");
        assert_eq!(collapse("北京\n2024年"), "北京 2024年");
        assert_eq!(collapse("习近平 李强"), "习近平 李强");
    }

    #[test]
    fn paragraphs_are_lines() {
        let lines: Vec<_> = paragraphs("一\r\n\r\n　　二\u{2028}三\n").collect();
        assert_eq!(lines, ["一", "二", "三"]);
    }
}
