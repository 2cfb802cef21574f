//! Words and names of a text: terms that cut into them do not count.

use super::folded::FoldedText;
use super::record::TopicInput;
use crate::document::EntityType;

/// A term at the end of a word is still meant if so many characters stand before it
/// (总统大选, but not 白俄罗斯).
const QUALIFIER: u32 = 2;

/// The word, or the longer name, that every character belongs to. Empty where the
/// words of a text are not known: then every term fits.
pub(super) struct WordMap(Vec<(u32, u32)>);

impl WordMap {
    pub fn new(text: &FoldedText, input: &TopicInput) -> Self {
        if input.words.is_empty() && input.mentions.is_empty() {
            return Self(Vec::new());
        }
        let mut map: Vec<(u32, u32)> = (0..text.chars.len() as u32).map(|at| (at, at + 1)).collect();
        let people = input
            .mentions
            .iter()
            .filter(|mention| mention.kind == EntityType::Person);
        let people = people.map(|mention| (mention.start, mention.end));
        for (start, end) in input.words.iter().copied().chain(people) {
            if let Some(word) = map.get_mut(start..end) {
                word.fill((start as u32, end as u32));
            }
        }
        Self(map)
    }

    /// Whether a term at `start..end` respects the words: it may consist of several
    /// words, begin a word, or end a compound; it may not cut a word at either side.
    pub fn fits(&self, start: usize, end: usize) -> bool {
        let (Some(first), Some(last)) = (self.0.get(start), self.0.get(end.saturating_sub(1))) else {
            return true;
        };
        let (start, end) = (start as u32, end as u32);
        let begins_inside = first.0 < start;
        let ends_inside = end < last.1;
        match first == last {
            true => !begins_inside || (!ends_inside && start - first.0 >= QUALIFIER),
            false => !begins_inside && !ends_inside,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(words: &[(usize, usize)], start: usize, end: usize) -> bool {
        let text = "甲乙丙丁戊己庚辛";
        let input = TopicInput {
            words,
            ..TopicInput::new(text)
        };
        WordMap::new(&FoldedText::new(text), &input).fits(start, end)
    }

    #[test]
    fn terms_respect_words() {
        assert!(fits(&[], 1, 3));
        let words = [(0, 2), (2, 4), (4, 8)];
        assert!(fits(&words, 0, 4), "several words");
        assert!(fits(&words, 4, 6), "the beginning of a word");
        assert!(!fits(&words, 5, 8), "all but the first character");
        assert!(!fits(&words, 1, 4) && !fits(&words, 2, 6), "cut words");
        assert!(fits(&words, 6, 8), "the end of a compound");
        assert!(!fits(&[(0, 6)], 3, 5), "the middle of a word");
    }

    #[test]
    fn words_beyond_the_text_are_ignored() {
        assert!(fits(&[(5, 99)], 5, 7));
        assert!(fits(&[(3, 2)], 0, 99));
    }
}
