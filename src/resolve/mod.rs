//! From names to things: topics.

pub mod topics;
