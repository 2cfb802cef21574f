//! What a document says about the countries it is about, for deciding whose
//! 国防部 and which 格鲁吉亚 is meant.

use std::collections::HashMap;

use super::knowledge::KnowledgeBase;
use super::table::Number;

/// How far before a mention a place still counts as near, in code points.
const NEAR: usize = 60;

/// The countries named in a document, with their positions.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// Position and country, in text order.
    places: Vec<(usize, Number)>,
    totals: HashMap<Number, usize>,
    /// Every place that is named, countries or smaller.
    named: std::collections::HashSet<Number>,
    /// Year of publication.
    pub year: Option<u16>,
}

impl Context {
    pub fn new(year: Option<u16>) -> Self {
        Self {
            year,
            ..Self::default()
        }
    }

    /// Notes a place at a position; call in text order.
    pub fn add(&mut self, at: usize, place: Number, kb: &KnowledgeBase) {
        let mut next = Some(place);
        for _ in 0..5 {
            let Some(place) = next else { break };
            self.named.insert(place);
            next = kb.place(place);
        }
        if let Some(country) = kb.country(place) {
            self.places.push((at, country));
            *self.totals.entry(country).or_default() += 1;
        }
    }

    /// Sorts what was added out of order.
    pub fn finish(&mut self) {
        self.places.sort_unstable();
    }

    /// Whether a place, or one inside it, is named.
    pub fn names(&self, place: Number) -> bool {
        self.named.contains(&place)
    }

    /// How strongly the document speaks of a country around a position: 0 to 4.
    pub fn strength(&self, country: Number, at: usize) -> f32 {
        let Some(&count) = self.totals.get(&country) else {
            return 0.0;
        };
        let share = count as f32 / self.places.len() as f32;
        0.5 + 1.5 * share + self.nearness(country, at)
    }

    /// 2 for a country named just before a position, down to 0.
    fn nearness(&self, country: Number, at: usize) -> f32 {
        let end = self.places.partition_point(|&(place, _)| place < at);
        self.places[..end]
            .iter()
            .rev()
            .take_while(|&&(place, _)| at - place <= NEAR)
            .find(|&&(_, c)| c == country)
            .map_or(0.0, |&(place, _)| 2.0 * (1.0 - (at - place) as f32 / NEAR as f32))
    }

    /// The countries named, the most named first, then by number.
    pub fn countries(&self) -> Vec<Number> {
        let mut countries: Vec<_> = self.totals.iter().map(|(&c, &n)| (n, c)).collect();
        countries.sort_unstable_by_key(|&(n, c)| (std::cmp::Reverse(n), c));
        countries.into_iter().map(|(_, c)| c).collect()
    }
}
