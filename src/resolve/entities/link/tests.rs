use super::*;

/// Mentions written inline: `[特朗普|PER]说`.
fn linked(marked: &str, published: &str) -> (Vec<Mention>, Linked) {
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
    let kb = KnowledgeBase::embedded().expect("embedded");
    let linked = link(&text, &mentions, published.parse().ok(), &kb);
    (mentions, linked)
}

fn names(marked: &str, published: &str) -> Vec<String> {
    let (_, linked) = linked(marked, published);
    linked
        .refs
        .iter()
        .map(|found| {
            found
                .entity
                .map_or(String::new(), |entity| linked.entities[entity].name.clone())
        })
        .collect()
}

#[test]
fn one_entity_for_all_names_of_trump() {
    let (_, linked) = linked(
        "[特朗普|PER]、[川普|PER]、[唐納德·川普|PER]、[Trump|PER]",
        "2020-10-16",
    );
    assert_eq!(linked.entities.len(), 1);
    let trump = &linked.entities[0];
    assert_eq!(
        (trump.id.as_str(), trump.name.as_str()),
        ("Q22686", "唐纳德·特朗普")
    );
    assert_eq!(trump.name_en.as_deref(), Some("Donald Trump"));
    assert_eq!(trump.name_hant.as_deref(), Some("唐納德·特朗普"));
    assert_eq!(trump.variants.len(), 4);
}

#[test]
fn short_forms_join_the_long_one() {
    assert_eq!(
        names(
            "[帕特·希尔德斯海姆|PER]说……[希尔德斯海姆|PER]又说，[郑义伟|PER]和[郑|PER]",
            "2024-04-17"
        ),
        ["帕特·希尔德斯海姆", "帕特·希尔德斯海姆", "郑义伟", "郑义伟"]
    );
    // A relative is not the president.
    assert_eq!(
        names("[亨特·拜登|PER]与[拜登|PER]", "2021-03-01"),
        ["亨特·拜登", "乔·拜登"]
    );
}

#[test]
fn glosses_name_the_same() {
    let who = names("[世界卫生组织|ORG]（[世卫组织|ORG]，[WHO|ORG]）称", "2020-08-01");
    assert_eq!(who, ["世界卫生组织"; 3]);
    let unknown = names(
        "[绿水协会|ORG]（以下简称“[绿协|ORG]”）成立，[绿协|ORG]说",
        "2020-08-01",
    );
    assert_eq!(unknown, ["绿水协会"; 3]);
    assert_eq!(
        names(
            "[拜登|PER]和[哈里斯|PER]([Kamala Harris|PER])，[Biden|PER]",
            "2020-08-20"
        ),
        ["乔·拜登", "卡玛拉·哈里斯", "卡玛拉·哈里斯", "乔·拜登"]
    );
}

#[test]
fn the_context_says_whose_body_it_is() {
    assert_eq!(
        names("[美国|LOC]防长访华，[国防部|ORG]说", "2024-04-17")[1],
        "美国国防部"
    );
    assert_eq!(
        names("[中国|LOC]的[国防部|ORG]发言人", "2024-04-17")[1],
        "中国国防部"
    );
    assert_eq!(names("[法国|LOC]的[外交部|ORG]", "2024-04-17")[1], "法国外交部");
    assert_eq!(
        names(
            "[俄外交部|ORG]、[南京市委|ORG]、[港大教職員工會|ORG]",
            "2024-04-17"
        ),
        ["俄罗斯外交部", "中国共产党南京市委员会", "香港大学教职员工会"]
    );
    assert_eq!(
        names("交通固定投资，[财政部|ORG]表示", "2026-01-31"),
        ["中国财政部"]
    );
}

#[test]
fn headlines_abbreviate_the_country() {
    assert_eq!(
        names("[美国会|ORG]与[英国会|ORG]", "2024-04-17"),
        ["美国国会", "英国议会"]
    );
}

#[test]
fn one_character_places() {
    assert_eq!(
        names(
            "[中|LOC][俄|LOC]与[港|LOC][澳|LOC]、[印|LOC][巴|LOC]、[巴|LOC][以|LOC]",
            "2024-04-17"
        ),
        [
            "中国",
            "俄罗斯",
            "香港",
            "澳门",
            "印度",
            "巴基斯坦",
            "巴勒斯坦",
            "以色列"
        ]
    );
    assert_eq!(
        names(
            "[美国|LOC][乔治亚州|LOC]、[东京都|LOC]、[台中市|LOC]",
            "2020-11-07"
        )[1..],
        ["佐治亚州", "东京", "台中"]
    );
}

#[test]
fn a_namesake_is_not_the_premier() {
    assert_eq!(
        linked("国务院总理[李强|PER]", "2024-04-17").1.refs[0].rule,
        Rule::Name
    );
    assert_eq!(linked("居民[李强|PER]说", "2024-04-17").1.refs[0].rule, Rule::New);
}

#[test]
fn roles_with_body_and_time() {
    let (_, linked) = linked(
        "[美国|LOC]国防部长 [奥斯汀|PER]与时任国防部长[魏凤和|PER]、[五角大楼|ORG]发言人、空军少将[帕特·莱德|PER]，[拜登|PER]总统",
        "2024-04-17",
    );
    let role = |name: &str| {
        let entity = linked.entities.iter().find(|e| e.name == name).expect("entity");
        entity
            .roles
            .iter()
            .map(|r| format!("{}/{}/{}", r.title, r.of.as_deref().unwrap_or(""), r.former))
            .collect::<Vec<_>>()
    };
    assert_eq!(role("劳埃德·奥斯汀"), ["国防部长/美国/false"]);
    assert_eq!(role("魏凤和"), ["国防部长//true"]);
    assert_eq!(role("帕特·莱德"), ["空军少将//false", "发言人/美国国防部/false"]);
    assert_eq!(role("乔·拜登"), ["总统//false"]);
}

proptest::proptest! {
    /// No text and no mentions, however wrong their offsets, make it panic.
    #[test]
    fn never_panics(text in "[中国防部长前、（）()兼 a·]{0,40}", spans in proptest::collection::vec((0usize..45, 0usize..9, 0usize..3), 0..6)) {
        let length = text.chars().count();
        let mut spans = spans;
        spans.sort_unstable();
        let mut mentions = Vec::new();
        let mut free = 0;
        for (start, size, kind) in spans {
            let end = (start + size).min(length);
            if start < free || start >= end {
                continue;
            }
            free = end;
            mentions.push(Mention {
                start,
                end,
                text: text.chars().skip(start).take(end - start).collect(),
                kind: EntityType::ALL[kind],
                confidence: 0.5,
                entity: None,
            });
        }
        let kb = KnowledgeBase::embedded().expect("embedded");
        let linked = link(&text, &mentions, None, &kb);
        proptest::prop_assert_eq!(linked.refs.len(), mentions.len());
    }
}
