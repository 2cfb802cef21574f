//! A store that is killed while it is filled, at twenty random moments, and filled again,
//! equals one that was not disturbed: for `shiji index` and for `shiji tag --into`.
//! `SEED=7 cargo test --release --test interruption` takes other moments.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

const KILLS: u32 = 20;

/// Random numbers enough to choose moments with (xorshift).
struct Random(u64);

impl Random {
    fn new() -> Self {
        let seed: u64 = std::env::var("SEED").map_or(1, |seed| seed.parse().expect("a number"));
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A part of `whole`.
    fn part(&mut self, whole: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        whole.mul_f64((self.0 >> 11) as f64 / (1u64 << 53) as f64)
    }
}

fn shiji(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shiji"));
    command.args(arguments).stderr(Stdio::null());
    command
}

/// All rows of all tables.
fn dump(store: &Path) -> Vec<(String, Vec<Vec<Value>>)> {
    let connection = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        )
        .unwrap();
    let tables: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    tables
        .into_iter()
        .map(|table| {
            let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let columns = statement.column_count();
            let rows = statement.query_map([], |row| (0..columns).map(|at| row.get(at)).collect());
            let mut rows: Vec<Vec<Value>> = rows.unwrap().collect::<Result<_, _>>().unwrap();
            rows.sort_by_key(|row| format!("{row:?}"));
            (table, rows)
        })
        .collect()
}

fn articles(store: &Path) -> i64 {
    let count =
        |connection: Connection| connection.query_row("SELECT count(*) FROM article", [], |row| row.get(0));
    Connection::open(store).and_then(count).unwrap_or(0)
}

/// Kills `shiji` with `arguments` and the path of a store some times, then lets it finish.
fn assert_recovers(arguments: &[&str], kills: u32) {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.db");
    let fill = |store: &Path| shiji(&[arguments, &[store.to_str().unwrap()]].concat());
    let started = Instant::now();
    assert!(fill(&whole).status().unwrap().success());
    let duration = started.elapsed();
    let (expected, all) = (dump(&whole), articles(&whole));
    let mut random = Random::new();
    let mut found = Vec::new();
    let store = folder.path().join("killed.db");
    for _ in 0..kills {
        let mut child = fill(&store).spawn().unwrap();
        sleep(random.part(duration));
        child.kill().unwrap();
        child.wait().unwrap();
        let kept = articles(&store);
        found.push(kept);
        // What is complete is begun anew, so that every kill meets a store in the making.
        if kept == all {
            fs::remove_file(&store).unwrap();
        }
    }
    assert!(fill(&store).status().unwrap().success());
    assert!(
        dump(&store) == expected,
        "killed with {found:?} articles of {all}"
    );
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn indexing_survives_kills() {
    let folder = tempfile::tempdir().unwrap();
    let record = |at: usize| {
        let title = format!("第{at}号消息");
        let start = title.chars().count() + 1;
        serde_json::json!({
            "schema": "shiji/1",
            "id": at.to_string(),
            "url": null,
            "source": format!("甲报{}", at % 7),
            "title": title,
            "published": format!("20{:02}-{:02}-{:02}", 10 + at % 15, 1 + at % 12, 1 + at % 28),
            "text": format!("{title}\n董军在京会见客人。客人感谢董军。"),
            "mentions": [{
                "start": start, "end": start + 2, "text": "董军", "type": "PER", "confidence": 1.0, "entity": null,
            }],
        })
        .to_string()
            + "\n"
    };
    let records = folder.path().join("records.jsonl");
    fs::write(&records, (0..9000).map(record).collect::<String>()).unwrap();
    assert_recovers(&["index", records.to_str().unwrap(), "-q", "--into"], KILLS);
}

#[test]
fn tagging_into_a_store_survives_kills() {
    let folder = tempfile::tempdir().unwrap();
    let article = |at: usize| {
        format!(
            "{{\"id\":\"{at}\",\"title\":\"第{at}号消息\",\"published\":\"2024-04-17\",\"text\":\"国防部长董军昨日在北京会见客人。\"}}\n"
        )
    };
    let path = folder.path().join("articles.jsonl");
    fs::write(&path, (0..300).map(article).collect::<String>()).unwrap();
    assert_recovers(&["tag", path.to_str().unwrap(), "-q", "--into"], KILLS);
}
