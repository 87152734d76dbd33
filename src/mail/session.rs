//! A printed SMTP session, cut into what is about one recipient each.

use std::borrow::Cow;
use std::collections::HashMap;

use super::page::{Line, Sheet};
use crate::model::Transcript;

/// The groups of a session: a command with its answers, or what the reporter sums up about one recipient.
#[derive(Debug)]
pub(super) struct Session<'s> {
    text: &'s str,
    groups: Vec<&'s str>,
    /// For each address that stands in the session, in small letters, the groups that name it.
    about: HashMap<String, Vec<usize>>,
    /// The groups that name nobody.
    about_nobody: Vec<usize>,
}

impl<'s> Session<'s> {
    /// Cuts the session in `lines` of `sheet` by the marks of the form that it is printed in.
    pub(super) fn new(sheet: &Sheet<'s>, lines: &[Line<'_>], forms: &[Transcript]) -> Self {
        let text = sheet.text();
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return Self { text: "", groups: Vec::new(), about: HashMap::new(), about_nobody: Vec::new() };
        };
        let whole = &text[first.range.start..last.range.end];
        let form = Transcript::printed_in(forms, whole);
        let summaries = form.map(|form| sheet.marks(&form.summary)).unwrap_or_default();
        let mut starts = Vec::new();
        let mut summed_up = true;
        for line in lines {
            let words = text[line.range.clone()].trim_start();
            if summed_up || form.is_some_and(|form| words.starts_with(&form.sent)) {
                starts.push(line.range.start);
            }
            summed_up = summaries.stand_in(line);
        }
        let ends = starts.iter().skip(1).copied().chain([last.range.end]);
        let groups: Vec<&str> = starts.iter().zip(ends).map(|(start, end)| &text[*start..end]).collect();
        let mut about: HashMap<String, Vec<usize>> = HashMap::new();
        let mut about_nobody = Vec::new();
        for (index, group) in groups.iter().enumerate() {
            let mut named = addresses(group).peekable();
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
        Self { text: whole, groups, about, about_nobody }
    }

    /// The whole of it.
    pub(super) fn text(&self) -> &'s str {
        self.text
    }

    /// What names an address; where nothing does, what names nobody, else the whole session.
    pub(super) fn about(&self, address: &str) -> Cow<'s, str> {
        match self.about.get(&address.to_lowercase()) {
            Some(groups) => groups.iter().map(|index| self.groups[*index]).collect(),
            None if self.about_nobody.is_empty() => Cow::Borrowed(self.text),
            None => self.about_nobody.iter().map(|index| self.groups[*index]).collect(),
        }
    }
}

/// The addresses in a text, in small letters.
fn addresses(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"'));
    words.filter(|word| word.contains('@')).map(|word| word.trim_end_matches('.').to_lowercase())
}
