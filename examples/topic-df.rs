//! Builds `data/topics/df.tsv`: reads articles as JSON Lines (`title`, `text`) from
//! standard input, writes inverse document frequencies of their words, folded.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::BufRead;

use serde_json::Value;
use shiji::text::fold_str;

/// Words in fewer articles are left out.
const RAREST: u32 = 6;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let jieba = jieba_rs::Jieba::new();
    let (mut articles, mut counts) = (0u32, HashMap::<String, u32>::new());
    for line in std::io::stdin().lock().lines() {
        let article: Value = serde_json::from_str(&line?)?;
        let field = |name: &str| article[name].as_str().unwrap_or_default();
        let text = fold_str(&format!("{}\n{}", field("title"), field("text"))).to_ascii_lowercase();
        let words: HashSet<&str> = jieba.cut(&text, true).into_iter().map(|word| word.word).collect();
        articles += 1;
        for word in words.into_iter().filter(|word| word.chars().count() > 1) {
            if word.chars().all(char::is_alphabetic) {
                *counts.entry(word.to_owned()).or_default() += 1;
            }
        }
    }
    let mut levels: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (word, count) in counts.into_iter().filter(|(_, count)| *count >= RAREST) {
        let idf = (f64::from(articles) / f64::from(count)).ln();
        levels.entry((idf * 5.0).round() as u32).or_default().push(word);
    }
    println!(
        "# Inverse document frequencies of words in {articles} news articles, written by examples/topic-df.rs"
    );
    for (level, mut words) in levels {
        words.sort();
        println!("{:.1}\t{}", f64::from(level) / 5.0, words.join(" "));
    }
    Ok(())
}
