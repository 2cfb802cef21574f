//! shiji (史记) reads a Chinese news corpus and says who, where, what and when.

#![deny(missing_docs)]

pub mod document;
pub mod error;
pub mod resolve;
pub mod text;

pub use document::{Article, Document, EntityType, Mention, Published, Token};
pub use error::{Error, Result};
