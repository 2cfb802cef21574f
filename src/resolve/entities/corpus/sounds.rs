//! Transliterations that sound alike.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Groups of characters for one syllable; its head explains it.
const GROUPS: &str = include_str!("../../../../data/kb/transliteration.txt");

/// A character → the first of its group.
static FIRST: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let mut first = HashMap::new();
    for group in GROUPS.lines().filter(|line| !line.starts_with('#')) {
        let Some(head) = group.chars().next() else {
            continue;
        };
        for c in group.chars() {
            first.entry(c).or_insert(head);
        }
    }
    first
});

/// How a name's key sounds: equal for names that differ only by characters that
/// write the same syllable.
pub(super) fn sound(key: &str) -> String {
    key.chars().map(|c| FIRST.get(&c).copied().unwrap_or(c)).collect()
}

/// In how many characters two keys of one sound differ.
pub(super) fn differences(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).filter(|(a, b)| a != b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homophones_sound_alike() {
        assert_eq!(sound("马克隆"), sound("玛克龙"));
        assert_ne!(sound("马克龙"), sound("马克朗"));
        assert_eq!(differences("马克隆", "玛克龙"), 2);
    }
}
