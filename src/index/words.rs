//! Words one after another in one piece of memory, so that a pass over many of them is a pass over few pages.

/// What stands behind the last word: from each byte of a word, eight can be read.
const PADDING: &str = "\0\0\0\0\0\0\0";

/// How long words usually are, in bytes.
const USUAL: usize = 16;

/// Words by number.
#[derive(Debug)]
pub(super) struct Words {
    /// The words, and the padding behind the last.
    text: String,
    /// Where each of them ends.
    ends: Vec<u32>,
}

/// A word with what stands behind it, which does not count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'w> {
    padded: &'w [u8],
}

impl Words {
    /// No words yet, with room for so many of a usual length.
    pub(super) fn with_capacity(words: usize) -> Self {
        let mut text = String::with_capacity(words * USUAL);
        text.push_str(PADDING);
        Self { text, ends: Vec::with_capacity(words) }
    }

    pub(super) fn push(&mut self, word: &str) {
        self.text.truncate(self.text.len() - PADDING.len());
        self.text.push_str(word);
        self.ends.push(self.text.len() as u32);
        self.text.push_str(PADDING);
    }

    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, number: usize) -> Word<'_> {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        Word { padded: &self.text.as_bytes()[start as usize..self.ends[number] as usize + PADDING.len()] }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Word<'_>> {
        (0..self.len()).map(|number| self.get(number))
    }
}

impl<'w> Word<'w> {
    /// Its length in bytes.
    pub(super) const fn len(self) -> usize {
        self.padded.len() - PADDING.len()
    }

    pub(super) fn bytes(self) -> &'w [u8] {
        &self.padded[..self.len()]
    }

    /// Eight bytes from each place on at which `W` of its own are left.
    pub(super) fn windows<const W: usize>(self) -> impl Iterator<Item = u64> + use<'w, W> {
        let read = (self.len() + 8).saturating_sub(W);
        self.padded[..read.min(self.padded.len())].windows(8).map(|window| window.try_into().map_or(0, u64::from_le_bytes))
    }

    /// Eight bytes from a place on.
    pub(super) fn window_at(self, at: usize) -> u64 {
        self.padded[at..].first_chunk().map_or(0, |window| u64::from_le_bytes(*window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_those_of_the_word_alone() {
        let mut words = Words::with_capacity(2);
        ["mailbox", "ab", "full"].into_iter().for_each(|word| words.push(word));
        let first = |window: u64, count: usize| window.to_le_bytes()[..count].to_vec();
        let windows: Vec<Vec<u8>> = words.get(0).windows::<6>().map(|window| first(window, 6)).collect();
        assert_eq!(windows, [b"mailbo", b"ailbox"]);
        assert_eq!(words.get(1).windows::<3>().count(), 0);
        assert_eq!(words.get(1).windows::<1>().count(), 2);
        assert_eq!(first(words.get(2).window_at(1), 3), b"ull");
        assert_eq!(words.iter().map(Word::len).collect::<Vec<_>>(), [7, 2, 4]);
        assert_eq!(words.get(2).bytes(), b"full");
    }
}
