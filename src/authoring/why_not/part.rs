//! The longest part of a pattern that stands in a text.

use std::ops::Range;

use regex_syntax::ast::{Ast, parse::Parser};

use crate::model::{Alternative, Element, TextPattern, is_cjk};
use crate::pattern::{compile_regex, find};

/// A part of a pattern, and where it stands in a folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// The part, as one would write it; empty where nothing of the pattern stands there.
    pub(super) written: String,
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// What of the pattern comes next and does not stand there.
    pub(super) next: Option<Next>,
    /// How much it is: letters and holes.
    pub(super) weight: u32,
}

/// The part of a pattern beside the longest that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Next {
    /// As one would write it.
    pub(super) written: String,
    /// Whether it comes behind the part that fits, not before it.
    pub(super) behind: bool,
}

/// The smallest pieces of a text pattern that are looked for: words, single CJK characters, signs.
#[derive(Debug)]
pub(super) struct Pieces {
    pieces: Vec<Element>,
    at_start: bool,
    at_end: bool,
}

impl Pieces {
    pub(super) fn new(pattern: &TextPattern) -> Self {
        let mut pieces = Vec::new();
        for element in &pattern.elements {
            match element {
                Element::Literal(text) => pieces.extend(words(text).map(|word| Element::Literal(word.into()))),
                other => pieces.push(other.clone()),
            }
        }
        Self { pieces, at_start: pattern.at_start, at_end: pattern.at_end }
    }

    /// These pieces as a pattern of their own.
    fn pattern(&self, part: Range<usize>) -> TextPattern {
        let mut elements: Vec<Element> = Vec::new();
        for piece in &self.pieces[part.clone()] {
            match (elements.last_mut(), piece) {
                (Some(Element::Literal(before)), Element::Literal(text)) => *before = format!("{before}{text}").into(),
                _ => elements.push(piece.clone()),
            }
        }
        if let Some(Element::Literal(text)) = elements.first_mut() {
            *text = text.trim_start().into();
        }
        if let Some(Element::Literal(text)) = elements.last_mut() {
            *text = text.trim_end().into();
        }
        elements.retain(|element| !matches!(element, Element::Literal(text) if text.is_empty()));
        let whole = self.pieces.len();
        TextPattern { elements, at_start: self.at_start && part.start == 0, at_end: self.at_end && part.end == whole }
    }

    /// The longest part that stands in `text`. `words` is where the words begin behind the codes.
    pub(super) fn longest(&self, text: &str, words: usize) -> Part {
        let stands = |part: Range<usize>| {
            let pattern = self.pattern(part);
            let found = find(&pattern, text, words)?;
            let holes = pattern.holes().count() as u32;
            let letters = found.letters(&pattern);
            Some((found.range, letters + holes))
        };
        let (mut best, mut best_range, mut weight) = (0..0, 0..0, 0);
        let mut end = 0;
        for start in 0..self.pieces.len() {
            // What stands as a whole mostly stands without its first piece, too; so the end moves forwards only.
            end = if end > start && stands(start..end).is_some() { end } else { start };
            while end < self.pieces.len() && stands(start..end + 1).is_some() {
                end += 1;
            }
            let found = if end > start { stands(start..end) } else { None };
            if let Some((range, letters)) = found.filter(|(_, letters)| *letters > weight) {
                (best, best_range, weight) = (start..end, range, letters);
            }
        }
        // A gap that passes over nothing is no part.
        while best.end > best.start && self.pieces[best.end - 1] == Element::Gap {
            best.end -= 1;
        }
        Part { written: self.written(best.clone()), range: best_range, next: self.next(&best), weight }
    }

    fn next(&self, part: &Range<usize>) -> Option<Next> {
        if part.end < self.pieces.len() {
            let end =
                (part.end..self.pieces.len()).find(|at| !matches!(self.pieces[*at], Element::Gap | Element::Stem)).unwrap_or(part.end);
            Some(Next { written: self.written(part.end..end + 1), behind: true })
        } else {
            (part.start > 0).then(|| Next { written: self.written(0..part.start), behind: false })
        }
    }

    fn written(&self, part: Range<usize>) -> String {
        let start = if self.at_start && part.start == 0 && !part.is_empty() { "^" } else { "" };
        let end = if self.at_end && part.end == self.pieces.len() && !part.is_empty() { "$" } else { "" };
        format!("{start}{}{end}", self.pieces[part].iter().map(written).collect::<String>().trim())
    }

    /// The pattern with one piece replaced.
    pub(super) fn with(&self, index: usize, piece: &[Element]) -> TextPattern {
        let mut pieces = self.pieces.clone();
        pieces.splice(index..=index, piece.iter().cloned());
        Self { pieces, ..*self }.whole()
    }

    /// The whole pattern.
    pub(super) fn whole(&self) -> TextPattern {
        self.pattern(0..self.pieces.len())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Element)> {
        self.pieces.iter().enumerate()
    }
}

/// The words of a literal, each with the space before it; CJK characters one by one.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let inside = |(at, c): &(usize, char)| *at == 0 || *c != ' ' && !is_cjk(*c) && !is_cjk(first);
        let length = rest.char_indices().find(|one| !inside(one)).map_or(rest.len(), |(at, _)| at);
        let (word, behind) = rest.split_at(length);
        rest = behind;
        Some(word)
    })
}

/// A piece as one would write it in a rule file.
pub(super) fn written(element: &Element) -> String {
    match element {
        Element::Literal(text) => escaped(text),
        Element::Stem => "*".to_owned(),
        Element::Gap => " * ".to_owned(),
        Element::Hole(hole) if *hole.name == *hole.kind.name() => format!("{{{}}}", hole.name),
        Element::Hole(hole) => format!("{{{}:{}}}", hole.name, hole.kind),
        Element::Choice(alternatives) => {
            let one = |one: Alternative<'_>| format!("{}{}", one.text, if one.stem { "*" } else { "" });
            format!("{{{}}}", alternatives.iter().map(one).collect::<Vec<_>>().join("|"))
        }
    }
}

/// A text as it is written in a pattern: the signs doubled.
pub(super) fn escaped(text: &str) -> String {
    text.replace('*', "**").replace('{', "{{").replace('}', "}}")
}

/// The longest part of a regex that stands in `text`, in whole words and items of its syntax.
pub(super) fn longest_of_regex(source: &str, text: &str) -> Option<Part> {
    let ast = Parser::new().parse(source).ok()?;
    let Ast::Concat(concat) = &ast else { return None };
    let is_letter = |item: &Ast| matches!(item, Ast::Literal(literal) if literal.c.is_alphanumeric() && !is_cjk(literal.c));
    let words = concat.asts.chunk_by(|one, other| is_letter(one) && is_letter(other));
    let span = |word: &[Ast]| Some(word.first()?.span().start.offset..word.last()?.span().end.offset);
    let items: Vec<Range<usize>> = words.filter_map(span).collect();
    // Flags in front hold for all that follows.
    let flags = concat.asts.iter().take_while(|item| matches!(item, Ast::Flags(_))).count();
    let front = flags.checked_sub(1).map_or("", |last| &source[..items[last].end]);
    let slice = |part: &Range<usize>| {
        items[part.clone()].first().zip(items[part.clone()].last()).map_or("", |(first, last)| &source[first.start..last.end])
    };
    let stands = |part: &Range<usize>| {
        let regex = compile_regex(&format!("{front}{}", slice(part)))?;
        regex.find(text).map(|found| found.range()).filter(|range| !range.is_empty())
    };
    let (mut best, mut range) = (flags..flags, 0..0);
    let mut end = flags;
    for start in flags..items.len() {
        end = end.max(start);
        while end < items.len()
            && let Some(found) = stands(&(start..end + 1))
        {
            end += 1;
            if slice(&(start..end)).len() > slice(&best).len() {
                (best, range) = (start..end, found);
            }
        }
    }
    let next = if best.end < items.len() {
        Some(Next { written: source[items[best.end].clone()].to_owned(), behind: true })
    } else {
        (best.start > flags).then(|| Next { written: slice(&(flags..best.start)).to_owned(), behind: false })
    };
    Some(Part { written: slice(&best).to_owned(), weight: crate::model::letters(&text[range.clone()]), range, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{Folded, parse_text};

    fn longest(pattern: &str, text: &str) -> (String, String, String) {
        let folded = Folded::new(text);
        let part = Pieces::new(&parse_text(pattern).unwrap()).longest(folded.as_str(), 0);
        let next = part.next.map(|next| format!("{}{}", if next.behind { "" } else { "before: " }, next.written));
        (part.written, folded.as_str()[part.range].to_owned(), next.unwrap_or_default())
    }

    #[test]
    fn the_longest_part_is_found_wherever_it_is() {
        for (pattern, text, part, stands, next) in [
            ("user is unknown here", "the user is not known here", "user is", "user is", "unknown"),
            (
                "the mailbox of {address} is full",
                "mailbox of a@example.com is full now",
                "mailbox of {address} is full",
                "mailbox of a@example.com is full",
                "before: the",
            ),
            ("受信箱が満杯です", "受信箱は満杯です。", "満杯です", "満杯です", "before: 受信箱が"),
            ("over quota * by {size}", "over quota for now", "over quota", "over quota", "* by"),
            ("{no|not} such {user|account}", "no such mailbox", "{no|not} such", "no such", "{user|account}"),
            ("^user unknown", "sorry, user unknown", "unknown", "unknown", "before: ^user"),
            ("nothing of it", "other words", "", "", "nothing"),
        ] {
            assert_eq!(longest(pattern, text), (part.to_owned(), stands.to_owned(), next.to_owned()), "{pattern} in {text}");
        }
    }

    #[test]
    fn regexes_are_taken_apart_at_their_items() {
        let part = longest_of_regex(r"(?i)box \d+ (?:of|for) letters", "the box 12 with notes").unwrap();
        assert_eq!((part.written.as_str(), part.next.unwrap().written.as_str()), (r"box \d+ ", "(?:of|for)"));
        let part = longest_of_regex(r"nothing\d", "zzz").unwrap();
        assert_eq!(part.written, "");
    }
}
