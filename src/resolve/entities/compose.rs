//! Full names of bodies that the knowledge base does not list: 俄外交部 →
//! 俄罗斯外交部, 南京市委 → 中国共产党南京市委员会, 港大教职员工会 →
//! 香港大学教职员工会.

use super::Rule;
use super::context::Context;
use super::key::{has_han, key};
use super::knowledge::KnowledgeBase;
use super::place;
use super::score;
use super::table::{Number, Strength};
use super::target::{TargetId, Targets};
use crate::document::EntityType;

/// Whose bodies need no country beside them in Chinese news that names none.
const HOME: &str = "中国";

/// A mention of a body as the rules need it.
pub(super) struct Body<'a> {
    /// The folded text.
    pub text: &'a str,
    pub key: &'a str,
    pub at: usize,
    /// Country of the person whose title follows: 国防部发言人[帕特·莱德].
    pub person_country: Option<Number>,
}

/// Tries the rules in turn.
pub(super) fn compose(
    kb: &KnowledgeBase,
    context: &Context,
    targets: &mut Targets,
    body: &Body<'_>,
) -> Option<(TargetId, Rule)> {
    if !has_han(body.text) {
        return None;
    }
    if let Some(target) = institution(kb, context, targets, body) {
        return Some((target, Rule::Institution));
    }
    mission(kb, context, targets, body)
        .or_else(|| with_place(kb, targets, body))
        .or_else(|| committee(kb, targets, body))
        .or_else(|| unit(targets, body))
        .or_else(|| expanded(kb, context, targets, body))
        .map(|target| (target, Rule::Composed))
}

/// 国防部 alone: the country comes from the context.
fn institution(
    kb: &KnowledgeBase,
    context: &Context,
    targets: &mut Targets,
    body: &Body<'_>,
) -> Option<TargetId> {
    let kind = kb.institutions.find(body.key)?;
    let listed = score::candidates(kb, context, EntityType::Organization, body.key, body.at);
    let mut best: Option<(f32, Number)> = None;
    let countries = context.countries();
    let home = place::certain(kb, HOME);
    let possible = countries
        .iter()
        .copied()
        .chain(listed.iter().filter_map(|&(_, e)| kb.country(e)));
    for country in possible.chain(home) {
        let listed_there = listed.iter().any(|&(_, e)| kb.country(e) == Some(country));
        if !listed_there && !kind.may_be_of(kb.name(country)) {
            continue;
        }
        let mut score = context.strength(country, body.at);
        if body.person_country == Some(country) {
            score += 2.5;
        }
        if home == Some(country) && countries.is_empty() {
            score += 1.2;
        }
        // A body that has a row of its own is the likelier one to stand alone.
        score += listed
            .iter()
            .filter(|&&(_, e)| kb.country(e) == Some(country))
            .map(|&(_, e)| if kb.is_prominent(e) { 0.6 } else { 0.3 })
            .fold(0.0, f32::max);
        if best.is_none_or(|(known, _)| score > known) {
            best = Some((score, country));
        }
    }
    let (_, country) = best?;
    if let Some(&(_, entity)) = listed.iter().find(|&&(_, e)| kb.country(e) == Some(country)) {
        return Some(targets.known(entity));
    }
    Some(body_of(
        kb,
        targets,
        country,
        kind.name,
        &kind.english(kb.english(country)),
    ))
}

/// The body of a country, from the table if it has a row.
fn body_of(
    kb: &KnowledgeBase,
    targets: &mut Targets,
    country: Number,
    name: &str,
    english: &str,
) -> TargetId {
    let full = format!("{}{name}", kb.name(country));
    if let Some(entity) = organization(kb, &key(&full)) {
        return targets.known(entity);
    }
    let made = targets.made(EntityType::Organization, full);
    if !english.is_empty() {
        targets.english.entry(made).or_insert_with(|| english.to_owned());
    }
    made
}

/// The one organisation that a key names.
fn organization(kb: &KnowledgeBase, key: &str) -> Option<Number> {
    let found = kb.find(key);
    let mut bodies = found
        .iter()
        .filter(|&&(e, s)| kb.kind(e) == EntityType::Organization && s <= Strength::Variant);
    let &(first, strength) = bodies.next()?;
    bodies.all(|&(_, s)| s > strength).then_some(first)
}

/// A country before a body: 俄外交部, 澳洲安全情报组织, 日本自民党, 美国会.
fn with_place(kb: &KnowledgeBase, targets: &mut Targets, body: &Body<'_>) -> Option<TargetId> {
    let prefixes = place::prefixes(kb, body.key);
    let countries = || {
        prefixes
            .iter()
            .filter(|&&(place, rest)| kb.is_country(place) && rest.chars().count() > 1)
    };
    for &(place, rest) in countries() {
        if let Some(target) = listed_body(kb, targets, place, rest) {
            return Some(target);
        }
    }
    let &(place, rest) = countries().next()?;
    let skipped = body.key.chars().count() - rest.chars().count();
    // 中大, 美团: one character may be anything's beginning.
    if skipped < 2 || body.key.starts_with(&key(kb.name(place))) {
        return None;
    }
    let tail = tail_of(body.text, skipped)?;
    Some(targets.made(EntityType::Organization, format!("{}{tail}", kb.name(place))))
}

/// A body of a country that the table or the institutions know.
fn listed_body(kb: &KnowledgeBase, targets: &mut Targets, place: Number, rest: &str) -> Option<TargetId> {
    if let Some(entity) = organization(kb, &(key(kb.name(place)) + rest)) {
        return Some(targets.known(entity));
    }
    let found = kb.find(rest);
    let own = found.iter().find(|&&(e, s)| {
        kb.kind(e) == EntityType::Organization && s <= Strength::Variant && kb.place(e) == Some(place)
    });
    if let Some(&(entity, _)) = own {
        return Some(targets.known(entity));
    }
    let kind = kb.institutions.find(rest)?;
    Some(body_of(
        kb,
        targets,
        place,
        kind.name,
        &kind.english(kb.english(place)),
    ))
}

/// The text after its first `count` characters that a key keeps.
fn tail_of(text: &str, count: usize) -> Option<&str> {
    let mut kept = 0;
    text.char_indices()
        .find(|&(_, c)| {
            let done = kept == count;
            kept += usize::from(c.is_alphanumeric());
            done
        })
        .map(|(at, _)| &text[at..])
}

/// 中国大使馆 in Canberra, 中国驻美使馆, 美国驻华大使馆.
fn mission(
    kb: &KnowledgeBase,
    context: &Context,
    targets: &mut Targets,
    body: &Body<'_>,
) -> Option<TargetId> {
    let host = body
        .text
        .strip_suffix("大使馆")
        .or_else(|| body.text.strip_suffix("使馆"))?;
    let (sender, receiver) = match host.split_once('驻') {
        Some((sender, receiver)) => (
            place::certain(kb, &key(sender))?,
            place::certain(kb, &key(receiver))?,
        ),
        None => {
            let sender = place::certain(kb, &key(host))?;
            let receiver = context.countries().into_iter().find(|&c| c != sender)?;
            (sender, receiver)
        }
    };
    let name = format!("{}驻{}大使馆", kb.name(sender), kb.name(receiver));
    Some(match organization(kb, &key(&name)) {
        Some(entity) => targets.known(entity),
        None => targets.made(EntityType::Organization, name),
    })
}

/// Departments of Chinese provinces, cities and counties, short and long.
const COMMISSIONS: &[(&str, &str)] = &[
    ("教委", "教育委员会"),
    ("卫健委", "卫生健康委员会"),
    ("卫计委", "卫生和计划生育委员会"),
    ("发改委", "发展和改革委员会"),
    ("国资委", "国有资产监督管理委员会"),
    ("住建委", "住房和城乡建设委员会"),
    ("经信委", "经济和信息化委员会"),
];

/// Committees of the Chinese Communist Party and people's governments.
fn committee(kb: &KnowledgeBase, targets: &mut Targets, body: &Body<'_>) -> Option<TargetId> {
    let text = body
        .text
        .strip_prefix("中国共产党")
        .or_else(|| body.text.strip_prefix("中共"))
        .unwrap_or(body.text);
    let division = |name: &str| {
        let place = place::certain(kb, &key(name)).or_else(|| {
            let short = name.strip_suffix(['省', '市', '县', '区', '州', '盟', '旗'])?;
            place::certain(kb, &key(short))
        })?;
        let country = kb.country(place)?;
        (kb.name(country) == "中国").then_some(())
    };
    let made = |targets: &mut Targets, name: String| Some(targets.made(EntityType::Organization, name));
    for (short, long) in COMMISSIONS {
        let seat = text.strip_suffix(short).unwrap_or_default();
        if seat.ends_with(['省', '市', '县', '区', '州', '盟', '旗']) {
            division(seat)?;
            return made(targets, format!("{seat}{long}"));
        }
    }
    for level in ["省", "市", "县", "区", "州", "盟", "旗"] {
        for ending in ["委", "委员会"] {
            let Some(seat) = text.strip_suffix(ending).filter(|seat| seat.ends_with(level)) else {
                continue;
            };
            division(seat)?;
            return made(targets, format!("中国共产党{seat}委员会"));
        }
        if let Some(seat) = text.strip_suffix("政府").filter(|seat| seat.ends_with(level)) {
            division(seat)?;
            return made(targets, format!("{seat}人民政府"));
        }
    }
    let seat = text.strip_suffix("党委").or_else(|| text.strip_suffix("党组"))?;
    if place::certain(kb, &key(seat)).is_some() {
        return made(targets, format!("中国共产党{seat}委员会"));
    }
    organization(kb, &key(seat))?;
    made(targets, format!("中共{seat}委员会"))
}

/// A numbered unit of the army: 六九三一六部队.
fn unit(targets: &mut Targets, body: &Body<'_>) -> Option<TargetId> {
    let number = body.text.strip_suffix("部队")?;
    let mut digits: Vec<char> = number
        .chars()
        .rev()
        .map_while(|c| match c {
            '0'..='9' => Some(c),
            '〇' | '零' | '○' => Some('0'),
            _ => "一二三四五六七八九"
                .chars()
                .position(|d| d == c)
                .and_then(|at| char::from_digit(at as u32 + 1, 10)),
        })
        .collect();
    digits.reverse();
    if !(4..=6).contains(&digits.len()) {
        return None;
    }
    let digits: String = digits.into_iter().collect();
    Some(targets.made(EntityType::Organization, format!("中国人民解放军{digits}部队")))
}

/// An abbreviated body at the beginning of a longer name: 港大教职员工会; an institution
/// there is the one of the country that the context names: 财政部国库司.
fn expanded(
    kb: &KnowledgeBase,
    context: &Context,
    targets: &mut Targets,
    body: &Body<'_>,
) -> Option<TargetId> {
    let length = body.key.chars().count();
    let ends: Vec<usize> = body.key.char_indices().map(|(at, _)| at).skip(2).collect();
    for (taken, &end) in ends.iter().enumerate().rev() {
        let taken = taken + 2;
        if length - taken < 2 || taken > 8 {
            continue;
        }
        let head = Body {
            key: &body.key[..end],
            ..*body
        };
        let Some(target) = institution(kb, context, targets, &head)
            .or_else(|| Some(targets.known(organization(kb, head.key)?)))
        else {
            continue;
        };
        let name = targets.name(target, kb).to_owned();
        let tail = tail_of(body.text, taken)?;
        // Alphabet公司: the full name has the rest already.
        if name.ends_with(tail) {
            return Some(target);
        }
        if body.key.starts_with(&key(&name)) {
            return None;
        }
        return Some(targets.made(EntityType::Organization, format!("{name}{tail}")));
    }
    None
}
