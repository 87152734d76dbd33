//! modori tells why a mail came back and what to do about it.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod cli;
pub mod engine;
pub mod mail;
pub mod matcher;
pub mod model;
pub mod output;
pub mod pattern;
pub mod reading;
pub mod rules;
pub mod suite;

pub use engine::Engine;
