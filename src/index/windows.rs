//! Finding many literals in a text at once, in an index that is cheap to build.
//!
//! Each literal is filed under one window of a few of its bytes, the rarest it has. A text is looked through window by window: a
//! bitmap says at once that most of them belong to no literal; for the others the literals filed there are compared. Building
//! takes a pass over the literals, where an automaton over thousands of them takes as long as many texts. Long literals have long
//! windows, of which a text holds few that mean nothing; short ones have tables of their own.

use std::borrow::Cow;

/// Bits of a window's hash.
const BITS: u32 = 16;
const BUCKETS: usize = 1 << BITS;

/// Literals by number, and where each is filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowTables {
    /// The literals, one after another.
    pub texts: Cow<'static, str>,
    /// Where each of them ends.
    pub ends: Cow<'static, [u32]>,
    /// Where those of six bytes and more are filed.
    pub long: Windows<6>,
    /// Where those of three to five are.
    pub short: Windows<3>,
    /// Where the rest is.
    pub tiny: Windows<1>,
}

/// Literals by a window of `W` of their bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows<const W: usize> {
    /// Which windows have a bucket, by hash.
    pub bitmap: Cow<'static, [u64]>,
    /// How many bits are set before each word of the bitmap: the number of a bucket.
    pub ranks: Cow<'static, [u32]>,
    /// Where each bucket begins in `filed`, and where the last one ends.
    pub starts: Cow<'static, [u32]>,
    /// The literals by bucket.
    pub filed: Cow<'static, [Filed]>,
}

/// A literal in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filed {
    /// Its number.
    pub literal: u32,
    /// Where in the literal its window stands.
    pub offset: u32,
    /// Its first eight bytes, and zeros where it has fewer: most of what does not stand there is told by one look at them.
    pub head: u64,
    /// Which bits of these count.
    pub mask: u64,
}

impl Filed {
    fn new(literal: u32, text: &[u8], offset: usize) -> Self {
        let mut head = [0; 8];
        let mut mask = [0; 8];
        for (at, byte) in text.iter().take(8).enumerate() {
            head[at] = *byte;
            mask[at] = 0xFF;
        }
        Self { literal, offset: offset as u32, head: u64::from_le_bytes(head), mask: u64::from_le_bytes(mask) }
    }
}

impl WindowTables {
    pub(super) fn new(literals: &[&str]) -> Self {
        let ends = literals.iter().scan(0, |end, literal| {
            *end += literal.len() as u32;
            Some(*end)
        });
        Self {
            ends: ends.collect(),
            texts: literals.concat().into(),
            long: Windows::new(literals, 6..=usize::MAX),
            short: Windows::new(literals, 3..=5),
            tiny: Windows::new(literals, 1..=2),
        }
    }

    /// Calls `hit` with the number of each literal that stands in `text`, once for each place.
    pub(super) fn find(&self, text: &str, mut hit: impl FnMut(u32)) {
        let bytes = text.as_bytes();
        self.long.find(self, bytes, &mut hit);
        self.short.find(self, bytes, &mut hit);
        self.tiny.find(self, bytes, &mut hit);
    }

    fn literal(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.texts.as_bytes()[start as usize..self.ends[number] as usize]
    }
}

impl<const W: usize> Windows<W> {
    /// Files those literals whose length is within `lengths`.
    fn new(literals: &[&str], lengths: std::ops::RangeInclusive<usize>) -> Self {
        let fitting = || literals.iter().enumerate().filter(|(_, literal)| lengths.contains(&literal.len()));
        let mut common = vec![0_u32; BUCKETS];
        for (_, literal) in fitting() {
            literal.as_bytes().windows(W).for_each(|window| common[Self::hash(window)] += 1);
        }
        let mut homes = Vec::with_capacity(literals.len());
        for (number, literal) in fitting() {
            let windows = literal.as_bytes().windows(W).map(Self::hash).enumerate();
            if let Some((offset, home)) = windows.min_by_key(|(_, hash)| common[*hash]) {
                homes.push((home, Filed::new(number as u32, literal.as_bytes(), offset)));
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
        let filed = homes.into_iter().map(|(_, filed)| filed).collect();
        Self { ranks: ranks.collect(), bitmap: bitmap.into(), starts: starts.into(), filed }
    }

    fn hash(window: &[u8]) -> usize {
        let mut bytes = [0; 8];
        bytes[..W].copy_from_slice(window);
        (u64::from_le_bytes(bytes).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS)) as usize
    }

    fn find(&self, tables: &WindowTables, bytes: &[u8], mut hit: impl FnMut(u32)) {
        for (at, window) in bytes.windows(W).enumerate() {
            for filed in self.bucket(Self::hash(window)) {
                let Some(begin) = at.checked_sub(filed.offset as usize) else { continue };
                let text = &bytes[begin..];
                let literal = tables.literal(filed.literal);
                let stands = match text.first_chunk() {
                    Some(front) if u64::from_le_bytes(*front) & filed.mask != filed.head => false,
                    Some(_) if literal.len() <= 8 => true,
                    _ => text.starts_with(literal),
                };
                if stands {
                    hit(filed.literal);
                }
            }
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
            let windows = WindowTables::new(&texts);
            let mut found = vec![false; literals.len()];
            windows.find(&text, |number| found[number as usize] = true);
            let want: Vec<bool> = literals.iter().map(|literal| text.contains(literal.as_str())).collect();
            prop_assert_eq!(found, want);
        }
    }
}
