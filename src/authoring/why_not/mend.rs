//! Which difference keeps a pattern from matching, found by trying what would mend it.

use regex::{Regex, escape};
use serde::Serialize;

use super::part::{Pieces, escaped, written};
use crate::model::names::named;
use crate::model::{Element, Hole, HoleKind, Pattern, TextPattern, letters};
use crate::pattern::{compile_regex, find};

named! {
    /// What is different.
    pub enum Difference {
        /// The words do not stand at the beginning.
        Start = "start",
        /// They do not stand at the end.
        End = "end",
        /// They stand inside longer words.
        WordEdge = "word_edge",
        /// A hole does not take what stands there.
        Hole = "hole",
        /// White space.
        Space = "space",
        /// Hyphens, dashes and underscores.
        Dash = "dash",
        /// Quotes and brackets.
        Quote = "quote",
        /// Full stops, commas, colons.
        Punctuation = "punctuation",
        /// One word more, less or other.
        Word = "word",
        /// A regex that is not written in folded form.
        Folding = "folding",
    }
}

/// What would mend a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mend {
    /// What is different.
    pub difference: Difference,
    /// What to do about it.
    pub say: String,
    /// The pattern that matches, where it can be written down at once.
    pub write: Option<String>,
}

/// The types to try for a hole that does not fit, those that take least first.
const OTHER_HOLES: [HoleKind; 9] = [
    HoleKind::Number,
    HoleKind::Size,
    HoleKind::Ip,
    HoleKind::Address,
    HoleKind::Url,
    HoleKind::Domain,
    HoleKind::Code,
    HoleKind::Word,
    HoleKind::Host,
];

/// A text that a pattern does not match, and the pattern.
pub(super) struct Patient<'p> {
    pub(super) pattern: &'p TextPattern,
    pub(super) pieces: &'p Pieces,
    /// The text, folded.
    pub(super) text: &'p str,
    /// Where its words begin behind the codes.
    pub(super) words: usize,
}

/// What would mend a text pattern, if one difference is all that keeps it from matching.
pub(super) fn mend(patient: &Patient<'_>) -> Option<Mend> {
    patient.anchors().or_else(|| patient.edges()).or_else(|| patient.holes()).or_else(|| patient.signs()).or_else(|| patient.one_word())
}

/// What would mend a regex: it may match the text as it was written.
pub(super) fn mend_regex(pattern: &Pattern, original: &str) -> Option<Mend> {
    let regex = compile_regex(&pattern.source)?;
    regex.is_match(original).then(|| Mend {
        difference: Difference::Folding,
        say: "it matches the text as it was written; write it as the text is seen: half width, single spaces, plain quotes and dashes"
            .to_owned(),
        write: None,
    })
}

impl Patient<'_> {
    fn matches(&self, pattern: &TextPattern) -> bool {
        find(pattern, self.text, self.words).is_some()
    }

    fn with(&self, difference: Difference, say: impl Into<String>, pattern: &TextPattern) -> Option<Mend> {
        self.matches(pattern).then(|| Mend { difference, say: say.into(), write: Some(write(pattern)) })
    }

    fn anchors(&self) -> Option<Mend> {
        let open = |at_start: bool, at_end: bool| TextPattern {
            at_start: self.pattern.at_start && at_start,
            at_end: self.pattern.at_end && at_end,
            ..self.pattern.clone()
        };
        let start = || self.with(Difference::Start, "the words do not begin there: take the `^` away", &open(false, true));
        let end = || self.with(Difference::End, "more words follow: take the `$` away", &open(true, false));
        if self.pattern.at_start
            && let Some(mend) = start()
        {
            return Some(mend);
        }
        if self.pattern.at_end { end() } else { None }
    }

    /// The words stand there, but longer.
    fn edges(&self) -> Option<Mend> {
        let last = self.pieces.iter().last()?.0;
        let longer =
            self.pieces.iter().filter(|(_, piece)| matches!(piece, Element::Literal(text) if text.ends_with(char::is_alphanumeric)));
        let stems = longer.map(|(index, piece)| (index, self.pieces.with(index, &[piece.clone(), Element::Stem])));
        let say = "the word goes on there: a `*` behind it takes any end of it";
        let by_stem =
            stems.into_iter().filter(|(index, _)| *index <= last).find_map(|(_, pattern)| self.with(Difference::WordEdge, say, &pattern));
        by_stem.or_else(|| self.inside_a_word())
    }

    /// The words stand there, but with letters before them, which no pattern leaves open.
    fn inside_a_word(&self) -> Option<Mend> {
        let Some((_, Element::Literal(first))) = self.pieces.iter().next() else { return None };
        let apart = self.text.replace(&**first, &format!(" {first}"));
        let found = find(self.pattern, &apart, self.words)?;
        let word = apart[..found.range.start].split_whitespace().last().unwrap_or_default();
        let say = format!("it stands inside a word only: `{word}{first}`; name the whole word");
        Some(Mend { difference: Difference::WordEdge, say, write: None })
    }

    /// A hole of another type would take what stands there, or a gap would pass over it.
    fn holes(&self) -> Option<Mend> {
        let holes = self.pieces.iter().filter_map(|(index, piece)| match piece {
            Element::Hole(hole) => Some((index, hole)),
            _ => None,
        });
        holes.into_iter().find_map(|(index, hole)| {
            let own = written(&Element::Hole(hole.clone()));
            let other = OTHER_HOLES.into_iter().filter(|kind| *kind != hole.kind).find_map(|kind| {
                let other = Element::Hole(Hole { name: hole.name.clone(), kind });
                let say = format!("`{own}` does not take what stands there; `{}` does", written(&other));
                self.with(Difference::Hole, say, &self.pieces.with(index, &[other]))
            });
            other.or_else(|| {
                let say = format!("`{own}` does not take what stands there; a lone `*` passes over it");
                self.with(Difference::Hole, say, &self.pieces.with(index, &[Element::Gap]))
            })
        })
    }

    /// Signs that are there in one and not in the other.
    fn signs(&self) -> Option<Mend> {
        let kinds = [
            (Difference::Space, r"\s"),
            (Difference::Dash, r"\s_\-"),
            (Difference::Quote, r#"\s'"`<>()\[\]"#),
            (Difference::Punctuation, r"\s.,;:!?/"),
        ];
        kinds.into_iter().find_map(|(difference, class)| {
            let found = without(self.pattern, class)?.find(self.text)?;
            let there = found.as_str().trim();
            let plain = self.pattern.elements.iter().all(|element| matches!(element, Element::Literal(_)));
            let write = plain.then(|| escaped(there)).map(|text| {
                let (start, end) = (if self.pattern.at_start { "^" } else { "" }, if self.pattern.at_end { "$" } else { "" });
                format!("{start}{text}{end}")
            });
            Some(Mend { difference, say: format!("there it is written `{there}`"), write })
        })
    }

    /// One word more, less or other.
    fn one_word(&self) -> Option<Mend> {
        let literals = || self.pieces.iter().filter(|(_, piece)| matches!(piece, Element::Literal(_)));
        let gap = |index: usize, piece: &Element| self.pieces.with(index, &[Element::Gap, trimmed(piece)]);
        let more = || {
            let say = "other words stand in between: a lone `*` passes over them";
            literals().skip(1).find_map(|(index, piece)| self.with(Difference::Word, say, &gap(index, piece)))
        };
        // A pattern that loses more than a quarter of its letters says something else.
        let minor = |piece: &Element| matches!(piece, Element::Literal(text) if letters(text) * 4 <= self.pattern.letters());
        let less = || {
            literals().filter(|(_, piece)| minor(piece)).find_map(|(index, piece)| {
                let say = format!("`{}` does not stand there", written(piece).trim());
                self.with(Difference::Word, say, &self.pieces.with(index, &[]))
            })
        };
        let other = || {
            literals().filter(|(_, piece)| minor(piece)).find_map(|(index, piece)| {
                let say = format!("another word stands there for `{}`", written(piece).trim());
                self.with(Difference::Word, say, &self.pieces.with(index, &[Element::Gap]))
            })
        };
        if literals().count() < 3 {
            return more();
        }
        more().or_else(less).or_else(other)
    }
}

fn trimmed(piece: &Element) -> Element {
    match piece {
        Element::Literal(text) => Element::Literal(text.trim_start().into()),
        other => other.clone(),
    }
}

/// A pattern as one would write it.
fn write(pattern: &TextPattern) -> String {
    let (start, end) = (if pattern.at_start { "^" } else { "" }, if pattern.at_end { "$" } else { "" });
    let text: String = pattern.elements.iter().map(written).collect();
    format!("{start}{}{end}", text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A regex for the pattern, to which the signs of `class` make no difference.
fn without(pattern: &TextPattern, class: &str) -> Option<Regex> {
    let ignored = Regex::new(&format!("[{class}]")).ok()?;
    let loose = |text: &str| {
        let kept = text.chars().filter(|c| !ignored.is_match(c.encode_utf8(&mut [0; 4])));
        kept.map(|c| escape(c.encode_utf8(&mut [0; 4]))).collect::<Vec<_>>().join(&format!("[{class}]*"))
    };
    let parts = pattern.elements.iter().map(|element| match element {
        Element::Literal(text) => loose(text),
        Element::Choice(alternatives) => format!("(?:{})", alternatives.iter().map(|one| loose(one.text)).collect::<Vec<_>>().join("|")),
        Element::Stem => r"\w*".to_owned(),
        Element::Gap => ".{0,200}?".to_owned(),
        Element::Hole(_) => ".{1,80}?".to_owned(),
    });
    let source = parts.collect::<Vec<_>>().join(&format!("[{class}]*"));
    let edge = |letter: Option<char>| if letter.is_some_and(|c| c.is_ascii_alphanumeric()) { r"(?-u:\b)" } else { "" };
    let first = if let Some(Element::Literal(text)) = pattern.elements.first() { text.chars().next() } else { None };
    let last = if let Some(Element::Literal(text)) = pattern.elements.last() { text.chars().next_back() } else { None };
    Regex::new(&format!("{}{source}{}", edge(first), edge(last))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{Folded, parse_text};

    fn mended(pattern: &str, text: &str) -> Option<(Difference, Option<String>)> {
        let pattern = parse_text(pattern).unwrap();
        let folded = Folded::new(text);
        let pieces = Pieces::new(&pattern);
        let patient = Patient { pattern: &pattern, pieces: &pieces, text: folded.as_str(), words: 0 };
        mend(&patient).map(|mend| (mend.difference, mend.write))
    }

    #[test]
    fn the_one_difference_is_named() {
        use Difference::{Dash, End, Hole, Punctuation, Quote, Space, Start, Word, WordEdge};
        for (pattern, text, difference, write) in [
            ("^user unknown", "sorry, user unknown", Start, Some("user unknown")),
            ("user unknown$", "user unknown to us", End, Some("user unknown")),
            ("mailbox suspend", "mailbox suspended", WordEdge, Some("mailbox suspend*")),
            ("account {word} lock * now", "account foo locked for now", WordEdge, Some("account {word} lock* * now")),
            ("user unknown", "superuser unknown", WordEdge, None),
            ("limit of {limit}", "limit of eight", Hole, Some("limit of {limit:code}")),
            ("items above {limit} are", "items above eight MB are", Hole, Some("items above * are")),
            ("items above {limit} are not", "items above 8 MB arenot", Space, None),
            ("over quota", "overquota", Space, Some("overquota")),
            ("宛先 not found", "宛先not found", Space, Some("宛先not found")),
            ("mail box full", "mail-box full", Dash, Some("mail-box full")),
            ("no such user here", "no such 'user' here", Quote, Some("no such 'user' here")),
            ("mailbox: {size} over", "mailbox 12 over", Punctuation, None),
            ("mailbox is full of letters", "mailbox is quite full of letters", Word, Some("mailbox is * full of letters")),
            ("mailbox is very full", "mailbox is full", Word, Some("mailbox is full")),
            ("mailbox is very full", "mailbox is rather full", Word, Some("mailbox is * full")),
        ] {
            assert_eq!(mended(pattern, text), Some((difference, write.map(str::to_owned))), "{pattern} in {text}");
        }
        assert_eq!(mended("mailbox is full", "user unknown"), None);
        assert_eq!(mended("mailbox {is |}busy", "mailbox is full"), None, "what is left would say something else");
    }

    #[test]
    fn what_is_proposed_matches() {
        for (pattern, text) in [("mail box {size} full", "mailbox 12 full"), ("a {b} c", "zebra"), ("** {{x}} y z", "** {x} z")] {
            if let Ok(pattern) = parse_text(pattern) {
                let folded = Folded::new(text);
                let pieces = Pieces::new(&pattern);
                let found = mend(&Patient { pattern: &pattern, pieces: &pieces, text: folded.as_str(), words: 0 });
                if let Some(write) = found.and_then(|mend| mend.write) {
                    assert!(find(&parse_text(&write).unwrap(), folded.as_str(), 0).is_some(), "{write}");
                }
            }
        }
    }
}
