//! Checks timelines of a real store against what is known of its corpus:
//! `timeline-bars STORE ARTICLES…`, where the store was filled with exactly these articles
//! (`shiji tag ARTICLES… --into STORE`).
//!
//! 1. 特朗普, by outlet: the articles a month against a plain search for everything that the
//!    store says he is called, and some of the articles that only one of them finds.
//! 2. The months with most of these articles, and whether a burst covers part of each.
//! 3. 林郑月娥: which of her best-known days are among the 25 most salient of 2017 to 2021.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::time::Instant;

use jiff::civil::{Date, date};
use shiji::read::{Options as ReadOptions, articles};
use shiji::store::{EntityRow, Resolved, Store};
use shiji::timeline::{Event, Options, timeline};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Articles of a month: of the timeline, of the search.
type Months = BTreeMap<(i16, i8), [u64; 2]>;

/// Elected, sworn in, marches against the extradition bill, clashes, suspension, march,
/// withdrawal, national security law.
const DAYS: [Date; 8] = [
    date(2017, 3, 26),
    date(2017, 7, 1),
    date(2019, 6, 9),
    date(2019, 6, 12),
    date(2019, 6, 15),
    date(2019, 6, 16),
    date(2019, 9, 4),
    date(2020, 6, 30),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [store, paths @ ..] = arguments.as_slice() else {
        return Err("usage: timeline-bars STORE ARTICLES…".into());
    };
    let store = Store::open_read_only(store)?;
    counts(&store, paths)?;
    days(&store)
}

fn counts(store: &Store, paths: &[String]) -> Result<()> {
    let trump = find(store, "特朗普")?;
    let names = store.variants(&trump)?;
    println!("特朗普 is {}: {names:?}", trump.id);
    let mut outlets: BTreeMap<String, Months> = BTreeMap::new();
    let mut count = |outlet: &Option<String>, day: Date, place: usize| {
        let months = outlets.entry(outlet.clone().unwrap_or_default()).or_default();
        months.entry((day.year(), day.month())).or_default()[place] += 1;
    };
    let mut found = [BTreeSet::new(), BTreeSet::new()];
    for appearance in store.appearances(&trump)? {
        if let Some(day) = appearance.day {
            let article = store.article(appearance.article)?;
            count(&article.source, shiji::store::date_of(day), 0);
            found[0].insert((article.source, article.id));
        }
    }
    for article in articles(paths, ReadOptions::default()) {
        let article = article?;
        let text = article.text();
        if let Some(published) = article.published
            && names.iter().any(|(name, _)| text.contains(name))
        {
            count(&article.source, published.date(), 1);
            found[1].insert((article.source, article.id));
        }
    }
    for (only, [at, other]) in [("in the timeline", [0, 1]), ("in the search", [1, 0])] {
        let articles: Vec<_> = found[at].difference(&found[other]).collect();
        let some: Vec<&str> = articles
            .iter()
            .take(10)
            .map(|article| article.1.as_str())
            .collect();
        println!("only {only}: {} {}", articles.len(), some.join(" "));
    }
    let whole = timeline(store, &trump, &Options::default())?;
    for (outlet, months) in outlets {
        let sum = |place: usize| months.values().map(|counts| counts[place]).sum::<u64>();
        let differences: u64 = months.values().map(|counts| counts[0].abs_diff(counts[1])).sum();
        println!(
            "{outlet}: {} articles, search {}; differences of the months {:.1} %",
            sum(0),
            sum(1),
            100.0 * differences as f64 / sum(1).max(1) as f64,
        );
        let mut most: Vec<_> = months.iter().collect();
        most.sort_by_key(|(month, counts)| (std::cmp::Reverse(counts[1]), **month));
        for (&(year, month), [found, searched]) in most.into_iter().take(8) {
            let first = date(year, month, 1);
            let is_covered = whole
                .bursts
                .iter()
                .any(|burst| burst.start <= first.last_of_month() && burst.end >= first);
            let burst = if is_covered { "in a burst" } else { "in no burst" };
            println!("  {year}-{month:02}  {found} of {searched}  {burst}");
        }
    }
    Ok(())
}

fn days(store: &Store) -> Result<()> {
    let lam = find(store, "林郑月娥")?;
    println!("林郑月娥 is {}: {:?}", lam.id, store.variants(&lam)?);
    let options = Options {
        from: Some(date(2017, 1, 1)),
        to: Some(date(2021, 12, 31)),
        top: Some(25),
        ..Options::default()
    };
    let started = Instant::now();
    let timeline = timeline(store, &lam, &options)?;
    println!(
        "{} articles, {:.0} ms",
        timeline.articles,
        started.elapsed().as_secs_f64() * 1e3
    );
    let is_day = |event: &Event, day: Date| {
        let near = [day.yesterday().ok(), Some(day), day.tomorrow().ok()];
        event.first == event.last && near.contains(&Some(event.first))
    };
    for event in &timeline.events {
        let known: Vec<String> = DAYS
            .iter()
            .filter(|day| is_day(event, **day))
            .map(Date::to_string)
            .collect();
        let text = event.sentences.first().map_or("", |sentence| &sentence.text);
        println!(
            "  {}  {}  {}",
            event.date,
            text.chars().take(40).collect::<String>(),
            known.join(" ")
        );
    }
    let is_found = |day: &&Date| timeline.events.iter().any(|event| is_day(event, **day));
    let found = DAYS.iter().filter(is_found).count();
    println!("{found} of {} known days, with one day's tolerance", DAYS.len());
    Ok(())
}

fn find(store: &Store, name: &str) -> Result<EntityRow> {
    match store.resolve(name, None)? {
        Resolved::One(entity) => Ok(entity),
        other => Err(format!("{name}: {other:?}").into()),
    }
}
