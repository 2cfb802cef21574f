//! The compact table that `data/kb/build.py` writes, read in place: loading it
//! is a check of its header.

use crate::document::EntityType;
use crate::error::{Error, Result};

const MAGIC: &[u8; 7] = b"SHIJIKB";
const VERSION: u8 = 1;
const HEADER: usize = 8 + 6 * 4;
const ENTITY: usize = 28;
const NAME: usize = 16;

const PROMINENT: u8 = 1;
const COUNTRY: u8 = 2;

/// Number of an entity in its table.
pub(super) type Number = u32;

/// How well a name stands for an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// The entity's own name.
    Canonical,
    /// Another name of the whole thing.
    Variant,
    /// A family name, a headline's one character.
    Short,
    /// A guess that context must confirm.
    Weak,
}

/// A table of entities and their names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    entities: &'static [u8],
    names: &'static [u8],
    postings: &'static [u8],
    slots: &'static [u8],
    offices: &'static [u8],
    pool: &'static [u8],
}

/// An office somebody holds or held; years are inclusive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Office {
    pub title: &'static str,
    pub from: u16,
    pub to: u16,
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|b| b.try_into().ok())
        .map_or(0, u32::from_le_bytes)
}

fn short_number(bytes: &[u8], at: usize) -> u16 {
    bytes
        .get(at..at + 2)
        .and_then(|b| b.try_into().ok())
        .map_or(0, u16::from_le_bytes)
}

impl Table {
    /// Opens a table.
    ///
    /// # Errors
    /// If it is not one, is of another version or is cut short.
    pub fn open(bytes: &'static [u8]) -> Result<Self> {
        let damaged = |reason: &str| Error::resource("knowledge base", reason);
        if bytes.len() < HEADER || !bytes.starts_with(MAGIC) {
            return Err(damaged("not a knowledge base; build it with data/kb/build.py"));
        }
        if bytes[7] != VERSION {
            return Err(damaged(
                "another version of the layout; build it again with data/kb/build.py",
            ));
        }
        let count = |field: usize| number(bytes, 8 + 4 * field) as usize;
        let sizes = [
            count(0) * ENTITY,
            count(1) * NAME,
            count(2) * 4,
            count(3) * 4,
            count(4) * 8,
            count(5),
        ];
        if HEADER + sizes.iter().sum::<usize>() != bytes.len() || !count(3).is_power_of_two() {
            return Err(damaged(
                "cut short or damaged; build it again with data/kb/build.py",
            ));
        }
        let mut rest = &bytes[HEADER..];
        let mut next = |size: usize| {
            let (part, tail) = rest.split_at(size);
            rest = tail;
            part
        };
        Ok(Self {
            entities: next(sizes[0]),
            names: next(sizes[1]),
            postings: next(sizes[2]),
            slots: next(sizes[3]),
            offices: next(sizes[4]),
            pool: next(sizes[5]),
        })
    }

    /// Number of entities.
    pub fn len(&self) -> usize {
        self.entities.len() / ENTITY
    }

    fn string(&self, offset: u32) -> &'static str {
        let at = offset as usize;
        let length = short_number(self.pool, at) as usize;
        self.pool
            .get(at + 2..at + 2 + length)
            .and_then(|b| std::str::from_utf8(b).ok())
            .unwrap_or("")
    }

    fn field(&self, entity: Number, at: usize) -> u32 {
        number(self.entities, entity as usize * ENTITY + at)
    }

    fn byte(&self, entity: Number, at: usize) -> u8 {
        self.entities
            .get(entity as usize * ENTITY + at)
            .copied()
            .unwrap_or(0)
    }

    pub fn name(&self, entity: Number) -> &'static str {
        self.string(self.field(entity, 0))
    }

    pub fn hant(&self, entity: Number) -> &'static str {
        self.string(self.field(entity, 4))
    }

    pub fn english(&self, entity: Number) -> &'static str {
        self.string(self.field(entity, 8))
    }

    /// The country, province or body that it belongs to.
    pub fn place(&self, entity: Number) -> Option<Number> {
        self.field(entity, 12).checked_sub(1)
    }

    /// Wikidata's number, where it is certain.
    pub fn qid(&self, entity: Number) -> Option<u32> {
        Some(self.field(entity, 16)).filter(|&qid| qid > 0)
    }

    pub fn offices(&self, entity: Number) -> impl Iterator<Item = Office> + '_ {
        let first = self.field(entity, 20) as usize;
        (first..first + self.byte(entity, 24) as usize).map(|office| Office {
            title: self.string(number(self.offices, office * 8)),
            from: short_number(self.offices, office * 8 + 4),
            to: short_number(self.offices, office * 8 + 6),
        })
    }

    pub fn kind(&self, entity: Number) -> EntityType {
        EntityType::ALL[usize::from(self.byte(entity, 25).min(2))]
    }

    /// How much is known of it before the context is: 0 to 255.
    pub fn weight(&self, entity: Number) -> u8 {
        self.byte(entity, 26)
    }

    pub fn is_prominent(&self, entity: Number) -> bool {
        self.byte(entity, 27) & PROMINENT != 0
    }

    pub fn is_country(&self, entity: Number) -> bool {
        self.byte(entity, 27) & COUNTRY != 0
    }

    /// The entities that a key may stand for, the strongest first.
    pub fn find(&self, key: &str) -> impl Iterator<Item = (Number, Strength)> + '_ {
        let (first, count) = self.find_name(key).map_or((0, 0), |name| {
            let at = name as usize * NAME;
            (number(self.names, at + 8), number(self.names, at + 12))
        });
        (first..first + count).map(|posting| {
            let packed = number(self.postings, posting as usize * 4);
            let strength = match packed >> 24 {
                0 => Strength::Canonical,
                1 => Strength::Variant,
                2 => Strength::Short,
                _ => Strength::Weak,
            };
            (packed & 0x00ff_ffff, strength)
        })
    }

    /// All keys.
    pub fn keys(self) -> impl Iterator<Item = &'static str> {
        (0..self.names.len() / NAME).map(move |name| self.string(number(self.names, name * NAME)))
    }

    fn find_name(&self, key: &str) -> Option<u32> {
        let mask = self.slots.len() / 4 - 1;
        let hash = fnv1a(key.as_bytes());
        let mut at = (hash ^ hash >> 32) as usize & mask;
        // The builder leaves at least half of the slots empty.
        for _ in 0..=mask {
            let name = number(self.slots, at * 4).checked_sub(1)?;
            if self.string(number(self.names, name as usize * NAME)) == key {
                return Some(name);
            }
            at = (at + 1) & mask;
        }
        None
    }
}

/// The FNV-1a hash, 64 bits.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, &b| {
        (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_tables_are_refused() {
        for bytes in [
            &b""[..],
            b"SHIJIKB\x01",
            b"SHIJIKB\x09aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            &[b'x'; 64],
        ] {
            assert!(Table::open(bytes).is_err());
        }
    }
}
