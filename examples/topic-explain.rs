use serde_json::{Value, json};
use shiji::resolve::topics::*;
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let topics = Topics::embedded()?;
    let jieba = jieba_rs::Jieba::new();
    let mut all = serde_json::Map::new();
    for line in std::io::stdin().lines() {
        let a: Value = serde_json::from_str(&line?)?;
        let text = format!(
            "{}\n{}",
            a["title"].as_str().unwrap(),
            a["text"].as_str().unwrap()
        );
        all.insert(
            a["id"].as_str().unwrap().into(),
            json!(topics.explain(&TopicInput {
                words: &segment(&jieba, &text),
                ..TopicInput::new(&text)
            })),
        );
    }
    println!("{}", Value::Object(all));
    Ok(())
}

/// Words of the folded text, as the tagger's segmenter finds them.
fn segment(jieba: &jieba_rs::Jieba, text: &str) -> Vec<(usize, usize)> {
    let folded = shiji::text::fold_str(text);
    let mut at = 0;
    let words = jieba.cut(&folded, true).into_iter().map(|word| {
        let start = at;
        at += word.word.chars().count();
        (start, at)
    });
    words.collect()
}
