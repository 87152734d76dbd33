//! The shapes of pages: how recipients and the words about them are found in a layout's error block.

mod blocks;
mod rows;
mod sentences;

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use rows::take_bare_lines;

use super::page::{Line, Marks, Sheet};
use super::said::{Said, each_once, said};
use super::session::Session;
use crate::model::{Layout, PageShape, Transcript};
use crate::pattern::{Folded, Origins, find};

/// How many recipients one mail may name.
pub(super) const MAX_RECIPIENTS: usize = 100_000;

/// How many letters say something; fewer only join two addresses (`and`, `と`).
pub(super) const SAYING: u32 = 6;

/// How much is read of what was said about all recipients of a mail together, and about each at least, in bytes.
const MAX_WORDS: usize = 32 << 20;
const LEAST_WORDS: usize = 2 << 10;

/// Everything that the error block of a page says. Sessions are printed in one of `forms`.
pub(super) fn read(layout: &Layout, forms: &[Transcript], sheet: &Sheet<'_>, lines: &[Line<'_>]) -> Vec<Said> {
    let block = block(layout, sheet, lines);
    let marks = LineMarks::new(layout, sheet);
    let page = Page { layout, forms, sheet, text: sheet.text(), lines: &lines[block], marks: &marks };
    let mut said = match layout.shape {
        PageShape::Paragraph => page.paragraphs(),
        PageShape::Block => page.blocks(),
        PageShape::List => page.list(),
        PageShape::Fields => page.fields(),
        PageShape::Sentence => page.sentences(),
        PageShape::Transcript => page.transcript(),
        PageShape::Nested | PageShape::Notice => Vec::new(),
    };
    // One more than are told shows that there are more.
    said.truncate(MAX_RECIPIENTS + 1);
    each_once(said)
}

/// The lines between the marks of the layout; all of them where these are not found.
fn block(layout: &Layout, sheet: &Sheet<'_>, lines: &[Line<'_>]) -> Range<usize> {
    let (begins, ends) = (sheet.marks(&layout.begins), sheet.marks(&layout.ends));
    let begin = lines.iter().position(|line| begins.stand_in(line)).map_or(0, |at| at + 1);
    let end = lines[begin..].iter().position(|line| ends.stand_in(line)).map_or(lines.len(), |at| begin + at);
    begin..end
}

#[derive(Clone, Copy)]
struct Page<'p> {
    layout: &'p Layout,
    forms: &'p [Transcript],
    sheet: &'p Sheet<'p>,
    text: &'p str,
    lines: &'p [Line<'p>],
    marks: &'p LineMarks<'p>,
}

/// What tells the lines of a layout's error block apart.
struct LineMarks<'p> {
    recipient: Marks<'p>,
    /// Whether an address may stand on a line of its own.
    takes_bare_lines: bool,
    reason: Marks<'p>,
    goes_on: Marks<'p>,
    stops: Marks<'p>,
}

impl<'p> LineMarks<'p> {
    fn new(layout: &'p Layout, sheet: &Sheet<'_>) -> Self {
        Self {
            recipient: sheet.marks(&layout.recipient),
            takes_bare_lines: take_bare_lines(&layout.recipient),
            reason: sheet.marks(&layout.reason),
            goes_on: sheet.marks(&layout.goes_on),
            stops: sheet.marks(&layout.stops),
        }
    }
}

impl<'p> Page<'p> {
    /// The text of some lines.
    fn text_of(&self, lines: &[Line<'_>]) -> &'p str {
        match (lines.first(), lines.last()) {
            (Some(first), Some(last)) => &self.text[first.range.start..last.range.end],
            _ => "",
        }
    }

    /// The recipient that a line names.
    fn named(&self, line: &Line<'_>) -> Option<Said> {
        let (pattern, found) = self.marks.recipient.find(line)?;
        let text = &self.text[line.range.clone()];
        Some(said(pattern, &found, text, &Origins::new(text)))
    }

    /// Whether a line names anybody.
    fn names_any(&self, line: &Line<'_>) -> bool {
        self.marks.recipient.stand_in(line) || self.list_on(line).is_some()
    }

    /// Whether a line names a recipient. One that only tells what the sender used goes on about the last.
    fn names_recipient(&self, line: &Line<'_>) -> bool {
        match self.marks.recipient.find(line) {
            Some((pattern, _)) => pattern.holes().any(|hole| &*hole.name == "recipient"),
            None => self.list_on(line).is_some(),
        }
    }

    fn paragraphs(&self) -> Vec<Said> {
        let mut out: Vec<Said> = Vec::new();
        for lines in self.lines.split(Line::is_blank).filter(|lines| !lines.is_empty()) {
            let text = self.text_of(lines);
            let folded = self.sheet.folded(lines, text);
            let found = self.layout.recipient.iter().find_map(|pattern| find(pattern, &folded, 0).map(|found| (pattern, found)));
            if let Some((pattern, found)) = found {
                out.push(Said { words: text.into(), ..said(pattern, &found, text, &Origins::new(text)) });
            }
        }
        out
    }

    fn list(&self) -> Vec<Said> {
        let rows = self.lines.iter().filter_map(|line| self.row(line));
        let named: Vec<Said> = rows.flat_map(|row| row.named).take(MAX_RECIPIENTS + 1).collect();
        let words = self.reason().unwrap_or_else(|| {
            let about = self.lines.iter().filter(|line| !self.names_any(line));
            about.map(|line| &self.text[line.range.clone()]).collect()
        });
        let words: Rc<str> = words.into();
        named.into_iter().map(|said| Said { words: Rc::clone(&words), ..said }).collect()
    }

    /// What stands behind a mark of the layout, up to what ends it.
    fn reason(&self) -> Option<String> {
        let mut words = String::new();
        let mut rest = self.lines;
        while let Some(at) = rest.iter().position(|line| self.marks.reason.stand_in(line)) {
            words.push_str(self.behind_mark(&rest[at]));
            rest = &rest[at + 1..];
            let ends = |line: &Line<'_>| self.marks.stops.stand_in(line) || self.marks.reason.stand_in(line);
            let length = rest.iter().position(ends).unwrap_or(rest.len());
            words.push_str(self.text_of(&rest[..length]));
            rest = &rest[length..];
        }
        (!words.trim().is_empty()).then_some(words)
    }

    /// The rest of a line behind the layout's mark for a reason.
    fn behind_mark(&self, line: &Line<'_>) -> &'p str {
        self.behind(&self.marks.reason, line)
    }

    /// The rest of a line behind what one of `marks` takes of it.
    fn behind(&self, marks: &Marks<'_>, line: &Line<'_>) -> &'p str {
        let text = &self.text[line.range.clone()];
        let end = marks.find(line).map_or(0, |(_, found)| Folded::origin(text, found.range).end);
        &text[end..]
    }

    fn fields(&self) -> Vec<Said> {
        let mut out: Vec<(Said, String)> = Vec::new();
        let mut open = false;
        for line in self.lines {
            if let Some(named) = self.named(line) {
                open = false;
                match out.last_mut() {
                    // A second address beside the first tells what the sender used.
                    Some((last, words)) if words.is_empty() && (named.recipient.is_none() || last.recipient.is_none()) => {
                        last.recipient = last.recipient.take().or(named.recipient);
                        last.original = last.original.take().or(named.original);
                    }
                    _ => out.push((named, String::new())),
                }
                continue;
            }
            open = !self.marks.stops.stand_in(line) && !line.is_blank() && (open || self.marks.reason.stand_in(line));
            if let (true, Some((_, words))) = (open, out.last_mut()) {
                words.push_str(if self.marks.reason.stand_in(line) { self.behind_mark(line) } else { &self.text[line.range.clone()] });
            }
        }
        out.into_iter().map(|(said, words)| Said { words: words.into(), ..said }).collect()
    }

    /// Addresses with their own lines first, then the session; each gets the groups of the session that name it, or all of it.
    fn transcript(&self) -> Vec<Said> {
        let session = self.lines.iter().position(|line| self.marks.reason.stand_in(line)).unwrap_or(self.lines.len());
        let (above, below) = self.lines.split_at(session);
        let session = Session::new(self.sheet, below, self.forms);
        let above = Page { lines: above, ..*self };
        let mut named: Vec<Said> = above.lines.iter().enumerate().flat_map(|(index, line)| above.with_own_lines(index, line)).collect();
        if named.is_empty() {
            named = self.lines.iter().filter_map(|line| self.named(line)).collect();
            named.dedup_by(|later, earlier| later.recipient == earlier.recipient);
        }
        if named.is_empty() && !session.text().trim().is_empty() {
            named.push(Said::default());
        }
        let alone = named.len() == 1;
        let share = share(named.len());
        for said in &mut named {
            let groups =
                if alone { Cow::Borrowed(session.text()) } else { session.about(said.recipient.as_deref().unwrap_or_default(), share) };
            said.words = format!("{}\n{}", said.words, cut(&groups, share)).into();
        }
        named
    }

    /// The recipients that a line names, with the lines below it.
    fn with_own_lines(&self, index: usize, line: &Line<'_>) -> Vec<Said> {
        let named = self.row(line).map(|row| row.named).unwrap_or_default();
        let below = self.lines.get(index + 1..).filter(|_| !named.is_empty()).unwrap_or_default();
        let own = below.iter().take_while(|line| !line.is_blank() && !self.names_any(line)).count();
        let words: Rc<str> = self.text_of(&below[..own]).into();
        named.into_iter().map(|said| Said { words: Rc::clone(&words), ..said }).collect()
    }
}

/// How many bytes are read of what was said about each of `count` recipients: all of it, unless these are very many.
pub(super) fn share(count: usize) -> usize {
    (MAX_WORDS / count.max(1)).max(LEAST_WORDS)
}

/// The beginning of a text, at most `length` bytes.
pub(super) fn cut(text: &str, length: usize) -> &str {
    &text[..text.floor_char_boundary(length)]
}
