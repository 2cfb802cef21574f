//! Where the knowledge base has a name from, for people who wonder.

use super::KnowledgeBase;
use super::key::key;
use super::table::{Number, Strength};
use crate::document::EntityType;

/// Kind, path and text of a curated table.
macro_rules! curated {
    ($kind:ident, $file:literal) => {
        (
            EntityType::$kind,
            concat!("data/kb/", $file),
            include_str!(concat!("../../../data/kb/", $file)),
        )
    };
}

/// The tables curated by hand. The rest of the knowledge base comes from packages.
const CURATED: &[(EntityType, &str, &str)] = &[
    curated!(Person, "people/americas-africa-oceania.psv"),
    curated!(Person, "people/asia.psv"),
    curated!(Person, "people/china.psv"),
    curated!(Person, "people/europe.psv"),
    curated!(Person, "people/hongkong-macau.psv"),
    curated!(Person, "people/middle-east.psv"),
    curated!(Person, "people/taiwan.psv"),
    curated!(Person, "people/united-states.psv"),
    curated!(Location, "places/countries.psv"),
    curated!(Location, "places/regions.psv"),
    curated!(Location, "places/cities.psv"),
    curated!(Organization, "organizations/china.psv"),
    curated!(Organization, "organizations/countries.psv"),
    curated!(Organization, "organizations/hongkong-taiwan.psv"),
    curated!(Organization, "organizations/international.psv"),
    curated!(Organization, "organizations/media-companies.psv"),
];

/// What a name stands for by the knowledge base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAs {
    /// Identifier of the entity.
    pub id: String,
    /// Its type.
    pub kind: EntityType,
    /// Its canonical name.
    pub name: String,
    /// How well the name stands for it.
    pub strength: NameStrength,
    /// `file:line` of the user's file or of the table that says so; `None` for what
    /// comes from a package.
    pub line: Option<String>,
}

/// How well a name stands for an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameStrength {
    /// Its own name.
    Canonical,
    /// Another name of the whole.
    Variant,
    /// A family name, a headline's one character.
    Short,
    /// A guess that context must confirm.
    Weak,
}

impl KnowledgeBase {
    /// What a name may stand for, the strongest first.
    pub fn known_as(&self, name: &str) -> Vec<KnownAs> {
        let key = key(name);
        let found = self.find(&key);
        let known = found.iter().map(|&(entity, strength)| KnownAs {
            id: self.id(entity),
            kind: self.kind(entity),
            name: self.name(entity).to_owned(),
            strength: match strength {
                Strength::Canonical => NameStrength::Canonical,
                Strength::Variant => NameStrength::Variant,
                Strength::Short => NameStrength::Short,
                Strength::Weak => NameStrength::Weak,
            },
            line: self.line(&key, entity),
        });
        known.collect()
    }

    fn line(&self, name: &str, entity: Number) -> Option<String> {
        let own = self.user.lines.get(&(name.to_owned(), entity));
        own.cloned()
            .or_else(|| curated_line(self.kind(entity), self.table_name(entity)?))
    }
}

/// The line of the table whose first cells have the name.
fn curated_line(kind: EntityType, name: &str) -> Option<String> {
    let of_kind = CURATED.iter().filter(|&&(of, ..)| of == kind);
    let mut lines = of_kind.flat_map(|&(_, file, text)| {
        let lines = text.lines().enumerate();
        lines.map(move |(number, line)| (file, number + 1, line))
    });
    let (file, number, _) = lines.find(|(.., line)| {
        // Tables of countries have the code in the first cell.
        let cells = line.split('|').take(2);
        cells
            .map(|cell| cell.trim().trim_end_matches('*'))
            .any(|cell| cell == name)
    })?;
    Some(format!("{file}:{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_traced_to_their_line() {
        let kb = KnowledgeBase::embedded().unwrap();
        let known = kb.known_as("川普");
        assert_eq!(known[0].name, "唐纳德·特朗普");
        let line = known[0].line.clone().unwrap();
        let (file, number) = line.split_once(':').unwrap();
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(path).unwrap();
        let row = text.lines().nth(number.parse::<usize>().unwrap() - 1).unwrap();
        assert!(row.starts_with("唐纳德·特朗普"), "{row}");
        assert!(
            kb.known_as("中国")[0]
                .line
                .as_ref()
                .unwrap()
                .starts_with("data/kb/places/countries.psv:")
        );
        assert!(kb.known_as("查无此人甲乙").is_empty());
    }
}
