//! Finding many literals in a text at once, in an index that is cheap to build.
//!
//! Each literal is filed under one window of a few of its bytes, the rarest it has. A text is looked through window by window: a
//! bitmap says at once that most of them belong to no literal; for the others the literals filed there are compared. Building
//! takes a pass over the literals, where an automaton over thousands of them takes as long as many texts. Long literals have long
//! windows, of which a text holds few that mean nothing; short ones have tables of their own.

use std::borrow::Cow;

/// The length of the windows of long literals, in bytes: as many as a long literal has at least.
const LONG: usize = 6;

/// The same for short ones.
const SHORT: usize = 3;

/// Literals by number, and where each is filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowTables {
    /// The literals, one after another.
    pub texts: Cow<'static, str>,
    /// Where each of them ends.
    pub ends: Cow<'static, [u32]>,
    /// Where those of six bytes and more are filed.
    pub long: Windows<LONG>,
    /// Where those of three to five are.
    pub short: Windows<SHORT>,
    /// Where the rest is.
    pub tiny: Windows<1>,
}

/// Literals by a window of `W` of their bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows<const W: usize> {
    /// How far a window's product is shifted to become its hash.
    pub shift: u32,
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
    /// The tables of literals that stand by themselves.
    #[must_use]
    pub fn of(literals: &[&str]) -> Self {
        let mut common = Common::new(literals.len());
        literals.iter().for_each(|literal| common.count(literal.as_bytes()));
        Self::new(literals, &common)
    }

    /// The tables of literals, of which `common` tells how often their windows turn up.
    pub(super) fn new(literals: &[&str], common: &Common) -> Self {
        let ends = literals.iter().scan(0, |end, literal| {
            *end += literal.len() as u32;
            Some(*end)
        });
        Self {
            ends: ends.collect(),
            texts: literals.concat().into(),
            long: Windows::new(literals, &common.long, LONG..=usize::MAX),
            short: Windows::new(literals, &common.short, SHORT..=LONG - 1),
            tiny: Windows::new(literals, &common.tiny, 1..=SHORT - 1),
        }
    }

    /// Calls `hit` with the number of each literal that stands in `text`, once for each place.
    pub fn find(&self, text: &str, mut hit: impl FnMut(u32)) {
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

/// How often windows turn up in the literals of a set: what many patterns hold, many texts hold too.
#[derive(Debug)]
pub(super) struct Common {
    long: Counts<LONG>,
    short: Counts<SHORT>,
    tiny: Counts<1>,
}

impl Common {
    /// Counts nothing yet, and will count windows of about so many literals.
    pub(super) fn new(literals: usize) -> Self {
        let bits = (literals.max(1).ilog2() + 5).clamp(10, 21);
        Self { long: Counts::new(bits), short: Counts::new(bits.min(16)), tiny: Counts::new(8) }
    }

    pub(super) fn count(&mut self, literal: &[u8]) {
        match literal.len() {
            LONG.. => self.long.count(literal),
            SHORT..LONG => self.short.count(literal),
            _ => self.tiny.count(literal),
        }
    }

    /// How often a literal would be looked at for nothing, by guess.
    pub(super) fn cost(&self, literal: &[u8]) -> u32 {
        match literal.len() {
            LONG.. => self.long.rarest(literal).0,
            // They stand inside of many words.
            SHORT..LONG => self.short.rarest(literal).0.saturating_mul(8) + 20,
            _ => 10_000,
        }
    }
}

/// How often each window of `W` bytes turns up, by its hash.
#[derive(Debug)]
struct Counts<const W: usize> {
    shift: u32,
    counts: Vec<u32>,
}

impl<const W: usize> Counts<W> {
    fn new(bits: u32) -> Self {
        Self { shift: 64 - bits, counts: vec![0; 1 << bits] }
    }

    fn count(&mut self, literal: &[u8]) {
        each_hash::<W>(literal, self.shift, |_, hash| self.counts[hash] += 1);
    }

    /// The window of a literal that turns up least: how often, where in the literal, and its hash.
    fn rarest(&self, literal: &[u8]) -> (u32, usize, usize) {
        let mut rarest = (u32::MAX, 0, 0);
        each_hash::<W>(literal, self.shift, |at, hash| {
            if self.counts[hash] < rarest.0 {
                rarest = (self.counts[hash], at, hash);
            }
        });
        rarest
    }
}

/// Calls `sink` with the place and the hash of each window of a text.
fn each_hash<const W: usize>(bytes: &[u8], shift: u32, mut sink: impl FnMut(usize, usize)) {
    // Eight bytes are read at once as long as there are as many.
    bytes.windows(8).enumerate().for_each(|(at, window)| {
        let window = window.try_into().map_or(0, u64::from_le_bytes);
        sink(at, hash::<W>(window, shift));
    });
    for at in bytes.len().saturating_sub(7)..(bytes.len() + 1).saturating_sub(W) {
        let mut window = [0; 8];
        window[..W].copy_from_slice(&bytes[at..at + W]);
        sink(at, hash::<W>(u64::from_le_bytes(window), shift));
    }
}

/// The hash of the first `W` of eight bytes.
const fn hash<const W: usize>(window: u64, shift: u32) -> usize {
    // The bytes that do not count are shifted out.
    ((window << (64 - 8 * W)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> shift) as usize
}

impl<const W: usize> Windows<W> {
    /// Files those literals whose length is within `lengths`.
    fn new(literals: &[&str], common: &Counts<W>, lengths: std::ops::RangeInclusive<usize>) -> Self {
        let mut homes = Vec::new();
        for (number, literal) in (0..).zip(literals).filter(|(_, literal)| lengths.contains(&literal.len())) {
            let (_, offset, home) = common.rarest(literal.as_bytes());
            homes.push((home, Filed::new(number, literal.as_bytes(), offset)));
        }
        homes.sort_unstable_by_key(|(home, filed)| (*home, filed.literal));
        let mut bitmap = vec![0_u64; common.counts.len().div_ceil(64)];
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
        Self { shift: common.shift, ranks: ranks.collect(), bitmap: bitmap.into(), starts: starts.into(), filed }
    }

    fn find(&self, tables: &WindowTables, bytes: &[u8], mut hit: impl FnMut(u32)) {
        if self.filed.is_empty() {
            return;
        }
        let bitmap = &*self.bitmap;
        each_hash::<W>(bytes, self.shift, |at, hash| {
            if bitmap[hash / 64] & 1 << (hash % 64) != 0 {
                self.compare(tables, bytes, at, hash, &mut hit);
            }
        });
    }

    /// Calls `hit` with each literal that is filed under a hash and stands in the text around `at`.
    #[inline(never)]
    fn compare(&self, tables: &WindowTables, bytes: &[u8], at: usize, hash: usize, hit: &mut impl FnMut(u32)) {
        let before = self.bitmap[hash / 64] & ((1 << (hash % 64)) - 1);
        let bucket = (self.ranks[hash / 64] + before.count_ones()) as usize;
        for filed in &self.filed[self.starts[bucket] as usize..self.starts[bucket + 1] as usize] {
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
            let windows = WindowTables::of(&texts);
            let mut found = vec![false; literals.len()];
            windows.find(&text, |number| found[number as usize] = true);
            let want: Vec<bool> = literals.iter().map(|literal| text.contains(literal.as_str())).collect();
            prop_assert_eq!(found, want);
        }
    }
}
