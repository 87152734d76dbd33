//! The rules inside the binary.

use crate::index::{Ground, Tables};
use crate::model::{RuleIx, RuleSet};
use crate::rules::{Layer, Prepared, RawFile};

/// A shipped file: its name, its text, and what `build.rs` made of it.
type Shipped = (&'static str, &'static str, Option<Prepared>);

/// The rule files that the binary was built with, by name.
static SHIPPED: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/shipped_rules.rs"));

/// The names of the shipped rules and the tables of their index, where the rules were sound when the binary was built.
static TABLES: Option<(&[&str], Tables)> = include!(concat!(env!("OUT_DIR"), "/shipped_tables.rs"));

/// The tables of the shipped rules, for a set that has some of these as they are.
#[must_use]
pub fn ground(set: &RuleSet) -> Option<Ground> {
    let (names, tables) = TABLES.as_ref()?;
    let mut places = vec![None; names.len()];
    // Every set has its rules in the same order.
    let mut names = (0..).zip(names.iter());
    for (rule, of_set) in (0..).zip(&set.rules).filter(|(_, rule)| rule.patterns.is_built_in()) {
        let (place, _): (usize, _) = names.find(|(_, name)| **name == of_set.name)?;
        places[place] = Some(RuleIx(rule));
    }
    places.iter().any(Option::is_some).then(|| Ground { tables: tables.clone(), places })
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
