use proptest::prelude::*;

use super::*;
use crate::document::{EntityType, Mention};

fn embedded() -> &'static Topics {
    static TOPICS: std::sync::OnceLock<Topics> = std::sync::OnceLock::new();
    TOPICS.get_or_init(|| Topics::embedded().unwrap())
}

fn issues(topics: &Topics, text: &str) -> Vec<String> {
    let found = topics.assign(&TopicInput::new(text));
    found
        .into_iter()
        .filter(|topic| topic.scheme == Scheme::Issue)
        .map(|topic| topic.id)
        .collect()
}

/// A set of topics with a single file of definitions.
fn load(source: &str) -> Result<Topics> {
    let mut definitions = Definitions::default();
    definitions.add("user.toml", source)?;
    Topics::from_definitions(definitions, "user.toml")
}

fn issue(body: &str) -> Topics {
    load(&format!("[[issue]]\nid = 'x'\nname = '甲'\n{body}")).unwrap()
}

#[test]
fn every_definition_passes_its_own_sentences() {
    let mut failures = Vec::new();
    for (kind, definition) in embedded().definitions() {
        if kind != Kind::Issue {
            continue;
        }
        assert!(
            !definition.positive.is_empty() && !definition.negative.is_empty(),
            "{}",
            definition.id
        );
        for sentence in &definition.positive {
            if !issues(embedded(), sentence).contains(&definition.id) {
                failures.push(format!("{} is not assigned to {sentence}", definition.id));
            }
        }
        for sentence in &definition.negative {
            if issues(embedded(), sentence).contains(&definition.id) {
                failures.push(format!("{} is assigned to {sentence}", definition.id));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn definitions_are_named_and_coded() {
    let definitions: Vec<_> = embedded()
        .definitions()
        .filter(|(kind, _)| *kind == Kind::Issue)
        .collect();
    assert!(definitions.len() >= 150);
    for (_, definition) in definitions {
        assert!(!definition.name_en.is_empty(), "{}", definition.id);
        assert!(!definition.iptc.is_empty(), "{}", definition.id);
        for code in &definition.iptc {
            assert!(iptc::concept(code).is_some(), "{}: {code}", definition.id);
        }
    }
}

#[test]
fn evidence_is_in_code_points_of_the_original() {
    let text = "😀ＡＩ時代：臺灣海峽局勢";
    let topics = embedded().assign(&TopicInput::new(text));
    let taiwan = topics.iter().find(|topic| topic.id == "taiwan").unwrap();
    assert_eq!(taiwan.evidence, [[6, 10]]);
}

#[test]
fn hints_need_company_and_repetition_is_damped() {
    let topics = issue("hints = ['甲', '乙^0.5']\nterms = ['丙^0.6']");
    let late = |body: &str| format!("{}\n{body}", "长".repeat(300));
    assert!(issues(&topics, &late("甲。甲。甲。甲。甲。甲。甲")).is_empty());
    assert!(issues(&topics, &late("甲。乙")).is_empty());
    assert_eq!(issues(&topics, &late("甲丙。甲丙。甲丙")), ["x"]);
    assert_eq!(issues(&topics, "甲。乙"), ["x"], "the lead counts for more");
}

#[test]
fn one_mention_in_a_long_text_is_in_passing() {
    let topics = issue("terms = ['甲']\nnear = [{ all = [['乙'], ['丙']], within = 3, weight = 2.0 }]");
    let body = |middle: &str| format!("标题\n{}{middle}{}", "长".repeat(1500), "长".repeat(1500));
    assert!(issues(&topics, &body("。甲。")).is_empty());
    assert!(issues(&topics, &body("。乙丙。")).is_empty());
    assert!(topics.explain(&TopicInput::new(&body("。甲。")))[0].in_passing);
    assert_eq!(issues(&topics, &body("。甲。甲。甲。甲。甲。甲。")), ["x"]);
    assert_eq!(
        issues(&topics, &format!("甲\n{}", "长".repeat(1200))),
        ["x"],
        "the headline names it"
    );
    assert_eq!(issues(&topics, "标题\n长。甲。"), ["x"], "short");
}

#[test]
fn a_narrower_issue_counts_more_beside_its_wider_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("issues.toml");
    let definitions = "[[issue]]\nid = 'wide'\nname = '宽'\nterms = ['甲']\nexclude = ['丙']\n\
        [[issue]]\nid = 'narrow'\nname = '窄'\nparent = 'wide'\nterms = ['乙']\n";
    std::fs::write(&file, definitions).unwrap();
    let topics = Topics::with_user(&file).unwrap();
    let article = |headline: &str| format!("{headline}\n{}。乙。{}", "长".repeat(500), "长".repeat(500));
    assert!(issues(&topics, &article("标题")).is_empty());
    assert_eq!(issues(&topics, &article("甲")), ["wide", "narrow"]);
    assert!(
        issues(&topics, &article("甲丙")).is_empty(),
        "the wider one is ruled out"
    );
}

#[test]
fn headlines_of_other_articles_below_do_not_count() {
    let body = "縣府舉行古蹟修復的開工典禮。\n延伸閱讀\n";
    let words = [(15, 19), (20, 24), (24, 28)];
    let found = embedded().assign(&TopicInput {
        words: &words,
        ..TopicInput::new(&format!("典禮\n{body}台灣問題國安法新冠疫情"))
    });
    assert!(
        found.iter().all(|topic| topic.scheme != Scheme::Issue),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .all(|topic| topic.evidence.iter().all(|span| span[1] <= 18))
    );
}

#[test]
fn a_combination_inside_a_term_does_not_count_again() {
    let topics = issue("terms = ['美国大选^0.6']\nnear = [{ all = [['美国'], ['大选']], within = 9 }]");
    assert!(issues(&topics, "美国大选").is_empty());
    assert_eq!(issues(&topics, "美国的大选"), ["x"]);
}

#[test]
fn combinations_keep_their_distance() {
    let near = |within: &str| {
        issue(&format!(
            "near = [{{ all = [['美国'], ['中国', '美国国务院']], within = {within} }}]"
        ))
    };
    assert_eq!(issues(&near("6"), "美国和中国"), ["x"]);
    assert_eq!(issues(&near("6"), "中国和美国"), ["x"]);
    assert!(issues(&near("6"), "美国在那天和中国").is_empty());
    assert!(
        issues(&near("6"), "美国国务院").is_empty(),
        "a term does not stand beside itself"
    );
    assert_eq!(issues(&near("'sentence'"), "美国在那一天,和中国"), ["x"]);
    assert!(issues(&near("'sentence'"), "美国。中国").is_empty());
    assert_eq!(issues(&near("'document'"), "美国。\n中国"), ["x"]);
}

#[test]
fn exceptions_hide_terms_and_exclusions_veto() {
    let topics = issue("terms = ['中美']\nexcept = ['中美洲']\nexclude = ['赛事']");
    assert!(issues(&topics, "中美洲").is_empty());
    assert_eq!(issues(&topics, "中美洲与中美"), ["x"]);
    assert!(issues(&topics, "中美。赛事").is_empty());
    let explained = topics.explain(&TopicInput::new("中美。赛事"));
    assert_eq!(
        (explained[0].assigned, explained[0].excluded_by.as_slice()),
        (false, &[("赛事".to_owned(), [3, 5])][..])
    );
    assert_eq!(explained[0].fired[0].terms, "中美");
    let explained = topics.explain(&TopicInput::new("中美洲"));
    assert_eq!(explained[0].excepted, [("中美".to_owned(), [0, 2])]);
}

#[test]
fn latin_terms_match_whole_words_in_any_case() {
    let topics = issue("terms = ['who', 'AI']");
    assert!(issues(&topics, "whole SAID 3ai").is_empty());
    assert_eq!(issues(&topics, "由ＷＨＯ公布"), ["x"]);
    assert_eq!(issues(&topics, "Ai时代"), ["x"]);
}

#[test]
fn linked_entities_count_as_terms() {
    let topics = issue("entities = ['Q148']");
    let entities = [LinkedEntity {
        start: 0,
        end: 2,
        qid: "Q148",
    }];
    let input = TopicInput {
        entities: &entities,
        ..TopicInput::new("中国队")
    };
    assert_eq!(topics.assign(&input)[0].evidence, [[0, 2]]);
    assert!(issues(&topics, "中国队").is_empty());
}

#[test]
fn mistakes_name_file_and_entry() {
    let entry = |body: &str| format!("[[issue]]\nid = 'x'\nname = '甲'\n{body}");
    let cases = [
        (entry("terms = ['甲']\ntems = []"), "unknown field `tems`"),
        (entry("terms = ['']"), "empty term"),
        (entry("terms = ['@甲']"), "@甲 is not defined"),
        (entry("terms = ['甲^很']"), "weight after ^"),
        (entry(""), "nothing to match"),
        (entry("near = [{ all = [['甲']], within = 3 }]"), "two lists"),
        (
            entry("near = [{ all = [['甲'], []], within = 3 }]"),
            "list of terms is empty",
        ),
        (entry("terms = ['甲']\nqid = '148'"), "Wikidata item"),
        (entry("terms = ['甲']\nparent = 'y'"), "parent \"y\""),
        (entry("terms = ['甲']\nthreshold = -1"), "threshold"),
        (format!("{0}\n{0}", entry("terms = ['甲']")), "twice"),
    ];
    for (source, reason) in cases {
        let error = load(&source).err().expect(reason).to_string();
        assert!(error.starts_with("user.toml: topic \"x\""), "{error}");
        assert!(error.contains(reason), "{error}");
    }
    for (source, reason) in [
        ("[[isue]]\nid = 'x'", "unknown table"),
        ("id = ", "not TOML"),
        ("[issue]\nid = 'x'", "two brackets"),
    ] {
        let error = load(source).err().expect(reason).to_string();
        assert!(
            error.starts_with("user.toml: ") && error.contains(reason),
            "{error}"
        );
    }
}

#[test]
fn a_users_definition_replaces_the_built_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    std::fs::write(
        &file,
        "[[issue]]\nid = 'taiwan'\nname = '台湾'\nterms = ['珍珠奶茶']\n",
    )
    .unwrap();
    let topics = Topics::with_user(&file).unwrap();
    assert_eq!(issues(&topics, "珍珠奶茶"), ["taiwan"]);
    assert!(!issues(&topics, "台湾问题").contains(&"taiwan".to_owned()));
    assert!(Topics::with_user(&folder.path().join("none.toml")).is_err());
}

#[test]
fn the_founding_articles_issues() {
    let text = "两国防长通话\n会谈重申了对台湾问题的立场。中方还要求美方尊重其在南海的主权主张。\
        去年初的紧张与一只中国气球飞越美国领土有关。";
    let found = issues(embedded(), text);
    for id in ["taiwan", "south-china-sea", "us-china-relations", "spy-balloon"] {
        assert!(found.contains(&id.to_owned()), "{id} {found:?}");
    }
}

#[test]
fn a_term_that_cuts_a_word_does_not_count() {
    let topics = issue("terms = ['俄罗斯大选']");
    let text = "白俄罗斯大选";
    let words = [(0, 4), (4, 6)];
    assert!(
        topics
            .assign(&TopicInput {
                words: &words,
                ..TopicInput::new(text)
            })
            .iter()
            .all(|t| t.id != "x")
    );
    assert_eq!(issues(&topics, text), ["x"], "without words nothing is known");
}

#[test]
fn subjects_come_with_narrower_ones_and_evidence() {
    let text = "央行宣布降息二十五个基点\n央行周四宣布降息，股市应声上涨，分析人士预计通胀将继续回落，经济增长仍然疲弱。";
    let found = embedded().assign(&TopicInput::new(text));
    let economy = found
        .iter()
        .position(|topic| topic.id == "medtop:04000000")
        .expect("economy");
    assert_eq!(
        found[economy].name_en.as_deref(),
        Some("economy, business and finance")
    );
    assert!(found[economy].score >= 0.5 && !found[economy].evidence.is_empty());
    assert_eq!(
        iptc::concept(&found[economy + 1].id).unwrap().parent,
        Some("04000000")
    );
}

#[test]
fn both_scripts_give_the_same_topics() {
    let simplified =
        "外交部发言人就台湾问题答记者问\n发言人说，中方坚决反对美国对台军售，敦促美方停止干涉中国内政。";
    let traditional =
        "外交部發言人就臺灣問題答記者問\n發言人說，中方堅決反對美國對臺軍售，敦促美方停止干涉中國內政。";
    assert_eq!(
        embedded().assign(&TopicInput::new(simplified)),
        embedded().assign(&TopicInput::new(traditional))
    );
}

#[test]
fn the_example_of_the_readme_works() {
    let readme = include_str!("../../../data/topics/README.md");
    let example = readme
        .split("```toml")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let mut definitions = built_in().unwrap();
    definitions.add("README.md", example).unwrap();
    let topics = Topics::from_definitions(definitions, "README.md").unwrap();
    let (_, lithium) = topics
        .definitions()
        .find(|(_, definition)| definition.id == "lithium")
        .unwrap();
    assert!(issues(&topics, &lithium.positive[0]).contains(&lithium.id));
    assert!(!issues(&topics, &lithium.negative[0]).contains(&lithium.id));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn never_panics(
        text in "(中国|美国|国安法|疫情|\\PC){0,80}",
        words in prop::collection::vec((0usize..90, 0usize..90), 0..9),
        start in 0usize..90,
        end in 0usize..90,
    ) {
        let mentions = [Mention { start, end, text: String::new(), kind: EntityType::Person, confidence: 1.0, entity: None }];
        let entities = [LinkedEntity { start, end, qid: "Q148" }];
        let input = TopicInput { words: &words, mentions: &mentions, entities: &entities, text: &text };
        let length = text.chars().count();
        for topic in embedded().assign(&input) {
            prop_assert!(topic.evidence.iter().all(|span| span[0] < span[1] && span[1] <= length));
            prop_assert!((0.0..=1.0).contains(&topic.score));
        }
        embedded().explain(&input);
    }
}
