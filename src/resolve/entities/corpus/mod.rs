//! The entities of a corpus: what one article explains holds for the others.
//!
//! Tagging is a map over articles; linking a corpus is a reduce over their records.
//! [`Evidence::of`] a record says which names stand in it, under which titles, and
//! which the text itself explains; [`Evidence::merge`] adds two up, in any order and
//! grouping with the same result. [`Evidence::decide`] then joins names, and
//! [`Learned::apply`] writes the decisions into each record.
//!
//! Only names that the knowledge base lacks are moved, and precision comes first.
//! Names are joined for the whole corpus if
//! - they differ in punctuation, case or width only;
//! - articles gloss one by the other (以下简称, a Latin form in brackets), and none
//!   glosses something else by it;
//! - they are transliterations that sound alike, or share the family name and most of
//!   the given name, and the same high office tells that it is one person.
//!
//! A bare family name (莱德) is joined to the only bearer of the corpus (帕特·莱德)
//! article by article: where it stands under one of the bearer's titles, or beside a
//! rare name that stood beside the bearer within a month. Names that stand apart in
//! one article are never joined by their likeness.

mod articles;
mod clusters;
mod decide;
mod evidence;
mod gather;
mod learned;
mod short;
mod sounds;
#[cfg(test)]
mod tests;

pub use evidence::Evidence;
pub use learned::{Learned, Merge, Reason};
