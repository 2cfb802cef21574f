//! Timelines of self-written articles, from the records to the page.

use super::output::{Format, Look, write};
use super::*;
use crate::document::Document;
use crate::resolve::entities::{Entity, Role};
use crate::store::samples::{dated, document, of_outlet};
use crate::store::{Record, Resolved};

fn store(documents: impl IntoIterator<Item = Document>) -> Store {
    let mut store = Store::in_memory().unwrap();
    let mut writer = store.writer().unwrap();
    for document in documents {
        writer.add(&Record::new(document).unwrap()).unwrap();
    }
    writer.finish().unwrap();
    store
}

fn of(store: &Store, name: &str, options: &Options) -> Timeline {
    match store.resolve(name, None).unwrap() {
        Resolved::One(entity) => timeline(store, &entity, options).unwrap(),
        other => panic!("{other:?}"),
    }
}

const CALL: &str = "中美防长通话\n新华社北京4月16日电 国防部长董军与美国国防部长奥斯汀16日举行视频通话，就两国两军关系等问题交换意见。";
const COPY: &str =
    "中美防長視頻通話\n國防部長董軍與美國國防部長奧斯汀16日舉行視頻通話，就兩國兩軍關係等問題交換意見。";

fn sample() -> Vec<Document> {
    let names = ["董军", "董軍", "奥斯汀", "奧斯汀"];
    vec![
        dated(document("1", "2024-04-17", CALL, &names), "16日", "2024-04-16"),
        of_outlet(
            dated(document("2", "2024-04-17", COPY, &names), "16日", "2024-04-16"),
            "乙報",
        ),
        document(
            "3",
            "2024-04-17",
            "董军会见客人\n董军在京会见来访的新加坡客人。",
            &names,
        ),
        dated(
            document(
                "4",
                "2024-05-30",
                "董军抵新加坡\n董军去年11月没有出席会议。",
                &names,
            ),
            "去年11月",
            "2023-11",
        ),
        document("5", "2024-05-31", "无关的报道\n今天天气很好。", &names),
    ]
}

#[test]
fn copies_are_one_event_on_the_date_that_they_name() {
    let timeline = of(&store(sample()), "董軍", &Options::default());
    let shown: Vec<_> = timeline
        .events
        .iter()
        .map(|event| {
            (
                event.date.as_str(),
                event.date_source.as_str(),
                event.count,
                event.sources,
            )
        })
        .collect();
    let expected = [
        ("2023-11", "text", 1, 1),
        ("2024-04-16", "text", 2, 2),
        ("2024-04-17", "published", 1, 1),
        ("2024-05-30", "published", 1, 1),
    ];
    assert_eq!(shown, expected);
    let options = Options {
        from: Some("2024-01-01".parse().unwrap()),
        newest_first: true,
        ..Options::default()
    };
    let later = of(&store(sample()), "董軍", &options);
    assert_eq!(later.events.last().unwrap().date, "2024-04-16");
    let call = &timeline.events[1];
    assert!(call.sentences[0].text.contains("16日"));
    assert_eq!(call.entities[0].name, "奥斯汀");
    assert_eq!(timeline.articles, 4);
    assert_eq!(timeline.series.iter().map(|point| point.articles).sum::<u64>(), 4);
}

#[test]
fn the_same_corpus_gives_the_same_bytes_in_any_order() {
    let options = Options {
        top: Some(3),
        ..Options::default()
    };
    let all = |documents: Vec<Document>| {
        let timelines = [of(&store(documents), "董军", &options)];
        let mut bytes = Vec::new();
        for (format, _) in Format::ALL {
            write(&mut bytes, &timelines, format, Lang::Chinese, Look::default()).unwrap();
        }
        bytes.extend(page::html(&timelines, Lang::English).into_bytes());
        bytes.extend(page::svg(&timelines, Lang::Chinese).into_bytes());
        bytes
    };
    let expected = all(sample());
    assert_eq!(all(sample()), expected);
    let mut reversed = sample();
    reversed.reverse();
    assert!(
        all(reversed) == expected,
        "the order of the records changes the timeline"
    );
}

#[test]
fn an_entity_without_dates_or_in_an_empty_period_is_no_error() {
    let mut undated = document("1", "2024-04-17", "董军\n董军来了。", &["董军"]);
    undated.published = None;
    let timelines = [of(&store([undated]), "董军", &Options::default())];
    assert_eq!((timelines[0].undated, timelines[0].series.len()), (1, 0));
    let options = Options {
        from: Some("1999-01-01".parse().unwrap()),
        to: Some("1999-01-02".parse().unwrap()),
        ..Options::default()
    };
    let empty = [of(&store(sample()), "董军", &options)];
    for timelines in [timelines, empty] {
        for (format, _) in Format::ALL {
            write(
                &mut Vec::new(),
                &timelines,
                format,
                Lang::English,
                Look::default(),
            )
            .unwrap();
        }
        assert!(page::html(&timelines, Lang::English).ends_with("</html>\n"));
        assert!(page::svg(&timelines, Lang::English).contains("<svg"));
    }
}

/// Everything in the page that a browser would run or load, apart from the page's own script.
fn active(html: &str) -> Vec<String> {
    let page = scraper::Html::parse_document(html);
    let all = scraper::Selector::parse("*").unwrap();
    let mut found = Vec::new();
    for element in page.select(&all) {
        let name = element.value().name();
        if matches!(
            name,
            "img" | "iframe" | "object" | "embed" | "link" | "base" | "form" | "foreignobject" | "script"
        ) {
            found.push(name.to_owned());
        }
        for (attribute, value) in element.value().attrs() {
            let leads_away = attribute == "href" && !value.starts_with('#') && !value.starts_with("http");
            if attribute.starts_with("on") || attribute == "src" || attribute == "style" || leads_away {
                found.push(format!("{name} {attribute}={value}"));
            }
        }
    }
    found
}

#[test]
fn hostile_articles_run_nothing() {
    const HOSTILE: &str = "</title></style></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg/onload=alert(1)><a href='javascript:alert(1)'>";
    let mut hostile = document(
        "h",
        "2024-04-17",
        &format!("{HOSTILE}董军\n董军说{HOSTILE}。"),
        &["董军"],
    );
    hostile.id = HOSTILE.to_owned();
    hostile.source = Some(HOSTILE.to_owned());
    hostile.entities.push(Entity {
        id: "PER:x".to_owned(),
        kind: crate::EntityType::Person,
        name: HOSTILE.to_owned(),
        name_hant: Some(HOSTILE.to_owned()),
        name_en: Some(HOSTILE.to_owned()),
        variants: Vec::new(),
        roles: vec![Role {
            title: HOSTILE.to_owned(),
            of: Some(HOSTILE.to_owned()),
            former: false,
        }],
    });
    for mention in &mut hostile.mentions {
        mention.entity = Some("PER:x".to_owned());
    }
    let urls = [
        "javascript:alert(1)",
        "https://example.org/\"onclick=\"alert(1)",
        "data:text/html,<script>alert(1)</script>",
    ];
    let documents = urls.map(|url| {
        let mut document = hostile.clone();
        document.id.push_str(url);
        document.url = Some(url.to_owned());
        document
    });
    let store = store(documents);
    let timeline = of(&store, "PER:x", &Options::default());
    assert_eq!(timeline.roles.len(), 1);
    for timelines in [vec![timeline.clone()], vec![timeline.clone(), timeline]] {
        for lang in [Lang::Chinese, Lang::English] {
            let html = page::html(&timelines, lang);
            assert_eq!(active(&html), ["script"], "only the page's own script");
            assert!(html.contains("Content-Security-Policy"));
            assert!(
                html.contains("&lt;script&gt;alert(1)"),
                "the text itself is shown"
            );
            assert_eq!(active(&page::svg(&timelines, lang)), Vec::<String>::new());
            let mut json = Vec::new();
            write(&mut json, &timelines, Format::TimelineJs, lang, Look::default()).unwrap();
            let slides: serde_json::Value = serde_json::from_slice(&json).unwrap();
            for slide in slides["events"].as_array().unwrap() {
                let text = format!(
                    "{}{}",
                    slide["text"]["headline"].as_str().unwrap(),
                    slide["text"]["text"].as_str().unwrap()
                );
                assert_eq!(active(&text), Vec::<String>::new());
            }
        }
    }
}

#[test]
fn every_format_says_what_it_is() {
    let timelines = [of(&store(sample()), "董军", &Options::default())];
    let text = |format| {
        let mut bytes = Vec::new();
        write(&mut bytes, &timelines, format, Lang::Chinese, Look::default()).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(&text(Format::Json)).unwrap();
    assert_eq!(json["schema"], SCHEMA);
    assert_eq!(json["events"][1]["articles"][1]["url"], "https://example.org/1");
    let rows = text(Format::Csv);
    assert!(rows.starts_with("schema,entity,name,date,"));
    assert_eq!(rows.lines().count(), 1 + timelines[0].events.len());
    assert_eq!(
        text(Format::SeriesCsv).lines().count(),
        1 + timelines[0].series.len()
    );
    let slides: serde_json::Value = serde_json::from_str(&text(Format::TimelineJs)).unwrap();
    assert_eq!(slides["events"][1]["start_date"]["day"], 16);
    let picture: serde_json::Value = serde_json::from_str(&text(Format::VegaLite)).unwrap();
    assert_eq!(picture["layer"].as_array().unwrap().len(), 3);
    assert!(text(Format::Markdown).contains("### 2024年4月16日"));
    assert!(text(Format::Text).contains("2024-04-16  2 篇文章 · 2 家媒体"));
}
