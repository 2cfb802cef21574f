//! shiji (史记) reads a Chinese news corpus and says who, where, what and when.

#![deny(missing_docs)]

pub mod document;
pub mod error;
pub mod pipeline;
pub mod segment;
pub mod store;
pub mod text;
pub mod timeline;

pub use document::{
    Article, DateMention, Document, Entity, EntityType, Mention, Published, Role, Token, Topic,
};
pub use error::{Error, Result};
