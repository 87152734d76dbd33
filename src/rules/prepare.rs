//! A set made ready when the program is built, so that no TOML has to be read when it starts.

use super::assemble::load;
use super::source::Layer;
use crate::model::RuleSet;

/// The set of a layer, packed; nothing where the layer has an error.
#[must_use]
pub fn prepare(layer: &Layer) -> Option<Vec<u8>> {
    load(std::slice::from_ref(layer)).set.and_then(|set| postcard::to_allocvec(&set).ok())
}

/// The set of a layer, if it was made ready.
pub(super) fn ready(layer: &Layer) -> Option<RuleSet> {
    layer.prepared.and_then(|set| postcard::from_bytes(set).ok())
}
