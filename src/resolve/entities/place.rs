//! Which place a mention is.

use super::context::Context;
use super::knowledge::KnowledgeBase;
use super::score::{self, Scored};
use super::table::{Number, Strength};
use crate::document::EntityType;

/// A neighbour that settles a shared one-character form: 澳 beside 港 is Macau,
/// 印 beside 尼 … Form, neighbours, what it then is.
const BESIDE: &[(&str, &[&str], &str)] = &[
    ("澳", &["港", "粤", "珠"], "澳门"),
    ("巴", &["以"], "巴勒斯坦"),
    ("乌", &["哈", "吉", "塔"], "乌兹别克斯坦"),
    ("新", &["澳", "台纽"], "新西兰"),
    ("瑞", &["芬", "挪", "丹"], "瑞典"),
    ("苏", &["浙", "沪", "皖", "鲁"], "江苏"),
    ("苏", &["美", "中", "德"], "苏联"),
    ("印", &["马", "菲"], "印度尼西亚"),
    ("阿", &["亚"], "阿塞拜疆"),
    ("朝", &["美", "韩", "中", "日", "俄", "南"], "朝鲜"),
    ("云", &["贵", "川"], "云南"),
    ("台", &["港", "澳", "陆", "美", "日", "中"], "台湾"),
];

/// A mention of a place as its decision needs it.
pub(super) struct PlaceMention<'a> {
    pub key: &'a str,
    pub at: usize,
    /// Keys of the mentions that touch it.
    pub neighbours: [Option<&'a str>; 2],
}

/// Candidates of a place name, the best first.
pub(super) fn candidates(kb: &KnowledgeBase, context: &Context, mention: &PlaceMention<'_>) -> Vec<Scored> {
    let key = mention.key;
    let mut scored = score::candidates(kb, context, EntityType::Location, key, mention.at);
    if scored.is_empty() {
        scored = score::candidates(kb, context, EntityType::Location, without_suffix(key), mention.at);
    }
    for (score, entity) in &mut scored {
        // A country that the document names in full is what its short form means.
        if kb.is_country(*entity) && key.chars().count() == 1 && context.names(*entity) {
            *score += 1.5;
        }
        if BESIDE.iter().any(|&(form, beside, name)| {
            form == key
                && name == kb.name(*entity)
                && mention.neighbours.iter().flatten().any(|n| beside.contains(n))
        }) {
            *score += 3.0;
        }
    }
    score::sort(&mut scored);
    scored
}

/// 维尔纽斯市 → 维尔纽斯, 巴基斯坦伊斯兰共和国 → 巴基斯坦, where the table lacks the
/// longer form.
fn without_suffix(key: &str) -> &str {
    const STATES: [&str; 8] = [
        "伊斯兰共和国",
        "民主共和国",
        "人民共和国",
        "社会主义共和国",
        "联邦共和国",
        "共和国",
        "联邦",
        "王国",
    ];
    let state = STATES.iter().find_map(|state| key.strip_suffix(state));
    if let Some(state) = state.filter(|state| state.chars().count() > 1) {
        return state;
    }
    let short = key
        .strip_suffix(['市', '县', '省', '州', '镇', '岛', '区'])
        .unwrap_or(key);
    if short.chars().count() < 2 { key } else { short }
}

/// The place that a name leaves no doubt about, for the document's context.
pub(super) fn certain(kb: &KnowledgeBase, key: &str) -> Option<Number> {
    let found = kb.find(key);
    let mut places = found
        .iter()
        .filter(|&&(entity, _)| kb.kind(entity) == EntityType::Location)
        .map(|&(entity, strength)| (entity, strength, kb.weight(entity)));
    let (first, strength, weight) = places.next()?;
    let rivals = places.map(|(_, s, w)| (s, w)).collect::<Vec<_>>();
    let clear = rivals.iter().all(|&(s, w)| {
        u16::from(w) + 25 <= u16::from(weight) || (s > strength && s > Strength::Variant && weight >= 100)
    });
    clear.then_some(first)
}

/// The country or region whose name begins a key, with the rest of the key.
pub(super) fn prefix<'a>(kb: &KnowledgeBase, key: &'a str) -> Option<(Number, &'a str)> {
    prefixes(kb, key).into_iter().next()
}

/// All places whose names begin a key, with the rest of it, the longest first:
/// 美国会 is 美国 and 会, or 美 and 国会.
pub(super) fn prefixes<'a>(kb: &KnowledgeBase, key: &'a str) -> Vec<(Number, &'a str)> {
    let ends: Vec<usize> = key.char_indices().map(|(at, _)| at).skip(1).take(8).collect();
    ends.iter()
        .rev()
        .filter_map(|&end| Some((certain(kb, &key[..end])?, &key[end..])))
        .collect()
}
