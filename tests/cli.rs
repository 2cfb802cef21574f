//! The real binary on real inputs. `UPDATE=1 cargo test --release` rewrites the
//! expected outputs in `tests/golden`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn shiji(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shiji"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .env("NO_COLOR", "1");
    command
}

fn run(arguments: &[&str]) -> Output {
    shiji(arguments).output().expect("the binary runs")
}

fn run_with_input(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = shiji(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn records(output: &Output) -> Vec<serde_json::Value> {
    stdout(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Compares with a golden file, or rewrites it.
fn assert_golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "{name} differs; run with UPDATE=1 and look at the difference\n{actual}"
    );
}

fn temporary(name: &str, content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    (folder, path)
}

#[test]
fn sample_articles_in_every_format() {
    for format in ["jsonl", "table", "conll", "html"] {
        let output = run(&["tag", "data/samples", "--output-format", format, "--quiet"]);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_golden(&format!("samples.{format}"), stdout(&output));
    }
}

#[test]
fn tokens_agree_with_mentions() {
    let output = run(&["tag", "data/samples", "--tokens", "--quiet"]);
    for record in records(&output) {
        let tokens = record["tokens"].as_array().unwrap();
        let starts: Vec<_> = tokens.iter().map(|t| t["start"].as_u64()).collect();
        let ends: Vec<_> = tokens.iter().map(|t| t["end"].as_u64()).collect();
        for mention in record["mentions"].as_array().unwrap() {
            assert!(starts.contains(&mention["start"].as_u64()), "{mention}");
            assert!(ends.contains(&mention["end"].as_u64()), "{mention}");
        }
    }
}

#[test]
fn offsets_address_the_text() {
    let odd = "　 董军\u{200b}\u{feff}访问 美国。\r\n\r\n😀ＮＡＴＯ秘书长斯托尔滕贝格 (Jens Stoltenberg) 說\tX龘\u{1f1e8}\u{1f1f3}。";
    let samples = run(&["tag", "data/samples", "--quiet"]);
    let odd = run_with_input(&["tag", "-", "--quiet"], odd.as_bytes());
    for record in records(&samples).into_iter().chain(records(&odd)) {
        let text: Vec<char> = record["text"].as_str().unwrap().chars().collect();
        let mut last = 0;
        for mention in record["mentions"].as_array().unwrap() {
            let at = |key: &str| mention[key].as_u64().unwrap() as usize;
            assert!(last <= at("start") && at("start") < at("end"));
            assert_eq!(
                text[at("start")..at("end")].iter().collect::<String>(),
                mention["text"].as_str().unwrap()
            );
            last = at("end");
        }
    }
}

#[test]
fn threads_do_not_change_a_byte() {
    let one = run(&["tag", "data/samples", "--threads", "1", "--quiet"]);
    let many = run(&["tag", "data/samples", "--threads", "5", "--quiet"]);
    assert!(!one.stdout.is_empty());
    assert_eq!(one.stdout, many.stdout);
}

#[test]
fn company_in_a_batch_does_not_change_a_record() {
    let together = run(&["tag", "data/samples/wire.jsonl", "--quiet"]);
    let lines =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/samples/wire.jsonl")).unwrap();
    let alone: String = lines
        .lines()
        .map(|line| {
            stdout(&run_with_input(
                &["tag", "-", "--format", "jsonl", "--quiet"],
                line.as_bytes(),
            ))
            .to_owned()
        })
        .collect();
    assert_eq!(stdout(&together), alone);
}

#[test]
fn an_unreadable_record_is_reported_and_the_rest_goes_on() {
    let (_folder, path) = temporary(
        "bad.jsonl",
        "{\"text\":\"董军访美\"}\nnot json\n{\"text\":\"\"}\n{\"text\":\"北京\"}\n".as_bytes(),
    );
    let path = path.to_str().unwrap();
    let output = run(&["tag", path, "no/such/file.md"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(records(&output).len(), 2);
    for location in [
        format!("{path}:2"),
        format!("{path}:3"),
        "no/such/file.md".to_owned(),
    ] {
        assert!(stderr(&output).contains(&location), "{}", stderr(&output));
    }
    assert!(stderr(&output).contains("3 inputs failed"), "{}", stderr(&output));
}

#[test]
fn long_and_empty_texts() {
    let sentence = "世界卫生组织总干事谭德塞在日内瓦说";
    let long = format!("{{\"text\":\"{}\"}}", sentence.repeat(3000));
    let output = run_with_input(&["tag", "-", "--format", "jsonl", "--quiet"], long.as_bytes());
    let mentions = &records(&output)[0]["mentions"];
    let found = mentions
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| m["text"] == "谭德塞")
        .count();
    assert!(found >= 2990, "{found} of 3000");
    let empty = run_with_input(&["tag", "-"], b"");
    assert_eq!(empty.status.code(), Some(1));
}

#[test]
fn output_appears_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    let output = run(&["tag", "data/samples", "-o", path.to_str().unwrap(), "--quiet"]);
    assert!(output.status.success() && output.stdout.is_empty());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(
        fs::read(&path).unwrap(),
        run(&["tag", "data/samples", "--quiet"]).stdout
    );
    let brat = folder.path().join("brat");
    let output = run(&[
        "tag",
        "data/samples",
        "-o",
        brat.to_str().unwrap(),
        "--output-format",
        "brat",
        "--quiet",
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(brat.read_dir().unwrap().count() >= 8 * 2);
}

#[test]
fn user_dictionaries_and_their_bad_lines() {
    let (_folder, path) = temporary("names.txt", "董军 5 nr\n云计算 x y z\n".as_bytes());
    let output = run_with_input(
        &["segment", "--dict", path.to_str().unwrap()],
        "董军访美".as_bytes(),
    );
    assert!(stdout(&output).starts_with("董军/nr"), "{}", stdout(&output));
    assert!(stderr(&output).contains("line 2"), "{}", stderr(&output));
}

#[test]
fn usage_errors_exit_with_two() {
    for arguments in [
        &["tag", "data/samples", "--model", "no-such-model"][..],
        &["tag", "data/samples", "--fields", "headline=x"],
        &["eval", "--gold", "no/such/file"],
        &["tag"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn a_damaged_model_is_refused() {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/accurate.shiji");
    let mut bytes = fs::read(model).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let (_folder, path) = temporary("damaged.shiji", &bytes);
    let output = run(&["tag", "data/samples", "--model", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("damaged.shiji"), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
}

#[cfg(not(feature = "bert"))]
#[test]
fn without_the_feature_bert_says_how_to_get_it() {
    let output = run(&["tag", "data/samples", "--backend", "bert", "--model", "folder"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("cargo build --release --features bert"),
        "{}",
        stderr(&output)
    );
}

/// A tiny checkpoint with random weights behind the commands that read texts.
#[cfg(feature = "bert")]
#[test]
fn bert_runs_behind_the_same_commands() {
    let with_bert = |arguments: &[&str]| {
        let bert = ["--backend", "bert", "--model", "tests/data/bert/electra"];
        let output = run(&[arguments, &bert].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(
            stderr(&output).contains("left out, [types] in shiji.toml can change it: SHIP"),
            "{}",
            stderr(&output)
        );
        output
    };
    let one = with_bert(&["tag", "data/samples", "--threads", "1", "--quiet"]);
    let two = with_bert(&["tag", "data/samples", "--threads", "2", "--quiet"]);
    assert_eq!(stdout(&one), stdout(&two));
    let own = run(&["tag", "data/samples", "--quiet"]);
    assert_ne!(stdout(&one), stdout(&own));
    for (bert, own) in records(&one).iter().zip(records(&own)) {
        assert_eq!(bert["id"], own["id"]);
        assert_eq!(bert["text"], own["text"]);
        let text: Vec<char> = bert["text"].as_str().unwrap().chars().collect();
        for mention in bert["mentions"].as_array().unwrap() {
            let at = |key: &str| mention[key].as_u64().unwrap() as usize;
            let slice: String = text[at("start")..at("end")].iter().collect();
            assert_eq!(slice, mention["text"].as_str().unwrap());
        }
    }
    with_bert(&["explain", "董军访问美国"]);
    with_bert(&["eval", "--gold", "tests/data/gold.inline.txt"]);
}

#[test]
fn a_reader_that_left_is_no_error_of_explain() {
    let mut child = shiji(&["explain", &"川普访问华盛顿。".repeat(2000)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = shiji(&["tag", "data/samples", "--quiet"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn eval_scores_predictions_of_others() {
    let gold = "### a\n[[董军|PER|董军]]访[[美|LOC|美国]]\n";
    let (_folder, gold) = temporary("gold.txt", gold.as_bytes());
    let eval = |predicted: &str| {
        let (_folder, predicted) = temporary("predicted.jsonl", predicted.as_bytes());
        let [gold, predicted] = [&gold, &predicted].map(|path| path.to_str().unwrap());
        run(&["eval", "--gold", gold, "--predicted", predicted, "--json"])
    };
    let output = eval(r#"{"text":"董军访美","mentions":[{"start":0,"end":2,"type":"PER"}]}"#);
    assert!(output.status.success(), "{}", stderr(&output));
    let figures = &records(&output)[0];
    assert_eq!(figures["strict"]["micro"]["recall"], 0.5);
    assert_eq!(figures["strict"]["micro"]["precision"], 1.0);
    // A place of one character is left out of the lenient score.
    assert_eq!(figures["lenient"]["micro"]["f1"], 1.0);
    assert!(figures["calibration"].is_null() && figures["seconds"].is_null());

    let output = eval(r#"{"id":"b","text":"董军访英","mentions":[]}"#);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("document b: its text is not that of a"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn eval_scores_a_gold_file() {
    let output = run(&["eval", "--gold", "tests/data/gold.inline.txt", "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report: serde_json::Value = serde_json::from_str(stdout(&output).trim()).unwrap();
    let f1 = report["strict"]["micro"]["f1"].as_f64().unwrap();
    // Pins the shipped model: a change that costs accuracy on this sample must be seen.
    assert!(f1 >= 0.85, "{report}");
}

#[test]
fn eval_scores_topics_on_labelled_articles() {
    let labels = [
        r#"{"corpus":"","id":"sample-001","iptc":["11000000"],"issues":["us-china-relations","brexit"],"split":"a"}"#,
        r#"{"corpus":"","id":"2024-04-17-call","iptc":["11000000"],"issues":["taiwan"],"split":"b"}"#,
        r#"{"corpus":"","id":"not-there","iptc":[],"issues":[],"split":"b"}"#,
    ];
    let (_folder, path) = temporary("labels.jsonl", labels.join("\n").as_bytes());
    let path = path.to_str().unwrap();
    let arguments = [
        "eval",
        "--topic-labels",
        path,
        "--corpus",
        "data/samples",
        "--errors",
    ];
    let output = run(&arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    let report = stdout(&output);
    assert!(report.starts_with("2 of 3 labelled articles"), "{report}");
    assert!(report.contains("-\tissue\tbrexit\tsample-001"), "{report}");
    assert!(!report.contains("-\tissue\ttaiwan"), "{report}");
    let split = run(&[&arguments[..], &["--split", "a"]].concat());
    assert!(
        stdout(&split).starts_with("1 of 1 labelled"),
        "{}",
        stdout(&split)
    );
    let none = run(&[
        "eval",
        "--topics",
        path,
        "--corpus",
        "data/samples",
        "--split",
        "c",
    ]);
    assert_eq!(none.status.code(), Some(2));
}

#[test]
fn eval_scores_titles() {
    let (_folder, path) = temporary("titles.tsv", "finance\t股市大跌\nsports\t女足夺冠\n".as_bytes());
    let output = run(&["eval", "--titles", path.to_str().unwrap()]);
    assert!(
        stdout(&output).starts_with("accuracy 1.000"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn records_become_a_store_and_a_timeline() {
    let records = run(&["tag", "data/samples", "--quiet"]).stdout;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&records).unwrap();
    // Compression is known by content, whatever the file is called.
    let (folder, path) = temporary("records", &gzip.finish().unwrap());
    let store = folder.path().join("corpus.db");
    let store = store.to_str().unwrap();
    for expected in ["8 articles added", "8 unchanged"] {
        let output = run(&["index", path.to_str().unwrap(), "--into", store]);
        assert!(
            output.status.success() && stderr(&output).contains(expected),
            "{}",
            stderr(&output)
        );
    }
    // 董军 is also a keyphrase: who is meant, not what.
    let output = run(&["timeline", "董军", "--in", store, "--format", "json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let timeline: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(timeline["entity"]["id"], "PER:董军");
    let dates: Vec<_> = timeline["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["date"].as_str().unwrap())
        .collect();
    assert!(dates.contains(&"2024-04-16"), "{dates:?}");
}

#[test]
fn a_timeline_straight_from_articles_is_that_of_their_records() {
    let records = run(&["tag", "data/samples", "--quiet"]).stdout;
    let (folder, path) = temporary("records.jsonl", &records);
    let store = folder.path().join("corpus.db");
    let store = store.to_str().unwrap();
    let output = run(&["tag", "data/samples", "--quiet", "--into", store]);
    assert!(output.status.success(), "{}", stderr(&output));
    for command in [
        &["timeline", "董军", "--format", "json"][..],
        &["entities", "--format", "jsonl"],
    ] {
        let from = |corpus: &str| {
            let output = run(&[command, &["--in", corpus]].concat());
            assert!(output.status.success(), "{}", stderr(&output));
            stdout(&output).to_owned()
        };
        let expected = from(path.to_str().unwrap());
        assert!(expected.contains("PER:董军"));
        assert!(from("data/samples") == expected, "from articles");
        assert!(from(store) == expected, "from a store");
        let piped = run_with_input(&[command, &["--in", "-"]].concat(), &records);
        assert!(stdout(&piped) == expected, "from standard input");
    }
    // Articles and records together; a store stands alone; what is not there is said.
    let output = run(&[
        "entities",
        "董",
        "--in",
        "data/samples/wire.jsonl",
        "--in",
        path.to_str().unwrap(),
    ]);
    assert!(output.status.success() && stdout(&output).contains("PER:董军"));
    for (arguments, reason) in [
        (["entities", "--in", store, "--in", "data/samples"], "is a store"),
        (
            ["timeline", "董军", "--in", "no-such.db", "--newest-first"],
            "--into",
        ),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
}

#[test]
fn tagging_into_a_store_again_tags_only_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("corpus.db");
    let tag = |arguments: &[&str]| {
        let output = run(&[&["tag", "--into", store.to_str().unwrap()], arguments].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        stderr(&output).to_owned()
    };
    assert!(!tag(&["data/samples/wire.jsonl"]).contains("already"));
    let again = tag(&["data/samples"]);
    let known = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/samples/wire.jsonl"))
        .unwrap()
        .lines()
        .count();
    assert!(
        again.contains(&format!("{known} articles were in the store already")),
        "{again}"
    );
    // Another dictionary is another tagger.
    let (_folder, words) = temporary("words.txt", "滴滴金融 5 nt\n".as_bytes());
    assert!(!tag(&["data/samples", "--dict", words.to_str().unwrap()]).contains("already"));
}

/// A record as `shiji tag` writes it; `names` are surface, type and entity id.
fn record(id: &str, text: &str, names: &[(&str, &str, &str)]) -> String {
    let mut mentions = Vec::new();
    let mut entities: Vec<serde_json::Value> = Vec::new();
    let mut from = 0;
    for &(surface, kind, entity) in names {
        let at = from + text[from..].find(surface).expect("in the text");
        from = at + surface.len();
        let start = text[..at].chars().count();
        mentions.push(
            serde_json::json!({"start": start, "end": start + surface.chars().count(),
            "text": surface, "type": kind, "confidence": 0.9, "entity": entity}),
        );
        match entities.iter_mut().find(|known| known["id"] == entity) {
            Some(known) => known["variants"].as_array_mut().unwrap().push(surface.into()),
            None => entities.push(serde_json::json!({"id": entity, "type": kind,
                "name": entity.split_once(':').map_or(entity, |(_, name)| name), "name_hant": null,
                "name_en": null, "variants": [surface], "roles": []})),
        }
    }
    serde_json::json!({"schema": "shiji/1", "id": id, "url": null, "source": null, "title": null,
        "published": "2024-04-17", "text": text, "mentions": mentions, "entities": entities,
        "dates": [], "topics": []})
    .to_string()
        + "\n"
}

fn records_to_link() -> [String; 4] {
    let club = "ORG:绿水河保护协会";
    let abbreviation = ("绿协", "ORG", club);
    [
        record(
            "a",
            "绿水河保护协会（以下简称“绿协”）成立",
            &[("绿水河保护协会", "ORG", club), abbreviation],
        ),
        record("b", "绿协说", &[("绿协", "ORG", "ORG:绿协")]),
        record(
            "c",
            "佩德罗·卡斯塔尼亚（Pedro Castania）加入绿水河保护协会",
            &[
                ("佩德罗·卡斯塔尼亚", "PER", "PER:佩德罗·卡斯塔尼亚"),
                ("Pedro Castania", "PER", "PER:佩德罗·卡斯塔尼亚"),
                ("绿水河保护协会", "ORG", club),
            ],
        ),
        record(
            "d",
            "卡斯塔尼亚与绿协，Pedro Castania",
            &[
                ("卡斯塔尼亚", "PER", "PER:卡斯塔尼亚"),
                ("绿协", "ORG", "ORG:绿协"),
                ("Pedro Castania", "PER", "PER:Pedro Castania"),
            ],
        ),
    ]
}

#[test]
fn articles_explain_names_to_each_other() {
    let records = records_to_link();
    let (folder, path) = temporary("records.jsonl", records.concat().as_bytes());
    let learned = folder.path().join("learned.toml");
    let (path, learned) = (path.to_str().unwrap(), learned.to_str().unwrap());
    let output = run(&["link", path, "--learned", learned]);
    assert!(output.status.success(), "{}", stderr(&output));
    let linked = self::records(&output);
    assert_eq!(
        linked[0],
        serde_json::from_str::<serde_json::Value>(&records[0]).unwrap()
    );
    assert_eq!(linked[1]["mentions"][0]["entity"], "ORG:绿水河保护协会");
    assert_eq!(linked[1]["entities"][0]["variants"][0], "绿协");
    assert_eq!(
        linked[3]["entities"].as_array().unwrap().len(),
        2,
        "{}",
        linked[3]
    );
    assert_eq!(linked[3]["mentions"][0]["entity"], "PER:佩德罗·卡斯塔尼亚");
    assert_eq!(linked[2]["entities"][0]["name_en"], "Pedro Castania");
    // What was learned can be given back: every entry has an effect.
    let output = run_with_input(&["tag", "-", "--kb", learned, "--quiet"], "绿协说。".as_bytes());
    assert!(
        output.status.success() && stderr(&output).is_empty(),
        "{}",
        stderr(&output)
    );
}

#[test]
fn threads_and_shards_do_not_change_what_is_linked() {
    let records = records_to_link();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, records: &[String]| {
        let path = folder.path().join(name);
        fs::write(&path, records.concat()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let all = write("all.jsonl", &records);
    let (first, second) = (write("1.jsonl", &records[..2]), write("2.jsonl", &records[2..]));
    let whole = run(&["link", &all, "--threads", "1"]).stdout;
    assert!(!whole.is_empty());
    assert_eq!(run(&["link", &first, &second, "--threads", "4"]).stdout, whole);
    assert_eq!(
        run_with_input(&["link", "-"], records.concat().as_bytes()).stdout,
        whole
    );
    let swapped = run(&["link", &second, &first]);
    let sorted = |bytes: &[u8]| {
        let mut lines: Vec<String> = std::str::from_utf8(bytes)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect();
        lines.sort();
        lines
    };
    assert_ne!(swapped.stdout, whole, "output order is input order");
    assert_eq!(sorted(&swapped.stdout), sorted(&whole));
    // Linking what is linked changes nothing.
    let (_folder, again) = temporary("linked.jsonl", &whole);
    assert_eq!(run(&["link", again.to_str().unwrap()]).stdout, whole);
}

#[test]
fn lines_that_are_no_records_are_named_and_left_out() {
    let text = format!(
        "{}{{\"text\":\"x\"}}\n{}",
        records_to_link()[0],
        records_to_link()[1]
    );
    let (_folder, path) = temporary("records.jsonl", text.as_bytes());
    let output = run(&["link", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("records.jsonl:2"), "{}", stderr(&output));
    assert_eq!(self::records(&output).len(), 2);
    assert_eq!(run(&["link", "no/such/file"]).status.code(), Some(2));
}

#[test]
fn explain_names_the_lines_that_decided() {
    let (_folder, path) = temporary(
        "mine.csv",
        "action,name,target,type\nmerge,大胡子,普京,PER\n".as_bytes(),
    );
    let output = run(&[
        "explain",
        "俄罗斯总统普京会见川普",
        "--kb",
        path.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    for expected in [
        "data/kb/people/europe.psv:",
        "data/kb/people/united-states.psv:",
        "Variant name of Q22686",
        "a name in the knowledge base",
        "score",
        "title 总统 of 俄罗斯",
    ] {
        assert!(
            stdout(&output).contains(expected),
            "{expected}: {}",
            stdout(&output)
        );
    }
    let output = run(&["explain", "大胡子普京", "--kb", path.to_str().unwrap()]);
    assert!(
        stdout(&output).contains("mine.csv:2") || !stdout(&output).contains("大胡子:"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn eval_scores_canonical_names() {
    let gold =
        "### a 2024-04-17\n[[奥斯汀|PER|劳埃德·奥斯汀]]同[[中国|LOC|中国]]国防部长[[董军|PER|董军]]通话。\n";
    let (_folder, path) = temporary("gold.txt", gold.as_bytes());
    let output = run(&["eval", "--gold", path.to_str().unwrap(), "--entities", "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report: serde_json::Value = serde_json::from_str(stdout(&output).trim()).unwrap();
    assert_eq!(report["given_spans"]["scores"]["micro"]["f1"], 1.0, "{report}");
    assert_eq!(report["end_to_end"]["scores"]["micro"]["support"], 3);
}
