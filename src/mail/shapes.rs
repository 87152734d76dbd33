//! The shapes of pages: how recipients and the words about them are found in a layout's error block.

use std::ops::Range;

use super::page::Line;
use crate::model::{Layout, PageShape, TextPattern};
use crate::pattern::{Folded, Found, find};

/// How many recipients one page may name.
const MAX_RECIPIENTS: usize = 100_000;

/// What a page says about one recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) recipient: Option<String>,
    pub(super) original: Option<String>,
    pub(super) words: String,
}

/// Everything that the error block of a page says.
pub(super) fn read(layout: &Layout, text: &str, lines: &[Line]) -> Vec<Said> {
    let block = block(layout, lines);
    let page = Page { layout, text, lines: &lines[block] };
    match layout.shape {
        PageShape::Paragraph => page.paragraphs(),
        PageShape::Block => page.blocks(),
        PageShape::List => page.list(),
        PageShape::Fields => page.fields(),
        PageShape::Sentence => page.sentences(),
        PageShape::Transcript => page.transcript(),
        PageShape::Nested | PageShape::Notice => Vec::new(),
    }
}

/// The lines between the marks of the layout; all of them where these are not found.
fn block(layout: &Layout, lines: &[Line]) -> Range<usize> {
    let begins = lines.iter().position(|line| line.has(&layout.begins)).map_or(0, |at| at + 1);
    let ends = lines[begins..].iter().position(|line| line.has(&layout.ends)).map_or(lines.len(), |at| begins + at);
    begins..ends
}

struct Page<'p> {
    layout: &'p Layout,
    text: &'p str,
    lines: &'p [Line],
}

impl<'p> Page<'p> {
    /// The text of some lines.
    fn text_of(&self, lines: &[Line]) -> &'p str {
        match (lines.first(), lines.last()) {
            (Some(first), Some(last)) => &self.text[first.range.start..last.range.end],
            _ => "",
        }
    }

    /// The recipient that a line names.
    fn named(&self, line: &Line) -> Option<Said> {
        let (pattern, found) = line.find(&self.layout.recipient)?;
        Some(self.said(pattern, &found, &line.range))
    }

    /// What the holes of a recipient pattern took, which was found in the text of `range`.
    fn said(&self, pattern: &TextPattern, found: &Found, range: &Range<usize>) -> Said {
        let text = &self.text[range.clone()];
        let mut said = Said::default();
        for (hole, taken) in pattern.holes().zip(&found.holes) {
            let address =
                text[Folded::origin(text, taken.clone())].trim_matches(|c: char| c.is_whitespace() || "<>[]()\"'".contains(c)).to_owned();
            match &*hole.name {
                "recipient" => said.recipient = Some(address),
                "original" => said.original = Some(address),
                _ => {}
            }
        }
        said
    }

    fn paragraphs(&self) -> Vec<Said> {
        let mut out: Vec<Said> = Vec::new();
        for lines in self.lines.split(Line::is_blank).filter(|lines| !lines.is_empty()) {
            let text = self.text_of(lines);
            let folded = Folded::new(text);
            let found = self.layout.recipient.iter().find_map(|pattern| find(pattern, folded.as_str(), 0).map(|found| (pattern, found)));
            if let Some((pattern, found)) = found {
                let range = lines[0].range.start..lines[lines.len() - 1].range.end;
                out.push(Said { words: text.to_owned(), ..self.said(pattern, &found, &range) });
            }
        }
        out
    }

    fn blocks(&self) -> Vec<Said> {
        let mut out: Vec<Said> = Vec::new();
        let mut rest = self.lines;
        while let Some((line, more)) = rest.split_first() {
            rest = more;
            let Some(mut said) = self.named(line) else { continue };
            let is_end = |line: &Line| line.has(&self.layout.stops) || line.has(&self.layout.recipient);
            let about = self.behind(&self.layout.recipient, line);
            let blank = if about.contains(char::is_alphanumeric) { 0 } else { rest.iter().take_while(|line| line.is_blank()).count() };
            let length = rest[blank..].iter().position(|line| line.is_blank() || is_end(line)).unwrap_or(rest.len() - blank);
            self.text_of(&rest[blank..blank + length]).clone_into(&mut said.words);
            rest = &rest[blank + length..];
            // Words may stand on the very line of the address, behind it.
            if said.words.trim().is_empty() {
                self.text_of(std::slice::from_ref(line)).clone_into(&mut said.words);
            }
            out.push(said);
            if out.len() >= MAX_RECIPIENTS {
                break;
            }
        }
        out
    }

    fn list(&self) -> Vec<Said> {
        let named: Vec<Said> = self.lines.iter().filter_map(|line| self.named(line)).take(MAX_RECIPIENTS).collect();
        let words = self.reason().unwrap_or_else(|| {
            let about = self.lines.iter().filter(|line| !line.has(&self.layout.recipient));
            about.map(|line| &self.text[line.range.clone()]).collect()
        });
        named.into_iter().map(|said| Said { words: words.clone(), ..said }).collect()
    }

    /// What stands behind a mark of the layout, up to what ends it.
    fn reason(&self) -> Option<String> {
        let mut words = String::new();
        let mut rest = self.lines;
        while let Some(at) = rest.iter().position(|line| line.has(&self.layout.reason)) {
            words.push_str(self.behind_mark(&rest[at]));
            rest = &rest[at + 1..];
            let ends = |line: &Line| line.has(&self.layout.stops) || line.has(&self.layout.reason);
            let length = rest.iter().position(ends).unwrap_or(rest.len());
            words.push_str(self.text_of(&rest[..length]));
            rest = &rest[length..];
        }
        (!words.trim().is_empty()).then_some(words)
    }

    /// The rest of a line behind the layout's mark for a reason.
    fn behind_mark(&self, line: &Line) -> &'p str {
        self.behind(&self.layout.reason, line)
    }

    /// The rest of a line behind what one of `patterns` takes of it.
    fn behind(&self, patterns: &[TextPattern], line: &Line) -> &'p str {
        let text = &self.text[line.range.clone()];
        let end = line.find(patterns).map_or(0, |(_, found)| Folded::origin(text, found.range).end);
        &text[end..]
    }

    fn fields(&self) -> Vec<Said> {
        let mut out: Vec<Said> = Vec::new();
        let mut open = false;
        for line in self.lines {
            if let Some(named) = self.named(line) {
                open = false;
                match out.last_mut() {
                    // A second address beside the first tells what the sender used.
                    Some(last) if last.words.is_empty() && (named.recipient.is_none() || last.recipient.is_none()) => {
                        last.recipient = last.recipient.take().or(named.recipient);
                        last.original = last.original.take().or(named.original);
                    }
                    _ => out.push(named),
                }
                continue;
            }
            open = !line.has(&self.layout.stops) && !line.is_blank() && (open || line.has(&self.layout.reason));
            if let (true, Some(last)) = (open, out.last_mut()) {
                let words = if line.has(&self.layout.reason) { self.behind_mark(line) } else { &self.text[line.range.clone()] };
                last.words.push_str(words);
            }
        }
        out
    }

    fn sentences(&self) -> Vec<Said> {
        let text = self.text_of(self.lines);
        let folded = Folded::new(text);
        let start = self.lines.first().map_or(0, |line| line.range.start);
        let found = self.layout.recipient.iter().find_map(|pattern| find(pattern, folded.as_str(), 0).map(|found| (pattern, found)));
        let Some((pattern, found)) = found else { return Vec::new() };
        let behind = Folded::origin(text, 0..found.range.end).end;
        let said = self.said(pattern, &found, &(start..start + text.len()));
        let after = self.lines.iter().position(|line| line.range.start >= start + behind).unwrap_or(self.lines.len());
        let stop = self.lines[after..].iter().position(|line| line.has(&self.layout.stops)).map_or(self.lines.len(), |at| after + at);
        let rest = Page { lines: &self.lines[after..stop], ..*self };
        let end = self.lines[..stop].last().map_or(behind, |line| line.range.end - start);
        let words = rest.reason().unwrap_or_else(|| text[behind..end.max(behind)].to_owned());
        let words = if words.trim().is_empty() { text.to_owned() } else { words };
        vec![Said { words, ..said }]
    }

    /// Addresses with their own lines first, then the session; each gets the groups of the session that name it, or all of it.
    fn transcript(&self) -> Vec<Said> {
        let session = self.lines.iter().position(|line| line.has(&self.layout.reason)).unwrap_or(self.lines.len());
        let (above, below) = self.lines.split_at(session);
        let session = self.text_of(below);
        let above = Page { lines: above, ..*self };
        let mut named: Vec<Said> = above.lines.iter().enumerate().filter_map(|(index, line)| above.with_own_lines(index, line)).collect();
        if named.is_empty() {
            named = self.lines.iter().filter_map(|line| self.named(line)).collect();
            named.dedup_by(|later, earlier| later.recipient == earlier.recipient);
        }
        if named.is_empty() && !session.trim().is_empty() {
            named.push(Said::default());
        }
        let alone = named.len() == 1;
        for said in &mut named {
            let groups = if alone { session.to_owned() } else { groups_about(session, said.recipient.as_deref().unwrap_or_default()) };
            said.words.push('\n');
            said.words.push_str(&groups);
        }
        named
    }

    /// The recipient that a line names, with the indented lines below it.
    fn with_own_lines(&self, index: usize, line: &Line) -> Option<Said> {
        let said = self.named(line)?;
        let own = self.lines[index + 1..].iter().take_while(|line| !line.is_blank() && !line.has(&self.layout.recipient)).count();
        Some(Said { words: self.text_of(&self.lines[index + 1..index + 1 + own]).to_owned(), ..said })
    }
}

/// The paragraphs of a session, cut before each command, that name an address; the whole session where none does.
fn groups_about(session: &str, address: &str) -> String {
    let lower = address.to_lowercase();
    let mut groups: Vec<String> = Vec::new();
    let mut summed_up = false;
    for line in session.lines() {
        if line.starts_with(">>>") || summed_up || groups.is_empty() {
            groups.push(String::new());
        }
        summed_up = line.starts_with(|c: char| c.is_ascii_digit()) && line.contains("... ");
        if let Some(group) = groups.last_mut() {
            group.push_str(line);
            group.push('\n');
        }
    }
    let about: String = groups.iter().filter(|group| group.to_lowercase().contains(&lower)).map(String::as_str).collect();
    if about.is_empty() { session.to_owned() } else { about }
}
