//! From mentions to what they mean: entities, dates, topics.

pub mod dates;
pub mod entities;
pub mod topics;
