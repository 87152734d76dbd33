//! Rule files: TOML to model.
//!
//! Files come in layers, later over earlier. A set loads whole or not at all, and every fault of every file is found in one go.
//! Checks that need a matcher (whether an example is won, whether a rule is shadowed) are not made here.

mod assemble;
mod draft;
mod fault;
mod file;
pub mod keys;
mod layout;
mod pile;
mod reader;
mod resolve;
mod rule;
mod source;
mod template;

pub use assemble::{Loaded, load, load_valid};
pub use fault::{Code, Fault, Level, nearest};
pub use source::{Layer, RawFile, SETTINGS_FILE, Source, content_hash, is_rule_file};
