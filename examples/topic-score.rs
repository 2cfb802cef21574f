//! Scores topics: `topic-score LABELS ARTICLES [--differences]`, both JSON Lines,
//! articles with `id`, `title` and `text`; or `topic-score --titles FILE` for lines
//! `class<TAB>title` of TNEWS or THUCNews.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;
use shiji::resolve::topics::Topics;
use shiji::resolve::topics::score::{Labels, Report, TitleReport};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, file] = arguments.as_slice()
        && flag == "--titles"
    {
        print!("{}", TitleReport::new(&Topics::embedded()?, Path::new(file))?);
        return Ok(());
    }
    let [labels, articles, flags @ ..] = arguments.as_slice() else {
        return Err("usage: topic-score LABELS ARTICLES [--differences]".into());
    };
    let mut texts = HashMap::new();
    for line in std::fs::read_to_string(articles)?.lines() {
        let article: Value = serde_json::from_str(line)?;
        let field = |name: &str| article[name].as_str().unwrap_or_default().to_owned();
        texts.insert(field("id"), format!("{}\n{}", field("title"), field("text")));
    }
    let jieba = jieba_rs::Jieba::new();
    let labels = Labels::read(Path::new(labels))?;
    let report = Report::new(&Topics::embedded()?, &labels, &texts, |text| {
        segment(&jieba, text)
    });
    println!("{report}");
    if flags.iter().any(|flag| flag == "--differences") {
        for (article, scheme, sign, topic) in &report.differences {
            println!("{sign} {scheme:?} {topic} {article}");
        }
    }
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
