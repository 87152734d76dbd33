//! Which short windows of bytes a text holds, roughly: enough to say of most words that they do not stand there.
//!
//! A text is looked through once, whatever is asked of it then: each question is a look at a few bits.

/// Windows are this long, in bytes; shorter words tell nothing.
pub const WINDOW: usize = 3;

/// More bytes of a word than this are not looked at: what they would still tell is little.
const ENOUGH: usize = 16;

const BITS: u32 = 12;
const WORDS: usize = 1 << (BITS - 6);

/// How many bits a signature has.
pub const SIZE: usize = 1 << BITS;

/// A bit for each hash of the windows of a text.
#[derive(Debug, Clone)]
pub struct Signature([u64; WORDS]);

impl Signature {
    /// A bit that every text has.
    pub const ANY: u16 = 0;

    /// The signature of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
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
    #[must_use]
    pub const fn has(&self, bit: u16) -> bool {
        self.0[bit as usize / 64 % WORDS] & 1 << (bit % 64) != 0
    }

    /// Whether these words may stand in a text.
    #[must_use]
    pub fn may_hold(&self, words: &[u8]) -> bool {
        if words.len() <= WINDOW {
            return Self::bits(words).all(|bit| self.has(bit));
        }
        // Four bytes are read at once, as above.
        words[..words.len().min(ENOUGH)].windows(4).all(|window| self.has(bit(window.try_into().map_or(0, u32::from_le_bytes))))
    }

    /// The bits that a text has wherever these bytes stand in it.
    pub fn bits(bytes: &[u8]) -> impl Iterator<Item = u16> {
        bytes.windows(WINDOW).map(|window| bit(u32::from_le_bytes([window[0], window[1], window[2], 0])))
    }
}

/// How often each bit turns up among words: what many of them hold, many texts hold too.
#[derive(Debug)]
pub struct Usual(Box<[u32]>);

impl Usual {
    /// Counts the bits of words.
    #[must_use]
    pub fn new(bits: impl Iterator<Item = u16>) -> Self {
        let mut counts = vec![0; SIZE];
        bits.for_each(|bit| counts[usize::from(bit)] += 1);
        // Every text has it.
        counts[usize::from(Signature::ANY)] = u32::MAX;
        Self(counts.into())
    }

    /// How often a bit turns up.
    #[must_use]
    pub fn count(&self, bit: u16) -> u32 {
        self.0[usize::from(bit)]
    }

    /// Those of a word's bits that turn up least, the rarest first; where it has fewer, the bit that every text has.
    #[must_use]
    pub fn marks<const N: usize>(&self, bits: impl Iterator<Item = u16>) -> [u16; N] {
        let mut marks = [(u32::MAX, Signature::ANY); N];
        for bit in bits {
            let mark = (self.count(bit), bit);
            if marks.last().is_some_and(|last| mark < *last) && !marks.contains(&mark) {
                let place = marks.partition_point(|known| *known < mark);
                marks[place..].rotate_right(1);
                marks[place] = mark;
            }
        }
        marks.map(|(_, bit)| bit)
    }
}

/// The bit of the first three of four bytes.
#[must_use]
pub const fn bit(window: u32) -> u16 {
    // The byte that does not count is shifted out.
    ((window << 8).wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as u16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn has_all(signature: &Signature, word: &str) -> bool {
        Signature::bits(word.as_bytes()).all(|bit| signature.has(bit))
    }

    proptest! {
        #[test]
        fn a_text_has_the_bits_of_all_that_stands_in_it(before in "[abあ ]{0,20}", word in "[abcあ]{0,9}", behind in "[abあ ]{0,20}") {
            let signature = Signature::new(&format!("{before}{word}{behind}"));
            prop_assert!(signature.has(Signature::ANY) && has_all(&signature, &word));
            prop_assert!(signature.may_hold(word.as_bytes()));
            let marks: [u16; 4] = Usual::new(Signature::bits(before.as_bytes())).marks(Signature::bits(word.as_bytes()));
            prop_assert!(marks.into_iter().all(|bit| signature.has(bit)));
        }
    }

    #[test]
    fn a_word_is_marked_by_what_few_words_hold() {
        let bits = |word: &'static str| Signature::bits(word.as_bytes());
        let usual = Usual::new(["mailbox", "mailbag", "mailer"].into_iter().flat_map(bits));
        let marks: [u16; 2] = usual.marks(bits("mailbox"));
        assert!(bits("lbox").collect::<Vec<_>>().iter().filter(|bit| marks.contains(bit)).count() == 2, "not those of `mail`");
        assert_eq!(usual.marks(bits("box")), [bits("box").next().unwrap(), Signature::ANY]);
    }

    #[test]
    fn it_tells_words_apart() {
        assert!(!has_all(&Signature::new("550 mailbox full"), "unknown"));
    }
}
