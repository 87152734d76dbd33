//! The rules inside the binary.

use crate::index::Tables;
use crate::rules::{Fingerprint, Layer, RawFile};

/// The rule files that the binary was built with, by name: the name, the text and the fingerprint of each.
static SHIPPED: &[(&str, &str, Fingerprint)] = include!(concat!(env!("OUT_DIR"), "/shipped_rules.rs"));

/// The set that `build.rs` made of them; empty where they are not sound.
static SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/shipped_set"));

/// The tables of the shipped rules' index with the content hash of the rules, where these were sound when the binary was built.
static TABLES: Option<(&str, Tables)> = include!(concat!(env!("OUT_DIR"), "/shipped_tables.rs"));

/// The tables of the index of a set with this content hash, where it is the shipped one.
#[must_use]
pub fn tables(hash: &str) -> Option<Tables> {
    TABLES.as_ref().filter(|(known, _)| *known == hash).map(|(_, tables)| tables.clone())
}

fn files() -> Vec<RawFile> {
    SHIPPED.iter().map(|(name, text, fingerprint)| RawFile::built_in(name, text, *fingerprint)).collect()
}

impl Layer {
    /// The rules inside the binary, as they were made ready when it was built.
    #[must_use]
    pub fn shipped() -> Self {
        Self::built_in(files(), (!SET.is_empty()).then_some(SET))
    }

    /// The rules inside the binary as they were written, so that they are read and checked like any others.
    #[must_use]
    pub fn shipped_as_written() -> Self {
        Self::from(files())
    }
}
