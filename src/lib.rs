//! shiji (史记) reads a Chinese news corpus and says who, where, what and when.
//!
//! The modules are the stages of the pipeline, in order: [`read`] → [`segment`] →
//! [`recognise`] → [`resolve`] → [`mod@write`] → [`store`] → [`timeline`]. [`Tagger`]
//! runs the middle for one article, [`pipeline`] runs it for a corpus on all cores.

#![deny(missing_docs)]

pub mod document;
pub mod error;
pub mod eval;
pub mod pipeline;
pub mod read;
pub mod recognise;
pub mod resolve;
pub mod segment;
pub mod store;
pub mod tagger;
pub mod text;
pub mod timeline;
pub mod write;

pub use document::{Article, Document, EntityType, Mention, Published, Token};
pub use error::{Error, Result};
pub use tagger::Tagger;
