//! What a store promises whatever happens to it.

use super::samples::{dated, document, of_outlet};
use super::*;
use crate::document::Document;
use crate::resolve::topics::{Scheme, Topic};

/// All rows of all tables, without the numbers that depend on the order of insertion.
fn dump(store: &Store) -> Vec<String> {
    let articles =
        "SELECT a.key || s.name || hex(a.digest) || ifnull(a.day, '') || ifnull(a.title, '') || b.text
         FROM article a JOIN source s ON s.id = a.source JOIN body b ON b.article = a.id";
    let with_article = |table: &str, columns: &str| {
        format!("SELECT a.key || '|' || {columns} FROM {table} t JOIN article a ON a.id = t.article")
    };
    let with_entity = |table: &str, columns: &str| {
        format!(
            "SELECT a.key || '|' || e.key || '|' || {columns} FROM {table} t
             JOIN article a ON a.id = t.article JOIN entity e ON e.id = t.entity"
        )
    };
    let queries = [
        articles.to_owned(),
        with_article("sentence", "t.number || '|' || t.start || '|' || t.end"),
        with_article("date", "t.start || '|' || t.value"),
        with_entity("mention", "t.start || '|' || t.end || '|' || t.sentence"),
        with_entity("appearance", "t.mentions || '|' || ifnull(t.day, '')"),
        with_entity("event", "t.sentence || '|' || t.value"),
        with_entity("role", "t.title || '|' || t.of || '|' || t.former"),
        "SELECT key || '|' || kind || name || articles || '|' || mentions || '|' || ifnull(first_day, '') || '|' || ifnull(last_day, '') FROM entity".to_owned(),
        "SELECT e.key || '|' || v.text || '|' || v.folded || '|' || v.mentions FROM variant v JOIN entity e ON e.id = v.entity WHERE v.mentions > 0".to_owned(),
        "SELECT day || '|' || articles FROM total WHERE articles > 0".to_owned(),
    ];
    let mut rows = Vec::new();
    for (number, query) in queries.iter().enumerate() {
        let found: Vec<String> = store.rows(query, (), |row| row.get(0)).unwrap();
        rows.extend(found.into_iter().map(|row| format!("{number}|{row}")));
    }
    rows.sort();
    rows
}

fn add(store: &mut Store, documents: impl IntoIterator<Item = Document>) -> Counts {
    let mut writer = store.writer().unwrap();
    for document in documents {
        writer.add(&Record::new(document).unwrap()).unwrap();
    }
    writer.finish().unwrap()
}

fn sample() -> Vec<Document> {
    let mut topical = document("c", "2024-04-19", "台海局势\n董军谈台湾问题。", &["董军"]);
    topical.topics.push(Topic {
        scheme: Scheme::Issue,
        id: "taiwan".to_owned(),
        name: "台湾问题".to_owned(),
        name_en: None,
        score: 0.9,
        evidence: vec![[8, 12]],
    });
    vec![
        dated(
            document(
                "a",
                "2024-04-17",
                "防长通话\n董军与奥斯汀16日通话。",
                &["董军", "奥斯汀"],
            ),
            "16日",
            "2024-04-16",
        ),
        of_outlet(
            document("a", "2024-04-18", "董軍訪問\n董軍昨天訪問。", &["董軍"]),
            "乙報",
        ),
        topical,
    ]
}

#[test]
fn the_same_record_changes_nothing_and_ids_are_of_an_outlet() {
    let mut store = Store::in_memory().unwrap();
    assert_eq!(add(&mut store, sample()).added, 3);
    let before = dump(&store);
    let again = add(&mut store, sample());
    assert_eq!((again.added, again.unchanged, again.replaced), (0, 3, 0));
    assert_eq!(dump(&store), before);
    let entity = store.entity("PER:董军").unwrap().unwrap();
    assert_eq!((entity.articles, entity.mentions), (3, 4));
    assert_eq!(entity.seen.unwrap().1.to_string(), "2024-04-19");
}

#[test]
fn a_changed_record_replaces_the_old_one_without_trace() {
    for number in 0..3 {
        let mut changed = sample();
        changed[number] = of_outlet(
            document(
                "x",
                "2024-05-01",
                "魏凤和\n魏凤和与董军见面。",
                &["魏凤和", "董军"],
            ),
            changed[number].source.as_deref().unwrap(),
        );
        changed[number].id = sample()[number].id.clone();
        let mut fresh = Store::in_memory().unwrap();
        add(&mut fresh, changed.clone());
        let mut store = Store::in_memory().unwrap();
        add(&mut store, sample());
        assert_eq!(add(&mut store, changed).replaced, 1);
        assert_eq!(dump(&store), dump(&fresh));
    }
}

#[test]
fn what_is_not_committed_is_as_if_it_had_not_been() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("corpus.db");
    let mut store = Store::open(&path).unwrap();
    add(&mut store, sample().into_iter().take(1));
    let before = dump(&store);
    let mut writer = store.writer().unwrap();
    for document in sample() {
        writer.add(&Record::new(document).unwrap()).unwrap();
    }
    drop(writer);
    assert_eq!(dump(&store), before);
    add(&mut store, sample());
    drop(store);
    let mut whole = Store::in_memory().unwrap();
    add(&mut whole, sample());
    assert_eq!(dump(&Store::open_read_only(&path).unwrap()), dump(&whole));
    // Nothing is left beside the one file.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn other_files_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other");
    assert!(Store::open_read_only(&path).is_err());
    std::fs::write(
        &path,
        "not a database, but long enough to be looked at as one".repeat(40),
    )
    .unwrap();
    let reason = Store::open(&path).err().unwrap().to_string();
    assert!(reason.contains("not a store"), "{reason}");
    let path = folder.path().join("sqlite");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    assert!(
        Store::open(&path)
            .err()
            .unwrap()
            .to_string()
            .contains("not a store")
    );
}

#[test]
fn names_are_found_in_both_scripts_and_doubts_are_named() {
    let mut store = Store::in_memory().unwrap();
    let mut documents = sample();
    documents.push(document("d", "2024-04-20", "李强讲话。", &["李强"]));
    let mut place = document("e", "2024-04-20", "李强村通车。李强", &["李强"]);
    place.mentions[0].kind = crate::EntityType::Location;
    place.mentions[1].kind = crate::EntityType::Location;
    documents.push(place);
    add(&mut store, documents);
    let is_dong = |name: &str| matches!(store.resolve(name, None).unwrap(), Resolved::One(entity) if entity.id == "PER:董军");
    assert!(is_dong("董軍") && is_dong(" 董军 ") && is_dong("PER:董军"));
    assert!(
        matches!(store.resolve("李强", None).unwrap(), Resolved::Several(candidates) if candidates.len() == 2)
    );
    assert!(
        matches!(store.resolve("李強", Some("PER")).unwrap(), Resolved::One(entity) if entity.kind == "PER")
    );
    assert!(matches!(store.resolve("董", None).unwrap(), Resolved::Unknown(similar) if similar.len() == 1));
    let topics = store
        .entities(&EntityFilter {
            kinds: vec!["issue".to_owned()],
            ..EntityFilter::default()
        })
        .unwrap();
    assert_eq!(topics[0].id, "issue:taiwan");
    assert_eq!(
        store.sentences_about(3, &topics[0]).unwrap()[0].text,
        "董军谈台湾问题。"
    );
}
