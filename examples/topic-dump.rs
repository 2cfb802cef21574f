use serde_json::Value;
use shiji::resolve::topics::*;
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let topics = Topics::embedded()?;
    let jieba = jieba_rs::Jieba::new();
    for line in std::io::stdin().lines() {
        let a: Value = serde_json::from_str(&line?)?;
        let text = format!(
            "{}\n{}",
            a["title"].as_str().unwrap(),
            a["text"].as_str().unwrap()
        );
        let words = segment(&jieba, &text);
        let input = TopicInput {
            words: &words,
            ..TopicInput::new(&text)
        };
        let ex = topics.explain(&input);
        let all = topics.assign(&input);
        let of = |s| {
            all.iter()
                .filter(|t| t.scheme == s)
                .map(|t| format!("{}={}", t.name, t.score))
                .collect::<Vec<_>>()
                .join(" ")
        };
        println!("   K {}\n   S {}", of(Scheme::Keyphrase), of(Scheme::Iptc));
        println!(
            "## {} {} ({} chars)",
            a["corpus"].as_str().unwrap_or(""),
            a["title"].as_str().unwrap(),
            text.chars().count()
        );
        for e in ex.iter().filter(|e| e.scheme == Scheme::Issue && e.assigned) {
            let f: Vec<String> = e
                .fired
                .iter()
                .take(4)
                .map(|f| format!("{}×{}={}", f.terms, f.evidence.len(), f.weight))
                .collect();
            println!("   {} {:.2}: {}", e.id, e.score, f.join("; "));
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
