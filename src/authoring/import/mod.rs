//! The bounce rules of other programs as rule files of ours.
//!
//! Each program's format has a module; what its classes are called here stands in `classes.toml`.

mod kumomta;
mod powermta;
mod sample;
mod write;
mod zonemta;

pub use write::{Imported, import};

use crate::model::names::named;

named! {
    /// The programs whose rules can be read.
    pub enum Dialect {
        /// KumoMTA's bounce classifier: TOML or JSON, regexes by class.
        Kumomta = "kumomta",
        /// ZoneMTA's `bounces.txt`: `regex,action,category,message`.
        Zonemta = "zonemta",
        /// PowerMTA's `<bounce-category-patterns>`: `/regex/ category`.
        Powermta = "powermta",
    }
}

/// A pattern of another program.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Foreign {
    /// The line that it stands in, from 1; 0 where it is not known.
    line: usize,
    /// Its class there.
    class: String,
    /// The regex.
    regex: String,
    /// A reply that it is for, where one stands beside it.
    example: Option<String>,
}

/// What could not be carried over, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The line that it stands in, from 1; 0 where it is not known.
    pub line: usize,
    /// What it says.
    pub what: String,
    /// Why it was left out.
    pub why: String,
}

/// What a file of another program holds.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    patterns: Vec<Foreign>,
    left_out: Vec<LeftOut>,
}

impl Dialect {
    /// Reads a file of this program; `Err` where it is none.
    fn read(self, text: &str) -> Result<Found, String> {
        match self {
            Self::Kumomta => kumomta::read(text),
            Self::Zonemta => Ok(zonemta::read(text)),
            Self::Powermta => powermta::read(text),
        }
    }
}
