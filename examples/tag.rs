//! Tags one sentence with the default model.

use shiji::{Article, Tagger};

fn main() -> shiji::Result<()> {
    let tagger = Tagger::new()?;
    let document = tagger.tag(Article {
        body: "董军与奥斯汀在新加坡会面。".into(),
        ..Article::default()
    });
    for mention in &document.mentions {
        println!("{} {} {}", mention.kind, mention.text, mention.confidence);
    }
    Ok(())
}
