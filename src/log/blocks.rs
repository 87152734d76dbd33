//! Whole lines in large blocks, in bounded memory.

use std::io::{self, ErrorKind, Read};

use memchr::{memchr, memrchr};

use crate::reading::MAX_TEXT;

/// How much is read at once, in bytes. A longer line is cut.
pub(super) const BLOCK: usize = 4 * MAX_TEXT;

/// Gives the whole lines of an input, many at a time.
#[derive(Debug)]
pub(super) struct Blocks<R> {
    input: R,
    buffer: Vec<u8>,
    /// How much of the buffer holds bytes of the input.
    filled: usize,
    /// How much of it was handed out.
    done: usize,
    /// Whether the rest of a line that was cut is still to come.
    skipping: bool,
}

impl<R: Read> Blocks<R> {
    /// The lines of an input.
    pub(super) fn new(input: R) -> Self {
        Self { input, buffer: vec![0; BLOCK], filled: 0, done: 0, skipping: false }
    }

    /// The input itself.
    pub(super) const fn input(&mut self) -> &mut R {
        &mut self.input
    }

    /// The next lines; none where more may come later ([`ErrorKind::WouldBlock`]), and `None` at the end.
    ///
    /// # Errors
    /// Those of the input.
    pub(super) fn next_lines(&mut self) -> io::Result<Option<&[u8]>> {
        self.buffer.copy_within(self.done..self.filled, 0);
        self.filled -= self.done;
        self.done = 0;
        match self.input.read(&mut self.buffer[self.filled..]) {
            Ok(0) => return Ok(self.rest()),
            Ok(read) => self.take(read),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
        Ok(Some(&self.buffer[..self.done]))
    }

    /// Whether the last call gave lines.
    pub(super) const fn has_lines(&self) -> bool {
        self.done > 0
    }

    /// What is left where no more will come: a last line without an end.
    pub(super) fn rest(&mut self) -> Option<&[u8]> {
        self.done = self.filled;
        (self.done > 0).then(|| &self.buffer[..self.done])
    }

    /// Throws away what was read of a line that will have no end.
    pub(super) const fn forget(&mut self) {
        (self.filled, self.done, self.skipping) = (0, 0, false);
    }

    /// Takes up newly read bytes, and sees how far whole lines go.
    fn take(&mut self, read: usize) {
        let from = self.filled;
        self.filled += read;
        if self.skipping {
            // The end of the line that was cut stays, so that lines can be counted.
            let end = memchr(b'\n', &self.buffer[from..self.filled]).map_or(self.filled, |at| from + at);
            self.skipping = end == self.filled;
            self.buffer.copy_within(end..self.filled, 0);
            self.filled -= end;
        }
        let whole = memrchr(b'\n', &self.buffer[..self.filled]).map(|at| at + 1);
        self.skipping |= whole.is_none() && self.filled == self.buffer.len();
        self.done = whole.unwrap_or(if self.skipping { self.filled } else { 0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, and now and then none for now.
    struct Slow<'b>(&'b [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 += 1;
            if self.1.is_multiple_of(3) {
                return Err(ErrorKind::WouldBlock.into());
            }
            let (now, later) = self.0.split_at(self.0.len().min(buffer.len()).min(self.1 * 1000));
            buffer[..now.len()].copy_from_slice(now);
            self.0 = later;
            Ok(now.len())
        }
    }

    fn all(input: impl Read) -> Vec<Vec<u8>> {
        let mut blocks = Blocks::new(input);
        let mut found = Vec::new();
        while let Some(lines) = blocks.next_lines().unwrap() {
            found.push(lines.to_vec());
        }
        found
    }

    #[test]
    fn lines_are_whole_however_they_come() {
        let text: String = (0..40_000).map(|number| format!("line {number}\n")).chain(["no end".to_owned()]).collect();
        let found = all(Slow(text.as_bytes(), 0));
        assert_eq!(found.concat(), text.as_bytes());
        let (last, whole) = found.split_last().unwrap();
        assert!(whole.iter().all(|lines| lines.is_empty() || lines.ends_with(b"\n")));
        assert_eq!(last, b"no end");
    }

    #[test]
    fn a_very_long_line_is_cut_and_counts_as_one() {
        let text = ["a\n".as_bytes(), &vec![b'x'; 5 * BLOCK], b"\nb\n"].concat();
        let found = all(&text[..]).concat();
        assert!(found.len() <= 2 * BLOCK, "{}", found.len());
        assert!(found.starts_with(b"a\nx") && found.ends_with(b"x\nb\n"));
        assert_eq!(memchr::memchr_iter(b'\n', &found).count(), 3);
    }

    #[test]
    fn nothing_is_no_line() {
        assert!(all(&b""[..]).is_empty());
    }
}
