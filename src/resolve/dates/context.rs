//! What surrounds each expression: sentence, quotation, tense.

use super::expression::Expression;
use super::lexicon::Word;
use super::tokens::{Break, Kind, Token};

/// Whether the sentence speaks of what was or of what will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tense {
    Unknown,
    Past,
    /// A cue after the date only: 周三将….
    LikelyFuture,
    /// A cue before the date: 将于周三.
    Future,
}

impl Tense {
    pub fn is_future(self) -> bool {
        matches!(self, Self::Future | Self::LikelyFuture)
    }
}

/// Where an expression stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub sentence: usize,
    pub paragraph: usize,
    /// It opens its sentence and so sets the time of what follows.
    pub opens_sentence: bool,
    pub quoted: bool,
    pub tense: Tense,
}

/// A date this close to the beginning of its sentence sets the scene.
const OPENING: usize = 8;

/// Cues of one direction, as seen from a position in a clause.
#[derive(Clone, Copy, Default)]
struct Cues {
    future: bool,
    done: bool,
}

impl Cues {
    /// Moves over a word; what is said about a report (周二表示将…) does not
    /// tell when the report was made.
    fn pass(&mut self, word: Word) {
        match word {
            Word::Future => self.future = true,
            Word::Done => self.done = true,
            // 将访台的部长5日…, 周二表示将….
            Word::Of | Word::Saying => self.future = false,
            _ => {}
        }
    }
}

/// The setting of every expression, in two sweeps over the tokens.
pub(super) fn settings(tokens: &[Token], expressions: &[Expression]) -> Vec<Setting> {
    let mut settings = Vec::with_capacity(expressions.len());
    let mut before = Vec::with_capacity(expressions.len());
    let mut coming = expressions.iter().peekable();
    let (mut sentence, mut paragraph, mut sentence_start) = (0, 0, 0);
    let mut quotes = 0u32;
    let mut cues = Cues::default();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(expression) = coming.next_if(|expression| expression.token == at) {
            settings.push(Setting {
                sentence,
                paragraph,
                opens_sentence: expression.start <= sentence_start + OPENING,
                quoted: quotes > 0,
                tense: Tense::Unknown,
            });
            before.push(cues);
            at = expression.next.max(at + 1);
            continue;
        }
        match tokens[at].kind {
            Kind::Break(strength) => {
                cues = Cues::default();
                if strength >= Break::Sentence {
                    sentence += 1;
                    sentence_start = tokens[at].end;
                }
                if strength == Break::Paragraph {
                    paragraph += 1;
                    quotes = 0;
                }
            }
            Kind::Quote(true) => quotes += 1,
            Kind::Quote(false) => quotes = quotes.saturating_sub(1),
            Kind::Word(word) => cues.pass(word),
            Kind::Number(_) => {}
        }
        at += 1;
    }
    let after = cues_after(tokens, expressions);
    for ((expression, setting), (before, after)) in expressions
        .iter()
        .zip(&mut settings)
        .zip(before.into_iter().zip(after))
    {
        setting.tense = if expression.lies_in_the_past {
            Tense::Past
        } else if before.future {
            Tense::Future
        } else if after.future && !before.done {
            Tense::LikelyFuture
        } else if before.done || after.done {
            Tense::Past
        } else {
            Tense::Unknown
        };
    }
    settings
}

/// The cues between each expression and the end of its clause, or of the next
/// clause for an expression that a comma sets off.
fn cues_after(tokens: &[Token], expressions: &[Expression]) -> Vec<Cues> {
    let mut found = vec![Cues::default(); expressions.len()];
    let mut pending = expressions.iter().zip(&mut found).rev().peekable();
    let mut cues = Cues::default();
    let mut next_clause = Cues::default();
    for at in (0..tokens.len()).rev() {
        while let Some((expression, slot)) = pending.next_if(|(expression, _)| expression.next > at) {
            let _ = expression;
            *slot = if set_off(tokens, expression) {
                next_clause
            } else {
                cues
            };
        }
        match tokens[at].kind {
            Kind::Break(Break::Clause) => next_clause = std::mem::take(&mut cues),
            Kind::Break(_) => (cues, next_clause) = Default::default(),
            Kind::Word(Word::Saying) => cues = Cues::default(),
            Kind::Word(Word::Of) => {}
            Kind::Word(word) => cues.pass(word),
            _ => {}
        }
    }
    found
}

/// A comma follows the expression.
fn set_off(tokens: &[Token], expression: &Expression) -> bool {
    tokens.get(expression.next).is_some_and(|token| {
        token.start == expression.end && matches!(token.kind, Kind::Break(Break::Clause))
    })
}
