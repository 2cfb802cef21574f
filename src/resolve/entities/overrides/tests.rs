use super::*;
use crate::document::Mention;
use crate::resolve::entities::link;

fn base(file: &str) -> Result<(KnowledgeBase, Vec<NoEffect>)> {
    base_in("kb.toml", file)
}

fn base_in(name: &str, file: &str) -> Result<(KnowledgeBase, Vec<NoEffect>)> {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join(name);
    std::fs::write(&path, file).expect("written");
    KnowledgeBase::embedded()?.with_overrides(path)
}

fn name(kb: &KnowledgeBase, text: &str, kind: EntityType) -> String {
    let mention = Mention {
        start: 0,
        end: text.chars().count(),
        text: text.to_owned(),
        kind,
        confidence: 1.0,
        entity: None,
    };
    let linked = link(text, &[mention], None, kb);
    linked
        .entities
        .first()
        .map_or(String::new(), |entity| entity.name.clone())
}

#[test]
fn the_user_decides_last() {
    let (kb, idle) = base(
        "[[add]]\nname = \"甲·乙丙\"\ntype = \"PER\"\nvariants = [\"老乙\"]\n\
         [[merge]]\nfrom = \"大胡子\"\ninto = \"普京\"\n\
         [[split]]\nname = \"五角大楼\"\nof = \"美国国防部\"\n\
         [[rename]]\nfrom = \"菅义伟\"\nto = \"菅先生\"\n\
         [[suppress]]\nname = \"钓鱼岛\"\n",
    )
    .unwrap();
    assert_eq!(idle, []);
    use EntityType::{Organization, Person};
    assert_eq!(name(&kb, "老乙", Person), "甲·乙丙");
    assert_eq!(name(&kb, "乙丙", Person), "甲·乙丙");
    assert_eq!(name(&kb, "大胡子", Person), "弗拉基米尔·普京");
    assert_eq!(name(&kb, "五角大楼", Organization), "五角大楼");
    assert_eq!(name(&kb, "菅义伟", Person), "菅先生");
    assert_eq!(name(&kb, "尖阁诸岛", EntityType::Location), "尖阁诸岛");
}

#[test]
fn entries_without_effect_are_reported_with_their_line() {
    let (_, idle) = base(
        "# mine\n[[suppress]]\nname = \"查无此人甲乙丙\"\n\n[[split]]\nname = \"白宫\"\nof = \"普京\"\n\n\
         [[merge]]\nfrom = \"川普\"\ninto = \"特朗普\"\n",
    )
    .unwrap();
    assert_eq!(idle.iter().map(|entry| entry.line).collect::<Vec<_>>(), [2, 5, 9]);
    assert!(idle[0].reason.contains("no entity is named"));
}

#[test]
fn a_wrong_key_names_its_line() {
    let error = base("[[add]]\nname = \"甲\"\ntype = \"PER\"\nvariant = [\"乙\"]\n").unwrap_err();
    assert!(error.to_string().contains("kb.toml:4"), "{error}");
}

#[test]
fn csv_says_the_same() {
    let (kb, idle) = base_in(
        "kb.CSV",
        "\u{feff}action,name,target,type,variants,place\n\
         # mine\n\
         add,甲·乙丙,,PER,老乙|乙老,美国\n\
         merge,大胡子,Q7747\n\
         split,五角大楼,美国国防部\n\
         rename,菅义伟,菅先生\n\
         suppress,钓鱼岛\n",
    )
    .unwrap();
    assert_eq!(idle, []);
    use EntityType::{Organization, Person};
    assert_eq!(name(&kb, "乙老", Person), "甲·乙丙");
    assert_eq!(name(&kb, "大胡子", Person), "弗拉基米尔·普京");
    assert_eq!(name(&kb, "五角大楼", Organization), "五角大楼");
    assert_eq!(name(&kb, "菅义伟", Person), "菅先生");
    assert_eq!(name(&kb, "尖阁诸岛", EntityType::Location), "尖阁诸岛");
}

#[test]
fn csv_lines_without_effect_are_reported() {
    let (_, idle) = base_in(
        "kb.csv",
        "action,name,target,type\nad,甲,,PER\nadd,甲\nmerge,甲\nsuppress,白宫,普京\nsuppress,白宫\n\
         suppress,白宫\nadd,甲,,PER,乙\n",
    )
    .unwrap();
    let reported: Vec<_> = idle.iter().map(|entry| entry.line).collect();
    assert_eq!(reported, [2, 3, 4, 5, 7, 8], "{idle:?}");
    let error = base_in("kb.csv", "action,name,kind\n").unwrap_err().to_string();
    assert!(
        error.contains("kb.csv:1") && error.contains("\"kind\""),
        "{error}"
    );
}

#[test]
fn what_a_known_entity_keeps_is_reported() {
    let (kb, idle) =
        base("[[add]]\nname = \"弗拉基米尔·普京\"\ntype = \"PER\"\nvariants = [\"大胡子\"]\nqid = \"Q1\"\n")
            .unwrap();
    assert!(idle[0].reason.contains("identifier"), "{idle:?}");
    assert_eq!(name(&kb, "大胡子", EntityType::Person), "弗拉基米尔·普京");
}

/// Suppressing the president once gave his family name to his son.
#[test]
fn nobody_inherits_the_names_of_a_suppressed_entity() {
    let (kb, idle) = base("[[suppress]]\nname = \"乔·拜登\"\n").unwrap();
    assert_eq!(idle, []);
    assert_eq!(name(&kb, "拜登", EntityType::Person), "拜登");
    let text = "亨特·拜登说，拜登知道";
    let mention = |start: usize, end: usize| Mention {
        start,
        end,
        text: text.chars().skip(start).take(end - start).collect(),
        kind: EntityType::Person,
        confidence: 1.0,
        entity: None,
    };
    let linked = link(text, &[mention(0, 5), mention(7, 9)], None, &kb);
    let names: Vec<_> = linked
        .entities
        .iter()
        .map(|entity| entity.name.as_str())
        .collect();
    assert_eq!(names, ["亨特·拜登", "拜登"]);
    // Its own mentions in a document stay together.
    let text = "乔·拜登说，拜登知道";
    let mention = |start: usize, end: usize| Mention {
        text: text.chars().skip(start).take(end - start).collect(),
        start,
        end,
        ..mention(0, 1)
    };
    let linked = link(text, &[mention(0, 4), mention(6, 8)], None, &kb);
    assert_eq!(linked.entities.len(), 1);
    assert_eq!(linked.entities[0].id, "PER:乔·拜登");
}

#[test]
fn a_name_of_another_kind_is_free() {
    let (kb, idle) = base("[[merge]]\nfrom = \"苏伊士\"\ninto = \"法新社\"\ntype = \"ORG\"\n").unwrap();
    assert_eq!(idle, []);
    assert_eq!(name(&kb, "苏伊士", EntityType::Organization), "法新社");
}
