//! When a span counts as found; the rules are stated at
//! [`Scorer`](super::Scorer).

use std::collections::BTreeSet;

use super::gold::Span;
use crate::text::fold_str;

/// What a span is to the spans of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    No,
    /// Counts neither way.
    LeftOut,
}

/// General words that some guidelines make part of an organisation's name after the
/// name of a place (simplified).
const GENERAL_WORDS: &[&str] = &[
    "政府", "当局", "军", "军队", "军方", "方", "方面", "官方", "警方", "媒体", "人", "人民", "民众", "国民",
];

/// Same start, end and type.
pub(super) fn strict(span: &Span, others: &BTreeSet<&Span>) -> Match {
    if others.contains(span) {
        Match::Yes
    } else {
        Match::No
    }
}

/// A match that forgives differences between guidelines; `text` are the characters
/// of the document.
pub(super) fn lenient(text: &[char], span: &Span, others: &BTreeSet<&Span>) -> Match {
    let matches = |other: &&Span| {
        let overlaps = span.start < other.end && other.start < span.end;
        let same_type = span.kind == other.kind;
        overlaps && (same_type || is_place_in_body(text, span, other) || is_place_in_body(text, other, span))
    };
    if others.iter().any(matches) {
        return Match::Yes;
    }
    let is_abbreviation = span.kind == "LOC" && span.end - span.start == 1;
    if is_abbreviation {
        Match::LeftOut
    } else {
        Match::No
    }
}

/// Whether `body` is an organisation that consists of `place` and a general word.
fn is_place_in_body(text: &[char], place: &Span, body: &Span) -> bool {
    if place.kind != "LOC" || body.kind != "ORG" || place.start != body.start {
        return false;
    }
    let Some(rest) = text.get(place.end..body.end) else {
        return false;
    };
    let rest = fold_str(&rest.iter().collect::<String>());
    GENERAL_WORDS.contains(&rest.as_str())
}
