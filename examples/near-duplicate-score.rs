//! Measures how well copies of a report are taken together in timelines, from the articles
//! alone: `near-duplicate-score score LABELS SPLIT CORPUS…`.
//!
//! Labels are lines `split, names, date, article, article, copy, weight` with tabs between
//! them, as in `tests/data/near-duplicates.tsv`; names of an entity are separated by `|`, in
//! simplified characters, and mentions are wherever the text has one of them. `copy` is 1 if
//! the articles, in at least one sentence each about the entity, hand on the same report:
//! word for word, cut, merged, reworded, with another dateline or other names for the same
//! people, or quoted with its source. It is `same` if they tell of the same event or fact in
//! words of their own, and 0 if they tell of different things, however alike they sound.
//! Copies must be in one entry and different things must not; independent reports of one
//! event may be either, so they count for neither figure. Precision is the share of copies
//! among the pairs in one entry, recall the share of the copies that are in one. With a date,
//! an entry of this date (or of at most two days before, see `src/timeline/redate.rs`) must
//! hold them; without, any. Pairs of which one is dated otherwise count for neither.
//!
//! `near-duplicate-score sample COUNT SEED FILE NAMES… -- CORPUS…` draws pairs to label, by
//! nothing that the program under test decides: two articles of different outlets, published
//! at most two days apart, both with the names. Pairs are drawn in four [`STRATA`] by the
//! share of strings of five letters that their most similar sentences have in common. The
//! lines go to FILE, in which `?` is to be replaced, and what is to be read to the standard
//! output; the stratum is not shown. `weight` is how many pairs of the stratum a drawn one
//! stands for.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::error::Error;
use std::fmt::Write as _;

use shiji::document::SCHEMA;
use shiji::read::{Options as ReadOptions, articles};
use shiji::resolve::dates;
use shiji::resolve::entities::Entity;
use shiji::segment::sentence::sentences;
use shiji::store::{Day, Period, Record, Store, day_of};
use shiji::text::{CharOffsets, fold_str};
use shiji::timeline::{Options, Timeline, timeline};
use shiji::{Article, Document, EntityType, Mention};

/// Lower bounds of the shares of common strings.
const STRATA: [f64; 4] = [0.05, 0.2, 0.4, 0.7];

/// Letters of these strings, and how many a sentence must have.
const LETTERS: usize = 5;
const MIN_STRINGS: usize = 8;

/// Days between the articles of a pair.
const MAX_DAYS: Day = 2;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["score", labels, split, corpus @ ..] if !corpus.is_empty() => score(labels, split, corpus),
        ["sample", count, seed, file, rest @ ..] => {
            let mut parts = rest.split(|argument| *argument == "--");
            let (Some(names), Some(corpus)) = (parts.next(), parts.next()) else {
                return Err("NAMES and CORPUS are separated by --".into());
            };
            sample(count.parse()?, seed.parse()?, file, names, corpus)
        }
        _ => Err("usage: near-duplicate-score score LABELS SPLIT CORPUS… | sample COUNT SEED FILE NAMES… -- CORPUS…".into()),
    }
}

/// Where the names of an entity stand in a folded text, in code points.
fn occurrences(folded: &str, names: &str) -> Vec<(usize, usize)> {
    let found = names
        .split('|')
        .flat_map(|name| folded.match_indices(name).map(|(at, name)| (at, at + name.len())));
    let mut found: Vec<(usize, usize)> = found.collect();
    if found.is_empty() {
        return found;
    }
    found.sort_unstable();
    let offsets = CharOffsets::new(folded);
    found
        .into_iter()
        .map(|(start, end)| (offsets.char(start), offsets.char(end)))
        .collect()
}

// ---------------------------------------------------------------------------------------
// Scores

/// A labelled pair.
struct Label {
    names: String,
    date: Option<Period>,
    articles: [String; 2],
    copy: String,
    weight: f64,
    line: String,
}

/// What the pairs of a kind weigh: copies together, others together, copies apart.
#[derive(Clone, Copy, Default)]
struct Sums([f64; 3]);

impl Sums {
    fn precision(self) -> f64 {
        self.0[0] / (self.0[0] + self.0[1])
    }

    fn recall(self) -> f64 {
        self.0[0] / (self.0[0] + self.0[2])
    }
}

fn score(labels: &str, split: &str, corpus: &[&str]) -> Result<()> {
    let labels = read_labels(labels, split)?;
    let names: BTreeSet<&str> = labels.iter().map(|label| label.names.as_str()).collect();
    let store = store(&names, corpus)?;
    let mut timelines: BTreeMap<&str, Timeline> = BTreeMap::new();
    for name in names {
        let entity = store
            .entity(name)?
            .ok_or_else(|| format!("no article says {name}"))?;
        timelines.insert(name, timeline(&store, &entity, &Options::default())?);
    }
    let (mut pairs, mut weighted) = (Sums::default(), Sums::default());
    let mut independent = [0, 0];
    for label in &labels {
        let Some(is_together) = is_together(&timelines[label.names.as_str()], label) else {
            println!("of another date\t{}", label.line);
            continue;
        };
        let place = match (label.copy.as_str(), is_together) {
            ("1", true) => 0,
            ("0", true) => 1,
            ("1", false) => 2,
            ("same", _) => {
                independent[usize::from(is_together)] += 1;
                continue;
            }
            _ => continue,
        };
        pairs.0[place] += 1.0;
        weighted.0[place] += label.weight;
        if place > 0 {
            println!(
                "{}\t{}",
                if is_together { "together" } else { "apart" },
                label.line
            );
        }
    }
    let [right, wrong, missed] = pairs.0;
    println!(
        "{split}: {} pairs; precision {:.3} ({right}/{}), recall {:.3} ({right}/{}); by what they stand for {:.3}, {:.3}; \
         of independent reports {} together, {} apart",
        labels.len(),
        pairs.precision(),
        right + wrong,
        pairs.recall(),
        right + missed,
        weighted.precision(),
        weighted.recall(),
        independent[1],
        independent[0],
    );
    Ok(())
}

fn read_labels(path: &str, split: &str) -> Result<Vec<Label>> {
    let mut labels = Vec::new();
    for line in std::fs::read_to_string(path)?.lines().skip(1) {
        let [of, names, date, a, b, copy, weight] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("{path}: {line:?} has not seven columns").into());
        };
        if of == split {
            labels.push(Label {
                names: names.to_owned(),
                date: Period::parse(date),
                articles: [a.to_owned(), b.to_owned()],
                copy: copy.to_owned(),
                weight: weight.parse()?,
                line: line.to_owned(),
            });
        }
    }
    Ok(labels)
}

/// Whether an entry of the date has both articles; nothing if one of them is in none.
fn is_together(timeline: &Timeline, label: &Label) -> Option<bool> {
    let is_of_date = |first: Day| match label.date {
        Some(date) => (date.first - MAX_DAYS..=date.first).contains(&first),
        None => true,
    };
    let mut found = [false; 2];
    let mut is_together = false;
    for event in timeline
        .events
        .iter()
        .filter(|event| is_of_date(day_of(event.first)))
    {
        let holds = [0, 1].map(|at| {
            event
                .articles
                .iter()
                .any(|article| article.id == label.articles[at])
        });
        is_together |= holds == [true; 2];
        found = [found[0] | holds[0], found[1] | holds[1]];
    }
    (found == [true; 2]).then_some(is_together)
}

/// A store of the articles with one of the names.
fn store(names: &BTreeSet<&str>, corpus: &[&str]) -> Result<Store> {
    let mut store = Store::in_memory()?;
    let mut writer = store.writer()?;
    for article in articles(corpus, ReadOptions::default()) {
        if let Some(document) = document(article?, names) {
            writer.add(&Record::new(document)?)?;
        }
    }
    writer.finish()?;
    Ok(store)
}

/// The record of an article with the given names as its only mentions, each an entity.
fn document(article: Article, names: &BTreeSet<&str>) -> Option<Document> {
    let text = article.text();
    let folded = fold_str(&text);
    let offsets = CharOffsets::new(&text);
    let mut mentions = Vec::new();
    let mut entities = Vec::new();
    for name in names {
        let found = occurrences(&folded, name);
        if found.is_empty() {
            continue;
        }
        mentions.extend(found.into_iter().map(|(start, end)| Mention {
            start,
            end,
            text: offsets.slice(&text, start, end).to_owned(),
            kind: EntityType::Person,
            confidence: 1.0,
            entity: Some((*name).to_owned()),
        }));
        entities.push(Entity {
            id: (*name).to_owned(),
            kind: EntityType::Person,
            name: (*name).to_owned(),
            name_hant: None,
            name_en: None,
            variants: Vec::new(),
            roles: Vec::new(),
        });
    }
    if entities.is_empty() {
        return None;
    }
    mentions.sort_by_key(|mention| mention.start);
    let published = article.published.map(|published| published.date());
    Some(Document {
        schema: SCHEMA.to_owned(),
        id: article.id,
        url: article.url,
        source: article.source,
        title: article.title,
        published: article.published,
        dates: dates::resolve(&text, published, &dates::Options::default()),
        text,
        mentions,
        entities,
        topics: Vec::new(),
        tokens: None,
    })
}

// ---------------------------------------------------------------------------------------
// Samples

/// What an article says of an entity.
struct Told {
    id: String,
    outlet: String,
    day: Day,
    sentences: Vec<String>,
    /// The strings of [`LETTERS`] letters of each sentence.
    strings: Vec<HashSet<[char; LETTERS]>>,
}

impl Told {
    fn new(article: &Article, folded: &str, names: &str) -> Option<Self> {
        let (Some(outlet), Some(published)) = (&article.source, article.published) else {
            return None;
        };
        let found = occurrences(folded, names);
        if found.is_empty() {
            return None;
        }
        let offsets = CharOffsets::new(folded);
        let mut told = Self {
            id: article.id.clone(),
            outlet: outlet.clone(),
            day: day_of(published.date()),
            sentences: Vec::new(),
            strings: Vec::new(),
        };
        for range in sentences(folded) {
            if found.iter().any(|(start, _)| range.contains(start)) {
                let sentence = offsets.slice(folded, range.start, range.end).trim().to_owned();
                if !told.sentences.contains(&sentence) {
                    told.strings.push(strings(&sentence));
                    told.sentences.push(sentence);
                }
            }
        }
        Some(told)
    }

    /// The greatest share of common strings of two sentences, and which these are.
    fn closest(&self, other: &Self) -> (f64, [usize; 2]) {
        let mut closest = (0.0, [0, 0]);
        for (at, a) in self.strings.iter().enumerate() {
            for (of_other, b) in other.strings.iter().enumerate() {
                let smaller = a.len().min(b.len());
                if smaller < MIN_STRINGS {
                    continue;
                }
                let share = a.intersection(b).count() as f64 / smaller as f64;
                if share > closest.0 {
                    closest = (share, [at, of_other]);
                }
            }
        }
        closest
    }
}

fn strings(text: &str) -> HashSet<[char; LETTERS]> {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    letters
        .windows(LETTERS)
        .filter_map(|window| window.try_into().ok())
        .collect()
}

/// A pair: entity, both articles, their closest sentences.
#[derive(Clone, Copy)]
struct Pair {
    entity: usize,
    articles: [usize; 2],
    closest: [usize; 2],
}

fn sample(count: usize, seed: u64, file: &str, names: &[&str], corpus: &[&str]) -> Result<()> {
    let mut told: Vec<Vec<Told>> = names.iter().map(|_| Vec::new()).collect();
    for article in articles(corpus, ReadOptions::default()) {
        let article = article?;
        let folded = fold_str(&article.text());
        for (names, told) in names.iter().zip(&mut told) {
            told.extend(Told::new(&article, &folded, names));
        }
    }
    let mut strata: [Vec<Pair>; STRATA.len()] = Default::default();
    for (entity, told) in told.iter_mut().enumerate() {
        told.sort_by(|a, b| (a.day, &a.outlet, &a.id).cmp(&(b.day, &b.outlet, &b.id)));
        for (a, first) in told.iter().enumerate() {
            let near = told.iter().enumerate().skip(a + 1);
            for (b, second) in near.take_while(|(_, other)| other.day - first.day <= MAX_DAYS) {
                let (share, closest) = first.closest(second);
                let stratum = STRATA.partition_point(|bound| *bound <= share);
                if first.outlet != second.outlet && stratum > 0 {
                    strata[stratum - 1].push(Pair {
                        entity,
                        articles: [a, b],
                        closest,
                    });
                }
            }
        }
    }
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut used: HashSet<(usize, usize)> = HashSet::new();
    let mut drawn = Vec::new();
    for (stratum, bound) in strata.iter_mut().zip(STRATA) {
        random.shuffle(stratum);
        let mut days: HashSet<(usize, Day)> = HashSet::new();
        let mut chosen = Vec::new();
        // An article at most once, a day of an entity at most once in a stratum.
        for pair in stratum.iter().copied() {
            let articles = pair.articles.map(|at| (pair.entity, at));
            let day = (pair.entity, told[pair.entity][pair.articles[0]].day);
            let is_free = articles.iter().all(|article| !used.contains(article)) && !days.contains(&day);
            if is_free && chosen.len() < count / STRATA.len() {
                used.extend(articles);
                days.insert(day);
                chosen.push(pair);
            }
        }
        let weight = stratum.len() as f64 / chosen.len().max(1) as f64;
        eprintln!("from {bound}: {} pairs, {} drawn", stratum.len(), chosen.len());
        drawn.extend(chosen.into_iter().map(|pair| (pair, weight)));
    }
    random.shuffle(&mut drawn);
    let mut lines = String::new();
    for (number, (pair, weight)) in drawn.into_iter().enumerate() {
        let name = names[pair.entity];
        let both = pair.articles.map(|at| &told[pair.entity][at]);
        writeln!(
            lines,
            "?\t{name}\t\t{}\t{}\t?\t{weight:.1}",
            both[0].id, both[1].id
        )?;
        println!("== {} {name}", number + 1);
        for (told, closest) in both.into_iter().zip(pair.closest) {
            let others = told.sentences.iter().enumerate().filter(|(at, _)| *at != closest);
            let others: String = others.map(|(_, sentence)| format!(" / {sentence}")).collect();
            println!(
                "{} {}\n  » {}\n  {}",
                shiji::store::date_of(told.day),
                told.outlet,
                told.sentences[closest],
                others.chars().take(280).collect::<String>()
            );
        }
    }
    std::fs::write(file, lines)?;
    Ok(())
}

/// Random numbers enough to draw a sample with (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
