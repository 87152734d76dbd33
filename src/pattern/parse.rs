//! Reading text patterns.

use std::ops::Range;

use super::fold::Folded;
use crate::model::{Element, Hole, HoleKind, TextPattern};

/// Stand-ins for signs while a pattern is folded as a whole: characters for private use, which folding leaves alone.
const FIRST_SIGN: u32 = 0xE000;
const LAST_SIGN: u32 = 0xF8FF;

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// Where, in bytes of the pattern.
    pub range: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl PatternError {
    pub(super) fn new(range: Range<usize>, what: impl Into<String>, help: impl Into<Option<String>>) -> Self {
        Self { range, what: what.into(), help: help.into() }
    }
}

/// Reads a text pattern.
///
/// # Errors
/// A hole or choice that is not closed, a hole that is not known, a backslash, a pattern without any letter of its own.
///
/// ```
/// use modori::pattern::parse_text;
/// assert!(parse_text("message size {size} exceeds * limit").is_ok());
/// assert!(parse_text("{sise}").unwrap_err().help.unwrap().contains("size"));
/// ```
pub fn parse_text(source: &str) -> Result<TextPattern, PatternError> {
    let mut pattern = TextPattern::default();
    let mut body = 0..source.len();
    if source.starts_with('^') {
        pattern.at_start = true;
        body.start = 1;
    }
    if body.end > body.start && source.ends_with('$') {
        pattern.at_end = true;
        body.end -= 1;
    }
    let mut signs = Vec::new();
    let marked = mark_signs(source, body, &mut signs)?;
    pattern.elements = split_at_signs(&marked, signs);
    if pattern.elements.iter().all(|element| *element == Element::Gap) {
        let help = "write at least one word that the text must hold";
        return Err(PatternError::new(0..source.len(), "this pattern matches everything", help.to_owned()));
    }
    Ok(pattern)
}

/// The text with every sign replaced by its stand-in; `signs` gets what they stand for.
fn mark_signs(source: &str, body: Range<usize>, signs: &mut Vec<Element>) -> Result<String, PatternError> {
    let mut out = String::with_capacity(body.len());
    let mut at = body.start;
    while at < body.end {
        let rest = &source[at..body.end];
        let taken = match rest.as_bytes() {
            [b'*', b'*', ..] => push_text(&mut out, '*', 2),
            [b'{', b'{', ..] => push_text(&mut out, '{', 2),
            [b'}', b'}', ..] => push_text(&mut out, '}', 2),
            [b'*', ..] => {
                let glued = out.chars().next_back().is_some_and(char::is_alphanumeric);
                push_sign(&mut out, signs, if glued { Element::Stem } else { Element::Gap }, at)?;
                1
            }
            [b'{', ..] => {
                let (element, length) = read_braces(source, at, body.end)?;
                push_sign(&mut out, signs, element, at)?;
                length
            }
            [b'}', ..] => {
                return Err(PatternError::new(at..at + 1, "`}` without `{`", "write `}}` for the sign itself".to_owned()));
            }
            [b'\\', next, ..] if b"*{}^$.()[]+?|dsw".contains(next) => {
                let help = "text is taken as it is; write `**`, `{{` or `}}` for the signs themselves, or use `regex`";
                return Err(PatternError::new(at..at + 2, "a backslash means nothing in a text pattern", help.to_owned()));
            }
            _ => push_plain(&mut out, rest),
        };
        at += taken;
    }
    Ok(out)
}

/// Pushes what `rest` begins with and is no sign, at least one character; how many bytes that was.
fn push_plain(out: &mut String, rest: &str) -> usize {
    let plain = rest.bytes().take_while(|byte| byte.is_ascii() && !b"*{}\\".contains(byte)).count();
    if plain > 0 {
        out.push_str(&rest[..plain]);
        return plain;
    }
    let c = rest.chars().next().unwrap_or_default();
    push_text(out, c, c.len_utf8())
}

fn push_text(out: &mut String, c: char, taken: usize) -> usize {
    if (FIRST_SIGN..=LAST_SIGN).contains(&(c as u32)) {
        out.push(' ');
    } else {
        out.push(c);
    }
    taken
}

fn push_sign(out: &mut String, signs: &mut Vec<Element>, sign: Element, at: usize) -> Result<(), PatternError> {
    let stand_in = u32::try_from(signs.len()).ok().map(|n| FIRST_SIGN + n).filter(|n| *n <= LAST_SIGN).and_then(char::from_u32);
    let stand_in = stand_in.ok_or_else(|| PatternError::new(at..at + 1, "too many signs in one pattern", None))?;
    signs.push(sign);
    out.push(stand_in);
    Ok(())
}

/// What stands in the braces at `at`, a hole or a choice, and how long it is.
fn read_braces(source: &str, at: usize, end: usize) -> Result<(Element, usize), PatternError> {
    let Some(length) = source[at..end].find('}') else {
        let help = "close it with `}`, or write `{{` for the sign itself";
        return Err(PatternError::new(at..at + 1, "this hole is not closed", help.to_owned()));
    };
    let inside = &source[at + 1..at + length];
    if inside.contains('|') {
        if let Some(star) =
            inside.match_indices('*').map(|(star, _)| star).find(|star| !matches!(inside.as_bytes().get(star + 1), None | Some(b'|')))
        {
            let star = at + 1 + star;
            let help = "a star in a choice may only end a word: write this one as a pattern of its own, or put the star behind the choice";
            return Err(PatternError::new(star..star + 1, "this star stands in the middle of an alternative", help.to_owned()));
        }
        return Ok((Element::Choice(inside.split('|').map(alternative).collect()), length + 1));
    }
    let (name, kind) = inside.split_once(':').unwrap_or((inside, inside));
    let range = at..at + length + 1;
    let valid = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !valid {
        let help = "a hole is `{size}` or `{name:size}`; names have small letters, digits and `_`";
        return Err(PatternError::new(range, format!("`{inside}` is no name for a hole"), help.to_owned()));
    }
    match kind.parse::<HoleKind>() {
        Ok(kind) => Ok((Element::Hole(Hole { name: name.into(), kind }), length + 1)),
        Err(_) => Err(PatternError::new(range, format!("there is no hole `{{{kind}}}`"), Some(hole_help(kind)))),
    }
}

/// One word or phrase of a choice, and whether it is a stem. Spaces at its ends count, so that `{the |}mailbox` can leave out both.
fn alternative(text: &str) -> (String, bool) {
    let (text, stem) = text.strip_suffix('*').map_or((text, false), |text| (text, true));
    let folded = Folded::new(text);
    if !text.starts_with(char::is_whitespace) && !text.ends_with(char::is_whitespace) {
        return (folded.into_text(), stem);
    }
    let space = |at_edge: bool| if at_edge { " " } else { "" };
    let blank = folded.as_str().is_empty();
    let front = space(text.starts_with(char::is_whitespace));
    let back = space(!blank && text.ends_with(char::is_whitespace));
    (format!("{front}{}{back}", folded.as_str()), stem)
}

fn hole_help(kind: &str) -> String {
    let names = || HoleKind::ALL.iter().filter(|known| **known != HoleKind::Stage).map(|known| known.name());
    let nearest = names().max_by(|a, b| strsim::jaro_winkler(kind, a).total_cmp(&strsim::jaro_winkler(kind, b)));
    match nearest.filter(|name| strsim::jaro_winkler(kind, name) > 0.7) {
        Some(name) => format!("did you mean `{{{name}}}`? A name of your own takes a type: `{{{kind}:word}}`"),
        None => format!("the holes are {}", names().map(|name| format!("`{{{name}}}`")).collect::<Vec<_>>().join(" ")),
    }
}

/// Folds the marked text and takes it apart again at the stand-ins.
fn split_at_signs(marked: &str, signs: Vec<Element>) -> Vec<Element> {
    let folded = Folded::new(marked);
    let mut elements: Vec<Element> = Vec::new();
    let is_sign = |c: char| (FIRST_SIGN..=LAST_SIGN).contains(&(c as u32));
    let mut signs = signs.into_iter();
    for part in folded.as_str().split_inclusive(is_sign) {
        let text = part.trim_end_matches(is_sign);
        let has_sign = text.len() < part.len();
        let sign = if has_sign { signs.next() } else { None };
        let text = if elements.last() == Some(&Element::Gap) { text.trim_start() } else { text };
        let text = if sign == Some(Element::Gap) { text.trim_end() } else { text };
        if !text.is_empty() {
            elements.push(Element::Literal(text.into()));
        }
        elements.extend(sign);
    }
    elements
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Element {
        Element::Literal(text.into())
    }

    #[test]
    fn signs_and_text_come_apart() {
        let pattern = parse_text("^Message  SIZE {size} * exceeds throttl* {{x}} ** $").unwrap();
        let hole = Element::Hole(Hole { name: "size".into(), kind: HoleKind::Size });
        let want = vec![literal("message size "), hole, Element::Gap, literal("exceeds throttl"), Element::Stem, literal(" {x} *")];
        assert_eq!((pattern.elements, pattern.at_start, pattern.at_end), (want, true, true));
    }

    #[test]
    fn choices_hold_words_stems_and_nothing() {
        let pattern = parse_text("{Mailbox|in-box} {is |}full {suspend*|Ｌｏｃｋｅｄ}").unwrap();
        let choice = |words: &[(&str, bool)]| Element::Choice(words.iter().copied().collect());
        let want = vec![
            choice(&[("mailbox", false), ("in-box", false)]),
            literal(" "),
            choice(&[("is ", false), ("", false)]),
            literal("full "),
            choice(&[("suspend", true), ("locked", false)]),
        ];
        assert_eq!(pattern.elements, want);
        assert_eq!(pattern.letters(), 7 + 2 + 4 + 7);
        assert_eq!(pattern.keys(), ["suspend", "locked"]);
    }

    #[test]
    fn what_a_multi_line_reply_repeats_is_left_out_of_patterns_too() {
        let pattern = parse_text("550-5.1.1 The account\n550 5.1.1 is gone").unwrap();
        assert_eq!(pattern.elements, vec![literal("550 5.1.1 the account is gone")]);
    }

    #[test]
    fn wrong_patterns_say_what_to_write() {
        for (source, what) in [
            ("user {sise}", "there is no hole `{sise}`"),
            ("user {size", "this hole is not closed"),
            ("user }", "`}` without `{`"),
            (r"user \* x", "a backslash means nothing in a text pattern"),
            ("*", "this pattern matches everything"),
            ("", "this pattern matches everything"),
            ("x {Size}", "`Size` is no name for a hole"),
            ("x {dad* out|gone}", "this star stands in the middle of an alternative"),
        ] {
            assert_eq!(parse_text(source).unwrap_err().what, what, "{source}");
        }
    }
}
