//! A set made ready when the program is built, so that no TOML has to be read when it starts.

use super::source::Layer;
use crate::model::{RuleIx, RuleSet};

/// A set, packed for [`Layer::built_in`].
#[must_use]
pub fn prepare(set: &RuleSet) -> Option<Vec<u8>> {
    postcard::to_allocvec(set).ok()
}

/// The set of a layer, if it was made ready.
pub(super) fn ready(layer: &Layer) -> Option<RuleSet> {
    let mut set: RuleSet = postcard::from_bytes(layer.prepared?).ok()?;
    (0..).map(RuleIx).zip(&mut set.rules).for_each(|(index, rule)| rule.mark_built_in(index));
    Some(set)
}
