//! Layers to one set, or to the faults that refuse it.

use super::fault::{Fault, Level};
use super::pile::Pile;
use super::source::{Layer, content_hash};
use crate::model::RuleSet;

/// What a load gave.
#[derive(Debug)]
pub struct Loaded {
    /// The set, unless it was refused.
    pub set: Option<RuleSet>,
    /// Everything that is wrong, or worth a look, by file and place.
    pub faults: Vec<Fault>,
}

impl Loaded {
    /// The faults that are errors.
    pub fn errors(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(|fault| fault.level == Level::Error)
    }
}

/// Loads a set whole, or not at all.
#[must_use]
pub fn load(layers: &[Layer]) -> Loaded {
    let (set, faults) = assemble(layers, false);
    let refused = faults.iter().any(|fault| fault.level == Level::Error);
    Loaded { set: set.filter(|_| !refused), faults }
}

/// Loads what is valid and leaves out the rest, which [`SetStatus::left_out`](crate::model::SetStatus::left_out) then lists.
///
/// `None` only where no default categories are left.
#[must_use]
pub fn load_valid(layers: &[Layer]) -> Loaded {
    let (set, faults) = assemble(layers, true);
    Loaded { set, faults }
}

fn assemble(layers: &[Layer], valid_only: bool) -> (Option<RuleSet>, Vec<Fault>) {
    let mut pile = Pile::new(valid_only);
    for layer in layers {
        pile.add_layer(layer);
    }
    pile.status.hash = content_hash(layers);
    pile.status.generation = 1;
    let set = pile.resolve();
    pile.faults.sort_by(|a, b| (&a.source.name, a.range.start, a.range.end).cmp(&(&b.source.name, b.range.start, b.range.end)));
    pile.faults.dedup();
    (set, pile.faults)
}
