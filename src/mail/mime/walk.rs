//! The way through a mail: where its parts begin and end (RFC 2046).

use std::borrow::Cow;

use memchr::memmem::Finder;

use super::content::{Content, Transfer};
use super::field::fields;
use super::{Inner, Kind, Part};
use crate::mail::mend::MAX_PARTS;

/// How many encoded messages inside each other are read.
pub(super) const MAX_UNPACKED: usize = 3;

/// The parts of a mail; none where its header does not end.
pub(super) fn parts(raw: &[u8]) -> Vec<Part> {
    Walk { raw, opened: 0, unpacked: 0 }.message(0, None).0
}

/// The way through a mail.
struct Walk<'m> {
    raw: &'m [u8],
    /// How many parts were opened that may hold others. Beyond a number they are read as text: each is one more search.
    opened: usize,
    /// How many messages around this one were encoded.
    unpacked: usize,
}

impl Walk<'_> {
    /// The parts of the message at `at`, which a separator may end; and where that one ends, if it was met.
    fn message(&mut self, at: usize, around: Option<&Finder<'_>>) -> (Vec<Part>, Option<usize>) {
        let mut parts = Vec::new();
        let next = self.part(at, around, Kind::Text, &mut parts);
        (parts, next)
    }

    /// Adds the part at `at`, and those inside it. Where the separator around it ends; none at the end of the mail.
    fn part(&mut self, at: usize, around: Option<&Finder<'_>>, usual: Kind, parts: &mut Vec<Part>) -> Option<usize> {
        let raw = self.raw;
        let (fields, body) = fields(raw, at);
        let body = body?..raw.len();
        let content = Content::new(raw, &fields);
        let (kind, transfer) = (content.kind(usual), content.transfer);
        let mut part = Part { kind, charset: content.charset(), transfer, inner: None, fields, body };
        if let Some(separator) = content.separator().filter(|_| self.may_open()) {
            let separator = Finder::new(&separator);
            if let Some(first) = behind(raw, part.body.start, &separator) {
                parts.push(Part { kind: Kind::Multipart, ..part });
                let end = self.parts(first, &separator, content.usual_inside(), parts)?;
                return behind(raw, end, around?);
            }
            part.kind = Kind::Text;
        }
        let is_open = part.kind == Kind::Message && transfer == Transfer::Plain && self.may_open();
        let next = if is_open { self.open(&mut part, around) } else { self.close(&mut part, around) };
        parts.push(part);
        next
    }

    /// Whether one more part may be opened.
    const fn may_open(&mut self) -> bool {
        self.opened += 1;
        self.opened <= MAX_PARTS
    }

    /// Adds the parts behind the first separator. Where the last separator ends.
    fn parts(&mut self, first: usize, separator: &Finder<'_>, usual: Kind, parts: &mut Vec<Part>) -> Option<usize> {
        let mut at = first;
        loop {
            at += self.raw[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
            at += usize::from(self.raw.get(at) == Some(&b'\n'));
            at = self.part(at, Some(separator), usual, parts)?;
            if self.raw[at..].starts_with(b"--") {
                return Some(at + 2);
            }
        }
    }

    /// Reads the message in a part.
    fn open(&mut self, part: &mut Part, around: Option<&Finder<'_>>) -> Option<usize> {
        let (parts, next) = self.message(part.body.start, around);
        if parts.is_empty() {
            part.kind = Kind::Text;
        } else {
            part.inner = Some(Inner { raw: None, parts });
        }
        next
    }

    /// Finds the end of a part that holds no others.
    fn close(&self, part: &mut Part, around: Option<&Finder<'_>>) -> Option<usize> {
        let start = part.body.start;
        let found = around.map(|separator| separator.find(&self.raw[start..]).map(|length| start + length));
        if let Some(Some(at)) = found {
            part.body.end = end_of_part(&self.raw[..at]).max(start);
        } else if found.is_some() && !matches!(part.kind, Kind::Status | Kind::Feedback | Kind::Headers) {
            // The mail was cut off.
            (part.kind, part.transfer) = (Kind::Text, Transfer::Plain);
        }
        if part.kind == Kind::Message {
            self.unpack(part);
        }
        Some(found?? + around?.needle().len())
    }

    /// Reads the message in a part that is encoded.
    fn unpack(&self, part: &mut Part) {
        let may_unpack = part.transfer != Transfer::Plain && self.unpacked < MAX_UNPACKED;
        let bytes = may_unpack.then(|| part.transfer.decode(&self.raw[part.body.clone()])).flatten();
        let Some(raw) = bytes.map(Cow::into_owned) else {
            part.kind = Kind::Text;
            return;
        };
        let parts = Walk { raw: &raw, opened: self.opened, unpacked: self.unpacked + 1 }.message(0, None).0;
        part.inner = (!parts.is_empty()).then_some(Inner { raw: Some(raw), parts });
    }
}

/// Where the next separator behind `at` ends.
fn behind(raw: &[u8], at: usize, separator: &Finder<'_>) -> Option<usize> {
    Some(at + separator.find(&raw[at..])? + separator.needle().len())
}

/// The length of what stands before a separator, without the line end that belongs to that.
fn end_of_part(before: &[u8]) -> usize {
    let line = before.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    line.unwrap_or(before).len()
}
