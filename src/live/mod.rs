//! What goes on while files change.

mod bell;

pub use bell::Bell;
