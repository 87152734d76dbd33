//! How often short windows of bytes turn up in the words of a set: what many patterns hold, many texts hold too.

use super::words::Word;
use crate::pattern::signature;

/// The length of the windows of long words, in bytes: as many as a long word has at least.
pub(super) const LONG: usize = 6;

/// The same for short ones.
pub(super) const SHORT: usize = signature::WINDOW;

/// How often the windows of words turn up. Words of different lengths have windows of different lengths.
#[derive(Debug)]
pub(super) struct Common {
    pub(super) long: Counts<LONG>,
    pub(super) short: Counts<SHORT>,
}

/// The window of a word that turns up least.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rarest {
    /// How often.
    count: u32,
    /// Where in the word.
    pub(super) offset: u32,
}

impl Common {
    /// Counts the windows of words, as many as there are of about so many patterns.
    pub(super) fn new<'w>(words: impl Iterator<Item = Word<'w>>, patterns: usize) -> Self {
        let bits = (patterns.max(1).ilog2() + 5).clamp(10, 21);
        let mut common = Self { long: Counts::new(bits), short: Counts::new(bits.min(16)) };
        for word in words {
            match word.len() {
                LONG.. => common.long.count(word),
                SHORT..LONG => common.short.count(word),
                _ => {}
            }
        }
        common
    }

    /// By which of its windows a word is best looked for.
    pub(super) fn rarest(&self, word: Word<'_>) -> Rarest {
        match word.len() {
            LONG.. => self.long.rarest(word),
            _ => self.short.rarest(word),
        }
    }
}

impl Rarest {
    /// How often a word with this window would be looked at for nothing, by guess.
    pub(super) fn cost(self, word: Word<'_>) -> u32 {
        match word.len() {
            LONG.. => self.count,
            // They stand inside of many words.
            _ => self.count.saturating_mul(8) + 20,
        }
    }
}

/// How often each window of `W` bytes turns up, by its hash.
#[derive(Debug)]
pub(super) struct Counts<const W: usize> {
    pub(super) shift: u32,
    counts: Vec<u32>,
}

impl<const W: usize> Counts<W> {
    fn new(bits: u32) -> Self {
        Self { shift: 64 - bits, counts: vec![0; 1 << bits] }
    }

    fn count(&mut self, word: Word<'_>) {
        word.windows::<W>().for_each(|window| self.counts[hash::<W>(window, self.shift)] += 1);
    }

    fn rarest(&self, word: Word<'_>) -> Rarest {
        let counts = word.windows::<W>().map(|window| self.counts[hash::<W>(window, self.shift)]);
        // Count and place in one number: the least of these is that of the first window among the rarest.
        let (rarest, _) =
            counts.fold((u64::from(u32::MAX) << 32, 0), |(rarest, at), count| (rarest.min(u64::from(count) << 32 | at), at + 1));
        Rarest { count: (rarest >> 32) as u32, offset: rarest as u32 }
    }
}

/// The hash of the first `W` of eight bytes.
pub(super) const fn hash<const W: usize>(window: u64, shift: u32) -> usize {
    // The bytes that do not count are shifted out.
    ((window << (64 - 8 * W)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> shift) as usize
}
