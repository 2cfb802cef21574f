//! Maps with integers as keys, which many of a timeline's inner loops look up.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map from integers; never iterate over it where order matters.
pub(super) type IntMap<K, V> = HashMap<K, V, BuildHasherDefault<IntHasher>>;

/// A set of integers; never iterate over it where order matters.
pub(super) type IntSet<K> = HashSet<K, BuildHasherDefault<IntHasher>>;

/// Mixes an integer by multiplication (Fibonacci hashing). The keys are numbers of the
/// store and letters of texts, so nobody gains by making them collide but a slower
/// timeline of their own corpus.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct IntHasher(u64);

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for IntHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_mul(GOLDEN);
        // The table takes its place from the low bits, which multiplication mixes least.
        self.0 = mixed ^ (mixed >> 32);
    }

    fn write_i64(&mut self, value: i64) {
        self.write_u64(value.cast_unsigned());
    }

    fn write_u128(&mut self, value: u128) {
        self.write_u64(value as u64);
        self.write_u64((value >> 64) as u64);
    }
}
