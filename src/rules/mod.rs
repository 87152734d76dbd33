//! Rule files: TOML to model.
//!
//! Files come in layers, later over earlier. A set loads whole or not at all, and every fault of every file is found in one go.
//! Checks that need a matcher (whether an example is won, whether a rule is shadowed) are not made here.

mod allow;
mod assemble;
mod draft;
mod fault;
mod file;
pub mod keys;
mod layout;
mod lint;
mod notice;
mod pile;
mod prepare;
mod reader;
mod resolve;
mod rule;
mod source;
mod template;

pub use allow::without_allowed;
pub use assemble::{Loaded, load, load_valid};
pub use fault::{Code, Fault, Level, nearest};
pub use lint::{Sources, lint};
pub use prepare::prepare;
pub use source::{Fingerprint, Layer, RawFile, SETTINGS_FILE, Source, content_hash, is_rule_file};
