//! Sets of articles.

use crate::document::Document;

/// Stands for an article: a hash of its id and text.
pub(super) type ArticleKey = u64;

/// The FNV-1a hash of id and text, so that a record that stands in two shards counts once.
pub(super) fn article_key(document: &Document) -> ArticleKey {
    let bytes = document.id.bytes().chain([0]).chain(document.text.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

/// A set of articles that is cheap to add to; [`settle`](Self::settle) before reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Articles(Vec<ArticleKey>);

impl Articles {
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    pub fn add(&mut self, article: ArticleKey) {
        self.0.push(article);
    }

    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn settle(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.shrink_to_fit();
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = ArticleKey> + '_ {
        self.0.iter().copied()
    }

    pub fn contains(&self, article: ArticleKey) -> bool {
        self.0.binary_search(&article).is_ok()
    }

    /// Whether an article is in both sets.
    pub fn meets(&self, other: &Self) -> bool {
        let (few, many) = if self.len() < other.len() {
            (self, other)
        } else {
            (other, self)
        };
        few.iter().any(|article| many.contains(article))
    }
}
