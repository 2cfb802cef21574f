//! The events of a timeline: what articles say of a date, copies of the same story
//! taken together.

use std::collections::BTreeMap;

use super::Options;
use super::background::{Background, bigrams};
use super::duplicate::Letters;
use super::hash::IntMap;
use super::model::{ArticleRef, DateSource, EntityRef, Event, EventSentence};
use super::redate::redate;
use super::salience::{DateGroup, groups, select};
use super::series::rounded;
use super::story::{Said, entries};
use super::summary::{Choice, best, centrality};
use crate::error::Result;
use crate::resolve::dates::Precision;
use crate::store::{Appearance, ArticleInfo, Day, EntityRow, Period, Sentence, Store, date_of};

/// How many other entities an event shows.
const MAX_ENTITIES: usize = 8;

/// A sentence about the entity, with its event date.
pub(super) struct Quote {
    /// The article.
    pub article: i64,
    /// What it says.
    pub sentence: Sentence,
    /// Whether it names the date, which is that of publication otherwise.
    pub names_date: bool,
    is_prompt: bool,
    bigrams: Vec<u64>,
    /// For finding near-duplicates.
    pub letters: Letters,
}

/// The events dated from `first` to `last`, each date's most told story first.
pub(super) fn events(
    store: &Store,
    entity: &EntityRow,
    appearances: &[Appearance],
    totals: &[(Day, u64)],
    (first, last): (Day, Day),
    options: &Options,
) -> Result<Vec<Event>> {
    let dated = store.dated_sentences(entity)?;
    let mut groups = groups(appearances, &dated, totals, (first, last));
    if let Some(top) = options.top {
        groups = select(groups, top);
    }
    let names_date = |article: i64, sentence: u32| {
        dated
            .binary_search_by_key(&(article, sentence), |dated| (dated.article, dated.sentence))
            .is_ok()
    };
    let days = appearances
        .iter()
        .filter_map(|appearance| Some((appearance.article, appearance.day?)))
        .collect();
    let quotes = quotes(store, entity, &groups, &days, names_date)?;
    let quotes = redate(&groups, quotes, &days);
    let background = Background::read(store, entity, appearances)?;
    let mut reader = Reader {
        store,
        entity,
        sentences: options.sentences,
        articles: IntMap::default(),
        entities: IntMap::default(),
    };
    let mut events = Vec::new();
    for (group, quotes) in groups.iter().zip(&quotes) {
        let mut of_date = reader.events(group, quotes, &background)?;
        if options.top.is_some() {
            of_date.truncate(1);
        }
        events.extend(of_date);
    }
    if options.newest_first {
        events.reverse();
    }
    Ok(events)
}

/// The sentences of each group. Every article is read once.
fn quotes(
    store: &Store,
    entity: &EntityRow,
    groups: &[DateGroup],
    days: &IntMap<i64, Day>,
    names_date: impl Fn(i64, u32) -> bool,
) -> Result<Vec<Vec<Quote>>> {
    let mut wanted: BTreeMap<i64, Vec<(usize, Option<u32>)>> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        for &(article, sentence) in &group.named {
            wanted.entry(article).or_default().push((at, Some(sentence)));
        }
        for &article in &group.published {
            wanted.entry(article).or_default().push((at, None));
        }
    }
    let mut quotes: Vec<Vec<Quote>> = groups.iter().map(|_| Vec::new()).collect();
    for (article, places) in wanted {
        let mut seen: Vec<Vec<u64>> = Vec::new();
        for sentence in store.sentences_about(article, entity)? {
            let (bigrams, letters) = (bigrams(&sentence.text), Letters::new(&sentence.text));
            // Corpora that repeat the headline in the body are many.
            if seen.contains(&bigrams) {
                continue;
            }
            for &(at, number) in &places {
                let is_wanted = match number {
                    Some(number) => number == sentence.number,
                    None => !names_date(article, sentence.number),
                };
                if is_wanted {
                    quotes[at].push(Quote {
                        article,
                        sentence: sentence.clone(),
                        names_date: number.is_some(),
                        is_prompt: days
                            .get(&article)
                            .is_some_and(|day| is_prompt(*day, groups[at].period)),
                        bigrams: bigrams.clone(),
                        letters: letters.clone(),
                    });
                }
            }
            seen.push(bigrams);
        }
    }
    Ok(quotes)
}

/// Whether an article of `day` is news of the period, neither a preview nor a retrospect.
fn is_prompt(day: Day, period: Period) -> bool {
    (period.first - 1..=period.last + 2).contains(&day)
}

/// Turns quotes into events, and remembers what it has read.
struct Reader<'s> {
    store: &'s Store,
    entity: &'s EntityRow,
    sentences: usize,
    articles: IntMap<i64, ArticleInfo>,
    entities: IntMap<i64, EntityRef>,
}

impl Reader<'_> {
    fn events(&mut self, group: &DateGroup, quotes: &[Quote], background: &Background) -> Result<Vec<Event>> {
        let choices: Vec<Choice<'_>> = quotes
            .iter()
            .map(|quote| {
                Ok(Choice {
                    bigrams: &quote.bigrams,
                    length: quote.sentence.text.chars().count(),
                    article: quote.article,
                    is_headline: quote.sentence.number == 0 && self.article(quote.article)?.title.is_some(),
                    is_lead: quote.sentence.number <= 1,
                    names_date: quote.names_date,
                    is_prompt: quote.is_prompt,
                })
            })
            .collect::<Result<_>>()?;
        let scores = centrality(&choices, background);
        let mut events = Vec::new();
        let said: Vec<Said<'_>> = quotes
            .iter()
            .zip(&choices)
            .map(|(quote, choice)| Said {
                article: quote.article,
                is_headline: choice.is_headline,
                bigrams: &quote.bigrams,
                letters: &quote.letters,
            })
            .collect();
        for members in entries(&said, background) {
            let chosen = best(&members, &choices, &scores, self.sentences.max(1));
            let Some(&first) = chosen.first() else { continue };
            let event = self.event(group, quotes, &members, &chosen)?;
            events.push((scores[first] * (1.0 + weight(event.count, event.sources)), event));
        }
        events.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        Ok(events.into_iter().map(|(_, event)| event).collect())
    }

    fn event(
        &mut self,
        group: &DateGroup,
        quotes: &[Quote],
        members: &[usize],
        chosen: &[usize],
    ) -> Result<Event> {
        let mut sentences = Vec::new();
        for &at in chosen {
            let Quote {
                article, sentence, ..
            } = &quotes[at];
            sentences.push(EventSentence {
                text: sentence.text.clone(),
                mentions: sentence.mentions.clone(),
                article: self.article(*article)?.id.clone(),
            });
        }
        let mut by_article: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
        for &at in members {
            by_article
                .entry(quotes[at].article)
                .or_default()
                .push(quotes[at].sentence.number);
        }
        let mut articles = Vec::new();
        for &number in by_article.keys() {
            articles.push(ArticleRef::from(self.article(number)?.clone()));
        }
        articles.sort_by(|a, b| (&a.published, &a.source, &a.id).cmp(&(&b.published, &b.source, &b.id)));
        let mut sources: Vec<_> = articles.iter().map(|article| &article.source).collect();
        sources.sort_unstable();
        sources.dedup();
        Ok(Event {
            date: label(group.period),
            precision: group.period.precision,
            date_source: match members.iter().any(|&at| quotes[at].names_date) {
                true => DateSource::Text,
                false => DateSource::Published,
            },
            sentences,
            count: articles.len(),
            sources: sources.len(),
            articles,
            entities: self.entities(&by_article)?,
            salience: rounded(group.salience),
            first: date_of(group.period.first),
            last: date_of(group.period.last),
        })
    }

    fn article(&mut self, number: i64) -> Result<&ArticleInfo> {
        if !self.articles.contains_key(&number) {
            self.articles.insert(number, self.store.article(number)?);
        }
        Ok(&self.articles[&number])
    }

    /// Who and what else is in the sentences, the most frequent first.
    fn entities(&mut self, sentences: &BTreeMap<i64, Vec<u32>>) -> Result<Vec<EntityRef>> {
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        for (&article, numbers) in sentences {
            for entity in self.store.entities_in(article, numbers)? {
                *counts.entry(entity).or_default() += 1;
            }
        }
        counts.remove(&self.entity.number);
        let mut found = Vec::new();
        for (number, count) in counts {
            let entity = match self.entities.get(&number) {
                Some(entity) => entity.clone(),
                None => {
                    let entity = EntityRef::from(self.store.entity_by_number(number)?);
                    self.entities.insert(number, entity.clone());
                    entity
                }
            };
            if entity.kind != "keyphrase" {
                found.push((count, entity));
            }
        }
        found.sort_by(|(a_count, a), (b_count, b)| b_count.cmp(a_count).then_with(|| a.id.cmp(&b.id)));
        found.truncate(MAX_ENTITIES);
        Ok(found.into_iter().map(|(_, entity)| entity).collect())
    }
}

impl From<ArticleInfo> for ArticleRef {
    fn from(info: ArticleInfo) -> Self {
        let ArticleInfo {
            id,
            title,
            url,
            source,
            published,
        } = info;
        Self {
            id,
            title,
            url,
            source,
            published,
        }
    }
}

/// How much it counts that a story is told in several outlets; that one outlet repeats
/// itself counts little.
fn weight(articles: usize, outlets: usize) -> f64 {
    (outlets as f64).ln() / 2.0 + (articles as f64).ln() / 10.0
}

/// ISO 8601 in the precision of the period, as the dates of records have it.
fn label(period: Period) -> String {
    let (first, last) = (date_of(period.first), date_of(period.last));
    let year = first.strftime("%Y");
    match period.precision {
        Precision::Day => first.to_string(),
        Precision::Weekend => format!("{}-WE", first.strftime("%G-W%V")),
        Precision::Week => first.strftime("%G-W%V").to_string(),
        Precision::Month => first.strftime("%Y-%m").to_string(),
        Precision::Quarter => format!("{year}-Q{}", (first.month() + 2) / 3),
        Precision::Half => format!("{year}-H{}", (first.month() + 5) / 6),
        Precision::Season => {
            let season = ["SP", "SU", "AU", "WI"][(first.month() as usize / 3 + 3) % 4];
            format!("{year}-{season}")
        }
        Precision::Year => year.to_string(),
        Precision::Decade | Precision::Century | Precision::Range => format!("{first}/{last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_the_values_they_stand_for() {
        for value in [
            "2024-04-16",
            "2020-W36-WE",
            "2020-W36",
            "2023-11",
            "2020-Q3",
            "2020-H2",
            "2020-SU",
            "2020-WI",
            "2023",
            "2024-08-03/2024-08-05",
        ] {
            assert_eq!(label(Period::parse(value).unwrap()), value);
        }
    }
}
