//! Whether an article deals with a matter, or only mentions it.
//!
//! The user of the record looks for articles that *deal with* an issue: it is what the
//! headline or the lead says, or what some part of the article, a paragraph at least, is
//! about. Named in passing, as background, as a cause or in a list, it is no topic. So
//! the terms of an issue are weighed by where they stand:
//!
//! - Every sentence says the matter to a degree from 0 to 1: the weights of the terms in
//!   it, over the threshold of the definition. The three names of a disease in one
//!   pair of brackets do not say it three times.
//! - The headline counts most, then the lead, then a heading inside the text: a bulletin
//!   is several articles.
//! - Otherwise it counts how many sentences say it, in how many different words, and how
//!   long the article is.
//!
//! The weights are those of a logistic regression on the development sets
//! (`tests/data/topics-200.jsonl`, `topics-fresh.jsonl`, `topics-blind-a.jsonl`), rounded,
//! so the result is about the probability that a reader says the article deals with the
//! issue: from 0.5 on it does. What a few sentences of an article say is still in the
//! record, with the lower score that it deserves; what is named in passing is not.
//! `data/topics/README.md` has the convention and the sets.

use std::collections::BTreeMap;

use super::folded::FoldedText;
use super::matcher::Fired;

/// From here on an article deals with the matter.
pub(super) const DEALS_WITH: f32 = 0.5;
/// From here on an issue is in the record: two sentences in about 1,300 characters.
pub(super) const LINE: f32 = 0.35;

const HEADLINE: f32 = 1.4;
const LEAD: f32 = 0.8;
const HEADING: f32 = 1.2;
const SENTENCES: f32 = 1.15;
const WORDS: f32 = 0.9;
const LENGTH: f32 = 0.45;
/// In long texts sentences are ever cheaper: from `LONG` characters on what counts is
/// the share of them.
const EXCESS: f32 = 1.0;
const LONG: f32 = 2000.0;
const USUAL: f32 = 500.0;
const CONSTANT: f32 = -1.05;
/// For a narrower issue in an article that deals with the wider one.
const BESIDE_WIDER: f32 = 0.8;
/// No more sentences of the lead than this count.
const MOST_OF_LEAD: f32 = 2.0;
/// Below this nothing is said; keeps the logarithms finite.
const LEAST: f32 = 0.1;

/// What a sentence says of the matter.
struct Saying {
    /// From 0 to 1.
    degree: f32,
    /// Where it begins to.
    at: u32,
}

/// How far the article deals with the matter, from 0 to 1.
pub(super) fn centrality(fired: &[Fired], threshold: f32, text: &FoldedText) -> f32 {
    let sayings = sayings(fired, threshold, text);
    let sum = |counts: &dyn Fn(&Saying) -> bool| -> f32 {
        let counting = sayings.iter().filter(|saying| counts(saying));
        counting.map(|saying| saying.degree).sum()
    };
    let sentences = sum(&|_| true);
    let headline = sum(&|saying| saying.at < text.headline);
    let lead = sum(&|saying| (text.headline..text.lead).contains(&saying.at));
    let heading = sayings
        .iter()
        .filter(|saying| text.is_heading(saying.at))
        .map(|saying| saying.degree)
        .fold(0.0, f32::max);
    let words: f32 = fired.iter().map(|fired| (fired.base / threshold).min(1.0)).sum();
    let length = text.related.max(1) as f32;
    let logit = CONSTANT
        + HEADLINE * headline
        + LEAD * lead.min(MOST_OF_LEAD)
        + HEADING * heading
        + SENTENCES * (sentences + LEAST).ln()
        + WORDS * words.min(sentences).max(LEAST).ln()
        - LENGTH * (length / USUAL).ln()
        - EXCESS * (length / LONG).max(1.0).ln();
    logistic(logit)
}

/// The centrality of a narrower issue in an article that deals with the wider one.
pub(super) fn beside_wider(centrality: f32) -> f32 {
    let logit = (centrality / (1.0 - centrality).max(f32::EPSILON)).ln();
    logistic(logit + BESIDE_WIDER)
}

fn logistic(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

fn sayings(fired: &[Fired], threshold: f32, text: &FoldedText) -> Vec<Saying> {
    let mut sentences: BTreeMap<u32, Saying> = BTreeMap::new();
    for fired in fired {
        let mut last = None;
        for &(at, _) in fired.starts() {
            let sentence = text.sentence(at);
            let new = Saying { degree: 0.0, at };
            let saying = sentences.entry(sentence).or_insert(new);
            saying.at = saying.at.min(at);
            if last.replace(sentence) != Some(sentence) {
                saying.degree += fired.base / threshold;
            }
        }
    }
    let mut sayings: Vec<Saying> = sentences.into_values().collect();
    for saying in &mut sayings {
        saying.degree = saying.degree.clamp(0.0, 1.0);
    }
    sayings
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The centrality of 甲, a term that is enough.
    fn of(text: &str) -> f32 {
        let places = text.chars().enumerate().filter(|(_, c)| *c == '甲');
        let spans: Vec<(u32, u32)> = places.map(|(at, _)| (at as u32, at as u32 + 1)).collect();
        let fired = Fired {
            combination: None,
            base: 1.0,
            weight: 1.0,
            occurrences: spans.len(),
            spans,
        };
        centrality(&[fired], 1.0, &FoldedText::new(text))
    }

    /// A headline, then `sentences` of the body with others around them.
    fn article(headline: &str, sentences: &[&str]) -> String {
        let filling = "乙丙丁戊己庚辛壬癸子丑寅卯辰巳。".repeat(10);
        format!("{headline}\n{filling}\n{}\n{filling}", sentences.join(&filling))
    }

    #[test]
    fn headline_lead_and_paragraphs_are_central() {
        assert!(of(&article("甲的标题", &["甲说。"])) > 0.8);
        assert!(of("标题\n甲在这里。别的在这里。") > DEALS_WITH);
        assert!(of(&article("标题", &["甲说。", "甲做。", "甲在。", "甲走。"])) > DEALS_WITH);
        assert!(
            of(&article(
                "标题",
                &["乙。\n甲的消息\n甲在这里说了一些话，做了一些事。"]
            )) > DEALS_WITH
        );
    }

    #[test]
    fn passing_mentions_are_not() {
        assert!(of(&article("标题", &["甲说。"])) < DEALS_WITH);
        assert!(
            of(&article("标题", &["甲甲甲甲说，甲。"])) < DEALS_WITH,
            "one sentence"
        );
        let long = "别的事情。".repeat(1500);
        let of_long = of(&format!("标题\n{long}甲。{long}甲。{long}甲。{long}"));
        assert!(of_long < DEALS_WITH, "three of six thousand: {of_long}");
    }
}
