//! What patterns need of a text, laid out flat.
//!
//! Rules lie all over the memory: they are gone through once, and what the index is made of is taken out of them on the way.

use std::ops::Range;

use super::words::Words;
use crate::model::Pattern;

/// The needs of patterns: of each group of words a text must hold at least one.
#[derive(Debug)]
pub(super) struct Needs {
    /// The words of all groups.
    pub(super) words: Words,
    /// Where the words of each group end.
    group_ends: Vec<u32>,
    /// Where the groups of each pattern end.
    pattern_ends: Vec<u32>,
}

impl Needs {
    /// Nothing yet, with room for so many patterns.
    pub(super) fn with_capacity(patterns: usize) -> Self {
        let some_more = patterns + patterns / 2;
        Self {
            words: Words::with_capacity(some_more),
            group_ends: Vec::with_capacity(some_more),
            pattern_ends: Vec::with_capacity(patterns),
        }
    }

    /// Adds those of a pattern.
    pub(super) fn push(&mut self, pattern: &Pattern) {
        for need in pattern.needs() {
            need.texts().for_each(|word| self.words.push(word));
            self.group_ends.push(self.words.len() as u32);
        }
        self.pattern_ends.push(self.group_ends.len() as u32);
    }

    /// How many patterns there are.
    pub(super) const fn len(&self) -> usize {
        self.pattern_ends.len()
    }

    /// The numbers of a pattern's groups.
    pub(super) fn groups(&self, pattern: usize) -> Range<usize> {
        range(&self.pattern_ends, pattern)
    }

    /// The numbers of a group's words.
    pub(super) fn group(&self, group: usize) -> Range<usize> {
        range(&self.group_ends, group)
    }
}

fn range(ends: &[u32], number: usize) -> Range<usize> {
    let start = number.checked_sub(1).map_or(0, |before| ends[before]);
    start as usize..ends[number] as usize
}
