//! How names are compared: folded, lower-cased, without punctuation.

use unicode_normalization::char::decompose_canonical;

use crate::text::fold;

/// The form under which a name is looked up: simplified, half-width, lower case,
/// without accents, dots, hyphens, brackets and spaces, so that 让-皮埃尔 and
/// 让·皮埃尔, ＮＡＴＯ and Nato are the same. `data/kb/build.py` does the same.
///
/// ```
/// use shiji::resolve::entities::key;
/// assert_eq!(key("唐納德·川普"), "唐纳德川普");
/// assert_eq!(key("François Hollande"), "francoishollande");
/// ```
pub fn key(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    push_key(name, &mut out);
    out
}

/// Appends the key of `name` to `out`.
pub(super) fn push_key(name: &str, out: &mut String) {
    for c in name.chars() {
        let mut c = fold(c);
        if ('\u{c0}'..='\u{24f}').contains(&c) {
            let mut first = None;
            decompose_canonical(c, |d| {
                first.get_or_insert(d);
            });
            c = first.unwrap_or(c);
        }
        if c.is_alphanumeric() || c == '+' || c == '&' {
            out.extend(c.to_lowercase());
        }
    }
}

/// Whether a character is a Chinese one.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether a name is written with Chinese characters.
pub(super) fn has_han(name: &str) -> bool {
    name.chars().any(is_han)
}

/// The dot inside transliterated names, in any of its forms.
pub(super) fn is_dot(c: char) -> bool {
    fold(c) == '·'
}

/// The last part of a name of several: 莱德 of 帕特·莱德, Pelosi of Nancy Pelosi.
pub(super) fn last_part(name: &str) -> Option<&str> {
    let at = if has_han(name) {
        name.char_indices().rfind(|&(_, c)| is_dot(c))
    } else {
        name.trim_end().char_indices().rfind(|&(_, c)| c.is_whitespace())
    };
    let (at, c) = at?;
    Some(&name[at + c.len_utf8()..]).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_forget_script_width_case_and_punctuation() {
        assert_eq!(key("ＮＡＴＯ"), key("Nato"));
        assert_eq!(key("刚果（金）"), key("剛果(金)"));
        assert_eq!(key("欧佩克＋"), "欧佩克+");
        assert_eq!(key("帕特‧莱德"), key("帕特·莱德"));
    }

    #[test]
    fn last_parts() {
        assert_eq!(last_part("乔·拜登"), Some("拜登"));
        assert_eq!(last_part("Nancy Pelosi"), Some("Pelosi"));
        assert_eq!(last_part("习近平"), None);
        assert_eq!(last_part("乔·"), None);
    }
}
