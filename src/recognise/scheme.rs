//! Label sets that units are decoded into: a place in an entity and the entity's type.

use std::ops::Range;

use crate::document::EntityType;

/// Where in its entity a unit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The first of several units, in BIO of any number.
    Begin,
    /// Between the first and the last; in BIO any but the first.
    Inside,
    /// The last of several.
    End,
    /// The only one.
    Single,
}

impl Part {
    fn letter(self) -> char {
        match self {
            Self::Begin => 'B',
            Self::Inside => 'I',
            Self::End => 'E',
            Self::Single => 'S',
        }
    }
}

/// How labels mark entities. Label 0 is "outside"; then each type of [`EntityType::ALL`]
/// has a label for each part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Begin, inside (IOB2).
    Bio,
    /// Begin, inside, end, single; also written BMES or BILOU.
    Bioes,
}

/// The label of units outside any entity.
pub const OUTSIDE: usize = 0;

impl Scheme {
    const fn parts(self) -> &'static [Part] {
        match self {
            Self::Bio => &[Part::Begin, Part::Inside],
            Self::Bioes => &[Part::Begin, Part::Inside, Part::End, Part::Single],
        }
    }

    /// The scheme whose labels have these names, in order: `O`, `B-PER`, `I-PER`, `B-LOC` and so on.
    pub fn of(names: &[String]) -> Option<Self> {
        [Self::Bio, Self::Bioes]
            .into_iter()
            .find(|scheme| scheme.names() == names)
    }

    /// Names of the labels.
    pub fn names(self) -> Vec<String> {
        let name = |label| match self.meaning(label) {
            None => "O".to_owned(),
            Some((part, kind)) => format!("{}-{kind}", part.letter()),
        };
        (0..self.count()).map(name).collect()
    }

    /// Number of labels.
    pub const fn count(self) -> usize {
        1 + EntityType::ALL.len() * self.parts().len()
    }

    /// The label of a part of an entity; `None` if the scheme has no such part.
    pub fn label(self, part: Part, kind: EntityType) -> Option<usize> {
        let place = self.parts().iter().position(|&p| p == part)?;
        let kind = EntityType::ALL.iter().position(|&k| k == kind)?;
        Some(1 + kind * self.parts().len() + place)
    }

    /// What a label stands for; `None` for [`OUTSIDE`].
    pub fn meaning(self, label: usize) -> Option<(Part, EntityType)> {
        let (kind, place) = (
            label.checked_sub(1)? / self.parts().len(),
            (label - 1) % self.parts().len(),
        );
        Some((self.parts()[place], EntityType::ALL[kind]))
    }

    /// The label of unit `at` of an entity of `length` units.
    pub fn spelling(self, kind: EntityType, at: usize, length: usize) -> usize {
        let part = match (self, at, length) {
            (Self::Bio, 0, _) => Part::Begin,
            (Self::Bio, _, _) => Part::Inside,
            (Self::Bioes, 0, 1) => Part::Single,
            (Self::Bioes, 0, _) => Part::Begin,
            (Self::Bioes, at, length) if at + 1 == length => Part::End,
            (Self::Bioes, _, _) => Part::Inside,
        };
        self.label(part, kind).unwrap_or(OUTSIDE)
    }

    /// The part that a label stands for; `None` for [`OUTSIDE`].
    #[inline]
    const fn part(self, label: usize) -> Option<Part> {
        match label {
            OUTSIDE => None,
            label => Some(self.parts()[self.place(label)]),
        }
    }

    /// Place of an entity's label among those of its type.
    #[inline]
    const fn place(self, label: usize) -> usize {
        (label - 1) % self.parts().len()
    }

    /// Whether a unit with this label is in the entity of the unit before it.
    #[inline]
    pub const fn goes_on(self, label: usize) -> bool {
        matches!(self.part(label), Some(Part::Inside | Part::End))
    }

    /// Whether the entity of a unit with this label may end there.
    #[inline]
    pub const fn may_end(self, label: usize) -> bool {
        matches!(self, Self::Bio) || !self.is_open(label)
    }

    /// Whether the entity of a unit with this label may go on.
    #[inline]
    const fn is_open(self, label: usize) -> bool {
        matches!(self.part(label), Some(Part::Begin | Part::Inside))
    }

    /// The labels that the unit before one with this label, which goes on, may have.
    #[inline]
    pub const fn before(self, label: usize) -> Range<usize> {
        let begin = label - self.place(label);
        begin..begin + 2
    }

    /// The labels that go on with the entity of a unit with this label.
    #[inline]
    pub const fn after(self, label: usize) -> Range<usize> {
        if !self.is_open(label) {
            return label..label;
        }
        let inside = label - self.place(label) + 1;
        match self {
            Self::Bio => inside..inside + 1,
            Self::Bioes => inside..inside + 2,
        }
    }

    /// Whether label `to` may follow label `from`.
    pub fn allows(self, from: usize, to: usize) -> bool {
        if self.goes_on(to) {
            self.before(to).contains(&from)
        } else {
            self.may_end(from)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EntityType::{Location, Person};

    #[test]
    fn labels_and_meanings_are_inverse() {
        for scheme in [Scheme::Bio, Scheme::Bioes] {
            for label in 1..scheme.count() {
                let (part, kind) = scheme.meaning(label).unwrap();
                assert_eq!(scheme.label(part, kind), Some(label));
            }
            assert_eq!(scheme.meaning(OUTSIDE), None);
            assert_eq!(Scheme::of(&scheme.names()), Some(scheme));
        }
        let names = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"];
        assert_eq!(Scheme::Bio.names(), names);
        assert_eq!((Scheme::Bio.count(), Scheme::Bioes.count()), (7, 13));
    }

    #[test]
    fn neighbours_by_label_are_those_by_meaning() {
        for scheme in [Scheme::Bio, Scheme::Bioes] {
            for from in 0..scheme.count() {
                for to in (0..scheme.count()).filter(|&to| scheme.goes_on(to)) {
                    let kinds = (scheme.meaning(from).map(|m| m.1), scheme.meaning(to).map(|m| m.1));
                    let expected = scheme.is_open(from) && kinds.0 == kinds.1;
                    assert_eq!(
                        scheme.before(to).contains(&from),
                        expected,
                        "{scheme:?} {from} {to}"
                    );
                    assert_eq!(
                        scheme.after(from).contains(&to),
                        expected,
                        "{scheme:?} {from} {to}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_may_follow() {
        let bio = |part, kind| Scheme::Bio.label(part, kind).unwrap();
        assert!(Scheme::Bio.allows(bio(Part::Begin, Person), OUTSIDE));
        assert!(Scheme::Bio.allows(bio(Part::Begin, Person), bio(Part::Inside, Person)));
        assert!(!Scheme::Bio.allows(bio(Part::Begin, Person), bio(Part::Inside, Location)));
        assert!(!Scheme::Bio.allows(OUTSIDE, bio(Part::Inside, Person)));

        let bioes = |part, kind| Scheme::Bioes.label(part, kind).unwrap();
        assert!(!Scheme::Bioes.allows(bioes(Part::Begin, Person), OUTSIDE));
        assert!(Scheme::Bioes.allows(bioes(Part::Begin, Person), bioes(Part::End, Person)));
        assert!(!Scheme::Bioes.allows(bioes(Part::End, Person), bioes(Part::End, Person)));
        assert!(Scheme::Bioes.allows(bioes(Part::Single, Person), bioes(Part::Begin, Location)));
    }
}
