//! Tests of the whole path from files to articles.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use encoding_rs::{BIG5, GBK};
use proptest::prelude::*;

use super::*;

const TEXT: &str = "部长访问甲地\n\n国防部长王小明周五访问甲地。\n";
const RECORD: &str =
    r#"{"id":"r1","title":"部长访问乙地","text":"王小明到了乙地。","published":"2024-04-17"}"#;

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    path
}

/// Identifiers of what is read, or the error's text behind `!`; the folder's
/// own path is cut off.
fn read(folder: &Path, paths: &[&str], options: Options) -> Vec<String> {
    let prefix = format!("{}/", folder.display());
    let paths: Vec<PathBuf> = paths.iter().map(|path| folder.join(path)).collect();
    articles(paths, options)
        .map(|article| match article {
            Ok(article) => article.id.replace(&prefix, ""),
            Err(error) => format!("! {}", error.to_string().replace(&prefix, "")),
        })
        .collect()
}

fn gzip(content: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zstd(content: &str) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn folders_are_read_in_order_without_what_is_no_article() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "b/2.txt", TEXT);
    write(root, "b/1.txt.gz", gzip(TEXT));
    write(root, "a.jsonl.zst", zstd(&format!("{RECORD}\n")));
    write(root, "c/.hidden/x.txt", TEXT);
    write(root, "c/.hidden.txt", TEXT);
    write(root, "c/picture.jpg", TEXT);
    write(root, "c/unnamed", b"\x7FELF\0\0\0\0\0\0");
    write(root, "c/feed.xml", "<?xml version=\"1.0\"?><rss></rss>");
    let inputs = Inputs::new([root], Options::default());
    let notices = inputs.notices();
    let ids: Vec<String> = inputs
        .map(|item| {
            item.unwrap()
                .location()
                .replace(&format!("{}/", root.display()), "")
        })
        .collect();
    assert_eq!(ids, ["a.jsonl.zst:1", "b/1.txt.gz", "b/2.txt"]);
    assert_eq!(notices.skipped_files(), 5);
    assert!(
        notices
            .to_string()
            .starts_with("5 files in folders skipped (first: ")
    );
}

#[test]
fn missing_inputs_are_errors_and_reading_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "x/1.txt", TEXT);
    write(root, "x/[1].md", TEXT);
    write(root, "x/sub/2.txt", TEXT);
    fs::create_dir(root.join("empty")).unwrap();
    let paths = [
        "none.txt",
        "x/*.txt",
        "y*",
        "x/[1].md",
        "x/[",
        "empty",
        "x/**/2.txt",
        "x/1.txt",
    ];
    let mut found = read(root, &paths, Options::default());
    assert!(found.remove(4).starts_with("! x/[: not a valid pattern: "));
    let expected = [
        "! none.txt: no such file or folder",
        "x/1.txt",
        "! y*: no file matches this pattern",
        "x/[1].md",
        "! empty: no readable file in this folder",
        "x/sub/2.txt",
        "x/1.txt",
    ];
    assert_eq!(found, expected);
}

#[test]
fn named_files_that_are_no_articles_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "binary", b"\x7FELF\0\0\0\0\0\0");
    write(root, "empty.txt", "");
    write(root, "cut.gz", &gzip(&TEXT.repeat(1000))[..60]);
    write(root, "latin.txt", b"caf\xE9, voil\xE0 l'\xE9t\xE9 ");
    let errors = read(
        root,
        &["binary", "empty.txt", "cut.gz", "latin.txt"],
        Options::default(),
    );
    assert_eq!(errors[0], "! binary: binary data, not text");
    assert_eq!(errors[1], "! empty.txt: no text: neither title nor body");
    assert!(errors[2].starts_with("! cut.gz: "));
    assert!(errors[3].starts_with("! latin.txt: not readable as UTF-8"));
}

#[test]
fn bad_records_are_reported_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let anonymous = r#"{"text":"无标识。","published":"someday"}"#;
    let lines = format!("{RECORD}\n\n{{\"text\": 坏\n{anonymous}\n{{\"id\":\"e\",\"text\":\"\"}}\n{RECORD}");
    write(root, "a.jsonl", &lines);
    let expected = [
        "r1",
        "! a.jsonl:3: not valid JSON: expected value at line 1 column 10",
        "a.jsonl:4",
        "! a.jsonl:5: no text: neither title nor body",
        "r1",
    ];
    assert_eq!(read(root, &["a.jsonl"], Options::default()), expected);
    let inputs = Inputs::new([root.join("a.jsonl")], Options::default());
    let notices = inputs.notices();
    assert_eq!(
        inputs
            .filter_map(|item| item.ok()?.parse().ok())
            .filter(|article| article.published.is_none())
            .count(),
        1
    );
    assert_eq!(notices.unreadable_dates(), 1);
    assert!(notices.to_string().contains("a.jsonl:4: \"someday\""));
}

#[test]
fn arrays_and_configured_fields() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(
        root,
        "a.json",
        "[\n  {\"nr\": 1, \"content\": \"甲。\"},\n  {\"nr\": 2},\n  {\"content\": \"乙。\"}\n]\n",
    );
    let fields = Fields {
        id: "nr".into(),
        text: "content".into(),
        ..Fields::default()
    };
    let expected = ["1", "! a.json:3: no field \"content\" among nr", "a.json:4"];
    assert_eq!(
        read(
            root,
            &["a.json"],
            Options {
                fields,
                ..Options::default()
            }
        ),
        expected
    );
}

#[test]
fn encodings_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let head = "<!--1713363301000-->\n[部長訪問甲地](https://a.example/1)\n------\n";
    let page = "<html><head><meta charset=big5><title>部長訪問甲地</title></head><p>國防部長王小明週五訪問甲地。</p>";
    let utf16 = |text: &str| -> Vec<u8> {
        [0xFF, 0xFE]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect()
    };
    write(root, "gbk.txt", GBK.encode(TEXT).0);
    write(root, "utf16.txt", utf16(TEXT));
    write(root, "mark.txt", format!("\u{FEFF}{TEXT}"));
    write(
        root,
        "big5.md",
        BIG5.encode(&format!("{head}<p>國防部長王小明週五訪問甲地。</p>"))
            .0,
    );
    write(root, "big5.html", BIG5.encode(page).0);
    write(root, "gbk.jsonl", GBK.encode(&format!("{RECORD}\n{RECORD}\n")).0);
    write(root, "utf16.jsonl", utf16(&format!("{RECORD}\n{RECORD}\n")));
    write(root, "gbk.json", GBK.encode(&format!("[{RECORD},\n{RECORD}]")).0);
    write(
        root,
        "late.jsonl",
        [&b"{\"text\":\"x\"}\n".repeat(9000)[..], &GBK.encode(RECORD).0].concat(),
    );
    for article in articles([root], Options::default()) {
        let text = crate::text::fold_str(&article.as_ref().unwrap().text());
        assert!(
            text.starts_with("部长访问") && text.contains("王小明") || text == "x",
            "{article:?}"
        );
    }
    assert_eq!(articles([root], Options::default()).count(), 5 + 6 + 9001);
}

#[test]
fn a_line_of_another_encoding_is_an_error_of_that_line() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let utf8 = format!("{RECORD}\n");
    let mixed = [utf8.repeat(40).as_bytes(), &GBK.encode(&utf8).0, utf8.as_bytes()].concat();
    write(root, "a.jsonl", mixed);
    let found = read(root, &["a.jsonl"], Options::default());
    assert_eq!(found[40..], ["! a.jsonl:41: not valid UTF-8", "r1"]);
}

#[test]
fn several_archive_items_in_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let item = "<!--1713363301000-->\n[部长访问甲地](https://a.example/1)\n------\n<p>正文。</p>";
    write(folder.path(), "all.txt", item.repeat(2));
    write(folder.path(), "one.txt", item);
    assert_eq!(
        read(folder.path(), &["all.txt", "one.txt"], Options::default()),
        ["all.txt#1", "all.txt#2", "one.txt"]
    );
}

#[test]
fn a_format_can_be_forced() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "a.txt", "<p>甲</p>");
    let read = |format| {
        articles(
            [&path],
            Options {
                format,
                ..Options::default()
            },
        )
        .next()
        .unwrap()
        .unwrap()
        .body
    };
    assert_eq!(read(None), "甲");
    assert_eq!(read(Some(Format::Plain)), "<p>甲</p>");
}

/// Bytes with the marks of all formats in them.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<Vec<u8>>(),
        "\\PC{0,12}".prop_map(String::into_bytes),
        prop::sample::select(vec![
            "<!--1713363301000-->\n",
            "[题](https://a.example)\n",
            "---\n",
            "title: \"题\\\"\n",
            "<p>",
            "</div>",
            "<a href=x>",
            "<divclass=ad>",
            "<table><td>",
            "<script type=application/ld+json>{\"@graph\":[",
            "<time datetime=2024>",
            "&#x;",
            "{\"text\":\"",
            "\"}\n",
            "[{",
            "2024-04-17 15:43",
            "（译者：",
            "）1090907",
            "©",
            "\u{FEFF}",
            "责编 王",
            "作者：",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_input_panics(bytes in bytes(), format in prop::option::of(prop::sample::select(Format::ALL.to_vec()))) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), &bytes).unwrap();
        for article in articles([file.path()], Options { format, ..Options::default() }).flatten() {
            prop_assert!(!article.id.is_empty());
            prop_assert!(!article.text().trim().is_empty());
            prop_assert!(article.title.is_none_or(|title| !title.contains('\n')));
        }
    }
}

/// Reads the paths in `SHIJI_READ_PATHS` (separated by blanks) on one thread,
/// prints the speed and the errors, and writes the articles as JSON Lines to
/// `SHIJI_READ_OUT` if that is set:
///
/// `SHIJI_READ_PATHS=folder cargo test --release --lib read::tests::measure -- --ignored --nocapture`
#[test]
#[ignore = "measures on a corpus given in the environment"]
fn measure() {
    let paths = std::env::var("SHIJI_READ_PATHS").expect("SHIJI_READ_PATHS names what to read");
    let mut out = std::env::var("SHIJI_READ_OUT")
        .ok()
        .map(|path| fs::File::create(path).map(std::io::BufWriter::new).unwrap());
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
