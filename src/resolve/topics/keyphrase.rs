//! Keyphrases: the words, names and recurring sequences of words that tell an article
//! from others. TF-IDF over document frequencies of news (`data/topics/df.tsv`).

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::folded::FoldedText;
use super::record::{Scheme, Topic, TopicInput, places, rounded};
use crate::error::{Error, Result};
use crate::text::CharOffsets;

/// Written by `examples/topic-df.rs`.
const FREQUENCIES: &str = include_str!("../../../data/topics/df.tsv");
const STOP_WORDS: &str = include_str!("../../../data/topics/stopwords.txt");

/// A text gets at least and at most so many keyphrases, one more every so many characters.
const FEWEST: usize = 5;
const MOST: usize = 10;
const CHARACTERS_EACH: usize = 120;
/// An occurrence in the headline counts for so many further ones.
const HEADLINE: f32 = 2.0;
/// Names say more than words of the same frequency.
const NAME: f32 = 1.25;
/// A sequence of words becomes a phrase if it recurs and makes up this share of the
/// occurrences of its rarer word.
const COHESION: f32 = 0.6;
/// Inverse document frequency of a Chinese word that never occurred: more often than
/// not it is a slip of the segmenter, unless it recurs.
const UNSEEN: f32 = 5.0;
/// What a phrase weighs more than its words on average.
const PHRASE: f32 = 1.25;
/// Longest phrase, in words.
const LONGEST: usize = 4;

/// Characters of numbers, dates and amounts.
fn is_numeric(c: char) -> bool {
    matches!(
        c,
        '年' | '月'
            | '日'
            | '时'
            | '分'
            | '秒'
            | '元'
            | '点'
            | '号'
            | '岁'
            | '名'
            | '第'
            | '一'
            | '二'
            | '三'
            | '四'
            | '五'
            | '六'
            | '七'
            | '八'
            | '九'
            | '十'
            | '两'
            | '百'
            | '千'
            | '万'
            | '亿'
    )
}

/// Finds keyphrases.
pub(super) struct Keyphrases {
    /// Inverse document frequency of folded words.
    idf: FxHashMap<&'static str, f32>,
    /// That of a word which never occurred.
    unseen: f32,
    stop: FxHashSet<&'static str>,
}

/// A word or name at a place.
#[derive(Clone, Copy)]
struct Unit {
    start: u32,
    end: u32,
    name: bool,
}

/// A sequence of adjacent words with its occurrences.
struct Sequence {
    spans: Vec<(u32, u32)>,
    /// Mean inverse document frequency of its words.
    idf: f32,
    /// Occurrences of its rarest word.
    rarest: usize,
}

/// A candidate with its occurrences.
struct Candidate {
    spans: Vec<(u32, u32)>,
    idf: f32,
    name: bool,
}

impl Keyphrases {
    pub fn embedded() -> Result<Self> {
        let damaged = || Error::resource("topics/df.tsv", "damaged: expected idf, tab, words");
        let mut idf = FxHashMap::default();
        let mut unseen = 0.0f32;
        for line in FREQUENCIES.lines().filter(|line| !line.starts_with('#')) {
            let (value, words) = line.split_once('\t').ok_or_else(damaged)?;
            let value: f32 = value.parse().map_err(|_| damaged())?;
            unseen = unseen.max(value);
            idf.extend(words.split(' ').map(|word| (word, value)));
        }
        let lines = STOP_WORDS.lines().filter(|line| !line.starts_with('#'));
        Ok(Self {
            idf,
            unseen,
            stop: lines.flat_map(|line| line.split(' ')).collect(),
        })
    }

    /// The keyphrases of a text, the best first.
    pub fn find(&self, text: &FoldedText, input: &TopicInput) -> Vec<Topic> {
        let bytes = CharOffsets::new(&text.text);
        let form = |(start, end): (u32, u32)| bytes.slice(&text.text, start as usize, end as usize);
        let units = units(input, text.related as usize);
        let mut candidates: Vec<(&str, Candidate)> = Vec::new();
        // Number of the candidate that every unit is, if it can be one.
        let mut numbers: FxHashMap<&str, Option<usize>> =
            FxHashMap::with_capacity_and_hasher(units.len(), FxBuildHasher);
        let mut unit_numbers: Vec<Option<usize>> = Vec::with_capacity(units.len());
        for unit in &units {
            let span = (unit.start, unit.end);
            let number = *numbers.entry(form(span)).or_insert_with_key(|form| {
                let idf = self.weight(form, unit.name)?;
                candidates.push((
                    form,
                    Candidate {
                        spans: Vec::new(),
                        idf,
                        name: false,
                    },
                ));
                Some(candidates.len() - 1)
            });
            if let Some(number) = number {
                candidates[number].1.spans.push(span);
                candidates[number].1.name |= unit.name;
            }
            unit_numbers.push(number);
        }
        let phrases = phrases(&units, &unit_numbers, &candidates, form);
        candidates.extend(
            phrases
                .into_iter()
                .filter(|(form, _)| !numbers.contains_key(form)),
        );
        let mut ranked: Vec<(f32, &str, Candidate)> = candidates
            .into_iter()
            .map(|(form, candidate)| (candidate.score(text.headline), form, candidate))
            .collect();
        // The place of the first occurrence breaks ties.
        ranked.sort_by(|a, b| {
            b.0.total_cmp(&a.0)
                .then(a.2.spans[0].cmp(&b.2.spans[0]))
                .then(a.1.cmp(b.1))
        });
        let wanted = (text.chars.len() / CHARACTERS_EACH).clamp(FEWEST, MOST);
        let best = ranked.first().map_or(1.0, |first| first.0);
        let mut chosen: Vec<Topic> = Vec::with_capacity(wanted);
        let original = CharOffsets::new(input.text);
        for (score, form, candidate) in ranked {
            if chosen.len() == wanted {
                break;
            }
            // What is part of a better phrase, or a longer form of one, says the same.
            if chosen
                .iter()
                .any(|topic| topic.id.contains(form) || form.contains(topic.id.as_str()))
            {
                continue;
            }
            let (start, end) = candidate.spans[0];
            chosen.push(Topic {
                scheme: Scheme::Keyphrase,
                id: form.to_owned(),
                name: original
                    .slice(input.text, start as usize, end as usize)
                    .to_owned(),
                name_en: None,
                score: rounded(f64::from(score / best)),
                evidence: candidate.spans.iter().map(|&span| places(span)).collect(),
            });
        }
        chosen
    }

    /// What a word weighs; `None` if it cannot be a keyphrase.
    fn weight(&self, form: &str, name: bool) -> Option<f32> {
        if form.chars().nth(1).is_none() || self.stop.contains(form) {
            return None;
        }
        let known = self.idf.get(form).copied();
        // Known words consist of letters; only amounts and dates are left to find.
        if known.is_none() && !form.chars().all(|c| c.is_alphanumeric() || "·-&' ".contains(c)) {
            return None;
        }
        let letters = form
            .chars()
            .filter(|&c| c.is_alphabetic() && !is_numeric(c))
            .count();
        if letters < 2 && (!name || form.chars().any(char::is_numeric)) {
            return None;
        }
        let unseen = if name || form.is_ascii() {
            self.unseen
        } else {
            UNSEEN
        };
        Some(known.unwrap_or(unseen))
    }
}

/// Sequences of words that recur as one.
fn phrases<'t>(
    units: &[Unit],
    numbers: &[Option<usize>],
    candidates: &[(&str, Candidate)],
    form: impl Fn((u32, u32)) -> &'t str,
) -> Vec<(&'t str, Candidate)> {
    // Only words that recur can be part of a sequence that recurs.
    let recurring = |at: usize| {
        let candidate = &candidates[numbers[at]?].1;
        (candidate.spans.len() >= 2).then_some(candidate)
    };
    let mut sequences: FxHashMap<&str, Sequence> = FxHashMap::default();
    for first in 0..units.len() {
        let (mut sum, mut rarest) = (0.0f32, usize::MAX);
        for last in first..units.len().min(first + LONGEST) {
            let adjacent = last == first || units[last - 1].end == units[last].start;
            let Some(word) = recurring(last).filter(|_| adjacent) else {
                break;
            };
            sum += word.idf;
            rarest = rarest.min(word.spans.len());
            if last > first {
                let span = (units[first].start, units[last].end);
                let idf = sum / (last - first + 1) as f32;
                let new = Sequence {
                    spans: Vec::new(),
                    idf,
                    rarest,
                };
                sequences.entry(form(span)).or_insert(new).spans.push(span);
            }
        }
    }
    let recurs = |sequence: &Sequence| {
        let count = sequence.spans.len();
        count >= 2 && count as f32 >= COHESION * sequence.rarest as f32
    };
    let recurring = sequences.into_iter().filter(|(_, sequence)| recurs(sequence));
    let phrases = recurring.map(|(form, Sequence { spans, idf, .. })| {
        (
            form,
            Candidate {
                spans,
                idf: idf * PHRASE,
                name: false,
            },
        )
    });
    phrases.collect()
}

impl Candidate {
    fn score(&self, headline: u32) -> f32 {
        let in_headline = self.spans[0].0 < headline;
        let count = self.spans.len() as f32 + if in_headline { HEADLINE } else { 0.0 };
        (1.0 + count.ln()) * self.idf * if self.name { NAME } else { 1.0 }
    }
}

/// Names and the words outside them, in text order; spans that do not fit the text are
/// left out.
fn units(input: &TopicInput, characters: usize) -> Vec<Unit> {
    let fits = |start: usize, end: usize| start < end && end <= characters;
    let names = input
        .mentions
        .iter()
        .filter(|mention| fits(mention.start, mention.end));
    let mut units: Vec<Unit> = names
        .map(|mention| Unit {
            start: mention.start as u32,
            end: mention.end as u32,
            name: true,
        })
        .collect();
    let mut covered = vec![false; characters];
    for unit in &units {
        covered[unit.start as usize..unit.end as usize].fill(true);
    }
    let words = input.words.iter().filter(|word| fits(word.0, word.1));
    let free = words.filter(|word| !covered[word.0..word.1].contains(&true));
    units.extend(free.map(|&(start, end)| Unit {
        start: start as u32,
        end: end as u32,
        name: false,
    }));
    units.sort_by_key(|unit| (unit.start, unit.end));
    units
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::{EntityType, Mention};

    fn keyphrases() -> &'static Keyphrases {
        static KEYPHRASES: std::sync::OnceLock<Keyphrases> = std::sync::OnceLock::new();
        KEYPHRASES.get_or_init(|| Keyphrases::embedded().unwrap())
    }

    /// Words as spans; `/` separates them.
    fn split(marked: &str) -> (String, Vec<(usize, usize)>) {
        let (mut text, mut words, mut at) = (String::new(), Vec::new(), 0);
        for word in marked.split('/') {
            let end = at + word.chars().count();
            words.push((at, end));
            text.push_str(word);
            at = end;
        }
        (text, words)
    }

    fn find(marked: &str, mentions: &[Mention]) -> Vec<Topic> {
        let (text, words) = split(marked);
        let input = TopicInput {
            words: &words,
            mentions,
            ..TopicInput::new(&text)
        };
        keyphrases().find(&FoldedText::new(&text), &input)
    }

    #[test]
    fn rare_words_of_the_headline_come_first_and_keep_their_form() {
        let found = find("颱風/登陸/花蓮/\n/昨天/颱風/表示/我們/的/,/颱風/登陸", &[]);
        assert_eq!(
            (found[0].id.as_str(), found[0].name.as_str()),
            ("台风登陆", "颱風登陸")
        );
        assert_eq!(
            (found[0].score, found[0].evidence.as_slice()),
            (1.0, &[[0, 4], [17, 21]][..])
        );
        assert!(
            found
                .iter()
                .all(|topic| !["昨天", "我们", "表示", "台风"].contains(&topic.id.as_str())),
            "{found:?}"
        );
    }

    #[test]
    fn names_are_units() {
        let name = Mention {
            start: 0,
            end: 6,
            text: "赵某某基金会".into(),
            kind: EntityType::Organization,
            confidence: 1.0,
            entity: None,
        };
        let found = find("赵/某某/基金会/成立", &[name]);
        assert_eq!(found[0].id, "赵某某基金会");
    }

    #[test]
    fn numbers_dates_and_single_characters_are_none() {
        assert!(find("2024年/3月/我/,/5.3%/百/", &[]).is_empty());
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,60}", words in prop::collection::vec((0usize..80, 0usize..80), 0..20)) {
            let mention = Mention { start: 3, end: 70, text: String::new(), kind: EntityType::Person, confidence: 1.0, entity: None };
            let input = TopicInput { words: &words, mentions: &[mention], ..TopicInput::new(&text) };
            keyphrases().find(&FoldedText::new(&text), &input);
        }
    }
}
