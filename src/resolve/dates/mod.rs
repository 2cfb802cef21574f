//! Finds and resolves the expressions that say when: 去年11月, 周三, 4月16日晚,
//! 2023年第三季度, 上世纪90年代, 民國109年, 春节期间, 次日, `23/08/2020 - 21:59`.
//!
//! ```
//! use shiji::resolve::dates::{self, Options};
//!
//! let reference = jiff::civil::date(2024, 4, 17);
//! let dates = dates::resolve("拜登和習近平去年 11 月會晤，昨天通話。", reference, &Options::default());
//! let values: Vec<_> = dates.iter().map(|date| (date.text.as_str(), date.value.as_str())).collect();
//! assert_eq!(values, [("去年 11 月", "2023-11"), ("昨天", "2024-04-16")]);
//! ```
//!
//! The text is folded to simplified script and half width and cut into the tokens
//! that matter; a hand-written parser builds expressions from them, with bounded
//! look ahead; these are resolved in text order against the date of publication,
//! the date last mentioned, and the tense of the sentence. Time and memory are
//! linear in the text, and no text makes it fail.

mod amounts;
mod base;
mod calendar;
mod clock;
mod context;
mod english;
pub mod eval;
mod events;
mod expression;
mod holidays;
mod lexicon;
mod lunar;
mod lunar_words;
mod moon;
mod numerals;
mod numeric;
mod parse;
mod period;
mod religious;
mod resolve;
mod steps;
mod tokens;
mod when;
mod words;
mod years;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use events::{EventDate, EventSource, event_at, event_dates};
pub use period::{Period, Precision, Season};
pub use when::{Modifier, When};

use expression::{Base, Expression, Shape, Step};

/// An expression in the text that says when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DateMention {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// `text[start..end]`.
    pub text: String,
    /// ISO 8601 at the precision of the text: `2024-04-16`, `2023-11`, `2020-Q3`,
    /// `2020-SU`, `2020-W36`, `2023`, `202X`, `2019-01/2019-03`. [`When`] reads it.
    pub value: String,
    /// Value of a TIMEX3 tag: `2020-09-14TAF`, `202`, `(2019-01,2019-03,P2M)`.
    pub timex: String,
    /// How precise the value is.
    pub precision: Precision,
    /// How sure the form and the way of resolving make span and value, from 0 to 1; a
    /// rank, not a calibrated probability.
    pub confidence: f64,
    /// How the value was found.
    pub resolution: Resolution,
    /// `mod` of a TIMEX3 tag: 年底 is the `END` of its year.
    #[serde(rename = "mod", default, skip_serializing_if = "Option::is_none")]
    pub modifier: Option<Modifier>,
}

impl DateMention {
    /// The value to calculate with.
    pub fn when(&self) -> Option<When> {
        self.value.parse().ok()
    }

    /// First and last day that are meant; an end that is open is `None`.
    pub fn bounds(&self) -> (Option<Date>, Option<Date>) {
        self.when()
            .map_or((None, None), |when| when.bounds(self.modifier))
    }
}

/// How the value of a date was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// The text says it in full.
    Absolute,
    /// Counted from the date of publication: 昨天, 去年.
    Publication,
    /// Counted from a date mentioned before: 次日, 同年, 8月 after 去年7月.
    Narrative,
    /// The last one before publication: 周三, 16日.
    NearestPast,
    /// The next one after publication: 将于周三.
    NearestFuture,
}

impl Resolution {
    /// Whether the text says it without the date of publication.
    fn is_told(self) -> bool {
        matches!(self, Self::Absolute | Self::Narrative)
    }
}

/// What to do where the text leaves a choice. The default suits the news.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Which Wednesday 周三 is.
    pub prefer: Prefer,
    /// What kind of text it is.
    pub register: Register,
    /// Count 之前, 以后, 起, 左右 and 从 as part of the span.
    pub bounds_in_span: bool,
    /// Read 三年后 as the three years from now on, not as the year in three years.
    pub offset_spans: bool,
}

/// Which of several dates is meant where year, month or week is not said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefer {
    /// What the sentence and the dates before it suggest, else the last one.
    #[default]
    Context,
    /// The last one before the reference date.
    Past,
    /// The next one after the reference date.
    Future,
    /// The one in the year, month or week of the reference date.
    Current,
}

/// The kind of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Register {
    /// Running text, in which most numbers are no dates.
    #[default]
    News,
    /// What somebody types when asked for a date: `12/1`, `2018`, 1月3, 前两天, 夏天.
    Query,
}

/// Finds the dates of `text` and resolves them against `reference`, the date of
/// publication. They come in text order and never overlap; expressions that
/// recur without a date (每周三, 两会期间), durations and ages are left out.
///
/// Where the date of publication is unknown (`None`), only those dates are found
/// that the text itself tells.
pub fn resolve(text: &str, reference: impl Into<Option<Date>>, options: &Options) -> Vec<DateMention> {
    resolve_folded(text, reference.into(), options)
}

fn resolve_folded(text: &str, published: Option<Date>, options: &Options) -> Vec<DateMention> {
    // Without a date of publication everything that is told lies in the past.
    let reference = published.unwrap_or(Date::MAX);
    let folded: Vec<char> = text.chars().map(crate::text::fold).collect();
    let tokens = tokens::tokenize(&folded);
    let parser = parse::Parser {
        text: &folded,
        tokens: &tokens,
        options,
        reference,
    };
    let expressions = parser.expressions();
    let settings = context::settings(&tokens, &expressions);
    let mut resolver = resolve::Resolver::new(reference, options);
    let mut cutter = Cutter::new(text);
    let mut mentions: Vec<DateMention> = Vec::with_capacity(expressions.len());
    let mut beside = None;
    for (at, (expression, &setting)) in expressions.iter().zip(&settings).enumerate() {
        let told = |resolved: &resolve::Resolved| published.is_some() || resolved.resolution.is_told();
        let Some(mut resolved) = resolver.resolve(expression, setting).filter(told) else {
            beside = None;
            continue;
        };
        // 周日（9月27日） and 9月27日（周日） are the same day.
        if let Some(when) = beside
            .take()
            .filter(|_| in_brackets(&folded, &expressions[at - 1], expression))
        {
            resolved.when = when;
        } else if let Some(next) = expressions
            .get(at + 1)
            .filter(|next| in_brackets(&folded, expression, next))
        {
            beside = together(&resolver, expression, next, settings[at + 1], resolved.when);
            resolved.when = beside.unwrap_or(resolved.when);
        }
        resolver.remember(resolved.when, setting);
        mentions.push(mention(
            expression,
            resolved,
            cutter.cut(expression.start, expression.end),
        ));
    }
    mentions
}

/// The day that two expressions side by side name together, if one is a weekday.
fn together(
    resolver: &resolve::Resolver,
    expression: &Expression,
    next: &Expression,
    setting: context::Setting,
    when: When,
) -> Option<When> {
    let on = |weekday: i8, when: When| match when {
        When::Period(Period::Day(date)) => (date.weekday().to_monday_one_offset() == weekday).then_some(when),
        _ => None,
    };
    if let Some(weekday) = weekday_of(next) {
        return resolver
            .dated_weekday(weekday, expression)
            .or_else(|| on(weekday, when));
    }
    let weekday = weekday_of(expression)?;
    let dated = resolver.dated_weekday(weekday, next);
    dated.or_else(|| on(weekday, resolver.resolve(next, setting)?.when))
}

/// The weekday of an expression that says nothing else.
fn weekday_of(expression: &Expression) -> Option<i8> {
    match &expression.shape {
        Shape::Point(point) => match (point.base, &*point.steps) {
            (Base::Open(_), [Step::Weekday(weekday)]) => Some(*weekday as i8),
            _ => None,
        },
        Shape::Range(..) => None,
    }
}

fn mention(expression: &Expression, resolved: resolve::Resolved, text: &str) -> DateMention {
    let when = resolved.when;
    let time = expression.time.filter(|_| when.precision() == Precision::Day);
    DateMention {
        start: expression.start,
        end: expression.end,
        text: text.to_owned(),
        value: when.to_string(),
        timex: when.timex() + &time.map(expression::TimeOfDay::timex).unwrap_or_default(),
        precision: when.precision(),
        confidence: resolved.confidence,
        resolution: resolved.resolution,
        modifier: expression.modifier,
    }
}

/// Whether `next` stands in brackets right behind `expression`: 周日（9月27日）.
fn in_brackets(text: &[char], expression: &Expression, next: &Expression) -> bool {
    next.start == expression.end + 1 && text[expression.end] == '('
}

/// Cuts spans of code points out of a text, each at or after the one before.
struct Cutter<'t> {
    rest: &'t str,
    at: usize,
}

impl<'t> Cutter<'t> {
    fn new(text: &'t str) -> Self {
        Self { rest: text, at: 0 }
    }

    fn cut(&mut self, start: usize, end: usize) -> &'t str {
        let byte = |text: &str, count: usize| text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
        let skipped = byte(self.rest, start - self.at);
        self.rest = &self.rest[skipped..];
        let (span, rest) = self.rest.split_at(byte(self.rest, end - start));
        self.rest = rest;
        self.at = end;
        span
    }
}

#[cfg(test)]
mod tests;
