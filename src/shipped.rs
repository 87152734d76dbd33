//! The rules inside the binary.

use crate::index::{Ground, Tables};
use crate::model::{RuleIx, RuleSet};
use crate::rules::{Fingerprint, Layer, RawFile};

/// The rule files that the binary was built with, by name: the name, the text and the fingerprint of each.
static SHIPPED: &[(&str, &str, Fingerprint)] = include!(concat!(env!("OUT_DIR"), "/shipped_rules.rs"));

/// The set that `build.rs` made of them; empty where they are not sound.
static SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/shipped_set"));

/// How many rules the set has, and the tables of their index; nothing where they are not sound.
static TABLES: Option<(usize, Tables)> = include!(concat!(env!("OUT_DIR"), "/shipped_tables.rs"));

/// The tables of the shipped rules, for a set that has some of these as they are.
#[must_use]
pub fn ground(set: &RuleSet) -> Option<Ground> {
    let (rules, tables) = TABLES.as_ref()?;
    let mut places = vec![None; *rules];
    for (index, rule) in (0..).map(RuleIx).zip(&set.rules) {
        if let Some(place) = rule.built_in() {
            *places.get_mut(place.0 as usize)? = Some(index);
        }
    }
    places.iter().any(Option::is_some).then(|| Ground { tables: tables.clone(), places })
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
