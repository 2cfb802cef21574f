//! How well a known entity fits a mention.
//!
//! A score is a sum of evidence: how strong the name is, how much is known of
//! the entity, whether its country is spoken of near by, whether it held an office
//! when the article was published.

use super::Candidate;
use super::context::Context;
use super::knowledge::KnowledgeBase;
use super::table::{Number, Strength};
use crate::document::EntityType;

/// By how much the best must lead the second; less is undecided.
const MARGIN: f32 = 0.25;

pub(super) type Scored = (f32, Number);

/// Scores the candidates of a key that have the type, the best first.
pub(super) fn candidates(
    kb: &KnowledgeBase,
    context: &Context,
    kind: EntityType,
    key: &str,
    at: usize,
) -> Vec<Scored> {
    let found = kb.find(key);
    let mut scored: Vec<Scored> = found
        .iter()
        .filter(|&&(entity, _)| kb.kind(entity) == kind)
        .map(|&(entity, strength)| (score(kb, context, entity, strength, at), entity))
        .collect();
    sort(&mut scored);
    scored
}

/// The best first, ties by number.
pub(super) fn sort(scored: &mut [Scored]) {
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
}

/// The best if it leads clearly.
pub(super) fn decide(scored: &[Scored]) -> Option<Number> {
    let &(best, entity) = scored.first()?;
    let lead = scored.get(1).map_or(f32::INFINITY, |&(second, _)| best - second);
    (lead >= MARGIN).then_some(entity)
}

pub(super) fn score(
    kb: &KnowledgeBase,
    context: &Context,
    entity: Number,
    strength: Strength,
    at: usize,
) -> f32 {
    let name = match strength {
        Strength::Canonical => 3.0,
        Strength::Variant => 2.5,
        Strength::Short => 2.0,
        Strength::Weak => 0.5,
    };
    let prior = f32::from(kb.weight(entity)) / 60.0;
    name + prior + place_evidence(kb, context, entity, at) + office_evidence(kb, context, entity)
}

fn place_evidence(kb: &KnowledgeBase, context: &Context, entity: Number, at: usize) -> f32 {
    if kb.is_country(entity) {
        return 0.0;
    }
    let inside = kb
        .place(entity)
        .filter(|&place| !kb.is_country(place) && context.names(place));
    let country = kb
        .country(entity)
        .map_or(0.0, |country| context.strength(country, at));
    country + if inside.is_some() { 1.5 } else { 0.0 }
}

/// Whether the person was in an office around the year of publication.
fn office_evidence(kb: &KnowledgeBase, context: &Context, entity: Number) -> f32 {
    let Some(year) = context.year else { return 0.0 };
    kb.offices(entity)
        .filter(|office| office.from > 0 || office.to < 9999)
        .map(|office| {
            if (office.from..=office.to).contains(&year) {
                1.0
            } else if year + 1 >= office.from && year <= office.to.saturating_add(3) {
                0.5
            } else {
                -0.5
            }
        })
        .max_by(f32::total_cmp)
        .unwrap_or(0.0)
}

/// For the reader of an explanation: the best candidates.
pub(super) fn explain(kb: &KnowledgeBase, scored: &[Scored]) -> Vec<Candidate> {
    scored
        .iter()
        .take(5)
        .map(|&(score, entity)| Candidate {
            id: kb.id(entity),
            name: kb.name(entity).to_owned(),
            score: (score * 100.0).round() / 100.0,
        })
        .collect()
}
