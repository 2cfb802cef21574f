//! Recognising names: the model file and the transformer encoder that runs it.

pub mod container;
pub mod encoder;
pub mod model;
