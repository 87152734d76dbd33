//! From one text to a pattern: the parts that change become holes.

use super::token::tokens;
use super::vocabulary::Vocabulary;
use crate::model::{HoleKind, IGNORED, letters};

/// The pattern of a text, ready for a rule file.
///
/// ```
/// use modori::Engine;
/// use modori::authoring::{Vocabulary, generalise};
///
/// let words = Vocabulary::new(Engine::load(Vec::new()).unwrap().set());
/// let pattern = generalise("<taro@example.jp>: Parcel desk: items above 8 MB are not carried", &words);
/// assert_eq!(pattern, "Parcel desk: items above {size} are not carried");
/// ```
#[must_use]
pub fn generalise(text: &str, known: &Vocabulary) -> String {
    let pieces = pieces(text, known);
    let is_words = |piece: &Piece<'_>| matches!(piece, Piece::Words(words) if words.contains(char::is_alphanumeric));
    let first = pieces.iter().position(is_words).unwrap_or(0);
    let last = pieces.iter().rposition(is_words).map_or(0, |at| at + 1);
    let mut pattern = Pattern::default();
    pieces[first..last.max(first)].iter().for_each(|piece| pattern.push(piece));
    trimmed(closed(&pattern.out.replace(PERSON, "*")))
}

/// The pattern without a bracket at its end that is never closed and holds hardly any words.
fn closed(pattern: &str) -> &str {
    let left_open = [('(', ')'), ('[', ']')].into_iter().filter_map(|(open, close)| {
        let at = pattern.rfind(open).filter(|at| !pattern[*at..].contains(close))?;
        (letters(&pattern[at..]) < HARDLY_ANY && letters(&pattern[..at]) >= HARDLY_ANY).then_some(at)
    });
    left_open.min().map_or(pattern, |at| &pattern[..at])
}

/// So few letters tell nothing.
const HARDLY_ANY: u32 = 12;

/// What becomes of the stand-in of a person's name: a name may have several words.
const PERSON: &str = "Person {_:number}";

/// Where the stand-in of a name stands in some words: `user1`.
fn stand_in(words: &str) -> Option<std::ops::Range<usize>> {
    let end = |at: usize| at + words[at..].bytes().take_while(u8::is_ascii_digit).count();
    let found = words.match_indices("user").map(|(at, user)| (at, at + user.len(), end(at + user.len())));
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    let whole = |(start, digits, end): &(usize, usize, usize)| {
        digits < end && !letter(words[..*start].chars().next_back()) && !letter(words[*end..].chars().next())
    };
    found.filter(whole).map(|(start, _, end)| start..end).next()
}

/// The text with every hole that `generalise` would make, and nothing left out: what texts of one shape have in common.
#[must_use]
pub(super) fn shape(text: &str, known: &Vocabulary) -> String {
    let part = |piece: &Piece<'_>| match piece {
        Piece::Words(words) => (*words).to_owned(),
        Piece::Hole(kind, _) => format!("{{{kind}}}"),
    };
    let joined: String = pieces(text, known).iter().map(part).collect();
    crate::pattern::Folded::new(&joined).into_text()
}

/// A part of a text.
enum Piece<'t> {
    Words(&'t str),
    Hole(HoleKind, &'t str),
}

fn pieces<'t>(text: &'t str, known: &Vocabulary) -> Vec<Piece<'t>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for token in tokens(text, known) {
        let taken = &text[token.range.clone()];
        push_words(&mut pieces, &text[at..token.range.start]);
        pieces.push(Piece::Hole(token.kind, taken));
        at = token.range.end;
    }
    push_words(&mut pieces, &text[at..]);
    pieces
}

/// Words, with holes for stand-ins of names.
fn push_words<'t>(pieces: &mut Vec<Piece<'t>>, mut words: &'t str) {
    while let Some(range) = stand_in(words) {
        pieces.extend((range.start > 0).then(|| Piece::Words(&words[..range.start])));
        pieces.push(Piece::Hole(HoleKind::Word, &words[range.clone()]));
        words = &words[range.end..];
    }
    pieces.extend((!words.is_empty()).then_some(Piece::Words(words)));
}

/// A pattern under way, with what each name was given to.
#[derive(Default)]
struct Pattern<'t> {
    out: String,
    filled: Vec<(HoleKind, &'t str)>,
}

impl<'t> Pattern<'t> {
    fn push(&mut self, piece: &Piece<'t>) {
        match piece {
            Piece::Words(words) => self.push_words(words),
            Piece::Hole(kind, taken) => self.push_hole(*kind, taken),
        }
    }

    /// Words as they are, signs of the pattern language doubled.
    fn push_words(&mut self, words: &str) {
        for c in words.chars() {
            match c {
                '*' | '{' | '}' => self.out.extend([c, c]),
                // A text pattern has no way to say this sign.
                '\\' => self.out.push_str(" * "),
                c if c.is_control() => self.out.push(' '),
                c => self.out.push(c),
            }
        }
    }

    /// A hole; a name is given once, and again only to the same thing. What says nothing to a reader gets no name.
    fn push_hole(&mut self, kind: HoleKind, taken: &'t str) {
        let named = kind.is_number() && kind != HoleKind::Number || matches!(kind, HoleKind::Address | HoleKind::Domain | HoleKind::Url);
        let same = self.filled.iter().find(|(known, _)| *known == kind).map(|(_, filled)| *filled == taken);
        let hole = match same {
            // A date has several words.
            _ if kind == HoleKind::Word && taken.contains(char::is_whitespace) => " * ".to_owned(),
            _ if !named => format!("{{{IGNORED}:{kind}}}"),
            Some(false) => format!("{{{IGNORED}:{kind}}}"),
            Some(true) => format!("{{{kind}}}"),
            None => {
                self.filled.push((kind, taken));
                format!("{{{kind}}}")
            }
        };
        self.out.push_str(&hole);
    }
}

/// The pattern without the signs around it, white space as single spaces. A bracket that closes one inside stays.
fn trimmed(pattern: &str) -> String {
    let flat = pattern.split_whitespace().collect::<Vec<_>>().join(" ");
    let sign = |c: char| c.is_whitespace() || ":;,.->)]\"'<([=#^$*/".contains(c);
    let mut rest = flat.trim_start_matches(sign);
    while let Some(last) = rest.chars().next_back().filter(|c| sign(*c)) {
        let opening = [(')', '('), (']', '['), ('>', '<')].into_iter().find(|(closing, _)| *closing == last);
        let closes = |(closing, opening): (char, char)| rest.matches(opening).count() >= rest.matches(closing).count();
        if opening.is_some_and(closes) {
            break;
        }
        rest = &rest[..rest.len() - last.len_utf8()];
    }
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::parse_text;

    fn pattern(text: &str) -> String {
        generalise(text, &Vocabulary::of_words(["spam"]))
    }

    #[test]
    fn parts_that_change_become_holes_of_their_type() {
        for (text, want) in [
            ("<taro@example.jp>: Quota of 20 MB used up after 5 days", "Quota of {size} used up after {days} days"),
            ("Mail from 192.0.2.1 (mx.example.com) not taken, ref 4Xyz12abC", "Mail from {_:ip} ({_:host}) not taken, ref"),
            ("a@example.com is not b@example.com here", "is not {address} here"),
            ("from a@example.com to b@example.com, not a@example.com!", "from {address} to {_:address}, not"),
            ("Porters are away until 12 March (ticket LH-004217)", "Porters are away until"),
            ("No mail between 3 May and June 1, 2025 please", "No mail between * and * please"),
            ("a 5 * {x} = \\many", "a {_:number} ** {{x}} = * many"),
            ("Denied [192.0.2.1] (mode: normal).", "Denied [{_:ip}] (mode: normal)"),
            ("alias user1 to user2, not user3x", "alias {_:word} to {_:word}, not user3x"),
            ("the box of Person 1 is full", "the box of * is full"),
            ("容量の上限20メガバイトを超えました", "容量の上限{size}を超えました"),
        ] {
            assert_eq!(pattern(text), want, "{text}");
        }
    }

    #[test]
    fn texts_that_differ_in_what_changes_have_one_shape() {
        let words = Vocabulary::of_words(["spam"]);
        assert_eq!(shape("User a@example.com, id AB12CD34", &words), shape("user  b@example.net, ID 99ZZ88YY", &words));
        assert_ne!(shape("User unknown", &words), shape("User known", &words));
    }

    proptest::proptest! {
        #[test]
        fn a_pattern_can_be_read(text in "[ -~]{0,60}") {
            let made = pattern(&text);
            proptest::prop_assert!(made.chars().all(|c| !c.is_alphabetic()) || parse_text(&made).is_ok(), "{}", made);
        }
    }
}
