//! Finding many literals in a text at once, in an index that is cheap to build.
//!
//! Each literal is filed under one window of a few of its bytes, the rarest it has. A text is looked through window by window: a
//! bitmap says at once that most of them belong to no literal; for the others the pieces filed there are compared. Building
//! takes a pass over the literals, where an automaton over thousands of them takes as long as many texts. Long literals have long
//! windows, of which a text holds few that mean nothing; short ones have tables of their own.
//!
//! What is looked at for a window lies side by side, so that little memory is gone through. Therefore it is not the whole literal that
//! is compared but a piece around its window: where that stands, the literal may stand.

use std::borrow::Cow;
use std::ops::Range;

use super::common::{Common, LONG, Rarest, SHORT, hash};
use super::words::{Word, Words};

/// How many eights of bytes of a literal are compared at most.
const EIGHTS: usize = 3;

/// How many bytes these are.
const PIECE: usize = 8 * EIGHTS;

/// Where literals are filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowTables {
    /// The literals, first the long ones, by hash, and an end.
    pub filed: Cow<'static, [Filed]>,
    /// Where those of six bytes and more are.
    pub long: Windows<LONG>,
    /// Where those of three to five are.
    pub short: Windows<SHORT>,
}

/// Literals by a window of `W` of their bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows<const W: usize> {
    /// How far a window's product is shifted to become its hash.
    pub shift: u32,
    /// Which hashes have literals, by hash.
    pub bitmap: Cow<'static, [u64]>,
    /// How many literals are filed before those of each word of the bitmap, and behind the last.
    pub ranks: Cow<'static, [u32]>,
}

/// A literal under its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filed {
    /// A piece of it, and zeros where it has fewer bytes.
    pub piece: [u64; EIGHTS],
    /// How many bytes of these count.
    pub length: u8,
    /// Where among them its window stands.
    pub offset: u8,
    /// The last six bits of its hash: which bit of the bitmap's word it is.
    pub bit: u8,
    /// Where begins what it brings up; it ends where that of the next one begins.
    pub brings: u32,
}

impl Filed {
    /// The literal of which this is a piece around the window at `offset`.
    fn new(word: Word<'_>, offset: usize, hash: u32) -> Self {
        let start = offset.min(word.len().saturating_sub(PIECE));
        let length = (word.len() - start).min(PIECE);
        let mut piece = [0; EIGHTS];
        for (eight, at) in piece.iter_mut().zip((0..length).step_by(8)) {
            *eight = word.window_at(start + at) & mask(length - at);
        }
        Self { piece, length: length as u8, offset: (offset - start) as u8, bit: (hash % 64) as u8, brings: 0 }
    }

    /// Whether its piece stands where `text` begins.
    fn begins(&self, text: &[u8]) -> bool {
        match text.first_chunk() {
            Some(front) => self.equals(front),
            None => {
                let mut front = [0; PIECE];
                front[..text.len()].copy_from_slice(text);
                usize::from(self.length) <= text.len() && self.equals(&front)
            }
        }
    }

    fn equals(&self, front: &[u8; PIECE]) -> bool {
        let ([first, second, third], _) = front.as_chunks() else { return false };
        let length = usize::from(self.length);
        let is = |eight: &[u8; 8], number: usize| u64::from_le_bytes(*eight) & mask(length - 8 * number) == self.piece[number];
        is(first, 0) && (length <= 8 || is(second, 1)) && (length <= 16 || is(third, 2))
    }
}

/// The bits of the first so many of eight bytes, of which there is at least one.
fn mask(bytes: usize) -> u64 {
    u64::MAX >> 64_usize.saturating_sub(8 * bytes).min(63)
}

impl WindowTables {
    /// The tables of `literals`, and these in the order in which they are filed: what they bring up has to be in this order too, and
    /// `brings` tells how much it is.
    pub(super) fn new(words: &Words, literals: &[u32], rarest: &[Rarest], common: &Common, brings: &[u32]) -> (Self, Vec<u32>) {
        let (mut long, mut short) = (Vec::with_capacity(literals.len()), Vec::new());
        for (literal, word) in (0..).zip(literals) {
            let (word, offset) = (words.get(*word as usize), rarest[*word as usize].offset as usize);
            let window = word.window_at(offset);
            match word.len() {
                LONG.. => long.push((hash::<LONG>(window, common.long.shift) as u32, literal)),
                _ => short.push((hash::<SHORT>(window, common.short.shift) as u32, literal)),
            }
        }
        let windows = (Windows::new(&mut long, common.long.shift, 0), Windows::new(&mut short, common.short.shift, long.len()));
        let (mut filed, mut end) = (Vec::with_capacity(literals.len() + 1), 0);
        for (hash, literal) in long.iter().chain(&short) {
            let (word, literal) = (literals[*literal as usize] as usize, *literal as usize);
            filed.push(Filed { brings: end, ..Filed::new(words.get(word), rarest[word].offset as usize, *hash) });
            end += brings[literal];
        }
        filed.push(Filed { piece: [0; EIGHTS], length: 0, offset: 0, bit: 0, brings: end });
        let order = long.into_iter().chain(short).map(|(_, literal)| literal).collect();
        (Self { filed: filed.into(), long: windows.0, short: windows.1 }, order)
    }

    /// Calls `hit` for each place where a literal may stand in `text`, with the number of what is filed.
    pub fn find(&self, text: &str, mut hit: impl FnMut(u32)) {
        self.long.find(&self.filed, text.as_bytes(), &mut hit);
        self.short.find(&self.filed, text.as_bytes(), &mut hit);
    }

    /// What a literal brings up.
    #[must_use]
    pub fn brings(&self, filed: u32) -> Range<usize> {
        let filed = filed as usize;
        self.filed[filed].brings as usize..self.filed[filed + 1].brings as usize
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

impl<const W: usize> Windows<W> {
    /// Puts literals, each behind its hash, into their order; `first` others are filed before them.
    fn new(literals: &mut [(u32, u32)], shift: u32, first: usize) -> Self {
        literals.sort_unstable();
        let mut bitmap = vec![0_u64; (1 << (64 - shift)) / 64];
        let mut ranks = vec![0; bitmap.len() + 1];
        for (hash, _) in &*literals {
            bitmap[*hash as usize / 64] |= 1 << (hash % 64);
            ranks[*hash as usize / 64 + 1] += 1;
        }
        let mut before = first as u32;
        for rank in &mut ranks {
            before += *rank;
            *rank = before;
        }
        Self { shift, bitmap: bitmap.into(), ranks: ranks.into() }
    }

    fn find(&self, filed: &[Filed], bytes: &[u8], mut hit: impl FnMut(u32)) {
        if self.ranks.first() == self.ranks.last() {
            // Nothing is filed here.
            return;
        }
        let bitmap = &*self.bitmap;
        each_hash::<W>(bytes, self.shift, |at, hash| {
            if bitmap[hash / 64] & 1 << (hash % 64) != 0 {
                self.compare(filed, bytes, at, hash, &mut hit);
            }
        });
    }

    /// Calls `hit` with each literal that is filed under a hash and may stand in the text around `at`.
    #[inline(never)]
    fn compare(&self, filed: &[Filed], bytes: &[u8], at: usize, hash: usize, hit: &mut impl FnMut(u32)) {
        let (word, bit) = (hash / 64, (hash % 64) as u8);
        // Of each bit before this one there is at least one.
        let before = (self.bitmap[word] & ((1 << bit) - 1)).count_ones();
        let places = (self.ranks[word] + before) as usize..self.ranks[word + 1] as usize;
        for (place, filed) in (places.start as u32..).zip(&filed[places]) {
            if filed.bit > bit {
                break;
            }
            let begin = at.wrapping_sub(usize::from(filed.offset));
            if filed.bit == bit && bytes.get(begin..).is_some_and(|text| filed.begins(text)) {
                hit(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The tables of literals that stand by themselves, and the numbers of these by what they bring up.
    fn tables(literals: &[&str]) -> (WindowTables, Vec<u32>) {
        let mut words = Words::with_capacity(literals.len());
        literals.iter().for_each(|literal| words.push(literal));
        let common = Common::new(words.iter(), literals.len());
        let rarest: Vec<Rarest> = words.iter().map(|word| common.rarest(word)).collect();
        let brings = vec![1; literals.len()];
        WindowTables::new(&words, &(0..literals.len() as u32).collect::<Vec<_>>(), &rarest, &common, &brings)
    }

    proptest! {
        #[test]
        fn what_stands_in_a_text_is_found_and_nothing_else(
            literals in prop::collection::vec("[ab ]{3,30}|[あいう]{1,8}", 1..20),
            text in "[ab ]{0,90}|[あいうab]{0,30}",
        ) {
            let texts: Vec<&str> = literals.iter().map(String::as_str).collect();
            let (windows, order) = tables(&texts);
            let mut found = vec![false; literals.len()];
            windows.find(&text, |filed| found[order[filed as usize] as usize] = true);
            for (literal, found) in literals.iter().zip(found) {
                let stands = text.contains(literal.as_str());
                prop_assert!(found == stands || found && literal.len() > PIECE, "{:?}", literal);
            }
        }
    }
}
