use proptest::prelude::*;

use super::*;
use crate::document::{Document, EntityType, Mention, SCHEMA};
use crate::resolve::entities::{KnowledgeBase, link};

/// A record of a text with mentions written inline: `[帕特·莱德|PER]说`.
fn record(id: &str, day: &str, marked: &str) -> Document {
    let (mut text, mut mentions) = (String::new(), Vec::new());
    let mut rest = marked;
    while let Some((plain, tail)) = rest.split_once('[') {
        text.push_str(plain);
        let (mention, tail) = tail.split_once(']').expect("closed");
        let (surface, kind) = mention.split_once('|').expect("typed");
        let start = text.chars().count();
        text.push_str(surface);
        mentions.push(Mention {
            start,
            end: text.chars().count(),
            text: surface.to_owned(),
            kind: kind.parse().expect("type"),
            confidence: 1.0,
            entity: None,
        });
        rest = tail;
    }
    text.push_str(rest);
    let published = day.parse().ok();
    let linked = link(&text, &mentions, published, &knowledge());
    for (mention, reference) in mentions.iter_mut().zip(&linked.refs) {
        mention.entity = reference.entity.map(|at| linked.entities[at].id.clone());
    }
    Document {
        schema: SCHEMA.to_owned(),
        id: id.to_owned(),
        url: None,
        source: None,
        title: None,
        published,
        text,
        mentions,
        entities: linked.entities,
        dates: Vec::new(),
        topics: Vec::new(),
        tokens: None,
    }
}

fn knowledge() -> KnowledgeBase {
    KnowledgeBase::embedded().expect("embedded")
}

fn evidence(records: &[Document]) -> Evidence {
    let mut all = Evidence::default();
    records.iter().for_each(|record| all.merge(Evidence::of(record)));
    all
}

fn linked(records: &[Document]) -> (Learned, Vec<Document>) {
    let learned = evidence(records).decide(&knowledge());
    let mut records = records.to_vec();
    records.iter_mut().for_each(|record| {
        learned.apply(record);
    });
    (learned, records)
}

/// Texts of one article each, a day apart → the ids of their mentions after linking.
fn ids(texts: &[&str]) -> Vec<Vec<String>> {
    let records: Vec<Document> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| record(&at.to_string(), &format!("2024-04-{:02}", at + 1), text))
        .collect();
    let (_, records) = linked(&records);
    let ids = records.iter().map(|record| {
        let ids = record
            .mentions
            .iter()
            .map(|m| m.entity.clone().unwrap_or_default());
        ids.collect()
    });
    ids.collect()
}

#[test]
fn a_gloss_holds_for_other_articles() {
    let ids = ids(&[
        "[绿水河保护协会|ORG]（以下简称“[绿协|ORG]”）成立",
        "[绿协|ORG]今天说，[佩德罗·卡斯塔尼亚|PER]（[Pedro Castania|PER]）加入",
        "[Pedro Castania|PER] left",
    ]);
    assert_eq!(ids[1][0], "ORG:绿水河保护协会");
    assert_eq!(ids[2][0], "PER:佩德罗·卡斯塔尼亚");
}

#[test]
fn a_gloss_of_several_bodies_is_learned_for_none() {
    let ids = ids(&[
        "[绿水河保护协会|ORG]（以下简称“[绿协|ORG]”）成立",
        "[绿原草地协会|ORG]（以下简称“[绿协|ORG]”）成立",
        "[绿协|ORG]今天说",
    ]);
    assert_eq!(ids[2][0], "ORG:绿协");
}

#[test]
fn a_family_name_is_joined_by_title_or_company() {
    let long = "[五角大楼|ORG]发言人[帕特·希尔德海姆|PER]在[绿水河保护协会|ORG]说";
    let ids = ids(&[
        long,
        "[五角大楼|ORG]发言人[希尔德海姆|PER]说",
        "[绿水河保护协会|ORG]迎来[希尔德海姆|PER]",
        "[希尔德海姆|PER]进球",
        "球员[希尔德海姆|PER]进球，[绿水河保护协会|ORG]祝贺",
    ]);
    assert_eq!(ids[1][1], "PER:帕特·希尔德海姆");
    assert_eq!(ids[2][1], "PER:帕特·希尔德海姆");
    assert_eq!(ids[3][0], "PER:希尔德海姆", "nothing says that it is he");
    assert_eq!(ids[4][0], "PER:希尔德海姆", "another title");
}

#[test]
fn a_family_name_of_two_bearers_stays() {
    let ids = ids(&[
        "[五角大楼|ORG]发言人[帕特·希尔德海姆|PER]说",
        "[安娜·希尔德海姆|PER]唱歌",
        "[五角大楼|ORG]发言人[希尔德海姆|PER]说",
    ]);
    assert_eq!(ids[2][1], "PER:希尔德海姆");
}

#[test]
fn transliterations_that_sound_alike() {
    let ids = ids(&[
        "[瓦西里·斯捷潘诺夫|PER]说",
        "[瓦西里·思捷潘诺夫|PER]说",
        "[德国|LOC]总理[默克耳|PER]说",
        "[王力里|PER]和[王丽莉|PER]",
        "[王毅|PER]和[王沂|PER]",
    ]);
    assert_eq!(ids[1][0], ids[0][0]);
    assert_eq!(
        ids[2][1],
        record("x", "", "[默克尔|PER]").mentions[0]
            .entity
            .clone()
            .unwrap()
    );
    assert_ne!(ids[3][0], ids[3][1]);
    assert_eq!(ids[4][1], "PER:王沂");
}

#[test]
fn names_side_by_side_are_not_joined_by_their_sound() {
    let ids = ids(&["[瓦西里·斯捷潘诺夫|PER]和弟弟[瓦西里·思捷潘诺夫|PER]说"]);
    assert_ne!(ids[0][0], ids[0][1]);
}

#[test]
fn records_keep_their_order_and_forms() {
    let records = [
        record(
            "a",
            "2024-04-17",
            "[绿水河保护协会|ORG]（以下简称“[绿协|ORG]”）成立",
        ),
        record(
            "b",
            "2024-04-18",
            "[绿协|ORG]主席[王小毛|PER]、[绿水河保护协会|ORG]总干事[李大毛|PER]",
        ),
    ];
    let (_, records) = linked(&records);
    let entities = &records[1].entities;
    assert_eq!(entities[0].variants, ["绿协", "绿水河保护协会"]);
    assert_eq!(
        entities
            .iter()
            .map(|entity| entity.name.as_str())
            .collect::<Vec<_>>(),
        ["绿水河保护协会", "王小毛", "李大毛"]
    );
    assert_eq!(entities[1].roles[0].of.as_deref(), Some("绿水河保护协会"));
}

#[test]
fn the_learned_file_can_be_given_back() {
    let records = [
        record(
            "a",
            "2024-04-17",
            "[绿水河保护协会|ORG]（以下简称“[绿协|ORG]”）成立",
        ),
        record(
            "b",
            "2024-04-17",
            "[佩德罗·卡斯塔尼亚|PER]（[Pedro Castania|PER]）加入",
        ),
        record("c", "2024-04-17", "[德国|LOC]总理[默克耳|PER]说"),
    ];
    let (learned, _) = linked(&records);
    assert_eq!(learned.merges().len(), 3, "{:?}", learned.merges());
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), learned.to_toml()).unwrap();
    let (kb, idle) = knowledge().with_overrides(file.path()).unwrap();
    assert_eq!(idle, [], "{}", learned.to_toml());
    assert!(
        kb.find("绿协")
            .iter()
            .any(|&(entity, _)| kb.name(entity) == "绿水河保护协会")
    );
    assert!(
        kb.find("默克耳")
            .iter()
            .any(|&(entity, _)| kb.id(entity).starts_with('Q'))
    );
}

/// Texts that share names, so that every kind of evidence occurs.
const TEXTS: &[&str] = &[
    "[绿水河保护协会|ORG]（以下简称“[绿协|ORG]”）成立",
    "[绿协|ORG]说",
    "[绿原草地协会|ORG]（[绿协|ORG]）说",
    "[五角大楼|ORG]发言人[帕特·希尔德海姆|PER]在[绿水河保护协会|ORG]说",
    "[五角大楼|ORG]发言人[希尔德海姆|PER]说",
    "[希尔德海姆|PER]与[绿水河保护协会|ORG]",
    "[帕特·希尔德海母|PER]（[Pat Hildesheim|PER]）说",
    "[安娜·希尔德海姆|PER]说",
    "[德国|LOC]总理[默克耳|PER]说",
    "[瓦西里·斯捷潘诺夫|PER]（[Vasily Stepanov|PER]）",
    "[瓦西里·思捷潘诺夫|PER]",
    "[Vasily Stepanov|PER] said",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Neither the order of the records nor how they are split changes what is learned.
    #[test]
    fn order_and_shards_change_nothing(
        picks in proptest::collection::vec((0..TEXTS.len(), 1u8..28), 1..14),
        order in proptest::collection::vec(any::<u32>(), 14),
        cut in 0usize..14,
    ) {
        let records: Vec<Document> = picks
            .iter()
            .enumerate()
            .map(|(at, &(text, day))| record(&at.to_string(), &format!("2024-04-{day:02}"), TEXTS[text]))
            .collect();
        let mut shuffled: Vec<&Document> = records.iter().collect();
        let mut keys = order.iter();
        shuffled.sort_by_cached_key(|_| keys.next().copied());
        let (first, second) = shuffled.split_at(cut.min(shuffled.len()));
        let shard = |records: &[&Document]| {
            let mut all = Evidence::default();
            records.iter().for_each(|record| all.merge(Evidence::of(record)));
            all
        };
        let mut sharded = shard(second);
        sharded.merge(shard(first));
        let learned = sharded.decide(&knowledge());
        let expected = evidence(&records).decide(&knowledge());
        prop_assert_eq!(&learned, &expected);
        prop_assert_eq!(learned.to_toml(), expected.to_toml());
    }

    /// Records with wrong offsets and ids are read without a panic, and linking twice
    /// changes nothing more.
    #[test]
    fn odd_records_do_no_harm(start in 0usize..40, end in 0usize..40, id in "[A-Z]{1,3}:?[甲乙]{0,2}") {
        let mut odd = record("a", "2024-04-17", TEXTS[0]);
        odd.mentions[0].start = start;
        odd.mentions[1].end = end;
        odd.mentions[0].entity = Some(id.clone());
        odd.entities[0].id = id;
        odd.entities[0].kind = EntityType::Person;
        let (learned, mut records) = linked(&[odd, record("b", "", TEXTS[1])]);
        let once = records.clone();
        records.iter_mut().for_each(|record| { learned.apply(record); });
        prop_assert_eq!(once, records);
    }
}
