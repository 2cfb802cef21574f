//! Timelines: when an entity was written about, what happened to it, who with.
//!
//! ```no_run
//! use shiji::store::Store;
//! use shiji::timeline::{Options, timeline};
//!
//! let store = Store::open_read_only("corpus.db")?;
//! if let Some(candidate) = store.candidates("林鄭月娥")?.first() {
//!     let timeline = timeline(&store, &candidate.entity, &Options { top: Some(25), ..Options::default() })?;
//!     for event in &timeline.events {
//!         println!("{} {}", event.date, event.sentences[0].text);
//!     }
//! }
//! # Ok::<(), shiji::Error>(())
//! ```

mod background;
mod burst;
mod companion;
mod duplicate;
mod event;
mod hash;
mod lang;
mod markup;
mod model;
pub mod output;
pub mod page;
mod redate;
mod role;
mod salience;
mod series;
mod stats;
mod story;
mod summary;
mod terms;

use jiff::civil::Date;

use crate::error::Result;
use crate::store::{Appearance, Day, EntityRow, Store, date_of, day_of};

pub use lang::Lang;
pub use model::{
    ArticleRef, Burst, Companion, DateSource, EntityInfo, EntityRef, Event, EventSentence, RolePeriod,
    SCHEMA, Term, Timeline, Variant,
};
pub use series::{By, Point};

/// The strongest bursts are kept.
const MAX_BURSTS: usize = 50;

/// What a timeline is to cover and to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// First day; the first article's if left out.
    pub from: Option<Date>,
    /// Last day, included; the last article's if left out.
    pub to: Option<Date>,
    /// Width of the bins of the series.
    pub by: By,
    /// Keep this many most salient dates, each with its main event; `None` keeps every
    /// event of every date.
    pub top: Option<usize>,
    /// Most sentences of an event.
    pub sentences: usize,
    /// Newest event first.
    pub newest_first: bool,
    /// How many companions to keep.
    pub companions: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            from: None,
            to: None,
            by: By::Auto,
            top: None,
            sentences: 2,
            newest_first: false,
            companions: 20,
        }
    }
}

/// Works out the timeline of an entity.
///
/// # Errors
/// If the store cannot be read.
pub fn timeline(store: &Store, entity: &EntityRow, options: &Options) -> Result<Timeline> {
    let _snapshot = store.snapshot()?;
    let all = store.appearances(entity)?;
    let totals = store.totals()?;
    let undated = all.iter().filter(|appearance| appearance.day.is_none()).count() as u64;
    let Some((first, last)) = series::period(&all, options) else {
        return Ok(Timeline {
            undated,
            ..Timeline::empty(EntityInfo::read(store, entity)?)
        });
    };
    let in_period = |day: Option<Day>| day.is_some_and(|day| (first..=last).contains(&day));
    let appearances: Vec<Appearance> = all.iter().copied().filter(|a| in_period(a.day)).collect();
    let by = options.by.resolve(first, last);
    let series = series::series(&appearances, &totals, (first, last), by);
    let spans = burst_spans(&appearances, &totals, (first, last));
    let (companions, bursts) =
        companion::companions(store, entity, &appearances, &spans, options.companions)?;
    // What the articles look back at or forward to belongs to the timeline, unless a
    // period was asked for.
    let asked = (
        options.from.map_or(Day::MIN, day_of),
        options.to.map_or(Day::MAX, day_of),
    );
    let events = event::events(store, entity, &all, &totals, asked, options)?;
    let mut sources: Vec<i64> = appearances.iter().map(|appearance| appearance.source).collect();
    sources.sort_unstable();
    sources.dedup();
    Ok(Timeline {
        schema: SCHEMA,
        entity: EntityInfo::read(store, entity)?,
        from: Some(date_of(first)),
        to: Some(date_of(last)),
        by,
        articles: appearances.len() as u64,
        mentions: appearances
            .iter()
            .map(|appearance| u64::from(appearance.mentions))
            .sum(),
        sources: sources.len() as u64,
        undated,
        series,
        events,
        bursts,
        companions,
        roles: role::roles(store.roles(entity)?),
    })
}

/// The bursts as `(first day, last day, strength)`, found by day.
fn burst_spans(
    appearances: &[Appearance],
    totals: &[(Day, u64)],
    (first, last): (Day, Day),
) -> Vec<(Day, Day, f64)> {
    let mut batches = vec![(0u64, 0u64); (last - first + 1) as usize];
    for day in appearances.iter().filter_map(|appearance| appearance.day) {
        batches[(day - first) as usize].0 += 1;
    }
    for &(day, count) in totals.iter().filter(|(day, _)| (first..=last).contains(day)) {
        batches[(day - first) as usize].1 = count;
    }
    let mut spans = burst::bursts(&batches);
    spans.sort_by(|a, b| b.strength.total_cmp(&a.strength).then(a.first.cmp(&b.first)));
    spans.truncate(MAX_BURSTS);
    spans.sort_by_key(|span| span.first);
    spans
        .into_iter()
        .map(|span| (first + span.first as Day, first + span.last as Day, span.strength))
        .collect()
}

#[cfg(test)]
mod tests;
