//! Recipients in a row, as lists name them.

use std::ops::Range;
use std::sync::LazyLock;

use super::Page;
use crate::mail::page::Line;
use crate::mail::said::{Said, named_at, said};
use crate::model::{Element, TextPattern};
use crate::pattern::{Origins, find, parse_text};

/// An address, right where it is looked for.
static ADDRESS: LazyLock<Option<TextPattern>> = LazyLock::new(|| parse_text("^{recipient:address}").ok());

/// What stands between the entries of a list.
pub(super) const BETWEEN: [char; 3] = [',', ';', '、'];

/// The recipients that a line names in a row.
pub(super) struct Row<'p> {
    pub(super) named: Vec<Said>,
    /// The words in front of the first.
    pub(super) front: &'p str,
    /// What stands behind the last.
    pub(super) behind: &'p str,
}

impl<'p> Page<'p> {
    /// All recipients that a line names in a row.
    pub(super) fn row(&self, line: &Line<'_>) -> Option<Row<'p>> {
        let Some((pattern, found)) = self.marks.recipient.find(line) else { return self.list_on(line) };
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
        let first = pattern.holes().zip(&found.holes).find(|(hole, _)| matches!(&*hole.name, "recipient" | "original"));
        let first = first.map_or_else(|| found.range.clone(), |(_, taken)| taken.clone());
        Some(Row { named, front: &text[..origins.of(first).start], behind: &text[origins.of(found.range.start..end).end..] })
    }

    /// The recipients on a line that is a list of addresses and no more, where one address may stand on a line like that.
    pub(super) fn list_on(&self, line: &Line<'_>) -> Option<Row<'p>> {
        if !self.marks.takes_bare_lines || !line.folded.contains(BETWEEN) {
            return None;
        }
        let first = find(ADDRESS.as_ref()?, line.folded, 0)?.range;
        let mut places = vec![first.clone()];
        places.extend(in_a_row(line.folded, first.end));
        let end = places.last().map_or(0, |last| last.end);
        // It may go on in the next line.
        if !line.folded[end..].trim_matches(|c| c == ' ' || BETWEEN.contains(&c)).is_empty() {
            return None;
        }
        let text = &self.text[line.range.clone()];
        let origins = Origins::new(text);
        let named = places.into_iter().map(|place| named_at(text, origins.of(place))).collect();
        Some(Row { named, front: "", behind: "" })
    }
}

/// Whether a line that is nothing but an address names a recipient by one of `patterns`.
pub(super) fn take_bare_lines(patterns: &[TextPattern]) -> bool {
    let is_bare = |pattern: &TextPattern| {
        pattern.at_start && pattern.at_end && matches!(&*pattern.elements, [Element::Hole(hole)] if &*hole.name == "recipient")
    };
    patterns.iter().any(is_bare)
}

/// The addresses that follow in a list, from the end of the first on: `, b@example.jp; c@example.jp`.
pub(super) fn in_a_row(folded: &str, first: usize) -> impl Iterator<Item = Range<usize>> {
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
