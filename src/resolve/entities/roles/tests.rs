use super::*;

/// The titles of the last person of a text with mentions as `[text|TYPE]`, as
/// `title/of/former`.
fn titles_of(marked: &str) -> Vec<String> {
    let (mut text, mut mentions) = (String::new(), Vec::new());
    for part in marked.split_inclusive(']') {
        let Some((before, mention)) = part.strip_suffix(']').and_then(|part| part.split_once('[')) else {
            text.push_str(part);
            continue;
        };
        text.push_str(before);
        let (name, kind) = mention.split_once('|').expect("[text|TYPE]");
        let start = text.chars().count();
        text.push_str(name);
        mentions.push(Mention {
            start,
            end: text.chars().count(),
            text: name.to_owned(),
            kind: kind.parse().expect("a type"),
            confidence: 1.0,
            entity: None,
        });
    }
    let person = mentions
        .iter()
        .rposition(|mention| mention.kind == EntityType::Person);
    let found = titles(&text, &CharOffsets::new(&text), &mentions);
    found
        .iter()
        .filter(|title| Some(title.person) == person && is_title(&title.title))
        .map(|title| {
            let of = title.of.as_ref().map_or("-", |of| match of {
                Body::Mention(of) => mentions[*of].text.as_str(),
                Body::Text(name) => name,
            });
            let former = if title.former { "/former" } else { "" };
            format!("{}/{of}{former}", title.title)
        })
        .collect()
}

#[test]
fn a_phrase_of_unknown_words_is_read_to_its_bound() {
    assert_eq!(titles_of("由退休教师[王某某|PER]讲述"), ["退休教师/-"]);
    assert_eq!(titles_of("傳召法醫精神科醫生[何某某|PER]"), ["法医精神科医生/-"]);
    assert_eq!(
        titles_of("[大会秘书处|ORG]法案组组长[沈春耀|PER]"),
        ["法案组组长/大会秘书处"]
    );
    assert_eq!(
        titles_of("[中国|LOC]常驻国际原子能机构代表[李松|PER]"),
        ["常驻国际原子能机构代表/中国"]
    );
    assert_eq!(titles_of("28日会计系主任[王某某|PER]"), ["会计系主任/-"]);
    assert_eq!(
        titles_of("前[港|LOC]府抗疫专家顾问[某某|PER]"),
        ["港府抗疫专家顾问/-/former"]
    );
}

#[test]
fn no_title_where_its_beginning_is_doubtful() {
    assert_eq!(titles_of("市民纷纷排队抢购限量珍藏版图书总监[某某|PER]"), [""; 0]);
    assert_eq!(titles_of("[习近平|PER]指出总经理[某某|PER]"), ["总经理/-"]);
    assert_eq!(titles_of("代表[习近平|PER]"), [""; 0]);
    assert_eq!(titles_of("[美国|LOC]总统夫人[某某|PER]"), [""; 0]);
    // What stands before these is no part of them.
    assert_eq!(titles_of("周三应特首[林鄭月娥|PER]請求"), ["特首/-"]);
}

#[test]
fn bodies_in_marks_letters_and_credits() {
    assert_eq!(titles_of("《蘋果日報》副社長[陳沛敏|PER]"), ["副社长/苹果日报"]);
    assert_eq!(titles_of("咨询公司Canalys副总裁[某某|PER]"), ["副总裁/Canalys"]);
    assert_eq!(titles_of("（[中央社記者|ORG][韓婷婷|PER]"), ["记者/中央社記者"]);
    assert_eq!(titles_of("\n编辑｜[张帆|PER]\n"), ["编辑/-"]);
}

#[test]
fn several_titles() {
    assert_eq!(
        titles_of("[工信部党组|ORG]书记、部长[金壮龙|PER]"),
        ["部长/工信部", "书记/工信部党组"]
    );
    assert_eq!(
        titles_of("反对派领袖律师[纳瓦尼|PER]"),
        ["律师/-", "反对派领袖/-"]
    );
    assert_eq!(
        titles_of("[美国|LOC]总统国家安全事务助理[沙利文|PER]"),
        ["总统国家安全事务助理/美国"]
    );
    assert_eq!(
        titles_of("[港大學生會|ORG]前會長[孫曉嵐|PER]"),
        ["会长/港大學生會/former"]
    );
}
