//! Blocks: a line with an address, and the lines about it below.

use std::cell::LazyCell;
use std::rc::Rc;

use super::rows::Row;
use super::{Page, SAYING};
use crate::mail::page::Line;
use crate::mail::said::Said;
use crate::model::letters;

/// The recipients that one line names, and the words about them.
struct Block<'p> {
    row: Row<'p>,
    /// The line itself.
    line: &'p str,
    /// The words behind the address and below it.
    words: &'p str,
}

impl<'p> Page<'p> {
    /// Every address with the lines below it; where these say nothing, the words in front of it do, or else the page as a whole.
    pub(super) fn blocks(&self) -> Vec<Said> {
        let blocks = self.cut_into_blocks();
        // Words that stand in front of every address are a label.
        let are_labels = blocks.windows(2).all(|pair| pair[0].row.front.trim() == pair[1].row.front.trim());
        let whole = LazyCell::new(|| Rc::from(self.text_of(self.lines)));
        let mut out: Vec<Said> = Vec::new();
        for Block { row, line, words } in blocks {
            let on_line = words.trim().is_empty() && !are_labels && letters(row.front) >= SAYING;
            let words = match words.trim() {
                "" if on_line => Rc::from(line),
                "" => Rc::clone(&whole),
                _ => Rc::from(words),
            };
            out.extend(row.named.into_iter().map(|said| Said { words: Rc::clone(&words), on_line, ..said }));
        }
        out
    }

    /// The recipients that a line names. Where the one that failed is not told (a pipe, a hidden address), the one that was used is.
    fn head(&self, line: &Line<'_>) -> Option<Row<'p>> {
        let mut row = self.row(line)?;
        let first = row.named.first_mut()?;
        if first.recipient.is_none() {
            first.recipient = Some(first.original.take()?);
        }
        Some(row)
    }

    fn cut_into_blocks(&self) -> Vec<Block<'p>> {
        let mut out: Vec<Block<'p>> = Vec::new();
        let mut rest = self.lines;
        while let Some((line, more)) = rest.split_first() {
            let Some(mut row) = self.head(line) else {
                rest = more;
                continue;
            };
            let beside = row.behind.contains(char::is_alphanumeric);
            let blank = if beside { 0 } else { more.iter().take_while(|line| line.is_blank()).count() };
            let length = blank + self.block_length(line, &more[blank..]);
            // Words may stand on the very line of the address, behind it.
            let words = self.text_of(if beside { &rest[..=length] } else { &more[blank.min(length)..length] });
            if let Some(original) = more[..length].iter().find_map(|line| self.named(line)?.original) {
                row.named.iter_mut().for_each(|said| said.original = said.original.take().or_else(|| Some(original.clone())));
            }
            out.push(Block { row, line: &self.text[line.range.clone()], words });
            rest = &more[length..];
        }
        out
    }

    /// How many lines belong to the address in `head`: up to what ends them, or up to a blank line that nothing goes on behind.
    fn block_length(&self, head: &Line<'_>, lines: &[Line<'_>]) -> usize {
        let is_end = |line: &Line<'_>| self.marks.stops.stand_in(line) || line.indent <= head.indent && self.names_recipient(line);
        let goes_on = |line: &Line<'_>| line.indent > head.indent || self.marks.goes_on.stand_in(line);
        let mut length = 0;
        loop {
            length += lines[length..].iter().take_while(|line| !line.is_blank() && !is_end(line)).count();
            let blank = lines[length..].iter().take_while(|line| line.is_blank()).count();
            match lines.get(length + blank) {
                Some(next) if blank > 0 && goes_on(next) && !is_end(next) => length += blank,
                _ => return length,
            }
        }
    }
}
