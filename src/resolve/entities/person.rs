//! Which person a mention is: by the knowledge base, by longer forms elsewhere in
//! the document, by the transliteration.

use std::collections::HashMap;

use super::key::{has_han, is_han, key, last_part};
use super::knowledge::KnowledgeBase;
use super::table::{Number, Strength};
use super::target::TargetId;
use crate::document::EntityType;

/// The people that a document names in full, by the short forms of their names.
#[derive(Debug, Default)]
pub(super) struct FullNames {
    /// Short form (key) → position of the full name and who it is.
    shorts: HashMap<String, Vec<(usize, TargetId)>>,
}

/// How a document's full name compares with what the knowledge base offers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct InDocument {
    pub target: TargetId,
    /// Whether the full name stood before the short one.
    pub before: bool,
}

impl FullNames {
    /// Notes a full name; the shorter names that it explains lead to `target`.
    pub fn add(&mut self, at: usize, surface: &str, target: TargetId) {
        for short in short_forms(surface) {
            let known = self.shorts.entry(short).or_default();
            if !known.iter().any(|&(_, t)| t == target) {
                known.push((at, target));
            }
        }
    }

    /// The one person that a short form stands for.
    pub fn find(&self, short: &str, at: usize) -> Option<InDocument> {
        let known = self.shorts.get(short)?;
        let before: Vec<_> = known.iter().filter(|&&(full, _)| full < at).collect();
        let &(_, target) = match (before.as_slice(), known.as_slice()) {
            ([one], _) => *one,
            ([], [one]) => one,
            _ => return None,
        };
        Some(InDocument {
            target,
            before: !before.is_empty(),
        })
    }
}

/// Keys of the shorter names that a full name explains.
fn short_forms(surface: &str) -> Vec<String> {
    if let Some(last) = last_part(surface) {
        let mut forms = vec![key(last)];
        // 奥卡西奥-科尔特斯, 罗德里格斯·桑切斯: the last of a double name.
        if let Some((_, tail)) = last.rsplit_once('-') {
            forms.push(key(tail));
        }
        if !has_han(surface) {
            return forms;
        }
        // 鲍里斯 for 鲍里斯·约翰逊.
        if let Some(first) = surface
            .split(super::key::is_dot)
            .next()
            .filter(|f| f.chars().count() > 1)
        {
            forms.push(key(first));
        }
        return forms;
    }
    let chars: Vec<char> = key(surface).chars().collect();
    if !chars.iter().all(|&c| is_han(c)) {
        return Vec::new();
    }
    let take = |range: std::ops::Range<usize>| chars[range].iter().collect::<String>();
    match chars.len() {
        2 => vec![take(0..1)],
        3 => vec![take(0..1), take(1..3), take(0..2)],
        // 林郑月娥, 司马南雁, 岸田文雄: family and given name of two each.
        4 => vec![take(0..2), take(2..4), take(0..1)],
        5 => vec![take(0..3), take(0..2)],
        _ => Vec::new(),
    }
}

/// A full name of which the knowledge base has another transliteration: the family
/// name is known, and the given names are alike.
pub(super) fn transliteration(kb: &KnowledgeBase, surface: &str) -> Option<Number> {
    let last = last_part(surface).filter(|_| has_han(surface))?;
    let given = surface.split(super::key::is_dot).next()?;
    let found = kb.find(&key(last));
    let mut alike = found.iter().filter(|&&(entity, strength)| {
        kb.kind(entity) == EntityType::Person
            && strength <= Strength::Short
            && kb
                .name(entity)
                .split('·')
                .next()
                .is_some_and(|known| similar(known, given))
    });
    let &(first, _) = alike.next()?;
    alike.next().is_none().then_some(first)
}

/// Whether two transliterations of a given name may be of one name: they begin
/// alike or share most of their characters.
pub(super) fn similar(known: &str, given: &str) -> bool {
    let (known, given) = (key(known), key(given));
    if known == given {
        return true;
    }
    let shared = known.chars().filter(|&c| given.contains(c)).count();
    let shorter = known.chars().count().min(given.chars().count());
    let begin = known.chars().next() == given.chars().next();
    shorter >= 2 && (shared * 2 > shorter || begin && shared * 2 >= shorter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_of_full_names() {
        assert_eq!(short_forms("帕特·莱德"), ["莱德", "帕特"]);
        assert!(short_forms("林鄭月娥").contains(&"林郑".to_owned()));
        assert!(short_forms("菅义伟").contains(&"菅".to_owned()));
        assert_eq!(short_forms("Nancy Pelosi"), ["pelosi"]);
    }

    #[test]
    fn given_names_compare() {
        assert!(similar("迈克", "迈克尔"));
        assert!(similar("卡玛拉", "卡马拉"));
        assert!(!similar("唐纳德", "伊万卡"));
        assert!(!similar("乔", "亨特"));
    }

    #[test]
    fn two_people_of_one_name_are_not_told_apart() {
        let mut names = FullNames::default();
        names.add(0, "张又侠", 0);
        names.add(9, "张升民", 1);
        assert!(names.find("张", 20).is_none());
        assert_eq!(names.find("张", 5).unwrap().target, 0);
        assert_eq!(names.find("又侠", 20).unwrap().target, 0);
    }
}
