//! Sentences that hold an address, and what follows about it.

use std::cell::LazyCell;
use std::ops::Range;
use std::rc::Rc;

use super::rows::{BETWEEN, in_a_row};
use super::{MAX_RECIPIENTS, Page, SAYING, cut};
use crate::mail::page::Line;
use crate::mail::said::{Said, named_at, said};
use crate::model::{Element, letters};
use crate::pattern::{Folded, Origins, find};

/// How long a sentence that names recipients may be, in bytes; what is longer is read in pieces.
const MAX_SENTENCE: usize = 8 * 1024;

impl Page<'_> {
    /// Every sentence that names a recipient. What follows one, up to the next, is about it; recipients named in a row share it.
    pub(super) fn sentences(&self) -> Vec<Said> {
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
}
