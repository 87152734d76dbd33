//! Reading: one diagnostic text becomes utterances, each with its speaker, stage and codes.
//!
//! How mail systems print what others said is data (`[[shape]]`, `[[transcript]]`, `[stages]`); here is only what those words do.
//! Nothing here knows what a text means.

mod codes;
mod grammar;
mod openings;
mod segment;
mod transcript;

pub use codes::{Codes, read_codes};
pub use grammar::Grammar;

/// How much of one text is read, in bytes. No diagnostic is longer; what is longer is no diagnostic.
pub const MAX_TEXT: usize = 256 * 1024;

/// The part of `text` that is read: at most [`MAX_TEXT`] bytes.
///
/// ```
/// use modori::reading::{MAX_TEXT, readable};
/// assert_eq!(readable("550 User unknown"), "550 User unknown");
/// assert!(readable(&"あ".repeat(MAX_TEXT)).len() <= MAX_TEXT);
/// ```
#[must_use]
pub fn readable(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT)]
}
