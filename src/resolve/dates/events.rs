//! When the things happened that a text tells of: which date governs which part
//! of it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{DateMention, Modifier, Precision};

/// A stretch of text that tells of one time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventDate {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// The date, like [`DateMention::value`].
    pub value: String,
    /// How precise it is.
    pub precision: Precision,
    /// Why it is this date.
    pub source: EventSource,
}

/// Where the date of an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventSource {
    /// A date in the same sentence.
    Sentence,
    /// The date that opened a sentence shortly before, in the same paragraph.
    Scene,
    /// No date is said; the date of publication.
    Publication,
}

/// How many sentences a date at the beginning of a sentence reaches on.
const SCENE: usize = 2;

/// A date within so many code points of the beginning of its sentence sets a scene.
const OPENING: usize = 8;

/// Divides `text` into stretches with the date that governs each of them, in text
/// order and without gaps. `mentions` are those that [`resolve`](super::resolve)
/// finds in it; `published` governs where they do not, and if that is unknown,
/// nothing does.
///
/// Inside a sentence a date governs from its clause to the next clause with a
/// date; the clauses before the first dated one belong to it. Dates that only
/// bound or compare (2018年以来, 比去年) govern nothing.
///
/// ```
/// use shiji::resolve::dates::{self, Options};
///
/// let published = jiff::civil::date(2024, 4, 17);
/// let text = "拜登昨天通话，习近平去年11月访美。";
/// let mentions = dates::resolve(text, published, &Options::default());
/// let events = dates::event_dates(text, &mentions, published);
/// assert_eq!(dates::event_at(&events, 0).unwrap().value, "2024-04-16");
/// assert_eq!(dates::event_at(&events, 7).unwrap().value, "2023-11");
/// ```
pub fn event_dates(
    text: &str,
    mentions: &[DateMention],
    published: impl Into<Option<Date>>,
) -> Vec<EventDate> {
    let published = published.into();
    let chars: Vec<char> = text.chars().map(crate::text::fold).collect();
    let clauses = Clauses { text: &chars, at: 0 };
    let mut events: Vec<EventDate> = Vec::new();
    let mut coming = mentions.iter().peekable();
    // The scene, with the sentences it still reaches, and where the sentence began.
    let mut scene: Option<(&DateMention, usize)> = None;
    let (mut sentence, mut first_event) = (0, 0);
    let mut governing: Option<&DateMention> = None;
    for (start, end, border) in clauses {
        let mut own = None;
        while let Some(mention) = coming.next_if(|mention| mention.start < end) {
            own = own.or(Some(mention).filter(|mention| governs(&chars, mention)));
        }
        if let Some(mention) = own {
            if governing.is_none() {
                // What came before in the sentence belongs to its first date.
                for event in &mut events[first_event..] {
                    *event = dated(event.start, event.end, mention, EventSource::Sentence);
                }
                let opens = mention.start <= sentence + OPENING;
                scene = opens.then_some((mention, SCENE));
            }
            governing = own;
        }
        let event = match (governing, scene) {
            (Some(mention), _) => Some(dated(start, end, mention, EventSource::Sentence)),
            (None, Some((mention, _))) => Some(dated(start, end, mention, EventSource::Scene)),
            (None, None) => None,
        };
        events.push(event.unwrap_or_else(|| EventDate {
            start,
            end,
            value: published.map(|date| date.to_string()).unwrap_or_default(),
            precision: Precision::Day,
            source: EventSource::Publication,
        }));
        if border >= Border::Sentence {
            let reach = scene.map_or(0, |(_, left)| {
                if governing.is_some() {
                    left
                } else {
                    left.saturating_sub(1)
                }
            });
            scene = scene
                .map(|(mention, _)| (mention, reach))
                .filter(|_| reach > 0 && border == Border::Sentence);
            governing = None;
            sentence = end;
            first_event = events.len();
        }
    }
    join(events)
}

/// The stretch that holds code point `at`.
pub fn event_at(events: &[EventDate], at: usize) -> Option<&EventDate> {
    let after = events.partition_point(|event| event.end <= at);
    events.get(after).filter(|event| event.start <= at)
}

fn dated(start: usize, end: usize, mention: &DateMention, source: EventSource) -> EventDate {
    EventDate {
        start,
        end,
        value: mention.value.clone(),
        precision: mention.precision,
        source,
    }
}

/// Whether something happens at a date, rather than since it or compared with it.
fn governs(text: &[char], mention: &DateMention) -> bool {
    use Modifier::{After, Before, OnOrAfter, OnOrBefore};
    let bound = matches!(mention.modifier, Some(Before | After | OnOrBefore | OnOrAfter));
    let vague = matches!(mention.precision, Precision::Decade | Precision::Century);
    let before = mention.start.checked_sub(1).and_then(|at| text.get(at));
    let compared = before.is_some_and(|c| "比较同与距".contains(*c));
    !bound && !vague && !compared
}

/// Joins neighbours with the same date and source; leaves out those without date.
fn join(events: Vec<EventDate>) -> Vec<EventDate> {
    let mut joined: Vec<EventDate> = Vec::new();
    for event in events.into_iter().filter(|event| !event.value.is_empty()) {
        match joined.last_mut() {
            Some(last)
                if last.value == event.value && last.source == event.source && last.end == event.start =>
            {
                last.end = event.end
            }
            _ => joined.push(event),
        }
    }
    joined
}

/// What ends a clause.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Border {
    Clause,
    Sentence,
    Paragraph,
}

/// The clauses of a text, each with its border.
struct Clauses<'t> {
    text: &'t [char],
    at: usize,
}

impl Iterator for Clauses<'_> {
    type Item = (usize, usize, Border);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let rest = &self.text[start..];
        if rest.is_empty() {
            return None;
        }
        let found = rest.iter().enumerate().find_map(|(at, &c)| {
            let border = match c {
                ',' => Border::Clause,
                '。' | '!' | '?' | ';' => Border::Sentence,
                '\n' => Border::Paragraph,
                _ => return None,
            };
            Some((start + at + 1, border))
        });
        let (end, border) = found.unwrap_or((self.text.len(), Border::Paragraph));
        self.at = end;
        Some((start, end, border))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Options, resolve};
    use super::*;

    fn events(text: &str) -> Vec<(String, String, EventSource)> {
        let published = jiff::civil::date(2024, 4, 17);
        let mentions = resolve(text, published, &Options::default());
        let chars: Vec<char> = text.chars().collect();
        event_dates(text, &mentions, published)
            .into_iter()
            .map(|event| {
                (
                    chars[event.start..event.end].iter().collect(),
                    event.value,
                    event.source,
                )
            })
            .collect()
    }

    #[test]
    fn a_date_governs_its_clause_and_the_undated_ones() {
        use EventSource::{Publication, Scene, Sentence};
        let told =
            events("据报道，董军昨天与奥斯汀通话。两人谈到台湾。两人谈到南海。会后无声明。\n白宫没有评论。");
        let expected = [
            ("据报道，董军昨天与奥斯汀通话。", "2024-04-16", Sentence),
            ("两人谈到台湾。两人谈到南海。", "2024-04-16", Scene),
            ("会后无声明。\n白宫没有评论。", "2024-04-17", Publication),
        ];
        assert_eq!(
            told,
            expected.map(|(text, value, source)| (text.into(), value.into(), source))
        );
        let told = events("2022年8月，佩洛西访台。中方中断对话。双方停止来往。后来恢复。");
        let expected = [
            ("2022年8月，佩洛西访台。", "2022-08", Sentence),
            ("中方中断对话。双方停止来往。", "2022-08", Scene),
            ("后来恢复。", "2024-04-17", Publication),
        ];
        assert_eq!(
            told,
            expected.map(|(text, value, source)| (text.into(), value.into(), source))
        );
    }

    #[test]
    fn bounds_and_comparisons_govern_nothing() {
        assert_eq!(events("这是2018年以来最低，比去年少。")[0].1, "2024-04-17");
        assert!(events("").is_empty());
    }
}
