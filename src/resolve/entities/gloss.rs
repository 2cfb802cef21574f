//! Glosses: two mentions that the text itself says are the same.
//!
//! 佩洛西（Nancy Pelosi）, 世界卫生组织（世卫组织，WHO）, …（以下简称"…"）.

use super::key::{has_han, is_han};
use crate::document::{EntityType, Mention};
use crate::text::{CharOffsets, fold};

/// The longest text between a name and its gloss, in code points.
const GAP: usize = 12;

/// Words that announce a short form.
const ANNOUNCE: &[&str] = &[
    "简称", "下称", "又称", "英文", "全称", "原名", "英语", "也称", "又名", "音译", "译为", "本名",
];

/// Pairs of mentions, a name and its gloss, in text order.
pub(super) fn pairs(text: &str, offsets: &CharOffsets, mentions: &[Mention]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (at, name) in mentions.iter().enumerate() {
        // 佐敦軒|達臣: the recogniser has cut the name.
        let cut = at > 0 && mentions[at - 1].end == name.start && mentions[at - 1].kind == name.kind;
        if cut && has_han(&name.text) {
            continue;
        }
        for (glossed, gloss) in mentions.iter().enumerate().skip(at + 1).take(3) {
            if gloss.kind != name.kind || gloss.start < name.end || gloss.start - name.end > GAP * 2 {
                break;
            }
            if is_whole(text, offsets, gloss) && is_gloss(text, offsets, name, gloss) {
                pairs.push((at, glossed));
            }
        }
    }
    pairs
}

/// Whether a gloss in Latin letters is not a part of a name that the recogniser has cut:
/// （[Ashley] Barnes）, （Huawei [Technologies] Co.）.
fn is_whole(text: &str, offsets: &CharOffsets, gloss: &Mention) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_han(c) || c == '&');
    let before = text[..offsets.byte(gloss.start)].trim_end().chars().next_back();
    let after = text[offsets.byte(gloss.end)..].trim_start().chars().next();
    has_han(&gloss.text) || !goes_on(before) && !goes_on(after)
}

fn is_gloss(text: &str, offsets: &CharOffsets, name: &Mention, gloss: &Mention) -> bool {
    let between: String = offsets
        .slice(text, name.end, gloss.start)
        .chars()
        .map(fold)
        .collect();
    let mut inside = between.trim_start_matches(|c: char| c.is_whitespace() || "”》".contains(c));
    let Some(opened) = inside.strip_prefix(['(', '[', '【']) else {
        return false;
    };
    if opened.contains([')', ']', '】', '。', '\n']) {
        return false;
    }
    inside = opened;
    let announced = ANNOUNCE.iter().any(|word| inside.contains(word));
    let plain = inside.chars().all(|c| {
        c.is_whitespace() || "\"“'‘,、/:;".contains(c) || c.is_ascii_alphanumeric() || c == '.' || c == '-'
    });
    // Between a first and a second gloss stands the first one: 世卫组织，.
    let second = name.kind == EntityType::Organization
        && inside.chars().filter(|&c| !c.is_ascii()).count() <= GAP
        && inside.contains([',', '、', '/']);
    if !announced && !plain && !second {
        return false;
    }
    announced || may_be_same(name, gloss)
}

/// Scripts differ, or the gloss is made of the name's characters.
fn may_be_same(name: &Mention, gloss: &Mention) -> bool {
    let (name_han, gloss_han) = (has_han(&name.text), has_han(&gloss.text));
    if name_han != gloss_han {
        return true;
    }
    name.kind == EntityType::Organization && name_han && is_abbreviation(&name.text, &gloss.text)
}

/// Whether the characters of `short` occur in `long` in their order.
pub(super) fn is_abbreviation(long: &str, short: &str) -> bool {
    let mut rest = long.chars().map(fold);
    short.chars().map(fold).all(|c| rest.any(|d| d == c))
}
