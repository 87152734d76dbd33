//! Layers to one set, or to the faults that refuse it.

use std::sync::Arc;

use super::fault::{Fault, Level};
use super::pile::Pile;
use super::prepare::ready;
use super::source::{Layer, Source, content_hash};
use crate::model::RuleSet;

/// What a load gave.
#[derive(Debug)]
pub struct Loaded {
    /// The set, unless it was refused.
    pub set: Option<RuleSet>,
    /// Everything that is wrong, or worth a look, by file and place.
    pub faults: Vec<Fault>,
    /// The files that were read.
    pub sources: Vec<Arc<Source>>,
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
    let loaded = assemble(layers, false);
    let refused = loaded.errors().next().is_some();
    Loaded { set: loaded.set.filter(|_| !refused), ..loaded }
}

/// Loads what is valid and leaves out the rest, which [`SetStatus::left_out`](crate::model::SetStatus::left_out) then lists.
///
/// `None` only where no default categories are left.
#[must_use]
pub fn load_valid(layers: &[Layer]) -> Loaded {
    assemble(layers, true)
}

fn assemble(layers: &[Layer], valid_only: bool) -> Loaded {
    let mut pile = Pile::new(valid_only);
    let mut on_top = layers;
    if let [bottom, others @ ..] = layers
        && let Some(set) = ready(bottom)
    {
        pile.begin_with(bottom, set);
        on_top = others;
    }
    for layer in on_top {
        pile.add_layer(layer);
    }
    pile.set.status.hash = content_hash(layers);
    pile.set.status.generation = 1;
    let bare = on_top.len() < layers.len() && on_top.iter().all(|layer| layer.files.is_empty());
    let set = if bare { Some(std::mem::take(&mut pile.set)) } else { pile.resolve() };
    sort_faults(&mut pile.faults);
    Loaded { set, faults: pile.faults, sources: pile.sources }
}

/// Puts faults in the order of files and places, each once.
pub(super) fn sort_faults(faults: &mut Vec<Fault>) {
    faults.sort_by(|a, b| (&a.source.name, a.range.start, a.range.end).cmp(&(&b.source.name, b.range.start, b.range.end)));
    faults.dedup();
}
