//! Where a hole or a choice may begin in a text: cheap looks at bytes that pass over most places.

use std::ops::Range;

use memchr::{memchr, memmem, memrchr};

use super::edge::is_letter;
use super::viable::Viable;
use crate::model::{Element, HoleKind, TextPattern};

/// The bytes that a part of a pattern can begin with.
#[derive(Clone, Copy)]
struct FirstBytes([bool; 256]);

impl FirstBytes {
    const ALL: Self = Self([true; 256]);

    /// Those of a hole, or of what is `viable` of a choice without an empty alternative; all bytes for anything else.
    fn of(pattern: &TextPattern, index: usize, viable: &Viable) -> Self {
        match pattern.elements.get(index) {
            Some(Element::Choice(alternatives)) => {
                let mut bytes = [false; 256];
                for (_, alternative) in alternatives.iter().enumerate().filter(|(number, _)| viable.has(index, *number)) {
                    let Some(first) = alternative.text.as_bytes().first() else { return Self::ALL };
                    bytes[usize::from(*first)] = true;
                }
                Self(bytes)
            }
            Some(Element::Hole(hole)) if hole.kind.is_number() => Self::these(b"0123456789"),
            Some(Element::Hole(hole)) if hole.kind == HoleKind::Ip => Self::these(b"0123456789abcdef:i<[(\"'"),
            Some(Element::Hole(hole)) if hole.kind == HoleKind::Url => Self::these(b"hw<[(\"'"),
            _ => Self::ALL,
        }
    }

    fn these(firsts: &[u8]) -> Self {
        let mut bytes = [false; 256];
        firsts.iter().for_each(|first| bytes[usize::from(*first)] = true);
        Self(bytes)
    }
}

/// The places within `range` where the element `index` of a pattern, a hole or a choice, may begin.
pub(super) fn starts(pattern: &TextPattern, index: usize, viable: &Viable, text: &str, range: Range<usize>) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let first = FirstBytes::of(pattern, index, viable);
    let is_address = matches!(pattern.elements.get(index), Some(Element::Hole(hole)) if hole.kind == HoleKind::Address);
    let mut stretches = Stretches { bytes, range, signs: is_address && !has_quoted_local_part(bytes) };
    let in_stretch = move |stretch: Range<usize>| stretch.filter(move |at| first.0[usize::from(bytes[*at])] && is_token_start(text, *at));
    std::iter::from_fn(move || stretches.next()).flat_map(in_stretch)
}

/// Whether an address may begin further before its `@` than the word that this stands in: `"taro yamada"@example.jp`.
fn has_quoted_local_part(bytes: &[u8]) -> bool {
    memmem::find(bytes, b"\"@").is_some()
}

/// What there is to try of a text: all of it, or of each word up to its last `@`.
struct Stretches<'t> {
    bytes: &'t [u8],
    /// What is left.
    range: Range<usize>,
    /// Whether only what stands before an `@` is to be tried.
    signs: bool,
}

impl Stretches<'_> {
    fn next(&mut self) -> Option<Range<usize>> {
        let Range { start, end } = self.range;
        if start >= end {
            return None;
        }
        if !self.signs {
            self.range.start = end;
            return Some(start..end);
        }
        let sign = start + memchr(b'@', &self.bytes[start..])?;
        self.range.start = sign + 1;
        let word = memrchr(b' ', &self.bytes[start..sign]).map_or(start, |blank| start + blank + 1);
        Some(word..sign.min(end))
    }
}

/// Whether something that is no space begins at `at`, and is not the middle of a word.
fn is_token_start(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let before = at.checked_sub(1).map(|before| bytes[before]);
    if bytes[at].is_ascii() && before.is_none_or(|byte| byte.is_ascii()) {
        let inside = bytes[at].is_ascii_alphanumeric() && before.is_some_and(|byte| byte.is_ascii_alphanumeric());
        return !inside && !bytes[at].is_ascii_whitespace();
    }
    let (Some(front), Some(rest)) = (text.get(..at), text.get(at..)) else { return false };
    let Some(c) = rest.chars().next() else { return false };
    !c.is_whitespace() && front.chars().next_back().is_none_or(|before| !is_letter(before) || !is_letter(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Folded, hole};
    use super::*;
    use crate::model::Hole;

    const KINDS: &[HoleKind] = &[HoleKind::Address, HoleKind::Ip, HoleKind::Url, HoleKind::Number, HoleKind::Size, HoleKind::Word];

    proptest! {
        #[test]
        fn no_place_is_passed_over_where_a_hole_fits(
            text in "([ab1@<>\"\\[\\]:.]|a@b|\"a b\"@c| |https://a|あ|・|에|192\\.0\\.2\\.1|::1|ipv6:){0,30}",
            kind in prop::sample::select(KINDS),
        ) {
            let folded = Folded::new(&text);
            let text = folded.as_str();
            let pattern = TextPattern { elements: vec![Element::Hole(Hole { name: "x".into(), kind })], ..TextPattern::default() };
            let fits = |at: &usize| hole::ends(kind, text, *at).iter().next().is_some();
            let tried: Vec<usize> = starts(&pattern, 0, &Viable::ALL, text, 0..text.len()).filter(fits).collect();
            let all: Vec<usize> = (0..text.len()).filter(|at| text.is_char_boundary(*at) && is_token_start(text, *at)).filter(fits).collect();
            prop_assert_eq!(tried, all, "{} in {}", kind, text);
        }
    }
}
