//! Which short windows of bytes a text holds, roughly: enough to say of most words that they do not stand there.
//!
//! A text is looked through once, whatever is asked of it then: each question is a look at one bit.

use super::words::Word;

/// Windows are this long, in bytes.
pub(super) const WINDOW: usize = 3;

const BITS: u32 = 12;
const WORDS: usize = 1 << (BITS - 6);

/// How many bits a signature has.
pub(super) const SIZE: usize = 1 << BITS;

/// A bit for each hash of the windows of a text.
pub(super) struct Signature([u64; WORDS]);

impl Signature {
    /// A bit that every text has.
    pub(super) const ANY: u16 = 0;

    /// The signature of a text.
    pub(super) fn new(text: &str) -> Self {
        let mut signature = Self([0; WORDS]);
        signature.set(Self::ANY);
        let bytes = text.as_bytes();
        // Four bytes are read at once, the last of which does not count.
        bytes.windows(4).for_each(|window| signature.set(bit(window.try_into().map_or(0, u32::from_le_bytes))));
        if let Some(last) = bytes.last_chunk::<WINDOW>() {
            signature.set(bit(u32::from_le_bytes([last[0], last[1], last[2], 0])));
        }
        signature
    }

    const fn set(&mut self, bit: u16) {
        self.0[bit as usize / 64 % WORDS] |= 1 << (bit % 64);
    }

    /// Whether a text has this bit.
    pub(super) const fn has(&self, bit: u16) -> bool {
        self.0[bit as usize / 64 % WORDS] & 1 << (bit % 64) != 0
    }

    /// The bits that a text has wherever this word stands in it.
    pub(super) fn bits(word: Word<'_>) -> impl Iterator<Item = u16> {
        word.windows::<WINDOW>().map(|window| bit(window as u32))
    }
}

/// The bit of the first three of four bytes.
const fn bit(window: u32) -> u16 {
    // The byte that does not count is shifted out.
    ((window << 8).wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as u16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::words::Words;
    use super::*;

    fn has_all(signature: &Signature, word: &str) -> bool {
        let mut words = Words::with_capacity(1);
        words.push(word);
        Signature::bits(words.get(0)).all(|bit| signature.has(bit))
    }

    proptest! {
        #[test]
        fn a_text_has_the_bits_of_all_that_stands_in_it(before in "[abあ ]{0,20}", word in "[abcあ]{0,9}", behind in "[abあ ]{0,20}") {
            let signature = Signature::new(&format!("{before}{word}{behind}"));
            prop_assert!(signature.has(Signature::ANY) && has_all(&signature, &word));
        }
    }

    #[test]
    fn it_tells_words_apart() {
        assert!(!has_all(&Signature::new("550 mailbox full"), "unknown"));
    }
}
