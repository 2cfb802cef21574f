//! Cutting text: into sentences, and sentences into words.

pub mod sentence;
