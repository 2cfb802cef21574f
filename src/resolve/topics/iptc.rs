//! The first two levels of the IPTC Media Topics with their names.

use std::sync::LazyLock;

/// Written by `data/topics/build_iptc.py`; © IPTC, CC BY 4.0.
const TABLE: &str = include_str!("../../../data/topics/iptc.tsv");

static CONCEPTS: LazyLock<Vec<Concept>> = LazyLock::new(|| {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| {
        let mut cells = row.split('\t');
        Some(Concept {
            code: cells.next()?.strip_prefix(PREFIX)?,
            parent: cells.next()?.strip_prefix(PREFIX),
            name: cells.next()?,
            name_en: cells.next()?,
        })
    })
    .collect()
});

/// Prefix of the codes in records.
pub const PREFIX: &str = "medtop:";

/// A concept of the IPTC Media Topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concept {
    /// Code without [`PREFIX`].
    pub code: &'static str,
    /// Code of the concept of the first level that this one of the second belongs to.
    pub parent: Option<&'static str>,
    /// Chinese name.
    pub name: &'static str,
    /// English name.
    pub name_en: &'static str,
}

/// All concepts, a concept of the first level before its narrower ones.
pub fn concepts() -> &'static [Concept] {
    &CONCEPTS
}

/// The concept of a code, with or without [`PREFIX`].
pub fn concept(code: &str) -> Option<&'static Concept> {
    let code = code.strip_prefix(PREFIX).unwrap_or(code);
    CONCEPTS.iter().find(|concept| concept.code == code)
}

impl Concept {
    /// The code of the first level that this concept is or belongs to.
    pub fn top(&self) -> &'static str {
        self.parent.unwrap_or(self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_levels_with_names() {
        assert_eq!(concepts().iter().filter(|c| c.parent.is_none()).count(), 17);
        assert!(concepts().len() > 130);
        let climate = concept("medtop:20000418").unwrap();
        assert_eq!((climate.name, climate.top()), ("气候变化", "06000000"));
        for concept in concepts() {
            assert!(
                !concept.name.is_empty() && !concept.name_en.is_empty(),
                "{concept:?}"
            );
            assert!(
                concept
                    .parent
                    .is_none_or(|parent| super::concept(parent).is_some())
            );
        }
    }
}
