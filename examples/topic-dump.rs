use serde_json::Value;
use shiji::resolve::topics::*;
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let topics = Topics::embedded()?;
    for line in std::io::stdin().lines() {
        let a: Value = serde_json::from_str(&line?)?;
        let text = format!(
            "{}\n{}",
            a["title"].as_str().unwrap(),
            a["text"].as_str().unwrap()
        );
        let ex = topics.explain(&TopicInput::new(&text));
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
