//! From surface to meaning: what the mentions of an article stand for.

pub mod dates;
