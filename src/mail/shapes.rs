//! The shapes of pages: how recipients and the words about them are found in a layout's error block.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::LazyLock;

use super::page::{Line, Marks, Sheet};
use super::said::{Said, each_once, named_at, said};
use super::session::Session;
use crate::model::{Element, Layout, PageShape, TextPattern, Transcript, letters};
use crate::pattern::{Folded, Origins, find, parse_text};

/// How many recipients one mail may name.
pub(super) const MAX_RECIPIENTS: usize = 100_000;

/// How many letters say something; fewer only join two addresses (`and`, `と`).
pub(super) const SAYING: u32 = 6;

/// An address, right where it is looked for.
static ADDRESS: LazyLock<Option<TextPattern>> = LazyLock::new(|| parse_text("^{recipient:address}").ok());

/// How much is read of what was said about all recipients of a mail together, and about each at least, in bytes.
const MAX_WORDS: usize = 32 << 20;
const LEAST_WORDS: usize = 2 << 10;

/// What stands between the entries of a list.
const BETWEEN: [char; 3] = [',', ';', '、'];

/// How long a sentence that names recipients may be, in bytes; what is longer is read in pieces.
const MAX_SENTENCE: usize = 8 * 1024;

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
    reason: Marks<'p>,
    goes_on: Marks<'p>,
    stops: Marks<'p>,
}

impl<'p> LineMarks<'p> {
    fn new(layout: &'p Layout, sheet: &Sheet<'_>) -> Self {
        Self {
            recipient: sheet.marks(&layout.recipient),
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

    /// All recipients that a line names in a row, with what stands behind the last of them.
    fn row(&self, line: &Line<'_>) -> Option<(Vec<Said>, &'p str)> {
        let (pattern, found) = self.marks.recipient.find(line)?;
        let text = &self.text[line.range.clone()];
        let origins = Origins::new(text);
        let mut named = vec![said(pattern, &found, text, &origins)];
        let mut end = found.range.end;
        if matches!(pattern.elements.last(), Some(Element::Hole(_))) {
            for taken in in_a_row(line.folded, found.range.end) {
                end = taken.end;
                named.push(named_at(text, origins.of(taken)));
            }
        }
        Some((named, &text[origins.of(found.range.start..end).end..]))
    }

    /// Whether a line names a recipient. One that only tells what the sender used goes on about the last.
    fn names_recipient(&self, line: &Line<'_>) -> bool {
        self.marks.recipient.find(line).is_some_and(|(pattern, _)| pattern.holes().any(|hole| &*hole.name == "recipient"))
    }

    fn paragraphs(&self) -> Vec<Said> {
        let mut out: Vec<Said> = Vec::new();
        for lines in self.lines.split(Line::is_blank).filter(|lines| !lines.is_empty()) {
            let text = self.text_of(lines);
            let folded = Folded::new(text);
            let found = self.layout.recipient.iter().find_map(|pattern| find(pattern, folded.as_str(), 0).map(|found| (pattern, found)));
            if let Some((pattern, found)) = found {
                out.push(Said { words: text.into(), ..said(pattern, &found, text, &Origins::new(text)) });
            }
        }
        out
    }

    /// Every address with the lines below it; where these say nothing, the page as a whole does.
    fn blocks(&self) -> Vec<Said> {
        let whole = LazyCell::new(|| Rc::from(self.text_of(self.lines)));
        let mut out: Vec<Said> = Vec::new();
        let mut rest = self.lines;
        while let Some((line, more)) = rest.split_first() {
            let Some((named, behind)) = self.row(line).filter(|(named, _)| named[0].recipient.is_some()) else {
                rest = more;
                continue;
            };
            let beside = behind.contains(char::is_alphanumeric);
            let blank = if beside { 0 } else { more.iter().take_while(|line| line.is_blank()).count() };
            let length = blank + self.block_length(line, &more[blank..]);
            // Words may stand on the very line of the address, behind it.
            let words = self.text_of(if beside { &rest[..=length] } else { &more[blank.min(length)..length] });
            let words = if words.trim().is_empty() { Rc::clone(&whole) } else { Rc::from(words) };
            let original = more[..length].iter().find_map(|line| self.named(line)?.original);
            let one = |said: Said| Said { words: Rc::clone(&words), original: said.original.or_else(|| original.clone()), ..said };
            out.extend(named.into_iter().map(one));
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

    fn list(&self) -> Vec<Said> {
        let named: Vec<Said> = self.lines.iter().filter_map(|line| self.named(line)).take(MAX_RECIPIENTS + 1).collect();
        let words = self.reason().unwrap_or_else(|| {
            let about = self.lines.iter().filter(|line| !self.marks.recipient.stand_in(line));
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

    /// Every sentence that names a recipient. What follows one, up to the next, is about it; recipients named in a row share it.
    fn sentences(&self) -> Vec<Said> {
        let mut named: Vec<(Said, Range<usize>)> = Vec::new();
        for piece in self.pieces() {
            if named.len() > MAX_RECIPIENTS {
                break;
            }
            // A list that was cut goes on.
            let is_cut = named.last().is_some_and(|(_, last)| last.end == piece.start);
            named.extend(if is_cut { self.row_in(piece.clone()) } else { Vec::new() });
            let from = named.last().map_or(0, |(_, last)| last.end).max(piece.start);
            named.extend(self.named_in(from..piece.end));
        }
        let stop = |from: usize| {
            let stops = |line: &&Line| line.range.start >= from && self.marks.stops.stand_in(line);
            self.lines.iter().find(stops).map_or_else(|| self.lines.last().map_or(from, |line| line.range.end), |line| line.range.start)
        };
        let end = named.first().map_or(0, |(_, first)| stop(first.end));
        let whole: Rc<str> = self.text_of(self.lines).into();
        let mut words: Rc<str> = Rc::from("");
        let mut out: Vec<Said> = Vec::new();
        for (index, (said, range)) in named.iter().enumerate().rev() {
            let next = named.get(index + 1).map_or(end, |(_, next)| next.start.min(end));
            if let Some(own) = self.about(range.end..next.max(range.end)) {
                words = own.into();
            }
            let words = if words.is_empty() { Rc::clone(&whole) } else { Rc::clone(&words) };
            out.push(Said { words, ..said.clone() });
        }
        out.reverse();
        out
    }

    /// The text in pieces of a length at which nothing takes long, cut between paragraphs, lines or words where there are any.
    fn pieces(&self) -> impl Iterator<Item = Range<usize>> {
        let mut at = self.lines.first().map_or(0, |line| line.range.start);
        let end = self.lines.last().map_or(0, |line| line.range.end);
        let text = self.text;
        std::iter::from_fn(move || {
            let rest = text.get(at..end).filter(|rest| !rest.is_empty())?;
            let window = cut(rest, MAX_SENTENCE);
            let between = ["\n\n", "\n", " "].iter().find_map(|gap| window.rfind(gap).filter(|place| *place > 0));
            // A list is cut before what stands between its entries.
            let between = between.map(|place| window[..place].trim_end_matches(BETWEEN).trim_end().len()).filter(|place| *place > 0);
            let length = if window.len() == rest.len() { rest.len() } else { between.unwrap_or(window.len()) };
            at += length;
            Some(at - length..at)
        })
    }

    /// The recipients with which a list goes on in `piece`, each with its place.
    fn row_in(&self, piece: Range<usize>) -> Vec<(Said, Range<usize>)> {
        let (text, start) = (&self.text[piece.clone()], piece.start);
        let (folded, origins) = (Folded::new(text), Origins::new(text));
        let places = in_a_row(folded.as_str(), 0).map(|taken| origins.of(taken));
        places.map(|place| (named_at(text, place.clone()), start + place.start..start + place.end)).collect()
    }

    /// The recipients that the text in `piece` names, each with the place of the words that name it.
    fn named_in(&self, piece: Range<usize>) -> Vec<(Said, Range<usize>)> {
        let (text, start) = (&self.text[piece.clone()], piece.start);
        let folded = Folded::new(text);
        let origins = LazyCell::new(|| Origins::new(text));
        let mut out = Vec::new();
        for pattern in &self.layout.recipient {
            let mut at = 0;
            while let Some(mut found) = find(pattern, &folded.as_str()[at..], 0) {
                let shift = |range: &mut Range<usize>| *range = range.start + at..range.end + at;
                shift(&mut found.range);
                found.holes.iter_mut().for_each(shift);
                let place = origins.of(found.range.clone());
                out.push((said(pattern, &found, text, &origins), start + place.start..start + place.end));
                let once = found.range.is_empty() || pattern.at_start;
                at = found.range.end;
                if matches!(pattern.elements.last(), Some(Element::Hole(_))) {
                    for taken in in_a_row(folded.as_str(), at) {
                        let place = origins.of(taken.clone());
                        out.push((named_at(text, place.clone()), start + place.start..start + place.end));
                        at = taken.end;
                    }
                }
                if once {
                    break;
                }
            }
        }
        out.sort_by_key(|(_, place)| (place.start, std::cmp::Reverse(place.end)));
        out.dedup_by(|later, earlier| later.1.start < earlier.1.end);
        out
    }

    /// What the text in `range` says, by the layout's mark for a reason where it has one.
    fn about(&self, range: Range<usize>) -> Option<String> {
        let from = self.lines.partition_point(|line| line.range.start < range.start);
        let to = self.lines.partition_point(|line| line.range.end <= range.end).max(from);
        let lines = Page { lines: &self.lines[from..to], ..*self };
        let words = lines.reason().unwrap_or_else(|| self.text[range].to_owned());
        (letters(&words) >= SAYING).then_some(words)
    }

    /// Addresses with their own lines first, then the session; each gets the groups of the session that name it, or all of it.
    fn transcript(&self) -> Vec<Said> {
        let session = self.lines.iter().position(|line| self.marks.reason.stand_in(line)).unwrap_or(self.lines.len());
        let (above, below) = self.lines.split_at(session);
        let session = Session::new(self.sheet, below, self.forms);
        let above = Page { lines: above, ..*self };
        let mut named: Vec<Said> = above.lines.iter().enumerate().filter_map(|(index, line)| above.with_own_lines(index, line)).collect();
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
            let groups = if alone { Cow::Borrowed(session.text()) } else { session.about(said.recipient.as_deref().unwrap_or_default()) };
            said.words = format!("{}\n{}", said.words, cut(&groups, share)).into();
        }
        named
    }

    /// The recipient that a line names, with the indented lines below it.
    fn with_own_lines(&self, index: usize, line: &Line<'_>) -> Option<Said> {
        let said = self.named(line)?;
        let own = self.lines[index + 1..].iter().take_while(|line| !line.is_blank() && !self.marks.recipient.stand_in(line)).count();
        Some(Said { words: self.text_of(&self.lines[index + 1..index + 1 + own]).into(), ..said })
    }
}

/// The addresses that follow in a list, from the end of the first on: `, b@example.jp; c@example.jp`.
fn in_a_row(folded: &str, first: usize) -> impl Iterator<Item = Range<usize>> {
    let mut at = first;
    std::iter::from_fn(move || {
        let rest = &folded[at..];
        let next = rest.trim_start().strip_prefix(BETWEEN)?.trim_start();
        let found = find(ADDRESS.as_ref()?, next, 0)?;
        let start = folded.len() - next.len();
        at = start + found.range.end;
        Some(start..at)
    })
}

/// How many bytes are read of what was said about each of `count` recipients: all of it, unless these are very many.
pub(super) fn share(count: usize) -> usize {
    (MAX_WORDS / count.max(1)).max(LEAST_WORDS)
}

/// The beginning of a text, at most `length` bytes.
pub(super) fn cut(text: &str, length: usize) -> &str {
    &text[..text.floor_char_boundary(length)]
}
