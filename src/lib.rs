//! shiji (史记) reads a Chinese news corpus and says who, where, what and when.

#![deny(missing_docs)]

pub mod document;
pub mod error;
pub mod eval;
pub mod segment;
pub mod text;
pub mod write;

pub use document::{Article, Document, EntityType, Mention, Published, Token};
pub use error::{Error, Result};
