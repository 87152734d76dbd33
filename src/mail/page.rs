//! The page of a report: its own words, line by line, up to where the returned message begins.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use super::shapes::{SAYING, cut};
use crate::model::{Reply, TextPattern, letters};
use crate::pattern::{Folded, Found, Haystack, Viable, find_viable};

/// How much of a text is looked at for the words that show its layout, in bytes.
const OPENING: usize = 256 * 1024;

/// How many header lines in a row show that a message begins.
const HEADER_LINES: usize = 3;

/// How many lines a header has at most that is only quoted.
const QUOTED_LINES: usize = 6;

/// The text of a report, folded.
#[derive(Debug)]
pub(super) struct Sheet<'t> {
    text: &'t str,
    /// The folded lines in a row.
    by_lines: Haystack,
    /// Where each line ends in the text and in these.
    ends: Vec<(usize, usize)>,
    /// The folded beginning of the text, without what it quotes, where the lines are something else.
    whole: Option<Haystack>,
}

/// One line of a page, with its folded form.
#[derive(Debug)]
pub(super) struct Line<'s> {
    pub(super) range: Range<usize>,
    pub(super) folded: &'s str,
    /// Where that ends among all folded lines in a row.
    end: usize,
    /// How many blanks it begins with.
    pub(super) indent: usize,
}

/// Patterns that are looked for line by line: those that may stand on a page.
#[derive(Debug, Default)]
pub(super) struct Marks<'p>(Vec<(&'p TextPattern, Viable)>);

impl<'t> Sheet<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let (by_lines, ends) = Folded::lines(text);
        let opening = cut(text, OPENING);
        let own = without_quotes(opening);
        let is_by_lines = own.is_none() && opening.len() == text.len() && Folded::is_by_lines(text);
        let whole = (!is_by_lines).then(|| Haystack::from(Folded::new(own.as_deref().unwrap_or(opening))));
        Self { text, by_lines: by_lines.into(), ends, whole }
    }

    /// The text as it was written.
    pub(super) const fn text(&self) -> &'t str {
        self.text
    }

    /// The beginning of the text, in which the words are looked for that show its layout.
    pub(super) fn opening(&self) -> &Haystack {
        self.whole.as_ref().unwrap_or(&self.by_lines)
    }

    /// Its lines.
    pub(super) fn lines(&self) -> Vec<Line<'_>> {
        let mut start = (0, 0);
        let line = |end: &(usize, usize)| {
            let (range, folded) = (start.0..end.0, &self.by_lines.as_str()[start.1..end.1]);
            start = *end;
            let indent = self.text[range.clone()].bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
            Line { range, folded: folded.trim_start_matches(' '), end: start.1, indent }
        };
        self.ends.iter().map(line).collect()
    }

    /// The folded form of some of its lines, whose text this is.
    pub(super) fn folded(&self, lines: &[Line<'_>], text: &str) -> Cow<'_, str> {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Cow::Borrowed("") };
        if Folded::is_by_lines(text) {
            return Cow::Borrowed(&self.by_lines.as_str()[first.end - first.folded.len()..last.end]);
        }
        Cow::Owned(Folded::new(text).into_text())
    }

    /// Those of `patterns` that may stand in one of its lines.
    pub(super) fn marks<'p>(&self, patterns: &'p [TextPattern]) -> Marks<'p> {
        Marks(patterns.iter().filter_map(|pattern| Some((pattern, Viable::new(pattern, self.by_lines.signature())?))).collect())
    }
}

/// A text without the lines that it quotes of another mail; none where it quotes nothing, or has no words of its own.
fn without_quotes(text: &str) -> Option<String> {
    if !text.starts_with('>') && memmem::find(text.as_bytes(), b"\n>").is_none() {
        return None;
    }
    // A session is printed with three of them.
    let is_own = |line: &&str| !line.starts_with('>') || line.starts_with(">>>");
    let own: String = text.split_inclusive('\n').filter(is_own).collect();
    (own.len() < text.len() && letters(&own) >= SAYING).then_some(own)
}

impl Line<'_> {
    pub(super) const fn is_blank(&self) -> bool {
        self.folded.is_empty()
    }
}

impl<'p> Marks<'p> {
    /// Where the first of them that stands in a line does.
    pub(super) fn find(&self, line: &Line<'_>) -> Option<(&'p TextPattern, Found)> {
        self.0.iter().find_map(|(pattern, viable)| find_viable(pattern, viable, line.folded, 0).map(|found| (*pattern, found)))
    }

    /// Whether one of them stands in a line.
    pub(super) fn stand_in(&self, line: &Line<'_>) -> bool {
        self.find(line).is_some()
    }
}

/// The line at which the returned message begins: by the layout's marks, else by its headers.
pub(super) fn returned_at(lines: &[Line<'_>], marks: &Marks<'_>) -> usize {
    let marked = lines.iter().position(|line| marks.stand_in(line));
    let headers = || {
        (0..lines.len()).find(|index| {
            let before = index.checked_sub(1).is_none_or(|before| lines[before].is_blank());
            before
                && *index > 0
                && lines[*index].indent == 0
                && lines[*index..].iter().take(HEADER_LINES).filter(|line| is_header(line)).count() == HEADER_LINES
                && !is_quoted(&lines[*index..])
        })
    };
    marked.or_else(headers).unwrap_or(lines.len())
}

/// Whether the header in the first of `lines` is no message: it holds nothing but what people read, and below it stands a reply.
fn is_quoted(lines: &[Line<'_>]) -> bool {
    let names = ["from", "to", "date", "subject"];
    let is_read = |line: &Line<'_>| line.folded.split_once(':').is_some_and(|(name, _)| names.contains(&name));
    let header = lines.iter().take_while(|line| is_read(line)).take(QUOTED_LINES).count();
    let Some((blank, below)) = lines[header..].split_first() else { return false };
    let mut below = below.iter().skip_while(|line| line.is_blank()).take_while(|line| !line.is_blank());
    blank.is_blank() && below.any(|line| holds_reply(line.folded))
}

/// Whether a line holds an SMTP reply of failure, at its beginning or behind a colon.
fn holds_reply(line: &str) -> bool {
    let mut opens = true;
    let is_reply = |word: &str| word.parse::<Reply>().is_ok_and(|reply| reply.number() >= 400);
    line.split(' ').any(|word| {
        let is_open = std::mem::replace(&mut opens, word.ends_with(':'));
        is_open && is_reply(word.split('-').next().unwrap_or_default())
    })
}

/// Whether a line is a field that mails begin with (RFC 5322, RFC 2045), or goes on with one.
fn is_header(line: &Line<'_>) -> bool {
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
    let name = line.folded.split_once(':').map_or("", |(name, _)| name);
    if line.indent > 0 { !line.is_blank() } else { NAMES.contains(&name) || name.starts_with("x-") && !name.contains(' ') }
}
