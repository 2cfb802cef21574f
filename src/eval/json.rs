//! Gold annotations as JSON Lines.

use serde::Deserialize;

use super::gold::{GoldDocument, GoldMention};
use crate::document::Published;
use crate::error::{Error, Result};
use crate::text::CharOffsets;

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    published: Option<Published>,
    text: String,
    mentions: Vec<RecordMention>,
}

#[derive(Deserialize)]
struct RecordMention {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    value: Option<Values>,
}

/// One value or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
}

/// Parses JSON Lines with `text` and `mentions` (`start`, `end`, `type`, and
/// optionally `text` and `value`, a string or a list); `id` and `published` are
/// optional. The records that this crate writes are read as well. `name` stands for
/// the file in messages.
///
/// # Errors
/// With the line, if it is not such a record, a mention is not inside the text, or
/// its `text` is not what stands there.
pub fn parse_jsonl(text: &str, name: &str) -> Result<Vec<GoldDocument>> {
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let location = format!("{name}:{}", number + 1);
            let record: Record = serde_json::from_str(line).map_err(|e| Error::input(&location, e))?;
            document(record, &location).map_err(|reason| Error::input(&location, reason))
        })
        .collect()
}

fn document(record: Record, location: &str) -> Result<GoldDocument, String> {
    let offsets = CharOffsets::new(&record.text);
    let mut mentions = Vec::with_capacity(record.mentions.len());
    for mention in record.mentions {
        let RecordMention {
            start,
            end,
            kind,
            text,
            value,
        } = mention;
        if start >= end || end > offsets.len() {
            return Err(format!(
                "the mention {start}..{end} is not inside the text of {} code points",
                offsets.len()
            ));
        }
        let found = offsets.slice(&record.text, start, end);
        if let Some(text) = text.filter(|text| text != found) {
            return Err(format!(
                "the mention {start}..{end} is {found:?} and not {text:?}: offsets must count code points"
            ));
        }
        let values = match value {
            None => vec![],
            Some(Values::One(value)) => vec![value],
            Some(Values::Many(values)) => values,
        };
        mentions.push(GoldMention {
            start,
            end,
            kind,
            values,
        });
    }
    mentions.sort_by_key(|mention| (mention.start, mention.end));
    Ok(GoldDocument {
        id: record.id.unwrap_or_else(|| location.to_owned()),
        published: record.published,
        text: record.text,
        mentions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_with_and_without_their_optional_fields() {
        let text = r#"
{"id":"a","published":"2024-04-17","text":"😀董军","mentions":[{"start":1,"end":3,"type":"PER","text":"董军","value":["董军","x"]}]}
{"text":"中国","mentions":[{"start":0,"end":2,"type":"LOC","value":"中国","confidence":0.9}]}
"#;
        let documents = parse_jsonl(text, "x").unwrap();
        assert_eq!(documents[0].mentions[0].values, ["董军", "x"]);
        assert_eq!(
            (documents[1].id.as_str(), &documents[1].mentions[0].values[0]),
            ("x:3", &"中国".into())
        );
    }

    #[test]
    fn our_own_records_are_read() {
        let document =
            crate::write::tests::document("董军", &[("董军", crate::document::EntityType::Person)]);
        let line = serde_json::to_string(&document).unwrap();
        let read = parse_jsonl(&line, "x").unwrap();
        assert_eq!(read[0].spans(), [super::super::Span::from(&document.mentions[0])]);
        assert_eq!(
            (&read[0].id, read[0].published),
            (&document.id, document.published)
        );
    }

    #[test]
    fn offsets_in_other_units_are_noticed() {
        let in_bytes =
            r#"{"text":"在中国和美国","mentions":[{"start":3,"end":5,"type":"LOC","text":"中国"}]}"#;
        let error = parse_jsonl(in_bytes, "x").unwrap_err().to_string();
        assert!(
            error.starts_with("x:1: the mention 3..5 is \"和美\"") && error.contains("code points"),
            "{error}"
        );
        let outside = r#"{"text":"中","mentions":[{"start":0,"end":3,"type":"LOC"}]}"#;
        assert!(
            parse_jsonl(outside, "x")
                .unwrap_err()
                .to_string()
                .contains("not inside")
        );
        assert!(
            parse_jsonl("{\"text\":\"中\"}", "x")
                .unwrap_err()
                .to_string()
                .contains("mentions")
        );
    }
}
