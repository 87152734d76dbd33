//! A printed SMTP session, cut into what is about one recipient each.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::page::{Line, Sheet};
use super::shapes::cut;
use crate::model::Transcript;
use crate::pattern::{Folded, find};

/// How long the time is at most that stands in front of a line, in bytes.
const MAX_TIME: usize = 40;

/// How much of a line is read that says to what else a group belongs, in bytes.
const MAX_LINE: usize = 512;

/// The groups of a session: a command with its answers, or what the reporter sums up about one recipient.
#[derive(Debug)]
pub(super) struct Session<'s> {
    text: &'s str,
    groups: Vec<Group<'s>>,
    /// For each address that stands in the session, in small letters, the groups that name it.
    about: HashMap<String, Vec<usize>>,
    /// The groups that name nobody.
    about_nobody: Vec<usize>,
}

/// What stands in a row about one recipient.
#[derive(Debug)]
struct Group<'s> {
    text: &'s str,
    /// The command that it answers, where that stands further up and was answered once more.
    command: &'s str,
    /// A later answer to that command, which shows how this one is meant.
    consequence: &'s str,
}

/// A group that is not yet known by what stands around it.
#[derive(Debug)]
struct Start<'s> {
    at: usize,
    /// The command with which it begins.
    command: Option<&'s str>,
    /// The answer in it that only follows from refused recipients.
    consequence: Option<&'s str>,
}

impl<'s> Session<'s> {
    /// Cuts the session in `lines` of `sheet` by the marks of the form that it is printed in.
    pub(super) fn new(sheet: &Sheet<'s>, lines: &[Line<'_>], forms: &[Transcript]) -> Self {
        let text = sheet.text();
        let range = lines.first().map_or(0, |first| first.range.start)..lines.last().map_or(0, |last| last.range.end);
        let form = Transcript::printed_in(forms, &text[range.clone()]);
        let groups = groups(text, range.clone(), &starts(sheet, lines, form));
        let mut about: HashMap<String, Vec<usize>> = HashMap::new();
        let mut about_nobody = Vec::new();
        for (index, group) in groups.iter().enumerate() {
            let mut named = addresses(group.text).peekable();
            if named.peek().is_none() {
                about_nobody.push(index);
            }
            for address in named {
                let known = about.entry(address).or_default();
                if known.last() != Some(&index) {
                    known.push(index);
                }
            }
        }
        Self { text: &text[range], groups, about, about_nobody }
    }

    /// The whole of it.
    pub(super) fn text(&self) -> &'s str {
        self.text
    }

    /// What names an address; where nothing does, what names nobody, else the whole session. No more than about `length` bytes.
    pub(super) fn about(&self, address: &str, length: usize) -> Cow<'s, str> {
        let groups = match self.about.get(&address.to_lowercase()) {
            Some(groups) => groups,
            None if self.about_nobody.is_empty() => return Cow::Borrowed(cut(self.text, length)),
            None => &self.about_nobody,
        };
        let mut out = String::new();
        let groups = groups.iter().map(|index| &self.groups[*index]);
        for part in groups.flat_map(|group| [group.command, group.text, group.consequence]) {
            if out.len() >= length {
                break;
            }
            out.push_str(cut(part, length - out.len()));
        }
        Cow::Owned(out)
    }
}

/// Where the groups of a session begin.
fn starts<'s>(sheet: &Sheet<'s>, lines: &[Line<'_>], form: Option<&Transcript>) -> Vec<Start<'s>> {
    let summaries = form.map(|form| sheet.marks(&form.summary)).unwrap_or_default();
    let mut starts: Vec<Start<'s>> = Vec::new();
    let mut summed_up = true;
    for line in lines {
        let text = &sheet.text()[line.range.clone()];
        let command = form.is_some_and(|form| behind(&form.sent, text).is_some()).then(|| cut(text, MAX_LINE));
        if summed_up || command.is_some() {
            starts.push(Start { at: line.range.start, command, consequence: None });
        }
        if let Some(start) = starts.last_mut().filter(|start| start.consequence.is_none()) {
            start.consequence = form.is_some_and(|form| is_consequence(form, text)).then(|| cut(text, MAX_LINE));
        }
        summed_up = summaries.stand_in(line);
    }
    starts
}

/// The groups of the session that stands in `range` of a text.
///
/// A pipelined session (RFC 2920) prints the refusals of several recipients below one command. What shows that they are such stands
/// below the last of them, and tells it of all.
fn groups<'s>(text: &'s str, range: Range<usize>, starts: &[Start<'s>]) -> Vec<Group<'s>> {
    let mut groups: Vec<Group<'s>> = Vec::new();
    let (mut end, mut later) = (range.end, None);
    for start in starts.iter().rev() {
        let consequence = if start.consequence.is_none() { later } else { None };
        later = start.consequence.or(later);
        groups.push(Group { text: &text[start.at..end], command: "", consequence: consequence.unwrap_or_default() });
        end = start.at;
        later = later.filter(|_| start.command.is_none());
    }
    groups.reverse();
    let mut command = "";
    for (start, group) in starts.iter().zip(&mut groups) {
        command = start.command.unwrap_or(command);
        if start.command.is_none() && (start.consequence.is_some() || !group.consequence.is_empty()) {
            group.command = command;
        }
    }
    groups
}

/// What stands behind a mark with which a line begins, or that follows the time with which it begins.
fn behind<'l>(mark: &str, line: &'l str) -> Option<&'l str> {
    let (before, behind) = line.split_once(mark)?;
    (before.trim().is_empty() || is_time(before)).then_some(behind)
}

/// Whether a text is a time, perhaps with its day: `Tue 2025-01-14 10:21:33:`.
fn is_time(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b" \t-+/.,:;[]()".contains(&byte);
    let has_clock =
        || text.as_bytes().windows(4).any(|four| matches!(four, [a, b':', b, c] if [a, b, c].iter().all(|d| d.is_ascii_digit())));
    text.len() <= MAX_TIME && text.bytes().all(is_part) && has_clock()
}

/// Whether a line is an answer that only follows from refused recipients.
fn is_consequence(form: &Transcript, line: &str) -> bool {
    let says = |words: &str| {
        let folded = Folded::new(cut(words, MAX_LINE));
        form.consequences.iter().any(|pattern| find(pattern, folded.as_str().trim(), 0).is_some())
    };
    !form.consequences.is_empty() && behind(&form.received, line).is_some_and(says)
}

/// The addresses in a text, in small letters.
fn addresses(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"'));
    words.filter(|word| word.contains('@')).map(|word| word.trim_end_matches('.').to_lowercase())
}
