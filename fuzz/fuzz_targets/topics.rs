//! Any text, with any words, names and entities in it, must give topics whose evidence
//! lies in order inside it, and the same ones again.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shiji::resolve::topics::{LinkedEntity, TopicInput, Topics};
use shiji::{EntityType, Mention};

static TOPICS: LazyLock<Topics> = LazyLock::new(|| Topics::embedded().expect("topics that ship"));
/// Items that definitions name, and one that none does.
const ITEMS: [&str; 4] = ["Q148", "Q178810", "Q81068910", "Q1"];

fuzz_target!(|input: (Vec<(u8, u8)>, Vec<(u16, u8, u8)>, &str)| {
    let (words, names, text) = input;
    let length = text.chars().count();
    // Words as a segmenter gives them, but with gaps; names may lie anywhere, also outside.
    let mut at = 0;
    let words: Vec<(usize, usize)> = words
        .iter()
        .map(|&(gap, characters)| {
            let start = at + usize::from(gap % 4);
            at = start + 1 + usize::from(characters % 6);
            (start, at)
        })
        .take_while(|word| word.1 <= length)
        .collect();
    let kinds = [EntityType::Person, EntityType::Location, EntityType::Organization];
    let names = names.iter().map(|&(start, characters, kind)| {
        let start = usize::from(start);
        (start, start + usize::from(characters % 9), usize::from(kind))
    });
    let (mut mentions, mut entities) = (Vec::new(), Vec::new());
    for (start, end, kind) in names {
        mentions.push(Mention {
            start,
            end,
            text: text.chars().skip(start).take(end - start).collect(),
            kind: kinds[kind % kinds.len()],
            confidence: 1.0,
            entity: None,
        });
        entities.push(LinkedEntity {
            start,
            end,
            qid: ITEMS[kind % ITEMS.len()],
        });
    }
    let input = TopicInput {
        text,
        mentions: &mentions,
        words: &words,
        entities: &entities,
    };
    let topics = TOPICS.assign(&input);
    for topic in &topics {
        assert!((0.0..=1.0).contains(&topic.score), "{topic:?}");
        assert!(topic.evidence.is_sorted(), "{topic:?}");
        for &[start, end] in &topic.evidence {
            assert!(start < end && end <= length, "{topic:?}");
        }
    }
    assert_eq!(topics, TOPICS.assign(&input));
    TOPICS.explain(&input);
});
