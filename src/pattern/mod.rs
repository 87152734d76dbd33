//! The pattern language: folding text, reading patterns, and matching one pattern against one text.
//!
//! Both sides of a comparison are folded alike, so that what a person pastes from a bounce works as it is. Nothing here knows
//! which rule a pattern belongs to, or how one is chosen among many.

mod caseless;
mod edge;
mod find;
mod fold;
mod glances;
mod haystack;
mod hole;
mod parse;
mod place;
mod regex;
pub mod signature;
mod small;
mod starts;
mod viable;

pub use find::{Found, find, find_viable};
pub use fold::{Folded, Origins};
pub use glances::Glances;
pub use haystack::Haystack;
pub use hole::fact;
pub use parse::{PatternError, parse_text};
pub use regex::{Program, compile_regex, parse_regex};
pub use small::Places;
pub use viable::Viable;
