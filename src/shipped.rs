//! The rules inside the binary.

use crate::index::Tables;
use crate::rules::{Layer, Prepared, RawFile};

/// A shipped file: its name, its text, and what `build.rs` made of it.
type Shipped = (&'static str, &'static str, Option<Prepared>);

/// The rule files that the binary was built with, by name.
static SHIPPED: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/shipped_rules.rs"));

/// The tables of the shipped rules' index with the content hash of the rules, where these were sound when the binary was built.
static TABLES: Option<(&str, Tables)> = include!(concat!(env!("OUT_DIR"), "/shipped_tables.rs"));

/// The tables of the index of a set with this content hash, where it is the shipped one.
#[must_use]
pub fn tables(hash: &str) -> Option<Tables> {
    TABLES.as_ref().filter(|(known, _)| *known == hash).map(|(_, tables)| tables.clone())
}

impl Layer {
    /// The rules inside the binary, as they were made ready when it was built.
    #[must_use]
    pub fn shipped() -> Self {
        Self { files: SHIPPED.iter().map(|(name, text, prepared)| RawFile::built_in(name, text, *prepared)).collect() }
    }

    /// The rules inside the binary as they were written, so that they are read and checked like any others.
    #[must_use]
    pub fn shipped_as_written() -> Self {
        Self { files: SHIPPED.iter().map(|(name, text, _)| RawFile::built_in(name, text, None)).collect() }
    }
}
