//! Finding many literals in a text at once, in an index that is cheap to build.
//!
//! Each literal is filed under one window of six of its bytes, the rarest it has. A text is looked through window by window: a
//! bitmap says at once that most of them belong to no literal; for the others the literals filed there are compared. Building
//! takes a pass over the literals, where an automaton over thousands of them takes as long as many texts. What is shorter than a
//! window goes into an automaton after all.

use std::borrow::Cow;

use aho_corasick::AhoCorasick;

/// Bytes in a window.
const WINDOW: usize = 6;
/// Bits of a window's hash.
const BITS: u32 = 16;
const BUCKETS: usize = 1 << BITS;

/// Literals by number, and where each is filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowTables {
    /// Which windows begin a look at a bucket, by hash.
    pub bitmap: Cow<'static, [u64]>,
    /// How many bits are set before each word of the bitmap: the number of a bucket.
    pub ranks: Cow<'static, [u32]>,
    /// Where each bucket begins in `filed`, and where the last one ends.
    pub starts: Cow<'static, [u32]>,
    /// The literals by bucket.
    pub filed: Cow<'static, [Filed]>,
    /// The literals, one after another.
    pub texts: Cow<'static, str>,
    /// Where each of them ends.
    pub ends: Cow<'static, [u32]>,
    /// The numbers of those that are shorter than a window.
    pub short: Cow<'static, [u32]>,
}

/// A literal in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filed {
    /// Its number.
    pub literal: u32,
    /// Where in the literal its window stands.
    pub offset: u32,
}

/// Literals, ready to be found.
#[derive(Debug)]
pub(super) struct Windows {
    tables: WindowTables,
    short: Option<AhoCorasick>,
}

fn hash(window: &[u8]) -> usize {
    let mut bytes = [0; 8];
    bytes[..WINDOW].copy_from_slice(window);
    (u64::from_le_bytes(bytes).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS)) as usize
}

impl WindowTables {
    pub(super) fn new(literals: &[&str]) -> Self {
        let is_long = |literal: &str| literal.len() >= WINDOW;
        let mut common = vec![0_u32; BUCKETS];
        for literal in literals.iter().filter(|literal| is_long(literal)) {
            literal.as_bytes().windows(WINDOW).for_each(|window| common[hash(window)] += 1);
        }
        let mut homes = Vec::with_capacity(literals.len());
        for (number, literal) in literals.iter().enumerate().filter(|(_, literal)| is_long(literal)) {
            let windows = literal.as_bytes().windows(WINDOW).map(hash).enumerate();
            if let Some((offset, home)) = windows.min_by_key(|(_, hash)| common[*hash]) {
                homes.push((home, Filed { literal: number as u32, offset: offset as u32 }));
            }
        }
        homes.sort_unstable_by_key(|(home, filed)| (*home, filed.literal));
        let mut bitmap = vec![0_u64; BUCKETS / 64];
        let mut starts = Vec::new();
        for (at, (home, _)) in homes.iter().enumerate() {
            if at == 0 || homes[at - 1].0 != *home {
                starts.push(at as u32);
                bitmap[home / 64] |= 1 << (home % 64);
            }
        }
        starts.push(homes.len() as u32);
        let ranks = bitmap.iter().scan(0, |rank, word| Some(std::mem::replace(rank, *rank + word.count_ones())));
        let short = (0..literals.len() as u32).filter(|number| !is_long(literals[*number as usize]));
        let ends = literals.iter().scan(0, |end, literal| {
            *end += literal.len() as u32;
            Some(*end)
        });
        Self {
            short: short.collect(),
            ends: ends.collect(),
            texts: literals.concat().into(),
            filed: homes.into_iter().map(|(_, filed)| filed).collect(),
            ranks: ranks.collect(),
            bitmap: bitmap.into(),
            starts: starts.into(),
        }
    }

    /// What is filed under a hash.
    fn bucket(&self, hash: usize) -> &[Filed] {
        let (word, bit) = (self.bitmap[hash / 64], 1_u64 << (hash % 64));
        if word & bit == 0 {
            return &[];
        }
        let bucket = (self.ranks[hash / 64] + (word & (bit - 1)).count_ones()) as usize;
        &self.filed[self.starts[bucket] as usize..self.starts[bucket + 1] as usize]
    }

    fn literal(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.texts.as_bytes()[start as usize..self.ends[number] as usize]
    }
}

impl Windows {
    pub(super) fn new(tables: WindowTables) -> Self {
        let short = AhoCorasick::new(tables.short.iter().map(|number| tables.literal(*number))).ok();
        Self { short: short.filter(|_| !tables.short.is_empty()), tables }
    }

    /// Calls `hit` with the number of each literal that stands in `text`, once for each place.
    pub(super) fn find(&self, text: &str, mut hit: impl FnMut(u32)) {
        let bytes = text.as_bytes();
        for (at, window) in bytes.windows(WINDOW).enumerate() {
            for filed in self.tables.bucket(hash(window)) {
                let literal = self.tables.literal(filed.literal);
                let begin = at.checked_sub(filed.offset as usize);
                if begin.is_some_and(|begin| bytes[begin..].starts_with(literal)) {
                    hit(filed.literal);
                }
            }
        }
        if let Some(short) = &self.short {
            short.find_overlapping_iter(text).for_each(|found| hit(self.tables.short[found.pattern().as_usize()]));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_stands_in_a_text_is_found_and_nothing_else(
            literals in prop::collection::vec("[ab ]{1,9}|[あいう]{1,4}", 1..20),
            text in "[ab ]{0,60}|[あいうab]{0,30}",
        ) {
            let texts: Vec<&str> = literals.iter().map(String::as_str).collect();
            let windows = Windows::new(WindowTables::new(&texts));
            let mut found = vec![false; literals.len()];
            windows.find(&text, |number| found[number as usize] = true);
            let want: Vec<bool> = literals.iter().map(|literal| text.contains(literal.as_str())).collect();
            prop_assert_eq!(found, want);
        }
    }
}
