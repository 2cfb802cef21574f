//! Word features: what the dictionary knows about the word that a character
//! stands in, and the character's place in it.
//!
//! The recogniser adds an embedding of this feature to that of the character,
//! which gives a character encoder the word boundaries it cannot see by itself
//! (the idea of ExSoftword and SoftLexicon, Ma et al. 2020, on jieba's best path).

/// Names of the features in the order of their numbers: 0 is "none", then
/// `group` × (begin, middle, end, single).
pub const FEATURE_NAMES: [&str; 49] = feature_names();

const GROUPS: [&str; 12] = ["nr", "nrt", "ns", "nt", "nz", "j", "n", "v", "t", "m", "o", "x"];

const fn feature_names() -> [&'static str; 49] {
    [
        "none", "B-nr", "M-nr", "E-nr", "S-nr", "B-nrt", "M-nrt", "E-nrt", "S-nrt", "B-ns", "M-ns", "E-ns",
        "S-ns", "B-nt", "M-nt", "E-nt", "S-nt", "B-nz", "M-nz", "E-nz", "S-nz", "B-j", "M-j", "E-j", "S-j",
        "B-n", "M-n", "E-n", "S-n", "B-v", "M-v", "E-v", "S-v", "B-t", "M-t", "E-t", "S-t", "B-m", "M-m",
        "E-m", "S-m", "B-o", "M-o", "E-o", "S-o", "B-x", "M-x", "E-x", "S-x",
    ]
}

/// Feature of the character at `place` (0-based) of a word of `length`
/// characters with part of speech `pos`.
pub fn word_feature(pos: &str, place: usize, length: usize) -> u8 {
    let position = match (place, length) {
        (_, 1) => 3,
        (0, _) => 0,
        (p, n) if p + 1 == n => 2,
        _ => 1,
    };
    1 + 4 * group(pos) + position
}

fn group(pos: &str) -> u8 {
    let bytes = pos.as_bytes();
    let name = match (bytes.first(), bytes.get(1)) {
        (Some(b'n'), Some(b'r')) if pos == "nrt" => "nrt",
        (Some(b'n'), Some(b'r')) => "nr",
        (Some(b'n'), Some(b's')) => "ns",
        (Some(b'n'), Some(b't')) => "nt",
        (Some(b'n'), Some(b'z')) => "nz",
        (Some(b'j'), _) => "j",
        (Some(b'n'), _) | (Some(b'v' | b'a'), Some(b'n')) => "n",
        (Some(b'v'), _) => "v",
        (Some(b't'), _) => "t",
        (Some(b'm' | b'q'), _) => "m",
        (Some(b'x' | b'w'), _) | (None, _) => "x",
        _ => "o",
    };
    GROUPS.iter().position(|&g| g == name).unwrap_or(GROUPS.len() - 1) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_numbers() {
        assert_eq!(FEATURE_NAMES[word_feature("ns", 0, 2) as usize], "B-ns");
        assert_eq!(FEATURE_NAMES[word_feature("nrt", 1, 3) as usize], "M-nrt");
        assert_eq!(FEATURE_NAMES[word_feature("vn", 1, 2) as usize], "E-n");
        assert_eq!(FEATURE_NAMES[word_feature("uj", 0, 1) as usize], "S-o");
        assert_eq!(FEATURE_NAMES[word_feature("", 0, 1) as usize], "S-x");
        for (g, group) in GROUPS.iter().enumerate() {
            assert_eq!(FEATURE_NAMES[1 + 4 * g], format!("B-{group}"));
        }
    }
}
