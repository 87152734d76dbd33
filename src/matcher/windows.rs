//! Finding many literals in a text at once, in an index that is cheap to build.
//!
//! Each literal is filed under one window of six of its bytes, the rarest it has. A text is looked through window by window: a
//! bitmap says at once that most of them belong to no literal; for the others the literals filed there are compared. Building
//! takes a pass over the literals, where an automaton over thousands of them takes as long as many texts. What is shorter than a
//! window goes into an automaton after all.

use aho_corasick::AhoCorasick;

/// Bytes in a window.
const WINDOW: usize = 6;
/// Bits of a window's hash.
const BITS: u32 = 16;
const BUCKETS: usize = 1 << BITS;

/// Literals by number, ready to be found.
#[derive(Debug)]
pub(super) struct Windows {
    /// Which windows begin a look at a bucket, by hash.
    bitmap: Vec<u64>,
    /// Where the bucket of each hash begins in `filed`.
    starts: Vec<u32>,
    filed: Vec<Filed>,
    literals: Vec<Box<str>>,
    short: Option<AhoCorasick>,
    /// The numbers of the short literals.
    short_numbers: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Filed {
    literal: u32,
    /// Where in the literal its window stands.
    offset: u32,
}

fn hash(window: &[u8]) -> usize {
    let mut bytes = [0; 8];
    bytes[..WINDOW].copy_from_slice(window);
    (u64::from_le_bytes(bytes).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS)) as usize
}

impl Windows {
    pub(super) fn new(literals: Vec<Box<str>>) -> Self {
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
        let mut starts = vec![0_u32; BUCKETS + 1];
        let mut bitmap = vec![0_u64; BUCKETS / 64];
        for (home, _) in &homes {
            starts[home + 1] += 1;
            bitmap[home / 64] |= 1 << (home % 64);
        }
        for bucket in 0..BUCKETS {
            starts[bucket + 1] += starts[bucket];
        }
        let short_numbers: Vec<u32> = (0..literals.len() as u32).filter(|number| !is_long(&literals[*number as usize])).collect();
        let short = AhoCorasick::new(short_numbers.iter().map(|number| literals[*number as usize].as_bytes())).ok();
        let filed = homes.into_iter().map(|(_, filed)| filed).collect();
        Self { bitmap, starts, filed, literals, short: short.filter(|_| !short_numbers.is_empty()), short_numbers }
    }

    /// Calls `hit` with the number of each literal that stands in `text`, once for each place.
    pub(super) fn find(&self, text: &str, mut hit: impl FnMut(u32)) {
        let bytes = text.as_bytes();
        for (at, window) in bytes.windows(WINDOW).enumerate() {
            let hash = hash(window);
            if self.bitmap[hash / 64] & (1 << (hash % 64)) == 0 {
                continue;
            }
            let bucket = self.starts[hash] as usize..self.starts[hash + 1] as usize;
            for filed in &self.filed[bucket] {
                let literal = self.literals[filed.literal as usize].as_bytes();
                let begin = at.checked_sub(filed.offset as usize);
                if begin.is_some_and(|begin| bytes[begin..].starts_with(literal)) {
                    hit(filed.literal);
                }
            }
        }
        if let Some(short) = &self.short {
            short.find_overlapping_iter(text).for_each(|found| hit(self.short_numbers[found.pattern().as_usize()]));
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
            let windows = Windows::new(literals.iter().map(|literal| literal.as_str().into()).collect());
            let mut found = vec![false; literals.len()];
            windows.find(&text, |number| found[number as usize] = true);
            let want: Vec<bool> = literals.iter().map(|literal| text.contains(literal.as_str())).collect();
            prop_assert_eq!(found, want);
        }
    }
}
