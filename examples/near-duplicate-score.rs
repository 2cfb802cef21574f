//! Measures how well copies of a story are taken together in timelines.
//!
//! `near-duplicate-score STORE LABELS [SPLIT]` scores labelled pairs of articles, lines
//! `split<TAB>entity<TAB>date<TAB>article<TAB>article<TAB>copy` as in
//! `tests/data/near-duplicates.tsv` (identifiers are those of the corpus). `copy` is 1 where
//! what both articles say of the entity and the date comes from one report, cut, merged or
//! reworded; 0 where they tell of different things; `same` where they tell of the same
//! event independently, which need not be one entry and may be. Precision is the share of
//! the pairs in one entry that are not 0, recall the share of the copies that are in one.
//!
//! `near-duplicate-score STORE --sample COUNT SEED NAME…` draws pairs to label: articles of
//! different outlets with the same date in the timelines of the names, at most one pair in
//! one entry and one pair in two entries for each date, the latter sharing at least
//! [`ALIKE`] of their strings of four letters. What the program decided is not shown; the
//! sizes of both groups are, since the recall of the whole is estimated with them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;

use shiji::store::{Day, EntityRow, Period, Resolved, Sentence, Store, day_of};
use shiji::text::fold_str;
use shiji::timeline::{Options, Timeline, timeline};

/// The share of the strings of the article that says less.
const ALIKE: f64 = 0.15;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [store, "--sample", count, seed, names @ ..] if !names.is_empty() => sample(
            &Store::open_read_only(store)?,
            count.parse()?,
            seed.parse()?,
            names,
        ),
        [store, labels] => score(&Store::open_read_only(store)?, labels, None),
        [store, labels, split] => score(&Store::open_read_only(store)?, labels, Some(split)),
        _ => Err("usage: near-duplicate-score STORE LABELS [SPLIT] | STORE --sample COUNT SEED NAME…".into()),
    }
}

fn score(store: &Store, labels: &str, split: Option<&str>) -> Result<()> {
    let mut timelines: HashMap<String, Timeline> = HashMap::new();
    // By split: copies together, others together, copies apart, the rest apart, the same
    // event together.
    let mut counts: BTreeMap<String, [u32; 5]> = BTreeMap::new();
    for line in std::fs::read_to_string(labels)?.lines().skip(1) {
        let [of, entity, date, a, b, copy] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("{labels}: {line:?} has not six columns").into());
        };
        if split.is_some_and(|split| split != of) {
            continue;
        }
        if !timelines.contains_key(entity) {
            timelines.insert(entity.to_owned(), whole(store, &find(store, entity)?)?);
        }
        let events = timelines[entity].events.iter().filter(|event| event.date == date);
        let holds =
            |articles: &[shiji::timeline::ArticleRef], id| articles.iter().any(|article| article.id == id);
        let (mut together, mut found) = (false, [false; 2]);
        for event in events {
            let both = [holds(&event.articles, a), holds(&event.articles, b)];
            together |= both == [true; 2];
            found = [found[0] | both[0], found[1] | both[1]];
        }
        if found != [true; 2] {
            eprintln!("{entity} {date}: {a} or {b} is not in the timeline");
        }
        let counts = counts.entry(of.to_owned()).or_default();
        let is_wrong = match (together, copy) {
            (true, "1") => {
                counts[0] += 1;
                false
            }
            (true, "0") => {
                counts[1] += 1;
                true
            }
            (false, "1") => {
                counts[2] += 1;
                true
            }
            _ => {
                counts[if together { 4 } else { 3 }] += 1;
                false
            }
        };
        if is_wrong {
            println!("{}\t{line}", if together { "together" } else { "apart" });
        }
    }
    for (split, [copies, others, missed, apart, same]) in counts {
        let (right, together) = (copies + same, copies + same + others);
        println!(
            "{split}: precision {:.3} ({right}/{together}), recall {:.3} ({copies}/{}), {apart} rightly apart",
            f64::from(right) / f64::from(together),
            f64::from(copies) / f64::from(copies + missed),
            copies + missed,
        );
    }
    Ok(())
}

fn find(store: &Store, name: &str) -> Result<EntityRow> {
    match store.resolve(name, None)? {
        Resolved::One(entity) => Ok(entity),
        Resolved::Several(candidates) => Ok(candidates[0].entity.clone()),
        Resolved::Unknown(_) => Err(format!("{name} is not in the store").into()),
    }
}

/// Every event of every date.
fn whole(store: &Store, entity: &EntityRow) -> Result<Timeline> {
    Ok(timeline(store, entity, &Options::default())?)
}

/// A pair of articles with a date of an entity, and what it says of it.
struct Pair {
    entity: String,
    date: String,
    articles: [String; 2],
    texts: [String; 2],
}

/// Number of the event, identifier, outlet and number of the article.
type Told<'t> = (usize, &'t str, Option<&'t str>, i64);

fn sample(store: &Store, count: usize, seed: u64, names: &[&str]) -> Result<()> {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (mut together, mut apart) = (Vec::new(), Vec::new());
    for name in names {
        let entity = find(store, name)?;
        let mut numbers: HashMap<(String, Option<String>), i64> = HashMap::new();
        let mut published: HashMap<i64, Day> = HashMap::new();
        for appearance in store.appearances(&entity)? {
            published.extend(appearance.day.map(|day| (appearance.article, day)));
            let article = store.article(appearance.article)?;
            numbers.insert((article.id, article.source), appearance.article);
        }
        let timeline = whole(store, &entity)?;
        let named = store.dated_sentences(&entity)?.into_iter();
        let named: HashMap<(i64, u32), Period> = named
            .map(|dated| ((dated.article, dated.sentence), dated.period))
            .collect();
        let mut dates: BTreeMap<&str, Vec<Told>> = BTreeMap::new();
        for (at, event) in timeline.events.iter().enumerate() {
            for article in &event.articles {
                let number = numbers[&(article.id.clone(), article.source.clone())];
                dates.entry(&event.date).or_default().push((
                    at,
                    &article.id,
                    article.source.as_deref(),
                    number,
                ));
            }
        }
        for (date, articles) in dates {
            let mut pairs: Vec<(usize, usize)> = (0..articles.len())
                .flat_map(|a| (a + 1..articles.len()).map(move |b| (a, b)))
                .filter(|&(a, b)| articles[a].2 != articles[b].2)
                .collect();
            random.shuffle(&mut pairs);
            // What an article says of the date: where it names it, or names none on that day.
            let said = |at: usize| -> Result<String> {
                let (event, _, _, number) = articles[at];
                let event = &timeline.events[event];
                let days = (day_of(event.first), day_of(event.last));
                let is_of_date = |sentence: &Sentence| match named.get(&(number, sentence.number)) {
                    Some(period) => (period.first, period.last) == days,
                    None => published.get(&number) == Some(&days.0) && days.0 == days.1,
                };
                let sentences = store.sentences_about(number, &entity)?.into_iter();
                Ok(sentences
                    .filter(is_of_date)
                    .map(|sentence| sentence.text + " ")
                    .collect())
            };
            let pair = |(a, b): (usize, usize)| -> Result<Pair> {
                Ok(Pair {
                    entity: entity.id.clone(),
                    date: date.to_owned(),
                    articles: [a, b].map(|at| articles[at].1.to_owned()),
                    texts: [said(a)?, said(b)?],
                })
            };
            if let Some(&found) = pairs.iter().find(|&&(a, b)| articles[a].0 == articles[b].0) {
                together.push(pair(found)?);
            }
            for &found in pairs
                .iter()
                .filter(|&&(a, b)| articles[a].0 != articles[b].0)
                .take(200)
            {
                let found = pair(found)?;
                if alike(&found.texts) >= ALIKE {
                    apart.push(found);
                    break;
                }
            }
        }
    }
    eprintln!(
        "dates with pairs in one entry: {}, in two: {}",
        together.len(),
        apart.len()
    );
    random.shuffle(&mut together);
    random.shuffle(&mut apart);
    together.truncate(count.div_ceil(2));
    apart.truncate(count / 2);
    together.append(&mut apart);
    random.shuffle(&mut together);
    for pair in together {
        println!(
            "{}\t{}\t{}\t{}\t?",
            pair.entity, pair.date, pair.articles[0], pair.articles[1]
        );
        pair.texts
            .iter()
            .for_each(|text| println!("# {}", text.replace('\n', " ")));
    }
    Ok(())
}

/// The share of the strings of four letters that two texts have in common.
fn alike(texts: &[String; 2]) -> f64 {
    let [a, b] = [0, 1].map(|at| {
        let letters: Vec<char> = fold_str(&texts[at])
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect();
        letters.windows(4).map(<[char]>::to_vec).collect::<BTreeSet<_>>()
    });
    a.intersection(&b).count() as f64 / a.len().min(b.len()).max(1) as f64
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
