//! Tests of the whole path from files to articles.

use std::time::Instant;

use super::*;

/// Reads the paths in `SHIJI_READ_PATHS` (separated by blanks) on one thread,
/// prints the speed and the errors, and writes the articles as JSON Lines to
/// `SHIJI_READ_OUT` if that is set:
///
/// `SHIJI_READ_PATHS=folder cargo test --release --lib read::tests::measure -- --ignored --nocapture`
#[test]
#[ignore = "measures on a corpus given in the environment"]
fn measure() {
    use std::io::Write;

    let paths = std::env::var("SHIJI_READ_PATHS").expect("SHIJI_READ_PATHS names what to read");
    let mut out = std::env::var("SHIJI_READ_OUT")
        .ok()
        .map(|path| std::fs::File::create(path).map(std::io::BufWriter::new).unwrap());
    let inputs = Inputs::new(paths.split_whitespace(), Options::default());
    let notices = inputs.notices();
    let (mut count, mut bytes, mut failed, mut parsing) = (0, 0, 0, 0.0);
    let start = Instant::now();
    for item in inputs {
        let article = item.and_then(|item| {
            bytes += item.size();
            let start = Instant::now();
            let article = item.parse();
            parsing += start.elapsed().as_secs_f64();
            article
        });
        count += 1;
        match (article, &mut out) {
            (Err(error), _) => {
                failed += 1;
                if failed <= 20 {
                    eprintln!("{error}");
                }
            }
            (Ok(article), Some(out)) => {
                let Article {
                    id,
                    url,
                    source,
                    title,
                    published,
                    body,
                } = article;
                let record = serde_json::json!({"id": id, "url": url, "source": source, "title": title, "published": published, "text": body});
                writeln!(out, "{record}").unwrap();
            }
            (Ok(_), None) => {}
        }
    }
    let (seconds, megabytes) = (start.elapsed().as_secs_f64(), bytes as f64 / 1e6);
    eprint!("{notices}");
    eprintln!(
        "{count} articles, {failed} failed, {megabytes:.1} MB in {seconds:.2} s ({parsing:.2} s of it parsing): {:.1} MB/s, {:.0} articles/s",
        megabytes / seconds,
        count as f64 / seconds
    );
}
