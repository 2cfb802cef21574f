//! From mentions to what they mean: entities, dates, topics.

pub mod entities;
