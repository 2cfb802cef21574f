//! What the dictionaries of names add to the model's mentions: the model knows
//! contexts, a dictionary knows names that the model never met. Names that stand
//! for several kinds of things are in no dictionary, so its type is right.

use crate::document::Mention;
use crate::segment::{KnownName, Word};
use crate::text::CharOffsets;

/// Confidence of a mention that only a dictionary vouches for.
const DICTIONARY_ALONE: f64 = 0.5;

/// Corrects the types and ends of `mentions` (sorted) that a dictionary lists, and adds
/// the names it lists where the model found nothing and `admits` says that they may stand.
pub(super) fn apply(
    mentions: &mut Vec<Mention>,
    words: &[Word<'_>],
    text: &str,
    offsets: &CharOffsets,
    admits: impl Fn(&Word<'_>, KnownName) -> bool,
) {
    let mut known = Vec::new();
    let mut at = 0;
    for (word, name) in words.iter().filter_map(|word| Some((word, word.name?))) {
        while mentions.get(at).is_some_and(|mention| mention.end <= word.start) {
            at += 1;
        }
        let overlapping = mentions[at..]
            .iter()
            .take_while(|mention| mention.start < word.end);
        let overlapping = at..at + overlapping.count();
        if let [mention] = &mut mentions[overlapping.clone()]
            && (mention.start, mention.end) == (word.start, word.end)
        {
            correct(mention, name);
            continue;
        }
        let parts = &mentions[overlapping];
        // The whole name, not the places in it (美国之音, 加沙地带); but longer names that
        // the model saw stay, and so do two places where it saw two (中欧).
        let covers = |part: &Mention| word.start <= part.start && part.end <= word.end;
        let is_pair = parts.len() == 2 && word.end - word.start == 2;
        if is_pair || !parts.iter().all(covers) || is_cut(text, offsets, word) || !admits(word, name) {
            continue;
        }
        known.push(Mention {
            start: word.start,
            end: word.end,
            text: offsets.slice(text, word.start, word.end).to_owned(),
            kind: name.kind,
            confidence: DICTIONARY_ALONE,
            entity: None,
        });
    }
    let mut names = known.iter().peekable();
    mentions.retain(|mention| {
        while names.next_if(|name| name.end <= mention.start).is_some() {}
        names.peek().is_none_or(|name| mention.end <= name.start)
    });
    mentions.append(&mut known);
    mentions.sort_by_key(|mention| mention.start);
}

/// Whether the word is a part of a longer Latin word.
fn is_cut(text: &str, offsets: &CharOffsets, word: &Word<'_>) -> bool {
    let (start, end) = (offsets.byte(word.start), offsets.byte(word.end));
    let is_latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let inside = text[start..end].chars();
    is_latin(text[..start].chars().next_back()) && is_latin(inside.clone().next())
        || is_latin(text[end..].chars().next()) && is_latin(inside.last())
}

fn correct(mention: &mut Mention, name: KnownName) {
    if mention.kind != name.kind {
        mention.kind = name.kind;
        mention.confidence = mention.confidence.min(DICTIONARY_ALONE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::EntityType::{self, Organization, Person};

    fn mention(start: usize, end: usize, kind: EntityType, confidence: f64) -> Mention {
        let text: String = TEXT.chars().skip(start).take(end - start).collect();
        Mention {
            start,
            end,
            text,
            kind,
            confidence,
            entity: None,
        }
    }

    const TEXT: &str = "巴克莱说拼多多和京东";

    fn words(by_user: bool) -> [Word<'static>; 5] {
        let name = Some(KnownName {
            kind: Organization,
            by_user,
        });
        [
            (0, 3, name),
            (3, 4, None),
            (4, 7, name),
            (7, 8, None),
            (8, 10, name),
        ]
        .map(|(start, end, name)| Word {
            start,
            end,
            pos: "nt",
            name,
            is_office: false,
        })
    }

    fn applied(mut mentions: Vec<Mention>, by_user: bool) -> Vec<(usize, usize, EntityType)> {
        apply(
            &mut mentions,
            &words(by_user),
            TEXT,
            &CharOffsets::new(TEXT),
            |_, _| true,
        );
        mentions.iter().map(|m| (m.start, m.end, m.kind)).collect()
    }

    #[test]
    fn known_names_are_corrected_and_added() {
        let found = applied(vec![mention(0, 3, Person, 0.9)], false);
        assert_eq!(
            found,
            [(0, 3, Organization), (4, 7, Organization), (8, 10, Organization)]
        );
    }

    #[test]
    fn a_pair_of_places_stays_two() {
        let pair = vec![mention(8, 9, Person, 0.9), mention(9, 10, Person, 0.9)];
        let found = applied(pair, false);
        assert_eq!(found[2..], [(8, 9, Person), (9, 10, Person)]);
    }

    #[test]
    fn the_whole_name_replaces_its_parts() {
        let parts = vec![mention(4, 5, Person, 0.9), mention(5, 7, Person, 0.9)];
        assert_eq!(applied(parts, false)[1], (4, 7, Organization));
    }

    #[test]
    fn nothing_is_added_where_no_name_may_be() {
        let mut mentions = Vec::new();
        apply(
            &mut mentions,
            &words(false),
            TEXT,
            &CharOffsets::new(TEXT),
            |word, _| word.end <= 4,
        );
        assert_eq!(mentions.len(), 1);
    }

    #[test]
    fn a_mention_that_overlaps_is_left_alone() {
        assert_eq!(
            applied(vec![mention(2, 5, Person, 0.6)], false)[0],
            (2, 5, Person)
        );
    }
}
