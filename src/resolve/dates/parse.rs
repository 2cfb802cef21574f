//! From tokens to [`Expression`]s. Every look ahead is bounded, so parsing takes
//! linear time.

use super::expression::{Expression, Point, Shape, TimeOfDay};
use super::lexicon::Word;
use super::numerals::{Number, Script};
use super::period::Unit;
use super::tokens::Token;
use super::when::Modifier;
use super::{Options, Register};

/// The text with its tokens.
pub(super) struct Parser<'t> {
    pub text: &'t [char],
    pub tokens: &'t [Token],
    pub options: &'t Options,
    pub reference: jiff::civil::Date,
}

/// A point with what was read beside it.
pub(super) struct Parsed {
    pub point: Point,
    /// Index of the token after it.
    pub next: usize,
    /// Code point after it, which lies behind the last token for dates in figures.
    pub end: usize,
    pub modifier: Option<Modifier>,
    pub time: Option<TimeOfDay>,
    pub certainty: f64,
}

/// What stands at a token.
pub(super) enum Found {
    Date(Parsed),
    /// No date, and none begins before the given token: a duration, an ordinal,
    /// a frequency.
    Skip(usize),
}

/// How many blanks may stand inside a date: `2022 年 11 月`.
const MOST_BLANKS: usize = 2;

impl Parser<'_> {
    /// All dates in text order; they never overlap.
    pub fn expressions(&self) -> Vec<Expression> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            match self.expression(at) {
                Some((Some(expression), next)) => {
                    found.push(expression);
                    at = next.max(at + 1);
                }
                Some((None, next)) => at = next.max(at + 1),
                None => at += 1,
            }
        }
        found
    }

    /// The expression that begins at a token, if any, with the token to go on at.
    fn expression(&self, at: usize) -> Option<(Option<Expression>, usize)> {
        if matches!(self.word(at), Some(Word::From)) && self.options.bounds_in_span {
            return self.with_preposition(at);
        }
        self.plain_expression(at)
    }

    fn plain_expression(&self, at: usize) -> Option<(Option<Expression>, usize)> {
        let left = match self.point(at)? {
            Found::Date(parsed) => parsed,
            Found::Skip(next) => return Some((None, next)),
        };
        let start = self.tokens[at].start;
        let expression = match self.range_end(&left) {
            Some((right, next)) => self.finish(at, start, left, Some(right), next),
            None => {
                let next = left.next;
                self.finish(at, start, left, None, next)
            }
        };
        let next = expression.next;
        Some((Some(expression), next))
    }

    /// 从…起, 自…到…: the preposition belongs to the span.
    fn with_preposition(&self, at: usize) -> Option<(Option<Expression>, usize)> {
        if !self.joined(at + 1) {
            return None;
        }
        let (expression, next) = self.plain_expression(at + 1)?;
        let mut expression = expression?;
        let since = expression.modifier == Some(Modifier::OnOrAfter);
        let long_form = self.length(at) == 2;
        if since || long_form || matches!(expression.shape, Shape::Range(..)) {
            expression.start = self.tokens[at].start;
            expression.modifier = expression.modifier.or(long_form.then_some(Modifier::OnOrAfter));
        }
        Some((Some(expression), next))
    }

    fn point(&self, at: usize) -> Option<Found> {
        let mut parsed = match self.base(at)? {
            Found::Date(parsed) => parsed,
            skip => return Some(skip),
        };
        self.steps(&mut parsed);
        // In the news a century is too long to be a date.
        if parsed.point.unit() == Unit::Century && self.options.register == Register::News {
            return Some(Found::Skip(parsed.next));
        }
        self.time_of_day(&mut parsed);
        Some(Found::Date(parsed))
    }

    /// The other end of a range, after 至, 到, a dash, or 和…之间.
    fn range_end(&self, left: &Parsed) -> Option<(Parsed, usize)> {
        if !self.follows(left) {
            return None;
        }
        let opened = matches!(self.word(left.next), Some(Word::Bound(Modifier::OnOrAfter)));
        let at = left.next + usize::from(opened);
        if !self.joined(at + 1) || (opened && !self.joined(at)) {
            return None;
        }
        let closed_by_between = match self.word(at)? {
            Word::To => false,
            Word::And => true,
            _ => return None,
        };
        let Found::Date(right) = self.point(at + 1)? else {
            return None;
        };
        let next = right.next;
        if opened {
            // 自8月1日起至8月31日止 is a range, 自8月1日起到8月31日之前 two dates.
            let closing = self.follows(&right).then(|| self.word(next)).flatten();
            return match closing {
                Some(Word::Bound(Modifier::OnOrBefore)) => Some((right, next + 1)),
                Some(Word::Bound(Modifier::Before)) => None,
                _ => Some((right, next)),
            };
        }
        let between = self.follows(&right) && matches!(self.word(next), Some(Word::Between));
        if closed_by_between {
            return between.then_some((right, next + 1));
        }
        Some((right, if between { next + 1 } else { next }))
    }

    fn finish(
        &self,
        token: usize,
        start: usize,
        left: Parsed,
        right: Option<Parsed>,
        next: usize,
    ) -> Expression {
        let last = right.as_ref().unwrap_or(&left);
        // 之间 or 止 may close the range.
        let closed = next > last.next;
        let mut expression = Expression {
            start,
            end: if closed {
                self.tokens[next - 1].end
            } else {
                last.end
            },
            token,
            next,
            modifier: last.modifier,
            time: last.time,
            lies_in_the_past: false,
            certainty: left.certainty.min(last.certainty),
            shape: match right {
                Some(right) => Shape::Range(left.point, right.point),
                None => Shape::Point(left.point),
            },
        };
        self.bounds(&mut expression);
        expression
    }

    /// 之前, 起, 左右 after a date.
    fn bounds(&self, expression: &mut Expression) {
        let at = expression.next;
        if self
            .tokens
            .get(at)
            .is_none_or(|token| token.start != expression.end)
        {
            return;
        }
        let modifier = match self.word(at) {
            Some(Word::Bound(modifier)) => modifier,
            Some(Word::EverSince) => {
                expression.lies_in_the_past = true;
                Modifier::OnOrAfter
            }
            Some(Word::Front) => Modifier::Before,
            Some(Word::Back) => Modifier::After,
            _ => return,
        };
        let range = matches!(expression.shape, Shape::Range(..));
        if range && modifier != Modifier::Approx {
            return;
        }
        if expression.modifier.is_none() || self.options.bounds_in_span {
            expression.modifier = Some(modifier);
        }
        if self.options.bounds_in_span {
            expression.end = self.tokens[at].end;
            expression.next = at + 1;
        }
    }

    /// Moves the end of `parsed` behind token `next - 1`.
    pub fn close(&self, parsed: &mut Parsed, next: usize) {
        parsed.next = next;
        parsed.end = self.tokens[next - 1].end;
    }

    pub fn word(&self, at: usize) -> Option<Word> {
        self.tokens.get(at)?.word()
    }

    pub fn number(&self, at: usize) -> Option<Number> {
        self.tokens.get(at)?.number()
    }

    /// Number of characters of a token.
    pub fn length(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(0, |token| token.end - token.start)
    }

    /// Whether the token follows the one before it without anything between.
    pub fn adjacent(&self, at: usize) -> bool {
        at > 0
            && self
                .tokens
                .get(at)
                .is_some_and(|token| token.start == self.tokens[at - 1].end)
    }

    /// Whether only blanks stand between the token and the one before it.
    pub fn joined(&self, at: usize) -> bool {
        at > 0
            && self
                .tokens
                .get(at)
                .is_some_and(|token| self.blank(self.tokens[at - 1].end, token.start))
    }

    /// Whether the next token follows what has been read so far.
    pub fn follows(&self, parsed: &Parsed) -> bool {
        self.tokens
            .get(parsed.next)
            .is_some_and(|token| self.blank(parsed.end, token.start))
    }

    fn blank(&self, from: usize, to: usize) -> bool {
        from <= to
            && to - from <= MOST_BLANKS
            && self.text[from..to]
                .iter()
                .all(|&c| c.is_whitespace() || c == '\u{200b}')
    }

    /// Whether a number stands free: no figure, letter or decimal point in front.
    pub fn free(&self, at: usize) -> bool {
        let Some(before) = self.tokens[at].start.checked_sub(1) else {
            return true;
        };
        let c = self.text[before];
        let numeral = self.number(at).is_some_and(|n| n.script != Script::Arabic);
        if numeral {
            return !c.is_ascii_digit();
        }
        let joins = c.is_ascii_alphanumeric() || "_/".contains(c);
        let from_other_end = matches!(
            at.checked_sub(1).and_then(|before| self.word(before)),
            Some(Word::To)
        );
        let point =
            ".,-·:".contains(c) && !from_other_end && before > 0 && self.text[before - 1].is_ascii_digit();
        !joins && !point
    }

    /// The character after a token.
    pub fn after(&self, next: usize) -> Option<char> {
        let end = self.tokens.get(next.checked_sub(1)?)?.end;
        self.text.get(end).copied()
    }

    /// The character before a token.
    pub fn before(&self, at: usize) -> Option<char> {
        let start = self.tokens.get(at)?.start;
        start.checked_sub(1).map(|before| self.text[before])
    }
}
