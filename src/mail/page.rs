//! The page of a report: its own words, line by line, up to where the returned message begins.

use std::ops::Range;

use super::headers::Headers;
use super::shapes::cut;
use crate::model::TextPattern;
use crate::pattern::{Folded, Found, find};

/// How much of a text is looked at for the words that show its layout, in bytes.
const OPENING: usize = 256 * 1024;

/// How many header lines in a row show that a message begins.
const HEADER_LINES: usize = 3;

/// One line of a page, with its folded form.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) range: Range<usize>,
    pub(super) folded: Folded,
    /// How many blanks it begins with.
    pub(super) indent: usize,
}

impl Line {
    pub(super) fn is_blank(&self) -> bool {
        self.folded.as_str().is_empty()
    }

    /// Where one of `patterns` stands in the line.
    pub(super) fn find<'p>(&self, patterns: &'p [TextPattern]) -> Option<(&'p TextPattern, Found)> {
        patterns.iter().find_map(|pattern| find(pattern, self.folded.as_str(), 0).map(|found| (pattern, found)))
    }

    pub(super) fn has(&self, patterns: &[TextPattern]) -> bool {
        self.find(patterns).is_some()
    }
}

/// The beginning of a text, folded, in which the words are looked for that show its layout.
pub(super) fn opening(text: &str, lines: &[Line]) -> Folded {
    let opening = cut(text, OPENING);
    if opening.len() < text.len() {
        return Folded::new(opening);
    }
    Folded::of_lines(text, lines.iter().map(|line| line.folded.as_str()))
}

/// The lines of a text.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut at = 0;
    let line = |line: &str| {
        let range = at..at + line.len();
        at = range.end;
        Line { folded: Folded::new(line.trim()), indent: line.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count(), range }
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Whether one of `patterns` stands in the subject or the text.
pub(super) fn says(patterns: &[TextPattern], headers: &Headers<'_>, text: &Folded) -> bool {
    patterns.iter().any(|pattern| find(pattern, headers.subject.as_str(), 0).is_some() || find(pattern, text.as_str(), 0).is_some())
}

/// The line at which the returned message begins: by the layout's marks, else by its headers.
pub(super) fn returned_at(lines: &[Line], marks: &[TextPattern]) -> usize {
    let marked = lines.iter().position(|line| line.has(marks));
    let headers = || {
        (0..lines.len()).find(|index| {
            let before = index.checked_sub(1).is_none_or(|before| lines[before].is_blank());
            before
                && *index > 0
                && lines[*index].indent == 0
                && lines[*index..].iter().take(HEADER_LINES).filter(|line| is_header(line)).count() == HEADER_LINES
        })
    };
    marked.or_else(headers).unwrap_or(lines.len())
}

/// Whether a line is a field that mails begin with (RFC 5322, RFC 2045), or goes on with one.
fn is_header(line: &Line) -> bool {
    const NAMES: [&str; 11] = [
        "return-path",
        "received",
        "from",
        "to",
        "date",
        "message-id",
        "subject",
        "mime-version",
        "content-type",
        "reply-to",
        "delivered-to",
    ];
    let folded = line.folded.as_str();
    let name = folded.split_once(':').map_or("", |(name, _)| name);
    if line.indent > 0 { !line.is_blank() } else { NAMES.contains(&name) || name.starts_with("x-") && !name.contains(' ') }
}
