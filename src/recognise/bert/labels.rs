//! What the labels of a checkpoint mean: `id2label` → columns of a [`Scheme`].

use std::collections::BTreeMap;

use crate::document::EntityType;
use crate::recognise::scheme::{OUTSIDE, Part, Scheme};

/// Names that the data sets use for our types, in lower case: MSRA, People's Daily (jieba's
/// and PFR's `nr ns nt`), OntoNotes, Weibo, CLUENER, Resume, ACE.
const TYPES: [(EntityType, &[&str]); 3] = [
    (
        EntityType::Person,
        &[
            "per", "pers", "person", "people", "name", "nr", "nrf", "nrt", "per.nam", "人名", "人物", "人",
        ],
    ),
    (
        EntityType::Location,
        &[
            "loc",
            "location",
            "gpe",
            "ns",
            "nsf",
            "place",
            "address",
            "scene",
            "fac",
            "facility",
            "geo",
            "loc.nam",
            "gpe.nam",
            "地名",
            "地点",
            "地址",
            "地缘政治实体",
        ],
    ),
    (
        EntityType::Organization,
        &[
            "org",
            "organization",
            "organisation",
            "nt",
            "company",
            "com",
            "government",
            "gov",
            "institution",
            "agency",
            "org.nam",
            "组织机构",
            "机构名",
            "机构",
            "组织",
            "团体机构",
            "公司",
            "公司名",
        ],
    ),
];

/// Types of the same data sets that are none of ours.
const OTHER: &[&str] = &[
    "misc",
    "norp",
    "time",
    "date",
    "money",
    "percent",
    "percentage",
    "quantity",
    "cardinal",
    "ordinal",
    "product",
    "pro",
    "event",
    "work_of_art",
    "law",
    "language",
    "book",
    "game",
    "movie",
    "position",
    "title",
    "cont",
    "edu",
    "race",
    "veh",
    "wea",
    "nz",
    "nw",
    "t",
    "m",
    "per.nom",
    "loc.nom",
    "gpe.nom",
    "org.nom",
];

/// The value in the user's table for types that are none of ours.
const NONE: &str = "none";

/// How the logits of a checkpoint become scores of a scheme.
#[derive(Debug)]
pub(super) struct Labels {
    pub scheme: Scheme,
    /// For each label of the scheme, the checkpoint's labels that mean it.
    columns: Vec<Vec<usize>>,
    /// Types that no table knows; they count as outside.
    pub unknown_types: Vec<String>,
}

impl Labels {
    /// Reads the names of labels, in the order of the logits. `table` maps types, in any
    /// case, to `PER`, `LOC`, `ORG` or `none`, before our own table does.
    ///
    /// The error says what was expected.
    pub(super) fn new(names: &[String], table: &BTreeMap<String, String>) -> Result<Self, String> {
        let table = user_table(table)?;
        let tags = names
            .iter()
            .map(|name| {
                parse(name).ok_or_else(|| {
                    format!(
                        "label {name:?} of id2label: expected O, or a type with B, I, E, S (or M, L, U) such as B-PER"
                    )
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let closes = |tag: &Tag<'_>| matches!(tag, Some((Part::End | Part::Single, _)));
        let scheme = if tags.iter().any(closes) {
            Scheme::Bioes
        } else {
            Scheme::Bio
        };
        let mut columns = vec![Vec::new(); scheme.count()];
        let mut unknown_types: Vec<String> = Vec::new();
        for (at, tag) in tags.iter().enumerate() {
            let column = match *tag {
                None => OUTSIDE,
                Some((part, name)) => match kind(name, &table) {
                    Some(Some(kind)) => scheme.label(part, kind).unwrap_or(OUTSIDE),
                    Some(None) => OUTSIDE,
                    None => {
                        unknown_types.push(name.to_owned());
                        OUTSIDE
                    }
                },
            };
            columns[column].push(at);
        }
        unknown_types.sort();
        unknown_types.dedup();
        if columns[OUTSIDE].is_empty() {
            return Err("id2label has no label O".into());
        }
        if columns[OUTSIDE].len() == names.len() {
            return Err(format!(
                "none of the types in id2label is a person, place or organisation to us ({}): say which are, \
                 in a file with `[types]` and lines such as {:?} = \"PER\"",
                unknown_types.join(", "),
                unknown_types.first().map_or("NAME", String::as_str),
            ));
        }
        Ok(Self {
            scheme,
            columns,
            unknown_types,
        })
    }

    /// Number of the checkpoint's labels.
    pub(super) fn inputs(&self) -> usize {
        self.columns.iter().map(Vec::len).sum()
    }

    /// The scores of one token: the probabilities of labels that mean the same add up.
    pub(super) fn scores<'a>(&'a self, logits: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        self.columns.iter().map(|labels| match labels[..] {
            [only] => logits[only],
            _ => log_sum(labels.iter().map(|&label| f64::from(logits[label]))) as f32,
        })
    }
}

/// Logarithm of the sum of the exponentials; −∞ of nothing.
fn log_sum(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + values.map(|v| (v - largest).exp()).sum::<f64>().ln()
}

/// A part of an entity and the name of its type; `None` outside.
type Tag<'n> = Option<(Part, &'n str)>;

/// Reads `O`, `B-PER`, `B_PER` or `PER-B`; special tokens such as `[CLS]` are outside. `None` for all else.
fn parse(name: &str) -> Option<Tag<'_>> {
    let is_special = name.starts_with(['[', '<']) || matches!(name, "X" | "PAD");
    if is_special || name.eq_ignore_ascii_case("o") {
        return Some(None);
    }
    let at_front = name.split_once(['-', '_']);
    let at_back = || name.rsplit_once(['-', '_']).map(|(kind, part)| (part, kind));
    let read = |(part, kind): (&str, _)| Some((part_of(part)?, kind));
    at_front
        .and_then(read)
        .or_else(|| at_back().and_then(read))
        .map(Some)
}

fn part_of(letter: &str) -> Option<Part> {
    match letter {
        "B" | "b" => Some(Part::Begin),
        "I" | "M" | "i" | "m" => Some(Part::Inside),
        "E" | "L" | "e" | "l" => Some(Part::End),
        "S" | "U" | "s" | "u" => Some(Part::Single),
        _ => None,
    }
}

type Table = BTreeMap<String, Option<EntityType>>;

fn user_table(table: &BTreeMap<String, String>) -> Result<Table, String> {
    let entry = |(name, value): (&String, &String)| -> Result<(String, Option<EntityType>), String> {
        let kind = match value.as_str() {
            NONE => None,
            value => Some(
                value
                    .parse::<EntityType>()
                    .map_err(|_| format!("[types] {name} = {value:?}: expected PER, LOC, ORG or none"))?,
            ),
        };
        Ok((name.to_lowercase(), kind))
    };
    table.iter().map(entry).collect()
}

/// What a type is to us; `None` if no table has it.
fn kind(name: &str, table: &Table) -> Option<Option<EntityType>> {
    let name = name.to_lowercase();
    if let Some(&kind) = table.get(&name) {
        return Some(kind);
    }
    let ours = TYPES
        .iter()
        .find(|(_, names)| names.contains(&name.as_str()))
        .map(|&(kind, _)| Some(kind));
    ours.or_else(|| OTHER.contains(&name.as_str()).then_some(None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use EntityType::{Location, Organization, Person};

    fn labels(names: &[&str], table: &[(&str, &str)]) -> Result<Labels, String> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let table = table
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .collect();
        Labels::new(&names, &table)
    }

    fn column(labels: &Labels, part: Part, kind: EntityType) -> &[usize] {
        &labels.columns[labels.scheme.label(part, kind).unwrap()]
    }

    #[test]
    fn every_way_of_writing_labels() {
        let bio = labels(&["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"], &[]).unwrap();
        assert_eq!(bio.scheme, Scheme::Bio);
        assert_eq!(column(&bio, Part::Inside, Organization), [6]);

        let bmes = labels(&["B-NAME", "M-NAME", "E-NAME", "S-NAME", "B-TITLE", "O"], &[]).unwrap();
        assert_eq!(bmes.scheme, Scheme::Bioes);
        assert_eq!(column(&bmes, Part::Inside, Person), [1]);
        assert_eq!(bmes.columns[OUTSIDE], [4, 5]);

        let bilou = labels(&["O", "B_ns", "I_ns", "L_ns", "U_ns", "[CLS]", "[SEP]"], &[]).unwrap();
        assert_eq!(column(&bilou, Part::Single, Location), [4]);
        assert_eq!(bilou.columns[OUTSIDE], [0, 5, 6]);

        let back = labels(&["O", "nt-B", "nt-I", "WORK_OF_ART-B"], &[]).unwrap();
        assert_eq!(column(&back, Part::Begin, Organization), [1]);
        assert!(back.unknown_types.is_empty());
    }

    #[test]
    fn finer_types_add_up() {
        let fine = labels(
            &[
                "O",
                "B-GPE",
                "B-LOC",
                "I-GPE",
                "I-LOC",
                "B-company",
                "B-government",
            ],
            &[],
        )
        .unwrap();
        assert_eq!(column(&fine, Part::Begin, Location), [1, 2]);
        let scores: Vec<f32> = fine.scores(&[0.0, 1.0, 1.0, 0.0, 0.0, 2.0, 2.0]).collect();
        let begin = Scheme::Bio.label(Part::Begin, Location).unwrap();
        assert!((scores[begin] - (1.0 + 2f32.ln())).abs() < 1e-6);
        // Nothing means a person here.
        let person = Scheme::Bio.label(Part::Begin, Person).unwrap();
        assert_eq!(scores[person], f32::NEG_INFINITY);
    }

    #[test]
    fn large_logits_do_not_overflow() {
        let fine = labels(&["O", "B-GPE", "B-LOC"], &[]).unwrap();
        let begin = Scheme::Bio.label(Part::Begin, Location).unwrap();
        let score = fine.scores(&[0.0, 900.0, 900.0]).nth(begin).unwrap();
        assert!((score - 900.693).abs() < 1e-2, "{score}");
    }

    #[test]
    fn the_user_decides_about_types() {
        let names = ["O", "B-GPE", "I-GPE", "B-SHIP", "I-SHIP", "B-PER", "I-PER"];
        assert_eq!(labels(&names, &[]).unwrap().unknown_types, ["SHIP"]);
        let own = labels(&names, &[("gpe", "ORG"), ("Ship", "LOC"), ("PER", "none")]).unwrap();
        assert!(own.unknown_types.is_empty());
        assert_eq!(column(&own, Part::Begin, Organization), [1]);
        assert_eq!(column(&own, Part::Begin, Location), [3]);
        assert_eq!(own.columns[OUTSIDE], [0, 5, 6]);
    }

    #[test]
    fn errors_say_what_was_expected() {
        let refused = |names: &[&str], table: &[(&str, &str)]| labels(names, table).unwrap_err();
        assert!(refused(&["LABEL_0", "LABEL_1"], &[]).contains("label \"LABEL_0\" of id2label: expected O"));
        assert!(refused(&["B-PER", "I-PER"], &[]).contains("no label O"));
        assert!(refused(&["O", "B-X1", "I-X1"], &[]).contains("\"X1\" = \"PER\""));
        assert!(refused(&["O", "B-PER"], &[("PER", "person")]).contains("expected PER, LOC, ORG or none"));
    }
}
