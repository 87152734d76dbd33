//! Where a hole or a choice may begin in a text: cheap looks at bytes that pass over most places.

use std::ops::Range;

use memchr::{memchr, memmem, memrchr};

use super::edge::is_letter;
use super::place::place;
use super::viable::Viable;
use crate::model::{Element, HoleKind, TextPattern};

/// So many words are looked for themselves; of more, what they begin with.
const FEW: usize = 4;

/// The places in a stretch of a text where a part of a pattern may begin.
pub(super) struct Starts<'t> {
    text: &'t str,
    ways: Ways<'t>,
}

/// How they are found.
enum Ways<'t> {
    Words(Words<'t>),
    Bytes(Bytes<'t>),
}

impl<'t> Starts<'t> {
    /// The places within `range` where the element `index` of `pattern`, a hole or a choice, may begin.
    pub(super) fn new(pattern: &'t TextPattern, index: usize, viable: &Viable, text: &'t str, range: Range<usize>) -> Self {
        let element = pattern.elements.get(index);
        let words = Words::of(element, index, viable, text.as_bytes(), range.clone());
        let ways = words.map_or_else(|| Ways::Bytes(Bytes::of(element, index, viable, text.as_bytes(), range)), Ways::Words);
        Self { text, ways }
    }
}

impl Iterator for Starts<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            let at = match &mut self.ways {
                Ways::Words(words) => words.next(),
                Ways::Bytes(bytes) => bytes.next(),
            }?;
            if is_token_start(self.text, at) {
                return Some(at);
            }
        }
    }
}

/// Where any of a few words stands.
struct Words<'t> {
    bytes: &'t [u8],
    /// Where they begin at last.
    end: usize,
    words: [&'t [u8]; FEW],
    /// Where each of them stands next.
    next: [Option<usize>; FEW],
}

impl<'t> Words<'t> {
    /// Those alternatives of a choice that are `viable`; none where these are many, or nothing may stand in their place.
    fn of(element: Option<&'t Element>, index: usize, viable: &Viable, bytes: &'t [u8], range: Range<usize>) -> Option<Self> {
        let Some(Element::Choice(choice)) = element else { return None };
        let (mut words, mut count): ([&[u8]; FEW], _) = ([&[]; FEW], 0);
        for alternative in viable.of(index, choice) {
            *words.get_mut(count).filter(|_| !alternative.text.is_empty())? = alternative.text.as_bytes();
            count += 1;
        }
        let mut few = Self { bytes, end: range.end, words, next: [None; FEW] };
        (0..count).for_each(|word| few.next[word] = few.place(word, range.start));
        Some(few)
    }

    /// Where a word stands from a place on.
    fn place(&self, word: usize, from: usize) -> Option<usize> {
        let word = self.words[word];
        let end = self.bytes.len().min(self.end + word.len() - 1);
        Some(from + place(self.bytes.get(from..end)?, word)?)
    }

    fn next(&mut self) -> Option<usize> {
        let at = self.next.into_iter().flatten().min()?;
        for word in 0..FEW {
            if self.next[word] == Some(at) {
                self.next[word] = self.place(word, at + 1);
            }
        }
        Some(at)
    }
}

/// Where any of some bytes stands.
struct Bytes<'t> {
    bytes: &'t [u8],
    first: FirstBytes,
    /// What is left of the stretch that is looked through.
    stretch: Range<usize>,
    /// What is left behind it.
    rest: Range<usize>,
    /// Whether only what stands before an `@` is to be tried.
    signs: bool,
}

impl<'t> Bytes<'t> {
    fn of(element: Option<&Element>, index: usize, viable: &Viable, bytes: &'t [u8], range: Range<usize>) -> Self {
        let is_address = matches!(element, Some(Element::Hole(hole)) if hole.kind == HoleKind::Address);
        let signs = is_address && !has_quoted_local_part(bytes);
        Self { bytes, first: FirstBytes::of(element, index, viable), stretch: 0..0, rest: range, signs }
    }

    fn next(&mut self) -> Option<usize> {
        loop {
            if let Some(at) = self.stretch.find(|at| self.first.has(self.bytes[*at])) {
                return Some(at);
            }
            self.stretch = self.next_stretch()?;
        }
    }

    /// The next of what there is to try of a text: all of it, or of each word up to its last `@`.
    fn next_stretch(&mut self) -> Option<Range<usize>> {
        let Range { start, end } = self.rest;
        if start >= end {
            return None;
        }
        if !self.signs {
            self.rest.start = end;
            return Some(start..end);
        }
        let sign = start + memchr(b'@', &self.bytes[start..])?;
        self.rest.start = sign + 1;
        let word = memrchr(b' ', &self.bytes[start..sign]).map_or(start, |blank| start + blank + 1);
        Some(word..sign.min(end))
    }
}

/// The bytes that a part of a pattern can begin with, a bit for each.
#[derive(Clone, Copy)]
struct FirstBytes([u64; 4]);

impl FirstBytes {
    const ALL: Self = Self([u64::MAX; 4]);
    const NUMBER: Self = Self::these(b"0123456789");
    const IP: Self = Self::these(b"0123456789abcdef:i<[(\"'");
    const URL: Self = Self::these(b"hw<[(\"'");

    /// Those of a hole, or of what is `viable` of a choice without an empty alternative; all bytes for anything else.
    fn of(element: Option<&Element>, index: usize, viable: &Viable) -> Self {
        match element {
            Some(Element::Choice(choice)) => {
                let mut bytes = Self([0; 4]);
                for alternative in viable.of(index, choice) {
                    let Some(first) = alternative.text.as_bytes().first() else { return Self::ALL };
                    bytes.add(*first);
                }
                bytes
            }
            Some(Element::Hole(hole)) if hole.kind.is_number() => Self::NUMBER,
            Some(Element::Hole(hole)) if hole.kind == HoleKind::Ip => Self::IP,
            Some(Element::Hole(hole)) if hole.kind == HoleKind::Url => Self::URL,
            _ => Self::ALL,
        }
    }

    const fn these(firsts: &[u8]) -> Self {
        let (mut bytes, mut at) = (Self([0; 4]), 0);
        while at < firsts.len() {
            bytes.add(firsts[at]);
            at += 1;
        }
        bytes
    }

    const fn add(&mut self, byte: u8) {
        self.0[byte as usize / 64] |= 1 << (byte % 64);
    }

    const fn has(&self, byte: u8) -> bool {
        self.0[byte as usize / 64] >> (byte % 64) & 1 != 0
    }
}

/// Whether an address may begin further before its `@` than the word that this stands in: `"taro yamada"@example.jp`.
fn has_quoted_local_part(bytes: &[u8]) -> bool {
    memmem::find(bytes, b"\"@").is_some()
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

    const WORDS: &[&str] = &["a", "ab", "b a", "あ", "@", "ab@", "1", "é"];
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
            let tried: Vec<usize> = Starts::new(&pattern, 0, &Viable::ALL, text, 0..text.len()).filter(fits).collect();
            let all: Vec<usize> = (0..text.len()).filter(|at| text.is_char_boundary(*at) && is_token_start(text, *at)).filter(fits).collect();
            prop_assert_eq!(tried, all, "{} in {}", kind, text);
        }

        #[test]
        fn no_place_is_passed_over_where_a_word_stands(
            text in "([ab1@.é]| |あ){0,30}",
            words in prop::collection::vec(prop::sample::select(WORDS), 1..8),
        ) {
            let pattern = TextPattern { elements: vec![Element::Choice(words.iter().map(|text| (text, false)).collect())], ..TextPattern::default() };
            let fits = |at: &usize| words.iter().any(|word| text[*at..].starts_with(word));
            let tried: Vec<usize> = Starts::new(&pattern, 0, &Viable::ALL, &text, 0..text.len()).filter(|at| text.is_char_boundary(*at)).filter(fits).collect();
            let all: Vec<usize> = (0..text.len()).filter(|at| text.is_char_boundary(*at) && is_token_start(&text, *at)).filter(fits).collect();
            prop_assert_eq!(tried, all, "{:?} in {}", words, text);
        }
    }
}
