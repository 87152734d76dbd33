//! Finding many literals in a text at once, in an index that is cheap to build.
//!
//! Each literal is filed under one window of a few of its bytes, the rarest it has. A text is looked through window by window: a
//! bitmap says at once that most of them belong to no literal; for the others the literals filed there are compared. Building
//! takes a pass over the literals, where an automaton over thousands of them takes as long as many texts. Long literals have long
//! windows, of which a text holds few that mean nothing; short ones have tables of their own.

use std::borrow::Cow;

use super::common::{Common, LONG, Rarest, SHORT, hash};
use super::words::{Word, Words};

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
    /// What stands in a bucket before it is filled.
    const NONE: Self = Self { literal: 0, offset: 0, head: 0, mask: 0 };

    fn new(literal: u32, word: Word<'_>, offset: u32) -> Self {
        let mask = u64::MAX >> (64 - 8 * word.len().clamp(1, 8));
        Self { literal, offset, head: word.window_at(0) & mask, mask }
    }
}

impl WindowTables {
    /// The tables of those words that are `literals`, numbered in this order. Each is filed under its rarest window.
    pub(super) fn new(words: &Words, literals: &[u32], rarest: &[Rarest], common: &Common) -> Self {
        let bytes = literals.iter().map(|word| words.get(*word as usize).len()).sum();
        let (mut texts, mut ends) = (String::with_capacity(bytes), Vec::with_capacity(literals.len()));
        let (mut long, mut short, mut tiny) = (Vec::with_capacity(literals.len()), Vec::new(), Vec::new());
        for (literal, word) in (0..).zip(literals) {
            let (word, offset) = (*word as usize, rarest[*word as usize].offset);
            texts.push_str(words.text(word));
            ends.push(texts.len() as u32);
            let word = words.get(word);
            match word.len() {
                LONG.. => long.push(Filing::new::<LONG>(literal, word, offset, common.long.shift)),
                SHORT..LONG => short.push(Filing::new::<SHORT>(literal, word, offset, common.short.shift)),
                1.. => tiny.push(Filing::new::<1>(literal, word, offset, common.tiny.shift)),
                // Nothing to be looked for.
                0 => {}
            }
        }
        Self {
            texts: texts.into(),
            ends: ends.into(),
            long: Windows::new(&long, common.long.shift),
            short: Windows::new(&short, common.short.shift),
            tiny: Windows::new(&tiny, common.tiny.shift),
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

/// A literal on the way to its bucket.
#[derive(Debug)]
struct Filing {
    hash: usize,
    filed: Filed,
}

impl Filing {
    fn new<const W: usize>(literal: u32, word: Word<'_>, offset: u32, shift: u32) -> Self {
        Self { hash: hash::<W>(word.window_at(offset as usize), shift), filed: Filed::new(literal, word, offset) }
    }
}

impl<const W: usize> Windows<W> {
    /// Puts literals into their buckets.
    fn new(filings: &[Filing], shift: u32) -> Self {
        let mut bitmap = vec![0_u64; (1 << (64 - shift)) / 64];
        filings.iter().for_each(|filing| bitmap[filing.hash / 64] |= 1 << (filing.hash % 64));
        let ranks = bitmap.iter().scan(0, |rank, word| Some(std::mem::replace(rank, *rank + word.count_ones())));
        let ranks = ranks.collect();
        let buckets: u32 = bitmap.iter().map(|word| word.count_ones()).sum();
        let mut windows = Self { shift, bitmap: bitmap.into(), ranks, starts: Cow::default(), filed: Cow::default() };
        let mut starts = vec![0; buckets as usize + 1];
        filings.iter().for_each(|filing| starts[windows.bucket(filing.hash)] += 1);
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        // Each bucket fills from its end on.
        let mut filed = vec![Filed::NONE; filings.len()];
        for filing in filings.iter().rev() {
            let place = &mut starts[windows.bucket(filing.hash)];
            *place -= 1;
            filed[*place as usize] = filing.filed;
        }
        (windows.starts, windows.filed) = (starts.into(), filed.into());
        windows
    }

    /// The number of the bucket of a hash that has one.
    fn bucket(&self, hash: usize) -> usize {
        let before = self.bitmap[hash / 64] & ((1 << (hash % 64)) - 1);
        (self.ranks[hash / 64] + before.count_ones()) as usize
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
        let bucket = self.bucket(hash);
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

    /// The tables of literals that stand by themselves.
    fn tables(literals: &[&str]) -> WindowTables {
        let mut words = Words::with_capacity(literals.len());
        literals.iter().for_each(|literal| words.push(literal));
        let common = Common::new(words.iter(), literals.len());
        let rarest: Vec<Rarest> = words.iter().map(|word| common.rarest(word)).collect();
        WindowTables::new(&words, &(0..literals.len() as u32).collect::<Vec<_>>(), &rarest, &common)
    }

    proptest! {
        #[test]
        fn what_stands_in_a_text_is_found_and_nothing_else(
            literals in prop::collection::vec("[ab ]{1,9}|[あいう]{1,4}", 1..20),
            text in "[ab ]{0,60}|[あいうab]{0,30}",
        ) {
            let texts: Vec<&str> = literals.iter().map(String::as_str).collect();
            let windows = tables(&texts);
            let mut found = vec![false; literals.len()];
            windows.find(&text, |number| found[number as usize] = true);
            let want: Vec<bool> = literals.iter().map(|literal| text.contains(literal.as_str())).collect();
            prop_assert_eq!(found, want);
        }
    }
}
